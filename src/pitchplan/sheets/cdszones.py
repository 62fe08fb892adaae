"""Which pitches make one zone of curb data, and the outlines of zones and spaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.mapbody import rectangles

if TYPE_CHECKING:
    import pandas as pd
    import pyproj

__all__ = ["Space", "Zone", "zones_of"]

# Pitches of one zone stand closer than this; where the gap is longer a vehicle could stand in it.
_GAP_M = 2.0
_SIDES = frozenset({"N", "NE", "E", "SE", "S", "SW", "W", "NW"})


@dataclass(frozen=True)
class Space:
    """One pitch: its id, its outline in degrees, its sides in centimetres."""

    pitch_id: str
    geometry: dict[str, Any]
    length_cm: int
    width_cm: int


@dataclass(frozen=True)
class Zone:
    """A stretch of kerb without a gap.

    Attributes
    ----------
    geometry : dict
        Outline in degrees; it holds the outlines of its spaces.
    hours : str
        Opening hours, the same all along it.
    spaces : tuple of Space
        In their order along it.
    facts : dict
        ``length`` and ``width`` (centimetres), ``street_name`` and ``street_side`` where known.
    """

    geometry: dict[str, Any]
    hours: str
    spaces: tuple[Space, ...]
    facts: dict[str, Any]


def zones_of(pitches: pd.DataFrame, transformer: pyproj.Transformer) -> dict[str, list[Zone]]:
    """Return the zones of each spot: pitches of one street, one side and the same hours, without a gap."""
    zones: dict[str, list[Zone]] = {}
    for (spot, *_), group in pitches.groupby(["spot_id", "street", "side", "hours"], sort=True):
        values = (group[c].to_numpy(float) for c in ("x_m", "y_m", "bearing_deg", "length_m", "width_m"))
        shapes = rectangles(*values)
        # Grown, joined and shrunk again: what lies between two neighbours belongs to the zone.
        grown = shapely.buffer(shapes, _GAP_M / 2, cap_style="square", join_style="mitre")
        for part in sorted(shapely.get_parts(shapely.union_all(grown)), key=lambda p: p.bounds):
            inside = shapely.intersects(part, shapely.point_on_surface(shapes))
            zones.setdefault(spot, []).append(_zone(group[inside], shapes[inside], transformer))
    return zones


def _zone(rows: pd.DataFrame, shapes: Any, transformer: pyproj.Transformer) -> Zone:
    order = np.argsort(_along(rows), kind="stable")
    length, width = _sides(shapely.minimum_rotated_rectangle(_joined(shapes[order])))
    # The zone is joined from the rounded pitches: it shall hold them as they are read.
    rounded = _in_degrees(shapes[order], transformer)
    spaces = tuple(_space(rows.iloc[i], shape) for i, shape in zip(order, rounded, strict=True))
    first = rows.iloc[order[0]]
    facts: dict[str, Any] = {"length": round(100 * length), "width": round(100 * width)}
    if first["street"]:
        facts["street_name"] = first["street"]
    if first["side"] in _SIDES:
        facts["street_side"] = first["side"]
    return Zone(_polygon(_joined(rounded)), first["hours"], spaces, facts)


def _along(rows: pd.DataFrame) -> Any:
    """Return where pitches stand along the line they make, metres from its middle."""
    xy = rows[["x_m", "y_m"]].to_numpy(float)
    xy = xy - xy.mean(axis=0)
    direction = np.linalg.svd(xy, full_matrices=False)[2][0]
    # The sign of a direction is arbitrary: eastward, and northward where that says nothing.
    return xy @ (direction if tuple(np.round(direction, 9)) >= (0.0, 0.0) else -direction)


def _joined(shapes: Any) -> Any:
    """Return one outline that holds pitches and the gaps between neighbours, and follows a bend."""
    pairs = [shapely.union_all(shapes[i : i + 2]) for i in range(max(1, len(shapes) - 1))]
    return shapely.union_all(shapely.convex_hull(pairs))


def _sides(box: Any) -> tuple[float, float]:
    """Return the longer and the shorter side of a rectangle, metres."""
    corners = shapely.get_coordinates(box)
    a, b = np.hypot(*np.diff(corners[:3], axis=0).T)
    return float(max(a, b)), float(min(a, b))


def _space(row: pd.Series, shape: Any) -> Space:
    sides = (round(100 * float(row[c])) for c in ("length_m", "width_m"))
    return Space(row["pitch_id"], _polygon(shape), *sides)


def _in_degrees(shapes: Any, transformer: pyproj.Transformer) -> Any:
    def degrees(xy: Any) -> Any:
        return np.round(np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])), 7)

    return shapely.transform(shapes, degrees)


def _polygon(shape: Any) -> dict[str, Any]:
    """Return an outline, its outer ring counter-clockwise."""
    turned = shapely.orient_polygons(shape)
    rings = [turned.exterior, *turned.interiors]
    return {"type": "Polygon", "coordinates": [shapely.get_coordinates(ring).tolist() for ring in rings]}
