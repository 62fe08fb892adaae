"""The siting problem: an integer program that knows which pitches and runs its columns stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.siting.program import IntegerProgram
from pitchplan.size import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from pitchplan.demand.season import Season
    from pitchplan.plan import Plan
    from pitchplan.rules.book import RuleBook
    from pitchplan.siting.frontier import Frontier
    from pitchplan.siting.goals import Goal
    from pitchplan.siting.model.statement import Statement
    from pitchplan.siting.replanning import Replanned

__all__ = ["SMALLER", "Facts", "SitingProblem"]

SMALLER = "Plan a district at a time, let residents walk less far, or give larger cells"
"""How to make a problem smaller, in words for planners."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What a plan needs beside the arrays: tables that no solver reads.

    Attributes
    ----------
    pitches, runs : pandas.DataFrame
        Legal pitches and runs in canonical order.
    limits, decisions, rules_report : pandas.DataFrame
        As in `Plan`.
    vendors, residents : int
        Vendors to host and residents of the city.
    season : Season
        The season.
    crs : str
        Planning CRS.
    street_ids : tuple of str
        The streets of the street columns.
    statement : Statement
        What the problem was made of: it can be stated anew with other goals or limits.
    provenance : dict
        What the candidates rest on.
    """

    pitches: pd.DataFrame
    runs: pd.DataFrame
    limits: pd.DataFrame
    decisions: pd.DataFrame
    rules_report: pd.DataFrame
    vendors: int
    residents: int
    season: Season
    crs: str
    street_ids: tuple[str, ...]
    statement: Statement
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SitingProblem(IntegerProgram):
    """Which pitches may be chosen, under which limits and for which goals.

    Attributes
    ----------
    column_of_pitch : numpy.ndarray of int64, shape (pitches,)
        Column of each pitch of ``facts.pitches``: bays that nothing tells apart share one.
    run_of_pitch : numpy.ndarray of int64, shape (pitch columns,)
        Run of each pitch column.
    street_of_run : numpy.ndarray of int64, shape (runs,)
        Street column of each run; -1 for none.
    facts : Facts
        Tables the plan is written from.
    """

    column_of_pitch: NDArray[np.int64]
    run_of_pitch: NDArray[np.int64]
    street_of_run: NDArray[np.int64]
    facts: Facts

    def __repr__(self) -> str:
        rows = sum(r.matrix.shape[0] for r in self.rows)
        columns = ", ".join(f"{n} {kind}" for kind, n in self.blocks if n)
        limits = [r.name for r in self.rows if r.optional]
        lines = [
            f"SitingProblem: {self.facts.vendors} vendors, {len(self.facts.pitches)} pitches"
            f" in {len(self.facts.runs)} runs",
            f"  goals: {', '.join(g.name for g in self.goals)}",
            f"  {self.size} columns ({columns}), {rows} rows",
        ]
        if limits:
            more = f" and {len(limits) - 6} more" if len(limits) > 6 else ""
            lines.append(f"  {'; '.join(limits[:6])}{more}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        return "<p>" + "<br>".join(escape(line) for line in repr(self).split("\n")) + "</p>"

    @property
    def estimate(self) -> Estimate:
        """What solving it is expected to take, before it is begun.

        Measured: 60 to 150 bytes for each entry of the rows and up to 300 MB beside them, a first plan
        after 1 or 2 s for each million (`benchmarks/trust/too_big.py`).
        """
        entries = sum(r.matrix.nnz for r in self.rows)
        return Estimate(
            f"solving {len(self.facts.pitches):,} pitches in {len(self.facts.runs):,} runs",
            memory_mb=250.0 + 200e-6 * entries,
            seconds=2e-6 * entries,
            smaller=SMALLER,
        )

    @cached_property
    def first_of_column(self) -> NDArray[np.int64]:
        """Row in ``facts.pitches`` of a pitch that stands for each column: all its pitches are alike."""
        _, first = np.unique(self.column_of_pitch, return_index=True)
        return first.astype(np.int64)

    @cached_property
    def variables(self) -> pd.DataFrame:
        """What each column stands for: column, kind, run_id, street_id, pitch_ids, group."""
        from pitchplan.siting.model.columns import variables

        return variables(self)

    def solve(
        self,
        *,
        time_limit_s: float = 60.0,
        gap: float = 0.0,
        solver: Any = "auto",
        start: Plan | None = None,
        log: bool = False,
    ) -> Plan:
        """Seek the goals in order and return the plan.

        Parameters
        ----------
        time_limit_s : float
            Wall-clock seconds for all goals together; kept within about two seconds.
        gap : float
            Share of a goal's value at which its search may stop; 0 to prove the best.
        solver : str or PuLP solver
            ``"auto"`` picks for each goal: HiGHS on the whole program, rows found as they are
            needed where many residents are counted, or the search for pure covering; the plan's
            goals say which. ``"highs"`` gives every goal whole to HiGHS, ``"exhaustive"`` tries all
            plans of a small problem, and a solver of PuLP such as ``pulp.PULP_CBC_CMD(msg=False)``
            is given each goal in turn.
        start : Plan, optional
            A plan to begin from, such as the one before a veto; what of it is no longer legal is
            left out.
        log : bool
            Whether to print progress.

        Returns
        -------
        Plan
            With value, bound, gap, outcome, seconds and solver per goal. Ctrl-C returns the best
            plan so far, marked INTERRUPTED.

        Raises
        ------
        NoPlanExists
            The limits contradict each other; names those that do and the least change that would
            make a plan possible.
        NonePlanFound
            The time ran out, or Ctrl-C was pressed, before any plan was found.
        SolverLied
            An answer did not satisfy the rows.
        """
        from pitchplan.siting.search.solve import solve

        return solve(self, time_limit_s=time_limit_s, gap=gap, solver=solver, start=start, log=log)

    def solve_weeks(
        self,
        vendors: Any,
        *,
        change_cost: int = 0,
        time_limit_s: float = 120.0,
        start: Plan | None = None,
        keep: Plan | None = None,
        log: bool = False,
    ) -> Plan:
        """Seek the goals for all weeks of the season together: when each spot is open, with how many pitches.

        Each spot is open in one interval of weeks, in no week with more pitches than are painted, and
        all spots together never have more pitches than the week's vendors ask for.

        Parameters
        ----------
        vendors : sequence of int or of mapping of str to int, or object with ``by_week``
            Vendors of each week, such as ``forecast.to_provide(0.9)``.
        change_cost : int
            What opening or closing a spot between two weeks costs, as so much delay for a week
            (vehicle-seconds per hour): crews, signs and notices. 0 unless given.
        time_limit_s : float
            Wall-clock seconds for everything.
        start : Plan, optional
            A plan for the peak to begin from.
        keep : Plan, optional
            A plan that is known to people: its pitches may be used, and no others. The bounds then say
            what no other weeks of these pitches beat.
        log : bool
            Whether to print progress.

        Returns
        -------
        Plan
            With ``weeks``. Its pitches and spots are what is painted; its goals count all weeks
            together: vendors without a pitch, residents served and delay, summed over the weeks. The
            bounds hold for the whole season.

        Raises
        ------
        InputError
            The vendors are not one entry per week, or a goal is not defined week by week.
        NoPlanExists, NonePlanFound
            As for `solve`.

        Notes
        -----
        Limits and clashes hold for what is painted, and so in every week; the least size of a spot
        holds wherever it is open. That a quota asks for at least so many pitches, or that a decision
        keeps a spot, holds for the season, not for each week.
        """
        from pitchplan.siting.weekly.openings import solve_weeks

        return solve_weeks(
            self,
            vendors,
            change_cost=change_cost,
            time_limit_s=time_limit_s,
            start=start,
            keep=keep,
            log=log,
        )

    def replan(
        self,
        plan: Plan,
        decisions: str | Path | pd.DataFrame,
        *,
        book: RuleBook | None = None,
        time_limit_s: float = 10.0,
        log: bool = False,
    ) -> Replanned:
        """Change a plan as little as new decisions allow, and say what changed and why.

        As many vendors are hosted as can be; then as few spots as possible are given up or added, and
        as few pitches given up; the problem's other goals choose among what is left.

        Parameters
        ----------
        plan : Plan
            A plan of this problem. Of a plan by weeks what is painted is changed; when it is open is
            said anew by ``solve_weeks(vendors, start=done.plan)`` of the problem that is returned.
        decisions : path or pandas.DataFrame
            What committees said since, columns as `schemas.DECISIONS`. Earlier decisions still hold,
            unless one of the same id replaces them.
        book : RuleBook, optional
            Needed where a rule is waived: the candidates are looked for anew.
        time_limit_s : float
            Wall-clock seconds of the search.
        log : bool
            Whether to print progress.

        Returns
        -------
        Replanned
            The plan, with the numbers of the spots that stay; the list of changes, columns as
            `schemas.CHANGES`; the problem, to go on with; ``exact``: whether no plan changes less.

        Raises
        ------
        InputError
            The decisions cannot be read, or waive a rule and no book is given.
        NoPlanExists, NonePlanFound
            As for `solve`.
        """
        from pitchplan.siting.replanning import replan

        return replan(self, plan, decisions, book=book, time_limit_s=time_limit_s, log=log)

    def to_pulp(self, stage: int = 0, *, reached: Sequence[int] = ()) -> Any:
        """Return one goal's problem as a `pulp.LpProblem` with variables x0, x1 and so on.

        Parameters
        ----------
        stage : int
            Which goal is sought; the goals before it become rows.
        reached : sequence of int
            The values of the goals before, in order.

        Returns
        -------
        pulp.LpProblem
            ``variables`` says what each column is.
        """
        from pitchplan.siting.solvers.pulp_model import to_pulp

        return to_pulp(self, stage, reached)

    def plan_from(self, lp: Any) -> Plan:
        """Check a solved `pulp.LpProblem` made by `to_pulp` and return its plan.

        Raises
        ------
        NonePlanFound
            The problem holds no answer.
        NoPlanExists
            Its solver found that none exists.
        SolverLied
            The answer does not satisfy the rows.
        """
        from pitchplan.siting.assemble import plan_without_bounds
        from pitchplan.siting.solvers.pulp_model import values_of

        return plan_without_bounds(self, values_of(self, lp))

    def exhaustive(self) -> Plan:
        """Return the best plan by trying all; for small problems alone."""
        return self.solve(solver="exhaustive")

    def frontier(self, goal_a: Goal, goal_b: Goal, steps: int = 5, *, time_limit_s: float = 60.0) -> Frontier:
        """Trade one goal off against another: the best of the second at each level of the first.

        Parameters
        ----------
        goal_a, goal_b : goals
            The two. Goals of the problem that come before both are kept as they are.
        steps : int
            Levels of ``goal_a``, from its best to what the best plan for ``goal_b`` has of it.
        time_limit_s : float
            Seconds for all steps together.

        Returns
        -------
        Frontier
            A table of steps, the plans, and ``plot()``.
        """
        from pitchplan.siting.frontier import frontier

        return frontier(self, goal_a, goal_b, steps, time_limit_s=time_limit_s)

    def explain_shortfall(self, plan: Plan, *, time_limit_s: float = 30.0) -> pd.DataFrame:
        """Tell which limits and rules cost a plan the most vendors.

        Parameters
        ----------
        plan : Plan
            A plan of this problem.
        time_limit_s : float
            Seconds for all limits together.

        Returns
        -------
        pandas.DataFrame
            Columns as `schemas.SHORTFALL`, the costliest first.
        """
        from pitchplan.siting.explain import explain_shortfall

        return explain_shortfall(self, plan, time_limit_s=time_limit_s)

    def alternatives(
        self, plan: Plan, k: int = 3, *, within: float = 0.02, time_limit_s: float = 60.0
    ) -> list[Plan]:
        """Return up to k plans that are as good within a share, each as different as can be.

        Parameters
        ----------
        plan : Plan
            A plan of this problem.
        k : int
            How many others.
        within : float
            Share by which each goal may be worse than the plan's.
        time_limit_s : float
            Seconds for all.

        Returns
        -------
        list of Plan
            Each differs in as many spots as possible from the plan and the ones before it; fewer
            than k where no more exist.
        """
        from pitchplan.siting.alternatives import alternatives

        return alternatives(self, plan, k, within=within, time_limit_s=time_limit_s)

    def importance(self, plan: Plan, *, time_limit_s: float = 60.0) -> pd.DataFrame:
        """Tell for each spot what the plan loses without it (replacement cost).

        Parameters
        ----------
        plan : Plan
            A plan of this problem.
        time_limit_s : float
            Seconds for all spots together.

        Returns
        -------
        pandas.DataFrame
            Columns as `schemas.IMPORTANCE`, the most important first.
        """
        from pitchplan.siting.alternatives import importance

        return importance(self, plan, time_limit_s=time_limit_s)
