"""The table of counts at the spots of a plan: its cells, checked against the plan, every fault at once."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.demand.survey.cells import Unclear, day_of, numbers_of
from pitchplan.growers.tables import Cells, is_empty, open_table, plain, text_of
from pitchplan.occupancy.doubts import doubts_of
from pitchplan.occupancy.rounds import by_day
from pitchplan.schemas import OCCUPANCY

if TYPE_CHECKING:
    from pathlib import Path

    from pitchplan.plan import Plan

__all__ = ["read_cells"]

_HEADINGS = {
    "spot": "spot_id number place 点位 点位编号 摊点 摊点编号 瓜点编号 编号 序号",
    "date": "day 日期 清点日期 统计日期",
    "vendors": "count 商户数 瓜农数 摊位数 车辆数 在位数 清点数",
    "full": "满 已满 是否满员 满员",
    "complaints": "complaint 投诉 投诉数 投诉件数 投诉量",
    "round": "time hour 轮次 时段 时间 清点时间 次数",
}
_IDS = ("spot_id", "place")
_YES = {"yes", "y", "true", "1", "full", "是", "满", "已满", "满员"}
_NO = {"no", "n", "false", "0", "", "否", "未满", "不满"}
_NUMBER = re.compile(r"(?:no\.?|nr\.?|第)?\s*0*([1-9]\d{0,8})\s*[号#]?", re.IGNORECASE)
_MOST = 100_000


def read_cells(
    source: str | Path | pd.DataFrame, plan: Plan, encoding: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the counts and find the spot, the day and the pitches open on it for each.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Columns as `schemas.OCCUPANCY`.
    plan : Plan
        Its spots, season and weeks.
    encoding : str or None
        Of a text file.

    Returns
    -------
    cells : pandas.DataFrame
        As `pitchplan.occupancy.rounds.by_day` returns them, one row per spot and day.
    doubts : pandas.DataFrame
        Columns as `schemas.OCCUPANCY_DOUBTS`: counts that are taken as they are but look wrong.

    Raises
    ------
    InputError
        Every fault of the table at once, row by row.
    """
    cells = open_table(source, OCCUPANCY, _HEADINGS, encoding=encoding)
    if not {"spot", "date", "vendors"} <= set(cells.headings):
        cells.faults.raise_if_any()
    spots = _spots(cells, plan)
    days = _days(cells, plan)
    vendors = [_whole(cells, i, "vendors") for i in range(len(cells))]
    complaints = [_whole(cells, i, "complaints") for i in range(len(cells))]
    said = [_said(cells, i) for i in range(len(cells))]
    rounds = [text_of(cell).casefold() for cell in cells.of("round")]
    _note_repeats(cells, spots, days, rounds)
    _note_full_and_empty(cells, vendors, said)
    capacity = _capacities(cells, plan, spots, days)
    cells.raise_if_any()
    table = pd.DataFrame(
        {
            "spot_id": pd.Series([str(plan.spots["spot_id"].iloc[k]) for k in spots], dtype=object),
            "number": [int(plan.spots["number"].iloc[k]) for k in spots],
            "date": pd.to_datetime(pd.Series(days, dtype=object)).astype("datetime64[s]"),
            "vendors": np.array(vendors, dtype=np.int64),
            "said": pd.Series(said, dtype=object),
            "complaints": np.array(complaints, dtype=np.int64),
            "capacity": np.array(capacity, dtype=np.int64),
            "row": cells.rows,
        }
    )
    return by_day(table), doubts_of(table)


def _spots(cells: Cells, plan: Plan) -> list[int]:
    """Find the place of each row's spot in the plan; -1 where there is none."""
    by_id = {text_of(s): k for k, s in enumerate(plan.spots["spot_id"])}
    by_number = {int(n): k for k, n in enumerate(plan.spots["number"])}
    by_heading = plain(cells.headings["spot"]) in _IDS
    out = []
    for i, cell in enumerate(cells.of("spot")):
        text = text_of(cell)
        match = _NUMBER.fullmatch(text)
        one, other = by_id.get(text), by_number.get(int(match[1])) if match else None
        found = one if by_heading and one is not None else other if other is not None else one
        if not text:
            cells.note(i, "spot", "a value is missing", "Give the spot's number on the map, or its id", None)
        elif found is None:
            top = max(by_number, default=0)
            fix = f"Give a number of the map (the highest is {top}), or the spot's id"
            cells.note(i, "spot", "a spot that the plan does not have", fix, cell)
        elif one is not None and other is not None and one != other and not by_heading:
            fix = "Give ids in a column spot_id, or numbers such as No. 3"
            if text == str(cell).strip() and text.isdigit():
                cells.note(i, "spot", "the number of one spot and the id of another", fix, cell)
        out.append(-1 if found is None else found)
    return out


def _days(cells: Cells, plan: Plan) -> list[dt.date | None]:
    first, last = plan.season.first, plan.season.last
    out: list[dt.date | None] = []
    for i, cell in enumerate(cells.of("date")):
        day = None
        try:
            day = day_of(cell)
            if day is None:
                fix = "Give the day of the count, such as 2026-06-01"
                cells.note(i, "date", "a value is missing", fix, None)
            elif not first <= day <= last:
                fix = f"Check the day: the season runs from {first} to {last}"
                cells.note(i, "date", "a day outside of the season", fix, str(day))
                day = None
        except Unclear as unclear:
            what, fix = unclear.args
            cells.note(i, "date", what, fix, cell)
        out.append(day)
    return out


def _whole(cells: Cells, i: int, column: str) -> int:
    """Read a whole number of 0 or more; an empty number of complaints is 0."""
    cell = cells.of(column)[i]
    try:
        found = numbers_of(cell, False, False, False)
    except Unclear as unclear:
        what, fix = unclear.args
        cells.note(i, column, what, fix, cell)
        return 0
    if found is None:
        if column == "vendors":
            fix = "Give the number that was counted (0 where nobody stood there), or delete the row"
            cells.note(i, column, "a value is missing", fix, None)
        return 0
    number = found[1]
    if number < 0 or number != int(number):
        cells.note(i, column, f"not a whole number of {column}", "Give a whole number of 0 or more", cell)
        return 0
    if number > _MOST:
        cells.note(i, column, f"more {column} than can be", "Check the number", cell)
        return 0
    return int(number)


def _said(cells: Cells, i: int) -> str:
    """Return what a row says of the spot being full: yes, no, or nothing."""
    cell = cells.of("full")[i]
    number = isinstance(cell, float) and cell in (0.0, 1.0)
    text = "" if is_empty(cell) else str(int(cell) if number else cell)
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if text not in _YES | _NO:
        fix = "Write yes or no (是 or 否), or leave the cell empty"
        cells.note(i, "full", "neither yes nor no", fix, cell)
    return "yes" if text in _YES else "no" if text else ""


def _note_repeats(cells: Cells, spots: list[int], days: list[dt.date | None], rounds: list[str]) -> None:
    """Note rounds in which a spot is counted twice, by number in one row and by id in another, say."""
    seen: dict[tuple[int, Any], dict[str, int]] = {}
    for i, key in enumerate(zip(spots, days, strict=True)):
        if key[0] < 0 or key[1] is None:
            continue
        before = seen.setdefault(key, {})
        # Beside rows that name no round, a named one may be the same round once more.
        same = rounds[i] if rounds[i] in before else "" if "" in before else None
        if same is None and before and not rounds[i]:
            same = next(iter(before))
        if same is not None:
            in_round = " and round" if rounds[i] and same == rounds[i] else ""
            what = f"this spot was counted on that day{in_round} in row {cells.rows[before[same]]} before"
            fix = "Keep the fuller count, or tell the rounds apart in a column round"
            cells.note(i, "date", what, fix, str(key[1]))
        before.setdefault(rounds[i], i)


def _note_full_and_empty(cells: Cells, vendors: list[int], said: list[str]) -> None:
    """Note spots that are said to be full while nobody stood there."""
    for i, cell in enumerate(cells.of("vendors")):
        if said[i] == "yes" and vendors[i] == 0 and text_of(cell) in ("0", "0.0"):
            fix = "Give the number counted, or leave the row out where nobody could stand there"
            cells.note(i, "full", "full, and nobody stood there", fix, cells.of("full")[i])


def _capacities(cells: Cells, plan: Plan, spots: list[int], days: list[dt.date | None]) -> list[int]:
    """Return the pitches that each row's spot had open on its day; a closed spot is a fault."""
    if plan.weeks is None:
        return [int(plan.spots["capacity"].iloc[k]) if k >= 0 else 0 for k in spots]
    open_in = {(str(w.spot_id), int(w.week)): int(w.capacity) for w in plan.weeks.itertuples()}
    out = []
    for i, (k, day) in enumerate(zip(spots, days, strict=True)):
        capacity = 0
        if k >= 0 and day is not None:
            week = (day - plan.season.first).days // 7 + 1
            capacity = open_in.get((str(plan.spots["spot_id"].iloc[k]), week), 0)
            if capacity == 0:
                fix = "Check spot and day, or leave the row out: it says nothing of how the spot is used"
                cells.note(i, "date", "the spot is closed in that week", fix, str(day))
        out.append(capacity)
    return out
