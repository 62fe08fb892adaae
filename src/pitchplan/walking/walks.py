"""How far it is from where residents live to the runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.walking.bays import RunBays, bays_of_runs

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from pitchplan.walking.residents import ResidentPoints

__all__ = ["Walks", "check_radius", "straight_walks"]

_POINTS_AT_ONCE = 4096
_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True, eq=False)
class Walks:
    """Every walk from a place where residents live to a run that is not too far.

    A walk leads to the farthest bay of its run, so that it holds whichever bays are used.

    Attributes
    ----------
    point : numpy.ndarray of int64, shape (k,)
        Where the walk starts, a row of the resident points. Walks are sorted by point, then run.
    run : numpy.ndarray of int64, shape (k,)
        Where it leads, a row of the table of runs.
    metres : numpy.ndarray of int64, shape (k,)
        Its length, whole metres rounded up, but never above ``within_m``.
    residents : numpy.ndarray of int64, shape (points,)
        People at each point.
    community_id : numpy.ndarray of str, shape (points,)
        Community of each point; ``""`` outside all communities.
    runs : int
        Rows of the table of runs.
    within_m : float
        Longest walk, metres, closed: longer ones are not listed.
    unsnapped : int
        Residents who live too far from any street to walk along one.
    unsnapped_runs : int
        Runs that lie too far from any street.
    """

    point: NDArray[np.int64]
    run: NDArray[np.int64]
    metres: NDArray[np.int64]
    residents: NDArray[np.int64]
    community_id: NDArray[np.object_]
    runs: int
    within_m: float
    unsnapped: int = 0
    unsnapped_runs: int = 0

    def __len__(self) -> int:
        return len(self.point)

    @property
    def unreachable(self) -> int:
        """Residents who can walk to no run."""
        reached = np.zeros(len(self.residents), dtype=bool)
        reached[self.point] = True
        return int(self.residents[~reached].sum())

    def within(self, metres: float) -> Walks:
        """Keep the walks of at most so many metres.

        Parameters
        ----------
        metres : float
            Closed, above 0 and at most ``within_m``.

        Returns
        -------
        Walks
            For whole metres the same as asking for so many from the start.

        Raises
        ------
        InputError
            The distance is not above 0, or walks so long were not looked for.
        """
        check_radius(metres)
        if metres > self.within_m:
            fix = f"Give at most {self.within_m:g} m, or measure walks of so many metres"
            raise InputError(Fault("walks so long were not looked for", fix, "metres", value=metres))
        near = self.metres <= metres
        return replace(
            self,
            point=self.point[near],
            run=self.run[near],
            metres=self.metres[near],
            within_m=float(metres),
        )


def check_radius(within_m: float, *, detour: float = 1.0) -> None:
    """Raise `InputError` unless a walking distance is above 0 metres and a detour factor at least 1."""
    faults = Faults()
    if not 0 < within_m < np.inf:
        faults.source = "within_m"
        faults.add("not a walking distance", "Give metres above 0", value=within_m)
    if not 1 <= detour < np.inf:
        faults.source = "detour"
        faults.add("a walk shorter than the straight line", "Give 1 or more", value=detour)
    faults.raise_if_any()


def straight_walks(
    points: ResidentPoints,
    runs: pd.DataFrame,
    pitches: pd.DataFrame,
    *,
    within_m: float,
    detour: float = 1.3,
) -> Walks:
    """Measure walks as straight-line distance x a detour factor.

    A walk is listed if straight-line distance to *every* bay of the run x ``detour`` is at most
    ``within_m``: the promise holds whichever bays are chosen.

    Parameters
    ----------
    points : ResidentPoints
        Where residents live.
    runs : pandas.DataFrame
        Columns as `schemas.RUNS`.
    pitches : pandas.DataFrame
        Columns as `schemas.PITCHES`; a run without a pitch is reached by nobody.
    within_m : float
        Longest walk, metres, closed.
    detour : float
        Walked distance / straight-line distance, at least 1; 1.3 is ours, a usual value for
        street grids.

    Returns
    -------
    Walks
        Does not depend on the order of pitches. A walk's metres are the least whole number of metres
        within which it would be listed, or, where ``within_m`` is no whole number, the greatest whole
        number of metres below it, if that is less.

    Raises
    ------
    InputError
        ``within_m`` is not positive, ``detour`` is below 1 or a run comes twice.

    Examples
    --------
    A run with two bays, 100 and 106 m east of where three people live:

    >>> import pandas as pd
    >>> from pitchplan.walking.residents import ResidentPoints
    >>> home = ResidentPoints(np.zeros(1), np.zeros(1), np.array([3]), np.array([""]), "example")
    >>> runs = pd.DataFrame({"run_id": ["a"]})
    >>> pitches = pd.DataFrame({"run_id": ["a", "a"], "x_m": [100.0, 106.0], "y_m": [0.0, 0.0]})
    >>> straight_walks(home, runs, pitches, within_m=500).metres
    array([138])
    """
    check_radius(within_m, detour=detour)
    bays = bays_of_runs(runs, pitches)
    places = np.column_stack([points.x_m, points.y_m]).astype(np.float64)
    parts = [np.zeros((3, 0), dtype=np.int32)]
    if len(bays.run):
        middles = cKDTree(bays.mean_m)
        for at in range(0, len(places), _POINTS_AT_ONCE):
            part = _walks_from(places[at : at + _POINTS_AT_ONCE], bays, middles, within_m, detour)
            part[0] += at
            parts.append(part)
    point, run, metres = (np.concatenate([p[i] for p in parts], dtype=np.int64) for i in range(3))
    return Walks(
        point=point,
        run=run,
        metres=metres,
        residents=points.residents,
        community_id=points.community_id,
        runs=len(runs),
        within_m=float(within_m),
    )


def _walks_from(
    places: NDArray[np.float64], bays: RunBays, middles: cKDTree, within_m: float, detour: float
) -> NDArray[np.int32]:
    """Return point, run and metres of the walks from some places, sorted; 32 bits to save memory."""
    radius = within_m / detour
    # The middle is a mean of the bays, so it is never farther away than the farthest bay.
    near = cKDTree(places).sparse_distance_matrix(middles, radius + 1e-6, output_type="ndarray")
    point, slot = near["i"], near["j"]
    distance = np.empty(len(near))
    for at in range(0, len(near), _PAIRS_AT_ONCE):
        part = slice(at, at + _PAIRS_AT_ONCE)
        distance[part] = bays.farthest_m(places[point[part]], slot[part])
    inside = distance <= radius
    point, slot, distance = point[inside], slot[inside], distance[inside]
    order = np.argsort(point * len(bays.run) + slot)
    metres = _whole_metres(distance[order], within_m, detour)
    return np.stack([point[order], bays.run[slot[order]], metres]).astype(np.int32)


def _whole_metres(distance: NDArray[np.float64], within_m: float, detour: float) -> NDArray[np.float64]:
    """Return the least whole metres that, divided by the detour, are no less than a distance."""
    metres = np.ceil(distance * detour)
    # The product may be off by its last bit, on either side of a whole number.
    metres -= distance <= (metres - 1) / detour
    metres += distance > metres / detour
    return np.minimum(metres, np.floor(within_m))
