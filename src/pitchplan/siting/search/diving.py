"""From a linear relaxation to a plan: runs are opened or shut for good, one by one, and tried anew.

The relaxation stays loaded. One more run fixed is a few dual simplex steps from the last basis, so
that both ways are tried before one is taken. Afterwards some runs near each other are set free and
fixed again; all other runs stay, but what they serve and how many pitches they have does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.solvers.highs import Relaxation, solve_stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.search.merged import Part
    from pitchplan.siting.search.stages import Clock
    from pitchplan.siting.search.task import Task

__all__ = ["Dive"]

_WHOLE = 1e-4
_SURE = 0.97
_NODES = 100
_GAP = 0.0005
_BETTER = 1e-6


class Dive:
    """The relaxation of a part, with some of its runs fixed.

    Parameters
    ----------
    task : Task
        The task.
    part : Part
        Runs to choose from.
    clock : Clock
        Time.
    """

    def __init__(self, task: Task, part: Part, clock: Clock) -> None:
        runs = task.problem.block("run")
        self.part, self.clock = part, clock
        self.at = np.flatnonzero((part.columns >= runs.start) & (part.columns < runs.stop))
        self.run = part.columns[self.at] - runs.start
        self.lower = part.stage.lower[self.at].copy()
        self.upper = part.stage.upper[self.at].copy()
        self._least, self._most = self.lower.copy(), self.upper.copy()
        self.model = Relaxation(part.stage)
        answer = self.model.solve(clock.left)
        if answer.status == "interrupted":
            raise KeyboardInterrupt
        self.cost = answer.bound if answer.values is not None else np.inf
        self.is_open = np.zeros(len(self.at)) if answer.values is None else answer.values[self.at]

    def _fix(self, which: NDArray[np.int64], value: float) -> None:
        self.lower[which], self.upper[which] = value, value
        self.model.bound(self.at[which], self.lower[which], self.upper[which])

    def _solve(self) -> bool:
        self.cost = self.model.cost(self.clock.left)
        if np.isfinite(self.cost):
            self.is_open = self.model.values()[self.at]
        return bool(np.isfinite(self.cost)) and self.clock.left > 0

    def down(self, enough: float = np.inf) -> bool:
        """Fix runs until every one is open or shut; return whether that is so.

        Parameters
        ----------
        enough : float
            Cost at which to give up.
        """
        going = np.isfinite(self.cost)
        while going and self.cost < enough:
            unfixed = (self.lower < self.upper) & (self.is_open > _WHOLE)
            sure = np.flatnonzero(unfixed & (self.is_open > _SURE))
            if len(sure) and (self.is_open[sure] < 1 - _WHOLE).any():
                self._fix(sure, 1.0)
                going = self._solve()
                continue
            part = np.flatnonzero(unfixed & (self.is_open <= _SURE))
            if len(part) == 0:
                return True
            going = self._branch(part[np.argmax(self.is_open[part])])
        return False

    def _branch(self, run: np.int64) -> bool:
        """Try to open a run and to shut it; keep what costs less."""
        which = np.array([run])
        basis = self.model.keep()
        self._fix(which, 1.0)
        opened = self.model.cost(self.clock.left)
        self.model.back(basis)
        self._fix(which, 0.0)
        shut = self.model.cost(self.clock.left)
        if opened <= shut:
            self._fix(which, 1.0)
        return self._solve()

    def again(self, runs: NDArray[np.bool_]) -> bool:
        """Set some runs free and fix them again; return whether that is better, else undo it."""
        lower, upper, is_open, cost = self.lower.copy(), self.upper.copy(), self.is_open.copy(), self.cost
        basis = self.model.keep()
        # All others keep what they are now, open or shut.
        whole = np.rint(is_open)
        free = runs[self.run]
        self.lower = np.where(free, self._least, whole)
        self.upper = np.where(free, self._most, whole)
        self.model.bound(self.at, self.lower, self.upper)
        if self._solve() and self.down(cost - _BETTER) and self.cost < cost - _BETTER:
            return True
        self.lower, self.upper, self.is_open, self.cost = lower, upper, is_open, cost
        self.model.bound(self.at, lower, upper)
        self.model.back(basis)
        return False

    def rounded(self, clock: Clock) -> NDArray[np.float64] | None:
        """Return whole values of the part's columns with every run as it is, or None."""
        lower, upper = self.part.stage.lower.copy(), self.part.stage.upper.copy()
        lower[self.at] = upper[self.at] = np.rint(self.is_open)
        stage = replace(self.part.stage, lower=lower, upper=upper)
        found = solve_stage(stage, time_limit_s=clock.left, gap=_GAP, most_nodes=_NODES)
        if found.status == "interrupted":
            raise KeyboardInterrupt
        return found.values
