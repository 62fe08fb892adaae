"""What must not change, or must change one way only, when a problem is changed a little."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.siting.alternatives import plan_columns
from pitchplan.siting.problem import SitingProblem
from pitchplan.siting.solvers.exhaustive import best_choices

g, m = pp.goals, pp.limits
# Whom the others count depends on which runs are legal: one candidate more may add residents to serve.
LOCAL = (g.HostVendors, g.CoverResidents, g.KeepTrafficClear, g.FewestSpots, g.SpreadOut)


def problems(instances, seeds, per_town=2):
    return [
        p.problem
        for s in seeds
        for p in instances.series(s, per_town)
        if isinstance(p.problem, SitingProblem)
    ]


def first_value(make):
    """Return the best of the first goal, less is better; infinite where no plan exists."""
    try:
        problem = make()
        value = problem.solve(time_limit_s=20).goals["sought"].iloc[0]
    except pp.NoPlanExists:
        return np.inf
    return value if problem.goals[0].sense == "least" else -value


def best(problem):
    try:
        plan = problem.solve(time_limit_s=20)
    except pp.NoPlanExists:
        return None, None
    return plan, plan.goals["sought"].tolist()


def slackless(problem):
    return replace(problem, goals=tuple(replace(row, slack=0.0) for row in problem.goals))


def without_a_pitch(found, random):
    """Take one candidate away, and its run where it was the only one."""
    gone = str(random.choice(found.pitches["pitch_id"]))
    pitches = found.pitches[found.pitches["pitch_id"] != gone].reset_index(drop=True)
    room = pitches["run_id"].value_counts()
    runs = found.runs[found.runs["run_id"].isin(room.index)].reset_index(drop=True)
    clashes = found.clashes[~(found.clashes[["pitch_a", "pitch_b"]] == gone).any(axis=1)]
    runs = runs.assign(room=runs["run_id"].map(room).astype(int))
    return replace(found, pitches=pitches, runs=runs, clashes=clashes.reset_index(drop=True))


@pytest.mark.parametrize("chunk", range(2))
def test_one_candidate_more_is_never_worse_in_the_first_goal(instances, chunk):
    seen = 0
    for seed in range(700 + 20 * chunk, 720 + 20 * chunk):
        random = np.random.default_rng(seed)
        city, found = instances.town(seed)
        fewer = without_a_pitch(found, random)
        goals = [q for q in instances.some_goals(random, found, 4) if isinstance(q, LOCAL)][:1]
        limits = instances.some_limits(random, city, fewer) if len(fewer.pitches) else []
        if not goals or len(fewer.pitches) == 0:
            continue
        given = {"vendors": int(random.integers(1, 9)), "goals": goals, "limits": limits}
        more = first_value(partial(pp.siting_problem, found, city, **given))
        less = first_value(partial(pp.siting_problem, fewer, city, **given))
        assert more <= less, (seed, goals, limits)
        seen += more < less
    assert seen


def tighter(limit):
    """Return limits that ask for a little more than one does."""
    if isinstance(limit, m.ServeShare):
        return [replace(limit, at_least=min(1.0, limit.at_least + 0.2))]
    if isinstance(limit, m.Spacing):
        return [replace(limit, distance_m=limit.distance_m + 40)]
    if isinstance(limit, m.KerbShare):
        return [replace(limit, at_most=limit.at_most / 2)]
    if isinstance(limit, m.ObstructionBudget):
        return [replace(limit, at_most=limit.at_most // 3)]
    if isinstance(limit, m.QuotaByResidents):
        return [replace(limit, at_most=max(limit.at_least, 0.8 * limit.at_most))]
    if isinstance(limit, m.Quota | m.SpotSize | m.SpotCount):
        found = []
        if limit.at_most is None or limit.at_least < limit.at_most:
            found.append(replace(limit, at_least=limit.at_least + 1))
        if limit.at_most is not None and limit.at_least < limit.at_most and limit.at_most > 1:
            found.append(replace(limit, at_most=limit.at_most - 1))
        return found
    return []


@pytest.mark.parametrize("chunk", range(2))
def test_a_tighter_limit_is_never_better(instances, chunk):
    seen = 0
    for problem in problems(instances, range(750 + 20 * chunk, 770 + 20 * chunk)):
        statement = problem.facts.statement
        before = first_value(lambda problem=problem: problem)
        for k, limit in enumerate(statement.limits):
            for other in tighter(limit):
                limits = (*statement.limits[:k], other, *statement.limits[k + 1 :])
                after = first_value(replace(statement, limits=limits).problem)
                assert after >= before, (limit, other)
                seen += after > before
    assert seen


def moved(town, by_m, mark):
    """Move a town east and rename all that is in it."""
    city, found = town
    ids = ["community_id", "building_id", "district", "street_id", "street", "run_id", "pitch_id"]

    def shifted(frame):
        frame = frame.copy()
        for column in (*ids, "pitch_a", "pitch_b"):
            if column in frame:
                frame[column] = frame[column].astype(str) + mark
        if "x_m" in frame:
            frame["x_m"] += by_m
        if "geometry" in frame:
            frame["geometry"] = frame.geometry.translate(by_m)
        return frame

    return (
        replace(city, **{k: shifted(getattr(city, k)) for k in ("communities", "buildings", "centrelines")}),
        replace(found, **{k: shifted(getattr(found, k)) for k in ("pitches", "runs", "clashes")}),
    )


def together(one, two):
    def both(a, b):
        return pd.concat([a, b], ignore_index=True) if len(a) and len(b) else (a if len(a) else b)

    (city, found), (other, others) = one, two
    parts = ("communities", "buildings", "centrelines")
    return (
        replace(city, **{k: both(getattr(city, k), getattr(other, k)) for k in parts}),
        replace(
            found, **{k: both(getattr(found, k), getattr(others, k)) for k in ("pitches", "runs", "clashes")}
        ),
    )


@pytest.mark.parametrize(
    "goal",
    [
        g.KeepTrafficClear(),
        g.FewestSpots(),
        g.CoverResidents(120.0, None),
        g.CoverResidents(120.0, 4),
        g.ShortestWalk(300.0),
    ],
)
def test_two_cities_far_apart_add_up(instances, goal):
    for seed in range(800, 806):
        one, two = instances.town(seed), moved(instances.town(seed + 50), 20_000.0, "-east")
        empty = one[1].limits.iloc[:0]
        one, two = ((city, replace(found, limits=empty)) for city, found in (one, two))
        both = together(one, two)
        values, vendors = [], 40
        for city, found in (one, two, both):
            goals = (g.HostVendors(slack=0.0), replace(goal, slack=0.0))
            problem = pp.siting_problem(found, city, vendors=vendors, goals=goals, detour=1.0)
            plan, sought = best(problem)
            values.append((len(plan.pitches), sought[1]))
        assert values[2] == (values[0][0] + values[1][0], values[0][1] + values[1][1]), seed


def test_keeping_a_chosen_spot_and_forbidding_an_unused_place_change_nothing(instances):
    kept = forbidden = 0
    for problem in map(slackless, problems(instances, range(850, 875))):
        plan, values = best(problem)
        if plan is None:
            continue
        x, runs = plan_columns(problem, plan), problem.block("run")
        for run in range(runs.start, runs.stop):
            if x[run]:
                other = problem.with_rows("keep it", {run: 1}, at_least=1)
                kept += 1
            else:
                other = problem.with_rows("not there", {run: 1}, at_most=0)
                forbidden += 1
            again, reached = best(other)
            assert reached == values == again.goals["value"].tolist()
    assert kept > 20
    assert forbidden > 20


def test_a_committee_that_keeps_what_is_chosen_changes_nothing(street, hand):
    plan = street.problem(6).solve(time_limit_s=10)
    rows = [hand.decision(street, "keep", run, k) for k, run in enumerate(plan.spots["spot_id"])]
    again = street.problem(6, decisions=pd.DataFrame(rows)).solve(time_limit_s=10)
    assert again.goals["sought"].tolist() == plan.goals["sought"].tolist()
    unused = sorted(set(street.found.runs["run_id"]) - set(plan.spots["spot_id"]))
    rows = [hand.decision(street, "forbid", run, k) for k, run in enumerate(unused)]
    again = street.problem(6, decisions=pd.DataFrame(rows)).solve(time_limit_s=10)
    assert again.goals["sought"].tolist() == plan.goals["sought"].tolist()


def test_twice_the_weights_change_nothing_but_the_scale(instances):
    seen = 0
    for problem in problems(instances, range(880, 900), 1):
        parts = ((g.CoverResidents(250.0, None), 3), (g.KeepTrafficClear(), 1), (g.FewestSpots(), 40))
        statement = problem.facts.statement
        once, twice = (
            replace(statement, goals=(g.Weighted(tuple((q, k * w) for q, w in parts), slack=0.0),)).problem()
            for k in (1, 2)
        )
        plan, values = best(once)
        if plan is None:
            continue
        other, doubled = best(twice)
        assert doubled == [2 * v for v in values]
        assert (best_choices(once)[1] == best_choices(twice)[1]).all()
        assert other.goals["bound"].tolist() == [2 * v for v in plan.goals["bound"]]
        seen += 1
    assert seen > 5
