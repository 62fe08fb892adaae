"""Sabotage of hours, days and weeks: what is claimed is what is measured."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing.minutes import days_of_weeks, times_of_rule, weeks_in
from pitchplan.rules.rule import Rule

from ..candidates.hours_world import World, claimed, days_of, holds_on, hours
from ..candidates.streets import SEASON, X, Y, frame, only, straight_city
from .test_audit import as_plan


def with_spots(plan):
    said = plan.pitches.groupby("spot_id")["hours"].first()
    return replace(plan, spots=plan.spots.assign(hours=said.loc[plan.spots["spot_id"]].to_numpy()))


CHUNKS, EACH = 8, 12


def test_the_audit_hears_exactly_the_pitches_that_claim_a_forbidden_minute(chunk):
    clean = guilty = 0
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        world = World(seed)
        found = world.find(partly=True)
        if not len(found.pitches):
            continue
        plan = with_spots(as_plan(found, found.pitches))
        assert pp.audit_plan(plan, world.city, world.book).breaches.empty
        rng = np.random.default_rng(seed)
        free = world.find(world.free)
        plan = as_plan(free, free.pitches)
        count = len(plan.pitches)
        many = len(world.season.weeks)
        weeks = ["" if rng.random() < 0.5 else str(rng.integers(1, many + 1)) for _ in range(count)]
        said = [hours(rng, 15) for _ in range(count)]
        plan = replace(plan, pitches=plan.pitches.assign(hours=said, weeks=weeks))
        report = pp.audit_plan(plan, world.city, world.book)
        heard = set(report.breaches.loc[report.breaches["rule"].isin(RULES), "pitch_id"])
        whole = pp.Season(world.season.first, world.season.last, calendar=world.season.calendar)
        world.season = whole
        for pitch, box in zip(plan.pitches.itertuples(), world.boxes(plan.pitches), strict=True):
            hits = {h for h in world.hits(box) if h[1] != "closed"}
            wrong = (claimed(pitch.hours, pitch.weeks, whole) & ~world.legal(hits)).any()
            assert (pitch.pitch_id in heard) is bool(wrong), (seed, pitch)
            guilty += wrong
            clean += not wrong
    assert guilty > 20
    assert clean > 20


RULES = ("kerb-regulation", "setback", "zone")


@pytest.mark.parametrize("seed", range(40))
def test_the_audit_tells_the_days_of_the_calendar_as_the_oracle_does(seed):
    world = World(seed)
    for word in ("", "school", "weekday", "weekend"):
        rule = replace(world.book.rules[-1], days=word)
        told = times_of_rule(rule, world.season).days
        assert told == {d for d in days_of(world.season) if holds_on(d, word, world.rows)}


@pytest.fixture(scope="module")
def morning():
    line = shapely.LineString([(X, Y + 5), (X + 200, Y + 5)])
    city = straight_city(kerb_regulations=frame([line], kind=["k"], hours=["07:00-09:00"]))
    book = only("carriageway")
    rule = Rule("kerb", "kerb-regulation", {"forbidden": ["k"], "distance_m": 0.3}, "a test", "ours")
    book = replace(book, rules=(*book.rules, rule), placements=("kerbside",))
    found = pp.find_candidates(city, book, season=SEASON, partly=True)
    return city, book, with_spots(as_plan(found, found.pitches))


def breaches(plan, city, book):
    found = pp.audit_plan(plan, city, book).breaches
    return {(b.rule, b.pitch_id) for b in found.itertuples()}


def test_hours_shifted_by_an_hour_are_a_breach(morning):
    city, book, plan = morning
    assert breaches(plan, city, book) == set()
    partly = plan.pitches["hours"] == "06:00-07:00, 17:00-21:00"
    assert partly.any()
    assert not partly.all()
    pitches = plan.pitches.assign(hours=plan.pitches["hours"].where(~partly, "07:00-08:00, 18:00-21:00"))
    shifted = with_spots(replace(plan, pitches=pitches))
    assert breaches(shifted, city, book) == {("kerb", p) for p in plan.pitches.loc[partly, "pitch_id"]}


def test_hours_that_nobody_can_read_are_all_hours(morning):
    city, book, plan = morning
    unreadable = replace(plan, pitches=plan.pitches.assign(hours="early"))
    heard = breaches(unreadable, city, book)
    north = plan.pitches.loc[plan.pitches["side"] == "N", "pitch_id"]
    assert {("kerb", p) for p in north} <= heard


def test_a_list_that_names_other_hours_than_its_pitches_is_a_breach(morning):
    city, book, plan = morning
    spots = plan.spots.assign(hours=SEASON.hours)
    spot_of = plan.pitches.set_index("spot_id")["hours"].to_dict()
    narrower = {("counts", s) for s, h in spot_of.items() if h != SEASON.hours}
    assert breaches(replace(plan, spots=spots), city, book) == narrower != set()


def test_pitches_at_hours_at_which_the_season_is_closed(morning):
    city, book, plan = morning
    late = replace(
        plan, pitches=plan.pitches.assign(hours="20:00-22:00"), spots=plan.spots.drop(columns="hours")
    )
    heard = pp.audit_plan(late, city, book).breaches
    assert set(heard["rule"]) == {"counts"}
    assert set(heard["measured"]) == {60.0}
    assert set(heard["required"]) == {0.0}


def summer():
    gate = frame([shapely.Point(X + 80, Y + 6)], kind=["school-gate"])
    kind = {"feature": "school-gate", "distance_m": 30.0, "side": "any", "before_m": 0.0, "after_m": 0.0}
    book = only("carriageway")
    rule = Rule("gate", "setback", kind, "a test", "ours", days="school")
    book = replace(book, rules=(*book.rules, rule), placements=("kerbside",))
    rows = [("2026-02-23", "2026-07-03", "school"), ("2026-07-04", "2026-08-31", "vacation")]
    calendar = pd.DataFrame(rows, columns=["first_day", "last_day", "what"])
    season = pp.Season("2026-06-01", "2026-08-20", hours=SEASON.hours, calendar=calendar)
    city = straight_city(keep_clear=gate)
    found = pp.find_candidates(city, book, season=season, partly=True)
    return city, book, with_spots(as_plan(found, found.pitches))


@pytest.mark.parametrize(
    ("weeks", "breach"), [("6-12", False), ("5-12", True), ("", True), ("7", False), ("99", True)]
)
def test_weeks_in_which_a_school_teaches(weeks, breach):
    city, book, plan = summer()
    assert breaches(plan, city, book) == set()
    dated = plan.pitches["weeks"] == "6-12"
    assert dated.any()
    claim = replace(plan, pitches=plan.pitches.assign(weeks=plan.pitches["weeks"].where(~dated, weeks)))
    expected = {("gate", p) for p in plan.pitches.loc[dated, "pitch_id"]} if breach else set()
    assert breaches(claim, city, book) == expected


@pytest.mark.parametrize(("opened", "breach"), [([6, 7], False), ([5], True)])
def test_a_plan_by_weeks_is_checked_in_the_weeks_of_its_spots(opened, breach):
    city, book, plan = summer()
    spot = plan.pitches.loc[plan.pitches["weeks"] == "6-12", "spot_id"].iloc[0]
    mine = plan.pitches["spot_id"] == spot
    ids = plan.pitches.groupby("spot_id")["pitch_id"].agg(list)
    days = plan.season.weeks
    rows = [
        (s, n + 1, k, *days[k - 1], len(ids[s]), "; ".join(ids[s]))
        for n, s in enumerate(plan.spots["spot_id"])
        for k in opened
    ]
    weeks = pd.DataFrame(rows, columns=pp.schemas.WEEKS.names)
    numbered = plan.spots.assign(number=range(1, len(plan.spots) + 1))
    asked = tuple(len(plan.pitches) for _ in days)
    by_weeks = replace(plan, spots=numbered, weeks=weeks, vendors_by_week=asked)
    heard = {b for b in breaches(by_weeks, city, book) if b[0] != "weeks"}
    assert {("gate", p) for p in plan.pitches.loc[mine, "pitch_id"]} <= heard if breach else heard == set()


def test_without_a_calendar_the_audit_says_what_it_takes_on_trust():
    city, book, plan = summer()
    bare = replace(plan, season=pp.Season("2026-06-01", "2026-08-20", hours=SEASON.hours))
    report = pp.audit_plan(bare, city, book)
    assert len(report.breaches) == (plan.pitches["weeks"] == "6-12").sum()
    assert any("59 weekdays" in line and "gate" in line for line in report.on_trust)


def test_a_rule_that_never_holds_in_the_season_is_no_pass():
    city, book, plan = summer()
    rules = tuple(replace(r, hours="12:00-13:00") if r.id == "gate" else r for r in book.rules)
    report = pp.audit_plan(plan, city, replace(book, rules=rules))
    row = report.measured.set_index("rule").loc["gate"]
    assert row["not_checkable"] == "it holds 12:00-13:00 on school days: never in the season"
    assert "gate" in set(report.not_checked["rule"])


@pytest.mark.parametrize(("hours", "days", "said"), [
    ("12:00-13:00", "", "12:00-13:00"), ("", "weekend", "on weekends"),
    ("06:00-07:00", "", ""), ("", "weekday", ""),
])  # fmt: skip
def test_hours_alone_and_days_alone_may_never_hold(hours, days, said):
    city, book, plan = summer()
    short = pp.Season("2026-06-01", "2026-06-05", hours=SEASON.hours)
    rules = tuple(replace(r, hours=hours, days=days) if r.id == "gate" else r for r in book.rules)
    report = pp.audit_plan(replace(plan, season=short), city, replace(book, rules=rules))
    row = report.measured.set_index("rule").loc["gate"]
    assert row["not_checkable"] == (f"it holds {said}: never in the season" if said else "")
    assert bool(row["pitches"]) is not bool(said)


def test_weeks_as_days():
    season = pp.Season("2026-06-01", "2026-06-16")
    assert [len(days_of_weeks(weeks_in(w), season)) for w in ("", "1", "3", "1-2", "1, 3", "x", "9")] == [
        16, 7, 2, 14, 9, 16, 16,
    ]  # fmt: skip


@pytest.mark.parametrize(("week", "breach"), [(7, False), (2, True)])
def test_the_plan_of_one_week_keeps_the_calendar_and_is_checked_in_that_week(week, breach):
    city, book, plan = summer()
    days = plan.season.weeks[week - 1]
    groups = plan.pitches.groupby("spot_id")["pitch_id"]
    rows = [(s, k + 1, week, *days, len(ids), "; ".join(ids)) for k, (s, ids) in enumerate(groups)]
    numbers = [0] * len(plan.season.weeks)
    numbers[week - 1] = len(plan.pitches)
    weeks = pd.DataFrame(rows, columns=pp.schemas.WEEKS.names)
    one = replace(plan, weeks=weeks, vendors_by_week=tuple(numbers)).at_week(week)
    assert one.season.calendar == plan.season.calendar
    assert bool(breaches(one, city, book)) is breach
