"""Sabotage of setbacks along the street."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

import pitchplan as pp

from ..candidates.streets import SEASON, X, Y, bent_city, frame, straight_city
from ..candidates.test_setback import HERE, a_setback
from .test_street_kinds import breaches, plan_on


def test_a_pitch_moved_too_near_before_and_after_a_stop():
    city = straight_city(
        keep_clear=frame([shapely.Point(X + 100, Y - 6)], kind=["stop"], feature_id=["halt"])
    )
    book = a_setback(before_m=20.0, after_m=12.0)
    plan = plan_on(city, book)
    assert breaches(plan, city, book, "setback").empty
    row = int(np.flatnonzero(plan.pitches["side"] == "S")[0])
    for x, wrong in ((-22.2, True), (-22.3, False), (14.2, True), (14.3, False), (0.0, True)):
        pitches = plan.pitches.copy()
        pitches.loc[row, "x_m"] = X + 100 + x
        found = breaches(replace(plan, pitches=pitches), city, book, "setback")
        assert bool(len(found)) is wrong
        if x:
            assert set(found["required"]) <= {20.0 if x < 0 else 12.0}
    across = plan.pitches[plan.pitches["side"] == "N"].assign(x_m=X + 90).iloc[:1].reset_index(drop=True)
    assert breaches(replace(plan, pitches=across), city, book, "setback").empty


@pytest.mark.parametrize(("x", "margin_m"), [(-21.0, -1.25), (14.0, -0.25)])
def test_the_margin_is_what_was_measured_less_what_is_required(x, margin_m):
    """From the end of a bay of 4.5 m to the stop ahead or behind."""
    stop = frame([shapely.Point(X + 100, Y - 6)], kind=["stop"], feature_id=["halt"])
    city, book = straight_city(keep_clear=stop), a_setback(before_m=20.0, after_m=12.0)
    plan = plan_on(city, book)
    one = plan.pitches[plan.pitches["side"] == "S"].iloc[:1].reset_index(drop=True)
    assert one["length_m"].iloc[0] == 4.5
    moved = replace(plan, pitches=one.assign(x_m=X + 100 + x))
    row = pp.audit_plan(moved, city, book).measured.set_index("rule").loc["setback"]
    assert row["tightest_margin_m"] == pytest.approx(margin_m, abs=1e-6)
    assert row["tightest_at"] == one["pitch_id"].iloc[0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("placement", ["kerbside", "footway"])
def test_finder_and_audit_agree_along_the_street(seed, placement):
    rng = np.random.default_rng(seed)
    points = shapely.points(HERE + rng.uniform(0, 400, (40, 2)))
    city = bent_city(seed, keep_clear=frame(points, kind=["stop"] * 40))
    book = a_setback(before_m=18.0, after_m=7.0, distance_m=2.0, on=(placement,))
    free = plan_on(city, book.without("setback"), [placement])
    found = pp.find_candidates(city, book, season=SEASON)
    rows = found.refusals[found.refusals["rule"] == "setback"]
    refused = set(rows.loc[rows["required"] - rows["measured"] > 2e-3, "place_id"].str[1:])
    touched = set(rows["place_id"].str[1:])
    heard = set(breaches(free, city, book, "setback").index.str[1:])
    chosen = set(free.pitches["pitch_id"].str[1:])
    assert len(heard) > 20
    assert heard <= touched
    assert refused & chosen <= heard


def test_a_crowd_of_features_across_the_street_hides_none_on_its_own_side():
    """Seventy stops across the axis are nearer than the one that counts."""
    across = [shapely.Point(X + 100 + 0.01 * k, Y + 1.0) for k in range(70)]
    own = shapely.Point(X + 100, Y - 14.0)
    city = straight_city(keep_clear=frame([*across, own], kind=["stop"] * 71))
    book = a_setback(distance_m=15.0, side="same")
    plan = plan_on(city, book.without("setback"))
    row = int(np.flatnonzero(plan.pitches["side"] == "S")[0])
    pitches = plan.pitches.iloc[[row]].assign(x_m=X + 100).reset_index(drop=True)
    found = breaches(replace(plan, pitches=pitches), city, book, "setback")
    assert found["measured"].tolist() == pytest.approx([9.0], abs=0.02)
