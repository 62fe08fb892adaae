"""From sketched streets to axes that meet, carriageways, junctions and footways."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.ops
from numpy.random import Generator
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from . import street_plan as plan
from .shapes import Array, Axis, polygons_in, spline

MAP = shapely.box(0.0, 0.0, plan.WIDTH, plan.HEIGHT)
WOBBLE_M = {"main": 5.0, "secondary": 5.0, "branch": 5.0, "local": 4.0, "lane": 1.5}
FOOTWAY_M = {"main": 4.5, "secondary": 3.5, "branch": 3.0, "local": 2.0}
RANK = ("main", "secondary", "branch", "local", "lane")


@dataclass
class Street:
    """A street while it is made."""

    street_id: str
    sketch: plan.Sketch
    axis: Axis
    carriageway: Polygon = field(default_factory=Polygon)
    bare: Polygon = field(default_factory=Polygon)
    footway_m: float = 0.0

    @property
    def kind(self) -> str:
        """Class of the street."""
        return self.sketch.street_class

    @property
    def half(self) -> float:
        """Half the carriageway's width, metres."""
        return self.sketch.width_m / 2


@dataclass
class Junction:
    """A place where streets meet."""

    place: Array
    streets: list[int]
    area: BaseGeometry = field(default_factory=Polygon)


def draw_axes(rng: Generator) -> list[Street]:
    """Draw all axes, each ending at an earlier one, and let them share nodes where they meet."""
    axes: list[Array] = []
    for sketch in plan.STREETS:
        coords = _wobble(spline(np.array(sketch.points, dtype=float)), WOBBLE_M[sketch.street_class], rng)
        coords = _end_at(coords[::-1], axes, sketch)[::-1]
        if not sketch.dead_end:
            coords = _end_at(coords, axes, sketch)
        inside = LineString(coords).intersection(MAP)
        axes.append(np.array(inside.simplify(0.25).coords))
    axes = [np.round(a, 3) for a in _share_nodes(axes)]
    return [
        Street(f"S{i + 1:03d}", s, Axis(a)) for i, (s, a) in enumerate(zip(plan.STREETS, axes, strict=True))
    ]


def _wobble(coords: Array, amplitude: float, rng: Generator) -> Array:
    """Move a line sideways by two slow waves, so that no street is drawn with a ruler."""
    axis = Axis(coords)
    waves = rng.uniform(180.0, 520.0, 2) if amplitude > 2 else rng.uniform(40.0, 90.0, 2)
    phase = rng.uniform(0.0, 2 * np.pi, 2)
    shift = sum(np.sin(2 * np.pi * axis.chainage / w + p) for w, p in zip(waves, phase, strict=True))
    return np.array([axis.beside(s, d) for s, d in zip(axis.chainage, amplitude * 0.5 * shift, strict=True)])


def _end_at(coords: Array, earlier: list[Array], sketch: plan.Sketch) -> Array:
    """Lengthen or cut the line's last end so that it stops on an earlier street."""
    reach = 55.0
    end = coords[-1]
    if not earlier or not (0 < end[0] < plan.WIDTH and 0 < end[1] < plan.HEIGHT):
        return coords
    ahead = coords[-1] - coords[-3]
    longer = LineString(np.vstack([coords, end + reach * ahead / np.hypot(*ahead)]))
    own = LineString(coords).length
    hits: list[tuple[float, int]] = []
    for k, other in enumerate(earlier):
        meets = shapely.get_parts(longer.intersection(LineString(other)))
        for point in [p for p in meets if not p.is_empty]:
            hits.append((longer.project(Point(point.representative_point())), k))
    near = [h for h in hits if abs(h[0] - own) < reach]
    if not near:
        raise ValueError(f"{sketch.name_en} ends nowhere near {end.round()}")
    stop, _ = min(near, key=lambda h: abs(h[0] - own))
    cut = np.array(shapely.ops.substring(longer, 0.0, stop).coords)
    return _drawn_to_node(cut, earlier, 12.0 if sketch.street_class == "lane" else 32.0)


def _drawn_to_node(coords: Array, earlier: list[Array], reach: float) -> Array:
    """Bend the last 90 m so that the line ends at a junction or street end that is near already."""
    end = coords[-1]
    lines = [line for line in map(LineString, earlier) if line.distance(Point(end)) < 2 * reach]
    nodes = [
        np.array(p.coords[0])
        for i, a in enumerate(lines)
        for b in lines[:i]
        for p in shapely.get_parts(shapely.intersection(a, b.buffer(0.01)).centroid)
        if a.intersects(b.buffer(0.01)) and not p.is_empty
    ] + [a[k] for a in earlier for k in (0, -1)]
    best = min(nodes, key=lambda n: np.hypot(*(n - end)), default=end)
    if np.hypot(*(best - end)) > reach:
        return coords
    axis = Axis(coords)
    weight = np.clip(1 - (axis.length - axis.chainage) / 90.0, 0.0, 1.0)
    weight = weight * weight * (3 - 2 * weight)
    return coords + weight[:, None] * (best - end)


def _share_nodes(axes: list[Array]) -> list[Array]:
    """Insert one common vertex into both lines wherever two axes meet."""
    lines = [LineString(a) for a in axes]
    found: list[list[Array]] = [[] for _ in axes]
    for i, j in zip(*np.triu_indices(len(axes), 1), strict=True):
        for place in _meetings(lines[i], lines[j]):
            found[i].append(place)
            found[j].append(place)
    return [_with_nodes(a, f) for a, f in zip(axes, found, strict=True)]


def _meetings(a: LineString, b: LineString) -> list[Array]:
    """Return the places two axes share; an end that all but touches counts as touching."""
    ends = [
        (p, o) for x, o in ((a, b), (b, a)) for p in (x.coords[0], x.coords[-1]) if o.distance(Point(p)) < 0.5
    ]
    places = [np.round(np.array(p), 3) for p, _ in ends]
    for point in [p for p in shapely.get_parts(a.intersection(b)) if not p.is_empty]:
        place = np.round(np.array(point.representative_point().coords[0]), 3)
        if all(np.hypot(*(place - p)) > 5.0 for p in places):
            places.append(place)
    return [p for i, p in enumerate(places) if all(np.hypot(*(p - q)) > 5.0 for q in places[:i])]


def _with_nodes(coords: Array, nodes: list[Array]) -> Array:
    """Insert nodes into a line, moving vertices that are nearer than 2 m."""
    axis = Axis(coords)
    rows = [(float(s), c, False) for s, c in zip(axis.chainage, coords, strict=True)]
    for node in nodes:
        s = axis.chainage_of(node)
        rows = [r for r in rows if r[2] or abs(r[0] - s) > 2.0]
        if all(np.hypot(*(r[1] - node)) > 0.002 for r in rows):
            rows.append((s, node, True))
    return np.array([c for _, c, _ in sorted(rows, key=lambda r: r[0])])


def find_junctions(streets: list[Street]) -> list[Junction]:
    """Return every place where two or more axes share a vertex."""
    at: dict[tuple[float, float], list[int]] = {}
    for k, street in enumerate(streets):
        for x, y in street.axis.coords:
            at.setdefault((float(x), float(y)), []).append(k)
    return [Junction(np.array(p), ks) for p, ks in sorted(at.items()) if len(set(ks)) > 1]


def pave(streets: list[Street], junctions: list[Junction]) -> None:
    """Give every street its carriageway (with fillets) and every junction its area."""
    for street in streets:
        band = _past_the_frame(street.axis).buffer(street.half, cap_style="flat", join_style="mitre")
        street.bare = band.intersection(MAP)
        street.carriageway = street.bare
    for junction in junctions:
        junction.area = _shared_area(junction, streets)
    paved = shapely.union_all([s.bare for s in streets])
    for junction in junctions:
        _fillet(junction, streets, paved)


def _past_the_frame(axis: Axis) -> LineString:
    """Lengthen an axis that runs out of the map, so that its carriageway is cut by the frame."""
    coords = axis.coords
    for end, before in ((0, 1), (-1, -2)):
        if MAP.exterior.distance(Point(axis.coords[end])) < 0.01:
            ahead = axis.coords[end] - axis.coords[before]
            tip = axis.coords[end] + ahead / np.hypot(*ahead) * 40.0
            coords = np.vstack([tip, coords]) if end == 0 else np.vstack([coords, tip])
    return LineString(coords)


def _shared_area(junction: Junction, streets: list[Street]) -> BaseGeometry:
    """Return the area two or more carriageways share at a node, each drawn through the node."""
    near = Point(junction.place).buffer(60.0)
    through = []
    for k in dict.fromkeys(junction.streets):
        street = streets[k]
        coords = street.axis.coords
        for end, before in ((0, 1), (-1, -2)):
            if np.hypot(*(coords[end] - junction.place)) < 0.01:
                ahead = coords[end] - coords[before]
                tip = coords[end] + ahead / np.hypot(*ahead) * 30.0
                coords = np.vstack([tip, coords]) if end == 0 else np.vstack([coords, tip])
        axis = Axis(coords)
        band = axis.line.intersection(near).buffer(street.half, cap_style="flat")
        through.append((band, axis.at(axis.chainage_of(junction.place))[1]))
    turns = [
        (abs(float(a[1][0] * b[1][1] - a[1][1] * b[1][0])), a[0].intersection(b[0]))
        for i, a in enumerate(through)
        for b in through[:i]
    ]
    sharpest = max(t[0] for t in turns)
    shared = [area for turn, area in turns if turn >= min(0.45, sharpest)]
    bare = shapely.union_all([streets[k].bare for k in junction.streets])
    whole = shapely.union_all(shared).intersection(bare)
    parts = polygons_in(whole)
    return min(parts, key=lambda p: p.distance(Point(junction.place))).simplify(0.1)


def _fillet(junction: Junction, streets: list[Street], paved: BaseGeometry) -> None:
    """Round the kerbs of a junction; the round belongs to the least of its streets."""
    ranks = [RANK.index(streets[k].kind) for k in junction.streets]
    radius = (9.0, 8.0, 6.5, 5.0, 2.5)[max(ranks)]
    reach = max(streets[k].half for k in junction.streets) * 2.2 + radius * 2
    local = paved.intersection(Point(junction.place).buffer(reach))
    rounded = local.buffer(radius, join_style="mitre").buffer(-radius, quad_segs=3)
    corners = polygons_in(rounded.difference(paved), at_least=0.3)
    owner = streets[junction.streets[int(np.argmax(ranks))]]
    keep = Point(junction.place).buffer(reach - radius)
    for corner in corners:
        joined = owner.carriageway.union(corner.buffer(0.02, join_style="mitre"))
        if keep.contains(corner) and joined.geom_type == "Polygon" and not joined.interiors:
            owner.carriageway = joined.intersection(MAP)


def lay_footways(streets: list[Street], rng: Generator) -> list[Polygon]:
    """Lay sidewalks beside all streets but lanes; they overlap neither carriageways nor each other."""
    taken = shapely.union_all([s.carriageway for s in streets])
    footways: list[Polygon] = []
    for street in sorted(streets, key=lambda s: RANK.index(s.kind)):
        if street.kind == "lane":
            continue
        street.footway_m = float(np.clip(round(FOOTWAY_M[street.kind] + rng.uniform(-0.6, 0.8), 1), 2.0, 4.5))
        ring = street.carriageway.buffer(street.footway_m, quad_segs=2, join_style="mitre", mitre_limit=1.4)
        fresh = polygons_in(ring.intersection(MAP).difference(taken), at_least=0.01)
        footways += [p for strip in fresh for p in _without_necks(strip)]
        taken = taken.union(shapely.union_all(fresh))
    return footways


def _without_necks(strip: Polygon) -> list[Polygon]:
    """Drop what is narrower than 1.2 m and return the pieces that are left."""
    wide = strip.buffer(-0.6, join_style="mitre").buffer(0.6, join_style="mitre", mitre_limit=2.0)
    return polygons_in(wide.intersection(strip), at_least=25.0)
