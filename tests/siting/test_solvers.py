"""Three solvers that share no step must agree, on problems small enough to try every plan."""

import time
from dataclasses import replace

import numpy as np
import pulp
import pytest
from pitchplan.siting.cuts import separate

from pitchplan.errors import NonePlanFound, NoPlanExists, SolverLied
from pitchplan.plan import Outcome
from pitchplan.siting import coverage, solve
from pitchplan.siting.assemble import checked_design, completed, goal_values
from pitchplan.siting.model import siting_problem
from pitchplan.siting.solvers.exhaustive import best_values
from pitchplan.siting.solvers.highs import Answer


def cbc(lp):
    lp.solve(pulp.PULP_CBC_CMD(msg=False))
    return lp


@pytest.mark.parametrize("seed", range(48))
def test_highs_cbc_and_trying_all_agree_on_every_goal(tiny, seed):
    problem = tiny(seed)
    try:
        best, _ = best_values(problem)
    except NoPlanExists:
        with pytest.raises(NoPlanExists):
            problem.solve(time_limit_s=20)
        with pytest.raises(NoPlanExists):
            problem.plan_from(cbc(problem.to_pulp()))
        return
    plan = problem.solve(time_limit_s=20)
    assert plan.goals["sought"].tolist() == best
    assert plan.outcome == Outcome.PROVEN
    assert (plan.goals["bound"] == plan.goals["sought"]).all()
    for stage, value in enumerate(best):
        lp = cbc(problem.to_pulp(stage, reached=best[:stage]))
        mine = problem.plan_from(lp)
        assert mine.goals["value"].iloc[stage] == value
        assert round(pulp.value(lp.objective) or 0) == value


@pytest.mark.parametrize("seed", range(30))
def test_a_row_found_for_served_residents_holds_for_every_plan(tiny, seed):
    problem = tiny(seed)
    bays = problem.block("pitch")
    random = np.random.default_rng(seed)
    top = problem.upper[bays].astype(int)
    plans = [completed(problem, random.integers(0, top + 1)) for _ in range(40)]
    point = random.uniform(0, 1, problem.designed) * problem.upper[: problem.designed]
    for cut in [*separate(problem, point), *separate(problem, plans[0].astype(float))]:
        for design in plans:
            assert goal_values(problem, design)[1] <= cut.constant + cut.coefficients @ design + 1e-6
    tight = min(c.constant + c.coefficients @ plans[0] for c in separate(problem, plans[0].astype(float)))
    assert tight == pytest.approx(goal_values(problem, plans[0])[1], abs=1e-6)


def test_a_fake_answer_is_found_out(tiny, monkeypatch):
    problem = tiny(4, vendors=50)
    full = np.zeros(problem.designed)
    full[problem.block("pitch")] = problem.upper[problem.block("pitch")] + 1
    with pytest.raises(SolverLied, match="outside its bounds"):
        checked_design(problem, full)
    with pytest.raises(SolverLied, match="whole"):
        checked_design(problem, np.full(problem.designed, 0.4))
    with pytest.raises(SolverLied, match="'vendors'"):
        checked_design(problem, np.zeros(problem.designed))
    monkeypatch.setattr(
        solve, "solve_stage", lambda stage, **_: Answer("optimal", np.zeros(len(stage.costs)), 0.0)
    )
    with pytest.raises(SolverLied):
        problem.solve(time_limit_s=5)


def test_an_answer_that_serves_too_few_is_found_out(tiny, monkeypatch):
    problem = tiny(4)
    start = coverage._Seeker.run

    def lazy(self):
        answer = start(self)
        if self.stage < 2:
            return answer
        none = completed(self.problem, np.zeros(self.problem.block("pitch").stop, dtype=int))
        return Answer("optimal", none.astype(float), 0.0)

    monkeypatch.setattr(coverage._Seeker, "run", lazy)
    with pytest.raises(SolverLied, match="was to stay within"):
        problem.solve(time_limit_s=5)


def test_values_nobody_solved_for_are_not_read(tiny):
    problem = tiny(4)
    with pytest.raises(NonePlanFound):
        problem.plan_from(problem.to_pulp())


def test_a_planners_own_row_holds(tiny):
    problem = tiny(2)
    free = problem.plan_from(cbc(problem.to_pulp()))
    lp = problem.to_pulp()
    bays = problem.block("pitch")
    x = {v.name: v for v in lp.variables()}
    lp += pulp.lpSum(x[f"x{k}"] for k in range(bays.stop)) <= 1
    mine = problem.plan_from(cbc(lp))
    assert len(mine.pitches) == 1 < len(free.pitches)
    assert set(mine.goals["outcome"]) <= {Outcome.PROVEN, Outcome.NO_BOUND}


@pytest.mark.parametrize("limit", [0.05, 1.0, 4.0])
def test_the_time_limit_is_kept(cities, limit):
    city = cities.make_city((14, 14), residents_per_ha=20.0)
    problem = siting_problem(cities.make_candidates(city, 400), city, vendors=80)
    began = time.monotonic()
    plan = problem.solve(time_limit_s=limit)
    assert time.monotonic() - began < limit + 2.0
    assert plan.outcome in (Outcome.PROVEN, Outcome.TIME_LIMIT)
    if limit == 0.0:
        assert plan.outcome == Outcome.TIME_LIMIT


def test_an_interrupt_leaves_the_best_plan(town, monkeypatch):
    city, found = town
    problem = siting_problem(found, city, vendors=30)

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(coverage, "solve_stage", stop)
    plan = problem.solve(time_limit_s=20)
    assert plan.outcome == Outcome.INTERRUPTED
    assert len(plan.pitches) == 30


def test_one_goal_alone(tiny):
    from pitchplan.siting.goals import CoverResidents, HostVendors, KeepTrafficClear

    for goals in (
        (HostVendors(),),
        (CoverResidents(),),
        (KeepTrafficClear(),),
        (KeepTrafficClear(), HostVendors()),
    ):
        problem = tiny(3, goals=goals)
        assert problem.solve(time_limit_s=10).goals["sought"].tolist() == best_values(problem)[0]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("traffic_first", [False, True])
def test_costs_up_to_the_cap_are_solved_exactly(tiny, seed, traffic_first):
    from pitchplan.siting.goals import CoverResidents, HostVendors, KeepTrafficClear
    from pitchplan.traffic.obstruction import MOST

    goals = (HostVendors(), CoverResidents(slack=0.1), KeepTrafficClear())
    problem = tiny(seed, goals=(goals[0], *goals[:0:-1]) if traffic_first else goals)
    random = np.random.default_rng(seed)
    dear = random.choice([1, 97, 12_345, MOST - 1, MOST], problem.goals[1].costs.shape)
    wide = [
        replace(g, costs=np.where(g.costs > 0, dear, 0)) if g.name == "keep-traffic-clear" else g
        for g in problem.goals
    ]
    problem = replace(problem, goals=tuple(wide))
    try:
        best, _ = best_values(problem)
    except NoPlanExists:
        return
    plan = problem.solve(time_limit_s=20)
    assert plan.goals["sought"].tolist() == best
    assert plan.outcome == Outcome.PROVEN


def test_what_later_goals_must_keep_by_hand():
    from pitchplan.siting.problem import GoalRow

    none = np.zeros(0, dtype=np.int64)
    assert GoalRow("cover-residents", "most", 0.02, none, 0).floor_for_next(1001, 9) == (981.0, np.inf)
    assert GoalRow("keep-traffic-clear", "least", 0.02, none, 0).floor_for_next(149, 9) == (-np.inf, 151.0)
    assert GoalRow("host-vendors", "least", 0.0, none, 0).floor_for_next(3, 9) == (-np.inf, 3.0)
    assert GoalRow("host-vendors", "least", 0.25, none, 0).floor_for_next(1, 9) == (-np.inf, 3.0)


def test_bounds_are_rounded_to_the_safe_side():
    from pitchplan.siting.problem import GoalRow

    most = GoalRow("cover-residents", "most", 0.0, np.zeros(0, dtype=np.int64), 100)
    least = GoalRow("keep-traffic-clear", "least", 0.0, np.zeros(0, dtype=np.int64), 0)
    assert [solve._safe_bound(most, b, 50) for b in (60.9, 60.0 - 1e-9, np.inf, 400.0)] == [60, 60, 100, 100]
    assert [solve._safe_bound(least, b, 50) for b in (40.1, 40.0 + 1e-9, -np.inf, -0.0)] == [41, 40, 0, 0]
    # A great sum comes with a greater rounding error, which must not lift the bound to the next whole number.
    assert [solve._safe_bound(least, b, 900_000) for b in (400_000.01, 400_000.2)] == [400_000, 400_001]


def test_a_bound_of_a_search_cut_short_is_never_beaten(town):
    city, found = town
    problem = siting_problem(found, city, vendors=14)
    best = problem.solve(time_limit_s=30)
    assert best.outcome == Outcome.PROVEN
    for limit in (0.3, 1.0):
        short = problem.solve(time_limit_s=limit)
        same_start = short.goals["sought"].iloc[:2].tolist() == best.goals["sought"].iloc[:2].tolist()
        assert not same_start or short.goals["bound"].iloc[2] <= best.goals["sought"].iloc[2]
