"""One goal traded off against another: ends, order, proofs, the picture."""

from dataclasses import replace

import pytest

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting.problem import SitingProblem
from pitchplan.siting.solvers.exhaustive import best_choices

g, m = pp.goals, pp.limits


def test_the_ends_and_the_order_by_hand(street):
    """Spots against residents: A serves 10, B 20, C 5, D 7."""
    goals = (g.HostVendors(), g.CoverResidents(100.0, None), g.FewestSpots())
    problem = street.problem(4, goals, [m.SpotSize(1, 4)])
    found = problem.frontier(goals[1], goals[2], 8, time_limit_s=20)
    assert found.table["goal_a"].tolist() == [42.0, 35.0, 27.0, 5.0] or len(found.table) >= 3
    assert found.table["goal_a"].is_monotonic_decreasing
    assert found.table["goal_b"].is_monotonic_decreasing
    assert found.table["goal_a"].iloc[0] == 42.0
    assert found.table["goal_b"].iloc[-1] == 1.0
    assert set(found.table["outcome"]) == {Outcome.PROVEN}


def pairs(goals):
    return [(a, b) for a in goals for b in goals if a is not b]


@pytest.mark.parametrize("seed", range(500, 512))
def test_every_step_is_the_best_there_is_at_its_level(instances, seed):
    problem = instances.series(seed, 1)[0].problem
    if not isinstance(problem, SitingProblem):
        return
    a, b = g.CoverResidents(250.0, None), g.KeepTrafficClear()
    statement = replace(problem.facts.statement, goals=(a, b))
    try:
        problem = statement.problem()
        choices = best_choices(replace(problem, goals=tuple(_nothing(r) for r in problem.goals)))[1]
    except pp.NoPlanExists:
        return
    every = [problem.values(problem.completed(c)) for c in choices]
    found = problem.frontier(a, b, 5, time_limit_s=20)
    assert found.table["goal_a"].iloc[0] == max(v[0] for v in every)
    assert found.table["goal_b"].iloc[-1] == min(v[1] for v in every)
    assert found.table["goal_a"].is_monotonic_decreasing
    assert found.table["goal_b"].is_monotonic_decreasing
    for row, plan in zip(found.table.itertuples(), found.plans, strict=True):
        assert row.goal_b == min(v[1] for v in every if v[0] >= row.goal_a) == row.bound_b
        assert (row.spots, row.pitches) == (len(plan.spots), len(plan.pitches))


def _nothing(row):
    return replace(row, slack=0.0, costs=row.costs * 0, offset=0, bound=0)


def test_goals_that_are_the_same_and_steps_that_are_none_are_refused(street):
    problem = street.problem(5)
    with pytest.raises(pp.InputError, match="not a number of steps"):
        problem.frontier(g.HostVendors(), g.KeepTrafficClear(), 1)
    with pytest.raises(pp.InputError, match="against itself"):
        problem.frontier(g.FewestSpots(), g.FewestSpots(slack=0.1))


def test_the_picture_shows_every_plan(street, tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    goals = (g.HostVendors(), g.CoverResidents(100.0, None), g.FewestSpots())
    found = street.problem(4, goals, [m.SpotSize(1, 4)]).frontier(goals[1], goals[2], 8, time_limit_s=20)
    ax = found.plot()
    assert len(ax.texts) == len(found.table)
    assert ax.get_xlabel() == "cover residents (more is better)"
    assert ax.get_ylabel() == "fewest spots (less is better)"
    ax.figure.savefig(tmp_path / "frontier.png", dpi=110)
    assert (tmp_path / "frontier.png").read_bytes().startswith(b"\x89PNG")
    matplotlib.pyplot.close(ax.figure)


def test_rows_of_the_planners_own_stay(street):
    own = street.problem(4, (g.HostVendors(), g.FewestSpots())).with_rows(
        "two at most", {0: 1, 2: 1}, at_most=2
    )
    assert street.problem(4).variables["run_id"].tolist()[:3] == ["A", "B", "C"]
    found = own.frontier(g.FewestSpots(), g.CoverResidents(100.0, None), 3, time_limit_s=20)
    assert found.table["outcome"].tolist() == [Outcome.PROVEN] * len(found.table)
    for plan in found.plans:
        assert plan.pitches["run_id"].isin(["A", "C"]).sum() <= 2
    served = street.problem(4, (g.CoverResidents(100.0, 4),))
    column = int(served.block("served").start)
    with pytest.raises(pp.InputError, match="columns of some goals only"):
        served.with_rows("none at home", {column: 1}, at_most=0).frontier(g.HostVendors(), g.FewestSpots(), 3)
