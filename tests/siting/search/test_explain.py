"""Why there is no plan or too small a one: the least change, limits and rules by what they cost."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.siting.explain import contradiction, least_change
from pitchplan.siting.problem import SitingProblem
from pitchplan.siting.search.stages import Clock
from pitchplan.siting.solvers.exhaustive import best_values

g, m = pp.goals, pp.limits


def price(program, x):
    """Return the share of what is asked that a plan breaks, over all limits; None where it breaks more."""
    total = 0.0
    if ((x < program.lower) | (x > program.upper)).any():
        return None
    for rows in program.rows:
        activity = rows.matrix @ x
        below = np.maximum(0, np.where(np.isfinite(rows.lower), rows.lower, -np.inf) - activity)
        above = np.maximum(0, activity - np.where(np.isfinite(rows.upper), rows.upper, np.inf))
        if not rows.optional and (below.any() or above.any()):
            return None
        for bound, gap in ((rows.lower, below), (rows.upper, above)):
            some = gap > 0
            total += float((gap[some] / np.maximum(1.0, np.abs(bound[some]))).sum())
    return total


def without_a_plan(instances, seeds):
    for seed in seeds:
        for problem in (c.problem for c in instances.series(seed, 4)):
            if isinstance(problem, SitingProblem):
                try:
                    best_values(problem)
                except pp.NoPlanExists:
                    yield problem


@pytest.mark.parametrize("chunk", range(2))
def test_the_least_change_is_the_least(instances, chunk):
    seen = 0
    for problem in without_a_plan(instances, range(600 + 20 * chunk, 620 + 20 * chunk)):
        sizes = problem.upper[problem.choice].astype(int) + 1
        if np.prod(sizes) > 3000:
            continue
        prices = [
            price(problem, problem.completed(np.array(c)))
            for c in itertools.product(*(range(s) for s in sizes))
        ]
        least = min(p for p in prices if p is not None)
        changes = least_change(problem)
        if all(c.rows == 1 for c in changes):
            asked = sum(abs(c.asked - c.room) / max(1.0, abs(c.asked)) for c in changes)
            assert asked == pytest.approx(least, abs=2e-4), changes
            seen += 1
    assert seen > 5


def test_a_change_among_thousands_is_told_to_the_unit(instances, hand):
    """A price per resident is small: the change must not stop a few residents early."""
    homes = [(0, 9000, 0), (200, 3, 0), (400, 2, 0), (0, 4, 1)]
    runs = {"A": (0, 3, 0), "B": (200, 2, 0), "C": (400, 4, 0), "D": (0, 2, 1)}
    town = hand.Town(instances, runs, homes)
    limits = [m.ServeShare(1.0, 100.0), m.Quota("street_id", "S1", at_most=1), m.SpotCount(at_most=3)]
    problem = town.problem(5, (g.FewestSpots(),), limits)
    # Without C, 9007 of 9009 can be served: two residents fewer is a smaller change than a spot more.
    (change,) = least_change(problem)
    assert (change.asked, change.room, change.word) == (9009.0, 9007.0, "at least")


def test_of_limits_that_contradict_each_other_none_could_be_left_out(instances):
    seen = 0
    for problem in without_a_plan(instances, range(640, 670)):
        clash = contradiction(problem, Clock(20.0))
        hard = tuple(r for r in problem.rows if not r.optional)
        with pytest.raises(pp.NoPlanExists):
            best_values(replace(problem, rows=(*hard, *clash)))
        for left_out in clash:
            rest = tuple(r for r in clash if r is not left_out)
            best_values(replace(problem, rows=(*hard, *rest)))
            seen += 1
    assert seen


def test_a_stop_while_it_is_explained_still_says_that_there_is_none(street, monkeypatch):
    from pitchplan.siting import explain
    from pitchplan.siting.solvers.highs import Answer

    stopped = Answer("interrupted", None, -np.inf)
    monkeypatch.setattr(explain, "solve_stage", lambda *_, **__: stopped)
    problem = street.problem(8, limits=[m.Quota("street_id", "S0", at_most=3), m.Quota("city", at_least=6)])
    with pytest.raises(pp.NoPlanExists, match="stopped before"):
        problem.solve(time_limit_s=10)


# --- why so few


def test_limits_are_ranked_by_the_vendors_they_cost(street):
    limits = [m.Quota("street_id", "S0", at_most=4), m.Quota("street_id", "S1", at_most=1)]
    problem = street.problem(11, (g.HostVendors(),), limits)
    plan = problem.solve(time_limit_s=10)
    assert plan.shortfall == 6
    table = problem.explain_shortfall(plan)
    assert table["hosts_more"].tolist() == [5, 1]
    assert "S0" in table["what"].iloc[0]
    assert "S1" in table["what"].iloc[1]
    assert (table["at_most"] >= table["hosts_more"]).all()


def test_clashes_are_told_too_and_nothing_where_all_are_hosted(street):
    tight = street.with_clashes([("A-0", "A-1"), ("A-1", "A-2"), ("D-0", "D-1")])
    problem = tight.problem(11, (g.HostVendors(),))
    plan = problem.solve(time_limit_s=10)
    assert plan.shortfall == 2
    table = problem.explain_shortfall(plan)
    assert table[["kind", "hosts_more"]].values.tolist() == [["clash", 2]]
    small = tight.problem(3, (g.HostVendors(),))
    assert len(small.explain_shortfall(small.solve(time_limit_s=10))) == 0


def test_rules_are_counted_by_the_places_they_alone_refuse(street):
    x0, y0 = street.instances.X0, street.instances.Y0
    rows = [
        ("P0", "junction", x0 + 100, y0 + 500),
        ("P1", "junction", x0 + 120, y0 + 500),
        ("P1b", "junction", x0 + 120.5, y0 + 500),  # the same square of a bay's length
        ("P2", "bus-stop", x0 + 140, y0 + 500),
        ("P3", "bus-stop", x0 + 160, y0 + 500),
        ("P3", "junction", x0 + 160, y0 + 500),  # two rules refuse it: neither alone
    ]
    table = pd.DataFrame(rows, columns=["place_id", "rule", "x_m", "y_m"])
    refusals = table.assign(feature_id="F", measured=1.0, required=2.0)
    other = street.with_clashes([])
    other.found = replace(street.found, refusals=refusals)
    problem = other.problem(13, (g.HostVendors(),))
    plan = problem.solve(time_limit_s=10)
    said = problem.explain_shortfall(plan)
    rules = said[said["kind"] == "rule"].set_index("what")["at_most"]
    assert rules.to_dict() == {"junction": 2, "bus-stop": 1}


def test_a_row_of_the_planners_own_is_told_like_a_limit(street):
    own = street.problem(11).with_rows("two at most", {0: 1, 2: 1}, at_most=2)
    told = own.explain_shortfall(own.solve(time_limit_s=10))
    assert told[["what", "kind", "hosts_more"]].to_numpy().tolist() == [["two at most", "limit", 5]]
