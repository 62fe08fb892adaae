"""A picture of what was looked at: legal bays, and refused places by reason."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.places import rectangles
from pitchplan.candidates.screened import Screened

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.candidates.candidates import Candidates

__all__ = ["plot_candidates"]

_BAY = "#009E73"
_OTHER = "#BBBBBB"
_COLOURS = ("#D55E00", "#0072B2", "#CC79A7", "#E69F00", "#56B4E9", "#8A6D3B", "#6A4C93")
"""Colours of Okabe and Ito and two more, told apart by people who see red and green alike."""


def plot_candidates(
    found: Candidates, ax: Any, centre: tuple[float, float] | None, radius_m: float | None
) -> Any:
    """Draw bays as rectangles and refused places as dots, coloured by the rule that decides.

    Parameters
    ----------
    found : Candidates
    ax : matplotlib.axes.Axes or None
        Axes to draw in; new ones where None.
    centre : (float, float), optional
        Middle of the picture in the planning CRS; the whole city where None.
    radius_m : float, optional
        How far the picture reaches from its middle, metres.

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib.pyplot as plt
    from matplotlib.collections import PolyCollection

    own = ax is None
    if own:
        _, ax = plt.subplots(figsize=(10, 7), layout="constrained")
    seen, near = found.looked_at, _within(found.looked_at.x_m, found.looked_at.y_m, centre, radius_m)
    size = 0.3 if radius_m is None else max(0.3, 1200.0 / radius_m)
    reason = _deciding(seen)
    for label, colour, mask in _by_reason(seen, reason, near):
        ax.scatter(
            seen.x_m[mask],
            seen.y_m[mask],
            s=size,
            c=colour,
            label=plain(label),
            linewidths=0,
            rasterized=True,
        )
    bays = found.pitches[
        _within(found.pitches["x_m"].to_numpy(), found.pitches["y_m"].to_numpy(), centre, radius_m)
    ]
    corners = shapely.get_coordinates(_drawn(bays)).reshape(len(bays), 5, 2)
    legal = f"legal: {len(bays)} bays in {bays['run_id'].nunique()} runs"
    ax.add_collection(PolyCollection(corners, facecolors=_BAY, edgecolors=_BAY, linewidths=0.4, label=legal))
    if centre is not None and radius_m is not None:
        ax.set_xlim(centre[0] - radius_m, centre[0] + radius_m)
        ax.set_ylim(centre[1] - radius_m, centre[1] + radius_m)
    else:
        ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set_axis_off()
    title = f"{found.book_id}: {len(seen)} places, {found.legal} legal"
    ax.set_title(plain(title), fontsize=10)
    # Beside the picture where it is ours to lay out, else where it hides the least.
    key = (
        ax.figure.legend(loc="outside right center", frameon=False, fontsize=9)
        if own
        else ax.legend(loc="best", fontsize=8)
    )
    for handle in key.legend_handles:
        if hasattr(handle, "set_sizes"):
            handle.set_sizes([24.0])
    return ax


def _within(
    x: NDArray[np.float64], y: NDArray[np.float64], centre: tuple[float, float] | None, radius_m: float | None
) -> NDArray[np.bool_]:
    if centre is None or radius_m is None:
        return np.ones(len(x), dtype=bool)
    near: NDArray[np.bool_] = (np.abs(x - centre[0]) <= radius_m) & (np.abs(y - centre[1]) <= radius_m)
    return near


def _drawn(pitches: pd.DataFrame) -> NDArray[np.object_]:
    columns = ("x_m", "y_m", "bearing_deg", "length_m", "width_m")
    return rectangles(*(pitches[c].to_numpy(dtype=float) for c in columns))


def _deciding(seen: Screened) -> NDArray[np.intp]:
    """Give for each place the first rule of the report that refuses it, -1 where none does."""
    out = np.full(len(seen), len(seen.rules))
    np.minimum.at(out, seen.place, seen.rule)
    out[out == len(seen.rules)] = -1
    return out


def plain(text: str) -> str:
    """Return a text that matplotlib takes for no formula, on one line; an SVG holds no control characters."""
    shown = "".join(c for c in " ".join(text.split()) if unicodedata.category(c)[0] != "C")
    return shown.replace("$", r"\$")


def _by_reason(
    seen: Screened, reason: NDArray[np.intp], near: NDArray[np.bool_]
) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """List the most frequent reasons with their colours and places, all others last."""
    counts = np.bincount(reason[near & (reason >= 0)], minlength=len(seen.rules))
    order = [int(r) for r in np.argsort(-counts, kind="stable") if counts[r]]
    shown = [
        (f"{seen.rules[rule]}: {counts[rule]}", colour, near & (reason == rule))
        for rule, colour in zip(order, _COLOURS, strict=False)
    ]
    rest = order[len(_COLOURS) :]
    if rest:
        left = near & np.isin(reason, rest)
        shown.append((f"{len(rest)} other reasons: {int(left.sum())}", _OTHER, left))
    return shown
