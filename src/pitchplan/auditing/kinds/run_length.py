"""Audit twin of run-length: how far every spot reaches, and the gaps in it."""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING

from pitchplan.auditing.bays import Bay, Scene
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure each spot from end to end: in a straight line on a kerb, along the rows in an open space."""
    spots: dict[str, list[Bay]] = {}
    for bay in scene.bays:
        spots.setdefault(bay.spot_id, []).append(bay)
    finding = Finding(len(scene.bays), len(spots))
    for name, bays in spots.items():
        measured = _kerbside(bays) if bays[0].placement == "kerbside" else _rows(bays)
        finding.margin(rule["max_length_m"] - measured)
        if measured > rule["max_length_m"] + 1e-6:
            at = bays[0].centre
            finding.breaches.append(
                Breach(bays[0].pitch_id, measured, rule["max_length_m"], name, at.x, at.y)
            )
    finding.not_checkable = "gaps between bays that were not chosen cannot be told from gaps in the run"
    return finding


def _kerbside(bays: list[Bay]) -> float:
    ends = [b.kerb_edge.centroid for b in bays]
    return float(max(p.distance(q) for p in ends for q in ends)) + bays[0].length_m


def _rows(bays: list[Bay]) -> float:
    angle = radians(bays[0].bearing_deg)
    corners = [c for b in bays for c in b.polygon.exterior.coords]
    along = [x * sin(angle) + y * cos(angle) for x, y in corners]
    across = [x * cos(angle) - y * sin(angle) for x, y in corners]
    return float(max(max(along) - min(along), max(across) - min(across)))
