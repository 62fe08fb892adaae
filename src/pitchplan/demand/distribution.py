"""What a forecast says: vendors present as a joint distribution, its quantiles and its picture."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from html import escape
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.demand.season import Season
from pitchplan.errors import Fault, InputError, PitchplanError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Counts", "Forecast", "PeakSummary", "Provision"]

Counts = NDArray[np.int32]


@dataclass(frozen=True)
class PeakSummary:
    """Most vendors present at once during the season, over the draws.

    Attributes
    ----------
    mean : float
        Mean.
    median, p05, p95 : int
        Quantiles.
    """

    mean: float
    median: int
    p05: int
    p95: int


@dataclass(frozen=True)
class Provision:
    """Vendors to make room for, at one service level.

    Attributes
    ----------
    level : float
        Share of the draws that is provided for.
    peak : int
        Least number such that the season's peak does not exceed it in ``level`` of the draws.
    by_week : tuple of int
        Numbers per week such that no week at all exceeds its own in ``level`` of the draws.
    periods : tuple of (datetime.date, datetime.date)
        First and last day of each week.
    """

    level: float
    peak: int
    by_week: tuple[int, ...]
    periods: tuple[tuple[dt.date, dt.date], ...] = field(default=(), repr=False)

    def __int__(self) -> int:
        """Give the season's peak."""
        return self.peak


@dataclass(frozen=True, eq=False)
class Forecast:
    """Vendors present per week as a joint distribution.

    Attributes
    ----------
    season : Season
        Days it is made for.
    periods : pandas.DataFrame
        ``first`` and ``last`` day of each week.
    draws_by_week : numpy.ndarray
        Most vendors present on a day of the week, shape (draws, weeks).
    draws_by_day : numpy.ndarray
        Vendors present, shape (draws, days).
    peak_draws : numpy.ndarray
        Most vendors present on a day of the season, shape (draws,).
    expected_by_origin : pandas.DataFrame
        ``origin``, ``origin_en``, ``gateway``, ``tonnes`` (mean amount brought to the city during the
        season) and ``vendors`` (mean number present on the busiest day, see ``busiest_day``).
    busiest_day : datetime.date
        Day with the greatest mean number present.
    notes : tuple of str
        What a planner should know about how it was made.
    """

    season: Season
    periods: pd.DataFrame
    draws_by_week: Counts
    draws_by_day: Counts
    peak_draws: Counts
    expected_by_origin: pd.DataFrame
    busiest_day: dt.date
    notes: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """Per week: period_first, period_last, mean, median, p05, p95 of the vendors present."""
        low, middle, high = _quantiles(self.draws_by_week, (0.05, 0.5, 0.95))
        return pd.DataFrame(
            {
                "period_first": self.periods["first"],
                "period_last": self.periods["last"],
                "mean": self.draws_by_week.mean(axis=0),
                "median": middle,
                "p05": low,
                "p95": high,
            }
        )

    @property
    def peak(self) -> PeakSummary:
        """Mean and quantiles of the season's peak."""
        low, middle, high = _quantiles(self.peak_draws[:, None], (0.05, 0.5, 0.95))
        return PeakSummary(float(self.peak_draws.mean()), int(middle[0]), int(low[0]), int(high[0]))

    def interval(self, level: float = 0.9) -> pd.DataFrame:
        """Central interval of each week on its own.

        Parameters
        ----------
        level : float
            Share of the draws within, above 0 and below 1; half of the rest lies on each side.

        Returns
        -------
        pandas.DataFrame
            ``period_first``, ``period_last``, ``low``, ``high``. The weeks are not within their
            intervals at once in ``level`` of the draws; see `to_provide` for that.

        Raises
        ------
        InputError
            The level is not between 0 and 1.
        """
        tail = (1 - _checked_level(level)) / 2
        low, high = _quantiles(self.draws_by_week, (tail, 1 - tail))
        first, last = self.periods["first"], self.periods["last"]
        return pd.DataFrame({"period_first": first, "period_last": last, "low": low, "high": high})

    def to_provide(self, level: float) -> Provision:
        """Vendors to make room for, of the season's peak and per week, at one joint service level.

        The peak is the least K with P(peak <= K) >= level; a level of Cu / (Cu + Co), the costs of a
        pitch too few and too many, makes it the newsvendor's answer. The weeks share one marginal
        quantile, the smallest at which no week exceeds its number in ``level`` of the draws.

        Parameters
        ----------
        level : float
            Service level, above 0 and below 1.

        Returns
        -------
        Provision
            ``peak``, ``by_week`` and the level.

        Raises
        ------
        InputError
            The level is not between 0 and 1.
        """
        rank = _rank(_checked_level(level), len(self.peak_draws))
        peak = int(np.sort(self.peak_draws)[rank - 1])
        weeks = np.sort(self.draws_by_week, axis=0)
        # Rank of the marginal order statistic that a draw needs so that none of its weeks exceeds it.
        needed = np.max(
            [np.searchsorted(weeks[:, w], self.draws_by_week[:, w]) + 1 for w in range(weeks.shape[1])],
            axis=0,
        )
        joint = int(np.sort(needed)[rank - 1])
        by_week = tuple(int(n) for n in weeks[joint - 1])
        return Provision(float(level), peak, by_week, self.season.weeks)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw a fan chart of the vendors present per day.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib.axes.Axes
            With the median and the central 50 % and 90 % of each day.

        Raises
        ------
        PitchplanError
            matplotlib is not installed.
        """
        try:
            from matplotlib import pyplot as plt
        except ImportError:
            raise PitchplanError(
                "Plots need matplotlib. Install it with: pip install pitchplan[plot]"
            ) from None
        if ax is None:
            _, ax = plt.subplots(figsize=(9, 4))
        first = np.datetime64(self.season.first, "D")
        days: NDArray[Any] = first + np.arange(self.season.days)
        p05, p25, p50, p75, p95 = _quantiles(self.draws_by_day, (0.05, 0.25, 0.5, 0.75, 0.95))
        colour = "#2a7f3f"
        ax.fill_between(days, p05, p95, color=colour, alpha=0.2, lw=0, label="90 %")
        ax.fill_between(days, p25, p75, color=colour, alpha=0.35, lw=0, label="50 %")
        ax.plot(days, p50, color=colour, label="median")
        ax.set_ylabel("vendors present")
        ax.set_ylim(bottom=0)
        ax.legend(loc="upper right", frameon=False)
        ax.figure.autofmt_xdate()
        return ax

    def __repr__(self) -> str:
        """Tell the most telling numbers in a few lines."""
        peak, table = self.peak, self.table
        top = int(table["mean"].to_numpy().argmax())
        row = table.iloc[top]
        return "\n".join(
            [
                f"Forecast: {self.season.first} to {self.season.last}, {len(self.periods)} weeks, "
                f"{len(self.peak_draws)} draws",
                f"  most vendors present in the season: median {peak.median}, "
                f"90 % of draws {peak.p05} to {peak.p95}",
                f"  fullest week {row['period_first']} to {row['period_last']}: median {row['median']}, "
                f"90 % of draws {row['p05']} to {row['p95']}",
                *(f"  note: {note}" for note in self.notes),
            ]
        )

    def _repr_html_(self) -> str:
        first, *rest = repr(self).split("\n")
        lines = "<br>".join(escape(line.strip()) for line in rest)
        table = self.table.to_html(index=False, float_format="{:.1f}".format)
        return f"<p><b>{escape(first)}</b><br>{lines}</p>{table}"


def _quantiles(draws: Counts, levels: Collection[float]) -> list[NDArray[Any]]:
    """Quantiles per column that are numbers which were drawn: the least K with P(x <= K) >= level."""
    ordered = np.sort(draws, axis=0)
    return [ordered[_rank(level, len(ordered)) - 1] for level in levels]


def _rank(level: float, draws: int) -> int:
    """Least rank r with r / draws >= level, safe from rounding."""
    rank = max(1, math.ceil(level * draws) - 1)
    return rank if rank / draws >= level - 1e-12 else rank + 1


def _checked_level(level: float) -> float:
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < level < 1:
        fix = "Give a share above 0 and below 1, such as 0.9"
        raise InputError(Fault("not a service level", fix, "level", value=level))
    return float(level)
