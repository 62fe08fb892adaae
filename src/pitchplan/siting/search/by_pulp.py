"""A stage given to any solver of PuLP."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.errors import NonePlanFound, NoPlanExists
from pitchplan.siting.search.stages import staged
from pitchplan.siting.search.whole import Attempt, choice_of
from pitchplan.siting.solvers.pulp_model import proven, solved, to_pulp, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pitchplan.siting.program import IntegerProgram
    from pitchplan.siting.search.stages import Clock

__all__ = ["seek_by_pulp"]

_STATED_S, _WRITTEN_S = 2.2e-6, 2.9e-6
"""Seconds that PuLP takes per column and entry to state a problem, and to write it to a file."""


def seek_by_pulp(
    program: IntegerProgram, goal: int, reached: Sequence[int], solver: Any, clock: Clock
) -> Attempt:
    """Seek one goal with a solver of PuLP.

    What PuLP would take longer to write down than there is time is not handed over.

    PuLP passes no bound on: where the solver says that it finished, its value is the bound; not so
    where it was asked to stop at a gap, for it then says that it finished too.

    Parameters
    ----------
    program, goal, reached, clock
        As for `seek_whole`.
    solver : pulp.LpSolver
        Not changed; a copy gets the time that is left.
    """
    name = f"pulp {getattr(solver, 'name', type(solver).__name__)}"
    entries = program.size + sum(r.matrix.nnz for r in program.rows)
    if clock.left < (_STATED_S + _WRITTEN_S) * entries:
        return Attempt("limit", None, np.nan, name)
    began = time.monotonic()
    lp, mine = to_pulp(program, goal, reached), copy.copy(solver)
    # How long it took to state tells how fast the machine is now, beside its other work.
    writing = _WRITTEN_S * max(entries, (time.monotonic() - began) / _STATED_S)
    if clock.left < writing:
        return Attempt("limit", None, np.nan, name)
    mine.timeLimit = max(0.1, clock.left - writing)
    lp = solved(lp, mine)
    try:
        values = values_of(program, lp)
    except NoPlanExists:
        return Attempt("infeasible", None, np.nan, name)
    except NonePlanFound:
        return Attempt("limit", None, np.nan, name)
    stage = staged(program, goal, reached)
    choice = choice_of(program, stage, values[stage.columns])
    if proven(lp):
        value = program.goals[goal].value(program.completed(choice))
        return Attempt("optimal", choice, np.nan if _stops_at_a_gap(solver) else float(value), name)
    return Attempt("limit", choice, np.nan, name)


def _stops_at_a_gap(solver: Any) -> bool:
    """Tell whether a solver was told of a gap at which it may stop."""
    told = getattr(solver, "optionsDict", {})
    words = " ".join(str(o).lower() for o in getattr(solver, "options", None) or ())
    said = any(word in words for word in ("gap", "ratio", "allow"))
    return bool(told.get("gapRel") or told.get("gapAbs") or said)
