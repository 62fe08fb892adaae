"""Truck bans on the way: which zones are closed to a class of vehicle when the spots open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pitchplan.demand.season import parse_hours
from pitchplan.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["BAN", "arrivals", "clock", "closed_at", "closed_zones", "names_class"]

BAN = "truck-ban"
"""Kind of zone that keeps vehicles out, as in `schemas.ZONES`."""

_DAY = 24 * 60


def arrivals(hours: str) -> tuple[int, ...]:
    """Return the minutes of the day at which growers must be able to arrive.

    These are the minutes at which selling opens: a permit promises all opening hours, so its holder
    must get to the spot for the beginning of each. Where selling is open all day there is no such
    minute: whoever comes chooses the hour.

    Parameters
    ----------
    hours : str
        Opening intervals, such as ``"06:00-09:00, 17:00-21:00"``.

    Raises
    ------
    InputError
        The hours cannot be read.

    Examples
    --------
    >>> arrivals("06:00-09:00, 17:00-21:00"), arrivals("22:00-02:00"), arrivals("")
    ((360, 1020), (1320,), ())
    """
    intervals = parse_hours(hours)
    ends = {end for _, end in intervals}
    # What runs past midnight is given in two parts: the second one opens nothing.
    return tuple(s for s, _ in intervals if not (s == 0 and _DAY in ends) and s not in ends - {_DAY})


def closed_at(ban_hours: str, minutes: tuple[int, ...]) -> bool:
    """Tell whether a ban keeps growers out who must arrive at some minutes.

    Parameters
    ----------
    ban_hours : str
        Intervals at which the ban holds; empty for always. A ban that begins at the minute of opening
        holds; one that ends at it does not. Hours nobody can read always hold.
    minutes : tuple of int
        As `arrivals` gives them; none: the ban closes the way only if it holds all day.

    Examples
    --------
    >>> closed_at("07:00-19:00", (360, 1020)), closed_at("07:00-17:00", (360, 1020))
    (True, False)
    """
    try:
        intervals = parse_hours(ban_hours)
    except InputError:
        return True
    if not minutes:
        free = 0
        for start, end in intervals:
            if start > free:
                return False
            free = max(free, end)
        return free >= _DAY
    return any(start <= m < end for m in minutes for start, end in intervals)


def names_class(vehicles: str, vehicle: str) -> bool:
    """Tell whether a zone's list of classes names a class; an empty list names all, as in the rules."""
    named = [v.strip() for v in re.split(r"[,;，；、]", vehicles) if v.strip()]
    return not named or vehicle in named


def closed_zones(zones: gpd.GeoDataFrame, vehicle: str, minutes: tuple[int, ...]) -> list[bool]:
    """Tell for each zone whether it is closed to a class of vehicle that must arrive at some minutes."""
    return [
        names_class(str(v), vehicle) and closed_at(str(h), minutes)
        for v, h in zip(zones["vehicles"].fillna(""), zones["hours"].fillna(""), strict=True)
    ]


def clock(minutes: tuple[int, ...]) -> str:
    """Say minutes of the day, such as ``06:00 and 17:00``."""
    return " and ".join(f"{m // 60:02d}:{m % 60:02d}" for m in minutes) or "any hour"
