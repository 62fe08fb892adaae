"""Two hundred problems of up to sixty pitches: HiGHS with any seed, with and without presolve, and CBC."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pulp

import pitchplan as pp
from pitchplan.siting.search import levels, median, whole
from pitchplan.siting.solvers.highs import solve_stage

CHUNKS, EACH = 10, 20
SETTINGS = [
    *({"presolve": True, "seed": s} for s in (1, 2, 3, 4, 5)),
    *({"presolve": False, "seed": s} for s in (1, 2, 3, 4, 5)),
]


def larger(cities, seed):
    """Return a problem of 13 to 60 pitches with a goal of every kind now and then."""
    g, m, random = pp.goals, pp.limits, np.random.default_rng(seed)
    city = cities.make_city((3, 3), residents_per_ha=float(random.integers(2, 12)), seed=seed)
    found = cities.make_candidates(
        city, int(random.integers(6, 14)), bays=(2, 4), clash_m=float(random.choice([20, 120])), seed=seed
    )
    within = float(random.choice([150, 300]))
    every = [
        g.CoverResidents(within, None),
        g.CoverResidents(within, int(random.integers(5, 80))),
        g.ShortestWalk(within),
        g.FairShare(within),
        g.SpreadOut(),
        g.FewestSpots(),
        g.ShortestFarthestWalk(within, 50),
        g.StayClose(found.runs.rename(columns={"run_id": "spot_id"}).iloc[:3]),
        g.KeepPitches(SimpleNamespace(pitches=found.pitches.iloc[::3])),
    ]
    goals = (g.HostVendors(slack=0.1), every[seed % len(every)], g.KeepTrafficClear())
    limits = [m.SpotSize(2)] if seed % 3 == 0 else [m.Quota("community_id", "each", 0, 9)]
    return pp.siting_problem(found, city, vendors=int(random.integers(4, 25)), goals=goals, limits=limits)


def sought(problem, **options):
    try:
        plan = problem.solve(time_limit_s=30, **options)
    except pp.NoPlanExists:
        return None
    assert (plan.goals["bound"] == plan.goals["sought"]).all()
    return plan.goals["sought"].tolist()


def test_every_solver_and_setting_reaches_the_same_values(instances, cities, monkeypatch, chunk):
    problems = [p.problem for seed in range(6) for p in instances.series(5000 + 6 * chunk + seed, 2)]
    problems += [larger(cities, 8 * chunk + k) for k in range(EACH - len(problems))]
    problems = [p for p in problems if isinstance(p, pp.SitingProblem)]
    assert max(len(p.facts.pitches) for p in problems) <= 60
    for number, problem in enumerate(problems):
        best = sought(problem)
        assert sought(problem, solver=pulp.PULP_CBC_CMD(msg=False)) == best, number
        setting = partial(solve_stage, **SETTINGS[(number + chunk) % len(SETTINGS)])
        with monkeypatch.context() as patch:
            for searching in (levels, median, whole):
                patch.setattr(searching, "solve_stage", setting)
            assert sought(problem, solver="highs") == best, (number, setting)
