"""A plan against choosing the best pitch first and against a hundred plans by lot, goal by goal.

    PITCHPLAN_DATA=... python benchmarks/baselines.py              # Spring City and Helsinki
    python benchmarks/baselines.py spring-city 60                  # one city, seconds for the plan

Plans by lot have as many pitches as the plan and keep every rule and limit. The plan must come first
when goals are compared in order, each as it was reached before later goals took their slack.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import pitchplan as pp

sys.path.insert(0, str(Path(__file__).parent))
import cities

LOTS = 100


def spring_city() -> pp.SitingProblem:
    """State the demonstration city's problem, as the first example does."""
    spring = pp.datasets.spring_city()
    found = pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=spring.decisions)
    vendors = pp.forecast_vendors(spring.survey, spring.season, gateways=spring.gateways).to_provide(0.9)
    return pp.siting_problem(found, spring.city, vendors=vendors, decisions=spring.decisions)


def helsinki() -> pp.SitingProblem:
    """State a problem for the centre of Helsinki, under the example rule book, with 120 vendors."""
    city = cities.helsinki()
    found = pp.find_candidates(city, pp.rule_book("jinan-2019"), season=cities.SEASON)
    return pp.siting_problem(found, city, vendors=120)


CITIES: dict[str, Callable[[], pp.SitingProblem]] = {"spring-city": spring_city, "helsinki": helsinki}


def compare(name: str, seconds: float) -> bool:
    """Print one city's comparison; return whether the plan is first."""
    problem = CITIES[name]()
    began = time.monotonic()
    plan = problem.solve(time_limit_s=seconds)
    took = time.monotonic() - began
    goals = plan.goals
    greedy = pp.greedy_plan(problem).goals["value"].to_numpy()
    plans = [pp.random_plan(problem, pitches=len(plan.pitches), seed=seed) for seed in range(LOTS)]
    lots = np.array([lot.goals["value"].to_numpy() for lot in plans])
    print(
        f"{name}: {problem.facts.vendors} vendors, {len(problem.facts.pitches)} legal pitches, {took:.0f} s"
    )
    for k, goal in enumerate(goals.itertuples()):
        low, middle, high = np.percentile(lots[:, k], [0, 50, 100])
        print(
            f"  {goal.goal}: sought {goal.sought:,.0f}, in the plan {goal.value:,.0f},"
            f" bound {goal.bound:,.0f}; best first {greedy[k]:,.0f};"
            f" by lot {low:,.0f} to {high:,.0f}, median {middle:,.0f}"
        )
    sign = np.array([-1 if goal.sense == "most" else 1 for goal in problem.goals])
    # As each goal was reached when it was sought: later ones may have taken its slack since.
    best = tuple(sign * goals["sought"].to_numpy())
    others = [tuple(sign * values) for values in (greedy, *lots)]
    ahead = sum(best <= other for other in others)
    print(f"  ahead of or level with {ahead} of {len(others)}", flush=True)
    return ahead == len(others)


def main() -> None:
    """Compare in every city, or in the one that is asked for."""
    words = sys.argv[1:]
    names = words[:1] or list(CITIES)
    seconds = float(words[1]) if len(words) > 1 else 60.0
    first = [compare(name, seconds) for name in names]
    if not all(first):
        raise SystemExit("a plan is behind one that took no search")


if __name__ == "__main__":
    main()
