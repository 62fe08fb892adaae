"""The table of limits: one line per group that something is counted in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.errors import NoPlanExists
from pitchplan.schemas import as_text
from pitchplan.siting import limits as lim

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "LIMIT_COLUMNS",
    "NO_MOST",
    "Entry",
    "book_entries",
    "check_together",
    "grouping_columns",
    "spot_size",
]

LIMIT_COLUMNS = ("rule", "counts", "group_by", "group", "at_least", "at_most")
NO_MOST = int(np.iinfo(np.int32).max)


@dataclass(frozen=True)
class Entry:
    """One line of the table of limits: so much of something in a group.

    Attributes
    ----------
    rule : str
        Rule of the book, or ``"planner"``.
    counts : str
        What is counted: pitches, spots, residents, metres apart, sides, centimetres of
        kerb, vehicle-seconds.
    group_by, group : str
        Column and which of its groups; ``"spot"`` for every spot, ``"city"`` for all.
    at_least, at_most : int
        Bounds; ``NO_MOST`` for none.
    """

    rule: str
    counts: str
    group_by: str
    group: str
    at_least: int = 0
    at_most: int = NO_MOST

    def __str__(self) -> str:
        where = "city" if self.group_by == "city" else f"{self.group_by} {self.group!r}"
        numbers = [f"at least {self.at_least}"] if self.at_least else []
        numbers += [f"at most {self.at_most}"] if self.at_most < NO_MOST else []
        unit = "" if self.counts == "pitches" else f" {self.counts}"
        return f"{self.rule} ({where}: {' and '.join(numbers) or 'no number'}{unit})"


def book_entries(table: pd.DataFrame) -> list[Entry]:
    """Read the rule book's limits: rule, group_by, group, at_least, at_most (pitches)."""
    least = pd.to_numeric(table["at_least"]).fillna(0).astype("int64")
    most = pd.to_numeric(table["at_most"]).fillna(NO_MOST).clip(upper=NO_MOST).astype("int64")
    rows = zip(
        table["rule"].astype(str),
        table["group_by"].astype(str),
        as_text(table["group"]),
        least.tolist(),
        most.tolist(),
        strict=True,
    )
    return sorted(
        {Entry(rule, "pitches", by, group, a, b) for rule, by, group, a, b in rows},
        key=lambda e: (e.rule, e.group_by, e.group, e.at_least, e.at_most),
    )


def grouping_columns(entries: Sequence[Entry], limits: Sequence[lim.Limit], known: set[str]) -> set[str]:
    """Return the columns of the pitches, among those there are, that limits count by."""
    by = {e.group_by for e in entries} | {m.group_by for m in limits if isinstance(m, lim.Quota)}
    if any(isinstance(m, lim.KerbShare | lim.ObstructionBudget) for m in limits):
        by.add("street_id")
    if any(isinstance(m, lim.KerbShare) for m in limits):
        by.add("length_m")
    return by & known


def spot_size(entries: Sequence[Entry], limits: Sequence[lim.Limit]) -> tuple[int, int]:
    """Return the fewest and most pitches of a spot that is opened; the fewest is at least 1.

    Raises
    ------
    NoPlanExists
        The fewest are more than the most.
    """
    sizes = [m for m in limits if isinstance(m, lim.SpotSize)]
    mine = [e for e in entries if e.group_by == "spot"]
    least = max([1, *(e.at_least for e in mine), *(int(s.at_least) for s in sizes)])
    most = min(
        [NO_MOST, *(e.at_most for e in mine), *(int(s.at_most) for s in sizes if s.at_most is not None)]
    )
    if most < least:
        raise NoPlanExists(
            f"limits on spots contradict each other: at least {least} and at most {most} pitches"
        )
    return least, most


def check_together(entries: Sequence[Entry], vendors: int) -> None:
    """Raise if groups of one kind must have more pitches together than there are vendors.

    Raises
    ------
    NoPlanExists
        Names the kind of group.
    """
    least: dict[str, dict[str, int]] = {}
    for e in entries:
        if e.counts == "pitches" and e.group_by != "spot":
            by_group = least.setdefault(e.group_by, {})
            by_group[e.group] = max(e.at_least, by_group.get(e.group, 0))
    for by, by_group in least.items():
        asked = sum(by_group.values())
        if asked > vendors:
            raise NoPlanExists(
                f"limits by {by} ask for {asked} pitches together, more than {vendors} vendors"
            )
