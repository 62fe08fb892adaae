"""How many vendors ask for a pitch in each week, by class of vehicle where that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.siting.model.vendors import Vendors, vendors_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

__all__ = ["HasWeeks", "WeeklyVendors", "weekly_vendors"]


class HasWeeks(Protocol):
    """Such as a `Provision`."""

    @property
    def by_week(self) -> tuple[int, ...]:
        """Vendors of each week."""


@dataclass(frozen=True, eq=False)
class WeeklyVendors:
    """Vendors to host in each week.

    Attributes
    ----------
    classes : tuple of str
        Classes of vehicle that are counted apart; empty where all count together.
    counts : numpy.ndarray of int64, shape (max(1, classes), weeks)
        Vendors of each class and week.
    inputs : Mapping of str to str
        Content hashes of what a forecast was made from.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def weeks(self) -> int:
        """Number of weeks."""
        return int(self.counts.shape[1])

    @property
    def most(self) -> Vendors:
        """The most of each class in any week: what has to be painted for."""
        return Vendors(self.classes, self.counts.max(axis=1), self.inputs)

    def of_week(self, week: int) -> Vendors:
        """Return the vendors of one week, counted from 0."""
        return Vendors(self.classes, self.counts[:, week].copy(), self.inputs)


def weekly_vendors(
    vendors: Sequence[int] | Sequence[Mapping[str, int]] | HasWeeks,
    weeks: int,
    looked_for: Collection[str],
) -> WeeklyVendors:
    """Read the vendors of each week.

    Parameters
    ----------
    vendors : sequence of int or of mapping of str to int, or object with ``by_week``
        One entry per week. A forecast's provision counts by class where bays were looked for every
        class it knows and they are more than one; else all together.
    weeks : int
        Weeks of the season.
    looked_for : collection of str
        Classes of vehicle that have bays among the candidates.

    Raises
    ------
    InputError
        Not one entry per week, or an entry that is no number of vendors; names every such week.
    """
    entries: Any = getattr(vendors, "by_week", vendors)
    by_class = getattr(vendors, "weeks_by_vehicle", ())
    inputs: Mapping[str, str] = getattr(vendors, "inputs", {})
    if by_class and set().union(*by_class) <= set(looked_for) and len(set().union(*by_class)) > 1:
        entries = by_class
    if isinstance(entries, str | Mapping) or not isinstance(entries, Sequence | np.ndarray):
        fix = "Give one number per week, such as forecast.to_provide(0.9)"
        raise InputError(Fault("no vendors by week", fix, "vendors", value=vendors))
    if len(entries) != weeks:
        what = f"{len(entries)} weeks of vendors for a season of {weeks} weeks"
        raise InputError(Fault(what, f"Give {weeks} numbers: weeks count from the first day", "vendors"))
    faults, read = Faults("vendors"), []
    for k, entry in enumerate(entries):
        try:
            read.append(vendors_of(entry, looked_for))
        except InputError as error:
            for f in error.faults:
                faults.add(f.what, f.fix, row=f"week {k + 1}", column=f.column, value=f.value)
    faults.raise_if_any()
    classes = tuple(sorted(set().union(*(v.classes for v in read))))
    if not classes:
        return WeeklyVendors((), np.stack([v.counts for v in read], axis=1), inputs)
    counts = [[dict(zip(v.classes, v.counts, strict=True)).get(c, 0) for v in read] for c in classes]
    return WeeklyVendors(classes, np.array(counts, dtype=np.int64), inputs)
