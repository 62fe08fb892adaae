"""The season: its days, its weeks and the hours of a day at which vendors may sell."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from pitchplan.errors import Fault, InputError

__all__ = ["Season", "hours_overlap", "parse_hours"]

_INTERVAL = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})\s*$")
_DAY_MINUTES = 24 * 60


def parse_hours(text: str, source: str = "hours") -> tuple[tuple[int, int], ...]:
    """Read opening intervals of a day.

    Parameters
    ----------
    text : str
        Such as ``"06:00-09:00, 17:00-21:00"``; empty for the whole day. An interval that ends
        before it starts runs past midnight.
    source : str
        Named in the error.

    Returns
    -------
    tuple of (int, int)
        Start and end in minutes after midnight, sorted, none past 24:00.

    Raises
    ------
    InputError
        An interval cannot be read.

    Examples
    --------
    >>> parse_hours("06:00-09:00, 22:00-02:00")
    ((0, 120), (360, 540), (1320, 1440))
    """
    if not isinstance(text, str):
        raise InputError(
            Fault("hours that are not text", "Write intervals such as '06:00-09:00'", source, value=text)
        )
    text = text.replace("：", ":")
    if not text.strip():
        return ((0, _DAY_MINUTES),)
    found: list[tuple[int, int]] = []
    for part in re.split(r"[,;，；、]", text):
        match = _INTERVAL.match(part)
        numbers = [int(g) for g in match.groups()] if match else []
        start, end = (numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]) if match else (0, 0)
        if not match or max(numbers[1], numbers[3]) > 59 or max(start, end) > _DAY_MINUTES or start == end:
            raise InputError(
                Fault(
                    "hours that cannot be read",
                    "Write intervals such as '06:00-09:00, 17:00-21:00'",
                    source,
                    value=part.strip(),
                )
            )
        found += [(start, end)] if start < end else [(start, _DAY_MINUTES), (0, end)]
    return tuple(sorted(i for i in found if i[0] < i[1]))


def hours_overlap(a: tuple[tuple[int, int], ...], b: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether two sets of intervals share a minute."""
    return any(x[0] < y[1] and y[0] < x[1] for x in a for y in b)


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

    Raises
    ------
    InputError
        A day or the hours cannot be read, or the season ends before it begins.

    Examples
    --------
    >>> Season("2026-06-01", "2026-08-20", hours="06:00-09:00").days
    81
    """

    first: dt.date
    last: dt.date
    hours: str

    def __init__(self, first: str | dt.date, last: str | dt.date, *, hours: str = "") -> None:
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
