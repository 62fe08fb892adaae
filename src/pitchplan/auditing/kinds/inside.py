"""Audit twin of inside: how much of every pitch lies where it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule

_PASS_M2 = 0.01
_ID = {
    "communities": "community_id",
    "open_spaces": "open_space_id",
    "footways": "footway_id",
    "buildings": "building_id",
}


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure the area of every pitch outside of its polygon, or over polygons it must not touch."""
    name = rule["layer"]
    layer = ground(scene.city.streets if name == "carriageway" else getattr(scene.city, name))
    if rule["kinds"] and "kind" in layer.columns:
        layer = layer[layer["kind"].isin(rule["kinds"])]
    bays = scene.under(rule)
    finding = Finding(len(bays), len(layer), unit="m2")
    if not len(layer):
        finding.not_checkable = f"the city has no {name}"
        return finding
    every, tree = np.asarray(layer.geometry.array), layer.sindex
    for bay in bays:
        if name == "carriageway":
            shapes = [scene.carriageway]
        else:
            shapes = list(every[tree.query(bay.polygon, predicate="intersects")])
        if name == "footways" and rule["relation"] == "within":
            # A pitch may lie across two pieces of one pavement.
            shapes = [shapely.union_all(shapes)]
        overlaps = [shapely.intersection(bay.polygon, s).area for s in shapes]
        if rule["relation"] == "within":
            at_fault = bay.polygon.area - max(overlaps, default=0.0)
        else:
            at_fault = max(overlaps, default=0.0)
        finding.margin(0.0 - max(at_fault, 0.0), bay.pitch_id)
        if at_fault > _PASS_M2:
            finding.breaches.append(Breach(bay.pitch_id, at_fault, 0.0, "", bay.centre.x, bay.centre.y))
    return finding
