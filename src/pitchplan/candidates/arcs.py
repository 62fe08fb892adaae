"""Arcs of one length along closed lines: where a bay's chord lies, and how far the line bends from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Arcs", "Chords", "arcs_along"]

Floats = NDArray[np.float64]

_STRAIGHT_M = 1e-6
_PAST = 0.05


@dataclass(frozen=True, eq=False)
class Arcs:
    """Closed lines prepared for arcs of one length, every ``step_m``.

    Attributes
    ----------
    coords, reach : ndarray
        Vertices of all rings after one another, and each one's distance from its own ring's start, so that
        a ring's positions do not depend on what comes before it. A ring goes on past its start by one arc.
    first : ndarray of int, shape (rings + 1,)
        Where each ring's vertices begin.
    count : ndarray of int, shape (rings,)
        Positions on each ring; none on one shorter than two arcs.
    around : ndarray of float, shape (rings,)
        Length of each ring, metres.
    step_m, length_m : float
        Distance between starts, and length of an arc along the line, metres.
    """

    coords: Floats
    reach: Floats
    first: NDArray[np.intp]
    count: NDArray[np.intp]
    around: Floats
    step_m: float
    length_m: float

    def chords(self, line: NDArray[np.intp], step: NDArray[np.intp]) -> Chords:
        """Give the chords of some arcs, by ring and number of the start on it."""
        start, at_start = self._points(line, step * self.step_m)
        end, at_end = self._points(line, step * self.step_m + self.length_m)
        span = end - start
        length = np.hypot(span[:, 0], span[:, 1])
        along = span / np.maximum(length, 1e-9)[:, None]
        inmost, outmost = self._offsets(start, along, at_start, at_end)
        bend = np.maximum(inmost, outmost)
        # A chord is shorter than its arc, so a bay as long as the arc reaches a little past both ends.
        bent = np.flatnonzero(length < self.length_m - _STRAIGHT_M)
        middle = (start + end) / 2
        inmost[bent], outmost[bent] = self._beside(
            line[bent], step[bent] * self.step_m, middle[bent], along[bent]
        )
        return Chords(middle, along, length, bend, inmost, outmost)

    def _beside(
        self, line: NDArray[np.intp], where: NDArray[Any], middle: Floats, along: Floats
    ) -> tuple[Floats, Floats]:
        """Clip lines to the length of bays on their chords; how far left and right of the chord they lie."""
        more = _PAST * self.length_m
        where = np.where(where < more, where + self.around[line], where)
        first, low = self._points(line, where - more)
        last, high = self._points(line, where + self.length_m + more)
        many = high - low + 2
        begin = np.cumsum(many) - many
        arc = np.repeat(np.arange(len(line)), many)
        point = self.coords[np.repeat(low - begin, many) + np.arange(len(arc))]
        point[begin], point[begin + many - 1] = first, last
        away = point - middle[arc]
        u, v = (away * along[arc]).sum(axis=1), along[arc, 0] * away[:, 1] - along[arc, 1] * away[:, 0]
        half, run = self.length_m / 2, np.diff(u)
        slope = np.diff(v) / np.where(np.abs(run) < _STRAIGHT_M, np.inf, run)
        a = v[:-1] + slope * (np.clip(u[:-1], -half, half) - u[:-1])
        b = v[1:] + slope * (np.clip(u[1:], -half, half) - u[1:])
        # A piece that leads from one arc to the next is none.
        apart = np.diff(arc) != 0
        outside = apart | (np.maximum(u[:-1], u[1:]) <= -half) | (np.minimum(u[:-1], u[1:]) >= half)
        low_v, high_v = (np.where(outside, 0.0, f(a, b)) for f in (np.minimum, np.maximum))
        if not len(line):
            return np.zeros(0), np.zeros(0)
        return (
            np.maximum(np.maximum.reduceat(high_v, begin), 0.0),
            np.maximum(-np.minimum.reduceat(low_v, begin), 0.0),
        )

    def _points(self, line: NDArray[np.intp], where: NDArray[Any]) -> tuple[Floats, NDArray[np.intp]]:
        """Give the points at distances along rings, and the vertex before each."""
        base = np.concatenate([[0.0], np.cumsum(self.reach[self.first[1:] - 1] + 1.0)])
        flat = self.reach + np.repeat(base[:-1], np.diff(self.first))
        at = np.searchsorted(flat, base[line] + where, side="right") - 1
        low, high = self.first[line], self.first[line + 1] - 2
        at = np.clip(at, low, high)
        # Adding the base rounds; what is exact is each ring's own reach.
        at = np.clip(at - (where < self.reach[at]), low, high)
        at = np.clip(at + (where >= self.reach[at + 1]), low, high)
        share = (where - self.reach[at]) / np.maximum(self.reach[at + 1] - self.reach[at], 1e-12)
        point = self.coords[at] + share[:, None] * (self.coords[at + 1] - self.coords[at])
        return point, at

    def _offsets(
        self, start: Floats, along: Floats, low: NDArray[np.intp], high: NDArray[np.intp]
    ) -> tuple[Floats, Floats]:
        """Give how far the vertices of each arc lie left and right of its chord; both are 0 or more."""
        many = high - low
        some = np.flatnonzero(many > 0)
        begin = np.cumsum(many[some]) - many[some]
        arc = np.repeat(some, many[some])
        vertex = np.repeat(low[some] + 1 - begin, many[some]) + np.arange(len(arc))
        away = self.coords[vertex] - start[arc]
        left = along[arc, 0] * away[:, 1] - along[arc, 1] * away[:, 0]
        inmost, outmost = np.zeros(len(start)), np.zeros(len(start))
        if len(some):
            inmost[some] = np.maximum(np.maximum.reduceat(left, begin), 0.0)
            outmost[some] = np.maximum(-np.minimum.reduceat(left, begin), 0.0)
        return inmost, outmost


@dataclass(frozen=True, eq=False)
class Chords:
    """Chords of arcs.

    Attributes
    ----------
    middle, along : ndarray of float, shape (n, 2)
        Middle of each chord and unit vector along it.
    length_m : ndarray of float, shape (n,)
        Length of the chord; much shorter than the arc at a corner.
    bend_m : ndarray of float, shape (n,)
        Greatest distance of the arc from its chord.
    inmost_m, outmost_m : ndarray of float, shape (n,)
        Greatest distance of the line from the chord, to the left and to the right, over the length of
        a bay.
    """

    middle: Floats
    along: Floats
    length_m: Floats
    bend_m: Floats
    inmost_m: Floats
    outmost_m: Floats


def arcs_along(rings: NDArray[np.object_], step_m: float, length_m: float) -> Arcs:
    """Prepare closed rings for arcs of one length.

    Parameters
    ----------
    rings : ndarray of shapely.LinearRing
        Closed lines.
    step_m, length_m : float
        Distance between starts, and length of an arc, metres.
    """
    coords, owner = shapely.get_coordinates(rings, return_index=True)
    begin = np.searchsorted(owner, np.arange(len(rings) + 1))
    parts: list[Floats] = []
    reaches: list[Floats] = []
    around = np.zeros(len(rings))
    for i in range(len(rings)):
        ring = coords[begin[i] : begin[i + 1]]
        step = np.hypot(*np.diff(ring, axis=0).T)
        # Repeated points would leave a segment without direction.
        keep = np.append(True, step > 0)
        ring, step = ring[keep], step[step > 0]
        reach = np.append(0.0, np.cumsum(step))
        around[i] = reach[-1]
        past = int(np.searchsorted(reach, (1 + 2 * _PAST) * length_m)) + 1
        parts.append(np.concatenate([ring, ring[1 : past + 1]]))
        reaches.append(np.concatenate([reach, reach[-1] + reach[1 : past + 1]]))
    first = np.append(0, np.cumsum([len(r) for r in reaches])).astype(np.intp)
    count = np.where(around >= 2 * length_m, np.floor(around / step_m), 0).astype(np.intp)
    flat = np.concatenate(parts) if parts else np.zeros((0, 2))
    return Arcs(
        flat, np.concatenate(reaches) if reaches else np.zeros(0), first, count, around, step_m, length_m
    )
