"""Hours, days and weeks as the audit counts them: minute by minute and day by day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pitchplan.demand.season import parse_hours
from pitchplan.errors import InputError

if TYPE_CHECKING:
    from pitchplan.demand.season import Season
    from pitchplan.plan import Plan
    from pitchplan.rules.rule import Rule

__all__ = [
    "Open",
    "all_days",
    "assumed_school_days",
    "days_of_weeks",
    "minutes_of",
    "pitches_of_row",
    "times_of_rule",
    "weeks_in",
    "weeks_of_pitches",
]

_WEEKS = re.compile(r"^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$")


@dataclass(frozen=True)
class Open:
    """When something holds or is open: these minutes of each of these days.

    Attributes
    ----------
    minutes : frozenset of int
        Minutes after midnight.
    days : frozenset of datetime.date
    """

    minutes: frozenset[int]
    days: frozenset[dt.date]

    def meets(self, other: Open) -> bool:
        """Tell whether there is a minute of a day that both have."""
        return not self.minutes.isdisjoint(other.minutes) and not self.days.isdisjoint(other.days)


def minutes_of(hours: str) -> set[int]:
    """List the minutes of a day that opening intervals cover; all of them where nobody can read them."""
    try:
        return {m for start, end in parse_hours(hours) for m in range(start, end)}
    except InputError:
        return set(range(24 * 60))


def all_days(season: Season) -> list[dt.date]:
    """List the days of the season."""
    return [season.first + dt.timedelta(k) for k in range((season.last - season.first).days + 1)]


def weeks_in(text: str) -> frozenset[int] | None:
    """List weeks, counted from 1, that a text such as ``"1-3, 6"`` names; None where it tells none."""
    wanted: set[int] = set()
    for part in text.split(","):
        match = _WEEKS.match(part)
        if not match:
            return None
        wanted |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return frozenset(wanted)


def days_of_weeks(weeks: frozenset[int] | None, season: Season) -> set[dt.date]:
    """List the days of some weeks, counted from 1; all of them where nothing is said that tells some."""
    days = all_days(season)
    if weeks is None:
        return set(days)
    return {day for k, day in enumerate(days) if k // 7 + 1 in weeks} or set(days)


def pitches_of_row(row: Any) -> list[str]:
    """List the pitches of a row of the table of weeks."""
    return [p.strip() for p in str(row.pitch_ids).split(";") if p.strip()]


def weeks_of_pitches(plan: Plan) -> Mapping[str, frozenset[int]]:
    """Give the weeks in which pitches are used, where the plan has a table of them.

    A pitch that it never names is left out: nobody says when it is not used.
    """
    found: dict[str, set[int]] = {}
    for row in plan.weeks.itertuples() if plan.weeks is not None else ():
        for pitch in pitches_of_row(row):
            found.setdefault(pitch, set()).add(int(row.week))
    return {pitch: frozenset(weeks) for pitch, weeks in found.items()}


def times_of_rule(rule: Rule, season: Season) -> Open:
    """List the minutes and the days of the season at which a rule holds."""
    days = all_days(season)
    if rule.days:
        days = [day for day in days if _is(day, rule.days, season)]
    return Open(frozenset(minutes_of(rule.hours)), frozenset(days))


def _is(day: dt.date, word: str, season: Season) -> bool:
    """Look a day up in the rows of the calendar."""
    rows = season.calendar.spans if season.calendar else ()
    on = [r.what for r in rows if r.first <= day <= r.last]
    weekday = day.isoweekday() <= 5
    if "holiday" in on:
        weekday = False
    if "working-weekend" in on:
        weekday = True
    if word == "weekend":
        return not weekday
    if word == "weekday" or not weekday:
        return weekday
    return "vacation" not in on and ("school" in on or not _covered(day, season))


def _covered(day: dt.date, season: Season) -> bool:
    """Tell whether the calendar says if children go to school on a day of no vacation, or it is assumed."""
    rows = season.calendar.spans if season.calendar else ()
    terms = [r for r in rows if r.what == "school"]
    return bool(terms) and min(r.first for r in rows) <= day <= max(r.last for r in rows)


def assumed_school_days(season: Season) -> int:
    """Count the days that are school days only because nobody says what they are."""
    return sum(_is(d, "school", season) and not _covered(d, season) for d in all_days(season))
