"""From values of columns to a plan: checked in whole numbers before anything is read from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from pitchplan.errors import SolverLied
from pitchplan.plan import Outcome, Plan
from pitchplan.schemas import GOALS, SPOTS
from pitchplan.siting.limits import used
from pitchplan.siting.naming import spot_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem

__all__ = [
    "GoalRecord",
    "checked_design",
    "completed",
    "goal_values",
    "plan_of",
    "plan_without_bounds",
    "relative_gap",
    "served_flows",
]

_TOLERANCE = 1e-5


@dataclass(frozen=True)
class GoalRecord:
    """How the search for one goal ended."""

    bound: float
    outcome: str
    seconds: float
    reached: int | None = None


def relative_gap(value: float, bound: float) -> float:
    """Return |value - bound| / max(1, |value|)."""
    return abs(value - bound) / max(1.0, abs(value))


def checked_design(problem: SitingProblem, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round a solver's values to whole numbers and check every row that asks nothing of who is served.

    Parameters
    ----------
    problem : SitingProblem
        The problem that was solved.
    values : numpy.ndarray of float, shape (columns,) or (designed,)
        A value per column.

    Returns
    -------
    numpy.ndarray of int64, shape (designed,)
        Whole values of the columns before the served ones.

    Raises
    ------
    SolverLied
        A value is not whole, or breaks a bound or a row; names the first row that is broken.
    """
    d = problem.designed
    raw = np.asarray(values, dtype=float)[:d]
    if raw.shape != (d,) or not np.isfinite(raw).all():
        raise SolverLied(f"the solver returned no usable values for the {d} columns")
    whole: NDArray[np.int64] = np.rint(raw).astype(np.int64)
    if d and float(np.abs(raw - whole).max()) > _TOLERANCE:
        worst = int(np.abs(raw - whole).argmax())
        raise SolverLied(f"column x{worst} must be whole; the solver returned {raw[worst]!r}")
    outside = np.flatnonzero((whole < problem.lower[:d]) | (whole > problem.upper[:d]))
    if len(outside):
        raise SolverLied(f"column x{outside[0]} is {whole[outside[0]]}, outside its bounds")
    for rows in problem.rows:
        if len(rows.matrix.indices) and int(rows.matrix.indices.max()) >= d:
            continue
        activity = rows.matrix[:, :d] @ whole
        broken = np.flatnonzero((activity < rows.lower) | (activity > rows.upper))
        if len(broken):
            raise SolverLied(f"rows {rows.name!r}: row {broken[0]} is broken with {activity[broken[0]]}")
    return whole


def completed(problem: SitingProblem, pitches: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the whole design that a number of pitches per pitch column means.

    A run is open if it has a pitch and a street is used if it has an open run; the shortfall is
    what is missing to the vendors.
    """
    design = np.zeros(problem.designed, dtype=np.int64)
    bays, runs, streets = (problem.block(k) for k in ("pitch", "run", "street"))
    design[bays] = pitches
    is_open = np.bincount(problem.run_of_pitch, weights=pitches, minlength=runs.stop - runs.start) > 0
    design[runs] = is_open
    on_street = problem.street_of_run[is_open & (problem.street_of_run >= 0)]
    design[streets.start + on_street] = 1
    design[problem.block("shortfall")] = problem.facts.vendors - int(pitches.sum())
    return design


def capacities(problem: SitingProblem, design: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the residents each run can serve in a design."""
    runs = problem.block("run")
    per_pitch = 0 if problem.serving is None else problem.serving.per_pitch
    bays = design[problem.block("pitch")]
    counts = np.bincount(problem.run_of_pitch, weights=bays, minlength=runs.stop - runs.start)
    return counts.astype(np.int64) * per_pitch


def served_flows(problem: SitingProblem, capacity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Serve as many residents as the runs' capacities allow: an exact maximum flow.

    Parameters
    ----------
    problem : SitingProblem
        Its ``serving`` says who can walk where.
    capacity : numpy.ndarray of int64, shape (runs,)
        Residents each run can serve.

    Returns
    -------
    numpy.ndarray of int64, shape (served columns,)
        Residents of each group served at each run.
    """
    serving = problem.serving
    if serving is None:
        return np.zeros(0, dtype=np.int64)
    flows = np.zeros(len(serving.run), dtype=np.int64)
    columns = serving.pairs_of(np.flatnonzero(capacity > 0))
    if len(columns) == 0:
        return flows
    groups, g = np.unique(serving.group[columns], return_inverse=True)
    runs, r = np.unique(serving.run[columns], return_inverse=True)
    people = serving.residents[groups]
    room = np.minimum(capacity[runs], int(people.sum()))
    g_at, r_at, sink = 1, 1 + len(groups), 1 + len(groups) + len(runs)
    tail = np.concatenate([np.zeros(len(groups), int), g_at + g, r_at + np.arange(len(runs))])
    head = np.concatenate([g_at + np.arange(len(groups)), r_at + r, np.full(len(runs), sink)])
    most = np.concatenate([people, people[g], room]).astype(np.int32)
    graph = csr_array((most, (tail, head)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, 0, sink).flow.tocoo()
    forward = (
        (flow.row >= g_at) & (flow.row < r_at) & (flow.col >= r_at) & (flow.col < sink) & (flow.data > 0)
    )
    key = serving.group * len(capacity) + serving.run
    found = groups[flow.row[forward] - g_at] * len(capacity) + runs[flow.col[forward] - r_at]
    flows[np.searchsorted(key, found)] = flow.data[forward]
    return flows


def goal_values(
    problem: SitingProblem, design: NDArray[np.int64], flows: NDArray[np.int64] | None = None
) -> list[int]:
    """Return the value of each goal, in whole numbers."""
    served = served_flows(problem, capacities(problem, design)) if flows is None else flows
    values = np.concatenate([design, served])
    return [int(goal.costs @ values) for goal in problem.goals]


def plan_without_bounds(problem: SitingProblem, values: NDArray[np.float64]) -> Plan:
    """Check values from a solver of the planner's own and return their plan.

    Nothing is taken on trust: a goal counts as proven only where it meets a value that no plan
    can beat, else its outcome is NO_BOUND.
    """
    design = completed(problem, checked_design(problem, values)[problem.block("pitch")])
    checked_design(problem, design.astype(float))
    reached = goal_values(problem, design)
    records = [
        GoalRecord(float(g.bound), Outcome.PROVEN, 0.0)
        if v == g.bound
        else GoalRecord(float("nan"), Outcome.NO_BOUND, 0.0)
        for g, v in zip(problem.goals, reached, strict=True)
    ]
    return plan_of(problem, design, records)


def plan_of(problem: SitingProblem, design: NDArray[np.int64], records: list[GoalRecord]) -> Plan:
    """Write a plan from a checked design.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    design : numpy.ndarray of int64, shape (designed,)
        Checked and completed.
    records : list of GoalRecord
        One per goal.

    Returns
    -------
    Plan
        Values of the goals are those of this plan; bounds and outcomes those of the searches.
    """
    facts = problem.facts
    flows = served_flows(problem, capacities(problem, design))
    values = goal_values(problem, design, flows)
    pitches = _chosen(problem, design[problem.block("pitch")])
    per_run = np.zeros(len(facts.runs), dtype=np.int64)
    if problem.serving is not None:
        np.add.at(per_run, problem.serving.run, flows)
    spots = _spots(problem, pitches, per_run)
    number = dict(zip(spots["spot_id"], spots["number"], strict=True))
    pitches = pitches.assign(
        spot_id=pitches["run_id"],
        number=pd.Series([number[r] for r in pitches["run_id"]], pitches.index, "int64"),
    ).sort_values(["number", "chainage_m", "pitch_id"], kind="stable", ignore_index=True)
    return Plan(
        pitches=pitches,
        spots=spots,
        goals=_goals(problem, values, records),
        outcome=Outcome.weakest([r.outcome for r in records]),
        vendors=facts.vendors,
        residents=facts.residents,
        season=facts.season,
        crs=facts.crs,
        rules_report=facts.rules_report,
        limits=facts.limits.assign(used=used(facts.limits, pitches)),
        decisions=facts.decisions,
        provenance={**facts.provenance, "problem_sha256": problem.sha256},
    )


def _goals(problem: SitingProblem, values: list[int], records: list[GoalRecord]) -> pd.DataFrame:
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
        )
        for goal, value, record in zip(problem.goals, values, records, strict=True)
    ]
    return pd.DataFrame(rows, columns=GOALS.names)


def _chosen(problem: SitingProblem, counts: NDArray[np.int64]) -> pd.DataFrame:
    """Return the rows of the chosen pitches; of bays that are alike, neighbouring ones."""
    pitches = problem.facts.pitches
    place = {p: k for k, p in enumerate(pitches["pitch_id"])}
    shared = [[place[p] for p in ids] for ids in problem.variables["pitch_ids"].iloc[: len(counts)]]
    at = pitches["chainage_m"].to_numpy(dtype=float)
    taken: list[int] = []
    beside: dict[int, list[float]] = {}
    for column in np.flatnonzero(counts > 0):
        if len(shared[column]) == counts[column]:
            taken += shared[column]
            beside.setdefault(int(problem.run_of_pitch[column]), []).extend(at[shared[column]].tolist())
    for column in np.flatnonzero(counts > 0):
        if len(shared[column]) > counts[column]:
            near = beside.setdefault(int(problem.run_of_pitch[column]), [])
            window = _window(at[shared[column]], int(counts[column]), near)
            taken += shared[column][window : window + int(counts[column])]
            near.extend(at[shared[column][window : window + int(counts[column])]].tolist())
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
            table["district"].fillna("").to_numpy().astype(str),
        )
    )
    table = table.iloc[order].reset_index(drop=True)
    return table.assign(number=np.arange(1, len(table) + 1))[SPOTS.names]
