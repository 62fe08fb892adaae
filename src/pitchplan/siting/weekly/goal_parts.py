"""Each goal of a season as a sum over its weeks, with the columns and rows it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, kron

from pitchplan.errors import Fault, InputError
from pitchplan.siting import goals as g
from pitchplan.siting.follow import Covered, Served, Serving
from pitchplan.siting.model.draft import GoalPart
from pitchplan.siting.model.goal_parts import last_runs
from pitchplan.walking.groups import grouped

if TYPE_CHECKING:
    from pitchplan.siting.model.draft import Block
    from pitchplan.siting.weekly.program import Writer
    from pitchplan.walking.groups import Groups

__all__ = ["weekly_goal"]


def weekly_goal(goal: g.Goal, writer: Writer) -> GoalPart:
    """Write the columns and rows that a goal needs, and return its sum over the weeks.

    Parameters
    ----------
    goal : goal
        One of `pitchplan.goals`.
    writer : Writer
        Gets them.

    Raises
    ------
    InputError
        The goal is not defined week by week.
    """
    if isinstance(goal, g.HostVendors):
        costs = np.zeros(writer.shortfall.size, dtype=np.int64)
        costs[writer.first_missing :] = 1
        return GoalPart("least", ((writer.shortfall, costs),), 0, whole=int(writer.vendors.sum()))
    if isinstance(goal, g.CoverResidents):
        return _cover(writer, goal)
    if isinstance(goal, g.KeepTrafficClear):
        return _traffic(writer)
    runs = np.zeros(writer.run.size, dtype=np.int64)
    if isinstance(goal, g.FewestSpots):
        runs[: writer.first_open] = 1
        return GoalPart("least", ((writer.run, runs),), 0)
    if isinstance(goal, g.StayClose):
        was, lost = last_runs(goal, writer.base.facts.statement.ground)
        runs[: writer.first_open] = np.where(was, -1, 1)
        return GoalPart("least", ((writer.run, runs),), lost, int(was.sum()) + lost)
    fix = "Use HostVendors, CoverResidents, KeepTrafficClear, FewestSpots and StayClose for weeks"
    raise InputError(Fault("a goal that is not defined week by week", fix, "goals", value=goal.name))


def _traffic(writer: Writer) -> GoalPart:
    pitch = np.zeros(writer.pitch.size, dtype=np.int64)
    pitch[writer.first_cell :] = np.repeat(
        writer.costs.per_pitch[writer.base.first_of_column][writer.cells], writer.weeks
    )
    run = np.zeros(writer.run.size, dtype=np.int64)
    run[writer.first_open :] = np.repeat(writer.costs.per_run[writer.runs], writer.weeks)
    street = np.repeat(writer.costs.per_street, writer.weeks)
    change = np.full(writer.change.size, writer.change_cost, dtype=np.int64)
    costs = ((writer.pitch, pitch), (writer.run, run), (writer.street, street), (writer.change, change))
    return GoalPart("least", costs, 0)


def _cover(writer: Writer, goal: g.CoverResidents) -> GoalPart:
    groups = _groups(writer, goal.within_m)
    weeks, people = writer.weeks, groups.residents
    if goal.per_pitch is None:
        reach = csr_array(kron(groups.reach.astype(np.int64), np.eye(weeks, dtype=np.int64), format="csr"))
        each = np.repeat(people, weeks)
        covered = writer.draft.block("covered", each, late=True)
        near, row = reach.tocoo(), np.arange(len(each))
        writer.draft.rows(
            "covered-by-open-runs",
            [
                (covered, row, row, 1),
                (writer.run, near.row, writer.first_open + near.col, -each[near.row]),
            ],
            upper=0,
            count=len(each),
            defines=covered,
        )
        writer.draft.follow(lambda: Covered(covered.columns, writer.open_weeks, reach, each))
        most = int(people.sum()) * weeks
        return GoalPart("most", ((covered, np.ones(covered.size, np.int64)),), most)
    pairs = groups.reach.tocoo()
    week = np.arange(weeks)
    group = (pairs.row[:, None] * weeks + week).ravel()
    run = (pairs.col[:, None] * weeks + week).ravel()
    order = np.lexsort((run, group))
    serving = Serving(np.repeat(people, weeks), group[order], run[order], goal.per_pitch)
    served = _served(writer, serving)
    each_week = np.minimum(int(people.sum()), goal.per_pitch * writer.vendors.sum(axis=0))
    return GoalPart("most", ((served, np.ones(served.size, np.int64)),), int(each_week.sum()))


def _groups(writer: Writer, within_m: float) -> Groups:
    """Merge residents who can walk to the same of the runs that may be used."""
    walks = writer.base.facts.statement.ground.walks(within_m)
    place = np.full(walks.runs, -1, dtype=np.int64)
    place[writer.runs] = np.arange(len(writer.runs))
    near = place[walks.run] >= 0
    some = replace(
        walks,
        point=walks.point[near],
        run=place[walks.run[near]],
        metres=walks.metres[near],
        runs=len(writer.runs),
    )
    return grouped(some)


def _served(writer: Writer, serving: Serving) -> Block:
    assert serving.per_pitch is not None
    served = writer.draft.block("served", serving.residents[serving.group], late=True)
    pair = np.arange(served.size)
    cell, week = np.divmod(np.arange(len(writer.cells) * writer.weeks), writer.weeks)
    at_run = writer.run_of_cell[cell] * writer.weeks + week
    rooms = len(writer.runs) * writer.weeks
    writer.draft.rows(
        "serve-within-capacity",
        [
            (served, serving.run, pair, 1),
            (writer.pitch, at_run, writer.first_cell + np.arange(len(cell)), -serving.per_pitch),
        ],
        upper=0,
        count=rooms,
        defines=served,
    )
    writer.draft.rows(
        "serve-once",
        [(served, serving.group, pair, 1)],
        upper=serving.residents,
        count=len(serving.residents),
        defines=served,
    )

    def follower() -> Served:
        n = max(b.columns.stop for b in writer.draft.blocks)
        each = np.full(len(cell), serving.per_pitch, dtype=np.int64)
        columns = writer.pitch.start + writer.first_cell + np.arange(len(cell))
        return Served(served.columns, serving, csr_array((each, (at_run, columns)), shape=(rooms, n)))

    writer.draft.follow(follower)
    return served
