"""Plans by weeks: every word of the table of weeks is compared with the spots, the pitches and the days."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.auditing.weeks import check_weeks
from pitchplan.rules.rule import Rule

from ..candidates.streets import only

SEASON = pp.Season("2026-06-01", "2026-06-21", hours="06:00-09:00")
BOOK = only()
ASKED = (3, 4, 3)


@pytest.fixture
def plan():
    """Open spot A with two pitches in weeks 1 and 2, spot B with one in week 2 and two in week 3."""
    pitches = pd.DataFrame(
        {"pitch_id": ["a1", "a2", "b1", "b2"], "spot_id": list("AABB"), "x_m": [0.0, 6, 300, 306], "y_m": 0.0}
    )
    spots = pd.DataFrame({"spot_id": list("AB"), "number": [1, 2], "capacity": 2, "residents_served": 0})
    used = [("A", 1, 1, "a1; a2"), ("A", 1, 2, "a1; a2"), ("B", 2, 2, "b1"), ("B", 2, 3, "b1; b2")]
    rows = [(s, n, w, *SEASON.weeks[w - 1], ids.count("; ") + 1, ids) for s, n, w, ids in used]
    none = pd.DataFrame(columns=["rule", "group_by", "group", "at_least", "at_most", "counts"])
    return pp.Plan(
        pitches=pitches, spots=spots, goals=pd.DataFrame(columns=pp.schemas.GOALS.names), outcome="PROVEN",
        vendors=4, residents=0, season=SEASON, crs="EPSG:4548", rules_report=pd.DataFrame(), limits=none,
        decisions=pd.DataFrame(columns=pp.schemas.DECISIONS.names),
        weeks=pd.DataFrame(rows, columns=pp.schemas.WEEKS.names), vendors_by_week=ASKED,
    )  # fmt: skip


def heard(plan, book=BOOK):
    return {(b.pitch_id, b.measured, b.required, b.feature_id) for b in check_weeks(plan, book).breaches}


def told(plan, row, **said):
    """Say something else in one row of the table of weeks."""
    weeks = plan.weeks.copy()
    weeks[[*said]] = weeks[[*said]].astype(object)
    weeks.loc[row, [*said]] = [*said.values()]
    return replace(plan, weeks=weeks)


def test_a_sound_plan_has_no_breach_and_its_margin_is_that_of_the_tightest_week(plan):
    found = check_weeks(plan, BOOK)
    assert found.breaches == []
    assert (found.pitches, found.features, found.unit) == (4, 4, "pitches")
    assert (found.tightest, found.tightest_at) == (1, "week 1")
    assert check_weeks(replace(plan, vendors_by_week=(2, 3, 5)), BOOK).tightest == 0
    assert heard(replace(plan, pitches=plan.pitches.assign(weeks=["1-2", "", "2-3", "3"]))) == set()


@pytest.mark.parametrize(
    ("row", "said", "expected"),
    [
        (0, {"number": 7}, {("A", 7, 1, "number is another")}),
        (2, {"spot_id": "C"}, {("C", 0, 1, "no such spot"), ("b1", 0, 1, "not painted at C")}),
        (0, {"first_day": "2026-06-02"}, {("A", 1, 1, "days are not those of the week")}),
        (1, {"last_day": "2026-06-15"}, {("A", 2, 2, "days are not those of the week")}),
        (1, {"capacity": 3}, {("A", 2, 3, "pitches in week 2")}),
        (2, {"capacity": 0, "pitch_ids": ""}, {("B", 0, 0, "pitches in week 2")}),
        (1, {"capacity": 3, "pitch_ids": "a1; a2; a1"}, {("a1", 2, 1, "twice in week 2")}),
        (0, {"pitch_ids": "a1; b2"}, {("b2", 0, 1, "not painted at A")}),
        (0, {"pitch_ids": "a1; x"}, {("x", 0, 1, "not painted at A")}),
    ],
)  # fmt: skip
def test_what_a_row_says_is_compared(plan, row, said, expected):
    assert heard(told(plan, row, **said)) == expected


@pytest.mark.parametrize(("week", "some"), [(0, True), (4, True), (3, False)])
def test_a_week_is_one_of_the_season(plan, week, some):
    days = SEASON.weeks[2]
    found = heard(told(plan, 2, week=week, first_day=days[0], last_day=days[1]))
    assert (("B", week, 3, "no such week of the season") in found) is some
    # Its other row is that of week 3.
    assert (("B", 2, 4 - min(week, 3), "not one interval of weeks") in found) is (week != 4)


def test_a_pitch_is_used_in_the_weeks_in_which_it_is_legal(plan):
    weeks = ["1", "", "", "2-3"]
    found = heard(replace(plan, pitches=plan.pitches.assign(weeks=weeks)))
    assert found == {("a1", 2, 0, "a week in which it may not be used")}


def test_each_spot_is_open_in_one_interval_of_weeks(plan):
    apart = told(plan, 2, week=1, first_day=SEASON.weeks[0][0], last_day=SEASON.weeks[0][1])
    assert heard(apart) == {("B", 2, 3, "not one interval of weeks")}
    never = replace(plan, weeks=plan.weeks.iloc[:2])
    assert heard(never) == {("B", 0, 1, "open in no week")}


def test_no_week_has_more_pitches_than_vendors(plan):
    assert heard(replace(plan, vendors_by_week=(2, 3, 2))) == set()
    assert heard(replace(plan, vendors_by_week=(2, 2, 2))) == {("plan", 3, 2, "vendors of week 2")}
    assert heard(replace(plan, vendors_by_week=(2, 3))) == {("plan", 2, 3, "weeks of vendors")}


def test_limits_are_counted_in_each_week(plan):
    columns = plan.limits.columns
    for group_by, at_least, at_most, counts, expected in (
        ("city", 0, 2, "pitches", {("city in week 2", 3, 2, "own")}),
        # So many in the whole season, not in each week.
        ("city", 4, 9, "pitches", set()),
        ("spot", 2, 9, "pitches", {("B in week 2", 1, 2, "own")}),
        ("city", 295, 10**6, "metres between spots", {(f"{s} in week 2", 294, 295, "own") for s in "AB"}),
    ):
        limits = pd.DataFrame([["own", group_by, "", at_least, at_most, counts]], columns=columns)
        found = {
            (
                f"{b.pitch_id} in {b.feature_id.split(' in ')[1]}",
                b.measured,
                b.required,
                b.feature_id.split()[0],
            )
            for b in check_weeks(replace(plan, limits=limits), BOOK).breaches
        }
        assert found == expected, counts
    size = {"group_by": "spot", "at_least": 2, "at_most": 9, "at_most_share": 1.0, "groups": []}
    rule = Rule("size", "quota", size, "a test", "ours")
    book = replace(BOOK, rules=(*BOOK.rules, rule))
    assert heard(plan, book) == {("B", 1, 2, "size in week 2")}
    assert heard(plan, replace(BOOK, rules=(replace(rule, parameters=size | {"group_by": "city"}),))) == set()
    assert np.isfinite(check_weeks(plan, book).tightest)
