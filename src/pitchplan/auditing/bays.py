"""The plan's pitches as the audit draws them: from centre, bearing and sides, with plain shapely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import affinity

from pitchplan.auditing.minutes import (
    Open,
    days_of_weeks,
    minutes_of,
    times_of_rule,
    weeks_in,
    weeks_of_pitches,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.city.layers import City
    from pitchplan.plan import Plan
    from pitchplan.rules.rule import Rule

__all__ = ["Bay", "Scene", "across_axis", "chord_beside", "draw_scene", "edges_around", "ground"]


@dataclass(frozen=True)
class Bay:
    """One chosen pitch.

    Attributes
    ----------
    pitch_id, spot_id, street_id, street_class, placement, vehicle : str
    polygon : shapely.Polygon
        The rectangle.
    kerb_edge, inner_edge : shapely.LineString
        Its long edges: the one nearer to the carriageway's boundary, and the other.
    centre : shapely.Point
    length_m : float
    bearing_deg : float
    queue_m : float
        Depth that waiting customers take up.
    open : Open
        When the plan says it is used.
    """

    pitch_id: str
    spot_id: str
    street_id: str
    street_class: str
    placement: str
    vehicle: str
    polygon: shapely.Polygon
    kerb_edge: shapely.LineString
    inner_edge: shapely.LineString
    centre: shapely.Point
    length_m: float
    bearing_deg: float
    queue_m: float
    open: Open

    @property
    def front(self) -> tuple[float, float]:
        """Unit vector from the kerb edge to the inner edge."""
        back, front = self.kerb_edge.centroid, self.inner_edge.centroid
        depth = back.distance(front)
        return (front.x - back.x) / depth, (front.y - back.y) / depth

    @property
    def streetward(self) -> tuple[float, float]:
        """Unit vector across the pitch to its street: to the front at a kerb, to the back on a footway."""
        x, y = self.front
        return (x, y) if self.placement == "kerbside" else (-x, -y)

    @staticmethod
    def line_of(edge: shapely.LineString) -> shapely.LineString:
        """Draw an edge's line far beyond its ends, so that distances to it are depths."""
        (ax, ay), (bx, by) = edge.coords
        return shapely.LineString(
            [(ax - 9 * (bx - ax), ay - 9 * (by - ay)), (bx + 9 * (bx - ax), by + 9 * (by - ay))]
        )

    def strip(self, edge: shapely.LineString, depth: float) -> shapely.Polygon:
        """Give the strip that begins at one long edge and leads away from the bay."""
        other = self.inner_edge if edge is self.kerb_edge else self.kerb_edge
        dx = edge.centroid.x - other.centroid.x
        dy = edge.centroid.y - other.centroid.y
        norm = (dx * dx + dy * dy) ** 0.5
        away = affinity.translate(edge, dx / norm * depth, dy / norm * depth)
        (a, b), (c, d) = edge.coords, away.coords
        strip = shapely.Polygon([a, b, d, c])
        # Two millimetres narrower, so that what merely touches the bay's ends is not in front of it.
        thin = (self.length_m - 0.004) / self.length_m
        along = affinity.rotate(strip, self.bearing_deg - 90, origin=edge.centroid)
        return affinity.rotate(
            affinity.scale(along, xfact=thin, origin=edge.centroid),
            90 - self.bearing_deg,
            origin=edge.centroid,
        )


@dataclass(frozen=True)
class Scene:
    """What the audit looks at.

    Attributes
    ----------
    bays : list of Bay
    kerbs : shapely geometry
        Boundary of the joined carriageways on the ground near the bays.
    carriageway : shapely geometry
        The joined carriageways themselves.
    axes : dict of str to ndarray
        Lines on the ground of the streets that pitches stand on, by id.
    """

    plan: Plan
    city: City
    bays: list[Bay]
    carriageway: shapely.Geometry
    kerbs: shapely.Geometry
    axes: dict[str, Any]

    def under(self, rule: Rule) -> list[Bay]:
        """List the bays a rule is about: of its placements, and open at some time at which it holds."""
        bays = [b for b in self.bays if b.placement in rule.placements]
        if not (rule.hours or rule.days):
            return bays
        holds = times_of_rule(rule, self.plan.season)
        return [b for b in bays if b.open.meets(holds)]


def ground(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep what lies on the ground: bridges and tunnels do not meet a pitch."""
    return frame[frame["level"] == 0] if "level" in frame.columns else frame


def chord_beside(line: shapely.LineString, point: shapely.Point) -> tuple[shapely.Point, shapely.Point]:
    """Give where a line is half a metre before and behind the place that is nearest to a point.

    Beyond its ends the line does not go on: the two are nearer to each other there.
    """
    at = line.project(point)
    return line.interpolate(max(at - 0.5, 0.0)), line.interpolate(at + 0.5)


def across_axis(bay: Bay, feature: shapely.Geometry, scene: Scene) -> bool:
    """Tell whether the street's axis lies between the bay's kerb edge and the feature."""
    axes = scene.axes.get(bay.street_id)
    if axes is None:
        return False
    link = shapely.shortest_line(bay.kerb_edge.centroid, feature)
    return bool(shapely.crosses(axes, link).any())


def edges_around(bay: Bay, scene: Scene) -> shapely.Geometry:
    """Give the lines a bay may stand beside: kerbs, and behind a footway the footways' outer edges."""
    if bay.placement != "setback-land":
        return scene.kerbs
    footways = ground(scene.city.footways)
    near = bay.polygon.buffer(20)
    walks = footways.geometry.iloc[footways.sindex.query(near, predicate="intersects")]
    edge = shapely.boundary(shapely.union_all([*walks, shapely.intersection(scene.carriageway, near)]))
    return shapely.MultiLineString() if edge is None else shapely.intersection(edge, near)


def draw_scene(plan: Plan, city: City) -> Scene:
    """Draw the plan's pitches anew and join the carriageways around them."""
    boxes = []
    for row in plan.pitches.itertuples():
        half_l, half_w = row.length_m / 2, row.width_m / 2
        box = shapely.box(row.x_m - half_l, row.y_m - half_w, row.x_m + half_l, row.y_m + half_w)
        boxes.append(affinity.rotate(box, 90 - row.bearing_deg, origin=(row.x_m, row.y_m)))
    streets = ground(city.streets).geometry
    around = shapely.union_all([b.buffer(40) for b in boxes]) if boxes else shapely.Point()
    carriageway = shapely.union_all(shapely.intersection(streets[streets.intersects(around)].array, around))
    boundary = shapely.boundary(shapely.union_all(streets[streets.intersects(around)].array))
    # Nothing has no boundary: far from every street there is no kerb.
    kerbs = shapely.MultiLineString() if boundary is None else shapely.intersection(boundary, around)
    shapely.prepare(carriageway)
    axes = ground(city.centrelines)
    bays = [
        _bay(row, box, _before(row, axes, kerbs), when)
        for row, box, when in zip(plan.pitches.itertuples(), boxes, _open(plan), strict=True)
    ]
    named = {bay.street_id for bay in bays}
    lines = axes[axes["street_id"].isin(named)]
    own = {str(name): np.asarray(mine.geometry.array) for name, mine in lines.groupby("street_id")}
    return Scene(plan, city, bays, carriageway, kerbs, own)


def _open(plan: Plan) -> list[Open]:
    """Say when each pitch is used: at its hours, in the weeks that name it, else in its own."""
    named = weeks_of_pitches(plan)
    hours = plan.pitches["hours"].astype(str)
    own = plan.pitches["weeks"].astype(str) if "weeks" in plan.pitches else [""] * len(hours)
    weeks = [named.get(str(p), weeks_in(w)) for p, w in zip(plan.pitches["pitch_id"], own, strict=True)]
    said = list(zip(hours, weeks, strict=True))
    made = {
        (h, w): Open(frozenset(minutes_of(h)), frozenset(days_of_weeks(w, plan.season))) for h, w in set(said)
    }
    return [made[key] for key in said]


def _before(row: Any, axes: gpd.GeoDataFrame, kerbs: shapely.Geometry) -> shapely.Geometry:
    """Give what the street's side of a pitch lies nearer to: kerbs, or behind them its street's axis.

    Behind a kerb the kerb of another street may be nearer than its own.
    """
    if row.placement in ("footway", "setback-land"):
        own = axes.geometry[axes["street_id"] == row.street_id]
        if len(own):
            return shapely.union_all(own.array)
    return kerbs


def _bay(row: Any, box: shapely.Polygon, before: shapely.Geometry, when: Open) -> Bay:
    a, b, c, d = list(box.exterior.coords)[:4]
    edges = [shapely.LineString(e) for e in ((a, b), (b, c), (c, d), (d, a))]
    first, second = sorted(edges, key=lambda e: abs(e.length - row.length_m))[:2]
    if not before.is_empty and second.centroid.distance(before) < first.centroid.distance(before):
        first, second = second, first
    return Bay(
        pitch_id=str(row.pitch_id),
        spot_id=str(row.spot_id),
        street_id=str(row.street_id),
        street_class=str(row.street_class),
        placement=str(row.placement),
        vehicle=str(row.vehicle),
        polygon=box,
        kerb_edge=first,
        inner_edge=second,
        centre=box.centroid,
        length_m=float(row.length_m),
        bearing_deg=float(row.bearing_deg),
        queue_m=float(row.queue_m),
        open=when,
    )
