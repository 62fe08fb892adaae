"""Widths to tape, and the city that follows from them."""

import pandas as pd
import pytest
import shapely

import pitchplan as pp

from ..candidates.streets import SEASON, X, Y, frame, only, straight_city


def lines_city(**layers):
    """Lay out a long street without a width, one with lanes that meets it, and one with a width."""
    shapes = [
        shapely.LineString([(X, Y), (X + 100, Y), (X + 200, Y)]),
        shapely.LineString([(X + 100, Y), (X + 100, Y + 90)]),
        shapely.LineString([(X + 200, Y), (X + 200, Y + 300)]),
    ]
    lines = frame(
        shapes,
        street_id=["a", "b", "c"],
        name=["甲路", "", "丙路"],
        street_class=["local"] * 3,
        lanes=[None, 2, None],
        width_m=[None, None, 8.0],
    )
    return pp.read_city(streets=lines, **layers)


def find(city):
    return pp.find_candidates(
        city, only("carriageway", "drive-width", "bend", "other-carriageway", "run-length"), season=SEASON
    )


def test_the_list_holds_what_is_assumed_or_counted_from_lanes_longest_first():
    listed = lines_city().field_list()
    assert list(listed.columns) == pp.schemas.FIELD_LIST.names
    assert listed["street_id"].tolist() == ["a", "b"]
    assert listed["width_status"].tolist() == ["assumed", "lanes"]
    assert listed["width_m"].tolist() == [6.0, 6.5]
    assert listed["length_m"].tolist() == [200.0, 90.0]
    assert listed[["x_m", "y_m"]].iloc[0].tolist() == [X + 100, Y]
    assert listed["place"].iloc[0].startswith("甲路，丙路口（cell ")
    assert listed["place"].iloc[1].startswith("无名路，甲路口（cell ")


def test_a_street_of_several_lines_is_listed_once():
    shapes = [
        shapely.LineString([(X, Y), (X + 50, Y)]),
        shapely.LineString([(X + 80, Y), (X + 200, Y)]),
    ]
    listed = pp.read_city(streets=frame(shapes, street_id=["a", "a"], street_class=["lane"] * 2)).field_list()
    assert listed["length_m"].tolist() == [170.0]
    assert listed["x_m"].tolist() == [X + 140]


def test_polygons_and_given_widths_need_no_tape():
    assert straight_city().field_list().empty
    assert (
        pp.read_city(streets=frame([shapely.LineString([(X, Y), (X + 50, Y)])], width_m=[7.0]))
        .field_list()
        .empty
    )


def test_bays_follow_the_checked_width_and_the_first_city_stays():
    city = lines_city()
    before = shapely.to_wkb(city.streets.geometry.array).tolist()
    wide, narrow = city.with_checked({"a": 9.0}), city.with_checked({"a": 5.0})
    bays = {n: find(c).pitches for n, c in {"as read": city, "wide": wide, "narrow": narrow}.items()}
    on_a = {name: pitches[pitches["street_id"] == "a"] for name, pitches in bays.items()}
    # A bay asks for 2 + 4 m and a centimetre: 9 m hold bays, the assumed 6 m and 5 m hold none
    # but for the place across from the mouth of the side street, where the clear width is wider.
    assert len(on_a["as read"]) <= 1
    assert len(on_a["narrow"]) <= 1
    assert len(on_a["wide"]) > 30
    assert set(on_a["wide"]["width_status"]) == {"checked"}
    assert on_a["wide"]["clear_drive_m"].min() == pytest.approx(9 - 2.0 - 0.01, abs=1e-3)
    assert shapely.to_wkb(city.streets.geometry.array).tolist() == before
    assert city.centrelines["width_status"].tolist() == ["assumed", "lanes", "given"]


def test_only_the_checked_streets_change():
    city = lines_city()
    new = city.with_checked({"b": 9.0})
    assert new.centrelines["width_m"].tolist() == [6.0, 9.0, 8.0]
    assert new.streets["width_status"].tolist() == ["assumed", "checked", "given"]
    for i in (0, 2):
        assert new.streets.geometry.iloc[i].equals(city.streets.geometry.iloc[i])
    assert new.field_list()["street_id"].tolist() == ["a"]
    assert new.notes[-1] == "widths: 1 streets checked on site"
    assert "33% of the streets have a width assumed by class" in new.assumptions
    assert not any("assumed by class" in a for a in city.with_checked({"a": 7.0}).assumptions)


def test_derived_junctions_grow_with_the_width_and_given_ones_do_not():
    city = lines_city()
    new = city.with_checked({"a": 12.0})
    junction = city.keep_clear["kind"] == "junction"
    assert city.keep_clear.loc[junction, "feature_id"].tolist() == new.keep_clear["feature_id"].tolist()
    assert new.keep_clear.geometry.iloc[0].bounds[2] == pytest.approx(X + 106)
    own = lines_city(keep_clear=frame([shapely.Point(X + 100, Y)], kind=["junction"]))
    assert own.with_checked({"a": 12.0}).keep_clear.geometry.iloc[0].equals(shapely.Point(X + 100, Y))


def test_the_same_as_reading_the_width_at_first():
    shapes = [shapely.LineString([(X, Y), (X + 90, Y + 40)])]
    unknown = pp.read_city(streets=frame(shapes, street_id=["a"]))
    known = pp.read_city(streets=frame(shapes, street_id=["a"], width_m=[7.3]))
    assert unknown.with_checked({"a": 7.3}).streets.geometry.iloc[0].equals(known.streets.geometry.iloc[0])


def test_a_table_serves_too():
    table = pd.DataFrame({"street_id": ["a", "b"], "width_m": ["9", 8.0], "by": ["Li", "Wang"]})
    assert lines_city().with_checked(table).centrelines["width_m"].tolist() == [9.0, 8.0, 8.0]
    with pytest.raises(pp.InputError, match="column is missing"):
        lines_city().with_checked(table.drop(columns="width_m"))


def test_every_bad_id_and_width_is_named_at_once():
    bad = {"a": 0.0, "b": float("nan"), "c": "wide", "x": 8.0}
    with pytest.raises(pp.InputError) as error:
        lines_city().with_checked(bad)
    assert [f.row for f in error.value.faults[:3]] == ["a", "b", "c"]
    assert "no street has this id" in error.value.faults[3].what
    assert error.value.faults[3].value == "x"
    with pytest.raises(pp.InputError, match="up to 100"):
        lines_city().with_checked({"a": 900.0})


def test_two_widths_for_one_street_are_a_fault():
    with pytest.raises(pp.InputError, match="two widths"):
        lines_city().with_checked(pd.DataFrame({"street_id": ["a", "a"], "width_m": [7.0, 8.0]}))


def test_streets_that_are_polygons_cannot_be_checked():
    with pytest.raises(pp.InputError, match="polygons"):
        straight_city().with_checked({"s": 8.0})
