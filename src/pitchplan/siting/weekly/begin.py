"""A season to begin from: each spot is open as long as it can be, the largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.weekly.program import classes_of_cells, least_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.weekly.program import WeeklyProgram

__all__ = ["first_season"]


def first_season(
    inward: WeeklyProgram, base: SitingProblem, vendors: NDArray[np.int64], painted: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Open what is painted for the weeks in which vendors are left for it.

    A large program has no answer for long where HiGHS is to find the first: this takes milliseconds.

    Parameters
    ----------
    inward : WeeklyProgram
        The season's program, in which no more is painted than ``painted``.
    base : SitingProblem
        The problem of the peak.
    vendors : numpy.ndarray of int64, shape (classes, weeks)
        Vendors to host.
    painted : numpy.ndarray of int64, shape (pitch columns,)
        Pitches of a plan for the peak.

    Returns
    -------
    numpy.ndarray of int64 or None, shape (columns of the program,)
        Values of all columns; None where this way breaks a row, such as a quota of fewest pitches.
    """
    program, cells = inward.program, inward.cells
    used_upper = program.upper[len(painted) : len(painted) + len(cells) * inward.weeks]
    room = np.minimum(used_upper.reshape(-1, inward.weeks).astype(np.int64), painted[cells, None])
    kinds, runs = classes_of_cells(base, cells), base.run_of_pitch[cells]
    least = np.maximum(least_of_runs(base), 1)
    left, used = vendors.copy(), np.zeros((len(painted), inward.weeks), dtype=np.int64)
    kept = painted.copy()
    sizes = np.bincount(runs, painted[cells])
    for run in np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]:
        mine = np.flatnonzero(runs == run)
        taken, asking = np.zeros((len(mine), inward.weeks), dtype=np.int64), left.copy()
        for k, cell in enumerate(mine):
            taken[k] = np.minimum(room[cell], asking[kinds[cell]])
            asking[kinds[cell]] -= taken[k]
        opened = _longest(taken.sum(axis=0), int(least[run]))
        if not opened.any():
            kept[cells[mine]] = 0
            continue
        taken[:, ~opened] = 0
        used[cells[mine]] = taken
        np.subtract.at(left, kinds[mine], taken)
    x = program.completed(inward.choice(kept, used))
    return None if program.broken(x) else x


def _longest(pitches: NDArray[np.int64], least: int) -> NDArray[np.bool_]:
    """Mark the weeks in a row, each with so many pitches at least, that have most of them together."""
    best, begun = np.zeros(len(pitches), dtype=bool), 0
    for week in range(len(pitches) + 1):
        if week == len(pitches) or pitches[week] < least:
            if pitches[begun:week].sum() > pitches[best].sum():
                best[:] = False
                best[begun:week] = True
            begun = week + 1
    return best
