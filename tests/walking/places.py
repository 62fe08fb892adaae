"""Residents, runs and bays in small."""

import numpy as np
import pandas as pd

from pitchplan.walking.residents import ResidentPoints


def residents_at(places, people=None, community=None):
    """Residents at places, one each unless said."""
    xy = np.asarray(places, dtype=float).reshape(-1, 2)
    people = np.ones(len(xy)) if people is None else np.asarray(people)
    community = np.full(len(xy), "") if community is None else np.asarray(community)
    return ResidentPoints(
        xy[:, 0].copy(), xy[:, 1].copy(), people.astype(np.int64), community.astype(object), "test"
    )


def frames(bays):
    """Tables of runs and pitches from (run, x, y); one run has no bay."""
    names = sorted({r for r, _, _ in bays} | {"empty"})
    return pd.DataFrame({"run_id": names}), pd.DataFrame(bays, columns=["run_id", "x_m", "y_m"])
