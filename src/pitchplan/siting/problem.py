"""The siting problem as plain sparse arrays: the only thing a solver sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pitchplan.demand.season import Season
    from pitchplan.plan import Plan

__all__ = ["Facts", "GoalRow", "Rows", "Serving", "SitingProblem"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Named rows ``lower <= matrix @ x <= upper``.

    Attributes
    ----------
    name : str
        What the rows say.
    matrix : scipy.sparse.csr_array, shape (rows, columns)
        Whole-number coefficients.
    lower, upper : numpy.ndarray of float, shape (rows,)
        Bounds of each row; infinite where there is none.
    optional : bool
        Whether a planner could take the rows back (quotas, committees' decisions): these are
        named where no plan exists.
    """

    name: str
    matrix: csr_array
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    optional: bool = False


@dataclass(frozen=True, eq=False)
class GoalRow:
    """One goal: a whole-number vector over the columns that is to be least or most.

    Attributes
    ----------
    name : str
        The goal's name.
    sense : {"least", "most"}
        Direction.
    slack : float
        Share that may be given up for the next goals.
    costs : numpy.ndarray of int64, shape (columns,)
        Coefficients.
    bound : int
        A value that no plan can beat, known without any search.
    """

    name: str
    sense: Literal["least", "most"]
    slack: float
    costs: NDArray[np.int64]
    bound: int

    def floor_for_next(self, value: int, vendors: int) -> tuple[float, float]:
        """Return the least and greatest value that later goals must keep this one at.

        Rounded so that nothing is given up that the slack does not allow. A shortfall gives up a
        share of the vendors hosted, not of itself.
        """
        if self.name == "host-vendors":
            return -np.inf, vendors - _up((1 - self.slack) * (vendors - value))
        if self.sense == "most":
            return _up((1 - self.slack) * value), np.inf
        return -np.inf, _down((1 + self.slack) * value)


def _up(value: float) -> float:
    return float(np.ceil(value - 1e-6))


def _down(value: float) -> float:
    return float(np.floor(value + 1e-6))


@dataclass(frozen=True, eq=False)
class Serving:
    """Who may be served where: one column per (group of residents, run) that can walk.

    Attributes
    ----------
    residents : numpy.ndarray of int64, shape (groups,)
        Residents of each group.
    group, run : numpy.ndarray of int64, shape (served columns,)
        The pair each served column stands for; sorted by group, then run.
    per_pitch : int
        Residents one pitch can serve.
    """

    residents: NDArray[np.int64]
    group: NDArray[np.int64]
    run: NDArray[np.int64]
    per_pitch: int

    @cached_property
    def _by_run(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.run, kind="stable")
        return order, np.searchsorted(self.run[order], np.arange(int(self.run.max(initial=-1)) + 2))

    def pairs_of(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the served columns (from 0) of some runs, sorted."""
        order, start = self._by_run
        some = runs[runs < len(start) - 1]
        parts = [order[start[r] : start[r + 1]] for r in some]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


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
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SitingProblem:
    """Columns, named rows and goals.

    Columns come in blocks: pitches, runs, streets, shortfall, served. The served block is last,
    so that a stage that asks nothing of it can do without.

    Attributes
    ----------
    kind : numpy.ndarray of str, shape (columns,)
        pitch, run, street, shortfall or served.
    lower, upper : numpy.ndarray of float, shape (columns,)
        Bounds of each column.
    integer : numpy.ndarray of bool, shape (columns,)
        Whether a column is a whole number; served columns need not be said to be.
    run_of_pitch : numpy.ndarray of int64, shape (pitch columns,)
        Run of each pitch column.
    street_of_run : numpy.ndarray of int64, shape (runs,)
        Street of each run; -1 for none.
    rows : tuple of Rows
        Row blocks.
    goals : tuple of GoalRow
        Goals in order.
    serving : Serving or None
        None where no goal asks who is served.
    variables : pandas.DataFrame
        One row per column: column, kind, run_id, street_id, pitch_ids, group.
    facts : Facts
        Tables the plan is written from.
    """

    kind: NDArray[np.str_]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    run_of_pitch: NDArray[np.int64]
    street_of_run: NDArray[np.int64]
    rows: tuple[Rows, ...]
    goals: tuple[GoalRow, ...]
    serving: Serving | None
    variables: pd.DataFrame
    facts: Facts

    def __repr__(self) -> str:
        rows = sum(r.matrix.shape[0] for r in self.rows)
        kinds, many = np.unique(self.kind, return_counts=True)
        columns = ", ".join(f"{n} {k}" for k, n in zip(kinds, many, strict=True))
        return "\n".join(
            [
                f"SitingProblem: {self.facts.vendors} vendors, {len(self.facts.pitches)} pitches"
                f" in {len(self.facts.runs)} runs",
                f"  goals: {', '.join(g.name for g in self.goals)}",
                f"  {len(self.kind)} columns ({columns}),"
                f" {rows} rows ({', '.join(r.name for r in self.rows)})",
            ]
        )

    def _repr_html_(self) -> str:
        from html import escape

        return "<p>" + "<br>".join(escape(line) for line in repr(self).split("\n")) + "</p>"

    def block(self, kind: str) -> slice:
        """Return the columns of one kind."""
        return self._blocks.get(kind, slice(0, 0))

    @cached_property
    def _blocks(self) -> dict[str, slice]:
        names, first, size = np.unique(self.kind, return_index=True, return_counts=True)
        return {str(k): slice(int(a), int(a + n)) for k, a, n in zip(names, first, size, strict=True)}

    @property
    def designed(self) -> int:
        """Columns before the served ones: what a plan consists of."""
        return len(self.kind) - (0 if self.serving is None else len(self.serving.run))

    def rows_named(self, name: str) -> Rows:
        """Return the row block of that name."""
        for rows in self.rows:
            if rows.name == name:
                return rows
        raise KeyError(f"no rows named {name!r}; there are {', '.join(r.name for r in self.rows)}")

    @property
    def sha256(self) -> str:
        """Hash of every array; the same for inputs that differ in row order alone."""
        digest = hashlib.sha256()
        for array in (self.lower, self.upper, self.integer, self.run_of_pitch, self.street_of_run):
            digest.update(np.ascontiguousarray(array).tobytes())
        for rows in self.rows:
            digest.update(rows.name.encode())
            m = rows.matrix
            for array in (
                m.indptr.astype(np.int64),
                m.indices.astype(np.int64),
                m.data,
                rows.lower,
                rows.upper,
            ):
                digest.update(np.ascontiguousarray(array).tobytes())
        for goal in self.goals:
            digest.update(f"{goal.name} {goal.sense} {goal.slack!r}".encode())
            digest.update(goal.costs.tobytes())
        return digest.hexdigest()

    def solve(self, *, time_limit_s: float = 60.0, gap: float = 0.0, log: bool = False) -> Plan:
        """Seek the goals in order with HiGHS and return the plan.

        Parameters
        ----------
        time_limit_s : float
            Wall-clock seconds for all goals together; kept within about two seconds.
        gap : float
            Share of a goal's value at which its search may stop; 0 to prove the best.
        log : bool
            Whether HiGHS prints its progress.

        Returns
        -------
        Plan
            With value, bound, gap, outcome and seconds per goal. Ctrl-C returns the best plan so
            far, marked INTERRUPTED.

        Raises
        ------
        NoPlanExists
            The limits contradict each other; names those that do.
        NonePlanFound
            The time ran out before any plan was found.
        SolverLied
            An answer did not satisfy the rows.
        """
        from pitchplan.siting.solve import solve

        return solve(self, time_limit_s=time_limit_s, gap=gap, log=log)

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
        from pitchplan.siting.solvers.exhaustive import exhaustive

        return exhaustive(self)
