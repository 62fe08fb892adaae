"""The forecast: vendors present per week and day as a joint distribution, by Monte Carlo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.demand.model.presence import Counts
from pitchplan.demand.model.quantiles import checked_level, quantiles
from pitchplan.demand.model.simulation import Recipe, median_present, simulate
from pitchplan.demand.parts import Parts, add_up, split_peak
from pitchplan.demand.provision import Provision, joint_weeks, newsvendor_level
from pitchplan.demand.season import Season
from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pitchplan.demand.learning import Evidence
    from pitchplan.demand.sensitivity import Sensitivity

__all__ = ["Forecast", "PeakSummary", "make_forecast"]


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


@dataclass(frozen=True, eq=False)
class Forecast:
    """Vendors present as a joint distribution over the season's days and weeks.

    Vendors present means the most that stand at once during a period's open hours.

    Attributes
    ----------
    season : Season
        Days it is made for.
    draws_by_day : numpy.ndarray
        Vendors present on each day, shape (draws, days).
    draws_by_week : numpy.ndarray
        Vendors present in each week, shape (draws, weeks).
    peak_draws : numpy.ndarray
        Vendors present in the season: each draw's own maximum, shape (draws,).
    recipe : Recipe
        What it was made from.
    notes : tuple of str
        What a planner should know about how it was made.
    counts : pandas.DataFrame or None
        What was counted in this season and learned from: ``date``, ``vendors``, ``full`` per day.
    evidence : tuple of Evidence
        All counts that were learned from.
    """

    season: Season
    draws_by_day: Counts
    draws_by_week: Counts
    peak_draws: Counts
    recipe: Recipe
    notes: tuple[str, ...]
    counts: pd.DataFrame | None = None
    evidence: tuple[Evidence, ...] = ()

    # --- when -------------------------------------------------------------------------------------

    @property
    def table(self) -> pd.DataFrame:
        """Per week: period_first, period_last, mean, median, p05, p95 of the vendors present."""
        return _table(self.season.weeks, self.draws_by_week)

    @property
    def table_by_day(self) -> pd.DataFrame:
        """The same columns per day."""
        days = [self.season.first + dt.timedelta(days=t) for t in range(self.season.days)]
        return _table([(d, d) for d in days], self.draws_by_day)

    @property
    def peak(self) -> PeakSummary:
        """Mean and quantiles of the season's peak: of each draw's maximum, not the maximum of the means."""
        low, middle, high = quantiles(self.peak_draws[:, None], (0.05, 0.5, 0.95))
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
        tail = (1 - checked_level(level)) / 2
        low, high = quantiles(self.draws_by_week, (tail, 1 - tail))
        frame = pd.DataFrame(self.season.weeks, columns=["period_first", "period_last"])
        return frame.assign(low=low, high=high)

    # --- who --------------------------------------------------------------------------------------

    @property
    def by_vehicle(self) -> pd.DataFrame:
        """Vendors at the season's peak by class of vehicle, see `parts`."""
        return self.parts("vehicle").table("vehicle")

    @property
    def by_gateway(self) -> pd.DataFrame:
        """Vendors at the season's peak by gateway, see `parts`."""
        return self.parts("gateway").table("gateway")

    @property
    def by_origin(self) -> pd.DataFrame:
        """Vendors at the season's peak by origin, see `parts`."""
        return self.parts("origin").table("origin")

    def parts(self, column: str) -> Parts:
        """Split the season's peak by a text column of the survey.

        Parameters
        ----------
        column : str
            ``"vehicle"``, ``"gateway"``, ``"origin"``, ``"crop"`` or ``"cultivation"``.

        Returns
        -------
        Parts
            Vendors of each part at each draw's peak; they add up to ``peak_draws`` draw by draw. Its
            ``table`` gives tonnes, share, mean, median, p05 and p95.

        Raises
        ------
        InputError
            The survey has no such column.
        """
        known = ("vehicle", "gateway", "origin", "crop", "cultivation")
        if column not in known:
            raise InputError(
                Fault("not a column to split by", f"Use one of: {', '.join(known)}", "parts", value=column)
            )
        return self._rows_at_peak.grouped(self.recipe.model.rows[column].to_numpy(dtype=str))

    @cached_property
    def _rows_at_peak(self) -> Parts:
        return split_peak(self.recipe, self.draws_by_day.argmax(axis=1), self.peak_draws)

    # --- how many to make room for ----------------------------------------------------------------

    def to_provide(
        self,
        level: float | None = None,
        *,
        cost_short: float | None = None,
        cost_idle: float | None = None,
    ) -> Provision:
        """Vendors to make room for, of the season's peak and per week, at one joint service level.

        The peak is the least K with P(peak <= K) >= level. The weeks' numbers all hold at once in
        ``level`` of the draws, with as few pitch-weeks as one quantile and one cap for all weeks allow;
        to be fewer elsewhere, the fullest weeks may need a few more than the peak. Both are split by class
        of vehicle (the peak also by gateway) as the vendors are expected to be, so that the parts add up.

        Parameters
        ----------
        level : float, optional
            Service level, above 0 and below 1.
        cost_short, cost_idle : float, optional
            In place of a level: what one vendor without a pitch costs, and what one pitch that stays
            empty at the peak costs. The least expected cost lies at the level
            cost_short / (cost_short + cost_idle), the newsvendor's critical ratio.

        Returns
        -------
        Provision
            ``peak``, ``by_week``, ``by_vehicle``, ``by_gateway`` and the level.

        Raises
        ------
        InputError
            The level is not between 0 and 1, a cost is not above 0, or both are given.
        """
        share = checked_level(newsvendor_level(level, cost_short, cost_idle))  # type: ignore[arg-type]
        peak = int(quantiles(self.peak_draws[:, None], (share,))[0][0])
        by_week = joint_weeks(self.draws_by_week, share)
        split = {}
        for column in ("vehicle", "gateway"):
            parts = self.parts(column)
            split[column] = dict(zip(parts.names, add_up(peak, parts.peak_draws.sum(axis=0)), strict=True))
        vehicles, weights = self._weekly_vehicles
        weeks = tuple(
            dict(zip(vehicles, add_up(n, weights[week]), strict=True)) for week, n in enumerate(by_week)
        )
        return Provision(
            share,
            peak,
            by_week,
            self.season.weeks,
            split["vehicle"],
            split["gateway"],
            weeks,
            self.recipe.inputs,
        )

    @cached_property
    def _weekly_vehicles(self) -> tuple[list[str], np.ndarray]:
        """Classes of vehicles, and their mean numbers on each week's fullest day, shape (weeks, classes)."""
        present = median_present(self.recipe.model)
        names, of = np.unique(self.recipe.model.rows["vehicle"].to_numpy(dtype=str), return_inverse=True)
        by_class = np.stack([present[:, of == k].sum(axis=1) for k in range(len(names))], axis=1)
        total = by_class.sum(axis=1)
        fullest = [
            week * 7 + int(total[week * 7 : week * 7 + 7].argmax()) for week in range(len(self.season.weeks))
        ]
        return [str(n) for n in names], by_class[fullest]

    # --- what if ----------------------------------------------------------------------------------

    def scenario(self, **changes: Any) -> Forecast:
        """Forecast the same season under other circumstances, with the same random numbers.

        Parameters
        ----------
        **changes
            ``harvest``, ``city_share``, ``load`` and ``selling`` are factors: ``city_share=1.2`` is a
            fifth more. Every assumption of `forecast_vendors` (``saturation``, ``overhead_days``,
            ``weather_cv`` …) is a new value.

        Returns
        -------
        Forecast
            To be looked at, or set beside this one with `compare`.

        Raises
        ------
        InputError
            A change is unknown or out of its range.
        """
        from pitchplan.demand.scenario import changed_recipe

        recipe = changed_recipe(self.recipe, changes)
        told = "scenario: " + ", ".join(f"{name} {value}" for name, value in changes.items())
        return make_forecast(recipe, (*self.notes, told), self.counts)

    def compare(self, other: Forecast) -> pd.DataFrame:
        """Set another forecast of the same season beside this one.

        Parameters
        ----------
        other : Forecast
            Such as a scenario of this one, or this one after counts.

        Returns
        -------
        pandas.DataFrame
            Per week, and the season's peak in the last row: ``period_first``, ``period_last``,
            ``median``, ``other_median``, ``change`` (difference of the means), ``change_percent``,
            ``width`` and ``other_width`` (of the 90 % intervals).

        Raises
        ------
        InputError
            The other is no forecast, or of another season.
        """
        from pitchplan.demand.scenario import side_by_side

        return side_by_side(self, other)

    def sensitivity(self) -> Sensitivity:
        """Tell which input moves the peak most: a table, and a tornado plot of it."""
        from pitchplan.demand.sensitivity import sensitivity

        return sensitivity(self.recipe)

    def learn(
        self, counts: str | Path | pd.DataFrame, *, survey: pd.DataFrame | None = None, seen: float = 1.0
    ) -> Forecast:
        """Narrow the forecast by what was counted, last year or in this season's first weeks.

        See `pitchplan.demand.learning.learn`, which says what the table holds.
        """
        from pitchplan.demand.learning import learn

        return learn(self, counts, survey=survey, seen=seen)

    # --- what is shown ----------------------------------------------------------------------------

    def plot(self, ax: Axes | None = None, *, counts: pd.DataFrame | None = None) -> Axes:
        """Draw a fan chart of the vendors present per day.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.
        counts : pandas.DataFrame, optional
            Counts to draw as points, as `learn` takes them; without it those it has learned from.

        Returns
        -------
        matplotlib.axes.Axes
            With the median and the central 50 % and 90 % of each day.

        Raises
        ------
        PitchplanError
            matplotlib is not installed.
        """
        from pitchplan.demand.pictures import draw_fan

        if counts is not None:
            from pitchplan.demand.counts import read_counts

            return draw_fan(self, ax, read_counts(counts).by_day)
        return draw_fan(self, ax, self.counts)

    def __repr__(self) -> str:
        """Tell the most telling numbers in a few lines."""
        peak, table = self.peak, self.table
        top = int(table["mean"].to_numpy().argmax())
        row = table.iloc[top]
        return "\n".join(
            [
                f"Forecast: {self.season.first} to {self.season.last}, {len(table)} weeks, "
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


def _table(periods: Collection[tuple[dt.date, dt.date]], draws: Counts) -> pd.DataFrame:
    low, middle, high = quantiles(draws, (0.05, 0.5, 0.95))
    frame = pd.DataFrame(list(periods), columns=["period_first", "period_last"])
    return frame.assign(mean=draws.mean(axis=0), median=middle, p05=low, p95=high)


def make_forecast(recipe: Recipe, notes: tuple[str, ...], counts: pd.DataFrame | None = None) -> Forecast:
    """Draw a season from a recipe.

    Parameters
    ----------
    recipe : Recipe
        What to draw from.
    notes : tuple of str
        What a planner should know.
    counts : pandas.DataFrame, optional
        What was learned from.

    Returns
    -------
    Forecast
        The joint distribution; its arrays are read-only.
    """
    season = recipe.model.season
    _, by_day = simulate(recipe)
    by_week = np.maximum.reduceat(by_day, np.arange(0, season.days, 7), axis=1)
    peak = by_day.max(axis=1)
    for array in (by_day, by_week, peak):
        array.setflags(write=False)
    return Forecast(season, by_day, by_week, peak, recipe, notes, counts)
