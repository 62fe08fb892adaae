"""What stands in the margins of every page: the office's mark, the page's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["draw_margins"]


def draw_margins(sheet: Sheet) -> str:
    """Draw the mark of an office sheet above, and the page's number and name below.

    Parameters
    ----------
    sheet : Sheet
        What is shown.

    Returns
    -------
    str
        SVG elements.
    """
    page, u = sheet.page, sheet.page.unit
    out = ""
    if sheet.audience == "office":
        text = "  ".join(word(language, "office") for language in sheet.languages)
        size = max(2.9 * u, 2.3)
        wide = text_width(text, size, bold=True) + 5.0 * u
        x = (page.width - wide) / 2
        out += rect(x, 1.9 * u, wide, 4.9 * u, fill=INK["text"], rx=0.6)
        out += label(page.width / 2, 5.4 * u, text, size, fill="#FFFFFF", bold=True, anchor="middle")
    if page.count > 1:
        number = word(sheet.languages[0], "page_of", page=page.number, pages=page.count)
        size, y = max(2.6 * u, LEAST_MM), page.height - 2.6 * u
        out += label(page.width - 8.0 * u, y, number, size, bold=True, anchor="end")
    return out
