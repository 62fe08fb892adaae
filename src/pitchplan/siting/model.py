"""From candidates, a city and goals to the arrays of a siting problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, InputError, NoPlanExists
from pitchplan.schemas import DECISIONS
from pitchplan.siting.columns import Layout, bay_columns, layout
from pitchplan.siting.decisions import Applied, apply_decisions, check_inside, read_decisions
from pitchplan.siting.goals import CoverResidents, Goal, HostVendors, KeepTrafficClear, default_goals
from pitchplan.siting.limits import Limit, check_groups, check_room, limits_table, spot_size
from pitchplan.siting.problem import Facts, GoalRow, Serving, SitingProblem
from pitchplan.siting.rows import all_rows
from pitchplan.traffic.obstruction import Obstruction, obstruction
from pitchplan.walking.groups import Groups, grouped
from pitchplan.walking.residents import resident_points
from pitchplan.walking.walks import straight_walks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pitchplan.candidates.candidates import Candidates
    from pitchplan.city.layers import City

__all__ = ["siting_problem"]

_MOST_VENDORS = 1_000_000


class _HasPeak(Protocol):
    @property
    def peak(self) -> int: ...


def siting_problem(
    candidates: Candidates,
    city: City,
    *,
    vendors: int | _HasPeak,
    goals: Sequence[Goal] | None = None,
    limits: Iterable[Limit] = (),
    decisions: str | Path | pd.DataFrame | None = None,
) -> SitingProblem:
    """State which pitches may be chosen, under which limits and for which goals.

    Parameters
    ----------
    candidates : Candidates
        Legal pitches, runs, clashes and the rule book's limits.
    city : City
        Its buildings and communities tell where residents live, its streets what traffic passes.
    vendors : int or object with ``peak``
        Vendors to host at once.
    goals : sequence of goals, optional
        In order; host vendors, cover residents, keep traffic clear unless given.
    limits : iterable of Quota or SpotSize
        The planner's own, beside the rule book's.
    decisions : path or pandas.DataFrame, optional
        Columns as `schemas.DECISIONS`.

    Returns
    -------
    SitingProblem
        The same arrays for inputs that differ in row order alone.

    Raises
    ------
    InputError
        A goal comes twice, ``vendors`` is not a whole number or a decision cannot be read.
    NoPlanExists
        A limit asks for more pitches than its group has room for.
    """
    wanted = _vendors(vendors)
    sought = _checked(default_goals() if goals is None else tuple(goals))
    applied = _decided(decisions, candidates, city)
    table = limits_table(candidates.limits, limits)
    check_groups(table, candidates.pitches, city.communities)
    runs = candidates.runs.assign(run_id=candidates.runs["run_id"].astype(str))
    runs = runs.sort_values("run_id", kind="stable", ignore_index=True)
    pitches = candidates.pitches.assign(pitch_id=candidates.pitches["pitch_id"].astype(str))
    pitches = pitches.sort_values(["run_id", "chainage_m", "pitch_id"], kind="stable")
    legal = pitches[~pitches["pitch_id"].isin(sorted(applied.forbidden))].reset_index(drop=True)
    check_room(table, legal, wanted)
    scores = obstruction(legal, runs, city.centrelines if len(city.centrelines) else city.streets)
    people, points = resident_points(city), int(_total_residents(city))
    serving = next(
        (
            _serving(
                goal,
                grouped(straight_walks(people, runs, legal, within_m=goal.within_m, detour=goal.detour)),
            )
            for goal in sought
            if isinstance(goal, CoverResidents)
        ),
        None,
    )
    traffic = any(isinstance(g, KeepTrafficClear) for g in sought)
    by_street = "street_id" in set(table["group_by"])
    bays = bay_columns(legal, runs, candidates.clashes, scores.per_pitch, by_street=by_street)
    plan = layout(bays, legal, runs, scores.street_ids if traffic else (), serving)
    clashes = candidates.clashes
    least_most = spot_size(table)
    rows = all_rows(plan, bays, legal, clashes, table, applied.keep, wanted, least_most, scores, serving)
    upper = plan.upper
    upper[plan.shortfall] = wanted
    facts = Facts(
        pitches=legal,
        runs=runs,
        limits=table,
        decisions=applied.decisions,
        rules_report=candidates.rules_report,
        vendors=wanted,
        residents=max(points, people.total),
        season=candidates.season,
        crs=candidates.crs,
        provenance={**candidates.provenance, "book_id": candidates.book_id},
    )
    return SitingProblem(
        kind=plan.kind,
        lower=np.zeros(len(plan.kind)),
        upper=upper,
        integer=plan.kind != "served",
        run_of_pitch=bays.run,
        street_of_run=scores.street_of_run if traffic else np.full(len(runs), -1, np.int64),
        rows=rows,
        goals=tuple(_goal_row(g, plan, bays.cost, scores, serving, wanted) for g in sought),
        serving=serving,
        variables=plan.variables,
        facts=facts,
    )


def _vendors(vendors: int | _HasPeak) -> int:
    count: object = getattr(vendors, "peak", vendors)
    if isinstance(count, int | np.integer) and not isinstance(count, bool) and 0 <= count <= _MOST_VENDORS:
        return int(count)
    fix = f"Give a whole number, 0 to {_MOST_VENDORS}"
    raise InputError(Fault("not a number of vendors", fix, "vendors", value=vendors))


def _checked(goals: tuple[Goal, ...]) -> tuple[Goal, ...]:
    for goal in goals:
        if not isinstance(goal, HostVendors | CoverResidents | KeepTrafficClear):
            raise InputError(Fault("not a goal", "Use goals.HostVendors() and the like", "goals", value=goal))
    names = [g.name for g in goals]
    if not names or len(set(names)) < len(names):
        raise InputError(
            Fault("a goal comes twice, or there is none", "Give each goal once", "goals", value=names)
        )
    return goals


def _decided(decisions: str | Path | pd.DataFrame | None, candidates: Candidates, city: City) -> Applied:
    if decisions is None:
        return Applied(pd.DataFrame(columns=[*DECISIONS.names, "answer"]), {}, frozenset())
    table = read_decisions(decisions)
    check_inside(table, candidates.crs, city.bounds)
    table = table.sort_values("decision_id", kind="stable", ignore_index=True)
    return apply_decisions(table, candidates)


def _total_residents(city: City) -> float:
    return float(pd.to_numeric(city.communities["residents"], errors="coerce").fillna(0.0).round().sum())


def _serving(goal: CoverResidents, groups: Groups) -> Serving:
    group = np.repeat(np.arange(len(groups)), np.diff(groups.reach.indptr))
    return Serving(
        residents=groups.residents,
        group=group,
        run=groups.reach.indices.astype(np.int64),
        per_pitch=goal.per_pitch,
    )


def _goal_row(
    goal: Goal,
    plan: Layout,
    bay_cost: np.ndarray,
    scores: Obstruction,
    serving: Serving | None,
    vendors: int,
) -> GoalRow:
    costs = np.zeros(len(plan.kind), dtype=np.int64)
    if isinstance(goal, HostVendors):
        costs[plan.shortfall] = 1
        return GoalRow(goal.name, "least", goal.slack, costs, 0)
    if isinstance(goal, CoverResidents):
        if serving is None:
            raise NoPlanExists("no residents to serve")
        costs[plan.kind == "served"] = 1
        most = min(int(serving.residents.sum()), serving.per_pitch * vendors)
        return GoalRow(goal.name, "most", goal.slack, costs, most)
    costs[plan.kind == "pitch"] = bay_cost
    costs[plan.kind == "run"] = scores.per_run
    costs[plan.kind == "street"] = scores.per_street
    return GoalRow(goal.name, "least", goal.slack, costs, 0)
