"""Drawing from a posterior, against closed forms and quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pitchplan.demand.likelihood import DayLikelihoods
from pitchplan.demand.posterior import posterior_draws

GRID = np.linspace(-3.0, 14.0, 681)


def normal_days(seen: np.ndarray, sd: np.ndarray) -> DayLikelihoods:
    """Give days whose log mean was measured with a normal error."""
    return DayLikelihoods(stats.norm.logpdf(GRID[None], seen[:, None], sd[:, None]))


@pytest.mark.parametrize(("size", "days"), [(1, 1), (3, 8), (40, 6), (300, 12)])
def test_a_linear_model_has_its_conjugate_posterior(size: int, days: int) -> None:
    rng = np.random.default_rng(size)
    matrix = rng.normal(0, 0.4 / np.sqrt(size), (days, size))
    sd = rng.uniform(0.05, 0.3, days)
    truth = rng.standard_normal(size)
    seen = 4 + matrix @ truth + sd * rng.standard_normal(days)
    draws = posterior_draws(
        lambda z: 4 + z @ matrix.T, normal_days(seen, sd), size, 4000, np.random.default_rng(1)
    )
    precision = np.eye(size) + (matrix / sd[:, None] ** 2).T @ matrix
    covariance = np.linalg.inv(precision)
    mean = covariance @ (matrix / sd[:, None] ** 2).T @ (seen - 4)
    assert draws.shape == (4000, size)
    error = np.sqrt(np.diag(covariance))
    assert np.abs((draws.mean(axis=0) - mean) / error).max() < 0.2
    assert np.abs(draws.std(axis=0) / error - 1).max() < 0.12
    told = matrix @ np.cov(draws.T).reshape(size, size) @ matrix.T
    assert np.diag(told) == pytest.approx(np.diag(matrix @ covariance @ matrix.T), rel=0.15)


def test_a_bent_model_with_a_lower_bound_by_quadrature() -> None:
    """Two latents, a mean that is far from linear in them, a count and a full spot."""

    def log_means(z: np.ndarray) -> np.ndarray:
        return np.stack([3 + z[:, 0] + 0.3 * z[:, 1] ** 2, 3 - 0.5 * z[:, 0] + z[:, 1]], axis=1)

    table = np.stack([stats.poisson.logpmf(40, np.exp(GRID)), stats.poisson.logsf(29, np.exp(GRID))])
    likelihoods = DayLikelihoods(np.maximum(table, -600))
    draws = posterior_draws(log_means, likelihoods, 2, 6000, np.random.default_rng(2))
    axis = np.linspace(-5, 5, 401)
    grid = np.stack([a.ravel() for a in np.meshgrid(axis, axis)], axis=1)
    log = likelihoods.value(log_means(grid)).sum(axis=1) - (grid**2).sum(axis=1) / 2
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = weight @ grid
    sd = np.sqrt(weight @ (grid - mean) ** 2)
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.06)
    assert draws.std(axis=0) == pytest.approx(sd, rel=0.08)
    ours = np.quantile(draws[:, 1], [0.05, 0.5, 0.95])
    order = np.argsort(grid[:, 1])
    exact = grid[order, 1][np.searchsorted(np.cumsum(weight[order]), [0.05, 0.5, 0.95])]
    assert ours == pytest.approx(exact, abs=0.1)


def test_counts_that_tell_nothing_leave_the_prior() -> None:
    flat = DayLikelihoods(np.zeros((3, len(GRID))))
    draws = posterior_draws(lambda z: np.repeat(z[:, :1], 3, axis=1), flat, 5, 4000, np.random.default_rng(3))
    assert np.abs(draws.mean(axis=0)).max() < 0.1
    assert np.abs(draws.std(axis=0) - 1).max() < 0.08
