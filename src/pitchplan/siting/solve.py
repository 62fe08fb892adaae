"""Seeking the goals in order: each stage starts from the last plan, and each answer is checked."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import Fault, InputError, NonePlanFound, NoPlanExists, SolverLied
from pitchplan.plan import Outcome
from pitchplan.siting.assemble import (
    GoalRecord,
    checked_design,
    completed,
    goal_values,
    plan_of,
    relative_gap,
)
from pitchplan.siting.coverage import seek_covering
from pitchplan.siting.greedy import greedy_counts, is_legal
from pitchplan.siting.solvers.highs import Answer, solve_stage
from pitchplan.siting.stages import Clock, leeway, stage_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import GoalRow, SitingProblem

__all__ = ["solve"]

_SHARES = {"host-vendors": 0.3, "cover-residents": 0.4, "keep-traffic-clear": 0.7}
_KEPT_BACK_S = 0.5
_DIAGNOSIS_S = 5.0


@dataclass
class _Search:
    """The best plan so far and how each goal's search ended."""

    design: NDArray[np.int64] | None
    reached: list[int]
    records: list[GoalRecord]
    interrupted: bool = False


def solve(problem: SitingProblem, *, time_limit_s: float, gap: float, log: bool) -> Plan:
    """Seek the goals in order; see `SitingProblem.solve`."""
    for name, number, least in (("time_limit_s", time_limit_s, 0.01), ("gap", gap, 0.0)):
        if isinstance(number, bool) or not isinstance(number, int | float) or not number >= least:
            raise InputError(
                Fault("not a number it can take", f"Give {least:g} or more", "solve", None, name, number)
            )
    clock = Clock(time_limit_s - min(_KEPT_BACK_S, time_limit_s / 10))
    search = _Search(None, [], [])
    try:
        counts = greedy_counts(problem)
        search.design = completed(problem, counts) if is_legal(problem, counts) else None
    except KeyboardInterrupt:
        search.interrupted = True
    for stage, goal in enumerate(problem.goals):
        began = time.monotonic()
        try:
            record = _seek(problem, stage, search, clock, gap, log)
        except KeyboardInterrupt:
            search.interrupted = True
            record = None
        if search.design is None:
            raise NonePlanFound("the search ended before any plan was found; allow more time")
        value = goal_values(problem, search.design)[stage]
        record = record or GoalRecord(_known(goal, value), Outcome.INTERRUPTED, 0.0)
        search.reached.append(value)
        seconds = time.monotonic() - began
        search.records.append(GoalRecord(record.bound, record.outcome, seconds, value))
        if goal.name == "host-vendors":
            problem = _with_most_pitches(problem, problem.facts.vendors - int(record.bound))
    assert search.design is not None
    return plan_of(problem, search.design, search.records)


def _with_most_pitches(problem: SitingProblem, most: int) -> SitingProblem:
    """Let the goals that count served residents know that no plan has more than so many pitches."""
    if problem.serving is None:
        return problem
    reach = problem.serving.per_pitch * most
    counts = [g.costs[problem.designed :].any() for g in problem.goals]
    goals = tuple(
        replace(g, bound=min(g.bound, reach)) if served else g
        for g, served in zip(problem.goals, counts, strict=True)
    )
    return replace(problem, goals=goals)


def _known(goal: GoalRow, value: int) -> float:
    """Return the bound that is known without any search, never one that the value beats."""
    return float(min(goal.bound, value) if goal.sense == "least" else max(goal.bound, value))


def _seek(
    problem: SitingProblem, stage: int, search: _Search, clock: Clock, gap: float, log: bool
) -> GoalRecord:
    """Seek one goal; leave the best plan in ``search`` and return how it ended."""
    goal = problem.goals[stage]
    value = None if search.design is None else goal_values(problem, search.design)[stage]
    if value is not None and value == goal.bound:
        return GoalRecord(float(goal.bound), Outcome.PROVEN, 0.0)
    if search.interrupted:
        return GoalRecord(float(goal.bound), Outcome.INTERRUPTED, 0.0)
    last = stage == len(problem.goals) - 1
    seconds = clock.left * (1.0 if last else _SHARES.get(goal.name, 0.5))
    if value is not None and seconds <= 0:
        return GoalRecord(float(goal.bound), Outcome.TIME_LIMIT, 0.0)
    limit = Clock(max(0.05, seconds))
    if _asks_serving(problem, stage):
        answer = seek_covering(problem, stage, search.reached, search.design, limit, gap, log)
    else:
        answer = _direct(problem, stage, search, limit, gap, log)
    return _taken(problem, stage, search, answer, gap)


def _asks_serving(problem: SitingProblem, stage: int) -> bool:
    return any(g.costs[problem.designed :].any() for g in problem.goals[: stage + 1])


def _direct(
    problem: SitingProblem, stage: int, search: _Search, clock: Clock, gap: float, log: bool
) -> Answer:
    """Solve a stage that asks nothing of who is served."""
    if problem.goals[stage].name == "host-vendors":
        answer = _host_all(problem, stage, search.reached, clock, log)
        if answer is not None:
            return answer
    start = None if search.design is None else search.design.astype(float)
    model = stage_of(problem, stage, search.reached, served=False)
    return solve_stage(model, time_limit_s=clock.left, gap=gap, start=start, log=log)


def _host_all(
    problem: SitingProblem, stage: int, reached: list[int], clock: Clock, log: bool
) -> Answer | None:
    """Ask first for any plan that hosts every vendor: far easier than counting up to them.

    Measured on cities: "as many as possible" stuck at 330 of 900 where "all, with least
    obstruction" was solved in seconds.
    """
    model = stage_of(problem, stage, reached, served=False, only=("keep-traffic-clear",))
    shortfall = problem.block("shortfall")
    model.upper[shortfall] = 0.0
    answer = solve_stage(model, time_limit_s=clock.left * 0.5, first_is_enough=True, log=log)
    if answer.status == "interrupted":
        raise KeyboardInterrupt
    return Answer("optimal", answer.values, 0.0) if answer.values is not None else None


def _taken(problem: SitingProblem, stage: int, search: _Search, answer: Answer, gap: float) -> GoalRecord:
    """Check an answer, keep it where it is better, and say what is known of the goal."""
    goal = problem.goals[stage]
    if answer.status == "infeasible" and search.design is None:
        raise NoPlanExists(_contradiction(problem))
    if answer.values is not None:
        checked = checked_design(problem, answer.values)
        design = completed(problem, checked[problem.block("pitch")])
        checked_design(problem, design.astype(float))
        values = goal_values(problem, design)
        _check_goals(problem, stage, search.reached, values)
        if search.design is None or _better(goal, values[stage], goal_values(problem, search.design)[stage]):
            search.design = design
    search.interrupted = search.interrupted or answer.status == "interrupted"
    if search.design is None:
        if answer.status == "infeasible":
            raise NoPlanExists(_contradiction(problem))
        raise NonePlanFound("the time ran out before any plan was found; allow more time")
    value = goal_values(problem, search.design)[stage]
    bound = _safe_bound(goal, answer.bound, value)
    if bound == value:
        return GoalRecord(bound, Outcome.PROVEN, 0.0)
    if answer.status == "interrupted":
        return GoalRecord(bound, Outcome.INTERRUPTED, 0.0)
    within = answer.status == "optimal" or relative_gap(value, bound) <= gap
    return GoalRecord(bound, Outcome.WITHIN_GAP if within else Outcome.TIME_LIMIT, 0.0)


def _better(goal: GoalRow, value: int, than: int) -> bool:
    return value > than if goal.sense == "most" else value < than


def _check_goals(problem: SitingProblem, stage: int, reached: list[int], values: list[int]) -> None:
    """Raise if an answer gives up more of an earlier goal than its row allows."""
    for goal, before, value in zip(problem.goals[:stage], reached, values, strict=False):
        least, most = goal.floor_for_next(before, problem.facts.vendors)
        if not least <= value <= most:
            raise SolverLied(
                f"goal {goal.name!r} was to stay within {least:g} to {most:g}; the answer has {value}"
            )


def _safe_bound(goal: GoalRow, bound: float, value: int) -> float:
    """Round a solver's bound to the whole number that is safe, and join it with what is known."""
    if goal.sense == "most":
        safe = np.floor(bound + leeway(bound)) if np.isfinite(bound) else np.inf
        return float(max(min(safe, goal.bound), value))
    safe = np.ceil(bound - leeway(bound)) if np.isfinite(bound) else -np.inf
    return float(min(max(safe, goal.bound), value))


def _contradiction(problem: SitingProblem) -> str:
    """Find which limits or decisions stand in the way of every plan, and say so."""
    asked = [k for k, rows in enumerate(problem.rows) if rows.optional]
    clock = Clock(_DIAGNOSIS_S)

    unsure = False

    def possible(without: set[int]) -> bool:
        nonlocal unsure
        model = stage_of(problem, 0, [], served=False, without=without)
        model.costs[:] = 0.0
        answer = solve_stage(model, time_limit_s=max(0.1, clock.left / 2), first_is_enough=True)
        unsure = unsure or (answer.values is None and answer.status != "infeasible")
        return answer.values is not None

    blamed = [problem.rows[k].name for k in asked if clock.left > 0 and possible({k})]
    if blamed:
        return "no plan exists; taking back any one of these would allow one: " + "; ".join(blamed)
    names = "; ".join(problem.rows[k].name for k in asked[:10])
    if asked and possible(set(asked)):
        return f"no plan exists; these contradict each other, more than one at once: {names}"
    if unsure or clock.left <= 0:
        return f"no plan exists; which limits contradict each other was not found in time, look at: {names}"
    if not asked:
        return "no plan exists: the limits on spots and the clashes leave none"
    return f"no plan exists: the limits on spots and the clashes leave none, with or without {names}"
