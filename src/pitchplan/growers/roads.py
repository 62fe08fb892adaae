"""The street network as vehicles drive it: one-way streets, levels, and streets in truck-ban zones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from shapely.ops import substring

from pitchplan.growers.bans import BAN
from pitchplan.schemas import as_text
from pitchplan.walking.graph import WalkGraph, walk_graph
from pitchplan.walking.noding import TOUCH_M
from pitchplan.walking.ways import NOT_WALKED, ways_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.city.layers import City

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["NOT_DRIVEN", "Feet", "Roads", "roads_of"]

NOT_DRIVEN = {"tractor": NOT_WALKED, "tricycle": NOT_WALKED}
"""Classes of street a class of vehicle may never use: motorways (Road Traffic Safety Law of China,
article 67: no tractors, nothing slower than 70 km/h) and what the planner calls expressways."""

_AT_NODE_M = 0.001


class Feet(NamedTuple):
    """Where places stand at the network; those too far from any street are left out.

    Attributes
    ----------
    place, edge : numpy.ndarray of int64, shape (n,)
        Which place, ascending, and the edge it stands at.
    along_m, away_m : numpy.ndarray of float, shape (n,)
        From the edge's first node to the nearest point on it, and from there to the place, metres.
    """

    place: Ints
    edge: Ints
    along_m: Floats
    away_m: Floats


@dataclass(frozen=True, eq=False)
class Roads:
    """The streets, cut where they meet and where a truck-ban zone begins.

    Attributes
    ----------
    graph : WalkGraph
        Nodes and edges.
    oneway : numpy.ndarray of int64, shape (e,)
        1 where an edge may be driven from its first node to its second alone, -1 against it, else 0.
    street_id, street_class : numpy.ndarray of object, shape (e,)
        Street of each edge, and its class.
    zones : geopandas.GeoDataFrame
        The city's truck-ban zones.
    inside : numpy.ndarray of bool, shape (zones, e)
        Which edges lie in which zone, on the same level.
    """

    graph: WalkGraph
    oneway: Ints
    street_id: NDArray[np.object_]
    street_class: NDArray[np.object_]
    zones: gpd.GeoDataFrame
    inside: Bools

    def closed(self, shut: list[bool], vehicle: str) -> tuple[Bools, Bools]:
        """Tell which edges a class of vehicle may not use.

        Parameters
        ----------
        shut : list of bool
            Which zones are closed to it.
        vehicle : str
            Class of vehicle.

        Returns
        -------
        by_class, by_zone : numpy.ndarray of bool, shape (e,)
            Streets that it may never use, and streets in a closed zone.
        """
        never = np.isin(self.street_class.astype(str), sorted(NOT_DRIVEN.get(vehicle, ())))
        return never, self.inside[np.asarray(shut, dtype=bool)].any(axis=0)

    def at_nodes(self, feet: Feet) -> tuple[Bools, Bools]:
        """Tell which places stand at the first node of their edge, and which at the second.

        There every street that meets is theirs, whatever may be done on the one they were found at.
        """
        left = self.graph.length_m[feet.edge] - feet.along_m
        return feet.along_m <= _AT_NODE_M, left <= _AT_NODE_M

    def ways_through(self, closed: Bools) -> tuple[Bools, Bools]:
        """Tell which edges may be driven from first to second node, and which back."""
        return ~closed & (self.oneway >= 0), ~closed & (self.oneway <= 0)

    def feet(self, places: Floats, streets: list[str], *, within_m: float) -> Feet:
        """Find where places stand: at their own street, else at the nearest one on the ground.

        Parameters
        ----------
        places : numpy.ndarray of float, shape (n, 2)
            Metres.
        streets : list of str
            Street of each; one that is not known to the network is none.
        within_m : float
            How far a street may be, metres, closed.
        """
        graph, ways = self.graph, self.graph.ways
        found = graph.footing(places, within_m=within_m)
        edge, along = np.full(len(places), -1, dtype=np.int64), np.zeros(len(places))
        away = np.full(len(places), np.inf)
        edge[found.place], along[found.place], away[found.place] = found.edge, found.along_m, found.away_m
        of_line = {name: lines for name, lines in self._lines_of_streets.items() if name in set(streets)}
        for i, name in enumerate(streets):
            lines = of_line.get(name)
            if lines is None:
                continue
            pieces = ways.pieces[np.isin(ways.line[ways.pieces], lines)]
            on_line, gap = ways.foot(np.broadcast_to(places[i], (len(pieces), 2)), pieces)
            best = int(np.lexsort((pieces, gap))[0])
            if gap[best] <= within_m:
                own = np.flatnonzero(graph.line == ways.line[pieces[best]])
                k = own[max(int(np.searchsorted(graph.from_m[own], on_line[best], side="right")) - 1, 0)]
                edge[i], away[i] = k, gap[best]
                along[i] = np.clip(on_line[best] - graph.from_m[k], 0.0, graph.length_m[k])
        kept = np.flatnonzero(edge >= 0)
        return Feet(kept.astype(np.int64), edge[kept], along[kept], away[kept])

    @cached_property
    def _lines_of_streets(self) -> dict[str, Ints]:
        names, lines = self.street_id.astype(str), self.graph.line
        order = np.lexsort((lines, names))
        starts = np.flatnonzero(np.concatenate([[True], names[order][1:] != names[order][:-1]]))
        parts = np.split(lines[order], starts[1:])
        return {str(names[order][s]): np.unique(p) for s, p in zip(starts, parts, strict=True)}

    def matrix(self, closed: Bools, sources: Feet) -> csr_array:
        """Give the drives between neighbouring nodes, and from each source to the nodes beside it.

        Parameters
        ----------
        closed : numpy.ndarray of bool, shape (e,)
            Edges that may not be used.
        sources : Feet
            Where vehicles start; source k is node ``graph.nodes + k``.

        Returns
        -------
        scipy.sparse.csr_array, shape (nodes + sources, nodes + sources)
            Metres; of two streets between the same nodes the shorter.
        """
        g = self.graph
        ahead, back = self.ways_through(closed)
        own = g.nodes + np.arange(len(sources.edge))
        at_start, at_end = self.at_nodes(sources)
        to_end, to_start = ahead[sources.edge] | at_end, back[sources.edge] | at_start
        links_a, links_b, gap = g.links
        a = [g.start[ahead], g.end[back], links_a, links_b, own[to_end], own[to_start]]
        b = [g.end[ahead], g.start[back], links_b, links_a]
        b += [g.end[sources.edge[to_end]], g.start[sources.edge[to_start]]]
        left = sources.away_m + g.length_m[sources.edge] - sources.along_m
        metres = [g.length_m[ahead], g.length_m[back], gap, gap]
        metres += [left[to_end], (sources.away_m + sources.along_m)[to_start]]
        tail, head, length = (np.concatenate(parts) for parts in (a, b, metres))
        order = np.lexsort((length, head, tail))
        # A sparse matrix would add up the lengths of two streets between the same nodes.
        fresh = (np.diff(tail[order], prepend=-1) != 0) | (np.diff(head[order], prepend=-1) != 0)
        order = order[fresh & (tail[order] != head[order])]
        n = g.nodes + len(own)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(tail[order], minlength=n))])
        # A way of no length would be taken for no way.
        return csr_array((np.maximum(length[order], 1e-9), head[order], indptr), shape=(n, n))


def roads_of(city: City) -> Roads:
    """Make the network that vehicles drive on from a city's centrelines.

    Streets are cut where truck-ban zones begin, so that a street may be driven up to the zone. A zone
    that covers less than `TOUCH_M` of a street does not close it: ends so near meet anyway.
    A zone holds on its own level: a flyover passes above a zone of level 0.

    Parameters
    ----------
    city : City
        Its ``centrelines`` (``oneway``, ``level``, ``street_class``) and ``zones``.

    Returns
    -------
    Roads
        Joined as people walk, see `pitchplan.walking.noding.find_meetings`, but with motorways.
    """
    zones = city.zones[(city.zones["kind"] == BAN).to_numpy()].reset_index(drop=True)
    cut, row = _cut(city.centrelines, zones)
    graph = walk_graph(ways_of(cut, None, left_out=frozenset()))
    part = graph.ways.row[graph.line]
    frame = city.centrelines.iloc[row[part]]

    def said(column: str) -> NDArray[np.object_]:
        none = np.full(len(frame), "", dtype=object)
        return as_text(frame[column]).str.strip().to_numpy(dtype=object) if column in frame else none

    oneway = np.select([said("oneway") == "yes", said("oneway") == "reverse"], [1, -1], 0)
    return Roads(
        graph=graph,
        oneway=oneway.astype(np.int64),
        street_id=said("street_id"),
        street_class=said("street_class"),
        zones=zones,
        inside=_inside(cut, zones)[:, part],
    )


def _cut(axes: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Ints]:
    """Cut lines at the zones' borders; return the parts, and the row each is of."""
    lines, row = shapely.get_parts(shapely.force_2d(axes.geometry.to_numpy()), return_index=True)
    made: list[object] = list(lines)
    rows = row.tolist()
    if len(zones):
        border = shapely.union_all(shapely.boundary(zones.geometry.to_numpy()))
        for k in np.flatnonzero(shapely.intersects(lines, border)).tolist():
            line, points = lines[k], shapely.get_coordinates(shapely.intersection(lines[k], border))
            at = np.unique([0.0, line.length, *(line.project(shapely.Point(p)) for p in points)])
            at = at[np.concatenate([[True], np.diff(at) > TOUCH_M])]
            at[-1] = line.length
            parts = [substring(line, a, b) for a, b in pairwise(at)]
            made[k] = None
            made += parts
            rows += [rows[k]] * len(parts)
    kept = [k for k, m in enumerate(made) if m is not None]
    of = np.array([rows[k] for k in kept], dtype=np.int64)
    columns = {c: axes[c].to_numpy()[of] for c in ("street_class", "level")}
    return gpd.GeoDataFrame(columns, geometry=[made[k] for k in kept], crs=axes.crs), of


def _inside(parts: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Bools:
    """Tell which lines lie in which zone of their level; shape (zones, lines)."""
    middle = shapely.line_interpolate_point(parts.geometry.to_numpy(), 0.5, normalized=True)
    out = np.zeros((len(zones), len(parts)), dtype=bool)
    levels = zones["level"].tolist() if "level" in zones else [0] * len(zones)
    for z, (shape, level) in enumerate(zip(zones.geometry, levels, strict=True)):
        out[z] = shapely.covers(shape, middle) & (parts["level"].to_numpy() == level)
    return out
