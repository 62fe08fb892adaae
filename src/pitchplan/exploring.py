"""A plan on folium's map; names go through it as text."""

from __future__ import annotations

import importlib
import re
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.errors import PitchplanError
from pitchplan.masking import mask_numbers
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from pitchplan.plan import Plan

__all__ = ["explore_plan", "harmless"]

_RED = "#C8102E"
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def harmless(text: object) -> str:
    """Return a text that stays a text in folium's pages.

    folium writes texts as they are into HTML, and that into JavaScript between backquotes, where a
    ``${…}`` would run: beside HTML's own signs, those of JavaScript become entities too. Signs that turn
    or hide a text are left out, and nobody's number is shown.

    Examples
    --------
    >>> harmless("<b>`${1}`")
    '&lt;b&gt;&#96;&#36;&#123;1}&#96;'
    """
    out = escape(_CONTROL.sub("", mask_numbers(str(text))))
    for sign in "\\`${":
        out = out.replace(sign, f"&#{ord(sign)};")
    return out


def explore_plan(plan: Plan, *, tiles: str | None = "OpenStreetMap") -> Any:
    """Show a plan's spots on folium's map: a numbered disc each, its card on a click.

    Parameters
    ----------
    plan : Plan
        The plan.
    tiles : str, optional
        Background; None for none.

    Returns
    -------
    folium.Map

    Raises
    ------
    PitchplanError
        folium is not installed.
    """
    try:
        folium = importlib.import_module("folium")
    except ImportError:
        raise PitchplanError('explore needs folium: pip install "pitchplan[explore]"') from None
    spots = plan.spots
    to_degrees = transformer_between(plan.crs, 4326)
    lon, lat = (np.asarray(v, float) for v in to_degrees.transform(spots["x_m"], spots["y_m"]))
    shown = folium.Map(tiles=tiles, control_scale=True)
    for spot, x, y in zip(spots.itertuples(), lon, lat, strict=True):
        lines = [spot.address, spot.address_en, f"{spot.capacity} pitches, {spot.hours}"]
        card = "<br>".join(harmless(line) for line in dict.fromkeys(lines) if line)
        folium.Marker(
            (float(y), float(x)),
            icon=folium.DivIcon(html=_disc(int(spot.number)), icon_size=(24, 24), icon_anchor=(12, 12)),
            tooltip=f"{int(spot.number)} · {harmless(spot.address)}",
            popup=folium.Popup(f"<b>{int(spot.number)}</b><br>{card}", max_width=280),
        ).add_to(shown)
    if len(spots):
        shown.fit_bounds([[float(lat.min()), float(lon.min())], [float(lat.max()), float(lon.max())]])
    return shown


def _disc(number: int) -> str:
    return (
        f'<div style="width:24px;height:24px;border-radius:12px;background:{_RED};color:#fff;'
        f'border:1px solid #fff;font:700 12px/24px sans-serif;text-align:center">{number}</div>'
    )
