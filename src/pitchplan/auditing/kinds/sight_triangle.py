"""Audit twin of sight-triangle: corners built by crossing the kerb lines of every two arms."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from pitchplan.rules.rule import Rule

_LONG_M = 1000.0
_OF_WIDTH_M = 8.0

Arm = tuple[float, float, float, float]
"""Angle against the clock from east, degrees; unit vector; half the width, metres."""


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure every pitch against the triangles of the junctions around it."""
    axes = ground(scene.city.centrelines)
    triangles = [t for node, arms in _nodes(axes).items() for t in _triangles(node, arms, rule["leg_m"])]
    bays = scene.under(rule)
    finding = Finding(len(bays), len(triangles))
    if not triangles:
        finding.not_checkable = "the city has no centrelines that meet at a corner"
        return finding
    tree = shapely.STRtree(triangles)
    for bay in bays:
        nearest = triangles[int(tree.nearest(bay.polygon))]
        measured = float(bay.polygon.distance(nearest))
        finding.margin(measured - rule["distance_m"], bay.pitch_id)
        if measured < rule["distance_m"]:
            at = bay.centre
            finding.breaches.append(Breach(bay.pitch_id, measured, rule["distance_m"], "", at.x, at.y))
    return finding


def _nodes(axes: gpd.GeoDataFrame) -> dict[tuple[float, float], list[Arm]]:
    """Gather the arms that leave each vertex of the axes; three or more make a junction."""
    found: defaultdict[tuple[float, float], list[Arm]] = defaultdict(list)
    for line, width in zip(axes.geometry, axes["width_m"], strict=True):
        half = (_OF_WIDTH_M if width != width else float(width)) / 2
        coords = list(line.coords)
        for (ax, ay), (bx, by) in pairwise(coords):
            length = hypot(bx - ax, by - ay)
            if length > 1e-6:
                dx, dy = (bx - ax) / length, (by - ay) / length
                found[round(ax, 3), round(ay, 3)].append((degrees(atan2(dy, dx)), dx, dy, half))
                found[round(bx, 3), round(by, 3)].append((degrees(atan2(-dy, -dx)), -dx, -dy, half))
    return {node: sorted(arms) for node, arms in found.items() if len(arms) > 2}


def _triangles(node: tuple[float, float], arms: list[Arm], leg_m: float) -> Iterator[shapely.Polygon]:
    """Cross the kerb left of each arm with the kerb right of the next one around the node."""
    for one, other in zip(arms, [*arms[1:], arms[0]], strict=True):
        if not 20 <= (other[0] - one[0]) % 360 <= 160:
            continue
        corner = shapely.intersection(_kerb(node, one, left=True), _kerb(node, other, left=False))
        if corner.geom_type == "Point":
            tips = [(corner.x + leg_m * dx, corner.y + leg_m * dy) for _, dx, dy, _ in (one, other)]
            yield shapely.Polygon([(corner.x, corner.y), *tips])


def _kerb(node: tuple[float, float], arm: Arm, *, left: bool) -> shapely.LineString:
    """Draw an arm's kerb as a long line on one side of its axis."""
    _, dx, dy, half = arm
    aside = half if left else -half
    x, y = node[0] - dy * aside, node[1] + dx * aside
    return shapely.LineString([(x - _LONG_M * dx, y - _LONG_M * dy), (x + _LONG_M * dx, y + _LONG_M * dy)])
