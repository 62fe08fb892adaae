"""An integer program: the only thing a solver sees. Plain sparse arrays, no geometry and no rule."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from scipy.sparse import csr_array, vstack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pitchplan.siting.follow import Follower, Serving

__all__ = ["GoalRow", "IntegerProgram", "Rows", "is_continuous", "sort_of"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Named rows ``lower <= matrix @ x <= upper``.

    Attributes
    ----------
    name : str
        What the rows say.
    matrix : scipy.sparse.csr_array, shape (rows, columns)
        Whole-number coefficients.
    lower, upper : numpy.ndarray of float, shape (rows,)
        Bounds of each row; infinite where there is none.
    optional : bool
        Whether somebody could take the rows back (limits, committees' decisions): these are
        named where no plan exists.
    defines : str
        Kind of columns the rows give their meaning to; ``""`` for rows that hold in every stage.
    unit : str
        What the rows count, such as ``"pitches"``.
    own : bool
        Whether the planner added them to the problem.
    """

    name: str
    matrix: csr_array
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    optional: bool = False
    defines: str = ""
    unit: str = ""
    own: bool = False


@dataclass(frozen=True, eq=False)
class GoalRow:
    """One goal: ``offset + costs @ x`` in whole numbers, to be least or most.

    Attributes
    ----------
    name : str
        The goal's name.
    sense : {"least", "most"}
        Direction.
    slack : float
        Share that may be given up for the next goals.
    costs : numpy.ndarray of int64, shape (columns,)
        Coefficients.
    bound : int
        A value that no plan can beat, known without any search.
    offset : int
        Constant part of the value.
    whole : int or None
        Where the value counts what is missing of a whole, that whole: the slack is then a share of
        what is reached, not of what is missing.
    """

    name: str
    sense: Literal["least", "most"]
    slack: float
    costs: NDArray[np.int64]
    bound: int
    offset: int = 0
    whole: int | None = None

    def value(self, x: NDArray[np.int64]) -> int:
        """Return the goal's value at whole values of all columns."""
        return self.offset + int(self.costs @ x)

    def kept(self, value: int) -> tuple[float, float]:
        """Return the least and greatest value that later goals must keep this one at.

        Rounded so that nothing is given up that the slack does not allow.
        """
        if self.whole is not None:
            return -np.inf, self.whole - _up((1 - self.slack) * (self.whole - value))
        if self.sense == "most":
            return _up(value - self.slack * abs(value)), np.inf
        return -np.inf, _down(value + self.slack * abs(value))

    def better(self, value: float, than: float) -> bool:
        """Tell whether a value is better than another."""
        return value > than if self.sense == "most" else value < than


def _up(value: float) -> float:
    return float(np.ceil(value - 1e-6))


def _down(value: float) -> float:
    return float(np.floor(value + 1e-6))


@dataclass(frozen=True, eq=False)
class IntegerProgram:
    """Columns in blocks, named rows and goals in order.

    The first block is the choice: pitches in a siting problem, sites in a classic location problem.
    Every other column follows from it (``followers``).

    Attributes
    ----------
    blocks : tuple of (str, int)
        Kind and number of columns of each block, in order. Kinds: pitch, run, street, side,
        shortfall, kept, farthest, spread, fair; and last, since they may be many, those that tell who is
        served or walks where: served, covered, walk. A second block of a kind is "walk-2".
    lower, upper : numpy.ndarray of float, shape (columns,)
        Bounds of each column.
    rows : tuple of Rows
        Row blocks.
    goals : tuple of GoalRow
        Goals in order.
    followers : tuple of Follower
        Work out every column but the choice, in order.
    """

    blocks: tuple[tuple[str, int], ...]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    rows: tuple[Rows, ...]
    goals: tuple[GoalRow, ...]
    followers: tuple[Follower, ...]

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.upper)

    @property
    def kind(self) -> NDArray[np.str_]:
        """Kind of each column."""
        return np.repeat([k for k, _ in self.blocks], [n for _, n in self.blocks])

    @cached_property
    def _slices(self) -> dict[str, slice]:
        ends = np.cumsum([0, *(n for _, n in self.blocks)]).tolist()
        return {k: slice(a, b) for (k, _), a, b in zip(self.blocks, ends[:-1], ends[1:], strict=True)}

    def block(self, kind: str) -> slice:
        """Return the columns of one kind; none where there is no such block."""
        return self._slices.get(kind, slice(0, 0))

    @property
    def choice(self) -> slice:
        """The columns that are chosen; all others follow."""
        return slice(0, self.blocks[0][1])

    @cached_property
    def whole(self) -> NDArray[np.bool_]:
        """Whether each column must be said to be whole: those of who is served need not be."""
        found = np.ones(self.size, dtype=bool)
        for kind, _ in self.blocks:
            if is_continuous(kind):
                found[self.block(kind)] = False
        return found

    @cached_property
    def designed(self) -> int:
        """Columns before those that tell who is served or walks where."""
        return sum(n for kind, n in self.blocks if not is_continuous(kind))

    def rows_named(self, name: str) -> Rows:
        """Return the row block of that name."""
        for rows in self.rows:
            if rows.name == name:
                return rows
        raise KeyError(f"no rows named {name!r}; there are {', '.join(r.name for r in self.rows)}")

    def rows_held(self) -> list[Rows]:
        """Return the rows that hold in every stage: those that give no column its meaning."""
        return [r for r in self.rows if not r.defines]

    def kinds_of(self, rows: Rows) -> frozenset[str]:
        """Return the kinds of columns that a row block uses."""
        return self._kinds[rows]

    @cached_property
    def _kinds(self) -> dict[Rows, frozenset[str]]:
        return {rows: self._kinds_at(rows.matrix.indices) for rows in self.rows}

    def _kinds_at(self, columns: NDArray[np.integer]) -> frozenset[str]:
        used = np.zeros(self.size, dtype=bool)
        used[columns] = True
        return frozenset(kind for kind, at in self._slices.items() if used[at].any())

    def needed(self, goals: int, without: frozenset[int] = frozenset()) -> tuple[set[str], list[Rows]]:
        """Return the kinds of columns and the rows that the first so many goals ask for.

        Rows that give a kind of columns its meaning are left out with it, and so are the columns
        that nothing asks for.

        Parameters
        ----------
        goals : int
            How many goals count.
        without : frozenset of int
            Row blocks, by place, that are left out.
        """
        held = [r for k, r in enumerate(self.rows) if not r.defines and k not in without]
        kinds = {self.blocks[0][0]}.union(*(self.kinds_of(r) for r in held))
        for goal in self.goals[:goals]:
            kinds |= self._kinds_at(np.flatnonzero(goal.costs))
        while True:
            more = [r for r in self.rows if r.defines in kinds]
            grown = kinds.union(*(self.kinds_of(r) for r in more))
            if grown == kinds:
                return kinds, [
                    r
                    for k, r in enumerate(self.rows)
                    if k not in without and (not r.defines or r.defines in kinds)
                ]
            kinds = grown

    def completed(self, choice: NDArray[np.int64], *, late: bool = True) -> NDArray[np.int64]:
        """Return the whole plan that a choice means: every column that follows, in whole numbers.

        Without ``late`` who is served and walks where is left at 0.
        """
        x = np.zeros(self.size, dtype=np.int64)
        x[self.choice] = choice
        for follower in self.followers:
            if late or follower.columns.stop <= self.designed:
                x[follower.columns] = follower.values(x)
        return x

    def values(self, x: NDArray[np.int64]) -> list[int]:
        """Return the value of each goal at whole values of all columns."""
        return [goal.value(x) for goal in self.goals]

    def broken(self, x: NDArray[np.int64], *, late: bool = True) -> str:
        """Name the first bound or row that whole values of all columns break; ``""`` if none.

        Without ``late`` rows that ask who is served are passed over.
        """
        outside = np.flatnonzero((x < self.lower) | (x > self.upper))
        if len(outside):
            return f"column x{outside[0]} is {x[outside[0]]}, outside its bounds"
        for rows, matrix, lower, upper in self._checked if late else self._checked[:1]:
            activity = matrix @ x
            wrong = np.flatnonzero((activity < lower) | (activity > upper))
            if len(wrong):
                start = np.cumsum([0, *(len(r.lower) for r in rows)])
                k = int(np.searchsorted(start, wrong[0], side="right")) - 1
                row = wrong[0] - start[k]
                return f"rows {rows[k].name!r}: row {row} is broken with {activity[wrong[0]]}"
        return ""

    @cached_property
    def _checked(self) -> list[tuple[list[Rows], csr_array, NDArray[np.float64], NDArray[np.float64]]]:
        """Row blocks to check: all that ask nobody who is served as one, then the others as they are."""
        late = [r for r in self.rows if any(is_continuous(kind) for kind in self.kinds_of(r))]
        early = [r for r in self.rows if r not in late]
        together = csr_array(vstack([csr_array((0, self.size), dtype=np.int64), *(r.matrix for r in early)]))
        lower = np.concatenate([np.zeros(0), *(r.lower for r in early)])
        upper = np.concatenate([np.zeros(0), *(r.upper for r in early)])
        return [(early, together, lower, upper), *(([r], r.matrix, r.lower, r.upper) for r in late)]

    def with_rows(
        self,
        name: str,
        coefficients: Mapping[int, int],
        *,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> Self:
        """Return the same problem with one row more: a constraint of the planner's own.

        Parameters
        ----------
        name : str
            What the row says; errors name it.
        coefficients : mapping of int to int
            Column numbers, as ``variables`` tells them, and whole-number coefficients.
        at_least, at_most : int or None
            Bounds of the sum; None for none.

        Raises
        ------
        InputError
            There is no such column, a coefficient is no whole number, or the name is taken.
        """
        from pitchplan.errors import Faults

        faults = Faults("with_rows")
        whole = (int, np.integer)
        if not hasattr(coefficients, "items"):
            faults.add("not coefficients", "Give a dict of column to number", value=coefficients)
            faults.raise_if_any()
        for column, value in coefficients.items():
            if not isinstance(column, whole) or not 0 <= column < self.size:
                faults.add("no such column", f"Give 0 to {self.size - 1}", column="column", value=column)
            if not isinstance(value, whole) or isinstance(value, bool):
                faults.add("not a whole number", "Give whole coefficients", row=str(column), value=value)
        for word, bound in (("at_least", at_least), ("at_most", at_most)):
            if bound is not None and (not isinstance(bound, whole) or isinstance(bound, bool)):
                faults.add("not a whole number", "Give a whole bound or None", column=word, value=bound)
        if not isinstance(name, str) or not name or any(r.name == name for r in self.rows):
            faults.add("a name that is empty or taken", "Give a name of its own", column="name", value=name)
        faults.raise_if_any()
        columns = np.array(sorted(coefficients), dtype=np.int64)
        values = np.array([coefficients[int(c)] for c in columns], dtype=np.int64)
        matrix = csr_array((values, (np.zeros(len(columns), np.int64), columns)), shape=(1, self.size))
        lower = -np.inf if at_least is None else float(at_least)
        upper = np.inf if at_most is None else float(at_most)
        row = Rows(name, matrix, np.array([lower]), np.array([upper]), optional=True, own=True)
        return replace(self, rows=(*self.rows, row))

    @property
    def serving(self) -> Serving | None:
        """Who may be served where, if a goal asks for it."""
        return next((f.serving for f in self.followers if hasattr(f, "serving")), None)

    @property
    def sha256(self) -> str:
        """Hash of every array; the same for inputs that differ in row order alone."""
        digest = hashlib.sha256(repr(self.blocks).encode())
        for array in (self.lower, self.upper):
            digest.update(np.ascontiguousarray(array).tobytes())
        for rows in self.rows:
            digest.update(rows.name.encode())
            m = rows.matrix
            for array in (
                m.indptr.astype(np.int64),
                m.indices.astype(np.int64),
                m.data,
                rows.lower,
                rows.upper,
            ):
                digest.update(np.ascontiguousarray(array).tobytes())
        for goal in self.goals:
            digest.update(f"{goal.name} {goal.sense} {goal.slack!r} {goal.offset}".encode())
            digest.update(goal.costs.tobytes())
        return digest.hexdigest()


CONTINUOUS = ("served", "covered", "walk")
"""Kinds of columns that are whole wherever the choice is, without being said to be."""


def sort_of(kind: str) -> str:
    """Return what sort of columns a block holds: ``"walk"`` of the blocks ``"walk"`` and ``"walk-2"``."""
    return kind.split("-")[0]


def is_continuous(kind: str) -> bool:
    """Tell whether columns are of a sort that need not be said to be whole."""
    return sort_of(kind) in CONTINUOUS
