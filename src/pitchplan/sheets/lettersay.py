"""What a letter says of a decision, in a language: its place, its votes, what became of it and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.answers import Reason, reasons_of
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.words import WORDS, latin, word

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Facts", "decision_lines", "reason_line", "rule_name"]

# What these kinds measure is metres, of which a rule asks for at least so many.
_FROM = ("setback",)
_WIDTHS = (
    "clear-width", "street-width", "street-class", "kerb-regulation", "facing-pair", "spacing",
    "sight-triangle",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What letters are written from.

    Attributes
    ----------
    spots : pandas.DataFrame
        The plan's, as `schemas.SPOTS`.
    kinds : mapping of str to str
        Kind of each rule.
    titles : mapping of str to (str, str)
        Title of each rule in the local language and in English; may lack some.
    where : mapping of str to (str, str)
        Address of each decision's place, by its id.
    pitches : pandas.DataFrame
        The plan's, for what stands around a place.
    places : mapping of str to (float, float)
        Place of each decision, metres.
    """

    spots: pd.DataFrame
    kinds: Mapping[str, str]
    titles: Mapping[str, tuple[str, str]]
    where: Mapping[str, tuple[str, str]]
    pitches: pd.DataFrame
    places: Mapping[str, tuple[float, float]]


def rule_name(language: str, rule: str, facts: Facts) -> str:
    """Give a rule's title in a language, else its id."""
    local, english = facts.titles.get(rule, ("", ""))
    return clean((english or local) if latin(language) else (local or english)) or clean(rule)


def reason_line(language: str, reason: Reason, facts: Facts) -> str:
    """Say why a rule refuses a place, with what was measured.

    Shortfalls are rounded down to a tenth of a metre, so that 14.99 is not told as 15.0 of 15.
    """
    key = f"letter_unfit_{reason.rule}"
    kind = facts.kinds.get(reason.rule, "")
    if kind == "" and key in WORDS[language]:
        return word(language, key)
    name = rule_name(language, reason.rule, facts)
    known = math.isfinite(reason.measured) and math.isfinite(reason.required)
    if known and kind in (*_FROM, *_WIDTHS) and reason.measured < reason.required:
        measured = f"{math.floor(reason.measured * 10) / 10:.1f}"
        # A name that does not begin with 距 (away from) cannot be read with the metres after it.
        near = kind in _FROM and (latin(language) or name.startswith("距"))
        told = "letter_why_from" if near else "letter_why_width"
        return word(language, told, rule=name, measured=measured, required=f"{reason.required:g}")
    return word(language, "letter_why", rule=name)


def decision_lines(language: str, row: Any, facts: Facts) -> list[str]:
    """Say a decision's place, reason and votes, and last what became of it.

    Parameters
    ----------
    language : str
    row : named tuple
        A row of the plan's decisions.
    facts : Facts

    Returns
    -------
    list of str
        One line each, the last one the answer.
    """
    local, english = facts.where.get(row.decision_id, ("", ""))
    where = clean(english if latin(language) else local) or f"{row.lon:.6f}, {row.lat:.6f}"
    exactly = bool(getattr(row, "place", ""))
    key = "letter_where_exactly" if exactly else "letter_where"
    lines = [word(language, key, where=where, radius=f"{row.radius_m:g}")]
    reason = clean(row.reason).rstrip("。.;；")
    if reason:
        lines.append(word(language, "letter_reason", reason=reason))
    pro, against = getattr(row, "votes_for", math.nan), getattr(row, "votes_against", math.nan)
    if pro == pro and against == against and pro is not None:
        lines.append(word(language, "letter_votes", pro=int(pro), against=int(against)))
    return [*lines, _answer(language, row, facts)]


def _answer(language: str, row: Any, facts: Facts) -> str:
    """Say what became of a decision."""
    outcome = getattr(row, "outcome", "")
    reasons = [reason_line(language, r, facts) for r in reasons_of(getattr(row, "reasons", ""))]
    why = word(language, "semicolon").join(reasons)
    stop = word(language, "stop").strip()
    if outcome == "kept":
        spot = facts.spots[facts.spots["spot_id"].astype(str) == row.spot_id]
        if not len(spot):
            return word(language, "letter_kept_unused")
        one = spot.iloc[0]
        address = (one["address_en"] or one["address"]) if latin(language) else one["address"]
        return word(
            language,
            "letter_kept",
            number=one["number"],
            address=clean(address),
            capacity=one["capacity"],
            m=f"{row.distance_m:.0f}",
        )
    if outcome == "refused":
        return word(language, "letter_refused") + why + stop
    if outcome == "nowhere":
        return word(language, "letter_nowhere") + (_gap(language) + why + stop if why else "")
    if outcome == "taken-out" and not row.pitches:
        return word(language, "letter_taken-out-none")
    if f"letter_{outcome}" not in WORDS[language]:
        # A plan that an earlier version wrote knows its answers as lines alone.
        return clean(getattr(row, "answer", "")) or "–"
    said = word(language, f"letter_{outcome}", n=f"{row.pitches:.0f}")
    if outcome in ("legal", "waived"):
        said += _gap(language) + _used(language, row, facts)
    return said


def _gap(language: str) -> str:
    return " " if latin(language) else ""


def _used(language: str, row: Any, facts: Facts) -> str:
    """Say which spots of the plan stand around a decision's place."""
    pitches = facts.pitches
    x, y = facts.places[row.decision_id]
    near = np.hypot(pitches["x_m"].to_numpy(float) - x, pitches["y_m"].to_numpy(float) - y) <= row.radius_m
    place = getattr(row, "place", "")
    if place:
        own = (pitches["spot_id"].astype(str) == place) | (pitches["pitch_id"].astype(str) == place)
        near = own.to_numpy(dtype=bool) if own.any() else near
    numbers = sorted({int(n) for n in pitches.loc[near, "number"]})
    if not numbers:
        return word(language, "letter_unused")
    return word(language, "letter_used", numbers=word(language, "listing").join(map(str, numbers)))
