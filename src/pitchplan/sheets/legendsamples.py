"""The samples beside a legend's words."""

from __future__ import annotations

from pitchplan.sheets.draw import rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.signs import SIGNS
from pitchplan.sheets.symbols import flag_width, marker_sign, symbol

__all__ = ["legend_sample"]


def legend_sample(key: str, x: float, y: float, u: float) -> str:
    """Draw a legend's sample, 9 mm wide, around a height."""
    wide = 9.0 * u
    middle = x + wide / 2
    if key == "marker":
        return marker_sign(x + 2.1 * u, y, 8, 3, 1.9 * u, flag_width(3, max(u * 0.94, 0.93)))
    if key == "marker_bare":
        return marker_sign(middle, y, 8, 3, 1.9 * u, 0.0)
    if key in ("dot", "other_spot"):
        fill, edge = (INK["red"], "#FFFFFF") if key == "dot" else ("#FFFFFF", INK["red"])
        return (
            f'<circle cx="{middle:.2f}" cy="{y:.2f}" r=".8" fill="{fill}" stroke="{edge}" '
            f'stroke-width=".3"/>\n'
        )
    if key == "pitch":
        return "".join(
            rect(x + (0.9 + 2.5 * k) * u, y - 0.5 * u, 2.1 * u, 1.0 * u, fill=INK["pitch"]) for k in range(3)
        )
    if key in SIGNS:
        return symbol(key, middle, y, 2.2 * u)
    if key in ("district", "community"):
        line = f'<path d="M{x:.2f} {y:.2f}h{wide:.2f}" fill="none" stroke='
        if key == "community":
            return (
                f'{line}"{INK["community"]}"'
                f' stroke-width=".3" stroke-linecap="round" stroke-dasharray=".02 .9"/>\n'
            )
        return (
            f'{line}"{INK["district"]}" stroke-width="1.7" stroke-opacity=".16"/>'
            f'{line}"{INK["district"]}" stroke-width=".5" stroke-dasharray="3.2 .9 .5 .9"/>\n'
        )
    if key in ("main", "street"):
        high = (1.9 if key == "main" else 1.4) * u
        edge = INK[f"{key}_edge"]
        return (
            rect(x, y - high / 2, wide, high, fill=INK[key])
            + f'<path d="M{x:.2f} {y - high / 2:.2f}h{wide:.2f}m{-wide:.2f} {high:.2f}h{wide:.2f}" '
            f'stroke="{edge}" stroke-width=".28"/>\n'
        )
    edge = INK.get(f"{key}_edge", INK["rule"])
    return rect(x, y - 1.25 * u, wide, 2.5 * u, fill=INK[key], stroke=edge, stroke_width=0.15)
