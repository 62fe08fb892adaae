"""How many vendors are to be hosted, by class of vehicle where that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pitchplan.errors import Fault, Faults, InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

__all__ = ["HasPeak", "Vendors", "vendors_of"]

_MOST = 1_000_000


class HasPeak(Protocol):
    """Such as a `Provision`."""

    @property
    def peak(self) -> int:
        """Vendors at once."""


@dataclass(frozen=True, eq=False)
class Vendors:
    """Vendors to host.

    Attributes
    ----------
    classes : tuple of str
        Classes of vehicle that are counted apart; empty where all count together.
    counts : numpy.ndarray of int64, shape (max(1, classes),)
        Vendors of each class, or all.
    inputs : Mapping of str to str
        Content hashes of what a forecast was made from.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All vendors."""
        return int(self.counts.sum())

    def class_of(self, vehicles: NDArray[np.object_]) -> NDArray[np.int64]:
        """Return the place of each vehicle among the classes; -1 for one that is not to be hosted."""
        if not self.classes:
            return np.zeros(len(vehicles), dtype=np.int64)
        place = {v: k for k, v in enumerate(self.classes)}
        return np.array([place.get(str(v), -1) for v in vehicles], dtype=np.int64)


def vendors_of(vendors: int | Mapping[str, int] | HasPeak, looked_for: Collection[str]) -> Vendors:
    """Read the vendors to host.

    Parameters
    ----------
    vendors : int, mapping of str to int, or object with ``peak``
        All vendors, or vendors by class of vehicle. A forecast's provision counts by class where
        bays were looked for every class it knows and they are more than one; else all together.
    looked_for : collection of str
        Classes of vehicle that have bays among the candidates.

    Raises
    ------
    InputError
        Not whole numbers from 0 to a million, or a class that no bay was looked for.
    """
    by_class = vendors if isinstance(vendors, Mapping) else getattr(vendors, "by_vehicle", {})
    peak: object = getattr(vendors, "peak", vendors)
    inputs: Mapping[str, str] = getattr(vendors, "inputs", {})
    if isinstance(vendors, Mapping):
        _check_classes(vendors, looked_for)
        names = tuple(sorted(vendors))
        return Vendors(names, np.array([int(vendors[k]) for k in names], dtype=np.int64))
    if not _is_count(peak):
        fix = f"Give a whole number, 0 to {_MOST}, or one per class of vehicle"
        raise InputError(Fault("not a number of vendors", fix, "vendors", value=vendors))
    if len(by_class) > 1 and set(by_class) <= set(looked_for):
        names = tuple(sorted(by_class))
        return Vendors(names, np.array([int(by_class[k]) for k in names], dtype=np.int64), inputs)
    return Vendors((), np.array([int(peak)], dtype=np.int64), inputs)  # type: ignore[call-overload]


def _is_count(value: object) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and 0 <= value <= _MOST  # type: ignore[operator]


def _check_classes(vendors: Mapping[str, int], looked_for: Collection[str]) -> None:
    faults = Faults("vendors")
    if not vendors:
        faults.add("no class of vehicle", "Give at least one class and its vendors", value=dict(vendors))
    for name, count in vendors.items():
        if not isinstance(name, str):
            faults.add("not a class of vehicle", "Give its name as text", column="vehicle", value=name)
            continue
        if not _is_count(count):
            faults.add("not a number of vendors", f"Give 0 to {_MOST}", column=name, value=count)
        if name not in looked_for and count:
            known = ", ".join(sorted(looked_for)) or "none"
            faults.add(
                f"no legal bay is made for a {name!r}",
                f"Bays there are for: {known}; give find_candidates the class under vehicles",
                column=name,
                value=count,
            )
    faults.raise_if_any()
