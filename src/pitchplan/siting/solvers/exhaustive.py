"""The oracle: tries every choice. Slow, simple, and shares no step with the solvers it judges.

What follows from a choice is worked out here a second time, by definition and for many choices at
once; how many residents a choice serves by trying every least cut instead of seeking a flow.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import Fault, InputError, NoPlanExists
from pitchplan.siting import follow
from pitchplan.siting.program import sort_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pitchplan.siting.program import IntegerProgram

    Table = NDArray[np.int64]

__all__ = ["best_choices", "best_values"]

MOST_CHOICES = 2**20
MOST_GROUPS = 16
_AT_ONCE = 2**13


def best_values(program: IntegerProgram) -> tuple[list[int], NDArray[np.int64]]:
    """Return the best value of each goal in order, given the goals before, and a plan with the last.

    Returns
    -------
    tuple of (list of int, numpy.ndarray of int64, shape (columns,))
        Values as each goal was sought, and the first best plan.
    """
    reached, choices = best_choices(program)
    return reached, program.completed(choices[0])


def best_choices(program: IntegerProgram) -> tuple[list[int], NDArray[np.int64]]:
    """Return the best value of each goal in order, given the goals before, and every choice with the last.

    Parameters
    ----------
    program : IntegerProgram
        With at most a million choices, and at most 16 groups of residents where spots serve a
        limited number.

    Returns
    -------
    tuple of (list of int, numpy.ndarray of int64, shape (best choices, choice columns))
        Values as each goal was sought, and the choices in order.

    Raises
    ------
    InputError
        There are too many choices to try all.
    NoPlanExists
        None keeps the rows.
    """
    _check_size(program)
    kept, worth = [], []
    for choices in _choices(program):
        table = _followed(program, choices)
        legal = _keeps_rows(program, table)
        kept.append(choices[legal])
        worth.append(np.column_stack([g.offset + table[legal] @ g.costs for g in program.goals]))
    choices, values = np.concatenate(kept), np.concatenate(worth)
    if len(choices) == 0:
        raise NoPlanExists("no plan keeps every limit: all were tried")
    left, reached = np.arange(len(choices)), []
    for k, goal in enumerate(program.goals):
        column = values[left, k]
        best = int(column.max() if goal.sense == "most" else column.min())
        reached.append(best)
        least, most = goal.kept(best)
        last = k + 1 == len(program.goals)
        left = left[column == best] if last else left[(column >= least) & (column <= most)]
    return reached, choices[left]


def _check_size(program: IntegerProgram) -> None:
    upper, lower = program.upper[program.choice], program.lower[program.choice]
    with np.errstate(over="ignore"):
        many = float(np.prod(upper - lower + 1.0))
    served = [f for f in program.followers if isinstance(f, follow.Served)]
    groups = max((len(f.serving.residents) for f in served), default=0)
    if many > MOST_CHOICES or groups > MOST_GROUPS:
        fix = f"At most {MOST_CHOICES} choices, and {MOST_GROUPS} groups of residents; use 'highs'"
        raise InputError(Fault("too much to try all", fix, "exhaustive", value=f"{many:.0f}, {groups}"))


def _choices(program: IntegerProgram) -> Iterator[Table]:
    """Yield every choice within its bounds, some thousand rows at a time."""
    lower = program.lower[program.choice].astype(np.int64)
    size = program.upper[program.choice].astype(np.int64) - lower + 1
    total = int(np.prod(size))
    for first in range(0, total, _AT_ONCE):
        number = np.arange(first, min(first + _AT_ONCE, total))
        # One place of a single value leads: where nothing can be chosen there is one choice, of nothing.
        yield lower + np.stack(np.unravel_index(number, (1, *size.tolist())), axis=1)[:, 1:]


def _followed(program: IntegerProgram, choices: Table) -> Table:
    """Return values of all columns, one row per choice."""
    table = np.zeros((len(choices), program.size), dtype=np.int64)
    table[:, program.choice] = choices
    for follower in program.followers:
        table[:, follower.columns] = _by_definition(follower, table)
    return table


def _keeps_rows(program: IntegerProgram, table: Table) -> NDArray[np.bool_]:
    inside = (table >= program.lower) & (table <= program.upper)
    # Flows are not told one by one here, so their own bounds and rows cannot be looked at: they hold
    # for the least cut that was found.
    for kind, _ in program.blocks:
        if sort_of(kind) == "served":
            inside[:, program.block(kind)] = True
    legal: NDArray[np.bool_] = np.all(inside, axis=1)
    for rows in program.rows:
        if sort_of(rows.defines) != "served":
            activity = np.asarray((rows.matrix @ table.T).T)
            legal &= np.all((activity >= rows.lower) & (activity <= rows.upper), axis=1)
    return legal


@singledispatch
def _by_definition(follower: object, table: Table) -> Table:
    raise TypeError(follower)


@_by_definition.register(follow.Opened)
def _opened(f: follow.Opened, table: Table) -> Table:
    pitches = table[:, f.pitches]
    found = np.zeros((len(table), f.columns.stop - f.columns.start), dtype=np.int64)
    for column, run in enumerate(f.run_of_pitch):
        found[:, run] |= pitches[:, column] > 0
    return found


@_by_definition.register(follow.Used)
def _used(f: follow.Used, table: Table) -> Table:
    runs = table[:, f.runs]
    found = np.zeros((len(table), f.columns.stop - f.columns.start), dtype=np.int64)
    for run, place in enumerate(f.place):
        if place >= 0:
            found[:, place] |= runs[:, run]
    return found


@_by_definition.register(follow.LeftOver)
def _left_over(f: follow.LeftOver, table: Table) -> Table:
    pitches, found = table[:, f.pitches], np.tile(f.vendors, (len(table), 1))
    for column, kind in enumerate(f.class_of_pitch):
        found[:, kind] -= pitches[:, column]
    return found


@_by_definition.register(follow.Kept)
def _kept(f: follow.Kept, table: Table) -> Table:
    pitches = table[:, f.pitches]
    found = np.zeros((len(table), len(f.had)), dtype=np.int64)
    for k, (column, had) in enumerate(zip(f.of, f.had, strict=True)):
        found[:, k] = np.minimum(pitches[:, column], had)
    return found


@_by_definition.register(follow.Covered)
def _covered(f: follow.Covered, table: Table) -> Table:
    runs, reach = table[:, f.runs] > 0, f.reach.toarray()
    found = np.zeros((len(table), len(f.residents)), dtype=np.int64)
    for group, people in enumerate(f.residents):
        found[:, group] = np.where((runs & (reach[group] > 0)).sum(axis=1) >= f.times, people, 0)
    return found


@_by_definition.register(follow.Served)
def _served(f: follow.Served, table: Table) -> Table:
    """Tell how many are served, the least cut, in the first column alone."""
    s = f.serving
    capacity = np.asarray((f.capacity @ table.T).T)
    runs = capacity.shape[1]
    found = np.zeros((len(table), len(s.run)), dtype=np.int64)
    best = np.full(len(table), s.residents.sum())
    for chosen in range(2 ** len(s.residents)):
        inside = (chosen >> np.arange(len(s.residents))) & 1 == 1
        mine = inside[s.group]
        waiting = np.bincount(s.run[mine], s.residents[s.group[mine]], minlength=runs).astype(np.int64)
        best = np.minimum(best, s.residents[~inside].sum() + np.minimum(capacity, waiting).sum(axis=1))
    if found.shape[1]:
        found[:, 0] = best
    return found


@_by_definition.register(follow.Shipped)
def _shipped(f: follow.Shipped, table: Table) -> Table:
    return np.array([f.values(row) for row in table]).reshape(len(table), len(f.most))


@_by_definition.register(follow.Fair)
def _fair(f: follow.Fair, table: Table) -> Table:
    covered = table[:, f.covered]
    shares = [
        1000 * covered[:, f.community == c].sum(axis=1) // people for c, people in enumerate(f.residents)
    ]
    least: Table = np.min([np.full(len(table), 1000), *shares], axis=0)
    return least[:, None]


@_by_definition.register(follow.Assigned)
def _assigned(f: follow.Assigned, table: Table) -> Table:
    runs = table[:, f.runs] > 0
    found = np.zeros((len(table), len(f.group) + f.groups), dtype=np.int64)
    for group in range(f.groups):
        settled = np.zeros(len(table), dtype=bool)
        for pair in np.flatnonzero(f.group == group):
            takes = runs[:, f.run[pair]] & ~settled
            found[takes, pair] = 1
            settled |= takes
        found[~settled, len(f.group) + group] = 1
    return found


@_by_definition.register(follow.Farthest)
def _farthest(f: follow.Farthest, table: Table) -> Table:
    runs, top = table[:, f.runs] > 0, f.columns.stop - f.columns.start
    found = np.zeros((len(table), top), dtype=np.int64)
    for k in range(top):
        for group in range(f.groups):
            near = f.run[(f.group == group) & (f.level <= k)]
            found[:, k] |= ~runs[:, near].any(axis=1)
    return found


@_by_definition.register(follow.Spread)
def _spread(f: follow.Spread, table: Table) -> Table:
    runs, top = table[:, f.runs] > 0, f.columns.stop - f.columns.start
    found = np.ones((len(table), top), dtype=np.int64)
    for a, b, level in zip(f.first, f.second, f.level, strict=True):
        found[:, level:] &= ~(runs[:, a] & runs[:, b])[:, None]
    return found
