"""Other plans that are as good, and what each spot of a plan is worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from pitchplan.errors import Fault, InputError, NonePlanFound, NoPlanExists
from pitchplan.plan import Outcome
from pitchplan.schemas import IMPORTANCE
from pitchplan.siting.assemble import GoalRecord, plan_of, relative_gap
from pitchplan.siting.program import GoalRow, Rows
from pitchplan.siting.search.begin import choice_of_plan
from pitchplan.siting.search.solve import Search, check_options, known_bound, seek_all
from pitchplan.siting.search.stages import Clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem

__all__ = ["alternatives", "importance", "plan_columns"]


def plan_columns(problem: SitingProblem, plan: Plan) -> NDArray[np.int64]:
    """Return whole values of all columns of a plan of this problem.

    Raises
    ------
    InputError
        The plan is none of this problem's: it breaks a row, or has pitches that are not legal.
    """
    choice = choice_of_plan(problem, plan)
    x = problem.completed(choice)
    broken = problem.broken(x)
    if choice.sum() != len(plan.pitches):
        broken = f"{len(plan.pitches) - int(choice.sum())} of its pitches are not legal here"
    if broken:
        raise InputError(Fault(f"not a plan of this problem: {broken}", "Solve this problem first", "plan"))
    return x


def alternatives(
    problem: SitingProblem, plan: Plan, k: int, *, within: float, time_limit_s: float
) -> list[Plan]:
    """Return up to k other plans; see `SitingProblem.alternatives`."""
    check_options(time_limit_s, within, "auto", gap_is="within")
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise InputError(Fault("not a number of plans", "Give 1 or more", "alternatives", None, "k", k))
    clock, found = Clock(time_limit_s), []
    known = [plan_columns(problem, plan)]
    values = problem.values(known[0])
    kept = tuple(replace(goal, slack=float(within)) for goal in problem.goals)
    for left in range(k, 0, -1):
        if clock.left <= 0:
            break
        differing = _differing(problem, known)
        wanted = replace(problem, goals=(*kept, differing), rows=(*problem.rows, _new_rows(problem, known)))
        search = Search(None, list(values), [GoalRecord(np.nan, "") for _ in kept])
        try:
            seek_all(wanted, search, clock=Clock(clock.left / left), gap=0.0, solver="auto", log=False)
        except (NoPlanExists, NonePlanFound):
            break
        assert search.x is not None
        known.append(search.x)
        records = _records(problem, plan, search, within)
        found.append(plan_of(problem, search.x, records))
        if search.interrupted:
            break
    return found


def _records(problem: SitingProblem, plan: Plan, search: Search, within: float) -> list[GoalRecord]:
    """Say how good another plan is, by the bounds that the plan was given.

    The bound of a goal was found with the goals before it kept: where the other plan gives up more
    of one of them, only what is known without a search bounds the goals after it.
    """
    assert search.x is not None
    records, kept = [], True
    for goal, row, value in zip(
        problem.goals, plan.goals.itertuples(), problem.values(search.x), strict=True
    ):
        bound = float(row.bound) if kept else known_bound(goal, value)
        if value == bound:
            outcome = Outcome.PROVEN
        elif relative_gap(value, bound) <= within:
            outcome = Outcome.WITHIN_GAP
        else:
            outcome = Outcome.NO_BOUND
        records.append(GoalRecord(bound, outcome, reached=value, solver=search.records[-1].solver))
        least, most = goal.kept(int(row.sought))
        kept = kept and least <= value <= most
    return records


def _differing(problem: SitingProblem, known: list[NDArray[np.int64]]) -> GoalRow:
    """Return the goal of differing from plans in as many spots as possible, summed up."""
    runs = problem.block("run")
    is_open = np.array([x[runs] > 0 for x in known])
    costs = np.zeros(problem.size, dtype=np.int64)
    costs[runs] = (~is_open).sum(axis=0) - is_open.sum(axis=0)
    offset = int(is_open.sum())
    return GoalRow("differ", "most", 0.0, costs, int(np.maximum(costs, 0).sum()) + offset, offset)


def _new_rows(problem: SitingProblem, known: list[NDArray[np.int64]]) -> Rows:
    """Return rows that ask for at least one spot more or less than each known plan has."""
    runs = problem.block("run")
    is_open = np.array([x[runs] > 0 for x in known])
    row, column = np.indices(is_open.shape)
    sign = np.where(is_open, -1, 1).ravel().astype(np.int64)
    matrix = csr_array((sign, (row.ravel(), column.ravel() + runs.start)), shape=(len(known), problem.size))
    lower = 1.0 - is_open.sum(axis=1)
    return Rows("differ-from-known-plans", matrix, lower, np.full(len(known), np.inf))


def importance(problem: SitingProblem, plan: Plan, *, time_limit_s: float) -> pd.DataFrame:
    """Tell what a plan loses without each of its spots; see `SitingProblem.importance`."""
    check_options(time_limit_s, 0.0, "auto")
    plan_columns(problem, plan)  # raises for a plan of another problem
    clock, runs, search = Clock(time_limit_s), problem.block("run"), Search()
    place = {r: n for n, r in enumerate(problem.facts.runs["run_id"])}
    rows: list[tuple[str, int, str, float, float, str]] = []
    for n, spot in enumerate(plan.spots.itertuples()):
        upper = problem.upper.copy()
        run = place[str(spot.spot_id)]
        upper[runs.start + run] = 0.0
        upper[problem.block("pitch")][problem.run_of_pitch == run] = 0.0
        without = replace(problem, upper=upper)
        share = Clock(max(0.05, clock.left / (len(plan.spots) - n)))
        search = Search(interrupted=search.interrupted)
        rows.append((str(spot.spot_id), int(spot.number), *_loss(without, plan, search, share)))
    table = pd.DataFrame(rows, columns=IMPORTANCE.names)
    order = {g.name: n for n, g in enumerate(problem.goals)} | {"": len(problem.goals), "every": -1}
    key = table["goal"].map(order)
    ranked = table.assign(_goal=key).sort_values(
        ["_goal", "loss", "loss_at_most", "number"], ascending=[True, False, False, True], kind="stable"
    )
    return ranked.drop(columns="_goal").reset_index(drop=True)


def _loss(without: SitingProblem, plan: Plan, search: Search, clock: Clock) -> tuple[str, float, float, str]:
    """Return the first goal that is worse without a spot, by how much at least and at most, and if proven."""
    try:
        seek_all(without, search, clock=clock, gap=0.0, solver="auto", log=False)
    except NoPlanExists:
        return "every", np.inf, np.inf, "yes"
    except NonePlanFound:
        return "", 0.0, np.inf, "no"
    sought = dict(zip(plan.goals["goal"], plan.goals["sought"], strict=True))
    for goal, record, value in zip(without.goals, search.records, search.reached, strict=True):
        sign = 1.0 if goal.sense == "least" else -1.0
        least = max(0.0, sign * (record.bound - sought[goal.name]))
        most = max(0.0, sign * (value - sought[goal.name]))
        if most > 0:
            return goal.name, least, most, "yes" if least == most else "no"
    return "", 0.0, 0.0, "yes"
