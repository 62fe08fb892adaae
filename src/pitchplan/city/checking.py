"""Widths to tape on site, and the city that follows from what was taped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan import schemas
from pitchplan.city.carriageways import derive_carriageways, derive_junctions
from pitchplan.city.layers import City
from pitchplan.city.stand_ins import ASSUMED_WIDTHS, assumed_widths
from pitchplan.city.widths import WIDEST_M
from pitchplan.errors import Fault, Faults, InputError

__all__ = ["streets_to_check", "with_checked_widths"]

_OPEN = ("assumed", "lanes")
_TOUCH_M = 0.5


def streets_to_check(city: City) -> pd.DataFrame:
    """List the streets whose width is assumed or counted from lanes, longest first.

    Parameters
    ----------
    city : City

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.FIELD_LIST`, one row per street_id; empty for a city of polygons, whose
        widths are measured.
    """
    axes = city.centrelines
    rows = axes[axes["width_status"].isin(_OPEN)].copy()
    if not len(rows):
        return pd.DataFrame(columns=schemas.FIELD_LIST.names)
    rows["length_m"] = shapely.length(rows.geometry.array)
    total = rows.groupby("street_id")["length_m"].transform("sum")
    rows = rows.sort_values("length_m", ascending=False, kind="stable").drop_duplicates("street_id")
    rows["length_m"] = total[rows.index].round(1)
    rows = rows.sort_values(["length_m", "street_id"], ascending=[False, True], ignore_index=True)
    middle = shapely.line_interpolate_point(rows.geometry.array, 0.5, normalized=True)
    rows["x_m"], rows["y_m"] = shapely.get_x(middle).round(2), shapely.get_y(middle).round(2)
    rows["place"] = _places(city, rows, middle)
    return pd.DataFrame(rows[schemas.FIELD_LIST.names])


def _places(city: City, rows: gpd.GeoDataFrame, middle: NDArray[np.object_]) -> list[str]:
    """Say where each street lies: its name, the named streets at its ends, its community."""
    starts, ends = (_named_at(city, rows, shapely.get_point(rows.geometry.array, i)) for i in (0, -1))
    communities = city.communities
    point, polygon = shapely.STRtree(communities.geometry.array).query(middle, predicate="intersects")
    inside = pd.Series(communities["name"].to_numpy()[polygon], dtype=object).groupby(point).min()
    places = []
    for i, name in enumerate(rows["name"]):
        crossing = "至".join(dict.fromkeys(f"{other}口" for other in (starts[i], ends[i]) if other))
        text = (name or "无名路") + (f"，{crossing}" if crossing else "")
        places.append(f"{text}（{inside[i]}）" if i in inside.index else text)
    return places


def _named_at(city: City, rows: gpd.GeoDataFrame, points: NDArray[np.object_]) -> list[str]:
    """Name a street of another name that passes each point, "" where none does."""
    axes = city.centrelines
    named = axes[axes["name"] != ""]
    names, own = named["name"].to_numpy(), rows["name"].to_numpy()
    at, line = shapely.STRtree(named.geometry.array).query(points, predicate="dwithin", distance=_TOUCH_M)
    other = names[line] != own[at]
    first = pd.Series(names[line[other]], dtype=object).groupby(at[other]).min()
    return [str(name) for name in first.reindex(range(len(points)), fill_value="")]


def with_checked_widths(city: City, widths: Mapping[str, float] | pd.DataFrame) -> City:
    """Give a new city in which streets have the width that was taped on site.

    Parameters
    ----------
    city : City
        Made from centrelines.
    widths : mapping or pandas.DataFrame
        Street id to width, metres, or columns street_id and width_m.

    Returns
    -------
    City

    Raises
    ------
    InputError
        The city is made of polygons, an id is not known, or a width is bad.
    """
    _require_made_of_lines(city)
    taped = _read_widths(city, widths)
    old = city.centrelines
    new = old["street_id"].map(taped)
    hit = new.notna()
    axes = old.assign(
        width_m=new.where(hit, old["width_m"]).astype(float),
        width_status=old["width_status"].where(~hit, "checked"),
    )
    others = [a for a in city.assumptions if not a.endswith(ASSUMED_WIDTHS)]
    return replace(
        city,
        centrelines=axes,
        streets=derive_carriageways(axes),
        keep_clear=_junctions_again(city.keep_clear, old, axes),
        notes=(*city.notes, f"widths: {len(taped)} streets checked on site"),
        assumptions=(*others, *assumed_widths(axes)),
    )


def _require_made_of_lines(city: City) -> None:
    if not city.made_of_lines:
        raise InputError(
            Fault(
                "the streets are polygons, so their width is what the polygons show",
                "Correct the polygons in a GIS; only carriageways made from centrelines can be made again",
                "with_checked",
            )
        )


def _read_widths(city: City, widths: Mapping[str, float] | pd.DataFrame) -> dict[str, float]:
    """Read and check the widths; every fault is said at once."""
    faults = Faults("with_checked")
    known = set(city.centrelines["street_id"])
    taped: dict[str, float] = {}
    for street_id, value in _pairs(widths):
        width = float(pd.to_numeric(pd.Series([value], dtype=object), errors="coerce").iloc[0])
        if street_id not in known:
            faults.add("no street has this id", "Take it from city.field_list()", value=street_id)
        if isinstance(value, bool) or not 0 < width <= WIDEST_M:
            faults.add(
                f"a width that is not a number of metres above 0 and up to {WIDEST_M:g}",
                "Give what was taped, in metres",
                row=street_id,
                column="width_m",
                value=value,
            )
        elif taped.setdefault(street_id, width) != width:
            faults.add("two widths for one street", "Give one", row=street_id, column="width_m", value=value)
    faults.raise_if_any()
    return taped


def _pairs(widths: Mapping[str, float] | pd.DataFrame) -> list[tuple[str, object]]:
    if not isinstance(widths, pd.DataFrame):
        return [(str(k), v) for k, v in widths.items()]
    for column in ("street_id", "width_m"):
        if column not in widths.columns:
            raise InputError(
                Fault("a column is missing", "Give street_id and width_m", "with_checked", column=column)
            )
    return list(zip(widths["street_id"].astype(str), widths["width_m"].tolist(), strict=True))


def _junctions_again(
    keep_clear: gpd.GeoDataFrame, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Make the junctions that were derived from the centrelines again, by the new widths."""
    before, after = derive_junctions(old), derive_junctions(new)
    was = dict(zip(before["feature_id"], before.geometry.array, strict=True))
    becomes = dict(zip(after["feature_id"], after.geometry.array, strict=True))
    shapes = np.array(keep_clear.geometry.array, dtype=object)
    rows = zip(keep_clear["feature_id"], keep_clear["kind"], shapes, strict=True)
    for i, (name, kind, shape) in enumerate(list(rows)):
        if kind == "junction" and name in was and shapely.equals(shape, was[name]):
            shapes[i] = becomes[name]
    return keep_clear.set_geometry(shapes, crs=keep_clear.crs)
