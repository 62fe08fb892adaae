"""The list of spots by district: as large as it fits, in as few columns as it fits."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width
from pitchplan.sheets.listblocks import ROW, blocks_of
from pitchplan.sheets.listrows import Block, Style, draw_district, draw_spot
from pitchplan.sheets.page import Rect
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from collections.abc import Callable

    from pitchplan.sheets.sheet import Sheet

__all__ = ["arrange", "draw_columns", "draw_list", "fill", "list_body"]


def _styles(sheet: Sheet, digits: int) -> list[Style]:
    """Return the ways to set the list, the most generous first."""
    unit = sheet.page.unit
    tail = "square-page" if sheet.atlas and sheet.page.page_id == "overview" else "square"
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
                    Style(
                        columns, max(LEAST_MM, size * unit), max(LEAST_MM, second * unit), both, digits, tail
                    )
                )
    return found


def arrange(
    sheet: Sheet, area: Rect, *, columns: tuple[int, ...] = (1, 2, 3)
) -> tuple[Style, list[list[Block]], int]:
    """Choose the largest setting in which all spots fit, and deal the rows into columns.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    area : Rect
        Where the list may stand.
    columns : tuple of int
        Numbers of columns it may have.

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
    styles = [s for s in _styles(sheet, digits) if s.columns in columns]
    both = len(sheet.languages) > 1
    best: tuple[float, Style, list[list[Block]]] | None = None
    for style in styles:
        if style.both and not both:
            continue
        if best is not None and _ugliness(style, [], styles[0].size) >= best[0]:
            continue  # it is worse already by its size
        if len(sheet.published.spots) * style.size * ROW > style.columns * area.height:
            continue
        blocks = blocks_of(sheet, style, area)
        dealt = _deal(blocks, style.columns, area.height) if blocks else None
        if blocks and dealt is not None:
            cost = _ugliness(style, blocks, styles[0].size)
            if best is None or cost < best[0] - 1e-9:
                best = (cost, style, dealt)
    if best is not None:
        return best[1], best[2], 0
    return _most_that_fit(sheet, area, styles[-len(columns) :])


def _most_that_fit(sheet: Sheet, area: Rect, styles: list[Style]) -> tuple[Style, list[list[Block]], int]:
    """Return the setting that lists most spots, and how many it leaves out; a line is kept to say so."""
    spots = len(sheet.published.spots)
    best: tuple[Style, list[list[Block]], int] = (styles[0], [[] for _ in range(styles[0].columns)], spots)
    for style in styles:
        blocks = blocks_of(sheet, style, area, force=True) or []
        room = area.height - 4.0 * sheet.page.unit
        # More rows need more room, so the most that fit are found by halving.
        kept = bisect(range(1, len(blocks) + 1), 0, key=lambda k: _overflows(blocks[:k], style, room))
        left_out = spots - sum(not b.heading for b in blocks[:kept])
        if left_out < best[2]:
            best = (style, _deal(blocks[:kept], style.columns, room) or best[1], left_out)
    return best


def _overflows(blocks: list[Block], style: Style, height: float) -> int:
    return int(fill(blocks, style.columns, height) is None)


def _ugliness(style: Style, blocks: list[Block], largest: float) -> float:
    """Weigh small letters, broken addresses and a missing second language against each other."""
    spots = [b for b in blocks if not b.heading]
    count = max(len(spots), 1)
    broken = sum(len(b.content[1]) > 1 for b in spots) / count
    broken_second = sum(len(b.content[2]) > 1 for b in spots) / count
    missing = 0.0 if style.both else 1.1
    return 3.0 * (largest - style.size) / largest + 1.3 * broken + 0.5 * broken_second + missing


def _deal(blocks: list[Block], columns: int, height: float) -> list[list[Block]] | None:
    """Deal blocks into columns of as equal a height as can be, headings with what follows."""
    if not blocks:
        return [[] for _ in range(columns)]
    low = max(b.height for b in blocks)
    if fill(blocks, columns, height) is None or low > height:
        return None
    high = height
    for _ in range(24):
        middle = (low + high) / 2
        if fill(blocks, columns, middle) is None:
            low = middle
        else:
            high = middle
    return fill(blocks, columns, high)


def fill(
    blocks: list[Block], columns: int, height: float, *, again: Callable[[Block], Block] | None = None
) -> list[list[Block]] | None:
    """Fill columns one after the other, headings with what follows; None where they do not hold all.

    ``again`` makes the heading under which a district goes on in its next column; without it none is set.
    """
    out: list[list[Block]] = [[]]
    used, heading = 0.0, None
    for i, block in enumerate(blocks):
        need = block.height
        if block.heading and i + 1 < len(blocks):
            need += blocks[i + 1].height
        if used + need > height + 1e-9 and out[-1]:
            out.append([again(heading)] if again and heading and not block.heading else [])
            used = sum(b.height for b in out[-1])
        heading = block if block.heading else heading
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
    out += draw_columns(sheet, body, style, columns, airy=not left_out)
    if left_out:
        out += label(
            area.x,
            body.bottom - 0.6 * u,
            _more(sheet, left_out),
            max(LEAST_MM, 2.3 * u),
            bold=True,
            fill=INK["red"],
        )
    return out


def _more(sheet: Sheet, left_out: int) -> str:
    """Say how many spots the list leaves out, and where they are."""
    page = sheet.numbers.get("list-1")
    if page is None:
        return word(sheet.languages[0], "more", n=left_out)
    return word(sheet.languages[0], "more_page", n=left_out, page=page)


def draw_columns(sheet: Sheet, body: Rect, style: Style, columns: list[list[Block]], *, airy: bool) -> str:
    """Draw the rows, column by column; where there is room to spare and it is airy, they breathe."""
    gap = 3.4 * sheet.page.unit
    width = (body.width - gap * (style.columns - 1)) / style.columns
    used = max(sum(b.height for b in c) for c in columns)
    rows = max(len(c) for c in columns)
    air = min(max(0.0, body.height - used - 1.0) / max(rows, 1), 0.55 * style.size) if airy else 0.0
    out = ""
    for k, column in enumerate(columns):
        x, at = body.x + k * (width + gap), body.y
        for block in column:
            draw = draw_district if block.heading else draw_spot
            out += draw(style, block, x, at, width, air)
            at += block.height + air
    return out
