"""The plan a search begins from: filled up again after a veto, exchanged where a few are left over."""

from dataclasses import replace

import pitchplan as pp
from pitchplan.siting.goals import HostVendors
from pitchplan.siting.search import begin
from pitchplan.siting.search.greedy import greedy_choice, is_legal


def test_a_plan_that_lost_a_spot_is_filled_up_again(district):
    city, found = district
    plan = pp.siting_problem(found, city, vendors=30).solve(time_limit_s=4)
    gone = plan.spots.sort_values("capacity")["spot_id"].iloc[-1]
    left = found.pitches[found.pitches["run_id"] != gone].reset_index(drop=True)
    smaller = pp.siting_problem(replace(found, pitches=left), city, vendors=30)
    kept, choice = begin.choice_of_plan(smaller, plan), begin.first_choice(smaller, plan)
    assert kept.sum() < 30
    assert choice.sum() == 30
    assert (choice >= kept).all()
    assert is_legal(smaller, choice)


def test_a_plan_given_is_kept_where_nothing_is_missing(district):
    city, found = district
    problem = pp.siting_problem(found, city, vendors=30)
    plan = pp.random_plan(problem, pitches=30, seed=4)
    assert (begin.first_choice(problem, plan) == begin.choice_of_plan(problem, plan)).all()


def test_a_few_that_best_first_leaves_over_are_hosted_by_exchange(cities, monkeypatch):
    monkeypatch.setattr(begin, "_SHORT", 0.2)
    better = 0
    for seed in range(12):
        city = cities.make_city((3, 3), seed=seed)
        found = cities.make_candidates(city, 24, clash_m=60.0, seed=seed)
        most = pp.siting_problem(found, city, vendors=500, goals=(HostVendors(),)).solve(time_limit_s=10)
        assert most.outcome == pp.Outcome.PROVEN
        problem = pp.siting_problem(found, city, vendors=len(most.pitches))
        choice = begin.first_choice(problem, None)
        assert is_legal(problem, choice)
        assert choice.sum() >= greedy_choice(problem).sum()
        better += choice.sum() > greedy_choice(problem).sum()
    assert better >= 3
