"""Sabotage of the plan's tables: spots, numbers, places, sizes, limits and weeks."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing.limits import count_limits
from pitchplan.auditing.tables import check_counts

from ..candidates.streets import SEASON, X, Y, frame, only, straight_city
from .test_audit import as_plan

WEEKS = pp.Season("2026-06-01", "2026-06-24", hours=SEASON.hours)


@pytest.fixture(scope="module")
def city():
    """Lay a street between two communities of two districts, with a square at its end."""
    halves = [
        shapely.box(X - 100, Y - 100, X + 100, Y + 100),
        shapely.box(X + 100, Y - 100, X + 400, Y + 100),
    ]
    return straight_city(
        communities=frame(
            halves, name=["东", "西"], district=["甲", "乙"], residents=[900, 100], community_id=["c", "d"]
        ),
        open_spaces=frame([shapely.box(X + 220, Y, X + 260, Y + 30)], kind=["square"], open_space_id=["sq"]),
        buildings=frame([shapely.box(X, Y + 9, X + 200, Y + 20)], residents=[1000]),
    )


@pytest.fixture(scope="module")
def book():
    return only("carriageway", "community", "open-space", "spot-size", "run-length", "spacing")


@pytest.fixture(scope="module")
def problem(city, book):
    found = pp.find_candidates(city, book, season=WEEKS)
    limits = [pp.limits.Quota("district", "each", 0, 9), pp.limits.Spacing(30)]
    return pp.siting_problem(found, city, vendors=14, limits=limits)


@pytest.fixture(scope="module")
def plan(problem):
    return problem.solve(time_limit_s=10)


@pytest.fixture(scope="module")
def weekly(problem):
    return problem.solve_weeks([3, 9, 14, 5], time_limit_s=20)


def broken(plan, city, book):
    return set(pp.audit_plan(plan, city, book).breaches["rule"])


def test_sound_plans_pass(plan, weekly, city, book):
    assert len(plan.spots) >= 2
    assert set(plan.pitches["placement"]) == {"kerbside", "open-space"}
    for sound in (plan, weekly, weekly.at_week(2)):
        assert broken(sound, city, book) == set()
    measured = pp.audit_plan(weekly, city, book).measured.set_index("rule")
    assert measured.loc["weeks", ["pitches", "features"]].tolist() == [len(weekly.pitches), len(weekly.weeks)]
    assert measured.loc["weeks", "tightest_margin_m"] >= 0
    assert "weeks" not in set(pp.audit_plan(plan, city, book).measured["rule"])


def first(table, **values):
    out = table.copy()
    for column, value in values.items():
        out[column] = out[column].astype(object)
        out.loc[out.index[0], column] = value
    return out


SPOTS = {
    "capacity": lambda s: first(s, capacity=s["capacity"].iloc[0] - 1),
    "room": lambda s: first(s, room=s["capacity"].iloc[0] - 1),
    "a number twice": lambda s: first(s, number=s["number"].iloc[1]),
    "another number": lambda s: first(s, number=99),
    "number 0": lambda s: s.assign(number=s["number"] - 1),
    "district": lambda s: first(s, district="丙"),
    "community": lambda s: first(s, community_id="x"),
    "placement": lambda s: first(s, placement="footway"),
    "middle": lambda s: first(s, x_m=s["x_m"].iloc[0] + 3.0),
    "a spot twice": lambda s: pd.concat([s, s.iloc[:1]], ignore_index=True),
    "a spot of nothing": lambda s: pd.concat([s, s.iloc[:1].assign(spot_id="R0")], ignore_index=True),
    "a spot left out": lambda s: s.iloc[1:],
    "hours": lambda s: first(s, hours="05:00-09:00"),
}


@pytest.mark.parametrize("how", SPOTS)
def test_a_list_of_spots_that_the_pitches_do_not_bear_out(plan, city, book, how):
    assert broken(replace(plan, spots=SPOTS[how](plan.spots)), city, book) == {"counts"}


def test_of_a_word_that_is_another_the_pitches_are_counted_and_none_may_be(plan):
    spot = plan.spots["spot_id"].iloc[0]
    found = check_counts(replace(plan, spots=SPOTS["district"](plan.spots))).breaches
    mine = (plan.pitches["spot_id"] == spot).sum()
    assert [(b.pitch_id, b.measured, b.required, b.feature_id) for b in found] == [
        (spot, mine, 0.0, "district is another")
    ]


def kerb(plan, **values):
    row = plan.pitches.index[plan.pitches["placement"] == values.pop("on", "kerbside")][0]
    pitches = plan.pitches.copy()
    for column, value in values.items():
        pitches.loc[row, column] = value
    return replace(plan, pitches=pitches)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"community_id": "d"}, "places"),
        ({"district": "乙"}, "places"),
        ({"street_id": "nowhere"}, "places"),
        ({"street_id": "elsewhere", "on": "open-space"}, "places"),
        ({"placement": "footway"}, "overlap"),
        ({"placement": "open-space"}, "overlap"),
        ({"length_m": 4.0}, "sizes"),
        ({"width_m": 1.9}, "sizes"),
        ({"queue_m": 0.0}, "sizes"),
        ({"number": 77}, "counts"),
    ],
)
def test_pitches_that_do_not_stand_where_or_as_they_say(plan, city, book, wrong, rule):
    side = plan.pitches[plan.pitches["placement"] == "kerbside"].iloc[0]
    if side["community_id"] == "d":
        wrong = wrong | {k: {"d": "c", "乙": "甲"}[v] for k, v in wrong.items() if v in ("d", "乙")}
    assert rule in broken(kerb(plan, **wrong), city, book)


def test_a_pitch_said_to_be_on_the_other_side(plan, city, book):
    side = plan.pitches.loc[plan.pitches["placement"] == "kerbside", "side"].iloc[0]
    assert broken(kerb(plan, side={"N": "S", "S": "N"}[side]), city, book) == {"places"}


def test_vehicles_that_the_book_does_not_know_are_not_checkable(plan, city, book):
    report = pp.audit_plan(kerb(plan, vehicle="ox-cart"), city, book)
    row = report.measured.set_index("rule").loc["sizes"]
    assert "1 pitches are for vehicles that the book does not know" in row["not_checkable"]


def in_row(weeks, k, **values):
    out = weeks.copy()
    for column, value in values.items():
        out[column] = out[column].astype(object)
        out.loc[k, column] = value
    return out


def middle_row(weeks):
    """Give a row of a spot that is open in three weeks or more, and not its first or last."""
    many = weeks["spot_id"].value_counts()
    return weeks.index[weeks["spot_id"] == many[many >= 3].index[0]][1]


def foreign(weeks):
    spots = weeks["spot_id"].unique()
    other = weeks.loc[weeks["spot_id"] == spots[1], "pitch_ids"].iloc[0]
    return in_row(weeks, 0, pitch_ids=other, capacity=len(other.split("; ")))


TABLES = {
    "a gap": lambda w: w.drop(middle_row(w)),
    "a week twice": lambda w: pd.concat([w, w.iloc[:1]], ignore_index=True),
    "a spot that is none": lambda w: in_row(w, 0, spot_id="R0"),
    "a spot never open": lambda w: w[w["spot_id"] != w["spot_id"].iloc[0]],
    "another number": lambda w: in_row(w, 0, number=99),
    "no such week": lambda w: in_row(w, w.index[-1], week=9),
    "another day": lambda w: in_row(w, 0, first_day=w["last_day"].iloc[0]),
    "capacity": lambda w: in_row(w, 0, capacity=w["capacity"].iloc[0] + 1),
    "pitches of another spot": foreign,
    "a pitch twice": lambda w: in_row(
        w, 0, pitch_ids="; ".join(w["pitch_ids"].iloc[0].split("; ")[:1] * w["capacity"].iloc[0])
    ),
    "no pitch": lambda w: in_row(w, 0, pitch_ids="", capacity=0),
    "fewer than a spot may have": lambda w: in_row(
        w, 0, pitch_ids=w["pitch_ids"].iloc[0].split("; ")[0], capacity=1
    ),
}


@pytest.mark.parametrize("how", TABLES)
def test_weeks_that_do_not_hold(weekly, city, book, how):
    wrong = replace(weekly, weeks=TABLES[how](weekly.weeks))
    assert broken(wrong, city, book) == {"weeks"}


def test_more_pitches_than_the_vendors_of_a_week(weekly, city, book):
    for asked in ((2, 9, 14, 5), (3, 9, 14), (3, 9, 14, 5, 5)):
        assert broken(replace(weekly, vendors_by_week=asked), city, book) == {"weeks"}


def test_pitches_in_weeks_in_which_they_may_not_be_used(weekly, city, book):
    used = Counter(p for text in weekly.weeks["pitch_ids"] for p in text.split("; "))
    always = [p for p, many in used.items() if many == 4]
    assert always
    hit = weekly.pitches["pitch_id"].isin(always)
    for said, wrong in (("1-3", {"weeks"}), ("1-4", set()), ("", set())):
        pitches = weekly.pitches.assign(weeks=np.where(hit, said, ""))
        assert broken(replace(weekly, pitches=pitches), city, book) == wrong


def test_a_limit_by_a_column_that_the_pitches_lack_is_on_trust(plan):
    row = ("planner", "pitches", "ward", "w", 0, 1, 1)
    columns = ["rule", "counts", "group_by", "group", "at_least", "at_most", "used"]
    told = replace(plan, limits=pd.DataFrame([row], columns=columns))
    finding = count_limits(told)
    assert finding.breaches == []
    assert "1 limits" in finding.not_checkable


@pytest.mark.parametrize(
    ("limit", "tight"),
    [
        (pp.limits.Quota("district", "each", 1, 9), {"at_most": 0}),
        (pp.limits.Quota("city", "", 1, 14), {"at_least": 99, "at_most": 99}),
        (pp.limits.QuotaByResidents("district", 0.1, 2.0), {"at_most": 0}),
        (pp.limits.SpotSize(2, 6), {"at_most": 1}),
        (pp.limits.SpotCount(1, 9), {"at_most": 1}),
        (pp.limits.SpotCount(1, 9, "district", "each"), {"at_least": 50, "at_most": 99}),
        (pp.limits.Spacing(30), {"at_least": 9000}),
        (pp.limits.KerbShare(0.5), {"at_most": 0}),
        (pp.limits.OneSide(), {"at_most": 0}),
    ],
)
def test_every_limit_that_pitches_tell_is_counted_again(city, book, limit, tight):
    found = pp.find_candidates(city, book, season=WEEKS)
    plan = pp.siting_problem(found, city, vendors=14, limits=[limit]).solve(time_limit_s=5)
    mine = plan.limits["rule"] == "planner"
    assert count_limits(plan).breaches == []
    wrong = plan.limits.copy()
    for column, value in tight.items():
        wrong.loc[mine, column] = value
    assert count_limits(replace(plan, limits=wrong)).breaches


def test_a_side_that_is_called_north_here_and_north_east_there_is_one_side():
    """The street bends; its spots lie left of it, or on both sides."""
    line = shapely.LineString([(X, Y), (X + 60, Y), (X + 120, Y - 30)])
    lines = frame([line], name=["甲路"], street_class=["local"], width_m=[9.0], street_id=["s"])
    city = pp.read_city(streets=lines, cell_m=200)
    book = only("carriageway")
    found = pp.find_candidates(city, book, season=WEEKS, placements=["kerbside"])
    limit = ("planner", "sides", "street_id", "s", 0, 1, 1)
    columns = ["rule", "counts", "group_by", "group", "at_least", "at_most", "used"]
    limits = pd.DataFrame([limit], columns=columns)
    for words, wrong in ((["N", "NE"], set()), (["N", "SW"], {"limits"})):
        pitches = pd.concat([found.pitches[found.pitches["side"] == word].iloc[:1] for word in words])
        assert pitches["side"].tolist() == words
        both = replace(as_plan(found, pitches), limits=limits)
        assert broken(both, city, book) == wrong


def test_in_a_week_least_numbers_hold_for_open_spots_and_not_for_communities(weekly, city, book):
    """A quota of a community is kept by what is painted; in May fewer spots are open."""

    def asking(group_by, group, least):
        row = weekly.limits.iloc[[0]].assign(
            group_by=group_by, group=group, at_least=least, at_most=99, counts="pitches", rule="asked"
        )
        return broken(replace(weekly, limits=pd.concat([weekly.limits, row])), city, book)

    painted = weekly.pitches["community_id"].value_counts()
    open_ = weekly.weeks.groupby("week")["capacity"].sum()
    assert open_.min() < painted.iloc[0]
    assert "weeks" not in asking("community_id", painted.index[0], int(painted.iloc[0]))
    least_open = int(weekly.weeks["capacity"].min())
    assert "weeks" not in asking("spot", "", least_open)
    assert "weeks" in asking("spot", "", least_open + 1)


def test_in_each_week_a_spot_has_as_many_pitches_as_the_book_asks_for(weekly, city, book):
    """The limits that came with the plan say nothing of it: the book is asked again."""
    without = weekly.limits[weekly.limits["group_by"] != "spot"]
    plan = replace(weekly, limits=without)
    assert "weeks" not in broken(plan, city, book)
    (quota,) = [r for r in book.rules if r.kind == "quota" and r["group_by"] == "spot"]
    least, most = (int(getattr(weekly.weeks["capacity"], how)()) for how in ("min", "max"))
    for numbers, wrong in (
        ({"at_least": least}, False),
        ({"at_least": least + 1}, True),
        ({"at_most": most}, False),
        ({"at_most": most - 1}, True),
    ):
        asked = book.with_number(quota.id, **{"at_least": 0, "at_most": 99} | numbers)
        assert ("weeks" in broken(plan, city, asked)) is wrong, numbers
