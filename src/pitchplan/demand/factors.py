"""What weekdays, holidays and weather do: a table of factors per day."""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd

from pitchplan.demand.model.vendor_model import DayFactors
from pitchplan.demand.survey.cells import Unclear, day_of, numbers_of
from pitchplan.demand.survey.tables import read_rows
from pitchplan.errors import Faults

__all__ = ["read_day_factors"]

_COLUMNS = {
    "when": "when day date weekday 日期 星期 时间",
    "arrivals": "arrivals 来车系数 到达系数",
    "selling": "selling 销售系数 日销系数",
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon 周一 星期一",
            "tuesday tue 周二 星期二",
            "wednesday wed 周三 星期三",
            "thursday thu 周四 星期四",
            "friday fri 周五 星期五",
            "saturday sat 周六 星期六",
            "sunday sun 周日 周天 星期日 星期天",
        )
    )
    for name in names.split()
}
_MOST = 10.0


def read_day_factors(source: str | Path | pd.DataFrame) -> DayFactors:
    """Read what weekdays, holidays and weather do to arrivals and to selling.

    Parameters
    ----------
    source : str or pathlib.Path or pandas.DataFrame
        A ``.csv`` or ``.xlsx`` file or a frame with the columns ``when`` (日期: a day such as
        2026-06-19, or a weekday such as Sat or 周六), and ``arrivals`` (来车系数) or ``selling``
        (销售系数) or both: factors, 1 for a usual day, empty for 1. A day's own row replaces its
        weekday's.

    Returns
    -------
    DayFactors
        Factors per day.

    Raises
    ------
    InputError
        Every fault of the table at once: a column is missing, a day cannot be read or comes twice, a
        factor is not within 0 to 10 (selling: above 0).

    Examples
    --------
    >>> import pandas as pd
    >>> weekend = pd.DataFrame({"when": ["Sat", "周日", "2026-06-19"], "selling": [1.3, 1.3, 1.5]})
    >>> read_day_factors(weekend).weekday_selling
    (1.0, 1.0, 1.0, 1.0, 1.0, 1.3, 1.3)
    """
    table = read_rows(source, "factors", _COLUMNS)
    faults = Faults(table.source)
    table.require("when", "a day or a weekday", faults)
    if "arrivals" not in table.cells and "selling" not in table.cells:
        faults.add(
            "no column of factors",
            "Add arrivals or selling: factors, 1 for a usual day",
            value=", ".join(table.headers),
        )
    faults.raise_if_any()
    by_day: dict[str, dict[dt.date, float]] = {"arrivals": {}, "selling": {}}
    by_weekday = {"arrivals": [1.0] * 7, "selling": [1.0] * 7}
    seen: dict[dt.date | int, Any] = {}
    for i, row in enumerate(table.rows):
        when = _when(table.cells["when"][i], row, table.named["when"], faults)
        if when is not None and when in seen:
            what = f"the day was named in row {seen[when]} before"
            faults.add(
                what, "Keep one of them", row=row, column=table.named["when"], value=table.cells["when"][i]
            )
        for column in by_day:
            if column not in table.cells:
                continue
            factor = _factor(table.cells[column][i], column, row, table.named[column], faults)
            if isinstance(when, int):
                by_weekday[column][when] = factor
            elif when is not None:
                by_day[column][when] = factor
        if when is not None:
            seen.setdefault(when, row)
    faults.raise_if_any()
    arrivals, selling = (tuple(by_weekday[c]) for c in ("arrivals", "selling"))
    return DayFactors(by_day["arrivals"], by_day["selling"], arrivals, selling)


def _when(cell: Any, row: int | str, column: str, faults: Faults) -> dt.date | int | None:
    """Understand a day, or a weekday as 0 to 6."""
    if isinstance(cell, str):
        name = unicodedata.normalize("NFKC", cell).strip().lower()
        if name in _WEEKDAYS:
            return _WEEKDAYS[name]
    try:
        day = day_of(cell)
        if day is not None:
            return day
        what, fix = "a day is missing", "Give a day such as 2026-06-19 or a weekday such as Sat"
    except Unclear as unclear:
        what, fix = "neither a day nor a weekday", "Write a day as 2026-06-19, or a weekday as Sat or 周六"
        del unclear
    faults.add(what, fix, row=row, column=column, value=cell)
    return None


def _factor(cell: Any, name: str, row: int | str, column: str, faults: Faults) -> float:
    try:
        found = numbers_of(cell, False, False, False)
        if found is None:
            return 1.0
        if 0 <= found[1] <= _MOST and (found[1] > 0 or name == "arrivals"):
            return found[1]
        what, fix = "the factor is out of range", "Give a factor such as 1.3 (0 to 10, selling above 0)"
    except Unclear as unclear:
        what, fix = unclear.args
    faults.add(what, fix, row=row, column=column, value=cell)
    return 1.0
