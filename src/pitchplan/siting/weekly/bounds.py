"""What no plan of a season beats.

Hosting and serving are bounded week by week, each as if it were alone. So is delay, and there two
things tie the weeks: a week may leave out more vendors than it must only by what the season may leave
out more than it must; and a spot that is open before and after a week is open in it. Where the weeks
before and after need almost all that can be painted, nearly every spot is open in between, however few
vendors come.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from pitchplan.errors import NonePlanFound, NoPlanExists
from pitchplan.plan import Outcome
from pitchplan.siting import goals as g
from pitchplan.siting.assemble import GoalRecord, relative_gap
from pitchplan.siting.search.solve import PROVEN_WITHIN, safe_bound, sought
from pitchplan.siting.search.stages import Clock, leeway, staged
from pitchplan.siting.search.task import implied_by_sizes
from pitchplan.siting.solvers.highs import Relaxation, solve_stage
from pitchplan.siting.weekly.program import least_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.program import GoalRow
    from pitchplan.siting.solvers.highs import Stage
    from pitchplan.siting.weekly.demand import WeeklyVendors

__all__ = ["Bounds", "Needs", "needs_of_weeks"]


@dataclass(frozen=True)
class Needs:
    """What a plan must have in one week.

    Attributes
    ----------
    missing : int
        Vendors that may be left out, at most.
    hosted : int
        Vendors that are hosted, at least.
    painted : int
        Painted pitches of the spots that are open, at least.
    """

    missing: int
    hosted: int
    painted: int


def needs_of_weeks(vendors: NDArray[np.int64], most: int, missing: int) -> list[Needs]:
    """Return what each week needs where all weeks together leave out so many at most.

    Parameters
    ----------
    vendors : numpy.ndarray of int64, shape (weeks,)
        Vendors of each week.
    most : int
        Pitches that can be painted, at most.
    missing : int
        Vendors that the season leaves out, at most.

    Notes
    -----
    A spot that is open in weeks a and b is open in every week v between. What is painted at spots
    that are open in a, not in v, is not used in b, and b uses at least ``hosted[b]`` of the ``most``;
    so at least ``hosted[a] - (most - hosted[b])`` pitches are painted at spots open in v.
    """
    least = np.maximum(0, vendors - most)
    spare = max(0, missing - int(least.sum()))
    left_out = np.minimum(vendors, least + spare)
    hosted = vendors - left_out
    needs = []
    for week in range(len(vendors)):
        before, after = hosted[:week].max(initial=0), hosted[week + 1 :].max(initial=0)
        painted = max(int(hosted[week]), int(before + after) - most)
        needs.append(Needs(int(left_out[week]), int(hosted[week]), painted))
    return needs


class Bounds:
    """Bounds that hold for the whole season.

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
        Time.
    """

    def __init__(
        self,
        base: SitingProblem,
        vendors: WeeklyVendors,
        short: float | None,
        hosting: GoalRow,
        clock: Clock,
    ) -> None:
        self.base, self.vendors, self.clock = base, vendors, clock
        self.short, self.hosting = short, hosting

    def joined(self, goal: GoalRow, record: GoalRecord, value: int, reached: list[int]) -> GoalRecord:
        """Return a goal's record with a bound that holds for the whole season."""
        began = time.monotonic()
        known = [float(record.bound)]
        try:
            known.append(self._sought(goal, reached))
        except KeyboardInterrupt:
            # The plan is known: Ctrl-C ends the search for how good it is.
            self.clock.stop()
        finite = [v for v in known if np.isfinite(v)]
        tightest = (min if goal.sense == "most" else max)(finite, default=float("nan"))
        bound = safe_bound(goal, tightest, value)
        if relative_gap(value, bound) <= PROVEN_WITHIN:
            outcome = Outcome.PROVEN
        else:
            outcome = record.outcome if record.outcome != Outcome.PROVEN else Outcome.TIME_LIMIT
        seconds = record.seconds + time.monotonic() - began
        return replace(record, bound=bound, outcome=outcome, seconds=seconds)

    def _sought(self, goal: GoalRow, reached: list[int]) -> float:
        """Seek a bound of a goal; not a number where none is sought."""
        if goal.name == g.HostVendors.name:
            return self._host()
        if goal.name == g.CoverResidents.name:
            return self._cover()
        if goal.name == g.KeepTrafficClear.name and self.base.goals[0].name == g.HostVendors.name:
            _, missing = self.hosting.kept(reached[0])
            return self._traffic(int(missing))
        return float("nan")

    @cached_property
    def most(self) -> int:
        """Pitches that can be painted, at most."""
        total, short = self.vendors.most.total, self.short
        if short is None and not self.clock.left:
            short = 0.0
        elif short is None:
            alone = replace(self.base.facts.statement, goals=(g.HostVendors(),)).problem()
            stage = staged(alone, 0, [])
            # Quotas and clashes leave the relaxation little: a search for the rest pays too seldom.
            answer = Relaxation(stage.stage).solve(max(0.5, 0.2 * self.clock.left))
            short = max(0.0, answer.bound + stage.offset) if np.isfinite(answer.bound) else 0.0
        return int(total - np.ceil(short - leeway(short)))

    def _host(self) -> float:
        """Leave out in each week whom no plan could host."""
        return float(np.maximum(0, self.vendors.counts.sum(axis=0) - self.most).sum())

    def _cover(self) -> float:
        """Serve in each week as many as its vendors can, but no more than the most vendors can."""
        wanted = next(q for q in self.base.facts.statement.goals if isinstance(q, g.CoverResidents))
        most = float(self.base.facts.residents)
        with contextlib.suppress(NonePlanFound):
            if self.clock.left:
                alone = self._freed(replace(self.base.facts.statement, goals=(wanted,)).problem())
                most = sought(alone, Clock(max(0.5, 0.3 * self.clock.left))).records[0].bound
        each = np.full(self.vendors.weeks, most)
        if wanted.per_pitch is not None:
            each = np.minimum(each, wanted.per_pitch * self.vendors.counts.sum(axis=0))
        return float(each.sum())

    def _traffic(self, missing: int) -> float:
        """Add up the least delay of each week, those that cost most first."""
        needs = needs_of_weeks(self.vendors.counts.sum(axis=0), self.most, missing)
        alike: dict[tuple[Needs, bytes], list[int]] = {}
        for week, need in enumerate(needs):
            alike.setdefault((need, self.vendors.counts[:, week].tobytes()), []).append(week)
        order = sorted(alike.items(), key=lambda kind: (-kind[0][0].painted * len(kind[1]), kind[1]))
        total = 0.0
        for k, ((need, _), weeks) in enumerate(order):
            if not self.clock.left:
                break  # A week that nothing is known of delays nobody.
            # A quota may ask for more than a week's vendors: it holds for the season, and says nothing here.
            with contextlib.suppress(NoPlanExists):
                seconds = max(0.3, self.clock.left / (len(order) - k))
                total += len(weeks) * self._least_delay(weeks[0], need, seconds)
        return total

    def _least_delay(self, week: int, need: Needs, seconds: float) -> float:
        """Return a bound on one week's delay."""
        statement = self.base.facts.statement
        of_week, inside = self.vendors.of_week(week), need.painted > need.hosted
        ground = replace(statement.ground, vendors=self.vendors.most if inside else of_week)
        wanted = (g.HostVendors(), g.KeepTrafficClear())
        alone = self._freed(replace(statement, ground=ground, goals=wanted).problem())
        written = staged(alone, 1, [ground.vendors.total - need.painted if inside else need.missing])
        stage = _tighter(alone, written.stage)
        if inside:
            stage = _used_of_painted(alone, stage, need.hosted, of_week.counts)
        clock, best = Clock(seconds), 0.0
        # The relaxation takes a moment; a search that is cut off may have nothing to say.
        for solve in (Relaxation(stage).solve, partial(solve_stage, stage)):
            answer = solve(time_limit_s=max(0.3, clock.left))
            if answer.status == "interrupted":
                raise KeyboardInterrupt
            if answer.status != "infeasible" and np.isfinite(answer.bound):
                best = max(best, answer.bound + written.offset - leeway(answer.bound))
        return float(best)

    def _freed(self, problem: SitingProblem) -> SitingProblem:
        """Leave out what must be had in some week, not in each: kept spots and least quotas."""
        rows = tuple(r for r in problem.rows if not (r.optional and np.isfinite(r.lower).any()))
        return replace(problem, rows=rows)


def _tighter(problem: SitingProblem, stage: Stage) -> Stage:
    """Add the rows that quotas and the largest spot imply together."""
    rows, upper = implied_by_sizes(problem, stage.matrix, stage.row_upper)
    return replace(
        stage,
        matrix=csr_array(vstack([stage.matrix, rows], format="csr")),
        row_lower=np.append(stage.row_lower, np.full(len(upper), -np.inf)),
        row_upper=np.append(stage.row_upper, upper),
    )


def _used_of_painted(
    problem: SitingProblem, painted: Stage, hosted: int, vendors: NDArray[np.int64]
) -> Stage:
    """Let some of the pitches painted at open spots be used, and count the delay of these alone.

    Parameters
    ----------
    problem : SitingProblem
        Stated for the most vendors of any week.
    painted : Stage
        What is painted at the spots that are open.
    hosted : int
        Vendors that are hosted, at least.
    vendors : numpy.ndarray of int64, shape (classes,)
        Vendors of the week.
    """
    stage, bays, runs = painted, problem.choice.stop, problem.block("run")
    many, wide = runs.stop - runs.start, len(stage.costs)
    each, spot = np.arange(bays), np.arange(many)
    one = np.ones(bays, dtype=np.int64)
    of_class = csr_array(problem.rows_named("vendors").matrix[:, problem.choice])
    painted_less = csr_array((-one, (each, each)), shape=(bays, wide))
    open_least = csr_array((-least_of_runs(problem), (spot, runs.start + spot)), shape=(many, wide))
    used_there = csr_array((one, (problem.run_of_pitch, each)), shape=(many, bays))
    none = csr_array((1 + len(vendors), wide), dtype=np.int64)
    rows = [
        hstack([stage.matrix, csr_array((stage.matrix.shape[0], bays), dtype=np.int64)]),
        hstack([painted_less, eye_array(bays)]),
        hstack([open_least, used_there]),
        hstack([none, vstack([of_class, csr_array(one[None, :])])]),
    ]
    unbounded = np.full(bays + len(vendors), -np.inf)
    return replace(
        stage,
        costs=np.concatenate([np.zeros(bays), stage.costs[bays:], stage.costs[:bays]]),
        lower=np.append(stage.lower, np.zeros(bays)),
        upper=np.append(stage.upper, stage.upper[:bays]),
        integer=np.append(stage.integer, stage.integer[:bays]),
        matrix=csr_array(vstack(rows, format="csr")),
        row_lower=np.concatenate(
            [stage.row_lower, unbounded[:bays], np.zeros(many), unbounded[bays:], [float(hosted)]]
        ),
        row_upper=np.concatenate([stage.row_upper, np.zeros(bays), np.full(many, np.inf), vendors, [np.inf]]),
    )
