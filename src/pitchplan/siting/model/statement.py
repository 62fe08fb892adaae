"""The door of the room: from candidates, a city, goals and limits to a siting problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.provenance import content_hash
from pitchplan.schemas import ANSWERS, DECISIONS
from pitchplan.siting.decisions import Applied, apply_decisions, check_inside, placed, read_decisions
from pitchplan.siting.goals import Goal, default_goals
from pitchplan.siting.limits import Limit, checked_limits
from pitchplan.siting.model.base import written_base
from pitchplan.siting.model.draft import Draft
from pitchplan.siting.model.entries import (
    LIMIT_COLUMNS,
    Entry,
    book_entries,
    check_together,
    grouping_columns,
    spot_size,
)
from pitchplan.siting.model.goal_parts import goal_part
from pitchplan.siting.model.ground import Ground
from pitchplan.siting.model.limit_rows import write_limit, write_pitch_quota
from pitchplan.siting.model.vendors import HasPeak, vendors_of
from pitchplan.siting.problem import SMALLER, Facts, SitingProblem
from pitchplan.size import memory_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pitchplan.candidates.candidates import Candidates
    from pitchplan.city.layers import City

__all__ = ["Statement", "decided", "restated", "siting_problem"]

_MOST_DETOUR = 100
_IN_EVERY_PROBLEM = ("pitch", "run", "street", "shortfall", "side")


@memory_told("stating what is to be planned", SMALLER)
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
        decision cannot be read; all that is wrong at once.
    NoPlanExists
        A limit asks for more than there is: residents without a legal run in reach, or spots of at
        least and at most sizes that exclude each other.
    TooBig
        The memory at hand is not enough.
    """
    _check_tables(candidates, city)
    vehicles = set(candidates.pitches["vehicle"].astype(str))
    counted, sought, kept, _, applied = _gathered(
        lambda: vendors_of(vendors, vehicles),
        lambda: _checked(default_goals() if goals is None else goals),
        lambda: checked_limits(limits),
        lambda: _check_walking(walking, detour),
        lambda: decided(decisions, candidates, city),
    )
    ground = Ground(candidates, city, counted, applied, walking, float(detour))
    return Statement(ground, sought, tuple(kept)).problem()


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
            draft,
            ground,
            spot_size(entries, self.limits),
            grouping_columns(entries, self.limits, set(ground.pitches.columns)),
        )
        for entry in entries:
            write_pitch_quota(draft, base, entry)
        more = _gathered(*(lambda m=m: list(write_limit(m, draft, base)) for m in self.limits))
        entries += [entry for some in more for entry in some]
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
            provenance={
                **candidates.provenance,
                "book_id": candidates.book_id,
                "inputs": self._inputs(),
            },
        )

    def _inputs(self) -> dict[str, str]:
        """Return content hashes of everything the problem rests on."""
        ground = self.ground
        inputs = {**ground.candidates.provenance.get("inputs", {}), **ground.vendors.inputs}
        said = ground.applied.decisions
        return {**inputs, "decisions": content_hash(said[DECISIONS.names])} if len(said) else inputs


def _gathered(*steps: Callable[[], Any]) -> list[Any]:
    """Take every step, and raise one error for the faults of all of them."""
    done: list[Any] = []
    faults: list[Fault] = []
    for step in steps:
        try:
            done.append(step())
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*faults)
    return done


def _check_tables(candidates: object, city: object) -> None:
    """Raise for things that are no candidates and no city."""
    faults = Faults("siting_problem")
    for name, given, wanted, fix in (
        (
            "candidates",
            candidates,
            ("pitches", "runs", "clashes", "limits"),
            "Give what find_candidates found",
        ),
        ("city", city, ("communities", "buildings", "centrelines"), "Give what read_city or read_osm read"),
    ):
        if not all(hasattr(given, table) for table in wanted):
            faults.add(f"not {name}", fix, column=name, value=type(given).__name__)
    faults.raise_if_any()


def _check_walking(walking: object, detour: object) -> None:
    faults = Faults("siting_problem")
    if not isinstance(walking, str) or walking not in ("straight", "streets"):
        faults.add("no such way of walking", "Give 'straight' or 'streets'", column="walking", value=walking)
    number = isinstance(detour, Real) and not isinstance(detour, bool)
    if not number or not 1 <= detour < _MOST_DETOUR:  # type: ignore[operator]
        faults.add("not a detour", f"Give 1 or more, less than {_MOST_DETOUR}", column="detour", value=detour)
    faults.raise_if_any()


def _checked(given: object) -> tuple[Goal, ...]:
    goals: tuple[Any, ...] = (given,) if isinstance(given, Goal) else ()
    if not isinstance(given, Goal):
        if not isinstance(given, Iterable) or isinstance(given, str):
            raise InputError(Fault("not a list of goals", "Give goals in order", "goals", value=given))
        goals = tuple(given)
    wrong = [goal for goal in goals if not isinstance(goal, Goal)]
    if wrong:
        fix = "Use goals.HostVendors() and the like"
        raise InputError(*(Fault("not a goal", fix, "goals", value=goal) for goal in wrong))
    names = [g.name for g in goals]
    if not names or len(set(names)) < len(names):
        raise InputError(
            Fault("a goal comes twice, or there is none", "Give each goal once", "goals", value=names)
        )
    return goals


def restated(problem: SitingProblem, goals: tuple[Goal, ...]) -> SitingProblem:
    """State a problem anew with other goals; rows of the planner's own go with it.

    Raises
    ------
    InputError
        Such a row counts columns that the other goals do not have.
    """
    new = replace(problem.facts.statement, goals=goals).problem()
    place = np.full(problem.size, -1, dtype=np.int64)
    for kind in _IN_EVERY_PROBLEM:
        place[problem.block(kind)] = np.arange(new.block(kind).start, new.block(kind).stop)
    for rows in problem.rows:
        if rows.own:
            m = rows.matrix.tocoo()
            if (place[m.col] < 0).any():
                fix = "Count pitches, runs, streets and vendors alone, or take the row out first"
                raise InputError(Fault("a row over columns of some goals only", fix, "rows", rows.name))
            matrix = csr_array((m.data, (m.row, place[m.col])), shape=(m.shape[0], new.size))
            new = replace(new, rows=(*new.rows, replace(rows, matrix=matrix)))
    return new


def decided(decisions: str | Path | pd.DataFrame | None, candidates: Candidates, city: City) -> Applied:
    """Read decisions and find what they mean for the candidates; none given mean nothing."""
    if decisions is None:
        return Applied(pd.DataFrame(columns=[*DECISIONS.names, *ANSWERS.names]), {}, frozenset())
    table = placed(read_decisions(decisions), candidates)
    check_inside(table, candidates.crs, city.bounds)
    table = table.sort_values("decision_id", kind="stable", ignore_index=True)
    return apply_decisions(table, candidates)
