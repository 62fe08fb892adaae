"""How far growers drive from the gateways to the spots, and which spots they cannot drive to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from pitchplan.errors import Fault, InputError
from pitchplan.growers.bans import arrivals, clock, closed_zones
from pitchplan.growers.roads import Feet, Roads, roads_of
from pitchplan.schemas import ROUTES, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pitchplan.city.layers import City

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = ["gateway_routes", "unreachable"]

_GATEWAY_M, _SPOT_M = 500.0, 300.0
_OVER_M = 1e-6
_NAMED = 12
_CUT_OFF = "cut off: no way along the streets"


def gateway_routes(
    city: City,
    spots: pd.DataFrame,
    gateways: pd.DataFrame,
    *,
    vehicles: Sequence[str],
    hours: str = "",
) -> pd.DataFrame:
    """Measure the shortest drive from each gateway to each spot for each class of vehicle.

    Parameters
    ----------
    city : City
        Its centrelines and truck-ban zones.
    spots : pandas.DataFrame
        Columns spot_id, number, x_m and y_m, such as ``plan.spots``; where there is a ``street_id``,
        a spot stands at that street though another one is nearer.
    gateways : pandas.DataFrame
        As `read_gateways` returns it.
    vehicles : sequence of str
        Classes of vehicle.
    hours : str
        When selling is open, such as ``plan.season.hours``.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.ROUTES`: a row per gateway, class and spot; where there is no drive, why, by
        the name of the zone. Metres along the streets and from the gateway to its nearest one, rounded up.

    Raises
    ------
    InputError
        The city has no streets, or a gateway lies more than 500 m from every street.

    Notes
    -----
    **Hours.** A street in a zone of kind truck-ban is closed to the classes the zone names if the ban
    holds at a minute at which selling opens, see `bans.arrivals`: a permit promises all opening hours, so
    its holder must get there for each. The way home is not looked at: who has sold may wait for the end
    of a ban. Pitches inside a zone are the rules' business (kind ``zone``: at no hour of the season).

    One-way streets are driven one way, every turn is allowed, and a spot is reached from either side of
    its street. Shortest paths are Dijkstra's.
    """
    if not len(city.centrelines):
        fix = "Read the city with centrelines, or from an OpenStreetMap extract"
        raise InputError(Fault("no streets to drive along", fix, "city", column="centrelines"))
    roads = roads_of(city)
    names = [str(n) for n in gateways["name"]]
    source = roads.feet(gateways[["x_m", "y_m"]].to_numpy(float), [""] * len(names), within_m=_GATEWAY_M)
    far = sorted(set(range(len(names))) - set(source.place.tolist()))
    if far:
        fix = "Check lon and lat, and that the streets reach that far"
        what = f"no street within {_GATEWAY_M:.0f} m of it"
        raise InputError(*(Fault(what, fix, "gateways", row=names[k], column="lon, lat") for k in far))
    own = as_text(spots["street_id"]).tolist() if "street_id" in spots else [""] * len(spots)
    target = roads.feet(spots[["x_m", "y_m"]].to_numpy(float), own, within_m=_SPOT_M)
    minutes = arrivals(hours)
    parts = [pd.DataFrame(columns=ROUTES.names)]
    for vehicle in dict.fromkeys(vehicles):
        never, banned = roads.closed(closed_zones(roads.zones, vehicle, minutes), vehicle)
        free, before = _drives(roads, never, source, target, len(spots))
        found = _drives(roads, never | banned, source, target, len(spots))[0] if banned.any() else free
        say = _Why(roads, source, target, free, before, banned, vehicle, clock(minutes))
        parts.append(_rows(names, vehicle, spots, found, say))
    return pd.concat(parts[1:] or parts, ignore_index=True)[ROUTES.names]


def unreachable(routes: pd.DataFrame) -> list[str]:
    """Say which spots are reached from no gateway: those cut off, and by class those behind bans.

    Parameters
    ----------
    routes : pandas.DataFrame
        As `gateway_routes` returns it.

    Returns
    -------
    list of str
        A line for each class of vehicle that is kept from some spots, and for each reason.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"gateway": "north", "vehicle": "tractor", "spot_id": "R1", "number": 4, "drive_m": None,
    ...        "why": "in truck-ban zone Z1, closed to a tractor at 06:00"}
    >>> unreachable(pd.DataFrame([row]))
    ['not reached: 4 (in truck-ban zone Z1, closed to a tractor at 06:00)']
    """
    reached = routes.groupby(["vehicle", "number"])["drive_m"].transform("count") > 0
    lost = routes[~reached].drop_duplicates(["vehicle", "number"])
    lost = lost.drop_duplicates(["why", "number"])
    return [
        f"not reached: {_listed(sorted(int(n) for n in own['number']))} ({why})"
        for why, own in lost.groupby("why", sort=True)
    ]


def _listed(numbers: list[int]) -> str:
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return ", ".join(map(str, numbers[:_NAMED])) + more


def _drives(
    roads: Roads, closed: Bools, source: Feet, target: Feet, spots: int
) -> tuple[Floats, tuple[csr_array, Floats]]:
    """Return metres from each gateway to each spot, shape (g, s), and what the way back needs."""
    g, n = roads.graph, roads.graph.nodes
    matrix = roads.matrix(closed, source)
    reach = np.asarray(dijkstra(matrix, directed=True, indices=n + np.arange(len(source.edge))))
    ahead, back = roads.ways_through(closed)
    e, along = target.edge, target.along_m
    at_start, at_end = roads.at_nodes(target)
    by_start = np.where(ahead[e] | at_start, reach[:, g.start[e]] + along, np.inf)
    by_end = np.where(back[e] | at_end, reach[:, g.end[e]] + g.length_m[e] - along, np.inf)
    step = along[None, :] - source.along_m[:, None]
    same = (source.edge[:, None] == e[None, :]) & np.where(step >= 0, ahead[e], back[e])
    direct = np.where(same, np.abs(step) + source.away_m[:, None], np.inf)
    out = np.full((len(source.edge), spots), np.inf)
    out[:, target.place] = np.minimum(np.minimum(by_start, by_end), direct)
    return np.ceil(out - _OVER_M), (matrix, reach)


@dataclass(frozen=True, eq=False)
class _Why:
    """What is needed to say why there is no way."""

    roads: Roads
    source: Feet
    target: Feet
    free: Floats
    before: tuple[csr_array, Floats]
    banned: Bools
    vehicle: str
    arrive: str

    def __call__(self, gate: int, spot: int) -> str:
        """Say why there is no way from a gateway to a spot."""
        at = np.flatnonzero(self.target.place == spot)
        if not len(at):
            return f"no street within {_SPOT_M:.0f} m of the spot"
        if not np.isfinite(self.free[gate, spot]):
            return _CUT_OFF
        edge = int(self.target.edge[at[0]])
        if self.banned[edge]:
            return f"in {self._zones([edge])}, closed to a {self.vehicle} at {self.arrive}"
        return (
            f"only through {self._zones(self._path(gate, edge))}, closed to a {self.vehicle} at {self.arrive}"
        )

    def _zones(self, edges: list[int]) -> str:
        """Name the zones in which closed ones of some edges lie."""
        shut = [e for e in edges if self.banned[e]]
        names = self.roads.zones["zone_id"].astype(str).to_numpy()[self.roads.inside[:, shut].any(axis=1)]
        return f"truck-ban zone{'s' if len(names) > 1 else ''} {', '.join(names)}"

    def _path(self, gate: int, edge: int) -> list[int]:
        """Return the edges of a shortest way that heeds no ban, backwards from an edge."""
        g, (matrix, reach) = self.roads.graph, self.before
        columns = matrix.tocsc()
        ends = [int(g.start[edge]), int(g.end[edge])]
        node = min(ends, key=lambda k: reach[gate, k])
        out = [edge, int(self.source.edge[gate])]
        while node < g.nodes:
            ways = slice(columns.indptr[node], columns.indptr[node + 1])
            tails, metres = columns.indices[ways], columns.data[ways]
            # Other gateways lead here too; from this one they are infinitely far.
            before = int(tails[np.argmin(reach[gate, tails] + metres)])
            pair = ((g.start == before) & (g.end == node)) | ((g.end == before) & (g.start == node))
            out += np.flatnonzero(pair).tolist()
            node = before
        return out


def _rows(names: list[str], vehicle: str, spots: pd.DataFrame, metres: Floats, say: Any) -> pd.DataFrame:
    """Put drives of one class of vehicle into rows."""
    rows = pd.DataFrame(
        {
            "gateway": np.repeat(np.array(names, dtype=object), len(spots)),
            "vehicle": vehicle,
            "spot_id": np.tile(spots["spot_id"].to_numpy(dtype=object), len(names)),
            "number": np.tile(spots["number"].to_numpy(), len(names)),
            "drive_m": np.where(np.isfinite(metres), metres, np.nan).ravel(),
        }
    )
    why = np.full(metres.shape, "", dtype=object)
    for gate, spot in np.argwhere(~np.isfinite(metres)):
        why[gate, spot] = say(int(gate), int(spot))
    return rows.assign(why=why.ravel())
