"""Telephone numbers, ID numbers and number plates in texts: found however they are written, and masked."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from numbers import Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["holds_number", "mask_numbers", "masked_cells", "masked_within"]

_HAN = {
    c: d
    for d, pair in enumerate(["〇零", "一", "二", "三", "四", "五", "六", "七", "八", "九"])
    for c in pair
}
_DIGIT = r"[\d" + "".join(_HAN) + "]"
# Commas, colons, slashes, ranges and line ends stand between two facts: hours, lists, dates, spans.
_BETWEEN = r"(?:[^\w,;:/|~\n，；：、／～]|_){0,3}"
_RUN = re.compile(rf"{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{10,}}(?:{_BETWEEN}[XxＸｘ](?![A-Za-z]))?")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-[0-3]\d(?!\d)")
_HASH = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9A-Za-z])")
_MADE_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:[nwr]|(?:node|way|relation)[ /])\d+|[PR]-?\d+--?\d+-\d+-\d+x\d+)(?![0-9A-Za-z])"
)
"""Ids of OpenStreetMap, and of pitches and runs, which are made of their place."""
_PLATE = re.compile(
    "([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\\s?[A-Za-zＡ-Ｚａ-ｚ])"
    "([\\s·•.．－-]{0,2}(?=(?:[^\\d\\W]*\\d){3})[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]{4,5}"
    "[A-Za-z0-9Ａ-Ｚａ-ｚ０-９挂学警港澳])(?![A-Za-z0-9Ａ-Ｚａ-ｚ０-９])"
)
_MOBILE, _ID = 11, 18
_CODES = ("", "86", "086", "0086")
"""What may stand before a mobile number."""


def mask_numbers(text: str) -> str:
    """Return a text in which nobody's number can be read, and everything else as it was.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Of a mobile number (11 digits, 86 before it or not) the first three and last four digits are
        left, of an ID number (18, or 17 and X) the first three and the last two characters, of a number
        plate the place. Digits may be parted by blanks, dashes and the like, full-width or Chinese.

    Notes
    -----
    Landlines are left: offices have them. So are hashes, days, ids of pitches and runs, and those of
    OpenStreetMap (n, w or r before the digits). Names cannot be known: columns that hold them are left
    out as wholes.

    Examples
    --------
    >>> mask_numbers("老张 138 0013 8000"), mask_numbers("鲁A12345"), mask_numbers("0531-12345678")
    ('老张 138 **** 8000', '鲁A*****', '0531-12345678')
    """
    if len(text) < 6:
        return text
    out = text
    found = _RUN.search(text)
    if found:
        spared = [m.span() for pattern in (_DATE, _HASH, _MADE_ID) for m in pattern.finditer(text)]
        signs = list(text)
        for begin, end in spared:
            signs[begin:end] = "\n" * (end - begin)
        barred = "".join(signs)
        signs = list(text)
        for run in _RUN.finditer(barred):
            _mask_run(barred, run.start(), run.end(), signs)
        out = "".join(signs)
    return _PLATE.sub(lambda m: m[1] + re.sub(r"\w", "*", m[2]), out)


def _mask_run(text: str, begin: int, end: int, signs: list[str]) -> None:
    """Mask the numbers among the digits of a stretch: they begin and end where groups of digits do."""
    places = [i for i in range(begin, end) if text[i] in _HAN or text[i].isdecimal() or text[i] in "XxＸｘ"]
    digits = "".join(_plain(text[i]) for i in places)
    k = 0
    while k < len(places):
        found = None
        if k == 0 or places[k] - places[k - 1] > 1:
            found = _number_at(digits, places, k)
        if found is None:
            k += 1
            continue
        first, last, keep_first, keep_last = found
        for i in range(first + keep_first, last - keep_last):
            signs[places[i]] = "*"
        k = last


def _number_at(digits: str, places: list[int], k: int) -> tuple[int, int, int, int] | None:
    """Return where a number that begins at a digit stands, and how much of it may be seen."""

    def ends(at: int) -> bool:
        # An X that is no last digit of an ID number is a letter as any other.
        return at == len(places) or (
            at < len(places) and (digits[at] == "X" or places[at] > places[at - 1] + 1)
        )

    if ends(k + _ID) and re.fullmatch(r"[1-9]\d{16}[\dX]", digits[k : k + _ID]):
        return k, k + _ID, 3, 2
    for code in _CODES:
        first = k + len(code)
        mobile = re.fullmatch(r"1[3-9]\d{9}", digits[first : first + _MOBILE])
        if mobile and digits.startswith(code, k) and ends(first + _MOBILE):
            return first, first + _MOBILE, 3, 4
    return None


def _plain(sign: str) -> str:
    if sign in _HAN:
        return str(_HAN[sign])
    return "X" if sign in "XxＸｘ" else str(unicodedata.decimal(sign))


def holds_number(text: object) -> bool:
    """Tell whether a text holds a mobile number, an ID number or a number plate.

    Examples
    --------
    >>> holds_number("经十路"), holds_number("13800138000")
    (False, True)
    """
    said = str(text)
    return mask_numbers(said) != said


def masked_within(value: Any, *, numbers: bool = False) -> Any:
    """Return a value of any make with the numbers masked in its texts.

    Parameters
    ----------
    value : object
        A text, or lists and mappings that hold some; other things are given back as they are.
    numbers : bool
        Whether a number such as 13800138000 is looked at too, as a cell of a table may hold a telephone
        number so; one that is masked becomes text.

    Examples
    --------
    >>> masked_within(["路", {"a": "13800138000"}]), masked_within(13800138000.0, numbers=True)
    (['路', {'a': '138****8000'}], '138****8000')
    """
    if isinstance(value, str):
        return mask_numbers(value)
    if isinstance(value, dict):
        return {masked_within(k): masked_within(v, numbers=numbers) for k, v in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(masked_within(v, numbers=numbers) for v in value)
    if numbers and isinstance(value, Real):
        # A whole number of hundreds of digits is no float, and nobody's telephone.
        with contextlib.suppress(OverflowError):
            whole = f"{float(value):.0f}" if float(value).is_integer() else ""
            return mask_numbers(whole) if holds_number(whole) else value
    return value


def masked_cells(cells: pd.Series) -> tuple[pd.Series, int]:
    """Mask the numbers in a column of texts; return it and how many cells held one.

    Each text is looked at once, however often it comes.
    """
    texts = {t: mask_numbers(t) for t in cells.unique() if isinstance(t, str)}
    changed = {t: m for t, m in texts.items() if t != m}
    if not changed:
        return cells, 0
    hit = cells.isin(list(changed))
    return cells.where(~hit, cells.map(changed)), int(hit.sum())
