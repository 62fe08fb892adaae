"""Audit twin of one-side: distances between pitches whose fronts face each other on one street."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.auditing.bays import Bay, Scene
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Compare every two pitches along a street by the direction in which its axis lies from them."""
    names = dict(zip(scene.plan.pitches["pitch_id"], scene.plan.pitches["street"], strict=True))
    streets: dict[str, list[Bay]] = {}
    for bay in scene.under(rule):
        if bay.placement != "open-space":
            streets.setdefault(str(names[bay.pitch_id] or bay.street_id), []).append(bay)
    finding = Finding(sum(map(len, streets.values())), len(streets))
    for bays in streets.values():
        for i, one in enumerate(bays):
            for other in bays[i + 1 :]:
                if not _face(one, other):
                    continue
                measured = one.polygon.distance(other.polygon)
                finding.margin(measured - rule["within_m"], one.pitch_id)
                if measured < rule["within_m"]:
                    finding.breaches.append(
                        Breach(
                            one.pitch_id,
                            measured,
                            rule["within_m"],
                            other.pitch_id,
                            one.centre.x,
                            one.centre.y,
                        )
                    )
    return finding


def _face(one: Bay, other: Bay) -> bool:
    """Tell whether the two look at their street more than 120 degrees apart."""
    ax, ay = one.streetward
    bx, by = other.streetward
    return ax * bx + ay * by < -0.5
