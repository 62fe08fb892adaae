"""Counts of vendors in the streets: per day and spot, full spots as lower bounds, two rounds by Chapman."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pitchplan.demand.sampling import chapman
from pitchplan.demand.survey.cells import Unclear, day_of, numbers_of, text_of
from pitchplan.demand.survey.tables import Rows, read_rows
from pitchplan.errors import Faults

__all__ = ["CountTable", "read_counts"]

_COLUMNS = {
    "date": "date day 日期",
    "spot": "spot number place 点位 点位编号 编号",
    "vendors": "vendors count 商户数 摊位数 车辆数 瓜农数",
    "capacity": "capacity 容量 泊位数",
    "full": "full 满 已满 是否满员",
    "first": "first first_round 第一次 首次",
    "second": "second second_round 第二次",
    "both": "both both_rounds 两次均见 重复",
}
_YES = {"yes", "y", "true", "1", "full", "是", "满", "已满"}
_NO = {"no", "n", "false", "0", "", "否", "未满"}
_WHOLE = "Give a whole number of 0 or more"
_MOST = 100_000


@dataclass(frozen=True, eq=False)
class CountTable:
    """Counts of vendors, one row per day and spot.

    Attributes
    ----------
    cells : pandas.DataFrame
        ``date``, ``spot`` (empty: the whole city), ``vendors``, ``full`` (a lower bound) and
        ``variance`` (of an estimate from two rounds, else 0).
    """

    cells: pd.DataFrame

    @property
    def by_day(self) -> pd.DataFrame:
        """Per day: ``date``, ``vendors`` in all spots counted, ``full`` where any of them was."""
        days = self.cells.groupby("date", as_index=False)
        return days.agg(vendors=("vendors", "sum"), full=("full", "any"))


def read_counts(source: str | Path | pd.DataFrame) -> CountTable:
    """Read counts of vendors.

    Parameters
    ----------
    source : str or pathlib.Path or pandas.DataFrame
        A ``.csv`` or ``.xlsx`` file or a frame with the columns ``date`` (日期), and ``vendors``
        (商户数), the number seen on one round; or, for two rounds on a day, ``first`` (第一次),
        ``second`` (第二次) and ``both`` (两次均见), from which Chapman's estimate is made. Optional:
        ``spot`` (点位; without it a row is the whole city), and ``full`` (已满: yes or no) or
        ``capacity`` (容量): a full spot's count is a lower bound of those who wanted to stand there.

    Returns
    -------
    CountTable
        Sorted by day and spot.

    Raises
    ------
    InputError
        Every fault of the table at once: a column is missing, a cell cannot be read, a number is
        negative or not whole, a spot is counted twice on a day, more were seen twice than once.
    """
    table = read_rows(source, "counts", _COLUMNS)
    faults = Faults(table.source)
    table.require("date", "day of the count", faults)
    rounds = [c for c in ("first", "second", "both") if c in table.cells]
    if "vendors" not in table.cells and len(rounds) < 3:
        fix = f"Add vendors, or first, second and both. Columns found: {', '.join(table.headers)}"
        faults.add("no column of vendors", fix, column="vendors")
    faults.raise_if_any()
    records = [_record(table, i, row, len(rounds) == 3, faults) for i, row in enumerate(table.rows)]
    _note_repeats(records, table, faults)
    faults.raise_if_any()
    frame = pd.DataFrame(records, columns=["date", "spot", "vendors", "full", "variance"])
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[s]")
    return CountTable(frame.sort_values(["date", "spot"], kind="stable", ignore_index=True))


def _record(table: Rows, i: int, row: int | str, two_rounds: bool, faults: Faults) -> tuple[Any, ...]:
    def cell(column: str) -> Any:
        return table.cells[column][i] if column in table.cells else None

    def note(column: str, what: str, fix: str) -> None:
        faults.add(what, fix, row=row, column=table.named[column], value=cell(column))

    def whole(column: str) -> float | None:
        try:
            found = numbers_of(cell(column), False, False, False)
        except Unclear as unclear:
            note(column, *unclear.args)
            return -1.0
        if found is not None and found[1] > _MOST:
            note(column, "more vendors than can be", "Check the number")
            return -1.0
        if found is not None and (found[1] < 0 or found[1] != int(found[1])):
            note(column, "not a whole number of vendors", _WHOLE)
            return -1.0
        return None if found is None else found[1]

    seen, variance = whole("vendors"), 0.0
    numbers = [whole(c) for c in ("first", "second", "both")] if two_rounds else [None] * 3
    if seen is None and None not in numbers:
        if all(n >= 0 for n in numbers) and numbers[2] > min(numbers[:2]):  # type: ignore[operator,type-var]
            note("both", "more were seen twice than in one of the rounds", "Check the three numbers")
        elif all(n >= 0 for n in numbers):  # type: ignore[operator]
            estimate, spread = chapman(*numbers)
            seen, variance = float(estimate), float(spread)
    elif seen is None:
        column = (
            "vendors"
            if "vendors" in table.cells
            else next(c for c, n in zip(("first", "second", "both"), numbers, strict=True) if n is None)
        )
        note(column, "a value is missing", "Give the number that was counted, or delete the row")
    full = _full(cell("full"), note) if "full" in table.cells else False
    room = whole("capacity") if "capacity" in table.cells else None
    full = full or (room is not None and seen is not None and seen >= room >= 0)
    return _day(cell("date"), note), text_of(cell("spot")) or "", seen, full, variance


def _day(cell: Any, note: Any) -> dt.date | None:
    try:
        day = day_of(cell)
    except Unclear as unclear:
        note("date", *unclear.args)
        return None
    if day is None:
        note("date", "a value is missing", "Give the day of the count, such as 2026-06-01")
    return day


def _full(cell: Any, note: Any) -> bool:
    text = "" if cell is None or cell != cell else unicodedata.normalize("NFKC", str(cell)).strip().lower()
    if text not in _YES | _NO:
        note("full", "neither yes nor no", "Write yes or no (是 or 否), or leave the cell empty")
    return text in _YES


def _note_repeats(records: list[tuple[Any, ...]], table: Rows, faults: Faults) -> None:
    seen: dict[tuple[Any, ...], int | str] = {}
    for record, row in zip(records, table.rows, strict=True):
        key = record[:2]
        if key[0] is not None and key in seen:
            where = f"spot {key[1]!r}" if key[1] else "the city"
            what = f"{where} was counted on that day in row {seen[key]} before"
            fix = "Keep the fuller count, or give both rounds in columns first, second and both"
            faults.add(what, fix, row=row, column=table.named["date"], value=str(key[0]))
        seen.setdefault(key, row)
    spots = {record[1] for record in records}
    if "" in spots and len(spots) > 1:
        row = next(r for record, r in zip(records, table.rows, strict=True) if not record[1])
        fix = "Name the spot in every row, or in none (then a row is the whole city)"
        faults.add("some rows name a spot and some do not", fix, row=row, column=table.named["spot"])


def spot_shares(table: CountTable) -> tuple[list[str], np.ndarray]:
    """Share of the city's vendors that wants to stand at each spot, from the counts themselves.

    The model is mean(spot, day) = share(spot) x total(day), fitted by expectation maximisation: a full
    spot's count is replaced by what a Poisson number is expected to be when it is at least the count.

    Parameters
    ----------
    table : CountTable
        Counts per day and spot; not every spot on every day.

    Returns
    -------
    spots : list of str
        The spots.
    shares : numpy.ndarray
        Shares that add up to 1, shape (spots,).
    """
    from scipy.special import gammainc

    cells = table.cells
    spots, spot = np.unique(cells["spot"].to_numpy(dtype=str), return_inverse=True)
    day = np.unique(cells["date"].to_numpy(), return_inverse=True)[1]
    seen, full = cells["vendors"].to_numpy(float), cells["full"].to_numpy(bool) & (cells["vendors"] > 0)
    filled, share = seen.copy(), np.full(len(spots), 1 / len(spots))
    # Where nobody was seen anywhere, no spot is known to be liked more than another.
    for _ in range(200 if seen.any() else 0):
        total = np.bincount(day, filled) / np.bincount(day, share[spot])
        fresh = np.bincount(spot, filled) / np.maximum(np.bincount(spot, total[day]), 1e-12)
        fresh = np.maximum(fresh / fresh.sum(), 1e-9)
        mean = np.maximum(fresh[spot] * total[day], 1e-9)
        # E[N | N >= c] = mean P(N >= c - 1) / P(N >= c); P(N >= c) is the regularised gamma P(c, mean).
        least = seen[full]
        below = np.where(least > 1, gammainc(np.maximum(least - 1, 1e-9), mean[full]), 1.0)
        filled[full] = np.maximum(mean[full] * below / np.maximum(gammainc(least, mean[full]), 1e-300), least)
        if np.abs(fresh - share).max() < 1e-9:
            break
        share = fresh
    return [str(s) for s in spots], share
