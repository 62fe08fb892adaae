"""What the classic location problems are given: a matrix, demand, capacities, sites to choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.sparse import csr_array, issparse

from pitchplan.errors import Fault, Faults, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Capacity", "Sites"]


@dataclass(frozen=True, eq=False)
class Capacity:
    """Whole-number demand of each place and capacity of each site."""

    demand: NDArray[np.int64]
    capacity: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sites:
    """A checked matrix of demand against sites.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (demand, sites)
        1 where a site covers a place, or the cost; explicit zeros of costs are kept.
    labels : tuple
        Names of the sites.
    p : int or None
        Sites to choose.
    is_required, is_forbidden : numpy.ndarray of bool, shape (sites,)
        Sites that are chosen in any case, or never.
    """

    matrix: csr_array
    labels: tuple[object, ...]
    p: int | None
    is_required: NDArray[np.bool_]
    is_forbidden: NDArray[np.bool_]

    @property
    def demand(self) -> int:
        """Places of demand."""
        return int(self.matrix.shape[0])

    @property
    def count(self) -> int:
        """Sites."""
        return int(self.matrix.shape[1])

    @classmethod
    def read(
        cls,
        cover: Any,
        *,
        p: int | None = None,
        required: Sequence[int] = (),
        forbidden: Sequence[int] = (),
    ) -> Self:
        """Read a cover matrix; not zero means covered."""
        matrix, labels = _matrix(cover, "cover")
        if not matrix.data.all():
            matrix.eliminate_zeros()
        ones = np.ones(matrix.nnz, dtype=np.int8)
        matrix = csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)
        return cls._checked(matrix, labels, p, required, forbidden)

    @classmethod
    def read_costs(
        cls,
        costs: Any,
        *,
        p: int,
        required: Sequence[int] = (),
        forbidden: Sequence[int] = (),
        square: bool = False,
    ) -> Self:
        """Read a cost matrix; of a sparse one, pairs that it does not hold cannot be used."""
        matrix, labels = _matrix(costs, "costs")
        if square and matrix.shape[0] != matrix.shape[1]:
            fix = "Give a row and a column for each site"
            raise InputError(Fault("not a square matrix", fix, "distances", value=matrix.shape))
        return cls._checked(matrix, labels, p, required, forbidden)

    @classmethod
    def _checked(
        cls,
        matrix: csr_array,
        labels: tuple[object, ...],
        p: int | None,
        required: Sequence[int],
        forbidden: Sequence[int],
    ) -> Self:
        faults, count = Faults("locate"), matrix.shape[1]
        marks = {}
        for name, given in (("required", required), ("forbidden", forbidden)):
            marks[name] = np.zeros(count, dtype=bool)
            for site in list(given):
                if isinstance(site, int | np.integer) and 0 <= site < count and not isinstance(site, bool):
                    marks[name][site] = True
                else:
                    faults.add("no such site", f"Give columns 0 to {count - 1}", column=name, value=site)
        for both in np.flatnonzero(marks["required"] & marks["forbidden"]):
            faults.add("a site both required and forbidden", "Decide", column="required", value=int(both))
        if p is not None:
            most = count - int(marks["forbidden"].sum())
            least = max(1, int(marks["required"].sum()))
            whole = isinstance(p, int | np.integer) and not isinstance(p, bool)
            if not whole or not least <= p <= most:
                faults.add("not a number of sites", f"Give {least} to {most}", column="p", value=p)
        faults.raise_if_any()
        return cls(matrix, labels, None if p is None else int(p), marks["required"], marks["forbidden"])

    def weights(self, weights: ArrayLike | None) -> NDArray[np.float64]:
        """Return the demand of each place; 1 each unless given."""
        if weights is None:
            return np.ones(self.demand)
        return _numbers(weights, self.demand, "weights")

    def capacitated(self, demand: ArrayLike | None, capacity: ArrayLike | None) -> Capacity | None:
        """Return whole demand and capacities, or None where no capacity is given."""
        if capacity is None:
            return None
        asked = self.weights(demand)
        room = _numbers(capacity, self.count, "capacity")
        faults = Faults("locate")
        for name, numbers in (("demand", asked), ("capacity", room)):
            broken = np.flatnonzero(numbers != np.rint(numbers))
            if len(broken):
                k = int(broken[0])
                faults.add(
                    "not a whole number", "Scale to whole numbers", row=k, column=name, value=numbers[k]
                )
            if numbers.sum() > 2**31 - 1:
                faults.add("too much to add up", "At most 2,147,483,647", column=name, value=numbers.sum())
        faults.raise_if_any()
        return Capacity(np.rint(asked).astype(np.int64), np.rint(room).astype(np.int64))

    def check_k(self, k: object) -> None:
        """Raise if k is no number of sites."""
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
            raise InputError(Fault("not a number of sites", "Give 1 or more", "locate", None, "k", k))

    def pairs_by_cost(
        self, nearest: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the pairs (place, site, cost) sorted by place and cost, and each place's next cost.

        Parameters
        ----------
        nearest : numpy.ndarray of int64 or None, shape (demand,)
            How many of its nearest sites each place gets; None for all.

        Returns
        -------
        tuple of numpy.ndarray
            place, site, cost; and per place the cost of the first site that was left out, 0 if none.
        """
        pairs = self.matrix.tocoo()
        usable = ~self.is_forbidden[pairs.col]
        row, col, cost = pairs.row[usable], pairs.col[usable], pairs.data[usable]
        order = np.lexsort((col, cost, row))
        place, site = row[order].astype(np.int64), col[order].astype(np.int64)
        cost = cost[order].astype(float)
        beyond = np.zeros(self.demand)
        if nearest is not None:
            rank = np.arange(len(place)) - np.searchsorted(place, place)
            following = rank == nearest[place]
            beyond[place[following]] = cost[following]
            kept = rank < nearest[place]
            place, site, cost = place[kept], site[kept], cost[kept]
        return place, site, cost, beyond


def _matrix(given: Any, name: str) -> tuple[csr_array, tuple[object, ...]]:
    """Return a matrix of finite numbers, 0 or more, and the names of its columns."""
    labels: tuple[object, ...] | None = None
    if hasattr(given, "columns") and hasattr(given, "to_numpy"):
        labels, given = tuple(given.columns), given.to_numpy()
    if issparse(given):
        # What is given is not changed, and not copied where it need not be: it may fill half the memory.
        matrix = csr_array(given, dtype=float if name != "cover" else None)
        if not matrix.has_canonical_format or (name == "cover" and not matrix.data.all()):
            matrix = matrix.copy()
            matrix.sum_duplicates()
    else:
        try:
            dense = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            dense = np.zeros(0)
        if dense.ndim != 2 or 0 in dense.shape:
            fix = "Give a row per place of demand and a column per site"
            raise InputError(Fault(f"not a matrix of {name}", fix, name, value=type(given).__name__))
        row, col = np.indices(dense.shape)
        keep = dense.ravel() != 0 if name == "cover" else np.ones(dense.size, dtype=bool)
        matrix = csr_array((dense.ravel()[keep], (row.ravel()[keep], col.ravel()[keep])), shape=dense.shape)
    wrong = ~np.isfinite(matrix.data) | (matrix.data < 0)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        row_at = int(np.searchsorted(matrix.indptr, at, side="right") - 1)
        raise InputError(
            Fault(
                f"not {name}: {int(wrong.sum())} numbers that are negative or none",
                "Give finite numbers, 0 or more",
                name,
                row_at,
                str(int(matrix.indices[at])),
                float(matrix.data[at]),
            )
        )
    return matrix, labels or tuple(range(matrix.shape[1]))


def _numbers(given: ArrayLike, size: int, name: str) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        numbers = np.zeros((0, 0))
    if numbers.shape != (size,):
        raise InputError(Fault(f"not one number each: {name}", f"Give {size} numbers", "locate", None, name))
    wrong = np.flatnonzero(~np.isfinite(numbers) | (numbers < 0))
    if len(wrong):
        at = int(wrong[0])
        raise InputError(
            Fault(
                "a number that is negative or none", "Give 0 or more", "locate", at, name, float(numbers[at])
            )
        )
    return numbers
