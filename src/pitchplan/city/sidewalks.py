"""Sidewalks that are known by their street and side only, drawn beside the carriageway."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.city.carriageways import derive_carriageways

__all__ = ["sidewalk_strips"]

_SAME_M = 3.0
_ALONGSIDE_M = 15.0


def sidewalk_strips(
    sidewalks: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, mapped: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Draw sidewalks from the kerb outwards.

    Parameters
    ----------
    sidewalks : geopandas.GeoDataFrame
        Axes of their streets with ``street_id``, ``side``, ``width_m`` and ``level``, in a metric CRS.
    streets : geopandas.GeoDataFrame
        Axes with ``street_id``, ``width_m`` and ``level``, in the same CRS.
    mapped : ndarray of shapely.LineString
        Footways that have a way of their own: where one runs alongside, it is the sidewalk.

    Returns
    -------
    ndarray of shapely.Geometry
        One per sidewalk, none of them on a carriageway of its level; empty where there is no room.
    """
    if not len(sidewalks):
        return np.array([], dtype=object)
    by_id = streets.drop_duplicates("street_id").set_index("street_id")["width_m"]
    half = by_id.reindex(sidewalks["street_id"]).to_numpy(dtype=float) / 2
    width = sidewalks["width_m"].to_numpy(dtype=float)
    sign = np.where(sidewalks["side"] == "left", 1.0, -1.0)
    axis = np.asarray(sidewalks.geometry.array, dtype=object)
    middle = np.asarray(shapely.offset_curve(axis, sign * (half + width / 2)), dtype=object)
    strips = shapely.buffer(_without_mapped(middle, mapped), width / 2, cap_style="square")
    return _off_the_carriageways(strips, sidewalks["level"].to_numpy(dtype=int), streets)


def _without_mapped(middle: NDArray[np.object_], mapped: NDArray[np.object_]) -> NDArray[np.object_]:
    """Cut the stretches along which a footway with a way of its own runs."""
    if not len(mapped):
        return middle
    strip, way = shapely.STRtree(mapped).query(middle, predicate="dwithin", distance=_SAME_M)
    out = middle.copy()
    near = pd.Series(way).groupby(strip).agg(list)
    for i, ways in near.items():
        zone = shapely.union_all(shapely.buffer(mapped[ways], _SAME_M, cap_style="flat"))
        parts = shapely.get_parts(shapely.line_merge(shapely.intersection(middle[i], zone)))
        # A path that only meets the street covers a short stretch; one that runs along it a long one.
        long = shapely.length(parts) >= min(_ALONGSIDE_M, 0.8 * shapely.length(middle[i]))
        if long.any():
            gone = shapely.buffer(shapely.union_all(parts[long]), 0.01, cap_style="flat")
            out[i] = shapely.difference(middle[i], gone)
    return out


def _off_the_carriageways(
    strips: NDArray[np.object_], level: NDArray[np.int_], streets: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    """Cut the carriageways of the same level out of the strips."""
    roads = derive_carriageways(streets).geometry.array
    strip, road = shapely.STRtree(roads).query(strips, predicate="intersects")
    same = streets["level"].to_numpy()[road] == level[strip]
    strip, road = strip[same], road[same]
    out = strips.copy()
    # One road per strip and round, so that each round is one call.
    turn = pd.Series(strip).groupby(strip).cumcount().to_numpy()
    for k in range(int(turn.max(initial=-1)) + 1):
        now = turn == k
        out[strip[now]] = shapely.difference(out[strip[now]], np.asarray(roads)[road[now]])
    return out
