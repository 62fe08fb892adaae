"""Large polygons in small pieces, so that measuring against them stays cheap."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["overlap_areas", "subdivide"]

_MOST_VERTICES = 128


def subdivide(polygons: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Halve polygons until none has more than 128 vertices.

    Parameters
    ----------
    polygons : ndarray of shapely geometry, shape (n,)
        Polygons or multipolygons.

    Returns
    -------
    pieces : ndarray of shapely geometry
        Together they cover exactly what the polygons cover, without overlap within one polygon.
    owner : ndarray of int
        Polygon each piece is part of.
    """
    pieces: list[NDArray[np.object_]] = []
    owners: list[NDArray[np.intp]] = []
    rest, owner = np.asarray(polygons, dtype=object), np.arange(len(polygons))
    while len(rest):
        big = shapely.get_num_coordinates(rest) > _MOST_VERTICES
        pieces.append(rest[~big])
        owners.append(owner[~big])
        rest, owner = rest[big], owner[big]
        low_x, low_y, high_x, high_y = shapely.bounds(rest).T
        wide = (high_x - low_x) >= (high_y - low_y)
        mid_x = np.where(wide, (low_x + high_x) / 2, high_x)
        mid_y = np.where(wide, high_y, (low_y + high_y) / 2)
        first = shapely.intersection(rest, shapely.box(low_x, low_y, mid_x, mid_y))
        start_x, start_y = np.where(wide, mid_x, low_x), np.where(wide, low_y, mid_y)
        second = shapely.intersection(rest, shapely.box(start_x, start_y, high_x, high_y))
        rest, owner = np.concatenate([first, second]), np.concatenate([owner, owner])
        solid = shapely.area(rest) > 0
        rest, owner = rest[solid], owner[solid]
    if not pieces:
        return np.zeros(0, dtype=object), np.zeros(0, dtype=np.intp)
    return np.concatenate(pieces), np.concatenate(owners)


def overlap_areas(
    shapes: NDArray[np.object_], polygons: NDArray[np.object_], *, largest: bool
) -> NDArray[np.float64]:
    """Measure how much of each small shape lies on the polygons.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        Small shapes.
    polygons : ndarray of shapely geometry
        Polygons of any size.
    largest : bool
        Whether only the one polygon with the largest overlap counts; else all are added, which asks
        for polygons that do not overlap each other.

    Returns
    -------
    ndarray of float, shape (n,)
        Square metres.
    """
    pieces, owner = subdivide(polygons)
    if not len(pieces) or not len(shapes):
        return np.zeros(len(shapes))
    shape, piece = shapely.STRtree(pieces).query(shapes, predicate="intersects")
    area = shapely.area(shapely.intersection(shapes[shape], pieces[piece]))
    if not largest:
        total: NDArray[np.float64] = np.bincount(shape, weights=area, minlength=len(shapes)).astype(float)
        return total
    pair, inverse = np.unique(shape * len(polygons) + owner[piece], return_inverse=True)
    whole = np.bincount(inverse, weights=area, minlength=len(pair))
    best = np.zeros(len(shapes))
    np.maximum.at(best, pair // len(polygons), whole)
    return best
