"""Audit twin of hours: the minutes of a day at which pitches are used and the book does not allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.minutes import minutes_of

if TYPE_CHECKING:
    from pitchplan.auditing.bays import Bay, Scene
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Count the minutes at which the plan lets vendors stand and the rule does not.

    Pitches of the same hours are one breach, called season where these are the season's. A plan whose
    pitches all stand where the rule does not hold is not measured.
    """
    bays = scene.under(rule)
    finding = Finding(len(bays), 1, unit="minutes")
    closed = minutes_of(rule.hours) - minutes_of(rule["open"])
    texts = dict(zip(scene.plan.pitches["pitch_id"].astype(str), scene.plan.pitches["hours"], strict=True))
    first: dict[str, Bay] = {}
    for bay in bays:
        first.setdefault(str(texts[bay.pitch_id]), bay)
    for text, bay in first.items():
        outside = len(closed & bay.open.minutes)
        finding.margin(float(-outside), bay.pitch_id)
        if outside:
            name = "season" if text == scene.plan.season.hours else bay.pitch_id
            finding.breaches.append(Breach(name, outside, 0.0, text))
    return finding
