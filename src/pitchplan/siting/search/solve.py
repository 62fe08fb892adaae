"""Seeking the goals in order: each stage starts from the last plan, and each answer is checked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.errors import Faults, NonePlanFound, NoPlanExists, SolverLied
from pitchplan.plan import Outcome
from pitchplan.siting.assemble import GoalRecord, plan_of, relative_gap
from pitchplan.siting.explain import why_none
from pitchplan.siting.follow import Served
from pitchplan.siting.problem import SitingProblem
from pitchplan.siting.search.begin import first_choice
from pitchplan.siting.search.by_pulp import seek_by_pulp
from pitchplan.siting.search.covering import asks_much, seek_covering
from pitchplan.siting.search.levels import has_levels, seek_level
from pitchplan.siting.search.median import is_median, seek_median
from pitchplan.siting.search.pure import is_large_covering, seek_large_covering
from pitchplan.siting.search.stages import Clock, leeway
from pitchplan.siting.search.whole import Attempt, seek_whole
from pitchplan.siting.solvers.exhaustive import best_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.program import GoalRow, IntegerProgram

__all__ = [
    "PROVEN_WITHIN",
    "Search",
    "check_options",
    "known_bound",
    "safe_bound",
    "seek_all",
    "solve",
    "sought",
]

_SHARES = {"host-vendors": 0.3, "cover-residents": 0.4}
_KEPT_BACK_S = 0.5
_FILLING = 0.1
_TELL_S = 1.5
PROVEN_WITHIN = 1e-6
"""Relative gap up to which a value counts as proven: the arithmetic of solvers is no finer."""


@dataclass
class Search:
    """The best plan so far and how each goal's search ended; ``given`` where it began with a user's.

    ``before`` are the plans that were best before: what an earlier goal allows as slack can make one of
    them the better place to begin the next goal from.
    """

    x: NDArray[np.int64] | None = None
    reached: list[int] = field(default_factory=list)
    records: list[GoalRecord] = field(default_factory=list)
    interrupted: bool = False
    given: bool = False
    before: list[NDArray[np.int64]] = field(default_factory=list)


def solve(
    problem: SitingProblem, *, time_limit_s: float, gap: float, solver: Any, start: Plan | None, log: bool
) -> Plan:
    """Seek the goals in order; see `SitingProblem.solve`."""
    check_options(time_limit_s, gap, solver)
    with problem.estimate.checked():
        return _solved(problem, time_limit_s, gap, solver, start, log)


def _solved(
    problem: SitingProblem, time_limit_s: float, gap: float, solver: Any, start: Plan | None, log: bool
) -> Plan:
    clock = Clock(time_limit_s - min(_KEPT_BACK_S, time_limit_s / 10))
    found = Search(given=start is not None)
    try:
        choice = first_choice(problem, start, _FILLING * clock.left)
        found.x = None if choice is None else problem.completed(choice)
    except KeyboardInterrupt:
        found.interrupted = True
    try:
        seek_all(problem, found, clock=clock, gap=gap, solver=solver, log=log)
        return _plan(problem, found)
    except KeyboardInterrupt:
        found.interrupted = True
    # What was cut off is done again, without a search; a second Ctrl-C ends that too.
    del found.reached[len(found.records) :]
    seek_all(problem, found, clock=clock, gap=gap, solver=solver, log=False)
    return _plan(problem, found)


def _plan(problem: SitingProblem, found: Search) -> Plan:
    assert found.x is not None
    return plan_of(problem, found.x, found.records)


def check_options(time_limit_s: object, gap: object, solver: object, *, gap_is: str = "gap") -> None:
    """Raise one error for all options that a search cannot take."""
    faults = Faults("solve")
    for name, number, least in (("time_limit_s", time_limit_s, 0.01), (gap_is, gap, 0.0)):
        fine = isinstance(number, Real) and not isinstance(number, bool)
        if not fine or not number >= least:  # type: ignore[operator]
            faults.add("not a number it can take", f"Give {least:g} or more", column=name, value=number)
    ready = hasattr(solver, "actualSolve") and not isinstance(solver, type)
    if not ready and not (isinstance(solver, str) and solver in ("auto", "highs", "exhaustive")):
        fix = "Give 'auto', 'highs', 'exhaustive' or a solver of PuLP such as pulp.PULP_CBC_CMD(msg=False)"
        faults.add("no such solver", fix, column="solver", value=solver)
    faults.raise_if_any()


def seek_all(
    program: IntegerProgram, found: Search, *, clock: Clock, gap: float, solver: Any, log: bool
) -> None:
    """Seek every goal in order.

    Parameters
    ----------
    program : IntegerProgram
        The program.
    found : Search
        Gets the best plan and a record per goal; its plan, if any, is where the search starts, and
        goals that it has reached already are kept.
    clock, gap, solver, log
        As for `SitingProblem.solve`.

    Raises
    ------
    NoPlanExists, NonePlanFound, SolverLied
        As `SitingProblem.solve` says.
    """
    if isinstance(solver, str) and solver == "exhaustive" and not found.interrupted:
        _try_all(program, found)
        return
    for stage in range(len(found.reached), len(program.goals)):
        goal = program.goals[stage]
        began = time.monotonic()
        try:
            record = _seek(program, stage, found, clock, gap, solver, log)
        except KeyboardInterrupt:
            found.interrupted = True
            record = None
        if found.x is None:
            raise _none_found(program, found)
        value = goal.value(found.x)
        record = record or GoalRecord(known_bound(goal, value), Outcome.INTERRUPTED)
        found.reached.append(value)
        found.records.append(replace(record, seconds=time.monotonic() - began, reached=value))
        if goal.whole is not None:
            program = _with_most_pitches(program, goal.whole - int(max(0.0, record.bound)))


def sought(problem: SitingProblem, clock: Clock, *, log: bool = False) -> Search:
    """Seek every goal from a plan built best first, as `seek_all` does."""
    found = Search()
    choice = first_choice(problem, None, _FILLING * clock.left)
    found.x = None if choice is None else problem.completed(choice)
    seek_all(problem, found, clock=clock, gap=0.0, solver="auto", log=log)
    return found


def _try_all(program: IntegerProgram, found: Search) -> None:
    began = time.monotonic()
    found.reached, found.x = best_values(program)
    seconds = (time.monotonic() - began) / len(program.goals)
    found.records = [GoalRecord(float(v), Outcome.PROVEN, seconds, v, "exhaustive") for v in found.reached]


def _with_most_pitches(program: IntegerProgram, most: int) -> IntegerProgram:
    """Let goals that count served residents know that no plan has more than so many pitches."""
    goals = list(program.goals)
    for follower in program.followers:
        if isinstance(follower, Served) and follower.serving.per_pitch is not None:
            for k, goal in enumerate(goals):
                inside = np.flatnonzero(goal.costs)
                mine = len(inside) and follower.columns.start <= inside[0] < follower.columns.stop
                if mine and goal.sense == "most":
                    goals[k] = replace(goal, bound=min(goal.bound, follower.serving.per_pitch * most))
    return replace(program, goals=tuple(goals))


def known_bound(goal: GoalRow, value: int) -> float:
    """Return the bound that is known without any search, never one that the value beats."""
    return float(min(goal.bound, value) if goal.sense == "least" else max(goal.bound, value))


def _seek(
    program: IntegerProgram, stage: int, found: Search, clock: Clock, gap: float, solver: Any, log: bool
) -> GoalRecord:
    """Seek one goal; leave the best plan in ``found`` and return how it ended."""
    goal = program.goals[stage]
    if found.x is not None:
        kept = [x for x in found.before if _lost(program, stage, found.reached, x) is None]
        found.x = (max if goal.sense == "most" else min)([found.x, *kept], key=goal.value)
    value = None if found.x is None else goal.value(found.x)
    if value is not None and value == goal.bound:
        return GoalRecord(float(goal.bound), Outcome.PROVEN, solver="no search needed")
    if found.interrupted:
        return GoalRecord(known_bound(goal, value or 0), Outcome.INTERRUPTED)
    last = stage == len(program.goals) - 1
    seconds = clock.left * (1.0 if last else _SHARES.get(goal.name, 0.5))
    if value is not None and seconds <= 0:
        return GoalRecord(known_bound(goal, value), Outcome.TIME_LIMIT)
    attempt = _attempt(program, stage, found, Clock(max(0.05, seconds)), gap, solver, log)
    return _taken(program, stage, found, attempt, clock, gap)


def _attempt(
    program: IntegerProgram, stage: int, found: Search, clock: Clock, gap: float, solver: Any, log: bool
) -> Attempt:
    """Give a stage to the solver that fits it."""
    if not isinstance(solver, str):
        return seek_by_pulp(program, stage, found.reached, solver, clock)
    if solver == "auto" and has_levels(program, stage):
        return seek_level(program, stage, found.reached, found.x, clock, log)
    if solver == "auto" and is_median(program):
        return seek_median(program, found.x, clock, gap, log)
    if solver == "auto" and is_large_covering(program):
        return seek_large_covering(program, found.x, clock, gap, log)
    if solver == "auto" and isinstance(program, SitingProblem) and asks_much(program, stage):
        return seek_covering(program, stage, found.reached, found.x, clock, gap, log, given=found.given)
    return seek_whole(program, stage, found.reached, found.x, clock, gap, log)


def _taken(
    program: IntegerProgram, stage: int, found: Search, attempt: Attempt, clock: Clock, gap: float
) -> GoalRecord:
    """Check an attempt, keep its plan where it is better, and say what is known of the goal."""
    goal = program.goals[stage]
    if attempt.status == "infeasible" and found.x is None:
        raise NoPlanExists(why_none(program, max(_TELL_S, clock.left)))
    if attempt.choice is not None:
        x = _checked(program, stage, found.reached, attempt)
        if found.x is None or goal.better(goal.value(x), goal.value(found.x)):
            found.before += [] if found.x is None else [found.x]
            found.x = x
    found.interrupted = found.interrupted or attempt.status == "interrupted"
    if found.x is None:
        raise _none_found(program, found)
    value = goal.value(found.x)
    bound = safe_bound(goal, attempt.bound, value)
    if relative_gap(value, bound) <= PROVEN_WITHIN:
        return GoalRecord(bound, Outcome.PROVEN, solver=attempt.solver)
    if attempt.status == "interrupted":
        return GoalRecord(bound, Outcome.INTERRUPTED, solver=attempt.solver)
    within = attempt.status == "optimal" or relative_gap(value, bound) <= gap
    return GoalRecord(bound, Outcome.WITHIN_GAP if within else Outcome.TIME_LIMIT, solver=attempt.solver)


def _none_found(program: IntegerProgram, found: Search) -> NonePlanFound:
    """Say what ended the search and what to do: one may exist all the same."""
    start = " or begin from an earlier plan (start)" if isinstance(program, SitingProblem) else ""
    if found.interrupted:
        ended, fix = "the search was stopped (Ctrl-C)", "solve again and let it run longer"
    else:
        ended, fix = "the time ran out", "allow more time (time_limit_s)"
    return NonePlanFound(f"{ended} before any plan was found; one may exist: {fix}{start}")


def _lost(program: IntegerProgram, stage: int, reached: list[int], x: NDArray[np.int64]) -> GoalRow | None:
    """Return the first earlier goal that a plan does not keep at what was reached, up to its slack."""
    for goal, before in zip(program.goals[:stage], reached, strict=False):
        least, most = goal.kept(before)
        if not least <= goal.value(x) <= most:
            return goal
    return None


def _checked(program: IntegerProgram, stage: int, reached: list[int], attempt: Attempt) -> NDArray[np.int64]:
    """Work the plan of a choice out and check every bound, row and earlier goal in whole numbers."""
    assert attempt.choice is not None
    x = program.completed(attempt.choice)
    broken = program.broken(x)
    if broken:
        raise SolverLied(f"{attempt.solver}: {broken}")
    goal = _lost(program, stage, reached, x)
    if goal is not None:
        least, most = goal.kept(reached[program.goals.index(goal)])
        raise SolverLied(
            f"{attempt.solver}: goal {goal.name!r} was to stay within {least:g} to {most:g};"
            f" the answer has {goal.value(x)}"
        )
    sought = program.goals[stage]
    if np.isfinite(attempt.bound) and sought.better(
        sought.value(x), attempt.bound + (1 if sought.sense == "most" else -1) * leeway(attempt.bound)
    ):
        raise SolverLied(f"{attempt.solver}: a plan of {sought.value(x)} beats the bound {attempt.bound:g}")
    return x


def safe_bound(goal: GoalRow, bound: float, value: int) -> float:
    """Round a solver's bound to the whole number that is safe, and join it with what is known."""
    if goal.sense == "most":
        safe = np.floor(bound + leeway(bound)) if np.isfinite(bound) else np.inf
        return float(max(min(safe, goal.bound), value)) + 0.0
    safe = np.ceil(bound - leeway(bound)) if np.isfinite(bound) else -np.inf
    return float(min(max(safe, goal.bound), value)) + 0.0
