"""Plans to compare with: best pitch first, and by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import NonePlanFound
from pitchplan.plan import Outcome
from pitchplan.siting.assemble import GoalRecord, plan_of
from pitchplan.siting.search.greedy import Builder, greedy_choice, is_legal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem

__all__ = ["greedy_plan", "random_plan"]

_TRIES = 50


def greedy_plan(problem: SitingProblem) -> Plan:
    """Choose pitch by pitch the one that serves the most further residents.

    Ties go to the pitch that obstructs traffic less, then to the earlier one. Every row is kept.

    Parameters
    ----------
    problem : SitingProblem
        The problem.

    Returns
    -------
    Plan
        Without bounds: outcome NO_BOUND.

    Raises
    ------
    NonePlanFound
        Best first ends where an "at least" limit cannot be met any more; a plan may exist.
    """
    counts = greedy_choice(problem)
    if not is_legal(problem, counts):
        raise NonePlanFound("choosing the best pitch first meets not every 'at least' limit; solve() may")
    return _plan(problem, counts)


def random_plan(problem: SitingProblem, *, pitches: int, seed: int) -> Plan:
    """Choose pitches by lot, as many as asked for or as the limits let it.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    pitches : int
        Pitches to choose; at most the vendors.
    seed : int
        Of the lot; the same seed gives the same plan.

    Returns
    -------
    Plan
        Legal, without bounds: outcome NO_BOUND.

    Raises
    ------
    NonePlanFound
        No draw of fifty met every "at least" limit; a plan may exist.
    """
    random = np.random.default_rng(seed)
    for _ in range(_TRIES):
        counts = _drawn(problem, min(pitches, problem.facts.vendors), random)
        if is_legal(problem, counts):
            return _plan(problem, counts)
    raise NonePlanFound(f"{_TRIES} draws by lot met not every 'at least' limit; solve() may")


def _drawn(problem: SitingProblem, pitches: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw pitches by lot: first for groups and spots that must have some, then anywhere."""
    builder = Builder(problem)
    lots = np.repeat(np.arange(builder.bays), builder.room)
    random.shuffle(lots)
    for wanted, least in [*builder.wishes, (np.ones(builder.bays, dtype=bool), pitches)]:
        for column in lots:
            if builder.count[wanted].sum() >= least or builder.total >= pitches:
                break
            opens = builder.in_run[builder.run_of[column]] == 0
            if opens and pitches - builder.total < builder.least:
                continue
            if wanted[column] and builder.addable()[column]:
                builder.add(int(column))
    return builder.count


def _plan(problem: SitingProblem, counts: NDArray[np.int64]) -> Plan:
    records = [GoalRecord(float("nan"), Outcome.NO_BOUND, 0.0) for _ in problem.goals]
    return plan_of(problem, problem.completed(counts), records)
