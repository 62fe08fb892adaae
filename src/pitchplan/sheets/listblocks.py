"""Set the rows of the list: what each says, where its lines break, how high it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pitchplan.sheets.lettering import text_width, wrap
from pitchplan.sheets.listrows import Block, Style, number_width, tail_width
from pitchplan.sheets.officefacts import office_lines
from pitchplan.sheets.opening import days_open, open_spans
from pitchplan.sheets.words import latin, word

if TYPE_CHECKING:
    from pitchplan.sheets.page import Rect
    from pitchplan.sheets.sheet import Sheet

__all__ = ["ROW", "blocks_of", "continued"]

ROW = 1.6  # least height of a row, in sizes of its letters


def blocks_of(sheet: Sheet, style: Style, area: Rect, *, force: bool = False) -> list[Block] | None:
    """Set every row of the list.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    style : Style
        How it is set.
    area : Rect
        All its columns.
    force : bool
        Whether addresses may take as many lines as they need.

    Returns
    -------
    list of Block, or None
        None where an address would need more lines than its row should have.
    """
    gap = 3.4 * sheet.page.unit
    width = (area.width - gap * (style.columns - 1)) / style.columns
    room = width - number_width(style) - tail_width(style)
    if room < 12:
        return None
    english = latin(sheet.languages[0])
    blocks: list[Block] = []
    rows = sheet.published.rows
    tab = max((text_width(s.address, style.size) for s in rows), default=0.0) + style.size
    for district, part in _by_district(rows).items():
        blocks.append(_district_block(sheet, style, width, district, part))
        for s in part:
            first, second = (s.address_en or s.address, s.address) if english else (s.address, s.address_en)
            lines = wrap(first, style.size, room)
            more = wrap(second, style.second, room) if style.both and second and second != first else []
            beside = bool(more) and len(lines) == 1 and tab + text_width(second, style.second) <= room
            if beside:
                more = [second]
            if (len(lines) > 2 or len(more) > 2) and not force:
                return None
            details = [d for text in _details(sheet, s) for d in wrap(text, style.second, room)]
            below = len(details) + (0 if beside else len(more))
            height = len(lines) * style.size * 1.28 + below * style.second * 1.25 + style.size * 0.45
            content = (s, lines, more, tab if beside else 0.0, details, _tail(sheet, style, s))
            blocks.append(Block(max(height, style.size * ROW), False, content))
    return blocks + [_empty_block(sheet, style, width, district) for district in sheet.page.without_spots]


def _by_district(rows: list[Any]) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {}
    for s in rows:
        out.setdefault(s.district, []).append(s)
    return out


def _details(sheet: Sheet, spot: Any) -> list[str]:
    """Say what a spot has beside its address: days and hours of its own, and what the office sees."""
    p, language = sheet.published, sheet.languages[0]
    # The season's days and hours stand in the title.
    own = open_spans(spot) != [(p.first, p.last)]
    days = word(language, "open_days", days=days_open(language, spot)) if own else ""
    hours = str(spot.hours)
    said = hours.replace("-", "–") if hours != p.hours else ""
    return [t for t in (days, said, *office_lines(language, spot)) if t]


def _tail(sheet: Sheet, style: Style, spot: Any) -> str:
    """Say where a spot is shown."""
    if style.tail == "square":
        return str(spot.grid_square)
    page = word(sheet.languages[0], "page_short", page=spot.page)
    square = spot.page_square if style.tail == "page" else spot.grid_square
    return f"{page} {square}" if style.tail == "page" else f"{square} → {page}"


def _district_block(sheet: Sheet, style: Style, width: float, district: str, part: list[Any]) -> Block:
    totals = word(
        sheet.languages[0],
        "district_totals",
        **dict(zip(("spots", "pitches"), _counts(sheet, district, part), strict=True)),
    )
    return _heading(sheet, style, width, (district, part[0].district_en), totals)


def _empty_block(sheet: Sheet, style: Style, width: float, district: str) -> Block:
    """Name a district that has no spots, and whom to ask why."""
    layer = sheet.layers["communities"]
    english = next(iter(layer["district_en"][layer["district"] == district]), "")
    return _heading(sheet, style, width, (district, english), word(sheet.languages[0], "none"))


def _heading(sheet: Sheet, style: Style, width: float, names: tuple[str, str], totals: str) -> Block:
    """Set a district's names, what it has, and its contact."""
    district, english = names
    language = sheet.languages[0]
    name = (english if latin(language) else "") or district or word(language, "no_district")
    second = english if len(sheet.languages) > 1 and english != name else ""
    contact = sheet.contact.get(district, "")
    lines = wrap(word(language, "contact", contact=contact), style.second, width) if contact else []
    height = style.size * 2.75 + len(lines) * style.second * 1.35 + style.size * 0.35
    return Block(height, True, (name, second, totals, lines))


def continued(sheet: Sheet, style: Style, heading: Block) -> Block:
    """Return the heading under which a district goes on in the next column, or on the next page."""
    name, second, totals, _ = heading.content
    if not totals:  # it goes on from a page before
        return heading
    said = [word(x, "continued", name=n) for x, n in zip(sheet.languages, (name, second), strict=False) if n]
    return Block(style.size * 3.1, True, (said[0], "".join(said[1:]), "", []))


def _counts(sheet: Sheet, district: str, part: list[Any]) -> tuple[int, int]:
    """Count a district's spots and pitches; on a page of a long list those of other pages too."""
    whole = sheet.published.facts.get("districts", {})
    if sheet.page.kind == "list" and district in whole:
        return (int(whole[district][0]), int(whole[district][1]))
    return len(part), int(sum(s.capacity for s in part))
