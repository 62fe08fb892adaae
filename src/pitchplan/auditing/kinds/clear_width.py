"""Audit twin of clear-width: what really stays free in front of or behind every chosen pitch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Bay, Scene, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule

_DRIVE_REACH_M = 25.0
_WALK_REACH_M = 10.0
_KERB_BEHIND_M = 0.5


def audit(rule: Rule, scene: Scene) -> Finding:
    """Clip kerbs, or buildings, to the strip beside each pitch."""
    walk = rule["of"] == "walk"
    where = ("kerbside", "footway", "setback-land") if walk else ("kerbside",)
    bays = [b for b in scene.under(rule) if b.placement in where]
    finding = Finding(len(bays), 0)
    if walk and not len(scene.city.buildings):
        finding.not_checkable = "the city has no buildings to measure the footway against"
        return finding
    seen = 0
    for bay in bays:
        measured, count = _walk(bay, scene) if walk else _drive(bay, scene)
        seen += count
        finding.margin(measured - rule["width_m"], bay.pitch_id)
        if measured < rule["width_m"]:
            finding.breaches.append(
                Breach(bay.pitch_id, measured, rule["width_m"], "", bay.centre.x, bay.centre.y)
            )
    finding.features = seen
    return finding


def _drive(bay: Bay, scene: Scene) -> tuple[float, int]:
    strip = bay.strip(bay.inner_edge, _DRIVE_REACH_M)
    return _least(bay.inner_edge, [shapely.intersection(scene.kerbs, strip)], _DRIVE_REACH_M)


def _walk(bay: Bay, scene: Scene) -> tuple[float, int]:
    """Measure beside a bay, where people walk past it; the queue takes its part of that width."""
    if bay.placement == "setback-land":
        # Such a bay stands behind the footway: people walk between it and the kerb.
        strip = bay.strip(bay.kerb_edge, _WALK_REACH_M)
        depth, count = _least(bay.kerb_edge, [shapely.intersection(scene.kerbs, strip)], _WALK_REACH_M)
        return depth - bay.queue_m, count
    edge = bay.kerb_edge if bay.placement == "kerbside" else bay.inner_edge
    strip = bay.strip(edge, _WALK_REACH_M)
    near = scene.city.buildings.sindex.query(strip, predicate="intersects")
    obstacles = [shapely.intersection(scene.city.buildings.geometry.iloc[int(i)], strip) for i in near]
    if bay.placement == "footway":
        obstacles.append(_beyond_footway(scene, strip))
        depth, count = _least(edge, obstacles, _WALK_REACH_M)
        return depth - bay.queue_m, count
    depth, count = _least(edge, obstacles, _WALK_REACH_M)
    # The footway begins at the kerb, which lies up to half a metre behind the bay where it bends.
    kerb = shapely.intersection(scene.kerbs, bay.strip(edge, _KERB_BEHIND_M))
    return depth - max(_depths(edge, kerb), default=0.0) - bay.queue_m, count


def walk_width(bay: Bay, scene: Scene) -> float:
    """Measure the width that is left to walk beside a bay."""
    return _walk(bay, scene)[0]


def _beyond_footway(scene: Scene, strip: shapely.Polygon) -> shapely.Geometry:
    """Give what of a strip is neither footway nor carriageway; nothing where no footways are known."""
    footways = ground(scene.city.footways)
    if not len(footways):
        return shapely.Polygon()
    near = footways.geometry.iloc[footways.sindex.query(strip, predicate="intersects")]
    return shapely.difference(strip, shapely.union_all([*near, scene.carriageway]))


def _least(edge: shapely.LineString, obstacles: list[shapely.Geometry], reach: float) -> tuple[float, int]:
    """Give the least distance from the line through an edge to obstacles, and how many there are."""
    found = [o for o in obstacles if not o.is_empty]
    return min((d for o in found for d in _depths(edge, o)), default=reach), len(found)


def _depths(edge: shapely.LineString, shape: shapely.Geometry) -> list[float]:
    """Give the distance of every vertex of a shape to the line through an edge."""
    (ax, ay), (bx, by) = edge.coords
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    return [
        abs((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length for x, y in shapely.get_coordinates(shape)
    ]
