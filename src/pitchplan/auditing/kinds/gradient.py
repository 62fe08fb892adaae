"""Audit twin of gradient: the slope of the street's line nearest to every pitch."""

from __future__ import annotations

from math import isfinite, nan
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Look up each pitch's street by its id; of several lines the nearest counts."""
    lines = ground(scene.city.centrelines if len(scene.city.centrelines) else scene.city.streets)
    bays = [b for b in scene.under(rule) if b.placement != "open-space"]
    finding = Finding(0, 0, unit="percent")
    ids, shapes = lines["street_id"].astype(str).to_numpy(), np.asarray(lines.geometry.array)
    slopes = [_number(value) for value in lines["gradient_percent"]]
    for bay in bays:
        own = np.flatnonzero(ids == bay.street_id)
        slope = nan
        if len(own):
            slope = slopes[own[shapely.distance(shapes[own], bay.kerb_edge.centroid).argmin()]]
        if isfinite(slope):
            finding.pitches += 1
            finding.features += 1
            finding.margin(rule["most_percent"] - abs(slope), bay.pitch_id)
        if (isfinite(slope) and abs(slope) > rule["most_percent"]) or finding.lacks(rule, slope):
            at, most = bay.centre, rule["most_percent"]
            finding.breaches.append(Breach(bay.pitch_id, abs(slope), most, bay.street_id, at.x, at.y))
    finding.say_unmeasured("no street with a known gradient")
    return finding


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return nan
