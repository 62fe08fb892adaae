"""Whether a time limit is kept: ten hard problems under limits of 1, 5 and 30 seconds.

    python benchmarks/trust/time_limits.py
    python benchmarks/trust/time_limits.py weeks replan      # some of them

Five Spring Cities side by side, one where ``ALONE`` says so: no search ends before its time but by luck. Each
plan is audited, outside of its time. It prints what each took, wall-clock, and ends with 1 where one took
more than 2 s beyond its limit, found no plan, or broke a rule, or where a solver that was told to stop is
still at work a minute after the last.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pandas as pd
import pulp
from too_big import side_by_side

import pitchplan as pp

LIMITS_S = (1.0, 5.0, 30.0)
LATE_S, LEFT_S = 2.0, 60.0
TIMES = 5
g = pp.goals


class Ground:
    """One city, and problems in it that differ by their goals."""

    def __init__(self, times: int) -> None:
        self.spring = pp.datasets.spring_city()
        self.city = side_by_side(self.spring.city, times) if times > 1 else self.spring.city
        self.found = pp.find_candidates(self.city, self.spring.book, season=self.spring.season)
        self.vendors = 214 * times

    def problem(self, *goals: object) -> pp.SitingProblem:
        """State the problem of these goals, after hosting the vendors; without any, of the usual goals."""
        asked = {"goals": [g.HostVendors(), *goals]} if goals else {}
        return pp.siting_problem(self.found, self.city, vendors=self.vendors, **asked)


def solving(*goals: object, solver: object = "auto") -> Callable[[Ground], Callable[[float], pp.Plan]]:
    """Seek a plan for goals."""

    def stated(ground: Ground) -> Callable[[float], pp.Plan]:
        problem = ground.problem(*goals)
        return lambda seconds: problem.solve(time_limit_s=seconds, solver=solver)

    return stated


def weeks(ground: Ground) -> Callable[[float], pp.Plan]:
    """Seek a plan of all weeks."""
    problem = ground.problem()
    needed = [ground.vendors * k // 6 for k in (2, 3, 4, 5, 6, 6, 6, 5, 4, 3, 2, 1)]
    return lambda seconds: problem.solve_weeks(
        needed[: len(ground.spring.season.weeks)], time_limit_s=seconds
    )


def replan(ground: Ground) -> Callable[[float], pp.Plan]:
    """Change a plan after five vetoes; looking for the way to state it anew is counted too."""
    problem = ground.problem()
    plan = problem.solve(time_limit_s=5.0)
    said = pd.DataFrame(
        {
            "decision_id": [f"V{k}" for k in range(5)],
            "what": "forbid",
            "place": plan.spots["spot_id"].head(5).to_numpy(),
            "reason": "veto",
            "who": "committee",
            "date": "2026-04-28",
        }
    )
    return lambda seconds: problem.replan(plan, said, time_limit_s=seconds).plan


CASES = {
    "usual goals": solving(),
    "capacities": solving(g.CoverResidents(), g.KeepTrafficClear()),
    "no capacities": solving(g.CoverResidents(within_m=300.0, per_pitch=None), g.KeepTrafficClear()),
    "shortest walk": solving(g.ShortestWalk(), g.FewestSpots()),
    "farthest walk": solving(g.ShortestFarthestWalk(), g.KeepTrafficClear()),
    "fair share": solving(g.FairShare(), g.SpreadOut()),
    "highs": solving(g.CoverResidents(), g.KeepTrafficClear(), solver="highs"),
    "cbc": solving(g.CoverResidents(), g.FewestSpots(), solver=pulp.PULP_CBC_CMD(msg=False)),
    "weeks": weeks,
    "replan": replan,
}
ALONE = {"farthest walk", "replan", "weeks"}
"""Cases of one Spring City: of five, the one is refused as too big; what the other does before its search has
no limit, and grows with the city."""


def tried(names: list[str]) -> Iterator[bool]:
    """Try every case under every limit; tell which were kept."""
    grounds = {times: Ground(times) for times in {1 if n in ALONE else TIMES for n in names}}
    for name in names:
        ground = grounds[1 if name in ALONE else TIMES]
        seek = CASES[name](ground)
        for limit in LIMITS_S:
            began = time.monotonic()
            try:
                plan = seek(limit)
            except pp.PitchplanError as error:
                print(
                    f"{name:<14} {limit:4.0f} s: {type(error).__name__}: {str(error).splitlines()[0][:120]}"
                )
                yield False
                continue
            took = time.monotonic() - began
            audit = pp.audit_plan(plan, ground.city, ground.spring.book)
            kept = took <= limit + LATE_S and not len(audit.breaches)
            said = f"{took:5.1f} s, {plan.outcome}, {len(plan.pitches)} pitches, {plan.shortfall} without"
            missed = "" if kept else f"  MISSED ({len(audit.breaches)} breaches)"
            print(f"{name:<14} {limit:4.0f} s: {said}{missed}", flush=True)
            yield kept


def main() -> int:
    """Try them and judge."""
    kept = list(tried(sys.argv[1:] or [*CASES]))
    print(f"{sum(kept)} of {len(kept)} within {LATE_S:.0f} s of their limit, with a plan that breaks no rule")
    until = time.monotonic() + LEFT_S
    while threading.active_count() > 1 and time.monotonic() < until:
        time.sleep(0.1)
    left = threading.active_count() - 1
    print(f"{left} solvers still at work after {LEFT_S + time.monotonic() - until:.1f} s", flush=True)
    return 0 if all(kept) and not left else 1


if __name__ == "__main__":
    # Python would wait for a solver that does not look up.
    os._exit(main())
