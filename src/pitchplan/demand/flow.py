"""From harvest to vendors present: daily flow, stays, and the M_t/G/infinity law of presence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaincc

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "STAY_CV",
    "Arrivals",
    "daily_flow",
    "expected_present",
    "harvest_profile",
    "present_by_day",
    "profiles",
    "stay_survival",
]

Floats = NDArray[np.float64]

_PERT_LAMBDA = 4.0
STAY_CV = 0.5
"""Coefficient of variation of a vendor's stay: ours, no source gives one."""
_TAIL = 1e-9


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


def stay_survival(mean_days: Any, lag_days: Any) -> Floats:
    """Chance that a vendor is still there some days after it arrived.

    The stay is Gamma distributed with the mean given and a coefficient of variation of 0.5 (ours).

    Parameters
    ----------
    mean_days : array_like
        Mean stay, days, above 0.
    lag_days : array_like
        Days since the arrival, 0 or more; broadcast against ``mean_days``.

    Returns
    -------
    numpy.ndarray
        Probabilities; 1 at lag 0.
    """
    shape = 1 / STAY_CV**2
    survival: Floats = gammaincc(shape, shape * np.asarray(lag_days, float) / np.asarray(mean_days, float))
    return survival


@dataclass(frozen=True)
class Arrivals:
    """Arrivals of vendors in a number of draws, before chance has its say.

    Attributes
    ----------
    totals : numpy.ndarray
        Mean arrivals of a survey row over its whole harvest, shape (draws, rows).
    profile : numpy.ndarray
        Share of them on each day of the calendar, shape (rows, days).
    stay_days : numpy.ndarray
        Mean stay, days, shape (draws, rows).
    """

    totals: Floats
    profile: Floats
    stay_days: Floats

    @property
    def longest(self) -> int:
        """Days after which nobody is left, at most the days of the calendar."""
        days = self.profile.shape[1]
        if not self.stay_days.size:
            return 1
        gone = stay_survival(self.stay_days.max(), np.arange(1, days + 1)) < _TAIL
        return int(gone.argmax()) + 1 if gone.any() else days


def present_by_day(arrivals: Arrivals, rng: np.random.Generator) -> NDArray[np.int32]:
    """Draw how many vendors are present on each day.

    A vendor that arrives on day t and stays w days is counted on the days t, t + 1 … t + ceil(w) - 1:
    on every day during whose opening it stands. That is about half a day more than w in the mean, so
    Little's law holds with the mean number of days counted, the sum over lags l of S(l), in place of W.
    With Poisson arrivals of mean lambda(t) the number present is that of an M_t/G/infinity queue (Eick,
    Massey and Whitt 1993): Poisson with mean sum over lags l of lambda(t - l) S(l), dependent from day
    to day.

    Instead of thinning each row's arrivals from lag to lag, arrivals are split by the number of days
    k they stay: these are independent Poisson with mean lambda(t) (S(k - 1) - S(k)), and their sum
    over the rows is Poisson again. One draw per day and k, for all rows together, gives exactly the
    same joint law at a fraction of the cost.

    Parameters
    ----------
    arrivals : Arrivals
        For some draws, rows and days.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray
        Vendors present, shape (draws, days).
    """
    draws, days = arrivals.totals.shape[0], arrivals.profile.shape[1]
    present = np.zeros((draws, days), dtype=np.int32)
    longest = arrivals.longest
    before = np.ones_like(arrivals.stay_days)
    for k in range(1, longest + 1):
        after = stay_survival(arrivals.stay_days, k) if k < longest else np.zeros_like(before)
        rate = (arrivals.totals * np.maximum(before - after, 0.0)) @ arrivals.profile
        came = rng.poisson(rate).astype(np.int32)
        # Present of these on day t: who came on days t - k + 1 to t.
        since = np.cumsum(came, axis=1, dtype=np.int32)
        present += since
        present[:, k:] -= since[:, :-k]
        before = after
    return present


def expected_present(arrivals: Arrivals) -> Floats:
    """Mean number present per survey row and day, averaged over the draws' parameters.

    Parameters
    ----------
    arrivals : Arrivals
        For some draws, rows and days.

    Returns
    -------
    numpy.ndarray
        Shape (rows, days): sum over lags l of lambda(t - l) S(l), mean over the draws.
    """
    rows, days = arrivals.profile.shape
    present = np.zeros((rows, days))
    for lag in range(arrivals.longest):
        still = (arrivals.totals * stay_survival(arrivals.stay_days, lag)).mean(axis=0)
        present[:, lag:] += still[:, None] * arrivals.profile[:, : days - lag]
    return present
