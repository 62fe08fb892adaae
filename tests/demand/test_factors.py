"""Weekdays, holidays and weather as factors per day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from demand_surveys import CERTAIN, SEASON, rows

from pitchplan.demand.factors import read_day_factors
from pitchplan.demand.model.flow import daily_flow
from pitchplan.demand.vendors import forecast_vendors
from pitchplan.errors import InputError


def test_a_day_replaces_its_weekday() -> None:
    table = pd.DataFrame({"日期": ["周六", "Sun", "2026-06-20"], "来车系数": [1.4, 1.2, 0.5]})
    arrivals, selling = read_day_factors(table).on(dt.date(2026, 6, 19), 4)
    assert arrivals.tolist() == [1.0, 0.5, 1.2, 1.0]
    assert selling.tolist() == [1.0] * 4


def test_weekend_arrivals_and_holiday_selling() -> None:
    usual = forecast_vendors(rows({}), SEASON, **CERTAIN)
    closed = pd.DataFrame({"when": ["mon", "tue"], "arrivals": [0, 0]})
    quiet = forecast_vendors(rows({}), SEASON, factors=closed, **CERTAIN)
    flow = daily_flow(rows({}))[0]
    comes = [t for day, t in flow.items() if day.weekday() > 1]
    assert quiet.by_origin["tonnes"][0] == pytest.approx(sum(comes), rel=1e-9)
    feast = pd.DataFrame({"when": ["2026-07-01", "2026-07-02"], "selling": [3.0, 3.0]})
    sold = forecast_vendors(rows({}), SEASON, factors=feast, **CERTAIN)
    after = (dt.date(2026, 7, 3) - SEASON.first).days
    mean, was = sold.draws_by_day.mean(axis=0), usual.draws_by_day.mean(axis=0)
    assert mean[after] < 0.7 * was[after]
    assert mean[after - 4] == pytest.approx(was[after - 4], rel=0.03)
    assert mean[after + 12] == pytest.approx(was[after + 12], rel=0.05)


def test_factors_of_one_change_nothing() -> None:
    ones = pd.DataFrame({"when": ["Sat"], "arrivals": [1.0], "selling": [None]})
    a = forecast_vendors(rows({}), SEASON, draws=300, factors=ones)
    b = forecast_vendors(rows({}), SEASON, draws=300)
    np.testing.assert_array_equal(a.draws_by_day, b.draws_by_day)


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ({"when": ["Sat"]}, "no column of factors"),
        ({"arrivals": [1]}, "'when' is missing"),
        ({"when": ["someday"], "arrivals": [1]}, "neither a day nor a weekday"),
        ({"when": [None], "arrivals": [1]}, "a day is missing"),
        ({"when": ["Sat", "周六"], "arrivals": [1, 2]}, "named in row index 0 before"),
        ({"when": ["Sat"], "arrivals": [-1]}, "out of range"),
        ({"when": ["Sat"], "arrivals": ["lots"]}, "not a number"),
        ({"when": ["Sat"], "selling": [0]}, "out of range"),
        ({"when": ["Sat"], "selling": [11]}, "out of range"),
    ],
)
def test_a_bad_table_is_named(frame: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_day_factors(pd.DataFrame(frame))
    assert all(fault.fix for fault in caught.value.faults)
