"""Mending invalid polygons, and refusing those whose shape is anybody's guess."""

from __future__ import annotations

from functools import reduce
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.errors import Fault, Faults, InputError

__all__ = ["MOST_CHANGE", "Repair", "check_repair", "repair_polygons"]

Repair = Literal["safe", "any"]

MOST_CHANGE = 0.001
"""Share of its area that two readings of an invalid polygon may differ by and it still is mended."""


def check_repair(repair: str) -> Repair:
    """Return the way to mend, or refuse a word that is not known."""
    if repair == "safe":
        return "safe"
    if repair == "any":
        return "any"
    raise InputError(Fault("not a way to repair", 'Use "safe" or "any"', "repair", value=repair))


def repair_polygons(
    frame: gpd.GeoDataFrame, notes: list[str], *, repair: Repair, source: str
) -> gpd.GeoDataFrame:
    """Mend invalid polygons; refuse polygons that can be read in two ways that differ.

    The signed area of an invalid ring means nothing (a bow-tie's is 0 where its halves cancel), so
    the mended area is compared with two other readings of the same rings: ``buffer(0)``, which keeps
    what the rings wind around one way and drops what they wind around the other way, and the rule of
    even and odd crossings. Where a ring only touches itself all agree; at a
    bow-tie the first differs by one of its halves, at a loop wound twice the second by the loop.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Layer in a metric CRS, with ``source_row``.
    notes : list of str
        Takes the count of what was repaired.
    repair : {"safe", "any"}
        Whether a polygon whose two readings differ by more than `MOST_CHANGE` is refused or taken by
        its structure all the same.
    source : str
        Name in errors and notes.

    Returns
    -------
    geopandas.GeoDataFrame
        Same rows, polygons valid.

    Raises
    ------
    InputError
        Names the row of every polygon that is refused, and both areas.
    """
    geometry = np.array(frame.geometry.array, dtype=object)
    invalid = np.flatnonzero((shapely.get_dimensions(geometry) == 2) & ~shapely.is_valid(geometry))
    if not len(invalid):
        return frame
    broken = geometry[invalid]
    mended = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    area, other = shapely.area(mended), _farthest_area(broken, shapely.area(mended))
    differ = np.abs(area - other) > MOST_CHANGE * np.maximum(area, other)
    if repair == "safe":
        faults = Faults(source)
        for i in np.flatnonzero(differ):
            faults.add(
                f"an invalid polygon that can be read as {area[i]:.1f} m² or as {other[i]:.1f} m²",
                'Mend it in a GIS, or give repair="any" to take the first',
                row=int(frame["source_row"].iloc[invalid[i]]) + 1,
                value=str(shapely.is_valid_reason(broken[i])),
            )
        faults.raise_if_any()
    geometry[invalid] = mended
    note = f"{source}: {len(invalid)} invalid geometries repaired"
    if differ.any():
        note += f", {int(differ.sum())} of them with an area that is a guess"
    notes.append(note)
    return frame.set_geometry(geometry, crs=frame.crs)


def _farthest_area(broken: NDArray[np.object_], area: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the area of that of the two other readings which differs most."""
    wound = shapely.area(shapely.buffer(broken, 0))
    crossed = np.array([_crossed_area(b) for b in broken])
    out: NDArray[np.float64] = np.where(np.abs(wound - area) >= np.abs(crossed - area), wound, crossed)
    return out


def _crossed_area(broken: shapely.Geometry) -> float:
    """Measure by the rule of even and odd crossings, each part of a multipart feature on its own.

    Ring by ring: given a whole polygon, the method overlooks a hole one of whose edges runs along the shell.
    """
    parts = []
    for part in shapely.get_parts(broken):
        shell, holes = (_solid(rings) for rings in (shapely.get_rings(part)[:1], shapely.get_rings(part)[1:]))
        outer, inner = shapely.union_all(shell), shapely.union_all(holes)
        if shapely.area(holes).sum() > shapely.area(inner) * (1 + 1e-9):  # holes that overlap each other
            inner = reduce(shapely.symmetric_difference, holes)
        parts.append(shapely.symmetric_difference(outer, inner))
    return float(shapely.union_all(parts).area)


def _solid(rings: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give the polygons inside of rings by even and odd crossings, ring by ring."""
    pieces = shapely.get_parts(shapely.make_valid(shapely.polygons(rings), method="linework"))
    pieces = shapely.get_parts(pieces)
    out: NDArray[np.object_] = pieces[shapely.get_dimensions(pieces) == 2]
    return out
