"""How often the forecast's intervals hold, in worlds that are not ours: see `worlds`.

    python benchmarks/calibration.py                                 # 2,000 seasons of each kind
    python benchmarks/calibration.py --seasons 200 --kinds ae --told e

In every season the forecast sees the survey alone. An interval holds if the truth is not outside of it: of
the season's peak, and of each week in which 5 vendors or more are expected. An oracle knows all that is
true of the season but who comes when and how long they stay; no interval can be much narrower than that
of its 200 replays. Where the forecast is told, it knows how much stronger the shocks are (d), or how the
market saturates (e); in (d) it still believes the ranges of the survey. All rows have the same seeds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from measuring import cpu_of
from worlds import CV, KINDS, SATURATION, SHIFT_SD_DAYS, draw_world

import pitchplan as pp

REPLAYS = 200
LEAST_VENDORS = 5
HALF, MOST = 0.5, 0.9
TOLD = {
    "d": {
        "weather_cv": 2 * CV["weather"],
        "cultivation_cv": 2 * CV["kind"],
        "price_cv": 2 * CV["price"],
        "selling_cv": 2 * CV["selling"],
        "origin_cv": 2 * CV["own"],
        "curve_cv": 2 * CV["curve"],
        "timing_sd_days": 2 * SHIFT_SD_DAYS,
    },
    "e": {"saturation": SATURATION},
}
ROWS = {"d": "(d) with cvs told", "e": "(e) with saturation told"}
HEAD = """kind | seasons | peak in 50 % | peak in 90 % | above | weeks in 50 % | weeks in 90 % \
| width / median | width / oracle's | bias | log ratio | CPU s"""

_REPLAYS_OF_MEAN = 20


@dataclass(frozen=True)
class Task:
    """One season to forecast."""

    kind: str
    seed: int
    draws: int
    told: bool
    oracle: bool


def season_of(task: Task) -> dict[str, float]:
    """Forecast one season, and hold it against the truth."""
    world = draw_world(task.kind, task.seed)
    weeks, peak = world.truth()
    replays = world.replays(REPLAYS if task.oracle else _REPLAYS_OF_MEAN, seed=0)
    counted = replays.mean(axis=0) >= LEAST_VENDORS
    survey, season = pp.read_harvest(world.survey), pp.Season(*world.season)
    options = {"draws": task.draws, "seed": task.seed, **(TOLD[task.kind] if task.told else {})}
    seconds, forecast = cpu_of(lambda: pp.forecast_vendors(survey, season, **options))
    middle = float(np.median(forecast.peak_draws))
    out = {"cpu": seconds, "bias": middle / peak - 1, "log": float(np.log(middle / peak))}
    for level in (HALF, MOST):
        low, high = central(forecast.peak_draws, level)
        by_week = forecast.interval(level)
        held = (by_week["low"].to_numpy() <= weeks) & (weeks <= by_week["high"].to_numpy())
        out |= {f"peak {level}": low <= peak <= high, f"weeks {level}": float(held[counted].mean())}
    out |= {"above": peak > high, "width": (high - low) / middle, "ratio": np.nan}
    if task.oracle:
        least, most = central(replays.max(axis=1), MOST)
        out["ratio"] = (high - low) / (most - least)
    return out


def central(draws: np.ndarray, level: float) -> tuple[int, int]:
    """Give the central interval by order statistics."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return int(low), int(high)


def cells(seasons: pd.DataFrame) -> list[str]:
    """Sum up the seasons of one row; a share with its standard error, that of weeks by season."""
    many = len(seasons)

    def share(name: str) -> str:
        values = seasons[name].astype(float)
        return f"{values.mean():.1%} ± {values.std(ddof=0) / many**0.5:.1%}"

    shares = [
        share(name) for name in (f"peak {HALF}", f"peak {MOST}", "above", f"weeks {HALF}", f"weeks {MOST}")
    ]
    bias, log = (f"{seasons[name].mean():+.3f} ± {seasons[name].sem():.3f}" for name in ("bias", "log"))
    middle = seasons.median(numeric_only=True)
    return [
        f"{many}",
        *shares,
        f"{middle['width']:.2f}",
        f"{middle['ratio']:.2f}",
        bias,
        log,
        f"{middle['cpu']:.3f}",
    ]


def table(rows: Sequence[tuple[str, bool]], seasons: int, draws: int, oracle: int) -> None:
    """Print the table, each row when its seasons are done."""
    print(f"| {HEAD} |\n|---|{'---:|' * HEAD.count('|')}", flush=True)
    # A fresh interpreter per worker, so that its libraries see how many threads they may use.
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for kind, told in rows:
            tasks = [Task(kind, seed, draws, told, seed < oracle) for seed in range(seasons)]
            done = pd.DataFrame(pool.map(season_of, tasks, chunksize=5))
            print(f"| {' | '.join([ROWS[kind] if told else f'({kind})', *cells(done)])} |", flush=True)


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seasons", type=int, default=2000, help="seasons of each row")
    parser.add_argument("--kinds", default=KINDS, help="kinds of worlds")
    parser.add_argument("--told", default="de", help="kinds with a second row, in which the forecast is told")
    parser.add_argument("--draws", type=int, default=1000, help="draws of each forecast")
    parser.add_argument(
        "--oracle", type=int, default=200, help="seasons of each row that the oracle looks at"
    )
    given = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    rows = [(kind, told) for kind in given.kinds for told in (False, True) if not told or kind in given.told]
    table(rows, given.seasons, given.draws, given.oracle)


if __name__ == "__main__":
    main()
