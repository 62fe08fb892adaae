"""Sabotage of zones and hours."""

from dataclasses import replace

import pytest
import shapely

import pitchplan as pp

from ..candidates.streets import SEASON, X, Y, bent_city, frame, only, straight_city
from .test_street_kinds import breaches, plan_on, with_kind

ZONES = frame(
    [shapely.box(X, Y - 50, X + 90, Y + 50), shapely.box(X + 110, Y - 50, X + 200, Y + 50)],
    kind=["truck-ban", "truck-ban"],
    vehicles=["small-truck", "tricycle"],
    hours=["", "08:00-10:00"],
)

LATE = pp.Season("2026-06-01", "2026-06-30", hours="10:00-21:00")


@pytest.fixture(scope="module")
def city():
    return straight_city(zones=ZONES)


@pytest.fixture(scope="module")
def book():
    return with_kind(only("carriageway"), "zone", forbidden=["truck-ban"])


def test_a_sound_plan_passes_and_zones_were_measured(city, book):
    plan = plan_on(city, book, vehicles=["small-truck", "tricycle"])
    report = pp.audit_plan(plan, city, book)
    assert breaches(plan, city, book, "zone").empty
    row = report.measured.set_index("rule").loc["zone"]
    assert (row["pitches"], row["features"]) == (len(plan.pitches), 2)
    assert set(plan.pitches["vehicle"]) == {"small-truck", "tricycle"}


def test_a_pitch_in_a_zone_of_its_vehicle_and_of_another(city, book):
    plan = plan_on(city, book, vehicles="small-truck")
    moved = plan.pitches.assign(x_m=plan.pitches["x_m"].where(plan.pitches.index > 0, X + 40))
    there = replace(plan, pitches=moved)
    assert breaches(there, city, book, "zone")["measured"].tolist() == pytest.approx([9.0])
    other = replace(plan, pitches=moved.assign(vehicle="tractor"))
    assert breaches(other, city, book, "zone").empty
    trike = replace(plan, pitches=moved.assign(vehicle="tricycle", x_m=X + 150))
    assert len(breaches(trike, city, book, "zone")) == len(plan.pitches)
    assert len(breaches(replace(trike, season=LATE), city, book, "zone")) == len(plan.pitches)
    late = replace(trike, season=LATE, pitches=trike.pitches.assign(hours=LATE.hours))
    assert breaches(late, city, book, "zone").empty


@pytest.mark.parametrize("seed", range(3))
def test_finder_and_audit_agree_on_zones(seed):
    zones = frame(
        [shapely.Point(X + 90 * k, Y + 70 * k).buffer(45) for k in range(5)], kind=["truck-ban"] * 5
    )
    city, book = bent_city(seed, zones=zones), with_kind(only("carriageway"), "zone", forbidden=["truck-ban"])
    free = plan_on(city, book.without("zone"), ["kerbside", "footway"])
    kept = pp.find_candidates(city, book, season=SEASON, placements=["kerbside", "footway"])
    rows = kept.refusals[kept.refusals["rule"] == "zone"].set_index("place_id")["measured"]
    heard = breaches(free, city, book, "zone").rename(lambda p: "L" + p[1:])
    assert len(heard) > 30
    assert set(heard.index) <= set(rows.index)
    assert not set(rows.index[rows > 0.02]) & set("L" + free.pitches["pitch_id"].str[1:]) - set(heard.index)


def test_zones_that_are_not_there_are_no_pass(city, book):
    plan = plan_on(city, book)
    bare = replace(city, zones=city.zones.iloc[:0])
    assert "zone" in set(pp.audit_plan(plan, bare, book).not_checked["rule"])


def test_a_season_at_forbidden_hours():
    city = straight_city()
    book = with_kind(only("carriageway"), "hours", open="06:00-09:00, 17:00-21:00")
    plan = plan_on(city, book)
    assert breaches(plan, city, book, "hours").empty
    season = pp.Season("2026-06-01", "2026-06-30", hours="06:00-09:00, 17:00-21:30")
    late = replace(plan, season=season, pitches=plan.pitches.assign(hours=season.hours))
    found = breaches(late, city, book, "hours")
    assert found.loc["season", ["measured", "required"]].tolist() == [30.0, 0.0]
