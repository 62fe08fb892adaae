"""Audit twin of kerb-regulation: no pitch on a regulation that holds while the pitch is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.minutes import minutes_of

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure every pitch against every forbidden regulation that holds at some minute of its hours."""
    layer = ground(scene.city.kerb_regulations)
    layer = layer[layer["kind"].isin(rule["forbidden"])]
    bays = scene.under(rule)
    finding = Finding(len(bays), len(layer))
    if not len(layer):
        finding.not_checkable = f"the city has no {', '.join(rule['forbidden'])}"
        return finding
    under_rule = minutes_of(rule.hours)
    regulated = [minutes_of(str(h)) & under_rule for h in layer["hours"]]
    met = {
        minutes: np.flatnonzero([not r.isdisjoint(minutes) for r in regulated])
        for minutes in {b.open.minutes for b in bays}
    }
    shapes, names = np.asarray(layer.geometry.array), layer["regulation_id"].astype(str).tolist()
    for bay in bays:
        holding = met[bay.open.minutes]
        if not len(holding):
            continue
        distances = shapely.distance(bay.polygon, shapes[holding])
        measured = float(distances.min())
        finding.margin(measured - rule["distance_m"], bay.pitch_id)
        if measured < rule["distance_m"]:
            name = names[holding[distances.argmin()]]
            finding.breaches.append(
                Breach(bay.pitch_id, measured, rule["distance_m"], name, bay.centre.x, bay.centre.y)
            )
    return finding
