"""Sidewalks that an OpenStreetMap extract tells by tags of the street, drawn beside the carriageway.

Which tags mean what: https://wiki.openstreetmap.org/wiki/Key:sidewalk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.city.carriageways import derive_carriageways
from pitchplan.city.footways import FOOTWAY_LINE_M
from pitchplan.city.widths import metres_of

__all__ = ["osm_sidewalks", "side_sidewalks"]

_SIDES = ("left", "right")
_SAME_M = 3.0
_ALONGSIDE_M = 15.0
_WIDEST_M = 20.0


def side_sidewalks(tags: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """Tell on which sides of a street there is a sidewalk, and its width in metres, nan if untold.

    A sidewalk that is ``separate`` has a way of its own and is none of the street's.

    Examples
    --------
    >>> list(side_sidewalks({"sidewalk": "right", "sidewalk:right:width": "2.5"}))
    [('right', 2.5)]
    >>> list(side_sidewalks({"sidewalk:both": "yes", "sidewalk:left": "separate"}))
    [('right', nan)]
    """
    whole = tags.get("sidewalk", "")
    for side in _SIDES:
        own = tags.get(f"sidewalk:{side}") or tags.get("sidewalk:both")
        if own == "yes" if own else whole in ("both", "yes", side):
            keys = (f"sidewalk:{side}:width", "sidewalk:both:width", "sidewalk:width")
            text = next((tags[k] for k in keys if k in tags), None)
            width = float(metres_of(pd.Series([text], dtype=object)).iloc[0])
            yield side, width if width <= _WIDEST_M else float("nan")


def osm_sidewalks(
    lines: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, mapped: NDArray[np.object_], notes: list[str]
) -> gpd.GeoDataFrame:
    """Draw the sidewalks of tagged streets from the kerb outwards.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Ways with tags, in a metric CRS.
    streets : geopandas.GeoDataFrame
        Axes with ``street_id``, ``width_m`` and ``level``, in the same CRS.
    mapped : ndarray of shapely.LineString
        Footways that have a way of their own: where one runs alongside, it is the sidewalk.
    notes : list of str
        Takes how many were drawn, with which widths, and how many were left out.

    Returns
    -------
    geopandas.GeoDataFrame
        footway_id, level and polygons, none of them on a carriageway of its level.
    """
    axis = {way: i for i, way in enumerate(streets["street_id"])}
    rows = [
        (i, side, width)
        for way, tags in zip(lines["osm_id"], lines["tags"], strict=True)
        if (i := axis.get(way)) is not None
        for side, width in side_sidewalks(tags)
    ]
    at = np.array([r[0] for r in rows], dtype=int)
    ids = [f"{streets['street_id'].iloc[i]}-{side}-sidewalk" for i, side, _ in rows]
    level = streets["level"].to_numpy()[at]
    if not rows:
        return gpd.GeoDataFrame({"footway_id": ids, "level": level}, geometry=[], crs=streets.crs)
    told = np.array([r[2] for r in rows])
    width = np.where(np.isnan(told), FOOTWAY_LINE_M, told)
    sign = np.where([r[1] == "left" for r in rows], 1.0, -1.0)
    half = streets["width_m"].to_numpy(dtype=float)[at] / 2
    middle = np.asarray(
        shapely.offset_curve(np.asarray(streets.geometry.array)[at], sign * (half + width / 2)), dtype=object
    )
    alone = _without_mapped(middle, mapped)
    strips = shapely.buffer(alone, width / 2, cap_style="square")
    strips = _off_the_carriageways(strips, level, streets)
    drawn = shapely.area(strips) > 0
    notes.append(
        f"footways: {int(drawn.sum())} sidewalks of tagged streets drawn at their kerbs, "
        f"{int((drawn & np.isnan(told)).sum())} of them {FOOTWAY_LINE_M:g} m wide (assumed)"
    )
    if not drawn.all():
        notes.append(
            f"footways: {int((~drawn).sum())} tagged sidewalks left out: mapped on their own, or no room"
        )
    out = gpd.GeoDataFrame({"footway_id": ids, "level": level}, geometry=strips, crs=streets.crs)
    return out[drawn].reset_index(drop=True)


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
