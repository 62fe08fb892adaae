"""The current stage as a PuLP problem, for any PuLP solver. The only file that knows pulp."""

from __future__ import annotations

import contextlib
import copy
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pulp

from pitchplan.errors import Fault, InputError, NonePlanFound, NoPlanExists
from pitchplan.files.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from numpy.typing import NDArray

    from pitchplan.siting.program import IntegerProgram, Rows

_LATE_S, _LOOK_S = 0.5, 0.2

__all__ = ["proven", "solved", "to_pulp", "values_of"]


def to_pulp(problem: IntegerProgram, stage: int, reached: Sequence[int]) -> pulp.LpProblem:
    """Return one goal's problem with variables x0, x1 …, the goals before it as rows.

    Parameters
    ----------
    problem : IntegerProgram
        The problem.
    stage : int
        Which goal is sought, from 0.
    reached : sequence of int
        Values of the goals before, in order.

    Returns
    -------
    pulp.LpProblem
        Variables by column number: names made from streets collide.

    Raises
    ------
    InputError
        There is no such stage, or not one value per goal before it.
    """
    if not isinstance(stage, Integral) or not 0 <= stage < len(problem.goals):
        raise InputError(Fault("no such goal", f"Give 0 to {len(problem.goals) - 1}", "stage", value=stage))
    given = list(reached) if isinstance(reached, Iterable) else [reached]
    if len(given) != stage or not all(isinstance(v, Real) and np.isfinite(v) for v in given):
        raise InputError(
            Fault(
                "not one value per earlier goal",
                f"Give {stage} values in order",
                "reached",
                value=given,
            )
        )
    goal = problem.goals[stage]
    sense = pulp.LpMaximize if goal.sense == "most" else pulp.LpMinimize
    lp = pulp.LpProblem("siting", sense)
    kinds = (pulp.LpContinuous, pulp.LpInteger)
    x = [
        lp.add_variable(f"x{k}", float(low), float(high), kinds[int(whole)])
        for k, (low, high, whole) in enumerate(zip(problem.lower, problem.upper, problem.whole, strict=True))
    ]
    lp.setObjective(_expression(x, np.flatnonzero(goal.costs), goal.costs[goal.costs != 0]) + goal.offset)
    for block, rows in enumerate(problem.rows):
        _add_rows(lp, x, block, rows)
    for k, (before, value) in enumerate(zip(problem.goals, given, strict=False)):
        least, most = before.kept(round(value))
        columns = np.flatnonzero(before.costs)
        sum_ = _expression(x, columns, before.costs[columns])
        _add(lp, sum_, least - before.offset, most - before.offset, f"goal_{k}")
    return lp


def _expression(x: list[Any], columns: NDArray[np.int64], values: NDArray[Any]) -> pulp.LpAffineExpression:
    pairs = [(x[c], float(v)) for c, v in zip(columns.tolist(), values.tolist(), strict=True)]
    return pulp.LpAffineExpression(pairs)


def _add_rows(lp: pulp.LpProblem, x: list[Any], block: int, rows: Rows) -> None:
    m = rows.matrix
    for k in range(m.shape[0]):
        a, b = m.indptr[k : k + 2]
        # A row over nothing is left out where it holds; else it must tell that there is no answer.
        if a < b or not rows.lower[k] <= 0 <= rows.upper[k]:
            sum_ = _expression(x, m.indices[a:b], m.data[a:b]) if a < b else 0.0 * x[0]
            _add(lp, sum_, rows.lower[k], rows.upper[k], f"r{block}_{k}")


def _add(lp: pulp.LpProblem, sum_: pulp.LpAffineExpression, lower: float, upper: float, name: str) -> None:
    if lower == upper:
        lp.addConstraint(pulp.LpConstraint(sum_, pulp.LpConstraintEQ, name, lower))
        return
    if np.isfinite(lower):
        lp.addConstraint(pulp.LpConstraint(sum_, pulp.LpConstraintGE, f"{name}_least", lower))
    if np.isfinite(upper):
        lp.addConstraint(pulp.LpConstraint(sum_.copy(), pulp.LpConstraintLE, f"{name}_most", upper))


def solved(lp: pulp.LpProblem, solver: Any) -> pulp.LpProblem:
    """Solve a problem with a solver of PuLP; what it says is read by `values_of` and `proven`.

    Whatever happens, a program that PuLP started has ended and its files are gone: PuLP itself
    leaves both behind where it is interrupted. A program that does not keep its ``timeLimit`` is
    ended: CBC's preprocessing was seen to look at no clock for 65 s.
    """
    limit = getattr(solver, "timeLimit", None)
    with scratch_folder() as folder, _ended_after(limit + _LATE_S if limit else None) as ended:
        mine = copy.copy(solver)
        mine.tmpDir = str(folder)
        try:
            lp.solve(mine)
        except pulp.PulpSolverError as error:
            if ended.is_set():
                lp.assignStatus(pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound)
                return lp
            fix = "Install it, or take another solver of PuLP"
            raise InputError(Fault("the solver cannot be run", fix, "solver", value=str(error))) from None
        except KeyboardInterrupt as stop:
            _end_programs(stop)
            raise
    return lp


def _end_programs(stop: BaseException) -> None:
    """End the programs that were waited for where an interrupt came."""
    for frame, _ in traceback.walk_tb(stop.__traceback__):
        for one in _programs_of(frame):
            one.kill()
            one.wait()


@contextlib.contextmanager
def _ended_after(seconds: float | None) -> Iterator[threading.Event]:
    """End programs that this thread has waited for so many seconds; tell whether any was ended."""
    ended, done, thread = threading.Event(), threading.Event(), threading.get_ident()

    def watch() -> None:
        began: dict[int, float] = {}  # PuLP writes files for a while before it starts a program
        while not done.wait(_LOOK_S):
            for frame, _ in traceback.walk_stack(sys._current_frames().get(thread)):
                for one in _programs_of(frame):
                    if time.monotonic() - began.setdefault(one.pid, time.monotonic()) > (seconds or 0.0):
                        ended.set()
                        one.kill()

    if seconds is not None:
        threading.Thread(target=watch, daemon=True).start()
    try:
        yield ended
    finally:
        done.set()


def _programs_of(frame: FrameType) -> list[subprocess.Popen[Any]]:
    """Return the programs that a frame has started and that have not ended."""
    found = [one for one in frame.f_locals.values() if isinstance(one, subprocess.Popen)]
    # One that is only being started has no number yet.
    return [one for one in found if getattr(one, "pid", None) and one.poll() is None]


def proven(lp: pulp.LpProblem) -> bool:
    """Tell whether the solver says that it finished; PuLP's status says so even where it was stopped."""
    return bool(lp.sol_status == pulp.LpSolutionOptimal)


def values_of(problem: IntegerProgram, lp: pulp.LpProblem) -> NDArray[np.float64]:
    """Return the value of each column in a solved problem.

    The problem's status "Optimal" is not believed: a solver that was stopped says so too, and
    leaves numbers behind where it found nothing.

    Raises
    ------
    NoPlanExists
        The solver found that there is no answer.
    NonePlanFound
        There is no answer to read.
    InputError
        It is no problem of PuLP.
    """
    if not isinstance(lp, pulp.LpProblem):
        raise InputError(Fault("not a problem of PuLP", "Give what to_pulp returned", "lp", value=lp))
    if lp.sol_status == pulp.LpSolutionInfeasible or lp.status == pulp.LpStatusInfeasible:
        raise NoPlanExists("the solver found that no plan satisfies the rows it was given")
    if lp.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        raise NonePlanFound(
            f"the problem holds no answer (status {pulp.LpStatus[lp.status]!r}); solve it first"
        )
    # A column in no row and no goal is not handed to the solver: it has no value and stays where it is.
    values = problem.lower.astype(float)
    for variable in lp.variables():
        number, value = variable.name[1:], variable.varValue
        mine = variable.name[:1] == "x" and number.isdigit() and int(number) < len(values)
        if mine and value is not None:
            values[int(number)] = value
    return values
