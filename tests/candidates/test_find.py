import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.places import rectangles

from .streets import CRS, SEASON, X, Y, bent_city, frame, only, straight_city

BASE = ("carriageway", "drive-width", "run-length")


def find(city, *rules, **options):
    return pp.find_candidates(city, only(*rules), season=SEASON, **options)


def boxes(pitches):
    return rectangles(
        pitches["x_m"].to_numpy(),
        pitches["y_m"].to_numpy(),
        pitches["bearing_deg"].to_numpy(),
        float(pitches["length_m"].iloc[0]),
        float(pitches["width_m"].iloc[0]),
    )


def degrees(x, y):
    import pyproj

    return pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(x, y)


def test_straight_street_gives_the_known_bays():
    found = find(straight_city(width=10.0, length=200.0), *BASE)
    # 200 m hold 36 bays of 4.5 m with 1 m between them (36 · 5.5 - 1 = 197), on each side.
    assert len(found.pitches) == 72
    assert set(found.pitches["side"]) == {"N", "S"}
    # Carriageway 10 m, bay 2.0 m, one centimetre off the kerb.
    assert found.pitches["clear_drive_m"].to_numpy() == pytest.approx(10 - 2.0 - 0.01, abs=1e-3)


def test_runs_are_no_longer_than_the_book_allows():
    found = find(straight_city(), *BASE)
    # 60 m hold 11 bays: 11 · 5.5 - 1 = 59.5 m.
    assert found.runs["room"].max() == 11
    assert found.runs["length_m"].max() <= 60
    assert found.runs["room"].sum() == len(found.pitches)


@pytest.mark.parametrize(("width", "legal"), [(6.02, True), (6.0, False), (7.0, True)])
def test_drive_width_is_asked_for_to_the_millimetre(width, legal):
    found = find(straight_city(width=width), *BASE)
    assert bool(len(found.pitches)) is legal


def test_facing_bays_clash_only_where_the_street_is_narrow():
    wide = find(straight_city(width=8.1), *BASE, "facing-pair")
    narrow = find(straight_city(width=7.9), *BASE, "facing-pair")
    assert wide.clashes.empty
    assert len(narrow.pitches) == len(wide.pitches)
    assert set(narrow.clashes["rule"]) == {"facing-pair"}
    assert narrow.clashes["measured"].max() < 4.0


def test_main_street_gives_no_pitch_but_reasons():
    found = find(straight_city(street_class="main"), *BASE, "main-street")
    assert found.pitches.empty
    assert found.legal == 0
    assert (found.refusals["rule"] == "main-street").sum() > 300


def test_every_place_is_legal_or_has_a_reason():
    city = bent_city(3, keep_clear=frame([shapely.Point(X + 150, Y + 150)], kind=["hydrant"]))
    found = find(city, *BASE, "hydrant", "junction", "spacing")
    refused = set(found.refusals["place_id"])
    places = found.places
    assert set(places.loc[~places["legal"], "place_id"]) <= refused
    assert not set(places.loc[places["legal"], "place_id"]) & refused
    assert found.screened == len(places) > 1000


@pytest.mark.parametrize("seed", range(4))
def test_setbacks_equal_a_plain_distance_matrix(seed):
    rng = np.random.default_rng(seed)
    points = shapely.points(X + rng.uniform(0, 400, 25), Y + rng.uniform(0, 400, 25))
    city = bent_city(seed, keep_clear=frame(points, kind=["hydrant"] * 25))
    book = only("carriageway", "run-length", "hydrant").with_number("hydrant", distance_m=14.0)
    free = pp.find_candidates(city, only("carriageway", "run-length"), season=SEASON)
    found = pp.find_candidates(city, book, season=SEASON)
    near = found.refusals[found.refusals["rule"] == "hydrant"]
    assert len(near) > 50
    gone = set(free.places.loc[free.places["legal"], "place_id"]) - set(
        found.places.loc[found.places["legal"], "place_id"]
    )
    assert gone <= set(near["place_id"])
    least = shapely.distance(boxes(found.pitches)[:, None], points[None, :]).min(axis=1)
    assert least.min() >= 14.0
    assert (near["measured"] < 14.001).all()


def test_bus_stop_across_the_street_does_not_refuse():
    stop = frame([shapely.Point(X + 100, Y + 5.5)], kind=["bus-stop"])
    found = find(straight_city(keep_clear=stop), *BASE, "bus-stop")
    near = found.pitches[(found.pitches["x_m"] - X - 100).abs() < 10]
    assert set(near["side"]) == {"S"}


def test_no_stopping_line_holds_at_its_hours_only():
    kerb = shapely.LineString([(X, Y + 5), (X + 200, Y + 5)])
    night = frame([kerb], kind=["no-stopping"], hours=["22:00-05:00"])
    day = frame([kerb], kind=["no-stopping"], hours=["07:00-09:00"])
    unreadable = frame([kerb], kind=["no-stopping"], hours=["8 to 6"])
    assert set(find(straight_city(kerb_regulations=night), *BASE, "kerb-use").pitches["side"]) == {"N", "S"}
    assert set(find(straight_city(kerb_regulations=day), *BASE, "kerb-use").pitches["side"]) == {"S"}
    assert set(find(straight_city(kerb_regulations=unreadable), *BASE, "kerb-use").pitches["side"]) == {"S"}


def test_a_building_close_to_the_kerb_leaves_no_room_to_walk_beside_the_queue():
    house = frame([shapely.box(X + 80, Y + 6.2, X + 120, Y + 20)])
    found = find(straight_city(buildings=house), *BASE, "walk-width")
    north = found.pitches[found.pitches["side"] == "N"]
    assert not ((north["x_m"] > X + 78) & (north["x_m"] < X + 122)).any()
    assert (found.refusals.loc[found.refusals["rule"] == "walk-width", "measured"] == 0.6).any()


def test_nobody_stands_on_a_traffic_island():
    island = shapely.box(X + 20, Y - 1, X + 180, Y + 1)
    ring = shapely.box(X, Y - 10, X + 200, Y + 10) - island
    city = pp.read_city(streets=frame([ring], street_class=["local"]))
    found = find(city, *BASE)
    assert len(found.pitches) > 40
    assert shapely.distance(boxes(found.pitches), island).min() > 5
    assert (found.refusals["rule"] == "island").sum() > 200


def test_square_holds_rows_of_bays_inside_it():
    square = shapely.box(X + 20, Y + 20, X + 60, Y + 50)
    space = frame([square], kind=["square"], name=["泉城广场"])
    found = find(straight_city(open_spaces=space), *BASE, "open-space")
    inside = found.pitches[found.pitches["placement"] == "open-space"]
    # 40 m hold 7 bays of 4.5 + 1 m, 30 m hold 6 rows of 2.0 + 3 m.
    assert len(inside) == 42
    assert shapely.covers(square, boxes(inside)).all()
    assert found.runs.loc[found.runs["placement"] == "open-space", "address"].str.contains("泉城广场").all()


def test_kinds_of_open_space_the_book_does_not_name_are_not_used():
    space = frame([shapely.box(X + 20, Y + 20, X + 60, Y + 50)], kind=["park"])
    found = find(straight_city(open_spaces=space), *BASE, "open-space")
    assert set(found.pitches["placement"]) == {"kerbside"}


def test_rules_without_their_layer_are_reported_not_applied():
    found = pp.find_candidates(straight_city(), pp.rule_book("jinan-2019"), season=SEASON)
    said = dict(zip(found.not_applied["rule"], found.not_applied["applied"], strict=True))
    assert said["bus-stop"] == "not applied: no bus-stop in keep_clear"
    assert "building" in said


def test_why_names_rule_measured_and_required():
    hydrant = frame([shapely.Point(X + 100, Y + 5.2)], kind=["hydrant"], feature_id=["H7"])
    found = find(straight_city(keep_clear=hydrant), *BASE, "hydrant")
    lon, lat = degrees(X + 100, Y + 4)
    rows = found.why(lon=lon, lat=lat)
    assert rows["rule"].tolist() == ["hydrant"]
    assert rows["feature_id"].tolist() == ["H7"]
    assert rows["measured"].iloc[0] < rows["required"].iloc[0] == 3.05


def test_why_of_a_legal_place_is_empty_and_far_places_are_an_error():
    found = find(straight_city(), *BASE)
    assert found.why(**dict(zip(("lon", "lat"), degrees(X + 100, Y + 4), strict=True))).empty
    with pytest.raises(pp.InputError, match="swapped"):
        found.why(lon=36.65, lat=117.0)


def test_waiver_lifts_one_rule_around_one_place_and_is_flagged():
    hydrants = frame([shapely.Point(X + 50, Y + 5.2), shapely.Point(X + 150, Y + 5.2)], kind=["hydrant"] * 2)
    city = straight_city(keep_clear=hydrants)
    book = only(*BASE, "hydrant").with_number("hydrant", distance_m=12.0)
    lon, lat = degrees(X + 50, Y + 4)
    waive = pd.DataFrame(
        [("D1", "waive", lon, lat, 30.0, "hydrant", "r", "w", "2026-05-01")],
        columns=pp.schemas.DECISIONS.names[:9],
    )
    plain = pp.find_candidates(city, book, season=SEASON)
    waived = pp.find_candidates(city, book, season=SEASON, decisions=waive)
    flagged = waived.pitches[waived.pitches["flags"].str.contains("waived: hydrant")]
    assert len(waived.pitches) > len(plain.pitches)
    assert ((flagged["x_m"] - X - 50).abs() <= 30).all()
    assert len(flagged)


def test_waiver_of_an_unknown_rule_is_refused():
    waive = pd.DataFrame(
        [("D1", "waive", 117.0, 36.6, 30.0, "hydrnat", "r", "w", "2026-05-01")],
        columns=pp.schemas.DECISIONS.names[:9],
    )
    with pytest.raises(pp.InputError, match="rule the book does not have"):
        pp.find_candidates(straight_city(), only(*BASE), season=SEASON, decisions=waive)


def test_unknown_vehicle():
    with pytest.raises(pp.InputError, match="small-truck, tricycle"):
        find(straight_city(), *BASE, vehicles="tank")


def test_tricycle_needs_less_room():
    city = straight_city(width=6.0)
    assert find(city, *BASE).pitches.empty
    assert len(find(city, *BASE, vehicles="tricycle").pitches)


def test_order_of_the_input_does_not_matter():
    points = shapely.points(X + np.arange(0, 400, 37.0), Y + np.arange(0, 400, 37.0))
    kept = frame(points, kind=["hydrant"] * len(points), feature_id=[f"h{i}" for i in range(len(points))])
    one = find(bent_city(1, keep_clear=kept), *BASE, "hydrant", "spacing")
    two = find(bent_city(1, keep_clear=kept.sample(frac=1, random_state=5)), *BASE, "hydrant", "spacing")
    pd.testing.assert_frame_equal(one.pitches, two.pitches)
    pd.testing.assert_frame_equal(one.refusals, two.refusals)
    pd.testing.assert_frame_equal(one.clashes, two.clashes)


def test_ids_are_unique_and_say_where():
    found = find(bent_city(2), *BASE)
    assert found.pitches["pitch_id"].is_unique
    assert found.runs["run_id"].is_unique
    assert set(found.pitches["run_id"]) == set(found.runs["run_id"])


@pytest.mark.parametrize("seed", range(3))
def test_no_bay_leaves_its_carriageway_or_overlaps_a_neighbour(seed):
    city = bent_city(seed)
    found = find(city, *BASE)
    shapes = boxes(found.pitches)
    carriageway = shapely.union_all(city.streets.geometry.array)
    assert shapely.area(shapely.difference(shapes, carriageway)).max() < 0.003
    a, b = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    ids = found.pitches["pitch_id"].to_numpy()
    clashing = {frozenset(p) for p in zip(found.clashes["pitch_a"], found.clashes["pitch_b"], strict=True)}
    assert {frozenset((ids[i], ids[j])) for i, j in zip(a, b, strict=True) if i < j} <= clashing
