"""The classic location problems over a cover or cost matrix, solved by the same core as a siting problem.

Rows of a matrix are places of demand, columns are sites. Names follow the field (LSCP, MCLP, p-median,
p-center, p-dispersion); definitions after Toregas et al. (1971), Church and ReVelle (1974), Hogan and
ReVelle (1986), Hakimi (1964), Kuby (1987), and Church (2008) for the nearest k sites.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from pitchplan.plan import Outcome
from pitchplan.siting import classic
from pitchplan.siting.assemble import relative_gap
from pitchplan.siting.follow import Served, Shipped
from pitchplan.siting.search.solve import PROVEN_WITHIN, Search, check_options, seek_all
from pitchplan.siting.search.stages import Clock
from pitchplan.siting.sites import Sites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from pitchplan.siting.classic import Classic

__all__ = [
    "Location",
    "k_nearest_p_median",
    "lscp",
    "lscp_backup",
    "mclp",
    "p_center",
    "p_dispersion",
    "p_median",
]


@dataclass(frozen=True, eq=False)
class Location:
    """The sites that were chosen and how good they are shown to be.

    Attributes
    ----------
    problem : str
        Which problem.
    chosen : numpy.ndarray of int64
        Columns of the chosen sites, ascending.
    labels : tuple
        Their names, where the matrix is a data frame; else the same numbers.
    value : float
        What they reach, worked out from the numbers as given.
    bound : float
        What no choice can beat.
    gap : float
        |value - bound| / max(1, |value|).
    outcome : str
        As in `pitchplan.Outcome`; PROVEN up to a gap of one in a million, the arithmetic of solvers.
    seconds : float
        Wall-clock seconds.
    solver : str
        Who searched.
    served_at : numpy.ndarray of int64, shape (demand,)
        Where each place of demand is served: its chosen site that is nearest (or, of a cover matrix,
        first); -1 where it is not. Of capacitated problems see ``shares``.
    shares : scipy.sparse.csr_array or None, shape (demand, sites)
        Of capacitated problems, how much of each place's demand each site serves.
    second : float or None
        Of `lscp_backup`, the demand that is covered twice.
    """

    problem: str
    chosen: NDArray[np.int64]
    labels: tuple[object, ...]
    value: float
    bound: float
    gap: float
    outcome: str
    seconds: float
    solver: str
    served_at: NDArray[np.int64]
    shares: csr_array | None = None
    second: float | None = None

    def __repr__(self) -> str:
        more = "" if self.second is None else f", {self.second:g} covered twice"
        return (
            f"{self.problem}: {len(self.chosen)} sites, value {self.value:.10g}{more},"
            f" bound {self.bound:.10g}, gap {self.gap:.2%}, {self.outcome}"
            f" ({self.seconds:.1f} s, {self.solver})"
        )


def lscp(
    cover: ArrayLike | Any,
    *,
    demand: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    required: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    time_limit_s: float = 60.0,
    solver: Any = "auto",
) -> Location:
    """Cover every place of demand with as few sites as possible (location set covering).

    Parameters
    ----------
    cover : array, sparse array or data frame, shape (demand, sites)
        Not zero where a site covers a place.
    demand : array of number, shape (demand,), optional
        With ``capacity``: how much each place asks for, whole numbers.
    capacity : array of number, shape (sites,), optional
        How much each site can serve, whole numbers; a place may be served by several sites.
    required, forbidden : sequence of int
        Columns of sites that are chosen in any case, or never.
    time_limit_s : float
        Wall-clock seconds.
    solver : str or PuLP solver
        As for `SitingProblem.solve`.

    Returns
    -------
    Location

    Raises
    ------
    InputError
        Numbers that make no sense; all faults at once.
    NoPlanExists
        A place is covered by no site, or capacities do not suffice.

    Examples
    --------
    >>> lscp([[1, 1, 0], [0, 1, 0], [0, 0, 1]]).chosen
    array([1, 2])
    """
    sites = Sites.read(cover, required=required, forbidden=forbidden)
    served = sites.capacitated(demand, capacity)
    return _solved(classic.set_covering(sites, served), time_limit_s, solver)


def lscp_backup(
    cover: ArrayLike | Any,
    *,
    demand: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    required: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    time_limit_s: float = 60.0,
    solver: Any = "auto",
) -> Location:
    """Cover every place with as few sites as possible and, of these choices, as much as possible twice.

    Parameters
    ----------
    cover, capacity, required, forbidden, time_limit_s, solver
        As for `lscp`.
    demand : array of number, shape (demand,), optional
        What counts as covered twice: the demand; every place counts 1 unless given.

    Returns
    -------
    Location
        ``value``, ``bound`` and ``gap`` are those of the number of sites, ``second`` is the demand
        covered twice, ``outcome`` the weaker of both.
    """
    sites = Sites.read(cover, required=required, forbidden=forbidden)
    served = sites.capacitated(demand, capacity) if capacity is not None else None
    return _solved(classic.backup_covering(sites, sites.weights(demand), served), time_limit_s, solver)


def mclp(
    cover: ArrayLike | Any,
    weights: ArrayLike | None,
    p: int,
    *,
    capacity: ArrayLike | None = None,
    required: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    solver: Any = "auto",
) -> Location:
    """Cover as much demand as possible with p sites (maximal covering).

    Parameters
    ----------
    cover : array, sparse array or data frame, shape (demand, sites)
        Not zero where a site covers a place.
    weights : array of number, shape (demand,), or None
        Demand of each place, 0 or more; None: 1 each.
    p : int
        Sites to choose.
    capacity : array of number, shape (sites,), optional
        How much each site can serve, whole numbers, as the weights must then be.
    required, forbidden, time_limit_s, solver
        As for `lscp`. ``"auto"`` gives millions of pairs to the search for pure covering.
    gap : float
        Share of the value at which the search may stop.

    Returns
    -------
    Location

    Examples
    --------
    >>> found = mclp([[1, 0], [1, 0], [0, 1]], [1, 1, 5], p=1)
    >>> found.chosen, found.value, found.outcome
    (array([1]), 5.0, 'PROVEN')
    """
    sites = Sites.read(cover, p=p, required=required, forbidden=forbidden)
    served = sites.capacitated(weights, capacity)
    stated = classic.maximal_covering(sites, sites.weights(weights), served)
    return _solved(stated, time_limit_s, solver, gap)


def p_median(
    costs: ArrayLike | Any,
    weights: ArrayLike | None,
    p: int,
    *,
    capacity: ArrayLike | None = None,
    required: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    solver: Any = "auto",
) -> Location:
    """Choose p sites so that demand x cost to the nearest chosen site is least in all.

    Parameters
    ----------
    costs : array, sparse array or data frame, shape (demand, sites)
        Cost of serving a unit of each place's demand from each site, 0 or more. Pairs that a sparse
        array does not hold cannot be used.
    weights : array of number, shape (demand,), or None
        Demand of each place, 0 or more; None: 1 each.
    p : int
        Sites to choose.
    capacity : array of number, shape (sites,), optional
        How much each site can serve, whole numbers, as the weights must then be; a place may be
        served by several sites.
    required, forbidden, time_limit_s, gap, solver
        As for `mclp`.

    Returns
    -------
    Location

    Examples
    --------
    >>> p_median([[0, 4, 9], [4, 0, 5], [9, 5, 0]], None, p=2).value
    4.0
    """
    sites = Sites.read_costs(costs, p=p, required=required, forbidden=forbidden)
    served = sites.capacitated(weights, capacity)
    return _solved(classic.median(sites, sites.weights(weights), served), time_limit_s, solver, gap)


def k_nearest_p_median(
    costs: ArrayLike | Any,
    weights: ArrayLike | None,
    p: int,
    k: int = 5,
    *,
    capacity: ArrayLike | None = None,
    required: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    time_limit_s: float = 60.0,
    solver: Any = "auto",
) -> Location:
    """Solve the p-median problem with each place's k nearest sites, and more where these do not do.

    Where the best choice serves a place by none of its k nearest sites, the place gets more of them
    and the problem is solved again: in the end the answer is that of `p_median`, exactly.

    Parameters
    ----------
    costs, weights, p, capacity, required, forbidden, time_limit_s, solver
        As for `p_median`.
    k : int
        Sites per place to begin with.

    Returns
    -------
    Location
    """
    sites = Sites.read_costs(costs, p=p, required=required, forbidden=forbidden)
    sites.check_k(k)
    weight, served = sites.weights(weights), sites.capacitated(weights, capacity)
    clock = Clock(time_limit_s)
    near = np.full(sites.demand, min(k, sites.count), dtype=np.int64)
    while True:
        stated = classic.median(sites, weight, served, nearest=near)
        began = time.monotonic()
        found = _searched(stated, max(0.05, clock.left), 0.0, solver)
        assert found.x is not None
        short = found.x[stated.program.block("walk")][-sites.demand :] > 0
        if not short.any():
            return _location(stated, found, time.monotonic() - began)
        near[short] = np.minimum(2 * near[short], sites.count)


def p_center(
    costs: ArrayLike | Any,
    p: int,
    *,
    required: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    time_limit_s: float = 60.0,
    solver: Any = "auto",
) -> Location:
    """Choose p sites so that the place farthest from its nearest chosen site is as near as possible.

    Parameters
    ----------
    costs : array, sparse array or data frame, shape (demand, sites)
        Distances, 0 or more.
    p : int
        Sites to choose.
    required, forbidden, time_limit_s, solver
        As for `lscp`.

    Returns
    -------
    Location

    Examples
    --------
    >>> p_center([[0, 4, 9], [4, 0, 5], [9, 5, 0]], p=1).chosen
    array([1])
    """
    sites = Sites.read_costs(costs, p=p, required=required, forbidden=forbidden)
    return _solved(classic.center(sites), time_limit_s, solver)


def p_dispersion(
    distances: ArrayLike | Any,
    p: int,
    *,
    required: Sequence[int] = (),
    forbidden: Sequence[int] = (),
    time_limit_s: float = 60.0,
    solver: Any = "auto",
) -> Location:
    """Choose p sites so that the two nearest of them are as far apart as possible.

    Parameters
    ----------
    distances : array or data frame, shape (sites, sites)
        Distances between sites, 0 or more, the same both ways.
    p : int
        Sites to choose, 2 or more.
    required, forbidden, time_limit_s, solver
        As for `lscp`.

    Returns
    -------
    Location

    Examples
    --------
    >>> p_dispersion([[0, 1, 7], [1, 0, 6], [7, 6, 0]], p=2).value
    7.0
    """
    sites = Sites.read_costs(distances, p=p, required=required, forbidden=forbidden, square=True)
    return _solved(classic.dispersion(sites), time_limit_s, solver)


def _solved(stated: Classic, time_limit_s: float, solver: Any, gap: float = 0.0) -> Location:
    began = time.monotonic()
    found = _searched(stated, time_limit_s, gap, solver)
    return _location(stated, found, time.monotonic() - began)


def _searched(stated: Classic, time_limit_s: float, gap: float, solver: Any) -> Search:
    check_options(time_limit_s, gap, solver)
    found = Search()
    seek_all(stated.program, found, clock=Clock(time_limit_s), gap=gap, solver=solver, log=False)
    return found


def _location(stated: Classic, found: Search, seconds: float) -> Location:
    """Read an answer in the numbers that were given."""
    assert found.x is not None
    sites, record = stated.sites, found.records[0]
    chosen = np.flatnonzero(found.x[stated.program.choice] > 0)
    served_at, shares = _served_at(stated, found.x, chosen)
    value, bound = _value(stated, found, chosen, served_at, shares), record.bound * stated.unit
    most = stated.program.goals[0].sense == "most"
    if stated.steps is not None:
        bound = float(stated.steps[int(record.bound)])
    bound = max(value, bound + stated.error) if most else min(value, bound - stated.error)
    gap = relative_gap(value, bound)
    outcome = Outcome.PROVEN if gap <= PROVEN_WITHIN else record.outcome
    second = None
    if len(found.records) > 1:
        outcome = Outcome.weakest([outcome, found.records[1].outcome])
        twice = np.bincount(sites.matrix[:, chosen].tocoo().row, minlength=sites.demand) > 1
        second = float(stated.weights[twice].sum())
    return Location(
        stated.name,
        chosen,
        tuple(sites.labels[k] for k in chosen),
        value,
        bound,
        gap,
        outcome,
        seconds,
        record.solver,
        served_at,
        shares,
        second,
    )


def _served_at(
    stated: Classic, x: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], csr_array | None]:
    """Return where each place is served, and the shares of capacitated problems."""
    sites = stated.sites
    inside = np.zeros(sites.count, dtype=bool)
    inside[chosen] = True
    pairs = sites.matrix.tocoo()
    usable = inside[pairs.col]
    row, col = pairs.row[usable].astype(np.int64), pairs.col[usable].astype(np.int64)
    order = np.lexsort((col, pairs.data[usable] if stated.kind == "cost" else col, row))
    place, first = np.unique(row[order], return_index=True)
    served_at = np.full(sites.demand, -1, dtype=np.int64)
    served_at[place] = col[order][first]
    for follower in stated.program.followers:
        if isinstance(follower, Served | Shipped):
            return served_at, follower.shares(x)
    return served_at, None


def _value(
    stated: Classic,
    found: Search,
    chosen: NDArray[np.int64],
    served_at: NDArray[np.int64],
    shares: csr_array | None,
) -> float:
    """Work the value out from the numbers given, whatever the solver said."""
    if stated.name in ("lscp", "lscp_backup"):
        return float(len(chosen))
    sites, assert_x = stated.sites, found.x
    assert assert_x is not None
    if stated.steps is not None:
        return float(stated.steps[stated.program.goals[0].value(assert_x)])
    if stated.name == "mclp":
        if shares is not None:
            return float((shares.sum(axis=1) * stated.weights).sum())
        return float(stated.weights[served_at >= 0].sum())
    if shares is not None:
        return float((shares.multiply(sites.matrix).sum(axis=1) * stated.weights).sum())
    cost = np.asarray(sites.matrix[np.arange(sites.demand), served_at]).ravel()
    return float(stated.weights @ cost)
