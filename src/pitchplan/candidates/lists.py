"""Reading a list of spots, such as last year's, and finding its places in a city."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from pitchplan.candidates.addresses.asking import Asked, find_address
from pitchplan.candidates.addresses.gazetteer import Gazetteer, gazetteer_of
from pitchplan.candidates.listcolumns import COLUMNS, with_known_columns
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.masking import holds_number, masked_cells
from pitchplan.schemas import SPOT_LIST, as_text
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from pitchplan.city.layers import City
    from pitchplan.plan import Plan

__all__ = ["number_said", "read_spots"]

_MAPS = (".geojson", ".json")
_NUMBER = re.compile(r"(?:no\.?|nr\.?|第)?\s*([0-9]+)(?:\.0+)?\s*[号#个位辆]?", re.IGNORECASE)


@dataclass(frozen=True)
class _Reading:
    """What finding places needs: the city's names, and how much may be left open."""

    gazetteer: Gazetteer
    agree_m: float
    vague_m: float


def read_spots(
    source: str | Path | pd.DataFrame | Plan,
    city: City,
    *,
    strict: bool = True,
    agree_m: float = 50.0,
    vague_m: float = 250.0,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read a list of spots and find its places: by coordinates, or by what it says of them.

    Parameters
    ----------
    source : path, pandas.DataFrame or Plan
        A ``.csv`` or ``.xlsx`` list, or a map that `write` wrote as ``.geojson``. Columns number, name,
        address, district, capacity, hours, and lon and lat (degrees, WGS84) or x_m and y_m (planning
        CRS), of which each row needs a place: coordinates, or an address as
        `candidates.addresses.asking.find_address` takes it, such as ``舜耕路与经十路口向南40米路东``.
        Chinese headings (编号, 名称, 地址, 位置, 容量, 摊位数, 时间, 经度 …) are known; columns nobody knows
        are left out. Rows without a number are counted in their order.
    city : City
    strict : bool
        Whether a row that cannot be placed is an error. Else it is kept, with the reason in ``why_not``
        and no x_m and y_m.
    agree_m : float
        How far coordinates and address of one row may be apart, metres; farther where the address leaves
        more open.
    vague_m : float
        How much an address may leave open, metres: half the length of a section, say.
    encoding : str, optional
        Of a CSV file; found out where not given.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.SPOT_LIST`, in the order of the list. It is what `goals.StayClose` takes and
        what `Plan.with_numbers_of` takes numbers from.

    Raises
    ------
    InputError
        The file cannot be read, or rows are no spots or cannot be placed: every fault at once, with row,
        column, value and what would mend it.

    Examples
    --------
    >>> import pitchplan as pp
    >>> from pitchplan.candidates.lists import read_spots
    >>> spring = pp.datasets.spring_city()
    >>> last = read_spots(spring.last_year, spring.city)
    >>> last.loc[0, ["spot_id", "found"]].tolist()
    ['No. 1', 'lon, lat']
    """
    _check_metres(agree_m=agree_m, vague_m=vague_m)
    if hasattr(source, "spots") and hasattr(source, "crs"):
        return _of_plan(source, city)
    if isinstance(source, str | os.PathLike) and Path(source).suffix.lower() in _MAPS:
        from pitchplan.plan_file import read_plan

        return _of_plan(read_plan(source), city)
    frame, lines, name = _taken(source, encoding)
    faults = Faults(name)
    table = with_known_columns(frame, faults).reset_index(drop=True)
    if not {"address", "lon", "x_m"} & set(table.columns):
        headings = ", ".join(COLUMNS["address"][3:7])
        fix = f"Head it address, {headings}, or give lon and lat; found: {', '.join(map(str, frame.columns))}"
        faults.add("no column tells the places", fix, row=1)
    if not len(table) and name != "spots":  # a table made by a program may well be empty, a file is not
        faults.add("the list has no spots", "Give at least one row, or no list")
    faults.raise_if_any()
    reading = _Reading(gazetteer_of(city), float(agree_m), float(vague_m))
    rows = [_row(row, line, reading, name) for row, line in zip(table.to_dict("records"), lines, strict=True)]
    _number(rows, "number" in table.columns, name)
    wrong = [fault for row in rows for fault in row["faults"]]
    if strict and wrong:
        raise InputError(*wrong)
    return _as_table(rows, city)


def number_said(cell: object) -> int | None:
    """Read a spot's number as lists write it; None where it is none.

    Examples
    --------
    >>> [number_said(t) for t in (12, 12.0, "12", "No. 12", "12号", "A12", "", 0)]
    [12, 12, 12, 12, 12, None, None, None]
    """
    match = None if isinstance(cell, bool) else _NUMBER.fullmatch(str(cell).strip())
    return int(match[1]) or None if match and len(match[1]) < 10 else None


def _check_metres(**metres: object) -> None:
    for name, value in metres.items():
        fine = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf
        if not fine:
            raise InputError(Fault("not a distance", "Give metres above 0", "read_spots", None, name, value))


def _taken(source: Any, encoding: str | None) -> tuple[pd.DataFrame, list[int], str]:
    if isinstance(source, pd.DataFrame):
        return source, list(range(2, len(source) + 2)), "spots"
    from pitchplan.files.tables import read_table

    frame, lines = read_table(source, encoding=encoding)
    return frame, lines, str(source)


def _of_plan(plan: Any, city: City) -> pd.DataFrame:
    """Take the spots of a plan, whose places are known."""
    spots = plan.spots
    x, y = spots["x_m"].to_numpy(dtype=float), spots["y_m"].to_numpy(dtype=float)
    if pyproj.CRS(plan.crs) != pyproj.CRS(city.crs):
        x, y = transformer_between(plan.crs, city.crs).transform(x, y)
    table = spots.reindex(columns=SPOT_LIST.names).assign(
        x_m=x, y_m=y, precision_m=0.0, read_as="", found="plan", why_not=""
    )
    table["capacity"] = table["capacity"].astype(float)
    used = plan.provenance.get("numbers_used_up_to", 0)
    top = max(int(used), int(table["number"].max()) if len(table) else 0)
    table.attrs |= {"numbers_used_up_to": top, "crs": city.crs}
    return table.reset_index(drop=True)


def _empty(cell: object) -> bool:
    return cell is None or repr(cell) in ("nan", "<NA>", "NaT") or str(cell).strip() == ""


def _row(cells: dict[str, Any], line: int, reading: _Reading, source: str) -> dict[str, Any]:
    """Read one row: its place, and every fault of it."""
    faults = Faults(source)
    text = {k: "" if _empty(cells.get(k)) else str(cells[k]).strip() for k in COLUMNS}
    row: dict[str, Any] = {k: text[k] for k in ("spot_id", "name", "address", "district", "hours")}
    row |= {"line": line, "number": 0, "capacity": math.nan, "faults": faults.found}
    if text["number"]:
        row["number"] = number_said(cells["number"]) or 0
        if not row["number"]:
            fix = "Give a whole number above 0, such as 12, or leave the column out"
            faults.add("not a spot's number", fix, row=line, column="number", value=cells["number"])
    if text["capacity"]:
        capacity = number_said(cells["capacity"])
        row["capacity"] = math.nan if capacity is None else float(capacity)
        if capacity is None:
            fix = "Give how many pitches it has, or leave the cell empty"
            faults.add("not a number of pitches", fix, row=line, column="capacity", value=cells["capacity"])
    given = _given(cells, line, reading, faults)
    asked = _asked(text["address"], reading)
    place = {"x_m": math.nan, "y_m": math.nan, "precision_m": math.nan, "read_as": "", "found": ""}
    if given is not None:
        x, y, found = given
        place |= {"x_m": x, "y_m": y, "precision_m": 0.0, "found": found}
        _compare(place, asked, text["address"], line, reading, faults)
    elif faults.found and any(f.column in ("lon", "lat", "x_m", "y_m") for f in faults.found):
        pass
    elif isinstance(asked, Asked):
        place |= {"x_m": asked.x_m, "y_m": asked.y_m, "precision_m": asked.precision_m, "found": "address"}
        place["read_as"] = asked.read_as
    elif asked is None:
        faults.add("no place", "Give an address, or lon and lat", row=line, column="address", value="")
    else:
        faults.found += [replace(f, source=source, row=line, column="address") for f in asked]
    return row | place


def _given(
    cells: dict[str, Any], line: int, reading: _Reading, faults: Faults
) -> tuple[float, float, str] | None:
    """Take the coordinates of a row, in the planning CRS; None where there are none."""
    west, south, east, north = reading.gazetteer.bounds
    for names, crs in ((("x_m", "y_m"), None), (("lon", "lat"), reading.gazetteer.crs)):
        if all(_empty(cells.get(n)) for n in names):
            continue
        values = [_float(cells.get(n)) for n in names]
        for name, value in zip(names, values, strict=True):
            if math.isnan(value):
                fix = f"Give both {names[0]} and {names[1]}, or leave both empty"
                faults.add("not a coordinate", fix, row=line, column=name, value=cells.get(name))
        if any(math.isnan(v) for v in values):
            return None
        x, y = values
        if crs is not None:
            there = transformer_between(4326, crs)
            x, y = map(float, there.transform(values[0], values[1]))
        edge = 500.0
        if not (west - edge <= x <= east + edge and south - edge <= y <= north + edge):
            fix = "Check the order (longitude first), the datum (WGS84) and the CRS"
            faults.add("outside the city", fix, row=line, column=names[0], value=tuple(values))
            return None
        return x, y, ", ".join(names)
    return None


def _float(cell: object) -> float:
    try:
        value = math.nan if _empty(cell) or isinstance(cell, bool) else float(str(cell).strip())
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _asked(address: str, reading: _Reading) -> Asked | tuple[Fault, ...] | None:
    """Find what an address tells, or what is wrong with it."""
    if not address:
        return None
    try:
        asked = find_address(address, reading.gazetteer)
    except InputError as error:
        return error.faults
    if asked.precision_m <= reading.vague_m:
        return asked
    fix = f"Say how far and which way from which crossing; it was read as {asked.read_as}"
    return (Fault(f"the address leaves {asked.precision_m:.0f} m open", fix, value=address),)


def _compare(
    place: dict[str, Any], asked: Any, address: str, line: int, reading: _Reading, faults: Faults
) -> None:
    """Say so where coordinates and address of a row are not one place."""
    if not isinstance(asked, Asked):
        return
    place["read_as"] = asked.read_as
    away = math.hypot(asked.x_m - place["x_m"], asked.y_m - place["y_m"])
    if away > max(reading.agree_m, asked.precision_m):
        what = f"{place['found']} and the address are {away:.0f} m apart"
        fix = f"Mend one of them, or leave it out; the address was read as {asked.read_as}"
        faults.add(what, fix, row=line, column="address", value=address)


def _number(rows: list[dict[str, Any]], given: bool, source: str) -> None:
    """Count the rows of a list without numbers, and refuse numbers and ids that come twice."""
    seen: dict[tuple[str, object], int] = {}
    for k, row in enumerate(rows, start=1):
        if not given:
            row["number"] = k
        elif not row["number"] and not row["faults"]:
            fix = "Give every spot its number, or leave the column out"
            row["faults"].append(Fault("a number is missing", fix, source, row["line"], "number"))
        # An id that reads like somebody's number is none.
        own = "" if holds_number(row["spot_id"]) else row["spot_id"]
        row["spot_id"] = own or (f"No. {row['number']}" if row["number"] else f"row {row['line']}")
        for column in ("number", "spot_id") if row["number"] else ("spot_id",):
            key = (column, row[column])
            if key in seen and not (column == "spot_id" and row["spot_id"].startswith("No. ")):
                what, fix = f"comes twice, as in row {seen[key]}", "Give each spot its own"
                row["faults"].append(Fault(what, fix, source, row["line"], column, row[column]))
            seen.setdefault(key, row["line"])


def _as_table(rows: list[dict[str, Any]], city: City) -> pd.DataFrame:
    for row in rows:
        row["why_not"] = "; ".join(f"{f.what}. {f.fix}" for f in row["faults"])
    table = pd.DataFrame(rows, columns=SPOT_LIST.names)
    for name in ("spot_id", "name", "address", "district", "hours", "read_as", "why_not"):
        table[name], _ = masked_cells(table[name])
    areas = np.asarray(city.communities.geometry.array)
    names = as_text(city.communities["district"]).to_numpy(dtype=object)
    found = np.flatnonzero((table["found"] != "") & (table["district"] == ""))
    points = shapely.points(table[["x_m", "y_m"]].to_numpy(dtype=float)[found].reshape(-1, 2))
    point, area = shapely.STRtree(areas).query(points, predicate="intersects")
    inside = dict(zip(found[point[::-1]].tolist(), names[area[::-1]].tolist(), strict=True))
    table["district"] = [inside.get(k, d) for k, d in enumerate(table["district"])]
    table["number"] = table["number"].astype("int64")
    table.attrs |= {"numbers_used_up_to": int(table["number"].max()) if len(table) else 0, "crs": city.crs}
    return table
