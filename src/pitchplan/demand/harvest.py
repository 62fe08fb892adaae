"""The harvest survey: one row per origin, crop and cultivation type, in hectares, tonnes and days."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from pitchplan.demand.survey.columns import ALWAYS, DAYS, HARVEST, OPTIONAL, STATISTICS, find_columns
from pitchplan.demand.survey.filling import FILLABLE, check_filled, fill_value, filled_before, list_filled
from pitchplan.demand.survey.plausible import blame_yield
from pitchplan.demand.survey.reading import (
    Bools,
    Floats,
    Numbers,
    Reading,
    read_days,
    read_numbers,
    read_texts,
)
from pitchplan.demand.survey.spreads import read_spread, read_value
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.schemas import SURVEY

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_harvest"]

_KEY = ("origin", "crop", "cultivation")
_AGREE = 0.05
"""Share by which a yield may differ from the whole harvest by the area: both are rounded."""


def read_harvest(
    source: str | Path | pd.DataFrame,
    *,
    encoding: str | None = None,
    missing: Literal["refuse", "fill"] = "refuse",
) -> pd.DataFrame:
    """Read a harvest survey and turn it into hectares, tonnes, shares and days.

    The unit of a number is the suffix of its column: ``area_mu``, ``_ha``, ``_wan_mu``, ``_km2`` or
    ``_m2``; ``yield_jin_per_mu``, ``_kg_per_mu``, ``_t_per_mu`` or the same ``_per_ha``; ``load_t``,
    ``_kg`` or ``_jin``; ``selling_t_per_day``, ``_kg_per_day`` or ``_jin_per_day``. The whole harvest
    (``harvest_t``, ``_kg``, ``_jin``, ``_wan_t`` …) may stand for the yield; where both are given they
    must agree within 5 %. Chinese names carry the unit in brackets: 面积(亩), 亩产(公斤), 总产量(吨),
    单车载重(吨), 日均销量(斤). 1 mu = 10000/15 m², 1 jin = 0.5 kg. Shares are 0 to 1 or text such as
    ``"5%"``. Columns with other names are left out.

    How sure a number is can be said in one of two ways. A range: text in the cell, ``"6000-7000"`` (the
    likely value is the middle) or ``"6000~6500~7000"``, or columns such as ``yield_low_jin_per_mu`` and
    ``yield_high_jin_per_mu`` (亩产(斤)下限, 亩产(斤)上限). Survey figures, where the number is the mean of a
    sample: its standard deviation and size, and the number of all if known (``yield_sd``, ``yield_n``,
    ``yield_N`` or ``yield_of``; 标准差, 样本数, 总户数), see `pitchplan.demand.survey.spreads`; or its
    standard error and degrees of freedom (``yield_se``, ``yield_df``). Without a unit of its own such a
    column takes that of its value.

    Parameters
    ----------
    source : str or pathlib.Path or pandas.DataFrame
        A ``.csv`` or ``.xlsx`` file, see `pitchplan.files.tables.read_table`, or a frame.
    encoding : str, optional
        Encoding of a text file.
    missing : {"refuse", "fill"}
        What is done where a yield, loss share, load or selling rate is missing: a fault, or the mean of
        the rows with the same crop and cultivation with its standard error, see
        `pitchplan.demand.survey.filling`. Areas, days and the share sold in the city are never filled.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.SURVEY`, index 0 to n - 1; a survey read once is read again unchanged.
        Columns of ranges, standard errors and ``filled`` are there where some row uses them.
        ``city_share_low`` and ``city_share_high`` are ``city_share`` where they are not given,
        ``vehicle`` is ``"small-truck"``, ``origin_en`` and ``gateway`` are empty.

    Raises
    ------
    InputError
        Every fault of the table at once, with row and column as they are in the file and the value
        as it was given. Rows of a frame are named by their index.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"origin": "唐王", "crop": "watermelon", "cultivation": "shed", "area_mu": 3000,
    ...        "yield_kg_per_mu": 3000, "loss_share": "5%", "city_share": 0.1, "load_t": 1.5,
    ...        "selling_t_per_day": 0.5, "first_day": "2026-06-01", "peak_day": "2026/6/20",
    ...        "last_day": "2026年7月10日"}
    >>> read_harvest(pd.DataFrame([row])).loc[0, ["area_ha", "yield_t_per_ha", "loss_share"]].to_list()
    [200.0, 45.0, 0.05]
    """
    if missing not in ("refuse", "fill"):
        what = "not a way to treat missing values"
        raise InputError(Fault(what, "Use 'refuse' or 'fill'", "missing", value=missing))
    reading = _open(source, encoding)
    texts = {c: read_texts(reading, c, OPTIONAL.get(c)) for c in (*_KEY, *OPTIONAL)}
    check_filled(reading, texts["filled"])
    days = {c: read_days(reading, c) for c in DAYS}
    values = {v: read_value(reading, v) for v in STATISTICS}
    values["yield_t_per_ha"] = _with_harvests(reading, values)
    numbers = _numbers(reading, values, texts, fill=missing == "fill")
    _check_days(reading, days)
    _check_twice(reading, texts)
    reading.raise_if_any()
    return _frame({**texts, **numbers, **days})


def _open(source: str | Path | pd.DataFrame, encoding: str | None) -> Reading:
    """Open a table and find the survey's columns in it."""
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        name, table = "survey", source
        rows: list[int | str] = [f"index {label!r}" for label in source.index.tolist()]
    else:
        from pitchplan.files.tables import read_table

        table, numbers = read_table(source, encoding=encoding)
        name, rows = str(source), list(numbers)
    faults = Faults(name)
    given = find_columns(table, faults)
    if not rows:
        faults.add("the survey has no rows", "Give at least one origin with its harvest")
        faults.raise_if_any()
    return Reading(given, rows, faults)


def _numbers(
    reading: Reading, values: dict[str, Numbers], texts: dict[str, list[str]], *, fill: bool
) -> dict[str, Floats | list[str]]:
    """Give values and their statistics by column; open cells are filled or noted."""
    out: dict[str, Floats | list[str]] = {}
    filled: dict[str, Bools] = {}
    strata = list(zip(texts["crop"], texts["cultivation"], strict=True))
    for value, numbers in values.items():
        spread = read_spread(reading, value, numbers)
        column = HARVEST if value == "yield_t_per_ha" and value not in reading.given else value
        if column in reading.given:
            if fill and value in FILLABLE:
                before = filled_before(texts["filled"], value)
                numbers, spread, filled[value] = fill_value(reading, column, numbers, spread, strata, before)
            else:
                reading.note_missing(value, ~numbers.given, instead=column)
        out[value] = numbers.likely
        out.update(spread.columns(value))
    out["filled"] = list_filled(texts["filled"], filled)
    return out


def _with_harvests(reading: Reading, values: dict[str, Numbers]) -> Numbers:
    """Give the yields, t/ha, taken from harvest and area where a row says no yield itself."""
    yields, area = values["yield_t_per_ha"], values["area_ha"].likely
    if HARVEST not in reading.given:
        return yields
    harvest = read_numbers(reading, HARVEST)
    reading.note(harvest.likely < 0, HARVEST, "harvest is negative", "Give a number of 0 or more")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        made = np.where((area > 0) & (harvest.likely >= 0), harvest.likely / area, np.nan)
    nothing = np.full(len(area), np.nan)
    blame_yield(reading, HARVEST, Numbers(made, nothing, nothing, harvest.given))
    low, high = (np.where(yields.is_range, end, yields.likely) for end in (yields.low, yields.high))
    apart = (made < low * (1 - _AGREE)) | (made > high * (1 + _AGREE))
    reading.note(
        apart,
        HARVEST,
        lambda i: f"the harvest is {made[i]:g} t/ha, the yield says {yields.likely[i]:g}",
        "Check harvest, area, yield and their units; give harvest or yield",
    )
    likely = np.where(yields.given, yields.likely, made)
    return Numbers(likely, yields.low, yields.high, yields.given | harvest.given)


def _check_days(reading: Reading, days: dict[str, NDArray[np.datetime64]]) -> None:
    """Note days that do not follow each other."""
    first, peak, last = (days[c] for c in DAYS)
    fix = "Keep first day <= peak day <= last day"
    backwards = last < first
    if "last_day" in reading.given:
        reading.note(backwards, "last_day", "the harvest ends before it begins", fix)
        long = ~backwards & (last - first > np.timedelta64(366, "D")) & ~((peak < first) | (peak > last))
        reading.note(long, "last_day", "the harvest is longer than a year", "Check the years")
    if "peak_day" in reading.given:
        both = ~np.isnat(first) & ~np.isnat(last)
        outside = both & ~backwards & ((peak < first) | (peak > last))
        reading.note(outside, "peak_day", "the peak is not within the harvest", fix)


def _check_twice(reading: Reading, texts: dict[str, list[str]]) -> None:
    """Note rows that say the same origin, crop and cultivation as a row above."""
    if not all(c in reading.given for c in _KEY):
        return
    first: dict[tuple[str, ...], int] = {}
    twice: dict[int, int] = {}
    for i, key in enumerate(zip(*(texts[c] for c in _KEY), strict=True)):
        if all(key) and first.setdefault(key, i) != i:
            twice[i] = first[key]
    again: Bools = np.zeros(len(reading.rows), dtype=bool)
    again[list(twice)] = True
    key_of = [" · ".join(texts[c][i] for c in _KEY) if i in twice else "" for i in range(len(again))]
    reading.note(
        again,
        "origin",
        lambda i: f"the same origin, crop and cultivation ({key_of[i]}) as row {reading.rows[twice[i]]}",
        "Add the rows up, or tell them apart by cultivation",
    )


def _frame(columns: dict[str, list[str] | Floats | NDArray[np.datetime64]]) -> pd.DataFrame:
    """Put the columns in order; those that only some surveys have are left out where no row uses them."""
    import pandas as pd

    out: dict[str, pd.Series] = {}
    for name in SURVEY.names:
        cells = columns[name]
        if name in DAYS:
            out[name] = pd.Series(pd.to_datetime(cells), dtype="datetime64[s]")
        elif isinstance(cells, list):
            if name in ALWAYS or any(cells):
                out[name] = pd.Series(cells, dtype=object).infer_objects()
        elif name in ALWAYS or np.isfinite(cells).any():
            out[name] = pd.Series(cells, dtype=float)
    return pd.DataFrame(out)
