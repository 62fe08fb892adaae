"""Drawing from a posterior: a Gaussian prior, and counts whose likelihood depends on smooth means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pitchplan.demand.likelihood import DayLikelihoods
from pitchplan.demand.model.stays import Floats

__all__ = ["posterior_draws"]

LogMeans = Callable[[Floats], Floats]

_NEWTON_STEPS = 12
_LONGEST = 2.0
"""Longest step of a latent: far from where the means were linearised nothing is known of them."""
_SHIFT = 0.1
_WIDER = 0.3
"""The reference law takes the counts to tell this much of what they do, so that it has wider tails."""
_CHAINS = 500
_WARM_UP = 20
_THIN = 5


def posterior_draws(
    log_means: LogMeans, likelihoods: DayLikelihoods, size: int, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw latents that are standard normal a priori, given counts.

    First the likeliest latents are found by Gauss-Newton steps, and with them a normal law that has the
    posterior's curvature there. From draws of it several hundred chains start that move by generalised
    elliptical slice sampling (Murray, Adams and MacKay 2010; Nishihara, Murray and Adams 2014) with that
    law as the reference: where it is the posterior, every step is accepted.

    Parameters
    ----------
    log_means : callable
        Latents, shape (n, size), to logarithms of the mean numbers counted, shape (n, days).
    likelihoods : DayLikelihoods
        Of the days.
    size : int
        Number of latents.
    draws : int
        How many to draw.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray
        Latents, shape (draws, size).
    """
    law = _normal_law(log_means, likelihoods, size)
    chains = min(_CHAINS, draws)
    rounds = -(-draws // chains)
    state = law.middle + law.draw(chains, rng)

    def height(latents: Floats) -> Floats:
        """Logarithm of the posterior over the reference law, but for a constant."""
        value = likelihoods.value(log_means(latents)).sum(axis=1)
        surplus: Floats = value - (latents**2).sum(axis=1) / 2 + law.square(latents - law.middle) / 2
        return surplus

    level = height(state)
    kept: list[Floats] = []
    for step in range(_WARM_UP + _THIN * (rounds - 1) + 1):
        state, level = _slice_step(height, law, state, level, rng)
        if step >= _WARM_UP and (step - _WARM_UP) % _THIN == 0:
            kept.append(state)
    return np.concatenate(kept)[:draws]


@dataclass(frozen=True, eq=False)
class _NormalLaw:
    """A normal law with precision I + A' A.

    Attributes
    ----------
    middle : numpy.ndarray
        Its mean, shape (size,).
    told : numpy.ndarray
        A, shape (days, size).
    inner : numpy.ndarray
        Inverse of I + A A', shape (days, days).
    """

    middle: Floats
    told: Floats
    inner: Floats

    def draw(self, many: int, rng: np.random.Generator) -> Floats:
        """Draw deviations from the mean, shape (many, size)."""
        prior = rng.standard_normal((many, len(self.middle)))
        noise = rng.standard_normal((many, len(self.told)))
        gap = prior @ self.told.T + noise
        out: Floats = prior - (gap @ self.inner) @ self.told
        return out

    def square(self, deviation: Floats) -> Floats:
        """Twice the negative logarithm of the density, but for a constant, shape (many,)."""
        told = deviation @ self.told.T
        out: Floats = (deviation**2).sum(axis=1) + (told**2).sum(axis=1)
        return out


def _normal_law(log_means: LogMeans, likelihoods: DayLikelihoods, size: int) -> _NormalLaw:
    """Find the likeliest latents, and the normal law with the posterior's curvature there."""
    middle = np.zeros(size)
    height = -np.inf
    told: Floats = np.zeros((0, 0))
    step = np.zeros(size)
    for _ in range(_NEWTON_STEPS):
        # Go half as far until it goes up.
        for _ in range(6):
            at = log_means((middle + step)[None])[0]
            reached = float(likelihoods.value(at[None]).sum() - ((middle + step) ** 2).sum() / 2)
            if reached >= height - 1e-9:
                break
            step = step / 2
        else:
            break
        gain, height, middle = reached - height, reached, middle + step
        slope, curvature = likelihoods.slope_and_curvature(at)
        jacobian = _jacobian(log_means, middle, len(at))
        root = np.sqrt(np.maximum(-curvature, 1e-9))
        told = jacobian * root[:, None]
        toward = slope @ jacobian - middle
        step = np.clip(toward - told.T @ (_inner(told) @ (told @ toward)), -_LONGEST, _LONGEST)
        if gain < 1e-3:
            break
    told = told * np.sqrt(_WIDER)
    return _NormalLaw(middle, told, _inner(told))


def _inner(told: Floats) -> Floats:
    """Give the inverse of I + A A', shape (days, days)."""
    inverse: Floats = np.linalg.inv(np.eye(len(told)) + told @ told.T).astype(float)
    return inverse


def _jacobian(log_means: LogMeans, middle: Floats, days: int) -> Floats:
    """Differentiate the logarithms of the means by the latents, by differences, shape (days, size)."""
    size = len(middle)
    out = np.empty((days, size))
    for at in range(0, size, 250):
        some = np.arange(at, min(at + 250, size))
        moved = np.repeat(middle[None], 2 * len(some), axis=0)
        moved[np.arange(len(some)), some] += _SHIFT
        moved[len(some) + np.arange(len(some)), some] -= _SHIFT
        values = log_means(moved)
        out[:, some] = (values[: len(some)] - values[len(some) :]).T / (2 * _SHIFT)
    return out


def _slice_step(
    height: Callable[[Floats], Floats],
    law: _NormalLaw,
    state: Floats,
    level: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Move every chain once: on an ellipse through a fresh draw, by an angle shrunk until accepted."""
    chains = len(level)
    here, other = state - law.middle, law.draw(chains, rng)
    floor = level + np.log(1.0 - rng.random(chains))
    angle = rng.random(chains) * 2 * np.pi
    low, high = angle - 2 * np.pi, angle.copy()
    out, fit = state.copy(), level.copy()
    open_ = np.arange(chains)
    while len(open_):
        turn = angle[open_, None]
        tried = law.middle + here[open_] * np.cos(turn) + other[open_] * np.sin(turn)
        value = height(tried)
        good = value > floor[open_]
        out[open_[good]], fit[open_[good]] = tried[good], value[good]
        open_ = open_[~good]
        below = angle[open_] < 0
        low[open_[below]], high[open_[~below]] = angle[open_[below]], angle[open_[~below]]
        angle[open_] = low[open_] + rng.random(len(open_)) * (high[open_] - low[open_])
        # An ellipse shrunk to a point is the state itself, which the floor accepts but for rounding.
        open_ = open_[high[open_] - low[open_] > 1e-9]
    return out, fit
