"""The pages of an atlas: one per district or street office, and the list of spots where it needs pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.edges import areas_of, neighbours_of
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.listpages import list_pages
from pitchplan.sheets.onpage import of_the_page

if TYPE_CHECKING:
    from pitchplan.sheets.layouts import Bounds
    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["as_atlas", "best_page"]

# How much coarser a scale may be for a list that is not cramped, not in one language, not cut short.
_WORTH = (1.0, 1.12, 1.3, 4.0, 20.0)
_AROUND_M = 150.0  # shown around the outermost spots at the least
_SPARE_MM = 3.0  # kept between what must be shown and the frame
_SPREAD = 2.0  # a part that is so much wider than its spots is not shown whole


def best_page(sheet: Sheet, pages: list[Page]) -> Page:
    """Return the page of the largest scale at which list and key fit well, or nearly so."""
    from pitchplan.sheets.panel import how_well_it_fits

    costs = [page.scale * _WORTH[how_well_it_fits(of_the_page(replace(sheet, page=page)))] for page in pages]
    return pages[costs.index(min(costs))]


def as_atlas(sheet: Sheet) -> Sheet:
    """Give a sheet one page for each part of the city that has spots, and pages of the list if need be.

    Parameters
    ----------
    sheet : Sheet
        Laid out on its overview; ``layers["communities"]`` says in ``part`` what gets a page.

    Returns
    -------
    Sheet
        The overview, with the other pages in ``pages``, numbered, their neighbours known, and each
        spot's page and square in ``published.spots``.
    """
    areas = areas_of(sheet)
    homes = _homes(sheet, areas)
    spots = sheet.published.spots
    maps: dict[str, Page] = {}
    for name, area in areas.items():
        own = spots[homes == name]
        if len(own):
            maps[name] = _part_page(sheet, name, area, own)
    maps = {name: replace(page, neighbours=neighbours_of(page, areas, maps)) for name, page in maps.items()}
    numbers = {"overview": 1} | {page.page_id: k for k, page in enumerate(maps.values(), start=2)}
    published = replace(
        sheet.published,
        spots=spots.assign(
            page=[numbers[h] for h in homes],
            page_square=[
                maps[h].square(s.x_m, s.y_m) for h, s in zip(homes, spots.itertuples(), strict=True)
            ],
        ),
    )
    made = replace(sheet, published=published, numbers=numbers)
    overview = _overview(made)
    made = replace(made, page=overview)
    lists = list_pages(made) if overview.listing == "districts" or _cut_short(made, maps) else []
    whole = [overview, *maps.values(), *lists]
    whole = [replace(page, number=k, count=len(whole)) for k, page in enumerate(whole, start=1)]
    return replace(
        made,
        page=whole[0],
        pages=tuple(whole[1:]),
        numbers={page.page_id: page.number for page in whole},
    )


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


def _part_page(sheet: Sheet, name: str, area: Any, own: Any) -> Page:
    """Lay out one part's page: the whole part, or its spots where the part is much wider than they."""
    xy = own[["x_m", "y_m"]].to_numpy(float)
    low, high = xy.min(axis=0) - _AROUND_M, xy.max(axis=0) + _AROUND_M
    west, south, east, north = np.concatenate(
        [np.minimum(low, area.bounds[:2]), np.maximum(high, area.bounds[2:])]
    )
    if max((east - west) / (high - low)[0], (north - south) / (high - low)[1]) > _SPREAD:
        margin = 0.06 * (high - low)
        (west, south), (east, north) = low - margin, high + margin
    first = sheet.page
    turn = "landscape" if first.width > first.height else "portrait"
    found = layouts(
        first.paper,
        (float(west), float(south), float(east), float(north)),
        sheet.published.crs,
        spots=len(own),
        orientation=turn,
    )
    ids = tuple(own["spot_id"])
    pages = [replace(p, page_id=name, district=name, spots=ids) for p in found]
    page = best_page(sheet, pages)
    return _off_the_blank(page, (float(west), float(south), float(east), float(north)), sheet.extent)


def _off_the_blank(page: Page, shown: Bounds, city: Bounds) -> Page:
    """Move the window towards the city's inside as far as what it must show allows."""
    west, south, east, north = page.window(-_SPARE_MM)
    centre = []
    for k, (low, high) in enumerate(((west, east), (south, north))):
        slack = max(((high - low) - (shown[k + 2] - shown[k])) / 2, 0.0)
        # Both edges of the window inside the city, or the window's middle on the city's.
        wanted = float(
            np.clip(
                page.centre[k],
                min(city[k] + (high - low) / 2, (city[k] + city[k + 2]) / 2),
                max(city[k + 2] - (high - low) / 2, (city[k] + city[k + 2]) / 2),
            )
        )
        centre.append(float(np.clip(wanted, page.centre[k] - slack, page.centre[k] + slack)))
    return replace(page, centre=(centre[0], centre[1]))


def _cut_short(sheet: Sheet, maps: dict[str, Page]) -> bool:
    """Tell whether any map's list leaves out spots."""
    from pitchplan.sheets.panel import how_well_it_fits

    return any(how_well_it_fits(of_the_page(replace(sheet, page=p))) >= 3 for p in maps.values())


def _overview(sheet: Sheet) -> Page:
    """Return the overview: with the list of spots if it fits, else with the districts and their pages."""
    from pitchplan.sheets.panel import how_well_it_fits

    if how_well_it_fits(sheet) < 3:
        return sheet.page
    first = sheet.page
    turn = "landscape" if first.width > first.height else "portrait"
    found = layouts(first.paper, sheet.extent, sheet.published.crs, orientation=turn)
    return best_page(sheet, [replace(p, listing="districts") for p in found])
