"""From values of columns to a plan: checked in whole numbers before anything is read from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.errors import SolverLied
from pitchplan.plan import Outcome, Plan
from pitchplan.schemas import GOALS, SPOTS, as_text
from pitchplan.siting.follow import Covered, Served
from pitchplan.siting.model.used import used
from pitchplan.siting.naming import spot_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.program import GoalRow

__all__ = ["GoalRecord", "goal_table", "plan_of", "plan_without_bounds", "relative_gap"]

_TOLERANCE = 1e-5


@dataclass(frozen=True)
class GoalRecord:
    """How the search for one goal ended."""

    bound: float
    outcome: str
    seconds: float = 0.0
    reached: int | None = None
    solver: str = ""


def relative_gap(value: float, bound: float) -> float:
    """Return |value - bound| / max(1, |value|)."""
    return abs(value - bound) / max(1.0, abs(value))


def plan_without_bounds(problem: SitingProblem, values: NDArray[np.float64]) -> Plan:
    """Check values from a solver of the planner's own and return their plan.

    Nothing is taken on trust: a goal counts as proven only where it meets a value that no plan
    can beat, else its outcome is NO_BOUND.

    Raises
    ------
    SolverLied
        A pitch column is not whole, or a row is broken.
    """
    raw = np.asarray(values, dtype=float)[problem.choice]
    if not np.isfinite(raw).all():
        raise SolverLied("the solver returned no usable values for the pitches")
    choice = np.rint(raw).astype(np.int64)
    if len(raw) and np.abs(raw - choice).max() > _TOLERANCE:
        worst = int(np.abs(raw - choice).argmax())
        raise SolverLied(f"column x{worst} must be whole; the solver returned {raw[worst]!r}")
    x = problem.completed(choice)
    broken = problem.broken(x)
    if broken:
        raise SolverLied(broken)
    records = [
        GoalRecord(float(g.bound), Outcome.PROVEN)
        if v == g.bound
        else GoalRecord(float("nan"), Outcome.NO_BOUND)
        for g, v in zip(problem.goals, problem.values(x), strict=True)
    ]
    return plan_of(problem, x, records)


def plan_of(problem: SitingProblem, x: NDArray[np.int64], records: list[GoalRecord]) -> Plan:
    """Write a plan from whole values of all columns.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    x : numpy.ndarray of int64, shape (columns,)
        Checked and completed.
    records : list of GoalRecord
        One per goal.

    Returns
    -------
    Plan
        Values of the goals are those of this plan; bounds and outcomes those of the searches.
    """
    facts = problem.facts
    pitches = _chosen(problem, x[problem.block("pitch")])
    spots = _spots(problem, pitches, _served_by_run(problem, x))
    number = dict(zip(spots["spot_id"], spots["number"], strict=True))
    pitches = pitches.assign(
        spot_id=pitches["run_id"],
        number=pd.Series([number[r] for r in pitches["run_id"]], pitches.index, "int64"),
    ).sort_values(["number", "chainage_m", "pitch_id"], kind="stable", ignore_index=True)
    return Plan(
        pitches=pitches,
        spots=spots,
        goals=goal_table(problem.goals, problem.values(x), records),
        outcome=Outcome.weakest([r.outcome for r in records]),
        vendors=facts.vendors,
        residents=facts.residents,
        season=facts.season,
        crs=facts.crs,
        rules_report=facts.rules_report,
        limits=facts.limits.assign(used=used(problem, x, spots)),
        decisions=facts.decisions,
        provenance={**facts.provenance, "problem_sha256": problem.sha256},
    )


def _served_by_run(problem: SitingProblem, x: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the residents each run serves: by capacity, or those in reach, each at its first open run."""
    per_run = np.zeros(len(problem.facts.runs), dtype=np.int64)
    for follower in problem.followers:
        if isinstance(follower, Served):
            np.add.at(per_run, follower.serving.run, x[follower.columns])
            return per_run
    for follower in problem.followers:
        if isinstance(follower, Covered):
            pairs = follower.reach.tocoo()
            is_open = x[follower.runs][pairs.col] > 0
            group, first = np.unique(pairs.row[is_open], return_index=True)
            np.add.at(per_run, pairs.col[is_open][first], follower.residents[group])
            return per_run
    return per_run


def goal_table(goals: tuple[GoalRow, ...], values: list[int], records: list[GoalRecord]) -> pd.DataFrame:
    """Return a row per goal, columns as `schemas.GOALS`."""
    rows = [
        (
            goal.name,
            goal.sense,
            float(value),
            float(record.bound),
            relative_gap(value, record.bound),
            record.outcome,
            float(record.seconds),
            float(value if record.reached is None else record.reached),
            goal.slack,
            record.solver,
        )
        for goal, value, record in zip(goals, values, records, strict=True)
    ]
    return pd.DataFrame(rows, columns=GOALS.names)


def _chosen(problem: SitingProblem, counts: NDArray[np.int64]) -> pd.DataFrame:
    """Return the rows of the chosen pitches; of bays that are alike, neighbouring ones."""
    pitches = problem.facts.pitches
    order = np.argsort(problem.column_of_pitch, kind="stable")
    ends = np.searchsorted(problem.column_of_pitch[order], np.arange(len(counts) + 1))
    at = pitches["chainage_m"].to_numpy(dtype=float)
    taken: list[int] = []
    beside: dict[int, list[float]] = {}
    used = np.flatnonzero(counts > 0)
    full = ends[used + 1] - ends[used] == counts[used]
    # Columns that are used up first: the others then stand beside them.
    for column in np.concatenate([used[full], used[~full]]):
        shared = order[ends[column] : ends[column + 1]]
        count = int(counts[column])
        near = beside.setdefault(int(problem.run_of_pitch[column]), [])
        window = _window(at[shared], count, near) if len(shared) > count else 0
        taken += shared[window : window + count].tolist()
        near.extend(at[shared[window : window + count]].tolist())
    return pitches.iloc[sorted(taken)].reset_index(drop=True)


def _window(at: NDArray[np.float64], count: int, near: list[float]) -> int:
    """Return where ``count`` neighbouring bays start: beside those already taken, else in the middle."""
    starts = np.arange(len(at) - count + 1)
    length = at[starts + count - 1] - at[starts]
    middle = (at[starts + count - 1] + at[starts]) / 2
    aim = float(np.mean(near)) if near else float((at[0] + at[-1]) / 2)
    return int(np.lexsort((starts, np.abs(middle - aim).round(6), length.round(6)))[0])


def _spots(problem: SitingProblem, pitches: pd.DataFrame, per_run: NDArray[np.int64]) -> pd.DataFrame:
    """Return a row per run with a chosen pitch, numbered by district, then north to south."""
    runs = problem.facts.runs
    group = pitches.groupby("run_id", sort=True)
    middle = group[["x_m", "y_m"]].mean()
    chosen = runs.set_index("run_id").loc[middle.index]
    served = pd.Series(per_run, index=runs["run_id"])
    name, name_en = spot_names(chosen)
    table = pd.DataFrame(
        {
            "spot_id": middle.index,
            "number": 0,
            "name": name,
            "name_en": name_en,
            **{c: chosen[c].to_numpy() for c in ("address", "address_en", "district", "community_id")},
            **{c: chosen[c].to_numpy() for c in ("placement", "room")},
            "capacity": group.size().to_numpy(),
            "residents_served": served.loc[middle.index].to_numpy(),
            "hours": group["hours"].agg(lambda h: "; ".join(sorted(set(h)))).to_numpy(),
            "x_m": middle["x_m"].to_numpy(),
            "y_m": middle["y_m"].to_numpy(),
        }
    )
    order = np.lexsort(
        (
            table["spot_id"].to_numpy().astype(str),
            table["x_m"].to_numpy(float).round(2),
            -table["y_m"].to_numpy(float).round(2),
            as_text(table["district"]).to_numpy().astype(str),
        )
    )
    table = table.iloc[order].reset_index(drop=True)
    return table.assign(number=np.arange(1, len(table) + 1))[SPOTS.names]
