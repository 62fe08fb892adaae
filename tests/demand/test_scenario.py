"""What if, side by side, and which input matters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from demand_surveys import CERTAIN, SEASON, many, rows

from pitchplan.demand.season import Season
from pitchplan.demand.vendors import forecast_vendors
from pitchplan.errors import InputError


def test_scenarios_are_what_a_changed_survey_says() -> None:
    survey = rows({"city_share_low": 0.05, "city_share_high": 0.15})
    forecast = forecast_vendors(survey, SEASON, draws=400)
    for change, column in (
        ("harvest", "yield_t_per_ha"),
        ("selling", "selling_t_per_day"),
        ("load", "load_t"),
    ):
        told = forecast.scenario(**{change: 1.25})
        changed = survey.assign(**{column: survey[column] * 1.25})
        again = forecast_vendors(changed, SEASON, draws=400)
        assert told.peak.mean == pytest.approx(again.peak.mean, rel=1e-2)
    shares = ["city_share_low", "city_share", "city_share_high"]
    again = forecast_vendors(survey.assign(**{c: survey[c] * 1.2 for c in shares}), SEASON, draws=400)
    assert forecast.scenario(city_share=1.2).peak.mean == pytest.approx(again.peak.mean, rel=1e-2)
    twice = forecast.scenario(city_share=1.2).scenario(city_share=1.5)
    # A little less than 1.8 times as many at the peak: chance adds less to greater numbers.
    assert twice.peak.mean == pytest.approx(1.8 * forecast.peak.mean, rel=0.06)
    assert "scenario: city_share 1.2" in forecast.scenario(city_share=1.2).notes


def test_assumptions_change_too() -> None:
    forecast = forecast_vendors(rows({}), SEASON, draws=500)
    crowded = forecast.scenario(saturation=200)
    assert crowded.peak.mean > 1.2 * forecast.peak.mean
    assert forecast.scenario(overhead_days=2).peak.mean > 1.2 * forecast.peak.mean
    certain = forecast.scenario(**CERTAIN)
    assert certain.peak.p95 - certain.peak.p05 < 0.5 * (forecast.peak.p95 - forecast.peak.p05)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"city_share": 0}, "not a factor"),
        ({"city_share": "1.2"}, "not a factor"),
        ({"load": True}, "not a factor"),
        ({"weather": 1.2}, "unknown change"),
        ({"saturation": 0}, "saturation is out of range"),
        ({"weather_cv": 5}, "weather_cv is out of range"),
    ],
)
def test_changes_that_cannot_be(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        forecast_vendors(rows({}), SEASON, draws=100).scenario(**changes)


def test_side_by_side() -> None:
    forecast = forecast_vendors(many(3), SEASON, draws=800)
    table = forecast.compare(forecast.scenario(harvest=2.0))
    assert len(table) == len(SEASON.weeks) + 1
    assert table["median"].iloc[-1] == forecast.peak.median
    assert table["change_percent"].iloc[-1] == pytest.approx(100, abs=6)
    same = forecast.compare(forecast)
    assert (same["change"] == 0).all()
    assert (same["width"] == same["other_width"]).all()
    for wrong in (None, forecast_vendors(many(3), Season("2026-06-01", "2026-08-19"), draws=100)):
        with pytest.raises(InputError, match="nothing to compare"):
            forecast.compare(wrong)  # type: ignore[arg-type]


# --- sensitivity -----------------------------------------------------------------------------------


def test_the_selling_rate_matters_more_than_the_load() -> None:
    forecast = forecast_vendors(many(3), SEASON, overhead_days=0, draws=300)
    table = forecast.sensitivity().table.set_index("input")
    # N = D / r: the harvest and the share count in full, the selling rate inversely, the load hardly.
    assert table.loc["city_share", "plus_10_percent"] == pytest.approx(10, abs=0.1)
    assert table.loc["yield", "plus_10_percent"] == pytest.approx(10, abs=0.1)
    assert table.loc["selling", "plus_10_percent"] == pytest.approx(-9, abs=0.6)
    assert abs(table.loc["load", "plus_10_percent"]) < 0.6


def test_swings_are_those_of_the_one_input() -> None:
    survey = rows({"city_share_low": 0.05, "city_share_high": 0.2, "area_ha": 2000.0})
    only = {**CERTAIN, "weather_cv": 0.2}
    found = forecast_vendors(survey, SEASON, **only).sensitivity()
    table = found.table.set_index("input")
    assert table.index[:2].tolist() == ["city_share", "weather"]
    sigma = np.sqrt(np.log(1.04))
    ratio = table.loc["weather", "high"] / table.loc["weather", "low"]
    assert ratio == pytest.approx(np.exp(2 * 1.645 * sigma), rel=0.08)
    # Quantiles of the triangular distribution (0.05, 0.1, 0.2).
    low, high = 0.05 + np.sqrt(0.05 * 0.15 * 0.05), 0.2 - np.sqrt(0.05 * 0.15 * 0.1)
    assert table.loc["city_share", "high"] / table.loc["city_share", "low"] == pytest.approx(
        high / low, rel=0.08
    )
    for quiet in ("price", "origin", "timing", "selling"):
        assert table.loc[quiet, "swing"] == pytest.approx(0, abs=1e-6)
    assert table["share_of_variance"].sum() == pytest.approx(1)
    assert 0 < table.loc["chance", "swing"] < table.loc["weather", "swing"]


@pytest.mark.filterwarnings("error")
def test_a_harvest_of_nothing_has_no_swings() -> None:
    found = forecast_vendors(rows({"yield_t_per_ha": 0}), SEASON, draws=100).sensitivity()
    assert found.base == 0
    assert (found.table["swing"] == 0).all()


def test_tornado() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    found = forecast_vendors(many(2), SEASON, draws=200).sensitivity()
    ax = found.plot()
    moving = found.table[found.table["swing"] > 0]
    assert [t.get_text() for t in ax.get_yticklabels()][::-1] == moving["meaning"].tolist()
    plt.close("all")
    assert "vendors on the fullest day" in repr(found)
    assert "<table" in found._repr_html_()
    assert isinstance(found.table, pd.DataFrame)
