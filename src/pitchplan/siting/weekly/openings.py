"""From the pitches used in each week to a plan with weeks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.errors import Faults
from pitchplan.plan import Outcome
from pitchplan.schemas import WEEKS
from pitchplan.siting.assemble import goal_table, plan_of
from pitchplan.siting.search.solve import check_options
from pitchplan.siting.weekly.demand import weekly_vendors
from pitchplan.siting.weekly.legal import legal_weeks
from pitchplan.siting.weekly.search import seek_season

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem

__all__ = ["solve_weeks"]


def solve_weeks(
    problem: SitingProblem,
    vendors: Any,
    *,
    change_cost: int,
    time_limit_s: float,
    start: Plan | None,
    keep: Plan | None,
    log: bool,
) -> Plan:
    """Seek the plan of a season; see `SitingProblem.solve_weeks`."""
    check_options(time_limit_s, 0.0, "auto")
    _check_cost(change_cost)
    statement = problem.facts.statement
    vehicles = set(statement.ground.candidates.pitches["vehicle"].astype(str))
    asked = weekly_vendors(vendors, len(problem.facts.season.weeks), vehicles)
    ground = replace(statement.ground, vendors=asked.most)
    base = replace(statement, ground=ground).problem()
    legal = legal_weeks(base.facts.pitches, asked.weeks)[base.first_of_column]
    with base.estimate.checked():
        found = seek_season(
            base,
            asked,
            legal,
            change_cost=change_cost,
            time_limit_s=time_limit_s,
            start=start,
            keep=keep,
            log=log,
        )
    # Painted is no more than some week uses, unless a limit asks for it.
    needed = found.used.max(axis=1, initial=0)
    x = base.completed(needed)
    if base.broken(x):
        x = base.completed(found.painted)
    plan = plan_of(base, x, [replace(r, reached=None) for r in found.records])
    return replace(
        plan,
        goals=goal_table(found.goals, found.values, found.records),
        outcome=Outcome.weakest([r.outcome for r in found.records]),
        weeks=_weeks(base, plan, found.used),
        vendors_by_week=tuple(int(n) for n in asked.counts.sum(axis=0)),
    )


def _check_cost(change_cost: object) -> None:
    faults = Faults("solve_weeks")
    whole = isinstance(change_cost, int | np.integer) and not isinstance(change_cost, bool)
    if not whole or not 0 <= change_cost <= 10**9:  # type: ignore[operator]
        fix = "Give a whole number of vehicle-seconds, 0 or more"
        faults.add("not a cost", fix, column="change_cost", value=change_cost)
    faults.raise_if_any()


def _weeks(base: SitingProblem, plan: Plan, used: NDArray[np.int64]) -> pd.DataFrame:
    """Say which of a spot's pitches are used in each week: always the first ones of a column."""
    column = dict(zip(base.facts.pitches["pitch_id"], base.column_of_pitch.tolist(), strict=True))
    pitches = plan.pitches.assign(column=[column[p] for p in plan.pitches["pitch_id"]])
    pitches["place"] = pitches.groupby("column").cumcount()
    days, rows = plan.season.weeks, []
    for (number, spot_id), mine in pitches.groupby(["number", "spot_id"], sort=True):
        in_use = mine["place"].to_numpy()[:, None] < used[mine["column"].to_numpy()]
        ids = mine["pitch_id"].to_numpy(object)
        for week in np.flatnonzero(in_use.any(axis=0)).tolist():
            some = ids[in_use[:, week]]
            rows.append((spot_id, number, week + 1, *days[week], len(some), "; ".join(some)))
    return pd.DataFrame(rows, columns=WEEKS.names).astype({"number": int, "week": int, "capacity": int})
