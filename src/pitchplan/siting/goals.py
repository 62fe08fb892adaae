"""What a plan is for. Goals are sought in order; each may give up a share for the next ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

from pitchplan.errors import Faults

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.plan import Plan

__all__ = [
    "CoverResidents",
    "FairShare",
    "FewestSpots",
    "Goal",
    "HostVendors",
    "KeepPitches",
    "KeepTrafficClear",
    "ShortestFarthestWalk",
    "ShortestWalk",
    "SpreadOut",
    "StayClose",
    "Weighted",
    "default_goals",
]


_Check = tuple[str, object, bool, str]
"""Column, the value given, whether it is fine, and how to mend it."""


def _check(goal: str, *checks: _Check) -> None:
    """Raise one error for everything in a goal that cannot be sought."""
    faults = Faults("goals")
    for column, value, fine, fix in checks:
        if not fine:
            faults.add("a goal that cannot be sought", fix, row=goal, column=column, value=value)
    faults.raise_if_any()


def _slack(slack: object) -> _Check:
    fine = _is_number(slack) and 0 <= slack < 1  # type: ignore[operator]
    return "slack", slack, fine, "Give a share: 0 or more and less than 1"


def _metres(column: str, metres: object) -> _Check:
    fine = _is_number(metres) and 0 < metres < 1e6  # type: ignore[operator]
    return column, metres, fine, "Give metres above 0"


def _whole_metres(column: str, metres: object) -> _Check:
    fine = _is_number(metres) and 1 <= metres < 1e6  # type: ignore[operator]
    return column, metres, fine, "Give a metre or more"


def _count(column: str, number: object, what: str) -> _Check:
    fine = _is_whole(number) and 1 <= number <= 10**6  # type: ignore[operator]
    return column, number, fine, f"Give {what}, 1 or more"


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_place(value: object) -> bool:
    return _is_number(value) and bool(abs(value) < 1e8)  # type: ignore[arg-type]


def _is_id(value: object) -> bool:
    return isinstance(value, str) or _is_whole(value)


_OF_SPOTS = (
    ("spot_id", _is_id, "Give every spot an id: text or a whole number"),
    ("x_m", _is_place, "Give metres in the planning CRS"),
    ("y_m", _is_place, "Give metres in the planning CRS"),
)
"""What spots of the last plan need: column, what is fine, how to mend it."""


@dataclass(frozen=True, slots=True)
class HostVendors:
    """Find a pitch for as many vendors as possible, and never more pitches than vendors.

    Counts the vendors left without a pitch; where vendors are given per class of vehicle, class by
    class: a small truck's bay hosts no tricycle that has one of its own.

    Attributes
    ----------
    slack : float
        Share of the hosted vendors that may be given up for the next goals, 0 to 1.
    """

    slack: float = 0.0
    name: ClassVar[str] = "host-vendors"

    def __post_init__(self) -> None:
        _check(self.name, _slack(self.slack))


@dataclass(frozen=True, slots=True)
class CoverResidents:
    """Serve as many residents as possible within walking distance (maximal covering).

    A spot serves at most ``per_pitch`` residents per pitch, and each resident counts once.

    Attributes
    ----------
    within_m : float
        Longest walk, metres.
    per_pitch : int or None
        Residents one pitch can serve (the default is ours); None: however many live in reach.
    slack : float
        Share of the served residents that may be given up for the next goals, 0 to 1.
    """

    within_m: float = 500.0
    per_pitch: int | None = 400
    slack: float = 0.02
    name: ClassVar[str] = "cover-residents"

    def __post_init__(self) -> None:
        each = 1 if self.per_pitch is None else self.per_pitch
        residents = _count("per_pitch", each, "None, or residents per pitch")
        _check(self.name, _slack(self.slack), _metres("within_m", self.within_m), residents)


@dataclass(frozen=True, slots=True)
class ShortestWalk:
    """Let residents walk as little as possible to the nearest spot, summed up (p-median).

    Counts person-metres: each resident walks to the nearest open spot, and one who has none within
    ``beyond_m`` counts as walking that far.

    Attributes
    ----------
    beyond_m : float
        Longest walk that is told from others, metres; parts of a metre are left off.
    slack : float
        Share by which the sum may grow for the next goals, 0 to 1.
    """

    beyond_m: float = 800.0
    slack: float = 0.02
    name: ClassVar[str] = "shortest-walk"

    def __post_init__(self) -> None:
        _check(self.name, _slack(self.slack), _whole_metres("beyond_m", self.beyond_m))


@dataclass(frozen=True, slots=True)
class ShortestFarthestWalk:
    """Let the resident who walks farthest walk as little as possible (p-center).

    Counts metres, rounded up to whole steps. Residents who have no legal run within ``beyond_m``
    are left out; one who has, but no open spot within it, counts as walking ``beyond_m``. So does
    the city where nobody is counted.

    Attributes
    ----------
    beyond_m : float
        Longest walk that is told from others, metres; parts of a metre are left off.
    step_m : int
        Walks are rounded up to multiples of this, metres.
    slack : float
        Share by which the walk may grow for the next goals, 0 to 1.
    """

    beyond_m: float = 2000.0
    step_m: int = 10
    slack: float = 0.02
    name: ClassVar[str] = "shortest-farthest-walk"

    def __post_init__(self) -> None:
        step = _count("step_m", self.step_m, "whole metres")
        _check(self.name, _slack(self.slack), _whole_metres("beyond_m", self.beyond_m), step)


@dataclass(frozen=True, slots=True)
class FairShare:
    """Serve the least served community as well as possible (max-min).

    Counts thousandths, rounded down: the least share, over all communities, of the residents with an
    open spot within walking distance among those who have a legal run there. Residents outside of all
    communities are nobody's share.

    Attributes
    ----------
    within_m : float
        Longest walk, metres.
    slack : float
        Share of it that may be given up for the next goals, 0 to 1.
    """

    within_m: float = 500.0
    slack: float = 0.02
    name: ClassVar[str] = "fair-share"

    def __post_init__(self) -> None:
        _check(self.name, _slack(self.slack), _metres("within_m", self.within_m))


@dataclass(frozen=True, slots=True)
class KeepTrafficClear:
    """Delay vehicles as little as possible (vehicle-seconds per hour, by `traffic.obstruction`).

    Attributes
    ----------
    slack : float
        Share by which the delay may grow for the next goals, 0 to 1.
    """

    slack: float = 0.02
    name: ClassVar[str] = "keep-traffic-clear"

    def __post_init__(self) -> None:
        _check(self.name, _slack(self.slack))


@dataclass(frozen=True, slots=True)
class FewestSpots:
    """Open as few spots as possible.

    Attributes
    ----------
    slack : float
        Share by which the number may grow for the next goals, 0 to 1.
    """

    slack: float = 0.02
    name: ClassVar[str] = "fewest-spots"

    def __post_init__(self) -> None:
        _check(self.name, _slack(self.slack))


@dataclass(frozen=True, slots=True)
class SpreadOut:
    """Keep the two nearest spots as far apart as possible (p-dispersion).

    Counts whole metres, rounded down, between the nearest bays of the two nearest open spots,
    straight; farther apart than ``upto_m`` is no better.

    Attributes
    ----------
    upto_m : float
        Distance at which two spots are far enough apart, metres; parts of a metre are left off.
    slack : float
        Share of the distance that may be given up for the next goals, 0 to 1.
    """

    upto_m: float = 300.0
    slack: float = 0.02
    name: ClassVar[str] = "spread-out"

    def __post_init__(self) -> None:
        _check(self.name, _slack(self.slack), _whole_metres("upto_m", self.upto_m))


@dataclass(frozen=True, slots=True, eq=False)
class StayClose:
    """Change as few spots as possible: counts spots given up and spots added.

    Attributes
    ----------
    last : Plan or pandas.DataFrame
        The plan to stay close to, or its spots: columns spot_id, x_m and y_m. A spot is the run of
        that id, or the nearest one within ``within_m`` metres.
    within_m : float
        How far a spot may have moved and still be the same, metres.
    slack : float
        Share by which the number may grow for the next goals, 0 to 1.
    """

    last: Plan | pd.DataFrame
    within_m: float = 30.0
    slack: float = 0.02
    name: ClassVar[str] = "stay-close"

    def __post_init__(self) -> None:
        spots = self.spots
        named = all(c in getattr(spots, "columns", ()) for c in ("spot_id", "x_m", "y_m"))
        given = type(self.last).__name__
        checks: list[_Check] = [("last", given, named, "Give a plan, or spots with spot_id, x_m and y_m")]
        for column, fine, fix in _OF_SPOTS if named else ():
            wrong = [value for value in spots[column] if not fine(value)]
            checks.append((column, wrong[0] if wrong else None, not wrong, fix))
        _check(self.name, _slack(self.slack), _metres("within_m", self.within_m), *checks)

    @property
    def spots(self) -> Any:
        """The spots to stay close to."""
        return getattr(self.last, "spots", self.last)


@dataclass(frozen=True, slots=True, eq=False)
class KeepPitches:
    """Give up as few pitches of a plan as possible: counts those that are not chosen again.

    Attributes
    ----------
    last : Plan
        The plan; a pitch is the one of that id.
    slack : float
        Share by which the number may grow for the next goals, 0 to 1.
    """

    last: Plan
    slack: float = 0.0
    name: ClassVar[str] = "keep-pitches"

    def __post_init__(self) -> None:
        named = "pitch_id" in getattr(getattr(self.last, "pitches", None), "columns", ())
        given = type(self.last).__name__
        _check(self.name, _slack(self.slack), ("last", given, named, "Give a plan, such as solve returns"))


@dataclass(frozen=True, slots=True)
class Weighted:
    """Trade several goals off: the least sum of weight x value.

    Goals of which more is better (residents served, shares, distances apart) count with a minus.

    Attributes
    ----------
    parts : tuple of (goal, int)
        Goals with whole weights above 0; their slacks are not used.
    slack : float
        Share by which the sum may grow for the next goals, 0 to 1.
    """

    parts: tuple[tuple[Goal, int], ...]
    slack: float = 0.02
    name: str = field(init=False, default="weighted")

    def __post_init__(self) -> None:
        given: Any = self.parts
        parts: Any = (
            tuple(tuple(p) if isinstance(p, list | tuple) else (p,) for p in given)
            if isinstance(given, list | tuple)
            else ()
        )
        fine = bool(parts) and all(
            len(p) == 2 and isinstance(p[0], GOALS) and _is_whole(p[1]) and 1 <= p[1] <= 10**6 for p in parts
        )
        names = [goal.name for goal, _ in parts] if fine else []
        _check(
            self.name,
            _slack(self.slack),
            ("parts", given, fine, "Give pairs of a goal and a whole weight, 1 or more"),
            ("parts", names, len(set(names)) == len(names), "Give each goal once"),
        )
        object.__setattr__(self, "name", " + ".join(f"{weight} x {goal.name}" for goal, weight in parts))
        object.__setattr__(self, "parts", parts)


GOALS = (
    HostVendors,
    CoverResidents,
    ShortestWalk,
    ShortestFarthestWalk,
    FairShare,
    KeepTrafficClear,
    FewestSpots,
    SpreadOut,
    StayClose,
    KeepPitches,
)
"""Every goal that can stand alone or in a weighted sum."""

Goal = (
    HostVendors
    | CoverResidents
    | ShortestWalk
    | ShortestFarthestWalk
    | FairShare
    | KeepTrafficClear
    | FewestSpots
    | SpreadOut
    | StayClose
    | KeepPitches
    | Weighted
)


def default_goals() -> tuple[Goal, ...]:
    """Return the goals in their usual order: host vendors, cover residents, keep traffic clear."""
    return HostVendors(), CoverResidents(), KeepTrafficClear()
