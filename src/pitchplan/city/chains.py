"""Centrelines without twins, and the pieces of one street joined into one line."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pitchplan.city.widths import STATUSES

__all__ = ["join_chains", "without_twins"]

_LINE = 1  # shapely's type id


def without_twins(axes: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Drop lines that another line repeats, forwards or backwards, and count them in ``notes``.

    The first of them stays and takes over the width that may be trusted most (`STATUSES`).
    """
    shape = pd.Series(shapely.to_wkb(shapely.normalize(shapely.set_precision(axes.geometry.array, 0.001))))
    twin = shape.duplicated().to_numpy()
    if not twin.any():
        return axes.reset_index(drop=True)
    notes.append(f"centrelines: {int(twin.sum())} duplicates and reversed twins dropped")
    group = pd.factorize(shape)[0]
    rank = axes["width_status"].map({word: i for i, word in enumerate(STATUSES)}).to_numpy()
    order = np.lexsort([np.arange(len(axes)), rank, group])
    best = order[np.flatnonzero(np.diff(group[order], prepend=-1))]
    first = axes[~twin]
    widths = axes[["width_m", "width_status"]].iloc[best].set_axis(first.index)
    better = int((rank[best] < rank[~twin]).sum())
    if better:
        notes.append(f"centrelines: {better} streets have the width of a twin, which is known better")
    return first.assign(**widths).reset_index(drop=True)


def _links(axes: gpd.GeoDataFrame, sort: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair lines of one sort whose ends meet where nothing else of their level passes."""
    coords, row = shapely.get_coordinates(axes.geometry.array, return_index=True)
    end = (np.diff(row, prepend=-1) != 0) | (np.diff(row, append=-1) != 0)
    x, y = np.round(coords, 3).T
    vertices = pd.DataFrame({"x": x, "y": y, "level": axes["level"].to_numpy()[row], "row": row, "end": end})
    there = vertices.groupby(["x", "y", "level"], sort=False)
    bare = (there["row"].transform("size") == 2) & there["end"].transform("all")
    pairs = vertices[bare.to_numpy()].sort_values(["x", "y", "level"], kind="stable")["row"].to_numpy()
    a, b = pairs[::2], pairs[1::2]
    joined = (a != b) & (sort[a] == sort[b])
    return a[joined], b[joined]


def join_chains(axes: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Join the lines of one street where two of them meet and nothing else does.

    Parameters
    ----------
    axes : geopandas.GeoDataFrame
        Centrelines, columns as `schemas.CENTRELINES`.
    notes : list of str
        Takes the count of lines that were joined.

    Returns
    -------
    geopandas.GeoDataFrame
        One line for each chain, in the place and direction of its first line. Lines are joined only
        where every column agrees but geometry and gradient (street_id, name, class, width, level …),
        and are as steep as the steepest of them; rows in the order of their chains' first lines.
    """
    columns = [c for c in axes.columns if c not in ("geometry", "gradient_percent")]
    sort = axes.groupby(columns, dropna=False, sort=False).ngroup().to_numpy()
    a, b = _links(axes, sort)
    if not len(a):
        return axes
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(axes), len(axes)))
    _, chain = connected_components(graph, directed=False)
    shapes = np.array(axes.geometry.array, dtype=object)
    rows = np.argsort(chain, kind="stable")
    rows = rows[np.bincount(chain)[chain[rows]] > 1]
    _, start, member = np.unique(chain[rows], return_index=True, return_inverse=True)
    whole = shapely.line_merge(shapely.multilinestrings(shapes[rows], indices=member))
    one = shapely.get_type_id(whole) == _LINE
    first = rows[start]
    keep = np.ones(len(axes), dtype=bool)
    keep[rows[one[member]]] = False
    keep[first] = True
    shapes[first[one]] = _in_direction_of(shapes[first[one]], whole[one])
    if keep.all():
        return axes
    notes.append(f"centrelines: {int((~keep).sum())} lines joined to the piece of their street before them")
    if "gradient_percent" in axes:
        axes = axes.assign(gradient_percent=axes["gradient_percent"].groupby(chain).transform("max"))
    return axes.set_geometry(shapes, crs=axes.crs)[keep].reset_index(drop=True)


def _in_direction_of(first: NDArray[np.object_], whole: NDArray[np.object_]) -> NDArray[np.object_]:
    """Turn joined lines the way their first pieces ran."""
    start, end = (shapely.line_locate_point(whole, shapely.get_point(first, i)) for i in (0, 1))
    out: NDArray[np.object_] = np.where(start <= end, whole, shapely.reverse(whole))
    return out
