"""Recognising columns and classes of street data, and saying what was taken for what."""

from __future__ import annotations

import re
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from pitchplan.errors import Fault, Faults, InputError

__all__ = ["STREET_CLASSES", "normal_class", "normal_classes", "read_volumes", "rename_columns"]

_MOST_VEH_PER_H = 50_000

_ALIASES: dict[str, tuple[str, ...]] = {
    "street_id": ("street_id", "osm_id", "road_id", "id", "objectid", "globalid"),
    "name": ("name", "street", "street_name", "label", "名称", "道路名称", "n_hood"),
    "name_en": ("name_en", "name:en"),
    "street_class": (
        "street_class",
        "highway",
        "class",
        "func_class",
        "fclass",
        "road_class",
        "type",
        "等级",
    ),
    "width_m": ("width_m", "width", "pave_width", "breite", "路宽"),
    "lanes": ("lanes", "num_lanes", "lane", "车道数"),
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
) -> tuple[gpd.GeoDataFrame, list[str]]:
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
        Name in errors and notes.

    Returns
    -------
    frame : geopandas.GeoDataFrame
        With renamed copies of the columns; others are dropped.
    notes : list of str
        What was taken for what, where the name differs.

    Raises
    ------
    InputError
        A column the planner names is not there.
    """
    lower = {str(c).lower(): str(c) for c in frame.columns}
    notes: list[str] = []
    taken: dict[str, pd.Series] = {}
    for name in wanted:
        if name in given:
            found = given[name]
            if found not in frame.columns:
                raise InputError(
                    Fault(
                        f"there is no column {found!r} to take as {name}",
                        f"Columns found: {', '.join(map(str, frame.columns))}",
                        source,
                        column=found,
                    )
                )
        else:
            match = next((lower[a] for a in _ALIASES.get(name, (name,)) if a in lower), None)
            if match is None:
                continue
            found = match
        if found != name:
            notes.append(f"{source}: column {found!r} taken as {name}")
        taken[name] = frame[found]
    out = gpd.GeoDataFrame(taken, geometry=frame.geometry, crs=frame.crs)
    return out, notes
