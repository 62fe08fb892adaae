"""Communities, last year's spots and what the committees decided this spring."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from . import place_plan as places
from .kerbside import Feature, KerbPlace, Kerbs, nearest_cross_street
from .land import Building, Space
from .network import MAP, Street
from .shapes import Array, polygons_in

AWAY_M = {
    "junction": 14.0, "crossing": 10.0, "bus-stop": 25.0, "hydrant": 7.0, "school-gate": 165.0,
    "hospital-gate": 110.0, "entrance": 9.0, "station-exit": 30.0, "fire-lane": 7.0, "driveway": 7.0,
}  # fmt: skip
COMPASS = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
Answer = dict[str, object]


@dataclass
class Community:
    """A community: its five texts as sketched, its ground and its people."""

    community_id: str
    texts: tuple[str, str, str, str]
    shape: Polygon
    residents: int = 0


def tile_communities(streets: list[Street], buildings: list[Building]) -> list[Community]:
    """Tile the map with communities whose borders follow street axes."""
    axes = [s.axis.line for s in streets if s.kind != "lane"]
    faces = list(shapely.get_parts(shapely.polygonize([shapely.union_all([*axes, MAP.exterior])])))
    faces = [p for f in faces for p in shapely.get_parts(f)]
    seeds = np.array([row[4] for row in places.COMMUNITIES])
    owner = np.array([np.hypot(*(seeds - np.array(f.centroid.coords[0])).T).argmin() for f in faces])
    owner = _whole(faces, owner, seeds)
    found = []
    for k, row in enumerate(places.COMMUNITIES):
        shape = shapely.union_all([f for f, o in zip(faces, owner, strict=True) if o == k])
        found.append(Community(f"37019900{k // 6 + 1}{k % 6 + 1:03d}", row[:4], shape))
    for building in buildings:
        found[community_at(found, building.shape.centroid)].residents += building.residents
    return found


def _whole(faces: list[Polygon], owner: np.ndarray, seeds: Array) -> np.ndarray:
    """Hand stray faces to the neighbour with the longest common border, until every community is whole."""
    for _ in range(20):
        strays = 0
        for k in range(len(seeds)):
            mine = np.flatnonzero(owner == k)
            parts = polygons_in(shapely.union_all([faces[i] for i in mine]))
            home = max(parts, key=lambda p: p.area)
            for i in [i for i in mine if not home.buffer(1).contains(faces[i])]:
                border = [
                    faces[i].intersection(faces[j]).length if owner[j] != k else 0.0
                    for j in range(len(faces))
                ]
                owner[i] = owner[int(np.argmax(border))]
                strays += 1
        if not strays:
            break
    return owner


def community_at(communities: list[Community], point: Point) -> int:
    """Return the number of the community nearest to a point."""
    return int(np.argmin([c.shape.distance(point) for c in communities]))


def free_places(kerbs: Kerbs, clear: list[Feature], rules: list[Feature], rng: Generator) -> list[KerbPlace]:
    """Return places of branch and local kerbs with room for a bay and nothing standing near.

    Notes
    -----
    A bay is 5.5 m by 2.2 m inside the carriageway; the carriageway keeps at least 4 m beside it.
    """
    near = [f.shape.buffer(AWAY_M[f.kind]) for f in clear if f.kind in AWAY_M]
    closed = shapely.union_all(near + [f.shape.buffer(4.0) for f in rules])
    shapely.prepare(closed)
    found = []
    for place in kerbs.along("branch local", 14.0, 15.0, rng):
        street, s = place.street, place.s
        bay = street.axis.strip(
            max(0.0, s - 3.0),
            min(street.axis.length, s + 3.0),
            place.side * street.half,
            place.side * (street.half - 2.2),
        )
        if 2 * street.half - 2.2 >= 4.0 and not closed.intersects(bay):
            found.append(place)
    return found


def _spread(found: list[KerbPlace], count: int, apart: float, rng: Generator) -> list[KerbPlace]:
    """Choose so many places at random, none nearer to another than ``apart`` metres."""
    chosen: list[KerbPlace] = []
    for i in rng.permutation(len(found)):
        if all(np.hypot(*(found[i].point - c.point)) > apart for c in chosen):
            chosen.append(found[i])
        if len(chosen) == count:
            return chosen
    raise ValueError(f"only {len(chosen)} of {count} places are free")


def address(place: KerbPlace, streets: list[Street]) -> str:
    """Return the address by template: street and side, cross street, direction and distance."""
    street = place.street
    side = _compass(place.point - street.axis.at(place.s)[0])
    cross = nearest_cross_street(street, place.s, streets)
    if cross is None:
        return f"{street.sketch.name}{side}侧"
    nodes = shapely.get_parts(cross.axis.line.intersection(street.axis.line.buffer(0.02)).centroid)
    node = np.array(min(nodes, key=lambda p: p.distance(Point(place.point))).coords[0])
    away = max(5, 5 * round(abs(street.axis.chainage_of(node) - place.s) / 5))
    return f"{street.sketch.name}{side}侧，{cross.sketch.name}口以{_compass(place.point - node)}{away}米"


def _compass(way: Array) -> str:
    """Return the nearest of the four main directions."""
    return COMPASS[2 * (round(np.degrees(np.arctan2(way[1], way[0])) / 90) % 4)]


def last_years_spots(
    found: list[KerbPlace], spaces: list[Space], streets: list[Street], rng: Generator
) -> list[tuple[str, str, Point, int]]:
    """Return last year's spots (name, address, place, capacity), north to south."""
    spots = []
    for place in _spread(found, 30, 110.0, rng):
        cross = nearest_cross_street(place.street, place.s, streets)
        name = place.street.sketch.name + (f"近{cross.sketch.name}" if cross else "")
        spots.append((name, address(place, streets), Point(place.point), int(rng.integers(2, 7))))
    usable = [s for s in spaces if s.kind in ("square", "car-park", "market-place")]
    for i in sorted(rng.choice(len(usable), 8, replace=False)):
        space = usable[i]
        street = min(streets, key=lambda s: s.carriageway.distance(space.shape))
        capacity = int(np.clip(space.shape.area / 260, 3, 12))
        where = f"{space.name}内，临{street.sketch.name}"
        spots.append((space.name, where, space.shape.representative_point(), capacity))
    return sorted(spots, key=lambda s: (-s[2].y, s[2].x))


REASONS: dict[str, tuple[tuple[str, str], ...]] = {
    "keep": (
        ("去年经营有序，居民欢迎，予以保留", "Well run last year and welcome to residents: keep"),
        ("老瓜点，连续三年无投诉", "An old melon spot, no complaint in three years"),
        ("周边无农贸市场，居民买瓜不便，保留", "No market near; residents have nowhere else to buy melons"),
        ("与物业协商一致，保洁有人负责", "Agreed with the estate's manager, who sees to cleaning"),
    ),
    "forbid": (
        ("居民反映夜间噪声扰民", "Residents complained of noise at night"),
        ("上下班时段车流大，去年发生刮擦", "Heavy traffic at rush hour; a scrape happened last year"),
        ("雨水管网施工至八月底", "Storm drains are being dug until the end of August"),
        ("沿街商户多次投诉遮挡门面", "Shopkeepers complained that their fronts were hidden"),
    ),
    "nominate": (
        ("社区提名，靠近小区出入口，老人买瓜方便", "Named by the community: near a gate, handy"),
        ("社区提名，路侧宽敞，有树荫", "Named by the community: a wide kerb in the shade"),
        ("居民联名提名，学校门口人流大", "Named by petition: many people pass the school gate"),
        ("商户提名，主干路人流集中", "Named by shopkeepers: the main street is full of people"),
    ),
    "waive": (
        ("该出入口已封闭停用，居民代表会议同意",
         "This gate is closed for good; the residents' meeting agreed"),
        ("该公交站夏季临时迁移", "This bus stop is moved away for the summer"),
        ("该出入口仅供行人通行，宽度充足", "This gate is for walkers only and wide enough"),
    ),
}  # fmt: skip


def decisions(
    found: list[KerbPlace],
    clear: list[Feature],
    streets: list[Street],
    communities: list[Community],
    rng: Generator,
) -> list[Answer]:
    """Return what the committees decided: keep, forbid, nominate and waive."""
    free = _spread(found, 10, 230.0, rng)
    school = next(f for f in clear if f.kind == "school-gate" and f.note == "银河小学")
    main = streets[0].axis
    stop = next(f for f in clear if f.kind == "bus-stop" and _class_at(f.shape, streets) == "branch")
    gates = [f for f in clear if f.kind == "entrance" and _class_at(f.shape, streets) == "local"]
    rows: list[tuple[str, BaseGeometry, float, str]] = []
    rows += [("keep", Point(p.point), 15.0, "") for p in free[:4]]
    rows += [("forbid", Point(p.point), 40.0, "") for p in free[4:8]]
    rows += [("nominate", Point(p.point), 15.0, "") for p in free[8:]]
    rows += [
        ("nominate", school.shape, 10.0, ""),
        ("nominate", Point(main.beside(main.length * 0.37, -12.0)), 10.0, ""),
    ]
    rows += [("waive", gates[3].shape, 20.0, "entrance"), ("waive", stop.shape, 30.0, "bus-stop")]
    rows += [("waive", gates[len(gates) // 2].shape, 20.0, "entrance")]
    return [_answer(i, row, rows, communities, rng) for i, row in enumerate(rows)]


def _class_at(shape: BaseGeometry, streets: list[Street]) -> str:
    return min(streets, key=lambda s: s.carriageway.exterior.distance(shape)).kind


def _answer(
    i: int, row: tuple[str, BaseGeometry, float, str], rows: list[tuple[str, BaseGeometry, float, str]],
    communities: list[Community], rng: Generator,
) -> Answer:  # fmt: skip
    what, place, radius, rule = row
    nth = sum(r[0] == what for r in rows[:i])
    reason, reason_en = REASONS[what][nth]
    who = communities[community_at(communities, Point(place.coords[0]))].texts[0] + "居民委员会"
    day = dt.date(2026, 3, 9) + dt.timedelta(days=int(rng.integers(0, 50)))
    return {
        "decision_id": f"D{i + 1:02d}", "what": what, "place": place, "radius_m": radius, "rule": rule,
        "reason": reason, "reason_en": reason_en, "who": who, "date": day.isoformat(),
    }  # fmt: skip
