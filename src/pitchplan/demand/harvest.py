"""The harvest survey: one row per origin, crop and cultivation type, in hectares, tonnes and days."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.demand.columns import DAYS, OPTIONAL, SHARES, TARGET, Given, find_columns
from pitchplan.errors import Faults
from pitchplan.schemas import SURVEY

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_harvest"]

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
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$", re.IGNORECASE)
_DATE = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?$"
)


def read_harvest(source: str | Path | pd.DataFrame, *, encoding: str | None = None) -> pd.DataFrame:
    """Read a harvest survey and turn it into hectares, tonnes, shares and days.

    The unit of a number is the suffix of its column: ``area_mu`` or ``area_ha``;
    ``yield_jin_per_mu``, ``_kg_per_mu``, ``_t_per_mu``, ``_kg_per_ha`` or ``_t_per_ha``; ``load_t``,
    ``_kg`` or ``_jin``; ``selling_t_per_day``, ``_kg_per_day`` or ``_jin_per_day``. Chinese names
    carry it in brackets: 面积(亩), 亩产(公斤), 单车载重(吨), 日均销量(斤). 1 mu = 10000/15 m²,
    1 jin = 0.5 kg. Shares are 0 to 1 or text such as ``"5%"``. Columns with other names are left out.

    Parameters
    ----------
    source : str or pathlib.Path or pandas.DataFrame
        A ``.csv`` or ``.xlsx`` file, see `pitchplan.files.tables.read_table`, or a frame.
    encoding : str, optional
        Encoding of a text file.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.SURVEY`, index 0 to n - 1; a survey read once is read again unchanged.
        ``city_share_low`` and ``city_share_high`` are ``city_share`` where they are not given,
        ``vehicle`` is ``"small-truck"``, ``origin_en`` and ``gateway`` are empty.

    Raises
    ------
    InputError
        Every fault of the table at once, with row and column as they are in the file and the value
        as it was given. Rows of a frame are named by their index.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"origin": "唐王", "crop": "watermelon", "cultivation": "shed", "area_mu": 3000,
    ...        "yield_kg_per_mu": 3000, "loss_share": "5%", "city_share": 0.1, "load_t": 1.5,
    ...        "selling_t_per_day": 0.5, "first_day": "2026-06-01", "peak_day": "2026/6/20",
    ...        "last_day": "2026年7月10日"}
    >>> read_harvest(pd.DataFrame([row])).loc[0, ["area_ha", "yield_t_per_ha", "loss_share"]].to_list()
    [200.0, 45.0, 0.05]
    """
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        name, table = "survey", source
        rows: list[int | str] = [f"index {label!r}" for label in source.index.tolist()]
    else:
        from pitchplan.files.tables import read_table

        table, numbers = read_table(source, encoding=encoding)
        name, rows = str(source), list(numbers)
    faults = Faults(name)
    given = find_columns(table, faults)
    if not rows:
        faults.add("the survey has no rows", "Give at least one origin with its harvest")
    faults.raise_if_any()
    out = {c: _read_column(c, given.get(c), rows, faults) for c in SURVEY.names}
    _check_together(out, given, rows, faults)
    faults.raise_if_any()
    frame = pd.DataFrame({c: _typed(c, out[c]) for c in SURVEY.names})
    return frame


def _typed(column: str, values: list[Any]) -> pd.Series:
    import pandas as pd

    if column in DAYS:
        return pd.Series(pd.to_datetime(values), dtype="datetime64[s]")
    return pd.Series(values, dtype=object if isinstance(values[0], str) else float).infer_objects()


def _read_column(
    column: str,
    given: Given | None,
    rows: Sequence[int | str],
    faults: Faults,
) -> list[Any]:
    """Read one column of the survey; cells that cannot be read are noted and become None."""
    fallback = OPTIONAL.get(column)
    if given is None:
        return [fallback] * len(rows)
    quantity = next((q for q, target in TARGET.items() if target == column), None)
    values: list[Any] = []
    for row, cell in zip(rows, given.cells, strict=True):

        def note(what: str, fix: str, row: int | str = row, cell: Any = cell) -> None:
            faults.add(what, fix, row=row, column=given.header, value=cell)

        if _is_empty(cell):
            if fallback is None and column not in ("city_share_low", "city_share_high"):
                meaning = next(c.meaning for c in SURVEY.columns if c.name == column)
                note("a value is missing", f"Give {meaning}")
            values.append(fallback)
        elif quantity is not None:
            values.append(_quantity(cell, quantity, given.factor, note))
        elif column in SHARES:
            values.append(_share(cell, given.factor, note))
        elif column in DAYS:
            values.append(_date(cell, note))
        else:
            whole = isinstance(cell, float) and cell.is_integer()
            values.append(unicodedata.normalize("NFC", str(int(cell) if whole else cell)).strip())
    return values


def _is_empty(cell: Any) -> bool:
    import pandas as pd

    return (
        cell is None
        or (isinstance(cell, str) and not cell.strip())
        or (pd.api.types.is_scalar(cell) and bool(pd.isna(cell)))
    )


_Note = Callable[[str, str], None]


def _number(cell: Any, note: _Note, fix: str) -> float | None:
    """Read a finite number from a number or from plain text."""
    text = unicodedata.normalize("NFKC", cell).strip() if isinstance(cell, str) else None
    if text is not None and not _NUMBER.match(text):
        known = text.lower().lstrip("+-") in ("nan", "inf", "infinity")
        note("not a finite number" if known else "not a number", fix)
        return None
    try:
        number = math.nan if isinstance(cell, (bool, np.bool_)) else float(text if text is not None else cell)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or isinstance(cell, (dt.date, dt.timedelta)):
        note("not a finite number" if text or isinstance(cell, float) else "not a number", fix)
        return None
    return number


def _quantity(cell: Any, quantity: str, factor: Fraction, note: _Note) -> float | None:
    fix = "Write a plain number without unit, blanks or thousands separators, with a point as decimal sign"
    number = _number(cell, note, fix)
    if number is None:
        return None
    value = number * factor.numerator / factor.denominator
    most, hint = _MOST[quantity]
    if number < 0:
        note(f"{quantity} is negative", "Give a number above 0")
    elif number == 0 and quantity != "yield":
        note(f"{quantity} is 0", "Give a number above 0, or delete the row")
    elif not value <= most:
        note(
            f"{quantity} of {value:g} {TARGET[quantity].removeprefix(quantity + '_')} is not plausible", hint
        )
    else:
        return value
    return None


def _share(cell: Any, factor: Fraction, note: _Note) -> float | None:
    text = unicodedata.normalize("NFKC", cell).strip() if isinstance(cell, str) else ""
    fix = "Write a share of 0 to 1 such as 0.05, or text such as 5%"
    percent = text.endswith("%")
    number = _number(text[:-1].strip() if percent else cell, note, fix)
    if number is None:
        return None
    share = number / 100 if percent or factor != 1 else number
    if 0 <= share <= 1:
        return share
    note("the share is not within 0 to 1", fix)
    return None


def _date(cell: Any, note: _Note) -> dt.date | None:
    day: dt.date | None = None
    if isinstance(cell, dt.datetime):
        day = cell.date()
    elif isinstance(cell, dt.date):
        day = cell
    elif isinstance(cell, str) and (match := _DATE.match(unicodedata.normalize("NFKC", cell).strip())):
        try:
            day = dt.date(*(int(g) for g in match.groups()))
        except ValueError:
            day = None
    if day is None or not 1900 <= day.year <= 2200:
        note("not a day that can be read", "Write it as 2026-06-01, 2026/6/1 or 2026年6月1日, year included")
        return None
    return day


def _check_together(
    out: dict[str, list[Any]],
    given: dict[str, Given],
    rows: Sequence[int | str],
    faults: Faults,
) -> None:
    """Check what several cells of a row, or several rows, say together; fill the shares left open."""
    seen: dict[tuple[str, ...], int | str] = {}
    for i, row in enumerate(rows):

        def note(what: str, fix: str, column: str, i: int = i, row: int | str = row) -> None:
            faults.add(what, fix, row=row, column=given[column].header, value=given[column].cells[i])

        likely = out["city_share"][i]
        for column, wrong in (("city_share_low", 1), ("city_share_high", -1)):
            if column not in given or _is_empty(given[column].cells[i]):
                out[column][i] = likely
            share = out[column][i]
            if share is not None and likely is not None and (share - likely) * wrong > 0:
                than = "above" if wrong > 0 else "below"
                note(f"{column} is {than} city_share", "Keep low <= likely <= high", column)
        first, peak, last = (out[c][i] for c in DAYS)
        if first and last and last < first:
            note("the harvest ends before it begins", "Keep first day <= peak day <= last day", "last_day")
        elif first and peak and last and not first <= peak <= last:
            note("the peak is not within the harvest", "Keep first day <= peak day <= last day", "peak_day")
        elif first and last and (last - first).days > 366:
            note("the harvest is longer than a year", "Check the years", "last_day")
        key = tuple(str(out[c][i]) for c in ("origin", "crop", "cultivation"))
        if None not in (out["origin"][i], out["crop"][i], out["cultivation"][i]):
            if key in seen:
                what = f"the same origin, crop and cultivation ({' · '.join(key)}) as row {seen[key]}"
                note(what, "Add the rows up, or tell them apart by cultivation", "origin")
            seen.setdefault(key, row)
