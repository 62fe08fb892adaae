"""The pages of one part of the city: several where one cannot show its numbers and list legibly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.choosing import best_page, cut_short, with_the_widest_map
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.numbering import numbers_are_small
from pitchplan.sheets.onpage import of_the_page

if TYPE_CHECKING:
    from pitchplan.sheets.layouts import Bounds
    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["PartPage", "part_pages"]

_AROUND_M = 150.0  # shown around the outermost spots at the least; what two pages of a part share
_KNOWN_M = 350.0  # and so much more where the area is not shown whole: else no known street is in sight
_SPARE_MM = 3.0  # kept between what must be shown and the frame
_SPREAD = 2.0  # an area that is so much wider than its spots is not shown whole
# The coarser the scale, the fewer streets have names, and the fewer spots are found among them: as many as
# 80 at 1:20,000, 40 at 1:40,000.
_SPOTS_TIMES_SCALE = 1_600_000
_FEWEST = 8  # spots on a page of a part that has several


@dataclass(frozen=True, slots=True)
class PartPage:
    """A page and the area whose spots it lists; the areas of a part's pages do not overlap."""

    page: Page
    area: Any


def part_pages(sheet: Sheet, name: str, area: Any, own: Any) -> list[PartPage]:
    """Lay out a part's pages.

    Parameters
    ----------
    sheet : Sheet
        Laid out on its overview.
    name : str
        The part: a district, or whatever the atlas goes by.
    area : polygon
        Where it lies, in the planning CRS.
    own : DataFrame
        Its spots.

    Returns
    -------
    list of PartPage
        One where the numbers can be read beside a whole list. Else the part is cut across its longer
        side into halves of as many spots, and these again; from north to south or west to east.
        ``page_id`` is the part's name, then ``name-2`` and so on.
    """
    found = _halved(sheet, name, area, own, area)
    out = []
    for k, piece in enumerate(found, start=1):
        page_id = name if k == 1 else f"{name}-{k}"
        out.append(replace(piece, page=replace(piece.page, page_id=page_id, part=(k, len(found)))))
    return out


def _halved(sheet: Sheet, name: str, area: Any, own: Any, whole: Any) -> list[PartPage]:
    """Return one page, or those of both halves where it is crowded."""
    # A reader goes over from one page of a part to the next: they share a strip.
    seen = whole.intersection(shapely.box(*area.bounds).buffer(_AROUND_M, join_style="mitre"))
    page = _page(sheet, name, seen, own)
    halves = _halves(area, own) if len(own) >= 2 * _FEWEST and _crowded(sheet, page) else []
    return [one for half in halves for one in _halved(sheet, name, *half, whole)] or [PartPage(page, area)]


def _crowded(sheet: Sheet, page: Page) -> bool:
    """Tell whether a page's numbers or its list cannot be read well."""
    if len(page.spots) * page.scale > _SPOTS_TIMES_SCALE:
        return True
    return cut_short(sheet, page) or numbers_are_small(of_the_page(replace(sheet, page=page)))


def _halves(area: Any, own: Any) -> list[tuple[Any, Any]]:
    """Cut an area and its spots between the two middle spots along the longer side."""
    xy = own[["x_m", "y_m"]].to_numpy(float)
    axis = int(np.argmax(np.ptp(xy, axis=0)))
    along = np.sort(xy[:, axis])
    cut = float(along[len(along) // 2 - 1 : len(along) // 2 + 1].mean())
    low = xy[:, axis] <= cut
    if low.all() or not low.any():  # the spots of one place cannot be told apart by any cut
        return []
    west, south, east, north = shapely.total_bounds(np.append(shapely.points(xy), area))
    first = shapely.box(west, south, cut, north) if axis == 0 else shapely.box(west, south, east, cut)
    halves = [(first, own[low]), (shapely.box(west, south, east, north).difference(first), own[~low])]
    return [(area.intersection(box), spots) for box, spots in (halves if axis == 0 else halves[::-1])]


def _page(sheet: Sheet, name: str, area: Any, own: Any) -> Page:
    """Lay out one page: the whole area, or its spots where the area is much wider than they."""
    xy = own[["x_m", "y_m"]].to_numpy(float)
    low, high = xy.min(axis=0) - _AROUND_M, xy.max(axis=0) + _AROUND_M
    bounds = area.bounds if not area.is_empty else (*low, *high)
    west, south, east, north = np.concatenate([np.minimum(low, bounds[:2]), np.maximum(high, bounds[2:])])
    if max((east - west) / (high - low)[0], (north - south) / (high - low)[1]) > _SPREAD:
        margin = np.maximum(0.06 * (high - low), _KNOWN_M)
        (west, south), (east, north) = low - margin, high + margin
    shown = (float(west), float(south), float(east), float(north))
    first = sheet.page
    turn = "landscape" if first.width > first.height else "portrait"

    def pages(around: Bounds) -> list[Page]:
        found = layouts(
            first.paper, shown, sheet.published.crs, spots=len(own), orientation=turn, around=around
        )
        ids = tuple(own["spot_id"])
        return [replace(p, page_id=name, district=name, spots=ids) for p in found]

    page = with_the_widest_map(sheet, best_page(sheet, pages(shown)), pages(sheet.extent))
    return _off_the_blank(page, shown, sheet.extent)


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
