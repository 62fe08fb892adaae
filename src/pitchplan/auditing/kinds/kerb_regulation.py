"""Audit twin of kerb-regulation: no pitch on a regulation that holds at some hour of the season."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.minutes import minutes_of

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure every pitch against every forbidden regulation that holds during the season's hours."""
    layer = ground(scene.city.kerb_regulations)
    layer = layer[layer["kind"].isin(rule["forbidden"])]
    bays = [b for b in scene.bays if b.placement in rule.placements]
    finding = Finding(len(bays), len(layer))
    if not len(layer):
        finding.not_checkable = f"the city has no {', '.join(rule['forbidden'])}"
        return finding
    open_minutes = minutes_of(scene.plan.season.hours)
    layer = layer[[bool(minutes_of(str(h)) & open_minutes) for h in layer["hours"]]]
    if not len(layer):
        return finding
    for bay in bays:
        distances = shapely.distance(bay.polygon, layer.geometry.array)
        measured = float(distances.min())
        finding.margin(measured - rule["distance_m"])
        if measured < rule["distance_m"]:
            name = str(layer["regulation_id"].iloc[int(distances.argmin())])
            finding.breaches.append(
                Breach(bay.pitch_id, measured, rule["distance_m"], name, bay.centre.x, bay.centre.y)
            )
    return finding
