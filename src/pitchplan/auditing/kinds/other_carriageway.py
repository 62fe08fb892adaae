"""Audit twin of other-carriageway: whose carriageways every kerbside pitch lies in."""

from __future__ import annotations

from math import radians, sin
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.auditing.bays import Bay, Scene, chord_beside, ground
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.rules.rule import Rule

_PASS_M2 = 0.01
_TURN_DEG = 31.0
_OWN_SHARE = 0.4


def audit(rule: Rule, scene: Scene) -> Finding:
    """Cut every kerbside pitch by each carriageway around it, and follow the axes of those it lies in."""
    streets, axes = ground(scene.city.streets), ground(scene.city.centrelines)
    bays = [b for b in scene.under(rule) if b.placement == "kerbside"]
    finding = Finding(len(bays), len(streets) if len(axes) else 0, unit="m2")
    if not len(axes):
        finding.not_checkable = "the city has no centrelines to tell which way a carriageway runs"
        return finding
    names = dict(zip(scene.plan.pitches["pitch_id"], scene.plan.pitches["street"], strict=True))
    own: dict[int, gpd.GeoDataFrame] = {}
    for bay in bays:
        worst, at = 0.0, -1
        name = str(names[bay.pitch_id] or bay.street_id)
        for i in sorted(int(k) for k in streets.sindex.query(bay.polygon, predicate="intersects")):
            street = streets.iloc[i]
            area = shapely.intersection(street.geometry, bay.polygon).area
            if i not in own:
                own[i] = _own(street, axes)
            if area > worst and _another(bay, name, own[i]):
                worst, at = area, i
        finding.margin(-worst, bay.pitch_id)
        if worst > _PASS_M2:
            where = str(streets["street_id"].iloc[at])
            finding.breaches.append(Breach(bay.pitch_id, worst, 0.0, where, bay.centre.x, bay.centre.y))
    finding.not_checkable = "on which street a pitch stands is taken from the plan"
    return finding


def _own(street: Any, axes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the axes that run in a carriageway, and not only up to it or across it."""
    near = axes.iloc[axes.sindex.query(street.geometry, predicate="intersects")]
    lines = np.asarray(near.geometry)
    lengths = shapely.length(lines)
    # A carriageway may be that of a whole city, by which cutting a line is slow; most lie inside.
    shapely.prepare(street.geometry)
    out = ~shapely.covers(street.geometry, lines)
    inside = lengths.copy()
    inside[out] = shapely.length(shapely.intersection(lines[out], street.geometry))
    enough = _OWN_SHARE * np.minimum(inside.max(initial=0.0), lengths)
    return near[inside >= np.maximum(enough, 1e-6)]


def _another(bay: Bay, name: str, axes: gpd.GeoDataFrame) -> bool:
    """Tell whether no axis is the pitch's own street's, and the nearest runs another way."""
    own = any(str(n or i) == name for n, i in zip(axes["name"], axes["street_id"], strict=True))
    if own or not len(axes):
        return False
    axis = axes.geometry.iloc[int(shapely.distance(axes.geometry.array, bay.centre).argmin())]
    a, b = chord_beside(axis, bay.centre)
    (c, d), (e, f) = bay.kerb_edge.coords
    cross = abs((b.x - a.x) * (f - d) - (b.y - a.y) * (e - c))
    return bool(cross > sin(radians(_TURN_DEG)) * a.distance(b) * bay.kerb_edge.length)
