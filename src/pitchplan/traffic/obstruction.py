"""What pitches cost the vehicles that pass them, in vehicle-seconds of delay per hour.

The shape comes from measurement (simulated stands in city traffic): the first stand narrows the lane
and the fifth in the same run adds little, so a street and a run cost a fixed part and a pitch a small
one. The formulas stand in `delay`, with what is quoted from the Highway Capacity Manual, what is
adapted and what is ours; what is taken for granted of a street in `streets`. The numbers rank places.
They do not forecast delays: volumes are class-typical where nobody counted, signals and their timing
are assumed, only the direction of the stand's own side is counted, and neither are the customers who
stop in the lane to buy, which cost more than the stand does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.schemas import OBSTRUCTION
from pitchplan.traffic import delay
from pitchplan.traffic.streets import STAND_M, Streets, stop_line_distances, streets_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["MOST", "Obstruction", "obstruction", "obstruction_table"]

MOST = 100_000
"""No street, run or pitch counts more, vehicle-seconds per hour (28 vehicles standing still all the time).

Near saturation the formulas grow far beyond what they can tell, and a solver's tolerance of 1e-6
times a coefficient must stay well below one unit."""

STREET_SHARE = 2
"""A street's own part is the least of what its runs cost alone, divided by this; ours."""
MANOEUVRES_PER_H = 1.0
"""Times a pitch's vehicle, or one that calls on it, pulls in or out in an hour; ours."""
MOST_MORE = 0.2
"""Share of the first stand's wait for oncoming vehicles that one more bay adds at most, for near
saturation the formula runs away; ours."""
SLOWEST_MS = 10.0 / 3.6
"""Speed past a stand where a lane is half of what two cars need to pass, m/s; ours."""
EASY_SHARE = 0.75
"""Share of their free speed at which drivers pass a stand with room to spare; ours."""
TIGHT_M, EASY_M = delay.CARS_PASS_M / 2, 3.5
"""Widths of a lane at which these two speeds are driven, metres; in between in a straight line."""
_STEP_M = 0.5


@dataclass(frozen=True, eq=False)
class Obstruction:
    """Whole-number costs of using pitches, runs and streets, vehicle-seconds of delay per hour.

    Attributes
    ----------
    per_pitch : numpy.ndarray of int64, shape (pitches,)
        Cost of each pitch that is used.
    per_run : numpy.ndarray of int64, shape (runs,)
        Cost of each run in which a pitch is used.
    street_ids : tuple of str
        Streets, sorted.
    per_street : numpy.ndarray of int64, shape (streets,)
        Cost of each street in which a pitch is used.
    street_of_run : numpy.ndarray of int64, shape (runs,)
        Place of each run's street in ``street_ids``; -1 for a run that is not in the carriageway.
    """

    per_pitch: NDArray[np.int64]
    per_run: NDArray[np.int64]
    street_ids: tuple[str, ...]
    per_street: NDArray[np.int64]
    street_of_run: NDArray[np.int64]


def obstruction(pitches: pd.DataFrame, runs: pd.DataFrame, axes: pd.DataFrame) -> Obstruction:
    """Tell what pitches, runs and streets cost vehicles, in vehicle-seconds of delay per hour.

    A run costs its queueing and the slowing down before it: on streets with two or more lanes in a
    direction what `delay.signal_delay` says (HCM control delay d1 + d2 with a short kerb lane), on
    others `delay.friction_delay` and, with two directions, `delay.yielding_delay` (not validated).
    Where less than 2.4 m is left no car passes, and the cost is `MOST`. Half of what the cheapest run
    of a street costs is the street's own part, paid once by all of its runs: whoever slowed down or
    queued at one run loses less at the next. The rest is the run's. So one run alone costs what the
    formulas say, and further ones less.
    A pitch costs what one more bay adds: a longer way at the lower speed, a longer wait for a gap,
    and the vehicles that pull in and out.

    Parameters
    ----------
    pitches : pandas.DataFrame
        Columns as `schemas.PITCHES`; only those with placement "kerbside" cost anything.
    runs : pandas.DataFrame
        Columns as `schemas.RUNS`.
    axes : pandas.DataFrame
        Columns as `schemas.CENTRELINES`; may be empty, then everything is typical of the class.

    Returns
    -------
    Obstruction
        Costs in the order of the frames, each 0 to `MOST`. More vehicles never cost less, more
        width left never costs more. A run is as narrow as the median of its pitches; a pitch's
        width counts in steps of half a metre, rounded down, so that neighbours stay alike.
    """
    clear_m = _clear_of_runs(pitches, runs)
    alone = _run_costs(runs, axes, clear_m)
    on_street = _on_street(runs)
    street = runs["street_id"].astype(str).to_numpy(dtype=object)
    street_ids = tuple(sorted(set(street[on_street])))
    place = {s: k for k, s in enumerate(street_ids)}
    street_of_run = np.array(
        [place[s] if on else -1 for s, on in zip(street, on_street, strict=True)], dtype=np.int64
    )
    least = np.full(len(street_ids), MOST, dtype=np.int64)
    np.minimum.at(least, street_of_run[on_street], alone[on_street])
    per_street = least // STREET_SHARE
    # Runs off the street have place -1, which reads this last entry.
    shared = np.append(per_street, 0)[street_of_run]
    per_run = np.where(on_street, alone - shared, 0)
    return Obstruction(_pitch_costs(pitches, axes), per_run, street_ids, per_street, street_of_run)


def obstruction_table(pitches: pd.DataFrame, runs: pd.DataFrame, axes: pd.DataFrame) -> pd.DataFrame:
    """List what the streets cost and what that rests on, the costliest first.

    Parameters
    ----------
    pitches, runs, axes : pandas.DataFrame
        As for `obstruction`.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.OBSTRUCTION`, one row per street with a run in its carriageway.
    """
    costs = obstruction(pitches, runs, axes)
    on = costs.street_of_run >= 0
    kerbside, of_street = runs[on], costs.street_of_run[on]
    traffic = streets_of(kerbside, axes)
    rows = pd.DataFrame(
        {
            "street_id": kerbside["street_id"].astype(str).to_numpy(dtype=object),
            "street_class": kerbside["street_class"].to_numpy(dtype=object),
            "lanes": traffic.lanes,
            "volume_veh_per_h": traffic.volume,
            "volume_status": np.where(traffic.given, "given", "typical"),
            "clear_drive_m": _clear_of_runs(pitches, runs)[on],
            "street_cost": costs.per_street[of_street],
            "run_cost": costs.per_run[on],
        }
    )
    by_street = rows.groupby("street_id", sort=True)
    table = by_street.first().assign(
        clear_drive_m=by_street["clear_drive_m"].min(),
        runs=by_street.size(),
        least_run_cost=by_street["run_cost"].min(),
        most_run_cost=by_street["run_cost"].max(),
    )
    table["alone"] = table["street_cost"] + table["least_run_cost"]
    table = table.sort_values("alone", ascending=False, kind="stable").reset_index()
    return table[OBSTRUCTION.names]


def _on_street(places: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which places stand in the carriageway: those beside it or in open spaces delay nobody."""
    kerbside = (places["placement"] == "kerbside") & (places["street_class"] != "open-space")
    return np.asarray(kerbside.to_numpy(dtype=bool))


def _clear_of_runs(pitches: pd.DataFrame, runs: pd.DataFrame) -> Floats:
    """Return the median width left beside each run's pitches, metres; not a number where unknown."""
    clear = pitches["clear_drive_m"].astype(float).groupby(pitches["run_id"].astype(str)).median()
    of_runs: Floats = clear.reindex(runs["run_id"].astype(str)).to_numpy(dtype=float)
    return of_runs


def _known(clear_m: Floats, traffic: Streets) -> Floats:
    """Fill widths that are not known with the street's less a stand."""
    known: Floats = np.where(np.isfinite(clear_m), clear_m, np.maximum(traffic.width_m - STAND_M, 0.0))
    return known


def _speed(lane_m: Floats, free_ms: Floats) -> Floats:
    """Return the speed past a stand, m/s, by the width left for a lane."""
    ease = np.clip((lane_m - TIGHT_M) / (EASY_M - TIGHT_M), 0.0, 1.0)
    slow = np.minimum(SLOWEST_MS, EASY_SHARE * free_ms)
    speed: Floats = slow + ease * (EASY_SHARE * free_ms - slow)
    return speed


def _run_costs(runs: pd.DataFrame, axes: pd.DataFrame, clear_m: Floats) -> NDArray[np.int64]:
    """Return what the first stand of each run costs by queueing and slowing down."""
    traffic = streets_of(runs, axes)
    clear = _known(clear_m, traffic)
    lane_m, open_lanes = traffic.beside(clear)
    speed = _speed(lane_m, traffic.free_ms)
    several = traffic.abreast >= 2
    at_signal = delay.signal_delay(
        traffic.ahead,
        traffic.abreast,
        open_lanes,
        stop_line_distances(runs, axes),
        traffic.green_share,
        lane_m,
    )
    length = np.full(len(runs), delay.BAY_M)
    narrow = delay.friction_delay(traffic.ahead, lane_m) + delay.yielding_delay(
        traffic.ahead, traffic.oncoming, clear, length, speed
    )
    queue = np.where(several, at_signal, narrow)
    queue[clear < delay.NARROWEST_LANE_M] = MOST
    return _whole(queue + delay.slowing_delay(traffic.ahead / traffic.abreast, traffic.free_ms, speed))


def _pitch_costs(pitches: pd.DataFrame, axes: pd.DataFrame) -> NDArray[np.int64]:
    """Return what one more bay adds where there is one already."""
    traffic = streets_of(pitches, axes)
    clear = _known(pitches["clear_drive_m"].to_numpy(dtype=float), traffic)
    blocked = clear < delay.NARROWEST_LANE_M
    clear = np.floor(clear / _STEP_M + 1e-6) * _STEP_M
    lane_m, _ = traffic.beside(clear)
    speed = _speed(lane_m, traffic.free_ms)
    in_lane = traffic.ahead / traffic.abreast
    longer = delay.passing_delay(in_lane, traffic.free_ms, speed, delay.BAY_M)
    one, two = (
        delay.yielding_delay(
            traffic.ahead, traffic.oncoming, clear, np.full(len(clear), bays * delay.BAY_M), speed
        )
        for bays in (1.0, 2.0)
    )
    wait = np.minimum(two - one, MOST_MORE * np.minimum(one, MOST))
    wait[traffic.abreast >= 2] = 0.0
    cost = longer + wait + delay.manoeuvre_delay(in_lane, MANOEUVRES_PER_H)
    cost[blocked] = MOST
    return np.where(_on_street(pitches), _whole(cost), 0)


def _whole(cost: Floats) -> NDArray[np.int64]:
    """Round costs to whole vehicle-seconds per hour, 0 to `MOST`."""
    whole: NDArray[np.int64] = np.rint(np.clip(cost, 0.0, MOST)).astype(np.int64)
    return whole
