"""Draw a sheet as one SVG whose unit is the millimetre."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.fieldcheck import draw_field_page
from pitchplan.sheets.ink import INK
from pitchplan.sheets.leaflet import draw_inside_key, draw_outside
from pitchplan.sheets.lettering import FONTS, attr, text_xml
from pitchplan.sheets.listpages import draw_list_page
from pitchplan.sheets.mapbody import draw_map
from pitchplan.sheets.margins import draw_margins
from pitchplan.sheets.onpage import in_the_window, of_the_page, other_spots
from pitchplan.sheets.panel import draw_panel
from pitchplan.sheets.words import latin

if TYPE_CHECKING:
    from collections.abc import Callable

    from pitchplan.sheets.sheet import Sheet

__all__ = ["svg_bytes", "svg_text"]


def svg_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as an SVG file: UTF-8, no scripts, nothing loaded from elsewhere."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + svg_text(sheet)).encode("utf-8")


def svg_text(sheet: Sheet, *, width: str = "") -> str:
    """Return the sheet as an ``svg`` element.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    width : str
        Width to be shown at, such as ``"100%"``; empty for the paper's true size.

    Returns
    -------
    str
        The element; its user unit is one millimetre of paper.
    """
    page = sheet.page
    size = f'width="{width}"' if width else f'width="{page.width:g}mm" height="{page.height:g}mm"'
    families = ", ".join(f"'{f}'" for f in FONTS) + ", sans-serif"
    f = page.frame
    title = sheet.title_en if latin(sheet.languages[0]) and sheet.title_en else sheet.title
    inside, outside = _KINDS[page.kind](sheet)
    body = f"{inside}</g>\n{outside}{draw_margins(sheet)}</svg>\n"
    clip = f'<rect x="{f.x:.2f}" y="{f.y:.2f}" width="{f.width:.2f}" height="{f.height:.2f}"/>'
    # Two sheets in one notebook share its names: each sheet's is made of what it shows.
    name = f"pitchplan-{hashlib.sha256((clip + body).encode()).hexdigest()[:12]}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {page.width:g} {page.height:g}"'
        f' font-family={attr(families)} role="img" xml:lang={attr(sheet.languages[0])}>\n'
        f"<title>{text_xml(title)}</title>\n"
        f'<defs><clipPath id="{name}">{clip}</clipPath></defs>\n'
        + rect(0, 0, page.width, page.height, fill=INK["paper"])
        + f'<g clip-path="url(#{name})">\n{body}'
    )


def _map(sheet: Sheet) -> tuple[str, str]:
    """Return what lies inside the frame, and frame and panel."""
    mine = in_the_window(of_the_page(sheet))
    body, shown = draw_map(mine, other_spots(sheet))
    return body, _frame(sheet) + draw_panel(mine, shown)


def _leaflet_inside(sheet: Sheet) -> tuple[str, str]:
    """Return a leaflet's map, and frame and key."""
    mine = in_the_window(of_the_page(sheet))
    body, shown = draw_map(mine, other_spots(sheet))
    return body, _frame(sheet) + draw_inside_key(mine, shown)


_KINDS: dict[str, Callable[[Sheet], tuple[str, str]]] = {
    "map": _map,
    "list": lambda sheet: ("", draw_list_page(sheet)),
    "leaflet-inside": _leaflet_inside,
    "leaflet-outside": lambda sheet: ("", draw_outside(of_the_page(sheet))),
    "field": lambda sheet: ("", draw_field_page(sheet)),
}


def _frame(sheet: Sheet) -> str:
    """Draw the frame with the grid's letters and numbers, and light ticks where squares meet."""
    page, f, u = sheet.page, sheet.page.frame, sheet.page.unit
    b = page.band
    out = ""
    xs = [f.x + f.width * k / page.columns for k in range(page.columns + 1)]
    ys = [f.y + f.height * k / page.rows for k in range(page.rows + 1)]
    ticks = "".join(f"M{x:.2f} {f.y - b:.2f}v{b:.2f}M{x:.2f} {f.bottom:.2f}v{b:.2f}" for x in xs[1:-1])
    ticks += "".join(f"M{f.x - b:.2f} {y:.2f}h{b:.2f}M{f.right:.2f} {y:.2f}h{b:.2f}" for y in ys[1:-1])
    lines = "".join(f"M{x:.2f} {f.y:.2f}V{f.bottom:.2f}" for x in xs[1:-1])
    lines += "".join(f"M{f.x:.2f} {y:.2f}H{f.right:.2f}" for y in ys[1:-1])
    out += f'<path d="{lines}" stroke="{INK["text"]}" stroke-width=".12" stroke-opacity=".16"/>\n'
    out += f'<path d="{ticks}" stroke="{INK["soft"]}" stroke-width=".2"/>\n'
    size = 2.5 * u
    for k in range(page.columns):
        x = (xs[k] + xs[k + 1]) / 2
        for y in (f.y - b / 2, f.bottom + b / 2):
            out += label(x, y + size * 0.36, chr(65 + k), size, fill=INK["soft"], bold=True, anchor="middle")
    for k in range(page.rows):
        y = (ys[k] + ys[k + 1]) / 2
        for x in (f.x - b / 2, f.right + b / 2):
            out += label(x, y + size * 0.36, str(k + 1), size, fill=INK["soft"], bold=True, anchor="middle")
    out += rect(f.x, f.y, f.width, f.height, fill="none", stroke=INK["text"], stroke_width=0.4)
    out += rect(
        f.x - b, f.y - b, f.width + 2 * b, f.height + 2 * b, fill="none", stroke=INK["soft"], stroke_width=0.2
    )
    return out
