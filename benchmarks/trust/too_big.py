"""Whether ten Spring Cities end in a plan or in a word of our own, whatever memory there is.

    python benchmarks/trust/too_big.py                 # 10 Spring Cities side by side
    python benchmarks/trust/too_big.py --times 3 --limits 0.8 1.5 4

Each run is a process of its own under ``ulimit -v``. It prints what each came to, and ends with 1 if one was
killed, crashed or showed a traceback.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import subprocess
import sys
import time

import pandas as pd

import pitchplan as pp
from pitchplan.size import memory_told

LIMITS_GB = (0.9, 1.0, 1.2, 1.4, 1.5, 1.6, 1.65, 1.7, 1.8, 2.0, 2.3, 2.6, 2.8, 3.0, 3.2, 3.5, 4.0, 6.0)
"""The imports alone take 0.7 GB of addresses."""


def side_by_side(city: pp.City, times: int) -> pp.City:
    """Put copies of a city beside each other; every id says which copy it is of."""
    west, _, east, _ = city.bounds
    step = east - west + 400.0

    def copies(frame: pd.DataFrame) -> pd.DataFrame:
        out = []
        for k in range(times if len(frame) else 1):
            one = frame.copy()
            for column in [c for c in one.columns if c.endswith("_id")]:
                one[column] = [f"{k}-{v}" if v else v for v in one[column]]
            if len(one):
                one.geometry = one.geometry.translate(k * step, 0.0)
            out.append(one)
        return pd.concat(out, ignore_index=True)

    layers = ("streets", "centrelines", "footways", "open_spaces", "buildings", "keep_clear")
    layers += ("kerb_regulations", "zones", "communities", "footway_axes")
    return dataclasses.replace(city, **{name: copies(getattr(city, name)) for name in layers})


def one_run(times: int, limit_gb: float) -> None:
    """Plan under a limit and say what came out; the limit holds for all but the imports."""
    limit = int(limit_gb * 1e9)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    spring = pp.datasets.spring_city()
    try:
        with memory_told("laying cities side by side", "Take fewer"):
            city = side_by_side(spring.city, times)
        found = pp.find_candidates(city, spring.book, season=spring.season)
        problem = pp.siting_problem(found, city, vendors=214 * times)
        began = time.monotonic()
        plan = problem.solve(time_limit_s=30.0)
        took = time.monotonic() - began
        word = f"plan: {len(plan.pitches)} of {plan.vendors} vendors, {plan.outcome}, solved in {took:.0f} s"
        print(f"{word}; expected {problem.estimate.memory_mb / 1000:.1f} GB")
    except pp.PitchplanError as error:
        print(f"{type(error).__name__}: {str(error).splitlines()[0][:150]}")


def main() -> int:
    """Run every limit and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--limits", type=float, nargs="+", default=LIMITS_GB, metavar="GB")
    parser.add_argument("--one", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_run(options.times, options.one)
        return 0
    bad = 0
    for limit in options.limits:
        command = [sys.executable, __file__, "--times", str(options.times), "--one", str(limit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout.strip()
        fine = done.returncode == 0 and said and "Traceback" not in done.stderr
        bad += not fine
        last = done.stderr.strip().splitlines()[-1:] or [""]
        print(
            f"{limit:5.1f} GB  {said if fine else f'CRASHED ({done.returncode}): {last[0][:160]}'}",
            flush=True,
        )
    print(f"{len(options.limits) - bad} of {len(options.limits)} ended in a plan or a refusal")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
