"""Seeking the plan of a season: the peak first and inward, then all weeks at once where that is small.

The peak's plan says what is painted; how many of it are used in each week is then sought for all
weeks together. Where the whole season is a problem of moderate size, what is painted is sought with
the weeks. The bounds hold for the whole season, whichever way its plan was found.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import NonePlanFound, NoPlanExists
from pitchplan.plan import Outcome
from pitchplan.siting import goals as g
from pitchplan.siting.assemble import GoalRecord, relative_gap
from pitchplan.siting.search.begin import first_choice
from pitchplan.siting.search.solve import PROVEN_WITHIN, Search, safe_bound, seek_all
from pitchplan.siting.search.stages import Clock, leeway, staged
from pitchplan.siting.solvers.highs import solve_stage
from pitchplan.siting.weekly.program import weekly_program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.program import GoalRow
    from pitchplan.siting.weekly.demand import WeeklyVendors
    from pitchplan.siting.weekly.program import WeeklyProgram

__all__ = ["Found", "seek_season"]

_JOINT_COLUMNS = 60_000
_PEAK, _WEEKS = 0.45, 0.25  # shares of the time; half of the rest bounds the whole, half seeks it jointly
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
        A plan for the peak, such as the one already found.
    log : bool
        Whether to print progress.

    Raises
    ------
    NoPlanExists, NonePlanFound
        As `SitingProblem.solve` says.
    """
    clock = Clock(time_limit_s - min(_KEPT_BACK_S, time_limit_s / 10))
    painted, short = _peak(base, legal, start, _PEAK * clock.left, log)
    inward = weekly_program(
        base, vendors.counts, legal, change_cost=change_cost, cells=np.flatnonzero(painted)
    )
    # Painted is what the peak's plan says, no more.
    within = replace(inward.program, upper=inward.program.upper.copy())
    within.upper[: len(painted)] = painted
    found = Search()
    seek_all(within, found, clock=Clock(_WEEKS * time_limit_s), gap=0.0, solver="highs", log=log)
    assert found.x is not None
    best, used = inward.split(found.x[within.choice])
    bounds = _Bounds(base, vendors, short, inward.program.goals[0], clock)
    if _is_small(base, vendors):
        whole = weekly_program(base, vendors.counts, legal, change_cost=change_cost)
        if whole.program.size <= _JOINT_COLUMNS:
            return _joint(whole, best, used, bounds, clock, log)
    return _inward(inward, found, best, used, bounds)


def _is_small(base: SitingProblem, vendors: WeeklyVendors) -> bool:
    columns: int = base.block("run").stop  # pitches and runs
    return columns * vendors.weeks <= _JOINT_COLUMNS


def _peak(
    base: SitingProblem, legal: NDArray[np.bool_], start: Plan | None, seconds: float, log: bool
) -> tuple[NDArray[np.int64], float | None]:
    """Return the pitches of a plan for the peak, and how many vendors no plan can host, if known.

    Bays that are legal all season are taken, if these are enough.
    """
    if start is not None:
        choice = first_choice(base, start, seconds)
        if choice is not None:
            return choice, None
    hosts = base.goals[0].name == g.HostVendors.name
    always = legal.all(axis=1)
    if hosts and not always.all():
        some = replace(base, upper=base.upper.copy())
        some.upper[base.choice] = np.where(always, base.upper[base.choice], 0)
        # A spot that must be kept may be legal in some weeks only: then there is no such plan.
        with contextlib.suppress(NoPlanExists, NonePlanFound):
            found = _sought(some, Clock(seconds / 2), log)
            if found.x is not None and some.goals[0].value(found.x) == 0:
                return found.x[base.choice], 0.0
        seconds /= 2
    found = _sought(base, Clock(seconds), log)
    assert found.x is not None
    return found.x[base.choice], max(0.0, found.records[0].bound) if hosts else 0.0


def _sought(problem: SitingProblem, clock: Clock, log: bool = False) -> Search:
    found = Search()
    choice = first_choice(problem, None, 0.1 * clock.left)
    found.x = None if choice is None else problem.completed(choice)
    seek_all(problem, found, clock=clock, gap=0.0, solver="auto", log=log)
    return found


def _joint(
    whole: WeeklyProgram,
    painted: NDArray[np.int64],
    used: NDArray[np.int64],
    bounds: _Bounds,
    clock: Clock,
    log: bool,
) -> Found:
    """Seek what is painted and what is used together, from the plan that was found inward."""
    program = whole.program
    found = Search(x=program.completed(whole.choice(painted, used)))
    seek_all(program, found, clock=clock, gap=0.0, solver="highs", log=log)
    assert found.x is not None
    values = program.values(found.x)
    records = [
        record if record.outcome == Outcome.PROVEN else bounds.joined(goal, record, value, found.reached)
        for goal, record, value in zip(program.goals, found.records, found.reached, strict=True)
    ]
    return Found(*whole.split(found.x[program.choice]), records, program.goals, values)


def _inward(
    inward: WeeklyProgram,
    found: Search,
    painted: NDArray[np.int64],
    used: NDArray[np.int64],
    bounds: _Bounds,
) -> Found:
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
    return Found(painted, used, records, program.goals, program.values(found.x))


class _Bounds:
    """What no plan of the season beats: week by week, each as if it were alone.

    Parameters
    ----------
    base : SitingProblem
        Stated for the most vendors of any week.
    vendors : WeeklyVendors
        Vendors to host.
    short : float or None
        Vendors of the most that no plan can host; sought where it is not known.
    hosting : GoalRow
        The first goal of the season; where it hosts vendors, its slack says how many may be left out.
    clock : Clock
        Half of what is left of it is used.
    """

    def __init__(
        self,
        base: SitingProblem,
        vendors: WeeklyVendors,
        short: float | None,
        hosting: GoalRow,
        clock: Clock,
    ) -> None:
        self.base, self.vendors, self.short, self.clock = base, vendors, short, clock
        self.hosting = hosting

    def joined(self, goal: GoalRow, record: GoalRecord, value: int, reached: list[int]) -> GoalRecord:
        """Return a goal's record with a bound that holds for the whole season."""
        began = time.monotonic()
        known = [float(record.bound)]
        if goal.name == g.HostVendors.name:
            known.append(self._host())
        elif goal.name == g.CoverResidents.name:
            known.append(self._cover())
        elif goal.name == g.KeepTrafficClear.name and self.base.goals[0].name == g.HostVendors.name:
            _, missing = self.hosting.kept(reached[0])
            known.append(self._traffic(int(missing)))
        finite = [v for v in known if np.isfinite(v)]
        tightest = (min if goal.sense == "most" else max)(finite, default=float("nan"))
        bound = safe_bound(goal, tightest, value)
        if relative_gap(value, bound) <= PROVEN_WITHIN:
            outcome = Outcome.PROVEN
        else:
            outcome = record.outcome if record.outcome != Outcome.PROVEN else Outcome.TIME_LIMIT
        seconds = record.seconds + time.monotonic() - began
        return replace(record, bound=bound, outcome=outcome, seconds=seconds)

    def _host(self) -> float:
        """Leave out in each week whom no plan could host."""
        if self.short is None:
            alone = replace(self.base.facts.statement, goals=(g.HostVendors(),)).problem()
            self.short = 0.0
            with contextlib.suppress(NonePlanFound):
                found = _sought(alone, Clock(max(0.5, 0.2 * self.clock.left)))
                self.short = max(0.0, found.records[0].bound)
        hosted = int(self.vendors.most.total) - self.short
        return float(np.maximum(0.0, self.vendors.counts.sum(axis=0) - hosted).sum())

    def _cover(self) -> float:
        """Serve in each week as many as its vendors can, but no more than the most vendors can."""
        sought = next(q for q in self.base.facts.statement.goals if isinstance(q, g.CoverResidents))
        alone = self._freed(replace(self.base.facts.statement, goals=(sought,)).problem())
        most = float(self.base.facts.residents)
        with contextlib.suppress(NonePlanFound):
            most = _sought(alone, Clock(max(0.5, 0.3 * self.clock.left))).records[0].bound
        each = np.full(self.vendors.weeks, most)
        if sought.per_pitch is not None:
            each = np.minimum(each, sought.per_pitch * self.vendors.counts.sum(axis=0))
        return float(each.sum())

    def _traffic(self, missing: int) -> float:
        """Add up the least delay of each week's vendors, wherever they stand."""
        counts, which = np.unique(self.vendors.counts, axis=1, return_inverse=True)
        weeks = np.bincount(which.ravel(), minlength=counts.shape[1])
        total = 0.0
        for k in range(counts.shape[1]):
            week = int(np.flatnonzero(which.ravel() == k)[0])
            # A quota may ask for more than a week's vendors: it holds for the season, and says nothing here.
            with contextlib.suppress(NoPlanExists):
                total += weeks[k] * self._least_delay(week, missing, counts.shape[1] - k)
        return total

    def _least_delay(self, week: int, missing: int, left: int) -> float:
        """Return a bound on one week's delay, with this week's part of the time."""
        statement = self.base.facts.statement
        ground = replace(statement.ground, vendors=self.vendors.of_week(week))
        sought = (g.HostVendors(), g.KeepTrafficClear())
        alone = self._freed(replace(statement, ground=ground, goals=sought).problem())
        stage = staged(alone, 1, [min(missing, ground.vendors.total)])
        answer = solve_stage(stage.stage, time_limit_s=max(0.3, 0.5 * self.clock.left / left))
        if answer.status == "infeasible" or not np.isfinite(answer.bound):
            return 0.0
        return max(0.0, answer.bound + stage.offset - leeway(answer.bound))

    def _freed(self, problem: SitingProblem) -> SitingProblem:
        """Leave out what must be had in some week, not in each: kept spots and least quotas."""
        rows = tuple(r for r in problem.rows if not (r.optional and np.isfinite(r.lower).any()))
        return replace(problem, rows=rows)
