"""The list of spots by district: as large as it fits, in as few columns as it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width, wrap
from pitchplan.sheets.listrows import Block, Style, draw_district, draw_spot, number_width, tail_width
from pitchplan.sheets.page import Rect
from pitchplan.sheets.words import latin, word

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["arrange", "draw_list", "list_body"]


def _styles(unit: float, digits: int) -> list[Style]:
    """Return the ways to set the list, the most generous first."""
    found = []
    for both in (True, False):
        for size, second in (
            (3.4, 2.5),
            (3.15, 2.35),
            (2.9, 2.25),
            (2.6, 2.1),
            (2.35, 1.95),
            (2.15, 1.9),
            (1.95, 1.9),
        ):
            for columns in (1, 2, 3):
                found.append(
                    Style(columns, max(LEAST_MM, size * unit), max(LEAST_MM, second * unit), both, digits)
                )
    return found


def arrange(sheet: Sheet, area: Rect) -> tuple[Style, list[list[Block]], int]:
    """Choose the largest setting in which all spots fit, and deal the rows into columns.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    area : Rect
        Where the list may stand.

    Returns
    -------
    style : Style
        How it is set.
    columns : list of list of Block
        What stands in each column.
    left_out : int
        Spots that do not fit even in the smallest setting.
    """
    digits = max(len(str(n)) for n in sheet.published.spots["number"])
    styles = _styles(sheet.page.unit, digits)
    both = len(sheet.languages) > 1
    best: tuple[float, Style, list[list[Block]]] | None = None
    for style in styles:
        if style.both and not both:
            continue
        blocks = _blocks(sheet, style, area)
        columns = _deal(blocks, style.columns, area.height) if blocks else None
        if blocks and columns is not None:
            cost = _ugliness(style, blocks, styles[0].size)
            if best is None or cost < best[0] - 1e-9:
                best = (cost, style, columns)
    if best is not None:
        return best[1], best[2], 0
    return _most_that_fit(sheet, area, styles[-3:])


def _most_that_fit(sheet: Sheet, area: Rect, styles: list[Style]) -> tuple[Style, list[list[Block]], int]:
    """Return the setting that lists most spots, and how many it leaves out; a line is kept to say so."""
    spots = len(sheet.published.spots)
    best: tuple[Style, list[list[Block]], int] = (styles[0], [[] for _ in range(styles[0].columns)], spots)
    for style in styles:
        blocks = _blocks(sheet, style, area, force=True) or []
        room = area.height - 4.0 * sheet.page.unit
        kept = next((k for k in range(len(blocks), 0, -1) if _fill(blocks[:k], style.columns, room)), 0)
        left_out = spots - sum(not b.heading for b in blocks[:kept])
        if left_out < best[2]:
            best = (style, _deal(blocks[:kept], style.columns, room) or best[1], left_out)
    return best


def _ugliness(style: Style, blocks: list[Block], largest: float) -> float:
    """Weigh small letters, broken addresses and a missing second language against each other."""
    spots = [b for b in blocks if not b.heading]
    broken = sum(len(b.content[1]) > 1 for b in spots) / len(spots)
    broken_second = sum(len(b.content[2]) > 1 for b in spots) / len(spots)
    missing = 0.0 if style.both else 1.1
    return 3.0 * (largest - style.size) / largest + 1.3 * broken + 0.5 * broken_second + missing


def _blocks(sheet: Sheet, style: Style, area: Rect, *, force: bool = False) -> list[Block] | None:
    """Set every row; none where an address would need more lines than its row should have."""
    gap = 3.4 * sheet.page.unit
    width = (area.width - gap * (style.columns - 1)) / style.columns
    room = width - number_width(style) - tail_width(style)
    if room < 12:
        return None
    english = latin(sheet.languages[0])
    blocks: list[Block] = []
    spots = sheet.published.spots
    tab = max((text_width(a, style.size) for a in spots["address"]), default=0.0) + style.size
    for district in dict.fromkeys(spots["district"]):
        part = spots[spots["district"] == district]
        blocks.append(_district_block(sheet, style, width, district, part))
        for s in part.itertuples():
            first, second = (s.address_en or s.address, s.address) if english else (s.address, s.address_en)
            lines = wrap(first, style.size, room)
            more = wrap(second, style.second, room) if style.both and second and second != first else []
            beside = bool(more) and len(lines) == 1 and tab + text_width(second, style.second) <= room
            if beside:
                more = [second]
            if (len(lines) > 2 or len(more) > 2) and not force:
                return None
            below = 0 if beside else len(more)
            height = len(lines) * style.size * 1.28 + below * style.second * 1.25 + style.size * 0.45
            blocks.append(
                Block(max(height, style.size * 1.6), False, (s, lines, more, tab if beside else 0.0))
            )
    return blocks


def _district_block(sheet: Sheet, style: Style, width: float, district: str, part: Any) -> Block:
    first = part["district_en"].iloc[0] if latin(sheet.languages[0]) else district
    name = first or district or word(sheet.languages[0], "no_district")
    second = (
        part["district_en"].iloc[0]
        if len(sheet.languages) > 1 and part["district_en"].iloc[0] != name
        else ""
    )
    totals = word(
        sheet.languages[0],
        "district_totals",
        spots=len(part),
        pitches=int(part["capacity"].sum()),
    )
    contact = sheet.contact.get(district, "")
    lines = wrap(word(sheet.languages[0], "contact", contact=contact), style.second, width) if contact else []
    height = style.size * 2.75 + len(lines) * style.second * 1.35 + style.size * 0.35
    return Block(height, True, (name, second, totals, lines))


def _deal(blocks: list[Block], columns: int, height: float) -> list[list[Block]] | None:
    """Deal blocks into columns of as equal a height as can be, headings with what follows."""
    if not blocks:
        return [[] for _ in range(columns)]
    low = max(b.height for b in blocks)
    if _fill(blocks, columns, height) is None or low > height:
        return None
    high = height
    for _ in range(24):
        middle = (low + high) / 2
        if _fill(blocks, columns, middle) is None:
            low = middle
        else:
            high = middle
    return _fill(blocks, columns, high)


def _fill(blocks: list[Block], columns: int, height: float) -> list[list[Block]] | None:
    out: list[list[Block]] = [[]]
    used = 0.0
    for i, block in enumerate(blocks):
        need = block.height
        if block.heading and i + 1 < len(blocks):
            need += blocks[i + 1].height
        if used + need > height + 1e-9 and out[-1]:
            out.append([])
            used = 0.0
        out[-1].append(block)
        used += block.height
        if used > height + 1e-9 or len(out) > columns:
            return None
    return out + [[] for _ in range(columns - len(out))]


def list_body(sheet: Sheet, area: Rect) -> Rect:
    """Return where the rows stand: below the list's heading."""
    head = 6.1 * sheet.page.unit
    return Rect(area.x, area.y + head, area.width, area.height - head)


def draw_list(sheet: Sheet, area: Rect) -> str:
    """Draw the list of spots.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    area : Rect
        Where it may stand.

    Returns
    -------
    str
        SVG elements.
    """
    u = sheet.page.unit
    spots = sheet.published.spots
    out = rect(area.x, area.y, area.width, 0.2, fill=INK["rule"])
    words = [word(lang, "spots") for lang in sheet.languages]
    y = area.y + 4.9 * u
    out += label(area.x, y, words[0], 3.6 * u, bold=True)
    if len(words) > 1:
        out += label(
            area.x + text_width(words[0], 3.6 * u, bold=True) + 1.6 * u,
            y,
            words[1],
            2.5 * u,
            fill=INK["soft"],
        )
    totals = word(sheet.languages[0], "totals", spots=len(spots), pitches=int(spots["capacity"].sum()))
    out += label(area.right, y, totals, 2.5 * u, anchor="end", fill=INK["text"])
    body = list_body(sheet, area)
    if not len(spots):
        return out + label(
            area.x, body.y + 4 * u, word(sheet.languages[0], "none"), 2.6 * u, fill=INK["soft"]
        )
    style, columns, left_out = arrange(sheet, body)
    gap = 3.4 * u
    width = (area.width - gap * (style.columns - 1)) / style.columns
    # Where there is room to spare, the rows breathe.
    used = max(sum(b.height for b in c) for c in columns)
    rows = max(len(c) for c in columns)
    air = min(max(0.0, body.height - used - 1.0) / max(rows, 1), 0.55 * style.size) if not left_out else 0.0
    for k, column in enumerate(columns):
        x, at = area.x + k * (width + gap), body.y
        for block in column:
            draw = draw_district if block.heading else draw_spot
            out += draw(style, block, x, at, width, air)
            at += block.height + air
    if left_out:
        out += label(
            area.x,
            body.bottom - 0.6 * u,
            word(sheet.languages[0], "more", n=left_out),
            max(LEAST_MM, 2.3 * u),
            bold=True,
            fill=INK["red"],
        )
    return out
