"""How each spot is used: idle, used or overfull, as far as so many counts can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from pitchplan.schemas import OCCUPANCY_SCORES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["IDLE_BELOW", "LEVEL", "OVERFULL_ABOVE", "scores"]

IDLE_BELOW = 0.3
"""A spot is idle if its mean count is surely below this share of its pitches (ours)."""
OVERFULL_ABOVE = 0.5
"""A spot is overfull if it is surely full on more than this share of the days counted (ours)."""
LEVEL = 0.9
"""Level of the two-sided intervals behind "surely" (ours)."""


def scores(cells: pd.DataFrame, spots: pd.DataFrame) -> pd.DataFrame:
    """Score every spot of a plan.

    Parameters
    ----------
    cells : pandas.DataFrame
        spot_id, vendors, full, complaints: a row per spot and day counted.
    spots : pandas.DataFrame
        spot_id, number, address, capacity.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.OCCUPANCY_SCORES`, by number.

    Notes
    -----
    The interval of the mean is Garwood's (1936) for Poisson counts, with the counts divided by their
    common overdispersion (variance / mean, pooled over the spots, 1 at least; McCullagh and Nelder,
    1989, 4.5); that of the share of full days is Wilson's (1927). Counts of full days are lower bounds
    of those who wanted to stand there, so a mean is never above what is wanted, and a spot with many
    full days is judged by these first.
    """
    by = cells.groupby("spot_id")
    days = by.size().reindex(spots["spot_id"], fill_value=0).to_numpy()
    total = by["vendors"].sum().reindex(spots["spot_id"], fill_value=0).to_numpy(float)
    most = by["vendors"].max().reindex(spots["spot_id"]).to_numpy(float)
    full = by["full"].sum().reindex(spots["spot_id"], fill_value=0).to_numpy(float)
    complaints = by["complaints"].sum().reindex(spots["spot_id"], fill_value=0).to_numpy(float)
    capacity = spots["capacity"].to_numpy(float)
    seen = np.maximum(days, 1)
    low, high = _mean_interval(total, days, _overdispersion(cells))
    full_low, full_high = _wilson(full, days)
    status = np.select(
        [days == 0, full_low > OVERFULL_ABOVE, high < IDLE_BELOW * capacity, low >= IDLE_BELOW * capacity],
        ["not counted", "overfull", "idle", "used"],
        "too few counts",
    )
    out = pd.DataFrame(
        {
            "spot_id": spots["spot_id"].to_numpy(object),
            "number": spots["number"].to_numpy(),
            "address": spots["address"].to_numpy(object),
            "capacity": spots["capacity"].to_numpy(),
            "days": days,
            "mean": np.where(days > 0, total / seen, np.nan),
            "mean_low": np.where(days > 0, low, np.nan),
            "mean_high": np.where(days > 0, high, np.nan),
            "most": most,
            "days_full": full.astype(int),
            "full_low": np.where(days > 0, full_low, np.nan),
            "full_high": np.where(days > 0, full_high, np.nan),
            "complaints": complaints.astype(int),
            "status": status,
        }
    )
    return out[OCCUPANCY_SCORES.names].sort_values("number", ignore_index=True)


def _overdispersion(cells: pd.DataFrame) -> float:
    """Return variance / mean of the counts on days that were not full, pooled over the spots."""
    free = cells[~cells["full"]]
    mean = free.groupby("spot_id")["vendors"].transform("mean")
    some = mean > 0
    freedom = int(some.sum()) - free.loc[some, "spot_id"].nunique()
    if freedom < 1:
        return 1.0
    excess = float(((free["vendors"] - mean)[some] ** 2 / mean[some]).sum())
    return float(max(1.0, excess / freedom))


def _mean_interval(
    total: NDArray[np.float64], days: NDArray[np.int64], spread: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tail = (1 - LEVEL) / 2
    effective, seen = total / spread, np.maximum(days, 1) / spread
    with np.errstate(invalid="ignore"):
        low = np.where(effective > 0, chi2.ppf(tail, 2 * np.maximum(effective, 1e-9)) / 2, 0.0)
        high = chi2.ppf(1 - tail, 2 * effective + 2) / 2
    return low / seen, high / seen


def _wilson(
    hits: NDArray[np.float64], days: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z = float(norm.ppf(1 - (1 - LEVEL) / 2))
    n = np.maximum(days, 1)
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
