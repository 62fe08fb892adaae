"""How many vendors to make room for, at one service level over the season."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.demand.model.presence import Counts
from pitchplan.demand.model.quantiles import rank_of
from pitchplan.errors import Faults

__all__ = ["Provision", "joint_weeks", "newsvendor_level"]


@dataclass(frozen=True)
class Provision:
    """Vendors to make room for, at one service level.

    Attributes
    ----------
    level : float
        Share of the draws that is provided for.
    peak : int
        Least number such that the season's peak does not exceed it in ``level`` of the draws.
    by_week : tuple of int
        Numbers per week such that no week at all exceeds its own in ``level`` of the draws.
    periods : tuple of (datetime.date, datetime.date)
        First and last day of each week.
    by_vehicle, by_gateway : Mapping
        The peak by class of vehicle and by gateway, as the vendors are expected to be at the peak; each
        adds up to ``peak``.
    weeks_by_vehicle : tuple of Mapping
        ``by_week`` by class of vehicle; each week's numbers add up.
    inputs : Mapping of str to str
        Content hashes of what was counted on: the survey, counts.
    """

    level: float
    peak: int
    by_week: tuple[int, ...]
    periods: tuple[tuple[dt.date, dt.date], ...] = field(default=(), repr=False)
    by_vehicle: Mapping[str, int] = field(default_factory=dict)
    by_gateway: Mapping[str, int] = field(default_factory=dict)
    weeks_by_vehicle: tuple[Mapping[str, int], ...] = field(default=(), repr=False)
    inputs: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __int__(self) -> int:
        """Give the season's peak."""
        return self.peak

    @property
    def table(self) -> pd.DataFrame:
        """Per week: period_first, period_last, vendors, and a column per class of vehicle that add up."""
        first = pd.DataFrame(self.periods, columns=["period_first", "period_last"])
        return pd.concat(
            [first.assign(vendors=self.by_week), pd.DataFrame(list(self.weeks_by_vehicle))], axis=1
        )


def joint_weeks(draws_by_week: Counts, level: float) -> tuple[int, ...]:
    """Give numbers per week that all hold at once in a share of the draws, with few pitch-weeks in all.

    Each week gets the same marginal quantile, but no more than a cap that is the same for all weeks; of
    all such pairs of quantile and cap that hold in ``level`` of the draws, the one of least sum is taken.

    Parameters
    ----------
    draws_by_week : numpy.ndarray
        Shape (draws, weeks).
    level : float
        Above 0 and below 1.

    Returns
    -------
    tuple of int
        One number per week.
    """
    weeks = np.sort(draws_by_week, axis=0)
    # Rank of the marginal order statistic that a draw needs so that none of its weeks exceeds it.
    needed = np.max(
        [np.searchsorted(weeks[:, w], draws_by_week[:, w]) + 1 for w in range(weeks.shape[1])], axis=0
    )
    peak = draws_by_week.max(axis=1)
    least = rank_of(level, len(weeks))
    best: NDArray[np.int32] | None = None
    for cap in np.unique(np.sort(peak)[least - 1 :]):
        rank = np.sort(needed[peak <= cap])[least - 1]
        numbers = np.minimum(weeks[rank - 1], cap)
        if best is None or numbers.sum() < best.sum():
            best = numbers
    assert best is not None
    return tuple(int(n) for n in best)


def newsvendor_level(level: float | None, cost_short: float | None, cost_idle: float | None) -> object:
    """Give the service level that was asked for, by itself or by what a pitch too few and too many costs.

    The least expected cost lies where P(peak <= K) reaches cost_short / (cost_short + cost_idle), the
    newsvendor's critical ratio.

    Raises
    ------
    InputError
        Neither or both were given, or a cost is not above 0.
    """
    if cost_short is None and cost_idle is None:
        return level
    faults = Faults("to_provide")
    if level is not None:
        faults.add("a level and costs are given", "Give the level, or both costs", value=level)
    for name, cost in (("cost_short", cost_short), ("cost_idle", cost_idle)):
        number = isinstance(cost, (int, float, np.number)) and not isinstance(cost, bool)
        if not number or not 0 < float(cost) < float("inf"):  # type: ignore[arg-type]
            fix = "Give what one vendor without a pitch costs and what one idle pitch costs, both above 0"
            faults.add(f"{name} is not a cost", fix, column=name, value=cost)
    faults.raise_if_any()
    short, idle = float(cost_short), float(cost_idle)  # type: ignore[arg-type]
    return short / (short + idle)
