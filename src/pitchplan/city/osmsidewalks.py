"""Sidewalks that an OpenStreetMap extract tells by tags of the street, drawn beside the carriageway.

Which tags mean what: https://wiki.openstreetmap.org/wiki/Key:sidewalk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan.city.cellvalues import unique_ids
from pitchplan.city.footways import FOOTWAY_LINE_M, draw_footways, footway_parts
from pitchplan.city.layers import City
from pitchplan.city.widths import metres_of
from pitchplan.schemas import FOOTWAY_AXES

__all__ = ["osm_sidewalks", "side_sidewalks", "with_sidewalks"]

_SIDES = ("left", "right")
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


def osm_sidewalks(lines: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the sidewalks that streets are tagged with.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Ways with tags.
    streets : geopandas.GeoDataFrame
        Axes with ``street_id`` and ``level``.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns as `schemas.FOOTWAY_AXES`, the axes of the streets for lines.
    """
    axis = {way: i for i, way in enumerate(streets["street_id"])}
    rows = [
        (i, way, side, width)
        for way, tags in zip(lines["osm_id"], lines["tags"], strict=True)
        if (i := axis.get(way)) is not None
        for side, width in side_sidewalks(tags)
    ]
    at = np.array([r[0] for r in rows], dtype=int)
    told = np.array([r[3] for r in rows], dtype=float)
    columns = {
        "axis_id": [f"{way}-{side}-sidewalk" for _, way, side, _ in rows],
        "street_id": [r[1] for r in rows],
        "side": [r[2] for r in rows],
        "level": streets["level"].to_numpy(dtype=int)[at],
        "width_m": np.where(np.isnan(told), FOOTWAY_LINE_M, told),
        "width_status": np.where(np.isnan(told), "assumed", "given").astype(object),
    }
    shapes = np.asarray(streets.geometry.array, dtype=object)[at]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=streets.crs)[FOOTWAY_AXES.names]


def with_sidewalks(city: City, lines: gpd.GeoDataFrame) -> City:
    """Give a new city in which the sidewalks of tagged streets are footways too.

    Parameters
    ----------
    city : City
        Made from centrelines.
    lines : geopandas.GeoDataFrame
        Ways with tags.

    Returns
    -------
    City
        Its notes say how many were drawn, how many in an assumed width, and how many were left out.
    """
    beside = osm_sidewalks(lines, city.centrelines)
    if not len(beside):
        return city
    axes = _joined(city.footway_axes, beside)
    strips = draw_footways(axes, city.centrelines)[-len(beside) :]
    drawn, assumed = shapely.area(strips) > 0, (beside["width_status"] == "assumed").to_numpy()
    notes = [
        f"footways: {int(drawn.sum())} sidewalks of tagged streets drawn at their kerbs, "
        f"{int((drawn & assumed).sum())} of them {FOOTWAY_LINE_M:g} m wide (assumed)"
    ]
    if not drawn.all():
        notes.append(
            f"footways: {int((~drawn).sum())} tagged sidewalks left out: mapped on their own, or no room"
        )
    footways = _joined(city.footways, footway_parts(beside, strips))
    return replace(
        city,
        footways=footways.assign(footway_id=unique_ids(footways["footway_id"], "footways", notes)),
        footway_axes=axes,
        given=city.given | ({"footways"} if drawn.any() else set()),
        notes=(*city.notes, *notes),
    )


def _joined(first: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put rows after others; an empty layer, whose columns have no types, gives way."""
    if not len(first) or not len(more):
        return more if len(more) else first
    out: gpd.GeoDataFrame = pd.concat([first, more], ignore_index=True)
    return out
