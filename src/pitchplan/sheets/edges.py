"""Where a page's map goes on: the neighbours at its edges, named with their page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.draw import label
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width
from pitchplan.sheets.page import Rect
from pitchplan.sheets.words import latin, word

if TYPE_CHECKING:
    from collections.abc import Container

    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["areas_of", "draw_edges", "inside_edges", "part_of", "with_neighbours"]

_LEAST_SHARE = 0.12  # of an edge that a neighbour must hold to be named there


def areas_of(sheet: Sheet) -> dict[str, Any]:
    """Return the polygon of each part that an atlas may give a page to, in the planning CRS."""
    layer = sheet.layers["communities"]
    geometry, part = layer.geometry.to_numpy(), layer["part"].to_numpy()
    return {name: shapely.union_all(geometry[part == name]) for name in dict.fromkeys(part)}


def part_of(page_id: str, parts: Container[str]) -> str:
    """Return the part that a page shows; the second page of a part has the part's name with ``-2``.

    Examples
    --------
    >>> part_of("历下区-2", {"历下区"}), part_of("历下区", {"历下区"})
    ('历下区', '历下区')
    """
    return page_id if page_id in parts else page_id.rpartition("-")[0]


def _stretches(page: Page, areas: dict[str, Any]) -> list[tuple[str, str, float]]:
    """Return edge, page and the middle of the longest stretch of the edge that its area holds, 0 to 1."""
    west, south, east, north = page.window(-1.0)
    edges = {
        "north": ((west, north), (east, north)),
        "east": ((east, north), (east, south)),
        "south": ((west, south), (east, south)),
        "west": ((west, north), (west, south)),
    }
    found = []
    for edge, ends in edges.items():
        line = shapely.linestrings(ends)
        for name, area in areas.items():
            pieces = shapely.get_parts(shapely.intersection(line, area))
            lengths = shapely.length(pieces)
            if name == page.page_id or not len(pieces) or lengths.max() < _LEAST_SHARE * line.length:
                continue
            middle = shapely.line_interpolate_point(pieces[int(lengths.argmax())], 0.5, normalized=True)
            found.append((edge, name, float(shapely.line_locate_point(line, middle, normalized=True))))
    return sorted(found, key=lambda f: (list(edges).index(f[0]), f[2]))


def with_neighbours(page: Page, areas: dict[str, Any]) -> Page:
    """Let a page know the pages that go on at its edges.

    Parameters
    ----------
    page : Page
        A page of an atlas.
    areas : dict of str to polygon
        What each page lists, by ``page_id``.

    Returns
    -------
    Page
        With its neighbours from west to east and from north to south.
    """
    found = _stretches(page, areas)
    return replace(
        page,
        neighbours=tuple((edge, name) for edge, name, _ in found),
        neighbours_at=tuple(at for _, _, at in found),
    )


def _band(sheet: Sheet) -> float:
    return max(2.3 * sheet.page.unit, LEAST_MM) * 1.7


def inside_edges(sheet: Sheet) -> Rect:
    """Return the frame without the band along its edges that names the neighbours."""
    f = sheet.page.frame
    b = _band(sheet) if sheet.page.neighbours else 0.0
    return Rect(f.x + b, f.y + b, f.width - 2 * b, f.height - 2 * b)


def draw_edges(sheet: Sheet) -> str:
    """Draw the neighbours' names along the edges, each with an arrow and its page.

    Parameters
    ----------
    sheet : Sheet
        What is shown, on a page of its atlas.

    Returns
    -------
    str
        SVG elements; along the sides they are turned by a quarter.
    """
    page, f = sheet.page, sheet.page.frame
    if not page.neighbours:
        return ""
    layer, language = sheet.layers["communities"], sheet.languages[0]
    by_part = dict(zip(layer["part"], layer["part_en"], strict=True))
    size = max(2.3 * page.unit, LEAST_MM)
    half = _band(sheet) / 2
    out = ""
    for (edge, page_id), share in zip(page.neighbours, page.neighbours_at, strict=True):
        name = part_of(page_id, by_part)
        said = (by_part.get(name) or name) if latin(language) else name
        text = word(language, "goes_on", district=said, page=sheet.numbers.get(page_id, ""))
        arm = 1.5 * size  # arrow and the space after it
        wide = text_width(text, size, bold=True) + arm + 1.6
        room = f.width if edge in ("north", "south") else f.height
        at = float(np.clip(share * room, wide / 2 + 1, max(room - wide / 2 - 1, wide / 2 + 1)))
        x, y, turn = {
            "north": (f.x + at, f.y + half, 0),
            "south": (f.x + at, f.bottom - half, 0),
            "west": (f.x + half, f.y + at, -90),
            "east": (f.right - half, f.y + at, 90),
        }[edge]
        # Letters along both sides have their feet to the map; each arrow points out of it.
        up = edge != "south"
        left, high = -wide / 2 + 0.8, size * 0.62
        tip, foot = (-high * 0.62, high * 0.62) if up else (high * 0.62, -high * 0.62)
        arrow = f"M{left + size * 0.45:.2f} {tip:.2f}l{size * 0.42:.2f} {foot - tip:.2f}h{-size * 0.84:.2f}z"
        out += (
            f'<g transform="translate({x:.2f} {y:.2f}) rotate({turn})">'
            f'<rect x="{-wide / 2:.2f}" y="{-size * 0.78:.2f}" width="{wide:.2f}" height="{size * 1.56:.2f}" '
            f'rx=".5" fill="#FFFFFF" fill-opacity=".9" stroke="{INK["district"]}" stroke-width=".18"/>'
            f'<path d="{arrow}" fill="{INK["district"]}"/>'
            + label(left + arm, size * 0.37, text, size, fill=INK["district"], bold=True).strip()
            + "</g>\n"
        )
    return out
