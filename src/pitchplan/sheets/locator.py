"""A small map on each page of an atlas: the city's districts, and which part of them the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.sheets.draw import label, shape
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width
from pitchplan.sheets.listing import arrange, list_body
from pitchplan.sheets.page import Rect
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pitchplan.sheets.sheet import Sheet

__all__ = ["draw_locator", "locator_place"]

_LARGEST, _LEAST = 46.0, 24.0  # the longer side, millimetres on A3
_WORDS = 4.2  # height of the words above it
_GAP = 3.0


def locator_place(sheet: Sheet, area: Rect) -> tuple[Rect, Rect | None]:
    """Share the list's room between list and locator map.

    Parameters
    ----------
    sheet : Sheet
        What is shown, on any of its pages.
    area : Rect
        Room of the list.

    Returns
    -------
    area : Rect
        What is left for the list.
    place : Rect or None
        Where the locator map stands; None on pages of the whole city, and where the list would have
        to be set smaller for it.
    """
    if not sheet.page.district or not len(sheet.published.spots):
        return area, None
    style, _, left_out = arrange(sheet, list_body(sheet, area))
    if left_out:
        return area, None
    for rest, place in _places(sheet, area):
        found, columns, missing = arrange(sheet, list_body(sheet, rest))
        if not missing and found.size >= style.size and found.both == style.both and columns:
            return rest, place
    return area, None


def _places(sheet: Sheet, area: Rect) -> Iterator[tuple[Rect, Rect]]:
    """Return rooms below the list and beside it, the larger maps first."""
    u = sheet.page.unit
    west, south, east, north = sheet.extent
    longer = max(east - west, north - south)
    for side in (_LARGEST, 36.0, 29.0, _LEAST):
        wide, high = (side * u * (b - a) / longer for a, b in ((west, east), (south, north)))
        block_wide, block_high = max(wide, _heading_width(sheet)), high + _WORDS * u
        if block_wide > area.width or block_high > area.height:
            continue
        place = Rect(area.right - block_wide, area.bottom - block_high, block_wide, block_high)
        yield Rect(area.x, area.y, area.width, area.height - block_high - _GAP * u), place
        yield Rect(area.x, area.y, area.width - block_wide - _GAP * u, area.height), place


def _heading(sheet: Sheet) -> str:
    language = sheet.languages[0]
    return f"{word(language, 'overview')} · {word(language, 'page', page=sheet.numbers.get('overview', 1))}"


def _size(sheet: Sheet) -> float:
    return max(LEAST_MM, 2.1 * sheet.page.unit)


def _heading_width(sheet: Sheet) -> float:
    return text_width(_heading(sheet), _size(sheet))


def draw_locator(sheet: Sheet, place: Rect) -> str:
    """Draw the city's districts with the page's district and window.

    Parameters
    ----------
    sheet : Sheet
        What is shown, on a page of its atlas.
    place : Rect
        As `locator_place` returns it.

    Returns
    -------
    str
        SVG elements.
    """
    page, high = sheet.page, place.height - _WORDS * sheet.page.unit
    west, south, east, north = sheet.extent
    k = min(place.width / (east - west), high / (north - south))
    left, top = place.right - k * (east - west), place.bottom - k * (north - south)

    def small(geometry: object) -> object:
        moved = shapely.transform(geometry, lambda xy: (xy - [west, north]) * [k, -k] + [left, top])
        return shapely.simplify(moved, 0.1)

    districts = small(sheet.layers["districts"].geometry.to_numpy())
    # A window may show ground beyond the city, which the small map has no room for.
    window = small(shapely.intersection(shapely.box(*page.window()), shapely.box(*sheet.extent)))
    out = label(
        place.right, place.y + 2.6 * page.unit, _heading(sheet), _size(sheet), fill=INK["soft"], anchor="end"
    )
    out += shape(districts, fill=INK["ground"], stroke=INK["district"], stroke_width=0.18)
    return out + shape(
        [window],
        fill=INK["red"],
        fill_opacity=0.3,
        stroke=INK["red"],
        stroke_width=0.45,
        stroke_linejoin="miter",
    )
