"""Pure p-median stages: Lagrangian bound, interchange, and HiGHS on what the two leave open.

The relaxation of "each place is served once" (Cornuejols, Fisher and Nemhauser 1977) splits by site and
is solved by sorting. Its reduced costs rule most sites and pairs out of any better plan, and HiGHS
proves the rest in little time. Interchange after Teitz and Bart (1968), all swaps at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.follow import Assigned
from pitchplan.siting.search.stages import staged
from pitchplan.siting.search.whole import Attempt, choice_of, seek_whole
from pitchplan.siting.solvers.highs import solve_stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.program import IntegerProgram
    from pitchplan.siting.search.stages import Clock

__all__ = ["is_median", "seek_median"]

_ROUNDS = 1500
_PATIENCE = 25
_LEAST_STEP = 1e-3
_MOST_CELLS = 40_000_000


def is_median(program: IntegerProgram) -> bool:
    """Tell whether a program chooses p sites for the least cost of going to the nearest, and no more."""
    held = program.rows_held()
    return (
        [kind for kind, _ in program.blocks] == ["run", "walk"]
        and len(program.goals) == 1
        and program.goals[0].sense == "least"
        and len(program.followers) == 1
        and isinstance(program.followers[0], Assigned)
        and len(held) == 1
        and held[0].matrix.shape[0] == 1
        and bool(held[0].lower[0] == held[0].upper[0])
        and bool((held[0].matrix[:, program.choice].toarray() == 1).all())
        and program.followers[0].groups * program.choice.stop <= _MOST_CELLS
    )


@dataclass(eq=False)
class _Relaxed:
    """The pairs with their costs, and the best bound so far."""

    group: NDArray[np.int64]
    run: NDArray[np.int64]
    cost: NDArray[np.float64]
    nowhere: NDArray[np.float64]
    p: int
    must: NDArray[np.bool_]
    never: NDArray[np.bool_]
    bound: float = -np.inf
    prices: NDArray[np.float64] | None = None

    def at(self, prices: NDArray[np.float64]) -> tuple[float, NDArray[np.float64], NDArray[np.int64]]:
        """Return the bound at some prices, each site's worth, and the sites that attain it."""
        cheap = np.minimum(0.0, self.cost - prices[self.group])
        worth: NDArray[np.float64] = np.zeros(len(self.must))
        worth += np.bincount(self.run, cheap, minlength=len(self.must))
        key = np.where(self.must, -np.inf, np.where(self.never, np.inf, worth))
        chosen = np.sort(np.argpartition(key, self.p - 1)[: self.p]).astype(np.int64)
        away = np.minimum(0.0, self.nowhere - prices)
        bound = float(prices.sum() + worth[chosen].sum() + away.sum())
        return bound, worth, chosen

    def residual(self, prices: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how often each group is served less often than once."""
        inside = np.zeros(len(self.must), dtype=bool)
        inside[chosen] = True
        used = inside[self.run] & (self.cost < prices[self.group])
        short = np.ones(len(prices))
        short -= np.bincount(self.group[used], minlength=len(prices))
        short -= self.nowhere < prices
        return short


def seek_median(
    program: IntegerProgram, start: NDArray[np.int64] | None, clock: Clock, gap: float, log: bool
) -> Attempt:
    """Seek the only goal of a pure p-median program.

    Parameters
    ----------
    program : IntegerProgram
        As `is_median` tells.
    start, clock, gap, log
        As for `seek_whole`.

    Returns
    -------
    Attempt
        Checked as far as the stage goes.
    """
    relaxed, costs = _read(program)
    best = _interchanged(costs, _nearest_start(relaxed, costs, start, program), relaxed, clock)
    if not np.isfinite(_value(costs, best)):
        # Pairs that cannot be used leave a place unserved: whether any choice serves all is open.
        return seek_whole(program, 0, [], start, clock, gap, log)
    try:
        best = _priced(relaxed, costs, best, clock)
        value = _value(costs, best)
        if value - np.ceil(relaxed.bound - 1e-6) <= gap * max(1.0, value):
            return _attempt("optimal", best, relaxed.bound, program)
    except KeyboardInterrupt:
        return _attempt("interrupted", best, relaxed.bound, program)
    return _proven_rest(program, relaxed, best, value, clock, gap, log)


def _read(program: IntegerProgram) -> tuple[_Relaxed, NDArray[np.float64]]:
    """Return the relaxation, and costs as a table with a last column for nowhere."""
    follower = program.followers[0]
    assert isinstance(follower, Assigned)
    costs = program.goals[0].costs[follower.columns].astype(float)
    pairs, sites = len(follower.group), program.choice.stop
    usable = program.upper[follower.columns][pairs:] > 0
    nowhere = np.where(usable, costs[pairs:], np.inf)
    relaxed = _Relaxed(
        follower.group,
        follower.run,
        costs[:pairs],
        nowhere,
        int(program.rows_held()[0].lower[0]),
        program.lower[program.choice] > 0,
        program.upper[program.choice] <= 0,
    )
    table = np.full((follower.groups, sites + 1), np.inf)
    table[follower.group, follower.run] = costs[:pairs]
    table[:, -1] = nowhere
    return relaxed, table


def _value(costs: NDArray[np.float64], chosen: NDArray[np.int64]) -> float:
    return float(np.minimum(costs[:, chosen].min(axis=1), costs[:, -1]).sum())


def _nearest_start(
    relaxed: _Relaxed, costs: NDArray[np.float64], start: NDArray[np.int64] | None, program: IntegerProgram
) -> NDArray[np.int64]:
    """Return the choice given, or one built by adding the site that helps most."""
    if start is not None:
        return np.flatnonzero(start[program.choice] > 0)
    top = float(np.max(costs[np.isfinite(costs)], initial=1.0)) * 2 + 1
    finite = np.where(np.isfinite(costs), costs, top)
    now = finite[:, -1].copy()
    chosen: list[int] = []
    for site in np.flatnonzero(relaxed.must):
        chosen.append(int(site))
        now = np.minimum(now, finite[:, site])
    while len(chosen) < relaxed.p:
        gain = np.maximum(0.0, now[:, None] - finite[:, :-1]).sum(axis=0)
        gain[chosen] = -1.0
        gain[relaxed.never] = -2.0
        best = int(gain.argmax())
        chosen.append(best)
        now = np.minimum(now, finite[:, best])
    return np.sort(np.array(chosen, dtype=np.int64))


def _interchanged(
    costs: NDArray[np.float64], chosen: NDArray[np.int64], relaxed: _Relaxed, clock: Clock
) -> NDArray[np.int64]:
    """Swap one site for another while that helps, the best swap first."""
    top = float(np.max(costs[np.isfinite(costs)], initial=1.0)) * 2 + 1
    finite = np.where(np.isfinite(costs), costs, top)
    others = finite[:, :-1]
    while clock.left > 0:
        inside = np.column_stack([finite[:, chosen], finite[:, -1]])
        order = np.argpartition(inside, min(1, inside.shape[1] - 1), axis=1)
        rows = np.arange(len(finite))
        first = inside[rows, order[:, 0]]
        second = inside[rows, order[:, 1]] if inside.shape[1] > 1 else np.full(len(rows), top)
        gain = np.maximum(0.0, first[:, None] - others).sum(axis=0)
        loss = np.bincount(order[:, 0], second - first, minlength=len(chosen) + 1)[: len(chosen)]
        # Whoever loses the first site goes to the new one where that is nearer than the second.
        saved = np.maximum(0.0, second[:, None] - np.maximum(others, first[:, None]))
        back = np.zeros((len(chosen) + 1, others.shape[1]))
        np.add.at(back, order[:, 0], saved)
        change = gain[None, :] - loss[:, None] + back[: len(chosen)]
        change[:, chosen] = -np.inf
        change[:, relaxed.never] = -np.inf
        change[relaxed.must[chosen]] = -np.inf
        out, into = np.unravel_index(int(change.argmax()), change.shape)
        if change[out, into] <= 1e-9:
            break
        chosen = np.sort(np.append(np.delete(chosen, out), into))
    return chosen


def _priced(
    relaxed: _Relaxed, costs: NDArray[np.float64], best: NDArray[np.int64], clock: Clock
) -> NDArray[np.int64]:
    """Raise the bound by subgradients and better the plan by the sites they choose."""
    value = _value(costs, best)
    inside = np.sort(np.column_stack([costs[:, best], costs[:, -1]]), axis=1)
    prices = np.where(np.isfinite(inside[:, 0]), inside[:, 0], 0.0)
    step, idle, seen = 1.0, 0, {best.tobytes()}
    for _ in range(_ROUNDS):
        bound, _, chosen = relaxed.at(prices)
        if bound > relaxed.bound + 1e-9 * abs(bound):
            relaxed.bound, relaxed.prices, idle = bound, prices.copy(), 0
        else:
            idle += 1
        if chosen.tobytes() not in seen and _value(costs, chosen) < 1.02 * value:
            seen.add(chosen.tobytes())
            bettered = _interchanged(costs, chosen, relaxed, clock)
            if _value(costs, bettered) < value:
                best, value = bettered, _value(costs, bettered)
        if idle > _PATIENCE:
            step, idle = step / 2, 0
            prices = prices if relaxed.prices is None else relaxed.prices.copy()
        short = relaxed.residual(prices, chosen)
        norm = float(short @ short)
        if norm == 0 or step < _LEAST_STEP or np.ceil(relaxed.bound - 1e-6) >= value or clock.left <= 0:
            break
        prices = prices + step * max(1.0, 1.0005 * value - bound) / norm * short
    return best


def _proven_rest(
    program: IntegerProgram,
    relaxed: _Relaxed,
    best: NDArray[np.int64],
    value: float,
    clock: Clock,
    gap: float,
    log: bool,
) -> Attempt:
    """Shut what no better plan can use and give the rest to HiGHS."""
    stage = staged(program, 0, [])
    choice = np.zeros(program.choice.stop, dtype=np.int64)
    choice[best] = 1
    if relaxed.prices is not None:
        shut_sites, shut_pairs = _shut(relaxed, value)
        pairs = len(relaxed.group)
        walk = program.block("walk")
        stage.stage.upper[: program.choice.stop][shut_sites] = 0.0
        stage.stage.upper[walk.start : walk.start + pairs][shut_pairs] = 0.0
    answer = solve_stage(stage.stage, time_limit_s=clock.left, gap=gap, log=log)
    bound = value if answer.status == "infeasible" else min(value, answer.bound)
    if answer.values is not None:
        found = choice_of(program, stage, answer.values)
        if _goal_value(program, found) < value:
            choice, bound = found, answer.bound
    status = "optimal" if answer.status == "infeasible" else answer.status
    return Attempt(status, choice, max(bound, relaxed.bound), "lagrangian and highs")


def _goal_value(program: IntegerProgram, choice: NDArray[np.int64]) -> int:
    return program.goals[0].value(program.completed(choice))


def _shut(relaxed: _Relaxed, value: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return sites and pairs that no plan better than the best one uses: their reduced costs say so."""
    assert relaxed.prices is not None
    bound, worth, chosen = relaxed.at(relaxed.prices)
    inside = np.zeros(len(worth), dtype=bool)
    inside[chosen] = True
    dearest = worth[chosen][~relaxed.must[chosen]].max(initial=-np.inf)
    opening = np.where(inside, 0.0, worth - dearest)
    # A better plan is better by 1 at least; what rounding may hide stays open.
    room = value - 1 - bound + 1e-6 * max(1.0, abs(value))
    sites = (opening > room) | relaxed.never
    extra = np.maximum(0.0, relaxed.cost - relaxed.prices[relaxed.group]) + opening[relaxed.run]
    return sites & ~relaxed.must, extra > room


def _attempt(status: str, chosen: NDArray[np.int64], bound: float, program: IntegerProgram) -> Attempt:
    choice = np.zeros(program.choice.stop, dtype=np.int64)
    choice[chosen] = 1
    return Attempt(status, choice, bound, "lagrangian")  # type: ignore[arg-type]
