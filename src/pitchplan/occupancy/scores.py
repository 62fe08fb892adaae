"""How each spot is used: idle, used or overfull, as far as so many counts can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import gammainc
from scipy.stats import chi2, norm

from pitchplan.schemas import OCCUPANCY_SCORES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "COMPLAINTS_ABOVE",
    "IDLE_BELOW",
    "LEAST_DAYS",
    "LEVEL",
    "OVERFULL_ABOVE",
    "STAY_DAYS",
    "scores",
]

IDLE_BELOW = 0.3
"""A spot is idle if its mean count is surely below this share of its pitches (ours)."""
OVERFULL_ABOVE = 0.5
"""A spot is overfull if it is surely full on more than this share of the days counted (ours)."""
COMPLAINTS_ABOVE = 0.5
"""A spot is complaint-ridden if it surely gets more complaints than this per day counted (ours)."""
LEVEL = 0.9
"""Level of the two-sided intervals behind "surely" (ours)."""
LEAST_DAYS = 5
"""Fewer days counted never tell, whatever was seen: one rainy day empties every spot (ours)."""
STAY_DAYS = 3.0
"""Days a load sells for: counts on days nearer than this see some of the same vendors. About three days
for a tractor's load of 2.4 t, as reported from Chinese cities; shorter stays narrow the intervals."""


def scores(cells: pd.DataFrame, spots: pd.DataFrame) -> pd.DataFrame:
    """Score every spot of a plan.

    Parameters
    ----------
    cells : pandas.DataFrame
        spot_id, date, vendors, full, complaints, capacity (of that day), most (of its rounds): a row per
        spot and day counted.
    spots : pandas.DataFrame
        spot_id, number, address, capacity.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.OCCUPANCY_SCORES`, by number.

    Notes
    -----
    The interval of the mean is Garwood's (1936) for Poisson counts, with counts and days divided by their
    common overdispersion (variance / mean, pooled over the spots, 1 at least; McCullagh and Nelder,
    1989, 4.5); that of the share of full days is Wilson's (1927). Both count a spot's days as the
    independent ones they are worth: n^2 / sum of the correlations, where counts lag days apart share
    1 - lag / `STAY_DAYS` of their vendors (what is left in an infinite-server queue with fixed stays;
    Eick, Massey and Whitt, 1993). Fewer than `LEAST_DAYS` days tell nothing.

    A full day's count is a lower bound of those who wanted to stand there, so the mean is never above
    what is wanted, and the more so the fuller a spot is. ``wanted`` is the Poisson mean that makes the
    counts likeliest with "at least so many" on full days, by expectation maximisation (Dempster, Laird
    and Rubin, 1977, 4.2); nobody knows it of a spot that was full on every day.
    """
    ids = spots["spot_id"].astype(str)
    by = cells.groupby("spot_id")

    def summed(column: str) -> Floats:
        out: Floats = by[column].sum().reindex(ids, fill_value=0).to_numpy(float)
        return out

    days = by.size().reindex(ids, fill_value=0).to_numpy()
    worth = _days_worth(cells).reindex(ids, fill_value=0.0).to_numpy(float)
    total, full, complaints, room = map(summed, ("vendors", "full", "complaints", "capacity"))
    seen, some = np.maximum(days, 1), days > 0
    thinned = _overdispersion(cells) * seen / np.maximum(worth, 1e-9)
    low, high = _garwood(total, seen, np.where(some, thinned, 1.0))
    full_low, full_high = _wilson(full / seen, np.where(some, worth, 1.0))
    idle_at = IDLE_BELOW * room / seen
    status = np.select(
        [~some, days < LEAST_DAYS, full_low > OVERFULL_ABOVE, high < idle_at, low >= idle_at],
        ["not counted", "too few counts", "overfull", "idle", "used"],
        "too few counts",
    )

    def known(values: Any) -> Floats:
        out: Floats = np.where(some, values, np.nan)
        return out

    out = pd.DataFrame(
        {
            "spot_id": ids.to_numpy(object),
            "number": spots["number"].to_numpy(),
            "address": spots["address"].to_numpy(object),
            "capacity": spots["capacity"].to_numpy(),
            "days": days,
            "days_worth": worth,
            "mean": known(total / seen),
            "mean_low": known(low),
            "mean_high": known(high),
            "most": by["most"].max().reindex(ids).to_numpy(float),
            "used_share": known(total / np.maximum(room, 1)),
            "wanted": _wanted(cells).reindex(ids).to_numpy(float),
            "days_full": full.astype(int),
            "full_low": known(full_low),
            "full_high": known(full_high),
            "complaints": complaints.astype(int),
            "complaints_low": known(_garwood(complaints, seen, np.ones(len(seen)))[0]),
            "status": status,
        }
    )
    return out[OCCUPANCY_SCORES.names].sort_values("number", ignore_index=True)


def _days_worth(cells: pd.DataFrame) -> pd.Series:
    """Return the independent days that each spot's days counted are worth."""
    found = {}
    for spot, dates in cells.groupby("spot_id")["date"]:
        day = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
        lag = np.abs(day[:, None] - day[None, :])
        found[str(spot)] = len(day) ** 2 / float(np.maximum(0.0, 1 - lag / STAY_DAYS).sum())
    return pd.Series(found, dtype=float)


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


def _garwood(total: Floats, days: NDArray[np.int64], spread: Floats) -> tuple[Floats, Floats]:
    """Return the interval of a Poisson mean per day, total and days divided by a spread."""
    tail = (1 - LEVEL) / 2
    count, seen = total / spread, days / spread
    low = np.where(count > 0, chi2.ppf(tail, 2 * np.maximum(count, 1e-9)) / 2, 0.0)
    high = chi2.ppf(1 - tail, 2 * count + 2) / 2
    return low / seen, high / seen


def _wilson(share: Floats, days: Floats) -> tuple[Floats, Floats]:
    """Return the interval of a share seen on so many independent days."""
    z = float(norm.ppf(1 - (1 - LEVEL) / 2))
    middle = share + z * z / (2 * days)
    half = z * np.sqrt(share * (1 - share) / days + z * z / (4 * days * days))
    return (middle - half) / (1 + z * z / days), (middle + half) / (1 + z * z / days)


def _wanted(cells: pd.DataFrame) -> pd.Series:
    """Return the mean number that wanted to stand at each spot; not a number where all days were full."""
    if not len(cells):
        return pd.Series(dtype=float)
    names, spot = np.unique(cells["spot_id"].to_numpy(dtype=str), return_inverse=True)
    seen, full = cells["vendors"].to_numpy(float), cells["full"].to_numpy(bool) & (cells["vendors"] > 0)
    days = np.bincount(spot)
    mean = np.maximum(np.bincount(spot, seen) / days, 1e-9)
    filled, least = seen.copy(), seen[full]
    for _ in range(5000 if full.any() else 0):
        # E[N | N >= c] = mean P(N >= c - 1) / P(N >= c); P(N >= c) is the regularised gamma P(c, mean).
        its = mean[spot[full]]
        below = np.where(least > 1, gammainc(np.maximum(least - 1, 1e-9), its), 1.0)
        filled[full] = np.maximum(its * below / np.maximum(gammainc(least, its), 1e-300), least)
        fresh = np.maximum(np.bincount(spot, filled) / days, 1e-9)
        done = np.abs(fresh - mean).max() < 1e-6
        mean = fresh
        if done:
            break
    always = np.bincount(spot, full) == days
    return pd.Series(np.where(always, np.nan, mean), index=names)
