"""Audit twin of level-of-service: people per minute and metre beside every pitch."""

from __future__ import annotations

from math import inf, isfinite, nan
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from pitchplan.auditing.bays import Bay, Scene, across_axis, ground
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.kinds.clear_width import walk_width

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.rules.rule import Rule

_MOST = dict(zip("ABCDE", (16, 23, 33, 49, 75), strict=True))
_KERB_M, _WALL_M = 0.45, 0.6
_REACH_M = 15.0


def audit(rule: Rule, scene: Scene) -> Finding:
    """Take the flow of the nearest counted footway, and the width that the audit of clear width measures."""
    footways = ground(scene.city.footways)
    flows = pd.to_numeric(footways["flow_per_15min"], errors="coerce")
    counted = footways.assign(flow_per_15min=flows)[flows.notna().to_numpy()]
    bays = [b for b in scene.under(rule) if b.placement != "open-space"]
    finding, most = Finding(0, 0, unit="people per minute and m"), float(_MOST[rule["level"]])
    for bay in bays:
        people, name = _flow(bay, counted, scene)
        crowd = _crowd(people, bay, scene)
        if isfinite(people):
            finding.pitches += 1
            finding.features += 1
            finding.margin(most - crowd, bay.pitch_id)
        if (isfinite(people) and crowd > most) or finding.lacks(rule, people):
            finding.breaches.append(Breach(bay.pitch_id, crowd, most, name, bay.centre.x, bay.centre.y))
    finding.say_unmeasured("no footway with a known flow near")
    return finding


def _flow(bay: Bay, counted: gpd.GeoDataFrame, scene: Scene) -> tuple[float, str]:
    """Give the flow of the nearest counted footway on the bay's side, and its id."""
    kerb = bay.kerb_edge.centroid
    away = shapely.distance(counted.geometry.array, kerb)
    for i in away.argsort(kind="stable"):
        if away[i] > _REACH_M:
            break
        if not across_axis(bay, counted.geometry.iloc[int(i)], scene):
            row = counted.iloc[int(i)]
            return float(row["flow_per_15min"]), str(row["footway_id"])
    return nan, ""


def _crowd(people: float, bay: Bay, scene: Scene) -> float:
    """Share the people of a minute among the metres that are left to them."""
    if not people > 0:
        return people
    width = walk_width(bay, scene)
    width -= _KERB_M if bay.placement != "footway" else 0.0
    width -= _WALL_M if bay.placement != "setback-land" else 0.0
    return people / 15 / width if width > 0 else inf
