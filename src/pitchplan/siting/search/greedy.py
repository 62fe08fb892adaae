"""Building a plan pitch by pitch: the start of every search, and a baseline of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from pitchplan.siting.follow import Covered, service
from pitchplan.siting.search.caps import caps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem

__all__ = ["Builder", "greedy_choice", "is_legal", "kept_choice"]

_NO_COLUMN = -1
_HOWEVER_MANY = 2**31 - 1


class Builder:
    """Pitches chosen so far and what may still be added under every row.

    "At least" rows and rows over residents are not followed: ask `is_legal` in the end.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    """

    def __init__(self, problem: SitingProblem) -> None:
        self.problem = problem
        bays, runs = problem.block("pitch"), problem.block("run")
        self.run_of = problem.run_of_pitch
        self.wishes = _wishes(problem)
        self.bays, self.runs = bays.stop, runs.stop - runs.start
        most, self.least = _spot_limits(problem)
        self.matrix, self.top, self.weighed = caps(problem, most)
        self.left = self.top.copy()
        self.by_column = self.matrix.tocsc()
        self.by_row = csr_array(self.matrix.T)
        self.shared = _shared_rows(self.matrix[:, bays], self.run_of, self.runs)
        self.room = problem.upper[bays].astype(np.int64)
        self.count = np.zeros(self.bays, dtype=np.int64)
        self.in_run = np.zeros(self.runs, dtype=np.int64)
        # A column is blocked while any row it lies in has nothing left.
        full = (self.left <= 0).astype(np.int64)
        self.blocked = np.asarray(self.matrix.T @ full, dtype=np.int64)
        self.per_pitch, self.residents, self.reach = _who_is_served(problem)
        self.unserved = self.residents.copy()
        self.served = np.zeros(self.runs, dtype=np.int64)
        self.reached_by = csr_array(self.reach.T)
        self.waiting = np.asarray(self.reach @ self.unserved, dtype=np.int64)
        self.degree = np.bincount(self.reach.indices, minlength=len(self.residents))
        self.cost, self.run_cost, self.street_cost = _costs(problem)
        self.street_used = np.zeros(len(self.street_cost), dtype=np.int64)

    @property
    def total(self) -> int:
        """Pitches chosen so far."""
        return int(self.count.sum())

    def addable(self) -> NDArray[np.bool_]:
        """Return which columns can take one more pitch, and the fewest where that opens a spot.

        Of the latter only what needs no try: a row of all the spot's pitches has less left.
        """
        bays, runs = self.blocked[: self.bays], self.blocked[self.bays :]
        opens = runs == 0
        if self.least > 1:
            opens &= self.shared @ (self.left < self.least).astype(np.int64) == 0
        openable = (self.in_run > 0) | opens
        light = self.weighed.blocked == 0
        return np.asarray((bays == 0) & light & (self.count < self.room) & openable[self.run_of])

    def _take(self, column: int, by: int) -> None:
        """Take one (1) from what is left of a column's rows, or give it back (-1)."""
        start, stop = self.by_column.indptr[column : column + 2]
        for row in self.by_column.indices[start:stop]:
            was = self.left[row] <= 0
            self.left[row] -= by
            now = self.left[row] <= 0
            if was != now:
                a, b = self.matrix.indptr[row : row + 2]
                self.blocked[self.matrix.indices[a:b]] += 1 if now else -1

    def _shift(self, column: int, by: int) -> None:
        """Add (1) or remove (-1) one pitch and keep the rows' books."""
        self._take(column, by)
        run = self.run_of[column]
        self.count[column] += by
        self.in_run[run] += by
        opens = bool(self.in_run[run] == max(by, 0))
        if opens:
            self._take(self.bays + run, by)
        self.weighed.shift(column, int(run), by, opens=opens)
        street = self.problem.street_of_run[run]
        if street >= 0 and opens:
            self.street_used[street] += by

    def add(self, column: int) -> bool:
        """Add a pitch; where that opens a spot, as many as a spot must have. Return whether it went."""
        run = self.run_of[column]
        self._shift(column, 1)
        added = [column]
        mine = np.flatnonzero(self.run_of == run) if self.least > 1 else np.zeros(0, int)
        while self.in_run[run] < self.least:
            free = mine[self.addable()[mine]]
            if len(free) == 0:
                for one in added:
                    self._shift(one, -1)
                return False
            best = int(free[np.argmin(self.cost[free])])
            self._shift(best, 1)
            added.append(best)
        self._serve(run, len(added))
        return True

    def _serve(self, run: int, pitches: int) -> None:
        """Serve residents from a run, first those who can walk to the fewest others."""
        a, b = self.reach.indptr[run : run + 2]
        groups = self.reach.indices[a:b]
        groups = groups[self.unserved[groups] > 0]
        order = groups[np.lexsort((groups, self.degree[groups]))]
        before = np.cumsum(self.unserved[order]) - self.unserved[order]
        take = np.clip(self.per_pitch * pitches - before, 0, self.unserved[order])
        self.unserved[order] -= take
        order, take = order[take > 0], take[take > 0]
        start, stop = self.reached_by.indptr[order], self.reached_by.indptr[order + 1]
        runs = np.concatenate(
            [self.reached_by.indices[a:b] for a, b in zip(start, stop, strict=True)] or [order]
        )
        np.subtract.at(self.waiting, runs, np.repeat(take, stop - start))

    def load(self, count: NDArray[np.int64]) -> None:
        """Set the chosen pitches; call `recount` before the next choice."""
        self.count = count.copy()
        self.in_run = np.bincount(self.run_of, weights=count, minlength=self.runs).astype(np.int64)
        self.left = self.top - self.matrix @ np.concatenate([count, self.in_run > 0])
        self.blocked = np.asarray(self.by_row @ (self.left <= 0).astype(np.int64), dtype=np.int64)
        self.weighed.load(count, self.in_run)
        streets = self.problem.street_of_run[self.in_run > 0]
        self.street_used = np.bincount(streets[streets >= 0], minlength=len(self.street_cost))

    def obstruction(self) -> int:
        """Return what the chosen pitches cost vehicles."""
        fixed = self.run_cost[self.in_run > 0].sum() + self.street_cost[self.street_used > 0].sum()
        return int(self.cost @ self.count + fixed)

    def close(self, run: int) -> None:
        """Remove every pitch of a run; call `recount` before the next choice."""
        for column in np.flatnonzero((self.run_of == run) & (self.count > 0)):
            for _ in range(int(self.count[column])):
                self._shift(int(column), -1)

    def shrink(self, run: int) -> None:
        """Remove one pitch of a run, or all where a spot may not be smaller; then call `recount`."""
        if self.in_run[run] <= self.least:
            self.close(run)
            return
        mine = np.flatnonzero((self.run_of == run) & (self.count > 0))
        self._shift(int(mine[np.argmax(self.cost[mine])]), -1)

    def served_by_run(self) -> NDArray[np.int64]:
        """Return the residents each run serves in the plan given; of a plan just loaded."""
        self.recount()
        return self.served

    def recount(self) -> int:
        """Serve as many residents as the chosen pitches can, exactly; return how many."""
        serving = self.problem.serving
        if serving is not None:
            pairs, flow = service(serving, self.in_run * self.per_pitch)
            taken = np.bincount(serving.group[pairs], flow, minlength=len(self.residents))
            self.served = np.bincount(serving.run[pairs], flow, minlength=self.runs).astype(np.int64)
            self.unserved = self.residents - taken.astype(np.int64)
        elif len(self.residents):
            covered = self.reached_by @ (self.in_run > 0).astype(np.int64) > 0
            self.unserved = np.where(covered, 0, self.residents)
        self.waiting = np.asarray(self.reach @ self.unserved, dtype=np.int64)
        return int(self.residents.sum() - self.unserved.sum())

    def best(self, weight: float | None, among: NDArray[np.bool_] | None = None) -> int:
        """Return the best column to add to, or -1.

        Parameters
        ----------
        weight : float or None
            None: most residents served by the next pitch, then least cost. Else residents served
            per pitch (in pitches' worth) less weight x cost per pitch, over as many pitches as
            the run can use: the fixed costs of a run and a street are shared by its pitches.
        among : numpy.ndarray of bool, optional
            Columns to choose from.
        """
        ok = self.addable() if among is None else self.addable() & among
        columns = np.flatnonzero(ok)
        if len(columns) == 0:
            return _NO_COLUMN
        left = self.problem.facts.vendors - self.total
        columns = columns[(self.in_run[self.run_of[columns]] > 0) | (left >= self.least)]
        if len(columns) == 0:
            return _NO_COLUMN
        waiting = self.waiting
        is_new = self.in_run == 0
        street_new = self.street_used[self.problem.street_of_run] == 0
        on_street = self.problem.street_of_run >= 0
        fixed = np.where(is_new, self.run_cost, 0)
        fixed = fixed + np.where(on_street & street_new, self.street_cost[self.problem.street_of_run], 0)
        run = self.run_of[columns]
        if weight is None:
            gain = np.minimum(waiting[run], self.per_pitch)
            cost = fixed[run] + self.cost[columns]
            return int(columns[np.argmax(gain * (int(cost.max()) + 1) - cost)])
        space = np.bincount(run, weights=(self.room - self.count)[columns], minlength=self.runs)
        useful = np.ceil(waiting / max(1, self.per_pitch)) if self.per_pitch else space
        many = np.maximum(1, np.minimum(np.minimum(space, left), np.maximum(useful, self.least)))
        gain = np.minimum(waiting / max(1, self.per_pitch), many) / many
        score = gain[run] - weight * (fixed / many)[run] - weight * self.cost[columns]
        return int(columns[np.argmax(score.round(9))])


def _shared_rows(matrix: csr_array, run_of: NDArray[np.int64], runs: int) -> csr_array:
    """Return the rows that count every pitch of a run; shape (runs, rows)."""
    n = len(run_of)
    member = csr_array((np.ones(n, np.int64), (np.arange(n), run_of)), shape=(n, runs))
    counted = ((matrix != 0).astype(np.int64) @ member).tocoo()
    every = counted.data == np.bincount(run_of, minlength=runs)[counted.col]
    at = (counted.col[every], counted.row[every])
    return csr_array((counted.data[every], at), shape=(runs, matrix.shape[0]))


def _spot_limits(problem: SitingProblem) -> tuple[NDArray[np.int64], int]:
    """Return the most pitches of each run and the fewest of an open one, read from the rows."""
    runs = problem.block("run")
    most = -problem.rows_named("spot-most").matrix[:, runs].diagonal().astype(np.int64)
    least = -problem.rows_named("spot-least").matrix[:, runs].diagonal().astype(np.int64)
    return most, int(least.max(initial=1))


def _who_is_served(problem: SitingProblem) -> tuple[int, NDArray[np.int64], csr_array]:
    """Return residents per pitch, residents of each group, and the groups each run reaches."""
    runs = problem.block("run")
    size = runs.stop - runs.start
    serving = problem.serving
    if serving is not None:
        pairs = (np.ones(len(serving.run), np.int64), (serving.run, serving.group))
        reach = csr_array(pairs, shape=(size, len(serving.residents)))
        return int(serving.per_pitch or 0), serving.residents, reach
    for follower in problem.followers:
        if isinstance(follower, Covered):
            return _HOWEVER_MANY, follower.residents, csr_array(follower.reach.T.astype(np.int64))
    return 0, np.zeros(0, dtype=np.int64), csr_array((size, 0), dtype=np.int64)


def _wishes(problem: SitingProblem) -> list[tuple[NDArray[np.bool_], int]]:
    """Return columns of which at least so many pitches must be chosen.

    Spots that must be opened come first: a group's pitches may then stand there.
    """
    runs, n = problem.block("run"), problem.block("pitch").stop
    spots: list[tuple[NDArray[np.bool_], int]] = []
    groups: list[tuple[NDArray[np.bool_], int]] = []
    for rows in problem.rows:
        if not rows.optional or len(rows.lower) != 1 or not rows.lower[0] > 0:
            continue
        columns = rows.matrix.indices
        if len(columns) == 0 or columns.max() >= runs.stop:
            continue
        opened = columns[(columns >= runs.start) & (columns < runs.stop)] - runs.start
        if len(opened):
            spots.append((np.isin(problem.run_of_pitch, opened), int(rows.lower[0])))
            continue
        wanted = np.zeros(n, dtype=bool)
        wanted[columns[columns < n]] = True
        groups.append((wanted, int(rows.lower[0])))
    return spots + groups


def _costs(problem: SitingProblem) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the costs of pitch columns, runs and streets; zeros where no goal asks for them."""
    costs = np.zeros(problem.size, dtype=np.int64)
    for goal in problem.goals:
        if goal.name == "keep-traffic-clear":
            costs = goal.costs
    street = costs[problem.block("street")]
    # Runs in open spaces have street -1: the last entry, which costs nothing.
    return costs[problem.block("pitch")], costs[problem.block("run")], np.append(street, 0)


def greedy_choice(
    problem: SitingProblem, *, weight: float | None = None, favoured: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Choose pitches one by one, best first, keeping every "at most" row.

    Spots that must be opened come first, then groups that must have pitches, then the rest.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    weight : float or None
        As in `Builder.best`.
    favoured : numpy.ndarray of bool, optional, shape (pitch columns,)
        Columns that come before all others.

    Returns
    -------
    numpy.ndarray of int64, shape (pitch columns,)
        Pitches per column; ask `is_legal` whether every "at least" row is kept too.
    """
    builder = Builder(problem)
    fill(builder, weight, favoured)
    return builder.count


def fill(builder: Builder, weight: float | None, favoured: NDArray[np.bool_] | None = None) -> None:
    """Add pitches until nothing more goes."""
    n = builder.bays
    barred = np.zeros(n, dtype=bool)
    for wanted, least in builder.wishes:
        while builder.count[wanted].sum() < least:
            if not _step(builder, weight, wanted, barred):
                break
    everything = np.ones(n, dtype=bool)
    for wanted in (everything,) if favoured is None else (favoured, everything):
        while _step(builder, weight, wanted, barred):
            pass


def _step(
    builder: Builder, weight: float | None, wanted: NDArray[np.bool_], barred: NDArray[np.bool_]
) -> bool:
    """Add the best pitch among those wanted; bar a run that cannot hold the fewest of a spot."""
    while True:
        column = builder.best(weight, wanted & ~barred)
        if column == _NO_COLUMN:
            return False
        if builder.add(column):
            return True
        barred[column] = True


def kept_choice(problem: SitingProblem, choice: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep as much of a choice as "at most" rows and sizes of spots allow, and fill up again."""
    builder = Builder(problem)
    for column in np.flatnonzero(choice):
        for _ in range(int(choice[column])):
            if builder.addable()[column]:
                builder._shift(int(column), 1)
    for run in np.flatnonzero((builder.in_run > 0) & (builder.in_run < builder.least)):
        builder.close(int(run))
    builder.recount()
    fill(builder, None)
    return builder.count


def is_legal(problem: SitingProblem, choice: NDArray[np.int64], *, late: bool = True) -> bool:
    """Tell whether a number of pitches per column keeps every row.

    Without ``late`` rows that ask who is served are passed over: working that out takes long.
    """
    return not problem.broken(problem.completed(choice, late=late), late=late)
