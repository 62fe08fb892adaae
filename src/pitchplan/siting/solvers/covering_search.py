"""Annealing by heat bath among the sites that the relaxation does not rule out.

One chosen site after another is taken out and, by Boltzmann's weights, one put back: itself, a neighbour, or
a promising site elsewhere. Gains and losses are kept up to date, so a draw among about sixty sites costs no
more than moving one. The number of steps is fixed, and so is the answer, unless the clock strikes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from pitchplan.siting.solvers.covering_kernels import (
    anneal,
    fast,
    kernel,
    near_order,
    neighbours,
    put_all,
    sums_by_site,
)
from pitchplan.siting.solvers.covering_merge import merged_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pitchplan.siting.solvers.covering_bound import Covering

    _Lists = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]

__all__ = ["Board", "Search", "by_nearness", "promising"]

_HOT = 0.08
_COLD = 0.005
_RULED_OUT = 0.1
_FEW_SITES = 500
_DRAWS = 12
_NOISE = 1 << 14
_IN_A_ROW = 100
_EPOCH = (200, 5_000)
_POLISHES = 20
_MOST_PAIRS = 1e9
_MOST_NEIGHBOURS = 400
# Entries a kernel may touch before the clock is looked at.
_WORK_COMPILED = 100_000_000
_WORK_INTERPRETED = 300_000


def by_nearness(reach: csr_array) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return an order of rows and one of sites in which what lies near is near, breadth first."""
    rows, sites = reach.shape
    across = reach.T.tocsr()
    lists = (
        reach.indptr.astype(np.int64), reach.indices, across.indptr.astype(np.int64), across.indices,
    )  # fmt: skip
    begin = 0
    for _ in range(2):
        # Once more from the far end: narrower fronts.
        site_order, row_order = np.empty(sites, dtype=np.int32), np.empty(rows, dtype=np.int32)
        seen = np.zeros(sites, dtype=bool), np.zeros(rows, dtype=bool)
        kernel(near_order)(*lists, begin, site_order, row_order, *seen)
        begin = int(site_order[-1])
    return row_order, site_order


def promising(worth: NDArray[np.float64], p: int, also: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sites whose sum of prices comes near that of the p-th best, and those given."""
    if len(worth) <= _FEW_SITES:
        return np.arange(len(worth))
    level = np.partition(worth, len(worth) - p)[len(worth) - p]
    kept = worth >= level * (1.0 - _RULED_OUT)
    kept[also] = True
    return np.flatnonzero(kept)


@dataclass(frozen=True, eq=False)
class Board:
    """The rows and sites that are searched, listed both ways.

    Attributes
    ----------
    sites : numpy.ndarray of int64, shape (kept,)
        Number of each site in the covering.
    row_at, row_sites, site_at, site_rows : numpy.ndarray of int
        Sites by row and rows by site.
    residents : numpy.ndarray of int64
        Residents per row.
    near_at, near : numpy.ndarray of int
        Sites that share a row with each site, itself left out.
    """

    sites: NDArray[np.int64]
    row_at: NDArray[np.int64]
    row_sites: NDArray[np.int32]
    site_at: NDArray[np.int64]
    site_rows: NDArray[np.int32]
    residents: NDArray[np.int64]
    near_at: NDArray[np.int64]
    near: NDArray[np.int32]

    @classmethod
    def of(cls, covering: Covering, sites: NDArray[np.int64]) -> Board:
        """Return the board of some sites; rows that these sites cover alike are one."""
        number = np.full(covering.count, -1, dtype=np.int32)
        number[sites] = np.arange(len(sites))
        entries = number[covering.row_sites]
        kept = entries >= 0
        at = np.concatenate([[0], np.cumsum(kept)])[covering.row_at]
        ones = np.ones(int(at[-1]), dtype=np.int8)
        part = csr_array((ones, entries[kept], at), shape=(len(covering.residents), len(sites)))
        del entries, kept, number
        groups, residents, _ = merged_groups(part, covering.residents)
        del part
        across = groups.T.tocsr()
        lists = (
            groups.indptr.astype(np.int64), groups.indices.astype(np.int32),
            across.indptr.astype(np.int64), across.indices.astype(np.int32),
        )  # fmt: skip
        near_at, near = _near(lists, len(sites))
        return cls(sites, *lists, residents, near_at, near)

    @property
    def work(self) -> float:
        """Entries touched by one step, about."""
        rows = len(self.site_rows) / max(1, len(self.sites))
        return 2.0 * rows * (1.0 + len(self.row_sites) / max(1, len(self.residents)))


def _near(lists: _Lists, sites: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where each site's neighbours start, and the neighbours: a sample where there are many."""
    lengths = np.diff(lists[0]).astype(float)
    stride = 1 + int((lengths * lengths).sum() / _MOST_PAIRS)
    near_at, near = np.zeros(sites + 1, dtype=np.int64), np.empty(0, dtype=np.int32)
    for _ in range(2):
        # Once to count, once to list.
        seen = np.full(sites, -1, dtype=np.int32)
        count = kernel(neighbours)(*lists, stride, _MOST_NEIGHBOURS, seen, near_at, near)
        near = near if len(near) else np.empty(count, dtype=np.int32)
    return near_at, near


class Search:
    """A choice of p sites on a board, and the best one seen.

    Parameters
    ----------
    board : Board
        Rows and sites.
    p : int
        Sites to choose, fewer than there are.
    level : float
        Residents a site is worth, about: the unit of heat.
    stop : callable
        Given the best value, says whether to stop: good enough, or out of time.
    """

    def __init__(self, board: Board, p: int, level: float, stop: Callable[[int], bool]) -> None:
        self.board, self.p, self.level, self.stop = board, p, level, stop
        self.best = np.empty(0, dtype=np.int64)
        self.best_value = -1
        self.hurried = False
        self._noise = np.random.default_rng(1).gumbel(size=_NOISE)
        self._clear()

    def begin(self, chosen: NDArray[Any]) -> None:
        """Start from a choice of up to p sites, filled up greedily."""
        self._clear()
        some = np.unique(chosen)[: self.p].astype(np.int32)
        self._put(some)
        full = np.empty(self.p, dtype=np.int32)
        full[: len(some)] = some
        for s in range(len(some), self.p):
            full[s] = np.where(self.is_chosen, -1, self.gain).argmax()
            self._put(full[s : s + 1])
        self._set(full)

    def polish(self) -> None:
        """Exchange sites for better ones until a sweep finds none."""
        for _ in range(_POLISHES):
            before = self.value
            slots = np.arange(self.p)
            if not self._move(slots, np.zeros(self.p, dtype=np.int64), 0.0) or self.value == before:
                break
        self._keep()

    def round(self, steps: int, seed: tuple[int, int], ends: float) -> bool:
        """Anneal from hot to cold.

        Parameters
        ----------
        steps : int
            Steps to make.
        seed : tuple of int
            Of the random numbers.
        ends : float
            Reading of `time.perf_counter` by which to be cold; cooling goes faster where it would be missed.

        Returns
        -------
        bool
            Whether it went to the end.
        """
        rng = np.random.default_rng(seed)
        size = min(max(_EPOCH[0], steps // 200), _EPOCH[1])
        epochs = max(2, steps // size)
        began, done, at = time.perf_counter(), 0, 0.0
        while at <= 1.0 + 1e-9:
            # Neighbouring slots hold neighbouring sites: runs of them stay within the cache.
            self.chosen.sort()
            runs = rng.integers(self.p, size=size // _IN_A_ROW + 1)
            slots = ((runs[:, None] + np.arange(_IN_A_ROW)) % self.p).ravel()[:size]
            heat = self.level * _HOT * (_COLD / _HOT) ** min(at, 1.0)
            if not self._move(slots, rng.integers(_NOISE, size=size), heat):
                self._keep()
                return False
            self._keep()
            done += 1
            now = time.perf_counter()
            pace = 1.0 / (epochs - 1)
            left = (1.0 - at) * (now - began) / done / max(ends - now, 1e-3)
            if left > pace * 1.02 and done >= 3:
                self.hurried = True
                pace = left
            at += pace
        self.polish()
        return True

    def _clear(self) -> None:
        board = self.board
        self.held = np.zeros(len(board.residents), dtype=np.int32)
        # A sum of the numbers of all sites that hold a row.
        self.owner = np.zeros(len(board.residents), dtype=np.int64)
        self.gain = np.empty(len(board.sites), dtype=np.int64)
        kernel(sums_by_site)(board.row_at, board.row_sites, board.residents, self.gain)
        self.loss = np.zeros(len(board.sites), dtype=np.int64)
        self.is_chosen = np.zeros(len(board.sites), dtype=bool)
        self.chosen = np.empty(0, dtype=np.int32)
        self.value = 0

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        b = self.board
        return (
            b.row_at, b.row_sites, b.site_at, b.site_rows, b.residents,
            self.held, self.owner, self.gain, self.loss,
        )  # fmt: skip

    def _put(self, sites: NDArray[np.int32]) -> None:
        kernel(put_all)(sites, *self._arrays())
        self.is_chosen[sites] = True

    def _set(self, chosen: NDArray[np.int32]) -> None:
        self.chosen = chosen
        self.value = int(self.board.residents[self.held > 0].sum())
        self._keep()

    def _keep(self) -> None:
        if self.value > self.best_value:
            self.best, self.best_value = self.board.sites[self.chosen], self.value

    def _move(self, slots: NDArray[np.int64], offsets: NDArray[np.int64], heat: float) -> bool:
        """Take out and put back each slot; return False where it was stopped before the end."""
        board = self.board
        count = len(board.sites)
        size = min(count, max(16, self.p // 2))
        pool = np.sort(np.argpartition(self.gain, count - size)[count - size :])
        budget = _WORK_COMPILED if fast() else _WORK_INTERPRETED
        chunk = max(1, int(budget / board.work))
        for low in range(0, len(slots), chunk):
            if self.stop(self.best_value):
                return False
            part = slice(low, low + chunk)
            won = kernel(anneal)(
                slots[part],
                offsets[part],
                self._noise,
                float(heat),
                pool,
                min(_DRAWS, size),
                board.near_at,
                board.near,
                self.chosen,
                self.is_chosen,
                *self._arrays(),
            )
            self.value += int(won)
        return True
