"""Addresses as people say them: 舜耕路东侧，经十路口以南40米, by templates, never translated words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.addresses.gazetteer import Gazetteer, communities_at, is_chinese
from pitchplan.candidates.addresses.phrases import COMPASS, grid_line, in_space, on_street
from pitchplan.schemas import as_text

__all__ = ["ROUND_M", "address_lines", "octant", "space_middles"]

ROUND_M = 5
"""Distances in addresses are rounded to it, metres, and none is shorter."""
_FAR_M = 300.0
_MIDDLE = 0.3

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]


def address_lines(runs: pd.DataFrame, gazetteer: Gazetteer) -> tuple[Objects, Objects]:
    """Write the address line of each run.

    A kerb of a named street is told by the nearest crossing along the street's axis, which is also
    how the metres are counted; an open space by its name and part; all else by district, grid
    square and, within 300 m as the crow flies, the nearest crossing of named streets.

    Parameters
    ----------
    runs : pandas.DataFrame
        Columns street_id, street, street_en, side, placement, community_id, x_m and y_m (metres).
    gazetteer : Gazetteer

    Returns
    -------
    local, english : ndarray of str, shape (runs,)
        The local line is in Chinese words where the street's name is Chinese, else in English words.
        The English line keeps a local name where no English one is given.
    """
    runs = runs.reset_index(drop=True)
    names = communities_at(gazetteer, runs["community_id"])
    texts = ["street_id", "street", "street_en", "side", "placement"]
    table = pd.concat([runs[texts].apply(as_text), runs[["x_m", "y_m"]], names], axis=1)
    x, y = runs["x_m"].to_numpy(dtype=float), runs["y_m"].to_numpy(dtype=float)
    table["square"] = gazetteer.squares(x, y)
    local, english = np.full(len(runs), "", dtype=object), np.full(len(runs), "", dtype=object)
    square = (table["placement"] == "open-space").to_numpy(dtype=bool)
    named = (table["street"] != "").to_numpy(dtype=bool)
    done = _write_streets(table, gazetteer, np.flatnonzero(named & ~square), local, english)
    _write_spaces(table, gazetteer, np.flatnonzero(named & square), local, english)
    done[named & square] = True
    _write_squares(table, gazetteer, np.flatnonzero(~done), local, english)
    return local, english


def octant(dx: Floats, dy: Floats) -> Objects:
    """Name directions by the eight points of the compass."""
    turn = np.round(np.degrees(np.arctan2(dx, dy)) / 45.0).astype(int) % 8
    names: Objects = np.array(COMPASS, dtype=object)[turn]
    return names


def _rounded(metres: Floats) -> NDArray[np.int64]:
    return np.maximum(np.round(metres / ROUND_M) * ROUND_M, ROUND_M).astype(np.int64)


def _write_streets(
    table: pd.DataFrame, gazetteer: Gazetteer, rows: NDArray[np.intp], local: Objects, english: Objects
) -> NDArray[np.bool_]:
    """Write the lines of kerbs whose street meets a named street; tell which those are."""
    axes, meets = gazetteer.axes, gazetteer.crossings.table
    done = np.zeros(len(table), dtype=bool)
    part = table.iloc[rows]
    x, y = part["x_m"].to_numpy(dtype=float), part["y_m"].to_numpy(dtype=float)
    piece, along = axes.feet(x, y, axes.code(part["street"].to_numpy(dtype=object)))
    found = piece >= 0
    rows, piece, along = rows[found], piece[found], along[found]
    metres, row, away = _from_crossing(gazetteer, piece, along)
    reached = np.flatnonzero(row >= 0)
    rows, metres, row, away = rows[reached], metres[reached], row[reached], away[reached]
    twice = meets.duplicated(["street", "other"], keep=False).to_numpy(dtype=bool)[row]
    other = meets["other"].to_numpy(dtype=object)[row]
    other_en = meets["other_en"].to_numpy(dtype=object)[row]
    way, told = octant(away[:, 0], away[:, 1]).tolist(), _rounded(metres).tolist()
    part = table.iloc[rows]
    columns = [part[c].tolist() for c in ("street", "street_en", "side", "square")]
    chinese = {name: is_chinese(name) for name in set(columns[0])}
    for i, street, street_en, side, square, o, o_en, w, m, again in zip(
        rows.tolist(), *columns, other.tolist(), other_en.tolist(), way, told, twice.tolist(), strict=True
    ):
        # Two streets may meet twice: then only the grid square tells one crossing from the other.
        zh = chinese[street]
        note = (f"格网{square}" if zh else f"grid square {square}") if again else ""
        local[i] = on_street(street, side, o, w, m, chinese=zh, note=note)
        note = f"grid square {square}" if again else ""
        english[i] = on_street(street_en or street, side, o_en or o, w, m, chinese=False, note=note)
    done[rows] = True
    return done


def _from_crossing(
    gazetteer: Gazetteer, piece: NDArray[np.intp], along: Floats
) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Give metres along the axis from the nearest crossing, its row (-1: none), and the way as a vector."""
    axes, crossings = gazetteer.axes, gazetteer.crossings
    reach, origin = axes.walk(crossings.node)
    back, on = axes.start[piece], axes.end[piece]
    behind, ahead = reach[back] + along, reach[on] + axes.length_m[piece] - along
    metres, node = np.minimum(behind, ahead), np.where(behind <= ahead, origin[back], origin[on])
    # Where several streets meet in one point, the longest of them is the best known.
    long = axes.street_length_m[axes.code(crossings.table["other"].to_numpy(dtype=object))]
    order = np.lexsort((crossings.row, -long[crossings.row], crossings.node))
    first = order[np.flatnonzero(np.diff(crossings.node[order], prepend=-1))]
    row_of = np.full(len(axes.xy_m), -1)
    row_of[crossings.node[first]] = crossings.row[first]
    row = np.where(np.isfinite(metres), row_of[np.maximum(node, 0)], -1) if len(row_of) else node
    unit = (axes.xy_m[on] - axes.xy_m[back]) / axes.length_m[piece][:, None]
    away = axes.xy_m[back] + unit * along[:, None] - axes.xy_m[np.maximum(node, 0)]
    return metres, row, away


def space_middles(shapes: Objects) -> tuple[Floats, Floats]:
    """Give a point inside of each open space, its middle where that lies inside, and a radius, metres."""
    middle = shapely.centroid(shapes)
    inside = shapely.intersects(middle, shapes)
    middle = np.where(inside, middle, shapely.point_on_surface(shapes))
    return shapely.get_coordinates(middle).reshape(-1, 2), np.sqrt(shapely.area(shapes) / np.pi)


def _space_of(gazetteer: Gazetteer, space_id: Objects, xy: Floats) -> NDArray[np.intp]:
    """Give the part of its open space that each place is nearest to, -1 where the space is not known."""
    spaces = gazetteer.open_spaces
    shapes = np.asarray(spaces.geometry.array)
    # An open space of several parts has several rows of one id.
    ids = pd.DataFrame({"id": spaces["open_space_id"], "row": np.arange(len(spaces))})
    pairs = pd.DataFrame({"id": space_id, "place": np.arange(len(space_id))}).merge(ids, on="id")
    place, row = pairs["place"].to_numpy(dtype=np.intp), pairs["row"].to_numpy(dtype=np.intp)
    away = shapely.distance(shapes[row], shapely.points(xy[place]))
    order = np.lexsort((row, away, place))
    first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    out = np.full(len(space_id), -1)
    out[place[first]] = row[first]
    return out


def _write_spaces(
    table: pd.DataFrame, gazetteer: Gazetteer, rows: NDArray[np.intp], local: Objects, english: Objects
) -> None:
    """Write the lines of places in open spaces that have a name."""
    part, spaces = table.iloc[rows], gazetteer.open_spaces
    middle, radius = space_middles(np.asarray(spaces.geometry.array))
    away = part[["x_m", "y_m"]].to_numpy(dtype=float)
    at = _space_of(gazetteer, part["street_id"].to_numpy(dtype=object), away)
    if len(spaces):
        away = away - middle[at]
        off = (np.hypot(*away.T) > _MIDDLE * radius[at]) & (at >= 0)
    else:
        off = np.zeros(len(rows), dtype=bool)
    where = np.where(off, octant(away[:, 0], away[:, 1]), "").tolist()
    names = spaces["name"].value_counts()
    for i, run, w in zip(rows.tolist(), part.itertuples(), where, strict=True):
        zh, again = is_chinese(run.street), names.get(run.street, 0) > 1
        note = (f"格网{run.square}" if zh else f"grid square {run.square}") if again else ""
        local[i] = in_space(run.street, w, (run.name, note), chinese=zh)
        note = f"grid square {run.square}" if again else ""
        notes = (run.name_en or run.name, note)
        english[i] = in_space(run.street_en or run.street, w, notes, chinese=False)


def _write_squares(
    table: pd.DataFrame, gazetteer: Gazetteer, rows: NDArray[np.intp], local: Objects, english: Objects
) -> None:
    """Write the lines of places that only their district and grid square tell."""
    part, meets = table.iloc[rows], gazetteer.crossings.table
    xy = part[["x_m", "y_m"]].to_numpy(dtype=float)
    near: list[tuple[str, str, str, int] | None] = [None] * len(rows)
    near_en = list(near)
    if len(meets) and len(rows):
        away, row = gazetteer.crossing_tree.query(xy, distance_upper_bound=_FAR_M)
        close = np.flatnonzero(np.isfinite(away) & (part["street"] == "").to_numpy(dtype=bool))
        at = meets.iloc[row[close]]
        d = xy[close] - at[["x_m", "y_m"]].to_numpy(dtype=float)
        ways, told = octant(d[:, 0], d[:, 1]).tolist(), _rounded(away[close]).tolist()
        english_of = dict(zip(gazetteer.axes.names, gazetteer.axes.english, strict=True))
        for k, a, b, way, metres in zip(close, at["street"], at["other"], ways, told, strict=True):
            near[k] = (a, b, way, metres)
            near_en[k] = (english_of[a] or a, english_of[b] or b, way, metres)
    columns = ("street", "street_en", "side", "placement", "district", "district_en", "square")
    values = zip(*(part[c].tolist() for c in columns), strict=True)
    for i, n, n_en, (street, street_en, side, placement, district, latin, square) in zip(
        rows.tolist(), near, near_en, values, strict=True
    ):
        zh = is_chinese(street or district) if street or district else gazetteer.chinese
        local[i] = grid_line(street, side, district, square, n, placement=placement, chinese=zh)
        english[i] = grid_line(
            street_en or street, side, latin or district, square, n_en, placement=placement, chinese=False
        )
