"""What stands in the margins of every page: the office's mark, the draft's, the page's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width
from pitchplan.sheets.stages import is_open, stage_words
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["draw_margins"]


def draw_margins(sheet: Sheet) -> str:
    """Draw the marks of an office sheet and of a draft above, and the page's number and name below.

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
    marks = [[word(language, "office") for language in sheet.languages]] if sheet.audience == "office" else []
    marks += [stage_words(sheet)] if is_open(sheet) else []
    size, gap = max(2.9 * u, 2.3), 2.0 * u
    texts = ["  ".join(said) for said in marks]
    wide = [text_width(text, size, bold=True) + 5.0 * u for text in texts]
    x = (page.width - sum(wide) - gap * (len(wide) - 1)) / 2
    for k, (text, width) in enumerate(zip(texts, wide, strict=True)):
        draft = k == len(texts) - 1 and is_open(sheet)
        out += rect(x, 1.9 * u, width, 4.9 * u, fill=INK["red" if draft else "text"], rx=0.6)
        out += label(x + width / 2, 5.4 * u, text, size, fill="#FFFFFF", bold=True, anchor="middle")
        x += width + gap
    if page.count > 1:
        number = word(sheet.languages[0], "page_of", page=page.number, pages=page.count)
        size, y = max(2.6 * u, LEAST_MM), page.height - 2.6 * u
        out += label(page.width - 8.0 * u, y, number, size, bold=True, anchor="end")
    return out
