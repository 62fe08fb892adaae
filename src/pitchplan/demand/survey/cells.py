"""What one cell of a harvest survey says: a number, a range, a share, a day or words."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from typing import Any

import numpy as np

__all__ = ["FIX_NUMBER", "FIX_SHARE", "Unclear", "day_of", "numbers_of", "text_of"]

FIX_NUMBER = "Write a plain number without unit, blanks or thousands separators, with a point as decimal sign"
FIX_SHARE = "Write a share of 0 to 1 such as 0.05, or text such as 5%"
_FIX_RANGE = "Write low–high or low–likely–high, smallest first"
_FIX_DAY = "A spreadsheet made a day of a range such as 5-8: write 5~8, in a cell of the format text"
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$", re.IGNORECASE)
_PART = r"((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)"
_DASH = r"\s*[-~‐‑–—−〜至到]\s*"
_RANGE = re.compile(f"^{_PART}{_DASH}{_PART}(?:{_DASH}{_PART})?$", re.IGNORECASE)
_DATE = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?$"
)


class Unclear(Exception):
    """A cell that cannot be understood: what is wrong, and how to mend it."""


def _is_empty(cell: Any) -> bool:
    if isinstance(cell, str):
        return not cell.strip()
    if cell is None or isinstance(cell, (float, int)):
        return cell is None or cell != cell
    import pandas as pd

    return bool(pd.api.types.is_scalar(cell)) and bool(pd.isna(cell))


def _normal(cell: str) -> str:
    return cell.strip() if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()


def numbers_of(cell: Any, share: bool, percent: bool, ranges: bool) -> tuple[float, float, float] | None:
    """Understand one cell as low, likely and high; low and high are NaN for a single number."""
    if _is_empty(cell):
        return None
    if isinstance(cell, str):
        text = _normal(cell)
        if match := _RANGE.match(text):
            return _range(match, share, percent, ranges)
        hundredth = share and text.endswith("%")
        number = _number(text[:-1].strip() if hundredth else text, share)
    else:
        hundredth, number = False, _number(cell, share)
    return math.nan, number / 100 if percent or hundredth else number, math.nan


def _range(match: re.Match[str], share: bool, percent: bool, ranges: bool) -> tuple[float, float, float]:
    parts = [float(p) for p in match.groups()[::2] if p is not None]
    marks = [m == "%" for m in match.groups()[1::2] if m is not None]
    # "5-8%" means 5% to 8%; a mark on some of the others only could mean anything.
    whole = all(marks) or (marks[-1] and not any(marks[:-1]))
    if any(marks) and not (share and whole):
        raise Unclear("not a number", FIX_SHARE if share else FIX_NUMBER)
    if not ranges:
        raise Unclear("a range where one number belongs", "Give one number")
    if not all(math.isfinite(p) for p in parts):
        raise Unclear("not a finite number", _FIX_RANGE)
    if parts != sorted(parts):
        raise Unclear("the range does not rise", _FIX_RANGE)
    if percent or any(marks):
        parts = [p / 100 for p in parts]
    middle = parts[1] if len(parts) == 3 else parts[0] + (parts[-1] - parts[0]) / 2
    return parts[0], middle, parts[-1]


def _number(cell: Any, share: bool) -> float:
    """Understand a finite number given as a number or as plain text."""
    fix = FIX_SHARE if share else FIX_NUMBER
    if isinstance(cell, (dt.date, dt.timedelta, np.datetime64, np.timedelta64)):
        raise Unclear("not a number", _FIX_DAY if isinstance(cell, (dt.date, np.datetime64)) else fix)
    if isinstance(cell, str) and not _NUMBER.match(cell):
        known = cell.lower().lstrip("+-") in ("nan", "inf", "infinity")
        raise Unclear("not a finite number" if known else "not a number", fix)
    try:
        number = math.nan if isinstance(cell, (bool, np.bool_)) else float(cell)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Unclear("not a finite number" if isinstance(cell, (str, float)) else "not a number", fix)
    return number


def day_of(cell: Any) -> dt.date | None:
    """Understand one cell as a day; None where it is empty."""
    if _is_empty(cell):
        return None
    day: dt.date | None = None
    if isinstance(cell, dt.datetime):
        day = cell.date()
    elif isinstance(cell, dt.date):
        day = cell
    elif isinstance(cell, str) and (match := _DATE.match(_normal(cell))):
        try:
            day = dt.date(*(int(g) for g in match.groups()))
        except ValueError:
            day = None
    if day is None or not 1900 <= day.year <= 2200:
        fix = "Write it as 2026-06-01, 2026/6/1 or 2026年6月1日, year included"
        raise Unclear("not a day that can be read", fix)
    return day


def text_of(cell: Any) -> str | None:
    """Understand one cell as words; None where it is empty."""
    if _is_empty(cell):
        return None
    whole = isinstance(cell, float) and cell.is_integer()
    return unicodedata.normalize("NFC", str(int(cell) if whole else cell)).strip()
