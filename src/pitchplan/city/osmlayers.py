"""Streets, footways, open spaces, buildings and communities of an OpenStreetMap extract.

Which tags mean what: https://wiki.openstreetmap.org/wiki/Map_features.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.city.osmtags import tag, tag_in, taken

__all__ = [
    "osm_buildings",
    "osm_communities",
    "osm_footways",
    "osm_open_spaces",
    "osm_streets",
]

_LINKED = ("motorway", "trunk", "primary", "secondary", "tertiary")
_UNLINKED = ("unclassified", "residential", "living_street", "service", "pedestrian", "road", "busway")
_STREETS = frozenset([*_LINKED, *(f"{c}_link" for c in _LINKED), *_UNLINKED])
_CAR_PARK_KINDS = ("", "surface")
_SHUT = ("private", "no")
_ENOUGH = 0.9
_PLACES = ("neighbourhood", "quarter", "suburb")


def _oneway(lines: gpd.GeoDataFrame) -> pd.Series:
    """Read ``oneway``: yes along the line, reverse against it, no, or empty where nobody says."""
    word = tag(lines, "oneway").map(
        {"1": "yes", "true": "yes", "-1": "reverse", "false": "no", "0": "no"}.get
    )
    word = word.where(word.notna(), tag(lines, "oneway"))
    implied = tag_in(lines, "junction", ("roundabout", "circular"))
    implied |= tag_in(lines, "highway", ("motorway",))
    return word.where((word != "") | ~implied, "yes")


def _gradient(lines: gpd.GeoDataFrame) -> pd.Series:
    """Read ``incline`` where it is a number; "up" and "down" say only which way."""
    word = tag(lines, "incline")
    return word.where(~word.isin(("up", "down", "yes")), "")


def osm_streets(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the streets: every way that carries vehicles, and pedestrian streets."""
    return taken(
        lines,
        tag_in(lines, "highway", _STREETS),
        "street_id",
        street_class=tag(lines, "highway"),
        width_m=tag(lines, "width"),
        lanes=pd.to_numeric(tag(lines, "lanes"), errors="coerce"),
        oneway=_oneway(lines),
        gradient_percent=_gradient(lines),
    )


def is_walked(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which ways are walked on beside the carriageway; crossings are not."""
    walked = tag_in(frame, "highway", ("footway", "steps"))
    walked |= tag_in(frame, "highway", ("path",)) & ~tag_in(frame, "foot", _SHUT)
    walked |= tag_in(frame, "highway", ("cycleway",)) & tag_in(frame, "foot", ("yes", "designated"))
    for key in ("footway", "path", "cycleway"):
        walked &= ~tag_in(frame, key, ("crossing",))
    return walked


def osm_footways(lines: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take footways: lines with the width they are tagged with, and areas."""
    ways = taken(lines, is_walked(lines), "footway_id", width_m=tag(lines, "width"))
    areas = taken(polygons, is_walked(polygons) & ~tag_in(polygons, "place", ("square",)), "footway_id")
    joined: gpd.GeoDataFrame = pd.concat([ways, areas.assign(width_m="")], ignore_index=True)
    return joined


def osm_open_spaces(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take squares, market places and car parks on the surface that are not private."""
    square = tag_in(polygons, "place", ("square",)) | tag_in(polygons, "highway", ("pedestrian",))
    parks = (
        tag_in(polygons, "amenity", ("parking",)) & tag(polygons, "parking").isin(_CAR_PARK_KINDS).to_numpy()
    )
    market = tag_in(polygons, "amenity", ("marketplace",))
    kind = np.select([market, square, parks], ["market-place", "square", "car-park"], "")
    roofed = (tag(polygons, "building") != "").to_numpy() & ~tag_in(polygons, "building", ("no",))
    mask = (kind != "") & ~roofed & ~tag_in(polygons, "access", _SHUT)
    return taken(polygons, mask, "open_space_id", kind=kind)


def osm_buildings(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take buildings that stand on or above the ground."""
    mask = (tag(polygons, "building") != "").to_numpy() & ~tag_in(polygons, "building", ("no",))
    levels = pd.to_numeric(tag(polygons, "building:levels"), errors="coerce")
    out = taken(polygons, mask, "building_id", levels=levels)
    return out[out["level"] >= 0].reset_index(drop=True)


def osm_communities(
    polygons: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame | None, str]:
    """Choose the finest named polygons that hold nine tenths of the streets.

    Parameters
    ----------
    polygons, streets : geopandas.GeoDataFrame
        In one CRS.

    Returns
    -------
    communities : geopandas.GeoDataFrame or None
        Neighbourhoods, quarters or suburbs, else administrative areas from level 11 up to 7.
    what : str
        Tag they were taken by, or why there are none.
    """
    admin = tag_in(polygons, "boundary", ("administrative",))
    choices = [(f"place={p}", tag_in(polygons, "place", (p,))) for p in _PLACES]
    choices += [
        (f"admin_level={n}", admin & tag_in(polygons, "admin_level", (str(n),))) for n in range(11, 6, -1)
    ]
    middles = shapely.line_interpolate_point(streets.geometry.array, 0.5, normalized=True)
    solid = shapely.get_dimensions(polygons.geometry.array) == 2
    for what, mask in choices:
        mask = mask & solid & (tag(polygons, "name") != "").to_numpy()
        if not mask.any():
            continue
        tree = shapely.STRtree(polygons.geometry.array[mask])
        inside = len(np.unique(tree.query(middles, predicate="intersects")[0]))
        if inside >= _ENOUGH * len(middles):
            residents = pd.to_numeric(tag(polygons, "population"), errors="coerce")
            out = taken(polygons, mask, "community_id", residents=residents.where(residents >= 0))
            return out.assign(district=out["name"], district_en=out["name_en"]), what
    return None, "no neighbourhoods or administrative areas that hold nine tenths of the streets"
