"""Keep-clear features of an OpenStreetMap extract."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.city.osmtags import tag, tag_in, taken

__all__ = ["osm_keep_clear"]

_CROSSINGS = ("marked", "unmarked", "uncontrolled", "zebra", "traffic_signals")
_ON_STREET_M = 0.5
_POINTS_ONLY = ("entrance", "hydrant", "station-exit")


def _kinds(frame: gpd.GeoDataFrame) -> NDArray[np.str_]:
    """Name the kind of every feature, empty where it is none."""
    crossing = tag_in(frame, "highway", ("crossing",))
    # A node that lost its highway=crossing still says how it is crossed.
    bare = (tag(frame, "highway") == "").to_numpy() & (tag(frame, "railway") == "").to_numpy()
    crossing |= bare & tag_in(frame, "crossing", _CROSSINGS)
    for key in ("footway", "path", "cycleway"):
        crossing |= tag_in(frame, key, ("crossing",)) & (tag(frame, "highway") != "").to_numpy()
    crossing &= ~tag_in(frame, "crossing", ("no",))
    train = tag_in(frame, "railway", ("platform", "stop", "station")) & ~tag_in(frame, "tram", ("yes",))
    train |= tag_in(frame, "train", ("yes",)) | tag_in(frame, "subway", ("yes",))
    stop = tag_in(frame, "public_transport", ("platform", "stop_position")) & ~train
    stop |= tag_in(frame, "highway", ("bus_stop",)) | (tag_in(frame, "highway", ("platform",)) & ~train)
    stop |= tag_in(frame, "railway", ("tram_stop",))
    entrance = (tag(frame, "entrance") != "").to_numpy() & ~tag_in(frame, "entrance", ("no",))
    cases = {
        "crossing": crossing,
        "bus-stop": stop,
        "hydrant": tag_in(frame, "emergency", ("fire_hydrant",)),
        "station-exit": tag_in(frame, "railway", ("subway_entrance", "train_station_entrance")),
        "entrance": entrance | tag_in(frame, "building", ("entrance",)),
        "school-gate": tag_in(frame, "amenity", ("school", "kindergarten")),
        "hospital-gate": tag_in(frame, "amenity", ("hospital",)),
        "tactile-paving": tag_in(frame, "tactile_paving", ("yes",)),
    }
    kind: NDArray[np.str_] = np.select(list(cases.values()), list(cases), "")
    return kind


def _across(points: NDArray[np.object_], streets: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Draw each point that lies on a street's axis as a line from kerb to kerb; leave the others."""
    axes = streets.geometry.array
    (point, street), gap = shapely.STRtree(axes).query_nearest(
        points, max_distance=_ON_STREET_M, return_distance=True, all_matches=True
    )
    found = pd.DataFrame({"point": point, "street": street, "gap": gap})
    found["width"] = streets["width_m"].to_numpy(dtype=float)[street]
    best = found.sort_values(["point", "width", "street"]).drop_duplicates("point", keep="last")
    at, line = best["point"].to_numpy(), np.asarray(axes)[best["street"].to_numpy()]
    along = shapely.line_locate_point(line, points[at])
    start = shapely.line_interpolate_point(line, np.maximum(along - 1.0, 0.0))
    end = shapely.line_interpolate_point(line, np.minimum(along + 1.0, shapely.length(line)))
    step = shapely.get_coordinates(end) - shapely.get_coordinates(start)
    step /= np.maximum(np.hypot(*step.T), 1e-9)[:, None]
    side = np.column_stack([-step[:, 1], step[:, 0]]) * (best["width"].to_numpy() / 2)[:, None]
    middle = shapely.get_coordinates(points[at])
    out = points.copy()
    out[at] = shapely.linestrings(np.stack([middle - side, middle + side], axis=1))
    return out


def osm_keep_clear(
    layers: dict[str, gpd.GeoDataFrame], streets: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    """Take what a pitch must stay away from.

    Parameters
    ----------
    layers : dict
        ``points``, ``lines`` and ``multipolygons`` with tags, in a metric CRS.
    streets : geopandas.GeoDataFrame
        Axes with ``width_m`` in metres and ``level``, in the same CRS.
    notes : list of str
        Gets what was taken for what.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns as `schemas.KEEP_CLEAR`. A crossing that is a node of a street's axis becomes the line
        from kerb to kerb, since a distance to the axis would let a pitch stand on it.
    """
    parts = []
    for layer, frame in layers.items():
        kind = _kinds(frame)
        mask = kind != ""
        if layer != "points":
            mask &= ~np.isin(kind, _POINTS_ONLY)
        parts.append(taken(frame, mask, "feature_id", kind=kind))
    points, lines, areas = parts
    node = (points["kind"] == "crossing").to_numpy()
    shapes = np.asarray(points.geometry.array, dtype=object)
    if node.any() and len(streets):
        widened = _across(shapes[node], streets)
        shapes[node] = widened
        across = int((shapely.get_dimensions(widened) == 1).sum())
        notes.append(f"keep_clear: {across} of {int(node.sum())} crossings drawn from kerb to kerb")
    points = points.set_geometry(shapes, crs=streets.crs)
    lines = _without_marked(lines, shapes[node], notes)
    joined: gpd.GeoDataFrame = pd.concat([points, lines, areas], ignore_index=True)
    for gate, what in (("school-gate", "schools"), ("hospital-gate", "hospitals")):
        if count := int((joined["kind"] == gate).sum()):
            notes.append(f"keep_clear: {count} {what} as mapped stand in for their gates")
    return joined


def _without_marked(
    lines: gpd.GeoDataFrame, crossings: NDArray[np.object_], notes: list[str]
) -> gpd.GeoDataFrame:
    """Drop ways across a street that meet a crossing's node: they are the same crossing."""
    ways = (lines["kind"] == "crossing").to_numpy()
    if not ways.any() or not len(crossings):
        return lines
    met = np.unique(
        shapely.STRtree(crossings).query(lines.geometry.array, predicate="dwithin", distance=_ON_STREET_M)[0]
    )
    same = ways & np.isin(np.arange(len(lines)), met)
    notes.append(f"keep_clear: {int(same.sum())} ways across a street belong to a crossing that is a node")
    return lines[~same].reset_index(drop=True)
