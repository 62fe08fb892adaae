"""From a plan by weeks to the plan of one week, and to the days on which spots open and close."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.demand.season import Season
from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.plan import Plan

__all__ = ["opening_days", "plan_of_week"]


def plan_of_week(plan: Plan, week: int) -> Plan:
    """Return the plan of one week; see `Plan.at_week`."""
    weeks, days = plan.weeks, plan.season.weeks
    if weeks is None:
        fix = "Make it with problem.solve_weeks(vendors by week)"
        raise InputError(Fault("a plan that was not made by weeks", fix, "at_week"))
    if not isinstance(week, int | np.integer) or not 1 <= week <= len(days):
        raise InputError(Fault("no such week", f"Give 1 to {len(days)}", "at_week", value=week))
    mine = weeks[weeks["week"] == week]
    ids = {i for text in mine["pitch_ids"] for i in text.split("; ")}
    pitches = plan.pitches[plan.pitches["pitch_id"].isin(ids)].reset_index(drop=True)
    capacity = mine.set_index("spot_id")["capacity"]
    spots = plan.spots[plan.spots["spot_id"].isin(capacity.index)].reset_index(drop=True)
    middle = pitches.groupby("spot_id")[["x_m", "y_m"]].mean().loc[spots["spot_id"]]
    return replace(
        plan,
        pitches=pitches,
        spots=spots.assign(
            capacity=capacity.loc[spots["spot_id"]].to_numpy(),
            x_m=middle["x_m"].to_numpy(),
            y_m=middle["y_m"].to_numpy(),
        ),
        season=Season(*days[week - 1], hours=plan.season.hours),
        vendors=plan.vendors_by_week[week - 1],
        weeks=None,
        vendors_by_week=(),
    )


def opening_days(plan: Plan) -> pd.DataFrame:
    """Return the days on which each spot opens and closes; see `Plan.open_weeks`."""
    spots = plan.spots[["spot_id", "number"]]
    if plan.weeks is None:
        return spots.assign(first_day=plan.season.first, last_day=plan.season.last)
    days = plan.weeks.groupby("spot_id").agg(first_day=("first_day", "min"), last_day=("last_day", "max"))
    return spots.merge(days, on="spot_id", how="left")
