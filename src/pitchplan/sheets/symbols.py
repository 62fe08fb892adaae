"""Small signs: features on the map, and the numbered markers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pitchplan.sheets.draw import label
from pitchplan.sheets.ink import INK
from pitchplan.sheets.signs import SIGNS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from pitchplan.sheets.markers import Marker
    from pitchplan.sheets.sheet import Sheet

__all__ = ["flag_width", "marker_sign", "marker_xml", "other_dots", "spot_dots", "symbol"]


def symbol(kind: str, x: float, y: float, size: float) -> str:
    """Return a feature's sign; each kind has its own outline, so colour is not needed to tell them.

    Parameters
    ----------
    kind : str
        One of `pitchplan.sheets.signs.SIGNS`.
    x, y : float
        Its middle, millimetres.
    size : float
        Its height, millimetres.

    Returns
    -------
    str
        SVG elements.
    """
    sign = SIGNS[kind]
    inside = f'<path d="{sign.inside}" fill="#FFFFFF"/>' if sign.inside else ""
    return (
        f'<g transform="translate({x:.2f} {y:.2f}) scale({size / 12:.4f})">'
        f'<path d="{sign.outline}" fill="{sign.colour}" stroke="#FFFFFF" stroke-width="1.2" '
        f'paint-order="stroke"/>{inside}</g>\n'
    )


def marker_sign(x: float, y: float, number: int, capacity: int, radius: float, flag: float) -> str:
    """Return a numbered circle with a flag that says how many pitches there are.

    Parameters
    ----------
    x, y : float
        The circle's middle, millimetres.
    number : int
        The spot's number.
    capacity : int
        Its pitches.
    radius, flag : float
        The circle's radius, and how far the flag reaches beyond it, millimetres; 0 for no flag.

    Returns
    -------
    str
        SVG elements.
    """
    disc = (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" fill="{INK["red"]}" stroke="#FFFFFF" '
        f'stroke-width=".3"/>'
    )
    if not flag:
        return disc + _figure(x, y, number, radius)
    k = flag / flag_width(capacity, 1.0)  # how much larger the flag's letters are than on A3
    high = radius * 1.36
    out = (
        f'<path d="M{x:.2f} {y - high / 2:.2f}h{radius + flag - 0.5:.2f}q.5 0 .5 .5v{high - 1:.2f}q0 .5 '
        f'-.5 .5h{0.5 - radius - flag:.2f}z"'
        f' fill="#FFFFFF" stroke="{INK["red"]}" stroke-width=".28"/>{disc}'
    )
    # A drawn cross: in Chinese fonts the multiplication sign is as wide as a character.
    text = 2.05 * k
    cx, cy, arm = x + radius + 0.95 * k, y, 0.36 * k
    out += (
        f'<path d="M{cx - arm:.2f} {cy - arm:.2f}l{2 * arm:.2f} {2 * arm:.2f}m{-2 * arm:.2f} '
        f'0l{2 * arm:.2f} {-2 * arm:.2f}"'
        f' stroke="{INK["red"]}" stroke-width=".26" fill="none"/>'
    )
    out += label(
        cx + arm + 0.4 * k, y + text * 0.365, str(capacity), text, fill=INK["red"], bold=True
    ).strip()
    return out + _figure(x, y, number, radius)


def _figure(x: float, y: float, number: int, radius: float) -> str:
    """Draw the number: digits are 0.733 font sizes high, 2.24 mm where spots do not crowd."""
    size = radius * (1.3 if len(str(number)) <= 2 else 1.04)
    return label(x, y + size * 0.366, str(number), size, fill="#FFFFFF", bold=True, anchor="middle")


def flag_width(capacity: int, unit: float) -> float:
    """Return how far a marker's flag reaches beyond its circle, millimetres."""
    return (2.1 + 1.12 * len(str(capacity))) * unit


def marker_xml(markers: list[Marker], spots: pd.DataFrame) -> str:
    """Draw all leaders, then all true places, then all markers, so that no line runs over a number."""
    leaders, dots, signs = [], [], []
    for m, number, capacity in zip(markers, spots["number"], spots["capacity"], strict=True):
        if math.hypot(m.x - m.spot_x, m.y - m.spot_y) > m.radius:
            leaders.append(f"M{m.x:.2f} {m.y:.2f}L{m.spot_x:.2f} {m.spot_y:.2f}")
        dots.append(f'<circle cx="{m.spot_x:.2f}" cy="{m.spot_y:.2f}" r=".62"/>')
        signs.append(
            f"<g>{marker_sign(m.x, m.y, int(number), int(capacity), m.radius, m.flag).strip()}</g>\n"
        )
    if not markers:
        return ""
    path = "".join(leaders)
    lines = (
        f'<path d="{path}" fill="none" stroke="#FFFFFF" stroke-width=".9" stroke-opacity=".85"/>\n'
        f'<path d="{path}" fill="none" stroke="{INK["red"]}" stroke-width=".32"/>\n'
        if path
        else ""
    )
    return (
        lines
        + f'<g fill="{INK["red"]}" stroke="#FFFFFF" stroke-width=".2">{"".join(dots)}</g>\n'
        + "".join(signs)
    )


def other_dots(places: NDArray[np.float64]) -> str:
    """Draw spots of other pages as open rings, without numbers: those stand in their own lists."""
    rings = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".8"/>' for x, y in places)
    return f'<g fill="#FFFFFF" stroke="{INK["red"]}" stroke-width=".3">{rings}</g>\n'


def spot_dots(sheet: Sheet) -> str:
    """Draw every spot as a dot, the larger the more pitches it has."""
    spots = sheet.published.spots
    places = sheet.page.to_paper(spots[["x_m", "y_m"]].to_numpy(float))
    dots = "".join(
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{(0.55 + 0.06 * min(capacity, 12)) * sheet.page.unit:.2f}"/>'
        for (x, y), capacity in zip(places, spots["capacity"], strict=True)
    )
    return f'<g fill="{INK["red"]}" stroke="#FFFFFF" stroke-width=".2">{dots}</g>\n'
