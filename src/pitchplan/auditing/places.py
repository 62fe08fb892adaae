"""Whether pitches stand where the plan says: community, district, street, side and placement."""

from __future__ import annotations

from math import cos, degrees, radians, sin
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.auditing.bays import Bay, Scene, ground
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.schemas import as_text

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["check_overlaps", "check_places"]

_REACH_M = 45.0
_TURN_DEG = 35.0
_SIDE_DEG = 80.0
_PASS_M2 = 0.01
_SIDES = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def check_places(scene: Scene) -> Finding:
    """Look up where every pitch stands, and compare it with what the plan says of it."""
    finding = Finding(len(scene.bays), len(scene.city.communities))
    words = {
        c: as_text(scene.plan.pitches[c]).tolist()
        for c in ("community_id", "district", "side")
        if c in scene.plan.pitches
    }
    for k, bay in enumerate(scene.bays):
        said = {column: values[k] for column, values in words.items()}
        for measured, required, what in (*_community(bay, said, scene), *_street(bay, said, scene)):
            finding.breaches.append(Breach(bay.pitch_id, measured, required, what))
    finding.not_checkable = "which of two streets that run side by side a kerb belongs to"
    return finding


def _community(bay: Bay, said: dict[str, str], scene: Scene) -> list[tuple[float, float, str]]:
    """Compare with the communities whose polygons hold the pitch's centre."""
    communities = scene.city.communities
    if not len(communities):
        return []
    here = communities.iloc[communities.sindex.query(bay.centre, predicate="intersects")]
    found = []
    for column, word in ((c, said[c]) for c in ("community_id", "district") if c in said):
        names = set(as_text(here[column]))
        if word not in (names or {""}):
            found.append((0.0, 1.0, f"{column} {word!r} where it is {' or '.join(sorted(names)) or 'none'}"))
    return found


def _street(bay: Bay, said: dict[str, str], scene: Scene) -> list[tuple[float, float, str]]:
    """Compare with the line of its street, which runs along the pitch on the side that is said."""
    city = scene.city
    if bay.placement == "open-space":
        spaces = ground(city.open_spaces)
        own = spaces[spaces["open_space_id"].astype(str) == bay.street_id]
        apart = float(own.geometry.distance(bay.centre).min()) if len(own) else float("inf")
        return [(apart, 0.0, f"not in open space {bay.street_id!r}")] if apart > 0 else []
    if not len(city.centrelines):
        return []
    apart = _apart(bay, ground(city.centrelines))
    found = [] if apart <= _REACH_M else [(apart, _REACH_M, f"no street {bay.street_id!r} runs along it")]
    if said.get("side") in _SIDES:
        x, y = bay.streetward
        turn = radians(45 * _SIDES.index(said["side"]))
        off = degrees(np.arccos(np.clip(-x * sin(turn) - y * cos(turn), -1, 1)))
        if off > _SIDE_DEG:
            found.append((off, _SIDE_DEG, f"not on the {said['side']} side"))
    return found


def _apart(bay: Bay, axes: gpd.GeoDataFrame) -> float:
    """Give the distance to the nearest piece of its street's lines that runs along the pitch, metres."""
    x, y = sin(radians(bay.bearing_deg)), cos(radians(bay.bearing_deg))
    least = float("inf")
    for line in axes.geometry[axes["street_id"].astype(str) == bay.street_id]:
        coords = shapely.get_coordinates(line)
        step = np.diff(coords, axis=0)
        length = np.hypot(*step.T)
        across = np.abs(step[:, 0] * y - step[:, 1] * x)
        along = (length > 0) & (across <= sin(radians(_TURN_DEG)) * length)
        if along.any():
            pieces = shapely.linestrings(np.stack([coords[:-1][along], coords[1:][along]], axis=1))
            least = min(least, float(shapely.distance(pieces, bay.kerb_edge.centroid).min()))
    return least


def check_overlaps(scene: Scene) -> Finding:
    """Check that no two pitches share ground, and that none off the street lies in a carriageway."""
    tree = shapely.STRtree([b.polygon for b in scene.bays])
    finding = Finding(len(scene.bays), len(scene.bays), unit="m2")
    for i, bay in enumerate(scene.bays):
        for j in sorted(int(k) for k in tree.query(bay.polygon, predicate="intersects")):
            area = shapely.intersection(bay.polygon, scene.bays[j].polygon).area if j > i else 0.0
            if area > 1e-6:
                finding.breaches.append(Breach(bay.pitch_id, area, 0.0, scene.bays[j].pitch_id))
        if bay.placement != "kerbside":
            area = shapely.intersection(bay.polygon, scene.carriageway).area
            finding.margin(-area, bay.pitch_id)
            if area > _PASS_M2:
                finding.breaches.append(Breach(bay.pitch_id, area, 0.0, "carriageway"))
    return finding
