"""Footways, setback land and several vehicles at once, on streets with known answers."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.places import rectangles
from pitchplan.rules.vehicle import PLACEMENTS, Vehicle

from .streets import SEASON, X, Y, frame, only, straight_city

BASE = ("carriageway", "drive-width", "run-length", "bend", "walk-width", "building")


def street_with_houses(footway_m=4.0, land_m=5.0, **layers):
    """One street 10 m wide; on its north side a footway, then free land, then houses."""
    kerb, edge = Y + 5, Y + 5 + footway_m
    return straight_city(
        footways=frame([shapely.box(X, kerb, X + 200, edge)]),
        buildings=frame([shapely.box(X, edge + land_m, X + 200, edge + land_m + 10)]),
        **layers,
    )


def find(city, placement, **options):
    book = only(*BASE)
    return pp.find_candidates(city, book, season=SEASON, placements=[placement], **options)


def boxes(pitches):
    columns = (pitches[c].to_numpy() for c in ("x_m", "y_m", "bearing_deg", "length_m", "width_m"))
    return rectangles(*columns)


def on(city, placement):
    """Look at one placement with a rule that asks for 1.5 m to walk wherever a pitch stands."""
    book = only(*BASE)
    everywhere = tuple(replace(r, placements=PLACEMENTS) if r.id == "walk-width" else r for r in book.rules)
    return pp.find_candidates(city, replace(book, rules=everywhere), season=SEASON, placements=[placement])


def test_footway_pitches_stand_behind_the_kerb_and_leave_room_to_walk():
    found = on(street_with_houses(footway_m=6.0), "footway")
    north = found.pitches[found.pitches["side"] == "N"]
    assert len(north) == 36
    shapes = boxes(north)
    assert shapely.bounds(shapes)[:, 1].min() == pytest.approx(Y + 5.45, abs=1e-3)
    # What is walked on ends with the footway, not with the house: 0.45 m kerb, 2 m bay, 0.6 m queue.
    walk = north["clear_walk_m"].to_numpy()
    assert walk == pytest.approx(np.full(36, 6 - 0.45 - 2.0 - 0.6), abs=2e-3)
    assert set(north["placement"]) == {"footway"}
    assert np.isnan(north["clear_drive_m"].astype(float)).all()


@pytest.mark.parametrize(("footway", "legal"), [(4.56, True), (4.54, False)])
def test_a_footway_too_narrow_for_bay_queue_and_walkers_is_refused(footway, legal):
    found = on(street_with_houses(footway), "footway")
    north = found.pitches[found.pitches["side"] == "N"]
    assert bool(len(north)) is legal


def test_setback_land_lies_between_footway_and_house():
    found = on(street_with_houses(), "setback-land")
    assert set(found.pitches["side"]) == {"N"}
    shapes = boxes(found.pitches)
    low, high = shapely.bounds(shapes)[:, 1], shapely.bounds(shapes)[:, 3]
    assert low.min() == pytest.approx(Y + 9.01, abs=1e-3)
    assert high.max() < Y + 14
    # People walk on the footway, less the queue.
    walk = found.pitches["clear_walk_m"].to_numpy()
    assert walk == pytest.approx(np.full(len(walk), 4.01 - 0.6), abs=2e-3)
    refused = found.refusals.groupby("rule")["place_id"].nunique()
    assert refused["no-frontage"] > 100


@pytest.mark.parametrize(("land", "legal"), [(2.05, True), (1.95, False)])
def test_setback_land_must_hold_the_bay(land, legal):
    found = on(street_with_houses(land_m=land), "setback-land")
    assert bool(len(found.pitches)) is legal
    if not legal:
        assert "building" in set(found.refusals["rule"])


def test_nobody_stands_in_the_carriageway_off_the_kerb():
    city = street_with_houses()
    for placement in ("footway", "setback-land"):
        found = on(city, placement)
        whole = shapely.union_all(city.streets.geometry.array)
        assert shapely.area(shapely.intersection(boxes(found.pitches), whole)).max() <= 0.005


def test_several_vehicles_at_once_are_the_same_as_each_alone_and_clash_where_they_overlap():
    city = straight_city()
    book = only(*BASE)
    both = pp.find_candidates(
        city, book, season=SEASON, vehicles=["small-truck", "tricycle"], placements=["kerbside"]
    )
    for vehicle in ("small-truck", "tricycle"):
        alone = pp.find_candidates(city, book, season=SEASON, vehicles=vehicle, placements=["kerbside"])
        mine = both.pitches[both.pitches["vehicle"] == vehicle]
        assert mine["pitch_id"].tolist() == alone.pitches["pitch_id"].tolist()
    shapes, ids = boxes(both.pitches), both.pitches["pitch_id"].to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    over = (a < b) & (shapely.area(shapely.intersection(shapes[a], shapes[b])) > 1e-6)
    expected = {frozenset((ids[i], ids[j])) for i, j in zip(a[over], b[over], strict=True)}
    clashes = both.clashes[both.clashes["rule"] == "overlap"]
    assert {frozenset(p) for p in zip(clashes["pitch_a"], clashes["pitch_b"], strict=True)} == expected
    assert len(expected) > 50
    assert both.runs["run_id"].is_unique
    assert both.pitches["pitch_id"].is_unique


def test_a_vehicle_of_ones_own():
    van = Vehicle("van", 5.5, 2.1, gap_m=0.5)
    found = pp.find_candidates(straight_city(), only(*BASE), season=SEASON, vehicles=van)
    assert set(found.pitches["vehicle"]) == {"van"}
    # 200 m hold 33 bays of 5.5 + 0.5 m on each side.
    assert len(found.pitches) == 66


@pytest.mark.parametrize(
    "wrong", [{"placements": ["roof"]}, {"placements": []}, {"vehicles": []}, {"vehicles": ["tricycle"] * 2}]
)
def test_what_nobody_knows_is_refused(wrong):
    with pytest.raises(pp.InputError, match=r"placement|vehicle"):
        pp.find_candidates(straight_city(), only(*BASE), season=SEASON, **wrong)


def test_a_median_is_nobodys_place_though_it_is_open_at_its_end():
    """Two carriageways 2 m apart that meet at one end only: no ring goes around what lies between them."""
    two = [shapely.box(X, Y - 5, X + 200, Y + 5), shapely.box(X, Y + 7, X + 200, Y + 17)]
    joint = shapely.box(X + 190, Y - 5, X + 200, Y + 17)
    city = pp.read_city(streets=frame([shapely.union_all([*two, joint])], street_class=["local"]))
    found = find(city, "kerbside")
    between = shapely.box(X, Y + 2, X + 185, Y + 10)
    assert not shapely.intersects(boxes(found.pitches), between).any()
    assert len(found.pitches) > 60
