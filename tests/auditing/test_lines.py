"""Where each audit twin draws its line: exactly at the number of its rule."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing import bays, limits
from pitchplan.auditing.kinds import bend

from ..candidates.streets import SEASON, X, Y, frame, only, straight_city
from ..candidates.test_street_kinds import crossing_city
from .test_audit import as_plan
from .test_every_kind import CASES, city, plan_under, with_rule  # noqa: F401
from .test_street_kinds import plan_on

AT_LEAST = {
    "setback": "distance_m",
    "clear-width": "width_m",
    "street-width": "width_m",
    "kerb-regulation": "distance_m",
    "spacing": "distance_m",
    "facing-pair": "width_m",
    "sight-triangle": "distance_m",
    "one-side": "within_m",
}
AT_MOST = {"bend": "most_m", "gradient": "most_percent", "run-length": "max_length_m"}


@pytest.mark.parametrize("kind", [*AT_LEAST, *AT_MOST])
def test_a_breach_is_what_is_below_or_above_the_number(city, kind):  # noqa: F811
    kept, strict = CASES[kind]
    plan = plan_under(city, with_rule(kind, kept))
    # Of neighbours that measure the same one is enough.
    plan = replace(plan, pitches=plan.pitches.iloc[::2].reset_index(drop=True))

    def heard(**numbers):
        found = pp.audit_plan(plan, city, with_rule(kind, kept | strict | numbers)).breaches
        rows = found[found["rule"] == kind]
        assert set(rows["required"]) <= set(numbers.values())
        return rows.groupby("pitch_id")["measured"].agg(min if kind in AT_LEAST else max)

    number = (AT_LEAST | AT_MOST)[kind]
    of_all = heard(**{number: strict.get(number, 9.0)})
    assert len(of_all) > 2
    middle = float(np.sort(of_all.to_numpy())[len(of_all) // 2])
    let_pass = {"bend": bend._PASS_M, "run-length": 1e-6}.get(kind, 0.0)
    # What is exactly at the number is no breach: of two floats that are the same none is less.
    for off in (-1e-3, -3e-6, *([] if let_pass else [0.0]), 3e-6, 1e-3, 0.4):
        asked = max(middle + off - let_pass, 1e-4)
        gone = heard(**{number: asked})
        wrong = of_all < asked if kind in AT_LEAST else of_all > asked + let_pass
        assert set(gone.index) == set(of_all.index[wrong]), off


def test_metres_between_spots_are_whole_and_a_hair_short_is_not_short():
    table = pd.DataFrame({"spot_id": ["a", "a", "b", "c"], "x_m": [0.0, 5, 65, 125 - 1e-5], "y_m": 0.0})
    plan = plan_on(straight_city(), only("carriageway"))
    for rows, expected in ((4, {"a": 60, "b": 59, "c": 59}), (3, {"a": 60, "b": 60}), (2, {})):
        assert limits._metres_apart(replace(plan, pitches=table.iloc[:rows]), None) == expected
    just = table.assign(x_m=[0.0, 5, 65 - 5e-7, 125])
    assert limits._metres_apart(replace(plan, pitches=just.iloc[:3]), None) == {"a": 60, "b": 60}


def test_a_pitch_is_open_in_its_own_weeks_on_the_days_of_these():
    plan = plan_on(straight_city(), only("carriageway"))
    two = plan.pitches.iloc[:2].reset_index(drop=True)
    named = bays._open(replace(plan, pitches=two.assign(weeks=["2-3", ""])))
    assert [len(o.days) for o in named] == [14, 81]
    assert sorted(named[0].days)[0].isoformat() == "2026-06-08"
    whole = bays._open(replace(plan, pitches=two.drop(columns="weeks", errors="ignore")))
    assert [len(o.days) for o in whole] == [81, 81]
    assert all(len(o.minutes) == 7 * 60 for o in whole)


@pytest.mark.parametrize(("arms", "triangles"), [(4, 4), (3, 2), (2, 0)])
def test_three_arms_make_a_junction_and_two_a_bend(arms, triangles):
    ends = [(100, 0), (0, 90), (-100, 0), (0, -90)][:arms] if arms > 2 else [(100, 0), (0, 90)]
    lines = [shapely.LineString([(X, Y), (X + dx, Y + dy)]) for dx, dy in ends]
    named = [f"{w}路" for w in "甲乙丙丁"[:arms]]
    city = pp.read_city(  # noqa: F811
        streets=frame(
            lines,
            name=named,
            street_class=["local"] * arms,
            width_m=[9.0] * arms,
            street_id=list("abcd"[:arms]),
        )
    )
    book = with_rule("sight-triangle", {"leg_m": 20.0, "distance_m": 0.5})
    plan = plan_on(city, book.without("sight-triangle"))
    row = pp.audit_plan(plan, city, book).measured.set_index("rule").loc["sight-triangle"]
    assert row["features"] == triangles
    assert bool(row["not_checkable"]) is (triangles == 0)


def test_two_pitches_that_look_the_same_way_do_not_face_each_other():
    lines = [shapely.LineString([(X, Y + a), (X + 90, Y + b)]) for a, b in ((0.0, 0.0), (14.0, 30.0))]
    city = pp.read_city(  # noqa: F811
        streets=frame(
            lines, name=["甲路", "乙路"], street_class=["local"] * 2, width_m=[8.0, 8.0], street_id=["a", "b"]
        )
    )
    book = with_rule("facing-pair", {"width_m": 20.0})
    free = plan_on(city, book.without("facing-pair"))
    north = free.pitches[free.pitches["side"] == "N"]
    found = pp.audit_plan(replace(free, pitches=north.reset_index(drop=True)), city, book).breaches
    assert not (found["rule"] == "facing-pair").any()
    found = pp.audit_plan(free, city, book).breaches
    assert (found["rule"] == "facing-pair").any()


def test_what_is_told_of_ids_hours_and_trust():
    city, book = straight_city(), only("carriageway")  # noqa: F811
    found = pp.find_candidates(city, book, season=SEASON)
    plan = as_plan(found, found.pitches.iloc[:3])
    twice = replace(plan, spots=pd.concat([plan.spots, plan.spots.iloc[:1]], ignore_index=True))
    rows = pp.audit_plan(twice, city, book).breaches.query("rule == 'counts'")
    assert (2.0, 1.0) in set(zip(rows["measured"], rows["required"], strict=True))
    hours = plan.spots.assign(hours="05:00-09:00")
    rows = pp.audit_plan(replace(plan, spots=hours), city, book).breaches
    mine = rows[rows["pitch_id"].isin(plan.spots["spot_id"]) & (rows["measured"] == 60)]
    assert len(mine) == len(plan.spots)
    assert set(mine["required"]) == {0.0}
    assert any(t.startswith("residents served") for t in pp.audit_plan(plan, city, book).on_trust)


def test_corners_of_a_crossing_are_counted_once():
    book = with_rule("sight-triangle", {"leg_m": 20.0, "distance_m": 0.5})
    plan = plan_on(crossing_city(90), book.without("sight-triangle"))
    row = pp.audit_plan(plan, crossing_city(90), book).measured.set_index("rule").loc["sight-triangle"]
    assert row["features"] == 4


def test_what_is_told_of_spots_and_their_pitches():
    city, book = straight_city(), only("carriageway")  # noqa: F811
    plan = plan_on(city, book)
    four = plan.pitches.iloc[:4].assign(spot_id=list("aabc")).reset_index(drop=True)
    spots = pd.DataFrame(
        {"spot_id": ["a", "b", "d"], "capacity": [2, 3, 0], "number": [1, 1, 2.5], "residents_served": 0}
    )
    plan = replace(plan, pitches=four, spots=spots)

    def told(plan):
        rows = pp.audit_plan(plan, city, book).breaches.query("rule == 'counts'")
        return set(zip(rows["pitch_id"], rows["measured"], rows["required"], rows["feature_id"], strict=True))

    numbers = {("a", 1.0, 1.0, "number of 2 spots"), ("b", 1.0, 1.0, "number of 2 spots")}
    numbers.add(("d", 2.5, 1.0, "number of 1 spots"))
    counts = {("b", 1.0, 3.0, "capacity"), ("c", 1.0, 0.0, "capacity"), ("d", 0.0, 0.0, "capacity")}
    assert told(plan) >= numbers | counts
    assert not [row for row in told(plan) if row[0] == "a" and row[3] == "capacity"]
    rooms = {
        s: [r for r in told(replace(plan, spots=spots.assign(room=s))) if r[3] == "room"] for s in (1, 2)
    }
    assert rooms == {1: [("a", 2.0, 1.0, "room")], 2: []}


@pytest.mark.parametrize(("level", "most"), [("A", 16), ("B", 23), ("C", 33), ("D", 49), ("E", 75)])
def test_people_a_minute_are_shared_among_the_metres_left_to_them(city, level, most):  # noqa: F811
    book = with_rule("level-of-service", {"level": level})
    plan = plan_under(city, book.without("level-of-service"))
    walk = with_rule("clear-width", {"of": "walk", "width_m": 99.0})
    found = pp.audit_plan(plan, city, walk).breaches.query("rule == 'clear-width'")
    width = found.set_index("pitch_id")["measured"]
    # The counter of 3,000 people in a quarter of an hour stands on one side; kerb and wall keep people off.
    crowd = 200 / (width - 0.45 - 0.6)
    told = pp.audit_plan(plan, city, book).breaches.query("rule == 'level-of-service'")
    assert set(told["required"]) <= {float(most)}
    measured = told.set_index("pitch_id")["measured"]
    assert measured.to_numpy() == pytest.approx(crowd.loc[measured.index].to_numpy())
    strict = with_rule("level-of-service", {"level": "A"})
    all_told = pp.audit_plan(plan, city, strict).breaches.query("rule == 'level-of-service'")
    expected = {p for p in all_told["pitch_id"] if crowd[p] > most}
    assert set(measured.index) == expected


@pytest.mark.parametrize("days", ["", "school"])
def test_days_taken_for_school_days_are_told_where_a_rule_asks(days):
    city = straight_city(keep_clear=frame([shapely.Point(X + 900, Y)], kind=["stop"]))  # noqa: F811
    plan = plan_on(city, only("carriageway"))
    rule = replace(with_rule("setback", {**CASES["setback"][0]}).rules[-1], days=days)
    book = replace(only("carriageway"), rules=(*only("carriageway").rules, rule))
    said = [t for t in pp.audit_plan(plan, city, book).on_trust if "school days" in t]
    assert said == (
        ["59 weekdays no calendar covers are taken for school days (setback)"] if days == "school" else []
    )


@pytest.mark.parametrize(("least", "most", "required"), [(4, 9, [4.0]), (0, 2, [2.0]), (3, 3, [])])
def test_a_limit_tells_the_number_that_is_passed(least, most, required):
    plan = plan_on(straight_city(), only("carriageway"))
    columns = ["rule", "counts", "group_by", "group", "at_least", "at_most", "used"]
    limit = pd.DataFrame([("asked", "pitches", "city", "", least, most, 3)], columns=columns)
    three = replace(plan, pitches=plan.pitches.iloc[:3].reset_index(drop=True), limits=limit)
    found = limits.count_limits(three).breaches
    assert [b.required for b in found] == required
    assert all(b.measured == 3 for b in found)


def test_limits_that_cannot_be_counted_are_named():
    plan = plan_on(straight_city(), only("carriageway"))
    columns = ["rule", "counts", "group_by", "group", "at_least", "at_most", "used"]
    rows = [
        ("a", "residents", "city", "", 0, 9, 3),
        ("b", "delay", "district", "甲区", 0, 9, 3),
        ("c", "pitches", "ward", "W", 0, 9, 3),
        ("d", "pitches", "city", "", 0, 10**6, 3),
    ]
    trusted = replace(plan, limits=pd.DataFrame(rows, columns=columns))
    assert limits.taken_on_trust(trusted) == [
        "the limit on residents in the city, as the solver counted it",
        "the limit on delay in district 甲区, as the solver counted it",
        "the limit on pitches in ward W, as the solver counted it",
    ]
    found = limits.count_limits(trusted)
    assert found.not_checkable == "3 limits on residents, delay or what pitches do not say"
    assert (found.features, found.breaches) == (4, [])


@pytest.mark.parametrize(("counts", "group_by", "group", "found"), [
    ("pitches", "city", "", {"city": 6}), ("pitches", "spot", "", {"a": 2, "b": 1, "c": 3}),
    ("pitches", "district", "甲区", {"甲区": 3}), ("pitches", "district", "丙区", {"丙区": 0}),
    ("spots", "city", "", {"city": 3}), ("spots", "district", "甲区", {"甲区": 2}),
    ("spots", "district", "乙区", {"乙区": 1}), ("spots", "district", "丙区", {"丙区": 0}),
    ("sides", "street_id", "s", {"s": 2}), ("sides", "street_id", "t", {"t": 1}),
    # Each bay in whole centimetres, rounded up: 4.501 m are 451.
    ("centimetres of kerb", "street_id", "s", {"s": 451 + 450 + 450 + 300}),
    ("centimetres of kerb", "street_id", "t", {"t": 600}),
])  # fmt: skip
def test_what_each_limit_counts(counts, group_by, group, found):
    plan = plan_on(straight_city(), only("carriageway"))
    six = plan.pitches.iloc[:6].assign(
        spot_id=list("aabccc"), district=["甲区"] * 3 + ["乙区"] * 3, street_id=list("ssssst"),
        side=["N", "N", "S", "S", "", "E"], length_m=[4.501, 4.5, 4.5 + 1e-9, 3.0, 0.0, 6.0],
    ).reset_index(drop=True)  # fmt: skip
    columns = ["rule", "counts", "group_by", "group", "at_least", "at_most", "used"]
    limit = pd.DataFrame([("asked", counts, group_by, group, 10**6, 10**7, 0)], columns=columns)
    heard = limits.count_limits(replace(plan, pitches=six, limits=limit)).breaches
    assert {b.pitch_id: b.measured for b in heard} == found
    assert {b.required for b in heard} == {10**6}
