"""From harvest to daily flow: when a harvest comes in, and how much of it goes to the city."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from pitchplan.demand.model.stays import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["daily_flow", "harvest_profile", "profiles"]

_PERT_LAMBDA = 4.0


def harvest_profile(first: dt.date, peak: dt.date, last: dt.date) -> Floats:
    """Share of a harvest that falls on each day of its window.

    A scaled Beta on the window, mode in the middle of the peak day, shape as in PERT with lambda 4
    (Malcolm et al. 1959): alpha = 1 + 4 m / n, beta = 1 + 4 (n - m) / n, where n is the number of
    days and m the mode in days after the window's start. A day's share is the difference of the
    distribution function between its two ends, so the shares sum to 1.

    Parameters
    ----------
    first, peak, last : datetime.date
        First day, day of greatest harvest and last day, ``first <= peak <= last``.

    Returns
    -------
    numpy.ndarray
        Shape (days,), shares of 0 to 1.

    Examples
    --------
    >>> harvest_profile(dt.date(2026, 6, 1), dt.date(2026, 6, 2), dt.date(2026, 6, 3)).round(3).tolist()
    [0.21, 0.58, 0.21]
    """
    days = (last - first).days + 1
    mode = ((peak - first).days + 0.5) / days
    edges = np.arange(days + 1) / days
    below = betainc(1 + _PERT_LAMBDA * mode, 1 + _PERT_LAMBDA * (1 - mode), edges)
    shares: Floats = np.diff(below)
    shares /= shares.sum()
    return shares


def daily_flow(survey: pd.DataFrame) -> pd.DataFrame:
    """Tonnes per day that each survey row sends to be sold directly in the city, as surveyed.

    Area times yield times (1 - loss) times likely city share, spread over the harvest window by
    `harvest_profile`. A column's sum is the row's whole amount.

    Parameters
    ----------
    survey : pandas.DataFrame
        A survey as `read_harvest` returns it, n rows.

    Returns
    -------
    pandas.DataFrame
        One row per day from the first harvest to the last, one column per survey row (named by the
        survey's index), tonnes per day.
    """
    import pandas as pd

    start, end = survey["first_day"].min(), survey["last_day"].max()
    days = pd.date_range(start, end, name="day")
    tonnes = survey["area_ha"] * survey["yield_t_per_ha"] * (1 - survey["loss_share"]) * survey["city_share"]
    shares = profiles(survey, start.date(), len(days))
    return pd.DataFrame((shares * tonnes.to_numpy(dtype=float)[:, None]).T, index=days, columns=survey.index)


def profiles(survey: pd.DataFrame, start: dt.date, days: int) -> Floats:
    """Harvest profiles of all survey rows on a common calendar.

    Parameters
    ----------
    survey : pandas.DataFrame
        A survey as `read_harvest` returns it.
    start : datetime.date
        The calendar's first day.
    days : int
        Its number of days.

    Returns
    -------
    numpy.ndarray
        Shape (survey rows, days), shares of each row's harvest; what falls outside is cut off.
    """
    out = np.zeros((len(survey), days))
    windows = zip(survey["first_day"], survey["peak_day"], survey["last_day"], strict=True)
    for i, window in enumerate(windows):
        first, peak, last = (d.date() for d in window)
        shares = harvest_profile(first, peak, last)
        at = (first - start).days
        lo, hi = max(at, 0), min(at + len(shares), days)
        if lo < hi:
            out[i, lo:hi] = shares[lo - at : hi - at]
    return out
