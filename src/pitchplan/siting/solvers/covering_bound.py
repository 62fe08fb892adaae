"""The linear relaxation of maximal covering by a first-order method, and bounds that are exact whole numbers.

With prices 0 <= price <= residents on the rows, no p sites cover more than

    sum(residents - price) + the p largest of the sites' sums of prices,

the Lagrangian bound (Church & ReVelle 1974 in the form of Galvao & ReVelle 1996). The least such bound is the
linear relaxation. It is sought by primal-dual hybrid gradient (Chambolle & Pock 2011) with diagonal steps,
averages, restarts and balanced weights as in PDLP (Applegate et al. 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from pitchplan.siting.solvers.covering_kernels import dual_step, fast, kernel, sums_by_row, sums_by_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Covering", "Relaxation", "Relaxed", "exact_bound"]

_CHECK = 40
_WELL = 0.2
_ENOUGH = 0.7
_LONG = 0.36
_FINEST = 20


@dataclass(frozen=True, eq=False)
class Covering:
    """Rows to be covered by p of the sites.

    Attributes
    ----------
    row_at, row_sites : numpy.ndarray of int64, shape (rows + 1,); int32
        Where each row's sites start, and the sites.
    residents : numpy.ndarray of int64, shape (rows,)
        Residents per row, more than none.
    count : int
        Number of sites.
    p : int
        Sites to choose, fewer than there are.
    """

    row_at: NDArray[np.int64]
    row_sites: NDArray[np.int32]
    residents: NDArray[np.int64]
    count: int
    p: int

    def by_row(self, of_sites: NDArray[Any]) -> NDArray[Any]:
        """Return each row's sum over its sites."""
        if not fast():
            return np.asarray(self._matrix(of_sites) @ of_sites)
        out = np.empty(len(self.residents), dtype=of_sites.dtype)
        kernel(sums_by_row)(self.row_at, self.row_sites, of_sites, out)
        return out

    def by_site(self, of_rows: NDArray[Any]) -> NDArray[Any]:
        """Return each site's sum over its rows."""
        if not fast():
            return np.asarray(self._matrix(of_rows).T @ of_rows)
        out = np.empty(self.count, dtype=of_rows.dtype)
        kernel(sums_by_site)(self.row_at, self.row_sites, of_rows, out)
        return out

    def _matrix(self, like: NDArray[Any]) -> csr_array:
        ones = np.ones(len(self.row_sites), dtype=like.dtype)
        return csr_array((ones, self.row_sites, self.row_at), shape=(len(self.residents), self.count))


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What is known of the linear relaxation.

    Attributes
    ----------
    share : numpy.ndarray of float, shape (sites,)
        How far each site is chosen, summing to p.
    value : float
        Residents so covered.
    price : numpy.ndarray of float, shape (rows,)
        Prices of the least bound.
    bound : int
        That bound, exact.
    steps : int
        Steps made.
    """

    share: NDArray[np.float64]
    value: float
    price: NDArray[np.float64]
    bound: int
    steps: int


def exact_bound(covering: Covering, price: NDArray[np.float64]) -> int:
    """Return the Lagrangian bound of prices rounded to fractions of a power of two, in whole numbers.

    Nothing is lost to rounding: prices become whole multiples of 2**-bits, all sums are int64 that cannot
    overflow, and the bound is rounded down, as coverage is a whole number.
    """
    most = float((covering.residents * (np.diff(covering.row_at) + 1.0)).sum())
    bits = max(0, min(_FINEST, 61 - int(np.ceil(np.log2(max(most, 1.0))))))
    full = covering.residents << bits
    whole = np.clip(np.rint(np.ldexp(price, bits)).astype(np.int64), 0, full)
    worth = covering.by_site(whole)
    rest = covering.count - covering.p
    top = np.partition(worth, rest)[rest:]
    return int((full - whole).sum() + top.sum()) >> bits


class _State:
    """Shares and prices on their way, and the averages since the last restart."""

    def __init__(self, covering: Covering) -> None:
        self.covering = covering
        lengths = np.diff(covering.row_at).astype(float)
        weights = covering.residents.astype(float)
        # Steps that keep the method stable whatever the weight: ||sqrt(tau) A sqrt(sigma)|| <= 1.
        self.row_step = weights / lengths
        self.site_step = 1.0 / np.maximum(covering.by_site(weights), 1e-9)
        self.weights = weights
        self.balance = 3.0
        self.level = 0.0
        self.share = np.full(covering.count, covering.p / covering.count)
        self.price = weights * 0.5
        self.worth = covering.by_site(self.price)
        self.restart(self.share, self.price, self.worth)

    def restart(
        self, share: NDArray[np.float64], price: NDArray[np.float64], worth: NDArray[np.float64]
    ) -> None:
        """Begin anew from a point."""
        self.share, self.price, self.worth = share, price, worth
        self.from_share, self.from_price = share.copy(), price.copy()
        self.share_sum = np.zeros_like(share)
        self.price_sum = np.zeros_like(price)
        self.steps = 0

    def step(self) -> None:
        """Make one step of shares, then of prices against the extrapolated shares."""
        before = self.share
        tau = self.site_step / self.balance
        self.share, self.level = _onto_budget(before / tau + self.worth, tau, self.covering.p, self.level)
        self.share_sum += self.share
        beyond = 2.0 * self.share - before
        c = self.covering
        if fast():
            kernel(dual_step)(
                c.row_at, c.row_sites, beyond, self.weights, self.row_step, self.balance,
                self.price, self.price_sum, self.worth,
            )  # fmt: skip
        else:
            moved = self.price + self.balance * self.row_step * (1.0 - c.by_row(beyond))
            self.price = np.minimum(np.maximum(moved, 0.0), self.weights)
            self.price_sum += self.price
            self.worth = c.by_site(self.price)
        self.steps += 1

    def rebalance(self, share: NDArray[np.float64], price: NDArray[np.float64]) -> None:
        """Weigh steps of shares and prices by how far each has gone since the last restart."""
        far_share = float(np.sqrt(((share - self.from_share) ** 2 / self.site_step).sum()))
        far_price = float(np.sqrt(((price - self.from_price) ** 2 / self.row_step).sum()))
        if far_share > 1e-10 and far_price > 1e-10:
            self.balance = float(np.sqrt(self.balance * far_price / far_share))


class Relaxation:
    """The search for the least bound, step by step, so that it can be left at any time.

    Parameters
    ----------
    covering : Covering
        Rows, sites and how many to choose.
    """

    def __init__(self, covering: Covering) -> None:
        self._state = _State(covering)
        self._made = 0
        self._share = self._state.share.copy()
        self._value = -1.0
        self._price = self._state.price.copy()
        self._bound = float(covering.residents.sum())
        self._gap = self._gap_at_restart = self._bound

    def run(self, *, tolerance: float, steps: int, late: Callable[[], bool]) -> bool:
        """Go on until value and bound are close, and return whether they are, or the steps are made.

        Parameters
        ----------
        tolerance : float
            Relative distance of value and bound at which to stop.
        steps : int
            Most steps.
        late : callable
            Asked after each step; True ends it.
        """
        while self._made < steps:
            for _ in range(_CHECK):
                self._state.step()
                self._made += 1
                if late():
                    self._look()
                    return False
            self._look()
            if self._bound - self._value <= tolerance * self._bound:
                break
        return True

    def result(self) -> Relaxed:
        """Return what is known so far."""
        covering = self._state.covering
        return Relaxed(self._share, self._value, self._price, exact_bound(covering, self._price), self._made)

    def _look(self) -> None:
        """Measure the point reached and the average, keep the best, and begin anew where that pays."""
        state = self._state
        price = state.price_sum / state.steps
        points = [
            (state.share, state.price, state.worth),
            (state.share_sum / state.steps, price, state.covering.by_site(price)),
        ]
        gaps = [self._measured(*point) for point in points]
        gap, point = (gaps[0], points[0]) if gaps[0] <= gaps[1] else (gaps[1], points[1])
        fell = gap <= _ENOUGH * self._gap_at_restart and gap > self._gap
        if gap <= _WELL * self._gap_at_restart or fell or state.steps >= max(_LONG * self._made, 10 * _CHECK):
            share, price, worth = (part.copy() for part in point)
            state.rebalance(share, price)
            state.restart(share, price, worth)
            self._gap_at_restart = gap
        self._gap = gap

    def _measured(
        self, share: NDArray[np.float64], price: NDArray[np.float64], worth: NDArray[np.float64]
    ) -> float:
        """Return bound less value of a point, and keep either where it is the best."""
        value, bound = _value(self._state, share), _bound(self._state, price, worth)
        if value > self._value:
            self._share, self._value = share.copy(), value
        if bound < self._bound:
            self._price, self._bound = price.copy(), bound
        return bound - value


def _value(state: _State, share: NDArray[np.float64]) -> float:
    """Return the residents that shares cover."""
    return float((state.weights * np.minimum(state.covering.by_row(share), 1.0)).sum())


def _bound(state: _State, price: NDArray[np.float64], worth: NDArray[np.float64]) -> float:
    """Return the Lagrangian bound of prices, in floating point."""
    rest = state.covering.count - state.covering.p
    return float((state.weights - price).sum() + np.partition(worth, rest)[rest:].sum())


def _onto_budget(
    pull: NDArray[np.float64], tau: NDArray[np.float64], p: int, level: float
) -> tuple[NDArray[np.float64], float]:
    """Return clip(tau * (pull - level), 0, 1) with the level at which it sums to p.

    The sum falls piecewise linearly with the level: Newton steps, kept inside a shrinking bracket.
    """
    low, high = float((pull - 1.0 / tau).min()), float(pull.max())
    for _ in range(100):
        if not low <= level <= high:
            level = 0.5 * (low + high)
        raw = tau * (pull - level)
        share = np.minimum(np.maximum(raw, 0.0), 1.0)
        over = float(share.sum()) - p
        if abs(over) <= 1e-12 * p:
            break
        if over > 0:
            low = level
        else:
            high = level
        slope = float(tau[(raw > 0.0) & (raw < 1.0)].sum())
        level = level + over / slope if slope > 0.0 else 0.5 * (low + high)
        if high - low <= 1e-14 * max(abs(low), abs(high)):
            break
    return share, level
