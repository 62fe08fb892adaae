"""The face of a permit card on upright A6: who may sell where and when, and a map of the place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pitchplan.sheets.draw import fit_size, label, on_paper, rect, shape
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import FONTS, LEAST_MM, attr, text_width, wrap
from pitchplan.sheets.mapbody import draw_map, pitch_polygons
from pitchplan.sheets.margins import draw_margins
from pitchplan.sheets.onpage import in_the_window, of_the_page, other_spots
from pitchplan.sheets.page import Page, Rect, north_bearing
from pitchplan.sheets.qr import qr_xml
from pitchplan.sheets.stages import stage_line
from pitchplan.sheets.words import WORDS, latin, season_days, word

if TYPE_CHECKING:
    from pitchplan.sheets.cards import Card
    from pitchplan.sheets.sheet import Sheet

__all__ = ["CARD_MM", "CODE_MM", "MAP", "card_svg", "face_svg", "map_svg", "spot_page"]

CARD_MM = (105.0, 148.0)
"""Width and height of a card: A6 (ISO 216)."""
CODE_MM = 24.0
"""Side of the code, quiet zone included."""
MAP = Rect(6.0, 94.5, 93.0, 43.0)
"""Where the map stands on the card."""

_SCALE = 2000
_LEFT, _RIGHT = 6.0, 99.0
_KEY = 13.0  # width of the column that says what a line is
_CODE_Y = 55.4
_FACTS = 66.0  # width of the lines beside the code


def spot_page(sheet: Sheet, spot_id: str) -> Page:
    """Return the page whose map shows a spot in the middle, at 1:2,000."""
    spots = sheet.published.spots
    spot = spots[spots["spot_id"] == spot_id].iloc[0]
    centre = (float(spot["x_m"]), float(spot["y_m"]))
    return Page(
        paper="A6",
        width=CARD_MM[0],
        height=CARD_MM[1],
        frame=MAP,
        panel=MAP,
        scale=_SCALE,
        centre=centre,
        columns=1,
        rows=1,
        band=0.0,
        unit=0.8,
        north_deg=north_bearing(centre, sheet.published.crs),
        page_id=f"card-{spot_id}",
        spots=(spot_id,),
    )


def map_svg(sheet: Sheet, spot_id: str) -> bytes:
    """Return the map of a spot alone, which all its cards share."""
    near = replace(sheet, page=spot_page(sheet, spot_id), pages=(), numbers={})
    body, _ = draw_map(in_the_window(of_the_page(near)), other_spots(near))
    return _svg(near, MAP, body)


def face_svg(sheet: Sheet, card: Card) -> bytes:
    """Return everything on a card but its map, to be laid over it."""
    return _svg(sheet, Rect(0.0, 0.0, *CARD_MM), _face(sheet, card))


def card_svg(sheet: Sheet, card: Card) -> bytes:
    """Return a whole card."""
    near = map_svg(sheet, card.spot_id).decode()
    near = near.replace("<svg ", f'<svg x="{MAP.x:.2f}" y="{MAP.y:.2f}" ', 1)
    return _svg(sheet, Rect(0.0, 0.0, *CARD_MM), _paper() + near + _face(sheet, card))


def _svg(sheet: Sheet, area: Rect, body: str) -> bytes:
    """Return a drawing of a part of the card; what lies beyond is clipped."""
    families = ", ".join(f"'{f}'" for f in FONTS) + ", sans-serif"
    view = f"{area.x:g} {area.y:g} {area.width:g} {area.height:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{area.width:g}mm" height="{area.height:g}mm"'
        f' viewBox="{view}" font-family={attr(families)} xml:lang={attr(sheet.languages[0])}>\n{body}</svg>\n'
    ).encode()


def _paper() -> str:
    return rect(0, 0, *CARD_MM, fill=INK["paper"])


def _face(sheet: Sheet, card: Card) -> str:
    spot = sheet.published.spots.set_index("spot_id").loc[card.spot_id]
    page = spot_page(sheet, card.spot_id)
    out = draw_margins(replace(sheet, page=page, pages=()))
    out += _head(sheet, card) + _place(sheet, card, spot) + _facts(sheet, card, spot)
    if card.link:
        out += qr_xml(card.link, _RIGHT - CODE_MM, _CODE_Y, CODE_MM)
        said = " ".join(word(language, "card_scan") for language in sheet.languages)
        size = fit_size(said, 2.2, CODE_MM - 1.0, least=LEAST_MM)
        out += label(
            _RIGHT - CODE_MM / 2, _CODE_Y + CODE_MM + 1.4, said, size, anchor="middle", fill=INK["soft"]
        )
    return out + _free(sheet) + _on_map(sheet, card, page) + _foot(sheet)


def _head(sheet: Sheet, card: Card) -> str:
    """Draw title and permit's number."""
    titles = [word(language, "card_title") for language in sheet.languages]
    out = label(_LEFT, 14.6, titles[0], 6.0, bold=True, fill=INK["melon"])
    for text in titles[1:]:
        out += label(_LEFT, 18.6, text, 2.9, fill=INK["soft"])
    said = " ".join(word(language, "card_permit") for language in sheet.languages)
    out += label(_RIGHT, 10.8, said, 2.3, anchor="end", fill=INK["soft"])
    out += label(_RIGHT, 16.6, card.permit, 5.0, bold=True, anchor="end")
    return out + rect(_LEFT, 20.6, _RIGHT - _LEFT, 0.5, fill=INK["melon"])


def _place(sheet: Sheet, card: Card, spot: Any) -> str:
    """Draw the spot's number in big type, the bay and the address."""
    number, first = str(card.number), sheet.languages[0]
    size = 25.0
    out, x = "", _LEFT
    if latin(first):
        out += label(x, 26.4, word(first, "card_spot"), 4.2, bold=True)
    wide = text_width(number, size, bold=True)
    out += label(x, 43.2 if not latin(first) else 46.4, number, size, bold=True, fill=INK["red"])
    x += wide + 2.5
    y, room = 29.4, _RIGHT - x
    if not latin(first):
        out += label(x, y, word(first, "card_spot"), 5.4, bold=True)
        y += 6.4
    for k, language in enumerate(sheet.languages):
        text = word(language, "card_bay", bay=card.bay, bays=card.bays)
        shown = fit_size(text, 4.4 if not k else 2.8, room, bold=not k, least=LEAST_MM)
        out += label(x, y, text, shown, bold=not k, fill=INK["soft"] if k else INK["text"])
        y += 4.6
    y = 48.6 if not latin(first) else 51.0
    for k, language in enumerate(sheet.languages):
        text = str((spot["address_en"] if latin(language) else "") or spot["address"])
        shown, wide = (3.6 if latin(language) else 4.0) if not k else 2.5, _RIGHT - _LEFT
        # Nothing of an address may be missing: one line of smaller letters where there is no room for two.
        lines = wrap(text, shown, wide, bold=not k)
        if len(lines) > (2 if len(sheet.languages) == 1 else 1):
            shown, lines = fit_size(text, shown, wide, bold=not k, least=1.0), [text]
        for line in lines:
            out += label(_LEFT, y, line, shown, bold=not k, fill=INK["soft"] if k else INK["text"])
            y += 1.05 * shown if not k and len(sheet.languages) > 1 else 1.3 * shown
    return out


def _facts(sheet: Sheet, card: Card, spot: Any) -> str:
    """Draw name, vehicle, hours and validity."""
    out, y = "", 60.2
    wide = (_FACTS if card.link else _RIGHT - _LEFT) - _KEY
    for key in ("card_name", "card_vehicle", "card_hours", "card_valid"):
        said = [_fact(sheet, card, spot, key, language) for language in sheet.languages]
        out += label(_LEFT, y, word(sheet.languages[0], key), 2.9, fill=INK["soft"])
        size = fit_size(said[0], 3.9 if key == "card_name" else 3.4, wide, bold=True, least=LEAST_MM)
        out += label(_LEFT + _KEY, y, said[0], size, bold=True)
        for k, language in enumerate(sheet.languages[1:], start=1):
            small = fit_size(said[k], 2.2, wide, least=LEAST_MM)
            out += label(_LEFT, y + 2.9, word(language, key), 2.1, fill=INK["soft"])
            same = said[k] == said[0]
            out += "" if same else label(_LEFT + _KEY, y + 2.9, said[k], small, fill=INK["soft"])
        y += 6.6
    return out


def _fact(sheet: Sheet, card: Card, spot: Any, key: str, language: str) -> str:
    if key == "card_name":
        return card.name
    if key == "card_vehicle":
        name = str(WORDS[language].get(f"vehicle_{card.vehicle}", card.vehicle))
        return f"{name} · {card.plate}" if card.plate else name
    if key == "card_hours":
        hours = str(spot["hours"] or sheet.published.hours).replace("-", "–")
        return word(language, "hours", hours=hours) if hours else word(language, "all_day")
    return season_days(language, *_open(sheet, spot))


def _open(sheet: Sheet, spot: Any) -> tuple[dt.date, dt.date]:
    """Return a spot's own first and last day, where it has them, else the season's."""
    days = [str(spot.get(key, ""))[:10] for key in ("opens", "closes")]
    if not all(len(d) == 10 for d in days):
        return sheet.published.first, sheet.published.last
    return dt.date.fromisoformat(days[0]), dt.date.fromisoformat(days[1])


def _free(sheet: Sheet) -> str:
    """Draw the band that says that nothing is to be paid."""
    out = rect(_LEFT, 86.6, _RIGHT - _LEFT, 6.2, fill=INK["melon"], rx=0.8)
    texts = [word(language, "free") for language in sheet.languages]
    out += label(_LEFT + 2.0, 91.1, texts[0], 4.0, bold=True, fill="#FFFFFF")
    for text in texts[1:]:
        out += label(_RIGHT - 2.0, 90.9, text, 2.8, fill="#FFFFFF", anchor="end")
    return out


def _on_map(sheet: Sheet, card: Card, page: Page) -> str:
    """Mark the holder's bay on the map, and draw its frame, scale and north."""
    own = (sheet.published.pitches["pitch_id"] == card.pitch_id).to_numpy()
    bay = on_paper(pitch_polygons(sheet)[own], page, tolerance_mm=0.0)
    out = shape(bay, fill="#FFD400", stroke=INK["text"], stroke_width=0.35)
    m = MAP
    out += rect(m.x, m.y, m.width, m.height, fill="none", stroke=INK["text"], stroke_width=0.3)
    said = "  ".join(word(language, "card_own") for language in sheet.languages)
    texts = [f"1:{page.scale:,}".replace(",", " "), said]
    x = m.x
    for k, text in enumerate(texts):
        wide = text_width(text, 2.2) + 2.0 + (4.0 if k else 0.0)
        out += rect(x, m.bottom - 3.6, wide, 3.6, fill="#FFFFFF", fill_opacity=0.88)
        if k:
            out += rect(
                x + 1.0, m.bottom - 2.7, 3.0, 1.6, fill="#FFD400", stroke=INK["text"], stroke_width=0.3
            )
        out += label(x + 1.0 + (4.0 if k else 0.0), m.bottom - 1.1, text, 2.2)
        x += wide
    return out + _north(sheet, page)


def _north(sheet: Sheet, page: Page) -> str:
    x, y = MAP.right - 4.2, MAP.y + 5.6
    arrow = f'<g transform="rotate({page.north_deg:.1f} {x:.2f} {y:.2f})">'
    arrow += f'<path d="M{x:.2f} {y - 3.6:.2f}l1.7 4.6l-1.7 -1.1l-1.7 1.1z" fill="{INK["text"]}"/></g>\n'
    back = rect(MAP.right - 7.4, MAP.y + 1.0, 6.4, 9.4, fill="#FFFFFF", fill_opacity=0.88, rx=0.6)
    return (
        back + arrow + label(x, y + 4.1, word(sheet.languages[0], "north"), 2.3, bold=True, anchor="middle")
    )


def _foot(sheet: Sheet) -> str:
    """Draw who issues it, its stage and day, and that it is handed to its holder alone."""
    language = sheet.languages[0]
    issuer = word(language, "card_issuer", publisher=sheet.publisher)
    when = word(language, "semicolon").join(stage_line(sheet, language))
    room = _RIGHT - _LEFT - (text_width(when, 2.2) + 3.0 if when else 0.0)
    out = label(_LEFT, 141.2, issuer, fit_size(issuer, 2.8, room, bold=True, least=LEAST_MM), bold=True)
    out += label(_RIGHT, 141.2, when, 2.2, anchor="end", fill=INK["soft"]) if when else ""
    said = " · ".join(word(x, "card_private") for x in sheet.languages)
    return out + label(
        _LEFT, 145.0, said, fit_size(said, 2.2, _RIGHT - _LEFT, least=LEAST_MM), fill=INK["soft"]
    )
