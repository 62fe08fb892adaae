"""The columns of a siting problem: which pitches share one, and what each stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.schemas import as_text
from pitchplan.siting.program import CONTINUOUS, sort_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem

__all__ = ["Bays", "bay_columns", "variables"]


@dataclass(frozen=True, eq=False)
class Bays:
    """Pitch columns. Bays of a run that nothing tells apart share one whole-number column.

    Attributes
    ----------
    column : numpy.ndarray of int64, shape (pitches,)
        Column of each pitch.
    run : numpy.ndarray of int64, shape (pitch columns,)
        Run of each column.
    size : numpy.ndarray of int64, shape (pitch columns,)
        Pitches that share the column: its upper bound.
    first : numpy.ndarray of int64, shape (pitch columns,)
        A pitch that stands for the column: all its pitches are alike.
    """

    column: NDArray[np.int64]
    run: NDArray[np.int64]
    size: NDArray[np.int64]
    first: NDArray[np.int64]


def bay_columns(
    pitches: pd.DataFrame,
    run: NDArray[np.int64],
    clashing: NDArray[np.bool_],
    cost: NDArray[np.int64],
    *,
    told_apart_by: Collection[str] = (),
) -> Bays:
    """Give each pitch a column; pitches without clashes that are alike share one.

    Parameters
    ----------
    pitches : pandas.DataFrame
        Legal pitches in canonical order, by run.
    run : numpy.ndarray of int64, shape (pitches,)
        Run of each pitch.
    clashing : numpy.ndarray of bool, shape (pitches,)
        Whether a pitch clashes with another.
    cost : numpy.ndarray of int64, shape (pitches,)
        Obstruction of each pitch.
    told_apart_by : collection of str
        Columns that limits count by, so that pitches that differ there are not alike.

    Returns
    -------
    Bays
        Columns ordered by run, then by the first pitch in them.
    """
    alone = np.where(clashing, np.arange(len(pitches)), -1)
    key = pd.DataFrame({"_run": run, "_cost": cost, "_alone": alone})
    for name in sorted({"vehicle", "community_id", "district"} | set(told_apart_by)):
        key[name] = as_text(pitches[name]).to_numpy(dtype=object)
    column = key.groupby(list(key.columns), sort=False).ngroup().to_numpy(dtype=np.int64)
    _, first, size = np.unique(column, return_index=True, return_counts=True)
    return Bays(column, run[first], size.astype(np.int64), first.astype(np.int64))


def variables(problem: SitingProblem) -> pd.DataFrame:
    """List what each column stands for: column, kind, run_id, street_id, pitch_ids, group."""
    n = problem.size
    run_ids = problem.facts.runs["run_id"].to_numpy(dtype=object)
    run_id, street_id = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    group = np.full(n, -1, dtype=np.int64)
    pitches, runs = problem.block("pitch"), problem.block("run")
    run_id[pitches] = run_ids[problem.run_of_pitch]
    run_id[runs] = run_ids
    street_id[problem.block("street")] = problem.facts.street_ids
    for kind, _ in problem.blocks:
        if sort_of(kind) not in CONTINUOUS:
            continue
        block = problem.block(kind)
        for follower in problem.followers:
            if follower.columns == block and block.stop > block.start:
                pairs, of_run = _pairs(follower, block.stop - block.start)
                group[block] = pairs
                run_id[block] = np.where(of_run >= 0, np.append(run_ids, "")[of_run], "")
    ids = np.empty(n, dtype=object)
    ids[:] = [()] * n
    names = problem.facts.pitches["pitch_id"].to_numpy(dtype=object)
    order = np.argsort(problem.column_of_pitch, kind="stable")
    ends = np.searchsorted(problem.column_of_pitch[order], np.arange(pitches.stop + 1))
    for column in range(pitches.stop):
        ids[column] = tuple(names[order[ends[column] : ends[column + 1]]])
    return pd.DataFrame(
        {
            "column": np.arange(n),
            "kind": problem.kind.astype(object),
            "run_id": run_id,
            "street_id": street_id,
            "pitch_ids": ids,
            "group": group,
        }
    )


def _pairs(follower: Any, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the group and the run (-1 for none) of each column of a late block."""
    pairs = getattr(follower, "serving", follower)
    if hasattr(pairs, "group"):
        group, run = pairs.group, pairs.run
        rest = np.arange(size - len(group))
        return np.concatenate([group, rest]), np.concatenate([run, np.full(len(rest), -1)])
    return np.arange(size), np.full(size, -1)
