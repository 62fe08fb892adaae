"""Sabotage of street width, one side and kerb share: what the finder would never do is caught."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.rules.rule import Rule

RULES = {
    "street-width": {"width_m": 7.0},
    "one-side": {"within_m": 60.0},
    "kerb-share": {"share": 0.2},
}


@pytest.fixture(scope="module")
def book(spring):
    made = tuple(Rule(kind, kind, numbers, "a test", "ours") for kind, numbers in RULES.items())
    return replace(spring.book, rules=(*spring.book.rules, *made))


@pytest.fixture(scope="module")
def plan(spring, book):
    kerb = replace(book, rules=tuple(r for r in book.rules if r.id != "open-space"))
    city = replace(spring.city, open_spaces=spring.city.open_spaces.iloc[:0])
    found = pp.find_candidates(city, kerb, season=spring.season)
    return pp.greedy_plan(pp.siting_problem(found, city, vendors=200))


def report(plan, spring, book, **numbers):
    for rule, (parameter, number) in numbers.items():
        book = book.with_number(rule.replace("_", "-"), **{parameter: number})
    return pp.audit_plan(plan, spring.city, book)


def broken(plan, spring, book, **numbers):
    """Name the new kinds that are broken; what else the book asks is audited elsewhere."""
    book = replace(book, rules=tuple(r for r in book.rules if r.id in RULES))
    return set(report(plan, spring, book, **numbers).breaches["rule"])


def test_a_sound_plan_passes_and_the_new_kinds_were_measured(plan, spring, book):
    found = report(plan, spring, book)
    assert found.breaches.empty
    measured = found.measured.set_index("rule")
    assert len(plan.pitches) > 80
    for rule in RULES:
        assert measured.loc[rule, "pitches"] == len(plan.pitches)
        assert measured.loc[rule, "features"] > 0
        assert measured.loc[rule, "tightest_margin_m"] >= 0
    assert "taken from the plan" in measured.loc["kerb-share", "not_checkable"]


def test_stricter_numbers_are_broken(plan, spring, book):
    book = replace(book, rules=tuple(r for r in book.rules if r.id in RULES))
    margin = report(plan, spring, book).measured.set_index("rule")["tightest_margin_m"]
    width = 7.0 + margin["street-width"]
    assert "street-width" not in broken(plan, spring, book, street_width=("width_m", width - 0.01))
    assert "street-width" in broken(plan, spring, book, street_width=("width_m", width + 0.01))
    assert "kerb-share" in broken(plan, spring, book, kerb_share=("share", 0.005))
    assert "one-side" in broken(plan, spring, book, one_side=("within_m", 900.0))


def test_a_pitch_moved_across_its_street(plan, spring, book):
    """A neighbour is turned round and set on the other kerb, so that both sides hold pitches."""
    for spot in plan.spots["spot_id"]:
        rows = plan.pitches.index[plan.pitches["spot_id"] == spot]
        if len(rows) < 2:
            continue
        pitches = plan.pitches.copy()
        pitch = pitches.loc[rows[0]]
        turn = np.radians(pitch["bearing_deg"])
        over = pitch["clear_drive_m"] - 0.02
        pitches.loc[rows[0], "x_m"] = pitch["x_m"] - np.cos(turn) * over
        pitches.loc[rows[0], "y_m"] = pitch["y_m"] + np.sin(turn) * over
        pitches.loc[rows[0], "bearing_deg"] = (pitch["bearing_deg"] + 180) % 360
        found = report(replace(plan, pitches=pitches), spring, book).breaches
        assert "one-side" in set(found["rule"])
        return
    pytest.fail("no spot of two pitches")


def test_a_pitch_moved_into_a_narrow_lane(plan, spring, book):
    lanes = spring.city.centrelines
    lane = lanes[lanes["width_m"] < 6.5].geometry.iloc[0]
    point = lane.interpolate(0.5, normalized=True)
    pitches = plan.pitches.copy()
    pitches.loc[0, ["x_m", "y_m"]] = point.x, point.y
    assert "street-width" in broken(replace(plan, pitches=pitches), spring, book)


def test_more_pitches_than_the_share_of_a_street(plan, spring, book):
    street = plan.pitches["street_id"].value_counts().index[0]
    more = plan.pitches[plan.pitches["street_id"] == street]
    crowd = pd.concat([plan.pitches, *[more.assign(pitch_id=more["pitch_id"] + f"-{k}") for k in range(20)]])
    crowded = replace(plan, pitches=crowd.reset_index(drop=True))
    share = replace(book, rules=(book["kerb-share"],))
    found = report(crowded, spring, share).breaches
    assert set(found.loc[found["rule"] == "kerb-share", "pitch_id"]) == {street}


def test_kinds_that_cannot_be_checked_say_so(plan, spring, book):
    blind = replace(spring.city, centrelines=spring.city.centrelines.iloc[:0])
    assert "kerb-share" in set(pp.audit_plan(plan, blind, book).not_checked["rule"])
    bare = replace(spring.city, streets=spring.city.streets.iloc[:0])
    assert "street-width" in set(pp.audit_plan(plan, bare, book).not_checked["rule"])


def test_pitches_far_from_every_street_are_audited_too(plan, spring):
    """Where no kerb is near there is no boundary to measure against, and nothing falls over."""
    square = plan.pitches.assign(placement="open-space", x_m=plan.pitches["x_m"] + 1e5)
    found = pp.audit_plan(replace(plan, pitches=square), spring.city, spring.book)
    assert "community" in set(found.breaches["rule"])
