"""Where along a street's axis a name could stand: its free, nearly straight stretches and what they cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.ground import Ground

__all__ = ["Stretches", "band_of"]

_STEP_MM = 0.6  # from one point of a line to the next
_BAND = (-0.55, -0.2, 0.2, 0.55)  # where a band of letters is looked at, in font sizes off its middle line
_MEETING_MM = 0.6  # how near a junction is met
_NONE = np.zeros(0, dtype=np.int64)


class Stretches:
    """The nearly straight stretches of an axis that are long enough for a name.

    Ground is taken and names are set, but neither is ever given back: a stretch that once was refused is
    never looked at again.

    Parameters
    ----------
    axis : geometry
        Lines, millimetres.
    length : float
        Length of the name, millimetres.
    size : float
        Its font size, millimetres.
    ground : Ground
        What is taken.
    junctions : STRtree, optional
        Of points that a name rather stands between.
    """

    def __init__(self, axis: Any, length: float, size: float, ground: Ground, junctions: Any = None) -> None:
        self._ground = ground
        at, points, cells = 0, [np.zeros((0, 2))], [np.zeros((len(_BAND), 0), dtype=np.int64)]
        starts, ends, costs = [_NONE], [_NONE], [np.zeros(0)]
        for line in shapely.get_parts(axis):
            if line.length < length + 1.0:
                continue
            along = _points(line)
            under = ground.cells_of(band_of(along, size)).reshape(len(_BAND), -1)
            window = math.ceil(length / (line.length / (len(along) - 1)))
            start = np.arange(1, len(along) - 1 - window, 2)
            start = start[self._free(under, start, start + window)]
            if not len(start):
                continue
            start, cost = _straight(along, start, window, junctions)
            points.append(along)
            cells.append(under)
            starts.append(at + start)
            ends.append(at + start + window)
            costs.append(cost)
            at += len(along)
        self._points, self._cells = np.concatenate(points), np.concatenate(cells, axis=1)
        self._start, self._end = np.concatenate(starts), np.concatenate(ends)
        self._cost = np.concatenate(costs)

    def _free(
        self, cells: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Tell which stretches lie on ground that nothing has taken."""
        before = np.concatenate([[0], np.cumsum(self._ground.taken_in(cells).any(axis=0))])
        return np.asarray(before[end + 1] == before[start])

    def best(
        self, seen: list[NDArray[np.float64]], apart_mm: float, near: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64] | None:
        """Return the points of the free stretch that costs least; None where none is free.

        Parameters
        ----------
        seen : list of array of shape (2,)
            Where the same name stands already.
        apart_mm : float
            How far from there it must be.
        near : array of shape (2,), optional
            A place that it rather stands near to.
        """
        if not len(self._start):
            return None
        free = self._free(self._cells, self._start, self._end)
        middles = self._points[(self._start + self._end + 1) // 2]
        for place in seen:
            free &= np.hypot(*(middles - place).T) >= apart_mm
        self._start, self._end, self._cost = self._start[free], self._end[free], self._cost[free]
        if not len(self._start):
            return None
        cost = self._cost
        if near is not None:
            cost = cost + 0.3 * np.hypot(*(middles[free] - near).T)
        k = int(np.argmin(cost))
        return np.asarray(self._points[self._start[k] : self._end[k] + 1])


def _points(line: Any) -> NDArray[np.float64]:
    at = np.linspace(0.0, line.length, max(2, math.ceil(line.length / _STEP_MM)) + 1)
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(line, at)))


def _straight(
    points: NDArray[np.float64], start: NDArray[np.int64], window: int, junctions: Any
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return which stretches are nearly straight and what they cost: bends, junctions, ends."""
    n = len(points) - 1
    met = np.zeros(n + 1)
    if junctions is not None:
        near = junctions.query(shapely.points(points), predicate="dwithin", distance=_MEETING_MM)
        met[near[0]] = 1.0
    meetings = np.concatenate([[0.0], np.cumsum(met)])
    chord = points[start + window] - points[start]
    span = np.hypot(chord[:, 0], chord[:, 1])
    apart = span >= 1e-6
    start, chord, span = start[apart], chord[apart], span[apart]
    # How far each point of a stretch lies off its chord: (x - a) x chord / |chord|.
    stretches = points[start[:, None] + np.arange(window + 1)] - points[start][:, None]
    off = (stretches[..., 1] * chord[:, :1] - stretches[..., 0] * chord[:, 1:]) / span[:, None]
    bend = off.max(axis=1) - off.min(axis=1) if len(start) else np.zeros(0)
    end = start + window
    met_there = meetings[end + 1] - meetings[start]
    cost = 0.8 * bend + 0.5 * met_there + 1.5 * np.abs((start + end) / 2 / n - 0.5)
    fine = bend <= 0.1 * span
    return start[fine], cost[fine]


def band_of(points: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Return points that fill the band of letters of a size along a line of points."""
    step = np.gradient(points, axis=0)
    norm = np.hypot(step[:, 0], step[:, 1])
    norm[norm == 0] = 1.0
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / norm[:, None]
    return np.concatenate([points + normal * size * k for k in _BAND])
