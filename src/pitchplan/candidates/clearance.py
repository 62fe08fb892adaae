"""Swept clear widths: how much stays free in front of, behind and between pitches.

A width is the least over the pitch's whole length: every obstacle edge is clipped to the strip in front
of the rectangle. A ray at the middle would overstate it wherever a kerb bends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.stretches import pair_blocks

if TYPE_CHECKING:
    from pitchplan.candidates.bays import Bays
    from pitchplan.candidates.places import Places

__all__ = ["DRIVE_REACH_M", "WALK_REACH_M", "Walls", "facing_gaps", "sweep"]

DRIVE_REACH_M = 25.0
"""How far the carriageway is searched for its other kerb; a clear width of 25 means 25 or more."""
WALK_REACH_M = 10.0
"""How far behind the kerb buildings are searched for; 10 means 10 or more."""

_NEAR_M = 11.0
_EDGE_M = 0.001
_STRIPS = 10_000

Floats = NDArray[np.float64]


class Walls:
    """Edges of obstacles as segments under one index, built once and swept against many times.

    Parameters
    ----------
    *lines : ndarray of shapely geometry
        Lines and rings; polygons count with all their rings.
    """

    def __init__(self, *lines: NDArray[np.object_]) -> None:
        parts = [shapely.get_rings(a) if len(a) and shapely.get_dimensions(a[0]) == 2 else a for a in lines]
        shapes = np.concatenate(parts) if parts else np.zeros(0, dtype=object)
        coords, owner = shapely.get_coordinates(shapes, return_index=True)
        same = owner[1:] == owner[:-1]
        self.start, self.end = coords[:-1][same], coords[1:][same]
        self.tree = shapely.STRtree(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    def __len__(self) -> int:
        return len(self.start)


def sweep(
    places: Places,
    walls: Walls,
    reach_m: float,
    *,
    left: bool,
    offset_m: float | Floats = 0.0,
    trim_m: float = _EDGE_M,
) -> Floats:
    """Measure how deep the strip beside each place is free.

    Parameters
    ----------
    places : Places
    walls : Walls
        What ends the strip. An edge that only touches the strip's side or its start does not.
    reach_m : float
        How far the strip reaches, metres.
    left : bool
        Whether the strip leads to the left of the places' direction, as the carriageway lies.
    offset_m : float or ndarray, shape (places,)
        Where the strip begins, metres to that side of the places' centre line.
    trim_m : float
        How much narrower than the place the strip is at each end, metres.

    Returns
    -------
    ndarray of float, shape (places,)
        Metres from the strip's beginning to the nearest edge in it, at most ``reach_m``.
    """
    out = np.full(len(places), reach_m)
    if not len(walls) or not len(places):
        return out
    begin = np.broadcast_to(np.asarray(offset_m, dtype=np.float64), len(places))
    near = min(_NEAR_M, reach_m)
    found = _swept(places, walls, near, left, begin, trim_m)
    # Most strips end soon; only those that do not are worth a long look.
    far = np.flatnonzero(found >= near) if near < reach_m else np.zeros(0, dtype=np.intp)
    out = found
    if len(far):
        out[far] = _swept(places.take(far), walls, reach_m, left, begin[far], trim_m)
    return out


def _swept(places: Places, walls: Walls, reach: float, left: bool, begin: Floats, trim: float) -> Floats:
    """Sweep all strips to one depth."""
    ax, ay = places.along[:, 0], places.along[:, 1]
    sign = 1.0 if left else -1.0
    dx, dy = -sign * ay, sign * ax
    x, y = places.x_m + dx * begin, places.y_m + dy * begin
    half = places.length_m / 2
    wide_x, wide_y = np.abs(ax) * half, np.abs(ay) * half
    boxes = places.stretches.spans(
        x + dx * reach / 2,
        y + dy * reach / 2,
        wide_x + np.abs(dx) * reach / 2,
        wide_y + np.abs(dy) * reach / 2,
    )
    stretch, wall = walls.tree.query(boxes)
    index = places.stretches.index
    out = np.full(len(places), reach)
    for block, first in pair_blocks(stretch):
        at = index[stretch[block]]
        frame = (x[at], y[at], ax[at], ay[at], dx[at], dy[at])
        ends = [_in_frame(frame, half, e[wall[block]]) for e in (walls.start, walls.end)]
        least = np.minimum.reduceat(_depth(*ends[0], *ends[1], places.length_m, trim), first, axis=0)
        rows = index[stretch[block][first]]
        out[rows] = np.minimum(least, reach)
    return out


def _in_frame(frame: tuple[Floats, ...], half: float, point: Floats) -> tuple[Floats, Floats]:
    """Give points in the strips' frames: along the width (0 to the length) and depth (0 at the beginning)."""
    x, y, ax, ay, dx, dy = frame
    px, py = point[:, :1] - x, point[:, 1:] - y
    return px * ax + py * ay + half, px * dx + py * dy


def _depth(u0: Floats, v0: Floats, u1: Floats, v1: Floats, length: float | Floats, trim: float) -> Floats:
    """Give the least depth of segments in a strip; inf for those that do not enter it.

    Parameters
    ----------
    u0, v0, u1, v1 : ndarray
        Ends in the strip's frame: along its width (0 to ``length``) and depth (0 at the beginning).
    """
    low, high = trim, length - trim
    run, rise = u1 - u0, v1 - v0
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(np.abs(run) < 1e-12, 0.0, rise / run)
    # Depth where the segment enters and leaves the strip's width, or at its ends.
    a = v0 + slope * (np.clip(u0, low, high) - u0)
    b = v1 + slope * (np.clip(u1, low, high) - u1)
    outside = (np.maximum(u0, u1) <= low) | (np.minimum(u0, u1) >= high)
    outside |= np.maximum(a, b) <= _EDGE_M
    near = np.maximum(np.minimum(a, b), 0.0)
    near[outside] = np.inf
    return near


def facing_gaps(bays: Bays, below_m: float) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Find pairs of kerbside bays that face each other closer than a width.

    Parameters
    ----------
    bays : Bays
        Bays of any placement; only kerbside ones are measured.
    below_m : float
        Pairs that leave less than this are found, metres.

    Returns
    -------
    a, b : ndarray of int
        Positions, ``a < b``.
    gap : ndarray of float
        Swept width between the two, metres.
    """
    kerbside = np.flatnonzero(bays.placement == "kerbside")
    along = bays.along
    depth = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    edge = bays.centre + depth * bays.width_m[:, None] / 2
    half = (bays.length_m / 2 - _EDGE_M)[:, None]
    near, side = edge[kerbside], along[kerbside] * half[kerbside]
    far = near + depth[kerbside] * below_m
    corners = np.stack([near - side, near + side, far + side, far - side], axis=1)
    met = []
    for low in range(0, len(kerbside), _STRIPS):
        strips = shapely.polygons(corners[low : low + _STRIPS])
        strip, other = bays.tree.query(strips, predicate="intersects")
        met.append(np.stack([strip + low, other]))
    i, b = np.concatenate(met, axis=1) if met else np.zeros((2, 0), dtype=np.intp)
    a = kerbside[i]
    facing = (a != b) & (bays.placement[b] == "kerbside") & ((along[a] * along[b]).sum(1) < 0)
    a, b = a[facing], b[facing]
    corners = shapely.get_coordinates(bays.rectangles[b]).reshape(len(b), 5, 2)
    frame = tuple(v[a, None] for v in (*edge.T, *along.T, *depth.T))
    gap = np.full(len(a), np.inf)
    for k in range(4):
        ends = [_in_row(frame, bays.length_m[a] / 2, corners[:, k + j]) for j in (0, 1)]
        gap = np.minimum(gap, _depth(*ends[0], *ends[1], bays.length_m[a], _EDGE_M))
    kept = gap < below_m
    low, high, gap = np.minimum(a, b)[kept], np.maximum(a, b)[kept], gap[kept]
    order = np.lexsort((gap, high, low))
    low, high, gap = low[order], high[order], gap[order]
    first = np.flatnonzero((np.diff(low, prepend=-1) != 0) | (np.diff(high, prepend=-1) != 0))
    return low[first], high[first], gap[first]


def _in_row(frame: tuple[Floats, ...], half: Floats, point: Floats) -> tuple[Floats, Floats]:
    u, v = _in_frame(frame, 0.0, point)
    return u[:, 0] + half, v[:, 0]
