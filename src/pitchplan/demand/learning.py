"""Learning from counts: what was seen in the streets narrows the forecast, by Bayes' rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.demand.counts import CountTable, read_counts
from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.likelihood import COUNT_CV, DayLikelihoods, day_likelihoods
from pitchplan.demand.model.stays import Floats, time_within
from pitchplan.demand.model.uncertain import Latents, stream
from pitchplan.demand.model.vendor_model import VendorModel
from pitchplan.demand.posterior import posterior_draws
from pitchplan.demand.season import Season
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.provenance import content_hash

if TYPE_CHECKING:
    from pitchplan.demand.forecast import Forecast

__all__ = ["Evidence", "learn"]

_YEARLY = ("weather", "cultivation", "price", "timing", "course", "origin")
"""What is drawn anew every year; the rest (city share, selling rate, survey errors) stays."""
_PRIOR_DRAWS = 1000
_LONGEST = 300
"""Days from the first to the last count of one season."""
_LATER = (
    "weeks that are not counted yet still rest on the surveyed harvest curves: where harvests come quite "
    "otherwise, 90 % intervals held in only half of them; go on counting"
)
"""Said once something was learned; the figure is kind (b) of benchmarks/learning.py."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """The counts of one season, ready to be weighed.

    Attributes
    ----------
    model : VendorModel
        What was expected of that season.
    year : int
        Its year; tells apart what is drawn anew every year.
    days : numpy.ndarray
        Days counted, as places in the model's calendar, shape (days counted,).
    likelihoods : DayLikelihoods
        Of the days counted.
    total : float
        Vendors counted, all days together.
    same_survey : bool
        Whether its survey is the forecast's own, so that they share their errors.
    """

    model: VendorModel
    year: int
    days: np.ndarray
    likelihoods: DayLikelihoods
    total: float
    same_survey: bool

    def key(self, name: str) -> str:
        """Name of a latent among those of all years."""
        own = name.startswith(_YEARLY) or (name.endswith(("sample", "own level")) and not self.same_survey)
        return f"{self.year} {name}" if own else name

    def means(self, state: Mapping[str, Floats]) -> Floats:
        """Mean number present in the middle of each day counted, shape (draws, days counted)."""
        latents = {name: state[self.key(name)] for name in self.model.sizes}
        close = self.model.mean_present(self.model.draw(latents))
        before = np.where(self.days > 0, close[:, np.maximum(self.days - 1, 0)], 0.0)
        middle: Floats = (close[:, self.days] + before) / 2
        return middle


def learn(
    forecast: Forecast,
    counts: str | Path | pd.DataFrame,
    *,
    survey: pd.DataFrame | None = None,
    seen: float = 1.0,
) -> Forecast:
    """Narrow a forecast by counts of vendors, of last year or of this season's first weeks.

    The latents of the forecast are drawn anew from their posterior, see
    `pitchplan.demand.posterior.posterior_draws`. A day's count is Poisson around the mean
    number present in the middle of the day, with a further coefficient of variation of 0.10 (ours)
    for what makes days differ; a full spot says "at least so many". Counts of days that follow each
    other show mostly the same vendors: they weigh as many independent ones would. Counts of an earlier
    year teach what stays (the share sold in the city, the selling rate), not that year's weather.

    Parameters
    ----------
    forecast : Forecast
        The forecast to narrow; what it has learned before is kept.
    counts : str or pathlib.Path or pandas.DataFrame
        See `pitchplan.demand.counts.read_counts`. All of one season.
    survey : pandas.DataFrame, optional
        The survey of the counts' year; without it this year's stands in, its dates moved.
    seen : float
        Share of the city's vendors that stands where was counted, above 0 to 1.

    Returns
    -------
    Forecast
        Of the same season and survey, with as many draws.

    Raises
    ------
    InputError
        The counts have faults, are of several seasons, or of days on which nobody is expected.
    """
    if isinstance(seen, bool) or not isinstance(seen, (int, float)) or not 0 < seen <= 1:
        fix = "Give the share of all vendors that stands where was counted, above 0 to 1"
        raise InputError(Fault("seen is not a share", fix, "learn", column="seen", value=seen))
    table = read_counts(counts)
    evidence = _evidence(forecast, table, survey, float(seen))
    _check_new(evidence, forecast.evidence)
    every = (*forecast.evidence, evidence)
    counted = f"counts {len(forecast.evidence) + 1}"
    inputs = {**forecast.recipe.inputs, counted: content_hash(table.cells)}
    recipe = replace(forecast.recipe, learned=None, inputs=inputs)
    state, note = _posterior(every, recipe.draws, recipe.seed)
    this_year = forecast.season.first.year
    now = Evidence(recipe.model, this_year, evidence.days, evidence.likelihoods, 0.0, True)
    fresh = {n: stream(recipe.seed, f"fresh {n}") for n in recipe.model.sizes}
    learned: Latents = {
        name: state[now.key(name)]
        if now.key(name) in state
        else fresh[name].standard_normal((recipe.draws, size))
        for name, size in recipe.model.sizes.items()
    }
    from pitchplan.demand.forecast import make_forecast
    from pitchplan.demand.vendors import UNCOUNTED

    days, year = table.by_day, evidence.year
    told = f"learned from {len(days)} days counted in {year} ({evidence.total:.0f} vendors in all)"
    shown = days if year == this_year else None
    shown = shown if forecast.counts is None else pd.concat([forecast.counts, shown], ignore_index=True)
    notes = tuple(n for n in forecast.notes if n not in (UNCOUNTED, _LATER))
    after = make_forecast(replace(recipe, learned=learned), (*notes, told, *note, _LATER), shown)
    return replace(after, evidence=every)


def _evidence(forecast: Forecast, table: CountTable, survey: pd.DataFrame | None, seen: float) -> Evidence:
    model = forecast.recipe.model
    days = pd.DatetimeIndex(table.by_day["date"])
    ago = _years_ago(days, model.season)
    if survey is not None:
        from pitchplan.demand.vendors import within_season

        season = Season(days[0].date(), days[-1].date())
        rows, _ = within_season(read_harvest(survey), season, model.assumed)
        model = replace(model, rows=rows, season=season)
    elif ago:
        # All rows stay, so that their errors are those of this year's.
        moved = {c: model.rows[c] - pd.DateOffset(years=ago) for c in ("first_day", "peak_day", "last_day")}
        season = Season(days[0].date(), days[-1].date())
        model = replace(model, rows=model.rows.assign(**moved), season=season)
    elif model.season.first <= days[-1].date() <= model.season.last:
        # What comes after the last count does not matter to it.
        model = replace(model, season=Season(model.season.first, days[-1].date()))
    at = np.array([(d.date() - model.first).days for d in days])
    _check_days(at, days, model)
    weight = _weight(model, at, _expected(model, at))
    total = float(table.cells["vendors"].sum())
    year = forecast.season.first.year - ago
    return Evidence(model, year, at, day_likelihoods(table, seen, weight), total, survey is None)


def _years_ago(days: pd.DatetimeIndex, season: Season) -> int:
    """Give the number of years by which the counts are older than the season; 0 for counts of the season."""
    if (days[-1] - days[0]).days > _LONGEST:
        fix = "Learn from each year by itself, one after the other"
        value = f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}"
        raise InputError(Fault("counts of several years", fix, "counts", value=value))
    for ago in range(100):
        first = (days[0] + pd.DateOffset(years=ago)).date()
        if season.first <= first <= season.last:
            return ago
    return max(season.first.year - int(days[0].year), 0)


def _check_days(at: np.ndarray, days: pd.DatetimeIndex, model: VendorModel) -> None:
    faults = Faults("counts")
    for place, day in zip(at, days, strict=True):
        if not model.lead <= place < model.days:
            fix = f"Give counts of {model.season.first} to {model.season.last}, or of an earlier year"
            faults.add("a day outside of the season", fix, column="date", value=f"{day:%Y-%m-%d}")
    faults.raise_if_any()


def _check_new(evidence: Evidence, known: tuple[Evidence, ...]) -> None:
    """Refuse days that were learned from before: the same count would weigh twice."""
    dates = {each.model.first + dt.timedelta(days=int(day)) for each in known for day in each.days}
    faults = Faults("counts")
    for day in evidence.days:
        date = evidence.model.first + dt.timedelta(days=int(day))
        if date in dates:
            fix = "Learn from each day once: leave it out, or give all counts of the day in one table"
            faults.add("a day that was learned from before", fix, column="date", value=str(date))
    faults.raise_if_any()


def _expected(model: VendorModel, at: np.ndarray) -> Floats:
    """Mean number present on the days counted, every uncertain thing at its median."""
    expected: Floats = model.mean_present(model.draw(model.medians()))[0, at]
    if expected.max(initial=0.0) < 0.01:
        fix = "Check the dates of the counts, and give the survey of their year (survey=)"
        raise InputError(Fault("nobody is expected on any of the days counted", fix, "counts"))
    return expected


def _weight(model: VendorModel, at: np.ndarray, expected: Floats) -> float:
    """Weight of a day's count: independent counts that tell as much, per count.

    Two counts some days apart share the vendors that stayed: their correlation is 1 - G(lag) / W, the
    chance that the rest of a stay is longer than the lag.
    """
    drawn = model.draw(model.medians())
    stay = float((drawn.totals * drawn.stay_days).sum() / drawn.totals.sum())
    lag = np.abs(at[:, None] - at[None, :]).astype(float)
    shared = 1 - time_within(lag, np.full(lag.shape, stay), model.assumed.phases) / stay
    own = COUNT_CV**2 * max(float(expected.mean()), 1e-9)
    correlation = (shared + own * np.eye(len(at))) / (1 + own)
    return min(1.0, float(np.linalg.solve(correlation, np.ones(len(at))).sum()) / len(at))


def _posterior(evidence: tuple[Evidence, ...], draws: int, seed: int) -> tuple[dict[str, Floats], list[str]]:
    """Draw the latents of all years from their posterior; say whether the counts were a surprise."""
    sizes: dict[str, int] = {}
    for each in evidence:
        sizes |= {each.key(name): size for name, size in each.model.sizes.items()}
    ends = np.cumsum(list(sizes.values()))

    def named(latents: Floats) -> dict[str, Floats]:
        return dict(zip(sizes, np.split(latents, ends[:-1], axis=1), strict=True))

    def log_means(latents: Floats) -> Floats:
        parts = []
        for each in evidence:
            pieces = [each.means(named(latents[c])) for c in each.model.chunks(len(latents))]
            parts.append(np.concatenate(pieces))
        return np.log(np.maximum(np.concatenate(parts, axis=1), 1e-9))

    rng = stream(seed, "learn")
    size = int(ends[-1])
    likelihoods = DayLikelihoods(np.concatenate([each.likelihoods.table for each in evidence]))
    drawn = posterior_draws(log_means, likelihoods, size, draws, rng)
    days = len(evidence[-1].days)
    expected = np.exp(log_means(rng.standard_normal((_PRIOR_DRAWS, size)))[:, -days:])
    return named(drawn), _surprise(evidence[-1], expected, rng)


def _surprise(evidence: Evidence, expected: Floats, rng: np.random.Generator) -> list[str]:
    """Say so if the counts lie where hardly any draw of the forecast before them does."""
    best = evidence.likelihoods.best.sum()
    low, high = np.quantile(rng.poisson(expected).sum(axis=1), [0.01, 0.99])
    if low <= best <= high:
        return []
    where = "fewer" if best < low else "more"
    return [
        f"the counts tell of {where} vendors than 98 of 100 draws expected (about {best:.0f} over the days "
        f"counted, {low:.0f} to {high:.0f} expected): the survey or an assumption is off, and the interval "
        "may still be too narrow"
    ]
