"""From a plan by weeks to the plan of one week, and to the days on which spots open and close."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.demand.season import Season, read_weeks
from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.plan import Plan

__all__ = ["opening_days", "plan_of_week", "weeks_of_spots"]


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
    if "weeks" in pitches:
        # Weeks are counted from the season's first, and this season has one.
        pitches = pitches.assign(weeks="")
    middle = pitches.groupby("spot_id")[["x_m", "y_m"]].mean().loc[spots["spot_id"]]
    return replace(
        plan,
        pitches=pitches,
        spots=spots.assign(
            capacity=capacity.loc[spots["spot_id"]].to_numpy(),
            x_m=middle["x_m"].to_numpy(),
            y_m=middle["y_m"].to_numpy(),
        ),
        season=Season(*days[week - 1], hours=plan.season.hours, calendar=plan.season.calendar),
        vendors=plan.vendors_by_week[week - 1],
        weeks=None,
        vendors_by_week=(),
    )


def opening_days(plan: Plan) -> pd.DataFrame:
    """Return the days on which each spot opens and closes; see `Plan.open_weeks`."""
    spots = plan.spots[["spot_id", "number"]]
    if plan.weeks is None:
        days, own = plan.season.weeks, weeks_of_spots(plan)
        open_in = [own[spot] for spot in spots["spot_id"]]
        return spots.assign(
            first_day=[days[weeks[0] - 1][0] for weeks in open_in],
            last_day=[days[weeks[-1] - 1][1] for weeks in open_in],
        )
    days_open = plan.weeks.groupby("spot_id").agg(
        first_day=("first_day", "min"), last_day=("last_day", "max")
    )
    return spots.merge(days_open, on="spot_id", how="left")


def weeks_of_spots(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Return the weeks, counted from 1, in which each spot is open; ascending, by its id.

    Those of the plan's own table; of a plan that was not made by weeks, those in which its pitches are
    legal.
    """
    count = len(plan.season.weeks)
    if plan.weeks is not None:
        each = plan.weeks[["spot_id", "week"]].sort_values("week").groupby("spot_id")["week"]
        return {spot: tuple(weeks.tolist()) for spot, weeks in each}
    out = dict.fromkeys(plan.spots["spot_id"], tuple(range(1, count + 1)))
    if "weeks" in plan.pitches:
        own = plan.pitches[plan.pitches["weeks"].astype(str) != ""]
        for spot, texts in own.groupby("spot_id")["weeks"]:
            legal = set.intersection(*(set(read_weeks(str(text), count)) for text in texts.unique()))
            out[spot] = tuple(sorted(legal)) or out[spot]
    return out
