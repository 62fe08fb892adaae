"""Each goal as a sum of whole numbers over columns, with the columns and rows it needs."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from pitchplan.errors import Fault, InputError
from pitchplan.siting import goals as g
from pitchplan.siting.follow import Assigned, Covered, Fair, Farthest, Kept, Served, Serving, Spread
from pitchplan.siting.model.coverage import coverage_parts
from pitchplan.siting.model.draft import GoalPart
from pitchplan.siting.model.levels import farthest_rows, nested_rows
from pitchplan.walking.groups import grouped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.model.base import Base
    from pitchplan.siting.model.draft import Block, Draft
    from pitchplan.siting.model.ground import Ground
    from pitchplan.walking.groups import Groups

__all__ = ["covered_block", "goal_part", "last_runs"]

_MOST_PART = 2**53


@singledispatch
def goal_part(goal: g.Goal, draft: Draft, base: Base) -> GoalPart:
    """Write the columns and rows a goal needs and return its sum.

    Parameters
    ----------
    goal : goal
        One of `pitchplan.goals`.
    draft : Draft
        Gets them.
    base : Base
        The columns there are.

    Returns
    -------
    GoalPart
        Coefficients per block.
    """
    raise InputError(Fault("not a goal", "Use goals.HostVendors() and the like", "goals", value=goal))


@goal_part.register(g.HostVendors)
def _host_vendors(goal: g.HostVendors, draft: Draft, base: Base) -> GoalPart:
    ones = np.ones(base.shortfall.size, dtype=np.int64)
    return GoalPart("least", ((base.shortfall, ones),), 0, whole=base.ground.vendors.total)


@goal_part.register(g.CoverResidents)
def _cover_residents(goal: g.CoverResidents, draft: Draft, base: Base) -> GoalPart:
    groups = grouped(base.ground.walks(goal.within_m))
    _check_people(goal, groups)
    if goal.per_pitch is None:
        covered = covered_block(draft, base, draft.grouped(base.ground.walks(goal.within_m)))
        return GoalPart("most", ((covered, np.ones(covered.size, np.int64)),), int(groups.residents.sum()))
    pairs = groups.reach.tocoo()
    serving = Serving(groups.residents, pairs.row, pairs.col, goal.per_pitch)
    served = _served_block(draft, base, serving)
    most = min(int(groups.residents.sum()), goal.per_pitch * base.ground.vendors.total)
    return GoalPart("most", ((served, np.ones(served.size, np.int64)),), most)


def _check_people(goal: g.Goal, groups: Groups) -> None:
    if int(groups.residents.sum()) > 2**31 - 1:
        raise InputError(
            Fault("too many residents to count", "At most 2,147,483,647", "goals", goal.name, "residents")
        )


def _served_block(draft: Draft, base: Base, serving: Serving) -> Block:
    """Let a spot serve what its pitches can, and each resident be served once."""
    assert serving.per_pitch is not None
    served = draft.block("served", serving.residents[serving.group], late=True)
    pair, bay = np.arange(served.size), np.arange(base.pitch.size)
    draft.rows(
        "serve-within-capacity",
        [(served, serving.run, pair, 1), (base.pitch, base.bays.run, bay, -serving.per_pitch)],
        upper=0,
        count=base.run.size,
        defines=served,
    )
    draft.rows(
        "serve-once",
        [(served, serving.group, pair, 1)],
        upper=serving.residents,
        count=len(serving.residents),
        defines=served,
    )

    def follower() -> Served:
        n = max(b.columns.stop for b in draft.blocks)
        each = np.full(base.pitch.size, serving.per_pitch, dtype=np.int64)
        at = (base.bays.run, np.arange(base.pitch.size) + base.pitch.start)
        return Served(served.columns, serving, csr_array((each, at), shape=(base.run.size, n)))

    draft.follow(follower)
    return served


def covered_block(draft: Draft, base: Base, groups: Groups) -> Block:
    """Count the residents of a group if a run in reach is open; the same groups share their columns."""
    for block, known in draft.shared:
        if known is groups:
            return block
    covered = draft.block("covered", groups.residents, late=True)
    draft.rows(
        f"{covered.kind}-by-open-runs",
        coverage_parts(base.run, covered, groups.reach, groups.residents),
        upper=0,
        count=covered.size,
        defines=covered,
    )
    draft.follow(lambda: Covered(covered.columns, base.run.columns, groups.reach, groups.residents))
    draft.shared.append((covered, groups))
    return covered


@goal_part.register(g.ShortestWalk)
def _shortest_walk(goal: g.ShortestWalk, draft: Draft, base: Base) -> GoalPart:
    beyond = int(np.floor(goal.beyond_m))
    walks = base.ground.walks(float(beyond))
    point, order = np.unique(walks.point, return_inverse=True)
    people = walks.residents[point]
    sort = np.lexsort((walks.run, walks.metres, order))
    group, run, metres = order[sort], walks.run[sort], walks.metres[sort]
    pairs = len(group)
    if int(people.sum()) * beyond > _MOST_PART:
        raise InputError(
            Fault("too many person-metres to add up", "Take a shorter beyond_m", "goals", goal.name)
        )
    walk = draft.block("walk", np.ones(pairs + len(point)), late=True)
    k, each = np.arange(pairs), np.arange(len(point))
    draft.rows(
        "walk-once",
        [(walk, group, k, 1), (walk, each, pairs + each, 1)],
        lower=1,
        upper=1,
        count=len(point),
        defines=walk,
    )
    draft.rows("walk-to-open", [(walk, k, k, 1), (base.run, k, run, -1)], upper=0, count=pairs, defines=walk)
    draft.follow(lambda: Assigned(walk.columns, base.run.columns, group, run, len(point)))
    lost = int(walks.residents.sum() - people.sum())
    costs = np.append(people[group] * metres, people * beyond)
    nearest = np.full(len(point), beyond, dtype=np.int64)
    np.minimum.at(nearest, group, metres)
    return GoalPart("least", ((walk, costs),), int(people @ nearest) + lost * beyond, lost * beyond)


@goal_part.register(g.ShortestFarthestWalk)
def _shortest_farthest_walk(goal: g.ShortestFarthestWalk, draft: Draft, base: Base) -> GoalPart:
    upto = int(np.floor(goal.beyond_m))
    walks = base.ground.walks(float(upto))
    points, group = np.unique(walks.point, return_inverse=True)
    steps = -(-walks.metres // goal.step_m) * goal.step_m
    beyond = -(-upto // goal.step_m) * goal.step_m
    levels = np.unique(np.append(steps, beyond))
    level = np.searchsorted(levels, steps)
    farthest = draft.block("farthest", np.ones(len(levels) - 1))
    farthest_rows(draft, base.run, farthest, group, walks.run, level, len(points))
    draft.follow(lambda: Farthest(farthest.columns, base.run.columns, group, walks.run, level, len(points)))
    nearest = np.full(len(points), len(levels) - 1)
    np.minimum.at(nearest, group, level)
    bound = int(levels[nearest.max(initial=0)])
    return GoalPart("least", ((farthest, np.diff(levels)),), bound, int(levels[0]))


@goal_part.register(g.FairShare)
def _fair_share(goal: g.FairShare, draft: Draft, base: Base) -> GoalPart:
    groups = draft.grouped(base.ground.walks(goal.within_m))
    covered = covered_block(draft, base, groups)
    named = np.array([name != "" for name in groups.communities], dtype=bool)
    mine = np.flatnonzero(named[groups.community])
    present, place = np.unique(groups.community[mine], return_inverse=True)
    people = np.bincount(place, groups.residents[mine], minlength=len(present)).astype(np.int64)
    community = np.full(covered.size, len(people), dtype=np.int64)
    community[mine] = place
    fair = draft.block("fair", [1000])
    communities = np.arange(len(people))
    draft.rows(
        "fair-share",
        [
            (covered, place, mine, 1000),
            (fair, communities, np.zeros(len(people), np.int64), -people),
        ],
        lower=0,
        count=len(people),
        defines=fair,
    )
    draft.follow(lambda: Fair(fair.columns, covered.columns, community, people))
    return GoalPart("most", ((fair, np.ones(1, np.int64)),), 1000)


@goal_part.register(g.KeepTrafficClear)
def _keep_traffic_clear(goal: g.KeepTrafficClear, draft: Draft, base: Base) -> GoalPart:
    costs = base.ground.costs
    return GoalPart(
        "least",
        ((base.pitch, base.pitch_cost), (base.run, costs.per_run), (base.street, costs.per_street)),
        0,
    )


@goal_part.register(g.FewestSpots)
def _fewest_spots(goal: g.FewestSpots, draft: Draft, base: Base) -> GoalPart:
    return GoalPart("least", ((base.run, np.ones(base.run.size, np.int64)),), 0)


@goal_part.register(g.SpreadOut)
def _spread_out(goal: g.SpreadOut, draft: Draft, base: Base) -> GoalPart:
    upto = int(np.floor(goal.upto_m))
    first, second, gap = base.ground.run_pairs(float(upto))
    metres = np.floor(gap).astype(np.int64)
    levels = np.unique(np.append(metres[metres > 0], upto))
    level = np.searchsorted(levels, metres, side="right")
    spread = draft.block("spread", np.ones(len(levels)))
    row = np.arange(len(first))
    draft.rows(
        "spots-apart",
        [(base.run, row, first, 1), (base.run, row, second, 1), (spread, row, level, 1)],
        upper=2,
        count=len(first),
        defines=spread,
    )
    nested_rows(draft, spread)
    draft.follow(lambda: Spread(spread.columns, base.run.columns, first, second, level))
    return GoalPart("most", ((spread, np.diff(levels, prepend=0)),), upto)


@goal_part.register(g.StayClose)
def _stay_close(goal: g.StayClose, draft: Draft, base: Base) -> GoalPart:
    was, lost = last_runs(goal, base.ground)
    costs = np.where(was, -1, 1).astype(np.int64)
    return GoalPart("least", ((base.run, costs),), lost, int(was.sum()) + lost)


@goal_part.register(g.KeepPitches)
def _keep_pitches(goal: g.KeepPitches, draft: Draft, base: Base) -> GoalPart:
    ids = set(goal.last.pitches["pitch_id"].astype(str))
    there = base.ground.pitches["pitch_id"].isin(ids).to_numpy()
    had = np.bincount(base.bays.column[there], minlength=base.pitch.size).astype(np.int64)
    had = np.minimum(had, base.pitch.upper.astype(np.int64))
    some = np.flatnonzero(had)
    kept = draft.block("kept", had[some])
    row = np.arange(len(some))
    draft.rows(
        "kept-pitches",
        [(kept, row, row, 1), (base.pitch, row, some, -1)],
        upper=0,
        count=len(some),
        defines=kept,
    )
    draft.follow(lambda: Kept(kept.columns, base.pitch.columns, some, had[some]))
    lost = len(ids) - int(had.sum())
    return GoalPart("least", ((kept, np.full(kept.size, -1, dtype=np.int64)),), lost, len(ids))


def last_runs(goal: g.StayClose, ground: Ground) -> tuple[NDArray[np.bool_], int]:
    """Return which runs the last plan used, and how many of its spots have no run any more."""
    runs, pitches = ground.runs, ground.pitches
    has_pitch = np.zeros(len(runs), dtype=bool)
    has_pitch[ground.run_of] = True
    place = {r: k for k, r in enumerate(runs["run_id"])}
    at = pitches[["x_m", "y_m"]].to_numpy(dtype=float)
    was, lost = np.zeros(len(runs), dtype=bool), 0
    spots = goal.spots.assign(spot_id=goal.spots["spot_id"].astype(str)).sort_values("spot_id")
    for ident, x, y in zip(spots["spot_id"], spots["x_m"], spots["y_m"], strict=True):
        run = place.get(ident, -1)
        if run < 0 or not has_pitch[run]:
            gap = np.hypot(at[:, 0] - float(x), at[:, 1] - float(y)) if len(at) else np.zeros(0)
            near = int(gap.argmin()) if len(gap) else -1
            run = int(ground.run_of[near]) if near >= 0 and gap[near] <= goal.within_m else -1
        if run < 0 or was[run]:
            lost += 1
        else:
            was[run] = True
    return was, lost


@goal_part.register(g.Weighted)
def _weighted(goal: g.Weighted, draft: Draft, base: Base) -> GoalPart:
    costs: list[tuple[Block, NDArray[np.int64]]] = []
    bound = offset = 0
    for part, weight in goal.parts:
        written = goal_part(part, draft, base)
        sign = weight if written.sense == "least" else -weight
        costs += [(block, sign * values) for block, values in written.costs]
        bound += sign * written.bound
        offset += sign * written.offset
    return GoalPart("least", tuple(costs), bound, offset)
