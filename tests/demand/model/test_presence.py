"""Vendors present against oracles: numerical integration, Little's law, one vendor at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pitchplan.demand.model.presence import Arrivals, draw_present, mean_present, selling_clock
from pitchplan.demand.model.stays import gather_by_stay, grid_stay, phases_of, stay_survival, time_within


def arrivals_of(
    rate: np.ndarray, stay: float, draws: int = 1, phases: int = 4, clock: np.ndarray | None = None
) -> Arrivals:
    """Give arrivals of one mean stay, the same in every draw."""
    return Arrivals(np.repeat(rate[None, None], draws, axis=1), np.array([stay]), phases, clock)


# --- stays -----------------------------------------------------------------------------------------


@given(mean=st.floats(0.05, 40), lag=st.floats(0, 300), phases=st.integers(1, 25))
def test_stays_are_erlang(mean: float, lag: float, phases: int) -> None:
    law = stats.gamma(phases, scale=mean / phases)
    survival = stay_survival(np.array([lag]), np.array([mean]), phases)[0]
    assert survival == pytest.approx(law.sf(lag), abs=1e-9)
    within = time_within(np.array([lag]), np.array([mean]), phases)[0]
    # E[min(T, x)], by the partial expectation of a Gamma law.
    expected = mean * stats.gamma(phases + 1, scale=mean / phases).cdf(lag) + lag * law.sf(lag)
    assert within == pytest.approx(expected, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize(("cv", "phases"), [(1.0, 1), (0.7, 2), (0.5, 4), (0.33, 9), (0.2, 25)])
def test_phases(cv: float, phases: int) -> None:
    assert phases_of(cv) == phases


@settings(max_examples=60, deadline=None)
@given(
    stays=st.lists(st.floats(0.03, 60), min_size=1, max_size=6),
    totals=st.lists(st.floats(0, 1000), min_size=6, max_size=6),
)
def test_gathering_keeps_arrivals_and_their_stays(stays: list[float], totals: list[float]) -> None:
    stay, total = np.array([stays]), np.array([totals[: len(stays)]])
    profile = np.full((len(stays), 5), 0.2)
    rate, grid = gather_by_stay(total, stay, profile)
    assert rate.sum() == pytest.approx(total.sum(), abs=1e-9)
    assert (rate.sum(axis=(1, 2)) @ grid) == pytest.approx((total * stay).sum(), rel=1e-9, abs=1e-9)
    assert (rate >= 0).all()
    assert (np.diff(grid) > 0).all()
    assert grid[0] <= stay.min() * (1 + 1e-9)
    assert stay.max() <= grid[-1] * (1 + 1e-9)


# --- the mean --------------------------------------------------------------------------------------


STEP = 0.002


def by_quadrature(flow: np.ndarray, stay: float, days: int) -> np.ndarray:
    """Integrate lambda(u) P(W > t - u) du by the midpoint rule; the flow at steps of 0.002 days."""
    moment = np.arange(0, days, STEP) + STEP / 2
    law = stats.gamma(4, scale=stay / 4)
    return np.array([(flow * law.sf(t - moment) * (moment < t)).sum() * STEP for t in range(1, days + 1)])


@pytest.mark.parametrize("stay", [0.7, 1.9, 3.5, 7.0])
@pytest.mark.parametrize("shape", [(3.0, 4.5), (1.6, 2.2), (5.0, 1.8)])
def test_transient_mean_is_the_integral(stay: float, shape: tuple[float, float]) -> None:
    days, total = 56, 5000.0
    harvest = stats.beta(*shape, loc=4, scale=44)
    rate = total * np.diff(harvest.cdf(np.arange(days + 1)))
    ours = mean_present(arrivals_of(rate, stay))[0]
    # Arrivals spread evenly over each day, as they are drawn.
    expected = by_quadrature(np.repeat(rate, round(1 / STEP)), stay, days)
    seen = expected > expected.max() / 100
    assert np.abs(ours / np.where(seen, expected, 1) - 1)[seen].max() < 1e-3
    # A flow that changes within the day: the days' means are enough where most vendors stand.
    moment = np.arange(0, days, STEP) + STEP / 2
    expected = by_quadrature(total * harvest.pdf(moment), stay, days)
    top = expected > 0.8 * expected.max()
    assert top.sum() >= 8
    assert np.abs(ours[top] / expected[top] - 1).max() < (0.005 if stay > 1 else 0.02)


def test_transient_mean_between_grid_stays_is_the_integral() -> None:
    days, stay = 60, float(grid_stay(np.array([27]))[0] * 1.1)
    profile = np.diff(stats.beta(3.0, 4.0, loc=4, scale=44).cdf(np.arange(days + 1)))[None]
    rate, grid = gather_by_stay(np.array([[5000.0]]), np.array([[stay]]), profile)
    assert len(grid) == 2
    ours = mean_present(Arrivals(rate, grid, 4))[0]
    expected = by_quadrature(np.repeat(5000 * profile[0], round(1 / STEP)), stay, days)
    seen = expected > expected.max() / 10
    assert np.abs(ours / np.where(seen, expected, 1) - 1)[seen].max() < 0.005


@pytest.mark.parametrize(("rate", "stay"), [(30.0, 3.5), (80.0, 0.9), (5.0, 9.0)])
def test_littles_law(rate: float, stay: float) -> None:
    draws = 4000
    arrivals = arrivals_of(np.full(120, rate), stay, draws)
    assert mean_present(arrivals)[0, -1] == pytest.approx(rate * stay, rel=1e-5)
    at_close, most = draw_present(arrivals, np.random.default_rng(1))
    error = math.sqrt(rate * stay / draws)
    assert at_close[:, -1].mean() == pytest.approx(rate * stay, abs=4 * error)
    assert at_close[:, -1].var() == pytest.approx(rate * stay, rel=5 * math.sqrt(2 / draws))
    assert (most >= at_close).all()
    assert (most[:, 1:] >= at_close[:, :-1]).all()


# --- chance ----------------------------------------------------------------------------------------


def one_by_one(
    rate: np.ndarray, stay: float, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate each vendor by itself in continuous time: numbers at the closes, most at once per day."""
    days = len(rate)
    close, most = np.zeros((draws, days), int), np.zeros((draws, days), int)
    for d in range(draws):
        came = rng.poisson(rate)
        start = np.repeat(np.arange(days), came) + rng.random(came.sum())
        end = start + rng.gamma(4, stay / 4, len(start))
        moment = np.concatenate([start, end])
        order = np.argsort(moment)
        present = np.cumsum(np.repeat([1, -1], len(start))[order])
        edge = np.searchsorted(moment[order], np.arange(days + 1))
        for t in range(days):
            before = present[edge[t] - 1] if edge[t] else 0
            within = present[edge[t] : edge[t + 1]]
            most[d, t] = max(before, within.max(initial=0))
            close[d, t] = within[-1] if len(within) else before
    return close, most


@pytest.mark.parametrize(("peak", "stay"), [(30.0, 3.0), (6.0, 1.3), (45.0, 0.8)])
def test_joint_law_is_that_of_single_vendors(peak: float, stay: float) -> None:
    rate, draws, few = peak * np.sin(np.linspace(0.05, np.pi - 0.05, 24)), 20_000, 700
    ours, most = draw_present(arrivals_of(rate, stay, draws), np.random.default_rng(3))
    other, other_most = one_by_one(rate, stay, few, np.random.default_rng(4))
    for a, b in ((ours, other), (most, other_most)):
        error = np.sqrt(a.var(axis=0) * (1 / draws + 1 / few))
        exact = a is ours
        slack = 0.0 if exact else 0.025 * a.mean(axis=0).max()
        assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) <= 4.5 * error + slack + 1e-3).all()
    for days in (slice(8, 15), slice(0, 24)):
        a, b = most[:, days].max(axis=1), other_most[:, days].max(axis=1)
        assert a.mean() == pytest.approx(b.mean(), rel=0.012, abs=4 * b.std() / math.sqrt(few))
        # Short stays end on the day they began, which the bridge does not know: a little too wide.
        assert a.std() == pytest.approx(b.std(), rel=0.12 if stay > 1 else 0.2)
    for lag in (1, 2, 4):
        # Those who came on day s and are there at the close of day 10 + lag were there on day 10 too.
        law = stats.gamma(4, scale=stay / 4)
        moment = np.arange(0, 11, 0.01) + 0.005
        both = (rate[moment.astype(int)] * law.sf(11 + lag - moment)).sum() * 0.01
        covariance = np.cov(ours[:, 10], ours[:, 10 + lag])[0, 1]
        assert covariance == pytest.approx(both, abs=6 * ours[:, 10].var() / math.sqrt(draws))


def test_few_events_have_the_same_law() -> None:
    """Poisson numbers drawn event by event, where few are expected, are Poisson numbers."""
    rate = np.array([0.02, 0.09, 0.0, 0.05])
    close, most = draw_present(arrivals_of(rate, 0.5, 60_000), np.random.default_rng(5))
    mean = mean_present(arrivals_of(rate, 0.5))[0]
    assert close.mean(axis=0) == pytest.approx(mean, abs=4 * math.sqrt(mean.max() / 60_000))
    assert close.var(axis=0) == pytest.approx(mean, abs=5 * math.sqrt(mean.max() * 1.3 / 60_000))
    assert most.max() <= 4


def test_nobody_comes() -> None:
    close, most = draw_present(arrivals_of(np.zeros(9), 2.0, 5), np.random.default_rng(0))
    assert not close.any()
    assert not most.any()


# --- the selling clock -----------------------------------------------------------------------------


def test_a_clock_in_step_changes_nothing() -> None:
    rate = 20 * np.sin(np.linspace(0.1, 3, 30))
    plain = arrivals_of(rate, 2.5)
    for clock in (selling_clock(plain, np.ones(30), None), selling_clock(plain, np.ones(30), 1e12)):
        np.testing.assert_allclose(clock[0], np.arange(31), atol=1e-6)
        np.testing.assert_allclose(
            mean_present(arrivals_of(rate, 2.5, clock=clock)), mean_present(plain), atol=2e-3
        )


def test_fast_days_by_brute_force() -> None:
    speed = np.array([1.0, 1.0, 2.0, 0.5, 1.0, 3.0] * 4)
    rate = np.full(24, 10.0)
    clock = selling_clock(arrivals_of(rate, 2.0), speed, None)
    ours = mean_present(arrivals_of(rate, 2.0, clock=clock))[0]
    law = stats.gamma(4, scale=0.5)
    for t in (3, 11, 23):
        arrived = (np.arange(24_000) + 0.5) / 1000
        at = np.interp(arrived, np.arange(25), clock[0])
        since = clock[0][t + 1] - at
        expected = (10 / 1000 * law.sf(since) * (since > 0)).sum()
        assert ours[t] == pytest.approx(expected, rel=1e-3)


def test_saturation_finds_its_level() -> None:
    """Under a constant flow N = lambda W (1 + N / half_at), so N = lambda W / (1 - lambda W / half_at)."""
    rate, stay, half = 20.0, 2.0, 160.0
    arrivals = arrivals_of(np.full(250, rate), stay)
    clock = selling_clock(arrivals, np.ones(250), half)
    present = mean_present(arrivals_of(np.full(250, rate), stay, clock=clock))[0]
    level = rate * stay / (1 - rate * stay / half)
    assert present[-1] == pytest.approx(level, rel=2e-3)
    assert (np.diff(present) > -1e-3).all()
    crowded, _ = draw_present(
        arrivals_of(np.full(250, rate), stay, 2000, clock=clock), np.random.default_rng(2)
    )
    assert crowded[:, -1].mean() == pytest.approx(level, abs=4 * math.sqrt(level / 2000) + 0.002 * level)
