"""Learning from counts, against numerical integration of Bayes' rule and against worlds that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from demand_surveys import CERTAIN, SEASON, many, rows
from scipy import stats

from pitchplan.demand.likelihood import COUNT_CV
from pitchplan.demand.model.uncertain import triangular
from pitchplan.demand.season import Season
from pitchplan.demand.vendors import forecast_vendors
from pitchplan.errors import InputError

SHARE = {"city_share_low": 0.04, "city_share": 0.08, "city_share_high": 0.2}


def counted(date: str, **cells: Any) -> pd.DataFrame:
    """Give a table of counts on consecutive days."""
    length = len(next(iter(cells.values())))
    return pd.DataFrame({"date": pd.date_range(date, periods=length), **cells})


def share_of(forecast: Any) -> np.ndarray:
    """City share of each draw, where only it is uncertain."""
    level = stats.norm.cdf(forecast.recipe.learned["city_share level"][:, 0])
    return triangular(
        level, *(np.array(SHARE[c]) for c in ("city_share_low", "city_share", "city_share_high"))
    )


def middle_of_day(forecast: Any, day: int) -> float:
    """Mean number present in the middle of a day of the season if the city share were 1."""
    model = forecast.recipe.model
    drawn = model.draw(model.medians())
    close = model.mean_present(drawn)[0, model.lead :]
    share = triangular(np.array(0.5), *(np.array(v) for v in SHARE.values()))
    return float((close[day] + close[day - 1]) / 2 / share)


def posterior(per_share: float, likelihood: Any) -> tuple[float, float]:
    """Mean and standard deviation of the share by Bayes' rule on a grid."""
    share = np.linspace(0.04, 0.2, 4001)[1:-1]
    weight = stats.triang.pdf(share, 0.25, 0.04, 0.16) * likelihood(share * per_share)
    weight /= weight.sum()
    mean = float((weight * share).sum())
    return mean, float(np.sqrt((weight * (share - mean) ** 2).sum()))


def noisy(law: Any) -> Any:
    """Average a likelihood of the mean over a lognormal day factor, by plain Monte Carlo."""
    factor = np.exp(COUNT_CV * np.random.default_rng(1).standard_normal(400))
    return lambda mean: np.mean([law(mean * f) for f in factor], axis=0)


@pytest.mark.parametrize(("vendors", "full"), [(60, False), (110, False), (60, True), (95, True)])
def test_one_count_is_weighed_by_bayes_rule(vendors: int, full: bool) -> None:
    forecast = forecast_vendors(rows(SHARE), SEASON, **CERTAIN)
    table = counted("2026-06-30", vendors=[vendors], full=["yes" if full else "no"])
    learned = share_of(forecast.learn(table))
    law = (lambda m: stats.poisson.sf(vendors - 1, m)) if full else (lambda m: stats.poisson.pmf(vendors, m))
    mean, sd = posterior(middle_of_day(forecast, 29), noisy(law))
    assert learned.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(500))
    assert learned.std() == pytest.approx(sd, rel=0.12)


def test_two_rounds_say_more_than_one_and_less_than_certain() -> None:
    forecast = forecast_vendors(rows(SHARE), SEASON, **CERTAIN)
    spread = {
        name: share_of(forecast.learn(counted("2026-06-30", **cells))).std()
        for name, cells in {
            "poor": {"first": [40], "second": [40], "both": [17]},
            "good": {"first": [80], "second": [80], "both": [69]},
            "one": {"vendors": [92]},
        }.items()
    }
    assert spread["poor"] > 1.15 * spread["good"]
    assert spread["good"] == pytest.approx(spread["one"], rel=0.15)


def test_days_that_follow_each_other_weigh_less() -> None:
    """Ten counts of the same vendors narrow less than ten of different ones, and more than one."""
    forecast = forecast_vendors(rows(SHARE), SEASON, **CERTAIN)
    per_share = [middle_of_day(forecast, d) for d in range(SEASON.days) if d > 0]
    seen = [round(0.1 * p) for p in per_share]
    close = share_of(forecast.learn(counted("2026-06-25", vendors=seen[23:29])))
    apart = pd.concat(
        [
            counted(f"2026-{d}", vendors=[seen[k]])
            for d, k in (
                ("06-12", 10),
                ("06-19", 17),
                ("06-26", 24),
                ("07-03", 31),
                ("07-10", 38),
                ("07-17", 45),
            )
        ]
    )
    far = share_of(forecast.learn(apart.reset_index(drop=True)))
    one = share_of(forecast.learn(counted("2026-06-25", vendors=seen[23:24])))
    assert far.std() < 0.85 * close.std()
    assert close.std() < 0.95 * one.std()
    assert far.mean() == pytest.approx(0.1, rel=0.05)


def test_full_spots_do_not_pull_the_forecast_down() -> None:
    forecast = forecast_vendors(rows(SHARE), SEASON, **CERTAIN)
    days = range(20, 40)
    want = np.array([0.14 * middle_of_day(forecast, d) for d in days])
    rng = np.random.default_rng(3)
    records = []
    for day, mean in zip(days, want, strict=True):
        for spot, part, room in (("1", 0.5, 1000), ("2", 0.3, 1000), ("3", 0.2, 10)):
            seen = rng.poisson(part * mean)
            date = pd.Timestamp("2026-06-01") + pd.Timedelta(days=day)
            records.append({"date": date, "spot": spot, "vendors": min(seen, room), "capacity": room})
    table = pd.DataFrame(records)
    told = share_of(forecast.learn(table)).mean()
    untold = share_of(forecast.learn(table.drop(columns="capacity"))).mean()
    assert told == pytest.approx(0.14, rel=0.06)
    assert untold < told - 0.004


def test_counts_narrow_the_rest_of_the_season() -> None:
    forecast = forecast_vendors(many(6, area_ha=60.0, city_share_low=0.05, city_share_high=0.2), SEASON)
    truth = forecast.draws_by_day[11]
    later = forecast.learn(counted("2026-06-01", vendors=truth[:28]))
    table = forecast.compare(later)
    assert (table["other_width"][4:8] < 0.75 * table["width"][4:8]).all()
    weeks = np.maximum.reduceat(truth, np.arange(0, SEASON.days, 7))
    inside = later.interval(0.98)
    assert ((weeks >= inside["low"]) & (weeks <= inside["high"]))[4:9].all()
    assert any("learned from 28 days" in note for note in later.notes)
    assert len(later.counts) == 28
    # The forecast before the counts is left as it was.
    assert forecast.recipe.learned is None


def test_last_year_teaches_what_stays_and_not_its_weather() -> None:
    survey = many(4, city_share_low=0.02, city_share_high=0.4)
    forecast = forecast_vendors(survey, SEASON)
    # A season in which growers bring a great share of their harvest.
    level = next(forecast.recipe.latents())["city_share level"][:, 0]
    draw = int(np.argsort(level)[int(0.85 * len(level))])
    last = counted("2025-06-01", vendors=forecast.draws_by_day[draw])
    later = forecast.learn(last)
    for name in ("weather", "price", "timing"):
        z = later.recipe.learned[name]
        assert abs(z.mean()) < 0.15
        assert z.std() == pytest.approx(1, rel=0.1)
    stays = later.recipe.learned["city_share level"]
    assert stays.mean() > 0.3
    assert stays.std() < 0.95
    assert later.peak.median > forecast.peak.median
    assert later.counts is None
    # The same counts with their own survey, said to be of half the area, mean twice the share.
    halved = survey.assign(area_ha=survey["area_ha"] / 2)
    for column in ("first_day", "peak_day", "last_day"):
        halved[column] -= pd.DateOffset(years=1)
    assert forecast.learn(last, survey=halved).peak.median > 1.15 * later.peak.median


def test_learning_twice_keeps_both() -> None:
    forecast = forecast_vendors(rows(SHARE), SEASON, **CERTAIN)
    first = forecast.learn(counted("2026-06-20", vendors=[60]))
    both = first.learn(counted("2026-07-10", vendors=[75]))
    swapped = forecast.learn(counted("2026-07-10", vendors=[75])).learn(counted("2026-06-20", vendors=[60]))
    assert share_of(both).std() < share_of(first).std()
    assert share_of(both).mean() == pytest.approx(share_of(swapped).mean(), rel=0.02)
    assert len(both.evidence) == 2
    assert len(both.counts) == 2


def test_same_counts_same_forecast_and_scenarios_of_it() -> None:
    forecast = forecast_vendors(many(2, **SHARE), SEASON, draws=400)
    counts = counted("2026-06-05", vendors=[40, 44, 39])
    a, b = forecast.learn(counts), forecast.learn(counts)
    np.testing.assert_array_equal(a.draws_by_day, b.draws_by_day)
    assert len(a.peak_draws) == 400
    more = a.scenario(city_share=1.5)
    assert more.peak.mean > 1.3 * a.peak.mean
    np.testing.assert_array_equal(a.parts("origin").peak_draws.sum(axis=1), a.peak_draws)
    assert a.sensitivity().base > 0
    with pytest.raises(InputError, match="learn from the counts again"):
        a.scenario(range_correlation=0.5)


def test_counts_that_are_a_surprise_are_told() -> None:
    forecast = forecast_vendors(rows({}), SEASON)
    usual = forecast.learn(counted("2026-06-20", vendors=[70, 72, 74]))
    odd = forecast.learn(counted("2026-06-20", vendors=[400, 420, 410]))
    assert not any("98 of 100" in note for note in usual.notes)
    assert any("more vendors than 98 of 100 draws" in note for note in odd.notes)
    few = forecast.learn(counted("2026-06-20", vendors=[5, 4, 6]))
    assert any("fewer vendors than 98 of 100 draws" in note for note in few.notes)


@pytest.mark.parametrize(
    ("table", "options", "says"),
    [
        (counted("2026-09-20", vendors=[3]), {}, "outside of the season"),
        (counted("2026-05-01", vendors=[3]), {}, "outside of the season"),
        (pd.DataFrame({"date": ["2025-06-20", "2026-06-20"], "vendors": [3, 4]}), {}, "several years"),
        (counted("2025-12-20", vendors=[3]), {}, "nobody is expected"),
        (counted("2026-06-20", vendors=[3]), {"seen": 0}, "seen is not a share"),
        (counted("2026-06-20", vendors=[3]), {"seen": "0.5"}, "seen is not a share"),
    ],
)
def test_counts_that_cannot_be_weighed(table: pd.DataFrame, options: dict[str, Any], says: str) -> None:
    forecast = forecast_vendors(rows({}), SEASON, draws=100)
    with pytest.raises(InputError, match=says):
        forecast.learn(table, **options)


def test_early_counts_of_last_year_with_sampled_yields() -> None:
    """Rows that were not harvested yet when the counts ended keep their place among the survey's errors."""
    sampled = {"yield_sd_t_per_ha": 9.0, "yield_n": 9.0, "yield_N": 60.0}
    late = {"origin": "b", "first_day": "2026-07-20", "peak_day": "2026-08-01", "last_day": "2026-08-19"}
    survey = rows({**SHARE, **sampled}, {**SHARE, **sampled, **late})
    forecast = forecast_vendors(survey, SEASON, draws=300)
    later = forecast.learn(counted("2025-06-08", vendors=[30, 33, 38])).learn(
        counted("2026-06-08", vendors=[31, 34, 40])
    )
    assert later.recipe.learned["yield_t_per_ha sample"].shape == (300, 2)
    assert later.peak.p95 / later.peak.p05 < 0.85 * forecast.peak.p95 / forecast.peak.p05


def test_a_season_over_new_year() -> None:
    window = {"first_day": "2026-11-10", "peak_day": "2026-12-25", "last_day": "2027-02-10"}
    forecast = forecast_vendors(rows({**SHARE, **window}), Season("2026-11-15", "2027-02-15"), draws=300)
    this = forecast.learn(counted("2026-12-25", vendors=[50] * 12))
    assert len(this.counts) == 12
    last = forecast.learn(counted("2025-12-25", vendors=[50] * 12))
    assert last.counts is None
    assert any("in 2025" in note for note in last.notes)
    assert 0.5 * this.peak.median < last.peak.median < 2 * this.peak.median


def test_a_day_is_learned_once() -> None:
    forecast = forecast_vendors(rows({}), SEASON, draws=100).learn(counted("2026-06-20", vendors=[60, 61]))
    with pytest.raises(InputError, match="learned from before") as caught:
        forecast.learn(counted("2026-06-21", vendors=[61, 62]))
    assert [fault.value for fault in caught.value.faults] == ["2026-06-21"]


@pytest.mark.filterwarnings("error")
def test_counts_far_from_all_that_was_expected() -> None:
    forecast = forecast_vendors(rows({}), SEASON)
    many = forecast.learn(counted("2026-06-10", vendors=[20_000] * 4))
    assert many.peak.p05 > 5_000
    assert any("98 of 100" in note for note in many.notes)


def test_half_of_the_city_seen() -> None:
    forecast = forecast_vendors(rows(SHARE), SEASON, **CERTAIN)
    whole = share_of(forecast.learn(counted("2026-06-30", vendors=[80])))
    half = share_of(forecast.learn(counted("2026-06-30", vendors=[40]), seen=0.5))
    assert half.mean() == pytest.approx(whole.mean(), rel=0.03)
    assert half.std() > whole.std()


def test_days_on_which_nobody_stood_are_counts_too() -> None:
    """Fourteen empty days push the year later, or the growers away."""
    forecast = forecast_vendors(rows({**SHARE, "first_day": "2026-06-01"}), SEASON)
    empty = forecast.learn(counted("2026-06-01", vendors=[0] * 14))
    assert empty.table["mean"].iloc[0] < 0.5 * forecast.table["mean"].iloc[0]
    assert empty.recipe.learned["timing"].mean() > 0.3
    spots = pd.DataFrame(
        {"date": ["2026-06-01"] * 2, "spot": ["1", "2"], "vendors": [0, 0], "full": ["no", "yes"]}
    )
    assert forecast.learn(spots).peak.median > 0
