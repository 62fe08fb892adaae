"""Drives from the gateways: as far as a plain Dijkstra says, and no way through a closed zone."""

import dataclasses
import math

import numpy as np
import pytest

from pitchplan.errors import InputError
from pitchplan.growers.gateways import read_gateways
from pitchplan.growers.routes import gateway_routes, unreachable
from pitchplan.schemas import ROUTES

from .places import CRS, city_of, gates_at, shortest, spots_at, streets

ROAD = [(0, 0), (1000, 0)]


def routes_of(city, spots, gates, vehicles=("small-truck",), hours=""):
    return gateway_routes(city, spots, read_gateways(gates, crs=CRS), vehicles=vehicles, hours=hours)


def drives(routes, vehicle="small-truck", gateway=None):
    t = routes
    t = t[(t["vehicle"] == vehicle) & (t["gateway"] == (gateway or t["gateway"].iloc[0]))]
    return [None if math.isnan(m) else m for m in t["drive_m"]]


def test_a_drive_is_along_the_street_and_off_it():
    city = city_of(streets(ROAD))
    routes = routes_of(city, spots_at((300, 10), (900, 0)), gates_at(west=(-20, 0)))
    assert routes.columns.tolist() == ROUTES.names
    assert drives(routes) == [320.0, 920.0]
    assert unreachable(routes) == []


@pytest.mark.parametrize(
    ("oneway", "metres"), [("", 100.0), ("no", 100.0), ("yes", 100.0), ("reverse", None)]
)
def test_a_one_way_street_is_driven_one_way(oneway, metres):
    routes = routes_of(city_of(streets(ROAD, oneway=oneway)), spots_at((300, 0)), gates_at(g=(200, 0)))
    assert drives(routes) == [metres]
    back = routes_of(city_of(streets(ROAD, oneway=oneway)), spots_at((100, 0)), gates_at(g=(200, 0)))
    assert drives(back) == [{"yes": None, "reverse": 100.0}.get(oneway, 100.0)]


def test_a_one_way_ring_is_driven_round():
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    city = city_of(streets(ring, oneway="yes"))
    assert drives(routes_of(city, spots_at((40, 0)), gates_at(g=(60, 0)))) == [380.0]


def test_a_bridge_does_not_meet_the_street_below():
    lines = ([(0, 0), (1000, 0)], [(500, -300), (500, 300)])
    spots = spots_at((500, 200))
    assert drives(routes_of(city_of(streets(*lines)), spots, gates_at(g=(0, 0)))) == [700.0]
    apart = routes_of(city_of(streets(*lines, level=[1, 0])), spots, gates_at(g=(500, -300)))
    assert drives(apart) == [500.0]
    cut = routes_of(city_of(streets(*lines, [(0, 0), (0, 50)], level=[1, 0, 0])), spots, gates_at(g=(0, 50)))
    assert drives(cut) == [None]
    assert unreachable(cut) == ["not reached: 1 (cut off: no way along the streets)"]


def test_a_spot_stands_at_its_own_street_though_another_is_nearer():
    city = city_of(streets(ROAD, [(0, 15), (0, 0)], [(0, 15), (1000, 15)]))
    gate = gates_at(g=(0, 0))
    assert drives(routes_of(city, spots_at((300, 12), street="S0"), gate)) == [300.0]
    assert drives(routes_of(city, spots_at((300, 12), street="O7"), gate)) == [315.0]


def test_tractors_use_no_motorway():
    city = city_of(
        streets(ROAD, [(0, 0), (0, 400), (1000, 400), (1000, 0)], street_class=["motorway", "main"])
    )
    routes = routes_of(city, spots_at((1000, 0), street="S1"), gates_at(g=(0, 0)), ["small-truck", "tractor"])
    assert [drives(routes, v) for v in ("small-truck", "tractor")] == [[1000.0], [1800.0]]


def test_a_zone_is_driven_round_and_says_whom_it_keeps_out():
    city = city_of(
        streets(ROAD, [(0, 0), (0, 400), (1000, 400), (1000, 0)], [(500, 0), (500, 200)]),
        ("tractor", "07:00-19:00", 400, -50, 600, 50),
    )
    spots = spots_at((350, 0), (450, 0), (500, 150), (1000, 0))
    classes = ["tricycle", "tractor"]
    routes = routes_of(city, spots, gates_at(g=(0, 0)), classes, "06:00-09:00, 17:00-21:00")
    assert drives(routes, "tricycle") == [350.0, 450.0, 650.0, 1000.0]
    assert drives(routes, "tractor") == [350.0, None, None, 1800.0]
    why = routes[routes["vehicle"] == "tractor"]["why"].tolist()
    assert why[1] == "in truck-ban zone Z0, closed to a tractor at 06:00 and 17:00"
    assert why[2] == "only through truck-ban zone Z0, closed to a tractor at 06:00 and 17:00"
    assert unreachable(routes) == [f"not reached: {n} ({why[n - 1]})" for n in (2, 3)]
    early = routes_of(city, spots, gates_at(g=(0, 0)), classes, "06:00-09:00")
    assert drives(early, "tractor") == drives(early, "tricycle")


def test_a_gateway_within_a_closed_zone_leads_nowhere_and_the_zone_is_named():
    city = city_of(streets(ROAD), ("", "", -50, -50, 50, 50))
    routes = routes_of(city, spots_at((500, 0)), gates_at(g=(0, 0)))
    assert drives(routes) == [None]
    assert "only through truck-ban zone Z0" in routes["why"].iloc[0]


def test_what_lies_too_far_from_any_street_is_named():
    city = city_of(streets(ROAD))
    far = routes_of(city, spots_at((500, 500), (500, 0)), gates_at(g=(0, 0)))
    assert far["why"].tolist() == ["no street within 300 m of the spot", ""]
    with pytest.raises(InputError, match=r"row h.*no street within 500 m"):
        routes_of(city, spots_at((500, 0)), gates_at(g=(0, 0), h=(0, 900)))
    with pytest.raises(InputError, match="no streets"):
        routes_of(city_of(streets(ROAD).iloc[:0]), spots_at((500, 0)), gates_at(g=(0, 0)))


@pytest.mark.parametrize("seed", range(60))
def test_drives_are_what_a_plain_dijkstra_finds(seed):
    random = np.random.default_rng(seed)
    n = 5
    nodes = [
        (i * 100.0 + random.integers(-20, 21), j * 100.0 + random.integers(-20, 21))
        for i in range(n)
        for j in range(n)
    ]
    pairs = [(k, k + step) for k in range(n * n) for step in (1, n)]
    pairs = [(a, b) for a, b in pairs if b < n * n and (b != a + 1 or b % n) and random.uniform() < 0.75]
    oneway = random.choice(["", "yes", "reverse"], len(pairs), p=[0.5, 0.25, 0.25])
    closed = [(random.uniform(0, 400), random.uniform(0, 400)) for _ in range(2)]
    bans = [("tractor", "", x, y, x + 60.0, y + 60.0) for x, y in closed]
    city = city_of(streets(*([nodes[a], nodes[b]] for a, b in pairs), oneway=oneway), *bans)
    chosen = random.permutation(sorted({k for pair in pairs for k in pair}))
    gates, spots = chosen[:2], chosen[2:10]
    where = {f"g{k}": nodes[k] for k in gates}
    routes = routes_of(
        city, spots_at(*(nodes[k] for k in spots)), gates_at(**where), ["tricycle", "tractor"], "06:00-09:00"
    )
    for vehicle in ("tricycle", "tractor"):
        edges, boxes = {}, city.zones.geometry
        for (a, b), way, line in zip(pairs, oneway, city.centrelines.geometry, strict=True):
            if vehicle == "tractor" and any(line.intersection(z).length > 0.5 for z in boxes):
                continue
            if way != "reverse":
                edges.setdefault(a, []).append((b, line.length))
            if way != "yes":
                edges.setdefault(b, []).append((a, line.length))
        for gate in gates:
            found = shortest(edges, gate)
            want = [math.ceil(found[k] - 1e-6) if k in found else None for k in spots]
            assert drives(routes, vehicle, f"g{gate}") == want


def test_the_order_of_streets_does_not_matter(spring):
    last_year = spring.last_year
    to_plan = read_gateways(last_year[["name", "lon", "lat"]].assign(name=last_year["number"]), crs=CRS)
    spots = to_plan.assign(spot_id=to_plan["name"], number=range(1, len(to_plan) + 1))
    routes = routes_of(spring.city, spots, spring.gateway_places, ["small-truck", "tractor"])
    assert routes["drive_m"].notna().all()
    mixed = dataclasses.replace(spring.city, centrelines=spring.city.centrelines.iloc[::-1])
    assert routes_of(mixed, spots, spring.gateway_places, ["small-truck", "tractor"]).equals(routes)
