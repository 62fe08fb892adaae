"""Bays: fine positions along kerbs, and from legal positions to runs with a lattice of bays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.kerbs import KerbLines, positions_along
from pitchplan.candidates.places import Places
from pitchplan.candidates.streets import attribute, communities_of
from pitchplan.city.layers import City
from pitchplan.demand.season import Season
from pitchplan.rules.book import Vehicle
from pitchplan.rules.effects import RunShape

__all__ = ["BEND_M", "STEP_M", "kerbside_places", "lay_bays", "runs_of"]

STEP_M = 1.0
"""Distance between the fine positions along a kerb, metres."""
BEND_M = 0.4
"""Most a kerb may bend away from the straight edge of a bay, metres."""
_SAMPLES = 25
_OFF_KERB_M = 0.01


def kerbside_places(
    city: City, kerbs: KerbLines, vehicle: Vehicle, season: Season
) -> tuple[Places, NDArray[np.float64], NDArray[np.float64]]:
    """Set a bay at every metre of every kerb.

    The bay's long side lies on the chord of the kerb over its length, moved inward until the whole
    bay lies in the carriageway.

    Returns
    -------
    places : Places
        One place per position.
    bend : ndarray of float, shape (places,)
        How far the kerb bends away from the bay's edge, metres; infinite where the chord is so much
        shorter than the bay that the kerb turns a corner.
    recess : ndarray of float, shape (places,)
        Greatest distance between the bay's edge and the kerb behind it, metres.
    """
    line, step, points = positions_along(kerbs.rings, STEP_M, vehicle.length_m, _SAMPLES)
    chord = points[:, -1] - points[:, 0]
    length = np.hypot(*chord.T)
    along = chord / np.maximum(length, 1e-9)[:, None]
    inward = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    offset = ((points - points[:, :1]) * inward[:, None, :]).sum(axis=2)
    bend = np.where(length < 0.97 * vehicle.length_m, np.inf, np.abs(offset).max(axis=1, initial=0.0))
    kerb = points[:, 0] + chord / 2 + inward * (offset.max(axis=1, initial=0.0) + _OFF_KERB_M)[:, None]
    centre = kerb + inward * (vehicle.width_m / 2)
    bearing = np.degrees(np.arctan2(along[:, 0], along[:, 1])) % 360.0
    streets = attribute(city, kerb, along)
    unknown = np.full(len(line), np.nan)
    places = Places(
        x_m=centre[:, 0],
        y_m=centre[:, 1],
        bearing_deg=bearing,
        kerb_x_m=kerb[:, 0],
        kerb_y_m=kerb[:, 1],
        chainage_m=(step * STEP_M).astype(np.float64),
        line=line,
        step=step,
        **streets,
        community=communities_of(city, centre),
        clear_drive_m=unknown,
        clear_walk_m=unknown.copy(),
        free_depth_m=unknown.copy(),
        run=np.full(len(line), -1),
        placement=np.full(len(line), "kerbside", dtype=object),
        length_m=vehicle.length_m,
        width_m=vehicle.width_m,
        axes=np.asarray(city.centrelines.geometry.array),
        hours=season.intervals,
    )
    recess = offset.max(axis=1, initial=0.0) - offset.min(axis=1, initial=0.0) + _OFF_KERB_M
    return places, bend, recess


def lay_bays(
    places: Places, legal: NDArray[np.bool_], vehicle: Vehicle, rings: NDArray[np.object_]
) -> NDArray[np.intp]:
    """Choose the legal positions that become bays: as many as fit along each kerb line.

    Taking the first legal position that is free of the bay before is the most bays that fit
    (interval scheduling with equal lengths).

    Returns
    -------
    ndarray of int
        Positions of the chosen places, in order along the kerbs.
    """
    pitch = int(np.ceil((vehicle.length_m + vehicle.gap_m) / STEP_M - 1e-9))
    around = np.floor(shapely.length(rings) / STEP_M).astype(int)
    starts = np.flatnonzero(legal)
    lines, begin = np.unique(places.line[starts], return_index=True)
    chosen: list[int] = []
    for line, here in zip(lines.tolist(), np.split(starts, begin)[1:], strict=True):
        steps = places.step[here]
        last = around[line] + steps[0] - pitch
        at = 0
        while at < len(steps) and steps[at] <= last:
            chosen.append(int(here[at]))
            at = int(np.searchsorted(steps, steps[at] + pitch))
    return _without_overlap(places, np.array(chosen, dtype=np.intp))


def _without_overlap(places: Places, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
    """Leave out a bay that overlaps the one before it, as at the inside of a bend."""
    boxes = places.rectangles[chosen]
    a, b = (
        shapely.STRtree(boxes).query(boxes, predicate="intersects")
        if len(boxes)
        else np.zeros((2, 0), dtype=int)
    )
    later = (a < b) & (places.line[chosen[a]] == places.line[chosen[b]])
    a, b = a[later], b[later]
    over = shapely.area(shapely.intersection(boxes[a], boxes[b])) > 1e-9
    out = np.zeros(len(chosen), dtype=bool)
    for first, second in zip(a[over].tolist(), b[over].tolist(), strict=True):
        if not out[first]:
            out[second] = True
    return chosen[~out]


def runs_of(bays: Places, shape: RunShape) -> NDArray[np.intp]:
    """Gather kerbside bays, given in order along the kerbs, into runs.

    A run ends where the kerb line, the street or the community changes, where the gap is wider than
    the rule book says, and where it would become longer than it allows.

    Returns
    -------
    ndarray of int, shape (bays,)
        Number of the run of each bay.
    """
    named = np.where(bays.street.astype(str) != "", bays.street.astype(str), bays.street_id.astype(str))
    codes = pd.factorize(pd.Series(named))[0]
    key = np.stack([bays.line, codes, bays.community], axis=1)
    fresh = np.ones(len(bays), dtype=bool)
    fresh[1:] = (np.diff(key, axis=0) != 0).any(axis=1)
    fresh[1:] |= np.diff(bays.chainage_m) - bays.length_m > shape.max_gap_m
    run, number, start = np.empty(len(bays), dtype=np.intp), -1, 0.0
    for i, (new, at) in enumerate(zip(fresh.tolist(), bays.chainage_m.tolist(), strict=True)):
        if new or at + bays.length_m - start > shape.max_length_m:
            number, start = number + 1, at
        run[i] = number
    return run
