"""The address line of any point of a city: of a decision, say, where no run is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.addresses.gazetteer import Gazetteer
from pitchplan.candidates.addresses.lines import address_lines, octant

__all__ = ["addresses_at"]

_BESIDE_M = 40.0


def addresses_at(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], gazetteer: Gazetteer
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Write the address line of each point: by its open space, the street it is beside, or its square.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (points,)
        In the planning CRS, metres.
    gazetteer : Gazetteer

    Returns
    -------
    local, english : ndarray of str, shape (points,)
        As `addresses.lines.address_lines` writes them.
    """
    count = len(x_m)
    points = shapely.points(x_m, y_m)
    table = pd.DataFrame({"x_m": x_m, "y_m": y_m})
    for column in ("street_id", "street", "street_en", "side"):
        table[column] = np.full(count, "", dtype=object)
    table["placement"] = np.full(count, "kerbside", dtype=object)
    ids = gazetteer.communities["community_id"].to_numpy(dtype=object)
    table["community_id"] = _first(np.asarray(gazetteer.communities.geometry.array), points, ids)
    axes = gazetteer.axes
    ground = np.flatnonzero(axes.ground)
    if len(ground):
        ends = np.stack([axes.xy_m[axes.start[ground]], axes.xy_m[axes.end[ground]]], axis=1)
        tree = shapely.STRtree(shapely.linestrings(ends))
        point, piece = tree.query_nearest(points, max_distance=_BESIDE_M, all_matches=False)
        piece = ground[piece]
        base = axes.xy_m[axes.start[piece]]
        unit = (axes.xy_m[axes.end[piece]] - base) / axes.length_m[piece][:, None]
        away = np.column_stack([x_m[point], y_m[point]]) - base
        off = away - unit * (away * unit).sum(axis=1)[:, None]
        # On the axis itself no side can be told.
        side = np.where(np.hypot(*off.T) > 0.5, octant(off[:, 0], off[:, 1]), "")
        for column, cells in (
            ("street", axes.names[axes.street[piece]]),
            ("street_en", axes.english[axes.street[piece]]),
            ("side", side),
        ):
            table.loc[point, column] = cells
    spaces = gazetteer.open_spaces[(gazetteer.open_spaces["name"] != "").to_numpy(dtype=bool)]
    inside = _first(np.asarray(spaces.geometry.array), points, np.arange(len(spaces)).astype(object))
    for k in np.flatnonzero(inside != ""):
        space = spaces.iloc[int(inside[k])]
        told = [space["open_space_id"], space["name"], space["name_en"], "", "open-space"]
        table.loc[k, ["street_id", "street", "street_en", "side", "placement"]] = told
    return address_lines(table, gazetteer)


def _first(
    areas: NDArray[np.object_], points: NDArray[np.object_], values: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Give each point the value of the first area it lies in, "" where it lies in none."""
    found = np.full(len(points), "", dtype=object)
    if len(areas):
        point, area = shapely.STRtree(areas).query(points, predicate="intersects")
        order = np.lexsort((-area, point))
        found[point[order]] = values[area[order]]
    return found
