"""HiGHS: sparse arrays in, values and a bound out. The only file that knows highspy."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np
from scipy.sparse import block_array, csr_array, eye_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SEED", "Answer", "Relaxation", "Stage", "solve_stage"]

_HIGHS: Any = highspy.Highs
SEED = 20260601
"""Where HiGHS starts its random choices; any other proves the same values."""
_FEASIBLE = 2
_MOST_SAVED = 12
_LATE_S = 0.2
_PATIENCE_S = 0.5
_LOOK_S = 0.05
_LONG, _PART = 10_000, 300
"""Entries beyond which a row is handed over as sums of its parts, and entries of a part."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One linear problem over whole and continuous columns.

    Attributes
    ----------
    costs : numpy.ndarray of float, shape (columns,)
        Objective.
    most : bool
        Whether it is to be as great as possible.
    lower, upper : numpy.ndarray of float, shape (columns,)
        Bounds of the columns.
    integer : numpy.ndarray of bool, shape (columns,)
        Whole columns.
    matrix : scipy.sparse.csr_array, shape (rows, columns)
        Rows.
    row_lower, row_upper : numpy.ndarray of float, shape (rows,)
        Bounds of the rows.
    """

    costs: NDArray[np.float64]
    most: bool
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    matrix: csr_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answer:
    """What HiGHS said; nothing in it has been checked.

    Attributes
    ----------
    status : {"optimal", "infeasible", "limit", "interrupted"}
        How it ended.
    values : numpy.ndarray of float or None, shape (columns,)
        None where no answer was found.
    bound : float
        No answer is better; infinite where nothing is known.
    reduced : numpy.ndarray of float or None, shape (columns,)
        Of a linear problem: how much worse, at least, the bound is per unit of a column at zero.
    duals : numpy.ndarray of float or None, shape (rows,)
        Of a linear problem: how much the goal changes per unit of a row's bound.
    others : tuple of numpy.ndarray
        Answers that were found on the way, the last ones.
    """

    status: Literal["optimal", "infeasible", "limit", "interrupted"]
    values: NDArray[np.float64] | None
    bound: float
    reduced: NDArray[np.float64] | None = None
    duals: NDArray[np.float64] | None = None
    others: tuple[NDArray[np.float64], ...] = ()


def solve_stage(
    stage: Stage,
    *,
    time_limit_s: float,
    gap: float = 0.0,
    start: NDArray[np.float64] | None = None,
    first_is_enough: bool = False,
    most_nodes: int | None = None,
    step: float = 1.0,
    presolve: bool = True,
    seed: int = SEED,
    log: bool = False,
) -> Answer:
    """Solve one problem.

    Parameters
    ----------
    stage : Stage
        The problem.
    time_limit_s : float
        Wall-clock seconds; what it takes to hand the problem over is counted.
    gap : float
        Relative gap at which to stop.
    start : numpy.ndarray of float, optional
        A feasible answer to begin with.
    first_is_enough : bool
        Whether to stop at the first answer.
    most_nodes : int, optional
        Nodes of the search tree at which to stop.
    step : float
        The least by which objectives differ: a bound nearer than that is a proof. Whole numbers: 1.
    presolve : bool
        Whether HiGHS makes the problem smaller first.
    seed : int
        Of its random choices.
    log : bool
        Whether to print progress.

    Returns
    -------
    Answer
        Ctrl-C ends the search with the best answer so far.
    """
    until, worst = time.monotonic() + time_limit_s, np.inf if stage.most else -np.inf
    columns = len(stage.costs)
    stage, sums = _without_long_rows(stage)
    solver = _loaded(stage, log)
    solver.setOptionValue("presolve", "choose" if presolve else "off")
    solver.setOptionValue("random_seed", seed)
    solver.setOptionValue("mip_rel_gap", float(gap))
    solver.setOptionValue("mip_abs_gap", 0.999 * step)
    solver.setOptionValue("mip_improving_solution_save", True)
    if first_is_enough:
        solver.setOptionValue("mip_max_improving_sols", 1)
    if most_nodes is not None:
        solver.setOptionValue("mip_max_nodes", most_nodes)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = [*start.tolist(), *(sums @ start).tolist()]
        solver.setSolution(solution)
    left = until - time.monotonic()
    if left <= 0:
        return Answer("limit", None, worst)
    solver.setOptionValue("time_limit", max(0.01, left))
    ended = _run(solver, left + _LATE_S, _PATIENCE_S)
    if ended == "late and silent":
        return Answer("limit", None, worst)
    if ended == "interrupted and silent":
        return Answer("interrupted", None, worst)
    saved = solver.getSavedMipSolutions()[-_MOST_SAVED:]
    others = tuple(np.array(one.col_value, dtype=float)[:columns] for one in saved)
    answer = _answer(solver, stage)
    values = None if answer.values is None else answer.values[:columns]
    answer = replace(answer, values=values, others=others)
    if ended == "interrupted":
        return replace(answer, status="interrupted")
    if ended == "late" and answer.status == "interrupted":
        return replace(answer, status="limit")
    return answer


def _run(solver: Any, seconds: float, patience_s: float = np.inf) -> str:
    """Run a solver in a thread of its own, so that Ctrl-C and the clock are heard; say what stopped it.

    HiGHS looks at its own clock too seldom: it was seen 20 s late on large problems, and its
    presolve looks at nothing (6 s seen). A solver that is told to stop and does not is left behind:
    it ends as soon as it looks, and nothing may be read from it. Python waits for it before it
    exits: a thread inside HiGHS cannot be ended from without.

    Parameters
    ----------
    solver : highspy.Highs
        Loaded.
    seconds : float
        After so many it is told to stop.
    patience_s : float
        How long it is waited for after that.

    Returns
    -------
    str
        ``""``, "late" or "interrupted", the last two with " and silent" where it was left behind.
    """
    done = threading.Event()

    def work() -> None:
        try:
            solver.run()
        finally:
            done.set()

    solver.HandleUserInterrupt = True
    said, until = "", time.monotonic() + seconds
    try:
        threading.Thread(target=work).start()
    except KeyboardInterrupt:
        solver.cancelSolve()
        raise
    while True:
        try:
            while not done.wait(_LOOK_S):
                if time.monotonic() > until:
                    if said:
                        return f"{said} and silent"
                    said, until = "late", time.monotonic() + patience_s
                    solver.cancelSolve()
            return said
        except KeyboardInterrupt:
            said, until = "interrupted", time.monotonic() + patience_s
            solver.cancelSolve()


def _without_long_rows(stage: Stage) -> tuple[Stage, csr_array]:
    """Put sums of its parts in the place of each long row that has one bound.

    The presolve of HiGHS goes through the whole row for each of its columns: minutes for one of
    400,000, without a look at the clock. A sum is a column that an inequality ties to its part: with
    equations HiGHS would put the row together again.

    Parameters
    ----------
    stage : Stage
        Linear problems stay as they are: they are asked for their duals, row by row.

    Returns
    -------
    Stage
        With the sums as the last columns, and what ties them as the last rows.
    scipy.sparse.csr_array, shape (sums, columns before)
        What each sum adds up.
    """
    matrix = csr_array(stage.matrix)
    rows, columns = matrix.shape
    lengths = np.diff(matrix.indptr)
    one_bound = np.isfinite(stage.row_lower) != np.isfinite(stage.row_upper)
    parts = np.where((lengths > _LONG) & one_bound & bool(stage.integer.any()), -(-lengths // _PART), 0)
    if not parts.any():
        return stage, csr_array((0, columns))
    row, place = np.repeat(np.arange(rows), lengths), np.arange(matrix.nnz)
    long, many = parts[row] > 0, int(parts.sum())
    part = (np.cumsum(parts) - parts)[row] + (place - matrix.indptr[row]) // _PART
    value, column, part = matrix.data[long], matrix.indices[long], part[long]

    def added_up(some: NDArray[np.bool_]) -> csr_array:
        return csr_array((value[some], (part[some], column[some])), shape=(many, columns), dtype=float)

    # Without zeros: one would make of a column without bound a sum that is no number.
    sums, plus, minus = map(added_up, (value != 0, value > 0, value < 0))
    short = csr_array((matrix.data[~long], (row[~long], matrix.indices[~long])), shape=matrix.shape)
    owner = np.repeat(np.arange(rows), parts)
    added = csr_array((np.ones(many), (owner, np.arange(many))), shape=(rows, many))
    at_least = np.isfinite(stage.row_lower)[owner]
    whole = Stage(
        costs=np.append(stage.costs, np.zeros(many)),
        most=stage.most,
        lower=np.append(stage.lower, plus @ stage.lower + minus @ stage.upper),
        upper=np.append(stage.upper, plus @ stage.upper + minus @ stage.lower),
        integer=np.append(stage.integer, np.zeros(many, dtype=bool)),
        matrix=csr_array(block_array([[short, added], [sums, -eye_array(many)]])),
        row_lower=np.append(stage.row_lower, np.where(at_least, 0.0, -np.inf)),
        row_upper=np.append(stage.row_upper, np.where(at_least, np.inf, 0.0)),
    )
    return whole, sums


def _loaded(stage: Stage, log: bool) -> Any:
    """Hand a problem over in one call, as arrays."""
    solver, matrix = _HIGHS(), stage.matrix
    solver.setOptionValue("output_flag", log)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", SEED)
    sense = highspy.ObjSense.kMaximize if stage.most else highspy.ObjSense.kMinimize
    solver.passModel(
        matrix.shape[1],
        matrix.shape[0],
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(sense),
        0.0,
        stage.costs,
        stage.lower,
        stage.upper,
        stage.row_lower,
        stage.row_upper,
        matrix.indptr.astype(np.int32, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data.astype(np.float64, copy=False),
        stage.integer.astype(np.int32),
    )
    return solver


def _answer(solver: Any, stage: Stage) -> Answer:
    said = solver.getModelStatus()
    info = solver.getInfo()
    names = highspy.HighsModelStatus
    whole = bool(stage.integer.any())
    worst = np.inf if stage.most else -np.inf
    has_answer = info.primal_solution_status == _FEASIBLE
    values = np.array(solver.getSolution().col_value, dtype=float) if has_answer else None
    if said in (names.kInfeasible, names.kUnboundedOrInfeasible):
        return Answer("infeasible", None, worst)
    if said == names.kModelEmpty:
        return Answer("optimal", np.clip(0.0, stage.lower, stage.upper), 0.0)
    if whole:
        bound = float(info.mip_dual_bound)
    else:
        bound = float(info.objective_function_value) if said == names.kOptimal else worst
    bound = bound if np.isfinite(bound) else worst
    if said == names.kOptimal:
        if whole:
            return Answer("optimal", values, bound)
        solution = solver.getSolution()
        reduced = np.abs(np.array(solution.col_dual, dtype=float))
        return Answer("optimal", values, bound, reduced, np.array(solution.row_dual, dtype=float))
    return Answer("interrupted" if said == names.kInterrupt else "limit", values, bound)


class Relaxation:
    """The linear relaxation of a stage, kept loaded so that bounds can be moved.

    Parameters
    ----------
    stage : Stage
        Whole columns count as continuous.
    interior : bool
        Whether to solve by an interior point method, without a basis: faster for large problems,
        with values and duals that are a little off.
    """

    def __init__(self, stage: Stage, *, interior: bool = False) -> None:
        loose = replace(stage, integer=np.zeros(len(stage.integer), dtype=bool))
        self._stage = loose
        self._solver = _loaded(loose, False)
        if interior:
            self._solver.setOptionValue("solver", "ipx")
            self._solver.setOptionValue("run_crossover", "off")

    def bound(
        self, columns: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> None:
        """Set the bounds of some columns."""
        if len(columns):
            self._solver.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def add(self, columns: NDArray[np.int32], values: NDArray[np.float64], upper: float) -> None:
        """Add the row ``values @ x[columns] <= upper``."""
        self._solver.addRow(-highspy.kHighsInf, float(upper), len(columns), columns, values)

    def keep(self) -> Any:
        """Return the basis at hand, to come back to."""
        return self._solver.getBasis()

    def back(self, basis: Any) -> None:
        """Go back to a basis."""
        self._solver.setBasis(basis)

    def cost(self, time_limit_s: float) -> float:
        """Solve from the basis at hand and return the goal alone; infinite where nothing is found.

        Too short to be interrupted: thousands of these are solved, and a thread for each costs more
        than the solving.
        """
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + max(0.01, time_limit_s))
        self._solver.run()
        best = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(self._solver.getInfo().objective_function_value) if best else np.inf

    def values(self) -> NDArray[np.float64]:
        """Return the values of the last answer."""
        return np.array(self._solver.getSolution().col_value, dtype=float)

    def solve(self, time_limit_s: float) -> Answer:
        """Solve from the last basis, if there is one."""
        # HiGHS counts the time of all runs of one solver together.
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + max(0.01, time_limit_s))
        ended = _run(self._solver, time_limit_s + _LATE_S)
        answer = _answer(self._solver, self._stage)
        return replace(answer, status="interrupted") if ended == "interrupted" else answer
