"""What an audit tells beside its breaches: how near a sound plan comes to each limit, where, of how much."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing.audit import _waived
from pitchplan.auditing.bays import draw_scene
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.kinds import AUDITS
from pitchplan.auditing.minutes import minutes_of
from pitchplan.auditing.places import check_overlaps, check_places, with_sides
from pitchplan.rules.rule import Rule

from ..candidates.streets import X, Y, frame, only, straight_city
from .test_every_kind import CASES, city, plan_under, with_rule  # noqa: F401
from .test_lines import AT_LEAST, AT_MOST
from .test_street_kinds import KERB, plan_on, with_kind

WALK = {"of": "walk", "width_m": 1.0}


def found(kind, numbers, plan, city):  # noqa: F811
    return AUDITS[kind](Rule(kind, kind, numbers, "a test", "ours"), draw_scene(plan, city))


def some(plan, count=1, **said):
    """Take the first pitches on the north side, and say something else of them."""
    rows = plan.pitches[plan.pitches["side"].isin(["N", ""])].iloc[:count].reset_index(drop=True)
    return replace(plan, pitches=rows.assign(**said))


@pytest.mark.parametrize("kind", [*AT_LEAST, *AT_MOST, "one-side", "level-of-service"])
def test_the_tightest_margin_is_that_of_the_worst_breach(city, kind):  # noqa: F811
    kept, strict = CASES[kind]
    plan = plan_under(city, with_rule(kind, kept))
    heard = found(kind, kept | strict, plan, city)
    sign = -1 if kind in (*AT_MOST, "level-of-service") else 1
    margins = [sign * (b.measured - b.required) for b in heard.breaches]
    assert len(margins) > 2
    assert heard.tightest == pytest.approx(min(margins), abs=1e-9)
    worst = heard.breaches[int(np.argmin(margins))].pitch_id
    assert heard.tightest_at == worst
    assert heard.features > 0
    x = dict(zip(plan.pitches["pitch_id"], plan.pitches["x_m"], strict=True))
    assert all(b.x_m == pytest.approx(x[b.pitch_id], abs=1e-6) for b in heard.breaches)


def test_of_margins_that_are_the_same_the_first_is_named():
    finding = Finding()
    assert (finding.pitches, finding.features, finding.unmeasured, finding.not_checkable) == (0, 0, 0, "")
    for value, name in ((3.0, "a"), (1.0, "b"), (1.0, "c"), (2.0, "d")):
        finding.margin(value, name)
    assert (finding.tightest, finding.tightest_at) == (1.0, "b")


def test_what_no_rule_can_be_measured_against_counts_no_feature():
    bare = straight_city()
    plan = plan_on(bare, only("carriageway"))
    for kind, numbers, word in (
        ("clear-width", WALK, "no buildings"),
        ("inside", {"layer": "footways", "relation": "within", "kinds": []}, "no footways"),
        ("setback", CASES["setback"][0], "no stop"),
        ("kerb-regulation", CASES["kerb-regulation"][0], "no no-stopping"),
    ):
        heard = found(kind, numbers, plan, bare)
        assert (heard.features, heard.breaches) == (0, [])
        assert word in heard.not_checkable
        assert heard.pitches == len(plan.pitches)
    on_square = straight_city(
        open_spaces=frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    )
    apart = plan_on(on_square, only("open-space"), ["open-space"])
    for kind in ("bend", "one-side", "facing-pair", "street-width", "kerb-share", "gradient"):
        assert found(kind, CASES[kind][1], apart, on_square).pitches == 0


@pytest.mark.parametrize(("kind", "reach", "numbers"), [
    ("facing-pair", 25.0, {"width_m": 4.0}),
    ("street-width", 30.0, {"width_m": 4.0}),
    ("clear-width", 25.0, {"of": "drive", "width_m": 4.0}),
])  # fmt: skip
@pytest.mark.parametrize("off", [-0.2, 0.2])
def test_what_is_across_a_street_is_looked_for_so_far(kind, reach, numbers, off):
    wide = straight_city(width=10.0)
    plan = some(plan_on(wide, only("carriageway")), 2, x_m=X + 100.0)
    depth = float(plan.pitches["width_m"].iloc[0])
    # From the inner edge of a bay at the north kerb to the south kerb, or to the bay there.
    width = reach + off + depth + (depth if kind == "facing-pair" else 0.0)
    wide = straight_city(width=width)
    y = Y + (width - depth) / 2
    pitches = plan.pitches.assign(y_m=[y, 2 * Y - y], bearing_deg=[270.0, 90.0], side=["N", "S"])
    plan = replace(plan, pitches=pitches if kind == "facing-pair" else pitches.iloc[:1])
    heard = found(kind, numbers, plan, wide)
    if kind == "facing-pair":
        seen = reach + off - 4.0 if off < 0 else np.nan
    else:
        seen = min(reach + off, reach) - 4.0 + (depth if kind == "street-width" else 0.0)
    assert heard.tightest == pytest.approx(seen, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("off", [-0.2, 0.2])
def test_a_wall_beside_the_pavement_is_looked_for_so_far(off):
    wall = Y + 5 + 10.0 + off
    houses = frame([shapely.box(X, wall, X + 200, wall + 5), shapely.box(X, Y - 90, X + 9, Y - 80)])
    town = straight_city(width=10.0, buildings=houses)
    plan = some(plan_on(town, only("carriageway")), queue_m=0.0)
    plan = replace(plan, pitches=plan.pitches.assign(y_m=Y + 5 - plan.pitches["width_m"] / 2))
    heard = found("clear-width", WALK, plan, town)
    assert heard.tightest == pytest.approx(min(10.0, 10.0 + off) - 1.0, abs=1e-6)
    assert heard.features == (off < 0)


def test_a_house_behind_no_pavement_leaves_the_whole_depth():
    # No kerb behind the bay: nothing is taken off the depth to the wall.
    town = straight_city(width=10.0, buildings=frame([shapely.box(X, Y + 8, X + 200, Y + 15)]))
    plan = some(plan_on(town, only("carriageway")), queue_m=0.0, y_m=Y + 3.0)
    depth = float(plan.pitches["width_m"].iloc[0])
    heard = found("clear-width", WALK, plan, town)
    assert heard.tightest == pytest.approx(8 - (3 + depth / 2) - 1.0, abs=1e-6)


@pytest.mark.parametrize("bearing", [0.0, 30.0, 90.0, 135.0, 200.0])
def test_a_spot_off_the_street_is_as_long_as_its_rows(bearing):
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    town = straight_city(open_spaces=square)
    plan = plan_on(town, only("open-space"), ["open-space"])
    turn = np.radians(bearing)
    along, across = np.array([np.sin(turn), np.cos(turn)]), np.array([np.cos(turn), -np.sin(turn)])
    for step, way in ((11.0, along), (13.0, across)):
        at = np.array([X + 30, Y + 20]) + np.outer([0, 1], step * way)
        pair = some(plan, 2, x_m=at[:, 0], y_m=at[:, 1], bearing_deg=bearing, spot_id="one")
        size = pair.pitches["length_m" if way is along else "width_m"].iloc[0]
        heard = found("run-length", {"max_length_m": 30.0, "max_gap_m": 1.0}, pair, town)
        assert heard.tightest == pytest.approx(30.0 - step - size, abs=1e-6)


@pytest.mark.parametrize("classed", [False, True])
def test_a_street_of_a_forbidden_class_is_measured_to_its_kerb(classed):
    lines = [shapely.LineString([(X, Y + y), (X + 200, Y + y)]) for y in (0, 18)]
    shapes = frame([shapely.box(X, Y + y - 5, X + 200, Y + y + 5) for y in (0, 18)])
    axes = frame(lines, street_id=["a", "b"], street_class=["local", "main"], width_m=10.0)
    shapes = shapes.assign(street_class=axes["street_class"]) if classed else shapes
    town = pp.read_city(streets=shapes, centrelines=axes)
    plan = plan_on(town, only("carriageway"))
    heard = found("street-class", {"forbidden": ["main"], "near_m": 20.0}, plan, town)
    assert heard.features == 1
    measured = {b.pitch_id: b.measured for b in heard.breaches}
    for row in plan.pitches.itertuples():
        away = Y + 18 - 5 - row.y_m - row.width_m / 2
        if row.street_id == "b":
            # Who stands in a carriageway is as far in as can be told: by its axis, else 1 m.
            away = -1.0 if classed else -row.width_m
        assert measured[row.pitch_id] == pytest.approx(away, abs=0.02)


@pytest.mark.parametrize(("before", "after", "told"), [(30.0, 0.0, 1), (0.0, 30.0, 1), (0.0, 0.0, 0)])
def test_either_way_along_the_street_is_measured_alone(before, after, told):
    stop = X + 100.0
    town = straight_city(keep_clear=frame([shapely.Point(stop, Y + 6)], kind=["stop"]))
    plan = plan_on(town, only("carriageway"))
    numbers = {"feature": "stop", "distance_m": 0.5, "side": "any", "before_m": before, "after_m": after}
    heard = found("setback", numbers, plan, town)
    assert bool(heard.breaches) is bool(told)
    # On the north side traffic comes from the east: before a stop is east of it.
    if told:
        x = dict(zip(plan.pitches["pitch_id"], plan.pitches["x_m"], strict=True))
        beyond = [x[b.pitch_id] - stop for b in heard.breaches if abs(x[b.pitch_id] - stop) > 3]
        assert beyond
        assert all((v > 0) == (before > 0) for v in beyond)
        assert heard.tightest == pytest.approx(min(b.measured - b.required for b in heard.breaches))


def test_a_stop_beside_the_pitch_itself_is_no_metres_off_along_the_street():
    town = straight_city(keep_clear=frame([shapely.Point(X + 100, Y + 6)], kind=["stop"]))
    plan = some(plan_on(town, only("carriageway")), x_m=X + 100.0)
    numbers = {"feature": "stop", "distance_m": 0.1, "side": "any", "before_m": 30.0, "after_m": 0.0}
    heard = found("setback", numbers, plan, town)
    assert [b.measured for b in heard.breaches] == [0.0]


def test_pitches_that_share_some_ground_or_stand_in_the_carriageway():
    town = straight_city(footways=frame([shapely.box(X, Y + 5, X + 200, Y + 15)]))
    plan = some(plan_on(town, only("carriageway"), KERB), 2, width_m=2.0, length_m=4.5, y_m=Y + 4.0)
    for off, shared in ((4.5, 0.0), (4.4, 0.2)):
        pair = replace(plan, pitches=plan.pitches.assign(x_m=[X + 50, X + 50 + off], bearing_deg=270.0))
        heard = check_overlaps(draw_scene(pair, town))
        assert [b.measured for b in heard.breaches] == pytest.approx([shared] if shared else [])
        assert {b.required for b in heard.breaches} <= {0.0}
    behind = replace(pair, pitches=pair.pitches.iloc[:1].assign(placement="footway", y_m=Y + 5.9))
    heard = check_overlaps(draw_scene(behind, town))
    assert [(b.measured, b.required) for b in heard.breaches] == [(pytest.approx(0.45), 0.0)]
    assert heard.tightest == pytest.approx(-0.45)


@pytest.mark.parametrize(("off", "told"), [(-1.0, []), (0.4, [0.4])])
def test_a_pitch_stands_in_its_own_open_space(off, told):
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    town = straight_city(open_spaces=square)
    plan = some(plan_on(town, only("open-space"), ["open-space"]), x_m=X + 60 + off)
    heard = check_places(draw_scene(plan, town))
    assert heard.not_checkable == ""
    own = [b for b in heard.breaches if "open space" in b.feature_id]
    assert [b.measured for b in own] == pytest.approx(told)
    lineless = replace(town, centrelines=town.centrelines.iloc[:0])
    assert "no centrelines" in check_places(draw_scene(plan, lineless)).not_checkable


@pytest.mark.parametrize("way", [(1, 0), (0, 1), (3, 4), (-4, 3), (-1, -1)])
def test_left_and_right_are_told_by_the_street_s_own_line(way):
    unit = np.array(way) / np.hypot(*way)
    start = np.array([X, Y])
    line = shapely.LineString([start, start + 100 * unit, start + 200 * unit])
    town = pp.read_city(
        streets=frame([line], name=["甲路"], street_class=["local"], street_id=["s"], width_m=[9.0])
    )
    plan = plan_on(straight_city(), only("carriageway"))
    for along in (0.2, 3.0, 100.0, 199.8):
        # Nearer than a metre to the line, too: what is left is left of it at once.
        off = np.array([1.0, -1.0, 0.3, -0.3])
        at = start + along * unit + np.outer(off, [-unit[1], unit[0]])
        pair = some(plan, 4, x_m=at[:, 0], y_m=at[:, 1], street_id="s", bearing_deg=45.0)
        words = with_sides(draw_scene(pair, town)).pitches["measured_side"].tolist()
        assert words == ["left", "right", "left", "right"]


def test_hours_that_nobody_can_read_are_the_minutes_of_a_day():
    assert minutes_of("early") == set(range(1440))


def test_a_square_centimetre_is_let_pass_and_a_tenth_of_a_square_metre_is_not():
    homes = frame([shapely.box(X - 50, Y - 50, X + 100, Y + 50)], name=["社区"], community_id=["c"])
    town = straight_city(communities=homes)
    plan = some(plan_on(town, only("carriageway")), width_m=2.0, length_m=4.5, bearing_deg=270.0)
    for over, told in ((0.004, []), (0.05, [0.1])):
        plan = replace(plan, pitches=plan.pitches.assign(x_m=X + 100 - 2.25 + over))
        heard = found("inside", {"layer": "communities", "relation": "within", "kinds": []}, plan, town)
        assert [b.measured for b in heard.breaches] == pytest.approx(told)
        assert {b.required for b in heard.breaches} <= {0.0}
        assert heard.not_checkable == ""


def test_a_junction_of_axes_of_no_known_width_has_its_triangles_beside_8_m():
    lines = [shapely.LineString([(X, Y), (X + dx, Y + dy)]) for dx, dy in ((100, 0), (-100, 0), (0, 100))]
    axes = frame(lines, street_id=list("abc"), name=list("甲乙丙"), street_class="local", width_m=8.0)
    town = pp.read_city(streets=axes)
    plan = some(plan_on(town, only("carriageway")), x_m=X + 30.0, y_m=Y + 30.0, bearing_deg=90.0)
    numbers = {"leg_m": 10.0, "distance_m": 99.0}
    told = found("sight-triangle", numbers, plan, town).breaches[0].measured
    unknown = replace(town, centrelines=town.centrelines.assign(width_m=np.nan))
    assert found("sight-triangle", numbers, plan, unknown).breaches[0].measured == pytest.approx(
        told, abs=1e-9
    )


def test_pitches_of_a_street_without_a_name_are_of_its_id():
    town = straight_city()
    plan = plan_on(town, only("carriageway"))
    numbers = {"within_m": 30.0}
    named, nameless = (
        found("one-side", numbers, replace(plan, pitches=plan.pitches.assign(**said)), town)
        for said in ({}, {"street": ""})
    )
    assert len(named.breaches) == len(nameless.breaches) > 0
    assert (named.features, nameless.features) == (1, 1)
    half = np.where(np.arange(len(plan.pitches)) % 2, "甲路", "乙路")
    two = found("one-side", numbers, replace(plan, pitches=plan.pitches.assign(street=half)), town)
    assert two.features == 2
    assert len(two.breaches) < len(named.breaches)


def waiver(**said):
    row = {"what": "waive", "rule": "gate", "lon": np.nan, "lat": np.nan, "radius_m": np.nan} | said
    return pd.DataFrame([row]).reindex(columns=[*pp.schemas.DECISIONS.names]).assign(**said)


@pytest.mark.parametrize(
    ("said", "waived"),
    [
        ({}, True),
        ({"rule": "other"}, False),
        ({"votes_for": 3, "votes_against": 3}, True),
        ({"votes_for": 3, "votes_against": 4}, False),
        ({"radius_m": 1.0}, False),
        ({"east_m": 29.5}, True),
        ({"east_m": 30.5}, False),
        ({"lat": 36.0}, False),
    ],
)
def test_a_breach_is_waived_by_its_own_rule_near_enough_that_was_not_voted_down(said, waived):
    from pitchplan.transforming import transformer_between

    town = straight_city(keep_clear=frame([shapely.Point(X + 100, Y + 6)], kind=["stop"]))
    kind = {"feature": "stop", "distance_m": 9.0, "side": "any", "before_m": 0.0, "after_m": 0.0}
    book = replace(only("carriageway"), rules=(Rule("gate", "setback", kind, "a test", "ours"),))
    plan = some(plan_on(town, only("carriageway")), x_m=X + 100.0)
    said = {"east_m": 10.0} | said
    x, y = plan.pitches[["x_m", "y_m"]].to_numpy(float)[0]
    lon, lat = transformer_between(plan.crs, 4326).transform(x + said.pop("east_m"), y)
    plan = replace(plan, decisions=waiver(**({"lon": lon, "lat": lat} | said)))
    report = pp.audit_plan(plan, town, book)
    row = report.measured.set_index("rule").loc["gate"]
    assert (row["waived"], (report.breaches["rule"] == "gate").sum()) == ((1, 0) if waived else (0, 1))


def test_a_waiver_reaches_as_far_as_it_says():
    breach = Breach("p", 1.0, 2.0, "f", X + 6.0, Y + 8.0)
    for radius, waived in ((10.0, True), (9.999, False)):
        assert _waived("gate", breach, [("gate", shapely.Point(X, Y), radius)]) is waived


def test_what_is_believed_is_told_and_nothing_else():
    town = straight_city()
    plan = plan_on(town, only("carriageway"))
    last = "residents served and the goals' bounds, as the solver and the reach table say"
    report = pp.audit_plan(replace(plan, pitches=plan.pitches.assign(width_status="measured")), town, only())
    assert report.on_trust[-1] == last
    assert not [t for t in report.on_trust if "pitches stand on streets" in t]
    for word, how in (("assumed", "assumed by class"), ("lanes", "counted from lanes")):
        said = (
            plan.pitches["width_status"]
            .where(plan.pitches.index != 0, word)
            .where(plan.pitches.index == 0, "given")
        )
        told = pp.audit_plan(
            replace(plan, pitches=plan.pitches.assign(width_status=said)), town, only()
        ).on_trust
        assert [t for t in told if "pitches stand on" in t] == [
            f"1 pitches stand on streets whose width is {how}: tape them on site"
        ]


def test_the_verdict_and_the_text_count_breaches():
    town, book = (
        straight_city(),
        with_kind(only("carriageway"), "run-length", max_length_m=1.0, max_gap_m=1.0),
    )
    plan = plan_on(town, only("carriageway"))
    broken = pp.audit_plan(plan, town, book)
    assert broken.verdict.startswith(f"{len(broken.breaches)} BREACHES: ")
    sound = pp.audit_plan(plan, town, only("carriageway"))
    assert sound.breaches.empty
    assert sound.verdict.startswith("no breaches: ")
    assert sound.raise_for_breaches() is sound
    for report, head in ((broken, "Breaches:"), (sound, "Breaches: none")):
        lines = report.text.splitlines()
        assert lines[0] == f"Audit: {report.verdict}"
        at = lines.index(head)
        rest = lines[at + 1 : lines.index("Taken on trust:") - 1]
        assert len(rest) == len(report.breaches)
        assert lines[lines.index("Taken on trust:") + 1 :] == [f"  {t}" for t in report.on_trust]
    hair = replace(sound, measured=sound.measured.assign(tightest_margin_m=-1e-9))
    # Less than nothing by a hair is printed as nothing.
    assert "-0.000" not in hair.text
    assert " 0.000 m " in hair.text
    assert replace(sound, on_trust=()).text.endswith("\nTaken on trust: nothing\n")


@pytest.mark.parametrize("on", ["footway", "setback-land"])
@pytest.mark.parametrize("side", [1, -1])
def test_behind_a_kerb_a_pitch_faces_its_own_street_where_another_s_is_nearer(on, side):
    lines = [shapely.LineString([(X, Y + y), (X + 200, Y + y)]) for y in (0, side * 14)]
    axes = frame(lines, street_id=["a", "b"], name=["甲路", "乙路"], street_class="local", width_m=10.0)
    town = pp.read_city(streets=axes)
    plan = some(
        plan_on(town, only("carriageway")), x_m=X + 100.0, y_m=Y + side * 7.5, width_m=2.0, length_m=4.5
    )
    for street, edge in (("a", 6.5), ("b", 8.5)):
        own = plan.pitches.assign(placement=on, street_id=street, bearing_deg=90.0)
        bay = draw_scene(replace(plan, pitches=own), town).bays[0]
        assert bay.kerb_edge.centroid.y == pytest.approx(Y + side * edge)
        assert bay.inner_edge.centroid.y == pytest.approx(Y + side * (15 - edge))


def test_a_picture_of_margins_shows_what_is_broken_in_red():
    import matplotlib.pyplot as plt

    town = straight_city()
    book = with_kind(only("carriageway", "drive-width"), "run-length", max_length_m=1.0, max_gap_m=1.0)
    report = pp.audit_plan(plan_on(town, only("carriageway", "drive-width")), town, book)
    shown = report.measured[report.measured["unit"] == "m"].dropna(subset=["tightest_margin_m"])
    assert {"run-length", "drive-width"} <= set(shown["rule"])
    axes = report.plot()
    bars = axes.containers[0].patches
    assert [t.get_text() for t in axes.get_yticklabels()] == shown["rule"].tolist()
    assert [bar.get_width() for bar in bars] == shown["tightest_margin_m"].tolist()
    red = [rule for rule, bar in zip(shown["rule"], bars, strict=True) if bar.get_facecolor()[0] > 0.6]
    assert red == [rule for rule in shown["rule"] if rule in set(report.breaches["rule"])]
    assert "run-length" in red
    assert "m" in axes.get_xlabel()
    assert list(axes.lines[0].get_xdata()) == [0, 0]
    assert axes.yaxis_inverted()
    figure, own = plt.subplots()
    assert report.plot(own) is own
    assert len(own.containers[0].patches) == len(bars)
    plt.close(axes.figure)
    plt.close(figure)


@pytest.mark.parametrize(("off", "tightest"), [
    ((0.3, 0.2, 0.1), 0.1), ((0.05, 0.2, 0.1), 0.05), ((0.3, -0.2, 0.1), -0.2), ((0.0, 0.0, 0.0), 0.0),
])  # fmt: skip
def test_the_margin_of_sizes_is_what_a_bay_or_queue_is_larger_by(off, tightest):
    town, book = straight_city(), only("carriageway")
    plan = some(plan_on(town, book), 3)
    asked = [plan.pitches[c].to_numpy(float) for c in ("length_m", "width_m", "queue_m")]
    grown = {c: a + o for c, a, o in zip(("length_m", "width_m", "queue_m"), asked, off, strict=True)}
    row = pp.audit_plan(replace(plan, pitches=plan.pitches.assign(**grown)), town, book).measured
    assert row.set_index("rule").loc["sizes", "tightest_margin_m"] == pytest.approx(tightest, abs=1e-9)


def test_what_stands_outside_of_every_polygon_lacks_all_of_itself_and_overlaps_nothing():
    square = frame([shapely.box(X + 20, Y + 80, X + 60, Y + 95)], kind=["square"])
    town = straight_city(open_spaces=square)
    plan = some(plan_on(town, only("carriageway")), length_m=4.5, width_m=2.0)
    numbers = {"layer": "open_spaces", "relation": "within", "kinds": []}
    assert found("inside", numbers, plan, town).tightest == pytest.approx(-9.0)
    assert found("inside", numbers | {"relation": "outside"}, plan, town).tightest == 0.0


def test_whose_carriageway_a_pitch_lies_in_is_told_with_what_is_asked(city):  # noqa: F811
    plan = plan_under(city, only("carriageway"))
    at = {"x_m": X + 80, "y_m": Y - 25, "bearing_deg": 90.0}
    moved = plan.pitches[plan.pitches["street_id"] == "a"].iloc[:1].assign(**at).reset_index(drop=True)
    (breach,) = found("other-carriageway", {}, replace(plan, pitches=moved), city).breaches
    assert (breach.required, breach.feature_id) == (0.0, "b")
    assert breach.measured > 1.0


@pytest.mark.parametrize(
    ("word", "told"), [("assumed", True), ("lanes", True), ("given", True), ("measured", False)]
)
def test_carriageways_made_from_lines_are_believed(word, told):
    town = straight_city()
    plan = plan_on(town, only("carriageway"))
    made = replace(town, streets=town.streets.assign(width_status=word))
    said = [t for t in pp.audit_plan(plan, made, only("carriageway")).on_trust if "carriageways of" in t]
    assert said == (["the carriageways of 1 streets are made from centrelines and widths"] if told else [])


def test_of_open_spaces_those_of_the_kinds_asked_for_count():
    shapes = [shapely.box(X + a, Y + 8, X + a + 30, Y + 40) for a in (20, 60)]
    town = straight_city(open_spaces=frame(shapes, kind=["square", "car-park"]))
    plan = some(plan_on(town, only("open-space"), ["open-space"]), x_m=X + 75.0)
    size = float((plan.pitches["length_m"] * plan.pitches["width_m"]).iloc[0])
    numbers = {"layer": "open_spaces", "relation": "within", "kinds": ["square"]}
    for kinds, features, tightest in ((["square"], 1, -size), (["car-park"], 1, 0.0), ([], 2, 0.0)):
        heard = found("inside", numbers | {"kinds": kinds}, plan, town)
        assert (heard.features, heard.tightest) == (features, pytest.approx(tightest, abs=1e-9))
    # Communities are of no kind: all of them count.
    heard = found("inside", numbers | {"layer": "communities"}, plan, town)
    assert (heard.features, heard.tightest) == (1, pytest.approx(0.0, abs=1e-9))
