"""The bays of every run, laid out so that the farthest of a run is found for many places at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["RunBays", "bays_of_runs"]


@dataclass(frozen=True, eq=False)
class RunBays:
    """The bays of the runs that have any.

    Attributes
    ----------
    run : numpy.ndarray of int64, shape (r,)
        Which row of the table of runs; ascending.
    xy_m : numpy.ndarray of float, shape (b, 2)
        Centres of the bays, metres; those of one run stand together, west to east, south to north.
    start, count : numpy.ndarray of int64, shape (r,)
        First bay of each run, and how many it has.
    """

    run: Ints
    xy_m: Floats
    start: Ints
    count: Ints

    @property
    def mean_m(self) -> Floats:
        """Mean of each run's bays, shape (r, 2), metres."""
        if not len(self.run):
            return np.zeros((0, 2))
        sums: Floats = np.add.reduceat(self.xy_m, self.start, axis=0)
        return sums / self.count[:, None]

    def middle(self) -> tuple[Floats, Floats]:
        """Find the middle bay of each run, the one nearest to the mean of its bays.

        Returns
        -------
        xy_m : numpy.ndarray of float, shape (r, 2)
            Its centre, metres.
        beyond_m : numpy.ndarray of float, shape (r,)
            From there to the farthest bay of the run, metres.
        """
        slot = np.repeat(np.arange(len(self.run)), self.count)
        away = np.hypot(*(self.xy_m - self.mean_m[slot]).T)
        # Rounding keeps two bays that are equally near from trading places; the western one is taken.
        order = np.lexsort((np.arange(len(slot)), np.round(away, 6), slot))
        xy = self.xy_m[order[self.start]]
        return xy, self.farthest_m(xy, np.arange(len(self.run)))

    def farthest_m(self, places: Floats, slot: NDArray[np.integer]) -> Floats:
        """Measure from places to the farthest bay of a run.

        Parameters
        ----------
        places : numpy.ndarray of float, shape (n, 2)
            Metres.
        slot : numpy.ndarray of int, shape (n,)
            Run of each, a position in ``run``.

        Returns
        -------
        numpy.ndarray of float, shape (n,)
            Metres.
        """
        x, y = places.T
        bay_x, bay_y = np.ascontiguousarray(self.xy_m.T)
        first, size = self.start[slot], self.count[slot]
        square = (x - bay_x[first]) ** 2 + (y - bay_y[first]) ** 2
        left = np.flatnonzero(size > 1)
        nth = 1
        while len(left):
            bay = first[left] + nth
            there = (x[left] - bay_x[bay]) ** 2 + (y[left] - bay_y[bay]) ** 2
            square[left] = np.maximum(square[left], there)
            nth += 1
            left = left[size[left] > nth]
        return np.asarray(np.sqrt(square))


def bays_of_runs(runs: pd.DataFrame, pitches: pd.DataFrame) -> RunBays:
    """Gather the bays of each run.

    Parameters
    ----------
    runs : pandas.DataFrame
        Columns as `schemas.RUNS`.
    pitches : pandas.DataFrame
        Columns as `schemas.PITCHES`; pitches of other runs are left out.

    Returns
    -------
    RunBays
        Does not depend on the order of pitches.

    Raises
    ------
    InputError
        A run comes twice.
    """
    ids = pd.Index(runs["run_id"])
    if not ids.is_unique:
        twice = ids[ids.duplicated()][0]
        raise InputError(
            Fault("a run comes twice", "Give each run once", "runs", column="run_id", value=twice)
        )
    owner = np.asarray(ids.get_indexer(pd.Index(pitches["run_id"])), dtype=np.int64)
    xy = pitches[["x_m", "y_m"]].to_numpy(dtype=float)
    order = np.lexsort((xy[:, 1], xy[:, 0], owner))
    order = order[owner[order] >= 0]
    run, start, count = np.unique(owner[order], return_index=True, return_counts=True)
    return RunBays(run, xy[order], start.astype(np.int64), count.astype(np.int64))
