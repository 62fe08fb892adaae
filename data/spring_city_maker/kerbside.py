"""What stands at the kerb: gates, stops, hydrants, crossings, and what the kerb is used for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from . import place_plan as places
from .land import Compound, Space, street_named
from .network import MAP, Junction, Street
from .shapes import Array, lines_in, polygons_in

RUSH = "07:00-09:00, 17:00-19:00"


@dataclass(frozen=True)
class Feature:
    """A keep-clear feature or a kerb regulation; ``note`` is its name or its hours."""

    kind: str
    note: str
    shape: BaseGeometry


@dataclass(frozen=True)
class KerbPlace:
    """A place in a kerb: street, chainage, side (1 = left of the axis) and point."""

    street: Street
    s: float
    side: int
    point: Array

    def away(self, distance: float) -> Array:
        """Return the place so many metres behind the kerb."""
        return self.street.axis.beside(self.s, self.side * (self.street.half + distance))


class Kerbs:
    """Places in the kerb outside junctions, and the distance to what already stands there."""

    def __init__(self, streets: list[Street], junctions: list[Junction]) -> None:
        self.streets = streets
        self.areas = shapely.STRtree([j.area for j in junctions])
        self.paved = {
            s.street_id: shapely.union_all([o.carriageway for o in streets if o is not s]) for s in streets
        }
        for shape in self.paved.values():
            shapely.prepare(shape)

    def to_junction(self, shape: BaseGeometry) -> float:
        """Return the distance to the nearest junction, metres."""
        return float(self.areas.query_nearest(shape, return_distance=True)[1][0])

    def place(self, street: Street, s: float, side: int, clear: float) -> KerbPlace | None:
        """Return the place in the kerb if it is so far from every junction and on the map."""
        found = KerbPlace(street, s, side, street.axis.beside(s, side * street.half))
        point = Point(found.point)
        if self.to_junction(point) < clear or self.paved[street.street_id].intersects(point):
            return None
        return found if MAP.buffer(-3.0).contains(point) else None

    def along(
        self, kinds: str, every: float, clear: float, rng: Generator, *, sides: tuple[int, ...] = (1, -1)
    ) -> list[KerbPlace]:
        """Return places along all streets of some classes, about so many metres apart on each side."""
        found = []
        for street in [s for s in self.streets if s.kind in kinds.split()]:
            for side in sides:
                s = rng.uniform(0.2, 0.9) * every
                while s < street.axis.length - clear:
                    place = self.place(street, s, side, clear)
                    found += [place] if place else []
                    s += every * rng.uniform(0.75, 1.3) if place else 6.0
        return found


def gates_and_lanes(kerbs: Kerbs, spaces: list[Space], rng: Generator) -> list[Feature]:
    """Return compound entrances (points) and fire lanes (lines into the block) before anything is built."""
    closed = shapely.union_all([s.shape.buffer(1.0) for s in spaces])
    found = []
    for place in kerbs.along("secondary branch local", 135.0, 16.0, rng):
        way_in = LineString([place.point, place.away(place.street.footway_m + 22.0)])
        if not way_in.intersects(closed):
            found.append(Feature("entrance", "", way_in))
    for place in kerbs.along("branch local", 620.0, 22.0, rng):
        way_in = LineString([place.point, place.away(place.street.footway_m + 26.0)])
        if not way_in.intersects(closed) and min(way_in.distance(f.shape) for f in found) > 12.0:
            found.append(Feature("fire-lane", "", way_in))
    return found


def keep_clear(
    kerbs: Kerbs, junctions: list[Junction], compounds: list[Compound], ways_in: list[Feature],
    footways: list[Polygon], rng: Generator,
) -> list[Feature]:  # fmt: skip
    """Return every keep-clear feature of the city."""
    found = [Feature("junction", _junction_name(j, kerbs.streets), j.area) for j in junctions]
    found += [
        f if f.kind == "fire-lane" else Feature("entrance", "", Point(f.shape.coords[0])) for f in ways_in
    ]
    found += _crossings(kerbs, junctions)
    found += [Feature(c.kind, c.name, Point(c.gate)) for c in compounds]
    found += _bus_stops(kerbs, rng)
    found += _hydrants(kerbs, rng)
    found += _driveways(kerbs, ways_in, rng)
    found += _station_exits(kerbs.streets)
    found += _tactile_paving(kerbs.streets, footways)
    return found


def _junction_name(junction: Junction, streets: list[Street]) -> str:
    names = [streets[k].sketch.name for k in dict.fromkeys(junction.streets)]
    return "与".join(names[:2]) + "路口"


def _crossings(kerbs: Kerbs, junctions: list[Junction]) -> list[Feature]:
    """Return zebra crossings: lines from kerb to kerb 4 m outside the junctions of busier streets."""
    found: list[Feature] = []
    for junction in junctions:
        meeting = [kerbs.streets[k] for k in dict.fromkeys(junction.streets)]
        if sum(s.kind in ("main", "secondary", "branch") for s in meeting) < 1 or any(
            s.kind == "lane" for s in meeting
        ):
            continue
        for street in meeting:
            found += _crossings_of(street, junction)
    return found


def _crossings_of(street: Street, junction: Junction) -> list[Feature]:
    node = street.axis.chainage_of(junction.place)
    found = []
    for way in (-1, 1):
        for s in node + way * np.arange(4.0, 60.0, 1.0):
            if not 1.0 < s < street.axis.length - 1.0:
                break
            line = LineString([street.axis.beside(s, d) for d in (street.half, -street.half)])
            if line.distance(junction.area) >= 4.0:
                found.append(Feature("crossing", "", line))
                break
    return found


def _bus_stops(kerbs: Kerbs, rng: Generator) -> list[Feature]:
    found = []
    for place in kerbs.along("main secondary", 330.0, 35.0, rng) + kerbs.along("branch", 620.0, 30.0, rng):
        cross = nearest_cross_street(place.street, place.s, kerbs.streets)
        name = (
            f"{place.street.sketch.name}{cross.sketch.name}站" if cross else f"{place.street.sketch.name}站"
        )
        found.append(Feature("bus-stop", name, Point(place.point)))
    return found


def nearest_cross_street(street: Street, s: float, streets: list[Street]) -> Street | None:
    """Return the street, lanes last, whose meeting with this one is nearest along it."""
    best, reach = None, np.inf
    for other in streets:
        if other is street or other.axis.line.distance(street.axis.line) > 0.01:
            continue
        for point in shapely.get_parts(other.axis.line.intersection(street.axis.line.buffer(0.02)).centroid):
            along = abs(street.axis.chainage_of(np.array(point.coords[0])) - s) + 150.0 * (
                other.kind == "lane"
            )
            if along < reach:
                best, reach = other, along
    return best


def _hydrants(kerbs: Kerbs, rng: Generator) -> list[Feature]:
    places_ = kerbs.along("main secondary branch local", 210.0, 9.0, rng) + kerbs.along(
        "lane", 160.0, 8.0, rng
    )
    return [Feature("hydrant", "", Point(p.away(0.5))) for p in places_]


def _driveways(kerbs: Kerbs, ways_in: list[Feature], rng: Generator) -> list[Feature]:
    """Return driveways: lines in the kerb as long as the lowered kerbstones."""
    entrances = shapely.union_all([f.shape for f in ways_in])
    found = []
    for place in kerbs.along("main secondary branch local", 300.0, 14.0, rng):
        if entrances.distance(Point(place.point)) > 14.0:
            offset = place.side * place.street.half
            wide = 2.0 + rng.uniform(0.0, 1.5)
            found.append(
                Feature("driveway", "", place.street.axis.parallel(offset, place.s - wide, place.s + wide))
            )
    return found


def _station_exits(streets: list[Street]) -> list[Feature]:
    found = []
    for name, exits in places.STATIONS:
        for letter, (street_name, place) in zip("ABCD", exits, strict=False):
            street = street_named(streets, street_name)
            s = street.axis.chainage_of(np.array(place))
            ahead = street.axis.beside(s, 1.0) - street.axis.at(s)[0]
            side = 1.0 if np.dot(np.array(place) - street.axis.at(s)[0], ahead) > 0 else -1.0
            point = Point(street.axis.beside(s, side * (street.half + street.footway_m * 0.6)))
            found.append(Feature("station-exit", f"{name}{letter}口", point))
    return found


def _tactile_paving(streets: list[Street], footways: list[Polygon]) -> list[Feature]:
    """Return the guiding strips: lines in the middle of the footways of main and secondary streets."""
    ground = shapely.union_all([f.buffer(-0.4) for f in footways])
    found = []
    for street in [s for s in streets if s.kind in ("main", "secondary")]:
        for side in (1, -1):
            offset = side * (street.half + street.footway_m / 2)
            line = street.axis.parallel(offset, 0.0, street.axis.length).simplify(0.1)
            found += [
                Feature("tactile-paving", "", p) for p in lines_in(line.intersection(ground), at_least=25.0)
            ]
    return found


def regulations(
    kerbs: Kerbs, clear: list[Feature], spaces: list[Space], compounds: list[Compound], rng: Generator
) -> list[Feature]:
    """Return what the kerb is already used for, and when."""
    found = _no_stopping(kerbs, compounds, rng)
    stops = shapely.union_all([f.shape for f in clear if f.kind != "tactile-paving"])
    shapely.prepare(stops)
    busy: list[BaseGeometry] = []
    markets = [s.shape for s in spaces if s.kind == "market-place"]
    for place in kerbs.along("branch local", 40.0, 15.0, rng):
        if min(m.distance(Point(place.point)) for m in markets) < 45.0:
            found += _bay(kerbs, place, "loading-bay", "06:00-10:00", 11.0, 2.5, stops, busy)
    for place in kerbs.along("secondary branch", 1100.0, 20.0, rng):
        found += _bay(kerbs, place, "taxi-stand", "", 16.0, 2.4, stops, busy)
    for place in kerbs.along("branch local", 62.0, 14.0, rng):
        long = 6.0 * int(rng.integers(4, 9))
        hours = "" if rng.random() < 0.6 else "08:00-20:00"
        found += _bay(
            kerbs, place, "parking-bay", hours, long, float(rng.choice([2.2, 2.3, 2.5])), stops, busy
        )
    return found + _bus_lanes(kerbs)


def _no_stopping(kerbs: Kerbs, compounds: list[Compound], rng: Generator) -> list[Feature]:
    """Return no-stopping lines: always on main and riverside streets, at some hours elsewhere."""
    found = []
    for street in kerbs.streets:
        always = street.kind == "main" or street.sketch.name.startswith("滨河")
        both = always or street.kind == "secondary"
        sides = {"local": (), "lane": ()}.get(street.kind, (1, -1) if both else (int(rng.choice([1, -1])),))
        for side in sides:
            kerb = street.axis.parallel(side * street.half, 0.0, street.axis.length).simplify(0.1)
            parts = lines_in(kerb.difference(kerbs.paved[street.street_id]).intersection(MAP), at_least=12.0)
            found += [
                Feature("no-stopping", "" if always else RUSH if both else "07:00-09:00", p) for p in parts
            ]
    for compound in compounds:
        street = min(kerbs.streets, key=lambda s: s.axis.line.distance(Point(compound.gate)))
        s = street.axis.chainage_of(compound.gate)
        for side in (1, -1):
            line = street.axis.parallel(side * street.half, max(0.0, s - 45), min(street.axis.length, s + 45))
            hours = "07:00-09:00" if compound.kind == "school-gate" else ""
            parts = lines_in(line.difference(kerbs.paved[street.street_id]), at_least=10.0)
            found += [Feature("no-stopping", hours, p) for p in parts]
    return found


def _bay(
    kerbs: Kerbs, place: KerbPlace, kind: str, hours: str, long: float, wide: float,
    stops: BaseGeometry, busy: list[BaseGeometry],
) -> list[Feature]:  # fmt: skip
    """Return a bay in the carriageway along the kerb, if nothing stands near."""
    street, s = place.street, place.s
    if s - long / 2 < 5.0 or s + long / 2 > street.axis.length - 5.0:
        return []
    inner = place.side * (street.half - wide)
    band = street.axis.strip(s - long / 2, s + long / 2, place.side * street.half, inner)
    parts = polygons_in(band.intersection(street.carriageway), at_least=8.0)
    if len(parts) != 1 or kerbs.to_junction(parts[0]) < 12.0 or stops.distance(parts[0]) < 5.0:
        return []
    if any(b.distance(parts[0]) < 8.0 for b in busy):
        return []
    busy.append(parts[0])
    return [Feature(kind, hours, parts[0])]


def _bus_lanes(kerbs: Kerbs) -> list[Feature]:
    """Return bus lanes, 3.3 m wide along both kerbs of two main streets, broken at junctions."""
    areas = shapely.union_all([a.buffer(18.0, quad_segs=1) for a in kerbs.areas.geometries])
    found = []
    for name in ("泉城路", "新城大道"):
        street = street_named(kerbs.streets, name)
        for side in (1, -1):
            band = street.axis.strip(0.0, street.axis.length, side * street.half, side * (street.half - 3.3))
            free = band.buffer(0).intersection(street.carriageway).difference(areas)
            found += [Feature("bus-lane", RUSH, p) for p in polygons_in(free, at_least=150.0)]
    return found
