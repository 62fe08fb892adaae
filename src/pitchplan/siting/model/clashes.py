"""Pairs that may not both be chosen, gathered into groups of which at most one may be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["clique_cover"]


def clique_cover(first: NDArray[np.int64], second: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """Cover every clashing pair by groups in which every two clash.

    A group of k stands for k (k - 1) / 2 pairs in one row, and its linear relaxation is far
    tighter than the pairs' (which let every candidate be half chosen).

    Parameters
    ----------
    first, second : numpy.ndarray of int, shape (pairs,)
        The two of each pair, in any order; repeats and pairs of one with itself are dropped.

    Returns
    -------
    list of tuple of int
        Groups, each sorted and maximal (nothing clashes with all of it); every pair lies in one
        at least. Greedy, so not the fewest possible. Depends on the pairs, not on their order.

    Examples
    --------
    >>> clique_cover(np.array([0, 1, 2, 2]), np.array([1, 2, 0, 3]))
    [(0, 1, 2), (2, 3)]
    """
    near: dict[int, set[int]] = {}
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if a != b:
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
    open_pairs = {a: {b for b in others if b > a} for a, others in near.items()}
    cliques: list[tuple[int, ...]] = []
    for a in sorted(near):
        while open_pairs[a]:
            clique = _grown(a, min(open_pairs[a]), near, open_pairs)
            cliques.append(clique)
            for k, one in enumerate(clique):
                open_pairs[one].difference_update(clique[k + 1 :])
    return cliques


def _grown(a: int, b: int, near: dict[int, set[int]], open_pairs: dict[int, set[int]]) -> tuple[int, ...]:
    """Grow a pair to a maximal clique, first by those whose pair with ``a`` is still uncovered."""
    clique = [a, b]
    common = near[a] & near[b]
    while common:
        wanted = common & open_pairs[a]
        chosen = min(wanted or common)
        clique.append(chosen)
        common &= near[chosen]
    return tuple(sorted(clique))
