"""Hours: the season's hours lie wholly within those at which vendors may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.demand.hours import hours_text, other_hours, parse_hours
from pitchplan.errors import Fault, InputError
from pitchplan.rules.effects import Ban, Refused, refused_where
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use


def _opening(text: str) -> tuple[tuple[int, int], ...]:
    if not text.strip():
        raise InputError(Fault("a rule that asks for nothing", "Give hours, or delete it"))
    return parse_hours(text)


PARAMETERS = {
    "open": Parameter(
        str, 'hours at which vendors may stand, such as "06:00-09:00, 19:30-24:00"', read=_opening
    )
}


def missing(rule: Rule, city: City) -> str:
    """Nothing is ever missing: a season has hours, if only the whole day."""
    return ""


def times(rule: Rule, city: City) -> list[str]:
    """Give the hours at which nobody may stand."""
    closed = other_hours(parse_hours(rule["open"]))
    return [hours_text(closed)] if closed else []


def minutes_outside(asked: tuple[tuple[int, int], ...], allowed: tuple[tuple[int, int], ...]) -> int:
    """Count the minutes of a day that some intervals hold and others do not."""
    day = np.zeros((2, 24 * 60), dtype=bool)
    for row, intervals in zip(day, (asked, allowed), strict=True):
        for start, end in intervals:
            row[start:end] = True
    return int((day[0] & ~day[1]).sum())


def first(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse every place where the season is open at a minute at which nobody may stand.

    Measured are the minutes of a day outside of the hours, of which none are allowed. It is the
    season that is wrong then, so that no place is any better than another.
    """
    outside = minutes_outside(use.hours, parse_hours(rule["open"]))

    def measure(places: Places) -> Refused:
        return refused_where(np.full(len(places), outside > 0), float(outside))

    return Ban(measure, 0.0, features=len(use.hours))
