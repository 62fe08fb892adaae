"""Audit twin of kerb-share: the lengths of the pitches of a street against the lengths of its kerbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Add up the lengths of the pitches along each street's kerbs; the measure is metres of kerb."""
    axes = ground(scene.city.centrelines)
    taken: dict[str, float] = {}
    for bay in scene.bays:
        if bay.placement != "open-space":
            taken[bay.street_id] = taken.get(bay.street_id, 0.0) + bay.length_m
    finding = Finding(sum(b.placement != "open-space" for b in scene.bays), len(taken))
    if not len(axes):
        finding.features = 0
        finding.not_checkable = "the city has no centrelines to measure a street's kerbs by"
        return finding
    for street, metres in sorted(taken.items()):
        allowed = rule["share"] * 2 * float(axes.geometry[axes["street_id"] == street].length.sum())
        finding.margin(allowed - metres, street)
        if metres > allowed + 1e-6:
            finding.breaches.append(Breach(street, metres, allowed, street))
    finding.not_checkable = "on which street a pitch stands is taken from the plan"
    return finding
