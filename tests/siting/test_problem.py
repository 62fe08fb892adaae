"""Plans of a district of sixty runs: limits hold, options are checked, baselines are no better."""

import pickle

import numpy as np
import pytest

import pitchplan as pp
from pitchplan.errors import InputError
from pitchplan.siting.baselines import greedy_plan, random_plan
from pitchplan.siting.goals import CoverResidents, HostVendors
from pitchplan.siting.limits import Quota, SpotSize
from pitchplan.siting.search.begin import choice_of_plan


def test_quotas_and_sizes_of_spots_hold(district):
    city, found = district
    ids = sorted(set(found.runs["community_id"]))
    limits = [Quota("community_id", ids[0], 9, None), Quota("community_id", ids[1], 0, 2), SpotSize(2, 5)]
    plan = pp.siting_problem(found, city, vendors=35, limits=limits).solve(time_limit_s=4)
    assert len(plan.pitches) == 35
    per = plan.pitches["community_id"].value_counts()
    assert per.get(ids[0], 0) >= 9
    assert per.get(ids[1], 0) <= 2
    assert plan.spots["capacity"].between(2, 5).all()
    assert plan.limits["used"].tolist() == [
        per.get(ids[0], 0),
        per.get(ids[1], 0),
        plan.spots["capacity"].max(),
    ]


def test_a_problem_can_be_kept_in_a_file_after_it_was_solved(district):
    city, found = district
    problem = pp.siting_problem(found, city, vendors=10, goals=(HostVendors(),))
    plan = problem.solve(time_limit_s=4)
    again = pickle.loads(pickle.dumps(problem)).solve(time_limit_s=4)
    assert again.pitches["pitch_id"].tolist() == plan.pitches["pitch_id"].tolist()


def test_residents_served_fit_capacity_and_goal(district):
    city, found = district
    plan = pp.siting_problem(found, city, vendors=35).solve(time_limit_s=4)
    assert (plan.spots["residents_served"] <= plan.spots["capacity"] * 400).all()
    assert plan.residents_served == plan.goals["value"].iloc[1]
    assert plan.residents == city.communities["residents"].sum()
    number = plan.spots.sort_values(["district", "y_m"], ascending=[True, False])["number"]
    assert number.tolist() == list(range(1, len(plan.spots) + 1))


def test_solving_is_never_worse_than_best_first_and_that_than_by_lot(district):
    city, found = district
    goals = [HostVendors(), CoverResidents(per_pitch=900)]
    problem = pp.siting_problem(found, city, vendors=14, goals=goals)
    best, first = problem.solve(time_limit_s=4), greedy_plan(problem)
    lot = np.mean([random_plan(problem, pitches=14, seed=s).residents_served for s in range(5)])
    assert best.residents_served >= first.residents_served >= lot


@pytest.mark.parametrize("seed", range(12))
def test_baselines_never_break_a_row(small, seed):
    problem = small(seed, limits=[SpotSize(1 + seed % 2, 3)])
    for plan in (greedy_plan(problem), random_plan(problem, pitches=3, seed=seed)):
        assert problem.broken(problem.completed(choice_of_plan(problem, plan))) == ""
        assert set(plan.goals["outcome"]) == {"NO_BOUND"}
        assert len(plan.pitches) <= problem.facts.vendors


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *[("time_limit_s", v) for v in (0, -5, np.nan, "5", None, True)],
        ("gap", -1), ("gap", "x"), ("solver", "cplex"), ("solver", None), ("solver", 5),
    ],
)  # fmt: skip
def test_search_options_are_checked(small, option, value):
    with pytest.raises(InputError, match="solve") as caught:
        small(1).solve(**{option: value})
    assert caught.value.faults[0].column == option
