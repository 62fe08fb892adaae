"""When a harvest comes in: profiles and the daily flow."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from demand_surveys import many
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.demand.model.flow import daily_flow, harvest_profile


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
