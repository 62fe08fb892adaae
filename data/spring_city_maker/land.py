"""What lies between the streets: water, parks, squares, compounds and buildings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, Point, Polygon
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from . import place_plan as places
from . import street_plan as plan
from .network import MAP, Street
from .shapes import Array, blob, box_along, polygons_in, spline

OLD_TOWN = Polygon(plan.OLD_TOWN)
NEW_QUARTER_FROM_X = 1590.0
RESIDENTS = 105_000


@dataclass(frozen=True)
class Space:
    """An open space: names, kind and polygon."""

    name: str
    name_en: str
    kind: str
    shape: Polygon


@dataclass(frozen=True)
class Compound:
    """A school or hospital: its name, the kind of its gate, the gate and the ground."""

    name: str
    kind: str
    gate: Array
    ground: Polygon
    ahead: Array


@dataclass
class Building:
    """A footprint with its storeys; ``homes`` is the share of floor people live on."""

    shape: Polygon
    levels: int
    homes: float
    residents: int = 0


@dataclass(frozen=True)
class Edge:
    """How houses stand along the edge of a block; metres, and ``homes`` as for a building."""

    length: tuple[float, float]
    depth: tuple[float, float]
    setback: float
    gap: float
    share: float
    levels: tuple[int, int]
    homes: float


@dataclass(frozen=True)
class Rows:
    """How rows of houses fill the inside of a block; metres."""

    size: tuple[float, float]
    pitch: tuple[float, float]
    setback: float
    gap: float
    levels: tuple[int, int]
    court: bool = False


QUARTERS = {
    "old town": (
        Edge((17, 30), (9, 12), setback=1.0, gap=1.6, share=0.93, levels=(2, 3), homes=1.1),
        Rows((21, 18), (23.5, 20.5), setback=2.0, gap=1.8, levels=(1, 2), court=True),
    ),
    "middle town": (
        Edge((26, 46), (11, 13), setback=3.0, gap=6.0, share=0.72, levels=(3, 6), homes=0.5),
        Rows((46, 11.5), (53, 25), setback=5.0, gap=6.5, levels=(5, 7)),
    ),
    "new quarter": (
        Edge((40, 70), (15, 20), setback=7.0, gap=14.0, share=0.5, levels=(2, 5), homes=0.0),
        Rows((34, 15), (44, 41), setback=9.0, gap=12.0, levels=(17, 32)),
    ),
}


def street_named(streets: list[Street], name: str) -> Street:
    """Return the street of a name."""
    return next(s for s in streets if s.sketch.name == name)


def beside_street(
    streets: list[Street], name: str, place: tuple[float, float], length: float, depth: float
) -> tuple[Polygon, Array, Array]:
    """Return the rectangle behind a street's footway, the gate in its kerb and the way ahead."""
    street = street_named(streets, name)
    s = street.axis.chainage_of(np.array(place))
    centre, ahead = street.axis.at(s)
    across = np.array([-ahead[1], ahead[0]])
    side = 1.0 if np.dot(np.array(place) - centre, across) > 0 else -1.0
    middle = centre + side * across * (street.half + street.footway_m + 0.6 + depth / 2)
    return box_along(middle, ahead, length, depth), centre + side * across * street.half, ahead


def lay_open_spaces(streets: list[Street], paved: BaseGeometry) -> list[Space]:
    """Return water, hill, parks and the usable squares, none of which overlaps another."""
    river = LineString(spline(np.array(plan.RIVER, dtype=float), step=25.0))
    nature = [
        Space(
            "锦水河", "Jinshui He", "river", river.buffer(15.0, quad_segs=2).intersection(MAP).simplify(0.5)
        ),
        Space("明湖", "Minghu", "lake", blob(plan.LAKE)),
        Space("翠屏山", "Cuiping Shan", "hill", blob(plan.HILL).intersection(MAP)),
    ]
    taken = shapely.union_all([s.shape for s in nature])
    usable = []
    for name, name_en, kind, street, place, length, depth in places.OPEN_SPACES:
        box, _, _ = beside_street(streets, street, place, length, depth)
        free = polygons_in(box.intersection(MAP).difference(paved.buffer(0.3, quad_segs=1)).difference(taken))
        usable.append(Space(name, name_en, kind, max(free, key=lambda p: p.area).simplify(0.1)))
    taken = shapely.union_all([taken, *[s.shape.buffer(0.5, join_style="mitre") for s in usable]])
    green = [
        ("明湖公园", "Minghu Park", nature[1].shape, 55.0),
        ("翠屏山公园", "Cuipingshan Park", nature[2].shape, 50.0),
    ]
    green += [("滨河绿地", "Binhe Green", nature[0].shape, 24.0)]
    parks = [
        Space(name, name_en, "park", part.simplify(0.3))
        for name, name_en, core, reach in green
        for part in polygons_in(
            core.buffer(reach, quad_segs=4)
            .intersection(MAP)
            .difference(paved.buffer(0.4, quad_segs=1))
            .difference(taken),
            at_least=700.0,
        )
    ]
    return nature + parks + usable


def lay_compounds(streets: list[Street], free: BaseGeometry) -> list[Compound]:
    """Return the grounds of schools and hospitals, cut to the free land."""
    found = []
    for name, kind, street, place, length, depth in places.COMPOUNDS:
        box, gate, ahead = beside_street(streets, street, place, length, depth)
        ground = max(polygons_in(box.intersection(free)), key=lambda p: p.area)
        found.append(Compound(name, kind, gate, ground, ahead))
    return found


def build(free: BaseGeometry, compounds: list[Compound], rng: Generator) -> list[Building]:
    """Fill the blocks with buildings of their quarter and share out the residents."""
    buildings = [b for c in compounds for b in _campus(c, rng)]
    grounds = shapely.union_all([c.ground for c in compounds])
    for block in polygons_in(free.difference(grounds.buffer(2.0)), at_least=350.0):
        buildings += _fill(block, rng)
    floors = np.array([b.shape.area * b.levels * b.homes for b in buildings])
    for building, share in zip(buildings, floors / floors.sum(), strict=True):
        building.residents = round(RESIDENTS * share)
    return buildings


def _campus(compound: Compound, rng: Generator) -> Iterator[Building]:
    """Yield the bars of a school or hospital, across its ground."""
    centre = np.array(compound.ground.centroid.coords[0])
    across = _left(compound.ahead)
    levels = 4 if compound.kind == "school-gate" else 9
    for shift in (-0.33, 0.0, 0.33):
        box = compound.ground.minimum_rotated_rectangle
        sides = sorted(LineString(list(box.exterior.coords)[k : k + 2]).length for k in (0, 1))
        bar = box_along(
            centre + shift * sides[0] * across, compound.ahead, sides[1] * rng.uniform(0.5, 0.72), 11.0
        )
        if compound.ground.buffer(-2.0).contains(bar):
            yield Building(bar, levels, 0.0)


def _left(ahead: Array) -> Array:
    return np.array([-ahead[1], ahead[0]])


def _fill(block: Polygon, rng: Generator) -> list[Building]:
    """Fill one block: houses along its edge first, then its inside."""
    middle = block.representative_point()
    if OLD_TOWN.contains(middle):
        edge, rows = QUARTERS["old town"]
    else:
        edge, rows = QUARTERS["new quarter" if middle.x > NEW_QUARTER_FROM_X else "middle town"]
    placed: list[Building] = []
    _edge(block, placed, edge, rng)
    _rows(block, placed, rows, rng)
    return placed


def _fits(shape: Polygon, room: BaseGeometry, placed: list[Building], gap: float) -> bool:
    if not room.contains(shape):
        return False
    others = np.array([b.shape for b in placed], dtype=object)
    return not len(others) or bool(shapely.distance(others, shape).min() >= gap)


def _edge(block: Polygon, placed: list[Building], edge: Edge, rng: Generator) -> None:
    """Set houses along the block's edge, each along the street in front of it."""
    room = block.buffer(-edge.setback, join_style="mitre")
    shapely.prepare(room)
    for part in polygons_in(room, at_least=250.0):
        ring = part.exterior
        s = rng.uniform(0.0, 15.0)
        while s < ring.length - edge.length[0]:
            long, deep = rng.uniform(*edge.length), rng.uniform(*edge.depth)
            a, b = (np.array(ring.interpolate(min(x, ring.length)).coords[0]) for x in (s, s + long))
            chord = float(np.hypot(*(b - a)))
            ahead = (b - a) / max(chord, 0.1)
            inward = _left(ahead) * (1.0 if ring.is_ccw else -1.0)
            house = box_along((a + b) / 2 + inward * (deep / 2 + 0.4), ahead, chord - 0.2, deep)
            on_map_edge = MAP.exterior.distance(Point((a + b) / 2)) < edge.setback + 2.0
            if (
                not on_map_edge
                and chord > 0.93 * long
                and rng.random() < edge.share
                and _fits(house, part, placed, edge.gap)
            ):
                placed.append(
                    Building(house, int(rng.integers(edge.levels[0], edge.levels[1] + 1)), edge.homes)
                )
                s += long + edge.gap + 0.2
            else:
                s += 4.0 if edge.share > 0.6 else 18.0


def _rows(block: Polygon, placed: list[Building], rows: Rows, rng: Generator) -> None:
    """Set rows of houses that face south, as nearly as the block's own direction lets them."""
    room = block.buffer(-rows.setback, join_style="mitre")
    if room.is_empty:
        return
    shapely.prepare(room)
    ahead = _main_direction(block)
    across = _left(ahead)
    centre = np.array(block.centroid.coords[0])
    reach = max(block.bounds[2] - block.bounds[0], block.bounds[3] - block.bounds[1]) * 0.75
    storeys = int(rng.integers(rows.levels[0], rows.levels[1] + 1))
    for v in np.arange(-reach, reach, rows.pitch[1]):
        shift = rng.uniform(0.0, rows.pitch[0])
        for u in np.arange(-reach, reach, rows.pitch[0] / (2 if rows.court else 1)):
            place = centre + (u + shift) * ahead + (v + rng.uniform(-1, 1)) * across
            for shrink in (1.0, 0.72, 0.5):
                house = box_along(
                    place,
                    ahead,
                    rows.size[0] * shrink * rng.uniform(0.9, 1.04),
                    rows.size[1] * rng.uniform(0.92, 1.08),
                )
                if _fits(house, room, placed, rows.gap):
                    shape = _shaped(house, place, ahead, rows.court, rng)
                    crowding = 2.2 if rows.court else 1.0
                    placed.append(Building(shape, max(1, storeys + int(rng.integers(-1, 2))), crowding))
                    break


def _shaped(house: Polygon, place: Array, ahead: Array, court: bool, rng: Generator) -> Polygon:
    """Cut a courtyard or a notch, so that not every house is a box."""
    across = _left(ahead)
    if court and rng.random() < 0.75:
        hole = box_along(place - across * 4.0, ahead, 7.0 + 3.0 * rng.random(), 14.0)
        cut = house.difference(rotate(hole, 180.0 * float(rng.integers(0, 2)), origin=Point(place)))
    elif not court and rng.random() < 0.45:
        cut = house.difference(box_along(place + across * 8.5, ahead, 9.0, 6.0))
    else:
        return house
    parts = polygons_in(cut)
    sturdy = len(parts) == 1 and not parts[0].interiors and parts[0].buffer(-1.7).geom_type == "Polygon"
    sturdy = sturdy and parts[0].buffer(-1.7).buffer(1.7, join_style="mitre").area > 0.98 * parts[0].area
    return parts[0] if sturdy else house


def _main_direction(block: Polygon) -> Array:
    """Return the unit vector of the block's longest side that is nearest to east."""
    corners = np.array(block.minimum_rotated_rectangle.exterior.coords)[:3]
    ahead = corners[1] - corners[0]
    ahead = ahead / np.hypot(*ahead)
    ahead = ahead if abs(ahead[0]) >= abs(ahead[1]) else _left(ahead)
    return ahead if ahead[0] > 0 else -ahead
