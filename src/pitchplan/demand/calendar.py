"""The calendar: which days are school days, holidays, and weekends on which people work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchplan.demand.survey.cells import Unclear, day_of
from pitchplan.errors import Fault, Faults, InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DAYS", "Calendar", "Span", "read_calendar"]

DAYS = ("school", "weekday", "weekend")
"""Days that a rule may hold on alone."""

_COLUMNS = {
    "first_day": ("first_day", "first", "from", "开始日期", "起始日期", "起"),
    "last_day": ("last_day", "last", "to", "结束日期", "截止日期", "止"),
    "date": ("date", "day", "日期"),
    "what": ("what", "kind", "类型", "内容"),
}
_WHAT = {
    "school": ("school", "school days", "term", "上课", "上学", "学期"),
    "vacation": ("vacation", "school holidays", "寒假", "暑假", "寒暑假"),
    "holiday": ("holiday", "public holiday", "节假日", "法定节假日", "放假"),
    "working-weekend": ("working-weekend", "working weekend", "调休", "补班", "调休上班"),
}
_FIX_WHAT = f"Say {', '.join(_WHAT)}"
_SATURDAY = 5


@dataclass(frozen=True, order=True)
class Span:
    """Days in a row that the calendar says something of.

    Attributes
    ----------
    first, last : datetime.date
        Both included.
    what : {"school", "vacation", "holiday", "working-weekend"}
    """

    first: dt.date
    last: dt.date
    what: str

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Calendar:
    """What kinds of day the days of a year are.

    A *weekday* is Monday to Friday unless it is a holiday, and a working weekend; every other day is a
    *weekend*. A *school day* is a weekday of a span ``school`` that no span ``vacation`` takes out.
    Where the calendar does not say (before its first and after its last day, and anywhere but in vacations
    where it names no span ``school``), every weekday is taken for a school day.

    Attributes
    ----------
    spans : tuple of Span
        In order.
    """

    spans: tuple[Span, ...] = ()

    def kinds(self, day: dt.date) -> frozenset[str]:
        """Say what a day is: ``weekday`` or ``weekend``, and ``school`` with it.

        Examples
        --------
        >>> sorted(Calendar().kinds(dt.date(2026, 6, 1)))
        ['school', 'weekday']
        """
        said = {span.what for span in self.spans if day in span}
        works = "working-weekend" in said or ("holiday" not in said and day.weekday() < _SATURDAY)
        if not works:
            return frozenset({"weekend"})
        taught = "vacation" not in said and ("school" in said or not self.knows_school(day))
        return frozenset({"weekday", "school"} if taught else {"weekday"})

    def knows_school(self, day: dt.date) -> bool:
        """Tell whether the calendar says if a day is a school day, so that nothing need be assumed."""
        if any(s.what == "vacation" and day in s for s in self.spans):
            return True
        terms = any(s.what == "school" for s in self.spans)
        return terms and min(s.first for s in self.spans) <= day <= max(s.last for s in self.spans)


def read_calendar(source: str | Path | pd.DataFrame) -> Calendar:
    """Read a calendar.

    Parameters
    ----------
    source : str, pathlib.Path or pandas.DataFrame
        A .csv or .xlsx file or a table with the columns ``first_day`` and ``last_day`` (or ``date``, for
        one day) and ``what``: ``school`` (a term), ``vacation`` (no school, but work), ``holiday``
        (neither) or ``working-weekend`` (a Saturday or Sunday on which people work and schools teach,
        调休). Chinese names of columns and of what they hold are known too.

    Returns
    -------
    Calendar

    Raises
    ------
    InputError
        A column is missing, a day or ``what`` cannot be read, or rows contradict each other; every
        fault at once.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"first_day": ["2026-03-02"], "last_day": ["2026-07-03"], "what": ["school"]}
    >>> calendar = read_calendar(pd.DataFrame(rows))
    >>> sorted(calendar.kinds(dt.date(2026, 7, 3)))
    ['school', 'weekday']
    """
    name = str(source) if isinstance(source, str | Path) else "calendar"
    table, rows = _table(source)
    faults = Faults(name)
    columns = _columns([str(c) for c in table.columns], faults)
    faults.raise_if_any()
    cells = {
        key: table.iloc[:, at].tolist() if at is not None else [None] * len(table)
        for key, at in columns.items()
    }
    spans: list[Span] = []
    for i, row in enumerate(rows):
        span = _span({key: values[i] for key, values in cells.items()}, row, faults)
        if span is not None:
            _check_span(span, row, faults)
            spans.append(span)
    if not spans:
        faults.add("a calendar without a row", "Give at least one row, or no calendar")
    check_contradictions(spans, faults)
    faults.raise_if_any()
    return Calendar(tuple(sorted(set(spans))))


def _table(source: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    import pandas as pd

    from pitchplan.files.tables import read_table

    if isinstance(source, pd.DataFrame):
        return source, list(range(1, len(source) + 1))
    if isinstance(source, str | Path):
        return read_table(source)
    fix = "Give the path of a .csv or .xlsx file, or a DataFrame"
    raise InputError(Fault("not a calendar", fix, "calendar", value=source))


def _columns(header: list[str], faults: Faults) -> dict[str, int | None]:
    """Find the columns by their names."""
    plain = [h.strip().casefold() for h in header]
    found = {
        key: next((plain.index(n) for n in names if n in plain), None) for key, names in _COLUMNS.items()
    }
    if found["what"] is None:
        faults.add("column 'what' is missing", _FIX_WHAT, value=header)
    if found["date"] is None and (found["first_day"] is None or found["last_day"] is None):
        faults.add("the days are missing", "Give first_day and last_day, or date", value=header)
    return found


def _span(cells: dict[str, Any], row: int, faults: Faults) -> Span | None:
    """Understand one row."""
    days: dict[str, dt.date | None] = {}
    sound = True
    for key in ("first_day", "last_day", "date"):
        try:
            days[key] = day_of(cells[key])
        except Unclear as error:
            what, fix = error.args
            faults.add(what, fix, row=row, column=key, value=cells[key])
            sound = False
    said = str(cells["what"] or "").strip().casefold()
    what = next((w for w, names in _WHAT.items() if said in names), None)
    if what is None:
        faults.add("nothing a calendar knows", _FIX_WHAT, row=row, column="what", value=cells["what"])
    if not sound or what is None:
        return None
    first = days["first_day"] or days["date"]
    last = days["last_day"] or days["date"]
    if first is None or last is None:
        faults.add("a day is missing", "Give first_day and last_day, or date", row=row)
        return None
    return Span(first, last, what)


def _check_span(span: Span, row: int, faults: Faults) -> None:
    """Note what cannot be of one span."""
    length = (span.last - span.first).days + 1
    if length < 1:
        faults.add("a span that ends before it begins", "Swap the days", row=row, value=str(span.last))
        return
    if length > 366:
        faults.add("a span longer than a year", "Check the years", row=row, value=str(span.last))
        return
    days = [span.first + dt.timedelta(k) for k in range(length)]
    if span.what == "working-weekend" and any(d.weekday() < _SATURDAY for d in days):
        fix = "Name the Saturday or Sunday on which people work"
        faults.add("a working weekend that is no weekend", fix, row=row, value=str(span.first))


def check_contradictions(spans: Iterable[Span], faults: Faults) -> None:
    """Note days that two spans say opposite things of, and schools on a day on which nobody works."""
    ordered = sorted(spans)
    for one, other in (("school", "vacation"), ("holiday", "working-weekend")):
        for a in (s for s in ordered if s.what == one):
            for b in (s for s in ordered if s.what == other):
                shared = max(a.first, b.first)
                if shared <= min(a.last, b.last):
                    faults.add(f"a day that is {one} and {other}", "Take it out of one", value=str(shared))
    calendar = Calendar(tuple(ordered))
    for span in (s for s in ordered if s.what == "school" and s.first <= s.last):
        days = [span.first + dt.timedelta(k) for k in range(min((span.last - span.first).days + 1, 8))]
        if not any("weekday" in calendar.kinds(d) for d in days) and days[-1] == span.last:
            fix = "Name it a working-weekend too, or take it out"
            faults.add("school on days on which nobody works", fix, value=str(span.first))
