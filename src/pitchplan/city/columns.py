"""Recognising columns and classes of street data, and saying what was taken for what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from pitchplan.city.widths import column_unit
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.schemas import Table

__all__ = [
    "STREET_CLASSES",
    "Taken",
    "check_mapping",
    "normal_class",
    "normal_classes",
    "read_volumes",
    "rename_columns",
]

_MOST_VEH_PER_H = 50_000

_ALIASES: dict[str, tuple[str, ...]] = {
    "street_id": ("street_id", "osm_id", "road_id", "id", "objectid", "globalid"),
    "name": (
        *("name", "street", "street_name", "road_name", "roadname", "fullname", "label"),
        *("名称", "道路名称", "路名", "n_hood"),
    ),
    "name_en": ("name_en", "name:en"),
    "street_class": (
        *("street_class", "highway", "class", "func_class", "fclass", "road_class", "roadclass"),
        *("road_type", "strassenklasse", "道路等级", "等级", "type"),
    ),
    "width_m": (
        *("width_m", "width", "pave_width", "road_width", "roadwidth", "carriageway_width", "street_width"),
        *("breite", "fahrbahnbreite", "strassenbreite", "straßenbreite", "largeur", "ancho"),
        *("路宽", "宽度", "道路宽度", "车行道宽度"),
    ),
    "width_status": ("width_status",),
    "lanes": ("lanes", "num_lanes", "numlanes", "lane_count", "no_lanes", "lane", "车道数"),
    "oneway": ("oneway", "one_way", "单行"),
    "level": ("level", "layer", "grade"),
    "kind": ("kind", "type", "amenity", "leisure", "类别"),
    "residents": ("residents", "population", "pop", "人口", "常住人口"),
    "district": ("district", "borough", "区", "区县"),
    "district_en": ("district_en",),
    "community_id": ("community_id", "code", "代码", "id", "globalid"),
    "contact": ("contact", "联系电话"),
    "hours": ("hours", "operationhours"),
    "levels": ("levels", "building:levels", "floors", "层数"),
    "building_id": ("building_id", "osm_id", "id"),
    "feature_id": ("feature_id", "osm_id", "id", "objectid", "globalid", "hydrant_id"),
    "footway_id": ("footway_id", "osm_id", "id"),
    "open_space_id": ("open_space_id", "osm_id", "id", "globalid"),
    "zone_id": ("zone_id", "osm_id", "id", "objectid", "globalid"),
    "vehicles": ("vehicles", "vehicle", "车型"),
    "gradient_percent": ("gradient_percent", "slope_percent", "gradient", "incline", "坡度"),
    "flow_per_15min": ("flow_per_15min", "ped_flow_15min", "ped_15min"),
    "regulation_id": ("regulation_id", "osm_id", "space_id", "id", "globalid"),
}

STREET_CLASSES: dict[str, str] = {
    **dict.fromkeys(("motorway", "trunk", "primary", "main", "快速路", "主干路"), "main"),
    **dict.fromkeys(("secondary", "次干路"), "secondary"),
    **dict.fromkeys(("tertiary", "branch", "支路"), "branch"),
    **dict.fromkeys(("residential", "unclassified", "local", "living_street", "road"), "local"),
    **dict.fromkeys(("lane", "alley", "街巷"), "lane"),
    **dict.fromkeys(("service",), "service"),
    **dict.fromkeys(("pedestrian",), "pedestrian"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one column of a layer.

    Attributes
    ----------
    column : str
        Its name in the layer.
    taken_as : str
        Its name in the schema, empty where it is not used.
    how : {"mapping", "recognised", "unused"}
        Whether the planner said so or its name is known.
    unit : str or None
        Unit that the name of a width's column states.
    """

    column: str
    taken_as: str
    how: Literal["mapping", "recognised", "unused"]
    unit: str | None


def normal_class(value: object, classes: Mapping[str, str]) -> str:
    """Return the class of a street: by the planner's own mapping, else by the known words.

    Examples
    --------
    >>> normal_class("primary_link", {}), normal_class("2", {"2": "main"}), normal_class(None, {})
    ('main', 'main', 'unknown')
    """
    if value is None or value == "" or (isinstance(value, float) and np.isnan(value)):
        return classes.get("", "unknown")
    text = str(value).strip()
    text = text[:-2] if re.fullmatch(r"\d+\.0", text) else text
    if text in classes:
        return classes[text]
    word = text.lower().removesuffix("_link")
    return STREET_CLASSES.get(word, word or "unknown")


def read_volumes(values: pd.Series, source_row: pd.Series, source: str) -> pd.Series:
    """Read traffic counts as numbers; empty cells, where nobody counted, are not a number.

    Parameters
    ----------
    values : pandas.Series
        Vehicles per hour as given: numbers, or text that may have commas between thousands.
    source_row : pandas.Series
        Row of each value in the file, from 0.
    source : str
        Name in errors.

    Raises
    ------
    InputError
        A count is not a number, or none that a street can carry: every such row is named.
    """
    text = values.astype(object).where(values.notna(), "").astype(str).str.replace(",", "").str.strip()
    numbers = pd.to_numeric(text.where(text != "", None), errors="coerce").astype(float)
    faults = Faults(source)
    for i in np.flatnonzero(((text != "") & ~numbers.between(0, _MOST_VEH_PER_H)).to_numpy()):
        faults.add(
            "not a number of vehicles per hour",
            f"Write 0 to {_MOST_VEH_PER_H}, or leave it empty where nobody counted",
            row=int(source_row.iloc[i]) + 1,
            column="volume_veh_per_h",
            value=values.iloc[i],
        )
    faults.raise_if_any()
    return numbers


def normal_classes(values: pd.Series, classes: Mapping[str, str]) -> list[str]:
    """Return the class of every street, each word looked up once; see `normal_class`."""
    seen: dict[str, str] = {}
    out = []
    for value in values:
        if not isinstance(value, str):
            out.append(normal_class(value, classes))
            continue
        if value not in seen:
            seen[value] = normal_class(value, classes)
        out.append(seen[value])
    return out


def rename_columns(
    frame: gpd.GeoDataFrame, wanted: list[str], *, given: Mapping[str, str], source: str
) -> tuple[gpd.GeoDataFrame, list[Taken]]:
    """Give the columns their schema names.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Layer as read.
    wanted : list of str
        Schema names to look for.
    given : mapping
        Schema name to the column's name in the file, as the planner says; wins over recognition.
    source : str
        Name in errors.

    Returns
    -------
    frame : geopandas.GeoDataFrame
        With renamed copies of the columns; others are dropped.
    taken : list of Taken
        What became of each column, in the order of the file; a column may serve twice.

    Raises
    ------
    InputError
        A column the planner names is not there, or a name stands for several columns.
    """
    columns = [c for c in frame.columns if c != frame.geometry.name]
    _refuse_twice(columns, source)
    by_name: dict[str, object] = {}
    for column in reversed(columns):
        by_name[str(column).strip().lower()] = column
    found: dict[str, object] = {}
    for name in wanted:
        if name in given:
            found[name] = _named(given[name], name, columns, source)
        elif (match := _recognised(name, by_name)) is not None:
            found[name] = match
    out = gpd.GeoDataFrame(
        {name: frame[c] for name, c in found.items()}, geometry=frame.geometry, crs=frame.crs
    )
    taken = []
    for column in columns:
        served = [name for name, c in found.items() if c == column]
        for name in served:
            unit = column_unit(str(column))[1] if name == "width_m" else None
            taken.append(Taken(str(column), name, "mapping" if name in given else "recognised", unit))
        if not served:
            taken.append(Taken(str(column), "", "unused", None))
    return out, taken


def _refuse_twice(columns: list[object], source: str) -> None:
    faults = Faults(source)
    for column in dict.fromkeys(c for c in columns if columns.count(c) > 1):
        faults.add("a name that several columns share", "Rename or drop one of them", column=str(column))
    faults.raise_if_any()


def _named(column: str, name: str, columns: list[object], source: str) -> object:
    if column in columns:
        return column
    raise InputError(
        Fault(
            f"there is no column {column!r} to take as {name}",
            f"Columns found: {', '.join(map(str, columns))}",
            source,
            column=column,
        )
    )


def _recognised(name: str, by_name: Mapping[str, object]) -> object:
    """Find the column known to mean a schema's; a width's name may end in its unit."""
    known = _ALIASES.get(name, (name,))
    match = next((by_name[a] for a in known if a in by_name), None)
    if match is not None or name != "width_m":
        return match
    bases = {column_unit(column)[0]: column for column in reversed(list(by_name)) if column_unit(column)[1]}
    return next((by_name[bases[a]] for a in known if a in bases), None)


def check_mapping(columns: Mapping[str, str], tables: Mapping[str, Table]) -> None:
    """Refuse a key of ``columns=`` that names no column of a layer.

    Raises
    ------
    InputError
        Names every such key and the layers' columns.
    """
    faults = Faults("columns")
    for key in columns:
        layer, _, name = str(key).partition(".")
        if layer not in tables:
            faults.add("no layer has this name", f"Begin with one of {', '.join(tables)}", value=key)
            continue
        known = [c for c in tables[layer].names if c not in ("geometry", "axis_id")]
        if name not in known:
            faults.add(f"{layer} have no such column", f"Use one of {', '.join(known)}", value=key)
    faults.raise_if_any()
