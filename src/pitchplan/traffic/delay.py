"""Delay formulas: arrays in, vehicle-seconds of added delay per hour out.

Three kinds of formula stand here, and each docstring says which it is. *HCM*: an equation of the
Highway Capacity Manual 2000 (Transportation Research Board) with its symbols. *Adaptation*: HCM terms
put together for a stand at the kerb, which the manual does not treat. *Ours*: elementary kinematics or
queueing with numbers nobody has measured here.

The adaptation for signals was compared with a traffic simulation (SUMO, 60 signalised approaches of
two or three lanes, v/c 0.08 to 0.95, a stand 8 to 90 m from the stop line) and ranks as it does:
Spearman 0.987, there without the lane-width factor. Near saturation its absolute values are several
times off. The formulas for streets with one lane in a direction are not validated. All of them are for
ranking places, not for forecasts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "BAY_M",
    "CYCLE_S",
    "NARROWEST_LANE_M",
    "SATURATION_VEH_PER_H",
    "control_delay",
    "friction_delay",
    "incremental_delay",
    "lane_width_factor",
    "manoeuvre_delay",
    "passing_delay",
    "short_lane_capacity",
    "signal_delay",
    "slowing_delay",
    "uniform_delay",
    "yielding_delay",
]

CYCLE_S = 90.0
"""Cycle of a signal, seconds; ours."""
PERIOD_H = 0.25
"""Analysis period T, hours; HCM's usual quarter of an hour."""
SATURATION_VEH_PER_H = 1650.0
"""Saturation flow of one lane, and the most a lane carries past a stand; as in the comparison."""
QUEUED_M = 7.5
"""Length of street a queued vehicle takes; as in the comparison."""
STOPPED_SHORT_M = 4.0
"""Length before the stop line that a vehicle leaving the stand's lane cannot use; as in the comparison."""
WIDE_LANE_M = 3.6
"""Lane width that hinders nobody (HCM 2000, 12 ft)."""
NARROWEST_LANE_M = 2.4
"""Narrowest lane HCM 2000 gives a factor for; where less is left no car passes (ours)."""
FRICTION = 0.1
"""Share of a lane's capacity lost beside standing vehicles (HCM 2000, parking factor)."""
BLOCKED_S = 18.0
"""How long one parking manoeuvre blocks the lane, seconds (HCM 2000, parking factor)."""
CRITICAL_GAP_S = 4.1
"""Gap in the oncoming stream a driver takes, seconds (HCM 2000, left turn from the major street)."""
FOLLOW_UP_S = 2.2
"""Headway of drivers who follow one another through one gap, seconds (HCM 2000, same movement)."""
CARS_PASS_M, LORRIES_PASS_M = 4.1, 5.5
"""Width at which two cars, and two lorries, just pass (Manual for Streets, UK 2007, figure 7.1)."""
EASE_MS2 = 1.5
"""Rate at which drivers slow down and speed up, m/s²; ours."""
BAY_M = 7.0
"""Length of one more bay and the gap to the next; ours."""
SWING_M = 30.0
"""Length over which drivers swing out before a stand and back behind it; ours."""


def uniform_delay(saturation: Floats, green_share: Floats) -> Floats:
    """Return the delay of evenly arriving vehicles at a signal, seconds per vehicle.

    HCM: ``d1 = 0.5 C (1 - g/C)² / (1 - min(1, X) g/C)`` (equation 16-11).

    Parameters
    ----------
    saturation : numpy.ndarray of float
        X, volume / capacity.
    green_share : numpy.ndarray of float
        g/C, 0 to 1.

    Examples
    --------
    >>> round(float(uniform_delay(np.array(0.8), np.array(0.5))), 3)
    18.75
    """
    red = 1.0 - green_share
    delay: Floats = 0.5 * CYCLE_S * red**2 / (1.0 - np.minimum(1.0, saturation) * green_share)
    return delay


def incremental_delay(saturation: Floats, capacity: Floats) -> Floats:
    """Return the delay by chance and by overflow, seconds per vehicle.

    HCM: ``d2 = 900 T [(X - 1) + sqrt((X - 1)² + 8 k I X / (c T))]`` with k = 0.5 (fixed signals)
    and I = 1 (no signal before this one), equation 16-12.

    Parameters
    ----------
    saturation : numpy.ndarray of float
        X, volume / capacity.
    capacity : numpy.ndarray of float
        c, vehicles per hour.

    Examples
    --------
    >>> round(float(incremental_delay(np.array(1.0), np.array(900.0))), 3)
    30.0
    """
    over = saturation - 1.0
    spread = np.sqrt(over**2 + 4.0 * saturation / (capacity * PERIOD_H))
    delay: Floats = 900.0 * PERIOD_H * (over + spread)
    return delay


def control_delay(volume: Floats, capacity: Floats, green_share: Floats) -> Floats:
    """Return d1 + d2, seconds per vehicle (HCM), of a volume and a capacity in vehicles per hour."""
    safe = np.maximum(capacity, 1.0)
    return uniform_delay(volume / safe, green_share) + incremental_delay(volume / safe, safe)


def lane_width_factor(lane_m: Floats) -> Floats:
    """Return the share of its saturation flow that a lane of this width keeps.

    HCM: ``fw = 1 + (W - 3.6) / 9`` for W of 2.4 m or more (exhibit 16-7); wider than 3.6 m counts as 3.6.
    """
    factor: Floats = 1.0 + (np.clip(lane_m, NARROWEST_LANE_M, WIDE_LANE_M) - WIDE_LANE_M) / 9.0
    return factor


def short_lane_capacity(
    open_lanes: Floats, stop_line_m: Floats, green_share: Floats, lane_m: Floats
) -> Floats:
    """Return what an approach carries with a stand in its kerb lane, vehicles per hour.

    Adaptation: beyond the stand the kerb lane is a short lane. In each cycle it gives out the vehicles
    that fit between stand and stop line; the open lanes are as good as before, and all of them have
    to pass the stand first: ``n' s g + min(s g, (D - 4) / 7.5)`` per cycle, at most ``n' s``, with s
    less the lane-width factor in the open lanes.

    Parameters
    ----------
    open_lanes : numpy.ndarray of float
        n', lanes of the direction that stay open beside the stand.
    stop_line_m : numpy.ndarray of float
        D, from the stand to the stop line, metres.
    green_share : numpy.ndarray of float
        g/C.
    lane_m : numpy.ndarray of float
        Width of an open lane, metres.
    """
    flow = SATURATION_VEH_PER_H * lane_width_factor(lane_m)
    cycles = 3600.0 / CYCLE_S
    stored = np.maximum(stop_line_m - STOPPED_SHORT_M, 0.0) / QUEUED_M * cycles
    short = np.minimum(SATURATION_VEH_PER_H * green_share, stored)
    capacity: Floats = np.minimum(open_lanes * flow * green_share + short, open_lanes * flow)
    return capacity


def signal_delay(
    volume: Floats,
    lanes: Floats,
    open_lanes: Floats,
    stop_line_m: Floats,
    green_share: Floats,
    lane_m: Floats,
) -> Floats:
    """Return what a stand adds on an approach of several lanes, vehicle-seconds per hour.

    Adaptation: ``q [(d1 + d2)(capacity with the stand) - (d1 + d2)(capacity without)]``.

    Parameters
    ----------
    volume : numpy.ndarray of float
        q, vehicles per hour in the direction of the stand's side.
    lanes : numpy.ndarray of float
        Lanes of that direction.
    open_lanes, stop_line_m, green_share, lane_m : numpy.ndarray of float
        As in `short_lane_capacity`.
    """
    before = lanes * SATURATION_VEH_PER_H * green_share
    after = np.minimum(before, short_lane_capacity(open_lanes, stop_line_m, green_share, lane_m))
    more = control_delay(volume, after, green_share) - control_delay(volume, before, green_share)
    return volume * more


def friction_delay(volume: Floats, lane_m: Floats) -> Floats:
    """Return what a narrowed only lane adds by its lost capacity, vehicle-seconds per hour.

    Adaptation: d2 at the lane's capacity less the lane-width factor and HCM's tenth of a lane beside
    standing vehicles, less d2 at its whole capacity. Not validated.

    Parameters
    ----------
    volume : numpy.ndarray of float
        Vehicles per hour in the lane.
    lane_m : numpy.ndarray of float
        Width left for the lane, metres.
    """
    whole = np.full_like(volume, SATURATION_VEH_PER_H)
    left = whole * (1.0 - FRICTION) * lane_width_factor(lane_m)
    return volume * (incremental_delay(volume / left, left) - incremental_delay(volume / whole, whole))


def yielding_delay(
    volume: Floats, oncoming: Floats, clear_m: Floats, length_m: Floats, speed_ms: Floats
) -> Floats:
    """Return what waiting for oncoming vehicles adds, vehicle-seconds per hour.

    The direction that is hindered gives way (Regulation on the Implementation of China's Road
    Traffic Safety Law, article 48). Adaptation: HCM's potential capacity of a stream that gives way,
    ``c = v exp(-v tc / 3600) / (1 - exp(-v tf / 3600))`` (equation 17-3), where the critical gap tc is
    longer by the time it takes to drive past; HCM's control delay at that capacity (equation 17-38)
    less its constants, which hold where nobody comes the other way. It counts for the share of
    meetings in which two vehicles cannot pass: all at 4.1 m and less, none at 5.5 m and more (the
    line between is ours). Not validated.

    Parameters
    ----------
    volume, oncoming : numpy.ndarray of float
        Vehicles per hour in the direction that gives way and against it.
    clear_m : numpy.ndarray of float
        Width left for both directions, metres.
    length_m : numpy.ndarray of float
        Length of the narrowed stretch, metres.
    speed_ms : numpy.ndarray of float
        Speed in it, m/s.
    """
    against = np.maximum(oncoming, 1e-6) / 3600.0
    gap = CRITICAL_GAP_S + length_m / speed_ms
    capacity = 3600.0 * against * np.exp(-against * gap) / -np.expm1(-against * FOLLOW_UP_S)
    capacity = np.maximum(capacity, 1e-9)
    over, service = volume / capacity - 1.0, 3600.0 / capacity
    spread = np.sqrt(over**2 + service * (over + 1.0) / (450.0 * PERIOD_H))
    queue = 900.0 * PERIOD_H * (over + spread)
    meets = np.clip((LORRIES_PASS_M - clear_m) / (LORRIES_PASS_M - CARS_PASS_M), 0.0, 1.0)
    delay: Floats = np.where(oncoming > 0, meets * volume * (service - FOLLOW_UP_S + queue), 0.0)
    return delay


def passing_delay(volume: Floats, free_ms: Floats, slow_ms: Floats, length_m: Floats | float) -> Floats:
    """Return what driving past at a lower speed adds over a length, vehicle-seconds per hour.

    Ours: ``q L (1/v1 - 1/v0)``.

    Parameters
    ----------
    volume : numpy.ndarray of float
        Vehicles per hour that are slowed.
    free_ms, slow_ms : numpy.ndarray of float
        Speed without and beside the stand, m/s.
    length_m : numpy.ndarray of float or float
        Length driven at the lower speed, metres.
    """
    delay: Floats = volume * length_m * (1.0 / slow_ms - 1.0 / free_ms)
    return delay


def slowing_delay(volume: Floats, free_ms: Floats, slow_ms: Floats) -> Floats:
    """Return what slowing down before a run and speeding up behind it adds, vehicle-seconds per hour.

    Ours: ``q (v0 - v1)² / (a v0)`` for the change of speed, at 1.5 m/s², and 30 m at the lower speed.
    """
    change = volume * (free_ms - slow_ms) ** 2 / (EASE_MS2 * free_ms)
    return change + passing_delay(volume, free_ms, slow_ms, SWING_M)


def manoeuvre_delay(lane_volume: Floats, per_hour: float) -> Floats:
    """Return what vehicles that pull in and out add, vehicle-seconds per hour.

    Adaptation: each blocks its lane for HCM's 18 s; those that arrive meanwhile wait, and leave at
    saturation flow: ``m 0.5 q b² / (1 - q/s)``, where q/s counts as 0.9 at most.

    Parameters
    ----------
    lane_volume : numpy.ndarray of float
        q, vehicles per hour in the lane beside the stand.
    per_hour : float
        m, manoeuvres per hour.
    """
    busy = np.minimum(lane_volume / SATURATION_VEH_PER_H, 0.9)
    delay: Floats = per_hour * 0.5 * lane_volume / 3600.0 * BLOCKED_S**2 / (1.0 - busy)
    return delay
