"""The oracle against answers worked out on paper."""

import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.siting.solvers.exhaustive import best_choices, best_values

g, m = pp.goals, pp.limits


def test_values_by_hand(street):
    """Homes of 10, 20, 5 and 7 people beside A, B, C and D; two spots cover 30 of them at most."""
    goals = (g.CoverResidents(100.0, None, slack=0.0), g.FewestSpots())
    problem = street.problem(4, goals, [m.SpotCount(at_most=2)])
    values, x = best_values(problem)
    assert values == [30, 2]
    open_ = problem.facts.runs["run_id"][x[problem.block("run")] > 0]
    assert open_.tolist() == ["A", "B"]


def test_every_best_choice_is_told(street):
    """One spot of four bays: C alone has them."""
    problem = street.problem(4, (g.HostVendors(slack=0.0), g.FewestSpots()))
    values, choices = best_choices(problem)
    assert values == [0, 1]
    assert len(choices) == 1
    assert problem.completed(choices[0])[problem.block("pitch")].sum() == 4


def test_slack_is_given_to_the_goals_after(street):
    """A third of nine vendors may go: six fit into two spots, nine need three."""
    strict = street.problem(9, (g.HostVendors(slack=0.0), g.FewestSpots()))
    loose = street.problem(9, (g.HostVendors(slack=0.34), g.FewestSpots()))
    assert best_values(strict)[0] == [0, 3]
    assert best_values(loose)[0] == [0, 2]


def test_what_is_too_large_is_refused(dense):
    with pytest.raises(pp.InputError, match="too much to try all"):
        best_values(dense)


def test_where_none_is_legal(street):
    problem = street.problem(8, limits=[m.Quota("street_id", "S0", at_most=3), m.Quota("city", at_least=6)])
    with pytest.raises(pp.NoPlanExists, match="all were tried"):
        best_values(problem)


def test_where_every_pitch_is_forbidden(street, hand):
    decisions = pd.DataFrame([hand.decision(street, "forbid", run, k) for k, run in enumerate("ABCD")])
    problem = street.problem(4, (g.HostVendors(), g.FewestSpots()), decisions=decisions)
    assert problem.choice.stop == 0
    assert problem.exhaustive().goals["value"].tolist() == [4, 0]
    assert problem.solve(time_limit_s=10).goals["value"].tolist() == [4, 0]
