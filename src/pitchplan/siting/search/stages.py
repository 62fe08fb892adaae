"""One stage of an integer program: a goal to seek, and the goals before it as rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from pitchplan.siting.solvers.highs import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.program import IntegerProgram

__all__ = ["Clock", "Staged", "leeway", "staged"]


class Clock:
    """Counts seconds down.

    Parameters
    ----------
    seconds : float
        From now.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.stopped = False

    def stop(self) -> None:
        """Leave no time, because of Ctrl-C: what comes after does what is done at once."""
        self._end, self.stopped = time.monotonic(), True

    @property
    def left(self) -> float:
        """Seconds left, 0 or more."""
        return max(0.0, self._end - time.monotonic())


def leeway(bound: float) -> float:
    """Return how far a solver's bound may be off: its tolerances grow with the size of the goal."""
    return 1e-6 + 1e-7 * abs(bound)


@dataclass(frozen=True, eq=False)
class Staged:
    """A stage's arrays over the columns that it asks for.

    Attributes
    ----------
    stage : Stage
        What a solver gets; changing its arrays changes no program.
    columns : numpy.ndarray of int64
        Columns of the program, the choice first.
    offset : int
        What the goal's value has beside the sum over columns.
    """

    stage: Stage
    columns: NDArray[np.int64]
    offset: int


def staged(
    program: IntegerProgram,
    goal: int | None,
    reached: Sequence[int],
    *,
    without: frozenset[int] = frozenset(),
) -> Staged:
    """Return one goal's problem.

    Parameters
    ----------
    program : IntegerProgram
        The program.
    goal : int or None
        Which goal is sought; None to seek any plan.
    reached : sequence of int
        Values of the first goals, which become rows.
    without : frozenset of int
        Row blocks, by place, that are left out.

    Returns
    -------
    Staged
        Without the columns, and the rows that define them, that neither these goals nor any limit
        asks for.
    """
    upto = max(len(reached), -1 if goal is None else goal + 1)
    kinds, rows = program.needed(upto, without)
    columns = np.concatenate(
        [
            np.arange(b.start, b.stop)
            for kind, _ in program.blocks
            if kind in kinds
            for b in [program.block(kind)]
        ]
    )
    every = len(columns) == program.size
    parts = [csr_array((0, len(columns)), dtype=np.int64)]
    parts += [r.matrix if every else r.matrix[:, columns] for r in rows]
    lower, upper = [r.lower for r in rows], [r.upper for r in rows]
    for before, value in zip(program.goals, reached, strict=False):
        least, most = before.kept(value)
        parts.append(csr_array(before.costs[None, columns]))
        lower.append(np.array([least - before.offset]))
        upper.append(np.array([most - before.offset]))
    costs, most_wanted, offset = np.zeros(len(columns)), False, 0
    if goal is not None:
        sought = program.goals[goal]
        costs, offset = sought.costs[columns].astype(float), sought.offset
        most_wanted = sought.sense == "most"
    stage = Stage(
        costs=costs,
        most=most_wanted,
        lower=program.lower[columns].copy(),
        upper=program.upper[columns].copy(),
        integer=program.whole[columns],
        matrix=csr_array(vstack(parts, format="csr")),
        row_lower=np.concatenate([np.zeros(0), *lower]),
        row_upper=np.concatenate([np.zeros(0), *upper]),
    )
    return Staged(stage, columns, offset)
