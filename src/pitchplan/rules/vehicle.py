"""A class of vehicle and the bay it needs."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Vehicle"]


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
    """

    id: str
    length_m: float
    width_m: float
    gap_m: float
    aisle_m: float
    source: str
    origin: str
