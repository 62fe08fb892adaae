"""Vendors present: the M_t/G/infinity law, its mean and draws of it, in selling time.

Time is selling time: the closed hours of a day are left out, so that one day is one day's selling. On
each day arrivals are spread evenly over it. A vendor's stay runs on a selling clock, which keeps step with
the days unless selling is slower (when many stand) or faster (on some weekdays).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchplan.demand.model.stays import Floats, time_within

__all__ = ["Arrivals", "Counts", "draw_present", "mean_present", "selling_clock", "still_there"]

Counts = NDArray[np.int32]

_TAIL = 1e-5
_FEW = 0.1
_LAGS = 16


@dataclass(frozen=True)
class Arrivals:
    """Arrivals of vendors in a number of draws, before chance has its say.

    Attributes
    ----------
    rate : numpy.ndarray
        Mean arrivals by mean stay and day, shape (stays, draws, days).
    stays : numpy.ndarray
        Mean stays, days of the selling clock, shape (stays,).
    phases : int
        Shape of the stays' Erlang law.
    clock : numpy.ndarray or None
        The selling clock at the days' edges, days, rising from 0, shape (draws or 1, days + 1);
        None where it keeps step with the days.
    """

    rate: Floats
    stays: Floats
    phases: int
    clock: Floats | None = None


def still_there(arrivals: Arrivals) -> Iterator[Floats]:
    """Give how many of those who came on each day still stand at its close, at the next one, and so on.

    For arrivals spread evenly over a day that begins at clock time a and ends at b, the share present at
    clock time c is (G(c - a) - G(c - b)) / (b - a), where G is the integral of the stay's survival.

    Parameters
    ----------
    arrivals : Arrivals
        For some draws and days.

    Yields
    ------
    numpy.ndarray
        One per lag of 0, 1, … days, shape (draws, days); for days whose lag ends after the last day
        the values mean nothing. Ends when hardly anyone is left.
    """
    if arrivals.clock is None:
        yield from _still_there_in_step(arrivals)
    else:
        yield from _still_there_by_clock(arrivals, arrivals.clock)


def _still_there_in_step(arrivals: Arrivals) -> Iterator[Floats]:
    rate, stays = arrivals.rate, arrivals.stays
    days = rate.shape[2]
    edges = time_within(np.arange(days + 1.0)[:, None], stays, arrivals.phases)
    share = np.diff(edges, axis=0)
    lags = int((share > _TAIL).any(axis=1).sum())
    # A product per draw for a few lags at a time: in cache, and too small for BLAS to wake other threads.
    by_draw = rate.transpose(1, 0, 2)
    for at in range(0, lags, _LAGS):
        piece = np.matmul(share[at : min(at + _LAGS, lags)], by_draw)
        yield from piece.transpose(1, 0, 2)


def _still_there_by_clock(arrivals: Arrivals, clock: Floats) -> Iterator[Floats]:
    rate, stays, phases = arrivals.rate, arrivals.stays, arrivals.phases
    days = rate.shape[2]
    length = np.diff(clock, axis=1)
    before = np.zeros((len(stays), len(clock), days))
    for lag in range(days):
        # Arrivals of day s, seen at the close of day s + lag; the last days have no such close.
        close = np.minimum(np.arange(days) + lag + 1, days)
        since = clock[:, close] - clock[:, :days]
        within = time_within(since, stays[:, None, None], phases)
        # G(c - b) of day s is G(c - a) of day s + 1 at one lag less.
        share = within.copy()
        share[:, :, :-1] -= before[:, :, 1:]
        share /= length
        before = within
        open_days = share[:, :, : days - lag]
        if lag and open_days.max(initial=0.0) < _TAIL:
            return
        yield (rate * share).sum(axis=0)


def mean_present(arrivals: Arrivals) -> Floats:
    """Mean number present at the close of each day, given the arrivals.

    Parameters
    ----------
    arrivals : Arrivals
        For some draws and days.

    Returns
    -------
    numpy.ndarray
        Shape (draws, days): the integral of lambda(u) P(W > t - u) du (Eick, Massey and Whitt 1993).
    """
    _, draws, days = arrivals.rate.shape
    present = np.zeros((draws, days))
    for lag, still in enumerate(still_there(arrivals)):
        present[:, lag:] += still[:, : days - lag]
    return present


def draw_present(arrivals: Arrivals, rng: np.random.Generator) -> tuple[Counts, Counts]:
    """Draw how many vendors are present at the close of each day, and the most at once during it.

    With Poisson arrivals the number present is that of an M_t/G/infinity queue: Poisson, and dependent
    from day to day. Arrivals are split by the day on which they leave: these are independent Poisson
    numbers, so one draw per day and lag, for all survey rows together, gives exactly the joint law of
    the numbers at the days' closes. Between two closes A vendors come and D leave, in any order: the
    path is a bridge of A + D steps, and the most at once above its start is at least k with chance
    exp(-2 k (k - A + D) / (A + D)), by the reflection principle.

    Parameters
    ----------
    arrivals : Arrivals
        For some draws and days.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    at_close : numpy.ndarray
        Vendors present at the close, shape (draws, days).
    most : numpy.ndarray
        Most at once on the day, shape (draws, days).
    """
    _, draws, days = arrivals.rate.shape
    came, gone = np.zeros((draws, days), np.int32), np.zeros((draws, days), np.int32)
    before = arrivals.rate.sum(axis=0)
    lag = -1
    for lag, still in enumerate(still_there(arrivals)):
        leave = _poisson(before[:, : days - lag] - still[:, : days - lag], rng)
        came[:, : days - lag] += leave
        gone[:, lag:] += leave
        # Who came on a day and is there beyond the last one leaves after it.
        came[:, days - lag - 1] += _poisson(still[:, days - lag - 1], rng)
        before = still
    if lag + 1 < days:
        # The last few leave a day later; staying for good, they would add up.
        leave = _poisson(before[:, : days - lag - 1], rng)
        came[:, : days - lag - 1] += leave
        gone[:, lag + 1 :] += leave
    at_close = np.cumsum(came - gone, axis=1, dtype=np.int32)
    return at_close, at_close - came + gone + _rise(came, gone, rng)


def _rise(came: Counts, gone: Counts, rng: np.random.Generator) -> Counts:
    """Draw by how much the most at once on a day lies above the number at its start."""
    net, steps = (came - gone).astype(float), (came + gone).astype(float)
    level = 1.0 - rng.random(net.shape)
    rise = np.floor((net + np.sqrt(net * net - 2 * steps * np.log(level))) / 2)
    most: Counts = np.clip(rise, np.maximum(net, 0), came).astype(np.int32)
    return most


def _poisson(rate: Floats, rng: np.random.Generator) -> Counts:
    """Draw Poisson numbers; where few are expected in all, event by event, which is the same law."""
    rate = np.maximum(rate, 0.0)
    if rate.max(initial=0.0) > _FEW:
        return rng.poisson(rate).astype(np.int32)
    total = np.cumsum(rate.ravel())
    events = rng.poisson(total[-1]) if total.size else 0
    where = np.searchsorted(total, rng.random(events) * total[-1], side="right") if events else []
    return np.bincount(where, minlength=rate.size).astype(np.int32).reshape(rate.shape)


def selling_clock(arrivals: Arrivals, speed: Floats, half_at: float | None) -> Floats:
    """Run the selling clock: by how much a day's selling brings a vendor nearer to its leaving.

    The clock runs at ``speed`` (a factor per day), divided by 1 + N / half_at where N is the mean number
    present, taken in the middle of the day. The mean number is followed day by day through the phases
    of the stays' Erlang law.

    Parameters
    ----------
    arrivals : Arrivals
        For some draws and days; its clock is not looked at.
    speed : numpy.ndarray
        Selling speed of each day where few stand, shape (days,), above 0.
    half_at : float or None
        Vendors present at which each sells half as much; None: the number does not matter.

    Returns
    -------
    numpy.ndarray
        Clock at the days' edges, days, shape (draws or 1, days + 1).
    """
    kinds, draws, days = arrivals.rate.shape
    if half_at is None:
        return np.concatenate([[0.0], np.cumsum(speed)])[None]
    state = np.zeros((arrivals.phases, kinds, draws))
    step = np.empty((draws, days))
    for day in range(days):
        now, came = state.sum(axis=(0, 1)), arrivals.rate[:, :, day]
        step[:, day] = speed[day] / (1 + now / half_at)
        after = _advance(state, came, step[:, day], arrivals)
        middle = (now + after.sum(axis=(0, 1))) / 2
        step[:, day] = speed[day] / (1 + middle / half_at)
        state = _advance(state, came, step[:, day], arrivals)
    return np.concatenate([np.zeros((draws, 1)), np.cumsum(step, axis=1)], axis=1)


def _advance(state: Floats, came: Floats, step: Floats, arrivals: Arrivals) -> Floats:
    """Move everyone through the phases for one day, and add who came during it."""
    phases = arrivals.phases
    y = phases * step / arrivals.stays[:, None]
    jumps = np.empty((phases, *y.shape))
    jumps[0] = np.exp(-y)
    for j in range(1, phases):
        jumps[j] = jumps[j - 1] * y / j
    # Who came at a uniform moment has made j jumps with chance P(Poisson(y) > j) / y.
    newly = (1 - np.cumsum(jumps, axis=0)) / y
    after = came * newly
    for made in range(phases):
        for phase in range(phases - made):
            after[phase + made] += state[phase] * jumps[made]
    return after
