"""Maximal covering at sizes that no exact solver closes: a good choice, and a bound that holds.

Demand that the same sites reach is merged, the linear relaxation is solved by a first-order method
(`covering_bound`), and sites are exchanged by annealing (`covering_search`). The compiled kernels need numba,
the extra `fast`; without it the answer is the same and takes about a hundred times as long.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from pitchplan.errors import Faults
from pitchplan.siting.solvers.covering_bound import Covering, Relaxation
from pitchplan.siting.solvers.covering_merge import merged_groups
from pitchplan.siting.solvers.covering_search import Board, Search, by_nearness, promising

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Covered", "cover_most", "merged_groups"]

_EFFORT = 4_000
_TOLERANCE = 1.5e-4
_RELAXING_STEPS = 4_000
_SHARE_FOR_RELAXING = 0.4
_MOST_ROUNDS = 10
_STEPS_OF_SITES = 500
_RESERVE = 0.02
_MOST_RESIDENTS = 2**40


@dataclass(frozen=True, eq=False)
class Covered:
    """A choice of sites and how good it is.

    Attributes
    ----------
    chosen : numpy.ndarray of int64, shape (sites,)
        Sites, ascending.
    value : int
        Residents within reach of a chosen site.
    bound : float
        No choice covers more: a whole number, from prices evaluated in whole numbers.
    finished : bool
        False where the clock or Ctrl-C cut the search short.
    interrupted : bool
        Whether Ctrl-C did.
    """

    chosen: NDArray[np.int64]
    value: int
    bound: float
    finished: bool
    interrupted: bool


def cover_most(
    reach: csr_array,
    residents: NDArray[np.int64],
    sites: int,
    *,
    must: NDArray[np.bool_] | None = None,
    never: NDArray[np.bool_] | None = None,
    start: NDArray[np.int64] | None = None,
    gap: float = 0.0,
    clock_s: float = 60.0,
    effort: int = _EFFORT,
    seed: int = 7,
    is_merged: bool = False,
    log: bool = False,
) -> Covered:
    """Choose sites so that as many residents as possible are within reach of one.

    Parameters
    ----------
    reach : scipy.sparse.csr_array, shape (groups, sites)
        Non-zero where a site is within reach of a group.
    residents : numpy.ndarray of int64, shape (groups,)
        Residents per group.
    sites : int
        Sites to choose; all that may be chosen where these are fewer.
    must, never : numpy.ndarray of bool, shape (sites,), optional
        Sites that are chosen in any case, and that may not be chosen.
    start : numpy.ndarray of int64, optional
        Sites to begin with; where they may be chosen together, the answer covers no fewer residents.
    gap : float
        Distance of value and bound at which to stop, as a share of the bound.
    clock_s : float
        Wall-clock seconds. Merging and setting up (3 s at a million groups) are not cut short.
    effort : int
        How often each chosen site is taken out and put back in a round of annealing. Rounds: one from 500
        sites on, up to ten for fewer.
    seed : int
        Of the random numbers: the same seed gives the same answer unless the clock strikes.
    is_merged : bool
        Whether no two groups are within reach of the same sites, as `merged_groups` returns them.
    log : bool
        Whether to print progress.

    Returns
    -------
    Covered
        Ctrl-C ends the search with the best choice so far (while demand is merged, it goes through).

    Raises
    ------
    InputError
        Arrays do not fit together, or more sites are a must than may be chosen.

    Examples
    --------
    >>> reach = csr_array([[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    >>> found = cover_most(reach, np.array([10, 20, 5]), 1)
    >>> found.chosen.tolist(), found.value, found.bound
    ([1], 30, 30.0)
    """
    began = time.perf_counter()
    count = reach.shape[1]
    musts = np.zeros(count, dtype=bool) if must is None else np.asarray(must, dtype=bool)
    nevers = np.zeros(count, dtype=bool) if never is None else np.asarray(never, dtype=bool)
    begin = np.empty(0, dtype=np.int64) if start is None else np.unique(np.asarray(start, dtype=np.int64))
    _check(reach, residents, sites, musts, nevers, begin)
    free = np.flatnonzero(~musts & ~nevers)
    p = min(sites - int(musts.sum()), len(free))
    groups, people, settled = _remainder(reach, residents, musts, free, is_merged)
    best, bound, finished, interrupted = np.arange(p), settled, True, False
    if p == len(free):
        bound += int(people.sum())
    elif p > 0 and len(people):

        def good(value: int, bound: int) -> bool:
            return bound - value <= gap * (bound + settled)

        job = _Job(groups, people, p, good, (began, clock_s), log)
        del groups, people
        job.run(np.searchsorted(free, np.intersect1d(begin, free)), effort, seed)
        best, bound, finished, interrupted = job.best, job.bound + settled, job.finished, job.interrupted
    chosen = np.sort(np.concatenate([np.flatnonzero(musts), free[best]]))
    value = int(np.asarray(residents, dtype=np.int64)[_is_covered(reach, chosen)].sum())
    return Covered(chosen, value, float(bound), finished, interrupted)


class _Job:
    """One run: what is known so far, and the clock."""

    def __init__(
        self,
        groups: csr_array,
        residents: NDArray[np.int64],
        p: int,
        good: Callable[[int, int], bool],
        clock: tuple[float, float],
        log: bool,
    ) -> None:
        self.groups, self.residents, self.p, self.good, self.log = groups, residents, p, good, log
        self.began, clock_s = clock
        self.ends = self.began + clock_s * (1.0 - _RESERVE)
        self.bound = int(residents.sum())
        self.order = np.arange(groups.shape[1])
        self.best, self.best_value = np.arange(p), -1
        self.search: Search | None = None
        self.relaxation: Relaxation | None = None
        self.finished = False
        self.interrupted = False

    def run(self, begin: NDArray[np.int64], effort: int, seed: int) -> None:
        """Go through all steps, or as far as the clock and Ctrl-C let it."""
        try:
            self.finished = self._all_steps(begin, effort, seed)
        except KeyboardInterrupt:
            self.interrupted = True
        self._adopt()
        if self.relaxation is not None:
            self.bound = min(self.bound, self.relaxation.result().bound)
        self.best = self.order[self.best]

    def _all_steps(self, begin: NDArray[np.int64], effort: int, seed: int) -> bool:
        covering, begin = self._in_order(begin)
        self._first_choices(covering, begin)
        self.relaxation = Relaxation(covering)
        share = self.began + _SHARE_FOR_RELAXING * (self.ends - self.began)
        whole = self.relaxation.run(
            tolerance=_TOLERANCE, steps=_RELAXING_STEPS, late=lambda: time.perf_counter() > share
        )
        relaxed = self.relaxation.result()
        self.bound = min(self.bound, relaxed.bound)
        self.relaxation = None
        self._say(f"relaxation after {relaxed.steps} steps: {relaxed.value:.0f}")
        worth = covering.by_site(relaxed.price)
        level = float(np.partition(worth, len(worth) - self.p)[len(worth) - self.p])
        board = Board.of(covering, promising(worth, self.p, self.best))
        self._say(f"{len(board.sites)} of {covering.count} sites, {len(board.residents)} groups")
        return self._anneal(board, level, effort, seed) and whole

    def _in_order(self, begin: NDArray[np.int64]) -> tuple[Covering, NDArray[np.int64]]:
        """Return the covering with what lies near side by side, and the start in its numbers."""
        row_order, self.order = by_nearness(self.groups)
        number = np.empty(len(self.order), dtype=np.int32)
        number[self.order] = np.arange(len(self.order))
        ordered = self.groups[row_order]
        self.groups = csr_array(ordered.shape, dtype=np.int8)
        # In place: a copy of the indices would be the most memory of all.
        number = number.astype(ordered.indices.dtype)
        np.take(number, ordered.indices, out=ordered.indices, mode="clip")
        ordered.has_sorted_indices = False
        ordered.sort_indices()
        at, sites = ordered.indptr.astype(np.int64), ordered.indices.astype(np.int32, copy=False)
        people = self.residents[row_order]
        return Covering(at, sites, people, len(number), self.p), number[begin].astype(np.int64)

    def _first_choices(self, covering: Covering, begin: NDArray[np.int64]) -> None:
        """Choose greedily, and from the start."""
        board = Board.of(covering, np.arange(covering.count))
        self.search = Search(board, self.p, 1.0, self._enough)
        self.search.begin(np.empty(0, dtype=np.int64))
        self.search.polish()
        if len(begin):
            self.search.begin(begin)
            self.search.polish()
        self._adopt()
        self._say("greedy")

    def _anneal(self, board: Board, level: float, effort: int, seed: int) -> bool:
        """Anneal round by round; return whether all rounds went to the end in their own time."""
        self.search = search = Search(board, self.p, level, self._enough)
        search.begin(np.searchsorted(board.sites, self.best))
        for k in range(min(_MOST_ROUNDS, -(-_STEPS_OF_SITES // self.p))):
            if not search.round(effort * self.p, (seed, k), self.ends):
                return self.good(search.best_value, self.bound)
            self._say(f"round {k + 1}")
        return not search.hurried

    def _enough(self, value: int) -> bool:
        return time.perf_counter() > self.ends or self.good(max(value, self.best_value), self.bound)

    def _adopt(self) -> None:
        if self.search is not None and self.search.best_value > self.best_value:
            self.best, self.best_value = self.search.best.astype(np.int64), self.search.best_value
        self.search = None

    def _say(self, what: str) -> None:
        if self.log:
            value = max(self.best_value, self.search.best_value if self.search else -1)
            print(f"{time.perf_counter() - self.began:7.1f} s  {value:>12,} of {self.bound:,}  {what}")


def _remainder(
    reach: csr_array,
    residents: NDArray[np.int64],
    musts: NDArray[np.bool_],
    free: NDArray[np.int64],
    is_merged: bool,
) -> tuple[csr_array, NDArray[np.int64], int]:
    """Return groups and residents that the musts leave, over the free sites, and residents they cover."""
    people, whole = np.asarray(residents, dtype=np.int64), reach.shape
    settled = 0
    if musts.any():
        served = _is_covered(reach, np.flatnonzero(musts))
        settled = int(people[served].sum())
        people = np.where(served, 0, people)
    if len(free) < reach.shape[1]:
        reach = reach[:, free]
    if not people.all():
        some = np.flatnonzero(people)
        reach, people = reach[some], people[some]
    if is_merged and reach.shape == whole and reach.has_canonical_format:
        return reach, people, settled
    groups, together, _ = merged_groups(reach, people)
    return groups, together, settled


def _is_covered(reach: csr_array, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows have a chosen site."""
    is_chosen = np.zeros(reach.shape[1], dtype=bool)
    is_chosen[chosen] = True
    hits = is_chosen[reach.indices]
    hits &= reach.data != 0
    covered = np.zeros(reach.shape[0], dtype=bool)
    filled = np.flatnonzero(np.diff(reach.indptr))
    if len(filled):
        covered[filled] = np.logical_or.reduceat(hits, reach.indptr[filled])
    return covered


def _check(
    reach: csr_array,
    residents: NDArray[np.int64],
    sites: int,
    musts: NDArray[np.bool_],
    nevers: NDArray[np.bool_],
    begin: NDArray[np.int64],
) -> None:
    """Raise where the arrays do not fit together."""
    rows, count = reach.shape
    faults = Faults("cover_most")
    people = np.asarray(residents)
    if len(people) != rows or people.dtype.kind not in "iu" or (people < 0).any():
        faults.add("residents do not fit the rows of reach", f"Give {rows} whole numbers, none below 0")
    elif people.sum() > _MOST_RESIDENTS:
        faults.add("more residents than sums can hold", f"At most {_MOST_RESIDENTS:,}", value=people.sum())
    if len(musts) != count or len(nevers) != count:
        faults.add("must or never does not fit the sites", f"Give {count} values")
    elif (musts & nevers).any():
        faults.add("a site is both a must and ruled out", "Decide which")
    if sites < int(musts.sum()):
        faults.add("more sites are a must than may be chosen", "Raise sites, or drop some", value=sites)
    if len(begin) and (begin[0] < 0 or begin[-1] >= count):
        faults.add("the start names a site that does not exist", f"Give numbers below {count}")
    faults.raise_if_any()
