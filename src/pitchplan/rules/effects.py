"""What a kind of rule may say: a Verdict on places, Pairs that clash, the shape of runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Pairs", "RunShape", "Verdict", "nothing_seen"]


@dataclass(frozen=True)
class Verdict:
    """What a rule says of every place.

    Attributes
    ----------
    refused : ndarray of bool, shape (places,)
        Whether the place breaks the rule.
    measured : ndarray of float, shape (places,)
        What was measured; meaningful where refused.
    required : float
        What the rule asks for, in the same unit.
    feature_id : ndarray of object, shape (places,)
        What the place is too close to or lies in; "" where there is nothing to name.
    features : int
        Features the rule was measured against.
    """

    refused: NDArray[np.bool_]
    measured: NDArray[np.float64]
    required: float
    feature_id: NDArray[np.object_]
    features: int


@dataclass(frozen=True)
class Pairs:
    """Pairs of places that may not both be chosen.

    Attributes
    ----------
    a, b : ndarray of int, shape (pairs,)
        Positions of the places, ``a < b``.
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


def nothing_seen(count: int, required: float) -> Verdict:
    """Return the verdict of a rule that refuses none of so many places."""
    return Verdict(
        np.zeros(count, dtype=bool),
        np.full(count, np.nan),
        required,
        np.full(count, "", dtype=object),
        0,
    )
