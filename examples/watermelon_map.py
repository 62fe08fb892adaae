"""The watermelon map of Spring City, from the harvest survey to the printed sheet.

    python examples/watermelon_map.py --out out

Beside the plan it prints what two simpler planners reach: one that always takes the best pitch left
(greedy) and one that draws legal pitches by lot (random).
"""

from __future__ import annotations

import guarding  # noqa: F401  # first: it also holds while the others are loaded

# isort: split

import argparse
import datetime as dt
from pathlib import Path

from outputs import Result, end_if_stopped, summary, write_all

import pitchplan as pp


def main() -> None:
    """Make the map and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the results")
    parser.add_argument("--level", type=float, default=0.9, help="share of seasons in which all find a pitch")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds the solver may take")
    options = parser.parse_args()
    started = dt.datetime.now(dt.UTC)

    spring = pp.datasets.spring_city()
    city, season, book, decisions = spring.city, spring.season, spring.book, spring.decisions

    forecast = pp.forecast_vendors(spring.survey, season, gateways=spring.gateways)
    candidates = pp.find_candidates(city, book, season=season, decisions=decisions)
    problem = pp.siting_problem(
        candidates, city, vendors=forecast.to_provide(options.level), decisions=decisions
    )
    plan = problem.solve(time_limit_s=options.time_limit)
    audit = pp.audit_plan(plan, city, book).raise_for_breaches()
    sheet = pp.map_sheet(
        plan,
        city,
        title=spring.titles["title"],
        title_en=spring.titles["title_en"],
        publisher=f"{spring.titles['publisher']}  {spring.titles['publisher_en']}",
        audit=audit,
    )
    end_if_stopped(plan, audit, sheet, options.out)
    others = {
        "greedy planner": pp.greedy_plan(problem),
        "random planner": pp.random_plan(problem, pitches=len(plan.pitches), seed=0),
    }
    result = Result(forecast, candidates, plan, audit, others)
    inputs = {path.name: path for path in sorted(spring.folder.iterdir()) if path.is_file()}
    write_all(result, sheet, options.out, inputs=inputs, started=started)
    print(summary(result, options.out))


if __name__ == "__main__":
    main()
