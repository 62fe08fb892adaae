"""A stage given to HiGHS whole: every column and every row in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pitchplan.errors import SolverLied
from pitchplan.siting.search.stages import leeway, staged
from pitchplan.siting.solvers.highs import solve_stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.program import IntegerProgram
    from pitchplan.siting.search.stages import Clock, Staged

__all__ = ["Attempt", "choice_of", "seek_whole"]

_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Attempt:
    """How a search for one goal ended.

    Attributes
    ----------
    status : {"optimal", "infeasible", "limit", "interrupted"}
        How it ended.
    choice : numpy.ndarray of int64 or None, shape (choice columns,)
        The best plan's choice; None where none was found.
    bound : float
        No plan has a better value; infinite or nan where nothing is known.
    solver : str
        Who searched.
    """

    status: Literal["optimal", "infeasible", "limit", "interrupted"]
    choice: NDArray[np.int64] | None
    bound: float
    solver: str


def choice_of(program: IntegerProgram, stage: Staged, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round a solver's values to whole numbers, check them and return the choice among them.

    Parameters
    ----------
    program : IntegerProgram
        The program.
    stage : Staged
        What the solver was given.
    values : numpy.ndarray of float, shape (columns of the stage,)
        What it answered.

    Returns
    -------
    numpy.ndarray of int64, shape (choice columns,)
        Whole.

    Raises
    ------
    SolverLied
        A value is not whole, or breaks a bound or a row; names the first.
    """
    asked = stage.stage
    raw = np.asarray(values, dtype=float)
    if raw.shape != asked.costs.shape or not np.isfinite(raw).all():
        raise SolverLied(f"the solver returned no usable values for the {len(asked.costs)} columns")
    whole = asked.integer
    rounded = np.where(whole, np.rint(raw), raw)
    off = np.abs(raw - rounded)
    if len(off) and off.max() > _TOLERANCE:
        worst = int(off.argmax())
        raise SolverLied(f"column x{stage.columns[worst]} must be whole; the solver returned {raw[worst]!r}")
    room = np.where(whole, 0.0, leeway(1.0) * np.maximum(1.0, np.abs(asked.upper)))
    outside = np.flatnonzero((rounded < asked.lower - room) | (rounded > asked.upper + room))
    if len(outside):
        at = int(outside[0])
        raise SolverLied(f"column x{stage.columns[at]} is {rounded[at]:g}, outside its bounds")
    _check_rows(stage, rounded)
    return np.rint(rounded[: program.choice.stop]).astype(np.int64)


def _check_rows(stage: Staged, values: NDArray[np.float64]) -> None:
    """Raise for a row that the values break: exactly where all its columns are whole."""
    asked = stage.stage
    activity = asked.matrix @ values
    size = abs(asked.matrix) @ np.maximum(1.0, np.abs(values))
    loose = np.asarray(asked.matrix @ (~asked.integer).astype(float)) != 0
    room = np.where(loose, 1e-6 * np.maximum(1.0, size), 1e-9 * np.maximum(1.0, size))
    wrong = np.flatnonzero((activity < asked.row_lower - room) | (activity > asked.row_upper + room))
    if len(wrong):
        raise SolverLied(f"row {wrong[0]} of the stage is broken with {activity[wrong[0]]:g}")


def seek_whole(
    program: IntegerProgram,
    goal: int,
    reached: Sequence[int],
    start: NDArray[np.int64] | None,
    clock: Clock,
    gap: float,
    log: bool,
) -> Attempt:
    """Seek one goal with HiGHS on the whole stage.

    Parameters
    ----------
    program : IntegerProgram
        The program.
    goal : int
        Which goal.
    reached : sequence of int
        Values of the goals before.
    start : numpy.ndarray of int64 or None, shape (columns,)
        A plan that keeps all rows, if one is known.
    clock : Clock
        Time.
    gap : float
        Relative gap at which to stop.
    log : bool
        Whether to print progress.

    Returns
    -------
    Attempt
        Checked as far as the stage goes.
    """
    sought = program.goals[goal]
    if sought.whole is not None:
        found = _host_all(program, goal, reached, clock, log)
        if found is not None:
            return found
    stage = staged(program, goal, reached)
    begin = None if start is None else start[stage.columns].astype(float)
    answer = solve_stage(stage.stage, time_limit_s=clock.left, gap=gap, start=begin, log=log)
    choice = None if answer.values is None else choice_of(program, stage, answer.values)
    return Attempt(answer.status, choice, answer.bound + stage.offset, "highs")


def _host_all(
    program: IntegerProgram, goal: int, reached: Sequence[int], clock: Clock, log: bool
) -> Attempt | None:
    """Ask first for any plan that leaves nothing missing: far easier than counting up to it.

    Measured on cities: "as many as possible" stuck at 330 of 900 where "all, with least
    obstruction" was solved in seconds.
    """
    sought = program.goals[goal]
    later = next((k for k in range(goal + 1, len(program.goals)) if _designs(program, k)), None)
    stage = staged(program, later, reached)
    missing = (sought.costs != 0)[stage.columns]
    stage.stage.upper[missing] = 0.0
    if later is None:
        stage = staged(program, goal, reached)
        stage.stage.upper[(sought.costs != 0)[stage.columns]] = 0.0
    answer = solve_stage(stage.stage, time_limit_s=clock.left * 0.5, first_is_enough=True, log=log)
    if answer.values is None:
        if answer.status == "interrupted":
            raise KeyboardInterrupt
        return None
    choice = choice_of(program, stage, answer.values)
    return Attempt("interrupted" if answer.status == "interrupted" else "optimal", choice, 0.0, "highs")


def _designs(program: IntegerProgram, goal: int) -> bool:
    """Tell whether a goal asks for no more than pitches, runs, streets and changes from week to week."""
    kinds = program._kinds_at(np.flatnonzero(program.goals[goal].costs))
    return program.goals[goal].sense == "least" and kinds <= {"pitch", "run", "street", "change"}
