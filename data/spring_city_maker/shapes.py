"""Smooth lines and frames along them; everything in metres."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]


def spline(points: Array, *, closed: bool = False, step: float = 6.0) -> Array:
    """Draw a centripetal Catmull-Rom curve through the points.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Control points, metres.
    closed : bool
        Whether the curve returns to its start.
    step : float
        Distance between the samples, metres.

    Returns
    -------
    ndarray, shape (m, 2)
        The samples; the last one is the last control point.
    """
    if closed:
        padded = np.vstack([points[-1], points, points[0], points[1]])
    else:
        padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.hypot(*np.diff(padded, axis=0).T)))])
    pieces = []
    for i in range(1, len(padded) - 2):
        p, t = padded[i - 1 : i + 3], knots[i - 1 : i + 3]
        count = max(2, int(np.ceil(np.hypot(*(p[2] - p[1])) / step)))
        u = np.linspace(t[1], t[2], count, endpoint=False)[:, None]
        a = [((t[k + 1] - u) * p[k] + (u - t[k]) * p[k + 1]) / (t[k + 1] - t[k]) for k in range(3)]
        b = [((t[k + 2] - u) * a[k] + (u - t[k]) * a[k + 1]) / (t[k + 2] - t[k]) for k in range(2)]
        pieces.append(((t[2] - u) * b[0] + (u - t[1]) * b[1]) / (t[2] - t[1]))
    return np.vstack([*pieces, padded[-2]])


def blob(points: tuple[tuple[float, float], ...]) -> Polygon:
    """Draw a smooth closed shape through the points."""
    return Polygon(spline(np.array(points, dtype=float), closed=True, step=15.0)).simplify(0.8)


class Axis:
    """A line with chainage: it knows where metre 120 is and which way it runs there."""

    def __init__(self, coords: Array) -> None:
        self.coords = np.asarray(coords, dtype=float)
        self.chainage = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self.coords, axis=0).T))])
        self.length = float(self.chainage[-1])
        self.line = LineString(self.coords)

    def at(self, s: float) -> tuple[Array, Array]:
        """Return the place and the unit vector ahead at chainage ``s``."""
        s = min(max(s, 0.0), self.length)
        place = np.array([np.interp(s, self.chainage, self.coords[:, k]) for k in (0, 1)])
        low, high = max(0.0, s - 2.0), min(self.length, s + 2.0)
        ahead = np.array(
            [np.interp(high, self.chainage, c) - np.interp(low, self.chainage, c) for c in self.coords.T]
        )
        return place, ahead / np.hypot(*ahead)

    def beside(self, s: float, offset: float) -> Array:
        """Return the place ``offset`` metres left (negative: right) of chainage ``s``."""
        place, ahead = self.at(s)
        return place + offset * np.array([-ahead[1], ahead[0]])

    def chainage_of(self, place: Array) -> float:
        """Return the chainage nearest to a place."""
        return float(self.line.project(Point(place)))

    def parallel(self, offset: float, start: float, end: float) -> LineString:
        """Return the line ``offset`` metres left of the axis between two chainages."""
        inside = self.chainage[(self.chainage > start + 0.5) & (self.chainage < end - 0.5)]
        return LineString([self.beside(s, offset) for s in [start, *inside, end]])

    def strip(self, start: float, end: float, near: float, far: float) -> Polygon:
        """Return the band between two offsets and two chainages."""
        a, b = self.parallel(near, start, end), self.parallel(far, start, end)
        return Polygon([*a.coords, *list(b.coords)[::-1]])


def box_along(centre: Array, ahead: Array, length: float, depth: float) -> Polygon:
    """Return a rectangle with its long side along a unit vector."""
    across = np.array([-ahead[1], ahead[0]])
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    return Polygon([centre + i * length / 2 * ahead + j * depth / 2 * across for i, j in corners])


def polygons_in(shape: BaseGeometry, *, at_least: float = 0.0) -> list[Polygon]:
    """Return the single polygons of a shape that are larger than an area in square metres."""
    parts = shapely.get_parts(shape)
    return [p for p in parts if p.geom_type == "Polygon" and p.area > at_least]


def lines_in(shape: BaseGeometry, *, at_least: float = 0.0) -> list[LineString]:
    """Return the single lines of a shape that are longer than a length in metres."""
    parts = shapely.get_parts(shapely.line_merge(shape))
    return [p for p in parts if p.geom_type == "LineString" and p.length > at_least]
