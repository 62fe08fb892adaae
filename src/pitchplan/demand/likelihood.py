"""How likely counts of a day are, for every mean number of vendors that could have been present."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammainc, gammaln, logsumexp

from pitchplan.demand.counts import CountTable, spot_shares
from pitchplan.demand.model.stays import Floats

__all__ = ["COUNT_CV", "DayLikelihoods", "day_likelihoods"]

COUNT_CV = 0.10
"""Coefficient of variation of a day beyond chance (heat, rain, a feast, a poor round): ours."""
_GRID = np.linspace(-3.0, 14.0, 681)
"""Logarithms of the mean number of vendors at which a day's likelihood is tabulated."""
_STEP = float(_GRID[1] - _GRID[0])


@dataclass(frozen=True, eq=False)
class DayLikelihoods:
    """Logarithms of the likelihoods of days' counts as functions of the logarithm of the mean number.

    Attributes
    ----------
    table : numpy.ndarray
        Values on a grid of logarithms, shape (days, grid).
    """

    table: Floats

    def value(self, log_mean: Floats) -> Floats:
        """Values at the logarithms given, shape (draws, days) as they are."""
        place = np.clip((log_mean - _GRID[0]) / _STEP, 0, len(_GRID) - 1.001)
        low = place.astype(int)
        part = place - low
        day = np.arange(len(self.table))
        value: Floats = self.table[day, low] * (1 - part) + self.table[day, low + 1] * part
        return value

    def slope_and_curvature(self, log_mean: Floats, apart: float = 0.2) -> tuple[Floats, Floats]:
        """First and second derivative at one logarithm per day, by differences over 0.2 (22 %)."""
        below, here, above = self.value(log_mean + np.array([[-apart], [0.0], [apart]]))
        return (above - below) / (2 * apart), (above - 2 * here + below) / apart**2

    @property
    def best(self) -> Floats:
        """Mean number at which each day's counts are likeliest, shape (days,)."""
        best: Floats = np.exp(_GRID[self.table.argmax(axis=1)])
        return best


def day_likelihoods(counts: CountTable, seen: float, weight: float) -> DayLikelihoods:
    """Tabulate the likelihoods of the days of a table of counts.

    The number at a spot is Poisson with the spot's share of the mean; the share of the spots of a day
    that were not full together, so their sum is enough. A full spot says: at least so many. All of it is
    averaged over a lognormal factor of the day with the coefficient of variation `COUNT_CV`, and over the
    error of an estimate from two rounds.

    Parameters
    ----------
    counts : CountTable
        Counts per day and spot.
    seen : float
        Share of the city's vendors that stands where was counted.
    weight : float
        By which each logarithm is multiplied, for days that do not tell independently.

    Returns
    -------
    DayLikelihoods
        One per day, in order.
    """
    spots, share = spot_shares(counts)
    share_of = dict(zip(spots, share * seen, strict=True))
    tables = [
        _one_day(day, day["spot"].map(share_of).to_numpy(float)) for _, day in counts.cells.groupby("date")
    ]
    return DayLikelihoods(weight * np.array(tables))


def _one_day(day: pd.DataFrame, part: Floats) -> Floats:
    seen, full = day["vendors"].to_numpy(float), day["full"].to_numpy(bool)
    mean = np.exp(_GRID)
    value = np.zeros(len(_GRID))
    if not full.all():
        total, share = seen[~full].sum(), part[~full].sum()
        value = total * np.log(mean * share) - mean * share - gammaln(total + 1)
    for least, its in zip(seen[full], part[full], strict=True):
        if least > 0:
            value = value + np.log(np.maximum(gammainc(least, mean * its), 1e-300))
    spread = np.hypot(COUNT_CV, np.sqrt(float(day["variance"].sum())) / max(seen.sum(), 1.0))
    knots, weights = np.polynomial.hermite_e.hermegauss(11)
    moved = [np.interp(_GRID + spread * k, _GRID, value) for k in knots]
    averaged: Floats = logsumexp(moved, axis=0, b=weights[:, None] / weights.sum())
    return averaged
