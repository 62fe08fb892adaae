"""A part of a covering task as a small linear problem: some runs, and residents merged.

Residents who can walk to the same of the runs at hand are one group there. With a few hundred runs
that leaves a few thousand pairs of hundreds of thousands, few enough for the strong rows
``served at a run <= residents x open``, without which the linear relaxation is weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from pitchplan.siting.solvers.highs import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.search.task import Task

__all__ = ["Part", "columns_of_runs", "merged_to", "part_of"]

_SEED = 11
_MARKS = 5
_STEP = np.uint64(6364136223846793005)


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a task.

    Attributes
    ----------
    stage : Stage
        To be least: the design columns at hand, then served columns.
    columns : numpy.ndarray of int64
        Design column of each of the first columns.
    rows : numpy.ndarray of int64
        Row of the task's base of each of the first rows.
    kind : numpy.ndarray of int64, shape (groups,)
        Merged group of each group; -1 for those out of reach.
    count : numpy.ndarray of float, shape (merged groups,)
        Residents of each merged group.
    group, run : numpy.ndarray of int64, shape (served columns,)
        Merged group and run of each served column; run is -1 where spots can serve any number.
    once : slice
        Rows that bound what is served of each merged group.
    needs : slice
        Rows that ask for residents served.
    """

    stage: Stage
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    kind: NDArray[np.int64]
    count: NDArray[np.float64]
    group: NDArray[np.int64]
    run: NDArray[np.int64]
    once: slice
    needs: slice


def columns_of_runs(task: Task, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which design columns stay when only some runs may be used.

    Columns that are neither a pitch, a run nor a street always stay.
    """
    problem = task.problem
    free = np.ones(problem.designed, dtype=bool)
    free[problem.block("pitch")] = chosen[problem.run_of_pitch]
    free[problem.block("run")] = chosen
    on_street = np.unique(problem.street_of_run[chosen & (problem.street_of_run >= 0)])
    streets = problem.block("street")
    free[streets] = False
    free[streets.start + on_street] = True
    return free


def part_of(
    task: Task,
    chosen: NDArray[np.bool_],
    *,
    fixed: NDArray[np.int64] | None = None,
    serving: NDArray[np.bool_] | None = None,
    residents: NDArray[np.float64] | None = None,
    least: NDArray[np.float64] | None = None,
    breadth: int | None = None,
    alike: int | None = None,
) -> Part:
    """Return the part of a task in which some runs may change.

    Parameters
    ----------
    task : Task
        The task.
    chosen : numpy.ndarray of bool, shape (runs,)
        Runs that may change.
    fixed : numpy.ndarray of int64, optional, shape (columns,)
        A plan that all other columns keep; 0 unless given.
    serving : numpy.ndarray of bool, optional, shape (runs,)
        Runs that are fixed but may serve others than before.
    residents : numpy.ndarray of float, optional, shape (groups,)
        Residents that runs of this part may serve; all unless given.
    least : numpy.ndarray of float, optional
        Residents that this part must serve.
    breadth : int, optional
        Let each group be served at its cheapest few runs alone: fewer pairs and far fewer merged
        groups, a plan that serves no more than it says, multipliers that are a little off.
    alike : int, optional
        Merge groups whose runs in reach are much the same too: told by so many marks, the fewer the
        coarser. A merged group is served at any of their runs, as many as reach it: no plan serves
        more than it says, and its multipliers are good for all runs, those that were not chosen too.

    Returns
    -------
    Part
        Its problem.
    """
    problem = task.problem
    free = columns_of_runs(task, chosen)
    columns = np.flatnonzero(free)
    design = np.zeros(problem.designed) if fixed is None else np.where(free, 0.0, fixed[: problem.designed])
    flowing = chosen if serving is None else chosen | serving
    merged = _merged(task, flowing, task.residents if residents is None else residents, breadth, alike)
    by_column = task.base.matrix[:, columns]
    moved = task.base.matrix @ design
    rows = _rows_that_bind(task, by_column, columns, moved)
    place = np.full(problem.designed, -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    capacitated = task.serving.per_pitch is not None
    group = merged.pair_group if capacitated else np.arange(len(merged.count))
    run = merged.pair_run if capacitated else np.full(len(group), -1, dtype=np.int64)
    linking = _within_capacity if capacitated else _any_open
    matrix, top, once = linking(task, place, design, chosen, flowing, merged)
    shares = task.shares[:, merged.first[group]]
    needed = task.least if least is None else least
    start = len(rows)
    stage = Stage(
        np.append(task.base.costs[columns], -task.worth[merged.first[group]]),
        False,
        np.append(task.base.lower[columns], np.zeros(len(group))),
        np.append(task.base.upper[columns], merged.pair_count if capacitated else merged.count),
        np.append(task.base.integer[columns], np.zeros(len(group), dtype=bool)),
        csr_array(
            vstack(
                [
                    hstack([by_column[rows], csr_array((start, len(group)))]),
                    matrix,
                    hstack([csr_array((len(needed), len(columns))), csr_array(shares)]),
                ],
                format="csr",
            )
        ),
        np.concatenate([(task.base.row_lower - moved)[rows], np.full(len(top), -np.inf), needed]),
        np.concatenate([(task.base.row_upper - moved)[rows], top, np.full(len(needed), np.inf)]),
    )
    needs = slice(start + len(top), start + len(top) + len(needed))
    found = slice(start + once.start, start + once.stop)
    return Part(stage, columns, rows, merged.kind, merged.count, group, run, found, needs)


def merged_to(
    task: Task,
    chosen: NDArray[np.bool_],
    most: int,
    *,
    coarsest: int | None = None,
    least: NDArray[np.float64] | None = None,
) -> tuple[Part, int | None]:
    """Return the part over some runs, groups merged until it has at most so many nonzeros.

    Parameters
    ----------
    task, chosen, least
        As for `part_of`.
    most : int
        Nonzeros that are wanted at most; more where the coarsest part has more.
    coarsest : int, optional
        Marks to begin with (`part_of`'s ``alike``).

    Returns
    -------
    tuple of (Part, int or None)
        The part, and with how many marks its groups are told apart.
    """
    alike = coarsest
    part = part_of(task, chosen, alike=alike, least=least)
    while part.stage.matrix.nnz > most and alike != 1:
        alike = _MARKS if alike is None else alike - 1
        part = part_of(task, chosen, alike=alike, least=least)
    return part, alike


def _rows_that_bind(
    task: Task, matrix: csr_array, columns: NDArray[np.int64], moved: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the rows of the base that the bounds of a part's columns do not keep anyway.

    Most clashes are with pitches that are not in the part.
    """
    low, high = task.base.lower[columns], task.base.upper[columns]
    up, down = matrix.maximum(0), matrix.minimum(0)
    most, least = up @ high + down @ low + moved, up @ low + down @ high + moved
    binds = (most > task.base.row_upper) | (least < task.base.row_lower)
    # A pitch alone and its street, pitch <= street: kept by way of the run between them.
    alone = np.zeros(len(binds), dtype=bool)
    at_most_none = (task.base.row_upper == 0) & (most == 1) & (least == -1) & (moved == 0)
    two = np.flatnonzero(binds & (np.diff(matrix.indptr) == 2) & at_most_none)
    ends = columns[matrix.indices[matrix.indptr[two][:, None] + np.arange(2)]]
    pitch, street = task.problem.block("pitch"), task.problem.block("street")
    alone[two] = (ends.min(axis=1) < pitch.stop) & (ends.max(axis=1) >= street.start)
    alone[two] &= ends.max(axis=1) < street.stop
    return np.flatnonzero(binds & ~alone & (np.diff(matrix.indptr) > 0))


@dataclass(frozen=True, eq=False)
class _Merged:
    """Merged groups: kind of each group, residents and one group of each kind, pairs with runs.

    A pair counts the residents of the merged group who reach the run.
    """

    kind: NDArray[np.int64]
    count: NDArray[np.float64]
    first: NDArray[np.int64]
    pair_group: NDArray[np.int64]
    pair_run: NDArray[np.int64]
    pair_count: NDArray[np.float64]


def _merged(
    task: Task,
    flowing: NDArray[np.bool_],
    people: NDArray[np.float64],
    breadth: int | None,
    alike: int | None,
) -> _Merged:
    """Merge the residents who have the same runs in reach, or much the same, and count alike."""
    runs = np.flatnonzero(flowing)
    reach = task.reach[runs]
    r, g = np.repeat(runs, np.diff(reach.indptr)), reach.indices.astype(np.int64)
    alive = people[g] > 0
    r, g = r[alive], g[alive]
    if breadth is not None:
        order = np.lexsort((task.guide[r], g))
        r, g = r[order], g[order]
        near = np.arange(len(g)) - np.searchsorted(g, g) < breadth
        r, g = r[near], g[near]
    mark = _marks(task.runs, len(people), r, g, alike)
    for share in (*task.shares, task.worth):
        mark = mark * _STEP + share.astype(np.int64).astype(np.uint64) + np.uint64(1)
    reached = np.zeros(len(people), dtype=bool)
    reached[g] = True
    among = np.flatnonzero(reached)
    _, first, inverse = np.unique(mark[among], return_index=True, return_inverse=True)
    kind = np.full(len(people), -1, dtype=np.int64)
    kind[among] = inverse
    count = np.bincount(inverse, weights=people[among], minlength=len(first)).astype(float)
    if alike is None:
        stands = np.zeros(len(people), dtype=bool)
        stands[among[first]] = True
        group, run = kind[g[stands[g]]], r[stands[g]]
        order = np.lexsort((run, group))
        group, run = group[order], run[order]
        return _Merged(kind, count, among[first], group, run, count[group])
    pairs, at = np.unique(kind[g] * task.runs + r, return_inverse=True)
    of_pair = np.bincount(at, weights=people[g], minlength=len(pairs)).astype(float)
    return _Merged(kind, count, among[first], pairs // task.runs, pairs % task.runs, of_pair)


def _marks(
    runs: int, groups: int, r: NDArray[np.int64], g: NDArray[np.int64], alike: int | None
) -> NDArray[np.uint64]:
    """Return a number per group: the same where the runs in reach are the same, or much the same.

    Sets are told apart by a hash: two that fall together (once in some 10^10 cities) would cost a
    plan or a bound a little, but bounds are priced and plans are checked without it. Sets that are
    alike are found by min-wise hashing (Broder, 1997): the first run of a random order is the same
    for two sets as often as they have a run in common among all their runs.
    """
    random = np.random.default_rng(_SEED)
    mark = np.zeros(groups, dtype=np.uint64)
    if alike is None:
        np.add.at(mark, g, random.integers(1, 2**63, size=runs + 1, dtype=np.uint64)[r])
        return mark
    for _ in range(alike):
        first = np.full(groups, runs, dtype=np.int64)
        np.minimum.at(first, g, random.permutation(runs)[r])
        mark = mark * np.uint64(runs + 1) + first.astype(np.uint64)
    return mark


def _within_capacity(
    task: Task,
    place: NDArray[np.int64],
    design: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    flowing: NDArray[np.bool_],
    merged: _Merged,
) -> tuple[csr_array, NDArray[np.float64], slice]:
    """Return the rows: once per group, capacity per run, and the strong row per pair."""
    problem, group, run = task.problem, merged.pair_group, merged.pair_run
    assert task.serving.per_pitch is not None
    per_pitch, kinds, runs = float(task.serving.per_pitch), len(merged.count), int(flowing.sum())
    first = int((place >= 0).sum())
    served = first + np.arange(len(group))
    row_of_run = kinds + np.cumsum(flowing) - 1
    bays = np.flatnonzero(chosen[problem.run_of_pitch])
    strong = np.flatnonzero(chosen[run])
    s_row = kinds + runs + np.arange(len(strong))
    opened = place[problem.block("run").start + run[strong]]
    row = np.concatenate([group, row_of_run[run], row_of_run[problem.run_of_pitch[bays]], s_row, s_row])
    column = np.concatenate([served, served, place[bays], served[strong], opened])
    value = np.ones(len(row))
    value[2 * len(group) : 2 * len(group) + len(bays)] = -per_pitch
    value[len(row) - len(strong) :] = -merged.pair_count[strong]
    pitches = np.bincount(problem.run_of_pitch, weights=design[problem.block("pitch")], minlength=task.runs)
    top = np.concatenate([merged.count, per_pitch * pitches[flowing], np.zeros(len(strong))])
    return csr_array((value, (row, column)), shape=(len(top), first + len(group))), top, slice(0, kinds)


def _any_open(
    task: Task,
    place: NDArray[np.int64],
    design: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    flowing: NDArray[np.bool_],
    merged: _Merged,
) -> tuple[csr_array, NDArray[np.float64], slice]:
    """Return the row per group: served only where a run in reach is open, at any number."""
    group, run, kinds = merged.pair_group, merged.pair_run, len(merged.count)
    first, runs = int((place >= 0).sum()), task.problem.block("run")
    can = chosen[run]
    row = np.concatenate([np.arange(kinds), group[can]])
    column = np.concatenate([first + np.arange(kinds), place[runs.start + run[can]]])
    value = np.concatenate([np.ones(kinds), -merged.pair_count[can]])
    # Fixed runs that are open serve all they reach.
    beside = np.bincount(group[~can], weights=(merged.pair_count * design[runs][run])[~can], minlength=kinds)
    top = np.asarray(np.minimum(beside, merged.count), dtype=float)
    return csr_array((value, (row, column)), shape=(kinds, first + kinds)), top, slice(0, kinds)
