"""Hours of a day: opening intervals as people write them, as minutes, and cut by one another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pitchplan.errors import Fault, InputError

__all__ = [
    "DAY_MINUTES",
    "Intervals",
    "common_hours",
    "hours_overlap",
    "hours_text",
    "other_hours",
    "parse_hours",
    "read_leniently",
    "split_hours",
]

Intervals = tuple[tuple[int, int], ...]
"""Start and end in minutes after midnight, sorted."""

_INTERVAL = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})\s*$")
DAY_MINUTES = 24 * 60


def parse_hours(text: str, source: str = "hours") -> Intervals:
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
        return ((0, DAY_MINUTES),)
    found: list[tuple[int, int]] = []
    for part in split_hours(text):
        match = _INTERVAL.match(part)
        numbers = [int(g) for g in match.groups()] if match else []
        start, end = (numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]) if match else (0, 0)
        if not match or max(numbers[1], numbers[3]) > 59 or max(start, end) > DAY_MINUTES or start == end:
            raise InputError(
                Fault(
                    "hours that cannot be read",
                    "Write intervals such as '06:00-09:00, 17:00-21:00'",
                    source,
                    value=part.strip(),
                )
            )
        found += [(start, end)] if start < end else [(start, DAY_MINUTES), (0, end)]
    return tuple(sorted(i for i in found if i[0] < i[1]))


def split_hours(text: str) -> list[str]:
    """Give the single intervals of hours as text."""
    return [part.strip() for part in re.split(r"[,;，；、]", text)]


def read_leniently(text: str) -> Intervals:
    """Read hours as `parse_hours` does, but hours that nobody can read as the whole day."""
    try:
        return parse_hours(text)
    except InputError:
        return ((0, DAY_MINUTES),)


def hours_overlap(a: Intervals, b: Intervals) -> bool:
    """Tell whether two sets of intervals share a minute."""
    return any(x[0] < y[1] and y[0] < x[1] for x in a for y in b)


def common_hours(a: Intervals, b: Intervals) -> Intervals:
    """Give what two sets of intervals share, intervals that touch joined.

    Examples
    --------
    >>> common_hours(((360, 540), (1020, 1260)), ((0, 480),))
    ((360, 480),)
    """
    shared = ((max(x[0], y[0]), min(x[1], y[1])) for x in a for y in b)
    return _joined(i for i in shared if i[0] < i[1])


def other_hours(intervals: Intervals) -> Intervals:
    """Give the rest of the day."""
    out, at = [], 0
    for start, end in (*_joined(intervals), (DAY_MINUTES, DAY_MINUTES)):
        out += [(at, start)] if at < start else []
        at = end
    return tuple(out)


def hours_text(intervals: Intervals) -> str:
    """Write intervals as people do; one that ends at midnight and one that begins there are one.

    Examples
    --------
    >>> hours_text(((0, 120), (360, 540), (1320, 1440)))
    '06:00-09:00, 22:00-02:00'
    """
    joined = _joined(intervals)
    if len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == DAY_MINUTES:
        joined = (*joined[1:-1], (joined[-1][0], joined[0][1]))
    return ", ".join(f"{s // 60:02}:{s % 60:02}-{e // 60:02}:{e % 60:02}" for s, e in joined)


def _joined(intervals: Iterable[tuple[int, int]]) -> Intervals:
    out: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)
