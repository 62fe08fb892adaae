"""A bound that holds for every plan, from any multipliers, and what each run would cost it.

Serving each resident once, the requirements and the rows that couple runs are taken into the cost
by multipliers (Lagrange). What is left falls apart by run and street, and is solved exactly: a run
with n pitches serves the n x per_pitch residents in its reach who are worth most, with its n
cheapest pitches, for whole n from the fewest to the most a spot may have. No linear program's word
is taken: the multipliers may be rough, and only make the bound lower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.search.merged import Part
    from pitchplan.siting.search.task import Task

__all__ = ["Multipliers", "Priced", "multipliers_of", "priced"]


@dataclass(frozen=True, eq=False)
class Multipliers:
    """Prices of rows.

    Attributes
    ----------
    rows : numpy.ndarray of float, shape (rows of the task's base,)
        Of the rows over design columns.
    once : numpy.ndarray of float, shape (groups,)
        What serving one resident of a group takes away from others.
    needs : numpy.ndarray of float, shape (requirements,)
        Worth of a resident served to each requirement.
    """

    rows: NDArray[np.float64]
    once: NDArray[np.float64]
    needs: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Priced:
    """What multipliers prove.

    Attributes
    ----------
    bound : float
        No plan of the task costs less; allows for rounding errors.
    extra : numpy.ndarray of float, shape (runs,)
        No plan in which the run is open costs less than bound + extra.
    gain : numpy.ndarray of float, shape (runs,)
        Cost less worth of the run where it is open; negative where it would pay.
    """

    bound: float
    extra: NDArray[np.float64]
    gain: NDArray[np.float64]


def multipliers_of(task: Task, part: Part, duals: NDArray[np.float64]) -> Multipliers:
    """Read a part's multipliers from its linear relaxation's row duals."""
    rows = np.zeros(len(task.base.row_lower))
    rows[part.rows] = duals[: len(part.rows)]
    needs = np.maximum(0.0, duals[part.needs])
    worth = task.worth + needs @ task.shares
    per_kind = np.maximum(0.0, -duals[part.once])
    once = np.zeros(len(task.residents))
    inside = part.kind >= 0
    once[inside] = per_kind[part.kind[inside]]
    if task.serving.per_pitch is None:
        # Their row says "served only where open": what it leaves of the worth is paid at once.
        once = np.where(inside, np.maximum(0.0, worth - once), 0.0)
    return Multipliers(rows, once, needs)


def priced(task: Task, by: Multipliers) -> Priced:
    """Return the bound that multipliers prove, and the runs' prices under them."""
    base, problem = task.base, task.problem
    # A row that has no bound on one side takes no multiplier of that sign.
    pi = np.where(task.own, 0.0, by.rows)
    pi = np.where(np.isneginf(base.row_lower), np.minimum(pi, 0.0), pi)
    pi = np.where(np.isposinf(base.row_upper), np.maximum(pi, 0.0), pi)
    side = np.where(pi > 0, base.row_lower, base.row_upper)
    terms = [pi[pi != 0] * side[pi != 0], by.needs * task.least, -by.once * task.residents]
    reduced = base.costs - base.matrix.T @ pi
    gain = _best_of_runs(task, reduced, task.worth + by.needs @ task.shares - by.once)
    runs, streets = problem.block("run"), problem.block("street")
    shut = base.upper[runs] < 0.5
    gain = np.asarray(np.where(shut, np.inf, gain), dtype=float)
    low = np.minimum(gain, 0.0)
    street = np.append(reduced[streets], 0.0)
    # Runs without a street have street -1: the last, which is always "used" and costs nothing.
    whole = street + np.bincount(problem.street_of_run % len(street), weights=low, minlength=len(street))
    used = np.minimum(whole, 0.0)
    used[-1] = whole[-1]
    over = np.asarray(whole - used, dtype=float)
    extra: NDArray[np.float64] = np.maximum(gain, 0.0) + over[problem.street_of_run]
    rest = np.ones(problem.designed, dtype=bool)
    for block in (problem.block("pitch"), runs, streets):
        rest[block] = False
    other = reduced[rest]
    at = np.where(other > 0, base.lower[rest], base.upper[rest])
    terms += [used, np.where(other == 0, 0.0, other * at)]
    total = float(sum(t.sum() for t in terms))
    # Sums of some 10^6 doubles, each right to 10^-16 of itself, and the reduced costs' own errors.
    size = float(sum(np.abs(t).sum() for t in terms)) + float(np.abs(low).sum() + np.abs(street).sum())
    return Priced(total - 1e-6 - 1e-10 * size, extra, gain)


def _best_of_runs(
    task: Task, reduced: NDArray[np.float64], worth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what each run costs at least where it is open, less what it serves is worth."""
    problem = task.problem
    least, most = task.sizes
    pitch = problem.block("pitch")
    top = np.minimum(problem.upper[pitch].astype(np.int64), most[problem.run_of_pitch])
    cost = np.repeat(reduced[pitch], top)
    run = np.repeat(problem.run_of_pitch, top)
    order = np.lexsort((cost, run))
    cost, run = cost[order], run[order]
    size = np.bincount(run, minlength=task.runs)
    start = np.cumsum(size) - size
    number = np.arange(len(run)) - start[run] + 1
    kept = number <= most[run]
    cost, run, number = cost[kept], run[kept], number[kept]
    size = np.bincount(run, minlength=task.runs)
    start = np.cumsum(size) - size
    paid = _sums_within(cost, start, size)
    value = paid - _worth_served(task, worth, run, number)
    value[number < least[run]] = np.inf
    best = np.full(task.runs, np.inf)
    np.minimum.at(best, run, value)
    return np.asarray(best + reduced[problem.block("run")])


def _sums_within(
    values: NDArray[np.float64], start: NDArray[np.int64], size: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return cumulative sums that start anew at each run."""
    total = np.cumsum(values)
    before = np.append(0.0, total)[start]
    return np.asarray(total - np.repeat(before, size))


def _worth_served(
    task: Task, worth: NDArray[np.float64], run: NDArray[np.int64], number: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the most worth that each (run, number of pitches) can serve."""
    reach, serving = task.reach, task.serving
    good = np.maximum(worth, 0.0)
    if serving.per_pitch is None:
        return np.asarray((reach @ (good * task.residents))[run])
    # Pairs by run, best first: one sort of whole keys (run, rank of the group).
    rank = np.empty(len(good), dtype=np.int64)
    by_worth = np.argsort(-good, kind="stable")
    rank[by_worth] = np.arange(len(good))
    size = np.diff(reach.indptr).astype(np.int64)
    key = np.repeat(np.arange(task.runs), size) * len(good) + rank[reach.indices]
    key.sort()
    group = by_worth[key % len(good)]
    people = serving.residents[group]
    start = np.cumsum(size) - size
    ahead = np.cumsum(people) - people
    first = np.append(ahead, 0)[start] if len(ahead) else np.zeros(task.runs, dtype=np.int64)
    ahead = ahead - np.repeat(first, size)
    earned = _sums_within(good[group] * people, start, size)
    # Where in its run does the last resident stand whom n pitches can serve?
    span = int(serving.residents.sum()) + serving.per_pitch * int(number.max(initial=0)) + 2
    where = np.repeat(np.arange(task.runs), size) * span + ahead
    at = np.searchsorted(where, run * span + number * serving.per_pitch, side="left") - 1
    none = (at < start[run]) | (size[run] == 0)
    at = np.maximum(at, 0)
    if len(group) == 0:
        return np.zeros(len(run))
    over = np.maximum(0, ahead[at] + people[at] - number * serving.per_pitch)
    return np.where(none, 0.0, earned[at] - good[group[at]] * over)
