"""The door of the room: from candidates, a city, goals and limits to a siting problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, InputError
from pitchplan.schemas import DECISIONS
from pitchplan.siting.decisions import Applied, apply_decisions, check_inside, read_decisions
from pitchplan.siting.goals import Goal, default_goals
from pitchplan.siting.limits import Limit, checked_limits
from pitchplan.siting.model.base import written_base
from pitchplan.siting.model.draft import Draft
from pitchplan.siting.model.goal_parts import goal_part
from pitchplan.siting.model.ground import Ground
from pitchplan.siting.model.limit_rows import (
    LIMIT_COLUMNS,
    Entry,
    book_entries,
    check_together,
    grouping_columns,
    spot_size,
    write_limit,
    write_pitch_quota,
)
from pitchplan.siting.model.vendors import HasPeak, vendors_of
from pitchplan.siting.problem import Facts, SitingProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pitchplan.candidates.candidates import Candidates
    from pitchplan.city.layers import City

__all__ = ["Statement", "siting_problem"]


def siting_problem(
    candidates: Candidates,
    city: City,
    *,
    vendors: int | Mapping[str, int] | HasPeak,
    goals: Sequence[Goal] | None = None,
    limits: Iterable[Limit] = (),
    decisions: str | Path | pd.DataFrame | None = None,
    walking: Literal["straight", "streets"] = "straight",
    detour: float = 1.3,
) -> SitingProblem:
    """State which pitches may be chosen, under which limits and for which goals.

    Parameters
    ----------
    candidates : Candidates
        Legal pitches, runs, clashes and the rule book's limits.
    city : City
        Its buildings and communities tell where residents live, its streets what traffic passes.
    vendors : int, mapping of str to int, or object with ``peak``
        Vendors to host at once: all, by class of vehicle, or what a forecast provides for.
    goals : sequence of goals, optional
        In order; host vendors, cover residents, keep traffic clear unless given.
    limits : iterable of limits
        The planner's own, beside the rule book's.
    decisions : path or pandas.DataFrame, optional
        Columns as `schemas.DECISIONS`.
    walking : {"straight", "streets"}
        Whether walks are straight lines times ``detour``, or go along the street network.
    detour : float
        Walked distance / straight-line distance, 1 or more; 1.3 is ours, a usual value for street
        grids.

    Returns
    -------
    SitingProblem
        The same arrays for inputs that differ in row order alone.

    Raises
    ------
    InputError
        A goal comes twice, a limit cannot be counted, ``vendors`` is not a whole number or a
        decision cannot be read.
    NoPlanExists
        A limit asks for more than there is: residents without a legal run in reach, or spots of at
        least and at most sizes that exclude each other.
    """
    if walking not in ("straight", "streets"):
        raise InputError(
            Fault("no such way of walking", "Give 'straight' or 'streets'", "walking", value=walking)
        )
    vehicles = set(candidates.pitches["vehicle"].astype(str))
    ground = Ground(
        candidates,
        city,
        vendors_of(vendors, vehicles),
        _decided(decisions, candidates, city),
        walking,
        detour,
    )
    sought = _checked(default_goals() if goals is None else tuple(goals))
    return Statement(ground, sought, tuple(checked_limits(limits))).problem()


@dataclass(frozen=True, eq=False)
class Statement:
    """What a siting problem is made of.

    Attributes
    ----------
    ground : Ground
        Pitches, residents, streets, vendors, decisions.
    goals : tuple of goals
        In order.
    limits : tuple of limits
        The planner's own.
    """

    ground: Ground
    goals: tuple[Goal, ...]
    limits: tuple[Limit, ...]

    def problem(self) -> SitingProblem:
        """Write the arrays."""
        ground, draft = self.ground, Draft()
        entries = book_entries(ground.candidates.limits)
        base = written_base(
            draft, ground, spot_size(entries, self.limits), grouping_columns(entries, self.limits)
        )
        for entry in entries:
            write_pitch_quota(draft, base, entry)
        entries += [entry for limit in self.limits for entry in write_limit(limit, draft, base)]
        check_together(entries, ground.vendors.total)
        parts = [(g.name, g.slack, goal_part(g, draft, base)) for g in self.goals]
        written = draft.finish(parts)
        return SitingProblem(
            blocks=written.blocks,
            lower=np.zeros(len(written.upper)),
            upper=written.upper,
            rows=written.rows,
            goals=written.goals,
            followers=written.followers,
            column_of_pitch=base.bays.column,
            run_of_pitch=base.bays.run,
            street_of_run=ground.costs.street_of_run,
            facts=self._facts(entries),
        )

    def _facts(self, entries: list[Entry]) -> Facts:
        ground = self.ground
        candidates = ground.candidates
        table = pd.DataFrame([vars(e) for e in entries], columns=list(LIMIT_COLUMNS))
        return Facts(
            pitches=ground.pitches,
            runs=ground.runs,
            limits=table.drop_duplicates(ignore_index=True),
            decisions=ground.applied.decisions,
            rules_report=candidates.rules_report,
            vendors=ground.vendors.total,
            residents=ground.residents,
            season=candidates.season,
            crs=candidates.crs,
            street_ids=ground.costs.street_ids,
            statement=self,
            provenance={**candidates.provenance, "book_id": candidates.book_id},
        )


def _checked(goals: tuple[Goal, ...]) -> tuple[Goal, ...]:
    for goal in goals:
        if not isinstance(goal, Goal):
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
