"""Inner loops of maximal covering: plain functions over arrays, compiled by numba where it is installed.

Compiled or interpreted, a kernel gives the same bits: sums run in one order, whole numbers are int64, random
numbers come in as arrays, and numba neither reorders nor contracts (no fastmath). Nothing here imports numba
until `kernel` is first called.

A covering is held as lists of sites by row (`row_at`, `row_sites`) and of rows by site (`site_at`,
`site_rows`), with `held` (chosen sites per row) and `owner` (the sum of their numbers: where one site alone
covers a row, its number), `gain` (residents a site would add) and `loss` (residents that a chosen site alone
covers).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "anneal",
    "dual_step",
    "fast",
    "kernel",
    "near_order",
    "neighbours",
    "put_all",
    "sums_by_row",
    "sums_by_site",
]

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_made: dict[str, Any] = {}


def fast() -> bool:
    """Return whether numba is installed, so that kernels are compiled."""
    return importlib.util.find_spec("numba") is not None


def kernel(function: Kernel) -> Kernel:
    """Return the compiled form of a kernel, or the kernel itself where numba is missing."""
    if not fast():
        return function
    name = function.__name__
    if name not in _made:
        import numba
        from numba.extending import register_jitable

        if not _made:
            register_jitable(_put)
            register_jitable(_take)
        try:
            _made[name] = numba.njit(cache=True, nogil=True)(function)
        except RuntimeError:
            # No folder can be written to: compile in every process.
            _made[name] = numba.njit(nogil=True)(function)
    compiled: Kernel = _made[name]
    return compiled


def sums_by_row(
    row_at: NDArray[Any], row_sites: NDArray[Any], of_sites: NDArray[Any], out: NDArray[Any]
) -> None:
    """Write each row's sum over its sites."""
    for i in range(len(row_at) - 1):
        total = of_sites[0] * 0
        for t in range(row_at[i], row_at[i + 1]):
            total += of_sites[row_sites[t]]
        out[i] = total


def sums_by_site(
    row_at: NDArray[Any], row_sites: NDArray[Any], of_rows: NDArray[Any], out: NDArray[Any]
) -> None:
    """Write each site's sum over its rows."""
    for j in range(len(out)):
        out[j] = 0
    for i in range(len(row_at) - 1):
        each = of_rows[i]
        for t in range(row_at[i], row_at[i + 1]):
            out[row_sites[t]] += each


def dual_step(
    row_at: NDArray[Any],
    row_sites: NDArray[Any],
    of_sites: NDArray[Any],
    residents: NDArray[Any],
    step: NDArray[Any],
    scale: float,
    price: NDArray[Any],
    price_sum: NDArray[Any],
    worth: NDArray[Any],
) -> None:
    """Move the rows' prices against how far each is covered, and sum them by site, in one pass.

    `price` becomes clip(price + scale * step * (1 - covered), 0, residents), is added to `price_sum`, and
    its sums by site are written to `worth`.
    """
    for j in range(len(worth)):
        worth[j] = 0.0
    for i in range(len(row_at) - 1):
        covered = 0.0
        for t in range(row_at[i], row_at[i + 1]):
            covered += of_sites[row_sites[t]]
        each = price[i] + scale * step[i] * (1.0 - covered)
        if each < 0.0:
            each = 0.0
        if each > residents[i]:
            each = residents[i]
        price[i] = each
        price_sum[i] += each
        for t in range(row_at[i], row_at[i + 1]):
            worth[row_sites[t]] += each


def near_order(
    row_at: NDArray[Any],
    row_sites: NDArray[Any],
    site_at: NDArray[Any],
    site_rows: NDArray[Any],
    begin: int,
    site_order: NDArray[Any],
    row_order: NDArray[Any],
    site_seen: NDArray[Any],
    row_seen: NDArray[Any],
) -> None:
    """List sites and rows breadth first, from site `begin` and then from the first site left."""
    sites = 0
    rows = 0
    done = 0
    following = 0
    while done < len(site_order):
        if done == sites:
            j = begin
            if site_seen[j]:
                while site_seen[following]:
                    following += 1
                j = following
            site_seen[j] = True
            site_order[sites] = j
            sites += 1
        j = site_order[done]
        done += 1
        for t in range(site_at[j], site_at[j + 1]):
            i = site_rows[t]
            if not row_seen[i]:
                row_seen[i] = True
                row_order[rows] = i
                rows += 1
                for u in range(row_at[i], row_at[i + 1]):
                    other = row_sites[u]
                    if not site_seen[other]:
                        site_seen[other] = True
                        site_order[sites] = other
                        sites += 1


def neighbours(
    row_at: NDArray[Any],
    row_sites: NDArray[Any],
    site_at: NDArray[Any],
    site_rows: NDArray[Any],
    stride: int,
    limit: int,
    seen: NDArray[Any],
    near_at: NDArray[Any],
    near: NDArray[Any],
) -> int:
    """List the sites that share a row with each site; return how many there are in all.

    Looks at every stride-th row of a site and lists at most `limit` others. Where `near` is too short nothing
    is written past its end, so a first call with an empty one counts.
    """
    n = 0
    for j in range(len(site_at) - 1):
        near_at[j] = n
        seen[j] = j
        full = n + limit
        for t in range(site_at[j], site_at[j + 1], stride):
            if n >= full:
                break
            i = site_rows[t]
            for u in range(row_at[i], row_at[i + 1]):
                other = row_sites[u]
                if seen[other] != j and n < full:
                    seen[other] = j
                    if n < len(near):
                        near[n] = other
                    n += 1
    near_at[len(site_at) - 1] = n
    return n


def _put(
    j: int,
    row_at: NDArray[Any],
    row_sites: NDArray[Any],
    site_at: NDArray[Any],
    site_rows: NDArray[Any],
    residents: NDArray[Any],
    held: NDArray[Any],
    owner: NDArray[Any],
    gain: NDArray[Any],
    loss: NDArray[Any],
) -> None:
    """Choose site j."""
    alone = 0
    for t in range(site_at[j], site_at[j + 1]):
        i = site_rows[t]
        others = held[i]
        held[i] = others + 1
        if others == 0:
            each = residents[i]
            alone += each
            for u in range(row_at[i], row_at[i + 1]):
                gain[row_sites[u]] -= each
        elif others == 1:
            loss[owner[i]] -= residents[i]
        owner[i] += j
    loss[j] = alone


def _take(
    j: int,
    row_at: NDArray[Any],
    row_sites: NDArray[Any],
    site_at: NDArray[Any],
    site_rows: NDArray[Any],
    residents: NDArray[Any],
    held: NDArray[Any],
    owner: NDArray[Any],
    gain: NDArray[Any],
    loss: NDArray[Any],
) -> None:
    """Give up site j."""
    loss[j] = 0
    for t in range(site_at[j], site_at[j + 1]):
        i = site_rows[t]
        others = held[i] - 1
        held[i] = others
        owner[i] -= j
        if others == 0:
            each = residents[i]
            for u in range(row_at[i], row_at[i + 1]):
                gain[row_sites[u]] += each
        elif others == 1:
            loss[owner[i]] += residents[i]


def put_all(
    sites: NDArray[Any],
    row_at: NDArray[Any],
    row_sites: NDArray[Any],
    site_at: NDArray[Any],
    site_rows: NDArray[Any],
    residents: NDArray[Any],
    held: NDArray[Any],
    owner: NDArray[Any],
    gain: NDArray[Any],
    loss: NDArray[Any],
) -> None:
    """Choose several sites that are not chosen."""
    for s in range(len(sites)):
        _put(sites[s], row_at, row_sites, site_at, site_rows, residents, held, owner, gain, loss)


def anneal(
    slots: NDArray[Any],
    offsets: NDArray[Any],
    noise: NDArray[Any],
    heat: float,
    pool: NDArray[Any],
    draws: int,
    near_at: NDArray[Any],
    near: NDArray[Any],
    chosen: NDArray[Any],
    is_chosen: NDArray[Any],
    row_at: NDArray[Any],
    row_sites: NDArray[Any],
    site_at: NDArray[Any],
    site_rows: NDArray[Any],
    residents: NDArray[Any],
    held: NDArray[Any],
    owner: NDArray[Any],
    gain: NDArray[Any],
    loss: NDArray[Any],
) -> int:
    """Take out one chosen site after another and put one back, by heat bath; return residents won.

    What goes back is the site with the most gain + heat * noise among the one taken out, its neighbours and
    `draws` of the pool of promising sites elsewhere: with Gumbel noise, a draw by Boltzmann's weights.
    """
    won = 0
    many = len(noise)
    for s in range(len(slots)):
        slot = slots[s]
        old = chosen[slot]
        _take(old, row_at, row_sites, site_at, site_rows, residents, held, owner, gain, loss)
        is_chosen[old] = False
        at = offsets[s]
        best = old
        best_score = gain[old] + heat * noise[at]
        for t in range(near_at[old], near_at[old + 1]):
            at += 1
            if at == many:
                at = 0
            j = near[t]
            if not is_chosen[j]:
                score = gain[j] + heat * noise[at]
                if score > best_score:
                    best_score = score
                    best = j
        if len(pool) > 0:
            where = offsets[s] % len(pool)
            for _ in range(draws):
                at += 1
                if at == many:
                    at = 0
                where += 1
                if where >= len(pool):
                    where = 0
                j = pool[where]
                if not is_chosen[j]:
                    score = gain[j] + heat * noise[at]
                    if score > best_score:
                        best_score = score
                        best = j
        won += gain[best] - gain[old]
        _put(best, row_at, row_sites, site_at, site_rows, residents, held, owner, gain, loss)
        is_chosen[best] = True
        chosen[slot] = best
    return won
