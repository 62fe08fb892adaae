"""A leaflet for growers: A4 folded in three; outside title, rules and list, inside the map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pitchplan.sheets.draw import fit_size, label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.key import draw_strip
from pitchplan.sheets.layouts import round_scale, unit_of
from pitchplan.sheets.lettering import LEAST_MM, text_width, wrap
from pitchplan.sheets.listing import arrange, draw_columns, list_body
from pitchplan.sheets.page import PAPERS, Page, Rect, north_bearing
from pitchplan.sheets.panel import draw_publisher, draw_season, titles
from pitchplan.sheets.qr import qr_xml
from pitchplan.sheets.words import latin, word, words

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["as_leaflet", "draw_inside_key", "draw_outside"]

_PANELS = 3
_FRONT_UNIT = 1.2
_MARGIN, _STRIP, _CODE = 7.0, 24.5, 36.0  # millimetres


def as_leaflet(sheet: Sheet) -> Sheet:
    """Lay a sheet's page out as a leaflet.

    Parameters
    ----------
    sheet : Sheet
        On the page whose map and spots the leaflet shows: the whole city, or a district of an atlas.

    Returns
    -------
    Sheet
        Two pages of A4 in landscape, to be printed on both sides (flipped on the short edge) and
        folded twice into a zigzag: first the outside, then the inside with the map.
    """
    width, height = PAPERS["A4"]
    unit = unit_of("A4")
    band = 4.5 * unit
    frame = Rect(
        _MARGIN + band,
        _MARGIN + band,
        width - 2 * (_MARGIN + band),
        height - 2 * (_MARGIN + band) - _STRIP - 2,
    )
    old = sheet.page
    west, south, east, north = old.window(-3.0) if old.district else sheet.extent
    scale = round_scale((east - west, north - south), frame.width, frame.height) or old.scale
    centre = ((west + east) / 2, (south + north) / 2)
    inside = Page(
        paper="A4",
        width=width,
        height=height,
        frame=frame,
        panel=frame,
        scale=scale,
        centre=centre,
        columns=max(2, round(frame.width / 35)),
        rows=max(2, round(frame.height / 35)),
        band=band,
        unit=unit,
        north_deg=north_bearing(centre, sheet.published.crs),
        key=Rect(_MARGIN, height - _MARGIN - _STRIP, width - 2 * _MARGIN, _STRIP),
        page_id="leaflet-inside",
        district=old.district,
        part=old.part,
        kind="leaflet-inside",
        spots=old.spots,
    )
    outside = replace(inside, page_id="leaflet-outside", kind="leaflet-outside")
    spots = sheet.published.spots
    squares = [inside.square(s.x_m, s.y_m) for s in spots.itertuples()]
    published = replace(sheet.published, spots=spots.assign(grid_square=squares))
    return replace(sheet, page=outside, pages=(inside,), published=published, numbers={}, atlas=False)


def _panel(k: int) -> Rect:
    """Return the room of one of the panels of a side, from left to right."""
    width, height = PAPERS["A4"]
    wide = width / _PANELS
    return Rect(k * wide + _MARGIN, _MARGIN + 3.0, wide - 2 * _MARGIN, height - 2 * _MARGIN - 3.0)


def _folds(ends_only: bool) -> str:
    """Mark the folds lightly: at the paper's edges alone where a map runs over them."""
    width, height = PAPERS["A4"]
    xs = [width * k / _PANELS for k in range(1, _PANELS)]
    marks = ((0.0, 4.0), (height - 4.0, 4.0)) if ends_only else ((0.0, height),)
    data = "".join(f"M{x:.2f} {y:.2f}v{length:.2f}" for x in xs for y, length in marks)
    return (
        f'<path d="{data}" stroke="{INK["rule"]}" stroke-width=".2" stroke-dasharray="1 1.2" fill="none"/>\n'
    )


def draw_inside_key(sheet: Sheet, shown: frozenset[str]) -> str:
    """Draw the key under the inside's map, and where it folds."""
    assert sheet.page.key is not None
    return draw_strip(sheet, shown, sheet.page.key) + _folds(True)


def draw_outside(sheet: Sheet) -> str:
    """Draw the outside: the list, what is asked of growers, and the front.

    Parameters
    ----------
    sheet : Sheet
        A leaflet with the spots of its page alone.

    Returns
    -------
    str
        SVG elements.
    """
    asked, high = _asked(sheet, _panel(1), 0.0)
    if not len(sheet.published.spots):
        return _folds(False) + asked + _front(sheet, _panel(2))
    one = list_body(sheet, _panel(0))
    style, columns, left_out = arrange(sheet, one, columns=(1,))
    if not left_out:
        rows = draw_columns(sheet, one, style, columns, airy=True)
        contacts = _contacts(sheet, _panel(1), _panel(1).y + high + 12.0)
        return _folds(False) + _heading(sheet) + rows + asked + contacts + _front(sheet, _panel(2))
    # A long list goes on in the middle, and what is asked of growers stands under it.
    body, second = one, list_body(sheet, _panel(1))
    room = body.height - high - 4.0
    both = Rect(body.x, body.y, body.width + second.width + 3.4 * sheet.page.unit, room)
    style, columns, left_out = arrange(sheet, both, columns=(2,))
    narrow = replace(style, columns=1)
    out = ""
    for k, (part, column) in enumerate(zip((body, second), columns, strict=True)):
        own = Rect(part.x, part.y, part.width, room if k else part.height)
        out += draw_columns(sheet, own, narrow, [column], airy=False)
    if left_out:
        more = word(sheet.languages[0], "more_link", n=left_out)
        out += label(second.x, second.y + room + 2.0, more, 2.3, bold=True, fill=INK["red"])
    asked, _ = _asked(sheet, _panel(1), room + second.y - _panel(1).y + 4.0)
    return _folds(False) + _heading(sheet) + out + asked + _front(sheet, _panel(2))


def _heading(sheet: Sheet) -> str:
    area = _panel(0)
    said = [word(language, "spots") for language in sheet.languages]
    out = label(area.x, area.y + 3.6, said[0], 3.4, bold=True)
    after = area.x + text_width(said[0], 3.4, bold=True) + 1.6
    return out + "".join(label(after, area.y + 3.6, text, 2.3, fill=INK["soft"]) for text in said[1:])


def _asked(sheet: Sheet, area: Rect, below: float) -> tuple[str, float]:
    """Draw what is asked of growers; return also its height."""
    y = area.y + below
    out = rect(area.x, y, area.width, 0.2, fill=INK["rule"]) if below else ""
    for k, language in enumerate(sheet.languages):
        size = (3.9, 2.8)[k]
        y += (1.5 + k) * size
        out += label(area.x, y, word(language, "behaviour_head"), size * 1.1, bold=True, fill=INK["melon"])
        y += 0.3 * size
        for text in words(language, "behaviour"):
            for i, line in enumerate(wrap(text, size, area.width - 4.0)):
                y += 1.42 * size
                if not i:
                    dot = f'<circle cx="{area.x + 1:.2f}" cy="{y - 0.36 * size:.2f}" r=".6"'
                    out += f'{dot} fill="{INK["melon"]}"/>\n'
                out += label(area.x + 3.2, y, line, size, fill=INK["soft"] if k else INK["text"])
    return out, y - area.y - below


def _contacts(sheet: Sheet, area: Rect, y: float) -> str:
    """Draw the contact line of each district."""
    if not sheet.contact:
        return ""
    language = sheet.languages[0]
    layer = sheet.layers["communities"]
    english = dict(zip(layer["district"], layer["district_en"], strict=True))
    out = label(area.x, y, word(language, "contacts_head"), 4.3, bold=True, fill=INK["melon"])
    own = set(sheet.published.spots["district"])
    for district, line in sheet.contact.items():
        if district not in own:
            continue
        name = (english.get(district) or district) if latin(language) else district
        for text in wrap(f"{name}  {line}", 3.2, area.width):
            y += 4.9
            if y > area.bottom:
                return out
            out += label(area.x, y, text, 3.2)
    return out


def _front(sheet: Sheet, area: Rect) -> str:
    """Draw the front: title, free of charge, season, code, publisher."""
    first, second = titles(sheet)
    # Read at arm's length, unlike what stands beside a map.
    sheet = replace(sheet, page=replace(sheet.page, unit=_FRONT_UNIT))
    out, y = rect(area.x, area.y, area.width, 2.2, fill=INK["melon"]), area.y + 22.0
    for text, wanted, bold in ((first, 12.0, True), (second, 5.0, False)):
        size = fit_size(text, wanted, 2.0 * area.width, bold=bold, least=3.0) if text else wanted
        for line in wrap(text, size, area.width, bold=bold) if text else []:
            y += (1.25 if bold else 1.6) * size
            out += label(area.x, y, line, size, bold=bold, fill=INK["text"] if bold else INK["soft"])
    y += 9.0
    out += rect(area.x, y, area.width, 11.0 * len(sheet.languages), fill=INK["melon"], rx=1.5)
    for k, language in enumerate(sheet.languages):
        text = word(language, "free")
        size = fit_size(text, 6.0 if not k else 4.4, area.width - 8.0, bold=not k)
        y += 8.2 if not k else 9.4
        out += label(area.x + 4.0, y, text, size, fill="#FFFFFF", bold=not k)
    season, y = draw_season(sheet, Rect(area.x, y + 7.0, area.width, 0.0))
    out += season
    if sheet.link:
        y += 6.0
        out += qr_xml(sheet.link, area.x, y, _CODE)
        for k, language in enumerate(sheet.languages):
            text = word(language, "scan")
            size = fit_size(text, 3.0 if not k else 2.4, area.width - _CODE - 3.0, least=LEAST_MM)
            out += label(area.x + _CODE + 2.0, y + 14.0 + 4.2 * k, text, size, bold=not k)
    foot, end = draw_publisher(sheet, Rect(area.x, 0.0, area.width, 0.0))
    foot, _ = draw_publisher(sheet, Rect(area.x, area.bottom - end, area.width, 0.0))
    return out + foot
