"""The forecast: closed forms, shared shocks, parts that add up, provision, what is said and shown."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from demand_surveys import CERTAIN, SEASON, many, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from pitchplan.demand.forecast import Forecast
from pitchplan.demand.model.flow import daily_flow
from pitchplan.demand.model.presence import mean_present
from pitchplan.demand.model.simulation import Recipe, simulate
from pitchplan.demand.model.uncertain import lognormal, triangular
from pitchplan.demand.provision import Provision
from pitchplan.demand.season import Season
from pitchplan.demand.vendors import forecast_vendors
from pitchplan.errors import InputError, PitchplanError


def made(draws_by_day: np.ndarray) -> Forecast:
    """Give a forecast with the draws given, shape (draws, days)."""
    season = Season("2026-06-01", dt.date(2026, 6, 1) + dt.timedelta(draws_by_day.shape[1] - 1))
    real = forecast_vendors(rows({"first_day": "2026-05-20", "peak_day": "2026-05-30"}), season, draws=100)
    by_week = np.maximum.reduceat(draws_by_day, np.arange(0, season.days, 7), axis=1)
    recipe = dataclasses.replace(real.recipe, draws=len(draws_by_day))
    return Forecast(season, draws_by_day, by_week, draws_by_day.max(axis=1), recipe, ("<b>note</b>",))


# --- closed forms ----------------------------------------------------------------------------------


def steady(**changes: Any) -> pd.DataFrame:
    """Give a survey whose flow is nearly the same for weeks in the middle of its year-long harvest."""
    return rows({"first_day": "2026-01-01", "peak_day": "2026-07-02", "last_day": "2026-12-31", **changes})


def test_constant_flow_gives_flow_over_selling_rate() -> None:
    survey, season = steady(area_ha=6000.0), Season("2026-06-28", "2026-07-05")
    flow = daily_flow(survey)[0]
    level = flow[pd.Timestamp("2026-07-01")] / 0.5
    assert flow["2026-06-20":"2026-07-05"].std() < 0.005 * flow[pd.Timestamp("2026-07-01")]
    for load in (0.6, 1.5, 2.4):
        recipe = forecast_vendors(
            steady(area_ha=6000.0, load_t=load), season, overhead_days=0, draws=4000, **CERTAIN
        ).recipe
        close, _ = simulate(recipe)
        # N = D / r, whatever the load.
        assert close[:, 3].mean() == pytest.approx(level, abs=4 * math.sqrt(level / 4000) + 0.003 * level)


def test_certain_parameters_leave_exactly_poisson_chance() -> None:
    """z-scores of mean and variance over 200 seeds are those of Poisson numbers."""
    survey = rows({}, {"origin": "b", "load_t": 2.4, "selling_t_per_day": 0.8})
    forecast = forecast_vendors(survey, Season("2026-06-20", "2026-06-26"), draws=400, **CERTAIN)
    model = forecast.recipe.model
    mean = mean_present(model.arrivals(model.draw(model.medians())))[0, -1]
    z_mean, z_var = [], []
    for seed in range(200):
        at_close = simulate(Recipe(model, 400, seed))[0][:, -1]
        z_mean.append((at_close.mean() - mean) / math.sqrt(mean / 400))
        # Variance of the sample variance of Poisson numbers: (mean + 2 mean^2 n / (n - 1)) / n.
        spread = math.sqrt((mean + 2 * mean**2 * 400 / 399) / 400)
        z_var.append((at_close.var(ddof=1) - mean) / spread)
    for z in (np.array(z_mean), np.array(z_var)):
        assert abs(z.mean()) < 4 / math.sqrt(200)
        assert 0.8 < z.std() < 1.2
        assert stats.kstest(z, "norm").pvalue > 1e-3


def test_mean_of_each_day_is_the_sum_over_arrivals() -> None:
    survey = rows({}, {"origin": "b", "load_t": 2.4, "selling_t_per_day": 0.8, "first_day": "2026-05-01"})
    recipe = forecast_vendors(survey, SEASON, draws=4000, overhead_days=0.5, **CERTAIN).recipe
    close, _ = simulate(recipe)
    flow = daily_flow(survey)
    expected = np.zeros(SEASON.days)
    for i, row in survey.iterrows():
        stay = row["load_t"] / row["selling_t_per_day"] + 0.5
        law = stats.gamma(4, scale=stay / 4)
        whole = stats.gamma(5, scale=stay / 4)
        edges = np.arange(90.0)
        within = np.diff(stay * whole.cdf(edges) + edges * law.sf(edges))
        came = {day.date(): tonnes / row["load_t"] for day, tonnes in flow[i].items()}
        for t in range(SEASON.days):
            today = SEASON.first + dt.timedelta(t)
            for lag, still in enumerate(within):
                expected[t] += came.get(today - dt.timedelta(lag), 0.0) * still
    error = np.sqrt(np.maximum(expected, 1e-3) / 4000)
    assert (np.abs(close.mean(axis=0) - expected) <= 4.5 * error + 0.003 * expected + 1e-3).all()


def test_vendors_that_came_before_the_season_are_there() -> None:
    survey = rows({"first_day": "2026-05-01", "peak_day": "2026-06-01", "last_day": "2026-07-01"})
    early = forecast_vendors(survey, Season("2026-05-01", "2026-06-10"), draws=4000, **CERTAIN)
    late = forecast_vendors(survey, Season("2026-06-01", "2026-06-10"), draws=4000, **CERTAIN)
    means = early.draws_by_day.mean(axis=0)[-10:]
    assert (np.abs(late.draws_by_day.mean(axis=0) - means) < 4 * np.sqrt(2 * means / 4000)).all()


def test_history_of_a_county() -> None:
    """Zhongmu 2011: 350,000 t in 60 days, 5 % sold directly, 0.35 to 0.8 t a day: 365 to 830 vendors."""
    county = {"area_ha": 127_000 / 15, "yield_t_per_ha": 350_000 / (127_000 / 15), "loss_share": 0}
    window = {"first_day": "2026-06-01", "peak_day": "2026-06-30", "last_day": "2026-07-30"}
    season = Season("2026-06-01", "2026-07-30")
    mean = {}
    for rate in (0.35, 0.8):
        survey = rows({**county, **window, "city_share": 0.05, "selling_t_per_day": rate})
        forecast = forecast_vendors(survey, season, overhead_days=0, **CERTAIN)
        assert forecast.by_origin["tonnes"].sum() == pytest.approx(17_500, rel=1e-3)
        close, _ = simulate(forecast.recipe)
        # Averaged over the season; the last vendors leave after it.
        mean[rate] = close.sum() / len(close) / 60
    assert mean[0.8] == pytest.approx(365, rel=0.03)
    assert mean[0.35] == pytest.approx(830, rel=0.05)


# --- parts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["vehicle", "gateway", "origin", "crop", "cultivation"])
def test_parts_add_up_draw_by_draw(column: str) -> None:
    survey = pd.concat([many(4, vehicle="三轮车", gateway="north"), rows({"origin": "z", "gateway": "east"})])
    forecast = forecast_vendors(survey.reset_index(drop=True), SEASON, draws=700)
    parts = forecast.parts(column)
    np.testing.assert_array_equal(parts.peak_draws.sum(axis=1), forecast.peak_draws)
    assert (parts.peak_draws >= 0).all()
    table = parts.table(column)
    assert table["share"].sum() == pytest.approx(1)
    assert table["mean"].sum() == pytest.approx(forecast.peak.mean)
    assert table[column].tolist() == sorted(set(survey[column]))


def test_parts_are_who_is_expected() -> None:
    """Against the mean number of each origin at the fullest moment, row by row."""
    early = {"first_day": "2026-05-20", "peak_day": "2026-06-05", "last_day": "2026-06-25"}
    survey = rows(
        {"origin": "a", "area_ha": 300},
        {"origin": "b", "load_t": 2.4},
        {"origin": "c", **early, "area_ha": 9},
    )
    forecast = forecast_vendors(survey, SEASON, draws=4000, **CERTAIN)
    day = forecast.draws_by_day.argmax(axis=1)
    model = forecast.recipe.model
    drawn = model.draw(model.medians())
    each = []
    for k in range(3):
        alone = dataclasses.replace(drawn, totals=drawn.totals * (np.arange(3) == k))
        each.append(mean_present(model.arrivals(alone))[0, model.lead + day])
    share = np.array(each) / np.sum(each, axis=0)
    expected = (share * forecast.peak_draws).mean(axis=1)
    got = forecast.parts("origin").peak_draws.mean(axis=0)
    assert got == pytest.approx(expected, abs=4 * math.sqrt(expected.max() / 4000) + 0.01)
    tonnes = forecast.by_origin["tonnes"]
    assert tonnes[0] == pytest.approx(300 * 45 * 0.95 * 0.1, rel=1e-9)


@pytest.mark.parametrize("options", [{}, {"saturation": 400.0}, {"timing_sd_days": 6}])
def test_shifted_and_slowed_draws_split_too(options: dict[str, Any]) -> None:
    survey = rows({"origin": "a"}, {"origin": "b", "selling_t_per_day": 0.4})
    forecast = forecast_vendors(survey, SEASON, draws=300, **options)
    shares = forecast.by_origin.set_index("origin")["share"]
    # Same arrivals, stays of 1.5 / 0.4 + 0.5 and of 1.5 / 0.5 + 0.5 days.
    assert shares["b"] / shares["a"] == pytest.approx(4.25 / 3.5, rel=0.1)
    # Tonnes brought within the season: all, but for what a late or early year moves out of it.
    assert forecast.by_origin["tonnes"].sum() == pytest.approx(
        2 * 200 * 45 * 0.95 * 0.1, rel=0.15 if options else 0.05
    )


def test_a_column_that_is_none() -> None:
    with pytest.raises(InputError, match="Use one of: vehicle"):
        made(np.ones((100, 8), dtype=np.int32)).parts("colour")


# --- uncertainty -----------------------------------------------------------------------------------


def width(forecast: Forecast) -> float:
    """Give the width of the peak's 90 % interval over its median."""
    return (forecast.peak.p95 - forecast.peak.p05) / forecast.peak.median


def test_a_shared_shock_widens_more_than_independent_ones() -> None:
    survey = many(30, area_ha=60.0)
    shared = forecast_vendors(survey, SEASON, **{**CERTAIN, "weather_cv": 0.3})
    alone = forecast_vendors(survey, SEASON, **{**CERTAIN, "origin_cv": 0.3})
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
    option = {**CERTAIN, "origin_cv": 0.5}
    assert width(forecast_vendors(one, SEASON, **option)) > 1.5 * width(
        forecast_vendors(four, SEASON, **option)
    )


def test_slower_selling_and_overhead_mean_more_vendors() -> None:
    base = forecast_vendors(rows({}), SEASON, **CERTAIN).peak.mean
    assert forecast_vendors(rows({"selling_t_per_day": 0.25}), SEASON, **CERTAIN).peak.mean > 1.4 * base
    assert forecast_vendors(rows({}), SEASON, overhead_days=2.5, **CERTAIN).peak.mean > 1.3 * base


@pytest.mark.parametrize("cv", [0.0, 0.15, 1.0])
def test_shocks_have_mean_one_and_their_cv(cv: float) -> None:
    x = lognormal(np.random.default_rng(0).standard_normal(2_000_000), cv)
    assert x.mean() == pytest.approx(1, abs=4e-3)
    assert x.std() == pytest.approx(cv, rel=2e-2)


@pytest.mark.parametrize("corners", [(0.1, 0.2, 0.5), (0.1, 0.1, 0.5), (0.1, 0.5, 0.5), (0.3, 0.3, 0.3)])
def test_triangular(corners: tuple[float, float, float]) -> None:
    low, likely, high = corners
    level = np.linspace(0, 1, 101)
    ours = triangular(level, np.array(low), np.array(likely), np.array(high))
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
    pd.testing.assert_frame_equal(a.by_origin, b.by_origin)
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


# --- quantiles and provision -----------------------------------------------------------------------

DRAWS = arrays(np.int32, st.tuples(st.integers(1, 40), st.integers(1, 30)), elements=st.integers(0, 12))
LEVELS = st.one_of(st.floats(0.001, 0.999), st.sampled_from([0.05, 0.55, 0.57, 0.29, 0.9, 0.95]))


@settings(max_examples=60, deadline=None)
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
    # No worse than one quantile for all weeks, nor than the peak in all weeks; and no pair of quantile
    # and cap that covers is better.
    ordered = np.sort(forecast.draws_by_week, axis=0)
    for cap in [*np.unique(forecast.peak_draws), ordered.max()]:
        for numbers in np.minimum(ordered, cap):
            if (forecast.draws_by_week <= numbers).all(axis=1).mean() >= level:
                assert weeks.sum() <= numbers.sum()
    assert weeks.sum() <= peak * len(weeks)
    assert weeks.max() >= peak


@settings(max_examples=60, deadline=None)
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
    table = forecast_vendors(survey, SEASON, draws=100, gateways={"north", "nroth"}).by_gateway
    assert table["gateway"].tolist() == ["north", "nroth"]


def test_harvest_outside_of_the_season() -> None:
    late = {"origin": "late", "first_day": "2026-10-01", "peak_day": "2026-10-10", "last_day": "2026-10-30"}
    alone = forecast_vendors(rows({}), SEASON, draws=200, seed=3)
    both = forecast_vendors(rows({}, late), SEASON, draws=200, seed=3)
    np.testing.assert_array_equal(alone.draws_by_day, both.draws_by_day)
    assert any("late" in n and "not counted" in n for n in both.notes)
    assert not any("not counted" in n for n in alone.notes)
    with pytest.raises(InputError, match="Check the years") as caught:
        forecast_vendors(rows(late), SEASON)
    assert "2026-10-01 to 2026-10-30" in str(caught.value)


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
    assert ax.get_ylabel() == "vendors present, most at once"
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


def test_same_seed_same_bytes_in_fresh_processes() -> None:
    code = (
        "import hashlib, pitchplan as pp; s = pp.datasets.spring_city(); "
        "f = pp.forecast_vendors(s.survey, s.season, draws=300, seed=5); "
        "c = f.table_by_day[['period_first', 'median']].iloc[:9].set_axis(['date', 'vendors'], axis=1); "
        "g = f.learn(c); "
        "print(hashlib.sha256(f.draws_by_day.tobytes() + g.draws_by_day.tobytes()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2)
    }
    assert len(told) == 1
