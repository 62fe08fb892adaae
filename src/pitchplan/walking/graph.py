"""The street network as a graph to walk along."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from pitchplan.walking.noding import FOOTWAY_LINK_M, find_meetings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.walking.ways import Ways

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Footing", "WalkGraph", "walk_graph"]

_NOTHING_M = 1e-9


class Footing(NamedTuple):
    """Where places stand on the network: at the nearest street and at the nearest footway.

    Attributes
    ----------
    place : numpy.ndarray of int64, shape (n,)
        Which place; ascending, up to two entries for each.
    edge : numpy.ndarray of int64, shape (n,)
        The edge it stands at.
    along_m : numpy.ndarray of float, shape (n,)
        From the edge's first node to the nearest point on it, metres.
    away_m : numpy.ndarray of float, shape (n,)
        From the place to that point, metres.
    """

    place: Ints
    edge: Ints
    along_m: Floats
    away_m: Floats

    def part(self, these: slice) -> Footing:
        """Keep some entries."""
        return Footing(self.place[these], self.edge[these], self.along_m[these], self.away_m[these])


@dataclass(frozen=True, eq=False)
class WalkGraph:
    """The street network, cut into edges where lines meet.

    Attributes
    ----------
    ways : Ways
        The lines.
    nodes : int
        How many nodes there are.
    start, end : numpy.ndarray of int64, shape (e,)
        Nodes of each edge; those of one line stand together, in its direction.
    line : numpy.ndarray of int64, shape (e,)
        Line of each edge.
    from_m, length_m : numpy.ndarray of float, shape (e,)
        Where on its line an edge begins, and how long it is, metres.
    links : tuple of three numpy.ndarray, shape (l,)
        Nodes that ends which fall short are joined to, and the gap in metres; nobody lives there.
    """

    ways: Ways
    nodes: int
    start: Ints
    end: Ints
    line: Ints
    from_m: Floats
    length_m: Floats
    links: tuple[Ints, Ints, Floats]

    @cached_property
    def matrix(self) -> csr_array:
        """The shortest edge between two nodes, metres, both ways; shape (nodes, nodes)."""
        a = np.concatenate([self.start, self.links[0], self.end, self.links[1]])
        b = np.concatenate([self.end, self.links[1], self.start, self.links[0]])
        length = np.tile(np.concatenate([self.length_m, self.links[2]]), 2)
        order = np.lexsort((length, b, a))
        # Two streets may join the same two nodes; a sparse matrix would add up their lengths.
        fresh = (np.diff(a[order], prepend=-1) != 0) | (np.diff(b[order], prepend=-1) != 0)
        order = order[fresh & (a[order] != b[order])]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(a[order], minlength=self.nodes))])
        return csr_array((length[order], b[order], indptr), shape=(self.nodes, self.nodes))

    def footing(self, places: Floats, *, within_m: float) -> Footing:
        """Find the nearest street and the nearest footway on the ground to each place.

        Parameters
        ----------
        places : numpy.ndarray of float, shape (n, 2)
            Metres.
        within_m : float
            How far they may be, metres, closed.

        Returns
        -------
        Footing
            The street, and the footway if it is at most `FOOTWAY_LINK_M` farther. Both, since a footway
            beside a street may lead into it only far away: with footways no walk is longer than without.
        """
        ways = self.ways
        ground = ways.pieces[ways.level[ways.pieces] == 0]
        both = [
            self._nearest(places, ground[ways.street[ground] == kind], within_m) for kind in (True, False)
        ]
        place, piece = (np.concatenate(pair) for pair in zip(*both, strict=True))
        _, away = ways.foot(places[place], piece)
        least = np.full(len(places), np.inf)
        np.minimum.at(least, place[ways.street[piece]], away[ways.street[piece]])
        kept = ways.street[piece] | (away <= least[place] + FOOTWAY_LINK_M)
        order = np.flatnonzero(kept)[np.argsort(place[kept], kind="stable")]
        place, piece = place[order], piece[order]
        on_line, away = ways.foot(places[place], piece)
        edge = self._edge_at(ways.line[piece], on_line)
        along = np.clip(on_line - self.from_m[edge], 0.0, self.length_m[edge])
        return Footing(place, edge, along, away)

    def _nearest(self, places: Floats, pieces: Ints, within_m: float) -> tuple[Ints, Ints]:
        """Return the places that have a piece so near, and the nearest; of equally near ones the first."""
        tree = shapely.STRtree(self.ways.drawn(pieces))
        which, at = tree.query_nearest(shapely.points(places), max_distance=within_m)
        order = np.lexsort((at, which))
        order = order[np.diff(which[order], prepend=-1) != 0]
        return which[order].astype(np.int64), pieces[at[order]]

    def _edge_at(self, line: Ints, along_m: Floats) -> Ints:
        """Return the edge at a distance along a line."""
        # Lines are laid end to end with a metre between, so that one search finds the edge on any.
        longest = np.zeros(int(self.line.max(initial=-1)) + 1)
        np.maximum.at(longest, self.line, self.from_m + self.length_m)
        base = np.concatenate([[0.0], np.cumsum(np.ceil(longest) + 1.0)])
        found = np.searchsorted(base[self.line] + self.from_m, base[line] + along_m, side="right") - 1
        first = np.searchsorted(self.line, line)
        return np.maximum(found, first).astype(np.int64)

    def walk_from(self, footing: Footing, before_m: Floats, *, within_m: float) -> Floats:
        """Measure along the network from places to all nodes.

        Parameters
        ----------
        footing : Footing
            Where n places stand.
        before_m : numpy.ndarray of float, shape (n,)
            What is walked before the edge is reached, metres.
        within_m : float
            How far to look, metres, closed.

        Returns
        -------
        numpy.ndarray of float, shape (n, nodes)
            Metres; infinite where a node is farther.
        """
        n, matrix = len(footing.edge), self.matrix
        own = self.nodes + np.arange(n)
        start, end = self.start[footing.edge], self.end[footing.edge]
        there, back = footing.along_m, self.length_m[footing.edge] - footing.along_m
        ring = start == end
        # A ring leads to one node by two ways; the other entry leads from the place to itself.
        first = before_m + np.where(ring, np.minimum(there, back), there)
        targets = np.column_stack([start, np.where(ring, own, end)]).ravel()
        metres = np.column_stack([first, before_m + back]).ravel()
        whole = csr_array(
            (
                np.concatenate([matrix.data, metres]),
                np.concatenate([matrix.indices, targets]),
                np.concatenate([matrix.indptr, matrix.indptr[-1] + 2 * np.arange(1, n + 1)]),
            ),
            shape=(self.nodes + n, self.nodes + n),
        )
        found = dijkstra(whole, directed=True, indices=own, limit=within_m)
        return np.asarray(found[:, : self.nodes], dtype=np.float64)


def walk_graph(ways: Ways) -> WalkGraph:
    """Cut the lines people walk along where they meet.

    Parameters
    ----------
    ways : Ways
        The lines.

    Returns
    -------
    WalkGraph
        Every line from end to end, in edges between neighbouring nodes.
    """
    meet = find_meetings(ways)
    order = np.lexsort((meet.along_m, meet.line))
    joined = np.flatnonzero(np.diff(meet.line[order]) == 0)
    a, b = order[joined], order[joined + 1]
    length = meet.along_m[b] - meet.along_m[a]
    merged = meet.gap_m <= _NOTHING_M
    nothing = length <= _NOTHING_M
    one, other = np.concatenate([meet.a[merged], a[nothing]]), np.concatenate([meet.b[merged], b[nothing]])
    same = coo_array((np.ones(len(one)), (one, other)), shape=(len(order), len(order)))
    nodes, label = connected_components(same, directed=False)
    label = label.astype(np.int64)
    kept = ~nothing
    return WalkGraph(
        ways=ways,
        nodes=int(nodes),
        start=label[a[kept]],
        end=label[b[kept]],
        line=meet.line[a[kept]],
        from_m=meet.along_m[a[kept]],
        length_m=length[kept],
        links=(label[meet.a[~merged]], label[meet.b[~merged]], meet.gap_m[~merged]),
    )
