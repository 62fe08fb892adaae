"""Check the geometry of a map's file: what no schema can say of rings, decimals, extent and places."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from pitchplan.sheets.degrees import DECIMALS, bounding_box, to_degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.errors import Faults

__all__ = ["check_shapes"]

_NEAR = 1.5e-7  # a place in degrees may differ from its metres by its last decimal
_CORNERS = ("west_m", "east_m", "south_m", "north_m")


def check_shapes(
    found: dict[str, Any],
    features: list[dict[str, Any]],
    member: dict[str, Any] | None,
    faults: Faults,
) -> None:
    """Note what is wrong with coordinates.

    Parameters
    ----------
    found : dict
        The file, for its extent.
    features : list of dict
        Those of its features that the schema takes.
    member : dict, optional
        The collection's own member, for the planning CRS; None where it is unsound.
    faults : Faults
        Grows.
    """
    for feature in features:
        for way, line in _lines(feature["geometry"]):
            _check_line(np.array(line, dtype=float), feature["id"], way, faults)
        if feature["geometry"]["type"] in ("Polygon", "MultiPolygon"):
            _check_rings(feature, faults)
    _check_bbox(found, features, faults)
    if member is not None:
        _check_places(features, member["planning_crs"], faults)


def _lines(geometry: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the geometry's lists of positions, each with the way to it."""
    depth = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2}
    nested = [("geometry.coordinates", geometry["coordinates"])]
    for _ in range(depth.get(geometry["type"], 3) - 1):
        nested = [(f"{way}[{i}]", inner) for way, outer in nested for i, inner in enumerate(outer)]
    return nested if geometry["type"] != "Point" else [(nested[0][0], [nested[0][1]])]


def _check_line(xy: NDArray[np.float64], row: str, way: str, faults: Faults) -> None:
    long = np.round(xy, DECIMALS) != xy
    if long.any():
        value = float(xy[long][0])
        faults.add("more than 7 decimals", "Round to 7", row=row, column=way, value=value)
    if (np.signbit(xy) & (xy == 0)).any():
        faults.add("minus zero", "Write 0", row=row, column=way, value=-0.0)


def _check_rings(feature: dict[str, Any], faults: Faults) -> None:
    geometry, row = feature["geometry"], feature["id"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for p, rings in enumerate(polygons):
        for r, ring in enumerate(rings):
            way = "geometry.coordinates" + (f"[{p}]" if len(polygons) > 1 else "") + f"[{r}]"
            double = _double_area(ring)
            if ring[0] != ring[-1]:
                faults.add("a ring that is not closed", "End where it began", row=row, column=way)
            elif double == 0:
                faults.add("a ring that encloses nothing", "Leave it out", row=row, column=way)
            elif (double > 0) != (r == 0):
                what = "an outer ring that runs clockwise" if r == 0 else "a hole that runs counter-clockwise"
                faults.add(what, "Turn it round", row=row, column=way)


def _double_area(ring: list[list[float]]) -> int:
    """Return twice the signed area in whole last decimals, so that no rounding decides a direction."""
    units = [(round(x * 10**DECIMALS), round(y * 10**DECIMALS)) for x, y in ring]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(units))


def _check_bbox(found: dict[str, Any], features: list[dict[str, Any]], faults: Faults) -> None:
    box = bounding_box(f["geometry"] for f in features)
    if "bbox" not in found:
        if box:
            faults.add("the extent is missing", f"Write {box}", column="bbox")
    elif len(features) == len(found["features"]) and found["bbox"] != box:
        faults.add("not the extent of the features", f"Write {box}", column="bbox", value=found["bbox"])


def _check_places(features: list[dict[str, Any]], crs: str, faults: Faults) -> None:
    """Check that a feature's degrees and its metres are the same place."""
    try:
        transformer = to_degrees(crs)
    except pyproj.exceptions.CRSError:
        what = "not a CRS"
        faults.add(what, "Write one such as EPSG:4548", column="pitchplan.planning_crs", value=crs)
        return
    for feature in features:
        properties, geometry = feature["properties"], feature["geometry"]
        if properties["kind"] in ("spot", "pitch"):
            x, y = [properties["x_m"]], [properties["y_m"]]
        elif properties["kind"] == "page":
            west, east, south, north = (properties[name] for name in _CORNERS)
            x, y = [west, east, east, west], [south, south, north, north]
        else:
            continue
        there = np.column_stack(transformer.transform(x, y))
        if geometry["type"] == "Point":
            here = np.array([geometry["coordinates"]], dtype=float)
        else:
            here = np.array(geometry["coordinates"][0][:-1], dtype=float)
        if properties["kind"] == "pitch":
            here = here.mean(axis=0, keepdims=True)
        if not _same(here, there):
            what = "its degrees are another place than its metres"
            faults.add(what, "Write the file again", row=feature["id"], column="geometry.coordinates")


def _same(here: NDArray[np.float64], there: NDArray[np.float64]) -> bool:
    """Tell whether every place there has one of here, and no place is left over."""
    if len(here) != len(there) or not np.isfinite(there).all():
        return False
    gaps = np.abs(here[:, None] - there[None]).max(axis=2)
    return bool((gaps.min(axis=0) < _NEAR).all() and (gaps.min(axis=1) < _NEAR).all())
