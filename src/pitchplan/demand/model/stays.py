"""How long a vendor stays: an Erlang law, and a grid of mean stays on which arrivals are gathered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

__all__ = [
    "STAY_CV",
    "by_grid_stay",
    "gather_by_stay",
    "grid_stay",
    "phases_of",
    "share_out",
    "stay_survival",
    "time_within",
]

Floats = NDArray[np.float64]

STAY_CV = 0.5
"""Coefficient of variation of a vendor's stay: ours, no source gives one."""
_SHORTEST = 0.02
"""Least mean stay of the grid, days."""
_BAND = 100
_RATIO = 1.15
"""Mean stays of the grid grow by this factor."""


def phases_of(stay_cv: float) -> int:
    """Give the number of phases of the Erlang law that comes nearest to a coefficient of variation.

    Parameters
    ----------
    stay_cv : float
        0.2 to 1.

    Returns
    -------
    int
        1 to 25; the law's own coefficient of variation is 1 / sqrt(phases).

    Examples
    --------
    >>> phases_of(0.5)
    4
    """
    return max(1, round(stay_cv**-2))


def _terms(lag_days: Floats, mean_days: Floats, phases: int, weights: Floats) -> Floats:
    """Sum over j < phases of weights[j] y^j / j! exp(-y), where y = phases * lag / mean."""
    y = phases * lag_days / mean_days
    # Horner from the highest power; past 700 the exponential is 0 and the powers would overflow.
    y = np.minimum(y, 700.0)
    total = np.full_like(y, weights[phases - 1])
    for j in range(phases - 2, -1, -1):
        total = weights[j] + total * y / (j + 1)
    total *= np.exp(-y)
    return total


def stay_survival(lag_days: Floats, mean_days: Floats, phases: int = 4) -> Floats:
    """Chance that a vendor is still there some time after it came.

    An Erlang law (Gamma with a whole shape): S(x) = sum over j < k of y^j / j! exp(-y), y = k x / W.

    Parameters
    ----------
    lag_days : numpy.ndarray
        Selling time since the arrival, days, 0 or more.
    mean_days : numpy.ndarray
        Mean stay W, days, above 0; broadcast against ``lag_days``.
    phases : int
        Shape k.

    Returns
    -------
    numpy.ndarray
        Probabilities; 1 at lag 0.
    """
    return _terms(np.asarray(lag_days, float), np.asarray(mean_days, float), phases, np.ones(phases))


def time_within(lag_days: Floats, mean_days: Floats, phases: int = 4) -> Floats:
    """Mean time a vendor stands within some time after it came: the integral of `stay_survival` from 0.

    Parameters
    ----------
    lag_days, mean_days, phases
        As in `stay_survival`.

    Returns
    -------
    numpy.ndarray
        Days, 0 at lag 0, rising to ``mean_days``.
    """
    mean = np.asarray(mean_days, float)
    left = _terms(np.asarray(lag_days, float), mean, phases, 1 - np.arange(phases) / phases)
    return mean * (1 - left)


def grid_stay(place: NDArray[Any]) -> Floats:
    """Mean stay at a place of the grid, days."""
    return np.asarray(_SHORTEST * _RATIO ** np.asarray(place, float))


def share_out(totals: Floats, stay_days: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Share each row's arrivals out between the two mean stays of the grid that enclose its own.

    In proportion, so that the mean stay, and with it the mean number present in Little's law, is exact.

    Parameters
    ----------
    totals : numpy.ndarray
        Mean arrivals of a row over its whole harvest, shape (draws, rows).
    stay_days : numpy.ndarray
        Mean stay of a row, days, shape (draws, rows).

    Returns
    -------
    below : numpy.ndarray
        Place in the grid of the shorter one, shape (draws, rows); the longer one follows it.
    lower, upper : numpy.ndarray
        Arrivals with the shorter and the longer stay, shape (draws, rows).
    """
    below = np.floor(np.log(np.maximum(stay_days, _SHORTEST) / _SHORTEST) / np.log(_RATIO)).astype(int)
    shorter = grid_stay(below)
    upper = totals * np.clip((stay_days - shorter) / (shorter * (_RATIO - 1)), 0.0, 1.0)
    return below, totals - upper, upper


def by_grid_stay(totals: Floats, stay_days: Floats) -> tuple[csc_array, NDArray[np.int64]]:
    """Arrivals of every row by mean stay of the grid, see `share_out`.

    Parameters
    ----------
    totals, stay_days
        As in `share_out`.

    Returns
    -------
    weights : scipy.sparse.csc_array
        Arrivals, shape (stays * draws, rows); a row of it is one stay and one draw.
    places : numpy.ndarray
        Places in the grid of the stays, shape (stays,).
    """
    below, lower, upper = share_out(totals, stay_days)
    draws, rows = totals.shape
    first, last = int(below.min()), int(below.max()) + 1
    at = ((below - first) * draws + np.arange(draws)[:, None]).T
    weights = csc_array(
        (
            np.concatenate([lower.T, upper.T], axis=1).ravel(),
            np.concatenate([at, at + draws], axis=1).ravel(),
            np.arange(0, 2 * draws * rows + 1, 2 * draws),
        ),
        shape=((last - first + 1) * draws, rows),
    )
    return weights, np.arange(first, last + 1)


def gather_by_stay(totals: Floats, stay_days: Floats, profile: Floats) -> tuple[Floats, Floats]:
    """Gather the arrivals of all survey rows by mean stay and day.

    Parameters
    ----------
    totals, stay_days
        As in `share_out`.
    profile : numpy.ndarray
        Share of a row's arrivals on each day, shape (rows, days).

    Returns
    -------
    rate : numpy.ndarray
        Mean arrivals, shape (stays, draws, days).
    stays : numpy.ndarray
        Mean stays of the grid that are used, days, shape (stays,).
    """
    weights, places = by_grid_stay(totals, stay_days)
    rate = np.zeros((weights.shape[0], profile.shape[1]))
    # Rows that are harvested at the same time go together, so that only their days are worked on.
    for band in np.array_split(np.argsort(profile.argmax(axis=1)), max(1, len(profile) // _BAND)):
        busy = np.flatnonzero(profile[band].any(axis=0))
        if len(busy):
            days = slice(busy[0], busy[-1] + 1)
            rate[:, days] += weights[:, band] @ profile[band, days]
    return rate.reshape(len(places), len(totals), -1), grid_stay(places)
