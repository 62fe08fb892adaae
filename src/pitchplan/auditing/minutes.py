"""Hours, days and weeks as the audit counts them: minute by minute and day by day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    "spot_weeks",
    "times_of_rule",
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


def days_of_weeks(weeks: str, season: Season) -> set[dt.date]:
    """List the days of some weeks, counted from 1; all of them where nothing is said that tells some."""
    days = all_days(season)
    wanted: set[int] = set()
    for part in weeks.split(","):
        match = _WEEKS.match(part)
        if not match:
            return set(days)
        wanted |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return {day for k, day in enumerate(days) if k // 7 + 1 in wanted} or set(days)


def spot_weeks(plan: Plan) -> Mapping[str, str]:
    """Give the weeks in which spots are open, where the plan has a table of them."""
    if plan.weeks is None:
        return {}
    weeks: dict[str, list[str]] = {}
    for row in plan.weeks.itertuples():
        if row.capacity > 0:
            weeks.setdefault(str(row.spot_id), []).append(str(int(row.week)))
    return {spot: ", ".join(numbers) for spot, numbers in weeks.items()}


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
    """Tell whether the calendar says of a day if children go to school; where not, they are taken to."""
    rows = season.calendar.spans if season.calendar else ()
    if any(r.what == "vacation" and r.first <= day <= r.last for r in rows):
        return True
    terms = [r for r in rows if r.what == "school"]
    return bool(terms) and min(r.first for r in rows) <= day <= max(r.last for r in rows)


def assumed_school_days(season: Season) -> int:
    """Count the days that are school days only because nobody says what they are."""
    return sum(_is(d, "school", season) and not _covered(d, season) for d in all_days(season))
