"""Columns of a harvest survey: found in a table by their headers, each with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pitchplan.demand.survey.headers import SHARES, UNITS, Header, parse_header
from pitchplan.errors import Faults
from pitchplan.schemas import SURVEY

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ALWAYS",
    "DAYS",
    "HARVEST",
    "OPTIONAL",
    "STATISTICS",
    "TARGET",
    "Given",
    "find_columns",
    "input_column",
]

TARGET = {
    "area": "area_ha",
    "yield": "yield_t_per_ha",
    "loss_share": "loss_share",
    "city_share": "city_share",
    "load": "load_t",
    "selling": "selling_t_per_day",
}
"""Quantity or share -> its value column in `schemas.SURVEY`."""
HARVEST = "harvest_t"
"""The whole harvest, tonnes: read in place of the yield, in no returned table."""
STATISTICS: dict[str, tuple[str, str, str, str]] = {
    "area_ha": ("area_low_ha", "area_high_ha", "area_se_ha", "area_df"),
    "yield_t_per_ha": ("yield_low_t_per_ha", "yield_high_t_per_ha", "yield_se_t_per_ha", "yield_df"),
    "loss_share": ("loss_share_low", "loss_share_high", "loss_share_se", "loss_share_df"),
    "city_share": ("city_share_low", "city_share_high", "city_share_se", "city_share_df"),
    "load_t": ("load_low_t", "load_high_t", "load_se_t", "load_df"),
    "selling_t_per_day": (
        "selling_low_t_per_day",
        "selling_high_t_per_day",
        "selling_se_t_per_day",
        "selling_df",
    ),
}
"""Value column -> its columns of least and greatest value, standard error and degrees of freedom."""
DAYS = ("first_day", "peak_day", "last_day")
OPTIONAL = {"origin_en": "", "gateway": "", "vehicle": "small-truck", "filled": ""}
"""Text columns that may be missing, and what their empty cells say."""
ALWAYS = tuple(
    c.name
    for c in SURVEY.columns
    if c.required or c.name in ("origin_en", "gateway", "vehicle", "city_share_low", "city_share_high")
)
"""Columns every survey has once it is read."""


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
    sound : bool
        Whether its unit is known; the numbers of an unsound column mean nothing.
    """

    header: str
    factor: Fraction
    cells: list[Any]
    sound: bool = True


def input_column(value: str, statistic: str) -> str:
    """Give the name of a statistic's column in the survey's own unit.

    Examples
    --------
    >>> input_column("yield_t_per_ha", "sd"), input_column("yield_t_per_ha", "N")
    ('yield_sd_t_per_ha', 'yield_N')
    """
    stem = next(s for s, target in TARGET.items() if target == value)
    unit = "" if statistic in ("n", "N", "df") else value.removeprefix(stem)
    return f"{stem}_{statistic}{unit}"


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
        By the name the column has in `schemas.SURVEY`; standard deviations, sample sizes and the
        whole harvest by their names in the survey's own unit (`input_column`, `HARVEST`).
    """
    headers = [(str(label), parse_header(label)) for label in table.columns]
    value_units: dict[str, str] = {}
    for _, header in headers:
        if not header.statistic and (header.stem not in value_units or _is_known(header)):
            value_units[header.stem] = header.unit
    found: dict[str, Given] = {}
    for place, (name, header) in enumerate(headers):
        column = _column(header, value_units)
        if column is None:
            continue
        if column in found:
            what = f"the column says the same as column {found[column].header!r}"
            faults.add(what, "Keep one of them", column=name)
            continue
        factor, sound = _factor(header, name, value_units, faults)
        found[column] = Given(name, factor, table.iloc[:, place].tolist(), sound)
    _note_missing(found, table, faults)
    return found


def _is_known(header: Header) -> bool:
    """Say whether a value's unit is one its quantity is read in."""
    return header.unit in UNITS.get(header.stem, ("", "%"))


def _column(header: Header, value_units: dict[str, str]) -> str | None:
    """Name the column a header stands for; None where a survey does not know it."""
    if header.stem == "harvest":
        return f"harvest_{header.statistic}" if header.statistic else HARVEST
    if header.stem in TARGET:
        value = TARGET[header.stem]
        if header.statistic:
            return input_column(value, header.statistic)
        # Beside the share itself, one with another ending ("city_share_hi") is a column of its own.
        another = header.stem in SHARES and header.unit != value_units[header.stem] and not _is_known(header)
        return f"{value}_{header.unit}" if another else value
    return header.stem if header.stem in SURVEY.names and not header.statistic else None


def _factor(header: Header, name: str, value_units: dict[str, str], faults: Faults) -> tuple[Fraction, bool]:
    """Give a column's factor and whether it is known; note an unknown unit."""
    stem, unit = header.stem, header.unit
    counted = header.statistic in ("n", "N", "df")
    if stem == "harvest" and header.statistic:
        fix = "Give the range or the survey figures of the yield instead"
        faults.add("a range or survey figures of the whole harvest are not read", fix, column=name)
        return Fraction(1), False
    if counted and unit:
        faults.add(f"a count with the unit {unit!r}", "Leave the unit out", column=name)
        return Fraction(1), False
    if header.statistic and not unit and not counted:
        unit = value_units.get(stem, "")
    if stem in SHARES and not counted:
        return _share_factor(header, unit, name, faults)
    if stem not in UNITS or counted:
        return Fraction(1), True
    if unit in UNITS[stem]:
        return UNITS[stem][unit], True
    # A statistic that takes an unknown unit over from its value adds no fault of its own.
    if not header.statistic or header.unit or stem not in value_units:
        what = f"the column has the unknown unit {unit!r}" if unit else "the column names no unit"
        beside = f"_{header.statistic}" if header.statistic else ""
        fix = f"Use one of: {', '.join(f'{stem}{beside}_{u}' for u in UNITS[stem])}"
        faults.add(what, fix, column=name)
    return Fraction(1), False


def _share_factor(header: Header, unit: str, name: str, faults: Faults) -> tuple[Fraction, bool]:
    if unit in ("", "%"):
        return Fraction(1, 100 if unit else 1), True
    stem = header.stem
    if header.statistic and not header.unit:
        return Fraction(1), False
    what = f"the column is not understood: it has the unknown unit or ending {unit!r}"
    fix = f"Give shares of 0 to 1, or percent with (%), in {stem}, {stem}_low, {stem}_high, {stem}_sd …"
    faults.add(what, fix, column=name)
    return Fraction(1), False


def _note_missing(found: dict[str, Given], table: pd.DataFrame, faults: Faults) -> None:
    quantities = {target: stem for stem, target in TARGET.items() if stem in UNITS}
    for column in SURVEY.columns:
        if (
            not column.required
            or column.name in found
            or column.name in ("city_share_low", "city_share_high")
        ):
            continue
        if column.name == "yield_t_per_ha" and HARVEST in found:
            continue
        quantity = quantities.get(column.name)
        names = [f"{quantity}_{u}" for u in UNITS[quantity]] if quantity else [column.name]
        columns = ", ".join(map(str, table.columns))
        harvest = " (or the whole harvest: harvest_t)" if quantity == "yield" else ""
        fix = f"Add {' or '.join(names)}{harvest}: {column.meaning}. Columns found: {columns}"
        faults.add(f"column {names[0]!r} is missing", fix, column=names[0])
