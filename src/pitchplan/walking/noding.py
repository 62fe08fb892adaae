"""Where the lines people walk along meet: shared vertices, crossings, and ends that fall short."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.walking.ways import Ways

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["FOOTWAY_LINK_M", "TOUCH_M", "Meetings", "find_meetings"]

TOUCH_M = 0.5
"""A line that ends so near to another of its level meets it, metres; ours."""

FOOTWAY_LINK_M = 15.0
"""A footway that ends so near to a street leads to it, metres; ours: half a main street and a sidewalk."""

_PARALLEL = 1e-12
_OVER = 1e-9


class Meetings(NamedTuple):
    """Points on lines, and which of them meet.

    Attributes
    ----------
    line : numpy.ndarray of int64, shape (n,)
        Line of each point; every line's two ends are among the points.
    along_m : numpy.ndarray of float, shape (n,)
        How far along its line, metres.
    a, b : numpy.ndarray of int64, shape (m,)
        Pairs of points between which people can walk.
    gap_m : numpy.ndarray of float, shape (m,)
        How far they are apart, metres; 0 where lines cross or share a vertex.
    """

    line: Ints
    along_m: Floats
    a: Ints
    b: Ints
    gap_m: Floats


def find_meetings(ways: Ways) -> Meetings:
    """Find where lines meet.

    Lines meet where they share a vertex, on one level or at the end of one of them (a bridge's ends
    lie on the ground), where they cross on one level, where one ends within `TOUCH_M` of another of
    its level, and where a footway on the ground that ends at nothing else does so within
    `FOOTWAY_LINK_M` of a street on the ground.

    Parameters
    ----------
    ways : Ways
        The lines.

    Returns
    -------
    Meetings
        Ends that fall short are joined by the gap's own length, so that no walk becomes shorter
        than the straight line.
    """
    vertex, group = _shared(ways)
    nth = np.full(len(ways.line), -1, dtype=np.int64)
    nth[vertex] = np.arange(len(vertex))
    order = np.argsort(group, kind="stable")
    same = np.flatnonzero(np.diff(group[order]) == 0)
    c_piece, c_share = _crossings(ways)
    crossing = len(vertex) + np.arange(c_piece.size).reshape(c_piece.shape)
    end, piece, gap = _short_ends(ways)
    short = len(vertex) + c_piece.size + np.arange(len(end))
    foot_along, _ = ways.foot(ways.xy_m[end], piece)
    flat = c_piece.ravel()
    return Meetings(
        line=np.concatenate([ways.line[vertex], ways.line[flat], ways.line[piece]]),
        along_m=np.concatenate([ways.along_m[vertex], ways.at(flat, c_share.ravel()), foot_along]),
        a=np.concatenate([order[same], crossing[:, 0], nth[end]]),
        b=np.concatenate([order[same + 1], crossing[:, 1], short]),
        gap_m=np.concatenate([np.zeros(len(same) + len(crossing)), gap]),
    )


def _shared(ways: Ways) -> tuple[Ints, Ints]:
    """Return the vertices that are ends or shared, and the number of the group each meets in."""
    end = ways.first | ways.last
    # Where a line ends, all levels meet; else a bridge may have a vertex right above a street's.
    ends_here = np.bincount(ways.place, weights=end) > 0
    level = np.where(ends_here[ways.place], 0, ways.level)
    _, group = np.unique(np.column_stack([ways.place, level]), axis=0, return_inverse=True)
    group = group.reshape(-1).astype(np.int64)
    vertex = np.flatnonzero(end | (np.bincount(group)[group] > 1))
    return vertex, group[vertex]


def _crossings(ways: Ways) -> tuple[Ints, Floats]:
    """Return the pairs of pieces that cross on one level, and the share of each up to there; (n, 2)."""
    pieces = ways.pieces
    lines = ways.drawn(pieces)
    a, b = (pieces[i] for i in shapely.STRtree(lines).query(lines))
    apart = (a < b) & (ways.level[a] == ways.level[b])
    for i in (0, 1):
        for j in (0, 1):
            apart &= ways.place[a + i] != ways.place[b + j]
    a, b = a[apart], b[apart]
    ahead_a, ahead_b = ways.xy_m[a + 1] - ways.xy_m[a], ways.xy_m[b + 1] - ways.xy_m[b]
    between = ways.xy_m[b] - ways.xy_m[a]
    turn = _cross(ahead_a, ahead_b)
    sound = np.abs(turn) > _PARALLEL * np.hypot(*ahead_a.T) * np.hypot(*ahead_b.T)
    turn = np.where(sound, turn, 1.0)
    share = np.column_stack([_cross(between, ahead_b), _cross(between, ahead_a)]) / turn[:, None]
    meet = sound & ((share >= -_OVER) & (share <= 1 + _OVER)).all(axis=1)
    return np.column_stack([a, b])[meet], np.clip(share[meet], 0.0, 1.0)


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _short_ends(ways: Ways) -> tuple[Ints, Ints, Floats]:
    """Return ends that meet another line without reaching it: vertex, piece of the other, gap."""
    end = np.flatnonzero(ways.first | ways.last)
    touching = _nearest_other(ways, end, ways.pieces, TOUCH_M)
    alone = ~ways.street[end] & (ways.level[end] == 0) & (np.bincount(ways.place)[ways.place[end]] == 1)
    alone &= ~np.isin(end, touching[0])
    roads = ways.pieces[ways.street[ways.pieces] & (ways.level[ways.pieces] == 0)]
    leading = _nearest_other(ways, end[alone], roads, FOOTWAY_LINK_M)
    vertex, piece, gap = (np.concatenate(pair) for pair in zip(touching, leading, strict=True))
    return vertex, piece, gap


def _nearest_other(ways: Ways, end: Ints, pieces: Ints, most_m: float) -> tuple[Ints, Ints, Floats]:
    """Find the nearest piece of another line on an end's level, away from its own place."""
    which, at = shapely.STRtree(ways.drawn(pieces)).query(
        shapely.points(ways.xy_m[end]), predicate="dwithin", distance=most_m
    )
    vertex, piece = end[which], pieces[at]
    other = (ways.line[vertex] != ways.line[piece]) & (ways.level[vertex] == ways.level[piece])
    other &= (ways.place[vertex] != ways.place[piece]) & (ways.place[vertex] != ways.place[piece + 1])
    vertex, piece = vertex[other], piece[other]
    _, gap = ways.foot(ways.xy_m[vertex], piece)
    order = np.lexsort((piece, gap, vertex))
    order = order[np.diff(vertex[order], prepend=-1) != 0]
    return vertex[order], piece[order], gap[order]
