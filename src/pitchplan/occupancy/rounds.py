"""Several rounds on a day become one count of the day."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["by_day"]


def by_day(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the rounds of each spot and day together.

    Rounds on a day see mostly the same vendors, so they are no further days. Their mean is what the
    forecast is about (the mean number present on a day); the most of several rounds would be above it by
    chance alone, by 0.56 standard deviations of two.

    Parameters
    ----------
    rows : pandas.DataFrame
        spot_id, number, date, vendors, said (of being full: yes, no or nothing), complaints, capacity: one
        row per round.

    Returns
    -------
    pandas.DataFrame
        By number and day, a row each: spot_id, number, date; vendors (mean of the rounds, to the nearest
        whole one); full (in any round, as said or since all pitches were taken: then the mean is rounded
        down, for at least so many wanted to stand there); complaints (of all rounds); capacity; rounds;
        most (vendors in one of them).
    """
    taken = (rows["said"] == "yes") | (rows["vendors"] >= rows["capacity"])
    days = rows.assign(full=taken).groupby(["number", "date"], as_index=False, sort=True)
    out = days.agg(
        spot_id=("spot_id", "first"),
        total=("vendors", "sum"),
        full=("full", "any"),
        complaints=("complaints", "sum"),
        capacity=("capacity", "first"),
        rounds=("vendors", "size"),
        most=("vendors", "max"),
    )
    half = np.where(out["full"], 0.0, 0.5)
    mean = np.floor(out["total"] / out["rounds"] + half).astype(np.int64)
    names = ["spot_id", "number", "date", "vendors", "full", "complaints", "capacity", "rounds", "most"]
    return out.assign(vendors=mean)[names]
