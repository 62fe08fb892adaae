"""Audit twin of setback: the distance of every pitch to every feature of the kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import affinity

from pitchplan.auditing.bays import Bay, Scene, across_axis, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.rules.rule import Rule

_BESIDE_M = 10.0
_NEAR_M = 50.0


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure every pitch of the rule's placements against every feature on the ground."""
    layer = ground(scene.city.keep_clear)
    features = layer[layer["kind"] == rule["feature"]]
    bays = scene.under(rule)
    finding = Finding(len(bays), len(features))
    if not len(features):
        finding.not_checkable = f"the city has no {rule['feature']}"
        return finding
    required, shapes = rule["distance_m"], np.asarray(features.geometry.array)
    for bay in bays:
        distances = shapely.distance(bay.polygon, shapes)
        at = _nearest(rule, bay, shapes, distances, scene)
        if at is not None:
            measured = float(distances[at])
            finding.margin(measured - required, bay.pitch_id)
            if measured < required:
                name = str(features["feature_id"].iloc[at])
                finding.breaches.append(
                    Breach(bay.pitch_id, measured, required, name, bay.centre.x, bay.centre.y)
                )
        if (rule["before_m"] or rule["after_m"]) and bay.placement != "open-space":
            _along(rule, bay, features, scene, finding)
    return finding


def _nearest(rule: Rule, bay: Bay, shapes: Any, distances: Any, scene: Scene) -> int | None:
    """Give the nearest feature that counts, where one is near at all."""
    for i in distances.argsort(kind="stable"):
        if distances[i] >= rule["distance_m"] + _NEAR_M:
            return None
        if rule["side"] != "same" or not across_axis(bay, shapes[i], scene):
            return int(i)
    return None


def _along(rule: Rule, bay: Bay, features: gpd.GeoDataFrame, scene: Scene, finding: Finding) -> None:
    """Measure along the street, in the ground before and behind the bay up to what the rule asks for."""
    # With the street on its left, a pitch looks in the direction of the traffic beside it.
    x, y = bay.streetward
    (ax, ay), (bx, by) = bay.kerb_edge.coords
    forward = (bx - ax) * y - (by - ay) * x > 0
    tail, head = ((ax, ay), (bx, by)) if forward else ((bx, by), (ax, ay))
    for end, way, required in ((head, 1.0, rule["before_m"]), (tail, -1.0, rule["after_m"])):
        if not required:
            continue
        end_line = shapely.LineString(
            [
                (end[0] - _BESIDE_M * x, end[1] - _BESIDE_M * y),
                (end[0] + _BESIDE_M * x, end[1] + _BESIDE_M * y),
            ]
        )
        far = affinity.translate(end_line, way * required * y, -way * required * x)
        other = affinity.translate(end_line, -way * bay.length_m * y, way * bay.length_m * x)
        beside, beyond = (shapely.MultiLineString([end_line, e]).convex_hull for e in (other, far))
        for i in features.sindex.query(beside.union(beyond), predicate="intersects"):
            feature = features.geometry.iloc[int(i)]
            if across_axis(bay, feature, scene):
                continue
            ahead = shapely.intersection(feature, beyond)
            measured = 0.0 if feature.intersects(beside) else float(end_line.distance(ahead))
            finding.margin(measured - required, bay.pitch_id)
            if measured < required:
                name, at = str(features["feature_id"].iloc[int(i)]), bay.centre
                finding.breaches.append(Breach(bay.pitch_id, measured, required, name, at.x, at.y))
