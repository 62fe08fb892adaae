"""The season: its days, its weeks and the hours of a day at which vendors may sell."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pitchplan.demand.calendar import Calendar, read_calendar
from pitchplan.demand.hours import common_hours, hours_overlap, hours_text, parse_hours, split_hours
from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Season", "hours_overlap", "parse_hours", "read_weeks"]


_WEEKS = re.compile(r"\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?")


def _day(value: str | dt.date, name: str) -> dt.date:
    try:
        if isinstance(value, dt.datetime):
            value = value.date()
        # A missing day of pandas (NaT) calls itself a date too, but does not equal itself.
        if isinstance(value, dt.date) and value == value:
            return value
        return dt.date.fromisoformat(str.strip(value))  # type: ignore[arg-type]
    except (ValueError, TypeError, AttributeError):
        raise InputError(
            Fault("not a day", "Write it as 2026-06-01", "season", column=name, value=value)
        ) from None


@dataclass(frozen=True, init=False)
class Season:
    """First and last day of selling, and the hours of each day.

    Parameters
    ----------
    first, last : str or datetime.date
        First and last day, both included; text as ``"2026-06-01"``.
    hours : str
        Opening intervals of a day, such as ``"06:00-09:00, 17:00-21:00"``; empty for all day.
    calendar : Calendar, pandas.DataFrame, str or pathlib.Path, optional
        School days, holidays and working weekends, as `read_calendar` reads them. Without it every Monday
        to Friday is taken for a school day.

    Raises
    ------
    InputError
        A day, the hours or the calendar cannot be read, or the season ends before it begins.

    Examples
    --------
    >>> Season("2026-06-01", "2026-08-20", hours="06:00-09:00").days
    81
    """

    first: dt.date
    last: dt.date
    hours: str
    calendar: Calendar | None = field(default=None)

    def __init__(
        self,
        first: str | dt.date,
        last: str | dt.date,
        *,
        hours: str = "",
        calendar: Calendar | pd.DataFrame | str | Path | None = None,
    ) -> None:
        start, end = _day(first, "first"), _day(last, "last")
        if end < start:
            raise InputError(
                Fault(
                    "the season ends before it begins",
                    "Swap first and last",
                    "season",
                    value=f"{start} to {end}",
                )
            )
        if (end - start).days > 366:
            raise InputError(
                Fault(
                    "the season is longer than a year", "Check the years", "season", value=f"{start} to {end}"
                )
            )
        parse_hours(hours, "season hours")
        object.__setattr__(self, "first", start)
        object.__setattr__(self, "last", end)
        object.__setattr__(self, "hours", hours.strip())
        known = calendar is None or isinstance(calendar, Calendar)
        object.__setattr__(self, "calendar", calendar if known else read_calendar(calendar))

    def __repr__(self) -> str:
        said = f", calendar={len(self.calendar.spans)} spans" if self.calendar else ""
        return f"Season({self.first} to {self.last}, hours={self.hours!r}{said})"

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def intervals(self) -> tuple[tuple[int, int], ...]:
        """Opening intervals of a day, in minutes after midnight."""
        return parse_hours(self.hours)

    @property
    def weeks(self) -> tuple[tuple[dt.date, dt.date], ...]:
        """First and last day of each week, counted from the season's first day."""
        starts = [self.first + dt.timedelta(days=7 * k) for k in range((self.days + 6) // 7)]
        return tuple((s, min(s + dt.timedelta(days=6), self.last)) for s in starts)

    @property
    def kinds_of_days(self) -> tuple[frozenset[str], ...]:
        """What each day is, from the first on: weekday or weekend, and school; see `Calendar`."""
        calendar = self.calendar or Calendar()
        return tuple(calendar.kinds(self.first + dt.timedelta(k)) for k in range(self.days))

    @property
    def assumed_school_days(self) -> int:
        """Number of days that are taken for school days because no calendar says what they are."""
        calendar = self.calendar or Calendar()
        days = (self.first + dt.timedelta(k) for k in range(self.days))
        return sum("school" in calendar.kinds(d) and not calendar.knows_school(d) for d in days)

    @property
    def windows(self) -> tuple[Season, ...]:
        """The same days with one opening interval each, from morning to night: a plan and a map for each.

        Examples
        --------
        >>> [w.hours for w in Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 20:00-24:00").windows]
        ['06:00-09:00', '20:00-24:00']
        """
        each = split_hours(self.hours)
        if len(each) == 1:
            return (self,)
        return tuple(self._with(hours) for hours in sorted(each, key=lambda h: parse_hours(h)[-1][0]))

    def window(self, hours: str) -> Season:
        """Return the season at some of its hours only.

        Parameters
        ----------
        hours : str
            ``"before 08:00"``, ``"after 20:00"``, or intervals such as ``"06:00-08:00"``.

        Raises
        ------
        InputError
            They cannot be read, or the season is never open then.

        Examples
        --------
        >>> Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 17:00-21:00").window("before 08:00").hours
        '06:00-08:00'
        """
        asked = _window(hours)
        found = common_hours(self.intervals, asked)
        if not found:
            fix = f"Ask for some of {self.hours}"
            raise InputError(Fault("hours at which the season is closed", fix, "window", value=hours))
        return self._with(hours_text(found))

    def _with(self, hours: str) -> Season:
        return Season(self.first, self.last, hours=hours, calendar=self.calendar)


def read_weeks(text: str, weeks: int) -> tuple[int, ...]:
    """Read weeks of a season, as the column ``weeks`` of pitches says them, counted from 1.

    Parameters
    ----------
    text : str
        Such as ``"6-12"`` or ``"1-3, 6"``; empty for all.
    weeks : int
        How many there are.

    Raises
    ------
    InputError
        They cannot be read, or the season has no such week.

    Examples
    --------
    >>> read_weeks("1-3, 6", 12)
    (1, 2, 3, 6)
    """
    if not text.strip():
        return tuple(range(1, weeks + 1))
    found: set[int] = set()
    for part in split_hours(text):
        match = _WEEKS.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= weeks:
            fix = f"Write weeks 1 to {weeks} such as '1-{weeks}', or leave it empty for all"
            raise InputError(Fault("weeks that cannot be read", fix, column="weeks", value=text))
        found |= set(range(first, last + 1))
    return tuple(sorted(found))


def _window(text: str) -> tuple[tuple[int, int], ...]:
    """Read hours of a day, or what lies before or after one."""
    words = text.strip().split(maxsplit=1) if isinstance(text, str) else []
    if len(words) == 2 and words[0].casefold() == "before":
        return parse_hours(f"00:00-{words[1]}", "window")
    if len(words) == 2 and words[0].casefold() == "after":
        return parse_hours(f"{words[1]}-24:00", "window")
    return parse_hours(text, "window")
