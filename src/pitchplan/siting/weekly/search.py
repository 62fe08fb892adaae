"""Seeking the plan of a season: the peak first and inward, then all weeks at once where that is small.

The peak's plan says what is painted; how many of it are used in each week is then sought for all
weeks together. Where the whole season is a problem of moderate size, what is painted is sought with
the weeks. The bounds hold for the whole season, whichever way its plan was found.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import NonePlanFound, NoPlanExists
from pitchplan.plan import Outcome
from pitchplan.siting import goals as g
from pitchplan.siting.search.begin import choice_of_plan, first_choice
from pitchplan.siting.search.solve import Search, safe_bound, seek_all, sought
from pitchplan.siting.search.stages import Clock, staged
from pitchplan.siting.solvers.highs import Relaxation
from pitchplan.siting.weekly.begin import first_season
from pitchplan.siting.weekly.bounds import Bounds
from pitchplan.siting.weekly.program import weekly_program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.assemble import GoalRecord
    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.program import GoalRow, IntegerProgram
    from pitchplan.siting.weekly.demand import WeeklyVendors
    from pitchplan.siting.weekly.program import WeeklyProgram

__all__ = ["Found", "seek_season"]

_JOINT_COLUMNS = 60_000
_PEAK, _WEEKS, _LAST, _KEEP = (
    0.3,
    0.2,
    0.35,
    0.7,
)  # of the time left; the rest is for bounds
_USUAL = (g.HostVendors.name, g.CoverResidents.name, g.KeepTrafficClear.name)
_BEFORE = 2
_KEPT_BACK_S = 0.5


@dataclass(frozen=True, eq=False)
class Found:
    """The best plan of a season.

    Attributes
    ----------
    painted : numpy.ndarray of int64, shape (pitch columns,)
        Pitches of each column.
    used : numpy.ndarray of int64, shape (pitch columns, weeks)
        Pitches of each column in each week.
    records : list of GoalRecord
        One per goal, for all weeks together.
    goals : tuple of GoalRow
        The goals, for all weeks together.
    values : list of int
        What the plan reaches.
    """

    painted: NDArray[np.int64]
    used: NDArray[np.int64]
    records: list[GoalRecord]
    goals: tuple[GoalRow, ...]
    values: list[int]


def seek_season(
    base: SitingProblem,
    vendors: WeeklyVendors,
    legal: NDArray[np.bool_],
    *,
    change_cost: int,
    time_limit_s: float,
    start: Plan | None,
    keep: Plan | None,
    log: bool,
) -> Found:
    """Seek the goals of a season in order.

    Parameters
    ----------
    base : SitingProblem
        Stated for the most vendors of any week.
    vendors : WeeklyVendors
        Vendors to host.
    legal : numpy.ndarray of bool, shape (pitch columns, weeks)
        When each column's bays may be used.
    change_cost : int
        What opening or closing a spot between two weeks costs.
    time_limit_s : float
        Wall-clock seconds for everything.
    start : Plan, optional
        A plan for the peak to begin from.
    keep : Plan, optional
        A plan whose pitches are painted, and no others.
    log : bool
        Whether to print progress.

    Raises
    ------
    NoPlanExists, NonePlanFound
        As `SitingProblem.solve` says.
    """
    clock = Clock(time_limit_s - min(_KEPT_BACK_S, time_limit_s / 10))

    def opened(painted: NDArray[np.int64]) -> tuple[WeeklyProgram, Search]:
        inward = _within(base, vendors, legal, change_cost, painted)
        return inward, Search(first_season(inward, base, vendors.counts, painted))

    if keep is not None:
        inward, found = opened(choice_of_plan(base, keep))
        _seek(inward.program, found, _KEEP, clock, log)
        assert found.x is not None
        best, used = inward.split(found.x[inward.program.choice])
        records = _told(_relaxed(inward.program, found, clock), clock)
        return Found(best, used, records, inward.program.goals, inward.program.values(found.x))
    painted, short = _peak(base, legal, start, clock, log)
    inward, found = opened(painted)
    whole = _whole(base, vendors, legal, change_cost)
    if whole is not None:
        _seek(inward.program, found, _WEEKS, clock, log)
        assert found.x is not None
        best, used = inward.split(found.x[inward.program.choice])
        bounds = Bounds(base, vendors, short, inward.program.goals[0], Clock(0.5 * clock.left))
        return _joint(whole, best, used, bounds, clock, log)
    _seek_first(inward, found, clock, log)
    clearer = _clearer(base, painted, clock, log)
    if clearer is not None:
        other, begun = opened(clearer)
        if _is_as_good(other, begun, found, clock, log):
            inward, found = other, Search(x=begun.x, reached=found.reached, records=found.records)
    _seek(inward.program, found, _LAST, clock, log)
    return _inward(inward, found, Bounds(base, vendors, short, inward.program.goals[0], clock))


def _seek(program: IntegerProgram, found: Search, share: float, clock: Clock, log: bool) -> None:
    """Seek goals in a share of the time that is left; Ctrl-C leaves none for what comes after."""
    seek_all(program, found, clock=Clock(share * clock.left), gap=0.0, solver="highs", log=log)
    if found.interrupted:
        clock.stop()


def _told(records: list[GoalRecord], clock: Clock) -> list[GoalRecord]:
    """Say of goals whose time was cut off what cut it off."""
    if not clock.stopped:
        return records
    late = Outcome.TIME_LIMIT
    return [replace(r, outcome=Outcome.INTERRUPTED) if r.outcome == late else r for r in records]


def _relaxed(program: IntegerProgram, found: Search, clock: Clock) -> list[GoalRecord]:
    """Bound what is not proven by the relaxation: a search that is cut off may have nothing to say."""
    records = []
    for k, record in enumerate(found.records):
        if record.outcome != Outcome.PROVEN:
            goal, value = program.goals[k], found.reached[k]
            stage = staged(program, k, found.reached[:k])
            answer = Relaxation(stage.stage).solve(max(0.3, 0.7 * clock.left))
            if np.isfinite(answer.bound):
                bounds = (record.bound, safe_bound(goal, answer.bound + stage.offset, value))
                record = replace(record, bound=min(bounds) if goal.sense == "most" else max(bounds))
        records.append(record)
    return records


def _whole(
    base: SitingProblem, vendors: WeeklyVendors, legal: NDArray[np.bool_], change_cost: int
) -> WeeklyProgram | None:
    """Write the program of the whole season, if that is small."""
    columns: int = base.block("run").stop  # pitches and runs
    if columns * vendors.weeks > _JOINT_COLUMNS:
        return None
    whole = weekly_program(base, vendors.counts, legal, change_cost=change_cost)
    return whole if whole.program.size <= _JOINT_COLUMNS else None


def _within(
    base: SitingProblem,
    vendors: WeeklyVendors,
    legal: NDArray[np.bool_],
    change_cost: int,
    painted: NDArray[np.int64],
) -> WeeklyProgram:
    """Write the program of a season in which so many pitches of each column are painted, no more."""
    inward = weekly_program(
        base, vendors.counts, legal, change_cost=change_cost, cells=np.flatnonzero(painted)
    )
    program = replace(inward.program, upper=inward.program.upper.copy())
    program.upper[: len(painted)] = painted
    return replace(inward, program=program)


def _seek_first(inward: WeeklyProgram, found: Search, clock: Clock, log: bool) -> None:
    """Seek the goals before the one that later pitches may better, as far as these are the usual ones."""
    program = inward.program
    before = replace(program, goals=program.goals[:_BEFORE]) if _is_usual(program) else program
    _seek(before, found, _WEEKS, clock, log)


def _is_usual(program: IntegerProgram) -> bool:
    return tuple(q.name for q in program.goals[: len(_USUAL)]) == _USUAL


def _clearer(
    base: SitingProblem, painted: NDArray[np.int64], clock: Clock, log: bool
) -> NDArray[np.int64] | None:
    """Return pitches that delay less and serve fewer: what the season gives up it has of no use else.

    Where what is painted was chosen first, all of it is open at the peak, and delays as much as it does.
    None where the goals are others, or nothing better is found.
    """
    if not _is_usual(base):
        return None
    some = replace(base, goals=base.goals[: len(_USUAL)])
    x = some.completed(painted)
    values = some.values(x)
    found = Search(x=x, reached=values[:_BEFORE], given=True)
    seek_all(some, found, clock=Clock(_PEAK * clock.left), gap=0.0, solver="auto", log=log)
    if found.interrupted:
        clock.stop()
    assert found.x is not None
    return found.x[base.choice] if found.reached[-1] < values[_BEFORE] else None


def _is_as_good(inward: WeeklyProgram, found: Search, than: Search, clock: Clock, log: bool) -> bool:
    """Seek the first goals with other pitches; tell whether these give up no more than the slack allows."""
    with contextlib.suppress(NoPlanExists, NonePlanFound):
        _seek_first(inward, found, clock, log)
    if len(found.reached) < len(than.reached):
        return False
    for goal, value, was in zip(inward.program.goals, found.reached, than.reached, strict=False):
        least, most = goal.kept(was)
        if not least <= value <= most:
            return False
    return True


def _peak(
    base: SitingProblem, legal: NDArray[np.bool_], start: Plan | None, clock: Clock, log: bool
) -> tuple[NDArray[np.int64], float | None]:
    """Return the pitches of a plan for the peak, and how many vendors no plan can host, if known.

    Bays that are legal all season are taken, if these are enough.
    """
    hosts = base.goals[0].name == g.HostVendors.name
    always = legal.all(axis=1)
    seconds = _PEAK * clock.left
    if start is not None:
        choice = first_choice(base, start, seconds)
        if choice is not None:
            return choice, None
    if hosts and not always.all():
        some = replace(base, upper=base.upper.copy())
        some.upper[base.choice] = np.where(always, base.upper[base.choice], 0)
        # A spot that must be kept may be legal in some weeks only: then there is no such plan.
        with contextlib.suppress(NoPlanExists, NonePlanFound):
            found = sought(some, Clock(seconds / 2), log=log)
            if found.interrupted:
                clock.stop()
            if found.x is not None and some.goals[0].value(found.x) == 0:
                return found.x[base.choice], 0.0
    found = sought(base, Clock(min(seconds, clock.left)), log=log)
    if found.interrupted:
        clock.stop()
    assert found.x is not None
    record = found.records[0]
    known = hosts and record.outcome == Outcome.PROVEN
    return found.x[base.choice], max(0.0, record.bound) if known else None


def _joint(
    whole: WeeklyProgram,
    painted: NDArray[np.int64],
    used: NDArray[np.int64],
    bounds: Bounds,
    clock: Clock,
    log: bool,
) -> Found:
    """Seek what is painted and what is used together, from the plan that was found inward."""
    program = whole.program
    found = Search(x=program.completed(whole.choice(painted, used)))
    _seek(program, found, 1.0, clock, log)
    assert found.x is not None
    values = program.values(found.x)
    records = [
        record if record.outcome == Outcome.PROVEN else bounds.joined(goal, record, value, found.reached)
        for goal, record, value in zip(program.goals, found.records, found.reached, strict=True)
    ]
    return Found(*whole.split(found.x[program.choice]), _told(records, clock), program.goals, values)


def _inward(inward: WeeklyProgram, found: Search, bounds: Bounds) -> Found:
    """Say how far the plan that was found inward may be from the best of all."""
    assert found.x is not None
    program = inward.program
    records = []
    for goal, record, value in zip(program.goals, found.records, found.reached, strict=True):
        unknown = replace(record, bound=float("nan"), solver="peak first, " + record.solver)
        if goal.sense == "most":
            # The program knows only the residents near what is painted.
            goal = replace(goal, bound=bounds.base.facts.residents * inward.weeks)
        records.append(bounds.joined(goal, unknown, value, found.reached))
    best, used = inward.split(found.x[program.choice])
    return Found(best, used, _told(records, bounds.clock), program.goals, program.values(found.x))
