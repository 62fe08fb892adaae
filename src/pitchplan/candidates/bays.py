"""Bays: from legal places to runs, each with the lattice of bays that holds the most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from math import cos
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pitchplan.candidates.beside import step_of
from pitchplan.candidates.places import Places, draw, join_places
from pitchplan.rules.effects import RunShape

__all__ = ["Bays", "bays_of", "lay_bays", "open_space_runs", "whole_lines"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


_BLOCK = 4_000


@dataclass(frozen=True, eq=False)
class Bays:
    """Candidate bays of every use, one entry of every array for each.

    Attributes
    ----------
    x_m, y_m, chainage_m, length_m, width_m, queue_m, clear_drive_m, clear_walk_m : ndarray, shape (n,)
        As in `Places`, per bay, metres.
    along : ndarray of float, shape (n, 2)
    placement, vehicle : ndarray of str, shape (n,)
    line, side, community : ndarray of int, shape (n,)
        As in `Places`; lines are numbered anew, so that no two uses share one.
    street_id, street, street_en, street_class, width_status : ndarray of str, shape (n,)
        Of the street or the open space.
    run : ndarray of int, shape (n,)
        Run it belongs to.
    """

    x_m: Floats
    y_m: Floats
    along: Floats
    chainage_m: Floats
    length_m: Floats
    width_m: Floats
    queue_m: Floats
    clear_drive_m: Floats
    clear_walk_m: Floats
    placement: NDArray[np.object_]
    vehicle: NDArray[np.object_]
    line: Ints
    side: NDArray[np.int8]
    community: Ints
    street_id: NDArray[np.object_]
    street: NDArray[np.object_]
    street_en: NDArray[np.object_]
    street_class: NDArray[np.object_]
    width_status: NDArray[np.object_]
    run: Ints

    def __len__(self) -> int:
        return len(self.x_m)

    @property
    def centre(self) -> Floats:
        """Centres, shape (n, 2)."""
        return np.stack([self.x_m, self.y_m], axis=-1)

    @property
    def bearing_deg(self) -> Floats:
        """Direction of the long sides, degrees clockwise from grid north."""
        bearing: Floats = np.degrees(np.arctan2(self.along[:, 0], self.along[:, 1])) % 360.0
        return bearing

    @cached_property
    def rectangles(self) -> NDArray[np.object_]:
        """The rectangles, shapely polygons."""
        return draw(self.centre, self.along, self.length_m, self.width_m)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the rectangles."""
        return shapely.STRtree(self.rectangles)

    def take(self, chosen: NDArray[Any]) -> Bays:
        """Return some of the bays, by position or mask."""
        return Bays(**{f.name: getattr(self, f.name)[chosen] for f in fields(Bays)})

    def pairs_within(self, distance_m: float, *, of_two: Ints | None = None) -> tuple[Ints, Ints, Floats]:
        """Find every pair of bays nearer to each other than a distance.

        Parameters
        ----------
        distance_m : float
        of_two : ndarray of int, shape (bays,), optional
            Groups of bays; pairs within one group are left out.

        Returns
        -------
        a, b : ndarray of int
            Positions, ``a < b``, in order.
        gap : ndarray of float
            Distance of the rectangles, metres; 0 where they overlap.
        """
        if len(self) < 2:
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp), np.zeros(0)
        reach = distance_m + float(np.hypot(self.length_m, self.width_m).max())
        tree, found = cKDTree(self.centre), []
        for low in range(0, len(self), _BLOCK):
            block = cKDTree(self.centre[low : low + _BLOCK])
            pairs = block.sparse_distance_matrix(tree, reach, output_type="ndarray")
            a, b = (pairs["i"] + low).astype(np.intp), pairs["j"].astype(np.intp)
            wanted = a < b if of_two is None else (a < b) & (of_two[a] != of_two[b])
            a, b = a[wanted], b[wanted]
            gap = _gap_between(self, a, b)
            near = np.flatnonzero(gap < distance_m)
            order = near[np.argsort(a[near] * len(self) + b[near])]
            found.append((a[order], b[order], gap[order]))
        a, b, gap = (np.concatenate(part) for part in zip(*found, strict=True))
        return a, b, gap


def _gap_between(bays: Bays, a: Ints, b: Ints) -> Floats:
    """Give the distance of two rectangles, pair by pair.

    Two rectangles that share no ground are as far apart as the nearest corner of one is from the other;
    they share ground where no side of either parts them.
    """
    least = np.full(len(a), np.inf)
    parted = np.zeros(len(a), dtype=bool)
    for one, other in ((a, b), (b, a)):
        u, v = _corners_seen(bays, one, other)
        half_l, half_w = bays.length_m[one, None] / 2, bays.width_m[one, None] / 2
        beyond_u, beyond_v = np.abs(u) - half_l, np.abs(v) - half_w
        gap = np.hypot(np.maximum(beyond_u, 0.0), np.maximum(beyond_v, 0.0))
        least = np.minimum(least, gap.min(axis=1))
        for place, half in ((u, half_l[:, 0]), (v, half_w[:, 0])):
            parted |= (place.min(axis=1) > half) | (place.max(axis=1) < -half)
    return np.where(parted, least, 0.0)


def _corners_seen(bays: Bays, one: Ints, other: Ints) -> tuple[Floats, Floats]:
    """Give the corners of other rectangles in the frame of one: along and across, shape (pairs, 4) each."""
    along, turned = bays.along[one], bays.along[other]
    away = bays.centre[other] - bays.centre[one]
    sign_l, sign_w = np.array([-1.0, 1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    half_l, half_w = bays.length_m[other, None] / 2 * sign_l, bays.width_m[other, None] / 2 * sign_w
    x = away[:, :1] + turned[:, :1] * half_l + turned[:, 1:] * half_w
    y = away[:, 1:] + turned[:, 1:] * half_l - turned[:, :1] * half_w
    return x * along[:, :1] + y * along[:, 1:], x * along[:, 1:] - y * along[:, :1]


_OF_STREET = {
    "street_id": "street_id",
    "street": "name",
    "street_en": "name_en",
    "street_class": "street_class",
    "width_status": "width_status",
}


def bays_of(parts: Sequence[tuple[Places, Ints]]) -> Bays:
    """Put the bays of several uses, with their runs, after one another.

    Parameters
    ----------
    parts : sequence of (Places, ndarray of int)
        Chosen places of one use, and the number of each one's run among them.
    """
    columns: dict[str, list[NDArray[Any]]] = {f.name: [] for f in fields(Bays)}
    line = run = 0
    for places, own in parts:
        count = len(places)
        given: dict[str, Any] = {
            "length_m": np.full(count, places.length_m),
            "width_m": np.full(count, places.width_m),
            "queue_m": np.full(count, places.use.vehicle.queue_m),
            "placement": np.full(count, places.use.placement, dtype=object),
            "vehicle": np.full(count, places.use.vehicle.id, dtype=object),
            **{name: places.of_street(column).astype(object) for name, column in _OF_STREET.items()},
            "line": places.line + line,
            "run": own + run,
        }
        for name, values in columns.items():
            values.append(given[name] if name in given else getattr(places, name))
        line += int(places.line.max(initial=-1)) + 1
        run += int(own.max(initial=-1)) + 1
    return Bays(**{name: np.concatenate(values) for name, values in columns.items()})


def whole_lines(
    parts: Iterable[tuple[Places, NDArray[np.object_]]],
) -> Iterator[tuple[Places, NDArray[np.object_]]]:
    """Gather places that come in, in order along their lines, so that no line is cut in two.

    Parameters
    ----------
    parts : iterable of (Places, ndarray of str)
        Places, and notes on each.

    Yields
    ------
    places : Places
        All of some lines.
    notes : ndarray of str
    """
    held: list[tuple[Places, NDArray[np.object_]]] = []
    for places, notes in parts:
        if not len(places):
            continue
        last = int(np.searchsorted(places.line, places.line[-1]))
        if held and (last or held[-1][0].line[-1] != places.line[-1]):
            held.append((places.take(np.arange(last)), notes[:last]))
            yield _together(held)
            held.clear()
        elif last:
            yield places.take(np.arange(last)), notes[:last]
        held.append((places.take(np.arange(last, len(places))), notes[last:]))
    if held:
        yield _together(held)


def _together(
    parts: Sequence[tuple[Places, NDArray[np.object_]]],
) -> tuple[Places, NDArray[np.object_]]:
    places, notes = zip(*parts, strict=True)
    return join_places(places), np.concatenate(notes)


def lay_bays(
    legal: Places, around_m: Floats, shape: RunShape, notes: NDArray[np.object_] | None = None
) -> tuple[Ints, Ints]:
    """Lay runs of bays over legal places: from each run's first legal place on, as many as fit.

    A run keeps to one side of one street, to one community and to the same hours and weeks; it ends where
    the next legal place is further off than the shape allows, or would make it too long, and where the
    line turns around a street's end. Within a run the first legal place that is free of the bay before it
    is taken, which for bays of one length is the most that fit (interval scheduling). Between two refused
    places all bays lie on one lattice, since the step is a whole part of the distance from bay to bay.

    Parameters
    ----------
    legal : Places
        Legal places in order along their lines.
    around_m : ndarray of float
        Length of every line, by number, metres.
    shape : RunShape
    notes : ndarray of str, shape (places, 2) or (places, 4), optional
        The third and the fourth of each are the hours and the weeks at which it is legal.

    Returns
    -------
    chosen : ndarray of int
        Positions of the bays, in order along the lines.
    run : ndarray of int
        Number of each one's run.
    """
    step = step_of(legal.use)
    pitch = round((legal.length_m + legal.use.vehicle.gap_m) / step)
    far = int(np.floor((shape.max_length_m - legal.length_m) / step + 1e-9))
    gap = int(np.floor((legal.length_m + shape.max_gap_m) / step + 1e-9))
    group = _groups(legal, notes)
    key = group * (int(legal.step.max(initial=0)) + 2 * (pitch + far + gap)) + legal.step
    following = np.searchsorted(key, key + pitch).tolist()
    last = (np.floor(around_m[legal.line] / step + 1e-9).astype(np.intp) - pitch).tolist()
    steps, groups = legal.step.tolist(), group.tolist()
    clears = _Clearer(legal)
    chosen: list[int] = []
    runs: list[int] = []
    first_of_line: dict[int, int] = {}
    run, start, before = -1, 0, -1
    at = 0
    while at < len(steps):
        line = clears.lines[at]
        # A closed line ends where its first bay begins.
        if steps[at] > last[at] + first_of_line.get(line, steps[at]) or (
            before >= 0 and groups[before] != groups[at] and not clears.of(before, at, pitch)
        ):
            at += 1
            continue
        if before >= 0 and groups[before] == groups[at] and clears.overlap(before, at):
            at += 1
            continue
        fresh = before < 0 or groups[before] != groups[at] or steps[at] - steps[before] > gap
        if fresh or steps[at] - start > far or clears.turned(before, at):
            run, start = run + 1, steps[at]
        first_of_line.setdefault(line, steps[at])
        chosen.append(at)
        runs.append(run)
        before, at = at, following[at]
    return np.array(chosen, dtype=np.intp), np.array(runs, dtype=np.intp)


def _groups(legal: Places, notes: NDArray[np.object_] | None) -> Ints:
    """Give each place the number of its stretch of one line, street, community, hours and weeks."""
    name = legal.of_street("name").astype(str)
    named = np.where(name != "", name, legal.of_street("street_id").astype(str))
    key = np.stack([legal.line, pd.factorize(named)[0], legal.community, *_apart(notes)], axis=1)
    fresh = np.ones(len(legal), dtype=bool)
    fresh[1:] = (np.diff(key, axis=0) != 0).any(axis=1)
    return np.cumsum(fresh) - 1


def _apart(notes: NDArray[np.object_] | None) -> list[Ints]:
    """Give each place the numbers of its hours and of its weeks, where these are noted."""
    columns = () if notes is None else notes.T[2:]
    return [np.asarray(pd.factorize(column)[0], dtype=np.intp) for column in columns]


class _Clearer:
    """Tells whether two bays of one line are free of each other."""

    def __init__(self, legal: Places) -> None:
        self.legal = legal
        angle = np.arctan2(legal.along[:, 1], legal.along[:, 0])
        self.x, self.y, self.angle = legal.x_m.tolist(), legal.y_m.tolist(), angle.tolist()
        self.lines, self.steps = legal.line.tolist(), legal.step.tolist()
        self.reach = float(np.hypot(legal.length_m, legal.width_m))

    def of(self, before: int, at: int, pitch: int) -> bool:
        """Tell whether a bay of the next stretch keeps the gap to the last bay of the one before."""
        if self.lines[before] != self.lines[at]:
            return True
        return self.steps[at] - self.steps[before] >= pitch and not self.overlap(before, at)

    def turned(self, before: int, at: int) -> bool:
        """Tell whether the line turns by more than 60 degrees between two bays: to another side."""
        return cos(self.angle[at] - self.angle[before]) < 0.5

    def overlap(self, one: int, other: int) -> bool:
        """Tell whether two rectangles share ground, as at the inside of a bend."""
        if abs(self.angle[one] - self.angle[other]) * self.legal.width_m < self.legal.use.vehicle.gap_m / 2:
            return False
        dx, dy = self.x[one] - self.x[other], self.y[one] - self.y[other]
        if dx * dx + dy * dy >= self.reach * self.reach:
            return False
        a, b = self.legal.draw(np.array([one, other]))
        return bool(shapely.area(shapely.intersection(a, b)) > 1e-9)


def open_space_runs(bays: Places, notes: NDArray[np.object_]) -> Ints:
    """Give each bay of an open space its run: its block and community, and its hours and weeks."""
    block = pd.MultiIndex.from_arrays([bays.line, bays.community, *_apart(notes)])
    return np.asarray(pd.factorize(block)[0], dtype=np.intp)
