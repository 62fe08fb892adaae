"""How far along the street features lie before and after places."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.places import Places
from pitchplan.rules.effects import Refused, nothing_refused
from pitchplan.rules.rule import MARGIN_M

__all__ = ["BESIDE_M", "too_near_along", "worst_of_each"]

BESIDE_M = 10.0
"""How far across, from the edge a pitch stands at to both sides, a feature belongs to the street, metres."""

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def too_near_along(
    places: Places, shapes: NDArray[np.object_], tree: shapely.STRtree, before_m: float, after_m: float
) -> tuple[Ints, Ints, Floats, Floats]:
    """Find features that a place lies too little before or after, in the direction of its `along`.

    Parameters
    ----------
    places : Places
    shapes : ndarray of shapely geometry
        Features.
    tree : shapely.STRtree
        Index over them.
    before_m, after_m : float
        Least free length between a place and a feature ahead of it, and one behind it, metres; 0 for none.

    Returns
    -------
    place, feature : ndarray of int
        Positions, pair by pair.
    gap, required : ndarray of float
        Free length along the street, 0 where the feature lies beside the place, and what is asked for.
    """
    half = places.length_m / 2
    ahead, behind = (half + (m + MARGIN_M if m else 0.0) for m in (before_m, after_m))
    place, feature = _near(places, shapes, tree, (ahead, behind))
    kerb = np.stack([places.kerb_x_m, places.kerb_y_m], axis=-1)[place]
    along = places.along[place]
    across = np.stack([-along[:, 1], along[:, 0]], axis=-1) * BESIDE_M
    front, back = kerb + along * ahead, kerb - along * behind
    corners = np.stack([back - across, front - across, front + across, back + across], axis=1)
    part = shapely.intersection(shapely.polygons(corners), shapes[feature])
    coords, owner = shapely.get_coordinates(part, return_index=True)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    met = owner[first]
    if not len(met):
        nothing = np.zeros(0, dtype=np.intp)
        return nothing, nothing, np.zeros(0), np.zeros(0)
    u = ((coords - kerb[owner]) * along[owner]).sum(axis=1)
    low, high = np.minimum.reduceat(u, first), np.maximum.reduceat(u, first)
    gap = np.maximum(np.maximum(low - half, -half - high), 0.0)
    required = np.where(low > half, before_m, np.where(high < -half, after_m, max(before_m, after_m)))
    near = gap < required + MARGIN_M
    return place[met[near]], feature[met[near]], gap[near], required[near]


def _near(
    places: Places, shapes: NDArray[np.object_], tree: shapely.STRtree, reach: tuple[float, float]
) -> tuple[Ints, Ints]:
    """Pair places with features that may lie in the strip around them, by boxes and then by circles."""
    far = np.full(len(places), np.hypot(max(reach), BESIDE_M))
    stretch, item = tree.query(places.stretches.spans(places.kerb_x_m, places.kerb_y_m, far, far))
    row, column = np.nonzero(places.stretches.real[stretch])
    place, feature = places.stretches.index[stretch[row], column], item[row]
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    radius = np.hypot(east - west, north - south)[feature] / 2
    x = ((west + east) / 2)[feature] - places.kerb_x_m[place]
    y = ((south + north) / 2)[feature] - places.kerb_y_m[place]
    ax, ay = places.along[place].T
    u, v = x * ax + y * ay, y * ax - x * ay
    kept = (u < reach[0] + radius) & (u > -reach[1] - radius) & (np.abs(v) < BESIDE_M + radius)
    return place[kept], feature[kept]


def worst_of_each(
    place: Ints, feature: Ints, gap: Floats, required: Floats, names: NDArray[np.object_]
) -> Refused:
    """Keep for each place the feature it lacks most length to; of equals the one whose name comes first."""
    if not len(place):
        return nothing_refused()
    rank = np.argsort(np.argsort(names.astype(str), kind="stable"))[feature]
    order = np.lexsort((rank, gap - required, place))
    first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    return Refused(place[first], gap[first], feature[first], required=required[first])
