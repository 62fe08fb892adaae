"""What a plan is for. Goals are sought in order; each may give up a share for the next ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pitchplan.errors import Fault, InputError

__all__ = ["CoverResidents", "Goal", "HostVendors", "KeepTrafficClear", "default_goals"]


def _check_slack(slack: float) -> None:
    if not 0 <= slack < 1:
        raise InputError(Fault("not a share", "Give 0 or more and less than 1", "slack", value=slack))


@dataclass(frozen=True, slots=True)
class HostVendors:
    """Find a pitch for as many vendors as possible, and never more pitches than vendors.

    Attributes
    ----------
    slack : float
        Share of the hosted vendors that may be given up for the next goals, 0 to 1.
    """

    slack: float = 0.0
    name: ClassVar[str] = "host-vendors"

    def __post_init__(self) -> None:
        _check_slack(self.slack)


@dataclass(frozen=True, slots=True)
class CoverResidents:
    """Serve as many residents as possible within walking distance.

    A spot serves at most ``per_pitch`` residents per pitch, and each resident counts once.

    Attributes
    ----------
    within_m : float
        Longest walk, metres.
    per_pitch : int
        Residents one pitch can serve; the default is ours.
    detour : float
        Walked distance / straight-line distance.
    slack : float
        Share of the served residents that may be given up for the next goals, 0 to 1.
    """

    within_m: float = 500.0
    per_pitch: int = 400
    detour: float = 1.3
    slack: float = 0.02
    name: ClassVar[str] = "cover-residents"

    def __post_init__(self) -> None:
        _check_slack(self.slack)
        if self.per_pitch < 1:
            raise InputError(
                Fault("no residents per pitch", "Give 1 or more", "per_pitch", value=self.per_pitch)
            )


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
        _check_slack(self.slack)


Goal = HostVendors | CoverResidents | KeepTrafficClear


def default_goals() -> tuple[Goal, ...]:
    """Return the goals in their usual order: host vendors, cover residents, keep traffic clear."""
    return HostVendors(), CoverResidents(), KeepTrafficClear()
