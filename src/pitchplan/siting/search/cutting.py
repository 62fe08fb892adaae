"""Capacitated stages of middle size: HiGHS over the design alone, with rows found as they are broken.

Where residents, quotas and kept spots bind all at once, the relaxation is far from any plan and what
proves more is branching. The columns that tell who is served are left out for it: a few hundred rows
over pitches and runs say as much (`cuts`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from pitchplan.siting.search.cuts import Cut, separate
from pitchplan.siting.search.stages import Clock, leeway
from pitchplan.siting.solvers.highs import Answer, Relaxation, solve_stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pitchplan.siting.search.task import Task
    from pitchplan.siting.solvers.highs import Stage

__all__ = ["Cutting", "counts_plainly"]

_LP_ROUNDS = 200
_LONG = 200_000
_LEAST_SEARCH_S = 0.2


def counts_plainly(task: Task) -> bool:
    """Tell whether a stage seeks most residents, or asks for so many in all, and nothing else of them."""
    if task.serving.per_pitch is None:
        return False
    if task.most:
        return bool((task.worth == 1).all()) and len(task.shares) == 0 and not task.base.costs.any()
    return not task.worth.any() and len(task.shares) == 1 and bool((task.shares == 1).all())


class Cutting:
    """The search: rows found so far and the bound they prove; costs are to be least.

    Parameters
    ----------
    task : Task
        As `counts_plainly` tells.
    best : numpy.ndarray of int64, shape (columns,)
        A plan that keeps every row.
    offer : callable
        Takes a plan; keeps it where it is better.
    better : callable
        Takes a plan and a clock, betters the plan and returns the best one known.
    clock : Clock
        Time.
    gap : float
        Relative gap at which to stop.
    log : bool
        Whether to print progress.
    """

    def __init__(
        self,
        task: Task,
        best: NDArray[np.int64],
        offer: Callable[[NDArray[np.int64]], object],
        better: Callable[[NDArray[np.int64], Clock], NDArray[np.int64]],
        clock: Clock,
        gap: float,
        log: bool,
    ) -> None:
        self.task, self.best, self.offer, self.better = task, best, offer, better
        self.clock, self.gap, self.log = clock, gap, log
        self.cuts: list[Cut] = []
        self.bound = -np.inf
        self.relaxed: Answer | None = None
        self.least_s = 0.0
        self.proven = False

    def relax(self) -> NDArray[np.float64] | None:
        """Find rows at the relaxation's answers; return the last answer's designed columns."""
        self._relax(Clock(self.clock.left * 0.4))
        if self.relaxed is None or self.relaxed.values is None:
            return None
        return self.relaxed.values[:-1]

    def search(self, best: NDArray[np.int64]) -> None:
        """Search from a plan until nothing more is to be had."""
        self.best = best
        while not self.proven and self.clock.left > self.least_s and self._search():
            pass

    def _served(self, x: NDArray[np.int64]) -> float:
        """Return what the column of residents served has in a plan."""
        return float(x[self.task.late].sum()) if self.task.most else float(self.task.least[0])

    def _cost(self, x: NDArray[np.int64]) -> float:
        if self.task.most:
            return -self._served(x)
        return float(self.task.base.costs @ x[: len(self.task.base.costs)])

    def _master(self) -> Stage:
        """Return the stage over designed columns and one more: the residents served."""
        base, most = self.task.base, self.task.most
        least = 0.0 if most else float(self.task.least[0])
        rows = csr_array(hstack([base.matrix, csr_array((base.matrix.shape[0], 1))], format="csr"))
        parts = [rows, *(_row(cut) for cut in self.cuts)]
        return replace(
            base,
            costs=np.append(base.costs, -1.0 if most else 0.0),
            most=False,
            lower=np.append(base.lower, least),
            # Where it must be kept, nothing asks for more than that.
            upper=np.append(base.upper, float(self.task.residents.sum()) if most else least),
            integer=np.append(base.integer, False),
            matrix=csr_array(vstack(parts, format="csr")),
            row_lower=np.append(base.row_lower, np.full(len(self.cuts), -np.inf)),
            row_upper=np.append(base.row_upper, [c.constant for c in self.cuts]),
        )

    def _relax(self, clock: Clock) -> None:
        model = Relaxation(self._master())
        for _ in range(_LP_ROUNDS):
            answer = model.solve(clock.left)
            if answer.status == "interrupted":
                raise KeyboardInterrupt
            if answer.status != "optimal" or answer.values is None:
                return
            self.bound, self.relaxed = answer.bound, answer
            found = self._broken(answer.values)
            if not found or clock.left <= 0:
                break
            for cut in found:
                self.cuts.append(cut)
                row = _row(cut)
                model.add(row.indices, row.data, cut.constant)
        self._forget()

    def _broken(self, values: NDArray[np.float64]) -> list[Cut]:
        """Return the rows that a point breaks by more than a resident in ten thousand."""
        design, served = values[:-1], values[-1]
        near = 1e-4 * max(1.0, abs(served))
        found = separate(self.task, design)
        return [c for c in found if served > c.constant + c.coefficients @ design + near]

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
        relaxed = self.relaxed
        if relaxed is None or relaxed.values is None or relaxed.reduced is None:
            return stage
        room = self._cost(self.best) - 1 - relaxed.bound + leeway(relaxed.bound)
        shut = (relaxed.values <= 1e-9) & (relaxed.reduced > room) & (stage.lower <= 0)
        shut[-1] = False
        return replace(stage, upper=np.where(shut, 0.0, stage.upper))

    def _search(self) -> bool:
        """Solve the stage with the rows found so far; return whether another round makes sense."""
        before, d = len(self.cuts), self.task.problem.designed
        model = self._fixed(self._master())
        start = None
        if not (self.best[:d] > model.upper[:-1]).any():
            start = np.append(self.best[:d].astype(float), self._served(self.best))
        # Not all the time at once: an answer that serves too few shows which rows are missing.
        limit, began = self.clock.left * 0.5, self.clock.left
        answer = solve_stage(model, time_limit_s=limit, gap=self.gap, start=start, log=self.log)
        # Large problems need a while to begin and to end: the time left must allow for it.
        self.least_s = max(_LEAST_SEARCH_S, 2.0 * (began - self.clock.left - limit))
        if answer.status == "interrupted":
            raise KeyboardInterrupt
        cost = self._cost(self.best)
        # Plans that were shut out are no better than the best one known.
        bound = cost if answer.status == "infeasible" else min(answer.bound, cost)
        self.bound = max(self.bound, bound)
        if answer.values is None:
            self.proven = answer.status == "infeasible"
            return False
        found = self._learn(answer.values)
        for values in answer.others:
            self._learn(values)
        if len(self.cuts) == before and answer.status != "limit":
            self.proven = True
            return False
        # An answer that serves fewer than it says is a good place to go on from.
        self.best = self.better(found, Clock(self.clock.left * 0.3))
        return True

    def _learn(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Offer an answer as a plan, keep the rows it breaks, and return the plan."""
        choice = np.rint(values[: self.task.problem.choice.stop]).astype(np.int64)
        x = self.task.problem.completed(choice)
        if self.offer(x):
            self.best = x
        design, served = x[: self.task.problem.designed].astype(float), float(values[-1])
        for cut in separate(self.task, design):
            known = any(
                cut.constant == c.constant and (cut.coefficients == c.coefficients).all()
                for c in self.cuts[-24:]
            )
            if served > cut.constant + cut.coefficients @ design + 0.5 and not known:
                self.cuts.append(cut)
        return x


def _row(cut: Cut) -> csr_array:
    """Return the row ``served - coefficients @ design <= constant``."""
    columns = np.flatnonzero(cut.coefficients)
    values = np.append(-cut.coefficients[columns], 1.0)
    at = np.append(columns, len(cut.coefficients)).astype(np.int32)
    return csr_array((values, (np.zeros(len(at), np.int32), at)), shape=(1, len(cut.coefficients) + 1))
