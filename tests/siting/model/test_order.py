"""The order of rows and the letters of ids change nothing but the names."""

from dataclasses import fields, replace
from types import SimpleNamespace

import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.plan import Outcome

from . import hand

LAYERS, TABLES = ("communities", "buildings", "centrelines"), ("pitches", "runs", "clashes", "limits")
IDS = [
    *("run_id", "pitch_id", "pitch_a", "pitch_b", "street_id", "street", "spot_id"),
    *("community_id", "district", "group"),
]
# Names as planners write them: one differs from the next by a mark, a blank or a quote.
NAMES = ("泉城路-1", "泉城路_1", "泉城路 1", "泉城路-10", "经十路·东", "a'\"<&>%{}")


def stated(case):
    try:
        return pp.siting_problem(
            case.found,
            case.city,
            vendors=case.vendors,
            goals=case.goals,
            limits=case.limits,
            decisions=case.decisions,
            detour=case.detour,
        )
    except pp.NoPlanExists as none:
        return none


def changed_goal(goal, change):
    """Return a goal with a change made to the table it holds."""
    if isinstance(goal, pp.goals.StayClose):
        return replace(goal, last=change(goal.last))
    if isinstance(goal, pp.goals.KeepPitches):
        return replace(goal, last=SimpleNamespace(pitches=change(goal.last.pitches)))
    if isinstance(goal, pp.goals.Weighted):
        return replace(goal, parts=tuple((changed_goal(part, change), w) for part, w in goal.parts))
    return goal


def changed(case, change):
    """Return a case with a change made to each of its tables."""
    city = replace(case.city, **{name: change(getattr(case.city, name)) for name in LAYERS})
    found = replace(case.found, **{name: change(getattr(case.found, name)) for name in TABLES})
    goals = tuple(changed_goal(goal, change) for goal in case.goals)
    decisions = None if case.decisions is None else change(case.decisions)
    return replace(case, city=city, found=found, goals=goals, decisions=decisions)


def shuffled(case, seed):
    mixed = changed(case, lambda table: table.sample(frac=1, random_state=seed))
    vendors = case.vendors
    return replace(mixed, vendors=dict(reversed(vendors.items())) if isinstance(vendors, dict) else vendors)


def test_the_order_of_rows_changes_no_array(instances):
    problems = 0
    for seed in range(25):
        for number, case in enumerate(instances.series(seed, 2)):
            one, two = stated(case), stated(shuffled(case, seed))
            assert type(one) is type(two), (seed, number)
            if isinstance(one, pp.NoPlanExists):
                assert str(one) == str(two)
                continue
            problems += 1
            assert one.sha256 == two.sha256, (seed, number)
            pd.testing.assert_frame_equal(one.facts.limits, two.facts.limits)
            pd.testing.assert_frame_equal(one.variables, two.variables)
    assert problems > 35


def test_the_order_of_rows_changes_no_plan(district, instances):
    city, found = district
    case = instances.Case(city, found, 12, None, 1.3, pp.goals.default_goals(), (), None)
    first, second = (stated(c).solve(time_limit_s=60) for c in (case, shuffled(case, 1)))
    assert first.outcome == Outcome.PROVEN
    pd.testing.assert_frame_equal(first.pitches, second.pitches)
    pd.testing.assert_frame_equal(first.spots, second.spots)


def test_what_is_given_is_not_changed(instances):
    case = instances.series(3, 1)[0]
    case = replace(case, limits=())
    tables = [*(getattr(case.city, n) for n in LAYERS), *(getattr(case.found, n) for n in TABLES)]
    before = [table.copy() for table in tables]
    stated(case).solve(time_limit_s=10)
    for table, was in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, was)


def chinese_names(case, *, backwards):
    """Give every id another name: ascending as the old ones, or runs and streets the other way round."""
    names, areas = {}, case.city.communities
    # Communities keep their order: whoever lives on a border is told to the first of the two.
    for ids, turned in (
        (case.found.runs["run_id"], backwards),
        ([*case.city.centrelines["street_id"], "Q0"], backwards),
        (areas["community_id"], False),
        (areas["district"], False),
    ):
        old = sorted(set(ids))
        names.update(zip(old, sorted(NAMES[: len(old)], reverse=turned), strict=True))
    pitches = case.found.pitches["pitch_id"]
    return names | {p: f"{names[p.split('-')[0]]} {p.split('-')[1]}" for p in pitches}


def renamed(case, names):
    def word(value):
        if isinstance(value, list):
            return [word(v) for v in value]
        return names.get(value, value) if isinstance(value, str) else value

    def table(frame):
        return frame.assign(**{c: [word(v) for v in frame[c]] for c in IDS if c in frame})

    limits = [
        replace(limit, **{f.name: word(getattr(limit, f.name)) for f in fields(limit)})
        for limit in case.limits
    ]
    return replace(changed(case, table), limits=tuple(limits))


def values(problem):
    try:
        return None if isinstance(problem, pp.NoPlanExists) else problem.solve().goals["sought"].tolist()
    except pp.NoPlanExists:
        return None


@pytest.mark.parametrize("seed", range(30))
def test_chinese_ids_change_no_value(instances, seed):
    case = instances.series(seed, 1)[0]
    same = chinese_names(case, backwards=False)
    plain, chinese = stated(case), stated(renamed(case, same))
    other = stated(renamed(case, chinese_names(case, backwards=True)))
    assert values(plain) == values(chinese) == values(other)
    if isinstance(plain, pp.SitingProblem):
        # Names apart, the arrays are the same where ids ascend in the same order.
        for one, two in zip(plain.rows, chinese.rows, strict=True):
            assert (one.matrix != two.matrix).nnz == 0
            assert one.lower.tolist() == two.lower.tolist()
            assert one.upper.tolist() == two.upper.tolist()
        assert [g.costs.tolist() for g in plain.goals] == [g.costs.tolist() for g in chinese.goals]
        assert chinese.variables["run_id"].tolist() == [same.get(r, "") for r in plain.variables["run_id"]]


def test_ids_that_differ_by_a_mark_are_kept_apart():
    names = {"A": "泉城路-1", "B": "泉城路_1", "C": "泉城路 1", "S0": "泉城路-1", "S1": "泉城路 1"}

    def table(frame):
        return frame.assign(
            **{c: frame[c].map(lambda v: names.get(v, v)) for c in ("run_id", "street_id") if c in frame}
        )

    places, town = hand.found(), hand.city()
    problem = hand.problem(
        of_city=replace(town, centrelines=table(town.centrelines)),
        of_found=replace(places, pitches=table(places.pitches), runs=table(places.runs)),
        limits=[pp.limits.Quota("run_id", names[run], 0, most) for most, run in enumerate("ABC")],
        vendors=9,
    )
    assert hand.solved(problem) == ({"泉城路_1": 1, "泉城路 1": 2}, 6)
    assert problem.facts.street_ids == ("泉城路 1", "泉城路-1")
