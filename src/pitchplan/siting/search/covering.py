"""Stages in which it counts who is served: bounded by pricing runs, bettered part by part.

1. A linear relaxation over a working set of runs, with residents merged; its multipliers are priced
   over all runs, which gives a bound for every plan, and runs that would pay join the set.
2. HiGHS chooses among the runs that the relaxation opens; then a dive, and windows: it chooses anew in
   a neighbourhood, all else stays.
3. What is left of the time goes to HiGHS with every run that a better plan could still use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.search.cutting import Cutting, counts_plainly
from pitchplan.siting.search.diving import Dive
from pitchplan.siting.search.exchange import bettered
from pitchplan.siting.search.greedy import greedy_choice, is_legal
from pitchplan.siting.search.merged import merged_to, part_of
from pitchplan.siting.search.relaxing import Relaxed
from pitchplan.siting.search.stages import Clock, leeway
from pitchplan.siting.search.task import serving_of, task_of
from pitchplan.siting.search.whole import Attempt
from pitchplan.siting.search.windows import improved, start_values, window_at, with_values
from pitchplan.siting.solvers.highs import solve_stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.search.merged import Part
    from pitchplan.siting.search.relaxing import Round

__all__ = ["asks_much", "seek_covering"]

_SEED = 7
_MUCH = 1_500
_OF_SLACK = 0.05
_EXCHANGES, _SOME_EXCHANGES, _FEW_EXCHANGES, _STARTS = 1500, 400, 150, 4
_FEW = 10_000
_MOST_PAIRS = 100_000
_DIVING = 3
_TIMES, _NEARLY, _PER_RUN, _POOR = (1.3, 1.7, 2.5, 4.0), 1e-3, 220, 0.2
_SHARE_OF_CHOICE = 0.4
_FREED = 12
_WEIGHTS = (0.003, 0.01, 0.03)
_TASTES = (None, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_SUPPORTS = (0.001, 0.02, 0.2)
_FEW_VENDORS = 1_000
_NEAR, _NOT_NEAR, _NEAR_OF_GAP = 2e-4, 2e-3, 0.05
_WIDE = 0.03
_MIDDLE = 10_000
_MOST_RUNS = 450
_LATE_PER_PAIR_S = 4e-4
_OPENED, _OTHERS = 14, 40
_FEWEST, _LARGEST = 6, 40
_WINDOW_S = 4.0


def asks_much(program: SitingProblem, stage: int) -> bool:
    """Tell whether a stage counts so many residents, in one way, that it is not given to HiGHS whole."""
    found = serving_of(program, stage)
    return found is not None and len(found[0].run) > _MUCH


def seek_covering(
    problem: SitingProblem,
    stage: int,
    reached: Sequence[int],
    design: NDArray[np.int64] | None,
    clock: Clock,
    gap: float,
    log: bool,
    *,
    given: bool = False,
) -> Attempt:
    """Seek one goal where it counts who is served.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    stage : int
        Which goal.
    reached : sequence of int
        Values of the goals before.
    design : numpy.ndarray of int64 or None, shape (columns,)
        A plan that keeps all rows, if one is known.
    clock : Clock
        Time.
    gap : float
        Relative gap at which to stop.
    log : bool
        Whether to print progress.
    given : bool
        Whether the plan is one that people know, and to be bettered rather than replaced.

    Returns
    -------
    Attempt
        The best plan's choice and a bound.
    """
    return _Seeker(problem, stage, reached, design, clock, gap, log, given).run()


class _Seeker:
    """One stage's search: the best plan, the bound, and what each run costs beyond the bound."""

    def __init__(
        self,
        problem: SitingProblem,
        stage: int,
        reached: Sequence[int],
        design: NDArray[np.int64] | None,
        clock: Clock,
        gap: float,
        log: bool,
        given: bool,
    ) -> None:
        self.given = given
        self.problem, self.stage, self.reached = problem, stage, reached
        self.clock, self.gap, self.log = clock, gap, log
        self.goal = problem.goals[stage]
        self.sign = -1.0 if self.goal.sense == "most" else 1.0
        self.task = task_of(problem, stage, reached)
        self.best = design
        # Costs are to be least from here on: a goal that is to be most has its sign turned, and what
        # it has beside the sum over columns is left out.
        self.value = np.inf if design is None else self._cost(self.goal.value(design))
        self.bound = self._cost(self.goal.bound)
        if self.task.most:
            # At best everyone is served who has a run in reach.
            reached = np.diff(self.task.groups_of_runs.indptr) > 0
            self.bound = max(
                self.bound, -float(np.maximum(self.task.worth, 0)[reached] @ self.task.residents[reached])
            )
        # Later goals take the slack anyway: a city of millions of pairs has better use for its time
        # than the last of it.
        last = stage == len(problem.goals) - 1
        self.enough = 0.0 if last or not self.task.has_many_pairs else _OF_SLACK * self.goal.slack
        self.status = "limit"
        self.relaxed = Relaxed(self.task)

    def run(self) -> Attempt:
        """Relax, choose among the runs opened, better part by part, then search."""
        try:
            if self.best is not None:
                many = self.task.has_many_pairs
                if not self.given and (self.task.most or not many):
                    self._start(Clock(self.clock.left * (0.25 if many else 0.05)))
                if self.task.most and many:
                    self._exchange(Clock(self.clock.left * 0.3))
                by_cuts = self.task.most and self._is_for_cuts()
                exchanges = self.task.most or self.goal.name == "keep-traffic-clear"
                if by_cuts:
                    self._exchange(Clock(self.clock.left * 0.15))
                    self._cut()
                elif exchanges and self._is_for_cuts():
                    self._exchange(Clock(self.clock.left * 0.15), rounds=_FEW_EXCHANGES)
                share = 0.15 if self._is_for_cuts() else 0.5
                last = None if self._done() or by_cuts else self._relax(Clock(self.clock.left * share))
                # What HiGHS can take whole it bounds better than any relaxation: it gets the time.
                follow = self.task.reach.nnz > _FEW and not self._is_for_cuts()
                if last is not None and not self._done() and follow:
                    self._better_from_the_relaxation(exchanges, many or last.pairs > _MIDDLE)
            if not self._done() and self.best is not None and not self.task.most and self._is_for_cuts():
                self._cut()
            if not self._done():
                self._search()
            if self.best is not None and not self._done():
                self._better(self.clock)
        except KeyboardInterrupt:
            self.status = "interrupted"
        choice = None if self.best is None else self.best[self.problem.choice]
        bound = self.sign * self.bound + self.goal.offset
        return Attempt(self.status, choice, bound, "runs priced and chosen")  # type: ignore[arg-type]

    def _better_from_the_relaxation(self, exchanges: bool, large: bool) -> None:
        """Find plans among the runs that the relaxation opens, and better them part by part."""
        if self.task.most:
            self._round()
        else:
            self._choose(Clock(self.clock.left * 0.5))
        if exchanges:
            self._exchange(Clock(self.clock.left * 0.3))
        self._dive(Clock(self.clock.left * (0.6 if large else 0.3)))
        if large:
            self._better(Clock(self.clock.left * 0.6))

    def _cost(self, value: float) -> float:
        return self.sign * (value - self.goal.offset)

    def _whole_bound(self) -> float:
        return float(np.ceil(self.bound - leeway(self.bound))) if np.isfinite(self.bound) else -np.inf

    def _done(self) -> bool:
        if self.status in ("infeasible", "interrupted", "optimal") or self.clock.left <= 0:
            return True
        near = self.value - self._whole_bound()
        return bool(near <= 0 or near / max(1.0, abs(self.value)) <= max(self.gap, self.enough))

    def _say(self, what: str) -> None:
        if self.log:
            value, bound = self.sign * self.value, self.sign * self.bound
            print(f"  {self.goal.name}: {value:g}, bound {bound:.1f}, {self.clock.left:.1f} s left: {what}")

    def _offer(self, design: NDArray[np.int64], what: str) -> bool:
        """Keep a plan where it is better, keeps every row and gives up no more than it may."""
        if self.problem.broken(design):
            return False
        values = self.problem.values(design)
        for goal, before, value in zip(self.problem.goals[: self.stage], self.reached, values, strict=False):
            least, most = goal.kept(before)
            if not least <= value <= most:
                return False
        cost = self._cost(values[self.stage])
        if cost >= self.value:
            return False
        self.best, self.value = design, cost
        self._say(what)
        return True

    def _open(self) -> NDArray[np.bool_]:
        assert self.best is not None
        return np.asarray(self.best[self.problem.block("run")] > 0)

    def _start(self, clock: Clock, favoured: NDArray[np.bool_] | None = None) -> list[NDArray[np.int64]]:
        """Build plans pitch by pitch with several tastes for little obstruction; return the legal ones."""
        found = []
        for weight in _TASTES if self.problem.facts.vendors <= _FEW_VENDORS else _WEIGHTS:
            if self._done() or clock.left <= 0:
                break
            among = None if favoured is None else favoured[self.problem.run_of_pitch]
            choice = greedy_choice(self.problem, weight=weight, favoured=among)
            if is_legal(self.problem, choice, late=False):
                found.append(self.problem.completed(choice))
                self._offer(found[-1], f"one by one, {weight}")
        return found

    def _round(self) -> list[NDArray[np.int64]]:
        """Build plans from the runs that the relaxation uses, more or less; return them, the best first."""
        found = []
        for support in _SUPPORTS if self.problem.facts.vendors <= _FEW_VENDORS else _SUPPORTS[:1]:
            found += self._start(self.clock, self.relaxed.share > support)
        return sorted(found, key=lambda x: self._cost(self.goal.value(x)))

    def _exchange(
        self, clock: Clock, design: NDArray[np.int64] | None = None, rounds: int = _EXCHANGES
    ) -> None:
        """Take part of a plan away and fill up again: best where almost all can be served."""
        if self._done() or self.best is None:
            return
        start = self.best if design is None else design
        served = 0.0 if self.task.most else float(self.task.least.sum())
        enough = self.sign * self._whole_bound() * (1 + self.sign * self.enough)
        found = bettered(self.problem, start, self.reached, self.stage, served, rounds, clock, enough)
        self._offer(found, "exchange")

    def _relax(self, clock: Clock) -> Round | None:
        """Solve the relaxation over a growing set of runs; return the last round."""
        last = None
        for last in self.relaxed.rounds(self._open(), clock):
            self.bound = max(self.bound, self.relaxed.bound)
            self._say(f"relaxation {last.value:.1f} of {last.runs} runs, {last.pairs} pairs")
            # Multipliers need not be better than what else keeps plan and bound apart.
            apart = min(_NEAR_OF_GAP * (self.value - last.proven), _NOT_NEAR * abs(last.value))
            near = max(apart, _NEAR * max(1.0, abs(last.value)))
            if last.value - last.proven <= near or self._done():
                break
        return last

    def _breadth(self, chosen: NDArray[np.bool_]) -> int | None:
        """Return how many runs each group may be served at, where all are too many."""
        return _DIVING if self.task.reach[np.flatnonzero(chosen)].nnz > _MOST_PAIRS else None

    def _choose(self, clock: Clock) -> None:
        """Let HiGHS choose among the runs that the relaxation opens most, then among more of them.

        Residents are merged where their runs in reach are much alike, so that what HiGHS finds may
        serve a few less than it says: as many more are asked for the next time, and what was found
        is mended in the end.
        """
        order, many = np.argsort(-self.relaxed.share, kind="stable"), float(self.relaxed.share.sum())
        least = self.task.least.copy()
        # A plan that is far from good is no place to begin at.
        fair, found = self.value - self.bound <= _POOR * max(1.0, abs(self.value)), False
        blank = np.zeros(self.problem.size, dtype=np.int64)
        near: NDArray[np.int64] | None = None
        for times in _TIMES:
            if self._done() or clock.left <= 0:
                break
            chosen = self._must_open()
            chosen[order[: int(times * many)]] = True
            chosen &= self.relaxed.share > 0
            if found:
                chosen |= self._open()
            part, _ = merged_to(self.task, chosen, _PER_RUN * int(chosen.sum()), least=least)
            assert self.best is not None
            answer = solve_stage(
                part.stage,
                time_limit_s=clock.left * _SHARE_OF_CHOICE,
                gap=max(self.gap, _NEARLY),
                start=start_values(self.task, part, self.best) if found else None,
            )
            if answer.status == "interrupted":
                raise KeyboardInterrupt
            self._say(f"{answer.status} among {chosen.sum()} runs, {part.stage.matrix.nnz} nonzeros")
            for values in (*answer.others, *([] if answer.values is None else [answer.values])):
                x = with_values(self.task, blank, part, values)
                found = self._offer(x, f"chosen among {chosen.sum()} runs") or found
                missing = np.maximum(0.0, self.task.least - self._served(x))
                near = x if missing.any() else near
            if answer.values is not None:
                least = least + missing
            elif answer.status != "infeasible":
                break
            found = found or fair
        if near is not None:
            self._exchange(Clock(self.clock.left * 0.3), near)

    def _served(self, x: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what a plan serves of each requirement."""
        flows, serving = x[self.task.late], self.task.serving
        if serving.per_pitch is not None:
            flows = np.bincount(serving.group, weights=flows, minlength=len(self.task.residents))
        return np.asarray(self.task.shares @ flows)

    def _dive(self, clock: Clock) -> None:
        """Build a plan from the runs that the relaxation uses, and better it by diving again."""
        chosen = self.relaxed.used | self._must_open()
        part = part_of(self.task, chosen, breadth=self._breadth(chosen))
        dive = Dive(self.task, part, clock)
        if not dive.down():
            return
        self._round_off(part, dive)
        random = np.random.default_rng(_SEED)
        waiting: list[int] = []
        idle, rounded = 0, dive.cost
        while not self._done() and clock.left > 0 and idle <= (dive.is_open > 0.5).sum():
            is_open = np.zeros(self.task.runs, dtype=bool)
            is_open[dive.run[dive.is_open > 0.5]] = True
            if not waiting:
                waiting = random.permutation(np.flatnonzero(is_open)).tolist()
                if not waiting:
                    return
            extra = np.full(self.task.runs, np.inf)
            extra[dive.run] = self.relaxed.extra[dive.run]
            window = window_at(self.task, is_open, extra, np.array([waiting.pop()]), _FREED, _FREED)
            better = dive.again(window.chosen)
            idle = 0 if better else idle + 1
            if better and self.log:
                self._say(f"dive again {dive.cost:.1f}")
        if dive.cost < rounded:
            self._round_off(part, dive)

    def _round_off(self, part: Part, dive: Dive) -> None:
        values = dive.rounded(Clock(min(self.clock.left, _WINDOW_S)))
        if values is not None:
            blank = np.zeros(self.problem.size, dtype=np.int64)
            self._offer(with_values(self.task, blank, part, values), f"dive {dive.cost:.1f}")

    def _must_open(self) -> NDArray[np.bool_]:
        return np.asarray(self.task.base.lower[self.problem.block("run")] > 0)

    def _candidates(self) -> NDArray[np.float64]:
        """Return the runs' extra costs, infinite where no better plan can open the run."""
        room = self.value - 1 - self.relaxed.bound + leeway(self.relaxed.bound)
        return np.where(self.relaxed.extra <= room, self.relaxed.extra, np.inf)

    def _better(self, clock: Clock) -> None:
        """Choose anew in windows, around every open run in turn, until none gives more."""
        random = np.random.default_rng(_SEED)
        opened, idle = _OPENED, 0
        waiting: list[int] = []
        while not self._done() and clock.left > 0:
            is_open = self._open()
            if not is_open.any() or idle > 2 + 2 * is_open.sum() // opened:
                return
            if not waiting:
                waiting = random.permutation(np.flatnonzero(is_open)).tolist()
            # Two windows at once may pass served residents and pitches to each other.
            two = bool(random.integers(2)) and len(waiting) > 1
            seeds = np.array([waiting.pop() for _ in range(1 + two)])
            share = 1 + int(two)
            window = window_at(
                self.task, is_open, self._candidates(), seeds, opened // share, _OTHERS // share
            )
            assert self.best is not None
            design, status = improved(self.task, self.best, window, min(clock.left, _WINDOW_S))
            # Windows that are solved at once grow, others shrink.
            opened = min(_LARGEST, opened + 1) if status == "optimal" else max(_FEWEST, opened - 2)
            better = self._offer(design, f"window of {window.chosen.sum()} runs, {status}")
            idle = 0 if better else idle + 1

    def _is_for_cuts(self) -> bool:
        """Tell whether the gap is wide and the stage of a size at which branching proves more."""
        wide = self.task.most or self.value - self._whole_bound() > _WIDE * max(1.0, abs(self.value))
        return wide and counts_plainly(self.task) and len(self.task.serving.run) <= _MOST_PAIRS

    def _cut(self) -> None:
        assert self.best is not None

        def better(x: NDArray[np.int64], clock: Clock) -> NDArray[np.int64]:
            if self.task.most or self.goal.name == "keep-traffic-clear":
                self._exchange(clock, x, _SOME_EXCHANGES)
            assert self.best is not None
            return self.best

        cutting = Cutting(
            self.task, self.best, lambda x: self._offer(x, "cut"), better, self.clock, self.gap, self.log
        )
        try:
            relaxed = cutting.relax()
            self.bound = max(self.bound, min(cutting.bound, self.value))
            if relaxed is not None and self.task.most and not self._done():
                self.relaxed.share = relaxed[self.problem.block("run")]
                # From where the relaxation leads, even if the plan at hand is better: exchange has
                # gone as far as it goes from there.
                for x in self._round()[:_STARTS]:
                    self._exchange(Clock(self.clock.left * 0.3), x, _SOME_EXCHANGES)
            if not self._done():
                cutting.search(self.best)
        finally:
            self.bound = max(self.bound, min(cutting.bound, self.value))
        if cutting.proven:
            # Up to the gap that was asked for: the bound says how far.
            self.status = "optimal"

    def _search(self) -> None:
        """Give HiGHS every run that a better plan could open, or as many as it can take."""
        extra = self._candidates() if self.best is not None else np.zeros(self.task.runs)
        able = np.flatnonzero(np.isfinite(extra))
        chosen = self._open().copy() if self.best is not None else np.zeros(self.task.runs, dtype=bool)
        beyond = np.inf
        if len(able) > _MOST_RUNS and self.best is not None:
            able = able[np.argsort(extra[able], kind="stable")]
            # A plan that opens any of the others costs at least this.
            beyond = self.relaxed.bound + extra[able[_MOST_RUNS]]
            able = able[:_MOST_RUNS]
        chosen[able] = True
        part = part_of(self.task, chosen)
        # HiGHS looks at its clock only between rounds of cuts, which take long on large problems.
        late = len(part.group) * _LATE_PER_PAIR_S
        if self.best is not None and self.clock.left < 3 * late:
            return
        start = None if self.best is None else start_values(self.task, part, self.best)
        self._say(f"search among {chosen.sum()} runs, {len(part.group)} pairs")
        answer = solve_stage(
            part.stage,
            time_limit_s=max(0.05, self.clock.left - late),
            gap=self.gap,
            start=start,
            log=self.log,
        )
        if answer.values is not None:
            blank = np.zeros(self.problem.size, dtype=np.int64)
            self._offer(with_values(self.task, blank, part, answer.values), "search")
        if answer.status == "infeasible" and self.best is None:
            self.status = "infeasible"
            return
        bound = answer.bound if answer.status != "infeasible" else -np.inf
        # Plans that open a run that was left out are dearer than `beyond`, or no better than the best.
        self.bound = max(self.bound, min(bound, beyond, self.value))
        if answer.status == "interrupted":
            self.status = "interrupted"
