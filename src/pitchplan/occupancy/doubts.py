"""Counts that may be as they are, but had better be looked at."""

from __future__ import annotations

import pandas as pd

from pitchplan.schemas import OCCUPANCY_DOUBTS

__all__ = ["TIMES_AS_MANY", "doubts_of"]

TIMES_AS_MANY = 2.0
"""More vendors than so many per pitch are doubted (ours): tricycles may share a bay, trucks cannot."""


def doubts_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rounds whose numbers contradict each other or the plan.

    They are no errors: growers do crowd where they should not, and large vehicles fill a spot of small
    pitches. They are counted as they stand.

    Parameters
    ----------
    rows : pandas.DataFrame
        row, spot_id, number, date, vendors, said (of being full: yes, no or nothing), capacity.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.OCCUPANCY_DOUBTS`, in the order of the file.
    """
    seen, room, said = rows["vendors"], rows["capacity"], rows["said"]
    reasons = {
        f"more than {TIMES_AS_MANY:g} vendors per pitch": seen > TIMES_AS_MANY * room,
        "said not to be full, with more vendors than pitches: taken as full": (said == "no") & (seen > room),
        "said to be full, with fewer than half of its pitches taken": (said == "yes") & (2 * seen < room),
    }
    found = [rows[where].assign(why=why) for why, where in reasons.items()]
    out = pd.concat(found).sort_values("row", kind="stable", ignore_index=True)
    return out[OCCUPANCY_DOUBTS.names]
