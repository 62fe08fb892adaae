"""How wide the carriageway polygons are along the axes that run in them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

__all__ = ["measured_widths"]

_EVERY_M = 10.0
_REACH_M = 30.0


def measured_widths(axes: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Measure the carriageway across every axis, from kerb to kerb.

    Every 10 m a line is laid across the axis and followed to the nearest kerb on both sides; the median
    counts, so that side streets and squares do not.

    Parameters
    ----------
    axes, areas : geopandas.GeoDataFrame
        Lines and carriageway polygons with ``level``, in one metric CRS.

    Returns
    -------
    ndarray of float, shape (axes,)
        Metres; not a number where an axis does not run in a polygon on the ground, or no kerb lies
        within 30 m.
    """
    ground = np.asarray(areas.geometry.array[(areas["level"] == 0).to_numpy()])
    out = np.full(len(axes), np.nan)
    rows = np.flatnonzero((axes["level"] == 0).to_numpy())
    if not len(ground) or not len(rows):
        return out
    whole = shapely.get_parts(shapely.union_all(ground))
    lines = np.asarray(axes.geometry.array)[rows]
    point, normal, line = _samples(lines)
    inside = np.zeros(len(point), dtype=bool)
    shapely.prepare(whole)
    inside[shapely.STRtree(shapely.points(point)).query(whole, predicate="contains")[1]] = True
    point, normal, line = point[inside], normal[inside], line[inside]
    left, right = (_to_kerb(point, normal * sign, whole) for sign in (1.0, -1.0))
    width = pd.Series(left + right).groupby(line).median()
    many = pd.Series(np.isfinite(left + right)).groupby(line).sum()
    sure = many[many > 0].index.to_numpy()
    out[rows[sure]] = width[sure]
    return out


def _samples(
    lines: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Give points along lines, unit vectors across them, and the line each is of."""
    length = shapely.length(lines)
    many = np.maximum((length / _EVERY_M).astype(int), 1)
    line = np.repeat(np.arange(len(lines)), many)
    share = (np.arange(len(line)) - np.repeat(np.cumsum(many) - many, many) + 0.5) / many[line]
    a, b = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines[line], share * length[line] + step))
        for step in (-0.1, 0.1)
    )
    along = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-9)[:, None]
    return (a + b) / 2, np.stack([-along[:, 1], along[:, 0]], axis=1), line


def _to_kerb(
    point: NDArray[np.float64], way: NDArray[np.float64], whole: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Measure from points along unit vectors to the nearest edge of the polygons; nan where none is near."""
    coords, owner = shapely.get_coordinates(shapely.get_rings(whole), return_index=True)
    same = owner[1:] == owner[:-1]
    edges = shapely.linestrings(np.stack([coords[:-1][same], coords[1:][same]], axis=1))
    rays = shapely.linestrings(np.stack([point, point + way * _REACH_M], axis=1))
    ray, edge = shapely.STRtree(edges).query(rays, predicate="intersects")
    far = shapely.distance(shapely.points(point[ray]), shapely.intersection(rays[ray], edges[edge]))
    out = np.full(len(point), np.inf)
    np.minimum.at(out, ray, far)
    return np.where(np.isfinite(out), out, np.nan)
