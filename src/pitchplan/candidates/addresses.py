"""Addresses as people say them: 舜耕路东侧，经十路以南40米, by sentence templates, never translated words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

__all__ = ["Crossings", "address_lines", "find_crossings"]

_SIDE_ZH = {
    "N": "北侧",
    "NE": "东北侧",
    "E": "东侧",
    "SE": "东南侧",
    "S": "南侧",
    "SW": "西南侧",
    "W": "西侧",
    "NW": "西北侧",
}
_SIDE_EN = {
    "N": "north",
    "NE": "northeast",
    "E": "east",
    "SE": "southeast",
    "S": "south",
    "SW": "southwest",
    "W": "west",
    "NW": "northwest",
}
_WAY_ZH = {
    "N": "以北",
    "NE": "东北",
    "E": "以东",
    "SE": "东南",
    "S": "以南",
    "SW": "西南",
    "W": "以西",
    "NW": "西北",
}
_ROUND_M = 5
_FAR_M = 300.0


@dataclass(frozen=True)
class Crossings:
    """Where named streets cross: one row per street and crossing.

    Attributes
    ----------
    table : pandas.DataFrame
        Columns street, other, other_en, x_m, y_m.
    """

    table: pd.DataFrame


def find_crossings(centrelines: gpd.GeoDataFrame) -> Crossings:
    """Find the points where axes of different names meet on the ground."""
    named = centrelines[(centrelines["name"] != "") & (centrelines["level"] == 0)]
    shapes = np.asarray(named.geometry.array)
    names, english = named["name"].to_numpy(), named["name_en"].to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    differ = names[a].astype(str) != names[b].astype(str)
    a, b = a[differ], b[differ]
    points = shapely.centroid(shapely.intersection(shapes[a], shapes[b]))
    table = pd.DataFrame(
        {
            "street": names[a],
            "other": names[b],
            "other_en": english[b],
            "x_m": shapely.get_x(points),
            "y_m": shapely.get_y(points),
        }
    )
    return Crossings(table.drop_duplicates().sort_values(["street", "x_m", "y_m"], ignore_index=True))


def _nearest(crossings: Crossings, street: str, x: float, y: float) -> tuple[str, str, str, int] | None:
    """Give the nearest crossing of a street: other street, its English name, way and metres."""
    rows = crossings.table
    low, high = np.searchsorted(rows["street"].to_numpy(dtype=str), [street, street + "\uffff"])
    rows = rows.iloc[low:high]
    if not len(rows):
        return None
    dx, dy = x - rows["x_m"].to_numpy(), y - rows["y_m"].to_numpy()
    distance = np.hypot(dx, dy)
    at = int(np.argmin(distance))
    octant = int(np.round(np.degrees(np.arctan2(dx[at], dy[at])) / 45.0)) % 8
    way = list(_WAY_ZH)[octant]
    metres = max(_ROUND_M, round(float(distance[at]) / _ROUND_M) * _ROUND_M)
    return str(rows["other"].iloc[at]), str(rows["other_en"].iloc[at]), way, metres


def _of_open_space(run: Any, crossings: Crossings) -> tuple[str, str]:
    """Write the address of a square by its name, else by the nearest crossing of named streets."""
    if run.street:
        return f"{run.street}内（{run.community}）", f"{run.street_en or run.street}, {run.community_en}"
    rows = crossings.table
    dx, dy = run.x_m - rows["x_m"].to_numpy(), run.y_m - rows["y_m"].to_numpy()
    distance = np.hypot(dx, dy)
    if not len(rows) or distance.min() > _FAR_M:
        return f"场地内（{run.community}）", f"open space, {run.community_en}"
    row = rows.iloc[int(np.argmin(distance))]
    _, _, way, metres = _nearest(crossings, str(row["street"]), run.x_m, run.y_m) or ("", "", "N", 0)
    zh = f"场地，{row['street']}{row['other']}路口{_WAY_ZH[way]}{metres}米"
    return (
        zh,
        f"open space, {metres} m {_SIDE_EN[way]} of {row['street']} / {row['other_en'] or row['other']}",
    )


def address_lines(
    runs: pd.DataFrame, crossings: Crossings
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Write the address line of each run.

    Parameters
    ----------
    runs : pandas.DataFrame
        Columns street, street_en, side, placement, x_m, y_m and community (a name).
    crossings : Crossings

    Returns
    -------
    local, english : ndarray of str, shape (runs,)
        English keeps the local name where no English one is given.
    """
    local, english = [], []
    for run in runs.itertuples():
        name = str(run.street) or "无名路"
        name_en = str(run.street_en) or str(run.street) or "Unnamed street"
        if run.placement == "open-space":
            zh, en = _of_open_space(run, crossings)
            local.append(zh)
            english.append(en)
            continue
        side_zh, side_en = _SIDE_ZH.get(run.side, ""), _SIDE_EN.get(run.side, "")
        found = _nearest(crossings, str(run.street), run.x_m, run.y_m) if run.street else None
        if found is None:
            local.append(f"{name}{side_zh}（{run.community}）")
            english.append(f"{name_en}, {side_en} side, {run.community_en}")
        else:
            other, other_en, way, metres = found
            local.append(f"{name}{side_zh}，{other}{_WAY_ZH[way]}{metres}米")
            english.append(f"{name_en}, {side_en} side, {metres} m {_SIDE_EN[way]} of {other_en or other}")
    return np.array(local, dtype=object), np.array(english, dtype=object)
