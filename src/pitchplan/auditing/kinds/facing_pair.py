"""Audit twin of facing-pair: what one pitch leaves free in front of another across the street."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Bay, Scene
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule

_REACH_M = 25.0


def audit(rule: Rule, scene: Scene) -> Finding:
    """Clip every other kerbside pitch to the strip in front of each, and measure how near it comes."""
    bays = [b for b in scene.under(rule) if b.placement == "kerbside"]
    finding = Finding(len(bays), len(bays))
    tree = shapely.STRtree([b.polygon for b in bays])
    reach = max(_REACH_M, rule["width_m"])
    for bay in bays:
        strip = bay.strip(bay.inner_edge, reach)
        for i in sorted(int(k) for k in tree.query(strip, predicate="intersects")):
            other = bays[i]
            if other is bay or not _opposed(bay, other):
                continue
            measured = bay.line_of(bay.inner_edge).distance(shapely.intersection(other.polygon, strip))
            finding.margin(measured - rule["width_m"], bay.pitch_id)
            if measured < rule["width_m"]:
                at = bay.centre
                finding.breaches.append(
                    Breach(bay.pitch_id, measured, rule["width_m"], other.pitch_id, at.x, at.y)
                )
    return finding


def _opposed(one: Bay, other: Bay) -> bool:
    """Tell whether the two fronts look more than 90 degrees apart."""
    ax, ay = one.front
    bx, by = other.front
    return ax * bx + ay * by < 0
