"""The plan a search begins from: built best first, or the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import Fault, InputError
from pitchplan.siting.search.exchange import Aim, exchanged
from pitchplan.siting.search.greedy import greedy_choice, is_legal, kept_choice
from pitchplan.siting.search.stages import Clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem

__all__ = ["choice_of_plan", "first_choice"]

_SHORT, _ROUNDS = 0.02, 30


def choice_of_plan(problem: SitingProblem, plan: Plan) -> NDArray[np.int64]:
    """Return how many pitches of each column a plan has; pitches that are not legal are left out.

    Raises
    ------
    InputError
        It is no plan.
    """
    if "pitch_id" not in getattr(getattr(plan, "pitches", None), "columns", ()):
        raise InputError(Fault("not a plan", "Give what solve returned", "plan", value=type(plan).__name__))
    taken = problem.facts.pitches["pitch_id"].isin(set(plan.pitches["pitch_id"].astype(str))).to_numpy()
    choice = np.bincount(problem.column_of_pitch[taken], minlength=problem.choice.stop)
    return np.minimum(choice, problem.upper[problem.choice]).astype(np.int64)


def first_choice(
    problem: SitingProblem, start: Plan | None, seconds: float = np.inf
) -> NDArray[np.int64] | None:
    """Return a legal choice: the plan given, as it is or filled up again, or one built best first.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    start : Plan or None
        A plan of this problem or of one much like it.
    seconds : float
        Most time for hosting the last few vendors.

    Returns
    -------
    numpy.ndarray of int64 or None, shape (choice columns,)
        None where neither way keeps every row.
    """
    if start is not None:
        choice = choice_of_plan(problem, start)
        legal = [tried for tried in (choice, kept_choice(problem, choice)) if is_legal(problem, tried)]
        if legal:
            return min(legal, key=lambda tried: _costs(problem, tried))
    choice = greedy_choice(problem)
    return _filled(problem, choice, seconds) if is_legal(problem, choice) else None


def _filled(problem: SitingProblem, choice: NDArray[np.int64], seconds: float) -> NDArray[np.int64]:
    """Exchange pitches where best first leaves a few vendors without one: HiGHS needs far longer for that.

    Many short means that the limits have no room, which no exchange mends.
    """
    vendors = problem.facts.vendors
    if not 0 < vendors - choice.sum() <= _SHORT * vendors:
        return choice
    aim = Aim(vendors, 0.0, most_served=False)
    return exchanged(problem, choice, aim, rounds=_ROUNDS, clock=Clock(seconds), enough=np.inf)


def _costs(problem: SitingProblem, choice: NDArray[np.int64]) -> list[int]:
    """Return a choice's values of all goals, the least first the better."""
    values = problem.values(problem.completed(choice))
    return [-v if g.sense == "most" else v for g, v in zip(problem.goals, values, strict=True)]
