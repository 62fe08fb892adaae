"""Street width, one side and kerb share against oracles; what rules cost, alone and between books."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.places import rectangles
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.rule import Rule

from .streets import SEASON, X, Y, bent_city, frame, only, straight_city

BASE = ("carriageway", "drive-width", "run-length")


def with_rule(book, kind, **parameters):
    return replace(book, rules=(*book.rules, Rule(kind, kind, parameters, "a test", "ours")))


def find(city, kind=None, *rules, **parameters):
    book = only(*BASE, *rules)
    return pp.find_candidates(city, with_rule(book, kind, **parameters) if kind else book, season=SEASON)


def boxes(pitches):
    columns = (pitches[c].to_numpy() for c in ("x_m", "y_m", "bearing_deg"))
    return rectangles(*columns, float(pitches["length_m"].iloc[0]), float(pitches["width_m"].iloc[0]))


@pytest.mark.parametrize(("width", "legal"), [(9.02, True), (8.98, False), (30.0, True)])
def test_street_width_is_the_carriageways(width, legal):
    # One centimetre of the carriageway lies between bay and kerb.
    found = find(straight_city(width=width), "street-width", width_m=9.0)
    assert bool(len(found.pitches)) is legal
    if not legal:
        rows = found.refusals[found.refusals["rule"] == "street-width"]
        assert rows["measured"].median() == pytest.approx(width - 0.01, abs=2e-3)
        assert (rows["required"] == 9.0).all()


@pytest.mark.parametrize("seed", range(3))
def test_street_width_equals_rays_over_the_whole_bay(seed):
    city = bent_city(seed)
    free = find(city)
    width = round(float(free.pitches["clear_drive_m"].min()) + 2.0, 1) + 0.5
    found = find(city, "street-width", width_m=width)
    assert 0 < len(found.pitches) < len(free.pitches)
    kerb = shapely.union_all(city.streets.geometry.array).boundary
    for pitch in found.pitches.iloc[::7].itertuples():
        turn = np.radians(pitch.bearing_deg)
        along, inward = np.array([np.sin(turn), np.cos(turn)]), np.array([-np.cos(turn), np.sin(turn)])
        for t in np.linspace(-0.499, 0.499, 9):
            edge = np.array([pitch.x_m, pitch.y_m]) + along * t * pitch.length_m - inward * pitch.width_m / 2
            ray = shapely.LineString([edge + inward * 1e-3, edge + inward * (width - 1e-3)])
            assert not ray.intersects(kerb)


@pytest.mark.parametrize("seed", range(3))
def test_one_side_equals_a_plain_pair_matrix(seed):
    found = find(bent_city(seed), "one-side", within_m=40.0)
    mine = found.clashes[found.clashes["rule"] == "one-side"]
    pitches = found.pitches
    gap = shapely.distance(boxes(pitches)[:, None], boxes(pitches)[None, :])
    turn = np.radians(pitches["bearing_deg"].to_numpy())
    apart = np.cos(turn[:, None] - turn[None, :]) < -0.5
    street = pitches["street"].to_numpy()
    expected = (gap < 40.001) & apart & (street[:, None] == street[None, :])
    ids = pitches["pitch_id"].to_numpy()
    pairs = {frozenset((ids[i], ids[j])) for i, j in zip(*np.nonzero(np.triu(expected, 1)), strict=True)}
    assert {frozenset(p) for p in zip(mine["pitch_a"], mine["pitch_b"], strict=True)} == pairs
    assert len(pairs) > 100
    assert (mine["required"] == 40.0).all()
    assert mine["measured"].max() <= 40.001


def test_one_side_leaves_other_streets_and_open_spaces_alone():
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"], name=["泉城广场"])
    found = find(straight_city(open_spaces=square), "one-side", "open-space", within_m=500.0)
    mine = found.clashes[found.clashes["rule"] == "one-side"]
    side = found.pitches.set_index("pitch_id")["side"]
    north, south = (side == "N").sum(), (side == "S").sum()
    assert len(mine) == north * south
    assert set(side[mine["pitch_a"]]) | set(side[mine["pitch_b"]]) == {"N", "S"}


def test_a_solved_plan_keeps_to_one_side():
    city = straight_city()
    found = find(city, "one-side", within_m=500.0)
    plan = pp.siting_problem(found, city, vendors=40).solve(time_limit_s=20)
    assert plan.pitches["side"].nunique() == 1
    assert len(plan.pitches) == 36


@pytest.mark.parametrize(("share", "most"), [(0.15, 13), (0.03, 2), (0.1125, 10), (1.0, 88)])
def test_kerb_share_is_a_limit_per_street(share, most):
    # Two kerbs of 200 m, pitches of 4.5 m: floor(share · 400 / 4.5).
    city = straight_city()
    found = find(city, "kerb-share", share=share)
    row = found.limits.iloc[0]
    assert found.limits.columns.tolist() == ["rule", "group_by", "group", "at_least", "at_most"]
    assert row.tolist() == ["kerb-share", "street_id", "s", 0, most]
    plan = pp.siting_problem(found, city, vendors=90).solve(time_limit_s=20)
    assert len(plan.pitches) == min(most, len(found.pitches))
    used = plan.limits.set_index("group_by").loc["street_id", "used"]
    assert used == len(plan.pitches)
    book = with_rule(only(*BASE), "kerb-share", share=share)
    assert pp.audit_plan(plan, city, book).breaches.empty


def test_kerb_share_counts_a_run_over_two_streets_apart():
    """One street name, two axes, and so two ids: a run may stand on both."""
    half = [
        shapely.LineString([(X, Y), (X + 100, Y)]),
        shapely.LineString([(X + 100, Y), (X + 200, Y)]),
    ]
    city = straight_city()
    axes = frame(half, street_id=["w", "e"], name=["甲路"] * 2, street_class=["local"] * 2)
    city = pp.read_city(
        streets=frame([shapely.box(X, Y - 5, X + 200, Y + 5)], name=["甲路"], street_class=["local"]),
        centrelines=axes,
        communities=city.communities,
    )
    found = find(city, "kerb-share", share=0.1)
    assert found.pitches.groupby("run_id")["street_id"].nunique().max() == 2
    plan = pp.siting_problem(found, city, vendors=40).solve(time_limit_s=20)
    assert plan.pitches["street_id"].value_counts().to_dict() == {"w": 4, "e": 4}
    with pytest.raises(pp.NoPlanExists):
        pp.siting_problem(found, city, vendors=40, limits=[pp.limits.Quota("street_id", "w", 40)])


def test_streets_without_a_pitch_get_no_limit():
    city = bent_city(1)
    found = find(city, "kerb-share", share=0.2)
    assert set(found.limits["group"]) == set(found.pitches["street_id"])


def test_a_rule_without_its_layer_is_not_applied():
    city = pp.read_city(streets=frame([shapely.box(X, Y - 5, X + 200, Y + 5)], street_class=["local"]))
    found = find(city, "kerb-share", share=0.2)
    said = found.not_applied.set_index("rule")["applied"]
    assert said["kerb-share"] == "not applied: no centrelines to measure a street's kerbs by"
    assert found.limits.empty
    assert (
        KINDS["street-width"].missing(None, replace(city, streets=city.streets.iloc[:0])) == "no carriageway"
    )


def test_summary_tells_what_each_rule_costs_alone():
    features = frame(
        [shapely.Point(X + 50, Y + 5.2), shapely.Point(X + 52, Y + 5.2)], kind=["hydrant", "entrance"]
    )
    book = only(*BASE, "hydrant", "entrance", "bus-stop")
    found = pp.find_candidates(straight_city(keep_clear=features), book, season=SEASON)
    table = found.summary().set_index("rule")
    broken = found.refusals.groupby("place_id")["rule"].agg(set)
    for rule in ("hydrant", "entrance"):
        assert table.loc[rule, "refused"] == sum(rule in s for s in broken)
        assert table.loc[rule, "alone"] == sum(s == {rule} for s in broken) > 0
        assert table.loc[rule, "with_others"] == sum(rule in s and len(s) > 1 for s in broken) > 0
        assert table.loc[rule, "features"] == 1
    assert table.loc["bus-stop", "applied"] == "not applied: no bus-stop in keep_clear"
    assert table.loc["bus-stop", "refused"] == 0
    without = pp.find_candidates(straight_city(keep_clear=features), book.without("hydrant"), season=SEASON)
    assert without.legal - found.legal == table.loc["hydrant", "alone"]


def test_summary_of_the_demonstration_city_agrees_with_the_report(spring_candidates):
    table, report = spring_candidates.summary(), spring_candidates.rules_report
    assert table["rule"].tolist() == report["rule"].tolist()
    assert table["refused"].tolist() == report["refused"].tolist()
    assert (table["alone"] + table["with_others"] == table["refused"]).all()
    assert table["alone"].sum() > 1000


def test_comparing_books_changes_one_rule_at_a_time():
    hydrant = frame([shapely.Point(X + 100, Y + 5.2)], kind=["hydrant"])
    city = straight_city(width=9.0, keep_clear=hydrant)
    a = only(*BASE, "hydrant")
    b = with_rule(a.without("hydrant").with_number("drive-width", width_m=9.0), "one-side", within_m=50.0)
    table = a.compare(b, city, season=SEASON)
    assert table["what"].tolist() == ["book", "book", "rule", "rule", "rule"]
    rows = table[table["what"] == "rule"].set_index("name")
    assert rows["change"].to_dict() == {"drive-width": "changed", "hydrant": "dropped", "one-side": "added"}
    one = {
        "drive-width": a.with_number("drive-width", width_m=9.0),
        "hydrant": a.without("hydrant"),
        "one-side": with_rule(a, "one-side", within_m=50.0),
    }
    first = pp.find_candidates(city, a, season=SEASON)
    for name, book in one.items():
        found = pp.find_candidates(city, book, season=SEASON)
        assert rows.loc[name, "bays"] == len(found.pitches)
        assert rows.loc[name, "bays_change"] == len(found.pitches) - len(first.pitches)
        assert rows.loc[name, "clashes"] == len(found.clashes)
    assert rows["bays_change"].to_dict()["drive-width"] == -len(first.pitches)
    books = table[table["what"] == "book"]
    assert books["legal"].tolist()[0] == first.legal
    assert books["bays_change"].tolist() == [0, -len(first.pitches)]


def test_comparing_books_with_other_bays_and_the_same_book():
    a = only(*BASE)
    wide = tuple(replace(v, length_m=8.0) if v.id == "small-truck" else v for v in a.vehicles)
    table = a.compare(replace(a, vehicles=wide), straight_city(), season=SEASON)
    row = table[table["what"] == "vehicle"].iloc[0]
    assert row["numbers_b"].startswith("8 × 2 m")
    assert row["bays"] == 2 * 22
    same = a.compare(replace(a, title="x"), straight_city())
    assert same["what"].tolist() == ["book", "book"]
    pd.testing.assert_series_equal(same.iloc[0].drop("name"), same.iloc[1].drop("name"), check_names=False)
    with pytest.raises(pp.InputError, match="no such vehicle"):
        a.compare(a, straight_city(), season=SEASON, vehicle="bus")


def test_books_are_compared_at_the_hours_both_allow():
    morning = with_rule(only(*BASE), "hours", open="06:00-10:00, 20:00-23:00")
    late = with_rule(only(*BASE), "hours", open="08:00-21:00")
    table = morning.compare(late, straight_city())
    assert table["bays"].tolist() == [72, 72, 72]
    city = straight_city(
        kerb_regulations=frame(
            [shapely.LineString([(X, Y + 5), (X + 200, Y + 5)])], kind=["bus-lane"], hours=["10:00-20:00"]
        )
    )
    book = with_rule(only(*BASE, "kerb-use"), "hours", open="06:00-10:00")
    assert book.compare(book, city)["bays"].tolist() == [72, 72]
    assert only(*BASE, "kerb-use").compare(book, city, season=SEASON)["bays"].iloc[0] == 36
