"""The linear relaxation of a covering task over a growing set of runs, and what it proves for all runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.search.merged import merged_to, part_of
from pitchplan.siting.search.pricing import multipliers_of, priced
from pitchplan.siting.solvers.highs import Answer, Relaxation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pitchplan.siting.search.merged import Part
    from pitchplan.siting.search.pricing import Priced
    from pitchplan.siting.search.stages import Clock
    from pitchplan.siting.search.task import Task

__all__ = ["Relaxed", "Round"]

_ROUNDS = 25
_FIRST_MARKS = 3
_MOST_NONZEROS, _MOST_OF_MANY = 90_000, 170_000
_INTERIOR = 50_000
_USED = 1e-3
_FEWEST_NEW = 50
_TIMES_NEEDED = 4


@dataclass(frozen=True)
class Round:
    """One round: the relaxation's value over its runs, what it proves for all, runs and pairs in it."""

    value: float
    proven: float
    runs: int
    pairs: int


class Relaxed:
    """What is known from relaxations so far.

    Parameters
    ----------
    task : Task
        The task.

    Attributes
    ----------
    bound : float
        No plan costs less.
    extra : numpy.ndarray of float, shape (runs,)
        No plan in which the run is open costs less than bound + extra.
    share : numpy.ndarray of float, shape (runs,)
        How far the last relaxation opens each run.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.bound = -np.inf
        self.extra = np.zeros(task.runs)
        self.share = np.zeros(task.runs)
        self._alike = _FIRST_MARKS if task.has_many_pairs else None

    @property
    def used(self) -> NDArray[np.bool_]:
        """Runs that the last relaxation opens at all."""
        return np.asarray(self.share > _USED)

    def rounds(self, is_open: NDArray[np.bool_], clock: Clock) -> Iterator[Round]:
        """Solve, price all runs, let those join that would pay, and again, until none would.

        Parameters
        ----------
        is_open : numpy.ndarray of bool, shape (runs,)
            Runs of a plan, which the first set holds.
        clock : Clock
            Time.

        Yields
        ------
        Round
            After each pricing; stop asking where it is good enough.
        """
        chosen = self._first_runs(is_open, clock)
        most = _MOST_OF_MANY if self.task.has_many_pairs else _MOST_NONZEROS
        for k in range(_ROUNDS):
            part, self._alike = merged_to(self.task, chosen, most, coarsest=self._alike)
            answer = Relaxation(part.stage, interior=part.stage.matrix.nnz > _INTERIOR).solve(clock.left)
            if answer.status == "interrupted":
                raise KeyboardInterrupt
            if answer.values is None or answer.duals is None:
                return
            found = priced(self.task, multipliers_of(self.task, part, answer.duals))
            self._learn(part, answer, found)
            yield Round(answer.bound, found.bound, int(chosen.sum()), len(part.group))
            paying = np.flatnonzero((found.extra <= 0) & (found.gain < 0) & ~chosen)
            if len(paying) == 0:
                return
            chosen = chosen.copy()
            if k == 0:
                # Runs that are not used and far from paying leave again. Only once: later they would
                # come and go.
                chosen &= self.used | (found.extra <= self._near(found))
            many = max(_FEWEST_NEW, int(self.used.sum()))
            chosen[paying[np.argsort(found.gain[paying], kind="stable")[:many]]] = True

    def _near(self, found: Priced) -> float:
        """Return the extra cost up to which runs stay: some times as many as are used."""
        times = 3 if self._alike is None else 1
        many = min(self.task.runs - 1, times * int(self.used.sum()))
        return float(np.partition(found.extra, many)[many])

    def _first_runs(self, is_open: NDArray[np.bool_], clock: Clock) -> NDArray[np.bool_]:
        """Return the plan's runs and, for each group of residents, the cheapest in reach."""
        serving, cost = self.task.serving, self.task.guide
        order = np.lexsort((cost[serving.run], serving.group))
        group = serving.group[order]
        first = np.append(True, group[1:] != group[:-1])[: len(group)]
        chosen = is_open.copy()
        chosen[serving.run[order][first]] = True
        if not self.task.has_many_pairs:
            return chosen
        # Where each round takes long: those too that a plan would open if nobody had to be served.
        part = part_of(self.task, self._cheap_runs(), residents=np.zeros(len(self.task.residents)))
        stage = replace(part.stage, row_lower=part.stage.row_lower.copy())
        stage.row_lower[part.needs] = -np.inf
        answer = Relaxation(stage).solve(clock.left)
        if answer.status == "interrupted":
            raise KeyboardInterrupt
        if answer.values is not None:
            runs = self.task.problem.block("run")
            at = np.flatnonzero((part.columns >= runs.start) & (part.columns < runs.stop))
            chosen[part.columns[at] - runs.start] |= answer.values[at] > _USED
        return chosen

    def _cheap_runs(self) -> NDArray[np.bool_]:
        """Return the runs that cost least per pitch when they are full, some times as many as are needed."""
        problem, (_, most) = self.task.problem, self.task.sizes
        pitch, costs = problem.block("pitch"), self.task.base.costs
        room = np.bincount(problem.run_of_pitch, weights=problem.upper[pitch], minlength=self.task.runs)
        paid = np.bincount(problem.run_of_pitch, weights=costs[pitch], minlength=self.task.runs)
        each = costs[problem.block("run")] / np.maximum(1, most) + paid / np.maximum(1.0, room)
        order = np.argsort(np.where(most > 0, each, np.inf), kind="stable")
        enough = np.searchsorted(np.cumsum(most[order]), _TIMES_NEEDED * problem.facts.vendors)
        cheap = np.zeros(self.task.runs, dtype=bool)
        cheap[order[: int(enough) + 1]] = True
        return cheap

    def _learn(self, part: Part, answer: Answer, found: Priced) -> None:
        if found.bound > self.bound:
            self.bound, self.extra = found.bound, found.extra
        runs = self.task.problem.block("run")
        at = np.flatnonzero((part.columns >= runs.start) & (part.columns < runs.stop))
        assert answer.values is not None
        self.share = np.zeros(self.task.runs)
        self.share[part.columns[at] - runs.start] = answer.values[at]
