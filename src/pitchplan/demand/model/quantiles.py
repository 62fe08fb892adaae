"""Quantiles that are numbers which were drawn, and checks of levels."""

from __future__ import annotations

import math
from collections.abc import Collection
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pitchplan.demand.model.presence import Counts
from pitchplan.errors import Fault, InputError

__all__ = ["checked_level", "quantiles", "rank_of"]


def quantiles(draws: Counts, levels: Collection[float]) -> list[NDArray[Any]]:
    """Quantiles per column that are numbers which were drawn: the least K with P(x <= K) >= level."""
    ordered = np.sort(draws, axis=0)
    return [ordered[rank_of(level, len(ordered)) - 1] for level in levels]


def rank_of(level: float, draws: int) -> int:
    """Least rank r with r / draws >= level, safe from rounding."""
    rank = max(1, math.ceil(level * draws) - 1)
    return rank if rank / draws >= level - 1e-12 else rank + 1


def checked_level(level: float) -> float:
    """Give a level above 0 and below 1 back.

    Raises
    ------
    InputError
        It is none.
    """
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < level < 1:
        fix = "Give a share above 0 and below 1, such as 0.9"
        raise InputError(Fault("not a service level", fix, "level", value=level))
    return float(level)
