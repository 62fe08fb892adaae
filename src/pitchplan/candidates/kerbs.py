"""Kerb lines: the boundary of the carriageways, with the carriageway always on the left."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["KerbLines", "kerb_lines", "positions_along"]

_ISLAND_MEAN_WIDTH_M = 4.0
_ISLAND_AREA_M2 = 150.0


@dataclass(frozen=True)
class KerbLines:
    """The kerbs of a city's ground-level streets.

    Attributes
    ----------
    rings : ndarray of shapely.LinearRing
        Closed kerb lines with the carriageway on the left.
    island : ndarray of bool
        Whether a ring goes around a traffic island or a median, where nobody may stand.
    carriageways : ndarray of shapely.Polygon
        The joined carriageways the rings bound.
    """

    rings: NDArray[np.object_]
    island: NDArray[np.bool_]
    carriageways: NDArray[np.object_]


def kerb_lines(streets: gpd.GeoDataFrame) -> KerbLines:
    """Join the carriageways on the ground and take their boundary apart into kerb lines.

    Parameters
    ----------
    streets : geopandas.GeoDataFrame
        Carriageway polygons with ``level``, in a metric CRS.

    Returns
    -------
    KerbLines
        A hole narrower than 4 m on average, or smaller than 150 m², is taken for an island.
    """
    ground = np.asarray(streets.geometry.array[(streets["level"] == 0).to_numpy()])
    if not len(ground):
        nothing = np.zeros(0, dtype=object)
        return KerbLines(nothing, np.zeros(0, dtype=bool), nothing)
    whole = shapely.orient_polygons(shapely.get_parts(shapely.union_all(ground)))
    whole = whole[shapely.area(whole) > 1.0]
    rings, owner = shapely.get_rings(whole, return_index=True)
    hole = np.diff(owner, prepend=-1) == 0
    area, length = shapely.area(shapely.polygons(rings)), shapely.length(rings)
    island = hole & ((area < _ISLAND_AREA_M2) | (2 * area < _ISLAND_MEAN_WIDTH_M * length))
    return KerbLines(rings, island, whole)


def positions_along(
    rings: NDArray[np.object_], step_m: float, length_m: float, samples: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Sample chords of one length along closed rings, every ``step_m``.

    Parameters
    ----------
    rings : ndarray of shapely.LinearRing
        Closed lines.
    step_m, length_m : float
        Distance between starts, and arc length of each sample, metres.
    samples : int
        Points per arc, ends included.

    Returns
    -------
    line, step : ndarray of int, shape (n,)
        Ring and number of the start on it.
    points : ndarray of float, shape (n, samples, 2)
        Points along the arc. Positions are measured per ring, so that a ring's positions do not
        depend on which rings come before it.
    """
    around = shapely.length(rings)
    count = np.where(around >= 2 * length_m, np.floor(around / step_m), 0).astype(np.intp)
    line = np.repeat(np.arange(len(rings)), count)
    step = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    arc = np.linspace(0.0, length_m, samples)
    where = (step[:, None] * step_m + arc) % around[line][:, None]
    points = np.empty((len(line), samples, 2))
    start = 0
    for ring, many in zip(rings, count.tolist(), strict=True):
        if many:
            points[start : start + many] = _interpolate(ring, where[start : start + many])
            start += many
    return line, step, points


def _interpolate(ring: shapely.LinearRing, where: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the points at distances along one ring."""
    coords = shapely.get_coordinates(ring)
    reach = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
    return np.stack([np.interp(where, reach, coords[:, 0]), np.interp(where, reach, coords[:, 1])], axis=-1)
