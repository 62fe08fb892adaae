"""Widths to tape, and the city that follows from them."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

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
    assert listed["feature_id"].tolist() == ["a", "b"]
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
    assert new.field_list()["feature_id"].tolist() == ["a"]
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
    assert "no street or footway has this id" in error.value.faults[3].what
    assert error.value.faults[3].value == "x"
    with pytest.raises(pp.InputError, match="up to 100"):
        lines_city().with_checked({"a": 900.0})


def test_two_widths_for_one_street_are_a_fault():
    with pytest.raises(pp.InputError, match="two widths"):
        lines_city().with_checked(pd.DataFrame({"street_id": ["a", "a"], "width_m": [7.0, 8.0]}))


def test_streets_that_are_polygons_cannot_be_checked():
    with pytest.raises(pp.InputError, match="polygons"):
        straight_city().with_checked({"s": 8.0})


def walks(**columns):
    """Lay out two paths without a width, one with, and a polygon."""
    shapes = [
        shapely.LineString([(X, Y + 20), (X + 80, Y + 20)]),
        shapely.MultiLineString([[(X, Y + 30), (X + 30, Y + 30)], [(X + 40, Y + 30), (X + 60, Y + 30)]]),
        shapely.LineString([(X, Y + 500), (X + 50, Y + 500)]),
        shapely.box(X, Y + 50, X + 90, Y + 53),
    ]
    columns = {"footway_id": ["p", "q", "r", "s"], "width": [None, None, "3 m", None], **columns}
    return frame(shapes, **columns)


def strips(city):
    return dict(zip(city.footways["footway_id"], city.footways.geometry, strict=True))


def test_footways_know_their_width_and_where_it_is_from():
    city = lines_city(footways=walks())
    assert city.footways["footway_id"].tolist() == ["p", "q", "q-2", "r", "s"]
    assert city.footways["axis_id"].tolist() == ["p", "q", "q", "r", ""]
    assert city.footways["width_status"].tolist() == [*["assumed"] * 3, "given", "measured"]
    assert city.footways["width_m"].tolist()[:4] == [2.0, 2.0, 2.0, 3.0]
    assert np.isnan(city.footways["width_m"].iloc[4])
    pp.schemas.check_table(pd.DataFrame(city.footways), pp.schemas.FOOTWAYS, "footways")
    pp.schemas.check_table(pd.DataFrame(city.footway_axes), pp.schemas.FOOTWAY_AXES, "axes")
    assert list(city.footway_axes.columns) == pp.schemas.FOOTWAY_AXES.names
    assert city.footway_axes.crs == city.footways.crs
    stated = lines_city(footways=walks(width_status=["checked", "", "checked", "assumed"])).footways
    assert stated["width_status"].tolist() == [*["assumed"] * 3, "checked", "assumed"]


def test_assumed_footways_are_listed_behind_the_streets():
    listed = lines_city(footways=walks()).field_list()
    pp.schemas.check_table(listed, pp.schemas.FIELD_LIST, "field_list")
    assert listed["layer"].tolist() == ["streets"] * 2 + ["footways"] * 2
    assert listed["feature_id"].tolist() == ["a", "b", "p", "q"]
    assert listed["length_m"].tolist()[2:] == [80.0, 50.0]
    assert listed[["x_m", "y_m"]].iloc[2].tolist() == [X + 40, Y + 20]
    assert listed["place"].iloc[2].startswith("人行道，甲路北侧（cell ")


def test_places_of_footways_invent_no_name():
    far = frame([shapely.LineString([(X, Y + 100), (X + 50, Y + 100)])])
    ground = frame([shapely.box(X - 9, Y - 9, X + 900, Y + 400)], name=["社区"])
    city = lines_city(footways=far, communities=ground)
    assert city.field_list()["place"].iloc[-1] == "人行道，距甲路约100米（社区）"
    nameless = replace(city, centrelines=city.centrelines.assign(name=""))
    assert nameless.field_list()["place"].iloc[-1] == "人行道（社区）"


def test_a_city_of_street_polygons_lists_its_assumed_footways_and_takes_them_back():
    city = straight_city(footways=walks())
    assert city.field_list()["feature_id"].tolist() == ["p", "q"]
    new = city.with_checked({"p": 4.0})
    assert strips(new)["p"].area == pytest.approx(320)
    assert new.field_list()["feature_id"].tolist() == ["q"]
    assert new.notes[-1] == "widths: 1 footways checked on site"
    street = pd.DataFrame({"layer": ["streets", "footways"], "feature_id": ["s", "s"], "width_m": [8.0, 4.0]})
    with pytest.raises(pp.InputError) as error:
        city.with_checked(street)
    assert [f.what[:25] for f in error.value.faults] == [
        "streets that are polygons",
        "footways that are polygon",
    ]


IDS = ["a", "b", "c", "p", "q", "r"]


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.sampled_from(IDS), st.integers(5, 120).map(lambda n: n / 10), max_size=6))
def test_only_what_was_taped_changes(widths):
    city = lines_city(footways=walks(flow_per_15min=[1.0, 2.0, 3.0, 4.0]))
    new = city.with_checked(widths)
    for before, after, key in (
        (city.streets, new.streets, "street_id"),
        (city.footways, new.footways, "axis_id"),
    ):
        taped = before[key].isin(widths)
        assert after.iloc[:, 0].tolist() == before.iloc[:, 0].tolist()
        same = before.geometry.geom_equals_exact(after.geometry, 0)
        assert same[~taped].all()
        wanted = before[key].map(widths).where(taped, before["width_m"]).astype(float)
        assert after["width_m"].equals(wanted.rename("width_m"))
        assert same[wanted == before["width_m"]].all()
        assert after["width_status"].tolist() == before["width_status"].where(~taped, "checked").tolist()
    assert new.footways["flow_per_15min"].tolist() == city.footways["flow_per_15min"].tolist()
    both = strips(new)["q"].area + strips(new)["q-2"].area
    assert both == pytest.approx(50 * widths.get("q", 2.0))
    again = new.with_checked(widths)
    assert again.footways.geometry.geom_equals_exact(new.footways.geometry, 0).all()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(10, 90).map(lambda n: n / 10), min_size=4, max_size=4))
def test_the_list_goes_through_a_file_and_back(widths):
    columns = {"footway_id": ["1", "2", "r", "s"]}
    city = lines_city(footways=walks(**columns))
    listed = city.field_list()
    kept = listed.copy()
    assert city.with_checked(pd.read_csv(io.StringIO(listed.to_csv(index=False)))).field_list().empty
    file = io.StringIO(listed.assign(width_m=widths).to_csv(index=False))
    new = city.with_checked(pd.read_csv(file))
    assert new.centrelines["width_m"].tolist() == [*widths[:2], 8.0]
    assert new.footways["width_m"].tolist()[:4] == [widths[2], widths[3], widths[3], 3.0]
    assert city.field_list().equals(kept)


def test_an_id_that_a_street_and_a_footway_share_needs_the_layer():
    city = lines_city(footways=walks(footway_id=["a", "q", "r", "s"]))
    with pytest.raises(pp.InputError, match="a street and a footway have this id"):
        city.with_checked({"a": 3.0})
    both = pd.DataFrame({"layer": ["streets", "footways"], "feature_id": ["a"] * 2, "width_m": [9.0, 3.0]})
    new = city.with_checked(both)
    assert (new.streets["width_m"].iloc[0], strips(new)["a"].area) == (9.0, pytest.approx(240))
    assert city.with_checked(city.field_list()).field_list().empty
    streets = city.with_checked(both.iloc[:1, 1:].rename(columns={"feature_id": "street_id"}))
    assert streets.centrelines["width_m"].iloc[0] == 9.0
    assert strips(streets)["a"].equals(strips(city)["a"])


def test_every_bad_row_of_a_table_is_named_at_once():
    rows = [
        ("footways", "a", 3),
        ("roads", "a", 3),
        ("", "s", 3),
        ("", "p", "wide"),
        (None, "q", 3),
        (None, "q-2", 4),
    ]
    with pytest.raises(pp.InputError) as error:
        lines_city(footways=walks()).with_checked(
            pd.DataFrame(rows, columns=["layer", "feature_id", "width_m"])
        )
    assert [f.what.split(" that ")[0] for f in error.value.faults] == [
        *("no footway has this id", "no such layer", "footways", "a width", "two widths for one footway")
    ]
    with pytest.raises(pp.InputError) as error:
        lines_city().with_checked(pd.DataFrame({"name": ["x"]}))
    assert [f.column for f in error.value.faults] == ["feature_id", "width_m"]


def test_lines_that_share_an_id_are_taped_together_and_keep_their_counts():
    city = lines_city(footways=walks(footway_id=["p", "p", "r", "s"], flow_per_15min=[1.0, 2.0, 3.0, 4.0]))
    assert city.field_list()["length_m"].tolist()[2:] == [130.0]
    new = city.with_checked({"p": 4.0})
    assert new.footways.area.round(6).tolist()[0] == 320.0
    for column in ("footway_id", "flow_per_15min"):
        assert new.footways[column].tolist() == city.footways[column].tolist()
