"""What follows from the scores: which spots to drop, keep or enlarge, and the decisions that say so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.occupancy.scores import COMPLAINTS_ABOVE, LEAST_DAYS
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from pitchplan.plan import Plan

__all__ = ["ADVICE", "AROUND_M", "advised", "decided", "with_degrees"]

ADVICE = {
    "idle": ("drop", "few stood there"),
    "overfull": ("enlarge", "often full"),
    "used": ("keep", "used"),
    "too few counts": ("keep", "too few counts to tell"),
    "not counted": ("keep", "not counted"),
}
"""By status: what is advised, and why."""
AROUND_M = 30.0
"""A new spot as near as this to a dropped one would be the same spot again, metres: the distance within
which `Plan.with_numbers_of` gives a spot its old number."""


def advised(scored: pd.DataFrame) -> list[tuple[str, str]]:
    """Return an advice (keep, enlarge or drop) and its reason for every spot.

    Parameters
    ----------
    scored : pandas.DataFrame
        Columns as `schemas.OCCUPANCY_SCORES`.
    """
    return [_advice(row) for row in scored.to_dict("records")]


def _advice(row: dict[str, Any]) -> tuple[str, str]:
    advice, why = ADVICE[row["status"]]
    if row["days"]:
        used = f"{row['mean']:.1f} vendors on {row['days']} days, {row['used_share']:.0%} of its pitches"
        why += f": {used}; full on {row['days_full']}"
    if row["status"] == "overfull":
        known = row["wanted"] == row["wanted"]
        wanted = f"about {row['wanted']:.1f} wanted to stand there" if known else "how many more wanted to"
        why += f"; {wanted}{'' if known else ' stand there is not known'}"
    if row["days"] >= LEAST_DAYS and row["complaints_low"] > COMPLAINTS_ABOVE:
        return "drop", f"{row['complaints']} complaints on {row['days']} days; {why}"
    return advice, why


def decided(plan: Plan, scored: pd.DataFrame, advice: pd.DataFrame, who: str, date: str) -> pd.DataFrame:
    """Return the decisions that the advice comes to.

    Parameters
    ----------
    plan : Plan
        The plan that was counted.
    scored : pandas.DataFrame
        Columns as `schemas.OCCUPANCY_SCORES`.
    advice : pandas.DataFrame
        spot_id, number, lon, lat (degrees, WGS84), advice, why.
    who, date : str
        Who proposes it, and when.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.DECISIONS`. A spot to be dropped is forbidden by its id, and so is, by a second
        row, what lies within `AROUND_M` of its pitches but for the pitches of spots that stay: else
        the spot would only move next door.
    """
    status = scored.set_index("spot_id")["status"]
    drop = set(advice.loc[advice["advice"] == "drop", "spot_id"].astype(str))
    rows = []
    for spot in advice.itertuples():
        ident, shared = f"occupancy-{spot.number}", {"reason": spot.why, "who": who, "date": date}
        if str(spot.spot_id) in drop:
            rows.append({"decision_id": ident, "what": "forbid", "place": spot.spot_id, **shared})
            radius = _radius_around(plan, str(spot.spot_id), drop)
            if radius > 0:
                place = {"lon": spot.lon, "lat": spot.lat, "radius_m": radius}
                rows.append({"decision_id": f"{ident}-around", "what": "forbid", **place, **shared})
        elif status[spot.spot_id] in ("used", "overfull"):
            rows.append({"decision_id": ident, "what": "keep", "place": spot.spot_id, **shared})
    names = ["decision_id", "what", "lon", "lat", "radius_m", "reason", "who", "date", "place"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"lon": float, "lat": float, "radius_m": float}).assign(
        place=table["place"].fillna("")
    )


def _radius_around(plan: Plan, spot_id: str, drop: set[str]) -> float:
    """Return how far around a spot's middle nothing stands that stays, metres; at most what is needed."""
    spot = plan.spots[plan.spots["spot_id"].astype(str) == spot_id].iloc[0]
    gap = np.hypot(plan.pitches["x_m"] - spot["x_m"], plan.pitches["y_m"] - spot["y_m"])
    of = plan.pitches["spot_id"].astype(str)
    own, others = gap[of == spot_id], gap[~of.isin(drop)]
    nearest = float(others.min()) if len(others) else math.inf
    wanted = (float(own.max()) if len(own) else 0.0) + AROUND_M
    # Half a metre: places in degrees are rounded, a neighbour's pitch must not be caught by that.
    return float(max(0.0, math.floor(min(wanted, nearest - 0.5) * 10) / 10))


def with_degrees(plan: Plan) -> pd.DataFrame:
    """Return a plan's spots with lon and lat, degrees, WGS84."""
    there = transformer_between(plan.crs, 4326)
    lon, lat = there.transform(plan.spots["x_m"].to_numpy(float), plan.spots["y_m"].to_numpy(float))
    return plan.spots.assign(lon=np.asarray(lon, float), lat=np.asarray(lat, float))
