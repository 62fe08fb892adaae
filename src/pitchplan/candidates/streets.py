"""Which street a kerb belongs to, on which side of it, and in which community a place lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.city.layers import City

__all__ = ["SIDES", "attribute", "communities_of"]

SIDES = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_REACH_M = 25.0
_TURN = np.sin(np.radians(30.0))
_CHUNK = 40_000

Floats = NDArray[np.float64]


def compass(dx: Floats, dy: Floats) -> NDArray[np.object_]:
    """Name directions by the eight points of the compass."""
    octant = np.round(np.degrees(np.arctan2(dx, dy)) / 45.0).astype(int) % 8
    names: NDArray[np.object_] = np.array(SIDES, dtype=object)[octant]
    return names


def attribute(city: City, kerb: Floats, along: Floats) -> dict[str, Any]:
    """Find the street each kerb position belongs to.

    Parameters
    ----------
    city : City
    kerb : ndarray, shape (n, 2)
        Points on the kerb, metres.
    along : ndarray, shape (n, 2)
        Unit vectors along the kerb, the carriageway on the left.

    Returns
    -------
    dict
        The fields axis, street_id, street, street_en, street_class, side and width_status of
        `Places`. Where axes are known, a kerb belongs to the nearest one within 25 m that runs along
        it (within 30 degrees) on its carriageway's side; ``street_id`` is "" where none does.
        Without axes it belongs to the polygon it bounds.
    """
    if len(city.centrelines):
        owner, nearest = _nearest_axis(city, kerb, along)
        frame = city.centrelines
        side = compass(kerb[:, 0] - nearest[:, 0], kerb[:, 1] - nearest[:, 1])
    else:
        owner = _polygon_of(city, kerb, along)
        frame = city.streets
        side = compass(along[:, 1], -along[:, 0])
    known = owner >= 0
    out: dict[str, Any] = {"axis": owner if len(city.centrelines) else np.full(len(kerb), -1)}
    columns = {"street_id": "street_id", "street": "name", "street_en": "name_en"}
    for name, column in {**columns, "street_class": "street_class", "width_status": "width_status"}.items():
        values = np.full(len(kerb), "", dtype=object)
        values[known] = frame[column].to_numpy()[owner[known]]
        out[name] = values
    out["side"] = np.where(known, side, "")
    return out


def _nearest_axis(city: City, kerb: Floats, along: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Give the axis that runs along each kerb position, and its nearest point."""
    ground = np.flatnonzero((city.centrelines["level"] == 0).to_numpy())
    coords, line = shapely.get_coordinates(city.centrelines.geometry.array[ground], return_index=True)
    same = line[1:] == line[:-1]
    start, end, line = coords[:-1][same], coords[1:][same], ground[line[:-1][same]]
    tree = shapely.STRtree(shapely.linestrings(np.stack([start, end], axis=1)))
    owner, nearest = np.full(len(kerb), -1), np.zeros((len(kerb), 2))
    for first in range(0, len(kerb), _CHUNK):
        part = slice(first, first + _CHUNK)
        point = shapely.points(kerb[part])
        place, segment = tree.query(point, predicate="dwithin", distance=_REACH_M)
        cost, foot = _cost(kerb[part][place], along[part][place], start[segment], end[segment])
        usable = np.isfinite(cost)
        place, segment, cost, foot = place[usable], segment[usable], cost[usable], foot[usable]
        order = np.lexsort((line[segment], cost, place))
        best = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
        owner[first + place[best]] = line[segment[best]]
        nearest[first + place[best]] = foot[best]
    return owner, nearest


def _cost(kerb: Floats, along: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Give the distance to a segment where it runs along the kerb on the left, else infinity."""
    span = end - start
    length = np.maximum(np.hypot(*span.T), 1e-9)
    unit = span / length[:, None]
    t = np.clip(((kerb - start) * unit).sum(1), 0.0, length)
    foot = start + unit * t[:, None]
    turn = np.abs(along[:, 0] * unit[:, 1] - along[:, 1] * unit[:, 0])
    away = foot - kerb
    left = along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0] > 0
    return np.where((turn <= _TURN) & left, np.hypot(*away.T), np.inf), foot


def _polygon_of(city: City, kerb: Floats, along: Floats) -> NDArray[np.intp]:
    """Give the carriageway polygon each kerb position bounds, seen half a metre inward."""
    inward = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    shapes = np.asarray(city.streets.geometry.array)
    ground = np.flatnonzero((city.streets["level"] == 0).to_numpy())
    point, shape = shapely.STRtree(shapes[ground]).query(
        shapely.points(kerb + inward * 0.5), predicate="intersects"
    )
    return _first(point, ground[shape], len(kerb))


def communities_of(city: City, centre: Floats) -> NDArray[np.intp]:
    """Give the position of the community each point lies in, -1 where it lies in none."""
    shapes = np.asarray(city.communities.geometry.array)
    point, shape = shapely.STRtree(shapes).query(shapely.points(centre), predicate="intersects")
    return _first(point, shape, len(centre))


def _first(point: NDArray[np.intp], shape: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    order = np.lexsort((shape, point))
    first = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
    out = np.full(count, -1)
    out[point[first]] = shape[first]
    return out
