"""Rows that count a group as covered only if a run or site in its reach is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.model.draft import Block, Part

__all__ = ["coverage_parts"]


def coverage_parts(
    opened: Block, covered: Block, reach: csr_array, residents: NDArray[np.int64]
) -> list[Part]:
    """Return the parts of rows ``covered - residents x (sum of opened in reach) <= ...``.

    Parameters
    ----------
    opened, covered : Block
        Columns of the runs or sites, and of the groups.
    reach : scipy.sparse.csr_array, shape (groups, opened)
        Not zero where a group reaches a run.
    residents : numpy.ndarray of int64, shape (groups,)
        Residents of each group.
    """
    kind = np.min_scalar_type(-int(residents.max(initial=0)) - 1)
    each = np.repeat((-residents).astype(kind), np.diff(reach.indptr))
    inside = csr_array((each, reach.indices, reach.indptr), shape=reach.shape)
    groups = len(residents)
    ones = csr_array(
        (
            np.ones(groups, dtype=kind),
            np.arange(groups, dtype=np.int32),
            np.arange(groups + 1, dtype=np.int32),
        ),
        shape=(groups, groups),
    )
    return [(opened, inside), (covered, ones)]
