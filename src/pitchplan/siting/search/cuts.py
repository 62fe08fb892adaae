"""Who is served, without a column per resident group and run.

The most residents that n pitches can serve is a maximum flow, and by max-flow = min-cut

    served(n) = min over sets A of groups of   residents outside A + sum over runs of what the
                                               run can serve of A

so "served >= T" is a family of rows over pitches and runs alone (the projection of the served
columns, as in Benders' decomposition). A run can serve of A at most ``per_pitch`` x its pitches,
and at most A's residents in its reach; over whole numbers of pitches both bounds can be joined
into a third, tighter one. Rows are found where a point breaks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.follow import Serving
    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.search.task import Task

__all__ = ["Cut", "separate"]

_MOST_FLOW = 2**30
_FINEST = 256


@dataclass(frozen=True, eq=False)
class Cut:
    """``served <= constant + coefficients @ design`` for every plan.

    Attributes
    ----------
    constant : float
        Residents outside the set.
    coefficients : numpy.ndarray of float, shape (designed,)
        Worth of each pitch and run column.
    """

    constant: float
    coefficients: NDArray[np.float64]


def separate(task: Task, design: NDArray[np.float64]) -> list[Cut]:
    """Return the rows that say the least residents are served at a point.

    Parameters
    ----------
    task : Task
        Whose spots serve so many residents per pitch.
    design : numpy.ndarray of float, shape (designed,)
        A point, whole or not.

    Returns
    -------
    list of Cut
        One or two: the smallest and the largest set of a least cut.
    """
    problem, serving = task.problem, task.serving
    assert serving.per_pitch is not None
    runs = problem.block("run")
    bays = np.maximum(design[problem.block("pitch")], 0.0)
    count = np.asarray(np.bincount(problem.run_of_pitch, bays, runs.stop - runs.start), dtype=float)
    is_open = np.asarray(np.clip(design[runs], 0.0, 1.0), dtype=float)
    inside = _least_cuts(serving, count, is_open)
    return [_cut(problem, serving, a, count, is_open) for a in inside]


def _least_cuts(
    serving: Serving, count: NDArray[np.float64], is_open: NDArray[np.float64]
) -> list[NDArray[np.bool_]]:
    """Return sets of groups that make a least cut at a point."""
    columns = serving.pairs_of(np.flatnonzero((count > 1e-7) & (is_open > 1e-7)))
    everyone = np.ones(len(serving.residents), dtype=bool)
    if len(columns) == 0:
        return [everyone]
    groups, g = np.unique(serving.group[columns], return_inverse=True)
    runs, r = np.unique(serving.run[columns], return_inverse=True)
    people = serving.residents[groups].astype(float)
    room = np.minimum(count[runs] * (serving.per_pitch or 0), people.sum())
    # Capacities are scaled to whole numbers: that moves which cut is found, not what it says.
    scale = min(float(_FINEST), _MOST_FLOW / max(1.0, people.sum(), room.sum()))
    r_at, sink = 1 + len(groups), 1 + len(groups) + len(runs)
    tail = np.concatenate([np.zeros(len(groups), int), 1 + g, r_at + np.arange(len(runs))])
    head = np.concatenate([1 + np.arange(len(groups)), r_at + r, np.full(len(runs), sink)])
    most = np.concatenate([people, people[g] * is_open[runs[r]], room])
    graph = csr_array((np.rint(most * scale).astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1))
    left = csr_array(graph - maximum_flow(graph, 0, sink).flow)
    left.eliminate_zeros()
    found = []
    from_source = np.zeros(sink + 1, dtype=bool)
    from_source[breadth_first_order(left, 0, return_predecessors=False)] = True
    small = ~everyone
    small[groups] = from_source[1:r_at]
    found.append(small)
    to_sink = np.zeros(sink + 1, dtype=bool)
    to_sink[breadth_first_order(csr_array(left.T), sink, return_predecessors=False)] = True
    # Groups that reach no open run serve nobody here: they belong to the set.
    large = everyone.copy()
    large[groups] = ~to_sink[1:r_at]
    small |= ~np.isin(np.arange(len(everyone)), groups)
    if (small != large).any():
        found.append(large)
    return found


def _cut(
    problem: SitingProblem,
    serving: Serving,
    inside: NDArray[np.bool_],
    count: NDArray[np.float64],
    is_open: NDArray[np.float64],
) -> Cut:
    """Write the row of one set, each run bounded by the tightest of three at the point."""
    q, runs = float(serving.per_pitch or 0), len(count)
    mine = inside[serving.group]
    waiting = np.bincount(
        serving.run[mine], weights=serving.residents[serving.group[mine]].astype(float), minlength=runs
    )
    whole = np.floor(waiting / q)
    rest = waiting - whole * q
    room = np.bincount(problem.run_of_pitch, weights=problem.upper[problem.block("pitch")], minlength=runs)
    # Served by a run of what waits: q n; waiting y; or the chord through n = whole and whole + 1.
    per_pitch = np.array([np.full(runs, q), np.zeros(runs), rest])
    per_run = np.array([np.zeros(runs), waiting, whole * (q - rest)])
    used = (count > 1e-7) | (is_open > 1e-7)
    at_n, at_y = np.where(used, count, room), np.where(used, is_open, 1.0)
    best = np.argmin(per_pitch * at_n + per_run * at_y, axis=0)
    pick = np.arange(runs)
    coefficients = np.zeros(problem.designed)
    coefficients[problem.block("pitch")] = per_pitch[best, pick][problem.run_of_pitch]
    coefficients[problem.block("run")] = per_run[best, pick]
    return Cut(float(serving.residents[~inside].sum()), coefficients)
