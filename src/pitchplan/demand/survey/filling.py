"""Values a survey leaves open, taken from the other origins with the same crop and cultivation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pitchplan.demand.survey.reading import Bools, Numbers, Reading
from pitchplan.demand.survey.spreads import Spread

__all__ = ["FEWEST", "FILLABLE", "check_filled", "fill_value", "filled_before", "list_filled"]

FILLABLE = ("yield_t_per_ha", "loss_share", "load_t", "selling_t_per_day")
"""Value columns that may be filled; the area and the share sold in the city are each origin's own."""
FEWEST = 3
"""Rows that must give a value before another row is filled from them."""


def fill_value(
    reading: Reading,
    column: str,
    numbers: Numbers,
    spread: Spread,
    strata: Sequence[tuple[str, str]],
    before: Bools,
) -> tuple[Numbers, Spread, Bools]:
    """Fill the open cells of a value column from the rows of the same crop and cultivation.

    The value is the mean of the m rows that give one. A new origin differs from that mean by its own
    spread and by the mean's: its standard error is s * sqrt(1 + 1/m), s being the standard deviation
    between origins, with m - 1 degrees of freedom (the prediction of one more draw, Student).

    Parameters
    ----------
    reading : Reading
        The survey; strata with fewer than `FEWEST` values are noted.
    column : str
        The column with the open cells.
    numbers, spread : Numbers, Spread
        What the survey says.
    strata : sequence of (str, str)
        Crop and cultivation of each row.
    before : numpy.ndarray of bool, shape (n,)
        Rows whose value was filled when the survey was read before: they count for nothing here.

    Returns
    -------
    tuple of (Numbers, Spread, numpy.ndarray of bool)
        Value and spread with the open rows filled, and which rows these are.
    """
    import pandas as pd

    spoken = ~numbers.given & spread.given
    reading.note(spoken, column, "a value is missing beside its range or survey figures", "Give it")
    open_ = ~numbers.given & ~spread.given
    counted = numbers.given & ~before
    stratum = pd.Series(pd.MultiIndex.from_tuples(strata).factorize()[0])
    rows = stratum.map(pd.Series(counted).groupby(stratum).sum()).to_numpy()

    def too_few(i: int) -> str:
        return f"a value is missing, and {rows[i]} rows of {' · '.join(strata[i])} are too few to fill it"

    reading.note(
        open_ & (rows < FEWEST),
        column,
        too_few,
        f"Give the value, or at least {FEWEST} rows of the same crop and cultivation that have one",
    )
    known = pd.Series(np.where(counted, numbers.likely, np.nan)).groupby(stratum)
    mean, deviation = (stratum.map(s).to_numpy() for s in (known.mean(), known.std()))
    with np.errstate(divide="ignore"):
        se = deviation * np.sqrt(1 + 1 / rows)
    filled = Numbers(np.where(open_, mean, numbers.likely), numbers.low, numbers.high, numbers.given)
    sure = Spread(
        np.where(open_, np.nan, spread.low),
        np.where(open_, np.nan, spread.high),
        np.where(open_, se, spread.se),
        np.where(open_, rows - 1.0, spread.df),
        spread.given,
    )
    return filled, sure, open_


def filled_before(texts: Sequence[str], value: str) -> Bools:
    """Say which rows name a value column in their column ``filled``."""
    return np.array([value in t.split(", ") for t in texts], dtype=bool)


def check_filled(reading: Reading, texts: Sequence[str]) -> None:
    """Note cells of the column ``filled`` that name anything but value columns."""
    if "filled" in reading.given:
        odd = np.array([bool(t) and not set(t.split(", ")) <= set(FILLABLE) for t in texts], dtype=bool)
        fix = f"Leave it empty, or name the columns that were filled: {', '.join(FILLABLE)}"
        reading.note(odd, "filled", "not a list of columns that can be filled", fix)


def list_filled(texts: Sequence[str], filled: dict[str, Bools]) -> list[str]:
    """List for each row the columns that were filled before or now."""
    every = {v: filled_before(texts, v) | filled.get(v, np.False_) for v in FILLABLE}
    return [", ".join(v for v in FILLABLE if every[v][i]) for i in range(len(texts))]
