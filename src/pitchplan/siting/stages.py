"""One stage of a siting problem: a goal to seek, and the goals before it as rows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from pitchplan.siting.solvers.highs import Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.cuts import Cut
    from pitchplan.siting.problem import SitingProblem

__all__ = ["Clock", "cut_row", "leeway", "stage_of", "with_cuts"]


class Clock:
    """Counts seconds down.

    Parameters
    ----------
    seconds : float
        From now.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, 0 or more."""
        return max(0.0, self._end - time.monotonic())


def leeway(bound: float) -> float:
    """Return how far a solver's bound may be off: its tolerances grow with the size of the goal."""
    return 1e-6 + 1e-7 * abs(bound)


def stage_of(
    problem: SitingProblem,
    stage: int,
    reached: Sequence[int],
    *,
    served: bool,
    without: Collection[int] = (),
    only: Collection[str] | None = None,
) -> Stage:
    """Return one goal's problem.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    stage : int
        Which goal is sought.
    reached : sequence of int
        Values of the goals before; a goal whose columns are left out makes no row.
    served : bool
        Whether the served columns and their rows are in it.
    without : collection of int
        Row blocks that are left out.
    only : collection of str, optional
        Seek the goal of one of these names in place of ``stage``, or none.

    Returns
    -------
    Stage
        Arrays of its own: changing them changes no problem.
    """
    n = len(problem.kind) if served else problem.designed
    kept = [
        rows
        for k, rows in enumerate(problem.rows)
        if k not in without
        and (served or len(rows.matrix.indices) == 0 or int(rows.matrix.indices.max()) < n)
    ]
    parts = [rows.matrix[:, :n] for rows in kept]
    lower, upper = [rows.lower for rows in kept], [rows.upper for rows in kept]
    for goal, value in zip(problem.goals[:stage], reached, strict=False):
        if not served and goal.costs[n:].any():
            continue
        least, most = goal.floor_for_next(value, problem.facts.vendors)
        parts.append(csr_array(goal.costs[None, :n]))
        lower.append(np.array([least]))
        upper.append(np.array([most]))
    goals = [problem.goals[stage]] if only is None else [g for g in problem.goals if g.name in only]
    costs = goals[0].costs[:n].astype(float) if goals else np.zeros(n)
    return Stage(
        costs=costs,
        most=bool(goals) and goals[0].sense == "most",
        lower=problem.lower[:n].copy(),
        upper=problem.upper[:n].copy(),
        integer=problem.integer[:n].copy(),
        matrix=csr_array(vstack(parts, format="csr")),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
    )


def cut_row(cut: Cut) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the row ``served - coefficients @ design <= constant``."""
    columns = np.flatnonzero(cut.coefficients)
    return np.append(columns, len(cut.coefficients)), np.append(-cut.coefficients[columns], 1.0)


def with_cuts(stage: Stage, cuts: Sequence[Cut]) -> Stage:
    """Return a stage with the rows of some cuts added; its last column is the residents served."""
    if not cuts:
        return stage
    rows = [cut_row(cut) for cut in cuts]
    indptr = np.cumsum([0, *(len(c) for c, _ in rows)])
    more = csr_array(
        (np.concatenate([v for _, v in rows]), np.concatenate([c for c, _ in rows]), indptr),
        shape=(len(cuts), stage.matrix.shape[1]),
    )
    return Stage(
        stage.costs,
        stage.most,
        stage.lower,
        stage.upper,
        stage.integer,
        csr_array(vstack([stage.matrix, more], format="csr")),
        np.append(stage.row_lower, np.full(len(cuts), -np.inf)),
        np.append(stage.row_upper, [c.constant for c in cuts]),
    )
