"""Polygons that many places are held against: which one a place lies in, and how much it overlaps."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.places import Places
from pitchplan.city.pieces import overlap_areas

__all__ = ["Areas"]

_SMALL_M = 100.0

Floats = NDArray[np.float64]


class Areas:
    """A layer of polygons under an index of their edges, built once and asked many times.

    Most places lie far from every edge: one look tells a whole stretch of them apart. Only where an edge
    passes a stretch, places are measured one by one.

    Parameters
    ----------
    polygons : ndarray of shapely geometry
        Valid polygons or multipolygons.
    """

    def __init__(self, polygons: NDArray[np.object_]) -> None:
        self.polygons = np.asarray(polygons, dtype=object)
        shapely.prepare(self.polygons)
        self.tree = shapely.STRtree(self.polygons)
        west, south, east, north = shapely.bounds(self.polygons).reshape(-1, 4).T
        small = np.hypot(east - west, north - south) < _SMALL_M
        coords, owner = shapely.get_coordinates(shapely.get_rings(self.polygons[~small]), return_index=True)
        same = owner[1:] == owner[:-1]
        edges = shapely.linestrings(np.stack([coords[:-1][same], coords[1:][same]], axis=1))
        # A small polygon's box is as good as its edges.
        self.edges = shapely.STRtree(np.concatenate([edges, self.polygons[small]]))

    def __len__(self) -> int:
        return len(self.polygons)

    def lie_in(self, places: Places) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Give the polygon each place's centre lies in, and whether one polygon covers the whole place.

        Returns
        -------
        home : ndarray of int, shape (places,)
            Row of the polygon, the first of several; -1 where there is none.
        whole : ndarray of bool, shape (places,)
            Whether one polygon covers the rectangle, up to rounding.
        """
        home, mixed = self._by_stretch(places)
        whole = home >= 0
        if len(mixed):
            home[mixed] = self.first_at(shapely.points(places.centre[mixed]))
            boxes = places.draw(mixed)
            shapely.prepare(boxes)
            _, covered = shapely.STRtree(boxes).query(self.polygons, predicate="covers")
            whole[mixed] = False
            whole[mixed[covered]] = True
        return home, whole

    def overlaps(self, places: Places, *, joined: bool) -> tuple[Floats, NDArray[np.intp]]:
        """Measure how much of each place lies on the polygons.

        Parameters
        ----------
        places : Places
        joined : bool
            Whether the overlaps with all polygons are added up (they must not overlap each other);
            else the greatest counts.

        Returns
        -------
        area : ndarray of float, shape (places,)
            Square metres.
        which : ndarray of int, shape (places,)
            Polygon of the greatest overlap; -1 for none.
        """
        home, mixed = self._by_stretch(places)
        area = np.where(home >= 0, places.length_m * places.width_m, 0.0)
        which = home
        if len(mixed):
            area[mixed], which[mixed] = self._measured(places.draw(mixed), joined)
        return area, which

    def _by_stretch(self, places: Places) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Tell stretches that no edge passes, by one of their places; give the other places apart."""
        half_x, half_y = half_sides(places)
        stretches = places.stretches
        boxes = stretches.spans(places.x_m, places.y_m, half_x, half_y)
        passed = np.zeros(len(stretches), dtype=bool)
        passed[self.edges.query(boxes)[0]] = True
        clear = np.flatnonzero(~passed)
        home = np.full(len(places), -1)
        member = shapely.points(places.centre[stretches.index[clear, 0]])
        home[stretches.index[clear]] = self.first_at(member)[:, None]
        return home, np.unique(stretches.index[passed])

    def first_at(self, points: NDArray[np.object_]) -> NDArray[np.intp]:
        """Give the first polygon that holds or touches each point, -1 where none does."""
        out = np.full(len(points), len(self.polygons))
        polygon, point = shapely.STRtree(points).query(self.polygons, predicate="intersects")
        np.minimum.at(out, point, polygon)
        out[out == len(self.polygons)] = -1
        return out

    def _measured(self, boxes: NDArray[np.object_], joined: bool) -> tuple[Floats, NDArray[np.intp]]:
        polygon, box = shapely.STRtree(boxes).query(self.polygons, predicate="intersects")
        which = np.full(len(boxes), -1)
        if joined:
            some = np.unique(box)
            area = np.zeros(len(boxes))
            area[some] = overlap_areas(boxes[some], self.polygons[np.unique(polygon)], largest=False)
            which[box] = polygon
            return area, which
        over = shapely.area(shapely.intersection(self.polygons[polygon], boxes[box]))
        order = np.lexsort((polygon, -over, box))
        first = order[np.flatnonzero(np.diff(box[order], prepend=-1))]
        area = np.zeros(len(boxes))
        area[box[first]], which[box[first]] = over[first], polygon[first]
        return area, which


def half_sides(places: Places, more_m: float = 0.0) -> tuple[Floats, Floats]:
    """Give half the sides of the upright boxes around the rectangles, so many metres wider."""
    ax, ay = np.abs(places.along[:, 0]), np.abs(places.along[:, 1])
    half_l, half_w = places.length_m / 2, places.width_m / 2
    return ax * half_l + ay * half_w + more_m, ay * half_l + ax * half_w + more_m
