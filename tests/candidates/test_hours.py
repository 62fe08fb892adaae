"""Legal hours against counting every minute of every day."""

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.hours import Slices
from pitchplan.rules.rule import Rule

from .hours_world import World, best, claimed
from .streets import SEASON, X, Y, frame, only, straight_city
from .test_street_kinds import a_book

CHUNKS, EACH = 16, 15


def test_legal_hours_equal_counting_every_minute_of_every_day(chunk):
    some = partial = dated = 0
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        world = World(seed)
        free, strict, found = world.find(world.free), world.find(), world.find(partly=True)
        assert len(free.looked_at) == len(strict.looked_at) == len(found.looked_at)
        at = np.flatnonzero(free.looked_at.legal)
        hits = [world.hits(box) for box in world.boxes(found.looked_at)[at]]
        legal = {h: world.legal(h) for h in set(hits)}
        longest = {h: best(array) for h, array in legal.items()}
        whole = legal.get(frozenset(), world.legal(frozenset()))
        assert strict.looked_at.legal[at].tolist() == [bool((legal[h] == whole).all()) for h in hits]
        assert found.looked_at.legal[at].tolist() == [longest[h][0] > 0 for h in hits]
        assert not found.looked_at.legal[~free.looked_at.legal].any()
        of_pitch = {
            (p, "P" + i[1:]): h for p, (i, h) in enumerate(zip(found.looked_at.ids(at), hits, strict=True))
        }
        by_id = {name: h for (_, name), h in of_pitch.items()}
        for pitch in found.pitches.itertuples():
            said = claimed(pitch.hours, pitch.weeks, world.season)
            here = by_id[pitch.pitch_id]
            assert not (said & ~legal[here]).any()
            assert (int(said.sum()), int(said.any(axis=1).sum())) == longest[here]
            partial += said.sum() < whole.sum()
            dated += pitch.weeks != ""
            some += 1
    assert some > 30
    assert partial > 5
    assert dated > 0


@pytest.mark.parametrize("seed", range(30))
def test_bays_of_a_run_share_hours_and_weeks(seed):
    found = World(seed).find(partly=True)
    assert (found.pitches.groupby("run_id")[["hours", "weeks"]].nunique() == 1).all().all()


@pytest.mark.parametrize("seed", range(40))
def test_wider_hours_never_add_a_legal_minute(seed):
    world = World(seed, days=1)
    rng = np.random.default_rng(seed)
    name = world.book.rules[-1].id
    rule = world.book[name]
    wider = rng.choice(["", f"{rule.hours}, 06:00-09:00" if rule.hours else ""])
    wide = replace(rule, hours=str(wider))
    before = world.find(partly=True)
    book = replace(world.book, rules=tuple(wide if r.id == name else r for r in world.book.rules))
    after = world.find(book, partly=True)
    assert not (after.looked_at.legal & ~before.looked_at.legal).any()
    old = before.pitches.set_index("pitch_id")["hours"]
    for pitch in after.pitches[after.pitches["pitch_id"].isin(old.index)].itertuples():
        now, then = (claimed(h, "", world.season) for h in (pitch.hours, old[pitch.pitch_id]))
        assert not (now & ~then).any()


@pytest.mark.parametrize("partly", [False, True])
@pytest.mark.parametrize("when", [{"hours": "09:00-17:00"}, {"days": "weekend", "hours": "06:00-07:00"}])
def test_a_rule_that_holds_when_the_season_is_closed_changes_nothing(partly, when):
    season = pp.Season("2026-06-01", "2026-06-05", hours="06:00-09:00, 17:00-21:00")
    gate = frame([shapely.Point(X + 80, Y + 6)], kind=["school-gate"])
    city, book = straight_city(keep_clear=gate), only("carriageway", "spacing", "run-length")
    rules = [
        Rule("gate", "setback", _gate(60.0), "a test", "ours", **when),
        Rule("short", "run-length", {"max_length_m": 12.0, "max_gap_m": 1.0}, "a test", "ours", **when),
        Rule("apart", "spacing", {"distance_m": 300.0}, "a test", "ours", **when),
        Rule("few", "kerb-share", {"share": 0.01}, "a test", "ours", **when),
    ]
    with_rules = replace(book, rules=(*book.rules, *rules))
    a, b = (pp.find_candidates(city, k, season=season, partly=partly) for k in (book, with_rules))
    for name in ("pitches", "runs", "clashes", "limits", "refusals"):
        assert getattr(a, name).to_csv(index=False) == getattr(b, name).to_csv(index=False), name
    said = b.rules_report.set_index("rule").loc[[r.id for r in rules], "applied"]
    assert said.str.startswith("not applied: it holds ").all()
    assert len(a.pitches) > 5


def _gate(metres):
    return {"feature": "school-gate", "distance_m": metres, "side": "any", "before_m": 0.0, "after_m": 0.0}


def a_gate(**when):
    city = straight_city(keep_clear=frame([shapely.Point(X + 80, Y + 6)], kind=["school-gate"]))
    rule = Rule("gate", "setback", _gate(30.0), "a test", "ours", **when)
    book = only("carriageway")
    return city, replace(book, rules=(*book.rules, rule), placements=("kerbside",))


def test_a_refusal_says_at_which_hours_the_rule_holds():
    city, book = a_gate(hours="07:00-17:00", days="school")
    found = pp.find_candidates(city, book, season=SEASON)
    said = found.refusals[found.refusals["rule"] == "gate"]
    assert set(said["holds"]) == {"07:00-17:00 on school days"}
    lines = frame([shapely.LineString([(X, Y + 5), (X + 200, Y + 5)])], kind=["k"], hours=["07:00-09:00"])
    regulated = straight_city(kerb_regulations=lines)
    book = a_book("kerb-regulation", "carriageway", forbidden=["k"], distance_m=0.3)
    found = pp.find_candidates(regulated, book, season=SEASON)
    said = found.refusals[found.refusals["rule"] == "kerb-regulation"]
    assert set(said["holds"]) == {"07:00-09:00"}
    assert set(found.pitches["side"]) == {"S"}
    both = replace(book, rules=tuple(replace(r, days="weekday") for r in book.rules))
    said = pp.find_candidates(regulated, both, season=SEASON).refusals
    assert "07:00-09:00, of it on weekdays" in set(said["holds"])


def test_why_says_the_hours_where_a_place_is_legal_at_others():
    city, book = a_gate(hours="16:00-18:00")
    found = pp.find_candidates(city, book, season=SEASON, partly=True)
    partly = found.pitches[found.pitches["hours"] != SEASON.hours]
    assert set(partly["hours"]) == {"06:00-09:00, 18:00-21:00"}
    assert set(partly["weeks"]) == {""}
    import pyproj

    to_degrees = pyproj.Transformer.from_crs(found.crs, 4326, always_xy=True)
    row = partly.iloc[0]
    lon, lat = to_degrees.transform(row["x_m"], row["y_m"])
    answer = found.why(lon=lon, lat=lat)
    assert answer["rule"].tolist() == ["gate"]
    assert answer["holds"].tolist() == ["16:00-18:00"]
    strict = pp.find_candidates(city, book, season=SEASON)
    assert found.legal > strict.legal
    assert "gate" not in set(found.refusals["rule"])
    counts = found.summary().set_index("rule")["refused"]
    assert counts["gate"] == 0
    assert strict.summary().set_index("rule").loc["gate", "refused"] > 20


def test_a_school_rule_lets_places_go_in_the_weeks_of_the_summer():
    city, book = a_gate(days="school")
    calendar = pd.DataFrame(
        [("2026-02-23", "2026-07-03", "school"), ("2026-07-04", "2026-08-31", "vacation")],
        columns=["first_day", "last_day", "what"],
    )
    season = pp.Season("2026-06-01", "2026-08-20", hours=SEASON.hours, calendar=calendar)
    found = pp.find_candidates(city, book, season=season, partly=True)
    assert set(found.pitches["weeks"]) == {"", "6-12"}
    assert set(found.pitches["hours"]) == {SEASON.hours}
    report = found.rules_report.set_index("rule")
    assert report.loc["gate", "holds"] == "on school days"
    assert not [a for a in found.provenance["assumptions"] if "school" in a]


def test_without_a_calendar_the_assumption_is_said():
    city, book = a_gate(days="school", hours="07:00-09:00")
    found = pp.find_candidates(city, book, season=SEASON)
    said = found.rules_report.set_index("rule").loc["gate"]
    assert said["applied"] == "yes"
    assert said["holds"] == "07:00-09:00 on school days (assumed: every weekday)"
    assert said["refused"] > 0
    assert any("59 weekdays" in a and "gate" in a for a in found.provenance["assumptions"])
    short = pd.DataFrame([("2026-06-01", "2026-06-30", "school")], columns=["first_day", "last_day", "what"])
    season = pp.Season("2026-06-01", "2026-08-20", hours=SEASON.hours, calendar=short)
    said = pp.find_candidates(city, book, season=season).rules_report.set_index("rule").loc["gate", "holds"]
    assert said == "07:00-09:00 on school days (assumed: 37 weekdays the calendar does not cover)"


def test_a_place_that_is_legal_on_weekends_alone_cannot_be_said_and_is_refused():
    city, book = a_gate(days="weekday")
    strict, found = (pp.find_candidates(city, book, season=SEASON, partly=p) for p in (False, True))
    assert found.legal == strict.legal


@pytest.mark.parametrize("seed", range(60))
def test_the_longest_hours_equal_trying_every_set_of_weeks(seed):
    rng = np.random.default_rng(seed)
    season = pp.Season("2026-06-01", dt.date(2026, 6, 1) + dt.timedelta(int(rng.integers(1, 30))))
    cuts = np.unique(np.r_[0, rng.choice(1440, 4), 1440])
    intervals = tuple((int(a), int(b)) for a, b in itertools.pairwise(cuts))
    # Weeks of one kind of day each, with a few days of another: different weeks are legal at different hours.
    days = np.repeat(rng.integers(0, 4, len(season.weeks)), 7)[: season.days]
    days[rng.random(season.days) < 0.05] = 0
    slices = Slices(season, intervals, tuple(frozenset({str(k)}) for k in range(4)), days)
    banned = rng.random(len(slices)) < 0.4
    legal = np.zeros((season.days, 1440), dtype=bool)
    for k, kind in enumerate(days):
        for i, (a, b) in enumerate(intervals):
            legal[k, a:b] = not banned[kind * len(intervals) + i]
    answer, (score, many) = slices.legal(banned), best(legal)
    assert (answer is None) is (score == 0)
    if answer is not None:
        said = claimed(answer.hours, answer.weeks, season)
        assert (int(said.sum()), int(said.any(axis=1).sum())) == (score, many)
        assert not (said & ~legal).any()
    worse = slices.legal(banned | (rng.random(len(slices)) < 0.2))
    assert worse is None or claimed(worse.hours, worse.weeks, season).sum() <= score
