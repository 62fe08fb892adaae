"""The forecast against oracles: conservation, Little's law, M_t/G/infinity, one vendor at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from pitchplan.demand.distribution import Forecast, Provision
from pitchplan.demand.flow import (
    Arrivals,
    daily_flow,
    expected_present,
    harvest_profile,
    present_by_day,
    stay_survival,
)
from pitchplan.demand.forecast import _lognormal, _triangular, forecast_vendors
from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.season import Season
from pitchplan.errors import InputError, PitchplanError

SEASON = Season("2026-06-01", "2026-08-20", hours="06:00-09:00")
CERTAIN: dict[str, Any] = {"weather_cv": 0, "selling_cv": 0, "origin_cv": 0}


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    """Give a survey of one good row per set of changes."""
    base = {
        "origin": "唐王",
        "crop": "watermelon",
        "cultivation": "open",
        "area_ha": 200.0,
        "yield_t_per_ha": 45.0,
        "loss_share": 0.05,
        "city_share": 0.1,
        "load_t": 1.5,
        "selling_t_per_day": 0.5,
        "first_day": "2026-06-05",
        "peak_day": "2026-06-30",
        "last_day": "2026-07-31",
    }
    return read_harvest(pd.DataFrame([{**base, **c} for c in changes]))


def many(origins: int, **changes: Any) -> pd.DataFrame:
    """Give a survey of many equal origins with sheds and open fields."""
    shed = {
        "cultivation": "shed",
        "first_day": "2026-05-20",
        "peak_day": "2026-06-05",
        "last_day": "2026-06-25",
    }
    field = {"first_day": "2026-06-25", "peak_day": "2026-07-20", "last_day": "2026-08-15"}
    return rows(
        *({"origin": f"镇{i:02d}", **kind, **changes} for i in range(origins) for kind in (shed, field))
    )


def made(draws_by_day: np.ndarray) -> Forecast:
    """Give a forecast with the draws given, shape (draws, days)."""
    season = Season("2026-06-01", dt.date(2026, 6, 1) + dt.timedelta(draws_by_day.shape[1] - 1))
    by_week = np.maximum.reduceat(draws_by_day, np.arange(0, season.days, 7), axis=1)
    periods = pd.DataFrame(season.weeks, columns=["first", "last"])
    peak = draws_by_day.max(axis=1)
    return Forecast(
        season, periods, by_week, draws_by_day, peak, pd.DataFrame(), season.first, ("<b>note</b>",)
    )


# --- flow ------------------------------------------------------------------------------------------


@given(
    first=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), a=st.integers(0, 120), b=st.integers(0, 120)
)
def test_profile_sums_to_one_and_peaks_on_its_day(first: dt.date, a: int, b: int) -> None:
    peak = first + dt.timedelta(a)
    shares = harvest_profile(first, peak, peak + dt.timedelta(b))
    assert len(shares) == a + b + 1
    assert (shares >= 0).all()
    assert math.fsum(shares) == pytest.approx(1.0, abs=1e-15 * len(shares))
    assert shares[a] == pytest.approx(shares.max(), rel=1e-2)


def test_profile_is_the_pert_density_by_quadrature() -> None:
    first, peak, last = dt.date(2026, 6, 1), dt.date(2026, 6, 8), dt.date(2026, 6, 30)
    shares = harvest_profile(first, peak, last)
    x = (np.arange(30_000) + 0.5) / 1000
    density = (x / 30) ** (4 * 7.5 / 30) * (1 - x / 30) ** (4 * 22.5 / 30)
    assert x[density.argmax()] == pytest.approx(7.5, abs=1e-3)
    expected = density.reshape(30, 1000).sum(axis=1) / density.sum()
    np.testing.assert_allclose(shares, expected, rtol=1e-5)


def test_flow_conserves_every_tonne() -> None:
    survey = many(6)
    flow = daily_flow(survey)
    tonnes = survey["area_ha"] * survey["yield_t_per_ha"] * (1 - survey["loss_share"]) * survey["city_share"]
    np.testing.assert_allclose(flow.sum(axis=0), tonnes, rtol=1e-13)
    assert (flow.index[0], flow.index[-1]) == (pd.Timestamp("2026-05-20"), pd.Timestamp("2026-08-15"))
    outside = (flow.index < "2026-06-25") | (flow.index > "2026-08-15")
    assert (flow.loc[outside, 1] == 0).all()


def test_tonnes_and_vendors_by_origin() -> None:
    survey = rows({"origin": "a", "origin_en": "A"}, {"origin": "a", "cultivation": "shed"}, {"origin": "b"})
    forecast = forecast_vendors(survey, SEASON, **CERTAIN, draws=4000)
    table = forecast.expected_by_origin.set_index("origin")
    assert table.loc["b", "tonnes"] == pytest.approx(200 * 45 * 0.95 * 0.1)
    assert table.loc["a", "tonnes"] == pytest.approx(2 * 200 * 45 * 0.95 * 0.1)
    at = (forecast.busiest_day - SEASON.first).days
    mean = forecast.draws_by_day[:, at].mean()
    assert table["vendors"].sum() == pytest.approx(mean, abs=4 * math.sqrt(mean / 4000))


# --- presence --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "stay"), [(30.0, 3.5), (80.0, 0.9), (5.0, 9.0)])
def test_littles_law(rate: float, stay: float) -> None:
    days, draws = 200, 800
    flat = Arrivals(np.full((draws, 1), rate * days), np.full((1, days), 1 / days), np.full((draws, 1), stay))
    present = present_by_day(flat, np.random.default_rng(1))[:, 100:]
    # A vendor counts on every day it touches, so the time in Little's law is the stay in whole days begun.
    whole_days = np.ceil(np.random.default_rng(2).gamma(4, stay / 4, 4_000_000)).mean()
    error = 4 * math.sqrt(rate * whole_days * 2 * stay / (draws * 100))
    assert present.mean() == pytest.approx(rate * whole_days, abs=error + rate * whole_days * 2e-3)
    assert rate * stay < present.mean() < rate * (stay + 1)


def test_mean_of_each_day_is_the_sum_over_lags() -> None:
    survey = rows({}, {"origin": "b", "load_t": 2.4, "selling_t_per_day": 0.8, "first_day": "2026-05-01"})
    draws = 4000
    forecast = forecast_vendors(survey, SEASON, draws=draws, overhead_days=0.5, **CERTAIN)
    flow = daily_flow(survey)
    expected = np.zeros(SEASON.days)
    for i, row in survey.iterrows():
        stay = row["load_t"] / row["selling_t_per_day"] + 0.5
        came = {day.date(): tonnes / row["load_t"] for day, tonnes in flow[i].items()}
        for t in range(SEASON.days):
            today = SEASON.first + dt.timedelta(t)
            for lag in range(60):
                survives = stats.gamma.sf(lag, 4, scale=stay / 4)
                expected[t] += came.get(today - dt.timedelta(lag), 0.0) * survives
    error = np.sqrt(np.maximum(expected, 1e-3) / draws)
    assert (np.abs(forecast.draws_by_day.mean(axis=0) - expected) <= 4 * error + 1e-6).all()
    # Without uncertain parameters the number present is Poisson: variance = mean.
    busy = expected > 20
    ratio = forecast.draws_by_day.var(axis=0)[busy] / expected[busy]
    assert (np.abs(ratio - 1) < 5 * math.sqrt(2 / draws)).all()


def one_by_one(rate: np.ndarray, stay: float, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Simulate each vendor by itself: arrival day, length of stay, days it is counted on."""
    present = np.zeros((draws, len(rate)), dtype=int)
    for d in range(draws):
        for t, mean in enumerate(rate):
            stays = np.ceil(rng.gamma(4, stay / 4, rng.poisson(mean))).astype(int)
            for days in stays:
                present[d, t : t + days] += 1
    return present


def thinned(rate: np.ndarray, stay: float, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Simulate by binomial thinning of the arrivals from lag to lag."""
    left = rng.poisson(rate, (draws, len(rate)))
    present = left.copy()
    for lag in range(1, len(rate)):
        left = rng.binomial(
            left, stats.gamma.sf(lag, 4, scale=stay / 4) / stats.gamma.sf(lag - 1, 4, scale=stay / 4)
        )
        present[:, lag:] += left[:, :-lag]
    return present


@pytest.mark.parametrize(("oracle", "oracle_draws"), [(one_by_one, 400), (thinned, 20_000)])
def test_joint_law_is_that_of_single_vendors(oracle: Any, oracle_draws: int) -> None:
    rate, stay, draws = (
        12 * harvest_profile(dt.date(2026, 6, 1), dt.date(2026, 6, 9), dt.date(2026, 6, 20)) * 20,
        3.0,
        20_000,
    )
    arrivals = Arrivals(
        np.full((draws, 1), rate.sum()), (rate / rate.sum())[None, :], np.full((draws, 1), stay)
    )
    ours = present_by_day(arrivals, np.random.default_rng(3))
    other = oracle(rate, stay, oracle_draws, np.random.default_rng(4))
    error = np.sqrt(ours.var(axis=0) * (1 / draws + 1 / oracle_draws))
    assert (np.abs(ours.mean(axis=0) - other.mean(axis=0)) <= 4 * error + 1e-3).all()
    assert stats.ks_2samp(ours.max(axis=1), other.max(axis=1)).pvalue > 0.01
    for lag in (1, 2, 4):
        both = [np.corrcoef(x[:, 10], x[:, 10 + lag])[0, 1] for x in (ours, other)]
        assert both[0] == pytest.approx(both[1], abs=4 / math.sqrt(oracle_draws))
        after = [stats.gamma.sf(k + lag, 4, scale=stay / 4) * rate[10 - k] for k in range(11)]
        covariance = np.cov(ours[:, 10], ours[:, 10 + lag])[0, 1]
        assert covariance == pytest.approx(sum(after), abs=6 * ours[:, 10].var() / math.sqrt(draws))


def test_rows_add_up_as_independent_streams() -> None:
    rng, draws = np.random.default_rng(5), 5000
    totals, profile = np.array([[300.0, 500.0]]), np.array([[0.5, 0.5, 0, 0], [0.1, 0.2, 0.3, 0.4]])
    stays = np.array([[1.5, 4.0]])
    both = Arrivals(totals.repeat(draws, 0), profile, stays.repeat(draws, 0))
    present = present_by_day(both, rng)
    np.testing.assert_allclose(present.mean(axis=0), expected_present(both).sum(axis=0), rtol=0.01)
    np.testing.assert_allclose(present.var(axis=0), present.mean(axis=0), rtol=0.1)


def test_survival() -> None:
    lags = np.arange(0, 30)
    assert stay_survival(3.0, 0) == 1.0
    np.testing.assert_allclose(stay_survival(3.0, lags), stats.gamma.sf(lags, 4, scale=0.75), rtol=1e-10)
    assert (np.diff(stay_survival(3.0, lags)) < 0).all()


def test_vendors_that_came_before_the_season_are_there() -> None:
    survey = rows({"first_day": "2026-05-01", "peak_day": "2026-06-01", "last_day": "2026-07-01"})
    early = forecast_vendors(survey, Season("2026-05-01", "2026-06-10"), draws=4000, **CERTAIN)
    late = forecast_vendors(survey, Season("2026-06-01", "2026-06-10"), draws=4000, **CERTAIN)
    means = early.draws_by_day.mean(axis=0)[-10:]
    assert (np.abs(late.draws_by_day.mean(axis=0) - means) < 4 * np.sqrt(2 * means / 4000)).all()


# --- uncertainty -----------------------------------------------------------------------------------


def width(forecast: Forecast) -> float:
    """Give the width of the peak's 90 % interval over its median."""
    return (forecast.peak.p95 - forecast.peak.p05) / forecast.peak.median


def test_a_shared_shock_widens_more_than_independent_ones() -> None:
    survey = many(30, area_ha=60.0)
    shared = forecast_vendors(survey, SEASON, weather_cv=0.3, origin_cv=0, selling_cv=0)
    alone = forecast_vendors(survey, SEASON, weather_cv=0, origin_cv=0.3, selling_cv=0)
    none = forecast_vendors(survey, SEASON, **CERTAIN)
    assert width(shared) > 3 * width(alone) > 3 * width(none)
    # A lognormal of cv 0.3 has a 90 % interval of 2 sinh(1.645 sigma) around its median.
    assert width(shared) == pytest.approx(2 * math.sinh(1.645 * math.sqrt(math.log(1.09))), rel=0.08)


def test_shares_do_not_cancel_over_origins() -> None:
    wide = {"city_share_low": 0.05, "city_share_high": 0.2}
    few = forecast_vendors(many(1, area_ha=6000.0, **wide), SEASON, **CERTAIN)
    lots = forecast_vendors(many(30, **wide), SEASON, **CERTAIN)
    assert width(lots) == pytest.approx(width(few), rel=0.1)
    assert width(lots) > 0.5


def test_origins_are_shocked_alone_but_their_rows_together() -> None:
    one = rows({"cultivation": "a"}, {"cultivation": "b"}, {"cultivation": "c"}, {"cultivation": "d"})
    four = rows({"origin": "a"}, {"origin": "b"}, {"origin": "c"}, {"origin": "d"})
    option = {"weather_cv": 0, "selling_cv": 0, "origin_cv": 0.5}
    assert width(forecast_vendors(one, SEASON, **option)) > 1.5 * width(
        forecast_vendors(four, SEASON, **option)
    )


def test_slower_selling_and_overhead_mean_more_vendors() -> None:
    base = forecast_vendors(rows({}), SEASON, **CERTAIN).peak.mean
    assert forecast_vendors(rows({"selling_t_per_day": 0.25}), SEASON, **CERTAIN).peak.mean > 1.4 * base
    assert forecast_vendors(rows({}), SEASON, overhead_days=2.5, **CERTAIN).peak.mean > 1.3 * base


@pytest.mark.parametrize("cv", [0.0, 0.15, 1.0])
def test_shocks_have_mean_one_and_their_cv(cv: float) -> None:
    x = _lognormal(np.random.default_rng(0).standard_normal(2_000_000), cv)
    assert x.mean() == pytest.approx(1, abs=4e-3)
    assert x.std() == pytest.approx(cv, rel=2e-2)


@pytest.mark.parametrize("corners", [(0.1, 0.2, 0.5), (0.1, 0.1, 0.5), (0.1, 0.5, 0.5), (0.3, 0.3, 0.3)])
def test_triangular(corners: tuple[float, float, float]) -> None:
    low, likely, high = corners
    level = np.linspace(0, 1, 101)
    ours = _triangular(level, np.array(low), np.array(likely), np.array(high))
    assert ours == pytest.approx(np.full(101, low)) if low == high else True
    if low < high:
        oracle = stats.triang.ppf(level, (likely - low) / (high - low), low, high - low)
        np.testing.assert_allclose(ours, oracle, atol=1e-12)


# --- shape, order, seed ----------------------------------------------------------------------------


def test_row_order_does_not_matter_and_seeds_do() -> None:
    survey = many(5, city_share_low=0.05)
    survey["area_ha"] *= np.arange(1, 11)
    survey["load_t"] += np.arange(10) / 10
    before = survey.copy(deep=True)
    a = forecast_vendors(survey, SEASON, draws=300, seed=7)
    b = forecast_vendors(survey.sample(frac=1, random_state=1), SEASON, draws=300, seed=7)
    c = forecast_vendors(survey, SEASON, draws=300, seed=8)
    pd.testing.assert_frame_equal(survey, before)
    np.testing.assert_array_equal(a.draws_by_day, b.draws_by_day)
    np.testing.assert_array_equal(a.draws_by_week, b.draws_by_week)
    pd.testing.assert_frame_equal(a.expected_by_origin, b.expected_by_origin)
    assert not np.array_equal(a.draws_by_day, c.draws_by_day)


def test_weeks_and_peak_of_each_draw() -> None:
    forecast = forecast_vendors(many(4), SEASON, draws=2100)
    assert forecast.draws_by_day.shape == (2100, 81)
    assert forecast.draws_by_week.shape == (2100, 12)
    assert forecast.draws_by_day.dtype == np.int32
    assert forecast.draws_by_day.min() >= 0
    for k, (first, last) in enumerate(SEASON.weeks):
        days = slice((first - SEASON.first).days, (last - SEASON.first).days + 1)
        np.testing.assert_array_equal(
            forecast.draws_by_week[:, k], forecast.draws_by_day[:, days].max(axis=1)
        )
    assert (forecast.peak_draws[:, None] >= forecast.draws_by_week).all()
    np.testing.assert_array_equal(forecast.peak_draws, forecast.draws_by_week.max(axis=1))
    with pytest.raises(ValueError, match="read-only"):
        forecast.draws_by_week[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        forecast.notes = ()  # type: ignore[misc]


def test_two_cultivations_make_two_waves() -> None:
    mean = forecast_vendors(many(3), Season("2026-05-18", "2026-08-20"), draws=1000).table["mean"].to_numpy()
    inner = [i for i in range(1, len(mean) - 1) if mean[i - 1] < mean[i] > mean[i + 1]]
    assert len(inner) == 2
    one = (
        forecast_vendors(many(3).iloc[1::2], Season("2026-05-18", "2026-08-20"), draws=1000)
        .table["mean"]
        .to_numpy()
    )
    assert len([i for i in range(1, len(one) - 1) if one[i - 1] < one[i] > one[i + 1]]) == 1


def test_sanity_of_a_county() -> None:
    # Zhongmu 2011: 350,000 t in 60 days, 5 % sold directly, 0.35-0.8 t per vendor and day.
    county = {"area_ha": 127_000 / 15, "yield_t_per_ha": 41.3, "loss_share": 0, "city_share": 0.05}
    survey = rows({**county, "first_day": "2026-06-01", "peak_day": "2026-06-30", "last_day": "2026-07-30"})
    forecast = forecast_vendors(survey, Season("2026-06-01", "2026-07-30"), overhead_days=0, **CERTAIN)
    assert 365 < forecast.draws_by_day.mean() < 830


# --- quantiles and provision -----------------------------------------------------------------------

DRAWS = arrays(np.int32, st.tuples(st.integers(1, 40), st.integers(1, 30)), elements=st.integers(0, 12))
LEVELS = st.one_of(st.floats(0.001, 0.999), st.sampled_from([0.05, 0.55, 0.57, 0.29, 0.9, 0.95]))


@settings(max_examples=150, deadline=None)
@given(draws=DRAWS, level=LEVELS)
def test_provision_covers_and_is_least(draws: np.ndarray, level: float) -> None:
    forecast = made(draws)
    given_level = forecast.to_provide(level)
    peak, weeks = given_level.peak, np.array(given_level.by_week)
    assert int(given_level) == peak
    assert given_level.level == level
    assert (forecast.peak_draws <= peak).mean() >= level
    assert (forecast.peak_draws <= peak - 1).mean() < level
    assert (forecast.draws_by_week <= weeks).all(axis=1).mean() >= level
    # The next smaller common marginal quantile does not reach the level.
    ordered = np.sort(forecast.draws_by_week, axis=0)
    ranks = [j for j in range(len(draws)) if (ordered[j] == weeks).all()]
    assert ranks
    if ranks[0] > 0:
        assert (forecast.draws_by_week <= ordered[ranks[0] - 1]).all(axis=1).mean() < level
    assert weeks.max() >= peak


@settings(max_examples=150, deadline=None)
@given(draws=DRAWS, level=LEVELS)
def test_intervals_are_quantiles(draws: np.ndarray, level: float) -> None:
    forecast = made(draws)
    table, wide = forecast.table, forecast.interval(level)
    x = forecast.draws_by_week
    for column, q in (("p05", 0.05), ("median", 0.5), ("p95", 0.95)):
        k = table[column].to_numpy()
        assert ((x <= k).mean(axis=0) >= q - 1e-12).all()
        assert ((x <= k - 1).mean(axis=0) < q).all()
    assert (table["p05"] <= table["median"]).all()
    assert (table["median"] <= table["p95"]).all()
    assert (wide["low"] <= wide["high"]).all()
    inside = (x >= wide["low"].to_numpy()) & (x <= wide["high"].to_numpy())
    assert (inside.mean(axis=0) >= level - 1e-9).all()
    assert table[["period_first", "period_last"]].to_numpy().tolist() == [
        list(w) for w in forecast.season.weeks
    ]


def test_joint_level_asks_for_more_than_each_week_alone() -> None:
    forecast = forecast_vendors(many(3), SEASON, draws=1000, **CERTAIN)
    joint = np.array(forecast.to_provide(0.9).by_week)
    alone = np.sort(forecast.draws_by_week, axis=0)[899]
    assert (joint >= alone).all()
    assert (forecast.draws_by_week <= alone).all(axis=1).mean() < 0.9
    low, high = forecast.to_provide(0.5), forecast.to_provide(0.99)
    assert low.peak < forecast.to_provide(0.9).peak < high.peak
    assert len(high.periods) == 12


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, 90, math.nan, "0.9", None, True])
def test_levels_that_cannot_be(level: Any) -> None:
    forecast = made(np.ones((5, 8), dtype=np.int32))
    for ask in (forecast.to_provide, forecast.interval):
        with pytest.raises(InputError, match="level") as caught:
            ask(level)
        assert "0.9" in caught.value.faults[0].fix


# --- the door --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("draws", 99),
        ("draws", 200_001),
        ("draws", 1000.0),
        ("draws", True),
        ("draws", "2000"),
        ("seed", -1),
        ("seed", 1.5),
        ("seed", None),
        ("weather_cv", -0.1),
        ("weather_cv", 2.1),
        ("weather_cv", math.nan),
        ("selling_cv", math.inf),
        ("selling_cv", "0.2"),
        ("origin_cv", None),
        ("overhead_days", -1),
        ("overhead_days", 31),
        ("overhead_days", math.nan),
    ],
)
def test_options_that_cannot_be(option: str, value: Any) -> None:
    with pytest.raises(InputError, match=option) as caught:
        forecast_vendors(rows({}), SEASON, **{option: value})
    assert caught.value.faults[0].column == option
    assert caught.value.faults[0].value is value


def test_all_bad_options_at_once() -> None:
    with pytest.raises(InputError) as caught:
        forecast_vendors(rows({}), "2026", draws=1, weather_cv=9)  # type: ignore[arg-type]
    assert len(caught.value.faults) == 3


def test_a_survey_is_checked_again() -> None:
    survey = rows({}).assign(load_t=0.0)
    with pytest.raises(InputError, match="load"):
        forecast_vendors(survey, SEASON)
    with pytest.raises(InputError, match="no rows"):
        forecast_vendors(rows({}).iloc[:0], SEASON)
    with pytest.raises(InputError, match="more vendors than can be"):
        forecast_vendors(rows({"load_t": 1e-9}), SEASON)


def test_gateways() -> None:
    survey = rows({"gateway": "north"}, {"origin": "b", "gateway": "nroth"})
    with pytest.raises(InputError, match="unknown gateway of b") as caught:
        forecast_vendors(survey, SEASON, gateways=["north", "east"])
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == ("index 1", "gateway", "nroth")
    assert "east, north" in fault.fix
    for wrong in ("north", 5, [None]):
        with pytest.raises(InputError, match="collection"):
            forecast_vendors(survey, SEASON, gateways=wrong)  # type: ignore[arg-type]
    table = forecast_vendors(survey, SEASON, draws=100, gateways={"north", "nroth"}).expected_by_origin
    assert table.set_index("origin")["gateway"].to_dict() == {"唐王": "north", "b": "nroth"}


def test_harvest_outside_of_the_season() -> None:
    late = {"origin": "late", "first_day": "2026-09-01", "peak_day": "2026-09-10", "last_day": "2026-09-30"}
    alone = forecast_vendors(rows({}), SEASON, draws=200, seed=3)
    both = forecast_vendors(rows({}, late), SEASON, draws=200, seed=3)
    np.testing.assert_array_equal(alone.draws_by_day, both.draws_by_day)
    assert any("late" in n and "not counted" in n for n in both.notes)
    assert not any("not counted" in n for n in alone.notes)
    with pytest.raises(InputError, match="Check the years") as caught:
        forecast_vendors(rows(late), SEASON)
    assert "2026-09-01 to 2026-09-30" in str(caught.value)


# --- what is shown ---------------------------------------------------------------------------------


def test_repr_and_html() -> None:
    forecast = forecast_vendors(rows({}), SEASON, draws=200)
    text = repr(forecast)
    assert "2026-06-01 to 2026-08-20" in text
    assert str(forecast.peak.median) in text
    assert "fullest week" in text
    assert len(text.splitlines()) < 10
    assert "Provision(level=0.9, peak=" in repr(forecast.to_provide(0.9))
    html = made(np.ones((5, 8), dtype=np.int32))._repr_html_()
    assert "<table" in html
    assert "<b>note" not in html
    assert "&lt;b&gt;note" in html


def test_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    forecast = forecast_vendors(rows({}), SEASON, draws=200)
    ax = forecast.plot()
    assert ax.get_ylabel() == "vendors present"
    assert len(ax.lines[0].get_ydata()) == 81
    assert forecast.plot(ax) is ax
    plt.close("all")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PitchplanError, match=r"pitchplan\[plot\]"):
        forecast.plot()


def test_provision_is_plain() -> None:
    provision = Provision(0.9, 60, (40, 60))
    assert int(provision) == 60
    assert provision == Provision(0.9, 60, (40, 60))
