"""A sheet as a quick picture in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pitchplan.sheets.ink import INK, TINTS, street_rank
from pitchplan.sheets.mapnames import district_order

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["sketch"]

_WIDTHS = (2.2, 1.5, 1.0, 0.6)  # of streets by rank, points


def sketch(sheet: Sheet, ax: Any = None) -> Any:
    """Draw communities in their districts' tints, streets by rank and numbered spots.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on.

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(9, 6))
    communities, streets = sheet.layers["communities"], sheet.layers["centrelines"]
    for k, district in enumerate(district_order(sheet)):
        part = communities[communities["district"] == district]
        part.plot(ax=ax, color=TINTS[k % len(TINTS)], edgecolor=INK["community"], linewidth=0.5)
    ranks = streets["street_class"].map(street_rank)
    for rank in (3, 2, 1, 0):
        if (ranks == rank).any():
            streets[ranks == rank].plot(ax=ax, color=INK["street_edge"], linewidth=_WIDTHS[rank])
    spots = sheet.published.spots
    ax.scatter(spots["x_m"], spots["y_m"], s=90, c=INK["red"], edgecolors="white", zorder=5)
    for x, y, number in zip(spots["x_m"], spots["y_m"], spots["number"], strict=True):
        ax.annotate(
            str(number), (x, y), color="white", ha="center", va="center", fontsize=6, weight="bold", zorder=6
        )
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax
