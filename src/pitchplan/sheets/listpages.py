"""Pages of the list of spots: where it does not fit beside the map, it follows the maps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width
from pitchplan.sheets.listblocks import blocks_of, continued
from pitchplan.sheets.listing import draw_columns, fill
from pitchplan.sheets.listrows import Style
from pitchplan.sheets.onpage import of_the_page
from pitchplan.sheets.page import Rect
from pitchplan.sheets.words import season_line, word

if TYPE_CHECKING:
    from pitchplan.sheets.listrows import Block
    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["draw_list_page", "list_pages"]


def list_pages(sheet: Sheet) -> list[Page]:
    """Lay out the list on as few pages as hold it.

    Parameters
    ----------
    sheet : Sheet
        Its spots know their pages.

    Returns
    -------
    list of Page
        ``list-1`` and so on; each knows its spots.
    """
    spots = sheet.published.spots
    # By district as the list sets them, so that a district is torn at most once.
    order = [s for d in dict.fromkeys(spots["district"]) for s in spots["spot_id"][spots["district"] == d]]
    pages: list[Page] = []
    while order:
        page = replace(sheet.page, kind="list", page_id=f"list-{len(pages) + 1}", listing="spots")
        low, high = 1, len(order)
        while low < high:  # the most spots that one page holds
            middle = (low + high + 1) // 2
            fits = _columns(replace(sheet, page=_with(page, order, middle)))
            low, high = (middle, high) if fits else (low, middle - 1)
        pages.append(_with(page, order, low))
        order = order[low:]
    return pages


def _with(page: Page, order: list[str], count: int) -> Page:
    """Let a page list the first of some spots; the districts without any stand after the last one."""
    ends = page.without_spots if count == len(order) else ()
    return replace(page, spots=tuple(order[:count]), without_spots=ends)


def _style(sheet: Sheet) -> Style:
    u = sheet.page.unit
    digits = max((len(str(n)) for n in sheet.published.spots["number"]), default=1)
    columns = max(1, int((sheet.page.width - 16 * u) / (88.0 * u)))
    both = len(sheet.languages) > 1
    tail = "page" if sheet.atlas else "square"
    return Style(columns, max(LEAST_MM, 2.35 * u), max(LEAST_MM, 1.95 * u), both, digits, tail)


def _body(page: Page) -> Rect:
    u = page.unit
    return Rect(8.0 * u, 22.0 * u, page.width - 16.0 * u, page.height - 31.0 * u)


def _columns(sheet: Sheet) -> list[list[Block]] | None:
    """Deal a page's rows into its columns; None where they do not hold all."""
    mine, spots = of_the_page(sheet), sheet.published.spots
    style, body = _style(sheet), _body(sheet.page)

    def again(heading: Block) -> Block:
        return continued(sheet, style, heading)

    blocks = blocks_of(mine, style, body, force=True) or []
    began = spots["spot_id"][spots["district"] == mine.published.rows[0].district].iloc[0]
    if began not in sheet.page.spots:  # on an earlier page
        blocks[0] = again(blocks[0])
    return fill(blocks, style.columns, body.height, again=again)


def draw_list_page(sheet: Sheet) -> str:
    """Draw one page of the list.

    Parameters
    ----------
    sheet : Sheet
        What is shown, on a page of kind ``list``.

    Returns
    -------
    str
        SVG elements.
    """
    page, u = sheet.page, sheet.page.unit
    body, style = _body(page), _style(sheet)
    titles = [word(language, "list_title") for language in sheet.languages]
    y = 14.0 * u
    out = label(body.x, y, titles[0], 5.0 * u, bold=True)
    after = body.x + text_width(titles[0], 5.0 * u, bold=True) + 2.4 * u
    for text in titles[1:]:
        out += label(after, y, text, 3.2 * u, fill=INK["soft"])
        after += text_width(text, 3.2 * u) + 4.0 * u
    out += label(body.right, y, sheet.title, 3.2 * u, anchor="end", fill=INK["text"])
    f = sheet.published
    said = [
        word(sheet.languages[0], "columns_page" if style.tail == "page" else "columns"),
        season_line(sheet.languages[0], f.first, f.last, f.hours),
    ]
    out += label(body.x, y + 4.4 * u, said[0], max(2.2 * u, LEAST_MM), fill=INK["soft"])
    out += label(body.right, y + 4.4 * u, said[1], max(2.2 * u, LEAST_MM), anchor="end", fill=INK["soft"])
    out += rect(body.x, y + 5.8 * u, body.width, 0.3, fill=INK["district"])
    columns = _columns(sheet) or [[]]
    return out + draw_columns(of_the_page(sheet), body, style, columns, airy=False)
