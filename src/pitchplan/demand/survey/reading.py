"""Columns of a harvest survey, read whole: numbers, days and words, with a note of every fault.

A big table repeats itself, so every distinct cell is understood once; what is checked of the numbers
is checked of whole arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pitchplan.demand.survey.cells import FIX_NUMBER, Unclear, day_of, numbers_of, text_of
from pitchplan.demand.survey.columns import Given
from pitchplan.errors import Faults
from pitchplan.masking import holds_number
from pitchplan.schemas import SURVEY

__all__ = ["Bools", "Floats", "Numbers", "Reading", "mask_of", "read_days", "read_numbers", "read_texts"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_Meant = TypeVar("_Meant")


@dataclass(frozen=True, slots=True)
class Reading:
    """A survey while it is read: its columns, the names of its rows, and the faults found so far.

    Attributes
    ----------
    given : dict of str to Given
        Columns by their names in the survey.
    rows : sequence of int or str
        Rows as a person counts them in the file.
    faults : Faults
        What was found; a cell is blamed once.
    """

    given: dict[str, Given]
    rows: Sequence[int | str]
    faults: Faults
    blamed: dict[str, set[int]] = field(default_factory=dict)

    def note(self, where: Bools, column: str, what: str | Callable[[int], str], fix: str) -> None:
        """Note a fault at some rows of a column."""
        for i in np.flatnonzero(where).tolist():
            self._blame(i, column, what if isinstance(what, str) else what(i), fix)

    def note_unclear(self, places: dict[int, Unclear], column: str) -> None:
        """Note cells that could not be understood."""
        for i, error in places.items():
            self._blame(i, column, *error.args)

    def _blame(self, i: int, column: str, what: str, fix: str) -> None:
        blamed = self.blamed.setdefault(column, set())
        if i not in blamed:
            blamed.add(i)
            given = self.given[column]
            self.faults.add(what, fix, row=self.rows[i], column=given.header, value=given.cells[i])

    def sound(self, column: str, numbers: Numbers) -> Numbers:
        """Give the numbers of a column without those that were blamed: nothing is to be made of them."""
        if not self.blamed.get(column):
            return numbers
        blamed = mask_of(self.blamed[column], len(self.rows))
        likely, low, high = (np.where(blamed, np.nan, x) for x in (numbers.likely, numbers.low, numbers.high))
        return Numbers(likely, low, high, numbers.given)

    def raise_if_any(self) -> None:
        """Raise every fault noted, in the order of the file: headers first, then row by row."""
        place = {row: i for i, row in enumerate(self.rows)}
        self.faults.found.sort(key=lambda f: -1 if f.row is None else place[f.row])
        self.faults.raise_if_any()

    def note_missing(self, column: str, where: Bools, *, instead: str | None = None) -> None:
        """Note empty cells of a column that may have none, in the column that stands instead of it."""
        meaning = next(c.meaning for c in SURVEY.columns if c.name == column)
        name = instead or column
        beside = "" if name == column else f"the whole harvest, tonnes, or in column {column!r} the "
        self.note(where, name, "a value is missing", f"Give {beside}{meaning}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one column, n rows, in the survey's own unit.

    Attributes
    ----------
    likely, low, high : numpy.ndarray of float, shape (n,)
        The number, and both ends where the cell holds a range; NaN elsewhere.
    given : numpy.ndarray of bool, shape (n,)
        Whether the cell holds anything, understood or not.
    """

    likely: Floats
    low: Floats
    high: Floats
    given: Bools

    @property
    def known(self) -> Bools:
        """Whether the cell holds a number that was understood."""
        return np.isfinite(self.likely)

    @property
    def is_range(self) -> Bools:
        """Whether the cell holds a range."""
        return np.isfinite(self.low)


def read_numbers(reading: Reading, column: str, *, share: bool = False, ranges: bool = False) -> Numbers:
    """Read a column of numbers; cells that cannot be understood are noted.

    Parameters
    ----------
    reading : Reading
        The survey; a column it does not have is empty, and nothing is noted of one of unknown unit.
    column : str
        The column's name in the survey.
    share : bool
        Whether text may end in "%".
    ranges : bool
        Whether text may be a range.
    """
    n = len(reading.rows)
    given = reading.given.get(column)
    if given is None:
        nothing = np.full(n, np.nan)
        return Numbers(nothing, nothing.copy(), nothing.copy(), np.zeros(n, dtype=bool))
    percent = share and given.factor != 1
    quick = _plain_floats(given.cells)
    if quick is not None:
        filled, infinite = ~np.isnan(quick), np.isinf(quick)
        likely = np.where(infinite, np.nan, quick / 100 if percent else quick)
        low = high = np.full(n, np.nan)
        unclear = dict.fromkeys(np.flatnonzero(infinite).tolist(), Unclear("not a finite number", FIX_NUMBER))
    else:
        meant, unclear = _understood(given.cells, lambda c: numbers_of(c, share, percent, ranges))
        filled = np.array([m is not None for m in meant], dtype=bool) | mask_of(unclear, n)
        triples = np.array([m or (math.nan,) * 3 for m in meant], dtype=float).reshape(n, 3)
        low, likely, high = triples.T
    if not given.sound:
        likely = low = high = np.full(n, np.nan)
        return Numbers(likely, low, high, filled)
    reading.note_unclear(unclear, column)
    if not share:
        up, down = given.factor.numerator, given.factor.denominator
        with np.errstate(over="ignore"):
            low, likely, high = (x * up / down for x in (low, likely, high))
    return Numbers(likely, low, high, filled)


def mask_of(places: Iterable[int], n: int) -> Bools:
    """Give the mask that is true at some of n rows."""
    out: Bools = np.zeros(n, dtype=bool)
    out[list(places)] = True
    return out


def _plain_floats(cells: list[Any]) -> Floats | None:
    """Give the cells as an array where all are floats or whole numbers already."""
    if not set(map(type, cells)) <= {float, int}:
        return None
    try:
        return np.array(cells, dtype=float)
    except OverflowError:
        return None


def _understood(
    cells: list[Any], understand: Callable[[Any], _Meant | None]
) -> tuple[list[_Meant | None], dict[int, Unclear]]:
    """Understand every distinct cell once; also give the places of those that are not clear."""
    known: dict[tuple[type, Any], _Meant | Unclear | None] = {}
    meant: list[_Meant | None] = []
    unclear: dict[int, Unclear] = {}
    for i, cell in enumerate(cells):
        key = (type(cell), cell)
        try:
            got = known[key]
        except (KeyError, TypeError):
            try:
                got = understand(cell)
            except Unclear as error:
                got = error
            if _is_hashable(cell):
                known[key] = got
        if isinstance(got, Unclear):
            unclear[i] = got
            meant.append(None)
        else:
            meant.append(got)
    return meant, unclear


def _is_hashable(cell: Any) -> bool:
    try:
        hash(cell)
    except TypeError:
        return False
    return True


def read_days(reading: Reading, column: str) -> NDArray[np.datetime64]:
    """Read a column of days; NaT where there is none or it cannot be understood."""
    out: NDArray[np.datetime64] = np.full(len(reading.rows), "NaT", dtype="datetime64[D]")
    given = reading.given.get(column)
    if given is None:
        return out
    meant, unclear = _understood(given.cells, day_of)
    reading.note_unclear(unclear, column)
    days = [i for i, m in enumerate(meant) if m is not None]
    out[days] = [meant[i] for i in days]
    reading.note_missing(column, np.isnat(out) & ~mask_of(unclear, len(meant)))
    return out


def read_texts(reading: Reading, column: str, fallback: str | None) -> list[str]:
    """Read a column of words; empty cells say the fallback, or are noted where there is none."""
    given = reading.given.get(column)
    if given is None:
        return [fallback or ""] * len(reading.rows)
    meant, _ = _understood(given.cells, text_of)
    if fallback is None:
        reading.note_missing(column, np.array([m is None for m in meant], dtype=bool))
    known = {m: holds_number(m) for m in set(meant)}
    private = np.array([known[m] for m in meant], dtype=bool)
    what = "holds a telephone or ID number or a number plate"
    reading.note(private, column, what, "Write the name alone: it stands in forecasts and their pictures")
    return [(fallback or "") if m is None else m for m in meant]
