"""What the office sees of a spot beside what the public sees: widths, flags, waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.answers import outvoted
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.words import WORDS, word
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from pitchplan.plan import Plan

__all__ = ["WEAKEST_FIRST", "office_lines", "width_word", "with_office_facts"]

WEAKEST_FIRST = ("assumed", "lanes", "given", "measured", "checked")
_REACH_M = 30.0  # what a decision without a radius is taken to speak of


def with_office_facts(spots: pd.DataFrame, pitches: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Add to each spot what an officer checks on site.

    Parameters
    ----------
    spots, pitches : pandas.DataFrame
        As `Published` holds them.
    plan : Plan
        For the decisions.

    Returns
    -------
    pandas.DataFrame
        The spots with ``width_status`` (the weakest of their pitches), ``clear_walk_m`` and
        ``clear_drive_m`` (the least, metres), ``flags`` and ``waivers`` (rule, who, date and
        reason of each decision that waives a rule at one of its pitches).
    """
    rank = {status: i for i, status in enumerate(WEAKEST_FIRST)}
    by_spot = pitches.groupby("spot_id")
    ids = spots["spot_id"]
    weakest = by_spot["width_status"].agg(lambda s: min(s, key=lambda v: rank.get(v, len(rank))))
    flags = by_spot["flags"].agg(lambda s: "; ".join(dict.fromkeys(f for t in s for f in t.split("; ") if f)))
    return spots.assign(
        width_status=ids.map(weakest).fillna("").to_numpy(),
        clear_walk_m=ids.map(by_spot["clear_walk_m"].min()).to_numpy(dtype=float),
        clear_drive_m=ids.map(by_spot["clear_drive_m"].min()).to_numpy(dtype=float),
        flags=ids.map(flags).fillna("").to_numpy(),
        waivers=_waivers(spots, pitches, plan),
    )


def _waivers(spots: pd.DataFrame, pitches: pd.DataFrame, plan: Plan) -> list[str]:
    decisions = plan.decisions
    if not {"what", "lon", "lat", "rule"} <= set(decisions.columns):
        return [""] * len(spots)
    waived = decisions[(decisions["what"] == "waive").to_numpy() & ~outvoted(decisions)]
    there = transformer_between(4326, plan.crs)
    x, y = there.transform(waived["lon"].to_numpy(float), waived["lat"].to_numpy(float))
    radius = pd.to_numeric(waived.get("radius_m", pd.Series(np.nan, waived.index))).fillna(_REACH_M)
    names = ("rule", "who", "date", "reason")
    said = ["|".join(clean(getattr(d, n, "")).replace("|", "/") for n in names) for d in waived.itertuples()]
    at: dict[str, set[int]] = {}
    for spot, px, py in zip(pitches["spot_id"], pitches["x_m"], pitches["y_m"], strict=True):
        near = np.hypot(np.asarray(x) - px, np.asarray(y) - py) <= radius.to_numpy(dtype=float)
        at.setdefault(str(spot), set()).update(np.flatnonzero(near).tolist())
    return ["\n".join(said[k] for k in sorted(at.get(str(i), ()))) for i in spots["spot_id"]]


def office_lines(language: str, spot: Any) -> list[str]:
    """Say in a language what the office sees of a spot; nothing for a spot of a public sheet.

    Parameters
    ----------
    language : str
        The sheet's first language.
    spot : named tuple
        A row of the spots.

    Returns
    -------
    list of str
        At most three lines: widths, flags, waivers.
    """
    status = getattr(spot, "width_status", None)
    if status is None:
        return []
    parts = [word(language, "width_status", status=width_word(language, status))] if status else []
    for key, metres in (("left_walk", spot.clear_walk_m), ("left_drive", spot.clear_drive_m)):
        if metres == metres:
            parts.append(word(language, key, m=f"{metres:.1f}"))
    lines = [word(language, "comma").join(parts)] if parts else []
    if spot.flags:
        lines.append(word(language, "flagged", flags=spot.flags))
    if spot.waivers:
        said = [w.split("|") for w in spot.waivers.split("\n")]
        texts = [
            word(language, "waiver" if why else "waiver_bare", rule=rule, who=who, date=date[:10], why=why)
            for rule, who, date, why in said
        ]
        lines.append(word(language, "waivers", waivers=word(language, "listing").join(texts)))
    return lines


def width_word(language: str, status: str) -> str:
    """Say a width's status in a language."""
    key = "assumed_width" if status == "assumed" else status
    return word(language, key) if key in WORDS[language] and status in WEAKEST_FIRST else status
