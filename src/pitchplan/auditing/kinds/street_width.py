"""Audit twin of street-width: the carriageway from the pitch's outer edge to the kerb across."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Bay, Scene
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule

_REACH_M = 30.0


def audit(rule: Rule, scene: Scene) -> Finding:
    """Clip the kerbs to the strip in front of each kerbside pitch and add the pitch's own depth."""
    bays = [b for b in scene.under(rule) if b.placement == "kerbside"]
    finding = Finding(len(bays), 0 if scene.kerbs.is_empty else len(bays))
    if scene.kerbs.is_empty:
        finding.not_checkable = "no kerb near any pitch"
        return finding
    for bay in bays:
        measured = bay.kerb_edge.centroid.distance(bay.inner_edge.centroid) + _in_front(bay, scene)
        finding.margin(measured - rule["width_m"], bay.pitch_id)
        if measured < rule["width_m"]:
            finding.breaches.append(
                Breach(bay.pitch_id, measured, rule["width_m"], "", bay.centre.x, bay.centre.y)
            )
    return finding


def _in_front(bay: Bay, scene: Scene) -> float:
    kerb = shapely.intersection(scene.kerbs, bay.strip(bay.inner_edge, _REACH_M))
    if kerb.is_empty:
        return _REACH_M
    return float(bay.line_of(bay.inner_edge).distance(kerb))
