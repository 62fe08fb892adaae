"""Write lines of whole numbers as short texts: steps from point to point, five bits to a character."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["ALPHABET", "encode", "encode_runs"]

# None of them means anything to HTML, JSON or JavaScript.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encode(lines: Sequence[NDArray[np.int64]]) -> str:
    """Write lines as one text.

    Each line is its number of points and then its steps, the first from the last point of the line
    before. A number is zigzagged (0, -1, 1, -2 … become 0, 1, 2, 3 …) and cut into groups of five bits,
    the lowest first; a sixth bit says that more follow.

    Parameters
    ----------
    lines : sequence of arrays of shape (n, 2)
        Whole numbers, such as decimetres.

    Returns
    -------
    str
        Letters, digits, ``-`` and ``_``.

    Examples
    --------
    >>> encode([np.array([[0, 0], [1, -1], [17, 0]])])
    'GAACBgBC'
    """
    return encode_runs(np.concatenate(lines), np.array([len(line) for line in lines])) if lines else ""


def encode_runs(places: NDArray[np.int64], counts: NDArray[np.int64]) -> str:
    """Write lines that stand one after the other in one array, as `encode` does.

    Parameters
    ----------
    places : array of shape (n, 2)
        Whole numbers.
    counts : array of int
        How many of them each line has.

    Returns
    -------
    str
        Letters, digits, ``-`` and ``_``.
    """
    if not len(counts):
        return ""
    steps = np.diff(places, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    starts = np.cumsum(counts) - counts
    numbers = np.insert(steps.ravel(), 2 * starts, counts)
    values = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers).astype(np.int64)
    groups = []
    left = values
    used = np.ones(len(values), dtype=bool)
    kept = []
    while used.any():
        more = left >> 5 > 0
        groups.append(np.where(more, (left & 31) | 32, left & 31))
        kept.append(used)
        used = used & more
        left = left >> 5
    table = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
    digits, there = np.column_stack(groups), np.column_stack(kept)
    return bytes(table[digits[there]]).decode("ascii")
