"""Pictures of a forecast: the fan of a season and the tornado of its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.demand.model.quantiles import quantiles
from pitchplan.errors import PitchplanError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pitchplan.demand.forecast import Forecast
    from pitchplan.demand.sensitivity import Sensitivity

__all__ = ["draw_fan", "draw_tornado"]

_GREEN, _LIGHT, _INK = "#2a7f3f", "#8dbf9a", "#222222"


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    try:
        from matplotlib import pyplot as plt
    except ImportError:
        raise PitchplanError("Plots need matplotlib. Install it with: pip install pitchplan[plot]") from None
    return plt.subplots(figsize=size, layout="constrained")[1] if ax is None else ax


def draw_fan(forecast: Forecast, ax: Axes | None, counts: pd.DataFrame | None) -> Axes:
    """Draw the median and the central 50 % and 90 % of each day, and counts as points.

    Parameters
    ----------
    forecast : Forecast
        What to draw.
    ax : matplotlib.axes.Axes or None
        Where to draw; a new figure without it.
    counts : pandas.DataFrame or None
        ``date``, ``vendors`` and ``full`` (a count that is only a lower bound) per day.

    Returns
    -------
    matplotlib.axes.Axes
        With the picture.
    """
    ax = _axes(ax, (9, 4.2))
    first = np.datetime64(forecast.season.first, "D")
    days: NDArray[Any] = first + np.arange(forecast.season.days)
    p05, p25, p50, p75, p95 = quantiles(forecast.draws_by_day, (0.05, 0.25, 0.5, 0.75, 0.95))
    ax.fill_between(days, p05, p95, color=_GREEN, alpha=0.18, lw=0, label="9 of 10 seasons")
    ax.fill_between(days, p25, p75, color=_GREEN, alpha=0.35, lw=0, label="1 of 2 seasons")
    ax.plot(days, p50, color=_GREEN, lw=1.8, label="median")
    if counts is not None and len(counts):
        full = counts["full"].to_numpy(dtype=bool)
        when, seen = counts["date"].to_numpy(dtype="datetime64[D]"), counts["vendors"].to_numpy(dtype=float)
        ax.plot(when[~full], seen[~full], "o", color=_INK, ms=3.5, label="counted")
        if full.any():
            ax.plot(when[full], seen[full], "^", mfc="none", color=_INK, ms=5, label="counted, spots full")
    ax.set_ylabel("vendors present, most at once")
    ax.set_ylim(bottom=0)
    ax.set_xlim(days[0], days[-1])
    _date_axis(ax)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#dddddd", lw=0.6)
    ax.set_axisbelow(True)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return ax


def _date_axis(ax: Axes) -> None:
    from matplotlib import dates

    locator = dates.AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def draw_tornado(found: Sensitivity, ax: Axes | None) -> Axes:
    """Draw one bar per input from its low to its high, the widest on top.

    Parameters
    ----------
    found : Sensitivity
        What to draw; inputs that do not vary are left out.
    ax : matplotlib.axes.Axes or None
        Where to draw; a new figure without it.

    Returns
    -------
    matplotlib.axes.Axes
        With the picture.
    """
    table = found.table[found.table["swing"] > 0].iloc[::-1]
    ax = _axes(ax, (9, 0.7 + 0.42 * max(len(table), 2)))
    place = np.arange(len(table))
    low, high = table["low"].to_numpy(float), table["high"].to_numpy(float)
    ax.barh(place, np.minimum(low, found.base) - found.base, left=found.base, color=_LIGHT, height=0.62)
    ax.barh(place, np.maximum(high, found.base) - found.base, left=found.base, color=_GREEN, height=0.62)
    for y, a, b in zip(place, low, high, strict=True):
        ax.annotate(f"{a:.0f}", (a, y), (-4, 0), textcoords="offset points", ha="right", va="center", size=8)
        ax.annotate(f"{b:.0f}", (b, y), (4, 0), textcoords="offset points", ha="left", va="center", size=8)
    ax.axvline(found.base, color=_INK, lw=0.8)
    ax.set_yticks(place, table["meaning"].tolist())
    ax.margins(x=0.1)
    ax.set_xlabel("vendors on the fullest day when only this varies (5 % to 95 %)")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax
