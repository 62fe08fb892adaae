"""Zones and hours against oracles."""

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.places import rectangles
from pitchplan.rules.kinds.hours import minutes_outside

from .streets import X, Y, bent_city, frame, straight_city
from .test_street_kinds import a_book, find

EVERYWHERE = ("kerbside", "footway", "open-space")


def boxes(table, vehicle):
    columns = (table[c].to_numpy() for c in ("x_m", "y_m", "bearing_deg"))
    return rectangles(*columns, vehicle.length_m, vehicle.width_m)


@pytest.mark.parametrize("seed", range(3))
def test_zones_refuse_exactly_what_overlaps_a_polygon(seed):
    rng = np.random.default_rng(seed)
    where = np.array([X, Y]) + rng.uniform(0, 400, (6, 2))
    shapes = shapely.buffer(shapely.points(where), rng.uniform(15, 60, 6))
    zones = frame(shapes, kind=["truck-ban"] * 4 + ["market-ban"] * 2)
    city = bent_city(seed, zones=zones)
    book = a_book("zone", "carriageway", on=("kerbside", "footway"), forbidden=["truck-ban"])
    found, free = find(city, book), find(city, book.without("zone"))
    turn = dict(
        zip(free.pitches["pitch_id"].str[1:], boxes(free.pitches, book.vehicle("small-truck")), strict=True)
    )
    said = found.refusals[found.refusals["rule"] == "zone"]
    refused = dict(zip(said["place_id"].str[1:], said["measured"], strict=True))
    some = 0
    for name, box in turn.items():
        area = max(shapely.area(shapely.intersection(box, s)) for s in shapes[:4])
        assert (name in refused) is bool(area > 0.005)
        if name in refused:
            some += 1
            assert refused[name] == pytest.approx(area, abs=2e-3)
    assert some > 20


@pytest.mark.parametrize(
    ("vehicles", "hours", "banned"),
    [
        ("", "", {"small-truck", "tricycle"}),
        ("small-truck", "", {"small-truck"}),
        ("tractor；small-truck", "", {"small-truck"}),
        ("tractor, tricycle", "", {"tricycle"}),
        ("", "09:00-17:00", set()),
        ("", "08:59-17:00", {"small-truck", "tricycle"}),
        ("", "at dusk", {"small-truck", "tricycle"}),
    ],
)
def test_a_zone_holds_for_its_vehicles_and_hours(vehicles, hours, banned):
    zones = frame([shapely.box(X, Y - 50, X + 90, Y + 50)], kind=["z"], vehicles=[vehicles], hours=[hours])
    found = find(
        straight_city(zones=zones), a_book("zone", forbidden=["z"]), vehicles=["small-truck", "tricycle"]
    )
    for vehicle in ("small-truck", "tricycle"):
        west = found.pitches.query(f"vehicle == '{vehicle}' and x_m < {X + 88}")
        assert (len(west) == 0) is (vehicle in banned)
        assert len(found.pitches.query(f"vehicle == '{vehicle}' and x_m > {X + 95}")) > 5


def test_a_zone_on_a_bridge_and_a_kind_that_is_not_there():
    zones = frame([shapely.box(X, Y - 50, X + 90, Y + 50)], kind=["z"], level=[1])
    city = straight_city(zones=zones)
    assert find(city, a_book("zone", forbidden=["z"])).legal > 0
    said = find(city, a_book("zone", forbidden=["y"])).not_applied.set_index("rule")["applied"]
    assert said["zone"] == "not applied: no y in zones"


@pytest.mark.parametrize(
    ("opening", "minutes"),
    [
        ("06:00-09:00, 17:00-21:00", 0),
        ("00:00-24:00", 0),
        ("06:00-08:59, 17:00-21:00", 1),
        ("09:00-17:00", 420),
        ("20:00-09:00", 180),
    ],
)
def test_hours_refuse_every_place_or_none(opening, minutes):
    # The season of these tests is open from 6 to 9 and from 17 to 21 h.
    found = find(straight_city(), a_book("hours", open=opening))
    said = found.refusals[found.refusals["rule"] == "hours"]
    assert (found.legal == 0) is bool(minutes)
    assert set(said["measured"]) == ({minutes} if minutes else set())
    assert (said["required"] == 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_minutes_outside_equal_counting_them(seed):
    rng = np.random.default_rng(seed)
    asked, allowed = (
        tuple(
            (int(a), int(a + d))
            for a, d in zip(rng.integers(0, 1200, 4), rng.integers(1, 240, 4), strict=True)
        )
        for _ in range(2)
    )

    def inside(minute, intervals):
        return any(a <= minute < b for a, b in intervals)

    counted = sum(inside(m, asked) and not inside(m, allowed) for m in range(1440))
    assert minutes_outside(asked, allowed) == counted


def test_a_season_without_hours_is_open_all_day():
    season = pp.Season("2026-06-01", "2026-06-30")
    book = a_book("hours", open="06:00-24:00, 00:00-03:00")
    found = pp.find_candidates(straight_city(), book, season=season)
    assert set(found.refusals["measured"].dropna()) >= {180.0}
