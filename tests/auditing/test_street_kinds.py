"""Sabotage of bends, facing pairs, street mouths, sight triangles and gradients."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing.kinds import other_carriageway, sight_triangle
from pitchplan.rules.rule import Rule

from ..candidates.streets import SEASON, X, Y, bent_city, frame, only, straight_city
from ..candidates.test_street_kinds import crossing_city
from .test_audit import as_plan

KERB = ("kerbside",)


def with_kind(book, kind, **parameters):
    return replace(book, rules=(*book.rules, Rule(kind, kind, parameters, "a test", "ours")))


def plan_on(city, book, placements=KERB, **more):
    found = pp.find_candidates(city, book, season=SEASON, placements=placements, **more)
    return as_plan(found, found.pitches)


def breaches(plan, city, book, rule):
    found = pp.audit_plan(plan, city, book).breaches
    return found[found["rule"] == rule].set_index("pitch_id")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("placement", ["kerbside", "footway"])
def test_the_audit_measures_the_same_bends_as_the_finder(seed, placement):
    city, book = bent_city(seed), with_kind(only("carriageway"), "bend", most_m=0.08)
    plan = plan_on(city, book.without("bend"), [placement])
    found = pp.find_candidates(city, book, season=SEASON, placements=[placement])
    rows = found.refusals[found.refusals["rule"] == "bend"].assign(key=lambda r: r["place_id"].str[1:])
    said = rows.set_index("key")["measured"]
    heard = breaches(plan, city, book, "bend")["measured"].rename(lambda p: p[1:])
    both = said.reindex(heard.index)
    assert len(heard) > 20
    assert both.to_numpy() == pytest.approx(heard.to_numpy(), abs=2e-3)
    chosen = set(plan.pitches["pitch_id"].str[1:])
    assert {k for k in said.index if k in chosen and said[k] > 0.081} <= set(heard.index)


def test_a_pitch_moved_to_where_its_kerb_bends():
    city, book = bent_city(0), with_kind(only("carriageway"), "bend", most_m=0.05)
    plan = plan_on(city, book)
    assert breaches(plan, city, book, "bend").empty
    loose = plan_on(city, book.without("bend"))
    bent = loose.pitches[~loose.pitches["pitch_id"].isin(plan.pitches["pitch_id"])].iloc[0]
    pitches = plan.pitches.copy()
    pitches.loc[0, ["x_m", "y_m", "bearing_deg"]] = bent[["x_m", "y_m", "bearing_deg"]].to_numpy()
    assert len(breaches(replace(plan, pitches=pitches), city, book, "bend")) == 1


def test_beyond_a_corner_where_the_kerb_turns_back_no_bend_is_measured():
    # The other street leans to the west: past its corner no stretch of kerb lies beside the pitch.
    city, book = crossing_city(120), with_kind(only("carriageway"), "bend", most_m=0.05)
    plan = plan_on(city, book)
    pitches = plan.pitches[(plan.pitches["street_id"] == "a") & (plan.pitches["side"] == "N")].iloc[:1]
    pitches = pitches.assign(bearing_deg=90.0).reset_index(drop=True)
    corner_x = X - (5 + 3 * 0.5) / np.tan(np.radians(60)) - 3 * np.sin(np.radians(60))
    for off, measured in ((-3.0, 1), (0.15, 0)):
        pitches = pitches.assign(x_m=corner_x + off, y_m=Y + 5 - 0.01 - pitches["width_m"] / 2)
        row = pp.audit_plan(replace(plan, pitches=pitches), city, book).measured.set_index("rule").loc["bend"]
        assert (row["pitches"], row["features"]) == (1, measured)
        assert ("1 pitches have no kerb" in row["not_checkable"]) is (measured == 0)


@pytest.mark.parametrize("third", ["secondary", "unknown", ""])
def test_an_unclassed_street_does_not_hide_the_classes_of_the_axes(third):
    # Polygons that know no class; of the axes one is a main road, 8 m beside a back street.
    lines = [shapely.LineString([(X, Y + y), (X + 200, Y + y)]) for y in (0, 18, 80)]
    city = pp.read_city(
        streets=frame([shapely.box(X, Y + y - 5, X + 200, Y + y + 5) for y in (0, 18, 80)]),
        centrelines=frame(
            lines, street_id=["a", "b", "c"], street_class=["local", "main", third], width_m=10.0
        ),
    )
    book = with_kind(only("carriageway"), "street-class", forbidden=["main"], near_m=20.0)
    plan = plan_on(city, book.without("street-class"))
    near = set(breaches(plan, city, book, "street-class").index)
    kept = set(plan_on(city, book).pitches["pitch_id"])
    assert len(near) > 20
    assert len(kept) > 20
    assert kept == set(plan.pitches["pitch_id"]) - near
    on_back_street = plan.pitches["street_id"] == "a"
    assert near >= set(plan.pitches.loc[on_back_street, "pitch_id"])
    classless = pp.read_city(streets=city.streets[["geometry"]], centrelines=city.centrelines[["geometry"]])
    said = pp.audit_plan(plan, classless, book).measured.set_index("rule").loc["street-class"]
    assert (said["features"], said["not_checkable"]) == (0, "no street has a class")


def test_two_pitches_that_face_each_other_over_a_narrow_street():
    city = straight_city(width=7.9)
    book = only("carriageway", "drive-width", "facing-pair")
    plan = plan_on(city, book)
    one = plan.pitches["side"] == "N"
    sound = replace(plan, pitches=plan.pitches[one].reset_index(drop=True))
    assert breaches(sound, city, book, "facing-pair").empty
    report = pp.audit_plan(sound, city, book).measured.set_index("rule")
    assert report.loc["facing-pair", "features"] == len(sound.pitches)
    both = breaches(plan, city, book, "facing-pair")
    assert both["measured"].to_numpy() == pytest.approx(np.full(len(both), 7.9 - 4.02), abs=2e-3)
    assert len(both) > len(plan.pitches) / 2
    assert breaches(plan, city, book, "drive-width").empty


@pytest.mark.parametrize("seed", range(3))
def test_pitches_in_the_mouths_of_other_streets(seed):
    city, book = bent_city(seed), only("carriageway", "other-carriageway")
    plan = plan_on(city, book)
    assert breaches(plan, city, book, "other-carriageway").empty
    loose = plan_on(city, book.without("other-carriageway"))
    found = pp.find_candidates(city, book, season=SEASON, placements=KERB)
    said = found.refusals.query("rule == 'other-carriageway'").set_index("place_id")["measured"]
    heard = breaches(loose, city, book, "other-carriageway")["measured"].rename(lambda p: "L" + p[1:])
    assert len(heard) > 4
    assert said.reindex(heard.index).to_numpy() == pytest.approx(heard.to_numpy(), abs=2e-3)
    bare = replace(city, centrelines=city.centrelines.iloc[:0])
    assert "other-carriageway" in set(pp.audit_plan(plan, bare, book).not_checked["rule"])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("placement", ["kerbside", "footway"])
def test_finder_and_audit_agree_on_sight_triangles(seed, placement):
    city = crossing_city((35, 90, 120)[seed])
    book = with_kind(only("carriageway"), "sight-triangle", leg_m=20.0, distance_m=0.5)
    free = plan_on(city, book.without("sight-triangle"), [placement])
    found = pp.find_candidates(city, book, season=SEASON, placements=[placement])
    assert breaches(as_plan(found, found.pitches), city, book, "sight-triangle").empty
    said = found.refusals.query("rule == 'sight-triangle'").set_index("place_id")["measured"]
    heard = breaches(free, city, book, "sight-triangle")["measured"].rename(lambda p: "L" + p[1:])
    assert len(heard) >= 4
    assert said.reindex(heard.index).to_numpy() == pytest.approx(heard.to_numpy(), abs=2e-3)
    lone = straight_city()
    assert "sight-triangle" in set(pp.audit_plan(plan_on(lone, book), lone, book).not_checked["rule"])


@pytest.mark.parametrize(("turned_deg", "another"), [(0, False), (20, False), (70, True), (90, True)])
@pytest.mark.parametrize("bearing_deg", [0, 45, 120])
def test_a_carriageway_is_another_where_its_axis_runs_another_way(bearing_deg, turned_deg, another):
    def line(bearing):
        x, y = np.sin(np.radians(bearing)), np.cos(np.radians(bearing))
        return shapely.LineString([(X - 50 * x, Y - 50 * y), (X + 50 * x, Y + 50 * y)])

    bay = SimpleNamespace(centre=shapely.Point(X, Y), kerb_edge=line(bearing_deg + turned_deg))
    axes = frame([line(bearing_deg)], name=["乙路"], street_id=["S2"])
    assert other_carriageway._another(bay, "甲路", axes) is another
    assert not other_carriageway._another(bay, "乙路", axes)


@pytest.mark.parametrize(("off", "met"), [(0.0004, True), (0.0006, False)])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("order", [1, -1])
def test_axes_that_miss_each_other_by_less_than_half_a_millimetre_meet(off, met, axis, order):
    hub = np.array([X, Y])
    far = [hub + step for step in ((50.0, 0.0), (0.0, 50.0), (-50.0, 0.0))]
    ends = [hub, hub, hub + off * np.eye(2)[axis]]
    lines = [shapely.LineString([e, f][::order]) for e, f in zip(ends, far, strict=True)]
    assert len(sight_triangle._nodes(frame(lines, width_m=[8.0] * 3))) == int(met)


@pytest.mark.parametrize("angle", [20.5, -20.5, 159.5, -159.5, 90.0])
def test_corners_of_20_to_160_degrees_have_a_sight_triangle(angle):
    book = with_kind(only("carriageway"), "sight-triangle", leg_m=20.0, distance_m=0.5)
    for turned, triangles in ((0.0, 4), (np.sign(angle) * (1.0 if abs(angle) > 90 else -1.0), 0)):
        city = crossing_city(angle + turned)
        plan = plan_on(city, book.without("sight-triangle"))
        row = pp.audit_plan(plan, city, book).measured.set_index("rule").loc["sight-triangle"]
        assert row["features"] == (4 if angle == 90.0 else triangles)
