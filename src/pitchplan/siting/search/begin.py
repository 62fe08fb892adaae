"""The plan a search begins from: built best first, or the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import Fault, InputError
from pitchplan.siting.search.greedy import greedy_choice, is_legal, kept_choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem

__all__ = ["choice_of_plan", "first_choice"]


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


def first_choice(problem: SitingProblem, start: Plan | None) -> NDArray[np.int64] | None:
    """Return a legal choice: the plan given, mended and filled up, or one built best first.

    Returns
    -------
    numpy.ndarray of int64 or None, shape (choice columns,)
        None where neither way keeps every row.
    """
    if start is not None:
        choice = choice_of_plan(problem, start)
        for tried in (choice, kept_choice(problem, choice)):
            if is_legal(problem, tried):
                return tried
    choice = greedy_choice(problem)
    return choice if is_legal(problem, choice) else None
