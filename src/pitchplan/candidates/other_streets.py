"""Carriageways of other streets: where a place reaches into the mouth of a street that is not its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.places import Places
from pitchplan.city.layers import City
from pitchplan.city.pieces import subdivide

__all__ = ["TURN_DEG", "OtherStreets"]

TURN_DEG = 30.0
"""A street that runs along a place within so many degrees is no other street for it."""

_SAMPLE_M = 5.0
_OWN_SHARE = 0.5
_AXIS_M = 50.0

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class OtherStreets:
    """The carriageway polygons of a city and the axes that run in them.

    An axis is a polygon's own if at least half of it lies in the polygon, or half as much as of the axis
    with the most. The axis of a main street, which a side street's polygon ends at, is not that street's
    own; one polygon for all streets is the own of all of them.

    Parameters
    ----------
    city : City
        With carriageway polygons and axes.
    """

    def __init__(self, city: City) -> None:
        ground = np.flatnonzero((city.streets["level"] == 0).to_numpy())
        self.polygons = np.asarray(city.streets.geometry.array)[ground]
        self.names = city.streets["street_id"].to_numpy(dtype=object)[ground]
        axes = city.centrelines
        key = street_keys(axes["name"], axes["street_id"])
        self.key, self.keys = key, int(key.max(initial=-1)) + 1
        polygon, axis = _own_axes(city, ground)
        self.own = np.unique(polygon * self.keys + key[axis])
        self._segments(np.asarray(axes.geometry.array), polygon, axis)
        with_axis = np.zeros(len(self.polygons), dtype=bool)
        with_axis[polygon] = True
        known = np.flatnonzero(with_axis)
        self.pieces, owner = subdivide(self.polygons[known])
        self.owner = known[owner]
        shapely.prepare(self.pieces)
        self.tree = shapely.STRtree(self.pieces)
        self.bounds = shapely.bounds(self.pieces).reshape(-1, 4)

    def overlaps(self, places: Places) -> tuple[Floats, Ints]:
        """Measure how much of each place lies in the carriageway of another street.

        Returns
        -------
        area : ndarray of float, shape (places,)
            Greatest overlap with one polygon whose axis runs in another direction, square metres.
        which : ndarray of int, shape (places,)
            Row of that polygon among those on the ground; -1 where there is none.
        """
        place, piece = self._near(places)
        area, which = np.zeros(len(places)), np.full(len(places), -1)
        if not len(place):
            return area, which
        some, where = np.unique(place, return_inverse=True)
        boxes = places.draw(some)[where]
        met = shapely.intersects(self.pieces[piece], boxes)
        over = shapely.area(shapely.intersection(self.pieces[piece[met]], boxes[met]))
        pair, back = np.unique(place[met] * len(self.polygons) + self.owner[piece[met]], return_inverse=True)
        total = np.bincount(back, weights=over, minlength=len(pair))
        place, polygon = pair // len(self.polygons), pair % len(self.polygons)
        turned = self._turned(places, place, polygon)
        place, polygon, total = place[turned], polygon[turned], total[turned]
        order = np.lexsort((polygon, -total, place))
        first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
        area[place[first]], which[place[first]] = total[first], polygon[first]
        return area, which

    def _near(self, places: Places) -> tuple[Ints, Ints]:
        """Pair places with pieces of other streets' carriageways whose boxes meet."""
        reach = np.full(len(places), np.hypot(places.length_m, places.width_m) / 2)
        stretches = places.stretches
        spans = stretches.spans(places.x_m, places.y_m, reach, reach)
        stretch, piece = self.tree.query(spans)
        key = np.append(self.key, -1)[places.street]
        # Nearly always a stretch stands on one street, and meets nothing but that street's carriageway.
        first, same = key[stretches.index[:, 0]], np.ptp(key[stretches.index], axis=1) == 0
        strange = ~(same[stretch] & self._is_own(self.owner[piece], first[stretch]))
        stretch, piece = stretch[strange], piece[strange]
        row, column = np.nonzero(stretches.real[stretch])
        place, piece = stretches.index[stretch[row], column], piece[row]
        west, south, east, north = self.bounds[piece].T
        x, y, far = places.x_m[place], places.y_m[place], reach[0] if len(reach) else 0.0
        kept = (x > west - far) & (x < east + far) & (y > south - far) & (y < north + far)
        kept &= ~self._is_own(self.owner[piece], key[place])
        return place[kept], piece[kept]

    def _is_own(self, polygon: Ints, key: Ints) -> NDArray[np.bool_]:
        """Tell whether polygons hold an axis of a street."""
        return np.isin(polygon * self.keys + key, self.own) & (key >= 0)

    def _segments(self, axes: NDArray[np.object_], polygon: Ints, axis: Ints) -> None:
        """List the segments of every polygon's own axes, polygon by polygon."""
        order = np.argsort(polygon, kind="stable")
        coords, row = shapely.get_coordinates(axes[axis[order]], return_index=True)
        same = row[1:] == row[:-1]
        self.start, self.end = coords[:-1][same], coords[1:][same]
        self.of = polygon[order][row[:-1][same]]
        self.segments = shapely.STRtree(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    def _turned(self, places: Places, place: Ints, polygon: Ints) -> NDArray[np.bool_]:
        """Tell where the nearest axis, of those within 50 m, runs more than 30 degrees from a place."""
        at, segment = self.segments.query(
            shapely.points(places.centre[place]), predicate="dwithin", distance=_AXIS_M
        )
        own = self.of[segment] == polygon[at]
        at, segment = at[own], segment[own]
        a, b = self.start[segment], self.end[segment]
        span, to = b - a, places.centre[place[at]] - a
        length = np.maximum((span * span).sum(1), 1e-12)
        t = np.clip((to * span).sum(1) / length, 0.0, 1.0)
        away = np.hypot(*(to - t[:, None] * span).T)
        order = np.lexsort((segment, away, at))
        nearest = order[np.flatnonzero(np.diff(at[order], prepend=-1))]
        unit = span[nearest] / np.sqrt(length[nearest])[:, None]
        along = places.along[place[at[nearest]]]
        cross = np.abs(unit[:, 0] * along[:, 1] - unit[:, 1] * along[:, 0])
        turned = np.zeros(len(place), dtype=bool)
        turned[at[nearest]] = cross > np.sin(np.radians(TURN_DEG))
        return turned


def street_keys(name: pd.Series, street_id: pd.Series) -> Ints:
    """Give numbers to streets by their names, or by their ids where they have none."""
    named = name.astype(str).where(name.astype(str) != "", street_id.astype(str))
    return np.asarray(pd.factorize(named)[0], dtype=np.intp)


def _own_axes(city: City, ground: Ints) -> tuple[Ints, Ints]:
    """Pair the polygons on the ground with their own axes."""
    streets, axes = city.streets, city.centrelines
    if len(streets) == len(axes) and (streets["street_id"].to_numpy() == axes["street_id"].to_numpy()).all():
        # Carriageways that were made from axes stand in the order of these.
        return np.arange(len(ground)), ground
    on = np.flatnonzero((axes["level"] == 0).to_numpy())
    lines = shapely.segmentize(np.asarray(axes.geometry.array)[on], _SAMPLE_M)
    coords, row = shapely.get_coordinates(lines, return_index=True)
    same = row[1:] == row[:-1]
    middle = shapely.points((coords[:-1] + coords[1:])[same] / 2)
    length = np.hypot(*np.diff(coords, axis=0)[same].T)
    polygons = np.asarray(streets.geometry.array)[ground]
    polygon, point = shapely.STRtree(middle).query(polygons, predicate="intersects")
    inside = pd.DataFrame({"polygon": polygon, "axis": on[row[:-1][same]][point], "m": length[point]})
    total = inside.groupby(["polygon", "axis"], as_index=False)["m"].sum()
    whole = shapely.length(np.asarray(axes.geometry.array))[total["axis"].to_numpy(dtype=np.intp)]
    own = total["m"] >= _OWN_SHARE * np.minimum(total.groupby("polygon")["m"].transform("max"), whole)
    total = total[own]
    return total["polygon"].to_numpy(dtype=np.intp), total["axis"].to_numpy(dtype=np.intp)
