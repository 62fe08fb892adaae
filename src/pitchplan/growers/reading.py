"""The growers' table: who asks for a spot, with which vehicle, from where, and which they wish."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.growers.masking import looks_private, masked
from pitchplan.growers.tables import GROWER_HEADINGS, Cells, is_empty, open_table, text_of
from pitchplan.schemas import GROWERS

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandas as pd

__all__ = ["VEHICLES", "read_growers"]

VEHICLES = {
    "small-truck": ("小货车", "货车", "小卡车", "轻型货车"),
    "tricycle": ("三轮车", "机动三轮车", "电动三轮车", "三轮"),
    "tractor": ("拖拉机", "手扶拖拉机"),
}
"""Classes of vehicle of the presets, and what Chinese tables call them."""

_NAMES = {name: v for v, names in VEHICLES.items() for name in (v, v.replace("-", " "), *names)}
_WISH = re.compile(r"[;,、/|\s]+")
_PHONE = re.compile(r"\+?[\d()\-./ ]{5,24}")
_ID = re.compile(r"[0-9A-Z()\-]{5,24}")
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]+(\d{1,2})[:时](\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?"
)
_EXACT = 2**53


def read_growers(
    source: str | Path | pd.DataFrame,
    *,
    encoding: str | None = None,
    vehicles: Collection[str] = (),
) -> pd.DataFrame:
    """Read and check the table of the growers who ask for a spot.

    Headings are the names of `schemas.GROWERS` or Chinese ones: 编号, 姓名, 手机号, 身份证号, 车牌, 车型,
    入城口, 志愿摊点, 申报日期, 首周, 末周, 村. Columns with other headings are left out.

    Parameters
    ----------
    source : str or pathlib.Path or pandas.DataFrame
        A ``.csv`` or ``.xlsx`` file, see `pitchplan.files.tables.read_table`, or a frame.
    encoding : str, optional
        Encoding of a text file.
    vehicles : collection of str
        Classes of vehicle beside those of the presets (`VEHICLES`), which Chinese words name too.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.GROWERS`, index 0 to n - 1, in the order of the file; a table read once is
        read again unchanged. ``wishes`` as ``"3;17"``; ``declared`` numbers (ranks) or times, whichever
        the table has, missing where empty; weeks whole numbers or missing.

    Raises
    ------
    InputError
        Every fault of the table at once, with row and column as in the file. Cells of private columns
        (`PRIVATE`), and whatever looks like a telephone or an ID number, are named by their length alone.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"编号": "G-1", "姓名": "某某", "车型": "三轮车", "入城口": "北入城口", "志愿摊点": "12、3"}
    >>> read_growers(pd.DataFrame([row])).loc[0, ["vehicle", "wishes"]].to_list()
    ['tricycle', '12;3']
    """
    import pandas as pd

    cells = open_table(source, GROWERS, GROWER_HEADINGS, encoding=encoding)
    known = {**_NAMES, **{text_of(v): text_of(v) for v in vehicles}}
    out = {
        "grower_id": _ids(cells),
        "name": _texts(cells, "name", required=True),
        "phone": _numbers(cells, "phone", _PHONE, "a telephone number", "Write digits, as 138 0013 8000"),
        "id_number": _numbers(cells, "id_number", _ID, "the number of an ID card", "Write it as on the card"),
        "plate": _texts(cells, "plate"),
        "vehicle": _vehicles(cells, known),
        "gateway": _texts(cells, "gateway", required=True),
        "wishes": _wishes(cells),
        "declared": _declared(cells),
        **_weeks(cells),
        "village": _texts(cells, "village"),
    }
    cells.raise_if_any()
    frame = pd.DataFrame({c: pd.Series(out[c], dtype=_dtype(c)) for c in GROWERS.names})
    frame["declared"] = (
        pd.Series(out["declared"])
        if any(_is_day(d) for d in out["declared"])
        else (pd.Series([np.nan if d is None else d for d in out["declared"]], dtype=float))
    )
    return frame


def _dtype(column: str) -> str:
    return "Int64" if column.endswith("_week") else "object"


def _is_day(value: object) -> bool:
    return isinstance(value, dt.datetime)


def _texts(cells: Cells, column: str, *, required: bool = False) -> list[str]:
    """Read a column of words; private ones and those that look so are masked where they are blamed."""
    out = [text_of(c) for c in cells.of(column)]
    meaning = next(c.meaning for c in GROWERS.columns if c.name == column)
    for i, text in enumerate(out):
        if required and not text and column in cells.columns:
            cells.note(i, column, "a value is missing", f"Give {meaning}", None)
        if column in ("gateway", "village") and looks_private(text):
            what = "looks like a telephone or an ID number"
            cells.note(
                i, column, what, "Check that the row's cells stand in their columns", masked(column, text)
            )
    return out


def _ids(cells: Cells) -> list[str]:
    out = _texts(cells, "grower_id", required=True)
    first: dict[str, int] = {}
    for i, text in enumerate(out):
        if text and first.setdefault(text, i) != i:
            what = f"the same id as in row {cells.rows[first[text]]}"
            cells.note(i, "grower_id", what, "Give each grower their own", masked("grower_id", text))
        elif looks_private(text):
            what = "an id that looks like a telephone or an ID number"
            fix = "Give a made-up id such as G-0001: ids are printed in lists of the office"
            cells.note(i, "grower_id", what, fix, masked("grower_id", text))
    return out


def _numbers(cells: Cells, column: str, pattern: re.Pattern[str], what: str, fix: str) -> list[str]:
    """Read a private column of telephones or ID numbers."""
    out = []
    for i, cell in enumerate(cells.of(column)):
        text = text_of(cell).upper()
        # A spreadsheet keeps 15 digits of a number: the last ones of an ID number are gone.
        if isinstance(cell, (int, float)) and not is_empty(cell) and abs(cell) >= _EXACT:
            cells.note(
                i, column, f"{what} that lost its last digits", "Format the column as text", "(not shown)"
            )
        elif text and not pattern.fullmatch(text):
            cells.note(i, column, f"not {what}", fix, masked(column, text))
        out.append(text)
    return out


def _vehicles(cells: Cells, known: dict[str, str]) -> list[str]:
    out = _texts(cells, "vehicle", required=True)
    for i, text in enumerate(out):
        if text and text.casefold() not in known and text not in known:
            fix = f"Use one of {', '.join(dict.fromkeys(known.values()))}, or name it in vehicles="
            cells.note(i, "vehicle", "an unknown class of vehicle", fix, masked("vehicle", text))
    return [known.get(t) or known.get(t.casefold(), "") for t in out]


def _wishes(cells: Cells) -> list[str]:
    out = []
    for i, cell in enumerate(cells.of("wishes")):
        text = "" if is_empty(cell) else text_of(cell)
        parts = [p for p in _WISH.split(text) if p]
        fix = "Write the spots' numbers, the dearest first, as 12;3;40"
        if not all(p.isdecimal() and 0 < int(p) < 10**6 for p in parts) or _is_day(cell):
            cells.note(i, "wishes", "not numbers of spots", fix, masked("wishes", text))
            parts = []
        numbers = [str(int(p)) for p in parts]
        if len(set(numbers)) < len(numbers):
            cells.note(i, "wishes", "a spot that is wished for twice", fix, masked("wishes", text))
        out.append(";".join(numbers))
    return out


def _declared(cells: Cells) -> list[Any]:
    """Read when growers declared: all as times, or all as ranks."""
    out: list[Any] = []
    fix = "Write a day as 2026-05-03 or 2026-05-03 08:15, or a rank 1, 2, 3 …"
    for i, cell in enumerate(cells.of("declared")):
        value = None if is_empty(cell) else _moment(cell)
        if value is None and not is_empty(cell):
            cells.note(i, "declared", "neither a day nor a rank", fix, masked("declared", cell))
        out.append(value)
    days = [i for i, v in enumerate(out) if _is_day(v)]
    ranks = [i for i, v in enumerate(out) if isinstance(v, float)]
    if days and ranks:
        odd = min(days, ranks, key=len)
        for i in odd:
            shown = masked("declared", cells.of("declared")[i], a_day=True)
            cells.note(i, "declared", "days and ranks in one column", fix, shown)
    return out


def _moment(cell: Any) -> dt.datetime | float | None:
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)
    text = text_of(cell)
    match = _DAY.fullmatch(text)
    try:
        if match:
            return dt.datetime(*(int(g or 0) for g in match.groups()))  # type: ignore[arg-type]
        rank = float(text)
    except ValueError:
        return None
    return rank if np.isfinite(rank) and 0 <= rank < 10**7 else None


def _weeks(cells: Cells) -> dict[str, list[int | None]]:
    out: dict[str, list[int | None]] = {}
    for column in ("first_week", "last_week"):
        out[column] = []
        for i, cell in enumerate(cells.of(column)):
            text = text_of(cell)
            good = text.isdecimal() and 1 <= int(text) <= 53
            if text and not good:
                cells.note(
                    i, column, "not a week", "Write 1 for the season's first week", masked(column, text)
                )
            out[column].append(int(text) if good else None)
    for i, (first, last) in enumerate(zip(out["first_week"], out["last_week"], strict=True)):
        if first is not None and last is not None and last < first:
            cells.note(i, "last_week", "before the first week", "Keep first_week <= last_week", last)
    return out
