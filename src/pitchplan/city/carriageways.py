"""Carriageways from centrelines and their widths, and the junctions that follow from them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["derive_carriageways", "derive_junctions", "without_islands"]


def _ends(lines: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Give the end points of every line, rounded to a millimetre, and the row each belongs to."""
    geometry = lines.geometry.array
    points = np.concatenate([shapely.get_point(geometry, 0), shapely.get_point(geometry, -1)])
    row = np.tile(np.arange(len(lines)), 2)
    return np.round(shapely.get_coordinates(points), 3), row


def derive_carriageways(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make a carriageway polygon of each centreline and its width.

    Ends are cut flat where a street ends and rounded where another line goes on, so that the
    kerb has no notch at a bend between two lines.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Centrelines with ``width_m``, in a metric CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        Same rows and columns, polygons for lines.
    """
    half = lines["width_m"].to_numpy(dtype=float) / 2
    body = shapely.buffer(lines.geometry.array, half, cap_style="flat", join_style="round", quad_segs=8)
    ends, row = _ends(lines)
    _, node, degree = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    goes_on = degree[node.ravel()] > 1
    # One row per line: its body, and the discs at its start and its end where another line goes on.
    parts = np.full((len(lines), 3), None, dtype=object)
    parts[:, 0] = body
    column = np.repeat([1, 2], len(lines))[goes_on]
    parts[row[goes_on], column] = shapely.buffer(
        shapely.points(ends[goes_on]), half[row[goes_on]], quad_segs=8
    )
    capped = ~shapely.is_missing(parts[:, 1:]).all(axis=1)
    parts[capped, 0] = shapely.union_all(parts[capped], axis=1)
    return lines.set_geometry(parts[:, 0], crs=lines.crs)


def derive_junctions(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find junctions: points from which three or more arms of one level leave.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Centrelines with ``width_m`` and ``level``. Lines may meet in inner vertices, as those of
        OpenStreetMap do.

    Returns
    -------
    geopandas.GeoDataFrame
        Discs around the points, half as wide as the widest street that meets there, so that a
        distance to the junction is measured from about its kerb; columns as `schemas.KEEP_CLEAR`.
    """
    geometry = lines.geometry.array
    coords, row = shapely.get_coordinates(geometry, return_index=True)
    arms = np.full(len(row), 2)
    arms[np.flatnonzero(np.diff(row, prepend=-1))] = 1
    arms[np.flatnonzero(np.diff(row, append=-1))] = 1
    x, y = np.round(coords, 3).T
    width = lines["width_m"].fillna(8.0).to_numpy(dtype=float)[row]
    vertices = pd.DataFrame(
        {"x": x, "y": y, "level": lines["level"].to_numpy()[row], "arms": arms, "half": width / 2}
    )
    nodes = vertices.groupby(["x", "y", "level"], sort=True).agg(arms=("arms", "sum"), half=("half", "max"))
    nodes = nodes[nodes["arms"] >= 3].reset_index()
    return gpd.GeoDataFrame(
        {
            "feature_id": [f"junction-{a:.0f}-{b:.0f}" for a, b in zip(nodes["x"], nodes["y"], strict=True)],
            "kind": "junction",
            "name": "",
            "level": nodes["level"].astype(int).to_numpy(),
        },
        geometry=shapely.buffer(
            shapely.points(nodes["x"], nodes["y"]), nodes["half"].to_numpy(), quad_segs=8
        ),
        crs=lines.crs,
    )


def without_islands(streets: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Cut traffic islands out of the carriageways and lift bridges off the ground, counted in ``notes``."""
    word = streets["street_class"].str.lower()
    island, bridge = (
        word.str.contains("island|median").to_numpy(),
        word.str.contains("bridge|viaduct").to_numpy(),
    )
    out = streets.copy()
    out.loc[bridge & (out["level"] == 0), "level"] = 1
    if bridge.any():
        notes.append(f"streets: {int(bridge.sum())} polygons on bridges lifted to level 1: no pitch there")
    if island.any():
        notes.append(f"streets: {int(island.sum())} traffic islands taken out of the carriageway")
        cut = shapely.union_all(out.geometry.array[island])
        out = out[~island].reset_index(drop=True)
        out = out.set_geometry(shapely.difference(out.geometry.array, cut), crs=out.crs)
        out = out[~out.geometry.is_empty].explode(ignore_index=True)
    return out
