"""The door of the room: from a survey and a season to a forecast of vendors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from numbers import Integral
from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from pitchplan.demand.factors import read_day_factors
from pitchplan.demand.forecast import Forecast, make_forecast
from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.model.assumptions import AssumptionOptions, Assumptions
from pitchplan.demand.model.simulation import Recipe, fullest_day
from pitchplan.demand.model.vendor_model import DayFactors, VendorModel
from pitchplan.demand.season import Season
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.provenance import content_hash

__all__ = ["UNCOUNTED", "forecast_vendors", "within_season"]


def forecast_vendors(
    survey: pd.DataFrame,
    season: Season,
    *,
    draws: int = 2000,
    seed: int = 0,
    factors: str | Path | pd.DataFrame | None = None,
    gateways: Collection[str] | None = None,
    **assumptions: Unpack[AssumptionOptions],
) -> Forecast:
    """Forecast how many vendors are present in the city on each day and week of a season.

    Per draw: each quantity of the survey is its number, a value within its range, or a sampled mean with
    its error; harvests carry lognormal shocks shared by all, by those who grow the same way, and of each
    origin alone; city shares a shared price shock, selling rates a shared shock, all of mean 1; the
    whole year is shifted by some days. The amount D of a day and row (a scaled Beta on the harvest
    window) comes on vehicles of load q, so lambda = D / q vendors arrive and stay W = q / r + overhead
    days in the mean, where r is the selling rate; `pitchplan.demand.model.presence.draw_present` says how
    many are present. Without overhead and under a constant flow that is N = D / r: the load does not matter,
    the selling rate does.

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
    factors : str or pathlib.Path or pandas.DataFrame, optional
        What weekdays, holidays and weather do, see `pitchplan.demand.factors.read_day_factors`.
    gateways : collection of str, optional
        Known gateways; a survey row with another one is an error.
    **assumptions
        Any of `pitchplan.demand.model.assumptions.Assumptions`: ``weather_cv``, ``cultivation_cv``,
        ``origin_cv``, ``price_cv``, ``selling_cv``, ``timing_sd_days``, ``curve_cv``,
        ``range_correlation``, ``overhead_days``, ``stay_cv``, ``saturation``. Their defaults are ours, to
        be replaced by local knowledge.

    Returns
    -------
    Forecast
        The joint distribution.

    Raises
    ------
    InputError
        An option is unknown or out of its range, the survey has faults, a gateway is unknown, or no
        harvest at all falls into the season.
    """
    assumed = _checked_options(season, draws, seed, assumptions)
    rows = read_harvest(survey)
    survey_hash = content_hash(rows)
    if gateways is not None:
        _check_gateways(rows, gateways)
    day_factors = DayFactors() if factors is None else read_day_factors(factors)
    rows, outside = within_season(rows, season, assumed)
    model = VendorModel(rows, season, assumed, day_factors)
    recipe = Recipe(model, int(draws), int(seed), inputs={"survey": survey_hash})
    return make_forecast(recipe, (*_notes(model), *outside))


def within_season(rows: pd.DataFrame, season: Season, assumed: Assumptions) -> tuple[pd.DataFrame, list[str]]:
    """Sort a survey and leave out the rows that harvest far outside of the season, with a note for each."""
    rows = rows.sort_values(["origin", "crop", "cultivation"], kind="stable").reset_index(drop=True)
    first, last = pd.Timestamp(season.first), pd.Timestamp(season.last)
    reach = pd.Timedelta(days=4 * assumed.timing_sd_days)
    outside = (rows["last_day"] + reach < first) | (rows["first_day"] - reach > last)
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


UNCOUNTED = (
    "not held against counts yet: 90 % intervals hold in only 6 of 10 seasons if the real shocks are twice "
    "as strong as assumed, and in 8 of 10 weeks if harvests come by quite other curves; learn(counts) tells"
)
"""Said until a forecast has learned from counts; the figures are of benchmarks/calibration.py."""


def _notes(model: VendorModel) -> list[str]:
    assumed = model.assumed
    notes = [
        f"assumed: {assumed}",
        "the harvests of two origins that grow the same way have a correlation of "
        f"{assumed.harvest_correlation:.2f}",
    ]
    if "filled" in model.rows:
        cells = model.rows["filled"].str.split(", ").map(lambda names: sum(bool(n) for n in names)).sum()
        if cells:
            notes.append(f"{cells} missing values of the survey were filled from their strata")
    if assumed.saturation is None:
        notes.append(_saturation_note(model))
    return [*notes, UNCOUNTED]


def _saturation_note(model: VendorModel) -> str:
    """Say what it would mean if the selling rate fell as vendors grow, which nobody has said it does."""
    usual = fullest_day(model)
    if usual < 1 / 3:
        return "each vendor is taken to sell as much when many stand as when few do"
    slower = replace(model.assumed, saturation=3 * usual)
    crowded = fullest_day(replace(model, assumed=slower))
    return (
        "each vendor is taken to sell as much when many stand as when few do: if each sold a quarter less at "
        f"{usual:.0f} vendors, the peak would be {100 * (crowded / usual - 1):.0f} % higher; see "
        "scenario(saturation=...)"
    )


def _checked_options(
    season: object, draws: object, seed: object, assumptions: Mapping[str, Any]
) -> Assumptions:
    faults = Faults("forecast_vendors")
    if not isinstance(season, Season):
        faults.add("season is not a Season", 'Give Season("2026-06-01", "2026-08-20")', value=season)
    for name, number, least, most in (("draws", draws, 100, 200_000), ("seed", seed, 0, 2**63 - 1)):
        whole = isinstance(number, Integral) and not isinstance(number, bool)
        if not whole or not least <= int(number) <= most:  # type: ignore[call-overload]
            fix = f"Give a whole number of {least} to {most}"
            faults.add(f"{name} is out of range", fix, column=name, value=number)
    known = {f.name for f in fields(Assumptions)}
    for name in assumptions.keys() - known:
        fix = f"Use one of: {', '.join(sorted(known))}"
        faults.add("unknown option", fix, column=name, value=assumptions[name])
    try:
        assumed = Assumptions(**{n: v for n, v in assumptions.items() if n in known})
    except InputError as error:
        faults.found += error.faults
    faults.raise_if_any()
    return assumed


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
