"""Other plans that are as good, and what each spot is worth, against trying all plans."""

from dataclasses import replace

import numpy as np
import pytest

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting.alternatives import plan_columns
from pitchplan.siting.problem import SitingProblem
from pitchplan.siting.solvers.exhaustive import best_choices, best_values

g, m = pp.goals, pp.limits


def solved(instances, seeds, per_town=2):
    for seed in seeds:
        for problem in (c.problem for c in instances.series(seed, per_town)):
            if isinstance(problem, SitingProblem):
                try:
                    yield problem, problem.solve(time_limit_s=20)
                except pp.NoPlanExists:
                    continue


def all_plans(problem):
    """Return every plan there is, whatever its goals."""
    free = tuple(replace(goal, slack=0.0, costs=goal.costs * 0, offset=0, bound=0) for goal in problem.goals)
    return [problem.completed(c) for c in best_choices(replace(problem, goals=free))[1]]


def kept(problem, values, within):
    return [replace(goal, slack=within).kept(v) for goal, v in zip(problem.goals, values, strict=True)]


@pytest.mark.parametrize("chunk", range(2))
def test_alternatives_are_legal_distinct_as_good_and_as_different_as_can_be(instances, chunk):
    within, seen = 0.2, 0
    for problem, plan in solved(instances, range(300 + 12 * chunk, 312 + 12 * chunk)):
        runs = problem.block("run")
        x = plan_columns(problem, plan)
        bounds = kept(problem, problem.values(x), within)
        others = problem.alternatives(plan, 3, within=within, time_limit_s=20)
        columns = [x, *(plan_columns(problem, o) for o in others)]  # raises for a broken row
        open_ = [tuple(c[runs] > 0) for c in columns]
        assert len(set(open_)) == len(open_)
        for c in columns:
            assert all(a <= v <= b for (a, b), v in zip(bounds, problem.values(c), strict=True))
        legal = [
            p
            for p in all_plans(problem)
            if all(a <= v <= b for (a, b), v in zip(bounds, problem.values(p), strict=True))
        ]
        spots = {tuple(p[runs] > 0) for p in legal}
        assert len(others) == min(3, len(spots) - 1)
        if others:
            most = max(int((np.array(s) != np.array(open_[0])).sum()) for s in spots)
            assert int((np.array(open_[1]) != np.array(open_[0])).sum()) == most
            seen += 1
    assert seen


def test_no_plan_beats_what_an_alternative_says_of_itself(instances):
    for problem, plan in solved(instances, range(330, 350)):
        legal = all_plans(problem)
        for other in problem.alternatives(plan, 2, within=0.3, time_limit_s=20):
            reached = problem.values(plan_columns(problem, other))
            for k, (goal, row) in enumerate(zip(problem.goals, other.goals.itertuples(), strict=True)):
                earlier = problem.goals[:k]
                rivals = [
                    goal.value(p)
                    for p in legal
                    if not any(q.better(v, q.value(p)) for q, v in zip(earlier, reached[:k], strict=True))
                ]
                assert not goal.better(row.value, row.bound), other.goals
                if row.outcome == Outcome.PROVEN:
                    assert not any(goal.better(v, row.value) for v in rivals), other.goals
                if row.outcome == Outcome.WITHIN_GAP:
                    assert row.gap <= 0.3


def test_an_alternative_that_gives_more_up_first_does_not_borrow_the_bound(street):
    """Hosting one vendor less frees a spot: fewer spots than any plan that hosts all can have."""
    problem = street.problem(7, (g.HostVendors(slack=0.0), g.FewestSpots(slack=0.0)))
    plan = problem.solve(time_limit_s=10)
    assert plan.goals["value"].tolist() == [0, 2]
    others = problem.alternatives(plan, 5, within=0.6, time_limit_s=20)
    fewer = [o for o in others if o.goals["value"].iloc[1] < 2]
    assert fewer
    for other in fewer:
        last = other.goals.iloc[1]
        assert last["bound"] <= last["value"]
        assert last["outcome"] != Outcome.WITHIN_GAP or last["gap"] <= 0.6


@pytest.mark.parametrize("within", [-0.1, "much"])
def test_a_share_that_is_none_is_refused(street, within):
    problem = street.problem(5)
    plan = problem.solve(time_limit_s=10)
    with pytest.raises(pp.InputError):
        problem.alternatives(plan, 2, within=within)
    with pytest.raises(pp.InputError, match="not a number of plans"):
        problem.alternatives(plan, 0)


def test_a_plan_of_another_problem_is_refused(street):
    plan = street.problem(9).solve(time_limit_s=10)
    small = street.problem(9, limits=[m.SpotCount(at_most=1)])
    with pytest.raises(pp.InputError, match="not a plan of this problem"):
        small.alternatives(plan)
    with pytest.raises(pp.InputError, match="not a plan of this problem"):
        small.importance(plan)


@pytest.mark.parametrize("chunk", range(3))
def test_importance_is_what_trying_all_without_the_spot_says(instances, chunk):
    seen = 0
    for problem, plan in solved(instances, range(400 + 6 * chunk, 406 + 6 * chunk)):
        table = problem.importance(plan, time_limit_s=30)
        assert sorted(table["spot_id"]) == sorted(plan.spots["spot_id"])
        best = [int(v) for v in plan.goals["sought"]]
        ids = problem.facts.runs["run_id"].tolist()
        for row in table.itertuples():
            upper = problem.upper.copy()
            run = ids.index(row.spot_id)
            upper[problem.block("run").start + run] = 0
            upper[problem.block("pitch")][problem.run_of_pitch == run] = 0
            try:
                without, _ = best_values(replace(problem, upper=upper))
            except pp.NoPlanExists:
                assert (row.goal, row.loss) == ("every", np.inf)
                continue
            worse = [
                (goal.name, abs(a - b))
                for goal, a, b in zip(problem.goals, without, best, strict=True)
                if goal.better(b, a)
            ]
            # A goal is worse only while those before are as good as ever.
            first = next((k for k, (a, b) in enumerate(zip(without, best, strict=True)) if a != b), None)
            if first is not None and problem.goals[first].better(best[first], without[first]):
                assert (row.goal, row.loss) == worse[0]
                seen += 1
            elif first is None:
                assert (row.goal, row.loss) == ("", 0.0)
    assert seen
