"""The oracle: tries every plan. Slow, simple, and shares no step with the solvers it judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from pitchplan.errors import Fault, InputError, NoPlanExists
from pitchplan.plan import Outcome
from pitchplan.siting.assemble import GoalRecord, plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem

__all__ = ["best_values", "exhaustive"]

MOST_COLUMNS = 24
_NEAR = 1e-6


def exhaustive(problem: SitingProblem) -> Plan:
    """Return the best plan by trying all.

    Raises
    ------
    InputError
        The problem has too many whole columns.
    NoPlanExists
        No plan satisfies the rows.
    """
    values, design = best_values(problem)
    records = [GoalRecord(float(v), Outcome.PROVEN, 0.0, v) for v in values]
    return plan_of(problem, design, records)


def best_values(problem: SitingProblem) -> tuple[list[int], NDArray[np.int64]]:
    """Return the best value of each goal in order, given the goals before, and a plan with the last.

    Returns
    -------
    tuple of (list of int, numpy.ndarray of int64, shape (designed,))
        Values as each goal was sought, and the first best design.
    """
    if problem.designed > MOST_COLUMNS:
        raise InputError(
            Fault(
                "too many whole columns to try all",
                f"At most {MOST_COLUMNS}",
                "problem",
                value=problem.designed,
            )
        )
    designs = list(_designs(problem))
    if not designs:
        raise NoPlanExists("no plan satisfies the rows: all were tried")
    table = np.array([_values(problem, d) for d in designs])
    left = np.arange(len(designs))
    reached = []
    for k, goal in enumerate(problem.goals):
        column = table[left, k]
        best = int(column.max() if goal.sense == "most" else column.min())
        reached.append(best)
        least, most = goal.floor_for_next(best, problem.facts.vendors)
        if k + 1 < len(problem.goals):
            left = left[(column >= least) & (column <= most)]
        else:
            left = left[column == best]
    return reached, designs[left[0]]


def _designs(problem: SitingProblem) -> Iterator[NDArray[np.int64]]:
    """Yield every whole vector that keeps the rows without served columns."""
    d = problem.designed
    blocks = [r for r in problem.rows if len(r.matrix.indices) == 0 or int(r.matrix.indices.max()) < d]
    matrix = np.concatenate([r.matrix[:, :d].toarray() for r in blocks]).astype(float)
    lower = np.concatenate([r.lower for r in blocks])
    upper = np.concatenate([r.upper for r in blocks])
    # What the columns not yet fixed can still add to each row, at least and at most.
    reach = matrix * problem.upper[:d]
    least = np.cumsum(np.minimum(reach, 0)[:, ::-1], axis=1)[:, ::-1]
    most = np.cumsum(np.maximum(reach, 0)[:, ::-1], axis=1)[:, ::-1]
    zero = np.zeros((len(matrix), 1))
    least, most = np.hstack([least, zero]), np.hstack([most, zero])
    fixed = np.zeros(d, dtype=np.int64)

    def deeper(k: int, activity: NDArray[np.float64]) -> Iterator[NDArray[np.int64]]:
        if (activity + most[:, k] < lower).any() or (activity + least[:, k] > upper).any():
            return
        if k == d:
            yield fixed.copy()
            return
        for value in range(int(problem.lower[k]), int(problem.upper[k]) + 1):
            fixed[k] = value
            yield from deeper(k + 1, activity + matrix[:, k] * value)

    yield from deeper(0, np.zeros(len(matrix)))


def _values(problem: SitingProblem, design: NDArray[np.int64]) -> list[int]:
    """Return the goals' values of one design; who is served by a linear program of its own."""
    d = problem.designed
    values = []
    for goal in problem.goals:
        own = float(goal.costs[:d] @ design)
        values.append(
            round(own + (_most_served(problem, design, goal.costs[d:]) if goal.costs[d:].any() else 0.0))
        )
    return values


def _most_served(problem: SitingProblem, design: NDArray[np.int64], worth: NDArray[np.int64]) -> float:
    d = problem.designed
    blocks = [r for r in problem.rows if len(r.matrix.indices) and int(r.matrix.indices.max()) >= d]
    above = [r.upper - _product(r.matrix[:, :d], design) for r in blocks]
    rows = np.concatenate([r.matrix[:, d:].toarray() for r in blocks])
    bounds = list(zip(problem.lower[d:], problem.upper[d:], strict=True))
    found = linprog(-worth.astype(float), A_ub=rows, b_ub=np.concatenate(above), bounds=bounds)
    best = -float(found.fun)
    if abs(best - round(best)) > _NEAR * max(1.0, abs(best)):
        raise ArithmeticError(f"a maximum flow that is no whole number: {best!r}")
    return best


def _product(matrix: csr_array, design: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(matrix @ design, dtype=float)
