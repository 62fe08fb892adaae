"""Widths of streets: in whatever unit they are written, and how far each may be trusted."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, InputError

__all__ = [
    "ASSUMED_WIDTH_M",
    "LANE_M",
    "STATUSES",
    "UNITS",
    "WIDEST_M",
    "check_unit",
    "column_unit",
    "metres_of",
    "note_nonsense",
    "read_statuses",
    "read_widths",
]

LANE_M = 3.25
"""Width of a lane where only the number of lanes is known (the lower of CJJ 37-2012's 3.25 and 3.5 m)."""

ASSUMED_WIDTH_M = {
    "main": 14.0,
    "secondary": 10.0,
    "branch": 7.0,
    "local": 6.0,
    "lane": 4.0,
    "service": 4.0,
    "pedestrian": 5.0,
}
"""Width by class where nothing is known, metres: two to four lanes of `LANE_M`, ours, to be taped on site."""

WIDEST_M = 100.0
"""No carriageway is wider, metres; a larger number is no width."""

STATUSES = ("checked", "measured", "given", "lanes", "assumed")
"""Where a width may come from, the most trustworthy first."""

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
"""Metres in one of each unit."""

_WORDS = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters", "米"), "m"),
    **dict.fromkeys(("cm", "厘米"), "cm"),
    **dict.fromkeys(("mm", "毫米"), "mm"),
    **dict.fromkeys(("ft", "foot", "feet", "'", "英尺"), "ft"),
    **dict.fromkeys(("in", "inch", "inches", '"', "英寸"), "in"),
}
_UNIT = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_LENGTH = re.compile(rf"(\d+(?:[.,]\d+)?|[.,]\d+)\s*({_UNIT})?\.?")
_FEET_AND_INCHES = re.compile(r"(\d+)\s*(?:ft|foot|feet|')\.?\s*(\d+(?:\.\d+)?)\s*(?:\"|in|inch|inches)?\.?")
_THOUSANDS = re.compile(r"\d{1,3},\d{3}")
_TOO_WIDE_M = 15.0


def check_unit(unit: str | None) -> str | None:
    """Return the unit of a length by its short name, or refuse a word that is none."""
    if unit is None:
        return None
    word = _WORDS.get(str(unit).strip().lower())
    if word is None:
        raise InputError(
            Fault("not a unit of length", f"Use one of {', '.join(UNITS)}", "width_unit", value=unit)
        )
    return word


def column_unit(name: str) -> tuple[str, str | None]:
    """Split a column's name into its base and the unit it ends in, if it does.

    Examples
    --------
    >>> column_unit("width_ft"), column_unit("路宽(米)"), column_unit("PAVE_WIDTH")
    (('width', 'ft'), ('路宽', 'm'), ('pave_width', None))
    """
    text = unicodedata.normalize("NFKC", name).strip().lower()
    for word, unit in _WORDS.items():
        for tail in (f"_{word}", f" {word}", f"-{word}", f"({word})", f"[{word}]"):
            if text.endswith(tail) and len(text) > len(tail):
                return text[: -len(tail)].rstrip(" _-"), unit
    return text, None


def _metres(value: object, unit: str) -> float:
    """Read one width; not a number where it is none."""
    text = str(value).replace("′", "'").replace("’", "'").replace("″", '"').replace("''", '"')
    text = unicodedata.normalize("NFKC", text).strip().lower()
    if both := _FEET_AND_INCHES.fullmatch(text):
        metres = float(both.group(1)) * UNITS["ft"] + float(both.group(2)) * UNITS["in"]
    elif one := _LENGTH.fullmatch(text):
        unit = _WORDS[one.group(2)] if one.group(2) else unit
        # A comma is a decimal one in metres and feet, but 3,500 mm are three and a half metres.
        grouped = unit in ("mm", "cm") and _THOUSANDS.fullmatch(one.group(1))
        metres = float(one.group(1).replace(",", "" if grouped else ".")) * UNITS[unit]
    else:
        return float("nan")
    return metres if 0 < metres <= WIDEST_M else float("nan")


def metres_of(values: pd.Series, unit: str = "m") -> pd.Series:
    """Read widths as metres.

    Parameters
    ----------
    values : pandas.Series
        Numbers, or text such as "3.5 m", "3,5", "12 ft", "5'6", "350 cm" or "3.5米".
    unit : str
        Unit of a cell that states none, one of `UNITS`.

    Returns
    -------
    pandas.Series of float
        Not a number where a cell is empty or no width above 0 and up to `WIDEST_M`.

    Examples
    --------
    >>> metres_of(pd.Series(["3,5", "12 ft", "12'6", "-1", 350.0]), "m").round(3).tolist()
    [3.5, 3.658, 3.81, nan, nan]
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        metres = values.astype(float) * UNITS[unit]
        return metres.where((metres > 0) & (metres <= WIDEST_M))
    return values.map(lambda v: _metres(v, unit)).astype(float)


def note_nonsense(raw: pd.Series, metres: pd.Series, unit: str | None, source: str, notes: list[str]) -> None:
    """Count in ``notes`` the cells that are not empty and no width, and widths that look like feet.

    Parameters
    ----------
    raw, metres : pandas.Series
        The cells as given, and as `metres_of` reads them.
    unit : str or None
        Unit the planner or the column's name states.
    source : str
        Name in notes.
    notes : list of str
    """
    bad = metres.isna() & raw.notna() & (raw.astype(str).str.strip() != "")
    if bad.any():
        row = int(np.flatnonzero(bad.to_numpy())[0])
        notes.append(
            f"{source}: {int(bad.sum())} widths ignored that are none above 0 and up to {WIDEST_M:g} m, "
            f"the first in row {row + 1}: {raw.iloc[row]!r}"
        )
    if unit is None and metres.notna().any() and metres.median() > _TOO_WIDE_M:
        notes.append(
            f'{source}: half of the widths are above {_TOO_WIDE_M:g} m: if they are feet, say width_unit="ft"'
        )


def read_statuses(values: pd.Series, source: str, notes: list[str]) -> pd.Series:
    """Read what a layer says of its widths: a word of `STATUSES`, else empty, counted in ``notes``."""
    word = values.astype(object).where(values.notna(), "").astype(str).str.strip().str.lower()
    word = word.replace({"checked on site": "checked"})
    bad = ~word.isin((*STATUSES, ""))
    if bad.any():
        notes.append(
            f"{source}: {int(bad.sum())} cells of width_status that are none of {', '.join(STATUSES)} "
            f"ignored, {values[bad].iloc[0]!r} first"
        )
    return word.where(~bad, "")


def read_widths(
    width: pd.Series, lanes: pd.Series, street_class: pd.Series, stated: pd.Series | None = None
) -> tuple[pd.Series, pd.Series]:
    """Decide the width of each street and how far it may be trusted.

    Parameters
    ----------
    width, lanes, street_class : pandas.Series
        As the layer gives them; widths as numbers (metres) or text ("3.5 m", "12 ft").
    stated : pandas.Series, optional
        Status the layer itself gives a width, a word of `STATUSES` or empty.

    Returns
    -------
    width_m : pandas.Series
        Metres; given, else lanes × `LANE_M`, else `ASSUMED_WIDTH_M` of the class.
    width_status : pandas.Series
        A word of `STATUSES`; what is stated holds for widths that are given only.
    """
    given = metres_of(width)
    counted = pd.to_numeric(lanes, errors="coerce").where(lambda n: (n > 0) & (n < 20)) * LANE_M
    by_class = street_class.map(lambda c: ASSUMED_WIDTH_M.get(c, ASSUMED_WIDTH_M["local"])).astype(float)
    width_m = given.fillna(counted).fillna(by_class)
    status = pd.Series(
        np.select([given.notna(), counted.notna()], ["given", "lanes"], "assumed"),
        index=width.index,
        dtype=object,
    )
    if stated is not None:
        status = status.where(given.isna() | ~stated.isin(STATUSES), stated)
    return width_m, status
