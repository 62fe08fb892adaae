"""Corners of junctions: between the kerbs of two arms that follow each other around a node."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

__all__ = ["Corners", "junction_corners"]

_LEAST_DEG, _MOST_DEG = 20.0, 160.0
_LEAST_ARMS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Corners:
    """Corners of junctions, one entry of every array for each.

    Attributes
    ----------
    point : ndarray of float, shape (n, 2)
        Where the two kerbs would meet, were the corner not rounded.
    first, second : ndarray of float, shape (n, 2)
        Unit vectors from there along the two kerbs, away from the junction.
    name : ndarray of str, shape (n,)
    """

    point: Floats
    first: Floats
    second: Floats
    name: NDArray[np.object_]

    def triangles(self, leg_m: float) -> NDArray[np.object_]:
        """Draw the triangles between the corners and the points so far along both kerbs."""
        tips = [self.point, self.point + leg_m * self.first, self.point + leg_m * self.second]
        drawn: NDArray[np.object_] = shapely.polygons(np.stack(tips, axis=1))
        return drawn


def junction_corners(axes: gpd.GeoDataFrame) -> Corners:
    """Find the corners of every junction on the ground.

    Parameters
    ----------
    axes : geopandas.GeoDataFrame
        Columns as `schemas.CENTRELINES`. A junction is a point that three or more arms leave; an arm
        runs as the first stretch of its line does and is as wide as its street.

    Returns
    -------
    Corners
        Between neighbouring arms that meet at 20 to 160 degrees, in order of position and direction.
    """
    arms = _arms(axes[(axes["level"] == 0).to_numpy()])
    after = _next_around(arms["node"].to_numpy())
    a = arms[["dx", "dy"]].to_numpy()
    b = a[after]
    cross, dot = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(axis=1)
    angle = np.degrees(np.arctan2(cross, dot)) % 360.0
    kept = (angle >= _LEAST_DEG) & (angle <= _MOST_DEG)
    a, b, half = a[kept], b[kept], arms["half"].to_numpy()
    # Left of the first arm and right of the second: x = s·a + t·b with x·left(a) = half of a's width.
    along_b = half[kept] / cross[kept]
    along_a = half[after][kept] / cross[kept]
    node = arms[["x", "y"]].to_numpy()[kept]
    point = node + along_a[:, None] * a + along_b[:, None] * b
    turn = np.degrees(np.arctan2(a[:, 0], a[:, 1])) % 360.0
    name = [f"corner-{x:.0f}-{y:.0f}-{t:.0f}" for (x, y), t in zip(node, turn, strict=True)]
    return Corners(point, a, b, np.array(name, dtype=object))


def _arms(axes: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the arms of all junctions: node, its x and y, direction and half the width, around each node."""
    coords, row = shapely.get_coordinates(axes.geometry.array, return_index=True)
    same = np.flatnonzero(row[1:] == row[:-1])
    half = axes["width_m"].astype(float).fillna(8.0).to_numpy() / 2
    parts = []
    for start, end in ((same, same + 1), (same + 1, same)):
        span = coords[end] - coords[start]
        length = np.hypot(*span.T)
        long = length > 1e-6
        x, y = np.round(coords[start][long], 3).T
        dx, dy = (span[long] / length[long, None]).T
        parts.append(pd.DataFrame({"x": x, "y": y, "dx": dx, "dy": dy, "half": half[row[start][long]]}))
    arms = pd.concat(parts, ignore_index=True)
    arms = arms[arms.groupby(["x", "y"])["dx"].transform("size") >= _LEAST_ARMS]
    arms = arms.assign(node=arms.groupby(["x", "y"]).ngroup(), turn=np.arctan2(arms["dy"], arms["dx"]))
    return arms.sort_values(["node", "turn", "half"], kind="stable", ignore_index=True)


def _next_around(node: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give for each arm the next one around its node, against the clock."""
    begin = np.flatnonzero(np.diff(node, prepend=-1))
    after = np.arange(1, len(node) + 1)
    after[np.append(begin[1:], len(node))[: len(begin)] - 1] = begin
    return after
