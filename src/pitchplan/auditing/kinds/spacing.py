"""Audit twin of spacing: the distance between the pitches of every two spots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Bay, Scene
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure the least distance between every two spots."""
    spots: dict[str, list[Bay]] = {}
    for bay in scene.bays:
        spots.setdefault(bay.spot_id, []).append(bay)
    names = sorted(spots)
    shapes = [shapely.MultiPolygon([b.polygon for b in spots[n]]) for n in names]
    finding = Finding(len(scene.bays), len(names))
    for i, name in enumerate(names):
        for j in range(i + 1, len(names)):
            measured = shapes[i].distance(shapes[j])
            finding.margin(measured - rule["distance_m"], spots[name][0].pitch_id)
            if measured < rule["distance_m"]:
                at = spots[name][0]
                finding.breaches.append(
                    Breach(at.pitch_id, measured, rule["distance_m"], names[j], at.centre.x, at.centre.y)
                )
    return finding
