"""By how much counts make a forecast better, in worlds that are not ours: see `worlds`.

    python benchmarks/learning.py                        # 100 seasons of each kind
    python benchmarks/learning.py --seasons 20 --kinds a

What is forecast are the weeks after the season's fourth (those in which 5 vendors or more were present).
The forecast has seen the survey alone, or learned from one count a day of the whole last year (other
weather, same city), of this season's first two or four weeks, or of last year and four weeks. The error is
the mean of |log(median / truth)| over the weeks; an interval holds if the truth is not outside of it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from dataclasses import dataclass

import numpy as np
import pandas as pd
from measuring import cpu_of
from worlds import draw_world

import pitchplan as pp

DAYS = 28
LEAST_VENDORS = 5
CASES = ("survey alone", "last year", "two weeks", "four weeks", "last year, four weeks")


@dataclass(frozen=True)
class Task:
    """One season to forecast."""

    kind: str
    seed: int
    draws: int


def season_of(task: Task) -> list[dict[str, object]]:
    """Forecast one season with more and more counts, and hold each against the truth."""
    world = draw_world(task.kind, task.seed)
    weeks, _ = world.truth()
    counts, last = world.counts(0), world.last_year(0).counts(0)
    survey, season = pp.read_harvest(world.survey), pp.Season(*world.season)
    forecast = pp.forecast_vendors(survey, season, draws=task.draws, seed=task.seed)
    told = {
        "survey alone": [],
        "last year": [last],
        "two weeks": [counts[:14]],
        "four weeks": [counts[:DAYS]],
        "last year, four weeks": [last, counts[:DAYS]],
    }
    rows = []
    for case, tables in told.items():
        seconds, after = cpu_of(lambda tables=tables: learned(forecast, tables))
        rows.append({"case": case, "cpu": seconds, **held_against(after, weeks)})
    return rows


def learned(forecast: pp.Forecast, tables: list[pd.DataFrame]) -> pp.Forecast:
    """Learn from one table after the other."""
    for table in tables:
        forecast = forecast.learn(table)
    return forecast


def held_against(forecast: pp.Forecast, weeks: np.ndarray) -> dict[str, float]:
    """Give error, coverage and width of the weeks that are still to come."""
    first = DAYS // 7
    due = np.flatnonzero(weeks[first:] >= LEAST_VENDORS) + first
    table, half, most = forecast.table, forecast.interval(0.5), forecast.interval(0.9)
    middle = np.maximum(table["median"].to_numpy(dtype=float)[due], 0.5)
    truth = weeks[due]
    out = {"error": float(np.abs(np.log(middle / truth)).mean())}
    for name, interval in (("half", half), ("most", most)):
        low, high = interval["low"].to_numpy()[due], interval["high"].to_numpy()[due]
        out[name] = float(((low <= truth) & (truth <= high)).mean())
    out["width"] = float(((high - low) / middle).mean())
    out["surprise"] = float(any("98 of 100" in note for note in forecast.notes))
    return out


def main() -> None:
    """Read the command line and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seasons", type=int, default=100, help="seasons of each kind")
    parser.add_argument("--kinds", default="abcde", help="kinds of worlds")
    parser.add_argument("--draws", type=int, default=1000, help="draws of each forecast")
    given = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    print(
        "| kind | counts | error | less than without | 50 % holds | 90 % holds | width | surprised | CPU s |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    # A fresh interpreter per worker, so that its libraries see how many threads they may use.
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for kind in given.kinds:
            tasks = [Task(kind, seed, given.draws) for seed in range(given.seasons)]
            rows = [row for rows in pool.map(season_of, tasks, chunksize=2) for row in rows]
            frame = pd.DataFrame(rows).groupby("case")
            mean, middle = frame.mean(numeric_only=True), frame.median(numeric_only=True)
            for case in CASES:
                row = mean.loc[case]
                less = 1 - row["error"] / mean.loc[CASES[0], "error"]
                print(
                    f"| ({kind}) | {case} | {row['error']:.3f} | {less:.0%} | {row['half']:.0%} "
                    f"| {row['most']:.0%} | {middle.loc[case, 'width']:.2f} | {row['surprise']:.0%} "
                    f"| {middle.loc[case, 'cpu']:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
