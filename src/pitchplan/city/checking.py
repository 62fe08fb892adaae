"""The city that follows from the widths that were taped on site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.city.carriageways import derive_carriageways, derive_junctions
from pitchplan.city.cellvalues import unique_ids
from pitchplan.city.footways import draw_footways, footway_parts
from pitchplan.city.layers import City
from pitchplan.city.stand_ins import ASSUMED_WIDTHS, assumed_widths
from pitchplan.city.taped import read_taped

__all__ = ["with_checked_widths"]


def with_checked_widths(city: City, widths: Mapping[str, float] | pd.DataFrame) -> City:
    """Give a new city in which streets and footways have the width that was taped on site.

    Parameters
    ----------
    city : City
    widths : mapping or pandas.DataFrame
        Id to width, metres, or columns feature_id (or street_id), width_m and perhaps layer.

    Returns
    -------
    City

    Raises
    ------
    InputError
        Something taped is a polygon, an id is not known or that of a street and a footway, or a
        width is bad.
    """
    taped = read_taped(city, widths)
    new = _streets_again(city, taped["streets"]) if taped["streets"] else city
    return _footways_again(city, new, taped["footways"]) if len(city.footway_axes) else new


def _checked(rows: gpd.GeoDataFrame, column: str, taped: Mapping[str, float]) -> gpd.GeoDataFrame:
    """Fill in the widths that were taped, by the id in a column."""
    new = rows[column].map(taped).astype(float)
    hit = new.notna()
    return rows.assign(
        width_m=new.where(hit, rows["width_m"]).astype(float),
        width_status=rows["width_status"].where(~hit, "checked"),
    )


def _streets_again(city: City, taped: Mapping[str, float]) -> City:
    """Make carriageways and the junctions derived from them again."""
    axes = _checked(city.centrelines, "street_id", taped)
    others = [a for a in city.assumptions if not a.endswith(ASSUMED_WIDTHS)]
    return replace(
        city,
        centrelines=axes,
        streets=derive_carriageways(axes),
        keep_clear=_junctions_again(city.keep_clear, city.centrelines, axes),
        notes=(*city.notes, f"widths: {len(taped)} streets checked on site"),
        assumptions=(*others, *assumed_widths(axes)),
    )


def _footways_again(old: City, new: City, taped: Mapping[str, float]) -> City:
    """Draw again the footways that were taped and the sidewalks whose kerb moved."""
    axes = _checked(old.footway_axes, "axis_id", taped)
    before = draw_footways(old.footway_axes, old.centrelines)
    strips = draw_footways(axes, new.centrelines)
    ids = set(axes.loc[~shapely.equals_exact(before, strips), "axis_id"])
    footways = _checked(old.footways, "axis_id", taped)
    notes = [f"widths: {len(taped)} footways checked on site"] if taped else []
    if moved := len(ids - set(taped)):
        notes.append(f"footways: {moved} sidewalks drawn again, since a carriageway beside them changed")
    if ids:
        again = axes["axis_id"].isin(ids).to_numpy()
        if gone := int(((shapely.area(before) > 0) & (shapely.area(strips) == 0)).sum()):
            notes.append(f"footways: {gone} sidewalks have no room beside the carriageways any more")
        footways = _replaced(footways, footway_parts(axes[again], strips[again]), ids)
    return replace(new, footways=footways, footway_axes=axes, notes=(*new.notes, *notes))


def _replaced(footways: gpd.GeoDataFrame, parts: gpd.GeoDataFrame, ids: set[str]) -> gpd.GeoDataFrame:
    """Put parts that were drawn again in the place of those before them, with their ids and counts."""
    stay = ~footways["axis_id"].isin(ids)
    place = pd.Series(np.arange(len(footways)), index=footways["axis_id"])
    first = place[~place.index.duplicated()].reindex(parts["axis_id"]).fillna(len(footways))
    before = footways[~stay]
    was = _nearest_before(parts, before)
    parts.loc[was >= 0, "footway_id"] = before["footway_id"].to_numpy()[was[was >= 0]]
    parts.loc[was >= 0, "flow_per_15min"] = before["flow_per_15min"].to_numpy(dtype=float)[was[was >= 0]]
    order = np.argsort(np.concatenate([np.flatnonzero(stay), first.to_numpy()]), kind="stable")
    out: gpd.GeoDataFrame = pd.concat([footways[stay], parts], ignore_index=True)
    # Parts that are new get a number where they stand behind all others, so that no other loses its id.
    out["footway_id"] = unique_ids(out["footway_id"], "footways", [])
    return out.iloc[order].reset_index(drop=True)


def _nearest_before(parts: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> NDArray[np.int_]:
    """Find for each part the row of the part its line had there before, -1 where none is left."""
    out = np.full(len(parts), -1)
    rows = before.groupby("axis_id").indices
    old = np.asarray(before.geometry.array, dtype=object)
    middle = shapely.centroid(np.asarray(parts.geometry.array, dtype=object))
    for axis, mine in parts.groupby("axis_id").indices.items():
        was = rows.get(axis, np.array([], dtype=int))
        away = shapely.distance(middle[mine][:, None], old[was][None, :])
        for _ in range(min(away.shape)):
            # The closest pair first, so that a part that comes back takes no other's id.
            i, j = np.unravel_index(np.argmin(away), away.shape)
            out[mine[i]] = was[j]
            away[i, :] = away[:, j] = np.inf
    return out


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
