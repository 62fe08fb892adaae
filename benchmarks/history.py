"""The forecast beside what is known of real cities: orders of magnitude, no more.

    python benchmarks/history.py

Zhongmu 2011: 350,000 t on 127,000 mu in sheds, small tunnels and open fields. With 5 % of it sold directly
in 60 days and 0.35 to 0.8 t sold per vendor and day, 365 to 830 vendors stand in the mean. For the maps of
Hefei and Jinan only spots are known; Luyang district (Hefei, 2022) had 211 stalls in 44 spots. The table says
which harvest, sold directly, would just fill so many stalls in 9 seasons of 10, by the same model.
"""

from __future__ import annotations

import pandas as pd

import pitchplan as pp

MU = {"大棚": 42_000, "小拱棚": 60_000, "露地": 25_000}
WINDOWS = {
    "大棚": ("05-10", "06-01", "06-20"),
    "小拱棚": ("05-25", "06-15", "07-10"),
    "露地": ("06-15", "07-05", "08-01"),
}
SHARE, RATES = 0.05, (0.35, 0.5, 0.8)
SPOTS = {"Jinan 2013": 427, "Jinan 2021": 266, "Jinan 2025": 399, "Hefei 2011": 643, "Hefei 2020": 684}
STALLS_PER_SPOT = 211 / 44


def county(selling_t_per_day: float) -> pd.DataFrame:
    """Make Zhongmu's survey as far as it is known; loads and windows are ours."""
    rows = []
    for cultivation, mu in MU.items():
        first, peak, last = (f"2011-{day}" for day in WINDOWS[cultivation])
        rows.append(
            {
                "origin": "中牟",
                "crop": "西瓜",
                "cultivation": cultivation,
                "area_mu": mu,
                "yield_t_per_mu": 350_000 / 127_000,
                "loss_share": 0,
                "city_share": SHARE,
                "load_t": 1.5,
                "selling_t_per_day": selling_t_per_day,
                "first_day": first,
                "peak_day": peak,
                "last_day": last,
            }
        )
    return pp.read_harvest(pd.DataFrame(rows))


def main() -> None:
    """Print both tables."""
    season = pp.Season("2011-05-10", "2011-08-05")
    forecasts = {rate: pp.forecast_vendors(county(rate), season, overhead_days=0) for rate in RATES}
    print("t/day | D / r in 60 days | mean of the fullest week | 90 % of the season's peak | for 9 of 10")
    for rate, forecast in forecasts.items():
        steady = 350_000 * SHARE / 60 / rate
        peak, provide = forecast.peak, forecast.to_provide(0.9).peak
        week = forecast.table["mean"].max()
        print(f"{rate:g} | {steady:.0f} | {week:.0f} | {peak.p05} to {peak.p95} | {provide}")
    print("\nmap | spots | stalls, about | t sold directly that fill them, at 0.35, 0.5 and 0.8 t/day")
    for name, spots in SPOTS.items():
        stalls = spots * STALLS_PER_SPOT
        tonnes = [350_000 * SHARE * stalls / forecasts[rate].to_provide(0.9).peak for rate in RATES]
        print(f"{name} | {spots} | {stalls:.0f} | {', '.join(f'{t:,.0f}' for t in tonnes)}")


if __name__ == "__main__":
    main()
