"""Where the audit draws the line between a pitch along its street and one that is not."""

from dataclasses import replace

import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing.bays import chord_beside

from ..candidates.streets import X, Y, frame, only, straight_city
from .test_street_kinds import plan_on

BOOK = only("carriageway")


def said_of(city, **moved):
    """Tell what the audit says of a pitch's street and side, a pitch of a usual street moved there."""
    plan = plan_on(straight_city(), BOOK)
    one = plan.pitches[plan.pitches["side"] == "N"].iloc[:1].reset_index(drop=True)
    plan = replace(plan, pitches=one.assign(**{"x_m": X + 100, "bearing_deg": 90.0, **moved}))
    found = pp.audit_plan(plan, city, BOOK).breaches
    told = found.loc[found["rule"] == "places", "feature_id"]
    return told[~told.str.contains("where it is")].tolist()


@pytest.mark.parametrize(
    ("x", "y", "before", "after"),
    [
        (9.2, -1.0, (8.7, 0.0), (9.7, 0.0)),
        (11.0, 1.2, (10.0, 0.7), (10.0, 1.7)),
        (-3.0, 1.0, (0.0, 0.0), (0.5, 0.0)),
        (10.0, 30.0, (10.0, 9.5), (10.0, 10.0)),
    ],
)
def test_a_line_is_looked_at_half_a_metre_to_each_side(x, y, before, after):
    ends = chord_beside(shapely.LineString([(0, 0), (10, 0), (10, 10)]), shapely.Point(x, y))
    assert [(p.x, p.y) for p in ends] == [pytest.approx(before), pytest.approx(after)]


def behind(from_axis_m, on="footway"):
    """Put a pitch of 4.5 by 2 m behind the kerb, its kerb edge so far north of the axis."""
    return {"placement": on, "width_m": 2.0, "length_m": 4.5, "y_m": Y + from_axis_m + 1.0}


@pytest.mark.parametrize("on", ["footway", "setback-land"])
def test_an_axis_beside_drawn_carriageways_is_looked_for_within_25_m(on):
    city = straight_city(width=30.0)
    more = 10.0 if on == "setback-land" else 0.0
    assert said_of(city, **behind(25.05 + more, on)) == []
    assert said_of(city, **behind(25.15 + more, on)) == ["no street 's' runs along it"]


@pytest.mark.parametrize("on", ["footway", "setback-land"])
def test_the_axis_of_a_carriageway_made_from_it_is_within_half_its_width_and_two_metres(on):
    city = pp.read_city(
        streets=frame(
            [shapely.LineString([(X, Y), (X + 200, Y)])],
            name=["甲路"],
            street_class=["local"],
            width_m=[10.0],
            street_id=["s"],
        )
    )
    more = 10.0 if on == "setback-land" else 0.0
    assert said_of(city, **behind(7.05 + more, on)) == []
    assert said_of(city, **behind(7.15 + more, on)) == ["no street 's' runs along it"]


@pytest.mark.parametrize("turned", [1, -1])
def test_a_pitch_runs_along_an_axis_that_it_is_turned_to_by_less_than_33_degrees(turned):
    city = straight_city(width=7.0)
    assert said_of(city, **behind(4.0), bearing_deg=90 + 32.9 * turned) == []
    off = said_of(city, **behind(4.0), bearing_deg=90 + 33.1 * turned)
    assert off == ["no street 's' runs along it"]


@pytest.mark.parametrize(("from_axis_m", "ahead_m"), [(7.0, 3.2), (1.5, 1.7)])
def test_a_pitch_may_stand_a_little_beyond_the_end_of_its_axis(from_axis_m, ahead_m):
    city, there = straight_city(width=2 * from_axis_m - 1.0), behind(from_axis_m)
    assert said_of(city, **there, x_m=X + 200 + ahead_m - 0.05) == []
    assert said_of(city, **there, x_m=X + 200 + ahead_m + 0.05) == ["no street 's' runs along it"]


@pytest.mark.parametrize(("nearer_m", "wrong"), [(0.015, True), (0.005, False), (-0.5, False)])
def test_a_pitch_belongs_to_the_nearest_axis_that_surely_runs_along_it(nearer_m, wrong):
    city = straight_city(width=12.0)
    other = shapely.LineString([(X, Y + nearer_m), (X + 200, Y + nearer_m)])
    axes = frame(
        [*city.centrelines.geometry, other],
        street_id=["s", "t"],
        name=["甲路", "乙路"],
        street_class=["local", "local"],
    )
    streets = city.streets[["name", "street_class", "geometry"]]
    city = pp.read_city(streets=streets, centrelines=axes)
    told = said_of(city, **behind(9.0), street_id="s")
    assert told == (["street 't' is nearer"] if wrong else [])


@pytest.mark.parametrize("turn", [0, 34.9, 35.1])
def test_the_side_that_is_said_is_within_80_degrees_of_the_side_it_is_on(turn):
    city = straight_city(width=12.0)
    told = said_of(city, **behind(9.0), side="NE", bearing_deg=90.0 - turn)
    told += said_of(city, **behind(9.0), side="NW", bearing_deg=90.0 + turn)
    off = [t for t in told if "side" in t]
    assert off == (["not on the NE side", "not on the NW side"] if turn > 35 else [])


def test_the_community_a_pitch_is_in_is_told_where_another_is_said():
    boxes = [shapely.box(X - 50, Y - 50, X + 120, Y + 50), shapely.box(X + 80, Y - 50, X + 300, Y + 50)]
    homes = frame(boxes, community_id=["C1", "C2"], name=["南苑", "北苑"], district=["甲区", "乙区"])
    city = straight_city(communities=homes)
    plan = plan_on(city, BOOK)
    for x, own, names in (
        (50.0, {"C1"}, ("C1", "甲区")),
        (100.0, {"C1", "C2"}, ("C1 or C2", "乙区 or 甲区")),
        (400.0, {""}, ("none", "none")),
    ):
        one = plan.pitches.iloc[:1].reset_index(drop=True)
        for said in ("C1", "C2", "C3", ""):
            district = {"C1": "甲区", "C2": "乙区", "C3": "丙区", "": ""}[said]
            moved = replace(plan, pitches=one.assign(x_m=X + x, community_id=said, district=district))
            rows = pp.audit_plan(moved, city, BOOK).breaches
            rows = rows[rows["feature_id"].str.contains("where it is")]
            told = rows["feature_id"].tolist()
            assert set(zip(rows["measured"], rows["required"], strict=True)) <= {(0.0, 1.0)}
            expected = [
                f"community_id {said!r} where it is {names[0]}",
                f"district {district!r} where it is {names[1]}",
            ]
            assert told == ([] if said in own else expected)
