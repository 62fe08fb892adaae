"""Goals that are the worst of many: found by halving the levels it may have.

With the levels fixed, "no walk is longer than this" is a covering row and "no two spots are nearer
than this" a packing row, both far tighter than the rows that weigh every level at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import SolverLied
from pitchplan.siting.search.stages import staged
from pitchplan.siting.search.whole import Attempt, choice_of
from pitchplan.siting.solvers.highs import solve_stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.program import IntegerProgram
    from pitchplan.siting.search.stages import Clock

__all__ = ["has_levels", "seek_level"]


def has_levels(program: IntegerProgram, goal: int) -> bool:
    """Tell whether a goal is a sum over nested levels alone: a worst case to better."""
    sought = program.goals[goal]
    columns = np.flatnonzero(sought.costs)
    block = program.block("farthest" if sought.sense == "least" else "spread")
    inside = len(columns) > 0 and columns[0] >= block.start and columns[-1] < block.stop
    return bool(inside and (sought.costs[columns] > 0).all())


def seek_level(
    program: IntegerProgram,
    goal: int,
    reached: Sequence[int],
    start: NDArray[np.int64] | None,
    clock: Clock,
    log: bool,
) -> Attempt:
    """Seek a goal with levels by halving.

    Parameters
    ----------
    program, goal, reached, start, clock, log
        As for `seek_whole`.

    Returns
    -------
    Attempt
        The bound is the last level that was shown to be out of reach.
    """
    sought = program.goals[goal]
    levels = np.flatnonzero(sought.costs)
    steps = sought.offset + np.append(0, np.cumsum(sought.costs[levels]))
    most = sought.sense == "most"
    stage = staged(program, goal, reached)
    stage.stage.costs[:] = 0.0
    at = np.searchsorted(stage.columns, levels)
    # Places among the steps: the best one not yet ruled out, and the best one a plan is known for.
    best = len(levels) if most else int(np.searchsorted(steps, sought.bound))
    known = None if start is None else int(start[levels].sum())
    choice = None if start is None else start[program.choice]
    status = "optimal"
    while known is None or known != best:
        if known is None:
            tried = 0 if most else len(levels)
        else:
            tried = -(-(known + best) // 2) if most else (known + best) // 2
        lower, upper = stage.stage.lower.copy(), stage.stage.upper.copy()
        if most:
            lower[at[:tried]] = 1.0
        else:
            upper[at[tried:]] = 0.0
        asked = replace(stage.stage, lower=lower, upper=upper)
        answer = solve_stage(asked, time_limit_s=clock.left, first_is_enough=True, log=log)
        if answer.values is not None:
            choice = choice_of(program, stage, answer.values)
            known = int(program.completed(choice)[levels].sum())
            if known < tried if most else known > tried:
                raise SolverLied(f"highs: level {tried} of goal {sought.name!r} was asked, {known} answered")
        elif answer.status == "infeasible" and known is None:
            return Attempt("infeasible", None, np.nan, "highs by levels")
        elif answer.status in ("infeasible", "optimal"):
            best = tried - 1 if most else tried + 1
        if answer.status in ("limit", "interrupted") and answer.values is None:
            status = answer.status
            break
        if answer.status == "interrupted":
            status = "interrupted"
            break
    return Attempt(status, choice, float(steps[best]), "highs by levels")  # type: ignore[arg-type]
