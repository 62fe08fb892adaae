"""What a sample estimate is given, checked: columns of numbers and names, sizes of strata, counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pitchplan.demand.survey.headers import UNITS, parse_header
from pitchplan.errors import Fault, Faults, InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["by_stratum", "check_strata", "counted", "measured", "named", "names_of", "numbers_of", "sizes_of"]

Floats = NDArray[np.float64]


def _cells(table: pd.DataFrame, column: str, faults: Faults) -> pd.Series | None:
    """Give a column; note one that is missing or there twice, and a table without rows."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise InputError(Fault("not a table", "Give a pandas.DataFrame", faults.source, value=table))
    there = int((table.columns == column).sum())
    if there != 1:
        columns = ", ".join(map(str, table.columns))
        what = f"column {column!r} is {'there twice' if there else 'missing'}"
        faults.add(what, f"Give it once. Columns found: {columns}", column=str(column))
        return None
    if table.empty:
        faults.add("the sample has no rows", "Give at least two units", column=column)
        return None
    return table[column].reset_index(drop=True)


def _row(table: pd.DataFrame, i: int) -> str:
    return f"index {table.index[i]!r}"


def numbers_of(table: pd.DataFrame, column: str, faults: Faults, *, above: bool = False) -> Floats:
    """Give a column of numbers, of 0 or more or above 0; note every cell that is none."""
    import pandas as pd

    cells = _cells(table, column, faults)
    if cells is None:
        return np.zeros(len(table))
    odd = cells.map(lambda c: isinstance(c, (bool, np.bool_)))
    plain = pd.to_numeric(cells.where(~odd), errors="coerce")
    numbers: Floats = plain.to_numpy(dtype=float, na_value=np.nan)
    finite = np.isfinite(numbers)
    bad = ~finite | (numbers <= 0 if above else numbers < 0)
    for i in np.flatnonzero(bad):
        what = "not a finite number" if not finite[i] else "a number of 0" if numbers[i] == 0 else "negative"
        fix = f"Give a number {'above 0' if above else 'of 0 or more'}"
        faults.add(what, fix, row=_row(table, int(i)), column=column, value=cells.iloc[i])
    return numbers


def names_of(table: pd.DataFrame, column: str, faults: Faults) -> pd.Series:
    """Give a column of names, index 0 to n - 1; note every empty cell."""
    import pandas as pd

    cells = _cells(table, column, faults)
    if cells is None:
        return pd.Series([""] * len(table), dtype=object)
    for i in np.flatnonzero(cells.isna() | (cells.astype(str).str.strip() == "")):
        faults.add("a name is missing", f"Give {column}", row=_row(table, int(i)), column=column)
    return cells


def named(table: pd.DataFrame, name: str) -> str:
    """Find the column that stands for one of a survey's, by its name or its Chinese name."""
    if name in table.columns:
        return name
    return next((str(c) for c in table.columns if parse_header(c).stem == name), name)


def measured(table: pd.DataFrame, quantity: str, faults: Faults) -> Floats:
    """Give an area above 0, in ha, or a harvest, in tonnes, of a table whose headers say the unit."""
    headers = [(c, parse_header(c)) for c in table.columns]
    found = [(c, h.unit) for c, h in headers if h.stem == quantity and not h.statistic]
    units = UNITS[quantity]
    names = ", ".join(f"{quantity}_{u}" for u in units)
    if len(found) != 1 or found[0][1] not in units:
        said = ", ".join(str(c) for c, _ in found) or "none"
        what = f"not one column of {quantity} with its unit (found: {said})"
        faults.add(what, f"Give one of: {names}", column=quantity)
        return np.ones(len(table))
    column, unit = found[0]
    numbers = numbers_of(table, column, faults, above=quantity == "area")
    return numbers * units[unit].numerator / units[unit].denominator


def by_stratum(given: Any, stratum: str | None, name: str) -> Mapping[Any, Any]:
    """Give sizes by stratum; a single size is that of the only stratum, ``"all"``."""
    import pandas as pd

    many = isinstance(given, (Mapping, pd.Series))
    if many and stratum is None:
        raise InputError(Fault("sizes by stratum, and no stratum", "Name the column stratum=", name))
    if not many and stratum is not None:
        fix = f"Give one for each {stratum}, such as {{'north': 100, 'south': 80}}"
        raise InputError(Fault("one size for several strata", fix, name, value=given))
    return given if many else {"all": given}


def sizes_of(given: Any, names: pd.Series, source: str, *, whole: bool = True) -> dict[Any, float]:
    """Give the sizes of all strata, above 0; every stratum of the sample must be among them."""
    import pandas as pd

    faults = Faults(source)
    if isinstance(given, pd.Series):
        for label in given.index[given.index.duplicated()]:
            faults.add("a stratum given twice", "Keep one of them", row=str(label))
        given = dict(given)
    if not isinstance(given, Mapping) or not given:
        raise InputError(Fault("no sizes of strata", "Give how many units each has", source, value=given))
    sizes: dict[Any, float] = {}
    for label, size in given.items():
        try:
            number = math.nan if isinstance(size, (bool, np.bool_, str)) else float(size)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not (math.isfinite(number) and number > 0) or (whole and number % 1):
            fix = f"Give a {'whole ' if whole else ''}number above 0"
            faults.add("not a size", fix, row=str(label), value=size)
        sizes[label] = number
    for label in dict.fromkeys(names):
        if label not in sizes:
            faults.add(
                "a stratum of the sample without its size", f"Give the size of {label}", row=str(label)
            )
    faults.raise_if_any()
    return sizes


def check_strata(table: pd.DataFrame, source: str) -> None:
    """Refuse strata of which the sample says too little, or more than can be.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per stratum: n asked, N in all.
    source : str
        The argument that says N.
    """
    faults = Faults(source)
    for label, n, whole in zip(table.index, table["n"], table["N"], strict=True):
        if n == 0:
            faults.add("no unit of the stratum was asked", "Ask two, or leave it out", row=str(label))
        elif n > whole:
            what = f"{n} units were asked of {whole:g} there are"
            faults.add(what, "Check the sample and the sizes", row=str(label))
        elif n == 1 < whole:
            what = "one unit was asked: it says nothing of how units differ"
            faults.add(what, "Ask two or more, or join it to another stratum", row=str(label))
    faults.raise_if_any()


def counted(given: ArrayLike, name: str) -> Floats:
    """Give counts of 0 or more, whole; note every one that is not."""
    try:
        raw = np.asarray(given)
        counts = np.full(1, np.nan) if raw.dtype.kind not in "iufO" else raw.astype(float)
    except (TypeError, ValueError, OverflowError):
        counts = np.full(1, np.nan)
    faults = Faults(name)
    bad = ~np.isfinite(counts) | (counts < 0) | (counts % 1 != 0)
    for i in np.flatnonzero(bad):
        value = float(counts.flat[i]) if np.isfinite(counts.flat[i]) else None
        faults.add("not a count", "Give whole numbers of 0 or more", row=f"place {i}", value=value)
    faults.raise_if_any()
    return counts
