"""A class of vehicle, the bay it needs, and the use a place is looked at for."""

from __future__ import annotations

from dataclasses import dataclass

from pitchplan.demand.hours import hours_overlap, read_leniently

__all__ = ["PLACEMENTS", "Use", "Vehicle"]

PLACEMENTS = ("kerbside", "footway", "setback-land", "open-space")
"""Where a pitch may stand: carriageway, footway, the land between footway and building, off the street."""


@dataclass(frozen=True)
class Vehicle:
    """A class of vehicle and the bay it needs.

    Attributes
    ----------
    id : str
        Name of the class.
    length_m, width_m : float
        The bay as painted: along the kerb and away from it, vehicle and goods included.
    gap_m : float
        Free length between two bays, metres.
    aisle_m : float
        Free depth between two rows of bays in an open space, metres.
    source, origin : str
        Where the numbers come from.
    queue_m : float
        Depth that waiting customers take up beside the bay, metres; it does not count as clear.
    """

    id: str
    length_m: float
    width_m: float
    gap_m: float = 1.0
    aisle_m: float = 3.0
    source: str = "given by the planner"
    origin: str = "ours"
    queue_m: float = 0.6

    @property
    def size(self) -> str:
        """Both sides in decimetres, such as ``45x20``."""
        return f"{self.length_m * 10:.0f}x{self.width_m * 10:.0f}"


@dataclass(frozen=True)
class Use:
    """What a place is looked at for: who would stand there, how, and when.

    Attributes
    ----------
    vehicle : Vehicle
    placement : str
        One of `PLACEMENTS`.
    hours : tuple of (int, int)
        Intervals at which it is looked at, minutes of the day: those of the season, or of them those at
        which a rule holds.
    only : str, optional
        Of what holds at hours of its own, what holds at these alone is looked at.
    """

    vehicle: Vehicle
    placement: str
    hours: tuple[tuple[int, int], ...]
    only: str | None = None

    def meets(self, hours: str) -> bool:
        """Tell whether what holds at some hours counts; hours nobody can read always hold."""
        return (self.only is None or hours == self.only) and hours_overlap(read_leniently(hours), self.hours)
