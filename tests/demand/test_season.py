"""The season: its days, weeks and hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.demand.season import Season, hours_overlap, parse_hours, read_weeks
from pitchplan.errors import InputError

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ((0, 1440),)),
        ("06:00-09:00", ((360, 540),)),
        ("17:00-21:00, 06:00-09:00", ((360, 540), (1020, 1260))),
        ("6:00–9:00；17:00至21:00", ((360, 540), (1020, 1260))),
        ("06：00~09：00", ((360, 540),)),
        ("22:00-02:00", ((0, 120), (1320, 1440))),
        ("20:00-24:00", ((1200, 1440),)),
        ("20:00-00:00", ((1200, 1440),)),
        ("00:00-24:00", ((0, 1440),)),
    ],
)
def test_hours(text: str, expected: tuple[tuple[int, int], ...]) -> None:
    assert parse_hours(text) == expected
    assert Season("2026-06-01", "2026-06-02", hours=text).intervals == expected


@pytest.mark.parametrize(
    "text", ["6-9", "06:00", "06:60-07:00", "25:00-26:00", "06:00-06:00", "a", "06:00-09:00,", None, 6]
)
def test_hours_that_cannot_be_read(text: object) -> None:
    with pytest.raises(InputError, match="hours") as caught:
        parse_hours(text)  # type: ignore[arg-type]
    assert "06:00-09:00" in str(caught.value)


def test_overlap() -> None:
    morning, evening = parse_hours("06:00-09:00"), parse_hours("17:00-21:00")
    assert not hours_overlap(morning, evening)
    assert not hours_overlap(morning, parse_hours("09:00-10:00"))
    assert hours_overlap(morning, parse_hours("08:59-10:00"))
    assert hours_overlap(parse_hours("23:00-07:00"), morning)


@pytest.mark.parametrize(
    "days",
    [
        ("2026-06-01", "2026-08-20"),
        (dt.date(2026, 6, 1), dt.datetime(2026, 8, 20, 12)),
        (pd.Timestamp("2026-06-01"), " 2026-08-20 "),
    ],
)
def test_days(days: tuple[str | dt.date, str | dt.date]) -> None:
    season = Season(*days)
    assert season.days == 81
    assert (season.first, season.last) == (dt.date(2026, 6, 1), dt.date(2026, 8, 20))
    assert type(season.first) is type(season.last) is dt.date
    assert season == Season("2026-06-01", "2026-08-20")
    assert hash(season) == hash(Season("2026-06-01", "2026-08-20"))


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2026-08-20", "2026-06-01", "ends before"),
        ("2026-06-01", "2036-06-01", "longer than a year"),
        ("June", "2026-06-01", "not a day"),
        ("2026-02-30", "2026-06-01", "not a day"),
        (None, "2026-06-01", "not a day"),
        (pd.NaT, "2026-06-01", "not a day"),
        ("2026-06-01", 20260601, "not a day"),
    ],
)
def test_days_that_cannot_be(first: str, last: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        Season(first, last)


@given(first=DAYS, length=st.integers(0, 366))
def test_weeks_cover_every_day_once(first: dt.date, length: int) -> None:
    season = Season(first, first + dt.timedelta(length))
    days = [a + dt.timedelta(i) for a, b in season.weeks for i in range((b - a).days + 1)]
    assert days == [first + dt.timedelta(i) for i in range(season.days)]
    assert all((b - a).days == 6 for a, b in season.weeks[:-1])


@given(
    st.lists(
        st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda p: p[0] != p[1]),
        min_size=1,
        max_size=4,
    )
)
def test_minutes_are_open_exactly_when_an_interval_says_so(pairs: list[tuple[int, int]]) -> None:
    text = ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in pairs)
    found = parse_hours(text)
    for minute in range(0, 1440, 7):
        expected = any(a <= minute < b if a < b else minute >= a or minute < b for a, b in pairs)
        assert any(a <= minute < b for a, b in found) == expected


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("", range(1, 13)),
        (" ", range(1, 13)),
        ("6-12", range(6, 13)),
        ("1–3；6", (1, 2, 3, 6)),
        ("6, 1-3, 2", (1, 2, 3, 6)),
    ],
)
def test_weeks_of_a_season_are_read(text: str, weeks: Iterable[int]) -> None:
    assert read_weeks(text, 12) == tuple(weeks)


@pytest.mark.parametrize("text", ["0", "13", "3-1", "6-13", "six", "1,,2", "1 2"])
def test_weeks_a_season_does_not_have_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="1 to 12") as caught:
        read_weeks(text, 12)
    assert (caught.value.faults[0].column, caught.value.faults[0].value) == ("weeks", text)
