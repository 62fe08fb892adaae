"""The classic location problems as integer programs: sites are the choice, all else follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from pitchplan.errors import NoPlanExists
from pitchplan.siting.follow import Assigned, Covered, Farthest, Served, Serving, Shipped, Spread
from pitchplan.siting.model.coverage import coverage_parts
from pitchplan.siting.model.draft import Draft, GoalPart
from pitchplan.siting.model.levels import farthest_rows, nested_rows
from pitchplan.siting.program import IntegerProgram
from pitchplan.siting.solvers.covering_merge import merged_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.model.draft import Block
    from pitchplan.siting.sites import Capacity, Sites

__all__ = [
    "Classic",
    "backup_covering",
    "center",
    "dispersion",
    "maximal_covering",
    "median",
    "set_covering",
]

_MOST_UNITS = 10**12


@dataclass(frozen=True, eq=False)
class Classic:
    """A classic problem and how its numbers read.

    Attributes
    ----------
    name : str
        Which.
    sites : Sites
        What was given.
    program : IntegerProgram
        In whole units.
    unit : float
        What a whole unit of the first goal is worth in the numbers given.
    error : float
        By how much rounding to whole units may have moved the first goal's bound, in these numbers.
    steps : numpy.ndarray of float or None
        Of goals with levels: the number that each whole value stands for.
    kind : {"cover", "cost"}
        What the matrix holds.
    weights : numpy.ndarray of float, shape (demand,)
        Demand.
    """

    name: str
    sites: Sites
    program: IntegerProgram
    unit: float
    error: float
    steps: NDArray[np.float64] | None
    kind: str
    weights: NDArray[np.float64]


def _units(
    numbers: NDArray[np.float64], times: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], float, float]:
    """Return numbers in whole units, the unit, and how far a sum of them may be off.

    ``times`` says how often each may be counted; once unless given.
    """
    often = np.ones(len(numbers)) if times is None else times.astype(float)
    total = float(numbers @ often)
    if (numbers == np.rint(numbers)).all() and total < 2**52:
        return np.rint(numbers).astype(np.int64), 1.0, 0.0
    unit = 10.0 ** np.ceil(np.log10(total / _MOST_UNITS)) if total > 0 else 1.0
    whole = np.rint(numbers / unit)
    return whole.astype(np.int64), float(unit), 0.5 * float(unit) * float(often.sum())


def _begun(sites: Sites) -> tuple[Draft, Block]:
    """Write the columns of the sites and how many are chosen."""
    draft = Draft()
    chosen = draft.block("run", np.where(sites.is_forbidden, 0.0, 1.0))
    if sites.p is not None:
        every = np.arange(sites.count)
        draft.rows(
            f"{sites.p} sites",
            [(chosen, np.zeros_like(every), every, 1)],
            lower=sites.p,
            upper=sites.p,
            optional=True,
        )
    return draft, chosen


def _finished(sites: Sites, draft: Draft, goals: Sequence[tuple[str, float, GoalPart]]) -> IntegerProgram:
    written = draft.finish(goals)
    lower = np.zeros(len(written.upper))
    lower[: sites.count] = sites.is_required
    return IntegerProgram(
        written.blocks, lower, written.upper, written.rows, written.goals, written.followers
    )


def _every_place(draft: Draft, chosen: Block, sites: Sites) -> None:
    """Ask for a chosen site in reach of every place."""
    none = np.flatnonzero(sites.matrix @ (~sites.is_forbidden).astype(np.int64) == 0)
    if len(none):
        some = ", ".join(str(i) for i in none[:10])
        raise NoPlanExists(f"no site covers these places of demand: rows {some}")
    pairs = sites.matrix.tocoo()
    draft.rows(
        "a site for every place",
        [(chosen, pairs.row, pairs.col, 1)],
        lower=1,
        count=sites.demand,
        optional=True,
    )


def _served(draft: Draft, chosen: Block, sites: Sites, capacity: Capacity) -> Block:
    """Let each site serve what its capacity allows, and no demand twice."""
    pairs = sites.matrix.tocoo()
    group, run = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    serving = Serving(capacity.demand, group, run, None)
    served = draft.block("served", capacity.demand[group], late=True)
    pair, site = np.arange(served.size), np.arange(sites.count)
    draft.rows(
        "serve-within-capacity",
        [(served, run, pair, 1), (chosen, site, site, -capacity.capacity)],
        upper=0,
        count=sites.count,
        defines=served,
    )
    draft.rows(
        "serve-once",
        [(served, group, pair, 1)],
        upper=capacity.demand,
        count=sites.demand,
        defines=served,
    )

    def follower() -> Served:
        n = max(b.columns.stop for b in draft.blocks)
        each = csr_array((capacity.capacity, (site, site)), shape=(sites.count, n))
        return Served(served.columns, serving, each)

    draft.follow(follower)
    return served


def _serve_all(draft: Draft, served: Block, capacity: Capacity) -> None:
    pair = np.arange(served.size)
    total = int(capacity.demand.sum())
    draft.rows(
        "all demand served within the capacities",
        [(served, np.zeros_like(pair), pair, 1)],
        lower=total,
        optional=True,
    )


def set_covering(sites: Sites, capacity: Capacity | None) -> Classic:
    """State the location set covering problem."""
    draft, chosen = _begun(sites)
    _every_place(draft, chosen, sites)
    if capacity is not None:
        _serve_all(draft, _served(draft, chosen, sites, capacity), capacity)
    fewest = GoalPart("least", ((chosen, np.ones(sites.count, np.int64)),), 0)
    program = _finished(sites, draft, [("fewest-sites", 0.0, fewest)])
    return Classic("lscp", sites, program, 1.0, 0.0, None, "cover", np.ones(sites.demand))


def _covered(draft: Draft, chosen: Block, sites: Sites, demand: NDArray[np.int64], times: int) -> Block:
    """Count demand if it is covered so many times; places that the same sites cover are one group."""
    reach, weight, _ = merged_groups(sites.matrix, demand)
    covered = draft.block("covered", weight, late=True)
    draft.rows(
        f"covered-{times}-times",
        coverage_parts(chosen, covered, reach, weight),
        upper=-(times - 1) * weight,
        count=len(weight),
        defines=covered,
    )
    draft.follow(lambda: Covered(covered.columns, chosen.columns, reach, weight, times))
    return covered


def backup_covering(sites: Sites, weights: NDArray[np.float64], capacity: Capacity | None) -> Classic:
    """State the set covering problem with backup."""
    draft, chosen = _begun(sites)
    _every_place(draft, chosen, sites)
    if capacity is not None:
        _serve_all(draft, _served(draft, chosen, sites, capacity), capacity)
    weight, unit, _ = _units(weights)
    twice = _covered(draft, chosen, sites, weight, 2)
    fewest = GoalPart("least", ((chosen, np.ones(sites.count, np.int64)),), 0)
    most = GoalPart("most", ((twice, np.ones(twice.size, np.int64)),), int(weight.sum()))
    program = _finished(sites, draft, [("fewest-sites", 0.0, fewest), ("covered-twice", 0.0, most)])
    return Classic("lscp_backup", sites, program, 1.0, unit, None, "cover", weights)


def maximal_covering(sites: Sites, weights: NDArray[np.float64], capacity: Capacity | None) -> Classic:
    """State the maximal covering problem."""
    draft, chosen = _begun(sites)
    if capacity is not None:
        served = _served(draft, chosen, sites, capacity)
        weight, unit, error = capacity.demand, 1.0, 0.0
    else:
        weight, unit, error = _units(weights)
        served = _covered(draft, chosen, sites, weight, 1)
    reached = int(weight[np.diff(sites.matrix.indptr) > 0].sum())
    most = GoalPart("most", ((served, np.ones(served.size, np.int64)),), reached)
    program = _finished(sites, draft, [("cover-demand", 0.0, most)])
    return Classic("mclp", sites, program, unit, error, None, "cover", weights)


def median(
    sites: Sites,
    weights: NDArray[np.float64],
    capacity: Capacity | None,
    nearest: NDArray[np.int64] | None = None,
) -> Classic:
    """State the p-median problem, over each place's nearest sites where that is said.

    With ``nearest`` a place may also go "nowhere", at the cost of the next site it was not given:
    a relaxation, exact where no place does.
    """
    draft, chosen = _begun(sites)
    place, site, cost, beyond = sites.pairs_by_cost(nearest)
    pairs, each = len(place), np.arange(sites.demand)
    # Columns count demand, all of a place or none where capacities do not split it.
    demand = np.ones(sites.demand, np.int64) if capacity is None else capacity.demand
    costs = (
        np.append(cost, beyond)
        * np.append(weights[place], weights)
        / np.append(demand[place], demand).clip(1)
    )
    whole, unit, error = _units(costs, np.append(demand[place], demand))
    nowhere = np.where(beyond > 0, demand, 0)
    walk = draft.block("walk", np.append(demand[place], nowhere), late=True)
    k = np.arange(pairs)
    draft.rows(
        "serve-once",
        [(walk, place, k, 1), (walk, each, pairs + each, 1)],
        lower=demand,
        upper=demand,
        count=sites.demand,
        defines=walk,
    )
    draft.rows(
        "serve-from-open",
        [(walk, k, k, 1), (chosen, k, site, -demand[place])],
        upper=0,
        count=pairs,
        defines=walk,
    )
    if capacity is None:
        draft.follow(lambda: Assigned(walk.columns, chosen.columns, place, site, sites.demand))
    else:
        _within_capacity(draft, walk, chosen, (place, site, whole), nowhere, capacity)
    least = np.where(beyond > 0, whole[pairs:], 0)
    reached, first = np.unique(place, return_index=True)
    least[reached] = whole[first]
    part = GoalPart("least", ((walk, whole),), int(least @ demand))
    program = _finished(sites, draft, [("least-cost", 0.0, part)])
    return Classic("p_median", sites, program, unit, error, None, "cost", weights)


def _within_capacity(
    draft: Draft,
    walk: Block,
    chosen: Block,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    nowhere: NDArray[np.int64],
    capacity: Capacity,
) -> None:
    """Let each site serve no more demand than it can; a place's demand may be split."""
    place, site, cost = pairs
    k, every = np.arange(len(place)), np.arange(chosen.size)
    draft.rows(
        "serve-within-capacity",
        [(walk, site, k, 1), (chosen, every, every, -capacity.capacity)],
        upper=0,
        count=chosen.size,
        defines=walk,
    )
    draft.follow(
        lambda: Shipped(
            walk.columns,
            chosen.columns,
            place,
            site,
            cost,
            np.append(capacity.demand[place], nowhere),
            capacity.demand,
            capacity.capacity,
        )
    )


def center(sites: Sites) -> Classic:
    """State the p-center problem over the ranks of its distances."""
    draft, chosen = _begun(sites)
    place, site, cost, _ = sites.pairs_by_cost(None)
    steps = np.unique(cost)
    level = np.searchsorted(steps, cost)
    top = len(steps) - 1 if _all_pairs(sites) else len(steps)
    farthest = draft.block("farthest", np.ones(top))
    farthest_rows(draft, chosen, farthest, place, site, level, sites.demand)
    if not _all_pairs(sites):
        # A place that reaches no chosen site has no distance: that is no answer.
        draft.rows("reach-every-place", [(farthest, 0, top - 1, 1)], upper=0)
    draft.follow(lambda: Farthest(farthest.columns, chosen.columns, place, site, level, sites.demand))
    nearest = np.full(sites.demand, top)
    np.minimum.at(nearest, place, level)
    if nearest.max(initial=0) >= len(steps):
        raise NoPlanExists("a place of demand is reached from no site")
    part = GoalPart("least", ((farthest, np.ones(top, np.int64)),), int(nearest.max(initial=0)))
    program = _finished(sites, draft, [("farthest", 0.0, part)])
    return Classic("p_center", sites, program, 1.0, 0.0, steps, "cost", np.ones(sites.demand))


def _all_pairs(sites: Sites) -> bool:
    return bool(sites.matrix.nnz == sites.demand * sites.count)


def dispersion(sites: Sites) -> Classic:
    """State the p-dispersion problem over the ranks of its distances."""
    draft, chosen = _begun(sites)
    gap = sites.matrix.toarray()
    first, second = np.triu_indices(sites.count, 1)
    between = np.minimum(gap, gap.T)[first, second]
    steps = np.unique(between)
    level = np.searchsorted(steps, between)
    spread = draft.block("spread", np.ones(len(steps) - 1))
    row = np.flatnonzero(level < len(steps) - 1)
    k = np.arange(len(row))
    # Level j of the column counts says "farther apart than the j nearest distances".
    draft.rows(
        "sites-apart",
        [(chosen, k, first[row], 1), (chosen, k, second[row], 1), (spread, k, level[row], 1)],
        upper=2,
        count=len(row),
        defines=spread,
    )
    nested_rows(draft, spread)
    draft.follow(lambda: Spread(spread.columns, chosen.columns, first, second, level))
    part = GoalPart("most", ((spread, np.ones(spread.size, np.int64)),), spread.size)
    program = _finished(sites, draft, [("apart", 0.0, part)])
    return Classic("p_dispersion", sites, program, 1.0, 0.0, steps, "cost", np.ones(sites.demand))
