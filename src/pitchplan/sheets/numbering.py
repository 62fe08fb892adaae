"""The numbers on a map: how large, with or without a flag, and which of them stand in an inset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.edges import inside_edges
from pitchplan.sheets.insets import Inset, crowding, inset_for
from pitchplan.sheets.markers import GAP, Marker, place_markers
from pitchplan.sheets.symbols import flag_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.sheet import Sheet

__all__ = ["Numbering", "numbers_are_small", "numbers_on"]

_CALM = 0.5  # share of the paper around most spots that markers may take before they get smaller
_AROUND_MM = 22.0


@dataclass(frozen=True)
class Numbering:
    """Where the numbers stand.

    Attributes
    ----------
    markers : list of Marker
        One per spot, in the spots' order; those of an inset stand in it. No two boxes overlap.
    inset : Inset or None
        The enlarged window, where leaders do not suffice.
    """

    markers: list[Marker]
    inset: Inset | None

    @property
    def flagged(self) -> bool:
        """Whether the markers say how many pitches there are."""
        return any(m.flag > 0 for m in self.markers)


def numbers_on(
    sheet: Sheet, pitches: NDArray[Any], symbols: dict[str, NDArray[np.float64]], enlarged: Any
) -> Numbering:
    """Place the numbers of a map.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    pitches : array of polygons
        The pitches, millimetres; numbers rather leave them visible.
    symbols : dict of str to array
        Symbols' places, millimetres; the same.
    enlarged : callable
        Gives the pitches of the sheet on the page of an inset, millimetres.

    Returns
    -------
    Numbering
        Where spots crowd, markers go without flags (the list has the capacities), then smaller; where
        that does not suffice and a corner is free, the densest window is enlarged there.
    """
    spots, page = sheet.published.spots, sheet.page
    places = page.to_paper(spots[["x_m", "y_m"]].to_numpy(float))
    radius, flags = _size(sheet, places)
    box = _box_mm2(radius, flags)
    room = inside_edges(sheet)
    inset = inset_for(page, places, box, room)
    shy = np.concatenate([_middles(pitches), *symbols.values()])
    if inset is None:
        return Numbering(place_markers(places, flags, room, radius=radius, shy_of=shy), None)
    out = ~inset.inside
    outer = place_markers(
        places[out], flags[out], room, radius=radius, shy_of=shy, keep_out=(inset.frame, inset.window)
    )
    near = inset.page.to_paper(spots[["x_m", "y_m"]].to_numpy(float)[inset.inside])
    seen = _middles(enlarged(replace(sheet, page=inset.page)))
    inner = place_markers(near, flags[inset.inside], inset.frame, radius=radius, shy_of=seen)
    rest, own = iter(outer), iter(inner)
    return Numbering([next(own if i else rest) for i in inset.inside], inset)


def numbers_are_small(sheet: Sheet) -> bool:
    """Tell whether a page's spots crowd so that their numbers are in the smaller of the two sizes."""
    places = sheet.page.to_paper(sheet.published.spots[["x_m", "y_m"]].to_numpy(float))
    radius, _ = _size(sheet, places)
    return radius < _radii(sheet)[0] * max(sheet.page.unit, 1.0)


def _radii(sheet: Sheet) -> tuple[float, float]:
    """Return the large and the small circle's radius on A3, by how many digits they hold."""
    short = max((len(str(n)) for n in sheet.published.spots["number"]), default=1) <= 2
    return (2.35, 1.7) if short else (2.95, 1.95)


def _middles(pitches: NDArray[Any]) -> NDArray[np.float64]:
    return shapely.get_coordinates(shapely.centroid(pitches)) if len(pitches) else np.zeros((0, 2))


def _box_mm2(radius: float, flags: NDArray[np.float64]) -> float:
    mean = float(flags.mean()) if len(flags) else 0.0
    return (2 * radius + GAP) * (2 * radius + mean + GAP)


def _size(sheet: Sheet, places: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the circles' radius and how far each flag reaches: the most telling that is calm."""
    spots, unit = sheet.published.spots, max(sheet.page.unit, 1.0)
    flags = np.array([flag_width(c, unit) for c in spots["capacity"]], dtype=float)
    large, small = _radii(sheet)
    ways = ((large, flags), (large, 0.0 * flags), (small, 0.0 * flags))
    for radius, reach in ways:
        if not len(places):
            break
        if np.percentile(crowding(places, _box_mm2(radius * unit, reach), _AROUND_MM), 90) <= _CALM:
            break
    return radius * unit, reach
