"""Stages in which it counts who is served: bettered by exchange, bounded by rows found as needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack

from pitchplan.siting.assemble import capacities, checked_design, completed, goal_values, served_flows
from pitchplan.siting.cuts import Cut, separate
from pitchplan.siting.exchange import Aim, exchanged
from pitchplan.siting.greedy import greedy_counts, is_legal
from pitchplan.siting.solvers.highs import Answer, Relaxation, Stage, solve_stage
from pitchplan.siting.stages import Clock, cut_row, leeway, stage_of, with_cuts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem

__all__ = ["seek_covering"]

_ROUNDS = 150
_LP_ROUNDS = 200
_LONG = 200_000
_LEAST_SEARCH_S = 0.2
_WEIGHTS = (None, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


def seek_covering(
    problem: SitingProblem,
    stage: int,
    reached: Sequence[int],
    design: NDArray[np.int64] | None,
    clock: Clock,
    gap: float,
    log: bool,
) -> Answer:
    """Seek one goal where it counts who is served.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    stage : int
        Which goal.
    reached : sequence of int
        Values of the goals before.
    design : numpy.ndarray of int64 or None, shape (designed,)
        A plan that keeps all rows, if one is known.
    clock : Clock
        Time.
    gap : float
        Relative gap at which to stop.
    log : bool
        Whether to print progress.

    Returns
    -------
    Answer
        Values of the columns before the served ones, and a bound.
    """
    return _Seeker(problem, stage, reached, design, clock, gap, log).run()


class _Seeker:
    """One stage's search: the best plan, the rows found, the bound."""

    def __init__(
        self,
        problem: SitingProblem,
        stage: int,
        reached: Sequence[int],
        design: NDArray[np.int64] | None,
        clock: Clock,
        gap: float,
        log: bool,
    ) -> None:
        self.problem, self.stage, self.reached = problem, stage, reached
        self.best, self.clock, self.gap, self.log = design, clock, gap, log
        self.goal = problem.goals[stage]
        self.most = self.goal.sense == "most"
        self.served_least, hosted = 0.0, 0.0
        for goal, value in zip(problem.goals[:stage], reached, strict=False):
            least, top = goal.floor_for_next(value, problem.facts.vendors)
            if goal.costs[problem.designed :].any():
                self.served_least = least
            if goal.name == "host-vendors":
                hosted = problem.facts.vendors - top
        self.aim = Aim(int(hosted), self.served_least, most_served=self.most)
        self.cuts: list[Cut] = []
        self.bound = np.inf if self.most else -np.inf
        self.status = "limit"
        self.relaxed: Answer | None = None
        self.least_s = 0.0

    def run(self) -> Answer:
        """Start, better, relax, then search."""
        try:
            if self.best is not None:
                self._start()
            if not self._done():
                self._relax(Clock(self.clock.left * 0.4))
            if not self._done():
                self._round_off()
            while not self._done() and self.clock.left > self.least_s and self._search():
                pass
            if not self._done() and self.clock.left > 0:
                self._exchange(self.best, 10 * _ROUNDS, self.clock)
        except KeyboardInterrupt:
            self.status = "interrupted"
        values = None if self.best is None else self.best.astype(float)
        return Answer(self.status, values, self.bound)  # type: ignore[arg-type]

    def _value(self, design: NDArray[np.int64]) -> int:
        return goal_values(self.problem, design)[self.stage]

    def _done(self) -> bool:
        if self.status in ("infeasible", "interrupted", "optimal"):
            return True
        if self.best is None:
            return False
        value = self._value(self.best)
        if self.most:
            bound = min(float(np.floor(self.bound + leeway(self.bound))), float(self.goal.bound))
            near = bound - value
        else:
            near = value - max(float(np.ceil(self.bound - leeway(self.bound))), float(self.goal.bound))
        return bool(near <= 0 or near / max(1.0, abs(value)) <= self.gap)

    def _offer(self, design: NDArray[np.int64]) -> bool:
        """Keep a legal plan where it is better and gives up no more than it may."""
        values = goal_values(self.problem, design)
        for goal, before, value in zip(self.problem.goals[: self.stage], self.reached, values, strict=False):
            least, most = goal.floor_for_next(before, self.problem.facts.vendors)
            if not least <= value <= most:
                return False
        now = None if self.best is None else self._value(self.best)
        better = now is None or (values[self.stage] > now if self.most else values[self.stage] < now)
        if better:
            self.best = design
            if self.log:
                left = f"{self.clock.left:.1f} s left"
                print(f"  {self.goal.name}: {values[self.stage]}, bound {self.bound:g}, {left}")
        return bool(better)

    def _start(self) -> None:
        """Better the plan at hand: best first with several tastes, then by exchange."""
        for weight in _WEIGHTS:
            if self.clock.left <= 0:
                return
            counts = greedy_counts(self.problem, weight=weight)
            if is_legal(self.problem, counts):
                self._offer(completed(self.problem, counts))
        self._exchange(self.best, _ROUNDS, Clock(self.clock.left * 0.2))

    def _round_off(self) -> None:
        """Build plans from the runs that the relaxation's answer uses, then better the best."""
        if self.best is None or self.relaxed is None or self.relaxed.values is None:
            return
        runs = self.relaxed.values[self.problem.block("run")]
        best, found = None, None
        for used in (0.02, 0.2):
            favoured = runs[self.problem.run_of_pitch] > used
            for weight in _WEIGHTS:
                if self.clock.left <= 0:
                    return
                counts = greedy_counts(self.problem, weight=weight, favoured=favoured)
                if not is_legal(self.problem, counts):
                    continue
                design = completed(self.problem, counts)
                self._offer(design)
                key = self._key(design)
                if best is None or key < best:
                    best, found = key, design
        self._exchange(found, _ROUNDS, Clock(self.clock.left * 0.15))

    def _key(self, design: NDArray[np.int64]) -> tuple[float, float, float]:
        served = int(served_flows(self.problem, capacities(self.problem, design)).sum())
        pitches = int(design[self.problem.block("pitch")].sum())
        return self.aim.key(pitches, served, 0 if self.most else self._value(design))

    def _exchange(self, design: NDArray[np.int64] | None, rounds: int, clock: Clock) -> None:
        if design is None:
            return
        enough = -float(self.goal.bound) if self.most else float(self.goal.bound)
        counts = design[self.problem.block("pitch")]
        counts = exchanged(self.problem, counts, self.aim, rounds=rounds, clock=clock, enough=enough)
        self._offer(completed(self.problem, counts))

    def _master(self) -> Stage:
        """Return the stage over designed columns and one more: the residents served."""
        base = stage_of(self.problem, self.stage, self.reached, served=False)
        d = self.problem.designed
        least = self.served_least
        most = float(max(g.bound for g in self.problem.goals if g.costs[d:].any()))
        matrix = csr_array(hstack([base.matrix, csr_array((base.matrix.shape[0], 1))], format="csr"))
        costs = np.append(np.zeros(d) if self.most else base.costs, 1.0 if self.most else 0.0)
        stage = Stage(
            costs,
            self.most,
            np.append(base.lower, least),
            # A stage that must keep a number served asks for no more than that.
            np.append(base.upper, most if self.most else least),
            np.append(base.integer, False),
            matrix,
            base.row_lower,
            base.row_upper,
        )
        return with_cuts(stage, self.cuts)

    def _relax(self, clock: Clock) -> None:
        """Find rows at the linear relaxation's answers until it breaks none or time is out."""
        model = Relaxation(self._master())
        for _ in range(_LP_ROUNDS):
            answer = model.solve(clock.left)
            if answer.status == "interrupted":
                raise KeyboardInterrupt
            if answer.status == "infeasible":
                self.status = "infeasible"
                return
            if answer.status != "optimal" or answer.values is None:
                return
            self.bound, self.relaxed = answer.bound, answer
            found = self._broken(answer.values)
            if not found or clock.left <= 0:
                break
            for cut in found:
                self.cuts.append(cut)
                columns, values = cut_row(cut)
                model.add(columns, values, cut.constant)
        self._forget()

    def _forget(self) -> None:
        """Drop the rows that are far from binding at the relaxation's answer, if all are too long."""
        if self.relaxed is None or self.relaxed.values is None:
            return
        if sum(int(np.count_nonzero(c.coefficients)) for c in self.cuts) <= _LONG:
            return
        design, served = self.relaxed.values[:-1], self.relaxed.values[-1]
        near = 2e-3 * max(1.0, abs(served))
        self.cuts = [c for c in self.cuts if c.constant + c.coefficients @ design - served <= near]

    def _fixed(self, stage: Stage) -> Stage:
        """Shut the columns that no better plan can use.

        A column at zero in the relaxation whose reduced cost takes the bound past the next better
        value cannot be used by a plan that is better than the best one known.
        """
        if self.best is None or self.relaxed is None or self.relaxed.values is None:
            return stage
        assert self.relaxed.reduced is not None
        value = self._value(self.best)
        room = (self.relaxed.bound - value - 1) if self.most else (value - 1 - self.relaxed.bound)
        room += leeway(self.relaxed.bound)
        shut = (self.relaxed.values <= 1e-9) & (self.relaxed.reduced > room) & (stage.lower <= 0)
        shut[-1] = False
        return replace(stage, upper=np.where(shut, 0.0, stage.upper))

    def _broken(self, values: NDArray[np.float64]) -> list[Cut]:
        """Return the rows that a point breaks by more than a resident in ten thousand."""
        design, served = values[:-1], values[-1]
        near = 1e-4 * max(1.0, abs(served))
        return [
            cut
            for cut in separate(self.problem, design)
            if served > cut.constant + cut.coefficients @ design + near
        ]

    def _start_values(self, model: Stage) -> NDArray[np.float64] | None:
        """Return the best plan as values of the stage's columns, unless it uses one that is shut."""
        if self.best is None or (self.best > model.upper[:-1]).any():
            return None
        served = served_flows(self.problem, capacities(self.problem, self.best)).sum()
        return np.append(self.best.astype(float), float(served) if self.most else self.served_least)

    def _search(self) -> bool:
        """Solve the stage with the rows found so far; return whether another round makes sense."""
        before = len(self.cuts)
        model = self._fixed(self._master())
        start = self._start_values(model)
        # Not all the time at once: an answer that serves too few shows which rows are missing.
        limit = self.clock.left * 0.5
        began = self.clock.left
        answer = solve_stage(model, time_limit_s=limit, gap=self.gap, start=start, log=self.log)
        # Large problems need a while to begin and to end: the time left must allow for it.
        self.least_s = max(_LEAST_SEARCH_S, 2.0 * (began - self.clock.left - limit))
        if not np.isfinite(answer.bound) or (not self.most and answer.bound <= 0):
            self.least_s = max(self.least_s, 2.0 * limit)
        if answer.status == "interrupted":
            self.status = "interrupted"
        if answer.status == "infeasible" and self.best is None:
            self.status = "infeasible"
            return False
        bound = answer.bound
        if self.best is not None:
            # Plans that were shut out are no better than the best one known.
            value = float(self._value(self.best))
            if answer.status == "infeasible":
                bound, self.status = value, "optimal"
            bound = max(bound, value) if self.most else min(bound, value)
        self.bound = min(self.bound, bound) if self.most else max(self.bound, bound)
        if answer.values is None:
            return False
        design = self._learn(answer.values)
        found = len(self.cuts)
        for other in answer.others:
            self._learn(other)
        if found == before and answer.status != "limit":
            self.status = answer.status
            return False
        self._exchange(design, 400, Clock(self.clock.left * 0.3))
        return True

    def _learn(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Offer an answer as a plan and keep the rows it breaks."""
        design = checked_design(self.problem, values[:-1])
        design = completed(self.problem, design[self.problem.block("pitch")])
        self._offer(design)
        point = np.append(design.astype(float), values[-1])
        for cut in separate(self.problem, design.astype(float)):
            known = any(
                cut.constant == c.constant and (cut.coefficients == c.coefficients).all()
                for c in self.cuts[-24:]
            )
            if _breaks(cut, point) and not known:
                self.cuts.append(cut)
        return design


def _breaks(cut: Cut, point: NDArray[np.float64]) -> bool:
    return bool(point[-1] > cut.constant + cut.coefficients @ point[:-1] + 0.5)
