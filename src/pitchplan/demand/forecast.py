"""The forecast: vendors present per week as a joint distribution, by Monte Carlo."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from numbers import Integral, Real

import numpy as np
import pandas as pd

from pitchplan.demand.distribution import Counts, Forecast, PeakSummary, Provision
from pitchplan.demand.flow import STAY_CV, Arrivals, Floats, expected_present, present_by_day, profiles
from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.season import Season
from pitchplan.errors import Fault, Faults, InputError

__all__ = ["Forecast", "PeakSummary", "Provision", "forecast_vendors"]

_CHUNK = 2000
_MOST_PRESENT = 1e8


def forecast_vendors(
    survey: pd.DataFrame,
    season: Season,
    *,
    draws: int = 2000,
    seed: int = 0,
    weather_cv: float = 0.15,
    selling_cv: float = 0.20,
    origin_cv: float = 0.15,
    overhead_days: float = 0.5,
    gateways: Collection[str] | None = None,
) -> Forecast:
    """Forecast how many vendors are present in the city on each day and week of a season.

    Per draw: yields are the survey's times a lognormal weather shock shared by all and one per origin
    (means 1); city shares are triangular (low, likely, high) at one level shared by all rows, so that
    what nobody knows does not average out; selling rates carry one shared lognormal shock of mean 1.
    The amount D of a day and row comes on vehicles of load q, so lambda = D / q vendors arrive (Poisson)
    and stay W = q / r + overhead days in the mean, where r is the selling rate; see
    `pitchplan.demand.flow.present_by_day` for who is present. A week counts its fullest day. The cvs
    and the overhead are assumptions of ours, to be replaced by local knowledge.

    Parameters
    ----------
    survey : pandas.DataFrame
        As `read_harvest` returns it; it is checked again. The order of its rows does not matter.
    season : Season
        Days to forecast.
    draws : int
        Number of draws, 100 to 200000.
    seed : int
        Seed of the draws, 0 or more; same seed, same forecast.
    weather_cv, selling_cv, origin_cv : float
        Coefficients of variation of the shared weather shock, the shared selling rate shock and the
        shock of each origin, 0 to 2.
    overhead_days : float
        Days a vendor stands beside the time it takes to sell its load, 0 to 30.
    gateways : collection of str, optional
        Known gateways; a survey row with another one is an error.

    Returns
    -------
    Forecast
        The joint distribution.

    Raises
    ------
    InputError
        An option is out of its range, the survey has faults, a gateway is unknown, or no harvest at
        all falls into the season.
    """
    cvs = {"weather_cv": weather_cv, "selling_cv": selling_cv, "origin_cv": origin_cv}
    _check_options(season, draws, seed, cvs, overhead_days)
    rows = read_harvest(survey)
    if gateways is not None:
        _check_gateways(rows, gateways)
    rows = rows.sort_values(["origin", "crop", "cultivation"], kind="stable").reset_index(drop=True)
    rows, notes = _within_season(rows, season)
    start = min(rows["first_day"].min().date(), season.first)
    days = (season.last - start).days + 1
    profile = profiles(rows, start, days)
    rng = np.random.Generator(np.random.PCG64(int(seed)))
    lead = (season.first - start).days
    present: list[Counts] = []
    expected, totals = np.zeros_like(profile), np.zeros(len(rows))
    for at in range(0, draws, _CHUNK):
        some = min(_CHUNK, draws - at)
        arrivals = _draw_arrivals(rows, profile, some, cvs, overhead_days, rng)
        _check_size(arrivals)
        present.append(present_by_day(arrivals, rng)[:, lead:])
        expected += expected_present(arrivals) * (some / draws)
        totals += arrivals.totals.sum(axis=0) / draws
    brought = totals * rows["load_t"].to_numpy() * profile[:, lead:].sum(axis=1)
    by_origin, busiest = _by_origin(rows, brought, expected[:, lead:], season)
    notes = [*_assumptions(cvs, overhead_days), *notes]
    return _forecast(season, np.concatenate(present), by_origin, busiest, tuple(notes))


def _forecast(
    season: Season, by_day: Counts, by_origin: pd.DataFrame, busiest: dt.date, notes: tuple[str, ...]
) -> Forecast:
    by_week = np.maximum.reduceat(by_day, np.arange(0, season.days, 7), axis=1)
    peak = by_day.max(axis=1)
    for array in (by_day, by_week, peak):
        array.setflags(write=False)
    periods = pd.DataFrame(season.weeks, columns=["first", "last"])
    return Forecast(season, periods, by_week, by_day, peak, by_origin, busiest, notes)


def _draw_arrivals(
    rows: pd.DataFrame,
    profile: Floats,
    draws: int,
    cvs: dict[str, float],
    overhead_days: float,
    rng: np.random.Generator,
) -> Arrivals:
    """Draw yields, shares and selling rates; the same random numbers whatever the options are."""
    origins, origin_of = np.unique(rows["origin"].to_numpy(dtype=str), return_inverse=True)
    weather = _lognormal(rng.standard_normal((draws, 1)), cvs["weather_cv"])
    local = _lognormal(rng.standard_normal((draws, len(origins))), cvs["origin_cv"])[:, origin_of]
    selling = _lognormal(rng.standard_normal((draws, 1)), cvs["selling_cv"])
    level = rng.random((draws, 1))
    low, likely, high, load, rate, area, per_ha, loss = (
        rows[c].to_numpy(dtype=float)
        for c in (
            "city_share_low",
            "city_share",
            "city_share_high",
            "load_t",
            "selling_t_per_day",
            "area_ha",
            "yield_t_per_ha",
            "loss_share",
        )
    )
    share = _triangular(level, low, likely, high)
    tonnes = area * per_ha * (1 - loss) * weather * local * share
    return Arrivals(tonnes / load, profile, load / (rate * selling) + overhead_days)


def _lognormal(normal: Floats, cv: float) -> Floats:
    """Lognormal of mean 1 and the coefficient of variation given, from standard normals."""
    variance = math.log1p(cv * cv)
    return np.exp(math.sqrt(variance) * normal - variance / 2)


def _triangular(level: Floats, low: Floats, likely: Floats, high: Floats) -> Floats:
    """Quantile of the triangular distribution (low, likely, high)."""
    width = high - low
    rising = low + np.sqrt(level * width * (likely - low))
    falling = high - np.sqrt((1 - level) * width * (high - likely))
    return np.where(level * width <= likely - low, rising, falling)


def _within_season(rows: pd.DataFrame, season: Season) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the rows that harvest outside of the season, with a note for each."""
    first, last = pd.Timestamp(season.first), pd.Timestamp(season.last)
    outside = (rows["last_day"] < first) | (rows["first_day"] > last)
    if outside.all():
        begin, end = rows["first_day"].min(), rows["last_day"].max()
        fix = f"Check the years; the harvest runs from {begin:%Y-%m-%d} to {end:%Y-%m-%d}"
        value = f"{season.first} to {season.last}"
        raise InputError(Fault("no harvest falls into the season", fix, "survey", value=value))
    notes = [
        f"{r.origin} · {r.crop} · {r.cultivation} is harvested from {r.first_day:%Y-%m-%d} to "
        f"{r.last_day:%Y-%m-%d}, outside of the season: not counted"
        for r in rows[outside].itertuples()
    ]
    return rows[~outside].reset_index(drop=True), notes


def _assumptions(cvs: dict[str, float], overhead_days: float) -> tuple[str, ...]:
    shocks = ", ".join(f"{name} {value:g}" for name, value in cvs.items())
    return (
        f"assumed: {shocks}, overhead_days {overhead_days:g}, stays Gamma with a cv of {STAY_CV:g}",
        "a vendor is counted on every day during whose opening it stands, the day of arrival included",
    )


def _by_origin(
    rows: pd.DataFrame, brought: Floats, expected: Floats, season: Season
) -> tuple[pd.DataFrame, dt.date]:
    """Mean tonnes and vendors per origin and gateway, and the day the vendors are counted on."""
    busiest = int(expected.sum(axis=0).argmax())
    per_row = rows[["origin", "origin_en", "gateway"]].assign(tonnes=brought, vendors=expected[:, busiest])
    table = per_row.groupby(["origin", "gateway"], as_index=False).agg(
        origin_en=("origin_en", "first"), tonnes=("tonnes", "sum"), vendors=("vendors", "sum")
    )
    day = season.first + dt.timedelta(days=busiest)
    return table[["origin", "origin_en", "gateway", "tonnes", "vendors"]], day


def _check_options(
    season: object, draws: object, seed: object, cvs: dict[str, float], overhead_days: object
) -> None:
    faults = Faults("forecast_vendors")
    if not isinstance(season, Season):
        faults.add("season is not a Season", 'Give Season("2026-06-01", "2026-08-20")', value=season)
    for name, number, least, most in (("draws", draws, 100, 200_000), ("seed", seed, 0, 2**63 - 1)):
        whole = isinstance(number, Integral) and not isinstance(number, bool)
        if not whole or not least <= int(number) <= most:  # type: ignore[call-overload]
            faults.add(
                f"{name} is out of range",
                f"Give a whole number of {least} to {most}",
                column=name,
                value=number,
            )
    for name, value, limit in (
        *((n, v, 2.0) for n, v in cvs.items()),
        ("overhead_days", overhead_days, 30.0),
    ):
        real = isinstance(value, Real) and not isinstance(value, bool)
        if not real or not 0 <= value <= limit:  # type: ignore[operator]
            faults.add(
                f"{name} is out of range", f"Give a number of 0 to {limit:g}", column=name, value=value
            )
    faults.raise_if_any()


def _check_gateways(rows: pd.DataFrame, gateways: Collection[str]) -> None:
    names = isinstance(gateways, Collection) and not isinstance(gateways, str)
    if not names or not all(isinstance(g, str) for g in gateways):
        fix = 'Give a list of names, such as ["north", "east"]'
        raise InputError(
            Fault("gateways is not a collection of names", fix, "forecast_vendors", value=gateways)
        )
    faults = Faults("survey")
    for row in rows[~rows["gateway"].isin(list(gateways))].itertuples():
        what = f"unknown gateway of {row.origin} · {row.crop} · {row.cultivation}"
        fix = f"Use one of: {', '.join(sorted(gateways)) or '(none is known)'}"
        faults.add(what, fix, row=f"index {row.Index!r}", column="gateway", value=row.gateway)
    faults.raise_if_any()


def _check_size(arrivals: Arrivals) -> None:
    most = (
        float((arrivals.totals @ arrivals.profile).max() * arrivals.longest) if arrivals.totals.size else 0.0
    )
    if not most <= _MOST_PRESENT:
        fix = "Check the units of area, yield, load and selling rate"
        raise InputError(Fault("more vendors than can be", fix, "survey", value=f"up to {most:.3g}"))
