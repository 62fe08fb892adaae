"""Stretches: neighbouring places of one line, so that one look at the index serves all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Stretches", "pair_blocks", "spans", "stretches_of"]

Floats = NDArray[np.float64]

_MANY = 16
_PAIRS = 4096


@dataclass(frozen=True, eq=False)
class Stretches:
    """Places in groups of up to 16 neighbours.

    Attributes
    ----------
    index : ndarray of int, shape (stretches, 16)
        Positions of the places; the last one is repeated where a stretch has fewer.
    real : ndarray of bool, shape (stretches, 16)
        False where a place is repeated.
    """

    index: NDArray[np.intp]
    real: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.index)

    def spans(self, x: Floats, y: Floats, half_x: Floats, half_y: Floats) -> NDArray[np.object_]:
        """Draw the span of each stretch's places, given by centre and half sides, to ask an index with."""
        low_x, high_x = (x - half_x)[self.index].min(axis=1), (x + half_x)[self.index].max(axis=1)
        low_y, high_y = (y - half_y)[self.index].min(axis=1), (y + half_y)[self.index].max(axis=1)
        return spans(low_x, low_y, high_x, high_y)


def spans(west: Floats, south: Floats, east: Floats, north: Floats) -> NDArray[np.object_]:
    """Draw upright boxes by their diagonals: all an index looks at, in a third of a polygon's memory."""
    ends = np.stack([np.stack([west, south], axis=-1), np.stack([east, north], axis=-1)], axis=1)
    lines: NDArray[np.object_] = shapely.linestrings(ends)
    return lines


def stretches_of(line: NDArray[np.intp], step: NDArray[np.intp]) -> Stretches:
    """Gather places, given in order, by line and by windows of 16 steps.

    Windows lie at fixed steps of a line, so that a stretch never depends on what else is looked at.
    """
    window = step // _MANY
    fresh = np.ones(len(line), dtype=bool)
    fresh[1:] = (np.diff(line) != 0) | (np.diff(window) != 0)
    start = np.flatnonzero(fresh)
    many = np.diff(np.append(start, len(line)))
    place = np.arange(_MANY)
    real = place < many[:, None]
    return Stretches(start[:, None] + np.minimum(place, many[:, None] - 1), real)


def pair_blocks(stretch: NDArray[np.intp]) -> Iterator[tuple[slice, NDArray[np.intp]]]:
    """Cut pairs of (stretch, something), sorted by stretch, into blocks that fit the processor's cache.

    Yields
    ------
    block : slice
        Pairs of whole stretches.
    first : ndarray of int
        Where in the block each stretch's pairs begin.
    """
    begin = np.flatnonzero(np.diff(stretch, prepend=-1))
    at = 0
    while at < len(begin):
        end = max(int(np.searchsorted(begin, begin[at] + _PAIRS, side="right")) - 1, at + 1)
        stop = len(stretch) if end >= len(begin) else int(begin[end])
        yield slice(int(begin[at]), stop), begin[at:end] - begin[at]
        at = end
