"""Swept clear widths: how much stays free in front of, behind and between pitches.

A width is the least over the pitch's whole length: every obstacle edge is clipped to the strip in front
of the rectangle. A ray at the middle would overstate it wherever a kerb bends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places

__all__ = ["DRIVE_REACH_M", "WALK_REACH_M", "clear_walk", "facing_gaps", "sweep_kerbs"]

DRIVE_REACH_M = 25.0
"""How far the carriageway is searched for its other kerb; a clear width of 25 means 25 or more."""
WALK_REACH_M = 10.0
"""How far behind the kerb buildings are searched for; 10 means 10 or more."""

_CHUNK = 40_000
_EDGE_M = 0.001

Floats = NDArray[np.float64]


def _segments(lines: NDArray[np.object_]) -> Floats:
    """Take lines or rings apart into segments, shape (n, 2, 2)."""
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    out: Floats = np.stack([coords[:-1][same], coords[1:][same]], axis=1)
    return out


def _depth(start: Floats, end: Floats, length: float) -> Floats:
    """Give the least depth of segments in a strip; inf for those that do not enter it.

    Parameters
    ----------
    start, end : ndarray, shape (n, 2)
        Ends in the strip's frame: along its width (0 to ``length``) and depth (0 at the edge).
    """
    run = end[:, 0] - start[:, 0]
    flat = np.abs(run) < 1e-12
    safe = np.where(flat, 1.0, run)
    t0, t1 = (_EDGE_M - start[:, 0]) / safe, (length - _EDGE_M - start[:, 0]) / safe
    low = np.where(flat, 0.0, np.clip(np.minimum(t0, t1), 0.0, 1.0))
    high = np.where(flat, 1.0, np.clip(np.maximum(t0, t1), 0.0, 1.0))
    outside = np.where(flat, (start[:, 0] < _EDGE_M) | (start[:, 0] > length - _EDGE_M), high <= low)
    rise = end[:, 1] - start[:, 1]
    a, b = start[:, 1] + low * rise, start[:, 1] + high * rise
    near = np.maximum(np.minimum(a, b), 0.0)
    return np.where(outside | (np.maximum(a, b) <= _EDGE_M), np.inf, near)


def _frames(places: Places, *, forward: bool, from_kerb: bool = False) -> tuple[Floats, Floats, Floats]:
    """Give origin, along and depth vectors of the strip in front of or behind each place.

    The strip begins at the place's edge, or ``from_kerb`` at its other edge, so that it holds the place.
    """
    angle = np.radians(places.bearing_deg)
    along = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    inward = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    depth = inward if forward else -inward
    centre = np.stack([places.x_m, places.y_m], axis=-1)
    edge = -places.width_m / 2 if from_kerb else places.width_m / 2
    return centre + depth * edge - along * places.length_m / 2, along, depth


def _strips(origin: Floats, along: Floats, depth: Floats, length: float, reach: float) -> NDArray[np.object_]:
    a, b = along * length, depth * reach
    boxes: NDArray[np.object_] = shapely.polygons(
        np.stack([origin, origin + a, origin + a + b, origin + b], axis=1)
    )
    return boxes


def _swept(
    places: Places, segments: Floats, reach: float, *, forward: bool, from_kerb: bool = False
) -> Floats:
    """Give the least depth of any segment in the strip of each place, at most ``reach``."""
    out = np.full(len(places), reach)
    if not len(segments) or not len(places):
        return out
    tree = shapely.STRtree(shapely.linestrings(segments))
    origin, along, depth = _frames(places, forward=forward, from_kerb=from_kerb)
    for first in range(0, len(places), _CHUNK):
        part = slice(first, first + _CHUNK)
        strips = _strips(origin[part], along[part], depth[part], places.length_m, reach)
        place, segment = tree.query(strips)
        place = place + first
        out_ = _pair_depth(origin, along, depth, place, segments[segment], places.length_m)
        np.minimum.at(out, place, out_)
    return out


def _pair_depth(
    origin: Floats, along: Floats, depth: Floats, place: NDArray[np.intp], segments: Floats, length: float
) -> Floats:
    """Give the depth of one segment in the strip of one place, pair by pair."""
    ends = []
    for k in (0, 1):
        offset = segments[:, k] - origin[place]
        ends.append(np.stack([(offset * along[place]).sum(1), (offset * depth[place]).sum(1)], axis=-1))
    return _depth(ends[0], ends[1], length)


def sweep_kerbs(places: Places, rings: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Measure how deep the carriageway is free before each kerbside place, and what is left beside it.

    One sweep from the place's own kerb edge tells both: the nearest kerb line in front of that edge
    lies either beyond the place, and leaves a clear width, or within it.

    Parameters
    ----------
    places : Places
        Kerbside places, their kerb edge within the carriageway.
    rings : ndarray of shapely.LinearRing
        Every kerb line, islands included.

    Returns
    -------
    clear_m : ndarray of float, shape (places,)
        From the place's inner edge to the nearest kerb in front of it, 0 to `DRIVE_REACH_M`.
    free_depth_m : ndarray of float, shape (places,)
        From the place's kerb edge to the nearest kerb in front of it, at most the place's width, which
        it is where the place lies wholly within the carriageway.
    """
    reach = places.width_m + DRIVE_REACH_M
    depth = _swept(places, _segments(rings), reach, forward=True, from_kerb=True)
    return np.maximum(depth - places.width_m, 0.0), np.minimum(depth, places.width_m)


def clear_walk(places: Places, buildings: NDArray[np.object_]) -> Floats:
    """Measure from the kerb back to the nearest building, metres, at most `WALK_REACH_M`."""
    if not len(buildings):
        return np.full(len(places), np.nan)
    return _swept(places, _segments(shapely.get_rings(buildings)), WALK_REACH_M, forward=False)


def facing_gaps(places: Places, below_m: float) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Find pairs of kerbside places that face each other closer than a width.

    Parameters
    ----------
    places : Places
        Places of any placement; only kerbside ones are measured.
    below_m : float
        Pairs that leave less than this are found, metres.

    Returns
    -------
    a, b : ndarray of int
        Positions, ``a < b``.
    gap : ndarray of float
        Swept width between the two, metres.
    """
    kerbside = np.flatnonzero(places.placement == "kerbside")
    origin, along, depth = _frames(places, forward=True)
    strips = _strips(
        origin[kerbside] + along[kerbside] * _EDGE_M,
        along[kerbside],
        depth[kerbside],
        places.length_m - 2 * _EDGE_M,
        below_m,
    )
    i, b = places.tree.query(strips, predicate="intersects")
    a = kerbside[i]
    facing = (a != b) & (places.placement[b] == "kerbside") & ((along[a] * along[b]).sum(1) < 0)
    a, b = a[facing], b[facing]
    corners = shapely.get_coordinates(places.rectangles[b]).reshape(len(b), 5, 2)
    gap = np.full(len(a), np.inf)
    for k in range(4):
        gap = np.minimum(gap, _pair_depth(origin, along, depth, a, corners[:, k : k + 2], places.length_m))
    near = gap < below_m
    low, high, gap = np.minimum(a, b)[near], np.maximum(a, b)[near], gap[near]
    order = np.lexsort((gap, high, low))
    low, high, gap = low[order], high[order], gap[order]
    first = np.flatnonzero((np.diff(low, prepend=-1) != 0) | (np.diff(high, prepend=-1) != 0))
    return low[first], high[first], gap[first]
