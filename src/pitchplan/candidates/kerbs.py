"""Kerb lines: the boundary of the carriageways, with the carriageway always on the left."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["KerbLines", "kerb_lines"]

_ISLAND_MEAN_WIDTH_M = 4.0
_ISLAND_AREA_M2 = 150.0
_SPECK_M2 = 1.0


@dataclass(frozen=True, eq=False)
class KerbLines:
    """The edges of some ground: kerbs of the carriageways, or the footways' edges away from them.

    Attributes
    ----------
    rings : ndarray of shapely.LinearRing
        Closed lines with the ground on the left.
    island : ndarray of bool
        Whether a ring goes around a traffic island or a median, where nobody may stand.
    grounds : ndarray of shapely.Polygon
        The joined polygons that the rings bound.
    """

    rings: NDArray[np.object_]
    island: NDArray[np.bool_]
    grounds: NDArray[np.object_]


def kerb_lines(*layers: gpd.GeoDataFrame) -> KerbLines:
    """Join the polygons on the ground and take their boundary apart into closed lines.

    Parameters
    ----------
    *layers : geopandas.GeoDataFrame
        Carriageway polygons, or carriageways and footways, with ``level``, in a metric CRS.

    Returns
    -------
    KerbLines
        A hole narrower than 4 m on average, or smaller than 150 m², is taken for an island.
    """
    shapes = [np.asarray(f.geometry.array[(f["level"] == 0).to_numpy()]) for f in layers if len(f)]
    ground = np.concatenate(shapes) if shapes else np.zeros(0, dtype=object)
    if not len(ground):
        nothing = np.zeros(0, dtype=object)
        return KerbLines(nothing, np.zeros(0, dtype=bool), nothing)
    whole = shapely.orient_polygons(shapely.get_parts(shapely.union_all(ground)))
    whole = whole[shapely.area(whole) > _SPECK_M2]
    rings, owner = shapely.get_rings(whole, return_index=True)
    hole = np.diff(owner, prepend=-1) == 0
    area, length = shapely.area(shapely.polygons(rings)), shapely.length(rings)
    island = hole & ((area < _ISLAND_AREA_M2) | (2 * area < _ISLAND_MEAN_WIDTH_M * length))
    return KerbLines(rings, island, whole)
