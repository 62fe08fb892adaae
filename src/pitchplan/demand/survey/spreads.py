"""How sure a survey is of its numbers: ranges and survey figures, brought to one form.

A value may stand beside a range (least and greatest), or be the mean of a sample. Of a sample of n out
of N with standard deviation s, the mean has the standard error

    se = s * sqrt((1 - n / N) / n)

with n - 1 degrees of freedom (Cochran 1977, Sampling Techniques, 3rd ed., 2.25); where N is not given
it is taken as large. A sample of all there are has no error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pitchplan.demand.survey.columns import STATISTICS, input_column
from pitchplan.demand.survey.plausible import blame_counts, blame_quantity, blame_share, blame_spread
from pitchplan.demand.survey.reading import Bools, Floats, Numbers, Reading, read_numbers

__all__ = ["Spread", "read_spread", "read_value"]

_RISING = "Keep low <= likely <= high"
_ONE_FORM = "Give a range, or survey figures, not both"


@dataclass(frozen=True, slots=True)
class Spread:
    """How sure a survey is of one value, n rows; NaN where a row does not say.

    Attributes
    ----------
    low, high, se, df : numpy.ndarray of float, shape (n,)
        Least and greatest value, standard error and its degrees of freedom.
    given : numpy.ndarray of bool, shape (n,)
        Whether the row has any of these or what they are made from.
    """

    low: Floats
    high: Floats
    se: Floats
    df: Floats
    given: Bools

    def columns(self, value: str) -> dict[str, Floats]:
        """Give the four columns by their names."""
        return dict(zip(STATISTICS[value], (self.low, self.high, self.se, self.df), strict=True))


def read_value(reading: Reading, value: str) -> Numbers:
    """Read a value column, in which a cell may hold a range as text."""
    share = value.endswith("_share")
    numbers = read_numbers(reading, value, share=share, ranges=True)
    if value in reading.given:
        (blame_share if share else blame_quantity)(reading, value, value, numbers)
    return reading.sound(value, numbers)


def read_spread(reading: Reading, value: str, numbers: Numbers) -> Spread:
    """Read what stands beside a value about its uncertainty, and note what contradicts itself.

    Parameters
    ----------
    reading : Reading
        The survey.
    value : str
        Name of the value column.
    numbers : Numbers
        The values, as `read_value` gives them.
    """
    low, high, from_range = _read_range(reading, value, numbers)
    se, df, figures = _read_figures(reading, value)
    for name, column in figures.items():
        reading.note(from_range & column.given, name, "both a range and survey figures", _ONE_FORM)
    given = from_range.copy()
    for column in figures.values():
        given |= column.given
    return Spread(low, high, se, df, given)


def _read_range(reading: Reading, value: str, numbers: Numbers) -> tuple[Floats, Floats, Bools]:
    """Give both ends, and whether a row has a range that says more than its value does."""
    share = value.endswith("_share")
    names = [input_column(value, s) for s in ("low", "high")]
    ends = [read_numbers(reading, name, share=share) for name in names]
    for name, end in zip(names, ends, strict=True):
        if name in reading.given:
            (blame_share if share else blame_quantity)(reading, name, value, end)
            twice = "a range in the cell of the value and in a column of its own"
            reading.note(numbers.is_range & end.given, name, twice, "Keep one of them")
    low, high = ends = [reading.sound(name, end) for name, end in zip(names, ends, strict=True)]
    if names[0] in reading.given:
        reading.note(low.likely > numbers.likely, names[0], "the low end is above the likely value", _RISING)
    if names[1] in reading.given:
        reading.note(
            high.likely < numbers.likely, names[1], "the high end is below the likely value", _RISING
        )
    if value == "city_share":
        # Its range is always there: an end left open is the likely value.
        bottom, top = (np.where(end.given, end.likely, numbers.likely) for end in ends)
        says_more = (bottom < numbers.likely) | (top > numbers.likely)
    else:
        for name, end, other in zip(names, ends, ends[::-1], strict=True):
            if name in reading.given:
                reading.note(
                    end.given & ~other.given, name, "a range with one end", "Give low and high, or neither"
                )
        bottom, top = low.likely, high.likely
        says_more = low.given | high.given
    in_cell = numbers.is_range
    return (
        np.where(in_cell, numbers.low, bottom),
        np.where(in_cell, numbers.high, top),
        says_more | in_cell,
    )


def _read_figures(reading: Reading, value: str) -> tuple[Floats, Floats, dict[str, Numbers]]:
    """Give standard error and degrees of freedom, and the columns they were read from."""
    share = value.endswith("_share")
    names = {s: input_column(value, s) for s in ("sd", "n", "N", "se", "df")}
    figures = {s: read_numbers(reading, name, share=share and s in ("sd", "se")) for s, name in names.items()}
    for s in ("sd", "se"):
        if names[s] in reading.given:
            blame_spread(reading, names[s], value, figures[s])
    for s in ("n", "N", "df"):
        if names[s] in reading.given:
            blame_counts(reading, names[s], figures[s], whole=s != "df")
    figures = {s: reading.sound(names[s], f) for s, f in figures.items()}
    _check_figures(reading, names, figures)
    sd, n, whole, se, df = (figures[s].likely for s in names)
    fraction = np.where(np.isfinite(whole), n / whole, 0.0)
    everyone = fraction == 1
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.where(everyone, 0.0, sd * np.sqrt((1 - fraction) / n))
    sampled = figures["n"].given & (figures["sd"].given | everyone)
    return (
        np.where(sampled, made, se),
        np.where(sampled, np.maximum(n - 1, 1), df),
        {name: figures[s] for s, name in names.items() if name in reading.given},
    )


def _check_figures(reading: Reading, names: dict[str, str], figures: dict[str, Numbers]) -> None:
    """Note survey figures that do not belong together."""
    given = {s: f.given for s, f in figures.items()}
    n, whole = figures["n"].likely, figures["N"].likely
    everyone = given["n"] & (n == whole)
    sample = given["sd"] | given["n"] | given["N"]
    faults = [
        ("sd", given["sd"] & ~given["n"], "a standard deviation without the size of its sample", "n"),
        ("N", given["N"] & ~given["n"] & ~given["sd"], "a total without the size of the sample", "n"),
        ("n", n > whole, "the sample is larger than all there are", "N"),
        ("n", (n < 2) & ~everyone, "a sample of fewer than 2 has no spread", "n"),
        ("n", given["n"] & ~given["sd"] & ~everyone, "a sample without its standard deviation", "sd"),
        ("se", sample & given["se"], "survey figures given twice", "se"),
        ("df", sample & given["df"], "survey figures given twice", "df"),
        ("se", given["se"] & ~given["df"], "a standard error without its degrees of freedom", "df"),
        ("df", given["df"] & ~given["se"], "degrees of freedom without a standard error", "se"),
    ]
    fixes = {
        "n": f"Give {names['sd']} with {names['n']} of 2 or more, and {names['N']} if known",
        "sd": f"Give {names['sd']}, or leave {names['n']} empty",
        "N": f"Check {names['n']} and {names['N']}",
        "se": f"Give {names['se']} with {names['df']}, or {names['sd']} with {names['n']}",
        "df": f"Give {names['se']} with {names['df']}, or {names['sd']} with {names['n']}",
    }
    for statistic, where, what, fix in faults:
        if names[statistic] in reading.given:
            reading.note(where, names[statistic], what, fixes[fix])
