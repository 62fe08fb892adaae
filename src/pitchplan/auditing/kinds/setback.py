"""Audit twin of setback: the distance of every pitch to every feature of the kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Bay, Scene, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure every pitch of the rule's placements against every feature on the ground."""
    layer = ground(scene.city.keep_clear)
    features = layer[layer["kind"] == rule["feature"]]
    bays = [b for b in scene.bays if b.placement in rule.placements]
    finding = Finding(len(bays), len(features))
    if not len(features):
        finding.not_checkable = f"the city has no {rule['feature']}"
        return finding
    required = rule["distance_m"]
    for bay in bays:
        distances = shapely.distance(bay.polygon, features.geometry.array)
        near = [i for i in distances.argsort() if distances[i] < required + 50][:50]
        if rule["side"] == "same":
            near = [i for i in near if not _across(bay, features.geometry.iloc[i], scene)]
        if near:
            at = near[0]
            finding.margin(float(distances[at]) - required)
            if distances[at] < required:
                name = str(features["feature_id"].iloc[at])
                finding.breaches.append(
                    Breach(bay.pitch_id, float(distances[at]), required, name, bay.centre.x, bay.centre.y)
                )
    return finding


def _across(bay: Bay, feature: shapely.Geometry, scene: Scene) -> bool:
    """Tell whether the street's axis lies between the bay's kerb edge and the feature."""
    axes = ground(scene.city.centrelines)
    axes = axes[axes["street_id"] == bay.street_id]
    if not len(axes):
        return False
    link = shapely.shortest_line(bay.kerb_edge.centroid, feature)
    return bool(axes.geometry.crosses(link).any())
