"""Pure covering stages: so many sites, as many residents in reach as possible, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.follow import Covered
from pitchplan.siting.search.whole import Attempt, seek_whole
from pitchplan.siting.solvers.large import cover_most

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.program import IntegerProgram
    from pitchplan.siting.search.stages import Clock

__all__ = ["is_large_covering", "seek_large_covering"]

_FEW_SITES = 400
_FEW_PAIRS = 30_000
_MOST_PAIRS_WHOLE = 300_000


def is_large_covering(program: IntegerProgram) -> bool:
    """Tell whether a program is pure covering of a size that HiGHS does not close.

    With few sites it does, however many residents there are: residents in reach of the same sites
    are one group.
    """
    held = program.rows_held()
    covered = program.followers[0] if len(program.followers) == 1 else None
    return (
        [kind for kind, _ in program.blocks] == ["run", "covered"]
        and len(program.goals) == 1
        and isinstance(covered, Covered)
        and covered.times == 1
        and len(held) == 1
        and held[0].matrix.shape[0] == 1
        and bool(held[0].lower[0] == held[0].upper[0])
        and held[0].matrix.nnz == program.choice.stop
        and bool((held[0].matrix.data == 1).all())
        and program.choice.stop > _FEW_SITES
        and covered.reach.nnz > _FEW_PAIRS
    )


def seek_large_covering(
    program: IntegerProgram, start: NDArray[np.int64] | None, clock: Clock, gap: float, log: bool
) -> Attempt:
    """Seek the only goal of a large covering program.

    Parameters
    ----------
    program : IntegerProgram
        As `is_large_covering` tells.
    start, clock, gap, log
        As for `seek_whole`.

    Returns
    -------
    Attempt
        HiGHS goes on from the search's answer where the problem is of middle size.
    """
    covered = program.followers[0]
    assert isinstance(covered, Covered)
    lower, upper = program.lower[program.choice], program.upper[program.choice]
    middle = covered.reach.nnz <= _MOST_PAIRS_WHOLE
    found = cover_most(
        covered.reach,
        covered.residents,
        int(program.rows_held()[0].lower[0]),
        must=lower > 0,
        never=upper <= 0,
        start=None if start is None else np.flatnonzero(start[program.choice] > 0),
        gap=gap,
        clock_s=clock.left * (0.5 if middle else 1.0),
        is_merged=True,
        log=log,
    )
    choice = np.zeros(program.choice.stop, dtype=np.int64)
    choice[found.chosen] = 1
    # A search that went through all its steps and left a gap has proven nothing.
    status = "interrupted" if found.interrupted else "limit"
    mine = Attempt(status, choice, found.bound, "large")  # type: ignore[arg-type]
    closed = found.bound - found.value <= gap * max(1.0, found.value)
    if found.interrupted or closed or not middle or clock.left <= 0:
        return mine
    more = seek_whole(program, 0, [], program.completed(choice), clock, gap, log)
    better = choice if more.choice is None else more.choice
    status = "limit" if more.status == "optimal" and more.choice is None else more.status
    return Attempt(status, better, min(more.bound, found.bound), "large and highs")
