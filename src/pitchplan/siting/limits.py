"""How many pitches a group may or must have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, Faults, InputError, NoPlanExists

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "LIMIT_COLUMNS",
    "Limit",
    "Quota",
    "SpotSize",
    "check_groups",
    "check_room",
    "limits_table",
    "members",
    "spot_size",
    "used",
]

LIMIT_COLUMNS = ("rule", "group_by", "group", "at_least", "at_most")
_GROUPS = ("community_id", "district", "street_id", "spot", "city")
_NO_MOST = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Quota:
    """At least and at most so many pitches in a community, a district, a street or the city.

    Attributes
    ----------
    group_by : str
        ``"community_id"``, ``"district"``, ``"street_id"`` or ``"city"``.
    group : str
        Which community, district or street; ``""`` for the city.
    at_least : int
        Fewest pitches.
    at_most : int or None
        Most pitches; None for no limit.
    """

    group_by: str
    group: str = ""
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class SpotSize:
    """At least and at most so many pitches at every spot that is opened."""

    at_least: int = 1
    at_most: int | None = None


Limit = Quota | SpotSize


def limits_table(given: pd.DataFrame, more: Iterable[Limit]) -> pd.DataFrame:
    """Put the rule book's limits and the planner's own into one checked table.

    Parameters
    ----------
    given : pandas.DataFrame
        Columns rule, group_by, group, at_least, at_most; an empty ``at_most`` is no limit.
    more : iterable of Quota or SpotSize
        The planner's own.

    Returns
    -------
    pandas.DataFrame
        The same columns with whole numbers, sorted, each row once.

    Raises
    ------
    InputError
        A group_by is unknown, a number is negative or ``at_most`` is below ``at_least``.
    """
    rows = [tuple(r) for r in given[list(LIMIT_COLUMNS)].itertuples(index=False)] if len(given) else []
    more = _checked(more)
    for limit in more:
        by, group = (limit.group_by, limit.group) if isinstance(limit, Quota) else ("spot", "")
        rows.append(("planner", by, group, limit.at_least, limit.at_most))
    table = pd.DataFrame(rows, columns=list(LIMIT_COLUMNS))
    least = pd.to_numeric(table["at_least"]).fillna(0).astype("int64")
    most = pd.to_numeric(table["at_most"]).fillna(_NO_MOST).clip(upper=_NO_MOST).astype("int64")
    table = table.assign(at_least=least, at_most=most, group=table["group"].fillna("").astype(str))
    faults = [
        Fault("a limit that cannot be read", fix, "limits", str(row.rule), column, value)
        for row in table.itertuples()
        for wrong, fix, column, value in (
            (row.group_by not in _GROUPS, f"Use one of {', '.join(_GROUPS)}", "group_by", row.group_by),
            (row.at_least < 0, "Give 0 or more", "at_least", row.at_least),
            (row.at_most < row.at_least, "Give at_least or more", "at_most", row.at_most),
        )
        if wrong
    ]
    if faults:
        raise InputError(*faults)
    return table.drop_duplicates().sort_values(list(LIMIT_COLUMNS), kind="stable", ignore_index=True)


def _checked(limits: Iterable[Limit]) -> list[Limit]:
    """Return the planner's own limits, or raise one error for all that cannot be counted."""
    if isinstance(limits, Quota | SpotSize):
        return _checked([limits])
    if not isinstance(limits, Iterable) or isinstance(limits, str):
        raise InputError(
            Fault("not a list of limits", "Give a list of Quota and SpotSize", "limits", value=limits)
        )
    asked = list(limits)
    faults = Faults("limits")
    for number, limit in enumerate(asked, start=1):
        if not isinstance(limit, Quota | SpotSize):
            faults.add("not a limit", "Use limits.Quota or limits.SpotSize", row=number, value=limit)
            continue
        for column in ("at_least", "at_most"):
            value = getattr(limit, column)
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if not (whole and 0 <= value <= _NO_MOST) and not (value is None and column == "at_most"):
                faults.add(
                    "not a number of pitches", "Give a whole number", row=number, column=column, value=value
                )
    faults.raise_if_any()
    return asked


def check_groups(limits: pd.DataFrame, pitches: pd.DataFrame, communities: pd.DataFrame) -> None:
    """Raise for planner's limits on a community, district or street that the city does not have."""
    faults = Faults("limits")
    for limit in limits[limits["rule"] == "planner"].itertuples():
        if limit.group_by in ("spot", "city"):
            continue
        frame = pitches if limit.group_by == "street_id" else communities
        known = sorted({str(g) for g in frame[limit.group_by]})
        if str(limit.group) not in known:
            some = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
            faults.add(
                f"there is no {limit.group_by} of that name",
                f"Use one of: {some}",
                column="group",
                value=limit.group,
            )
    faults.raise_if_any()


def spot_size(limits: pd.DataFrame) -> tuple[int, int]:
    """Return the fewest and most pitches of a spot that is opened; the fewest is at least 1."""
    mine = limits[limits["group_by"] == "spot"]
    least = max([1, *mine["at_least"].tolist()])
    most = min([_NO_MOST, *mine["at_most"].tolist()])
    if most < least:
        raise NoPlanExists(
            f"limits on spots contradict each other: at least {least} and at most {most} pitches"
        )
    return least, most


def members(limit: pd.Series, pitches: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which pitches a quota counts."""
    if limit["group_by"] == "city":
        return np.ones(len(pitches), dtype=bool)
    return np.asarray(pitches[limit["group_by"]].fillna("").astype(str) == limit["group"], dtype=bool)


def check_room(limits: pd.DataFrame, pitches: pd.DataFrame, vendors: int) -> None:
    """Raise if a group must have more pitches than it has room for, or than there are vendors.

    Raises
    ------
    NoPlanExists
        Names the limit.
    """
    for _, limit in limits[(limits["group_by"] != "spot") & (limits["at_least"] > 0)].iterrows():
        room, least = int(members(limit, pitches).sum()), limit["at_least"]
        if room < least:
            raise NoPlanExists(
                f"limit {describe(limit)} asks for {least} pitches; only {room} are legal there"
            )
    for by, mine in limits[limits["group_by"] != "spot"].groupby("group_by"):
        least = int(mine.groupby("group")["at_least"].max().sum())
        if least > vendors:
            raise NoPlanExists(
                f"limits by {by} ask for {least} pitches together, more than {vendors} vendors"
            )


def describe(limit: pd.Series) -> str:
    """Return a limit in words: its rule, its group and its numbers."""
    where = "city" if limit["group_by"] == "city" else f"{limit['group_by']} {limit['group']!r}"
    numbers = [f"at least {limit['at_least']}"] if limit["at_least"] else []
    numbers += [f"at most {limit['at_most']}"] if limit["at_most"] < _NO_MOST else []
    return f"{limit['rule']} ({where}: {' and '.join(numbers) or 'no number'})"


def used(limits: pd.DataFrame, pitches: pd.DataFrame) -> list[int]:
    """Return the pitches each limit counts in a plan; of a limit on spots, those of the fullest spot."""
    fullest = int(pitches["run_id"].value_counts().max()) if len(pitches) else 0
    return [
        fullest if limit["group_by"] == "spot" else int(members(limit, pitches).sum())
        for _, limit in limits.iterrows()
    ]
