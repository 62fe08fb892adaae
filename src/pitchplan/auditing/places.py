"""Whether pitches stand where the plan says: community, district, street, side and placement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, cos, degrees, radians, sin
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.auditing.bays import Bay, Scene, chord_beside, ground
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.limits import SIDE
from pitchplan.schemas import as_text

if TYPE_CHECKING:
    from pitchplan.city.layers import City
    from pitchplan.plan import Plan

__all__ = ["check_overlaps", "check_places", "with_sides"]

_REACH_M = 25.0
_LOOSE_M = 2.0
_BEHIND_M = 10.0
_AHEAD_M = 3.0
_TURN_DEG = 30.0
_SAME_M = 0.01
_HAIR_M = 0.1
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
    axes, homes, spaces = _Axes.of(scene.city), _homes(scene), _spaces(scene.city)
    lines = len(scene.city.centrelines) > 0
    for k, bay in enumerate(scene.bays):
        said = {column: values[k] for column, values in words.items()}
        found = _community(said, homes[k])
        if bay.placement == "open-space":
            found += _space(bay, spaces)
        elif lines:
            found += _street(bay, said, axes)
        finding.breaches += [Breach(bay.pitch_id, *breach) for breach in found]
    if not lines:
        finding.not_checkable = "the city has no centrelines to tell a pitch's street by"
    return finding


def _homes(scene: Scene) -> list[dict[str, set[str]]]:
    """Give the words of the communities whose polygons hold each pitch's centre; none without communities."""
    communities = scene.city.communities
    if not len(communities) or not scene.bays:
        return [{} for _ in scene.bays]
    words = {c: as_text(communities[c]).tolist() for c in ("community_id", "district")}
    homes: list[dict[str, set[str]]] = [{c: set() for c in words} for _ in scene.bays]
    centres = np.array([b.centre for b in scene.bays])
    for k, i in communities.sindex.query(centres, predicate="intersects").T.tolist():
        for column, names in words.items():
            homes[k][column].add(names[i])
    return homes


def _community(said: dict[str, str], home: dict[str, set[str]]) -> list[tuple[float, float, str]]:
    """Compare with the communities that a pitch lies in."""
    found = []
    for column, names in home.items():
        if column in said and said[column] not in (names or {""}):
            what = f"{column} {said[column]!r} where it is {' or '.join(sorted(names)) or 'none'}"
            found.append((0.0, 1.0, what))
    return found


def _spaces(city: City) -> dict[str, list[shapely.Geometry]]:
    """Give the shapes of the open spaces on the ground, by id."""
    found: dict[str, list[shapely.Geometry]] = {}
    for row in ground(city.open_spaces).itertuples():
        found.setdefault(str(row.open_space_id), []).append(row.geometry)
    return found


def _space(bay: Bay, spaces: dict[str, list[shapely.Geometry]]) -> list[tuple[float, float, str]]:
    """Measure how far a pitch's centre is from the open space it is said to be in."""
    apart = min((s.distance(bay.centre) for s in spaces.get(bay.street_id, [])), default=float("inf"))
    return [(apart, 0.0, f"not in open space {bay.street_id!r}")] if apart > 0 else []


def _street(bay: Bay, said: dict[str, str], axes: _Axes) -> list[tuple[float, float, str]]:
    """Compare with the line of its street, which runs along the pitch on the side that is said."""
    found = []
    own = axes.street == bay.street_id
    apart = float(axes.away(bay, _HAIR_M)[own].min(initial=np.inf))
    others = np.where(own, np.inf, axes.away(bay, -_HAIR_M))
    if not np.isfinite(apart):
        found.append((apart, 0.0, f"no street {bay.street_id!r} runs along it"))
    elif others.min(initial=np.inf) < apart - _SAME_M:
        found.append((apart, float(others.min()), f"street {axes.street[others.argmin()]!r} is nearer"))
    if said.get("side") in _SIDES:
        x, y = bay.streetward
        turn = radians(45 * _SIDES.index(said["side"]))
        off = degrees(abs(atan2(y * sin(turn) - x * cos(turn), -x * sin(turn) - y * cos(turn))))
        if off > _SIDE_DEG:
            found.append((off, _SIDE_DEG, f"not on the {said['side']} side"))
    return found


@dataclass(frozen=True)
class _Axes:
    """The lines of the streets on the ground, piece by piece."""

    start: Any
    step: Any
    street: Any
    reach_m: Any

    @classmethod
    def of(cls, city: City) -> _Axes:
        """Take them apart. Where carriageways were made from them, no kerb is far from its own."""
        axes = ground(city.centrelines)
        coords, line = shapely.get_coordinates(axes.geometry.array, return_index=True)
        same = line[1:] == line[:-1]
        row = line[:-1][same]
        half = axes["width_m"].to_numpy(dtype=float)[row] / 2 + _LOOSE_M
        reach = half if city.made_of_lines else np.full(len(row), _REACH_M)
        names = axes["street_id"].astype(str).to_numpy(dtype=object)
        return cls(coords[:-1][same], np.diff(coords, axis=0)[same], names[row], reach)

    def away(self, bay: Bay, more_m: float) -> Any:
        """Give the distance from a pitch's kerb to each piece that runs along it before it, else infinity.

        ``more_m`` is above 0 where what nearly fits shall do, below where only what surely does:
        so many metres, and 3 degrees for each tenth of them.
        """
        kerb = np.array(bay.kerb_edge.centroid.coords[0])
        along = np.array([sin(radians(bay.bearing_deg)), cos(radians(bay.bearing_deg))])
        length = np.maximum(np.hypot(*self.step.T), 1e-9)
        unit = self.step / length[:, None]
        foot = np.clip(((kerb - self.start) * unit).sum(axis=1), 0.0, length)
        link = self.start + unit * foot[:, None] - kerb
        before, ahead = link @ np.array(bay.streetward), np.abs(link @ along)
        far = np.hypot(*link.T)
        turned = np.abs(unit[:, 0] * along[1] - unit[:, 1] * along[0])
        reach = self.reach_m + (_BEHIND_M if bay.placement == "setback-land" else 0.0)
        fits = (turned <= sin(radians(_TURN_DEG + 30 * more_m))) & (before + more_m > 0)
        fits &= (ahead <= np.minimum(before, _AHEAD_M) + 2 * more_m) & (far <= reach + more_m)
        return np.where(fits, far, np.inf)


def with_sides(scene: Scene) -> Plan:
    """Give the plan with a column that says on which side of their street's line its pitches stand.

    The words for sides will not do to count sides by: where a street bends, one side is north here and
    north-east there. A street in pieces that do not join keeps its words.
    """
    lines = {name: shapely.line_merge(shapely.union_all(own)) for name, own in scene.axes.items()}
    words = as_text(scene.plan.pitches["side"]).tolist() if "side" in scene.plan.pitches else None
    if words is None:
        return scene.plan
    sides = [_side(bay, lines.get(bay.street_id), word) for bay, word in zip(scene.bays, words, strict=True)]
    return replace(scene.plan, pitches=scene.plan.pitches.assign(**{SIDE: sides}))


def _side(bay: Bay, line: shapely.Geometry | None, word: str) -> str:
    if bay.placement == "open-space":
        return ""
    if line is None or line.geom_type != "LineString":
        return word
    a, b = chord_beside(line, bay.centre)
    across = (b.x - a.x) * (bay.centre.y - a.y) - (b.y - a.y) * (bay.centre.x - a.x)
    return "left" if across > 0 else "right"


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
