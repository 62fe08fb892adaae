"""Who can walk to which run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from pitchplan.walking.residents import ResidentPoints

__all__ = ["Reach", "reach"]

_CHUNK = 4_000_000


@dataclass(frozen=True, eq=False)
class Reach:
    """Groups of residents who can walk to the same runs.

    Attributes
    ----------
    groups : numpy.ndarray of int64, shape (g,)
        Residents of each group.
    matrix : scipy.sparse.csr_array of bool, shape (g, runs)
        Whether a group can walk to a run, whichever of its bays are used.
    unreachable : int
        Residents who can walk to no run.
    """

    groups: NDArray[np.int64]
    matrix: csr_array
    unreachable: int


def reach(
    points: ResidentPoints,
    runs: pd.DataFrame,
    pitches: pd.DataFrame,
    *,
    within_m: float,
    detour: float = 1.3,
) -> Reach:
    """Find the runs that residents can walk to, and merge residents who can walk to the same.

    A resident reaches a run if the straight-line distance x ``detour`` to *every* bay of the run is
    at most ``within_m``: the promise holds whichever bays are chosen.

    Parameters
    ----------
    points : ResidentPoints
        Where residents live.
    runs : pandas.DataFrame
        Columns as `schemas.RUNS`; the order gives the matrix's columns.
    pitches : pandas.DataFrame
        Columns as `schemas.PITCHES`; a run without a pitch is reached by nobody.
    within_m : float
        Longest walk, metres, closed.
    detour : float
        Walked distance / straight-line distance, at least 1; 1.3 is ours, a usual value for
        street grids.

    Returns
    -------
    Reach
        Groups ordered by their runs; does not depend on the order of points or pitches.

    Raises
    ------
    InputError
        ``within_m`` is not positive or ``detour`` is below 1.
    """
    if not within_m > 0:
        raise InputError(Fault("not a walking distance", "Give metres above 0", "within_m", value=within_m))
    if not detour >= 1:
        raise InputError(
            Fault("a walk shorter than the straight line", "Give 1 or more", "detour", value=detour)
        )
    position = {run: k for k, run in enumerate(runs["run_id"])}
    owner = np.array([position.get(r, -1) for r in pitches["run_id"]], dtype=np.int64)
    order = np.flatnonzero(owner >= 0)
    order = order[np.argsort(owner[order], kind="stable")]
    bays = pitches[["x_m", "y_m"]].to_numpy(dtype=float)[order]
    point, run = _pairs(np.column_stack([points.x_m, points.y_m]), bays, owner[order], within_m / detour)
    return _merged(points.residents, point, run, len(runs))


def _pairs(
    points: NDArray[np.float64], bays: NDArray[np.float64], owner: NDArray[np.int64], radius: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs (point, run) with every bay of the run within the radius, sorted."""
    none = np.zeros(0, dtype=np.int64)
    if len(points) == 0 or len(bays) == 0:
        return none, none
    ids, start, count = np.unique(owner, return_index=True, return_counts=True)
    middle = np.add.reduceat(bays, start, axis=0) / count[:, None]
    spread = np.maximum.reduceat(np.hypot(*(bays - np.repeat(middle, count, axis=0)).T), start)
    # The middle is a mean of the bays, so it is never farther away than the farthest bay.
    near = cKDTree(middle).query_ball_point(points, radius + 1e-6, return_sorted=True)
    sizes = np.fromiter(map(len, near), dtype=np.int64, count=len(near))
    point = np.repeat(np.arange(len(points)), sizes)
    slot = np.fromiter((k for found in near for k in found), dtype=np.int64, count=int(sizes.sum()))
    gap = np.hypot(*(points[point] - middle[slot]).T)
    inside = gap + spread[slot] <= radius - 1e-6
    unsure = np.flatnonzero(~inside)
    step = max(1, _CHUNK // int(count.max()))
    for at in range(0, len(unsure), step):
        part = unsure[at : at + step]
        inside[part] = _all_bays_near(points[point[part]], slot[part], bays, start, count, radius)
    return point[inside], ids[slot[inside]]


def _all_bays_near(
    points: NDArray[np.float64],
    slot: NDArray[np.int64],
    bays: NDArray[np.float64],
    start: NDArray[np.int64],
    count: NDArray[np.int64],
    radius: float,
) -> NDArray[np.bool_]:
    """Measure every bay of each pair's run; return whether the farthest is within the radius."""
    size = count[slot]
    first = np.cumsum(size) - size
    bay = np.arange(int(size.sum())) - np.repeat(first - start[slot], size)
    distance = np.hypot(*(np.repeat(points, size, axis=0) - bays[bay]).T)
    return np.asarray(np.maximum.reduceat(distance, first) <= radius)


def _merged(
    residents: NDArray[np.int64], point: NDArray[np.int64], run: NDArray[np.int64], runs: int
) -> Reach:
    """Merge points with the same runs, ordered by their lists of runs."""
    order = np.lexsort((run, point))
    point, run = point[order], run[order]
    people, first = np.unique(point, return_index=True)
    sums: dict[tuple[int, ...], int] = {}
    for p, reached in zip(people, np.split(run, first)[1:], strict=True):
        key = tuple(reached.tolist())
        sums[key] = sums.get(key, 0) + int(residents[p])
    keys = sorted(sums)
    indptr = np.cumsum([0, *map(len, keys)])
    indices = np.array([r for key in keys for r in key], dtype=np.int64)
    matrix = csr_array((np.ones(len(indices), dtype=bool), indices, indptr), shape=(len(keys), runs))
    groups = np.array([sums[key] for key in keys], dtype=np.int64)
    return Reach(groups, matrix, int(residents.sum() - groups.sum()))
