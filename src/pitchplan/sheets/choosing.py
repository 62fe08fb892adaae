"""Choose among a page's layouts: the largest map beside which list and key can be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pitchplan.sheets.onpage import of_the_page
from pitchplan.sheets.panel import how_the_list_stands, how_well_it_fits

if TYPE_CHECKING:
    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["best_page", "cut_short", "with_the_widest_map"]

# How much coarser a scale may be for a list that is not cramped, not in one language, not cut short.
_WORTH = (1.0, 1.12, 1.3, 4.0, 20.0)
_CUT_SHORT = 3
_NO_SMALLER = 0.85  # what its letters may lose to the map
_SHORT = 0.5  # a list that takes less of its room than this leaves paper that a map would rather have


def best_page(sheet: Sheet, pages: list[Page]) -> Page:
    """Return the page of the largest scale at which list and key fit well, or nearly so."""
    costs = [page.scale * _WORTH[how_well_it_fits(of_the_page(replace(sheet, page=page)))] for page in pages]
    return pages[costs.index(min(costs))]


def with_the_widest_map(sheet: Sheet, page: Page, pages: list[Page]) -> Page:
    """Return of some pages the one with the largest map, where the list is short and no worse off.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    page : Page
        The best page; it is returned where its list is not short.
    pages : list of Page
        Others, of which those of the same scale are looked at.

    Returns
    -------
    Page
        The scale is the same.
    """
    mine = of_the_page(replace(sheet, page=page))
    size, share, located = how_the_list_stands(mine)
    if share > _SHORT:
        return page
    least, found = how_well_it_fits(mine), page
    for other in pages:
        if other.scale != page.scale or _map_mm2(other) <= _map_mm2(found):
            continue
        its = of_the_page(replace(sheet, page=other))
        if how_well_it_fits(its) <= least:
            its_size, _, its_located = how_the_list_stands(its)
            if its_size >= _NO_SMALLER * size and its_located >= located:
                found = other
    return found


def _map_mm2(page: Page) -> float:
    return page.frame.width * page.frame.height


def cut_short(sheet: Sheet, page: Page) -> bool:
    """Tell whether the list beside a page's map leaves out spots."""
    return how_well_it_fits(of_the_page(replace(sheet, page=page))) >= _CUT_SHORT
