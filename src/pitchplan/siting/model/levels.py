"""Columns that count levels: "farther than this", "no nearer than this"; nested in one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.model.draft import Block, Draft

__all__ = ["farthest_rows", "nested_rows"]


def farthest_rows(
    draft: Draft,
    opened: Block,
    farthest: Block,
    group: NDArray[np.int64],
    run: NDArray[np.int64],
    level: NDArray[np.int64],
    groups: int,
) -> None:
    """For each group and each level short of its next: an open run at most so far, or "farther".

    Parameters
    ----------
    draft : Draft
        Gets the rows.
    opened, farthest : Block
        Columns of the runs, and of the levels: column k is 1 if some group walks farther than k.
    group, run, level : numpy.ndarray of int64, shape (pairs,)
        Which run lies at which level from which group.
    groups : int
        Number of groups.
    """
    top = farthest.size
    nested_rows(draft, farthest)
    # Nobody walks less than to the nearest run there is.
    nearest = np.full(groups, top)
    np.minimum.at(nearest, group, level)
    sure = np.arange(min(top, int(nearest.max(initial=0))))
    draft.rows("no-nearer-run", [(farthest, sure, sure, 1)], lower=1, count=len(sure), defines=farthest)
    if len(group) == 0:
        return
    order = np.lexsort((run, level, group))
    group, run, level = group[order], run[order], level[order]
    step = np.unique(np.column_stack([group, level]), axis=0)
    # A row stands at the level just short of the group's next one, with all runs up to this one.
    same = np.append(step[1:, 0] == step[:-1, 0], False)
    at = np.where(same, np.append(step[1:, 1], 0), top) - 1
    first = np.searchsorted(group, step[:, 0])
    key, wide = group * (top + 2) + level, step[:, 0] * (top + 2) + step[:, 1]
    last = np.searchsorted(key, wide, side="right")
    keep = (at >= 0) & (at < top) & (step[:, 1] < top)
    first, last, at = first[keep], last[keep], at[keep]
    size = last - first
    row = np.repeat(np.arange(len(size)), size)
    column = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size - first, size)
    own = np.arange(len(size))
    draft.rows(
        "walk-no-farther",
        [(opened, row, run[column], 1), (farthest, own, at, 1)],
        lower=1,
        count=len(size),
        defines=farthest,
    )


def nested_rows(draft: Draft, levels: Block) -> None:
    """Let each level hold only where the one before it does."""
    k = np.arange(max(0, levels.size - 1))
    draft.rows(
        f"{levels.kind}-is-nested",
        [(levels, k, k, 1), (levels, k, k + 1, -1)],
        lower=0,
        count=len(k),
        defines=levels,
    )
