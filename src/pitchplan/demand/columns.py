"""Columns of a harvest survey: their names in English and Chinese, and the units they carry."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Faults
from pitchplan.schemas import SURVEY

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DAYS", "OPTIONAL", "SHARES", "TARGET", "UNITS", "Given", "find_columns"]

_MU = Fraction(1, 15)
"""One mu in hectares: 10000/15 square metres."""
_JIN = Fraction(1, 2000)
"""One jin in tonnes: 0.5 kg."""
_KG = Fraction(1, 1000)
_ONE = Fraction(1)

# Quantity -> unit suffix -> factor to the survey's own unit, which is the one with factor 1.
UNITS: dict[str, dict[str, Fraction]] = {
    "area": {"ha": _ONE, "mu": _MU},
    "yield": {
        "t_per_ha": _ONE,
        "kg_per_ha": _KG,
        "t_per_mu": _ONE / _MU,
        "kg_per_mu": _KG / _MU,
        "jin_per_mu": _JIN / _MU,
    },
    "load": {"t": _ONE, "kg": _KG, "jin": _JIN},
    "selling": {"t_per_day": _ONE, "kg_per_day": _KG, "jin_per_day": _JIN},
}
TARGET = {
    "area": "area_ha",
    "yield": "yield_t_per_ha",
    "load": "load_t",
    "selling": "selling_t_per_day",
}
SHARES = ("loss_share", "city_share_low", "city_share", "city_share_high")
DAYS = ("first_day", "peak_day", "last_day")
OPTIONAL = {"origin_en": "", "gateway": "", "vehicle": "small-truck"}
_ALIASES: dict[str, str] = {
    alias: name
    for name, aliases in {
        "origin": "产地 乡镇 乡镇街道",
        "origin_en": "产地英文名 产地英文 产地拼音",
        "crop": "作物 品种 水果 fruit",
        "cultivation": "种植方式 栽培方式 种植类型 cultivation_type",
        "area": "面积 种植面积",
        "yield_per_mu": "亩产 亩产量",
        "yield": "单产",
        "loss_share": "损耗率 损耗 loss",
        "city_share": "进城零售比例 进城比例",
        "city_share_low": "进城零售比例下限 进城比例下限",
        "city_share_high": "进城零售比例上限 进城比例上限",
        "load": "单车载重 载重 车载量",
        "selling": "日均销量 日销量 日均销售量",
        "first_day": "上市日期 始收日期 开始日期",
        "peak_day": "盛期 盛果期 盛期日期",
        "last_day": "收市日期 末收日期 结束日期",
        "gateway": "入城口 方向 进城方向",
        "vehicle": "车型 车辆类型",
    }.items()
    for alias in aliases.split()
}
_UNIT_WORDS = {
    "亩": "mu",
    "公顷": "ha",
    "公斤": "kg",
    "千克": "kg",
    "斤": "jin",
    "吨": "t",
    "天": "day",
    "日": "day",
}
_BOUNDS = {"下限": "low", "low": "low", "上限": "high", "high": "high"}
_BRACKETED = re.compile(r"^(.*?)[\s_]*[(\[【](.*)[)\]】](.*)$")


@dataclass(frozen=True, slots=True)
class Given:
    """A column of the survey as the file gives it.

    Attributes
    ----------
    header : str
        Its name in the file.
    factor : fractions.Fraction
        What turns its numbers into the survey's own unit.
    cells : list
        Its cells, as given.
    """

    header: str
    factor: Fraction
    cells: list[Any]


def _canonical(header: object) -> tuple[str, str | None]:
    """Split a header into the canonical stem and its unit; the unit is None where none is written."""
    text = unicodedata.normalize("NFKC", str(header)).strip().lower()
    unit: str | None = None
    if match := _BRACKETED.match(text):
        stem, unit, tail = match.groups()
        text = (stem + tail).strip()
        unit = re.sub(r"[\s_]+", "", unit)
    text = re.sub(r"[\s\-]+", "_", text)
    stem = _ALIASES.get(text, text)
    for word, latin in _UNIT_WORDS.items():
        unit = unit.replace(word, latin) if unit is not None else None
    unit = unit.replace("/", "_per_").replace("每", "_per_") if unit is not None else None
    if stem == "city_share" and unit in _BOUNDS:
        return f"city_share_{_BOUNDS[unit]}", None
    if stem == "yield_per_mu":
        return "yield", f"{unit.removesuffix('_per_mu')}_per_mu" if unit else ""
    for quantity in UNITS:
        if stem == quantity:
            per_day = quantity == "selling" and unit and not unit.endswith("_per_day")
            return quantity, f"{unit}_per_day" if per_day else (unit or "")
        if stem.startswith(quantity + "_"):
            return quantity, stem.removeprefix(quantity + "_")
    return stem, unit


def find_columns(table: pd.DataFrame, faults: Faults) -> dict[str, Given]:
    """Find the survey's columns in a table.

    Parameters
    ----------
    table : pandas.DataFrame
        The table as it was read; columns that belong to no survey are left out.
    faults : Faults
        Where unknown units, columns given twice and missing columns are noted.

    Returns
    -------
    dict of str to Given
        By the name the column has in `schemas.SURVEY`.
    """
    found: dict[str, Given] = {}
    for place, label in enumerate(table.columns):
        header = str(label)
        stem, unit = _canonical(header)
        column, factor = stem, _ONE
        if stem in UNITS:
            units = UNITS[stem]
            if unit not in units:
                what = f"the column has the unknown unit {unit!r}" if unit else "the column names no unit"
                fix = f"Use one of: {', '.join(f'{stem}_{u}' for u in units)}"
                faults.add(what, fix, column=header)
            column, factor = TARGET[stem], units.get(unit or "", _ONE)
        elif stem in SHARES and unit is not None:
            if unit != "%":
                what = f"the column has the unknown unit {unit!r}"
                faults.add(what, "Give shares of 0 to 1, or percent with (%)", column=header)
            factor = Fraction(1, 100)
        elif stem.startswith(("city_share", "loss_share")) and stem not in SHARES:
            faults.add("the column is not understood", f"Use one of: {', '.join(SHARES)}", column=header)
        if column not in SURVEY.names:
            continue
        if column in found:
            what = f"the column says the same as column {found[column].header!r}"
            faults.add(what, "Keep one of them", column=header)
        found[column] = Given(header, factor, table.iloc[:, place].tolist())
    _note_missing(found, table, faults)
    return found


def _note_missing(found: dict[str, Given], table: pd.DataFrame, faults: Faults) -> None:
    quantities = {target: quantity for quantity, target in TARGET.items()}
    for column in SURVEY.columns:
        if (
            column.name in found
            or column.name in OPTIONAL
            or column.name in ("city_share_low", "city_share_high")
        ):
            continue
        quantity = quantities.get(column.name)
        names = [f"{quantity}_{u}" for u in UNITS[quantity]] if quantity else [column.name]
        columns = ", ".join(map(str, table.columns))
        fix = f"Add {' or '.join(names)}: {column.meaning}. Columns found: {columns}"
        faults.add(f"column {names[0]!r} is missing", fix, column=names[0])
