"""Mending invalid polygons, and refusing those whose shape is anybody's guess."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import shapely

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
    the mended area is compared with the area of a second reading of the same rings: ``buffer(0)``,
    which keeps what the rings wind around one way and drops what they wind around the other way. Where a
    ring only touches itself both agree; at a bow-tie they differ by one of its halves.

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
    area, other = shapely.area(mended), shapely.area(shapely.buffer(broken, 0))
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
