"""Geometries in degrees as RFC 7946 wants them: WGS84, 7 decimals, rings by the right-hand rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from pitchplan.errors import Fault, InputError
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["bounding_box", "geometries", "points", "to_degrees"]

DECIMALS = 7  # about a centimetre: what RFC 7946 calls enough


def to_degrees(crs: str) -> pyproj.Transformer:
    """Return the way from a planning CRS to longitude and latitude."""
    return transformer_between(crs, 4326)


def geometries(shapes: Iterable[Any], transformer: pyproj.Transformer) -> list[dict[str, Any] | None]:
    """Turn geometries in metres into GeoJSON geometries in degrees.

    Parameters
    ----------
    shapes : iterable of shapely geometries
        In the planning CRS.
    transformer : pyproj.Transformer
        See `to_degrees`.

    Returns
    -------
    list of dict or None
        None where nothing is left: no geometry, or one smaller than the last decimal.
    """
    array = np.asarray(list(shapes), dtype=object)
    if not len(array):
        return []
    moved = shapely.transform(shapely.force_2d(array), lambda xy: _rounded(xy, transformer))
    # Rounding may turn a sliver round, so the ring's direction is judged after it.
    moved = shapely.orient_polygons(moved, exterior_cw=False)
    return [_geometry(shape) for shape in moved]


def points(x_m: NDArray[np.float64], y_m: NDArray[np.float64], transformer: pyproj.Transformer) -> list[Any]:
    """Turn places in metres into GeoJSON points in degrees."""
    xy = _rounded(np.column_stack([x_m, y_m]).astype(float), transformer)
    return [{"type": "Point", "coordinates": place} for place in xy.tolist()]


def bounding_box(shapes: Iterable[dict[str, Any]]) -> list[float]:
    """Return west, south, east and north of GeoJSON geometries; empty where there is none."""
    lines: list[list[list[float]]] = []

    def walk(value: Any) -> None:
        if isinstance(value[0], (int, float)):
            lines.append([value])
        elif isinstance(value[0][0], (int, float)):
            lines.append(value)
        else:
            for inner in value:
                walk(inner)

    for shape in shapes:
        walk(shape["coordinates"])
    if not lines:
        return []
    xy = np.array([place for line in lines for place in line])
    return [*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist()]


def _rounded(xy: NDArray[np.float64], transformer: pyproj.Transformer) -> NDArray[np.float64]:
    lon, lat = transformer.transform(xy[:, 0], xy[:, 1])
    lost = ~np.isfinite(lon) | ~np.isfinite(lat)
    if lost.any():
        value = tuple(xy[lost][0].tolist())
        raise InputError(
            Fault(
                "a place that is nowhere on Earth", "Check x_m, y_m and the planning CRS", "map", value=value
            )
        )
    # Adding nought turns minus zero into zero.
    return np.round(np.column_stack([lon, lat]), DECIMALS) + 0.0


def _geometry(shape: Any) -> dict[str, Any] | None:
    if shape is None or shape.is_empty:
        return None
    kind = shape.geom_type
    if kind == "Point":
        return {"type": kind, "coordinates": shapely.get_coordinates(shape)[0].tolist()}
    if kind in ("LineString", "LinearRing"):
        line = _line(shape)
        return {"type": "LineString", "coordinates": line} if line else None
    if kind == "Polygon":
        rings = _polygon(shape)
        return {"type": kind, "coordinates": rings} if rings else None
    return _many(shape)


def _many(shape: Any) -> dict[str, Any] | None:
    """Return what has several parts as one geometry, of one part as that part's."""
    found = [g for g in map(_geometry, shapely.get_parts(shape)) if g is not None]
    kinds = {g["type"] for g in found}
    if len(found) < 2:
        return found[0] if found else None
    if len(kinds) == 1 and not kinds & {"GeometryCollection", "MultiPolygon", "MultiLineString"}:
        return {"type": f"Multi{kinds.pop()}", "coordinates": [g["coordinates"] for g in found]}
    # A repaired polygon may come with a stray line or point: the map shows its areas.
    parts = shapely.get_parts(shapely.get_parts(np.array([shape], dtype=object)))
    top = max(shapely.get_dimensions(parts))
    return _many(shapely.geometrycollections(parts[shapely.get_dimensions(parts) == top]))


def _line(line: Any) -> list[list[float]]:
    """Return a line's places, those that rounding let fall together once; none where one is left."""
    xy = shapely.get_coordinates(line)
    kept = np.ones(len(xy), dtype=bool)
    kept[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    places: list[list[float]] = xy[kept].tolist()
    return places if len(places) > 1 else []


def _polygon(polygon: Any) -> list[list[list[float]]]:
    """Return the rings of a polygon that enclose something; none where the first encloses nothing."""
    rings = [_line(ring) for ring in (polygon.exterior, *polygon.interiors)]
    solid = [len(ring) > 3 and shapely.area(shapely.polygons(ring)) > 0 for ring in rings]
    return [ring for ring, is_solid in zip(rings, solid, strict=True) if is_solid] if solid[0] else []
