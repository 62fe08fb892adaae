"""The pages of an atlas: those of each district or street office, and of the list where it needs pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.choosing import best_page, cut_short
from pitchplan.sheets.edges import areas_of, with_neighbours
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.listpages import list_pages
from pitchplan.sheets.partpages import PartPage, part_pages

if TYPE_CHECKING:
    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["as_atlas", "with_list_pages"]


def as_atlas(sheet: Sheet) -> Sheet:
    """Give a sheet pages for each part of the city that has spots, and pages of the list if need be.

    Parameters
    ----------
    sheet : Sheet
        Laid out on its overview; ``layers["communities"]`` says in ``part`` what gets a page.

    Returns
    -------
    Sheet
        The overview, with the other pages in ``pages``, in the order of the spots' numbers, their
        neighbours known, and each spot's page and square in ``published.spots``. A part without
        spots has no page; the overview names it.
    """
    pieces = _pieces(sheet)
    areas = {piece.page.page_id: piece.area for piece in pieces}
    maps = [with_neighbours(piece.page, areas) for piece in pieces]
    of_spot = {s: (k, page) for k, page in enumerate(maps, start=2) for s in page.spots}
    spots = sheet.published.spots
    at = [of_spot[s] for s in spots["spot_id"]]
    published = replace(
        sheet.published,
        spots=spots.assign(
            page=[number for number, _ in at],
            page_square=[
                page.square(s.x_m, s.y_m) for (_, page), s in zip(at, spots.itertuples(), strict=True)
            ],
        ),
    )
    numbers = {"overview": 1} | {page.page_id: k for k, page in enumerate(maps, start=2)}
    made = replace(sheet, published=published, numbers=numbers)
    made = replace(made, page=_overview(made))
    lists = made.page.listing == "districts" or any(cut_short(made, page) for page in maps)
    return _numbered(made, [*maps, *(list_pages(made) if lists else [])])


def with_list_pages(sheet: Sheet) -> Sheet:
    """Give a wall map whose list does not fit beside it pages of the list, so that no spot is left out."""
    return _numbered(sheet, list_pages(sheet)) if cut_short(sheet, sheet.page) else sheet


def _numbered(sheet: Sheet, pages: list[Page]) -> Sheet:
    """Give a sheet more pages, and each its number."""
    count = 1 + len(pages)
    first, *others = (replace(p, number=k, count=count) for k, p in enumerate([sheet.page, *pages], start=1))
    numbers = {page.page_id: page.number for page in (first, *others)}
    return replace(sheet, page=first, pages=tuple(others), numbers=numbers)


def _pieces(sheet: Sheet) -> list[PartPage]:
    """Lay out every part that has spots, in the order of their numbers."""
    areas, spots = areas_of(sheet), sheet.published.spots
    homes = _homes(sheet, areas)
    first = spots.groupby(homes)["number"].min().sort_values(kind="stable")
    return [
        piece for name in first.index for piece in part_pages(sheet, name, areas[name], spots[homes == name])
    ]


def _homes(sheet: Sheet, areas: dict[str, Any]) -> Any:
    """Return the part each spot belongs to: its community's, else the nearest."""
    layer, spots = sheet.layers["communities"], sheet.published.spots
    by_community = dict(zip(layer["community_id"], layer["part"], strict=True))
    names = list(areas)
    points = shapely.points(spots[["x_m", "y_m"]].to_numpy(float))
    out = []
    for s, point in zip(spots.itertuples(), points, strict=True):
        known = by_community.get(s.community_id)
        if known is None:
            known = names[int(np.argmin(shapely.distance(list(areas.values()), point)))]
        out.append(known)
    return np.array(out, dtype=object)


def _overview(sheet: Sheet) -> Page:
    """Return the overview: with the list of spots if it fits, else with the districts and their pages."""
    if not cut_short(sheet, sheet.page):
        return sheet.page
    first, without = sheet.page, sheet.page.without_spots
    turn = "landscape" if first.width > first.height else "portrait"
    found = layouts(first.paper, sheet.extent, sheet.published.crs, orientation=turn)
    return best_page(sheet, [replace(p, listing="districts", without_spots=without) for p in found])
