"""A siting problem while it is being written: blocks of columns, rows over them, goals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array, hstack

from pitchplan.siting.program import GoalRow, Rows
from pitchplan.walking.groups import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from pitchplan.siting.follow import Follower
    from pitchplan.walking.groups import Groups
    from pitchplan.walking.walks import Walks

__all__ = ["Block", "Draft", "GoalPart", "Written"]


@dataclass(eq=False)
class Block:
    """Columns of one kind; ``start`` is known once the draft is finished."""

    kind: str
    upper: NDArray[np.float64]
    late: bool
    start: int = -1

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.upper)

    @property
    def columns(self) -> slice:
        """Where its columns lie in the finished problem."""
        return slice(self.start, self.start + self.size)


Part = tuple[Block, "ArrayLike", "ArrayLike", "ArrayLike"] | tuple[Block, csr_array]
"""Block, row numbers, column numbers in the block, coefficients; or a block and its part of the matrix."""


@dataclass(frozen=True, eq=False)
class _RowsDraft:
    name: str
    parts: tuple[Part, ...]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    optional: bool
    defines: str
    unit: str


@dataclass(frozen=True, eq=False)
class Written:
    """What a finished draft holds."""

    blocks: tuple[tuple[str, int], ...]
    upper: NDArray[np.float64]
    rows: tuple[Rows, ...]
    goals: tuple[GoalRow, ...]
    followers: tuple[Follower, ...]


@dataclass(frozen=True, eq=False)
class GoalPart:
    """A goal as a sum over blocks."""

    sense: Literal["least", "most"]
    costs: tuple[tuple[Block, NDArray[np.int64]], ...]
    bound: int
    offset: int = 0
    whole: int | None = None


@dataclass(eq=False)
class Draft:
    """Collects blocks, rows, goals and followers; `finish` lays the columns out.

    Early blocks come first, in the order they were made; late blocks, which tell who is served or
    walks where and may be many, come last.
    """

    blocks: list[Block] = field(default_factory=list)
    shared: list[tuple[Block, Groups]] = field(default_factory=list)
    _groups: dict[int, Groups] = field(default_factory=dict)
    _rows: list[_RowsDraft] = field(default_factory=list)
    _follow: list[Callable[[], Follower]] = field(default_factory=list)

    def block(self, kind: str, upper: ArrayLike, *, late: bool = False) -> Block:
        """Add columns of one kind with their upper bounds; a second block of a kind gets a number."""
        before = sum(b.kind.split("-")[0] == kind for b in self.blocks)
        name = f"{kind}-{before + 1}" if before else kind
        block = Block(name, np.atleast_1d(np.asarray(upper, dtype=float)), late)
        self.blocks.append(block)
        return block

    def rows(
        self,
        name: str,
        parts: Sequence[Part],
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
        count: int = 1,
        optional: bool = False,
        defines: Block | None = None,
        unit: str = "",
    ) -> None:
        """Add ``count`` rows; the bounds are one per row, or one for all."""
        self._rows.append(
            _RowsDraft(
                name,
                tuple(parts),
                np.broadcast_to(np.asarray(lower, dtype=float), (count,)).copy(),
                np.broadcast_to(np.asarray(upper, dtype=float), (count,)).copy(),
                optional,
                "" if defines is None else defines.kind,
                unit,
            )
        )

    def follow(self, make: Callable[[], Follower]) -> None:
        """Add a follower, made when the columns' places are known."""
        self._follow.append(make)

    def grouped(self, walks: Walks) -> Groups:
        """Merge residents of one community who can walk to the same runs; the same object each time."""
        if id(walks) not in self._groups:
            self._groups[id(walks)] = grouped(walks, by_community=True)
        return self._groups[id(walks)]

    def finish(self, goals: Sequence[tuple[str, float, GoalPart]]) -> Written:
        """Lay the columns out and write everything over them."""
        ordered = [b for b in self.blocks if not b.late] + [b for b in self.blocks if b.late]
        start = 0
        for block in ordered:
            block.start = start
            start += block.size
        return Written(
            blocks=tuple((b.kind, b.size) for b in ordered),
            upper=np.concatenate([b.upper for b in ordered]),
            rows=tuple(_finished(r, start) for r in self._rows),
            goals=tuple(_goal(name, slack, part, start) for name, slack, part in goals),
            followers=tuple(make() for make in self._follow),
        )


def _finished(rows: _RowsDraft, n: int) -> Rows:
    """Write a row block; numbers as narrow as they fit, for blocks of tens of millions of entries."""
    many = len(rows.lower)
    if all(len(part) == 2 for part in rows.parts):
        matrix = _side_by_side(rows.parts, many, n)
        return Rows(rows.name, matrix, rows.lower, rows.upper, rows.optional, rows.defines, rows.unit)
    r, c, v = [], [], []
    for block, row, column, value in rows.parts:  # type: ignore[misc]
        at = np.atleast_1d(np.asarray(row))
        column = np.atleast_1d(np.asarray(column))
        size = max(len(at), len(column))
        r.append(np.broadcast_to(at, (size,)).astype(np.int32))
        c.append((np.broadcast_to(column, (size,)) + block.start).astype(np.int32))
        v.append(np.broadcast_to(np.asarray(value, dtype=np.int64), (size,)))
    wide = max((int(np.abs(part).max(initial=0)) for part in v), default=0)
    kind = np.min_scalar_type(-wide - 1)
    values = np.concatenate([part.astype(kind) for part in v])
    matrix = csr_array((values, (np.concatenate(r), np.concatenate(c))), shape=(many, n))
    matrix.sum_duplicates()
    return Rows(rows.name, matrix, rows.lower, rows.upper, rows.optional, rows.defines, rows.unit)


def _side_by_side(parts: Sequence[Part], many: int, n: int) -> csr_array:
    """Put matrices over blocks side by side, nothing where no block has a part."""
    wide, at = [], 0
    for block, matrix in sorted(parts, key=lambda part: part[0].start):  # type: ignore[misc]
        wide += [csr_array((many, block.start - at), dtype=matrix.dtype), matrix]
        at = block.start + block.size
    wide.append(csr_array((many, n - at), dtype=wide[-1].dtype))
    return csr_array(hstack([m for m in wide if m.shape[1]], format="csr"))


def _goal(name: str, slack: float, part: GoalPart, n: int) -> GoalRow:
    costs = np.zeros(n, dtype=np.int64)
    for block, values in part.costs:
        costs[block.columns] += values
    return GoalRow(name, part.sense, slack, costs, part.bound, part.offset, part.whole)
