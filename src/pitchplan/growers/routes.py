"""The drive from where growers enter the city to each spot, by class of vehicle."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from pitchplan.errors import Fault, InputError
from pitchplan.growers.bans import BAN, arrivals, clock, closed_zones
from pitchplan.schemas import ROUTES
from pitchplan.walking.graph import walk_graph
from pitchplan.walking.ways import ways_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.city.layers import City
    from pitchplan.walking.graph import WalkGraph

__all__ = ["gateway_routes"]

_GATEWAY_M, _SPOT_M = 500.0, 300.0
_SAMPLE_M = 5.0
_AT_M = 0.01  # so near a crossing is at it


def gateway_routes(
    city: City,
    spots: pd.DataFrame,
    gateways: pd.DataFrame,
    *,
    vehicles: Sequence[str],
    hours: str = "",
) -> pd.DataFrame:
    """Measure the shortest drive from each gateway to each spot for each class of vehicle.

    Drives follow the city's centrelines, one-way streets in their direction alone. A street in a
    truck ban is closed to the classes that the ban names, if it holds at a minute at which selling
    opens (`bans.arrivals`).

    Parameters
    ----------
    city : City
        Its centrelines and zones.
    spots : pandas.DataFrame
        Columns spot_id, number, x_m and y_m, such as ``plan.spots``.
    gateways : pandas.DataFrame
        As `read_gateways` returns it.
    vehicles : sequence of str
        Classes of vehicle.
    hours : str
        When selling is open, such as ``plan.season.hours``.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.ROUTES`: a row per gateway, class and spot; where there is no drive, why.

    Raises
    ------
    InputError
        The city has no streets, or a gateway lies more than 500 m from every street.
    """
    if not len(city.centrelines):
        fix = "Read the city with centrelines, or from an OpenStreetMap extract"
        raise InputError(Fault("no streets to drive along", fix, "city", column="centrelines"))
    graph = walk_graph(ways_of(city.centrelines, None, left_out=frozenset()))
    network = _Network(graph, city)
    places = gateways[["x_m", "y_m"]].to_numpy(float), spots[["x_m", "y_m"]].to_numpy(float)
    from_at, to_at = network.placed(places[0], _GATEWAY_M), network.placed(places[1], _SPOT_M)
    far = [str(n) for n, edge in zip(gateways["name"], from_at[0], strict=True) if edge < 0]
    if far:
        fix = "Check lon and lat, and that the streets reach that far"
        what = f"no street within {_GATEWAY_M:.0f} m of it"
        raise InputError(*(Fault(what, fix, "gateways", row=name, column="lon, lat") for name in far))
    minutes = arrivals(hours)
    rows: list[pd.DataFrame] = []
    for vehicle in dict.fromkeys(vehicles):
        closed = network.closed(vehicle, minutes)
        metres = network.drives(from_at, to_at, ~closed)
        barred = (to_at[0] >= 0) & closed[np.maximum(to_at[0], 0)]
        why = np.where(
            to_at[0] < 0,
            f"no street within {_SPOT_M:.0f} m of the spot",
            np.where(barred, f"in a zone closed to a {vehicle} at {clock(minutes)}", "no way open to it"),
        )
        for name, drive in zip(gateways["name"], metres, strict=True):
            rows.append(
                pd.DataFrame(
                    {
                        "gateway": name,
                        "vehicle": vehicle,
                        "spot_id": spots["spot_id"].to_numpy(object),
                        "number": spots["number"].to_numpy(),
                        "drive_m": np.where(np.isfinite(drive), np.ceil(drive - 1e-6), np.nan),
                        "why": np.where(np.isfinite(drive), "", why),
                    }
                )
            )
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=ROUTES.names)
    return table[ROUTES.names]


class _Network:
    """Streets as edges that may be driven one way, the other, or both."""

    def __init__(self, graph: WalkGraph, city: City) -> None:
        self.graph, self.zones = graph, city.zones
        oneway = city.centrelines["oneway"].fillna("").astype(str).to_numpy()[graph.ways.row[graph.line]]
        self.forward, self.backward = oneway != "reverse", oneway != "yes"

    def placed(self, places: NDArray[np.float64], within_m: float) -> tuple[Any, Any, Any]:
        """Return edge (-1 for none), metres along it and metres to it of each place's nearest street."""
        found = self.graph.footing(places, within_m=within_m)
        edge = np.full(len(places), -1, dtype=np.int64)
        along, away = np.zeros(len(places)), np.zeros(len(places))
        edge[found.place], along[found.place], away[found.place] = found.edge, found.along_m, found.away_m
        return edge, along, away

    def closed(self, vehicle: str, minutes: tuple[int, ...]) -> NDArray[np.bool_]:
        """Return which edges run through a zone that is closed to a class of vehicle."""
        graph = self.graph
        none = np.zeros(len(graph.start), dtype=bool)
        bans = self.zones[self.zones["kind"] == BAN]
        shut = bans.geometry.to_numpy()[np.array(closed_zones(bans, vehicle, minutes), dtype=bool)]
        if not len(shut):
            return none
        area = shapely.union_all(shut)
        shapely.prepare(area)
        count = np.maximum(1, np.ceil(graph.length_m / _SAMPLE_M)).astype(np.int64)
        edge = np.repeat(np.arange(len(count)), count)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + 0.5
        at = graph.from_m[edge] + graph.length_m[edge] * step / count[edge]
        xy = self._points(graph.line[edge], at)
        inside = shapely.contains_xy(area, xy[:, 0], xy[:, 1])
        none[edge[inside]] = True
        return none

    def _points(self, line: NDArray[np.int64], along_m: NDArray[np.float64]) -> NDArray[np.float64]:
        ways = self.graph.ways
        starts = np.flatnonzero(ways.first)
        size = np.diff(starts, append=len(ways.xy_m))
        lines = shapely.linestrings(ways.xy_m, indices=np.repeat(np.arange(len(starts)), size))
        return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(lines[line], along_m)))

    def drives(self, origins: Any, goals: Any, open_: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the shortest drives, metres, shape (origins, goals); infinite where there is none."""
        graph = self.graph
        ahead, back = self.forward & open_, self.backward & open_
        n, k = graph.nodes, len(origins[0])
        o_edge, o_along, o_away = origins
        # A node of its own per origin, from which both ends of its edge are reached.
        own = n + np.arange(k)
        one, other, gap = graph.links
        a = [graph.start[ahead], graph.end[back], one, other]
        b = [graph.end[ahead], graph.start[back], other, one]
        m = [graph.length_m[ahead], graph.length_m[back], gap, gap]
        for allowed, node, metres in (
            (ahead, graph.end, graph.length_m[o_edge] - o_along),
            (back, graph.start, o_along),
        ):
            # Who stands at a crossing may take any street that leaves it.
            can = allowed[o_edge] | (metres <= _AT_M)
            a.append(own[can])
            b.append(node[o_edge[can]])
            m.append(metres[can])
        matrix = _least(np.concatenate(a), np.concatenate(b), np.concatenate(m), n + k)
        reached = dijkstra(matrix, directed=True, indices=own)
        g_edge, g_along, _ = goals
        out = np.full((k, len(g_edge)), np.inf)
        some = np.flatnonzero(g_edge >= 0)
        e, along = g_edge[some], g_along[some]
        rest = graph.length_m[e] - along
        by_start = np.where(ahead[e] | (along <= _AT_M), reached[:, graph.start[e]] + along, np.inf)
        by_end = np.where(back[e] | (rest <= _AT_M), reached[:, graph.end[e]] + rest, np.inf)
        out[:, some] = np.minimum(by_start, by_end)
        for i, j in itertools.product(range(k), some.tolist()):
            if o_edge[i] == g_edge[j] and open_[g_edge[j]]:
                step = g_along[j] - o_along[i]
                if (step >= 0 and ahead[g_edge[j]]) or (step <= 0 and back[g_edge[j]]):
                    out[i, j] = min(out[i, j], abs(step))
        return np.asarray(out + o_away[:, None])


def _least(a: Any, b: Any, metres: Any, n: int) -> csr_array:
    """Return the shortest of the edges between two nodes; a sparse matrix would add them up."""
    order = np.lexsort((metres, b, a))
    a, b, metres = a[order], b[order], metres[order]
    kept = ((np.diff(a, prepend=-1) != 0) | (np.diff(b, prepend=-1) != 0)) & (a != b)
    # An edge without length is one all the same: a sparse matrix takes 0 for none.
    return csr_array((np.maximum(metres[kept], 1e-9), (a[kept], b[kept])), shape=(n, n))
