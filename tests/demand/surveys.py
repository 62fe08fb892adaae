"""Small surveys to forecast from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.season import Season

SEASON = Season("2026-06-01", "2026-08-20", hours="06:00-09:00")
CERTAIN: dict[str, Any] = {
    "weather_cv": 0,
    "cultivation_cv": 0,
    "origin_cv": 0,
    "price_cv": 0,
    "selling_cv": 0,
    "timing_sd_days": 0,
    "curve_cv": 0,
}
"""Assumptions under which nothing but chance is left."""


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    """Give a survey of one good row per set of changes."""
    base = {
        "origin": "唐王",
        "crop": "watermelon",
        "cultivation": "open",
        "area_ha": 200.0,
        "yield_t_per_ha": 45.0,
        "loss_share": 0.05,
        "city_share": 0.1,
        "load_t": 1.5,
        "selling_t_per_day": 0.5,
        "first_day": "2026-06-05",
        "peak_day": "2026-06-30",
        "last_day": "2026-07-31",
    }
    return read_harvest(pd.DataFrame([{**base, **c} for c in changes]))


def many(origins: int, **changes: Any) -> pd.DataFrame:
    """Give a survey of many equal origins with sheds and open fields."""
    shed = {
        "cultivation": "shed",
        "first_day": "2026-05-20",
        "peak_day": "2026-06-05",
        "last_day": "2026-06-25",
    }
    field = {"first_day": "2026-06-25", "peak_day": "2026-07-20", "last_day": "2026-08-15"}
    return rows(
        *({"origin": f"镇{i:02d}", **kind, **changes} for i in range(origins) for kind in (shed, field))
    )
