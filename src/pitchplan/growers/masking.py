"""What is private of a grower, and how it stays out of messages."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pitchplan.errors import Fault

__all__ = ["PRIVATE", "looks_private", "masked", "without_cells"]

PRIVATE = ("name", "phone", "id_number", "plate")
"""Columns of `schemas.GROWERS` that leave the office on the grower's own card alone."""

_DIGITS = 8
"""So many digits in one cell may be a telephone or an ID number; ours: the shortest have eight."""


def looks_private(value: object) -> bool:
    """Tell whether a cell may be a telephone or an ID number, whatever its column.

    Examples
    --------
    >>> looks_private("138 0013 8000"), looks_private("G-0017")
    (True, False)
    """
    return sum(c.isdigit() for c in unicodedata.normalize("NFKC", str(value))) >= _DIGITS


def masked(column: str, value: object, *, a_day: bool = False) -> object:
    """Return a cell as a message may show it.

    Parameters
    ----------
    column : str
        Column of `schemas.GROWERS`.
    value : object
        The cell.
    a_day : bool
        Whether the cell may hold a day, whose digits are nobody's number.

    Returns
    -------
    object
        The value; of private columns, and of whatever looks like a telephone or an ID number, only
        its length. The row says which cell is meant.

    Examples
    --------
    >>> masked("phone", "13800138000x")
    '(12 characters, not shown)'
    """
    if value is None:
        return None
    if column in PRIVATE or (looks_private(value) and not a_day):
        return f"({len(str(value))} characters, not shown)"
    return value


def without_cells(faults: tuple[Fault, ...]) -> list[Fault]:
    """Return faults of a table's shape without the cells they quote, which may be anybody's name."""
    return [replace(f, value=None, column=None) if f.row is not None else f for f in faults]
