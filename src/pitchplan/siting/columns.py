"""The columns of a siting problem: which pitches share one, and in which order they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.problem import Serving

__all__ = ["Bays", "Layout", "bay_columns", "layout"]


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
    cost : numpy.ndarray of int64, shape (pitch columns,)
        Obstruction of one pitch of the column.
    first : numpy.ndarray of int64, shape (pitch columns,)
        A pitch that stands for the column: all its pitches are alike.
    """

    column: NDArray[np.int64]
    run: NDArray[np.int64]
    size: NDArray[np.int64]
    cost: NDArray[np.int64]
    first: NDArray[np.int64]


def bay_columns(
    pitches: pd.DataFrame,
    runs: pd.DataFrame,
    clashes: pd.DataFrame,
    cost: NDArray[np.int64],
    *,
    by_street: bool = False,
) -> Bays:
    """Give each pitch a column; pitches without clashes that are alike share one.

    Parameters
    ----------
    pitches : pandas.DataFrame
        Legal pitches in canonical order.
    runs : pandas.DataFrame
        Runs in canonical order.
    clashes : pandas.DataFrame
        Columns as `schemas.CLASHES`.
    cost : numpy.ndarray of int64, shape (pitches,)
        Obstruction of each pitch.
    by_street : bool
        Whether a limit counts by street, so that pitches of a run on two streets are not alike.

    Returns
    -------
    Bays
        Columns ordered by run, then by the first pitch in them.
    """
    legal = set(pitches["pitch_id"])
    both = clashes["pitch_a"].astype(str).isin(legal) & clashes["pitch_b"].astype(str).isin(legal)
    clashing = set(clashes["pitch_a"][both].astype(str)) | set(clashes["pitch_b"][both].astype(str))
    place = {r: k for k, r in enumerate(runs["run_id"])}
    run = np.array([place[r] for r in pitches["run_id"].astype(str)], dtype=np.int64)
    seen: dict[tuple[object, ...], int] = {}
    column = np.zeros(len(pitches), dtype=np.int64)
    street = pitches["street_id"].fillna("").astype(str) if by_street else [""] * len(pitches)
    alike = zip(
        run.tolist(),
        street,
        pitches["community_id"].fillna("").astype(str),
        pitches["district"].fillna("").astype(str),
        cost.tolist(),
        pitches["pitch_id"],
        strict=True,
    )
    for k, (r, on, community, district, score, pitch) in enumerate(alike):
        key = (r, on, community, district, score, pitch if pitch in clashing else "")
        column[k] = seen.setdefault(key, len(seen))
    _, first, size = np.unique(column, return_index=True, return_counts=True)
    return Bays(column, run[first], size.astype(np.int64), cost[first], first.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the blocks of columns lie.

    Attributes
    ----------
    kind : numpy.ndarray of str, shape (columns,)
        Kind of each column.
    upper : numpy.ndarray of float, shape (columns,)
        Upper bound of each column.
    run, street, shortfall, served : int
        First column of each block; pitches start at 0.
    variables : pandas.DataFrame
        One row per column.
    """

    kind: NDArray[np.str_]
    upper: NDArray[np.float64]
    run: int
    street: int
    shortfall: int
    served: int
    variables: pd.DataFrame


def layout(
    bays: Bays,
    pitches: pd.DataFrame,
    runs: pd.DataFrame,
    streets: tuple[str, ...],
    serving: Serving | None,
) -> Layout:
    """Lay the columns out: pitches, runs, streets, shortfall, served."""
    pairs = 0 if serving is None else len(serving.run)
    counts = (len(bays.run), len(runs), len(streets), 1, pairs)
    starts = np.cumsum((0, *counts))
    kind = np.repeat(np.array(["pitch", "run", "street", "shortfall", "served"]), counts)
    upper = np.ones(len(kind))
    upper[: counts[0]] = bays.size
    run_ids = runs["run_id"].to_numpy(dtype=object)
    run_id = np.full(len(kind), "", dtype=object)
    run_id[: counts[0]] = run_ids[bays.run]
    run_id[starts[1] : starts[2]] = run_ids
    street_id = np.full(len(kind), "", dtype=object)
    street_id[starts[2] : starts[3]] = streets
    group = np.full(len(kind), -1, dtype=np.int64)
    if serving is not None:
        upper[starts[4] :] = serving.residents[serving.group]
        run_id[starts[4] :] = run_ids[serving.run]
        group[starts[4] :] = serving.group
    pitch_ids = np.full(len(kind), None, dtype=object)
    for k in range(len(kind)):
        pitch_ids[k] = ()
    for pitch, column in zip(pitches["pitch_id"], bays.column.tolist(), strict=True):
        pitch_ids[column] += (pitch,)
    variables = pd.DataFrame(
        {
            "column": np.arange(len(kind)),
            "kind": kind.astype(object),
            "run_id": run_id,
            "street_id": street_id,
            "pitch_ids": pitch_ids,
            "group": group,
        }
    )
    return Layout(kind, upper, int(starts[1]), int(starts[2]), int(starts[3]), int(starts[4]), variables)
