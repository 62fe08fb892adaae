"""The "at most" rows that a plan is built under, pitch by pitch: those that count and those that weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from pitchplan.siting.follow import Used

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem

__all__ = ["Weighed", "caps"]


class Weighed:
    """What one more pitch weighs in "at most" rows, and which pitches weigh too much by now.

    The first pitch of a run also weighs as much as the run, the first of a street or of a side of it
    as much as that: kerbs in centimetres, vehicle-seconds of delay, sides.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    matrix : scipy.sparse.csr_array, shape (rows, columns)
        Rows that count nothing but pitches and what their runs open, all upwards.
    top : numpy.ndarray of float, shape (rows,)
        The most of each.

    Attributes
    ----------
    blocked : numpy.ndarray of int64, shape (pitch columns,)
        In how many rows one more pitch would be too much.
    """

    def __init__(self, problem: SitingProblem, matrix: csr_array, top: NDArray[np.float64]) -> None:
        self.matrix, self.top = matrix.copy(), top
        self.matrix.eliminate_zeros()
        self.pitches = problem.block("pitch")
        pitch, weights, spread = self.matrix[:, self.pitches], [], []
        for columns, place in _opened_by_runs(problem):
            inside = self.matrix[:, columns]
            if inside.nnz:
                weights.append((columns, place))
                # The last column is for runs that open none of these.
                none = csr_array((matrix.shape[0], 1), dtype=matrix.dtype)
                spread.append(csr_array(hstack([inside, none], format="csr"))[:, place[problem.run_of_pitch]])
        pairs = csr_array(sum(spread, pitch))
        pairs.sort_indices()
        # By pair of a row and a pitch: what the pitch weighs, and each thing that it may open.
        self.start, self.bay = pairs.indptr, pairs.indices
        self.row = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr))
        self.own, self.opening = _at(pairs, pitch), [_at(pairs, one) for one in spread]
        self.columns, self.place = [c for c, _ in weights], [p for _, p in weights]
        self.opened = [place[problem.run_of_pitch][self.bay] for place in self.place]
        self.by_bay = np.argsort(self.bay, kind="stable")
        self.start_of_bay = np.searchsorted(self.bay[self.by_bay], np.arange(pitch.shape[1] + 1))
        runs = problem.block("run")
        self.load(np.zeros(pitch.shape[1], np.int64), np.zeros(runs.stop - runs.start, np.int64))

    def load(self, count: NDArray[np.int64], in_run: NDArray[np.int64]) -> None:
        """Set the pitches chosen, in all columns and by run."""
        x = np.zeros(self.matrix.shape[1], dtype=np.int64)
        x[self.pitches] = count
        # Open runs behind each thing; the last entry, for runs that open nothing, is never 0.
        self.open = []
        for columns, place in zip(self.columns, self.place, strict=True):
            size = columns.stop - columns.start
            self.open.append(np.bincount(place[in_run > 0] % (size + 1), minlength=size + 1))
            self.open[-1][-1] += 1
            x[columns] = self.open[-1][:-1] > 0
        self.left = self.top - self.matrix @ x
        self.over = np.zeros(len(self.bay), dtype=bool)
        self.blocked = np.zeros(len(count), dtype=np.int64)
        self._look(slice(0, len(self.bay)))

    def shift(self, column: int, run: int, by: int, *, opens: bool) -> None:
        """Add (1) or remove (-1) one pitch; tell whether that opens or closes its run."""
        mine = self.by_bay[self.start_of_bay[column] : self.start_of_bay[column + 1]]
        if len(mine) == 0:
            return
        weight = self.own[mine]
        if opens:
            for is_open, place, opening in zip(self.open, self.place, self.opening, strict=True):
                is_open[place[run]] += by
                if is_open[place[run]] == max(by, 0):
                    weight = weight + opening[mine]
        self.left[self.row[mine]] -= by * weight
        for row in self.row[mine]:
            self._look(slice(self.start[row], self.start[row + 1]))

    def _look(self, pairs: slice) -> None:
        """Find out anew what is too much in some pairs."""
        need = self.own[pairs]
        for is_open, opened, opening in zip(self.open, self.opened, self.opening, strict=True):
            need = need + np.where(is_open[opened[pairs]] > 0, 0, opening[pairs])
        over = need > self.left[self.row[pairs]]
        changed = np.flatnonzero(over != self.over[pairs])
        np.add.at(self.blocked, self.bay[pairs][changed], np.where(over[changed], 1, -1))
        self.over[pairs] = over


def caps(problem: SitingProblem, most: NDArray[np.int64]) -> tuple[csr_array, NDArray[np.int64], Weighed]:
    """Return every "at most" row that a plan is built under.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    most : numpy.ndarray of int64, shape (runs,)
        Most pitches of each run.

    Returns
    -------
    tuple of (csr_array, numpy.ndarray of int64, Weighed)
        Rows that count pitches or spots one by one, over pitch and run columns, and the most of each:
        clashes, quotas, spots, vendors; and the rows that weigh them.
    """
    bays, counted = problem.block("pitch").stop, problem.block("run").stop
    some = [r for r in problem.rows if r.name in ("clashes", "vendors") or r.optional]
    every = csr_array(vstack([csr_array((0, problem.size)), *(r.matrix for r in some)], format="csr"))
    top = np.concatenate([np.zeros(0), *(r.upper for r in some)])
    counts_vendors = np.concatenate(
        [np.zeros(0, bool), *(np.full(len(r.upper), r.name == "vendors") for r in some)]
    )
    # Pitches and runs are the first columns.
    inside = every[:, :counted]
    plain = (np.diff(inside.indptr) == np.diff(every.indptr)) | counts_vendors
    of_pitches = np.diff(every[:, :bays].indptr)
    # Pitches alone or spots alone: where both are counted, the first pitch of a spot counts twice.
    one_kind = (of_pitches == 0) | (of_pitches == np.diff(inside.indptr))
    odd = csr_array(((inside.data != 1).astype(np.int64), inside.indices, inside.indptr), shape=inside.shape)
    unit = (np.asarray(odd.sum(axis=1)) == 0) & one_kind & plain
    bounded = np.isfinite(top)
    kept = np.flatnonzero(bounded & unit & (np.diff(inside.indptr) > 0))
    rest = np.flatnonzero(bounded & ~unit & _weighable(problem, every))
    bay = np.arange(bays)
    spots = csr_array((np.ones(bays, np.int64), (problem.run_of_pitch, bay)), shape=(len(most), counted))
    matrix = csr_array(vstack([inside[kept], spots], format="csr"), dtype=np.int64)
    tops = np.concatenate([top[kept], most]).astype(np.int64)
    return matrix, tops, Weighed(problem, every[rest], top[rest])


def _weighable(problem: SitingProblem, matrix: csr_array) -> NDArray[np.bool_]:
    """Return which rows count nothing but pitches and what their runs open, all upwards."""
    known = np.zeros(problem.size, dtype=bool)
    known[problem.block("pitch")] = True
    for columns, _ in _opened_by_runs(problem):
        known[columns] = True
    odd = (~known[matrix.indices] | (matrix.data < 0)).astype(np.int64)
    per_row = csr_array((odd, matrix.indices, matrix.indptr), shape=matrix.shape).sum(axis=1)
    return np.asarray((per_row == 0) & (np.diff(matrix.indptr) > 0))


def _opened_by_runs(problem: SitingProblem) -> list[tuple[slice, NDArray[np.int64]]]:
    """Return columns that are 1 where some run is open, and which of them each run opens (-1 for none)."""
    runs = problem.block("run")
    streets = [(f.columns, f.place) for f in problem.followers if isinstance(f, Used)]
    return [(runs, np.arange(runs.stop - runs.start)), *streets]


def _at(every: csr_array, some: csr_array) -> NDArray[np.int64]:
    """Return the values of a matrix at the places of another that has them all."""
    found = np.zeros(every.nnz, dtype=np.int64)
    np.add.at(found, np.searchsorted(_keys(every), _keys(some)), some.data)
    return found


def _keys(matrix: csr_array) -> NDArray[np.int64]:
    row = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    return np.asarray(row * matrix.shape[1] + matrix.indices)
