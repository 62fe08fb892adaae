"""How much of each limit a plan uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.model.entries import LIMIT_COLUMNS, Entry

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem

__all__ = ["used"]


def used(problem: SitingProblem, x: NDArray[np.int64], spots: pd.DataFrame) -> list[int]:
    """Return what each line of the table of limits counts in a plan.

    Of a limit on every spot, the fullest spot; of spots or metres that must be in reach, the least;
    of spots apart, the metres between the two nearest, at most twice what was asked.

    Parameters
    ----------
    problem : SitingProblem
        Its ``facts.limits``.
    x : numpy.ndarray of int64, shape (columns,)
        The plan.
    spots : pandas.DataFrame
        Its spots.
    """
    by_name = {rows.name: rows for rows in problem.rows if rows.optional}
    counts = []
    for limit in problem.facts.limits.itertuples():
        rows = by_name.get(f"limit {_entry(limit)}")
        if limit.group_by == "spot":
            counts.append(int(spots["capacity"].max()) if len(spots) else 0)
        elif limit.counts == "metres between spots":
            counts.append(_apart(problem, x, int(limit.at_least)))
        elif rows is None:
            counts.append(0)
        else:
            counts.append(int((rows.matrix @ x).min(initial=2**31)) if rows.matrix.shape[0] else 0)
    return counts


def _entry(limit: object) -> str:
    return str(Entry(*(getattr(limit, column) for column in LIMIT_COLUMNS)))


def _apart(problem: SitingProblem, x: NDArray[np.int64], asked_m: int) -> int:
    """Return whole metres between the two nearest open spots, at most twice what was asked."""
    first, second, gap = problem.facts.statement.ground.run_pairs(float(asked_m) * 2)
    is_open = x[problem.block("run")] > 0
    near = gap[is_open[first] & is_open[second]]
    return int(near.min()) if len(near) else 2 * asked_m
