"""One goal traded off against another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, InputError
from pitchplan.schemas import FRONTIER
from pitchplan.siting.assemble import GoalRecord, plan_of, relative_gap
from pitchplan.siting.goals import Goal
from pitchplan.siting.model.statement import restated
from pitchplan.siting.search.begin import first_choice
from pitchplan.siting.search.solve import Search, check_options, seek_all
from pitchplan.siting.search.stages import Clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem

__all__ = ["Frontier", "frontier"]


@dataclass(frozen=True, eq=False)
class Frontier:
    """Plans between the best for one goal and the best for another.

    Attributes
    ----------
    goal_a, goal_b : str
        Names of the goals.
    table : pandas.DataFrame
        One row per plan, columns as `schemas.FRONTIER`.
    plans : tuple of Plan
        In the order of the table.
    """

    goal_a: str
    goal_b: str
    table: pd.DataFrame
    plans: tuple[Plan, ...]

    def __repr__(self) -> str:
        return f"Frontier: {self.goal_a} against {self.goal_b}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        from html import escape

        head = f"<p><b>{escape(self.goal_a)} against {escape(self.goal_b)}</b></p>"
        return head + str(self.table.to_html(index=False))

    def plot(self, ax: Any = None) -> Any:
        """Draw the plans and what no plan can beat, with matplotlib (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on.

        Returns
        -------
        matplotlib.axes.Axes
        """
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
        t = self.table
        if (t["gap_b"] > 0).any():
            ax.vlines(t["goal_a"], t["goal_b"], t["bound_b"], color="#c9b458", lw=4, label="open gap")
            ax.plot(t["goal_a"], t["bound_b"], ls=":", color="#555555", label="no plan can beat")
        ax.plot(t["goal_a"], t["goal_b"], marker="o", lw=1, color="#0b6e4f", label="plans")
        # Where the curve rises the room for words is on the left of each plan, else on the right.
        rises = t["goal_a"].is_monotonic_increasing == t["goal_b"].is_monotonic_increasing
        side, ha = (-6, "right") if rises else (6, "left")
        for row in t.itertuples():
            ax.annotate(
                f"{row.spots} spots",
                (row.goal_a, row.goal_b),
                (side, 5),
                textcoords="offset points",
                fontsize=8,
                ha=ha,
            )
        ax.margins(0.12)
        senses = dict(zip(self.plans[0].goals["goal"], self.plans[0].goals["sense"], strict=True))
        for name, write in ((self.goal_a, ax.set_xlabel), (self.goal_b, ax.set_ylabel)):
            better = "more" if senses[name] == "most" else "less"
            write(f"{name.replace('-', ' ')} ({better} is better)")
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, fontsize=8)
        return ax


def frontier(
    problem: SitingProblem, goal_a: Goal, goal_b: Goal, steps: int, *, time_limit_s: float
) -> Frontier:
    """Trade one goal off against another; see `SitingProblem.frontier`."""
    check_options(time_limit_s, 0.0, "auto")
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 2:
        raise InputError(Fault("not a number of steps", "Give 2 or more", "frontier", None, "steps", steps))
    for name, goal in (("goal_a", goal_a), ("goal_b", goal_b)):
        if not isinstance(goal, Goal):
            fix = "Use goals.HostVendors() and the like"
            raise InputError(Fault("not a goal", fix, "frontier", None, name, goal))
    if goal_a.name == goal_b.name:
        fix = "Give two goals of different kinds"
        raise InputError(Fault("a goal against itself", fix, "frontier", None, "goal_b", goal_b.name))
    clock = Clock(time_limit_s)
    statement = problem.facts.statement
    named = [g.name for g in statement.goals]
    both = [named.index(g.name) for g in (goal_a, goal_b) if g.name in named]
    before = tuple(
        g
        for g in statement.goals[: min(both, default=len(named))]
        if g.name not in (goal_a.name, goal_b.name)
    )
    there = restated(problem, (*before, replace(goal_a, slack=0.0), goal_b))
    back = restated(problem, (*before, replace(goal_b, slack=0.0), goal_a))
    share = 1.0 / (steps + 2)
    best_a = _seek(there, Clock(clock.left * 2 * share), stopped=False)
    best_b = _seek(back, Clock(clock.left * 2 * share), stopped=best_a.interrupted)
    k = len(before)
    ends = best_a.reached[k], back.values(_x(best_b))[k + 1]
    rows, plans = [], []
    levels = np.unique(np.rint(np.linspace(ends[0], ends[1], steps)).astype(np.int64))
    if ends[0] > ends[1]:
        levels = levels[::-1]
    for step, level in enumerate(levels.tolist()):
        if step == 0:
            found = best_a
        else:
            reached = [*best_a.reached[:k], level]
            starts = [_x(best_b), _x(found)] if step == len(levels) - 1 else [_x(found)]
            starts = [x for x in starts if _keeps(there, x, reached)]
            sign = 1 if there.goals[k + 1].sense == "least" else -1
            start = min(starts, key=lambda x: sign * there.values(x)[k + 1], default=None)
            known = [GoalRecord(np.nan, "") for _ in reached]
            found = Search(start, reached, known, interrupted=best_b.interrupted or found.interrupted)
            seek_all(
                there,
                found,
                clock=Clock(clock.left / (len(levels) - step)),
                gap=0.0,
                solver="auto",
                log=False,
            )
        x, last = _x(found), found.records[-1]
        value = there.values(x)[k + 1]
        plan = plan_of(there, x, [replace(r, outcome=r.outcome or last.outcome) for r in found.records])
        plans.append(plan)
        rows.append(
            (
                step,
                float(there.values(x)[k]),
                float(value),
                last.bound,
                relative_gap(value, last.bound),
                last.outcome,
                len(plan.spots),
                len(plan.pitches),
            )
        )
    table = pd.DataFrame(rows, columns=FRONTIER.names)
    # Nothing lies between two levels that have the same plan.
    new = ~table.duplicated(["goal_a", "goal_b", "bound_b"])
    table = table[new].reset_index(drop=True).assign(step=lambda t: range(len(t)))
    return Frontier(goal_a.name, goal_b.name, table, tuple(p for p, n in zip(plans, new, strict=True) if n))


def _seek(problem: SitingProblem, clock: Clock, *, stopped: bool) -> Search:
    choice = first_choice(problem, None)
    found = Search(None if choice is None else problem.completed(choice), interrupted=stopped)
    seek_all(problem, found, clock=clock, gap=0.0, solver="auto", log=False)
    return found


def _x(found: Search) -> NDArray[np.int64]:
    assert found.x is not None
    return found.x


def _keeps(problem: SitingProblem, x: NDArray[np.int64], reached: list[int]) -> bool:
    """Tell whether a plan keeps the values of the first goals."""
    bounds = [goal.kept(value) for goal, value in zip(problem.goals, reached, strict=False)]
    return all(a <= v <= b for (a, b), v in zip(bounds, problem.values(x), strict=False))
