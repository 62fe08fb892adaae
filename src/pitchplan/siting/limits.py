"""What a plan must keep, whatever its goals. Each limit can be taken back by whoever set it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real

from pitchplan.errors import Fault, Faults, InputError

__all__ = [
    "KerbShare",
    "Limit",
    "MustServe",
    "ObstructionBudget",
    "OneSide",
    "Quota",
    "QuotaByResidents",
    "ServeShare",
    "Spacing",
    "SpotCount",
    "SpotSize",
    "checked_limits",
]


@dataclass(frozen=True, slots=True)
class Quota:
    """At least and at most so many pitches in a group.

    Attributes
    ----------
    group_by : str
        A column of ``candidates.pitches`` such as ``"community_id"``, ``"district"``,
        ``"street_id"``, ``"placement"`` or ``"vehicle"``; or ``"city"``.
    group : str
        Which community, district …; ``""`` for the city, ``"each"`` for every one.
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
class QuotaByResidents:
    """Pitches in proportion to residents: at least and at most so many times a group's fair part.

    A group's fair part is the vendors to host times its share of the city's residents; at least is
    rounded down, at most up.

    Attributes
    ----------
    group_by : str
        ``"community_id"`` or ``"district"``.
    at_least, at_most : float
        Times the fair part, 0 or more.
    """

    group_by: str = "district"
    at_least: float = 0.0
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class SpotSize:
    """At least and at most so many pitches at every spot that is opened."""

    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class SpotCount:
    """At least and at most so many spots in a group.

    Attributes
    ----------
    at_least : int
        Fewest spots.
    at_most : int or None
        Most spots; None for no limit.
    group_by : str
        A column of ``candidates.runs`` such as ``"district"``; or ``"city"``.
    group : str
        Which one; ``""`` for the city, ``"each"`` for every one.
    """

    at_least: int = 0
    at_most: int | None = None
    group_by: str = "city"
    group: str = ""


@dataclass(frozen=True, slots=True)
class MustServe:
    """Every resident of some communities must have an open spot within walking distance.

    Attributes
    ----------
    communities : sequence of str
        Their ``community_id``.
    within_m : float
        Longest walk, metres.
    """

    communities: Sequence[str]
    within_m: float = 500.0


@dataclass(frozen=True, slots=True)
class ServeShare:
    """At least a share of the residents must have an open spot within walking distance.

    Attributes
    ----------
    at_least : float
        Share, 0 to 1.
    within_m : float
        Longest walk, metres.
    communities : sequence of str or None
        Whose residents count, all together; None for the whole city.
    """

    at_least: float
    within_m: float = 500.0
    communities: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Spacing:
    """Spots stand at least so far apart, metres, straight between their nearest bays' centres."""

    distance_m: float


@dataclass(frozen=True, slots=True)
class KerbShare:
    """Pitches stand along at most a share of the kerbs of a street, both sides together.

    Each pitch takes up the length of its bay; streets without a centreline have no length to share.

    Attributes
    ----------
    at_most : float
        Share, 0 to 1.
    streets : sequence of str or None
        Their ``street_id``; None for every street.
    """

    at_most: float
    streets: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class ObstructionBudget:
    """The spots of a street delay its vehicles by at most so much.

    Attributes
    ----------
    at_most : int
        Vehicle-seconds of delay per hour, by `traffic.obstruction`.
    streets : sequence of str or None
        Their ``street_id``; None for every street.
    """

    at_most: int
    streets: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class OneSide:
    """Spots stand on one side of a street only, whichever it is.

    Attributes
    ----------
    streets : sequence of str or None
        Their ``street_id``; None for every street.
    """

    streets: Sequence[str] | None = None


LIMITS = (
    Quota,
    QuotaByResidents,
    SpotSize,
    SpotCount,
    MustServe,
    ServeShare,
    Spacing,
    KerbShare,
    ObstructionBudget,
    OneSide,
)
"""Every limit."""

Limit = (
    Quota
    | QuotaByResidents
    | SpotSize
    | SpotCount
    | MustServe
    | ServeShare
    | Spacing
    | KerbShare
    | ObstructionBudget
    | OneSide
)
_MOST = 2**31 - 1
_COUNTS = (Quota, SpotSize, SpotCount)


def checked_limits(limits: object) -> list[Limit]:
    """Return the planner's limits, or raise one error for all that cannot be counted.

    Raises
    ------
    InputError
        Names each limit by its place in the list, its column and value.
    """
    if isinstance(limits, Limit):
        return checked_limits([limits])
    if not isinstance(limits, Iterable) or isinstance(limits, str):
        raise InputError(
            Fault("not a list of limits", "Give a list of limits.Quota and the like", "limits", value=limits)
        )
    faults, asked = Faults("limits"), list(limits)
    for row, limit in enumerate(asked, start=1):
        if not isinstance(limit, Limit):
            faults.add("not a limit", "Use limits.Quota and the like", row=row, value=limit)
            continue
        for column, fine, fix in _checks(limit):
            if not fine:
                faults.add(
                    "a limit that cannot be counted",
                    fix,
                    row=row,
                    column=column,
                    value=getattr(limit, column),
                )
    faults.raise_if_any()
    return asked


def _checks(limit: Limit) -> list[tuple[str, bool, str]]:
    """List column, whether it is fine, and how to mend it."""
    if isinstance(limit, _COUNTS):
        least, most = limit.at_least, limit.at_most
        ordered = not (_whole(least) and _whole(most)) or least <= most  # type: ignore[operator]
        text = [
            (column, isinstance(getattr(limit, column), str), "Give text")
            for column in ("group_by", "group")
            if hasattr(limit, column)
        ]
        return [
            ("at_least", _whole(least), "Give a whole number, 0 or more"),
            ("at_most", most is None or _whole(most), "Give a whole number, 0 or more, or None"),
            ("at_most", ordered, "Give at_least or more"),
            *text,
        ]
    if isinstance(limit, QuotaByResidents):
        fine = limit.at_most is None or _number(limit.at_most)
        sure = limit.at_most is not None and fine and _number(limit.at_least)
        in_order = not sure or limit.at_least <= limit.at_most  # type: ignore[operator]
        return [
            (
                "group_by",
                isinstance(limit.group_by, str) and limit.group_by in ("community_id", "district"),
                "Give 'community_id' or 'district'",
            ),
            ("at_least", _number(limit.at_least), "Give 0 or more"),
            ("at_most", fine, "Give 0 or more, or None"),
            ("at_most", in_order, "Give at_least or more"),
        ]
    if isinstance(limit, MustServe | ServeShare):
        some = limit.communities
        named = (some is None and isinstance(limit, ServeShare)) or (_names(some) and bool(some))
        found = [
            ("within_m", _number(limit.within_m) and limit.within_m > 0, "Give metres above 0"),
            ("communities", named, "Give a list of community_id"),
        ]
        if isinstance(limit, ServeShare):
            found.append(
                ("at_least", _number(limit.at_least) and limit.at_least <= 1, "Give a share, 0 to 1")
            )
        return found
    if isinstance(limit, Spacing):
        fine = _number(limit.distance_m) and limit.distance_m >= 1 and limit.distance_m % 1 == 0
        return [("distance_m", fine, "Give whole metres, 1 or more")]
    streets = [
        ("streets", limit.streets is None or _names(limit.streets), "Give a list of street_id, or None")
    ]
    if isinstance(limit, KerbShare):
        return [("at_most", _number(limit.at_most) and limit.at_most <= 1, "Give a share, 0 to 1"), *streets]
    if isinstance(limit, ObstructionBudget):
        return [("at_most", _whole(limit.at_most), "Give a whole number, 0 or more"), *streets]
    return streets


def _names(values: object) -> bool:
    return (
        isinstance(values, Sequence)
        and not isinstance(values, str)
        and all(isinstance(v, str) for v in values)
    )


def _whole(value: object) -> bool:
    fine = isinstance(value, Integral) and not isinstance(value, bool)
    return fine and 0 <= int(value) <= _MOST  # type: ignore[call-overload]


def _number(value: object) -> bool:
    fine = isinstance(value, Real) and not isinstance(value, bool)
    return fine and bool(0 <= value < 1e12)  # type: ignore[operator]
