"""What a planner would write with GeoDataFrames: points along kerb lines, buffers, sjoins, rays.

Every step that geopandas offers as one call is one call; only the points are made street by street. It is
the baseline of `screening.py pipeline`.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

import pitchplan as pp

LENGTH_M, WIDTH_M, STEP_M, REACH_M = 4.5, 2.0, 1.0, 25.0


def bays(centre: np.ndarray, along: np.ndarray, length_m: object, width_m: object) -> np.ndarray:
    """Draw rectangles by centres and unit vectors along them."""
    a = along * np.broadcast_to(np.asarray(length_m) / 2, len(centre))[:, None]
    turned = np.stack([along[:, 1], -along[:, 0]], axis=1)
    b = turned * np.broadcast_to(np.asarray(width_m) / 2, len(centre))[:, None]
    corners = [centre - a - b, centre + a - b, centre + a + b, centre - a + b]
    return shapely.polygons(np.stack(corners, axis=1))


def window(city: pp.City, side_m: float) -> pp.City:
    """Keep what lies in the middle of a city."""
    west, south, east, north = city.bounds
    x, y = (west + east) / 2, (south + north) / 2
    box = shapely.box(x - side_m / 2, y - side_m / 2, x + side_m / 2, y + side_m / 2)
    wide = box.buffer(120)
    near = ("streets", "footways", "buildings", "keep_clear", "kerb_regulations", "communities")
    parts = {n: getattr(city, n)[getattr(city, n).intersects(wide)] for n in near}
    lines = city.centrelines
    return replace(city, centrelines=lines[lines.within(box)], **parts)


def points_along(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Set a point every metre of both kerbs of every street, with the direction there."""
    rows = []
    for street in lines.itertuples():
        for side in (1, -1):
            kerb = street.geometry.offset_curve(side * (street.width_m / 2 - WIDTH_M / 2 - 0.01))
            for metres in np.arange(LENGTH_M / 2, kerb.length - LENGTH_M / 2, STEP_M):
                here, ahead = kerb.interpolate(metres), kerb.interpolate(metres + 0.1)
                way = np.array([here.x - ahead.x, here.y - ahead.y]) * side
                rows.append((here, *(way / np.hypot(*way)), street.street_class))
    shapes, dx, dy, kind = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"dx": dx, "dy": dy, "street_class": kind}, geometry=list(shapes), crs=lines.crs)


def hits(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame, predicate: str = "intersects") -> np.ndarray:
    """Tell which rows of a layer meet another layer."""
    out = np.zeros(len(left), dtype=bool)
    out[left.sjoin(right[["geometry"]], predicate=predicate).index.unique()] = True
    return out


def free(points: gpd.GeoDataFrame, walls: gpd.GeoSeries, reach_m: float, *, left: bool) -> np.ndarray:
    """Measure from each point along a ray to the nearest wall on one side."""
    sign = 1 if left else -1
    start = shapely.get_coordinates(points.geometry.array)
    aside = np.stack([-points["dy"], points["dx"]], axis=1) * sign * reach_m
    lines = shapely.linestrings(np.stack([start, start + aside], axis=1))
    rays = gpd.GeoSeries(lines, crs=walls.crs)
    ray, wall = walls.sindex.query(rays, predicate="intersects")
    cut = rays.iloc[ray].reset_index(drop=True).intersection(walls.iloc[wall].reset_index(drop=True))
    away = cut.distance(points.geometry.iloc[ray].reset_index(drop=True)).to_numpy()
    out = np.full(len(points), reach_m)
    np.minimum.at(out, ray, away)
    return out


def screen(city: pp.City, book: pp.RuleBook) -> tuple[np.ndarray, np.ndarray]:
    """Screen every metre of kerb.

    Returns
    -------
    points : ndarray, shape (n, 2)
    legal : ndarray of bool, shape (n,)
    """
    points = points_along(city.centrelines)
    centre = shapely.get_coordinates(points.geometry.array)
    boxes = points.set_geometry(bays(centre, points[["dx", "dy"]].to_numpy(), LENGTH_M, WIDTH_M))
    refused = np.zeros(len(points), dtype=bool)
    for rule in book.rules:
        refused |= broken(rule, boxes, points, city)
    return centre, ~refused


def broken(rule: object, boxes: gpd.GeoDataFrame, points: gpd.GeoDataFrame, city: pp.City) -> np.ndarray:
    """Ask one rule of all bays."""
    nothing = np.zeros(len(boxes), dtype=bool)
    if rule.kind == "setback":
        near = city.keep_clear[city.keep_clear["kind"] == rule["feature"]]
        return hits(boxes, near.set_geometry(near.buffer(rule["distance_m"]))) if len(near) else nothing
    if rule.kind == "street-class":
        main = city.streets[city.streets["street_class"].isin(rule["forbidden"])]
        near = hits(boxes, main.set_geometry(main.buffer(rule["near_m"])))
        return near | boxes["street_class"].isin(rule["forbidden"]).to_numpy()
    if rule.kind == "kerb-regulation":
        lines = city.kerb_regulations
        lines = lines[lines["kind"].isin(rule["forbidden"]) & (lines["hours"] == "")]
        return hits(boxes, lines.set_geometry(lines.buffer(0.3)))
    if rule.kind == "clear-width":
        return narrow(rule, points, city)
    if rule.kind == "inside" and "kerbside" in rule.placements:
        return misplaced(rule, boxes, city)
    return nothing


def misplaced(rule: object, boxes: gpd.GeoDataFrame, city: pp.City) -> np.ndarray:
    """Ask a rule of the kind inside."""
    if rule["layer"] == "carriageway":
        joined = gpd.GeoDataFrame(geometry=[city.streets.union_all()], crs=boxes.crs).explode()
        return ~hits(boxes, joined, "within")
    layer = getattr(city, rule["layer"])
    return hits(boxes, layer) if rule["relation"] == "outside" else ~hits(boxes, layer, "within")


def narrow(rule: object, points: gpd.GeoDataFrame, city: pp.City) -> np.ndarray:
    """Ask a clear width, by a ray from the middle of the bay."""
    if rule["of"] == "drive":
        kerbs = gpd.GeoSeries([city.streets.union_all()], crs=points.crs).explode().boundary.explode()
        return free(points, kerbs, REACH_M, left=True) - WIDTH_M / 2 < rule["width_m"]
    walls = city.buildings.boundary
    return free(points, walls, 12.0, left=False) - WIDTH_M / 2 - 0.6 < rule["width_m"]
