"""Demand that the same sites reach is one group: rows with equal covering sets are merged, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["merged_groups"]

_CHUNK = 4_000_000
_SEED = 20260601


def merged_groups(
    reach: csr_array, residents: NDArray[np.int64]
) -> tuple[csr_array, NDArray[np.int64], NDArray[np.int64]]:
    """Merge the rows that the same sites reach; leave out those that no site reaches.

    Parameters
    ----------
    reach : scipy.sparse.csr_array, shape (rows, sites)
        Non-zero where a site is within reach of a row.
    residents : numpy.ndarray of int64, shape (rows,)
        Residents per row.

    Returns
    -------
    tuple of (csr_array of int8, shape (groups, sites); int64, shape (groups,); int64, shape (rows,))
        Reach and residents of each group, in the order in which groups first appear, and each row's group,
        -1 where no site reaches it.

    Notes
    -----
    Rows are compared by a random hash of their set, then site by site: equal hashes of different sets cost
    time and merge nothing.

    Examples
    --------
    >>> reach = csr_array([[1, 0, 1], [0, 0, 0], [1, 0, 1], [0, 1, 0]])
    >>> groups, people, of_row = merged_groups(reach, np.array([5, 9, 2, 1]))
    >>> people.tolist(), of_row.tolist(), groups.toarray().tolist()
    ([7, 1], [0, -1, 0, 1], [[1, 0, 1], [0, 1, 0]])
    """
    at, sites = _sets(reach)
    count = reach.shape[0]
    hashes = _hashes(at, sites, reach.shape[1])
    first = np.full(count, -1, dtype=np.int64)
    left = np.flatnonzero(np.diff(at) > 0)
    while len(left):
        # The first row of each hash stands for it; rows of another set go round again.
        _, lead, member = np.unique(hashes[left], return_index=True, return_inverse=True)
        stands = left[lead][member]
        same = _same_sets(at, sites, left, stands)
        first[left[same]] = stands[same]
        left = left[~same]
    leaders = np.flatnonzero(first == np.arange(count))
    number = np.full(count + 1, -1, dtype=np.int64)
    number[leaders] = np.arange(len(leaders))
    of_row = number[first]
    people = np.zeros(len(leaders), dtype=np.int64)
    np.add.at(people, of_row[of_row >= 0], np.asarray(residents, dtype=np.int64)[of_row >= 0])
    lengths = np.diff(at)[leaders]
    group_at = np.concatenate([[0], np.cumsum(lengths)])
    group_sites = sites[_ranges(at[leaders], lengths)]
    if group_at[-1] < 2**31:
        # scipy takes the wider of both for both: as int64 the sites would fill twice the memory.
        group_at = group_at.astype(np.int32)
    ones = np.ones(len(group_sites), dtype=np.int8)
    return csr_array((ones, group_sites, group_at), shape=(len(leaders), reach.shape[1])), people, of_row


def _sets(reach: csr_array) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where each row starts and its sites, sorted, without doubles and zeros."""
    if not reach.has_canonical_format or not reach.data.all():
        reach = reach.copy()
        # Doubles are added up: int8 ones could wrap round to zero.
        reach.data = (reach.data != 0).astype(np.int32)
        reach.sum_duplicates()
        reach.eliminate_zeros()
    return reach.indptr.astype(np.int64), reach.indices.astype(np.int32, copy=False)


def _hashes(at: NDArray[np.int64], sites: NDArray[np.int32], columns: int) -> NDArray[np.uint64]:
    """Return the sum of random 64-bit numbers of each row's sites."""
    numbers = np.random.default_rng(_SEED).integers(0, 2**64, size=columns, dtype=np.uint64)
    out = np.zeros(len(at) - 1, dtype=np.uint64)
    for low, high in _chunks(at):
        filled = low + np.flatnonzero(at[low + 1 : high + 1] > at[low:high])
        if len(filled):
            each = numbers[sites[at[low] : at[high]]]
            out[filled] = np.add.reduceat(each, at[filled] - at[low])
    return out


def _chunks(at: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return row ranges of at most about _CHUNK entries."""
    cuts = np.unique(np.searchsorted(at, np.arange(0, at[-1] + _CHUNK, _CHUNK), side="left"))
    cuts = np.unique(np.concatenate([[0], np.minimum(cuts, len(at) - 1), [len(at) - 1]]))
    return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))


def _same_sets(
    at: NDArray[np.int64], sites: NDArray[np.int32], rows: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which rows have the set of their other row."""
    lengths = at[rows + 1] - at[rows]
    same: NDArray[np.bool_] = lengths == at[others + 1] - at[others]
    doubt = np.flatnonzero(same & (rows != others))
    ends = np.concatenate([[0], np.cumsum(lengths[doubt])])
    for low, high in _chunks(ends):
        part = doubt[low:high]
        if len(part):
            mine = sites[_ranges(at[rows[part]], lengths[part])]
            theirs = sites[_ranges(at[others[part]], lengths[part])]
            same[part] = np.logical_and.reduceat(mine == theirs, ends[low:high] - ends[low])
    return same


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers start … start + length - 1 of all ranges, one after another."""
    ends = np.cumsum(lengths)
    if not len(ends):
        return np.empty(0, dtype=np.int64)
    return np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)
