"""Who the vendors are: a forecast's peak split by vehicle, origin or gateway, adding up draw by draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pitchplan.demand.model.presence import Counts
from pitchplan.demand.model.quantiles import quantiles
from pitchplan.demand.model.simulation import Days, Recipe, split_at
from pitchplan.demand.model.stays import Floats
from pitchplan.demand.model.uncertain import stream

__all__ = ["Parts", "add_up", "split_peak"]


@dataclass(frozen=True, eq=False)
class Parts:
    """The vendors present at the season's peak, by what they have in common.

    Attributes
    ----------
    names : tuple of str
        The parts.
    peak_draws : numpy.ndarray
        Vendors of each part at each draw's peak, shape (draws, parts); a row's sum is the draw's peak.
    tonnes : numpy.ndarray
        Mean amount each part brings to the city during the season, tonnes, shape (parts,).
    """

    names: tuple[str, ...]
    peak_draws: Counts
    tonnes: Floats

    def grouped(self, keys: np.ndarray) -> Parts:
        """Sum the parts that have the same key.

        Parameters
        ----------
        keys : numpy.ndarray
            Name of the group of each part, shape (parts,).
        """
        names, group = np.unique(keys.astype(str), return_inverse=True)
        order = np.argsort(group, kind="stable")
        starts = np.searchsorted(group[order], np.arange(len(names)))
        draws = np.add.reduceat(self.peak_draws[:, order], starts, axis=1, dtype=np.int32)
        tonnes = np.bincount(group, self.tonnes).astype(float)
        return Parts(tuple(str(n) for n in names), draws, tonnes)

    def table(self, name: str) -> pd.DataFrame:
        """One row per part: tonnes, share, and mean, median, p05, p95 of its vendors at the peak."""
        low, middle, high = quantiles(self.peak_draws, (0.05, 0.5, 0.95))
        mean = self.peak_draws.mean(axis=0)
        return pd.DataFrame(
            {
                name: self.names,
                "tonnes": self.tonnes,
                "share": mean / max(mean.sum(), 1e-300),
                "mean": mean,
                "median": middle,
                "p05": low,
                "p95": high,
            }
        )


def split_peak(recipe: Recipe, day: Days, peak: Counts) -> Parts:
    """Say from which survey row the vendors present at each draw's peak come.

    Given how many are present at a moment, who they are is multinomial, with chances in proportion to
    the mean numbers of the rows at that moment; they are taken at the close of the peak's day.

    Parameters
    ----------
    recipe : Recipe
        What the draws were made from.
    day : numpy.ndarray
        Day of the season on which each draw has its peak, shape (draws,).
    peak : numpy.ndarray
        Vendors at the peak, shape (draws,).

    Returns
    -------
    Parts
        One part per survey row, named by its place; the numbers add up to ``peak`` in every draw.
    """
    chance = stream(recipe.seed, "parts")
    drawn: list[Counts] = []
    tonnes = np.zeros(len(recipe.model.rows))
    at = 0
    for present, brought in split_at(recipe, day):
        total = present.sum(axis=1, keepdims=True)
        # A peak of 0 may fall on a day on which nobody is expected: any shares will do.
        share = np.where(total > 0, present / np.where(total > 0, total, 1.0), 1 / len(tonnes))
        drawn.append(chance.multinomial(peak[at : at + len(share)], share).astype(np.int32))
        tonnes += brought.sum(axis=0) / recipe.draws
        at += len(share)
    return Parts(tuple(map(str, range(len(tonnes)))), np.concatenate(drawn), tonnes)


def add_up(total: int, shares: Floats) -> list[int]:
    """Split a whole number in proportion to shares by largest remainders, so that the parts add up.

    Examples
    --------
    >>> add_up(10, np.array([1.0, 1.0, 1.0]))
    [4, 3, 3]
    """
    weight = np.asarray(shares, float)
    exact = total * (weight / weight.sum() if weight.sum() > 0 else np.full(len(weight), 1 / len(weight)))
    whole = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return [int(n) for n in whole]
