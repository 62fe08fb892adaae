"""The panel beside the map: title, season, list of spots, and the key where it has no place of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.sheets.districtindex import draw_index, index_height
from pitchplan.sheets.draw import fit_size, label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.key import (
    column_fits,
    draw_column,
    draw_foot,
    draw_strip,
    may_be_shown,
    strip_fits,
)
from pitchplan.sheets.lettering import LEAST_MM, text_width, wrap
from pitchplan.sheets.listing import arrange, draw_list, list_body
from pitchplan.sheets.locator import draw_locator, locator_place
from pitchplan.sheets.page import Rect
from pitchplan.sheets.qr import qr_side, qr_xml
from pitchplan.sheets.stages import is_open, publisher_line, stage_line
from pitchplan.sheets.words import latin, season_line, word

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = [
    "draw_panel",
    "draw_publisher",
    "draw_season",
    "how_the_list_stands",
    "how_well_it_fits",
    "list_area",
    "titles",
]

Line = tuple[str, float, bool, str]


def draw_panel(sheet: Sheet, shown: frozenset[str]) -> str:
    """Draw title, list, legend, scale and notes.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    shown : frozenset of str
        What the map really shows; the legend explains these.

    Returns
    -------
    str
        SVG elements.
    """
    out, area, key = _arranged(sheet, shown)
    if sheet.page.listing == "districts":
        return out + draw_index(sheet, area) + key
    area, place = locator_place(sheet, area)
    return out + draw_list(sheet, area) + (draw_locator(sheet, place) if place else "") + key


def list_area(sheet: Sheet) -> Rect:
    """Return the room that is left for the list where the legend is as long as it may be."""
    return _arranged(sheet, may_be_shown(sheet))[1]


def how_well_it_fits(sheet: Sheet) -> int:
    """Return how well list and key fit the sheet's page: the less, the better.

    Parameters
    ----------
    sheet : Sheet
        What is shown, on the page to be judged.

    Returns
    -------
    int
        0 where all fits well, 1 where the letters are small, 2 where a language is dropped or an
        address takes more than two lines, 3 where spots are left out, 4 where the key does not fit.
    """
    page = sheet.page
    area = list_area(sheet)
    if area.height < 20 or not _key_fits(sheet):
        return 4
    if page.listing == "districts":
        return 0 if index_height(sheet) <= area.height else 3
    if not len(sheet.published.spots):
        return 0
    style, columns, left_out = arrange(sheet, list_body(sheet, area))
    if left_out:
        return 3
    broken = any(len(b.content[1]) > 2 for column in columns for b in column if not b.heading)
    if broken or (len(sheet.languages) > 1 and not style.both):
        return 2
    # A narrow panel may buy a larger map, but not with letters smaller than the other layouts have.
    least = min(2.3, 2.3 * page.unit) if page.layout == "headed" else LEAST_MM
    return 0 if style.size >= least - 1e-9 else 1


def how_the_list_stands(sheet: Sheet) -> tuple[float, float, bool]:
    """Return the size of the list's letters, how much of its room it takes, and what stands beside it.

    Parameters
    ----------
    sheet : Sheet
        What is shown, on a page that lists spots.

    Returns
    -------
    size : float
        Millimetres.
    share : float
        Of its room's height; 1 where it leaves out spots.
    located : bool
        Whether the small map of the whole city has room.
    """
    area = list_area(sheet)
    body = list_body(sheet, area)
    style, columns, left_out = arrange(sheet, body)
    share = max(sum(b.height for b in column) for column in columns) / body.height
    return style.size, 1.0 if left_out else share, locator_place(sheet, area)[1] is not None


def _key_fits(sheet: Sheet) -> bool:
    """Tell whether a key with a place of its own fits it; one at the panel's foot takes what it needs."""
    key, layout = sheet.page.key, sheet.page.layout
    if key is None or layout == "columns":
        return True
    return column_fits(sheet, key) if layout == "stacked" else strip_fits(sheet, key)


def _arranged(sheet: Sheet, shown: frozenset[str]) -> tuple[str, Rect, str]:
    """Draw head and key where the layout has them; return them and the room that is left for the list."""
    page, p = sheet.page, sheet.page.panel
    head, top = _head(sheet) if page.head is None else (_head_band(sheet, page.head), p.y)
    if page.key is None:
        key, bottom = draw_foot(sheet, shown)
        return head, Rect(p.x, top, p.width, bottom - top), key
    if page.layout in ("columns", "stacked"):
        k = Rect(page.key.x, top, page.key.width, p.bottom - top)
        list_width = page.key.x - 6.0 * page.unit - p.x
        return head, Rect(p.x, top, list_width, p.bottom - top), draw_column(sheet, shown, k)
    return head, Rect(p.x, top, p.width, p.bottom - top), draw_strip(sheet, shown, page.key)


def _both(sheet: Sheet, key: str, **parts: object) -> list[str]:
    return [word(language, key, **parts) for language in sheet.languages]


def titles(sheet: Sheet) -> tuple[str, str]:
    """Return a page's title and what stands under it, in the sheet's languages."""
    first, second = sheet.title, sheet.title_en
    if sheet.page.district:
        return _district_titles(sheet)
    if len(sheet.languages) == 1:
        first = (second or first) if latin(sheet.languages[0]) else first
        second = ""
    return first, second if second != first else ""


def _district_titles(sheet: Sheet) -> tuple[str, str]:
    """Return the district's name as the title of its page, and the map's title under it."""
    layer, district = sheet.layers["communities"], sheet.page.district
    english = next((e for p, e in zip(layer["part"], layer["part_en"], strict=True) if p == district), "")
    first = (english or district) if latin(sheet.languages[0]) else district
    second = english if len(sheet.languages) > 1 and english != first else ""
    part, parts = sheet.page.part
    if parts > 1:
        first = word(sheet.languages[0], "part_of", district=first, part=part, parts=parts)
    whole = (sheet.title_en or sheet.title) if latin(sheet.languages[0]) else sheet.title
    return first, f"{second}  ·  {whole}" if second else whole


def _title(sheet: Sheet, x: float, y: float, width: float) -> tuple[str, float]:
    """Draw the title, in two lines if it is long, and the second language's; return also where it ends."""
    u = sheet.page.unit
    first, second = titles(sheet)
    size = fit_size(first, 10.0 * u, width, bold=True, least=6.0 * u)
    lines = wrap(first, size, width, bold=True)
    if len(lines) > 1:
        size = 6.0 * u if len(lines) == 2 else 4.4 * u
        lines = wrap(first, size, width, bold=True)
    out = ""
    y -= size * 0.3
    for line in lines:
        y += size * 1.16
        out += label(x, y, line, size, fill=INK["text"], bold=True)
    if second:
        small = fit_size(second, 4.6 * u, width, least=2.6 * u)
        for line in wrap(second, small, width):
            y += small * 1.5
            out += label(x, y, line, small, fill=INK["soft"])
    return out, y


def _free(sheet: Sheet, x: float, y: float, width: float) -> str:
    """Draw the band that says that it costs nothing, 10 mm high on A3."""
    u = sheet.page.unit
    high = 10.0 * u
    out = rect(x, y, width, high, fill=INK["melon"], rx=1.2)
    words = _both(sheet, "free")
    room = width - 6.4 * u
    size = fit_size(words[0], 5.0 * u, room * (0.52 if len(words) > 1 else 1.0), bold=True, least=LEAST_MM)
    out += label(x + 3.2 * u, y + high / 2 + size * 0.37, words[0], size, fill="#FFFFFF", bold=True)
    if len(words) > 1:
        rest = room - text_width(words[0], size, bold=True) - 2.0 * u
        small = fit_size(words[1], 3.3 * u, rest, least=LEAST_MM)
        end = x + width - 3.2 * u
        out += label(end, y + high / 2 + small * 0.36, words[1], small, fill="#FFFFFF", anchor="end")
    return out


def _lines(sheet: Sheet, lines: list[Line], x: float, y: float, width: float) -> tuple[str, float]:
    """Draw lines of text one below the other, broken where they are too long."""
    out = ""
    for text, wanted, bold, ink in lines:
        size = fit_size(text, max(wanted, LEAST_MM), width, bold=bold, least=max(0.8 * wanted, LEAST_MM))
        for line in wrap(text, size, width, bold=bold):
            y += size * 1.42
            out += label(x, y, line, size, fill=ink, bold=bold)
    return out, y


def _season(sheet: Sheet) -> list[Line]:
    u, f = sheet.page.unit, sheet.published
    said = [season_line(language, f.first, f.last, f.hours) for language in sheet.languages]
    lines: list[Line] = [(said[0], 3.3 * u, True, INK["text"])]
    return lines + [(text, 2.4 * u, False, INK["soft"]) for text in said[1:]]


def _here(sheet: Sheet, width: float) -> list[Line]:
    """Say what may be done: in one line, or in one line per language."""
    said, size = _both(sheet, "not_yet" if is_open(sheet) else "here"), 2.3 * sheet.page.unit
    whole = "  ".join(said)
    lines = [whole] if text_width(whole, max(size, LEAST_MM), bold=is_open(sheet)) <= width else said
    ink = INK["red" if is_open(sheet) else "text"]
    return [(text, size, is_open(sheet), ink) for text in lines]


def _publisher(sheet: Sheet) -> list[Line]:
    language, size = sheet.languages[0], 2.3 * sheet.page.unit
    lines: list[Line] = []
    if sheet.valid:
        lines.append((word(language, "valid", valid=sheet.valid), size, False, INK["text"]))
    lines.append((publisher_line(sheet, language), size, False, INK["soft"]))
    more = stage_line(sheet, language)
    if sheet.review_number:
        more.append(word(language, "review", number=sheet.review_number))
    if more:
        lines.append((word(language, "comma").join(more), size, False, INK["soft"]))
    return lines


def _code(sheet: Sheet, right: float, top: float) -> tuple[str, float]:
    """Draw the QR code at an upper right corner; return also the width it takes."""
    if not sheet.link:
        return "", 0.0
    side = qr_side(sheet.page.unit)
    return qr_xml(sheet.link, right - side, top, side), side + 1.5 * sheet.page.unit


def _head(sheet: Sheet) -> tuple[str, float]:
    """Draw title, free-of-charge band, season and publisher; return also where they end."""
    p, u = sheet.page.panel, sheet.page.unit
    code, taken = _code(sheet, p.right, p.y)
    out, y = _title(sheet, p.x, p.y, p.width - taken)
    y += 3.6 * u
    beside = y + 10.0 * u < p.y + taken + 4.0 * u  # the band ends where the code does, or nearly so
    if taken and not beside:
        y = max(y, p.y + taken)
    out += code + _free(sheet, p.x, y, p.width - taken if beside else p.width)
    y = max(y + 11.4 * u, p.y + taken if taken else 0.0)
    said = [*_season(sheet), *_here(sheet, p.width), *_publisher(sheet)]
    text, y = _lines(sheet, said, p.x, y, p.width)
    return out + text, y + 3.0 * u


def _head_band(sheet: Sheet, area: Rect) -> str:
    """Draw the same over the map: title, free-of-charge band, season, from left to right."""
    u = sheet.page.unit
    code, taken = _code(sheet, area.right, area.y)
    area = Rect(area.x, area.y, area.width - taken, area.height)
    title = titles(sheet)
    gap = 5.0 * u
    need = max(text_width(title[0], 10.0 * u, bold=True), text_width(title[1], 4.6 * u))
    left = min(need, 0.42 * area.width)
    out = code + _title(sheet, area.x, area.y, left)[0]
    season = _season(sheet)
    right = min(max(1.04 * text_width(season[0][0], season[0][1], bold=True), 60 * u), 0.36 * area.width)
    middle = area.width - left - right - 2 * gap
    x = area.x + left + gap
    out += _free(sheet, x, area.y, middle)
    here = _lines(sheet, _here(sheet, middle), x, area.y + 10.6 * u, middle)
    x += middle + gap
    return out + here[0] + _lines(sheet, [*season, *_publisher(sheet)], x, area.y - 1.2 * u, right)[0]


def draw_season(sheet: Sheet, area: Rect) -> tuple[str, float]:
    """Draw days, hours and what may be done, from an area's top; return also where they end."""
    return _lines(sheet, [*_season(sheet), *_here(sheet, area.width)], area.x, area.y, area.width)


def draw_publisher(sheet: Sheet, area: Rect) -> tuple[str, float]:
    """Draw validity, publisher, day of issue and review number; return also where they end."""
    return _lines(sheet, _publisher(sheet), area.x, area.y, area.width)
