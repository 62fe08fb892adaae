"""The small tables of this room (day factors, counts): their columns by any of their names."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pitchplan.errors import Faults, InputError

__all__ = ["Rows", "read_rows"]


@dataclass(frozen=True)
class Rows:
    """A table's cells as given, by the column's own name.

    Attributes
    ----------
    source : str
        File or argument it came from.
    rows : list of int or str
        Row as a person counts it.
    cells : dict
        Column to its cells.
    named : dict
        Column to what it is called in the table.
    headers : list of str
        All columns of the table.
    """

    source: str
    rows: list[int | str]
    cells: dict[str, list[Any]]
    named: dict[str, str]
    headers: list[str]

    def require(self, column: str, meaning: str, faults: Faults) -> None:
        """Note a fault if a column is missing."""
        if column not in self.cells:
            fix = f"Add it: {meaning}. Columns found: {', '.join(self.headers)}"
            faults.add(f"column {column!r} is missing", fix, column=column)


def read_rows(source: str | Path | pd.DataFrame, name: str, columns: Mapping[str, str]) -> Rows:
    """Read a table file or a frame and find its columns.

    Parameters
    ----------
    source : str or pathlib.Path or pandas.DataFrame
        A ``.csv`` or ``.xlsx`` file, see `pitchplan.files.tables.read_table`, or a frame.
    name : str
        What the table is called in faults where it is a frame.
    columns : Mapping
        Column to the names it may have, separated by blanks.

    Returns
    -------
    Rows
        The columns that were found.

    Raises
    ------
    InputError
        The file cannot be read, the table has no rows, or a column is given under two names.
    """
    if isinstance(source, pd.DataFrame):
        table = source
        rows: list[int | str] = [f"index {label!r}" for label in source.index.tolist()]
    else:
        from pitchplan.files.tables import read_table

        table, numbers = read_table(source)
        name, rows = str(source), list(numbers)
    known = {alias: column for column, names in columns.items() for alias in names.split()}
    faults = Faults(name)
    cells: dict[str, list[Any]] = {}
    named: dict[str, str] = {}
    for place, label in enumerate(table.columns):
        text = unicodedata.normalize("NFKC", str(label)).strip().lower().replace(" ", "_")
        column = known.get(text)
        if column is None:
            continue
        if column in cells:
            what = f"the column says the same as column {named[column]!r}"
            faults.add(what, "Keep one of them", column=str(label))
        cells[column], named[column] = table.iloc[:, place].tolist(), str(label)
    if not rows:
        faults.add("the table has no rows", "Give at least one row below the header")
    if faults.found:
        raise InputError(*faults.found)
    return Rows(name, rows, cells, named, [str(c) for c in table.columns])
