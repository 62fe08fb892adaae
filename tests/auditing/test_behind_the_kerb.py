"""Pitches on footways and on the land behind them: what holds there is audited rightly."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

import pitchplan as pp

from ..candidates.streets import SEASON, X, Y, frame, only, straight_city
from .test_audit import as_plan
from .test_street_kinds import breaches, plan_on, with_kind

BEHIND = ("footway", "setback-land")


@pytest.fixture(scope="module")
def city():
    """Lay a street between sidewalks of 6 m in pieces, land of 4 m, and buildings."""
    sides = [(5, 11), (-11, -5)]
    pieces = [(X + a, X + a + 50) for a in range(0, 200, 50)]
    return straight_city(
        footways=frame([shapely.box(w, Y + a, e, Y + b) for w, e in pieces for a, b in sides]),
        buildings=frame([shapely.box(X, Y + 15, X + 200, Y + 30), shapely.box(X, Y - 30, X + 200, Y - 15)]),
    )


def test_a_footway_pitch_across_two_pieces_of_pavement(city):
    book = only("carriageway")
    rule = pp.rule_book("base-cn")["on-footway"]
    book = replace(book, rules=(*book.rules, rule))
    plan = plan_on(city, book, ["footway"])
    pieces = [s for s in city.footways.geometry if s.intersects(shapely.box(X, Y, X + 50, Y + 20))]
    across = [p for p in plan.pitches.itertuples() if abs(p.x_m - X - 50) < 2]
    assert across
    assert pieces
    assert breaches(plan, city, book, "on-footway").empty
    off = replace(
        plan, pitches=plan.pitches.assign(y_m=plan.pitches["y_m"] + np.where(plan.pitches["y_m"] > Y, 4, -4))
    )
    assert len(breaches(off, city, book, "on-footway")) == len(plan.pitches)


@pytest.mark.parametrize("placement", BEHIND)
def test_one_side_holds_behind_the_kerb_too(city, placement):
    book = with_kind(only("carriageway"), "one-side", within_m=60.0)
    found = pp.find_candidates(city, book, season=SEASON, placements=[placement])
    plan = as_plan(found, found.pitches)
    heard = breaches(plan, city, book, "one-side")
    sides = dict(zip(plan.pitches["pitch_id"], plan.pitches["side"], strict=True))
    pairs = found.clashes[found.clashes["rule"] == "one-side"]
    assert len(pairs) == len(heard) > 100
    assert all(sides[p] != sides[q] for p, q in zip(heard.index, heard["feature_id"], strict=True))
    north = plan.pitches["side"] == "N"
    assert breaches(
        replace(plan, pitches=plan.pitches[north].reset_index(drop=True)), city, book, "one-side"
    ).empty


def test_a_kerbside_pitch_and_one_behind_the_other_kerb_are_on_two_sides(city):
    book = with_kind(only("carriageway"), "one-side", within_m=60.0)
    found = pp.find_candidates(city, book, season=SEASON, placements=["kerbside", "footway"])
    north_kerb = found.pitches.query("placement == 'kerbside' and side == 'N'")
    for side, some in (("N", 0), ("S", 1)):
        walk = found.pitches.query(f"placement == 'footway' and side == '{side}'")
        near = (walk["x_m"] - north_kerb["x_m"].iloc[5]).abs().idxmin()
        pair = as_plan(found, found.pitches.loc[[north_kerb.index[5], near]])
        assert len(breaches(pair, city, book, "one-side")) == some


@pytest.mark.parametrize("placement", ["kerbside", *BEHIND])
def test_a_spot_is_as_long_as_from_its_first_bay_to_its_last(city, placement):
    book = only("carriageway", "run-length")
    plan = plan_on(city, book, [placement])
    assert breaches(plan, city, book, "run-length").empty
    longest = max(
        float(np.ptp(rows["x_m"])) + rows["length_m"].iloc[0] for _, rows in plan.pitches.groupby("spot_id")
    )
    tight = book.with_number("run-length", max_length_m=longest - 0.01)
    assert breaches(plan, city, tight, "run-length")["measured"].max() == pytest.approx(longest, abs=0.01)
    assert breaches(plan, city, book.with_number("run-length", max_length_m=longest), "run-length").empty


def test_a_spot_of_several_vehicles_is_measured_with_their_own_lengths(city):
    book = only("carriageway", "run-length")
    found = pp.find_candidates(
        city, book, season=SEASON, vehicles=["tricycle", "tractor"], placements=["kerbside"]
    )
    north = found.pitches[found.pitches["side"] == "N"].sort_values("x_m")
    first = north[north["vehicle"] == "tractor"].iloc[0]
    last = north[(north["vehicle"] == "tricycle") & (north["x_m"] > first["x_m"] + 40)].iloc[0]
    rows = found.pitches.loc[[first.name, last.name]].assign(run_id="one")
    plan = as_plan(found, rows)
    reach = last["x_m"] - first["x_m"] + (6.0 + 2.5) / 2
    assert breaches(plan, city, book.with_number("run-length", max_length_m=reach + 0.01), "run-length").empty
    assert (
        len(breaches(plan, city, book.with_number("run-length", max_length_m=reach - 0.01), "run-length"))
        == 1
    )


def test_quotas_and_shares_hold_for_several_vehicles_together(city):
    book = with_kind(only("carriageway", "run-length"), "kerb-share", share=0.1)
    book = with_kind(book, "quota", group_by="city", at_least=0, at_most=7, at_most_share=1.0, groups=[])
    found = pp.find_candidates(
        city, book, season=SEASON, vehicles=["tricycle", "tractor"], placements=["kerbside", "footway"]
    )
    plan = pp.siting_problem(found, city, vendors=30).solve(time_limit_s=20)
    # A tenth of two kerbs of 200 m holds 6 bays of the longest vehicle.
    assert len(plan.pitches) == 6
    assert pp.audit_plan(plan, city, book).breaches.empty
    few = as_plan(found, found.pitches[found.pitches["vehicle"] == "tricycle"].head(7))
    assert breaches(few, city, book, "kerb-share").empty
    assert breaches(few, city, book, "quota").empty
    more = as_plan(found, found.pitches.groupby("vehicle").head(4))
    assert len(breaches(more, city, book, "quota")) == 1
    tractors = as_plan(found, found.pitches[found.pitches["vehicle"] == "tractor"].head(7))
    assert breaches(tractors, city, book, "kerb-share")["measured"].tolist() == [42.0]


@pytest.mark.parametrize("placement", BEHIND)
def test_walk_width_behind_the_kerb_takes_the_queue_off(city, placement):
    book = pp.rule_book("base-cn")
    plan = plan_on(city, replace(book, rules=(book["walk-width"],)), [placement])
    least = float(plan.pitches["clear_walk_m"].min())
    for width, some in ((least - 0.005, False), (least + 0.02, True)):
        tight = book.with_number("walk-width", width_m=width)
        assert bool(len(breaches(plan, city, tight, "walk-width"))) is some


@pytest.mark.parametrize("placement", BEHIND)
def test_bends_behind_the_kerb_are_measured_at_every_pitch(city, placement):
    book = with_kind(only("carriageway"), "bend", most_m=0.08)
    plan = plan_on(city, book, [placement])
    report = pp.audit_plan(plan, city, book)
    row = report.measured.set_index("rule").loc["bend"]
    assert (row["pitches"], row["features"]) == (len(plan.pitches),) * 2
    assert "bend" not in set(report.not_checked["rule"])
