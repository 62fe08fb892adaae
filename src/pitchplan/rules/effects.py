"""What a kind of rule may say: bans, features to keep away from, pairs that clash, the shape of runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places

__all__ = ["Ban", "Near", "Pairs", "Refused", "RunShape", "nothing_refused", "refused_where"]


def _no_names() -> NDArray[np.object_]:
    return np.zeros(0, dtype=object)


@dataclass(frozen=True, eq=False)
class Refused:
    """The places a rule refuses.

    Attributes
    ----------
    place : ndarray of int, shape (refused,)
        Positions of the places, ascending, each once.
    measured : ndarray of float, shape (refused,)
        What was measured there, in the rule's unit; not a number where nothing can be.
    feature : ndarray of int, shape (refused,)
        Position of what it is too close to or lies in, in the names of the ban; -1 for nothing.
    seen : int
        Features or widths that were measured, where the ban cannot say beforehand.
    required : ndarray of float, shape (refused,), optional
        What is asked for at each place, where it is not the same everywhere.
    unknown : ndarray of int, optional
        Positions of the places where data lack and nothing could be measured.
    """

    place: NDArray[np.intp]
    measured: NDArray[np.float64]
    feature: NDArray[np.intp]
    seen: int = 0
    required: NDArray[np.float64] | None = None
    unknown: NDArray[np.intp] | None = None

    def take(self, kept: NDArray[np.bool_]) -> Refused:
        """Keep some of the refusals."""
        required = None if self.required is None else self.required[kept]
        rows = self.place[kept], self.measured[kept], self.feature[kept]
        return Refused(*rows, self.seen, required, self.unknown)

    def with_unknown(self) -> Refused:
        """Refuse the places where nothing could be measured too; there is no number to give for them."""
        assert self.unknown is not None
        place = np.append(self.place, self.unknown)
        order = np.argsort(place, kind="stable")
        measured = np.append(self.measured, np.full(len(self.unknown), np.nan))
        feature = np.append(self.feature, np.full(len(self.unknown), -1))
        return Refused(place[order], measured[order], feature[order], self.seen)


@dataclass(frozen=True, eq=False)
class Ban:
    """A rule that measures places one by one.

    Attributes
    ----------
    measure : callable
        Gives what it refuses of some `Places`.
    required : float
        What the rule asks for, in its unit.
    names : ndarray of str
        Ids of what it measures against.
    features : int
        How many things it measures against, where that is known beforehand.
    hours : ndarray of str, optional
        When each of them holds, where they have hours of their own.
    """

    measure: Callable[[Places], Refused]
    required: float
    names: NDArray[np.object_] = field(default_factory=_no_names)
    features: int = 0
    hours: NDArray[np.object_] | None = None


@dataclass(frozen=True, eq=False)
class Near:
    """A rule that keeps places away from features: all such rules are measured in one sweep.

    Attributes
    ----------
    shapes : ndarray of shapely geometry, shape (features,)
        Points, lines and polygons; to lie within a polygon is distance 0.
    names : ndarray of str, shape (features,)
        Their ids.
    distance_m : float
        Least distance between rectangle and feature, metres.
    lets_off : callable, optional
        Given places, positions of places and positions of features, pair by pair: which pairs do not count.
    hours : ndarray of str, optional
        When each feature holds, where they have hours of their own.
    """

    shapes: NDArray[np.object_]
    names: NDArray[np.object_]
    distance_m: float
    lets_off: Callable[[Places, NDArray[np.intp], NDArray[np.intp]], NDArray[np.bool_]] | None = None
    hours: NDArray[np.object_] | None = None


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of bays that may not both be chosen.

    Attributes
    ----------
    a, b : ndarray of int, shape (pairs,)
        Positions of the bays, ``a < b``.
    measured : ndarray of float, shape (pairs,)
        What was measured between them, metres.
    required : float
        What the rule asks for, metres.
    """

    a: NDArray[np.intp]
    b: NDArray[np.intp]
    measured: NDArray[np.float64]
    required: float


@dataclass(frozen=True)
class RunShape:
    """How pitches are gathered into runs, metres."""

    max_length_m: float
    max_gap_m: float


def nothing_refused() -> Refused:
    """Return what a rule says that refuses no place."""
    none = np.zeros(0, dtype=np.intp)
    return Refused(none, np.zeros(0), none.copy())


def refused_where(
    mask: NDArray[np.bool_],
    measured: NDArray[Any] | float,
    feature: NDArray[np.intp] | None = None,
    seen: int = 0,
    unknown: NDArray[np.intp] | None = None,
) -> Refused:
    """Return what a rule says that refuses the places of a mask.

    Parameters
    ----------
    mask : ndarray of bool, shape (places,)
    measured : ndarray of float, shape (places,), or float
        What was measured at every place.
    feature : ndarray of int, shape (places,), optional
        What every place was measured against.
    seen, unknown
        As in `Refused`.
    """
    place = np.flatnonzero(mask)
    values = np.broadcast_to(np.asarray(measured, dtype=np.float64), mask.shape)[place]
    named = np.full(len(place), -1) if feature is None else feature[place]
    return Refused(place, values, named, seen, unknown=unknown)
