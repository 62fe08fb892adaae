"""How far it is along the streets from where residents live to the runs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pitchplan.errors import Fault, InputError
from pitchplan.walking.bays import bays_of_runs
from pitchplan.walking.graph import Footing, WalkGraph, walk_graph
from pitchplan.walking.walks import Walks, check_radius
from pitchplan.walking.ways import ways_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from pitchplan.walking.residents import ResidentPoints

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["street_walks"]

_CELLS_AT_ONCE = 2_000_000
_RUNS_AT_ONCE = 512
_OVER_M = 1e-6


class _Homes(NamedTuple):
    """Points in the order of what they stand at: a node or an edge."""

    begin: Ints  # first entry of each node or edge, and the end
    point: Ints
    metres: Floats  # from the point to the node; or along its edge
    away_m: Floats  # from the point to the edge


def street_walks(
    points: ResidentPoints,
    runs: pd.DataFrame,
    pitches: pd.DataFrame,
    centrelines: gpd.GeoDataFrame,
    *,
    within_m: float,
    footways: gpd.GeoDataFrame | None = None,
    snap_m: float = 150.0,
) -> Walks:
    """Measure walks along the street network.

    A walk leads straight to the nearest street on the ground, or the nearest footway, along the network,
    straight to the middle bay of a run, and from there straight to the farthest bay of it: the promise
    holds whichever bays are chosen.

    Parameters
    ----------
    points : ResidentPoints
        Where residents live.
    runs : pandas.DataFrame
        Columns as `schemas.RUNS`.
    pitches : pandas.DataFrame
        Columns as `schemas.PITCHES`; a run without a pitch is reached by nobody.
    centrelines : geopandas.GeoDataFrame
        Columns as `schemas.CENTRELINES`, in the CRS of points and pitches. Nobody walks along the
        classes in `ways.NOT_WALKED`; one-way streets are walked both ways.
    within_m : float
        Longest walk, metres, closed.
    footways : geopandas.GeoDataFrame, optional
        Columns as `schemas.FOOTWAY_AXES`: lines to walk along beside the streets'.
    snap_m : float
        How far from a street or footway residents may live and runs may lie, metres, closed.

    Returns
    -------
    Walks
        Does not depend on the order of lines or pitches. Those too far from any street are counted in
        ``unsnapped`` and ``unsnapped_runs``; nobody of them reaches or is reached. Metres are rounded
        up, but for a thousandth of a millimetre.

    Raises
    ------
    InputError
        ``within_m`` or ``snap_m`` is not above 0, a run comes twice, something is not a line, or the
        CRS of centrelines and footways differ.

    Notes
    -----
    How lines are joined stands in `noding.find_meetings`. Shortest paths are Dijkstra's, from each run
    and cut off at ``within_m``.
    """
    check_radius(within_m)
    if not 0 < snap_m < np.inf:
        raise InputError(
            Fault("not a distance to the nearest street", "Give metres above 0", "snap_m", value=snap_m)
        )
    bays = bays_of_runs(runs, pitches)
    middle, beyond = bays.middle()
    graph = walk_graph(ways_of(centrelines, footways))
    home = graph.footing(np.column_stack([points.x_m, points.y_m]).astype(float), within_m=snap_m)
    door = graph.footing(middle, within_m=snap_m)
    point, slot, metres = _walks(graph, home, door, beyond[door.place] + door.away_m, within_m)
    snapped = np.isin(np.arange(len(points)), home.place)
    return Walks(
        point=point,
        run=bays.run[slot],
        metres=np.minimum(np.ceil(metres - _OVER_M), np.floor(within_m)).astype(np.int64),
        residents=points.residents,
        community_id=points.community_id,
        runs=len(runs),
        within_m=float(within_m),
        unsnapped=int(points.residents[~snapped].sum()),
        unsnapped_runs=len(bays.run) - len(np.unique(door.place)),
    )


def _walks(
    graph: WalkGraph, home: Footing, door: Footing, before_m: Floats, within_m: float
) -> tuple[Ints, Ints, Floats]:
    """Return point, run (as the doors' places) and exact metres of all walks, sorted."""
    at_nodes, on_edges = _by_node(graph, home), _by_edge(graph, home)
    parts = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    step = int(np.clip(_CELLS_AT_ONCE // max(graph.nodes, 1), 1, _RUNS_AT_ONCE))
    for at in range(0, len(before_m), step):
        doors, before = door.part(slice(at, at + step)), before_m[at : at + step]
        reached = graph.walk_from(doors, before, within_m=within_m + _OVER_M)
        for first, last in _portions(reached, at_nodes):
            own, node = np.nonzero(np.isfinite(reached[first:last]))
            own += first
            there, via = _entries(at_nodes, node)
            by_node = reached[own, node][there] + at_nodes.metres[via]
            # Those who live at the run's own edge need not go by one of its nodes.
            same, here = _entries(on_edges, doors.edge[first:last])
            same += first
            direct = np.abs(on_edges.metres[here] - doors.along_m[same])
            direct += on_edges.away_m[here] + before[same]
            point = np.concatenate([at_nodes.point[via], on_edges.point[here]])
            run = doors.place[np.concatenate([own[there], same])]
            metres = np.concatenate([by_node, direct])
            near = metres <= within_m + _OVER_M
            parts.append(_shortest(point[near], run[near], metres[near]))
    point, run, metres = (np.concatenate([p[i] for p in parts]) for i in range(3))
    return _shortest(point, run, metres)


def _by_node(graph: WalkGraph, home: Footing) -> _Homes:
    """Order points by the two nodes they can leave their edge at."""
    node = np.concatenate([graph.start[home.edge], graph.end[home.edge]])
    metres = np.concatenate([home.along_m, graph.length_m[home.edge] - home.along_m])
    away, point = np.tile(home.away_m, 2), np.tile(home.place, 2)
    return _ordered(node, graph.nodes, point, metres + away, away)


def _by_edge(graph: WalkGraph, home: Footing) -> _Homes:
    """Order points by their edge."""
    return _ordered(home.edge, len(graph.length_m), home.place, home.along_m, home.away_m)


def _ordered(key: Ints, keys: int, point: Ints, metres: Floats, away: Floats) -> _Homes:
    order = np.argsort(key, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=keys))])
    return _Homes(begin.astype(np.int64), point[order], metres[order], away[order])


def _entries(homes: _Homes, keys: Ints) -> tuple[Ints, Ints]:
    """List the entries of each key: which key, and the entry."""
    size = homes.begin[keys + 1] - homes.begin[keys]
    which = np.repeat(np.arange(len(keys)), size)
    entry = np.arange(len(which)) - np.repeat(np.cumsum(size) - size - homes.begin[keys], size)
    return which, entry


def _portions(reached: Floats, homes: _Homes) -> Iterator[tuple[int, int]]:
    """Split runs so that no portion has many more entries to look at than fit into memory."""
    entries = np.isfinite(reached) @ np.diff(homes.begin)
    portion = np.cumsum(entries) // _CELLS_AT_ONCE
    bounds = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), len(reached)]
    yield from pairwise(bounds)


def _shortest(point: Ints, run: Ints, metres: Floats) -> tuple[Ints, Ints, Floats]:
    """Keep the shortest walk of each point and run."""
    order = np.lexsort((metres, run, point))
    point, run, metres = point[order], run[order], metres[order]
    fresh = (np.diff(point, prepend=-1) != 0) | (np.diff(run, prepend=-1) != 0)
    return point[fresh], run[fresh], metres[fresh]
