"""The arrays say what the docstrings promise: each plan judged by the tables and the words alone."""

import pitchplan as pp

CHUNKS, TOWNS, PER_TOWN, BAYS = 10, 5, 8, 8


def test_the_best_plan_is_the_best_by_meaning(instances, meaning, chunk):
    seeds = range(1000 + 100 * chunk, 1000 + 100 * (chunk + 1))
    for seed in [s for s in seeds if len(instances.town(s)[1].pitches) <= BAYS][:TOWNS]:
        cases = instances.series(seed, PER_TOWN)
        one = cases[0]
        town = meaning.Town(one.city, one.found, one.vendors, one.decisions, one.detour)
        for number, case in enumerate(cases):
            wanted = meaning.best(town, case.goals, case.limits)
            try:
                if not case.stated:
                    raise case.problem
                found = case.problem.solve(time_limit_s=30).goals["sought"].tolist()
            except pp.NoPlanExists:
                found = None
            assert found == wanted, (seed, number, case.goals, case.limits)
