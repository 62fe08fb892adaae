"""Numbers of a harvest survey that cannot be: negative, nothing, beyond all measure, not a share."""

from __future__ import annotations

import numpy as np

from pitchplan.demand.survey.cells import FIX_SHARE
from pitchplan.demand.survey.columns import TARGET
from pitchplan.demand.survey.reading import Bools, Numbers, Reading

__all__ = ["blame_counts", "blame_quantity", "blame_share", "blame_spread", "blame_yield"]

# Above these a unit was mistaken: greatest plausible value in the survey's own unit, and what to look for.
_MOST: dict[str, tuple[float, str]] = {
    "area": (1_000_000.0, "Is it square metres? Give hectares (area_ha) or mu (area_mu)"),
    "yield": (
        150.0,
        "Over 150 t/ha (10 t/mu): were kg or jin put in a column of tonnes, or a yield per ha in one per mu?",
    ),
    "load": (60.0, "Over 60 t on one vehicle: were kg or jin put in a column of tonnes?"),
    "selling": (60.0, "Over 60 t a day for one vendor: were kg or jin put in a column of tonnes?"),
}


def _quantity(value: str) -> str:
    return next(quantity for quantity, target in TARGET.items() if target == value)


def _any(numbers: Numbers, test: np.ufunc, limit: float) -> Bools:
    """Say where the number, or either end of the range in its place, passes a test."""
    out: Bools = test(numbers.likely, limit) | test(numbers.low, limit) | test(numbers.high, limit)
    return out


def blame_quantity(reading: Reading, column: str, value: str, numbers: Numbers) -> None:
    """Note quantities below 0, of 0 (but for a yield) or too great to be true."""
    quantity = _quantity(value)
    reading.note(_any(numbers, np.less, 0), column, f"{quantity} is negative", "Give a number above 0")
    if quantity != "yield":
        fix = "Give a number above 0, or delete the row"
        reading.note(_any(numbers, np.equal, 0), column, f"{quantity} is 0", fix)
    _blame_great(reading, column, value, numbers)


def _blame_great(reading: Reading, column: str, value: str, numbers: Numbers) -> None:
    quantity = _quantity(value)
    most, hint = _MOST[quantity]
    unit = value.removeprefix(quantity + "_").replace("_per_", "/")
    greatest = np.where(numbers.is_range, numbers.high, numbers.likely)
    reading.note(
        greatest > most, column, lambda i: f"{quantity} of {greatest[i]:g} {unit} is not plausible", hint
    )


def blame_yield(reading: Reading, column: str, yields: Numbers) -> None:
    """Note harvests that are too great to be true for their area."""
    _blame_great(reading, column, TARGET["yield"], yields)


def blame_share(reading: Reading, column: str, value: str, numbers: Numbers) -> None:
    """Note shares that are not within 0 to 1."""
    outside = _any(numbers, np.less, 0) | _any(numbers, np.greater, 1)
    reading.note(outside, column, "the share is not within 0 to 1", FIX_SHARE)


def blame_spread(reading: Reading, column: str, value: str, numbers: Numbers) -> None:
    """Note standard deviations and standard errors below 0 or too great to be true."""
    reading.note(numbers.likely < 0, column, "a spread is negative", "Give 0 or a number above 0")
    if value.endswith("_share"):
        reading.note(numbers.likely > 1, column, "the spread of a share is above 1", FIX_SHARE)
    else:
        _blame_great(reading, column, value, numbers)


def blame_counts(reading: Reading, column: str, numbers: Numbers, *, whole: bool) -> None:
    """Note counts that are not whole, and counts and degrees of freedom below 1."""
    if whole:
        what = "a count that is not a whole number"
        reading.note(
            numbers.known & (numbers.likely % 1 != 0),
            column,
            what,
            "Give the number of farms asked, or of all",
        )
    reading.note(numbers.likely < 1, column, "a count below 1", "Give 1 or more")
