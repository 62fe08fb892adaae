"""Hours as the audit counts them: minute by minute."""

from __future__ import annotations

from pitchplan.demand.season import parse_hours
from pitchplan.errors import InputError

__all__ = ["minutes_of"]


def minutes_of(hours: str) -> set[int]:
    """List the minutes of a day that opening intervals cover; all of them where nobody can read them."""
    try:
        return {m for start, end in parse_hours(hours) for m in range(start, end)}
    except InputError:
        return set(range(24 * 60))
