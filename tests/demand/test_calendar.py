"""The calendar: what kind of day a day is, and what no calendar may say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.demand.calendar import Calendar, Span, read_calendar
from pitchplan.demand.season import Season
from pitchplan.errors import InputError

ROWS = [
    ("2026-02-23", "2026-07-03", "school"),
    ("2026-07-04", "2026-08-31", "vacation"),
    ("2026-06-19", "2026-06-19", "holiday"),
    ("2026-06-14", "2026-06-14", "working-weekend"),
    ("2026-09-01", "2026-12-31", "school"),
]


def table(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["first_day", "last_day", "what"])


def kinds(calendar: Calendar, day: str) -> set[str]:
    return set(calendar.kinds(dt.date.fromisoformat(day)))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-06-01", {"weekday", "school"}),  # a Monday of the term
        ("2026-06-06", {"weekend"}),  # a Saturday
        ("2026-06-14", {"weekday", "school"}),  # a Sunday on which people work
        ("2026-06-19", {"weekend"}),  # a Friday off
        ("2026-07-06", {"weekday"}),  # a Monday of the summer
        ("2026-09-01", {"weekday", "school"}),
        ("2027-01-04", {"weekday", "school"}),  # the calendar does not say
        ("2027-01-03", {"weekend"}),
    ],
)
def test_kinds_of_days(day: str, said: set[str]) -> None:
    calendar = read_calendar(table(ROWS))
    assert kinds(calendar, day) == said
    assert calendar.knows_school(dt.date.fromisoformat(day)) is (day < "2027")


def test_without_a_calendar_every_weekday_is_a_school_day() -> None:
    season = Season("2026-06-01", "2026-06-14")
    assert [("school" in k) for k in season.kinds_of_days] == ([True] * 5 + [False] * 2) * 2
    assert season.assumed_school_days == 10


def test_a_calendar_of_holidays_alone_does_not_switch_schools_off() -> None:
    holiday = Season("2026-06-15", "2026-06-21", calendar=table([ROWS[2]]))
    assert [sorted(k)[0] for k in holiday.kinds_of_days] == ["school"] * 4 + ["weekend"] * 3
    assert holiday.assumed_school_days == 4


def test_a_calendar_of_another_year_does_not_switch_schools_off() -> None:
    last_year = [(a.replace("2026", "2025"), b.replace("2026", "2025"), w) for a, b, w in ROWS[:2]]
    season = Season("2026-06-01", "2026-06-07", calendar=table(last_year))
    assert season.assumed_school_days == 5


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_file_in_chinese(tmp_path: Path, suffix: str) -> None:
    rows = [("2026年2月23日", "2026/7/3", "学期"), ("2026-06-14", "2026-06-14", "调休")]
    frame = pd.DataFrame(rows, columns=["开始日期", "结束日期", "类型"])
    path = tmp_path / f"校历{suffix}"
    if suffix == ".csv":
        frame.to_csv(path, index=False, encoding="gb18030")
    else:
        frame.to_excel(path, index=False, engine="xlsxwriter")
    season = Season("2026-06-01", "2026-06-30", calendar=str(path))
    assert season.calendar is not None
    assert season.calendar.spans[1] == Span(dt.date(2026, 6, 14), dt.date(2026, 6, 14), "working-weekend")
    assert "school" in season.kinds_of_days[13]


def test_one_day_in_a_column_date() -> None:
    frame = pd.DataFrame({"date": [dt.date(2026, 6, 19)], "what": ["holiday"]})
    assert read_calendar(frame).spans == (Span(dt.date(2026, 6, 19), dt.date(2026, 6, 19), "holiday"),)


def test_the_order_of_rows_does_not_matter_and_a_season_can_be_hashed() -> None:
    seasons = [Season("2026-06-01", "2026-06-30", calendar=table(rows)) for rows in (ROWS, ROWS[::-1])]
    assert seasons[0] == seasons[1]
    assert len(set(seasons)) == 1
    assert seasons[0] != Season("2026-06-01", "2026-06-30")
    assert "5 spans" in repr(seasons[0])
    assert Season("2026-06-01", "2026-06-30", calendar=seasons[0].calendar) == seasons[0]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("2026-06-31", "2026-07-03", "school")], "not a day that can be read"),
        ([("2026-07-03", "2026-07-01", "school")], "ends before it begins"),
        ([("2026-07-03", "2028-07-01", "school")], "longer than a year"),
        ([("2026-07-03", "", "school")], "a day is missing"),
        ([("2026-07-03", "2026-07-03", "party")], "school, vacation, holiday, working-weekend"),
        ([("2026-06-15", "2026-06-15", "working-weekend")], "no weekend"),
        ([("2026-06-13", "2026-06-14", "school")], "nobody works"),
        ([ROWS[0], ("2026-07-01", "2026-07-05", "vacation")], "school and vacation"),
        ([("2026-06-14", "2026-06-15", "holiday"), ROWS[3]], "holiday and working-weekend"),
        ([], "without a row"),
    ],
)
def test_what_no_calendar_may_say(rows: list[tuple[str, str, str]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_calendar(table(rows))


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read_calendar(table([("x", "y", "z"), ("2026-07-03", "2026-07-01", "school")]))
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize("columns", [["first_day", "what"], ["first_day", "last_day"], ["a", "b"]])
def test_columns_that_are_missing(columns: list[str]) -> None:
    with pytest.raises(InputError, match="missing"):
        read_calendar(pd.DataFrame([["2026-06-01"] * len(columns)], columns=columns))


def test_what_is_no_calendar() -> None:
    with pytest.raises(InputError, match="not a calendar"):
        Season("2026-06-01", "2026-06-30", calendar=5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no such file"):
        Season("2026-06-01", "2026-06-30", calendar="nowhere.csv")


def test_windows() -> None:
    season = Season("2026-06-01", "2026-06-30", hours="17:00-21:00, 06:00-09:00", calendar=table(ROWS))
    assert [w.hours for w in season.windows] == ["06:00-09:00", "17:00-21:00"]
    assert all(w.calendar == season.calendar and w.days == 30 for w in season.windows)
    whole = Season("2026-06-01", "2026-06-30")
    assert whole.windows == (whole,)
    night = Season("2026-06-01", "2026-06-30", hours="22:00-02:00, 06:00-09:00")
    assert [w.hours for w in night.windows] == ["06:00-09:00", "22:00-02:00"]


@pytest.mark.parametrize(
    ("asked", "hours"),
    [
        ("before 08:00", "06:00-08:00"),
        ("after 20:00", "20:00-21:00"),
        ("After 08:30", "08:30-09:00, 17:00-21:00"),
        ("07:00-18:00", "07:00-09:00, 17:00-18:00"),
        ("", "06:00-09:00, 17:00-21:00"),
    ],
)
def test_a_window(asked: str, hours: str) -> None:
    season = Season("2026-06-01", "2026-06-30", hours="06:00-09:00, 17:00-21:00")
    assert season.window(asked).hours == hours


@pytest.mark.parametrize("asked", ["before 6", "after 25:00", "noon", None, "after"])
def test_a_window_that_cannot_be_read(asked: str) -> None:
    with pytest.raises(InputError):
        Season("2026-06-01", "2026-06-30").window(asked)


def test_a_window_in_which_the_season_is_closed() -> None:
    with pytest.raises(InputError, match="closed"):
        Season("2026-06-01", "2026-06-30", hours="06:00-09:00").window("after 20:00")


def test_every_row_of_the_table_is_described() -> None:
    assert pp.schemas.CALENDAR.names == ["first_day", "last_day", "what"]
