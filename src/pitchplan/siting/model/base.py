"""Columns and rows that every siting problem has: pitches, runs, streets, vendors, clashes, decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.schemas import as_text
from pitchplan.siting.follow import LeftOver, Opened, Used
from pitchplan.siting.model.columns import Bays, bay_columns

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from pitchplan.siting.model.draft import Block, Draft
    from pitchplan.siting.model.ground import Ground

__all__ = ["Base", "written_base"]


@dataclass(frozen=True, eq=False)
class Base:
    """The blocks that goals and limits are written over.

    Attributes
    ----------
    ground : Ground
        What they stand for.
    bays : Bays
        Which pitches share a column.
    pitch, run, street, shortfall : Block
        Columns.
    pitch_cost : numpy.ndarray of int64, shape (pitch columns,)
        Obstruction of a pitch.
    """

    ground: Ground
    bays: Bays
    pitch: Block
    run: Block
    street: Block
    shortfall: Block
    pitch_cost: NDArray[np.int64]
    _members: dict[str, dict[str, NDArray[np.int64]]] = field(default_factory=dict, repr=False)

    def members(self, group_by: str, group: str) -> NDArray[np.int64]:
        """Return the pitch columns of a group.

        Parameters
        ----------
        group_by : str
            A column of the pitches, or ``"city"``.
        group : str
            Which group.
        """
        if group_by == "city":
            return np.arange(self.pitch.size)
        if group_by not in self._members:
            names = as_text(self.ground.pitches[group_by]).to_numpy(dtype=object)
            names = names[self.bays.first].astype(str)
            order = np.argsort(names, kind="stable")
            known, first = np.unique(names[order], return_index=True)
            self._members[group_by] = (
                dict(zip(known.tolist(), np.split(order, first[1:]), strict=True)) if len(order) else {}
            )
        return self._members[group_by].get(group, np.zeros(0, dtype=np.int64))


def written_base(
    draft: Draft, ground: Ground, spot_size: tuple[int, int], told_apart_by: Collection[str]
) -> Base:
    """Write the columns and rows that every siting problem has.

    Parameters
    ----------
    draft : Draft
        Gets them.
    ground : Ground
        What they stand for.
    spot_size : (int, int)
        Fewest and most pitches of an open spot.
    told_apart_by : collection of str
        Columns of the pitches that limits count by.

    Returns
    -------
    Base
        The blocks.
    """
    clashing = np.zeros(len(ground.pitches), dtype=bool)
    clashing[ground.clash_pairs.ravel()] = True
    costs = ground.costs
    bays = bay_columns(ground.pitches, ground.run_of, clashing, costs.per_pitch, told_apart_by=told_apart_by)
    kind_of = ground.vendors.class_of(ground.pitches["vehicle"].to_numpy(dtype=object)[bays.first])
    base = Base(
        ground,
        bays,
        draft.block("pitch", np.where(kind_of >= 0, bays.size, 0)),
        draft.block("run", np.ones(len(ground.runs))),
        draft.block("street", np.ones(len(costs.street_ids))),
        draft.block("shortfall", ground.vendors.counts),
        costs.per_pitch[bays.first],
    )
    _vendor_rows(draft, base, np.maximum(kind_of, 0))
    _spot_rows(draft, base, spot_size)
    _street_rows(draft, base)
    _clash_rows(draft, base)
    _keep_rows(draft, base)
    return base


def _vendor_rows(draft: Draft, base: Base, kind_of: NDArray[np.int64]) -> None:
    """Pitches and shortfall together are the vendors, class by class."""
    counts = base.ground.vendors.counts
    bay, kinds = np.arange(base.pitch.size), np.arange(len(counts))
    draft.rows(
        "vendors",
        [(base.pitch, kind_of, bay, 1), (base.shortfall, kinds, kinds, 1)],
        lower=counts,
        upper=counts,
        count=len(counts),
    )
    draft.follow(lambda: LeftOver(base.shortfall.columns, base.pitch.columns, kind_of, counts))


def _spot_rows(draft: Draft, base: Base, spot_size: tuple[int, int]) -> None:
    """Give a spot at least and at most so many pitches if it is open, and none if not."""
    bays, runs = base.bays, base.run.size
    least, most = spot_size
    room = np.minimum(np.bincount(bays.run, weights=base.pitch.upper, minlength=runs), most).astype(np.int64)
    bay, run = np.arange(base.pitch.size), np.arange(runs)
    inside = (base.pitch, bays.run, bay, 1)
    draft.rows("spot-least", [inside, (base.run, run, run, -least)], lower=0, count=runs)
    draft.rows("spot-most", [inside, (base.run, run, run, -room)], upper=0, count=runs)
    # A bay of its own column alone: chosen only where the spot is open, a tighter row than the sum.
    single = np.flatnonzero(bays.size == 1)
    row = np.arange(len(single))
    draft.rows(
        "bay-open",
        [(base.pitch, row, single, 1), (base.run, row, bays.run[single], -1)],
        upper=0,
        count=len(single),
    )
    draft.follow(lambda: Opened(base.run.columns, base.pitch.columns, bays.run))


def _street_rows(draft: Draft, base: Base) -> None:
    """Count a street as used if one of its runs is open."""
    place = base.ground.costs.street_of_run
    run = np.flatnonzero(place >= 0)
    row = np.arange(len(run))
    draft.rows(
        "street-open",
        [(base.run, row, run, 1), (base.street, row, place[run], -1)],
        upper=0,
        count=len(run),
        defines=base.street,
    )
    draft.follow(lambda: Used(base.street.columns, base.run.columns, place))


def _clash_rows(draft: Draft, base: Base) -> None:
    """Of pitches that clash with one another at most one is chosen."""
    pairs = base.bays.column[base.ground.clash_pairs]
    cliques = base.ground.cliques(pairs)
    row = np.repeat(np.arange(len(cliques)), [len(c) for c in cliques])
    column = np.array([c for clique in cliques for c in clique], dtype=np.int64)
    draft.rows("clashes", [(base.pitch, row, column, 1)], upper=1, count=len(cliques))
    _clash_on_street_rows(draft, base, row, column)


def _clash_on_street_rows(
    draft: Draft, base: Base, clique: NDArray[np.int64], pitch: NDArray[np.int64]
) -> None:
    """Of pitches on one street that clash at most one is chosen, and none where the street is not used.

    Without these the linear relaxation fills opposite kerbs half each and pays for half a street.
    """
    street = base.ground.costs.street_of_run[base.bays.run[pitch]]
    on_street = clique * (base.street.size + 1) + street
    _, row, many = np.unique(on_street, return_inverse=True, return_counts=True)
    kept = (street >= 0) & (many[row] > 1)
    _, row = np.unique(row[kept], return_inverse=True)
    of_row = np.zeros(row.max(initial=-1) + 1, dtype=np.int64)
    of_row[row] = street[kept]
    draft.rows(
        "clash-street",
        [(base.pitch, row, pitch[kept], 1), (base.street, np.arange(len(of_row)), of_row, -1)],
        upper=0,
        count=len(of_row),
        defines=base.street,
    )


def _keep_rows(draft: Draft, base: Base) -> None:
    """Open the spots that decisions keep; each can be taken back alone."""
    keep = base.ground.applied.keep
    place = {r: k for k, r in enumerate(base.ground.runs["run_id"])}
    for run in sorted(keep):
        name = f"decision {keep[run]} (keep spot {run})"
        draft.rows(name, [(base.run, 0, place[run], 1)], lower=1, optional=True, unit="spots")
