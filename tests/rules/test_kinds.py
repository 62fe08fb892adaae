"""Where each kind of rule draws its line: a millimetre on the safe side of its number, and nowhere else."""

import contextlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.errors import Faults, InputError
from pitchplan.rules.effects import Ban
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.kinds.inside import TOUCH_M2
from pitchplan.rules.rule import Rule, check_parameters
from pitchplan.rules.vehicle import Use, Vehicle

from ..auditing.test_every_kind import CASES, city  # noqa: F401
from ..candidates.streets import X, Y, frame, straight_city
from ..candidates.test_street_kinds import a_book, crossing_city, find, measured

AT_LEAST = {
    "setback": ("distance_m", {"distance_m": 100.0}),
    "clear-width": ("width_m", {"of": "drive", "width_m": 24.0}),
    "street-width": ("width_m", {"width_m": 24.0}),
    "kerb-regulation": ("distance_m", {"distance_m": 50.0}),
}
AT_MOST = {"bend": ("most_m", {"most_m": 0.001}), "gradient": ("most_percent", {"most_percent": 2.0})}
BETWEEN = {"spacing": "distance_m", "facing-pair": "width_m", "one-side": "within_m"}


def refused(city, kind, **numbers):  # noqa: F811
    """Give what a rule of one kind measured at each place it refuses, everything else left out."""
    return measured(find(city, a_book(kind, **CASES[kind][0] | numbers)), kind)


OFF = (-0.5, -0.0017, -0.0003, 0.0003, 0.0017, 0.5)


def assert_drawn(gone, of_all, number, least, said):
    """Hold what is gone against what was measured, which is told to the millimetre."""
    for room in (-0.0006, 0.0006):
        over = {p for p, m in of_all.items() if (m < number + room if least else m > number - room)}
        assert over <= gone if room < 0 else gone <= over, said


@pytest.mark.parametrize("kind", [*AT_LEAST, *AT_MOST])
def test_a_place_is_refused_up_to_a_millimetre_beyond_its_number(city, kind):  # noqa: F811
    number, strict = (AT_LEAST | AT_MOST)[kind]
    of_all = refused(city, kind, **strict)
    values = np.unique(list(of_all.values()))
    middle = float(values[len(values) // 2])
    for off in OFF:
        asked = middle + off if kind in AT_LEAST else max(middle + off, 0.001)
        gone = refused(city, kind, **strict | {number: asked})
        margin = 0.001 if kind in AT_LEAST else -min(0.001, asked) if kind == "bend" else 0.0
        assert_drawn(gone.keys(), of_all, asked + margin, kind in AT_LEAST, off)
        assert all(of_all[p] == m for p, m in gone.items())


@pytest.mark.parametrize("kind", BETWEEN)
def test_two_pitches_clash_up_to_a_millimetre_beyond_its_number(city, kind):  # noqa: F811
    def clashes(metres):
        rows = find(city, a_book(kind, **{BETWEEN[kind]: metres})).clashes
        return dict(zip(zip(rows["pitch_a"], rows["pitch_b"], strict=True), rows["measured"], strict=True))

    of_all = clashes(30.0 if kind != "facing-pair" else 12.0)
    values = np.unique(list(of_all.values()))
    middle = float(values[len(values) // 2])
    for off in OFF:
        assert_drawn(clashes(middle + off).keys(), of_all, middle + off + 0.001, True, off)


def test_outside_of_houses_a_touch_is_let_pass_and_the_overlap_is_told():
    one = find(straight_city(), a_book("hours", open="00:00-24:00")).pitches.iloc[10]
    low, top = one["x_m"] - one["length_m"] / 2, one["y_m"] + one["width_m"] / 2
    for area, gone in ((0.9 * TOUCH_M2, False), (1.1 * TOUCH_M2, True), (1.5, True)):
        deep = area / one["length_m"]
        house = shapely.box(low, top - deep, low + one["length_m"], top + 3)
        there = straight_city(buildings=frame([house], building_id=["b"]))
        found = find(
            there, a_book("inside", **CASES["inside"][0] | {"layer": "buildings", "relation": "outside"})
        )
        own = measured(found, "inside").get(one["pitch_id"][1:])
        rows = found.refusals[found.refusals["rule"] == "inside"]
        assert set(rows["required"]) <= {0.0}
        assert (own is not None) is gone
        if gone:
            assert own == pytest.approx(area, abs=2e-3)


@pytest.mark.parametrize("inside_m2", [0.0, 2.0, 8.9, 9.0])
def test_within_a_community_what_lacks_is_told(inside_m2):
    one = find(straight_city(), a_book("hours", open="00:00-24:00")).pitches.iloc[10]
    assert one["length_m"] * one["width_m"] == 9.0
    east = one["x_m"] - one["length_m"] / 2 + inside_m2 / one["width_m"]
    around = frame(
        [shapely.box(X - 50, Y - 50, east, Y + 50)],
        name=["社区"],
        district=["区"],
        residents=[10],
        community_id=["c"],
    )
    found = find(
        straight_city(communities=around), a_book("inside", layer="communities", relation="within", kinds=[])
    )
    own = measured(found, "inside").get(one["pitch_id"][1:])
    assert own == (pytest.approx(9.0 - inside_m2, abs=2e-3) if inside_m2 < 9 else None)
    rows = found.refusals[found.refusals["rule"] == "inside"]
    assert set(rows["required"]) == {0.0}


def test_the_mouth_of_another_street_is_kept_free_of_any_overlap():
    found = find(crossing_city(90), a_book("other-carriageway"))
    rows = found.refusals[found.refusals["rule"] == "other-carriageway"]
    assert len(rows)
    assert set(rows["required"]) == {0.0}
    assert rows["measured"].min() > TOUCH_M2


@pytest.mark.parametrize(("share", "taken"), [(1.0, True), (1.01, False), (0.0, False)])
def test_a_share_of_kerbs_is_more_than_none_and_at_most_all_of_them(share, taken):
    faults = Faults("a book")
    check_parameters(KINDS["kerb-share"].PARAMETERS, {"share": share}, faults)
    with contextlib.nullcontext() if taken else pytest.raises(InputError, match="share"):
        faults.raise_if_any()


def test_nothing_of_a_zone_is_allowed(city):  # noqa: F811
    found = find(city, a_book("zone", forbidden=["truck-ban"]))
    rows = found.refusals[found.refusals["rule"] == "zone"]
    assert set(rows["required"]) == {0.0}
    assert rows["measured"].min() > TOUCH_M2


def test_what_a_vehicle_is_where_nothing_is_said():
    one = Vehicle("tricycle", 2.5, 1.2)
    assert (one.gap_m, one.aisle_m, one.queue_m, one.size) == (1.0, 3.0, 0.6, "25x12")


def test_what_a_rule_takes_where_nothing_is_said():
    defaults = {
        f"{kind}.{name}": p.default
        for kind, module in KINDS.items()
        for name, p in module.PARAMETERS.items()
        if isinstance(p.default, int | float) and not isinstance(p.default, bool)
    }
    assert defaults == {
        "setback.before_m": 0.0,
        "setback.after_m": 0.0,
        "street-class.near_m": 0.0,
        "kerb-regulation.distance_m": 0.3,
        "quota.at_least": 0,
        "quota.at_most": 10**9,
        "quota.at_most_share": 1.0,
        "sight-triangle.distance_m": 0.5,
    }


LACKING = {
    "setback": "no stop in keep_clear",
    "street-class": "no street of class main",
    "kerb-regulation": "no no-stopping in kerb_regulations",
    "kerb-share": "no centrelines to measure a street's kerbs by",
    "zone": "no pedestrian-zone in zones",
    "other-carriageway": "no centrelines to tell which way a carriageway runs",
    "gradient": "no street has a gradient",
    "level-of-service": "no footway has a flow of people",
    "sight-triangle": "no centrelines to find the corners of junctions by",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_city_lacks_for_a_rule_is_said(city, kind):  # noqa: F811
    bare = pp.read_city(
        streets=frame([shapely.box(X, Y, X + 90, Y + 9)], name=["甲路"], street_class=["local"])
    )
    numbers = {name: p.default for name, p in KINDS[kind].PARAMETERS.items()} | CASES[kind][0]
    rule = Rule(kind, kind, numbers, "a test", "ours")
    assert KINDS[kind].missing(rule, bare) == LACKING.get(kind, "")
    assert KINDS[kind].missing(rule, city) == ""


def test_what_else_may_lack_is_said(city):  # noqa: F811
    walk = Rule("w", "clear-width", {"of": "walk", "width_m": 1.0}, "a test", "ours")
    lone = straight_city()
    assert KINDS["clear-width"].missing(walk, lone) == "no buildings to measure the footway against"
    assert KINDS["clear-width"].missing(walk, city) == ""
    corner = Rule("s", "sight-triangle", {"leg_m": 9.0, "distance_m": 1.0}, "a test", "ours")
    assert KINDS["sight-triangle"].missing(corner, lone) == "no junction with a corner"
    other = Rule("o", "other-carriageway", {}, "a test", "ours")
    bare = replace(lone, streets=lone.streets.iloc[:0])
    assert KINDS["other-carriageway"].missing(other, bare) == "no carriageway"
    squares = {"layer": "open_spaces", "relation": "within", "kinds": ["square"]}
    inside = Rule("i", "inside", squares, "a test", "ours")
    assert KINDS["inside"].missing(inside, lone) == "no open_spaces of kind square"


@pytest.mark.parametrize("placement", ["kerbside", "footway"])
def test_a_street_that_nothing_ends_is_of_unknown_width(placement):
    """Behind the kerb no width is asked for, and so none is unknown."""
    rule = Rule("w", "street-width", {"width_m": 9.0}, "a test", "ours")
    truck = Vehicle("truck", 6.0, 2.0, 1.0, 3.0, "a test", "ours")
    places = SimpleNamespace(clear_drive_m=np.array([np.inf, 6.9, 7.1]), width_m=np.full(3, 2.0))
    said = KINDS["street-width"].ban(rule, None, Use(truck, placement, ())).measure(places)
    assert (said.place.tolist(), said.seen) == ([1], 2)
    assert (None if said.unknown is None else said.unknown.tolist()) == (
        [0] if placement == "kerbside" else None
    )


def test_a_square_is_of_no_class_of_street():
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    book = a_book("street-class", "open-space", on=("open-space",), forbidden=["local"], near_m=1.0)
    found = find(straight_city(open_spaces=square), book)
    assert len(found.pitches) > 10
    assert not (found.refusals["rule"] == "street-class").any()


@pytest.mark.parametrize(("classes", "said"), [
    ((["", "unknown"], ["unknown"]), "no street has a class"),
    ((["", "local"], ["unknown"]), "no street of class main, branch"),
    (([""], ["local"]), "no street of class main, branch"),
    ((["branch"], [""]), ""),
    (([""], ["main"]), ""),
])  # fmt: skip
def test_what_lacks_for_classes_of_streets_is_said(classes, said):
    streets, axes = (pd.DataFrame({"street_class": words}) for words in classes)
    town = SimpleNamespace(streets=streets, centrelines=axes)
    rule = Rule("c", "street-class", {"forbidden": ["main", "branch"], "near_m": 0.0}, "a test", "ours")
    assert KINDS["street-class"].missing(rule, town) == said


@pytest.mark.parametrize("axes", [True, False])
def test_the_street_a_place_is_refused_on_is_named(axes):
    lines = [shapely.LineString([(X, Y + y), (X + 200, Y + y)]) for y in (0, 60)]
    shapes = frame([line.buffer(5, cap_style="flat") for line in lines], street_class=["local", "main"])
    named = frame(lines, street_id=["a", "b"], street_class=["local", "main"], width_m=10.0)
    town = pp.read_city(streets=shapes, centrelines=named) if axes else pp.read_city(streets=shapes)
    found = find(town, a_book("street-class", forbidden=["main"], near_m=0.0))
    rows = found.refusals[found.refusals["rule"] == "street-class"]
    main = "b" if axes else town.streets["street_id"].iloc[1]
    assert set(rows["feature_id"]) == {main}
    assert (rows["y_m"] > Y + 50).all()
    assert found.legal > 20
    assert (found.pitches["y_m"] < Y + 10).all()


def test_where_both_know_their_classes_the_polygons_are_kept_away_from():
    lines = [shapely.LineString([(X, Y + y), (X + 200, Y + y)]) for y in (0, 30)]
    words = {"street_class": ["local", "main"]}
    quiet, main = (line.buffer(w, cap_style="flat") for line, w in zip(lines, (5, 10), strict=True))
    lay_by = shapely.box(X + 80, Y + 14, X + 120, Y + 30)
    town = pp.read_city(streets=frame([quiet, main | lay_by], **words), centrelines=frame(lines, **words))
    found = find(town, a_book("street-class", forbidden=["main"], near_m=13.0))
    near = found.refusals[found.refusals["rule"] == "street-class"].query(f"y_m < {Y + 10}")
    assert (near["y_m"] > Y).all()
    assert near["x_m"].between(X + 60, X + 140).all()
    assert len(near) > 10


@pytest.mark.parametrize("layer", ["footways", "open_spaces"])
def test_what_lies_on_a_bridge_bears_no_pitch(layer):
    kind = {"kind": ["square"]} if layer == "open_spaces" else {}
    deck = frame([shapely.box(X, Y + 5, X + 200, Y + 15)], level=[1], **kind)
    rule = Rule("i", "inside", {"layer": layer, "relation": "within", "kinds": []}, "a test", "ours")
    assert KINDS["inside"].missing(rule, straight_city(**{layer: deck})) == f"no {layer}"
    assert KINDS["inside"].missing(rule, straight_city(**{layer: deck.assign(level=0)})) == ""


@pytest.mark.parametrize(("of", "width"), [("drive", 3.0), ("walk", 2.3), ("walk", 2.5)])
def test_in_open_spaces_there_is_no_drive_and_the_walk_is_the_aisle_less_the_queue(of, width):
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    town = straight_city(open_spaces=square, buildings=frame([shapely.box(X, Y + 60, X + 9, Y + 70)]))
    found = find(town, a_book("clear-width", "open-space", on=("open-space",), of=of, width_m=width))
    assert set(found.pitches["flags"]) == ({""} if width < 2.4 or of == "drive" else set())
    assert set(measured(found, "clear-width").values()) == (set() if len(found.pitches) else {2.4})


def test_a_bend_between_two_pitches_of_one_side_does_not_part_them():
    """Round a corner they point 90 degrees apart; across the street it is 180."""
    corner = shapely.LineString([(X, Y), (X + 150, Y), (X + 150, Y + 150)])
    axes = frame([corner], street_id=["a"], name=["甲路"], street_class="local", width_m=9.0)
    found = find(pp.read_city(streets=axes), a_book("one-side", within_m=45.0))
    pitches, pairs = found.pitches.set_index("pitch_id"), found.clashes
    bearing = pitches["bearing_deg"]
    apart = np.cos(np.radians(bearing[pairs["pitch_a"]].to_numpy() - bearing[pairs["pitch_b"]].to_numpy()))
    assert len(pairs) > 100
    assert (apart < -0.5).all()
    level, upright = (pitches[np.isclose(np.abs(np.cos(np.radians(bearing))), of)] for of in (0, 1))
    off = np.hypot(*(level[[c]].to_numpy() - upright[c].to_numpy() for c in ("x_m", "y_m")))
    assert (off < 30).any()


def test_streets_without_a_name_are_told_apart_by_their_ids():
    lines = [shapely.LineString([(X, Y + y), (X + 200, Y + y)]) for y in (0, 40)]
    for names, across in ((["", ""], False), (["甲路", "甲路"], True), (["甲路", ""], False)):
        axes = frame(lines, street_id=["a", "b"], name=names, street_class="local", width_m=9.0)
        found = find(pp.read_city(streets=axes), a_book("one-side", within_m=45.0))
        street = found.pitches.set_index("pitch_id")["street_id"]
        pairs = found.clashes
        assert len(pairs) > 100
        assert (street[pairs["pitch_a"]].to_numpy() != street[pairs["pitch_b"]].to_numpy()).any() == across


@pytest.mark.parametrize(("only", "hours", "met"), [
    (None, "06:00-07:00", True), (None, "10:00-11:00", False), ("06:00-07:00", "06:00-07:00", True),
    ("06:00-07:00", "06:30-07:00", False), (None, "early", True), (None, "", True),
])  # fmt: skip
def test_of_what_holds_at_hours_of_its_own_some_counts(only, hours, met):
    use = Use(Vehicle("van", 4.0, 2.0), "kerbside", ((360, 540),), only)
    assert use.meets(hours) is met


def test_a_rule_without_features_has_no_names():
    assert Ban(lambda places: None, 1.0).names.tolist() == []


@pytest.mark.parametrize(("value", "taken"), [
    (10**9, True), (1e9, True), (10**9 + 1, False), (1e9 + 1, False), (10**400, False), (-1, False),
    (True, False),
])  # fmt: skip
def test_a_number_is_none_below_and_a_billion_at_most(value, taken):
    faults = Faults("a book")
    checked = check_parameters(
        KINDS["setback"].PARAMETERS, CASES["setback"][0] | {"distance_m": value}, faults
    )
    assert (checked.get("distance_m") == 1e9) is taken
    assert [fault.column for fault in faults.found] == ([] if taken else ["distance_m"])


def test_the_greatest_number_a_parameter_takes_is_told():
    for kind, name, value, fix in (
        ("kerb-share", "share", 1.5, "Give a number of 0 or more, up to 1"),
        ("setback", "distance_m", -1.0, "Give a number of 0 or more"),
    ):
        faults = Faults("a book")
        check_parameters(KINDS[kind].PARAMETERS, CASES[kind][0] | {name: value}, faults)
        assert [fault.fix for fault in faults.found] == [fix]
    rule = Rule(
        "q", "quota", {"group_by": "spot", "at_most": 10**9, "groups": [], "at_least": 2}, "s", "ours"
    )
    assert rule.numbers == "group_by=spot, at_least=2"
