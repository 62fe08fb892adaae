"""Audit twin of street-class: the distance of every pitch to streets of the forbidden classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Measure every pitch against the carriageways of the forbidden classes, or their axes."""
    streets, axes = ground(scene.city.streets), ground(scene.city.centrelines)
    of_streets, of_axes = (set(frame["street_class"]) - {"", "unknown"} for frame in (streets, axes))
    known = of_streets & of_axes or not len(axes)
    layer = streets if known else axes
    layer = layer[layer["street_class"].isin(rule["forbidden"])]
    half = 0.0 if known else layer["width_m"].astype(float).to_numpy() / 2
    bays = scene.under(rule)
    finding = Finding(len(bays), len(layer))
    if not of_streets | of_axes:
        finding.not_checkable = "no street has a class"
        return finding
    for bay in bays:
        measured, name = float("inf"), ""
        if len(layer):
            distances = shapely.distance(bay.polygon, layer.geometry.array) - half
            measured, name = float(distances.min()), str(layer["street_id"].iloc[int(distances.argmin())])
        if bay.street_class in rule["forbidden"]:
            measured, name = min(measured, -1.0), bay.street_id
        finding.margin(measured - rule["near_m"], bay.pitch_id)
        if measured < rule["near_m"]:
            finding.breaches.append(
                Breach(bay.pitch_id, measured, rule["near_m"], name, bay.centre.x, bay.centre.y)
            )
    return finding
