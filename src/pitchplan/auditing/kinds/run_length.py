"""Audit twin of run-length: how far every spot reaches, and the gaps in it."""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING

from pitchplan.auditing.bays import Bay, Scene
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure each spot from end to end: straight from bay to bay along a kerb, along rows off the street."""
    spots: dict[str, list[Bay]] = {}
    for bay in scene.bays:
        spots.setdefault(bay.spot_id, []).append(bay)
    finding = Finding(len(scene.bays), len(spots))
    for name, bays in spots.items():
        measured = _rows(bays) if bays[0].placement == "open-space" else _along(bays)
        finding.margin(rule["max_length_m"] - measured, bays[0].pitch_id)
        if measured > rule["max_length_m"] + 1e-6:
            at = bays[0].centre
            finding.breaches.append(
                Breach(bays[0].pitch_id, measured, rule["max_length_m"], name, at.x, at.y)
            )
    finding.not_checkable = "gaps between bays that were not chosen cannot be told from gaps in the run"
    return finding


def _along(bays: list[Bay]) -> float:
    """Give the greatest distance between two bays' middles and half of each, whatever their lengths."""
    return max(
        float(a.kerb_edge.centroid.distance(b.kerb_edge.centroid)) + (a.length_m + b.length_m) / 2
        for a in bays
        for b in bays
    )


def _rows(bays: list[Bay]) -> float:
    angle = radians(bays[0].bearing_deg)
    corners = [c for b in bays for c in b.polygon.exterior.coords]
    along = [x * sin(angle) + y * cos(angle) for x, y in corners]
    across = [x * cos(angle) - y * sin(angle) for x, y in corners]
    return float(max(max(along) - min(along), max(across) - min(across)))
