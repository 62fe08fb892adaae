"""The colours and classes of the map, in one place: restrained, colour-blind safe, legible in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["INK", "TINTS", "space_class", "street_rank", "street_ranks"]

INK = {
    "paper": "#FFFFFF",
    "ground": "#F6F4EF",
    "text": "#1F2421",
    "soft": "#5A5F5B",
    "rule": "#C9C8C2",
    "red": "#C8102E",
    "pitch": "#7A0A1E",
    "melon": "#1E6B3C",
    "water": "#B0D3E4",
    "water_edge": "#4A82A2",
    "water_text": "#1F587B",
    "green": "#D0E4C1",
    "green_text": "#3B6A34",
    "paved": "#F1E7D6",
    "paved_edge": "#917D5C",
    "building": "#D0CBC1",
    "footway": "#FBFAF6",
    "main": "#FBE6A2",
    "main_edge": "#9A7A24",
    "secondary": "#FFF7DC",
    "secondary_edge": "#8C7F50",
    "street": "#FFFFFF",
    "street_edge": "#84807A",
    "district": "#6B5B82",
    "community": "#84779A",
    "symbol": "#2B5C8A",
}

# Light enough that a photocopy shows them white; any two differ by 5.5 or more (CIE 1976) also in the eyes
# of those who see no red or no green. Boundaries do not rest on them: they are lines of their own.
TINTS = ("#FEF6E1", "#E8F5FF", "#E0E2F3", "#E8E7D5", "#F2DEDE", "#EBFCEF", "#E1F3F0", "#ECE4C8")

_MAIN = frozenset({"main", "trunk", "motorway", "primary", "arterial", "expressway"})
_SECONDARY = frozenset({"secondary"})
_BRANCH = frozenset({"branch", "tertiary", "collector"})
_WATER = frozenset({"water", "river", "lake", "pond", "canal", "stream", "sea", "reservoir", "spring"})
_GREEN = frozenset({"park", "hill", "green", "garden", "forest", "wood", "grass", "cemetery", "mountain"})


def street_rank(street_class: str) -> int:
    """Return 0 for main, 1 for secondary, 2 for branch and 3 for every other street."""
    name = street_class.lower().removesuffix("_link")
    return 0 if name in _MAIN else 1 if name in _SECONDARY else 2 if name in _BRANCH else 3


def street_ranks(street_classes: pd.Series) -> NDArray[np.intp]:
    """Return the rank of each of many streets."""
    codes, classes = pd.factorize(street_classes)
    ranks: NDArray[np.intp] = np.array([street_rank(str(c)) for c in classes], dtype=np.intp)
    return np.asarray(ranks[codes])


def space_class(kind: str) -> str:
    """Return ``water``, ``green`` or ``paved`` for a kind of open space."""
    name = kind.lower()
    return "water" if name in _WATER else "green" if name in _GREEN else "paved"
