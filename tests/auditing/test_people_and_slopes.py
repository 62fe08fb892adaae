"""Sabotage of levels of service and gradients."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

import pitchplan as pp

from ..candidates.streets import SEASON, X, Y, frame, only, straight_city
from ..candidates.test_people_and_slopes import LEVELS, SHY, busy_street, missing_means, sloping
from .test_street_kinds import breaches, plan_on, with_kind


@pytest.mark.parametrize("placement", SHY)
def test_finder_and_audit_agree_on_levels_of_service(placement):
    city = busy_street((1500.0, 700.0))
    for level in "ABCDE":
        book = with_kind(only("carriageway"), "level-of-service", level=level)
        free = plan_on(city, book.without("level-of-service"), [placement])
        found = pp.find_candidates(city, book, season=SEASON, placements=[placement])
        rows = found.refusals[found.refusals["rule"] == "level-of-service"].set_index("place_id")
        heard = breaches(free, city, book, "level-of-service")["measured"].rename(lambda p: "L" + p[1:])
        said = rows["measured"].reindex("L" + free.pitches["pitch_id"].str[1:]).dropna()
        assert set(heard.index) == set(said.index)
        assert heard.sort_index().to_numpy() == pytest.approx(said.sort_index().to_numpy(), rel=5e-3)


def test_more_people_than_were_counted_for_the_plan():
    city, book = busy_street((300.0, 300.0)), with_kind(only("carriageway"), "level-of-service", level="C")
    plan = plan_on(city, book)
    report = pp.audit_plan(plan, city, book)
    assert report.breaches.empty
    row = report.measured.set_index("rule").loc["level-of-service"]
    assert (row["pitches"], row["features"]) == (len(plan.pitches),) * 2
    crowd = city.footways.assign(flow_per_15min=[8000.0, 300.0])
    found = breaches(plan, replace(city, footways=crowd), book, "level-of-service")
    assert len(found) == (plan.pitches["side"] == "N").sum() > 0


@pytest.mark.parametrize("word", ["flag", "refuse", "assume"])
def test_what_cannot_be_measured_is_counted_and_a_breach_only_where_it_is_refused(word):
    city = busy_street((np.nan, 300.0))
    book = missing_means(with_kind(only("carriageway"), "level-of-service", level="C"), word)
    plan = plan_on(city, book.without("level-of-service"))
    north = int((plan.pitches["side"] == "N").sum())
    found = breaches(plan, city, book, "level-of-service")
    assert len(found) == (north if word == "refuse" else 0)
    row = pp.audit_plan(plan, city, book).measured.set_index("rule").loc["level-of-service"]
    assert row["pitches"] == len(plan.pitches) - north
    assert f"{north} pitches not measured" in row["not_checkable"]


def test_a_street_that_is_steeper_than_the_plan_believed():
    book = with_kind(only("carriageway"), "gradient", most_percent=5.0)
    city = sloping([2.0, -4.0, np.nan, 5.0, 1.0])
    plan = plan_on(city, book)
    assert breaches(plan, city, book, "gradient").empty
    assert not breaches(plan, city, missing_means(book, "refuse"), "gradient").empty
    steep = sloping([2.0, -7.0, np.nan, 5.0, 1.0])
    found = breaches(plan, steep, book, "gradient")
    assert set(found["feature_id"]) == {"b"}
    assert set(found["measured"]) == {7.0}
    level = replace(city, centrelines=city.centrelines.assign(gradient_percent=np.nan))
    unknown = pp.audit_plan(plan, level, book).not_checked.set_index("rule").loc["gradient"]
    assert f"{len(plan.pitches)} pitches not measured" in unknown["not_checkable"]


def row_of(plan, city, book, rule):
    return pp.audit_plan(plan, city, book).measured.set_index("rule").loc[rule]


@pytest.mark.parametrize(("away", "measured"), [(14.9, True), (15.1, False)])
def test_a_counted_footway_counts_within_15_m_of_the_kerb(away, measured):
    walk = shapely.box(X, Y + 5 + away, X + 200, Y + 5 + away + 3)
    city = straight_city(footways=frame([walk], flow_per_15min=[9e4]), buildings=frame([walk.buffer(-1)]))
    book = with_kind(only("carriageway"), "level-of-service", level="E")
    plan = plan_on(city, book.without("level-of-service"))
    north = set(plan.pitches.loc[plan.pitches["side"] == "N", "pitch_id"])
    assert set(breaches(plan, city, book, "level-of-service").index) == (north if measured else set())
    found = pp.find_candidates(city, book, season=SEASON, placements=["kerbside"])
    assert found.pitches["pitch_id"].isin(north).any() is np.bool_(not measured)
    row = row_of(plan, city, book, "level-of-service")
    assert row["pitches"] == row["features"] == len(north) * measured


@pytest.mark.parametrize("people", [0.0, 1.0, 60.0])
@pytest.mark.parametrize(("level", "most"), LEVELS.items())
def test_the_margin_of_a_level_is_what_more_people_there_may_be(people, level, most):
    city, book = (
        busy_street((people, 3000.0)),
        with_kind(only("carriageway"), "level-of-service", level=level),
    )
    plan = plan_on(city, book.without("level-of-service"))
    north = plan.pitches[plan.pitches["side"] == "N"].iloc[:1].reset_index(drop=True)
    # People have 6 m of footway and 4 m of land, less 0.45 m beside the kerb, 0.6 m beside the wall.
    width = float(north["clear_walk_m"].iloc[0]) - 0.45 - 0.6
    row = row_of(replace(plan, pitches=north), city, book, "level-of-service")
    assert row["tightest_margin_m"] == pytest.approx(most - people / 15 / width, abs=2e-3)


def test_the_slope_is_that_of_the_streets_line_on_the_ground_nearest_to_the_pitch():
    book = with_kind(only("carriageway"), "gradient", most_percent=5.0)
    lines = [[(0, 0), (99, 0)], [(101, 0), (200, 0)], [(0, 3), (200, 3)]]
    shapes = [shapely.LineString([(X + x, Y + y) for x, y in line]) for line in lines]
    axes = frame(
        shapes, street_id=["s", "s", "s"], name=["甲路"] * 3, street_class=["local"] * 3,
        gradient_percent=[3.0, -8.0, 9.0], layer=[0, 0, 1],
    )  # fmt: skip
    city = pp.read_city(
        streets=frame([shapely.box(X, Y - 5, X + 200, Y + 5)], name=["甲路"]), centrelines=axes
    )
    plan = plan_on(city, book.without("gradient"))
    east = set(plan.pitches.loc[plan.pitches["x_m"] > X + 100, "pitch_id"])
    found = breaches(plan, city, book, "gradient")
    assert set(found.index) == east
    assert set(found["measured"]) == {8.0}
    row = row_of(plan, city, book, "gradient")
    assert row["pitches"] == row["features"] == len(plan.pitches) > len(east) > 5


def test_open_spaces_have_no_slope_and_nobody_is_counted_there():
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    walk = frame([shapely.box(X, Y + 5, X + 200, Y + 8)], flow_per_15min=[9e4])
    city = straight_city(
        open_spaces=square, footways=walk, buildings=frame([shapely.box(X, Y + 50, X + 9, Y + 60)])
    )
    city = replace(city, centrelines=city.centrelines.assign(gradient_percent=50.0))
    base = only("open-space")
    plan = plan_on(city, base, ["open-space"])
    assert len(plan.pitches) > 5
    for kind, numbers in (("gradient", {"most_percent": 5.0}), ("level-of-service", {"level": "A"})):
        book = missing_means(with_kind(base, kind, **numbers), "refuse")
        book = replace(
            book, rules=tuple(replace(r, placements=("kerbside", "open-space")) for r in book.rules)
        )
        assert breaches(plan, city, book, kind).empty
        assert row_of(plan, city, book, kind)["pitches"] == 0
