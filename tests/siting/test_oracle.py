"""Two thousand random problems with every goal and limit: the answer is that of trying all plans."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting.solvers.exhaustive import best_choices

CHUNKS, TOWNS, PER_TOWN = 20, 5, 20


@pytest.fixture(scope="module")
def instances():
    spec = importlib.util.spec_from_file_location(
        "siting_instances", Path(__file__).with_name("instances.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["siting_instances"] = module
    spec.loader.exec_module(module)
    return module


def sought(problem, solver):
    try:
        plan = problem.solve(time_limit_s=30, solver=solver)
    except pp.NoPlanExists:
        return None
    assert plan.outcome == Outcome.PROVEN
    # Later goals may use the slack, but the last one stays as it was sought.
    assert plan.goals["value"].iloc[-1] == plan.goals["sought"].iloc[-1]
    assert (plan.goals["bound"] == plan.goals["sought"]).all()
    return plan.goals["sought"].tolist()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_best_plan_is_that_of_trying_all(instances, chunk):
    for seed in range(chunk * TOWNS, (chunk + 1) * TOWNS):
        for number, problem in enumerate(instances.series(seed, PER_TOWN)):
            if isinstance(problem, pp.SitingProblem):
                assert sought(problem, "auto") == sought(problem, "exhaustive"), (seed, number)


def test_the_instances_are_as_mixed_as_they_should_be(instances):
    counts, ties, none, some = Counter(), 0, 0, 0
    for seed in range(40):
        for problem in instances.series(seed, PER_TOWN):
            some += 1
            if not isinstance(problem, pp.SitingProblem):
                none += 1
                continue
            counts.update(type(g).__name__ for g in problem.facts.statement.goals)
            counts.update(type(m).__name__ for m in problem.facts.statement.limits)
            counts.update(["decisions"] if len(problem.facts.decisions) else [])
            counts.update(["classes"] if len(problem.facts.statement.ground.vendors.classes) > 1 else [])
            try:
                ties += len(best_choices(problem)[1]) > 1
            except pp.NoPlanExists:
                none += 1
    assert none >= 0.15 * some, none / some
    assert ties >= 0.15 * some, ties / some
    kinds = [*pp.goals.GOALS, pp.goals.Weighted, *pp.limits.LIMITS]
    assert not [k.__name__ for k in kinds if counts[k.__name__] < 0.02 * some], counts
    assert counts["decisions"] > 0.1 * some
    assert counts["classes"] > 0.1 * some
