"""Audit twin of zone: how much of every pitch lies in zones that ban its vehicle while it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from pitchplan.auditing.bays import Scene, ground
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.minutes import minutes_of

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule

_PASS_M2 = 0.01
_COMMAS = str.maketrans(";，；、", ",,,,")


def audit(rule: Rule, scene: Scene) -> Finding:
    """Take zone by zone, and cut every pitch whose vehicle it bans."""
    zones = ground(scene.city.zones)
    zones = zones[zones["kind"].isin(rule["forbidden"])]
    bays = scene.under(rule)
    finding = Finding(len(bays), len(zones), unit="m2")
    if not len(zones):
        finding.not_checkable = f"the city has no {', '.join(rule['forbidden'])}"
        return finding
    under_rule = minutes_of(rule.hours)
    tree = shapely.STRtree([b.polygon for b in bays])
    for zone in zones.itertuples():
        holds = minutes_of(str(zone.hours)) & under_rule
        banned = {v.strip() for v in str(zone.vehicles).translate(_COMMAS).split(",")} - {""}
        for i in sorted(int(k) for k in tree.query(zone.geometry, predicate="intersects")):
            bay = bays[i]
            if (banned and bay.vehicle not in banned) or holds.isdisjoint(bay.open.minutes):
                continue
            area = shapely.intersection(bay.polygon, zone.geometry).area
            finding.margin(-area, bay.pitch_id)
            if area > _PASS_M2:
                at = bay.centre
                finding.breaches.append(Breach(bay.pitch_id, area, 0.0, str(zone.zone_id), at.x, at.y))
    return finding
