"""Pacing along the axes of named streets: where one comes to from a crossing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from pitchplan.candidates.addresses.axes import Axes
from pitchplan.candidates.addresses.gazetteer import Gazetteer
from pitchplan.candidates.addresses.phrases import COMPASS

__all__ = ["ONE_PLACE_M", "Stops", "heading", "middle_stops", "paced", "section_stops"]

ONE_PLACE_M = 60.0
"""Points closer than this are one place: the two axes of a dual carriageway."""
_SHORT_M = 5.0

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def heading(point: str) -> Floats:
    """Give the unit vector towards a point of the compass."""
    turn = np.radians(45.0 * COMPASS.index(point))
    return np.array([np.sin(turn), np.cos(turn)])


@dataclass(frozen=True)
class Stops:
    """Points on axes that one comes to.

    Attributes
    ----------
    xy_m, unit : ndarray of float, shape (stops, 2)
        The point and the axis' direction there.
    half_m : ndarray of float, shape (stops,)
        Half the width of the carriageway.
    row : ndarray of int, shape (stops,)
        Row of the crossing one set out from.
    away : ndarray of float, shape (stops, 2)
        From there, as the crow flies.
    piece : ndarray of int, shape (stops,)
        Piece of the axes.
    """

    xy_m: Floats
    unit: Floats
    half_m: Floats
    row: Ints
    away: Floats
    piece: Ints

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: NDArray[Any]) -> Stops:
        """Return some of the stops, by position or mask."""
        arrays = {name: getattr(self, name)[chosen] for name in self.__dataclass_fields__}
        return replace(self, **arrays)

    def turn_deg(self, way: str) -> Floats:
        """Give the angle between a point of the compass and the way one went, degrees."""
        length = np.maximum(np.hypot(*self.away.T), 1e-9)
        turn: Floats = np.degrees(np.arccos(np.clip(self.away @ heading(way) / length, -1.0, 1.0)))
        return turn

    def places(self) -> Ints:
        """Give each stop the number of its place, from 1."""
        if len(self) < 2:
            return np.ones(len(self), dtype=np.intp)
        number: Ints = fcluster(linkage(self.xy_m, "single"), ONE_PLACE_M, "distance").astype(np.intp)
        return number


def _stops(axes: Axes, piece: Ints, along: Floats, row: Ints, origin: Ints) -> Stops:
    base = axes.xy_m[axes.start[piece]]
    unit = (axes.xy_m[axes.end[piece]] - base) / axes.length_m[piece][:, None]
    xy = base + unit * along[:, None]
    away = xy - axes.xy_m[origin]
    stops = Stops(xy, unit, axes.half_m[piece], row, away, piece)
    ground = axes.ground[piece]
    return stops.take(ground) if ground.any() else stops


def paced(gazetteer: Gazetteer, rows: Ints, metres: float) -> Stops:
    """Go a number of metres along a street, every way, from each of some crossings.

    Parameters
    ----------
    gazetteer : Gazetteer
    rows : ndarray of int
        Rows of the crossings' table; the street of a row is the one that is gone along.
    metres : float
        Along the axis; a street may end up to 5 m earlier, for addresses are rounded.
    """
    pairs = gazetteer.crossings.table.iloc[rows].groupby(["street", "other"], sort=True).indices.values()
    parts = [_paced_from(gazetteer, rows[pair], metres) for pair in pairs]
    if not parts:
        nowhere, none = np.zeros((0, 2)), np.zeros(0, dtype=np.intp)
        return Stops(nowhere, nowhere, np.zeros(0), none, nowhere, none)
    return Stops(*(np.concatenate([getattr(p, f) for p in parts]) for f in Stops.__dataclass_fields__))


def _paced_from(gazetteer: Gazetteer, rows: Ints, metres: float) -> Stops:
    """Go along one street from where it meets another; where it does so twice, the nearer one counts."""
    axes, crossings = gazetteer.axes, gazetteer.crossings
    here = np.isin(crossings.row, rows)
    row_of = dict(zip(crossings.node[here].tolist(), crossings.row[here].tolist(), strict=True))
    reach, origin = axes.walk(crossings.node[here], metres + _SHORT_M)
    pieces = np.flatnonzero(np.isfinite(reach[axes.start]) | np.isfinite(reach[axes.end]))
    ends = np.bincount(np.concatenate([axes.start, axes.end]), minlength=len(axes.xy_m)) == 1
    found: list[tuple[Ints, Floats, Ints]] = []
    for near, far, back in ((axes.start, axes.end, False), (axes.end, axes.start, True)):
        gone, there, length = reach[near[pieces]], reach[far[pieces]], axes.length_m[pieces]
        step = metres - gone
        good = (step >= 0) & (step <= length) & (there + length >= metres + step - 1e-6)
        stub = ends[far[pieces]] & (gone + length < metres) & (gone + length >= metres - _SHORT_M)
        step = np.where(stub, length, step)
        piece = pieces[good | stub]
        along = step[good | stub]
        along = axes.length_m[piece] - along if back else along
        found.append((piece, along, origin[near[piece]]))
    piece, along, start = (np.concatenate(part) for part in zip(*found, strict=True))
    row = np.array([row_of[node] for node in start.tolist()], dtype=np.intp)
    return _stops(axes, piece, along, row, start)


def section_stops(gazetteer: Gazetteer, first: Ints, last: Ints) -> tuple[Stops, float]:
    """Find the middle of the shortest section of a street between two others.

    Parameters
    ----------
    gazetteer : Gazetteer
    first, last : ndarray of int
        Rows of the street's crossings with the one and the other.

    Returns
    -------
    stops : Stops
        None where no axis leads from the one to the other.
    length_m : float
        Of the section.
    """
    axes, crossings = gazetteer.axes, gazetteer.crossings
    there = crossings.node[np.isin(crossings.row, last)]
    back, _ = axes.walk(there)
    lengths = [float(back[crossings.node[crossings.row == row]].min()) for row in first]
    best = int(np.argmin(lengths))
    if not np.isfinite(lengths[best]):
        return paced(gazetteer, first[:0], 0.0), np.inf
    half = lengths[best] / 2
    stops = paced(gazetteer, first[best : best + 1], half)
    left = np.minimum(
        back[axes.start[stops.piece]] + np.hypot(*(stops.xy_m - axes.xy_m[axes.start[stops.piece]]).T),
        back[axes.end[stops.piece]] + np.hypot(*(stops.xy_m - axes.xy_m[axes.end[stops.piece]]).T),
    )
    return stops.take(left <= half + 20.0), lengths[best]


def middle_stops(gazetteer: Gazetteer, pieces: Ints) -> tuple[Stops, float]:
    """Find the middle of some pieces of axes, and half of how far they reach, metres."""
    axes = gazetteer.axes
    middle = (axes.xy_m[axes.start[pieces]] + axes.xy_m[axes.end[pieces]]) / 2
    weight = axes.length_m[pieces]
    centre = (middle * weight[:, None]).sum(0) / weight.sum()
    best = pieces[int(np.argmin(np.hypot(*(middle - centre).T)))]
    ends = axes.xy_m[np.concatenate([axes.start[pieces], axes.end[pieces]])]
    where = np.array([best])
    stops = _stops(axes, where, axes.length_m[where] / 2, np.array([-1]), axes.start[where])
    return stops, float(np.hypot(*(ends - stops.xy_m[0]).T).max())
