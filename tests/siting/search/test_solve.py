"""What a search answers: each outcome, each error, lies found out, starts, the clock, the same bytes."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pulp
import pytest

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting.problem import SitingProblem
from pitchplan.siting.program import GoalRow
from pitchplan.siting.search import solve as searching
from pitchplan.siting.search import whole
from pitchplan.siting.search.solve import safe_bound
from pitchplan.siting.search.stages import staged
from pitchplan.siting.search.whole import Attempt
from pitchplan.siting.solvers.exhaustive import best_values
from pitchplan.siting.solvers.highs import Answer

g, m = pp.goals, pp.limits
FIVE = (m.Quota("city", at_least=5),)


def answer(monkeypatch, make):
    """Let HiGHS answer whatever ``make`` says of the stage."""
    monkeypatch.setattr(whole, "solve_stage", lambda stage, **_: make(stage))


# --- outcomes


def test_the_best_by_hand_is_proven(street):
    plan = street.problem(5, (g.HostVendors(), g.FewestSpots())).solve(time_limit_s=10)
    assert plan.goals["value"].tolist() == [0, 2]
    assert plan.goals["outcome"].tolist() == [Outcome.PROVEN] * 2
    assert plan.outcome == Outcome.PROVEN


def test_a_gap_that_is_asked_for_is_kept_and_said(dense):
    plan = dense.solve(time_limit_s=20, gap=0.4)
    assert plan.outcome == Outcome.WITHIN_GAP
    open_ = plan.goals[plan.goals["outcome"] == Outcome.WITHIN_GAP]
    assert len(open_)
    assert (abs(open_["sought"] - open_["bound"]) <= 0.4 * open_["sought"] + 1e-9).all()


@pytest.mark.parametrize("limit", [0.5, 3.0])
def test_the_time_limit_is_kept_within_two_seconds(dense, limit):
    began = time.monotonic()
    plan = dense.solve(time_limit_s=limit)
    took = time.monotonic() - began
    assert took < limit + 2.0
    assert plan.outcome == (Outcome.PROVEN if took < limit - 1.0 else Outcome.TIME_LIMIT)
    assert dense.broken(dense.completed(searching.first_choice(dense, plan))) == ""
    assert (plan.goals["bound"] <= plan.goals["sought"]).all()


def test_the_time_limit_is_kept_where_the_solver_does_not_look_at_the_clock(cities):
    """HiGHS takes six seconds to make this one smaller, and hears nothing meanwhile."""
    city = cities.make_city((14, 14), residents_per_ha=20.0)
    problem = pp.siting_problem(cities.make_candidates(city, 400), city, vendors=80)
    began = time.monotonic()
    plan = problem.solve(time_limit_s=1.0, solver="highs")
    assert time.monotonic() - began < 3.0
    assert len(plan.pitches) == 80


def test_the_time_limit_holds_for_telling_why_there_is_no_plan(cities):
    city = cities.make_city((14, 14), residents_per_ha=20.0)
    found = cities.make_candidates(city, 400, clash_m=120.0)
    limits = [m.Quota("community_id", "each", 12, 40), m.Spacing(150), m.ServeShare(0.97, 150.0)]
    began = time.monotonic()
    with pytest.raises((pp.NoPlanExists, pp.NonePlanFound)):
        pp.siting_problem(found, city, vendors=90, goals=(g.HostVendors(),), limits=limits).solve(
            time_limit_s=1.0
        )
    assert time.monotonic() - began < 3.0 + 1.0  # stating it takes a part of a second


def test_a_stop_leaves_the_best_plan_marked(dense, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(whole, "solve_stage", stop)
    plan = dense.solve(time_limit_s=20)
    assert plan.outcome == Outcome.INTERRUPTED
    assert len(plan.pitches) == 80
    assert plan.goals["outcome"].tolist()[0] == Outcome.PROVEN
    assert (plan.goals["bound"] <= plan.goals["value"]).all()


def test_a_stop_with_an_answer_in_hand_keeps_the_answer(street, monkeypatch):
    """The first call asks for any plan that hosts all; its plan is not thrown away."""
    problem = street.problem(5, (g.HostVendors(), g.FewestSpots()))
    monkeypatch.setattr(searching, "first_choice", lambda *_: None)
    answer(monkeypatch, lambda stage: Answer("interrupted", _legal(problem, stage, 5), 0.0))
    plan = problem.solve(time_limit_s=5)
    assert len(plan.pitches) == 5
    assert plan.outcome == Outcome.INTERRUPTED


def _legal(problem, stage, count):
    """Return the first so many pitches as values of a stage's columns."""
    choice, left = np.zeros(problem.choice.stop, dtype=np.int64), count
    for column in range(problem.choice.stop):
        choice[column] = min(left, int(problem.upper[column]))
        left -= choice[column]
    columns = next(
        c
        for c in (staged(problem, k, [0] * k).columns for k in range(len(problem.goals)))
        if len(c) == len(stage.costs)
    )
    return problem.completed(choice)[columns].astype(float)


def test_a_plan_of_ones_own_has_no_bound(street):
    problem = street.problem(5, (g.KeepTrafficClear(), g.FewestSpots()), FIVE)
    lp = problem.to_pulp()
    lp.solve(pulp.PULP_CBC_CMD(msg=False))
    plan = problem.plan_from(lp)
    assert plan.outcome == Outcome.NO_BOUND
    assert set(plan.goals["outcome"]) <= {Outcome.PROVEN, Outcome.NO_BOUND}


def test_no_time_and_no_plan_yet(dense):
    """A row in which some pitches weigh less than nothing is not followed by the first plan."""
    bays = {k: (-1) ** k * (1 + k % 7) for k in range(0, dense.choice.stop, 3)}
    hard = dense.with_rows("an odd sum", bays, at_least=50, at_most=50)
    with pytest.raises(pp.NonePlanFound, match=r"time ran out before any plan .* allow more time"):
        hard.solve(time_limit_s=0.01)


# --- no plan: which limits, and the least change


def test_two_limits_that_clash_are_named_with_the_least_change(street):
    limits = [m.Quota("street_id", "S0", at_most=3), m.Quota("city", at_least=6)]
    with pytest.raises(pp.NoPlanExists) as none:
        street.problem(8, limits=limits).solve(time_limit_s=10)
    said = str(none.value)
    assert "these limits contradict each other: " in said
    clash, change = said.split(". The least change that allows one: ")
    assert "street_id 'S0': at most 3" in clash
    assert "city: at least 6" in clash
    assert "at least 6 pitches asked, 5 possible" in change
    assert "S0" not in change


def test_keeping_more_spots_than_are_allowed(street, hand):
    import pandas as pd

    kept = pd.DataFrame([hand.decision(street, "keep", run, k) for k, run in enumerate("ABC")])
    with pytest.raises(pp.NoPlanExists) as none:
        street.problem(8, limits=[m.SpotCount(at_most=2)], decisions=kept).solve(time_limit_s=10)
    clash, change = str(none.value).split(". The least change that allows one: ")
    assert all(f"K{k}" in clash for k in range(3))
    assert "at most 2 spots asked, 3 possible" in change


def test_one_limit_alone_that_leaves_nothing(street, hand):
    shut = street.with_clashes([("D-0", "D-1")])
    with pytest.raises(pp.NoPlanExists, match=r"this limit leaves none: .*'D1': at least 2") as none:
        shut.problem(8, limits=[m.Quota("district", "D1", 2)]).solve(time_limit_s=10)
    assert "at least 2 pitches asked, 1 possible" in str(none.value)


def test_every_solver_says_that_there_is_none(street):
    problem = street.problem(8, limits=[m.Quota("street_id", "S0", at_most=3), m.Quota("city", at_least=6)])
    for solver in ("auto", "highs", "exhaustive", pulp.PULP_CBC_CMD(msg=False)):
        with pytest.raises(pp.NoPlanExists):
            problem.solve(time_limit_s=10, solver=solver)


# --- lies


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda s: s.upper + 1, "outside its bounds"),
        (lambda s: np.minimum(0.4, s.upper), "must be whole"),
        (lambda s: np.zeros(len(s.costs)), "is broken"),
        (lambda s: np.full(len(s.costs), np.nan), "no usable values"),
        (lambda s: np.zeros(3), "no usable values"),
    ],
)
def test_a_fake_answer_is_found_out(street, monkeypatch, make, said):
    problem = street.problem(8, (g.FewestSpots(),), FIVE)
    answer(monkeypatch, lambda stage: Answer("optimal", make(stage), 0.0))
    with pytest.raises(pp.errors.SolverLied, match=said):
        problem.solve(time_limit_s=5)


def test_a_plan_that_beats_its_own_bound_is_found_out(street, monkeypatch):
    problem = street.problem(8, (g.FewestSpots(),), FIVE)
    answer(monkeypatch, lambda stage: Answer("optimal", _legal(problem, stage, 5), 4.0))
    with pytest.raises(pp.errors.SolverLied, match="a plan of 2 beats the bound 4"):
        problem.solve(time_limit_s=5)


def test_giving_an_earlier_goal_up_is_found_out(street, hand, monkeypatch):
    problem = street.problem(5, (g.HostVendors(slack=0.0), g.FewestSpots()))
    few = hand.columns_of(problem, {"A": 1})
    monkeypatch.setattr(searching, "seek_whole", lambda *_: Attempt("optimal", few, 1.0, "fake"))
    with pytest.raises(pp.errors.SolverLied, match="fake: goal 'host-vendors' was to stay within -inf to 0"):
        problem.solve(time_limit_s=5)


class Fake(pulp.LpSolver):
    """A solver of PuLP that says that whatever it is told is the best."""

    name = "fake"

    def __init__(self, value):
        super().__init__(msg=False)
        self.value = value

    def available(self):
        return True

    def actualSolve(self, lp, **_):
        for x in lp.variables():
            x.varValue = self.value
        lp.assignStatus(pulp.LpStatusOptimal, pulp.LpSolutionOptimal)
        return pulp.LpStatusOptimal


@pytest.mark.parametrize(("value", "said"), [(99.0, "outside"), (0.4, "whole"), (0.0, "is broken")])
def test_a_fake_solver_of_pulp_is_found_out(street, value, said):
    problem = street.problem(8, (g.FewestSpots(),), FIVE)
    with pytest.raises(pp.errors.SolverLied, match=said):
        problem.solve(time_limit_s=5, solver=Fake(value))
    lp = problem.to_pulp()
    lp.solve(Fake(value))
    with pytest.raises(pp.errors.SolverLied):
        problem.plan_from(lp)


# --- bounds and slack


def test_what_later_goals_must_keep_by_hand():
    def row(sense, slack, whole=None):
        return GoalRow("a goal", sense, slack, np.zeros(0, dtype=np.int64), 0, whole=whole)

    assert row("most", 0.02).kept(1001) == (981.0, np.inf)
    assert row("least", 0.02).kept(149) == (-np.inf, 151.0)
    assert row("least", 0.0, whole=9).kept(3) == (-np.inf, 3.0)
    # Six of nine are hosted; a quarter of six may be given up: 4.5, so five stay.
    assert row("least", 0.25, whole=9).kept(3) == (-np.inf, 4.0)


def test_bounds_are_rounded_to_the_safe_side():
    most = GoalRow("cover-residents", "most", 0.0, np.zeros(0, dtype=np.int64), 100)
    least = GoalRow("keep-traffic-clear", "least", 0.0, np.zeros(0, dtype=np.int64), 0)
    assert [safe_bound(most, b, 50) for b in (60.9, 60.0 - 1e-9, np.inf, 400.0)] == [60, 60, 100, 100]
    assert [safe_bound(least, b, 50) for b in (40.1, 40.0 + 1e-9, -np.inf, -0.0)] == [41, 40, 0, 0]
    # A great sum comes with a greater rounding error, which must not lift the bound to the next whole number.
    assert [safe_bound(least, b, 900_000) for b in (400_000.01, 400_000.2)] == [400_000, 400_001]


@pytest.mark.parametrize("seed", range(24))
def test_costs_up_to_the_cap_are_solved_exactly(instances, seed):
    from pitchplan.traffic.obstruction import MOST

    problem = instances.series(seed, 1)[0].problem
    if not isinstance(problem, SitingProblem):
        return
    goals = (g.HostVendors(), g.KeepTrafficClear(slack=0.1), g.CoverResidents(250.0))
    problem = replace(problem.facts.statement, goals=goals, limits=()).problem()
    random = np.random.default_rng(seed)
    dear = random.choice([1, 97, 12_345, MOST - 1, MOST], problem.size)
    wide = [
        replace(row, costs=np.where(row.costs > 0, dear, 0)) if row.name == "keep-traffic-clear" else row
        for row in problem.goals
    ]
    problem = replace(problem, goals=tuple(wide))
    try:
        best, _ = best_values(problem)
    except pp.NoPlanExists:
        return
    plan = problem.solve(time_limit_s=20)
    assert plan.goals["sought"].tolist() == best
    assert plan.outcome == Outcome.PROVEN


def test_a_bound_of_a_search_cut_short_is_never_beaten(cities):
    city = cities.make_city((8, 8), residents_per_ha=40.0)
    found = cities.make_candidates(city, 100, clash_m=120.0)
    goals = (g.HostVendors(), g.FewestSpots(slack=0.0), g.KeepTrafficClear())
    problem = pp.siting_problem(found, city, vendors=100, goals=goals)
    best = problem.solve(time_limit_s=30)
    for limit in (0.1, 0.5):
        short = problem.solve(time_limit_s=limit)
        assert short.goals["bound"].iloc[1] <= best.goals["sought"].iloc[1]
        if short.goals["sought"].iloc[1] == best.goals["sought"].iloc[1]:
            assert short.goals["bound"].iloc[2] <= best.goals["sought"].iloc[2]


# --- start


def lexicographic(problem, plan, column="sought"):
    return [
        v if goal.sense == "least" else -v for goal, v in zip(problem.goals, plan.goals[column], strict=True)
    ]


def test_a_start_whose_parts_are_not_all_legal_is_mended(street, hand):
    import pandas as pd

    free = street.problem(9).solve(time_limit_s=10)
    shut = pd.DataFrame([hand.decision(street, "forbid", "C")])
    problem = street.problem(9, decisions=shut)
    plan = problem.solve(time_limit_s=10, start=free)
    assert "C" in set(free.spots["spot_id"])
    assert "C" not in set(plan.spots["spot_id"])
    assert plan.goals["sought"].tolist() == problem.solve(time_limit_s=10).goals["sought"].tolist()


def test_a_search_never_ends_worse_than_it_began(dense):
    start = dense.solve(time_limit_s=3.0)
    slackless = replace(dense, goals=tuple(replace(row, slack=0.0) for row in dense.goals))
    again = slackless.solve(time_limit_s=0.3, start=start)
    assert lexicographic(dense, again, "value") <= lexicographic(dense, start, "value")


def test_a_start_of_another_problem_changes_no_value(instances, hand):
    for seed in range(30):
        one, two, *_ = (c.problem for c in instances.series(seed, 2))
        if isinstance(one, SitingProblem) and isinstance(two, SitingProblem):
            try:
                start = one.solve(time_limit_s=10)
                plan = two.solve(time_limit_s=10)
            except pp.NoPlanExists:
                continue
            again = two.solve(time_limit_s=10, start=start)
            assert again.goals["sought"].tolist() == plan.goals["sought"].tolist()
            assert again.outcome == Outcome.PROVEN


# --- the same bytes


def test_the_same_problem_twice_gives_the_same_bytes(instances, hand, cities):
    city = cities.make_city((5, 5), residents_per_ha=10.0)
    problem = pp.siting_problem(cities.make_candidates(city, 40), city, vendors=40)
    assert hand.same_tables(problem.solve(time_limit_s=60), problem.solve(time_limit_s=60))


FRESH = """
import importlib.util, sys, hashlib
def module(name):
    spec = importlib.util.spec_from_file_location("siting_" + name, sys.argv[1] + "/" + name + ".py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made
import pitchplan as pp
instances, hand, digest = module("instances"), module("hand"), hashlib.sha256()
for seed in range(12):
    for problem in instances.series(seed, 2):
        try:
            digest.update(hand.table_bytes(problem.solve(time_limit_s=60)))
        except (AttributeError, pp.NoPlanExists) as none:
            digest.update(str(none).encode())
print(digest.hexdigest())
"""


def test_a_fresh_process_with_another_hash_seed_gives_the_same_bytes():
    said = []
    for seed in ("0", "1", "4242"):
        run = subprocess.run(
            [sys.executable, "-c", FRESH, str(Path(__file__).parents[1])],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(run.stdout.strip())
    assert len(said[0]) == 64
    assert len(set(said)) == 1


@pytest.mark.parametrize("slack", [9.0, 0.0])
def test_a_plan_from_before_is_taken_up_again_where_the_slack_allows_it(dense, slack):
    """Fewer spots were found and traffic was given up for it; the plan before has more spots."""
    first = dense.completed(searching.first_choice(dense, None))
    last = len(dense.goals) - 1
    *earlier, goal = dense.goals
    fewer = dense.completed(searching.first_choice(dense, dense.solve(time_limit_s=2.0)))
    assert earlier[1].value(fewer) < earlier[1].value(first)
    # Whatever the two plans are worth there: of traffic, fewer spots are to have given up some.
    costs = np.where(fewer > 0, goal.costs + goal.value(first) + 1, goal.costs)
    program = replace(dense, goals=(*(replace(g, slack=slack) for g in earlier), replace(goal, costs=costs)))
    assert program.goals[last].value(first) < program.goals[last].value(fewer)
    found = searching.Search(fewer, [g.value(fewer) for g in earlier], before=[first])
    searching._seek(program, last, found, searching.Clock(0.0), 0.0, "auto", False)
    assert found.x is (first if slack else fewer)
