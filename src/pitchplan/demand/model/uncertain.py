"""What is not known for certain: standard normal numbers in, plausible values out.

Everything uncertain of a forecast is a smooth function of independent standard normal numbers, called
latents. So a draw is a set of numbers, a median is all zeros, and what counts teach is a new set.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import t

from pitchplan.demand.model.stays import Floats
from pitchplan.demand.survey.columns import STATISTICS

__all__ = ["Latents", "Quantity", "lognormal", "quantity_of", "stream", "student", "triangular"]

Latents = dict[str, Floats]
"""Standard normal numbers by name, shape (draws, 1 for all origins or one number per origin or row)."""

_SHARES = ("loss_share", "city_share")
_MOST_TIMES = 4.0
_MANY = 8


def stream(seed: int, name: str) -> np.random.Generator:
    """Give a source of chance of its own for one name, so that one name's numbers never move another's."""
    key = zlib.crc32(name.encode())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(key,))))


def lognormal(normal: Floats, cv: float) -> Floats:
    """Lognormal of mean 1 and the coefficient of variation given, from standard normals."""
    variance = np.log1p(cv * cv)
    factor: Floats = np.exp(np.sqrt(variance) * normal - variance / 2)
    return factor


def triangular(level: Floats, low: Floats, likely: Floats, high: Floats) -> Floats:
    """Quantile of the triangular distribution (low, likely, high) at levels of 0 to 1."""
    width = high - low
    rising = low + np.sqrt(level * width * (likely - low))
    falling = high - np.sqrt((1 - level) * width * (high - likely))
    return np.where(level * width <= likely - low, rising, falling)


def student(normal: Floats, df: Floats) -> Floats:
    """Student t numbers from standard normals, shape (draws, rows), by degrees of freedom of the rows.

    From 8 degrees of freedom on by the expansion of Abramowitz and Stegun (1964, 26.7.5), good to 1 % at 4
    standard deviations and to 0.01 % at 2; below exactly, at 361 knots within 4.5 standard deviations.
    """
    z, z2 = normal, normal * normal
    terms = (
        (z2 + 1) / 4,
        ((5 * z2 + 16) * z2 + 3) / 96,
        (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384,
        ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160,
    )
    factor = np.ones_like(z)
    for power, term in enumerate(terms, start=1):
        factor += term / df**power
    out: Floats = z * factor
    for few in np.unique(df[df < _MANY]):
        knots = np.linspace(-4.5, 4.5, 361)
        out[:, df == few] = np.interp(z[:, df == few], knots, t.ppf(ndtr(knots), few))
    return out


@dataclass(frozen=True)
class Quantity:
    """One quantity of the survey with what is not known of it.

    Attributes
    ----------
    name : str
        Its column.
    value, low, high : numpy.ndarray
        Likely, least and greatest value, shape (rows,); all the same where no range is given.
    se, df : numpy.ndarray
        Standard error of a sampled mean and its degrees of freedom, of the rows in ``sampled``.
    sampled : numpy.ndarray
        Places of the rows with a standard error, shape (number of them,).
    most : float
        Greatest value it can have.
    """

    name: str
    value: Floats
    low: Floats
    high: Floats
    se: Floats
    df: Floats
    sampled: np.ndarray
    most: float

    @property
    def ranged(self) -> bool:
        """Whether some row gives a range."""
        return bool((self.low < self.high).any())

    def latents(self, correlation: float) -> dict[str, int]:
        """Names of its latents and how many each needs."""
        need: dict[str, int] = {}
        if self.ranged and correlation > 0:
            need[f"{self.name} level"] = 1
        if self.ranged and correlation < 1:
            need[f"{self.name} own level"] = len(self.value)
        if len(self.sampled):
            need[f"{self.name} sample"] = len(self.sampled)
        return need

    def draw(self, latents: Latents, correlation: float) -> Floats:
        """Values for the latents given, shape (draws or 1, rows).

        A range is triangular, drawn at levels whose normal scores have the correlation given between
        rows. A sampled mean is its value plus its standard error times a Student t number of its own,
        cut at 0 and at four times the value (at 1 for shares).
        """
        out = self.value[None]
        if self.ranged:
            score: Floats = np.zeros((1, 1))
            if correlation > 0:
                score = score + np.sqrt(correlation) * latents[f"{self.name} level"]
            if correlation < 1:
                score = score + np.sqrt(1 - correlation) * latents[f"{self.name} own level"]
            out = triangular(ndtr(score), self.low, self.value, self.high)
        if len(self.sampled):
            error = self.se * student(latents[f"{self.name} sample"], self.df)
            middle = self.value[self.sampled]
            out = np.repeat(out, len(error), axis=0) if len(out) == 1 else out.copy()
            out[:, self.sampled] = np.clip(middle + error, 0.0, np.minimum(_MOST_TIMES * middle, self.most))
        return out


def quantity_of(rows: pd.DataFrame, name: str) -> Quantity:
    """Take one quantity with its range or standard error from a survey.

    Parameters
    ----------
    rows : pandas.DataFrame
        A survey as `read_harvest` returns it.
    name : str
        Value column, such as ``"yield_t_per_ha"``.

    Returns
    -------
    Quantity
        Its value, range and standard error per row.
    """

    def column(wanted: str) -> Floats:
        given = rows[wanted].to_numpy(dtype=float) if wanted in rows else np.full(len(rows), np.nan)
        return given

    low, high, se, df = (column(c) for c in STATISTICS[name])
    value = column(name)
    low, high = np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high)
    sampled = np.flatnonzero(np.nan_to_num(se) > 0)
    most = 1.0 if name in _SHARES else np.inf
    return Quantity(name, value, low, high, se[sampled], df[sampled], sampled, most)
