"""How fast vendors are forecast, and how much faster than a loop over draws with pandas.

    python benchmarks/demand.py            # 2,000 origins x 120 days x 2,000 draws, and 20 origins

Each measurement runs in a fresh process. The loop is what one would write first: per draw it shocks a copy
of the survey, shifts a frame of arrivals per origin and day, lets them thin out lag by lag until nobody is
left, draws Poisson numbers and takes the most per week. It is measured over a few draws and scaled to all.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd
from measuring import cpu_of, in_fresh_process, median_cpu, peak_gb
from scipy import stats

import pitchplan as pp

SEASON = ("2026-05-20", "2026-09-16")
DRAWS, LOOPED = 2000, 20


def survey_of(origins: int, seed: int = 0) -> pd.DataFrame:
    """Make a survey in which no two origins are alike."""
    rng = np.random.default_rng(seed)
    first = pd.Timestamp(SEASON[0]) + pd.to_timedelta(rng.integers(0, 50, origins), "D")
    peak = first + pd.to_timedelta(rng.integers(5, 20, origins), "D")
    return pp.read_harvest(
        pd.DataFrame(
            {
                "origin": [f"village {i:04d}" for i in range(origins)],
                "crop": "watermelon",
                "cultivation": "open field",
                "area_ha": rng.uniform(2, 20, origins) * max(1, 200 / origins),
                "yield_t_per_ha": rng.uniform(30, 60, origins),
                "yield_sd_t_per_ha": 8.0,
                "yield_n": rng.integers(8, 25, origins),
                "yield_N": 100,
                "loss_share": 0.05,
                "city_share_low": 0.02,
                "city_share": 0.05,
                "city_share_high": 0.09,
                "load_t": rng.uniform(0.8, 2.4, origins),
                "selling_t_per_day": rng.uniform(0.35, 0.8, origins),
                "first_day": first,
                "peak_day": peak,
                "last_day": peak + pd.to_timedelta(rng.integers(5, 25, origins), "D"),
            }
        )
    )


def forecast(origins: int) -> None:
    """Forecast, and print CPU seconds and memory; the first, small one loads what is needed."""
    season = pp.Season(*SEASON)
    pp.forecast_vendors(survey_of(3), season, draws=100)
    survey = survey_of(origins)
    before = peak_gb()
    if origins > 100:
        seconds, out = cpu_of(lambda: pp.forecast_vendors(survey, season, draws=DRAWS))
    else:
        out = pp.forecast_vendors(survey, season, draws=DRAWS)
        seconds = median_cpu(lambda: pp.forecast_vendors(survey, season, draws=DRAWS), runs=7)
    parts = cpu_of(lambda: out.by_origin)[0]
    print(
        json.dumps(
            {
                "cpu": seconds,
                "gb": peak_gb(),
                "above_gb": peak_gb() - before,
                "mean": float(out.peak_draws.mean()),
                "by_origin": parts,
            }
        )
    )


def profile_frame(survey: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Make the share of each origin's harvest per day."""
    shares = {}
    for row in survey.itertuples():
        n = (row.last_day - row.first_day).days + 1
        mode = ((row.peak_day - row.first_day).days + 0.5) / n
        x = np.clip(((days - row.first_day).days.to_numpy()[:, None] + [0, 1]) / n, 0, 1)
        shares[row.Index] = np.diff(stats.beta(1 + 4 * mode, 5 - 4 * mode).cdf(x), axis=1)[:, 0]
    return pd.DataFrame(shares, index=days).T


def smooth(rng: np.random.Generator, days: int) -> np.ndarray:
    """Draw a smooth lognormal course of mean 1 and cv 0.2."""
    near = np.convolve(rng.standard_normal(days + 60), np.exp(-((np.arange(-30, 31) / 5) ** 2) / 2), "valid")
    return np.exp(0.198 * near / np.sqrt(5 * np.pi**0.5) - 0.0196)


def loop(origins: int) -> None:
    """Draw seasons one by one with pandas, and print CPU seconds for all draws."""
    survey = survey_of(origins)
    days = pd.date_range("2026-04-01", SEASON[1])
    profile = profile_frame(survey, days)
    rng = np.random.default_rng(1)
    peaks = []
    begin = time.process_time()
    for _ in range(LOOPED):
        rows = survey.copy()
        rows["yield_t_per_ha"] += rows["yield_se_t_per_ha"] * rng.standard_t(rows["yield_df"])
        share = stats.triang.ppf(rng.random(), 3 / 7, 0.02, 0.07) * rng.lognormal(-0.005, 0.1)
        tonnes = rows["area_ha"] * rows["yield_t_per_ha"] * (1 - rows["loss_share"]) * share
        tonnes *= rng.lognormal(-0.011, 0.149) * rng.lognormal(-0.005, 0.1)
        tonnes *= rng.lognormal(-0.011, 0.149, len(rows))
        stay = rows["load_t"] / (rows["selling_t_per_day"] * rng.lognormal(-0.02, 0.198)) + 0.5
        late = rng.normal(0, 4)
        whole = int(np.floor(late))
        late_profile = profile.shift(whole, axis=1, fill_value=0.0) * (whole + 1 - late)
        late_profile += profile.shift(whole + 1, axis=1, fill_value=0.0) * (late - whole)
        came = late_profile.mul(tonnes / rows["load_t"], axis=0) * smooth(rng, len(days))
        present = pd.Series(0.0, index=days)
        for lag in range(len(days)):
            still = stats.gamma.sf(lag + 0.5, 4, scale=stay / 4)
            if still.max() < 1e-6:
                break
            present += came.mul(still, axis=0).sum().shift(lag, fill_value=0)
        drawn = pd.Series(rng.poisson(present), index=days)[SEASON[0] :]
        peaks.append(int(drawn.resample("7D").max().max()))
    seconds = (time.process_time() - begin) / LOOPED * DRAWS
    print(json.dumps({"cpu": seconds, "gb": peak_gb(), "mean": float(np.mean(peaks))}))


def main() -> None:
    """Run the subcommand asked for, or all of them in processes of their own."""
    if len(sys.argv) == 3:
        {"forecast": forecast, "loop": loop}[sys.argv[1]](int(sys.argv[2]))
        return
    print("origins | draws | CPU s | GB in all (above before) | split by origin, CPU s | loop CPU s | ratio")
    for origins in (2000, 20):
        ours = in_fresh_process(__file__, "forecast", str(origins))
        theirs = in_fresh_process(__file__, "loop", str(origins))
        print(
            f"{origins} | {DRAWS} | {ours['cpu']:.2f} | {ours['gb']:.2f} ({ours['above_gb']:.2f}) "
            f"| {ours['by_origin']:.2f} | {theirs['cpu']:.0f} | {theirs['cpu'] / ours['cpu']:.0f}"
            f"    (mean peaks {ours['mean']:.0f}, {theirs['mean']:.0f} over {LOOPED})"
        )


if __name__ == "__main__":
    main()
