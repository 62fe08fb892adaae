"""Two thousand random problems with every goal and limit: the answer is that of trying all plans."""

from collections import Counter
from dataclasses import replace

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting.solvers.exhaustive import best_choices, best_values

CHUNKS, PER_CHUNK, PER_TOWN = 20, 100, 25


def sought(problem):
    try:
        plan = problem.solve(time_limit_s=30)
    except pp.NoPlanExists:
        return None
    assert plan.outcome == Outcome.PROVEN
    # Later goals may use the slack, but the last one stays as it was sought.
    assert plan.goals["value"].iloc[-1] == plan.goals["sought"].iloc[-1]
    assert (plan.goals["bound"] == plan.goals["sought"]).all()
    return plan.goals["sought"].tolist()


def best_of_all(problem):
    try:
        return best_values(problem)[0]
    except pp.NoPlanExists:
        return None


def test_the_best_plan_is_that_of_trying_all(instances, chunk):
    compared, seed = 0, 50 * chunk
    while compared < PER_CHUNK:
        for number, case in enumerate(instances.series(seed, PER_TOWN)):
            if case.stated and compared < PER_CHUNK:
                compared += 1
                assert sought(case.problem) == best_of_all(case.problem), (seed, number)
        seed += 1


def restated(case, limits):
    try:
        return best_of_all(replace(case.problem.facts.statement, limits=limits).problem())
    except pp.NoPlanExists:
        return None


def test_the_instances_are_as_mixed_as_they_should_be(instances):
    """A limit binds where the best values, or whether there is a plan, are others without it."""
    counts, binds, ties, none, some = Counter(), Counter(), 0, 0, 0
    for seed in range(23, 43):
        for number, case in enumerate(instances.series(seed, PER_TOWN)):
            some += 1
            counts.update({type(g).__name__ for g in case.goals})
            counts.update({type(m).__name__ for m in case.limits})
            counts.update(["decisions"] if case.decisions is not None else [])
            counts.update(["classes"] if isinstance(case.vendors, dict) else [])
            if not case.stated:
                none += 1
                continue
            try:
                best, choices = best_choices(case.problem)
                ties += len(choices) > 1
            except pp.NoPlanExists:
                none, best = none + 1, None
            for k, limit in enumerate(case.limits if number % 2 == 0 else ()):
                without = restated(case, (*case.limits[:k], *case.limits[k + 1 :]))
                binds.update([(type(limit).__name__, without != best)])
    assert none >= 0.15 * some, none / some
    assert ties >= 0.15 * some, ties / some
    kinds = [*pp.goals.GOALS, pp.goals.Weighted, *pp.limits.LIMITS]
    assert not [k.__name__ for k in kinds if counts[k.__name__] < 0.05 * some], counts
    assert min(counts["decisions"], counts["classes"]) > 0.1 * some
    limits = [k.__name__ for k in pp.limits.LIMITS]
    share = {k: binds[k, True] / (binds[k, True] + binds[k, False]) for k in limits}
    assert not [k for k in limits if share[k] < 0.03], str(share)
