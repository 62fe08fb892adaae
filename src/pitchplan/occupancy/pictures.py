"""Picture of a season: how much of each spot was used, and how often it was full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.errors import PitchplanError
from pitchplan.occupancy.scores import IDLE_BELOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOST_ROWS", "draw_use"]

MOST_ROWS = 60
"""Up to so many spots have a row each; of more, only those that are idle or overfull."""
_LOOKS = {
    "idle": ("#b5651d", "v"),
    "used": ("#2a7f3f", "o"),
    "overfull": ("#b3202a", "^"),
    "too few counts": ("#8a8a8a", "s"),
}
"""Colour and mark of a status; the marks tell them apart without the colours."""


def draw_use(scored: pd.DataFrame, ax: Axes | None) -> Axes:
    """Draw a row per spot counted, the most used one on top.

    Parameters
    ----------
    scored : pandas.DataFrame
        Columns as `schemas.OCCUPANCY_SCORES`.
    ax : matplotlib.axes.Axes or None
        Where to draw; a new figure without it.

    Returns
    -------
    matplotlib.axes.Axes
        Across: the share of its pitches that was used, with its interval. On the right: on how many of
        the days counted it was full.
    """
    try:
        from matplotlib import pyplot as plt
    except ImportError:
        raise PitchplanError("Plots need matplotlib. Install it with: pip install pitchplan[plot]") from None
    shown = scored[scored["days"] > 0]
    if len(shown) > MOST_ROWS:
        shown = shown[shown["status"].isin(["idle", "overfull"])]
    shown = shown.sort_values(["used_share", "days_full", "number"], ascending=[True, True, False])
    if ax is None:
        ax = plt.subplots(figsize=(7.5, max(2.4, 1.2 + 0.19 * len(shown))), layout="constrained")[1]
    ax.axvline(IDLE_BELOW, color="#999999", lw=0.8, ls="--", label=f"idle below {IDLE_BELOW:.0%}")
    row = np.arange(len(shown))
    for status, (colour, mark) in _LOOKS.items():
        these = (shown["status"] == status).to_numpy()
        spots = shown[these]
        if not len(spots):
            continue
        used, mean = spots["used_share"].to_numpy(float), spots["mean"].to_numpy(float)
        pitches = np.where(mean > 0, mean / np.maximum(used, 1e-12), spots["capacity"])
        reach = np.maximum([used - spots["mean_low"] / pitches, spots["mean_high"] / pitches - used], 0)
        label = f"{status} ({(scored['status'] == status).sum()})"
        ax.errorbar(used, row[these], xerr=reach, fmt=mark, color=colour, ms=5, elinewidth=0.9, label=label)
    for at, spot in zip(row, shown.itertuples(), strict=True):
        text = f"full {spot.days_full} of {spot.days} days"
        ax.annotate(
            text, (1, at), (4, 0), ("axes fraction", "data"), "offset points", fontsize=7, va="center"
        )
    ax.set_yticks(row, [str(n) for n in shown["number"]], fontsize=7)
    ax.set_ylim(-0.8, max(len(shown), 1) - 0.2)
    ax.set_xlim(left=-0.02)
    ax.set_xlabel("share of its pitches used on the days counted")
    ax.set_ylabel(
        "number of the spot" if len(shown) == (scored["days"] > 0).sum() else "idle or overfull spot"
    )
    ax.spines[["top", "right"]].set_visible(False)
    unseen = int((scored["days"] == 0).sum())
    ax.legend(frameon=False, fontsize=8, loc="lower right", title=f"{unseen} not counted" if unseen else None)
    return ax
