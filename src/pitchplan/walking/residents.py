"""Where residents live: points with whole numbers of people that sum to what was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from pitchplan.city.layers import City

__all__ = ["ResidentPoints", "largest_remainder", "resident_points"]


@dataclass(frozen=True, eq=False)
class ResidentPoints:
    """Points at which residents live.

    Attributes
    ----------
    x_m, y_m : numpy.ndarray of float, shape (n,)
        Easting and northing in the city's CRS, metres.
    residents : numpy.ndarray of int64, shape (n,)
        People at each point, at least one.
    community_id : numpy.ndarray of str, shape (n,)
        Community each point lies in; ``""`` outside all communities.
    basis : str
        What the points were made from.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    residents: NDArray[np.int64]
    community_id: NDArray[np.object_]
    basis: str

    def __len__(self) -> int:
        return len(self.residents)

    @property
    def total(self) -> int:
        """Residents at all points together."""
        return int(self.residents.sum())


def largest_remainder(weights: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Share a whole number out in proportion to weights, in whole parts that sum to it exactly.

    Parameters
    ----------
    weights : numpy.ndarray of float, shape (n,)
        Not negative; all zero counts as all equal.
    total : int
        What is shared out.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        Parts; equal remainders go to the earlier place.

    Examples
    --------
    >>> largest_remainder(np.array([1.0, 1.0, 1.0]), 5)
    array([2, 2, 1])
    """
    if len(weights) == 0:
        return np.zeros(0, dtype=np.int64)
    sure = weights if weights.sum() > 0 else np.ones(len(weights))
    exact = sure / sure.sum() * total
    parts: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    left = total - int(parts.sum())
    # Rounding makes remainders that are equal in exact arithmetic trade places without this.
    remainder = np.round(exact - parts, 9)
    order = np.argsort(-remainder, kind="stable")
    parts[order[:left]] += 1
    return parts


def resident_points(city: City, *, cell_m: float = 50.0) -> ResidentPoints:
    """Place every resident at a point.

    Buildings with residents are taken as they are. Otherwise each community's residents are
    shared out over its buildings by footprint area x storeys (one storey where not known), and
    over square cells where a community has no building. A community without a number of
    residents contributes none.

    Parameters
    ----------
    city : City
        Its ``communities`` and ``buildings`` are used.
    cell_m : float
        Side of a cell, metres.

    Returns
    -------
    ResidentPoints
        Points with at least one resident, ordered by community, then west to east, south to north.
    """
    buildings, communities = city.buildings, city.communities
    known = pd.to_numeric(buildings["residents"], errors="coerce").fillna(0.0).to_numpy(dtype=float)
    levels = pd.to_numeric(buildings["levels"], errors="coerce").fillna(1.0).clip(lower=1.0).to_numpy()
    floor_m2 = shapely.area(buildings.geometry.to_numpy()) * levels
    x, y = _inner_points(buildings.geometry.to_numpy())
    # Who rounding favours must not hang on the order of rows.
    order = np.lexsort((floor_m2, known, y, x))
    x, y, known, floor_m2 = x[order], y[order], known[order], floor_m2[order]
    owner = _community_at(x, y, communities)
    if known.sum() > 0:
        whole = largest_remainder(known, round(float(known.sum())))
        ids = communities["community_id"].to_numpy(dtype=object)
        name = np.array([ids[k] if k >= 0 else "" for k in owner], dtype=object)
        return _ordered(x, y, whole, name, "buildings with residents")
    return _spread(city, x, y, floor_m2, owner, cell_m)


def _spread(
    city: City,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    floor_m2: NDArray[np.float64],
    owner: NDArray[np.int64],
    cell_m: float,
) -> ResidentPoints:
    """Share each community's residents out over its buildings, else over cells."""
    counts = pd.to_numeric(city.communities["residents"], errors="coerce").fillna(0.0).to_numpy(dtype=float)
    parts: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], str]] = []
    used: set[str] = set()
    for k, (ident, count, shape) in enumerate(
        zip(city.communities["community_id"], counts, city.communities.geometry, strict=True)
    ):
        if count <= 0:
            continue
        mine = np.flatnonzero((owner == k) & (floor_m2 > 0))
        if len(mine):
            mine = mine[np.lexsort((y[mine], x[mine]))]
            px, py, weight = x[mine], y[mine], floor_m2[mine]
            used.add("building floor area")
        else:
            px, py, weight = _cells(shape, cell_m)
            used.add(f"cells of {cell_m:g} m")
        parts.append((px, py, largest_remainder(weight, round(float(count))), str(ident)))
    if not parts:
        none = np.zeros(0)
        return ResidentPoints(
            none, none, np.zeros(0, np.int64), np.zeros(0, object), "no numbers of residents"
        )
    name = np.concatenate([np.full(len(p[2]), p[3], dtype=object) for p in parts])
    xs, ys, whole = (np.concatenate([p[i] for p in parts]) for i in range(3))
    return _ordered(xs, ys, whole, name, "communities' residents by " + " and ".join(sorted(used)))


def _ordered(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    residents: NDArray[np.int64],
    name: NDArray[np.object_],
    basis: str,
) -> ResidentPoints:
    order = np.lexsort((residents, y, x, name.astype(str)))
    order = order[residents[order] > 0]
    return ResidentPoints(x[order], y[order], residents[order], name[order], basis)


def _inner_points(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a point inside each shape: the centroid where it lies inside."""
    if len(shapes) == 0:
        return np.zeros(0), np.zeros(0)
    point = shapely.centroid(shapes)
    outside = ~shapely.covers(shapes, point)
    point[outside] = shapely.point_on_surface(shapes[outside])
    return shapely.get_x(point), shapely.get_y(point)


def _community_at(
    x: NDArray[np.float64], y: NDArray[np.float64], communities: gpd.GeoDataFrame
) -> NDArray[np.int64]:
    """Return the row of the community that covers each point, the first by id, or -1."""
    owner = np.full(len(x), -1, dtype=np.int64)
    if len(x) == 0:
        return owner
    shapes = communities.geometry.to_numpy()
    which, community = shapely.STRtree(shapes).query(shapely.points(x, y), predicate="covered_by")
    rank = np.argsort(np.argsort(communities["community_id"].astype(str).to_numpy(), kind="stable"))
    order = np.lexsort((-rank[community], which))
    owner[which[order]] = community[order]
    return owner


def _cells(
    shape: shapely.Geometry, cell_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the centres and covered areas of the square cells that meet a shape."""
    west, south, east, north = shapely.bounds(shape)
    # Cells lie on one lattice for the whole city, so that neighbours share their edges.
    columns = np.arange(np.floor(west / cell_m), np.ceil(east / cell_m))
    rows = np.arange(np.floor(south / cell_m), np.ceil(north / cell_m))
    gx, gy = (a.ravel() * cell_m for a in np.meshgrid(columns, rows))
    piece = shapely.intersection(shapely.box(gx, gy, gx + cell_m, gy + cell_m), shape)
    area = shapely.area(piece)
    keep = area > 0
    px, py = _inner_points(piece[keep])
    return px, py, area[keep]
