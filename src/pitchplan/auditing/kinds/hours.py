"""Audit twin of hours: the minutes of the season's day that the book does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.minutes import minutes_of

if TYPE_CHECKING:
    from pitchplan.auditing.bays import Scene
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Count the minutes at which the plan lets vendors stand and the rule does not.

    A plan whose pitches all stand where the rule does not hold is not measured.
    """
    bays = [b for b in scene.bays if b.placement in rule.placements]
    outside = minutes_of(scene.plan.season.hours) - minutes_of(rule["open"])
    finding = Finding(len(bays), 1)
    if bays:
        finding.margin(float(-len(outside)))
    if bays and outside:
        finding.breaches.append(Breach("season", len(outside), 0.0, scene.plan.season.hours))
    return finding
