"""The rows of a siting problem, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from pitchplan.siting.clashes import clique_cover
from pitchplan.siting.limits import describe, members
from pitchplan.siting.problem import Rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    from pitchplan.siting.columns import Bays, Layout
    from pitchplan.siting.problem import Serving
    from pitchplan.traffic.obstruction import Obstruction

__all__ = ["all_rows"]


def all_rows(
    plan: Layout,
    bays: Bays,
    pitches: pd.DataFrame,
    clashes: pd.DataFrame,
    limits: pd.DataFrame,
    keep: dict[str, str],
    vendors: int,
    spot_size: tuple[int, int],
    scores: Obstruction,
    serving: Serving | None,
) -> tuple[Rows, ...]:
    """Return every row block, in the order of the problem's statement.

    Parameters
    ----------
    plan, bays : Layout, Bays
        Columns.
    pitches, clashes, limits : pandas.DataFrame
        Legal pitches in canonical order, pairs that clash, checked limits.
    keep : dict of str to str
        Runs that must be opened, and the decision that says so.
    vendors : int
        Vendors to host.
    spot_size : (int, int)
        Fewest and most pitches of a spot that is opened.
    scores : Obstruction
        Tells each run's street.
    serving : Serving or None
        Who may be served where.

    Returns
    -------
    tuple of Rows
        Blocks.
    """
    n = len(plan.kind)
    blocks = [_vendor_row(plan, bays, vendors), *_spot_rows(plan, bays, n, spot_size)]
    blocks.append(_street_rows(plan, scores, n))
    blocks.append(_clash_rows(bays, pitches, clashes, n))
    blocks += _quota_rows(bays, pitches, limits, n)
    blocks += _keep_rows(plan, keep, n)
    if serving is not None:
        blocks += _serving_rows(plan, bays, serving, n)
    return tuple(blocks)


def _matrix(row: ArrayLike, column: ArrayLike, value: ArrayLike, rows: int, n: int) -> csr_array:
    """Return a CSR matrix of whole numbers with sorted columns."""
    r, c = np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64)
    v = np.broadcast_to(np.asarray(value, dtype=np.int64), r.shape)
    matrix = csr_array((v, (r, c)), shape=(rows, n))
    matrix.sort_indices()
    return matrix


def _vendor_row(plan: Layout, bays: Bays, vendors: int) -> Rows:
    """Pitches and shortfall together are the vendors."""
    columns = np.append(np.arange(len(bays.run)), plan.shortfall)
    both = np.full(1, float(vendors))
    return Rows("vendors", _matrix(np.zeros(len(columns)), columns, 1, 1, len(plan.kind)), both, both)


def _spot_rows(plan: Layout, bays: Bays, n: int, spot_size: tuple[int, int]) -> list[Rows]:
    """Give a spot at least and at most so many pitches if it is open, and none if not."""
    runs = plan.street - plan.run
    least, most = spot_size
    room = np.minimum(np.bincount(bays.run, weights=bays.size, minlength=runs).astype(np.int64), most)
    bay = np.arange(len(bays.run))
    row, column = np.append(bays.run, np.arange(runs)), np.append(bay, plan.run + np.arange(runs))
    ones = np.ones(len(bay), dtype=np.int64)
    below, above = np.full(runs, -np.inf), np.full(runs, np.inf)
    zero = np.zeros(runs)
    single = np.flatnonzero(bays.size == 1)
    pairs = np.arange(len(single))
    opened = _matrix(
        np.append(pairs, pairs),
        np.append(single, plan.run + bays.run[single]),
        np.repeat([1, -1], len(single)),
        len(single),
        n,
    )
    return [
        Rows(
            "spot-least", _matrix(row, column, np.append(ones, np.full(runs, -least)), runs, n), zero, above
        ),
        Rows("spot-most", _matrix(row, column, np.append(ones, -room), runs, n), below, zero),
        Rows("bay-open", opened, np.full(len(single), -np.inf), np.zeros(len(single))),
    ]


def _street_rows(plan: Layout, scores: Obstruction, n: int) -> Rows:
    """Count a street as used if one of its runs is open."""
    has_columns = plan.shortfall > plan.street
    run = np.flatnonzero(scores.street_of_run >= 0) if has_columns else np.zeros(0, dtype=np.int64)
    k = np.arange(len(run))
    matrix = _matrix(
        np.append(k, k),
        np.append(plan.run + run, plan.street + scores.street_of_run[run]),
        np.repeat([1, -1], len(run)),
        len(run),
        n,
    )
    return Rows("street-open", matrix, np.full(len(run), -np.inf), np.zeros(len(run)))


def _clash_rows(bays: Bays, pitches: pd.DataFrame, clashes: pd.DataFrame, n: int) -> Rows:
    """Of pitches that clash with one another at most one is chosen."""
    place = {p: k for k, p in enumerate(pitches["pitch_id"])}
    first = np.array([place.get(p, -1) for p in clashes["pitch_a"].astype(str)], dtype=np.int64)
    second = np.array([place.get(p, -1) for p in clashes["pitch_b"].astype(str)], dtype=np.int64)
    legal = (first >= 0) & (second >= 0)
    cliques = clique_cover(bays.column[first[legal]], bays.column[second[legal]])
    row = np.repeat(np.arange(len(cliques)), [len(c) for c in cliques])
    column = [c for clique in cliques for c in clique]
    return Rows(
        "clashes",
        _matrix(row, column, 1, len(cliques), n),
        np.full(len(cliques), -np.inf),
        np.ones(len(cliques)),
    )


def _quota_rows(bays: Bays, pitches: pd.DataFrame, limits: pd.DataFrame, n: int) -> list[Rows]:
    """Each quota is a block of one row, so that it can be named and taken back alone."""
    blocks = []
    alike = pitches.iloc[bays.first]
    for _, limit in limits[limits["group_by"] != "spot"].iterrows():
        columns = np.flatnonzero(members(limit, alike))
        if len(columns) == 0:
            continue
        low, high = float(limit["at_least"]), float(limit["at_most"])
        blocks.append(
            Rows(
                f"limit {describe(limit)}",
                _matrix(np.zeros(len(columns)), columns, 1, 1, n),
                np.array([low if low > 0 else -np.inf]),
                np.array([high if high < bays.size[columns].sum() else np.inf]),
                optional=True,
            )
        )
    return blocks


def _keep_rows(plan: Layout, keep: dict[str, str], n: int) -> list[Rows]:
    place = {r: k for k, r in enumerate(plan.variables["run_id"].iloc[plan.run : plan.street])}
    return [
        Rows(
            f"decision {keep[run]} (keep spot {run})",
            _matrix([0], [plan.run + place[run]], 1, 1, n),
            np.ones(1),
            np.full(1, np.inf),
            optional=True,
        )
        for run in sorted(keep)
    ]


def _serving_rows(plan: Layout, bays: Bays, serving: Serving, n: int) -> list[Rows]:
    """Let a spot serve what its pitches can, and each resident be served once."""
    runs, groups = plan.street - plan.run, len(serving.residents)
    served = plan.served + np.arange(len(serving.run))
    row, column = np.append(serving.run, bays.run), np.append(served, np.arange(len(bays.run)))
    value = np.append(
        np.ones(len(served), dtype=np.int64), np.full(len(bays.run), -serving.per_pitch, dtype=np.int64)
    )
    return [
        Rows(
            "serve-within-capacity",
            _matrix(row, column, value, runs, n),
            np.full(runs, -np.inf),
            np.zeros(runs),
        ),
        Rows(
            "serve-once",
            _matrix(serving.group, served, 1, groups, n),
            np.full(groups, -np.inf),
            serving.residents.astype(float),
        ),
    ]
