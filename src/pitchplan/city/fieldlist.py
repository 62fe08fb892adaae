"""Widths to tape on site: streets and footways whose width nobody measured."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.city.layers import City
from pitchplan.schemas import FIELD_LIST, as_text

__all__ = ["widths_to_check"]

_OPEN = ("assumed", "lanes")
_TOUCH_M = 0.5
_BESIDE_M = 50.0
_SIDES = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")


def widths_to_check(city: City) -> pd.DataFrame:
    """List the streets and footways whose width is assumed or counted from lanes.

    Parameters
    ----------
    city : City

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.FIELD_LIST`, one row per id: streets first, then footways, each the
        longest first. Polygons are not listed: their width is measured.
    """
    found = [rows for rows in (_streets(city), _footways(city)) if len(rows)]
    if not found:
        return pd.DataFrame(columns=FIELD_LIST.names)
    return pd.concat([pd.DataFrame(rows[FIELD_LIST.names]) for rows in found], ignore_index=True)


def _streets(city: City) -> gpd.GeoDataFrame:
    axes = city.centrelines
    rows = axes[axes["width_status"].isin(_OPEN)].rename(columns={"street_id": "feature_id"})
    if not len(rows):
        return rows
    rows = _once(rows.assign(layer="streets", length_m=shapely.length(rows.geometry.array)))
    middle = shapely.line_interpolate_point(rows.geometry.array, 0.5, normalized=True)
    return _at(rows, middle).assign(place=_street_places(city, rows, middle))


def _footways(city: City) -> gpd.GeoDataFrame:
    axes, footways = city.footway_axes, city.footways
    listed = axes["width_status"].isin(_OPEN) & axes["axis_id"].isin(footways["axis_id"])
    rows = axes[listed].rename(columns={"axis_id": "feature_id"})
    if not len(rows):
        return rows
    drawn = footways[footways["axis_id"].isin(rows["feature_id"])].dissolve("axis_id")
    along = drawn.area.reindex(rows["feature_id"]).to_numpy() / rows["width_m"].to_numpy(dtype=float)
    length = np.where(rows["side"] != "", along, shapely.length(rows.geometry.array))
    rows = _once(rows.assign(layer="footways", length_m=length))
    street = city.centrelines.drop_duplicates("street_id").set_index("street_id")
    rows["name"], rows["street_class"] = (
        as_text(street[c].reindex(rows["street_id"])).to_numpy() for c in ("name", "street_class")
    )
    axis_middle = shapely.line_interpolate_point(rows.geometry.array, 0.5, normalized=True)
    strips = np.asarray(drawn.geometry.reindex(rows["feature_id"]).array, dtype=object)
    middle = shapely.get_point(shapely.shortest_line(strips, axis_middle), 0)
    return _at(rows, middle).assign(place=_footway_places(city, rows, middle))


def _once(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the longest line of each id, with the length of all its lines together."""
    total = rows.groupby("feature_id")["length_m"].transform("sum")
    longest = rows.sort_values("length_m", ascending=False, kind="stable").drop_duplicates("feature_id")
    longest["length_m"] = total[longest.index].round(1)
    return longest.sort_values(["length_m", "feature_id"], ascending=[False, True], ignore_index=True)


def _at(rows: gpd.GeoDataFrame, middle: NDArray[np.object_]) -> gpd.GeoDataFrame:
    return rows.assign(x_m=shapely.get_x(middle).round(2), y_m=shapely.get_y(middle).round(2))


def _street_places(city: City, rows: gpd.GeoDataFrame, middle: NDArray[np.object_]) -> list[str]:
    """Say where each street lies: its name, the named streets at its ends, its community."""
    starts, ends = (_named_at(city, rows, shapely.get_point(rows.geometry.array, i)) for i in (0, -1))
    texts = []
    for i, name in enumerate(rows["name"]):
        crossing = "至".join(dict.fromkeys(f"{other}口" for other in (starts[i], ends[i]) if other))
        texts.append((name or "无名路") + (f"，{crossing}" if crossing else ""))
    return _in_communities(city, texts, middle)


def _in_communities(city: City, texts: list[str], middle: NDArray[np.object_]) -> list[str]:
    communities = city.communities
    point, polygon = shapely.STRtree(communities.geometry.array).query(middle, predicate="intersects")
    inside = pd.Series(communities["name"].to_numpy()[polygon], dtype=object).groupby(point).min()
    return [f"{text}（{inside[i]}）" if i in inside.index else text for i, text in enumerate(texts)]


def _named_at(city: City, rows: gpd.GeoDataFrame, points: NDArray[np.object_]) -> list[str]:
    """Name a street of another name that passes each point, "" where none does."""
    axes = city.centrelines
    named = axes[axes["name"] != ""]
    names, own = named["name"].to_numpy(), rows["name"].to_numpy()
    at, line = shapely.STRtree(named.geometry.array).query(points, predicate="dwithin", distance=_TOUCH_M)
    other = names[line] != own[at]
    first = pd.Series(names[line[other]], dtype=object).groupby(at[other]).min()
    return [str(name) for name in first.reindex(range(len(points)), fill_value="")]


def _footway_places(city: City, rows: gpd.GeoDataFrame, middle: NDArray[np.object_]) -> list[str]:
    """Say where each footway lies: beside which named street, on which side of it, in which community."""
    streets = city.centrelines if len(city.centrelines) else city.streets
    named = streets[streets["name"] != ""]
    texts = ["人行道"] * len(rows)
    if len(named):
        lines, names = np.asarray(named.geometry.array, dtype=object), named["name"].to_numpy()
        near = shapely.STRtree(lines).nearest(middle)
        link = shapely.shortest_line(lines[near], middle)
        texts = [_beside(names[n], shapely.get_coordinates(k)) for n, k in zip(near, link, strict=True)]
    return _in_communities(city, texts, middle)


def _beside(name: str, link: NDArray[np.float64]) -> str:
    """Say on which side of a street something lies, or how far away it is."""
    east, north = link[-1] - link[0]
    away = float(np.hypot(east, north))
    if away > _BESIDE_M:
        return f"人行道，距{name}约{round(away, -1):.0f}米"
    if away < _TOUCH_M:
        return f"人行道，近{name}"
    side = round(np.degrees(np.arctan2(north, east)) / 45) % 8
    return f"人行道，{name}{_SIDES[side]}侧"
