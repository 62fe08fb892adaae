"""Audit twin of bend: the kerb beside every pitch, turned level, against the straight line over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from shapely import affinity
from shapely.ops import substring

from pitchplan.auditing.bays import Bay, Scene, edges_around
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule

_REACH_M = 5.0
_PASS_M = 0.001
_ASIDE_M = 0.01


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure how far the kerb beside each pitch leaves its own chord."""
    bays = [b for b in scene.under(rule) if b.placement != "open-space"]
    finding = Finding(len(bays), 0)
    lost = 0
    for bay in bays:
        measured = _bend(bay, edges_around(bay, scene))
        if measured is None:
            lost += 1
            continue
        finding.features += 1
        finding.margin(rule["most_m"] - measured, bay.pitch_id)
        if measured > rule["most_m"] + _PASS_M:
            finding.breaches.append(
                Breach(bay.pitch_id, measured, rule["most_m"], "", bay.centre.x, bay.centre.y)
            )
    if lost:
        finding.not_checkable = f"{lost} pitches have no kerb within {_REACH_M:g} m that runs all along them"
    return finding


def _bend(bay: Bay, kerbs: shapely.Geometry) -> float | None:
    """Turn the pitch level, and slide a stretch as long as it along its kerb until it lies beside it."""
    turn, origin = bay.bearing_deg - 90, bay.centre
    middle = affinity.rotate(bay.kerb_edge, turn, origin=origin).centroid
    near = shapely.intersection(kerbs, bay.polygon.buffer(bay.length_m + _REACH_M))
    line = _nearest_line(affinity.rotate(near, turn, origin=origin), middle)
    if line is None:
        return None
    low = line.project(middle) - bay.length_m
    high = low + bay.length_m
    leftwards = _middle_x(line, low, bay.length_m) > _middle_x(line, high, bay.length_m)
    for _ in range(40):
        start = (low + high) / 2
        if (_middle_x(line, start, bay.length_m) < middle.x) is not leftwards:
            low = start
        else:
            high = start
    if low < -1e-6 or high + bay.length_m > line.length + 1e-6:
        return None
    # Where the kerb turns back beside the pitch, no stretch of it lies beside the pitch.
    if abs(_middle_x(line, low, bay.length_m) - middle.x) > _ASIDE_M:
        return None
    piece = substring(line, low, low + bay.length_m)
    chord = shapely.LineString([piece.coords[0], piece.coords[-1]])
    return max(float(shapely.Point(c).distance(chord)) for c in piece.coords)


def _middle_x(line: shapely.LineString, start: float, length: float) -> float:
    """Give where the middle of the chord of a stretch lies; beyond its ends a line goes on."""
    ends = [line.interpolate(max(start, 0.0)), line.interpolate(start + length)]
    return float(ends[0].x + ends[1].x) / 2 + min(start, 0.0)


def _nearest_line(kerbs: shapely.Geometry, to: shapely.Point) -> shapely.LineString | None:
    """Give the line nearest to a point; a closed one is opened on its far side."""
    merged = shapely.line_merge(kerbs) if kerbs.geom_type == "MultiLineString" else kerbs
    lines = [
        g for g in shapely.get_parts(merged) if g.geom_type == "LineString" and g.distance(to) < _REACH_M
    ]
    line = min(lines, key=lambda g: float(g.distance(to)), default=None)
    if line is not None and line.is_closed:
        far = (line.project(to) + line.length / 2) % line.length
        parts = [substring(line, far, line.length), substring(line, 0, far)]
        line = shapely.LineString([c for p in parts if p.length > 0 for c in p.coords])
    return line
