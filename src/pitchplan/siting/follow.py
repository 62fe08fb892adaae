"""Columns that follow from the choice: given the pitches, each has one best value.

Solvers are free to set these columns as they like within the rows. A plan is written from the pitches
alone: every other column is worked out here, in whole numbers, and then every row is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Assigned",
    "Covered",
    "Fair",
    "Farthest",
    "Follower",
    "Kept",
    "LeftOver",
    "Opened",
    "Served",
    "Serving",
    "Shipped",
    "Spread",
    "Used",
    "maximum_service",
    "service",
]


class Follower(Protocol):
    """Columns that follow from columns before them."""

    @property
    def columns(self) -> slice:
        """Columns it sets."""

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the best values of its columns.

        Parameters
        ----------
        x : numpy.ndarray of int64, shape (columns,)
            Values of all columns; those it depends on are set.
        """


@dataclass(frozen=True, eq=False)
class Opened:
    """A run is open if one of its pitches is chosen."""

    columns: slice
    pitches: slice
    run_of_pitch: NDArray[np.int64]

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 1 for each open run."""
        runs = self.columns.stop - self.columns.start
        return (np.bincount(self.run_of_pitch, x[self.pitches], minlength=runs) > 0).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Used:
    """A street, or a side of it, is used if one of its runs is open."""

    columns: slice
    runs: slice
    place: NDArray[np.int64]  # of each run among the columns; -1 for none

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 1 for each street or side that is used."""
        used = np.zeros(self.columns.stop - self.columns.start, dtype=np.int64)
        used[self.place[(x[self.runs] > 0) & (self.place >= 0)]] = 1
        return used


@dataclass(frozen=True, eq=False)
class Kept:
    """Pitches of an earlier plan that are chosen again, column by column."""

    columns: slice
    pitches: slice
    of: NDArray[np.int64]  # pitch column of each
    had: NDArray[np.int64]

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many are chosen again."""
        return np.minimum(x[self.pitches][self.of], self.had)


@dataclass(frozen=True, eq=False)
class LeftOver:
    """Vendors of each class that have no pitch."""

    columns: slice
    pitches: slice
    class_of_pitch: NDArray[np.int64]
    vendors: NDArray[np.int64]

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the vendors without a pitch, class by class."""
        hosted = np.bincount(self.class_of_pitch, x[self.pitches], minlength=len(self.vendors))
        return self.vendors - hosted.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Serving:
    """Who may be served where.

    Attributes
    ----------
    residents : numpy.ndarray of int64, shape (groups,)
        Residents of each group.
    group, run : numpy.ndarray of int, shape (pairs,)
        Pairs that can walk to each other; sorted by group, then run.
    per_pitch : int or None
        Residents one pitch can serve; None for however many.
    """

    residents: NDArray[np.int64]
    group: NDArray[np.integer]
    run: NDArray[np.integer]
    per_pitch: int | None

    @cached_property
    def _by_run(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.run, kind="stable")
        return order, np.searchsorted(self.run[order], np.arange(int(self.run.max(initial=-1)) + 2))

    def pairs_of(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the pairs (from 0) of some runs, sorted."""
        order, start = self._by_run
        some = runs[runs < len(start) - 1]
        parts = [order[start[r] : start[r + 1]] for r in some]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


def maximum_service(serving: Serving, capacity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Serve as many residents as the runs' capacities allow: an exact maximum flow.

    Parameters
    ----------
    serving : Serving
        Who may be served where.
    capacity : numpy.ndarray of int64, shape (runs,)
        Residents each run can serve.

    Returns
    -------
    numpy.ndarray of int64, shape (pairs,)
        Residents of each group served at each run.
    """
    flows = np.zeros(len(serving.run), dtype=np.int64)
    pairs, flow = service(serving, capacity)
    flows[pairs] = flow
    return flows


def service(serving: Serving, capacity: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs that serve somebody in a `maximum_service`, and how many residents each."""
    pairs = serving.pairs_of(np.flatnonzero(capacity > 0))
    if len(pairs) == 0:
        return pairs, pairs
    groups, g = np.unique(serving.group[pairs], return_inverse=True)
    runs, r = np.unique(serving.run[pairs], return_inverse=True)
    people = serving.residents[groups]
    room = np.minimum(capacity[runs], int(people.sum()))
    g_at, r_at, sink = 1, 1 + len(groups), 1 + len(groups) + len(runs)
    tail = np.concatenate([np.zeros(len(groups), int), g_at + g, r_at + np.arange(len(runs))])
    head = np.concatenate([g_at + np.arange(len(groups)), r_at + r, np.full(len(runs), sink)])
    most = np.concatenate([people, people[g], room]).astype(np.int32)
    graph = csr_array((most, (tail, head)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, 0, sink).flow.tocoo()
    forward = (
        (flow.row >= g_at) & (flow.row < r_at) & (flow.col >= r_at) & (flow.col < sink) & (flow.data > 0)
    )
    found = (flow.row[forward] - g_at) * len(runs) + (flow.col[forward] - r_at)
    return pairs[np.searchsorted(g * len(runs) + r, found)], flow.data[forward].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Served:
    """Residents of each group served at each run, as many as the capacities allow."""

    columns: slice
    serving: Serving
    capacity: csr_array  # (runs, columns): residents each run can serve, per unit of a column

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the residents of each pair that are served."""
        return maximum_service(self.serving, np.asarray(self.capacity @ x, dtype=np.int64))

    def shares(self, x: NDArray[np.int64]) -> csr_array:
        """Return how much of each group's demand each run serves, shape (groups, runs)."""
        flow = x[self.columns] / np.maximum(1, self.serving.residents[self.serving.group])
        shape = (len(self.serving.residents), self.capacity.shape[0])
        return csr_array((flow, (self.serving.group, self.serving.run)), shape=shape)


@dataclass(frozen=True, eq=False)
class Covered:
    """Residents of each group that have enough open runs within reach, all or none."""

    columns: slice
    runs: slice
    reach: csr_array  # (groups, runs)
    residents: NDArray[np.int64]
    times: int = 1

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the residents of each group, or 0."""
        return np.where(self.reach @ x[self.runs] >= self.times, self.residents, 0)


@dataclass(frozen=True, eq=False)
class Fair:
    """The least share of a community's residents that is covered, in thousandths, rounded down."""

    columns: slice
    covered: slice
    community: NDArray[np.int64]  # of each group; one more than there are for groups outside of all
    residents: NDArray[np.int64]  # of each community, above 0

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the least share in thousandths."""
        served = np.zeros(len(self.residents) + 1, dtype=np.int64)
        np.add.at(served, self.community, x[self.covered])
        return np.array([(1000 * served[:-1] // self.residents).min(initial=1000)], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Assigned:
    """Each group goes to its nearest open runs: 1 where it goes, the last column of a group for nowhere.

    Columns: the pairs, sorted by group and then by distance, then one per group for "nowhere".
    """

    columns: slice
    runs: slice
    group: NDArray[np.int64]
    run: NDArray[np.int64]
    groups: int

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 1 for the pair, or the nowhere, that each group goes to."""
        pairs = len(self.group)
        found = np.zeros(pairs + self.groups, dtype=np.int64)
        is_open = np.flatnonzero(x[self.runs][self.run] > 0)
        reached, first = np.unique(self.group[is_open], return_index=True)
        found[is_open[first]] = 1
        found[pairs:] = 1
        found[pairs + reached] = 0
        return found


@dataclass(frozen=True, eq=False)
class Shipped:
    """Demand of each group shipped from open runs within their capacities, at least cost in all.

    Columns: the pairs, sorted by group and then by cost, then one per group for "nowhere".
    """

    columns: slice
    runs: slice
    group: NDArray[np.int64]
    run: NDArray[np.int64]
    costs: NDArray[np.int64]  # of each column, per unit of demand
    most: NDArray[np.int64]  # of each column
    demand: NDArray[np.int64]
    capacity: NDArray[np.int64]

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what is shipped by each column: a transport problem, whose answers are whole."""
        found = np.zeros(len(self.most), dtype=np.int64)
        groups, pairs = len(self.demand), len(self.group)
        is_open = np.append(x[self.runs][self.run] > 0, np.ones(groups, dtype=bool))
        used = np.flatnonzero(is_open & (self.most > 0))
        group = np.append(self.group, np.arange(groups))[used]
        run = np.append(self.run, np.full(groups, -1))[used]
        column, at_run = np.arange(len(used)), np.flatnonzero(used < pairs)
        each = csr_array((np.ones(len(used)), (group, column)), shape=(groups, len(used)))
        room = csr_array(
            (np.ones(len(at_run)), (run[at_run], column[at_run])), shape=(len(self.capacity), len(used))
        )
        answer = linprog(
            self.costs[used],
            A_ub=room,
            b_ub=self.capacity,
            A_eq=each,
            b_eq=self.demand,
            bounds=np.column_stack([np.zeros(len(used)), self.most[used]]),
            method="highs-ds",
        )
        if answer.x is not None:
            found[used] = np.rint(answer.x).astype(np.int64)
        return found

    def shares(self, x: NDArray[np.int64]) -> csr_array:
        """Return how much of each group's demand each run serves, shape (groups, runs)."""
        shipped = x[self.columns][: len(self.group)] / np.maximum(1, self.demand[self.group])
        shape = (len(self.demand), len(self.capacity))
        return csr_array((shipped, (self.group, self.run)), shape=shape)


@dataclass(frozen=True, eq=False)
class Farthest:
    """Column k is 1 if some group walks farther than level k."""

    columns: slice
    runs: slice
    group: NDArray[np.int64]
    run: NDArray[np.int64]
    level: NDArray[np.int64]  # of each pair: place of its distance among the levels
    groups: int

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 1 for each level that some group walks beyond."""
        top = self.columns.stop - self.columns.start
        nearest = np.full(self.groups, top, dtype=np.int64)
        is_open = x[self.runs][self.run] > 0
        np.minimum.at(nearest, self.group[is_open], self.level[is_open])
        farther: NDArray[np.bool_] = np.arange(top) < nearest.max(initial=0)
        return farther.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Spread:
    """Column k is 1 if no two open runs are nearer than level k."""

    columns: slice
    runs: slice
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    level: NDArray[np.int64]  # of each pair: levels up to this place are kept by it

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 1 for each level that all open runs keep."""
        top = self.columns.stop - self.columns.start
        both = (x[self.runs][self.first] > 0) & (x[self.runs][self.second] > 0)
        apart: NDArray[np.bool_] = np.arange(top) < self.level[both].min(initial=top)
        return apart.astype(np.int64)
