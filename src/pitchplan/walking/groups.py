"""Residents who can walk to the same runs, merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.walking.walks import Walks

__all__ = ["Groups", "grouped"]


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of residents who can walk to the same runs.

    Attributes
    ----------
    residents : numpy.ndarray of int64, shape (g,)
        People in each group.
    reach : scipy.sparse.csr_array of bool, shape (g, runs)
        Whether a group can walk to a run, whichever of its bays are used; indices are sorted.
    community : numpy.ndarray of int64, shape (g,)
        Community of each group, a position in ``communities``.
    communities : tuple of str
        Ids of communities, ascending; ``("",)`` where residents of all communities are merged.
    unreachable : int
        Residents who can walk to no run.
    """

    residents: NDArray[np.int64]
    reach: csr_array
    community: NDArray[np.int64]
    communities: tuple[str, ...]
    unreachable: int

    def __len__(self) -> int:
        return len(self.residents)


def grouped(walks: Walks, *, within_m: float | None = None, by_community: bool = False) -> Groups:
    """Merge residents who can walk to the same runs.

    Parameters
    ----------
    walks : Walks
        Who can walk where.
    within_m : float, optional
        Longest walk, metres, closed; all walks unless given.
    by_community : bool
        Whether only residents of one community are merged.

    Returns
    -------
    Groups
        Ordered by their runs as lists of numbers are, then by community; does not depend on the
        order of points.

    Raises
    ------
    InputError
        ``within_m`` is not above 0, or longer than the walks that were looked for.

    Examples
    --------
    Three people reach the first run, and four people at two points the second:

    >>> from pitchplan.walking.walks import Walks
    >>> point, run, metres = np.array([[0, 1, 2], [1, 0, 1], [90, 80, 70]])
    >>> walks = Walks(point, run, metres, np.array([2, 3, 2]), np.array(["a", "a", "b"]), 2, 100.0)
    >>> grouped(walks).residents
    array([3, 4])
    >>> grouped(walks, by_community=True).residents
    array([3, 2, 2])
    """
    near = walks if within_m is None else walks.within(within_m)
    first = np.flatnonzero(np.diff(near.point, prepend=-1))
    size = np.diff(first, append=len(near))
    people = near.point[first]
    lists, length, run = _distinct(near.run, first, size)
    names, home = _homes(near.community_id, by_community)
    pair = lists * len(names) + home[people]
    key, member = np.unique(pair, return_inverse=True)
    residents = np.zeros(len(key), dtype=np.int64)
    # Whole numbers are added up as such: bincount would go by way of floats.
    np.add.at(residents, member, near.residents[people])
    which, community = np.divmod(key, max(len(names), 1))
    reach = csr_array(
        (np.ones(len(run), dtype=bool), run, np.concatenate([[0], np.cumsum(length)])),
        shape=(len(length), near.runs),
    )
    if by_community:
        reach = csr_array(reach[which])
    return Groups(residents, reach, community, names, near.unreachable)


def _homes(
    community_id: NDArray[np.object_], by_community: bool
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the ids of communities and the position of each point's own."""
    if not by_community:
        return ("",), np.zeros(len(community_id), dtype=np.int64)
    names, home = np.unique(community_id.astype(str), return_inverse=True)
    return tuple(names.tolist()), home.astype(np.int64)


def _distinct(
    run: NDArray[np.int64], first: NDArray[np.int64], size: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Find the distinct lists of runs, in order.

    Parameters
    ----------
    run : numpy.ndarray of int64, shape (k,)
        Lists of runs, end to end.
    first, size : numpy.ndarray of int64, shape (n,)
        Where each list begins, and how long it is.

    Returns
    -------
    rank : numpy.ndarray of int64, shape (n,)
        Which of the distinct lists each is.
    length : numpy.ndarray of int64, shape (d,)
        How long each distinct list is.
    runs : numpy.ndarray of int64
        The distinct lists, end to end.
    """
    # Numbers written with the highest byte first compare as bytes just as they do as numbers, and a
    # list before a longer one that begins with it. So bytes are an exact key, and no hash can collide.
    text = run.astype(">u4").tobytes()
    keys = [text[4 * a : 4 * (a + n)] for a, n in zip(first.tolist(), size.tolist(), strict=True)]
    ordered = sorted(set(keys))
    place = {key: k for k, key in enumerate(ordered)}
    rank = np.fromiter(map(place.__getitem__, keys), dtype=np.int64, count=len(keys))
    length = np.fromiter(map(len, ordered), dtype=np.int64, count=len(ordered)) // 4
    return rank, length, np.frombuffer(b"".join(ordered), dtype=">u4").astype(np.int64)
