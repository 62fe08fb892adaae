"""Choose among a page's layouts: the largest map beside which list and key can be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pitchplan.sheets.onpage import of_the_page
from pitchplan.sheets.panel import how_well_it_fits

if TYPE_CHECKING:
    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["best_page", "cut_short"]

# How much coarser a scale may be for a list that is not cramped, not in one language, not cut short.
_WORTH = (1.0, 1.12, 1.3, 4.0, 20.0)
_CUT_SHORT = 3


def best_page(sheet: Sheet, pages: list[Page]) -> Page:
    """Return the page of the largest scale at which list and key fit well, or nearly so."""
    costs = [page.scale * _WORTH[how_well_it_fits(of_the_page(replace(sheet, page=page)))] for page in pages]
    return pages[costs.index(min(costs))]


def cut_short(sheet: Sheet, page: Page) -> bool:
    """Tell whether the list beside a page's map leaves out spots."""
    return how_well_it_fits(of_the_page(replace(sheet, page=page))) >= _CUT_SHORT
