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

__all__ = ["Covering", "Relaxed", "exact_bound", "relax"]

_CHECK = 40
_LONGEST = 4000
_WELL = 0.2
_ENOUGH = 0.7
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
    lengths = np.diff(covering.row_at)
    most = int((covering.residents.astype(object) * (lengths + 1)).sum()) if len(lengths) else 0
    bits = max(0, min(_FINEST, 62 - most.bit_length()))
    full = covering.residents << bits
    whole = np.clip(np.rint(np.ldexp(price, bits)).astype(np.int64), 0, full)
    worth = covering.by_site(whole)
    top = np.partition(worth, covering.count - covering.p)[covering.count - covering.p :]
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


def relax(
    covering: Covering, *, tolerance: float, steps: int, go_on: Callable[[Relaxed], bool]
) -> Relaxed:
    """Solve the linear relaxation of maximal covering.

    Parameters
    ----------
    covering : Covering
        Rows, sites and how many to choose.
    tolerance : float
        Relative distance of value and bound at which to stop.
    steps : int
        Most steps.
    go_on : callable
        Asked now and then, with what is known; False ends it.

    Returns
    -------
    Relaxed
        The best shares and the best prices seen.
    """
    state = _State(covering)
    best_share, best_value = state.share, _value(state, state.share)
    best_price, best_bound = state.price.copy(), _bound(state, state.price, state.worth)
    at_restart = best_bound - best_value
    before = at_restart
    made = 0
    while made < steps:
        for _ in range(_CHECK):
            state.step()
        made += _CHECK
        mean_share, mean_price = state.share_sum / state.steps, state.price_sum / state.steps
        mean_worth = covering.by_site(mean_price)
        trials = []
        for share, price, worth in (
            (state.share, state.price, state.worth),
            (mean_share, mean_price, mean_worth),
        ):
            value, bound = _value(state, share), _bound(state, price, worth)
            trials.append((bound - value, share, price, worth))
            if value > best_value:
                best_share, best_value = share.copy(), value
            if bound < best_bound:
                best_price, best_bound = price.copy(), bound
        gap, share, price, worth = trials[0] if trials[0][0] <= trials[1][0] else trials[1]
        import os
        if os.environ.get('LOG'): print(made, state.steps, best_bound, best_value, [t[0] for t in trials], state.balance)
        if best_bound - best_value <= tolerance * best_bound:
            break
        if not go_on(Relaxed(best_share, best_value, best_price, int(best_bound), made)):
            break
        if (
            gap <= _WELL * at_restart
            or (gap <= _ENOUGH * at_restart and gap > before)
            or state.steps >= max(0.36 * made, 10 * _CHECK)
        ):
            state.rebalance(share, price)
            state.restart(share.copy(), price.copy(), worth.copy())
            at_restart = before = gap
        else:
            before = gap
    return Relaxed(best_share, best_value, best_price, exact_bound(covering, best_price), made)


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
