"""The axes of named streets as a network to walk along, and the places where they cross."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from pitchplan.schemas import as_text

__all__ = ["ONE_CROSSING_M", "Axes", "Crossings", "find_crossings"]

ONE_CROSSING_M = 30.0
"""Points where two names meet closer than this are one crossing: a dual carriageway has several."""
_TOUCH_M = 0.5
_SNAP_M = 0.005
_BEHIND_M = 40.0
_APART = 1000.0

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Axes:
    """The axes of all streets that have a name, cut at their vertices and crossings.

    Attributes
    ----------
    names, english : ndarray of str, shape (streets,)
        Names in order, and in Latin letters where given.
    xy_m : ndarray of float, shape (nodes, 2)
        Vertices; two streets share none, even where they meet.
    start, end : ndarray of int, shape (pieces,)
        Nodes of each straight piece.
    street : ndarray of int, shape (pieces,)
        Its street, a position in ``names``.
    half_m : ndarray of float, shape (pieces,)
        Half the width of its carriageway, metres.
    ground : ndarray of bool, shape (pieces,)
        Whether it lies on the ground, not on a bridge or in a tunnel.
    """

    names: NDArray[np.object_]
    english: NDArray[np.object_]
    xy_m: Floats
    start: Ints
    end: Ints
    street: Ints
    half_m: Floats
    ground: NDArray[np.bool_]

    @cached_property
    def length_m(self) -> Floats:
        """Length of each piece, metres."""
        step = self.xy_m[self.end] - self.xy_m[self.start]
        return np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)

    @cached_property
    def street_length_m(self) -> Floats:
        """Length of each street, all its axes together, metres."""
        return np.bincount(self.street, self.length_m, minlength=len(self.names)).astype(np.float64)

    @cached_property
    def graph(self) -> csr_array:
        """Pieces as a sparse matrix of lengths, node by node, one way."""
        nodes = len(self.xy_m)
        return coo_array((self.length_m, (self.start, self.end)), shape=(nodes, nodes)).tocsr()

    @cached_property
    def _tree(self) -> tuple[shapely.STRtree, Ints]:
        pieces = np.flatnonzero(self.ground)
        ends = np.stack([self.xy_m[self.start[pieces]], self.xy_m[self.end[pieces]]], axis=1)
        return shapely.STRtree(shapely.linestrings(ends) if len(pieces) else []), pieces

    def code(self, names: NDArray[np.object_]) -> Ints:
        """Give the positions of streets by their names, -1 where there is none."""
        return np.asarray(pd.Index(self.names).get_indexer(names), dtype=np.intp)

    def walk(self, nodes: Ints, limit_m: float = np.inf) -> tuple[Floats, Ints]:
        """Measure along the axes from the nearest of some nodes.

        Returns
        -------
        metres : ndarray of float, shape (nodes,)
            Infinite where no axis leads, or it is farther than ``limit_m``.
        origin : ndarray of int, shape (nodes,)
            The nearest of the nodes; negative where none is.
        """
        if not len(nodes):
            return np.full(len(self.xy_m), np.inf), np.full(len(self.xy_m), -1)
        metres, _, origin = dijkstra(
            self.graph,
            directed=False,
            indices=np.unique(nodes),
            min_only=True,
            return_predecessors=True,
            limit=limit_m,
        )
        return metres, origin

    def feet(self, x_m: Floats, y_m: Floats, street: Ints) -> tuple[Ints, Floats]:
        """Find the nearest point on the axes of each point's own street.

        Parameters
        ----------
        x_m, y_m : ndarray of float, shape (n,)
        street : ndarray of int, shape (n,)
            Position in ``names``; -1 finds nothing.

        Returns
        -------
        piece : ndarray of int, shape (n,)
            -1 where the street has no axis on the ground within 40 m.
        along_m : ndarray of float, shape (n,)
            From the piece's start.
        """
        tree, pieces = self._tree
        point, at = tree.query(shapely.points(x_m, y_m), predicate="dwithin", distance=_BEHIND_M)
        own = self.street[pieces[at]] == street[point]
        point, piece = point[own], pieces[at[own]]
        origin = self.xy_m[self.start[piece]]
        unit = (self.xy_m[self.end[piece]] - origin) / self.length_m[piece][:, None]
        away = np.stack([x_m[point], y_m[point]], axis=-1) - origin
        along = np.clip((away * unit).sum(1), 0.0, self.length_m[piece])
        order = np.lexsort((piece, np.round(np.hypot(*(away - unit * along[:, None]).T), 6), point))
        first = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
        found, metres = np.full(len(x_m), -1), np.zeros(len(x_m))
        found[point[first]], metres[point[first]] = piece[first], along[first]
        return found, metres


@dataclass(frozen=True)
class Crossings:
    """Where named streets cross on the ground.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per street and crossing: street, other, other_en, x_m, y_m (its middle).
    row, node : ndarray of int, shape (points,)
        Every point where axes meet: its row of the table, and the node of the street's own axis. A
        crossing of dual carriageways has up to four.
    """

    table: pd.DataFrame
    row: Ints
    node: Ints


def find_crossings(centrelines: gpd.GeoDataFrame) -> tuple[Axes, Crossings]:
    """Cut the axes of named streets where two names meet on the ground.

    Parameters
    ----------
    centrelines : geopandas.GeoDataFrame
        Columns as `schemas.CENTRELINES`, in a metric CRS. An axis that ends within half a metre of
        another meets it.
    """
    named = centrelines[(centrelines["name"] != "").to_numpy()]
    shapes = np.asarray(named.geometry.array)
    names, code = np.unique(named["name"].to_numpy(dtype=str), return_inverse=True)
    line, other, point = _meetings(shapes, code, (named["level"] == 0).to_numpy(dtype=bool))
    node_of, axes = _cut(named, shapes, names.astype(object), code, line, point)
    pair = pd.MultiIndex.from_arrays([code[line], code[other]])
    group = _merge(point, pd.factorize(pair, sort=True)[0])
    table = (
        pd.DataFrame({"a": code[line], "b": code[other], "x_m": point[:, 0], "y_m": point[:, 1]})
        .groupby(group)
        .agg({"a": "first", "b": "first", "x_m": "mean", "y_m": "mean"})
        .sort_values(["a", "b", "x_m", "y_m"])
    )
    row = np.empty(len(table), dtype=np.intp)
    row[table.index.to_numpy(dtype=np.intp)] = np.arange(len(table))
    a, b = table["a"].to_numpy(dtype=np.intp), table["b"].to_numpy(dtype=np.intp)
    places = {"x_m": table["x_m"].to_numpy(), "y_m": table["y_m"].to_numpy()}
    said = {"street": axes.names[a], "other": axes.names[b], "other_en": axes.english[b]}
    return axes, Crossings(pd.DataFrame(said | places), row[group], node_of)


def _meetings(
    shapes: NDArray[np.object_], code: Ints, ground: NDArray[np.bool_]
) -> tuple[Ints, Ints, Floats]:
    """Give every line and other line of another name that it meets, and where on the line."""
    lines = np.flatnonzero(ground)
    tree = shapely.STRtree(shapes[lines])
    a, b = (lines[i] for i in tree.query(shapes[lines], predicate="dwithin", distance=_TOUCH_M))
    differ = code[a] != code[b]
    a, b = a[differ], b[differ]
    common = shapely.intersection(shapes[a], shapes[b])
    # Axes that end a hand's breadth before the other street meet it all the same.
    short = shapely.is_empty(common)
    common[short] = shapely.get_point(shapely.shortest_line(shapes[a[short]], shapes[b[short]]), 0)
    parts, pair = shapely.get_parts(common, return_index=True)
    point = shapely.get_coordinates(shapely.centroid(parts)).reshape(-1, 2)
    return a[pair], b[pair], point


def _cut(
    named: gpd.GeoDataFrame,
    shapes: NDArray[np.object_],
    names: NDArray[np.object_],
    code: Ints,
    line: Ints,
    point: Floats,
) -> tuple[Ints, Axes]:
    """Cut the axes at points on them, and give the node of each point."""
    coords, row = shapely.get_coordinates(shapes, return_index=True)
    step = np.hypot(*np.diff(coords, axis=0, prepend=coords[:1]).T)
    # Lines are laid end to end with gaps, so that one sorted array finds the vertices on any of them.
    step[1:][row[1:] != row[:-1]] = _APART
    at = np.cumsum(step)
    first = at[np.searchsorted(row, np.arange(len(shapes)))]
    along = first[line] + shapely.line_locate_point(shapes[line], shapely.points(point))
    near = np.clip(np.searchsorted(at, along), 1, max(len(at) - 1, 1))
    near -= np.abs(at[near - 1] - along) <= np.abs(at[np.minimum(near, len(at) - 1)] - along)
    fresh = np.abs(at[near] - along) > _SNAP_M
    foot = shapely.line_interpolate_point(shapes[line[fresh]], along[fresh] - first[line[fresh]])
    every = np.concatenate([coords, shapely.get_coordinates(foot)])
    owner = np.concatenate([row, line[fresh]])
    x, y = np.round(every * 1000).astype(np.int64).T
    node = pd.DataFrame({"s": code[owner], "x": x, "y": y}).groupby(["s", "x", "y"]).ngroup().to_numpy()
    xy = np.empty((int(node.max(initial=-1)) + 1, 2))
    xy[node] = every
    node_of = node[near]
    node_of[fresh] = node[len(coords) :]
    order = np.argsort(np.concatenate([at, along[fresh]]), kind="stable")
    return node_of, _pieces(named, names, code, owner[order], node[order], xy)


def _pieces(
    named: gpd.GeoDataFrame, names: NDArray[np.object_], code: Ints, owner: Ints, node: Ints, xy: Floats
) -> Axes:
    """Join neighbouring nodes of a line to pieces, one where lines lie on one another."""
    step = (owner[1:] == owner[:-1]) & (node[1:] != node[:-1])
    start, end, line = node[:-1][step], node[1:][step], owner[1:][step]
    ends = pd.DataFrame({"low": np.minimum(start, end), "high": np.maximum(start, end)})
    once = ~ends.duplicated().to_numpy()
    start, end, line = start[once], end[once], line[once]
    given = named["name_en"].replace("", np.nan).groupby(code).first()
    width = named["width_m"].fillna(6.0).to_numpy(dtype=float)
    return Axes(
        names=names,
        english=as_text(given.reindex(range(len(names)))).to_numpy(dtype=object),
        xy_m=xy,
        start=start,
        end=end,
        street=code[line],
        half_m=width[line] / 2,
        ground=(named["level"] == 0).to_numpy(dtype=bool)[line],
    )


def _merge(point: Floats, pair: Ints) -> Ints:
    """Give each point the number of its crossing: points of one pair of names closer than 30 m."""
    if not len(point):
        return np.zeros(0, dtype=np.intp)
    # Pairs are lifted apart, so that one tree looks only among the points of the same pair.
    lifted = np.column_stack([point, pair * _APART])
    close = cKDTree(lifted).query_pairs(ONE_CROSSING_M, output_type="ndarray")
    links = coo_array((np.ones(len(close)), (close[:, 0], close[:, 1])), shape=(len(point),) * 2)
    group: Ints = connected_components(links, directed=False)[1].astype(np.intp)
    return group
