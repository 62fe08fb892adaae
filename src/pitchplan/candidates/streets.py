"""Which street a kerb belongs to, and on which side of it."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.areas import Areas
from pitchplan.candidates.clearance import Walls
from pitchplan.candidates.places import Places, StreetTable
from pitchplan.candidates.stretches import pair_blocks
from pitchplan.city.layers import City

__all__ = ["StreetFinder"]

_REACH_M = 25.0
_NEAR_M = 9.0
_TURN = np.sin(np.radians(30.0))
_INWARD_M = 0.5
_LOOSE_M = 2.0
_AHEAD_M = 3.0
_BEHIND_M = 10.0
_ON_KERB_M = 1e-6

Floats = NDArray[np.float64]


def compass(dx: Floats, dy: Floats) -> NDArray[np.int8]:
    """Give directions as numbers of the eight points of the compass, as in `places.SIDES`."""
    octant: NDArray[np.int8] = (np.round(np.degrees(np.arctan2(dx, dy)) / 45.0).astype(np.int8) % 8) + 1
    return octant


class StreetFinder:
    """Tells the street of kerbs, by axes where the city has them, else by carriageway polygons.

    Where axes are known, a kerb belongs to the nearest one within 25 m that runs along it (within 30
    degrees) on its carriageway's side, abeam of it; where the carriageways were made from the axes,
    no further than half its width and 2 m, and 10 m more for land behind the footway. Without axes it
    belongs to the polygon it bounds.
    """

    def __init__(self, city: City, kerbs: Walls) -> None:
        self.by_axes = len(city.centrelines) > 0
        frame = city.centrelines if self.by_axes else city.streets
        columns = {c: frame[c].to_numpy() for c in frame.columns if c != "geometry"}
        shapes = np.asarray(frame.geometry.array)
        self.table = StreetTable(columns, shapes if self.by_axes else shapes[:0])
        ground = np.flatnonzero((frame["level"] == 0).to_numpy())
        if self.by_axes:
            coords, line = shapely.get_coordinates(shapes[ground], return_index=True)
            same = line[1:] == line[:-1]
            self.start, self.end, self.row = coords[:-1][same], coords[1:][same], ground[line[:-1][same]]
            span = self.end - self.start
            self.length = np.hypot(span[:, 0], span[:, 1])
            self.reach = np.full(len(span), _REACH_M)
            if city.made_of_lines:
                # A kerb that was made from an axis lies half its width away, and no other kerb is its own.
                self.reach = frame["width_m"].to_numpy(dtype=float)[self.row] / 2 + _LOOSE_M
            self.unit = span / np.maximum(self.length, 1e-9)[:, None]
            self.tree = shapely.STRtree(shapely.linestrings(np.stack([self.start, self.end], axis=1)))
        else:
            self.row, self.areas = ground, Areas(shapes[ground])
            self.borders = _borders(shapes[ground], kerbs)

    def find(self, places: Places) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
        """Give each place's row of the street table, -1 for none, and the number of its side."""
        if not self.by_axes:
            street = self._polygon_of(places)
            side = compass(places.along[:, 1], -places.along[:, 0])
        else:
            behind = _BEHIND_M if places.use.placement == "setback-land" else 0.0
            street, foot = self._nearest_axis(places, _NEAR_M, behind)
            far = (
                np.flatnonzero(street < 0)
                if self.reach.max() + behind > _NEAR_M
                else np.zeros(0, dtype=np.intp)
            )
            if len(far):
                street[far], foot[far] = self._nearest_axis(places.take(far), _REACH_M, behind)
            side = compass(places.kerb_x_m - foot[:, 0], places.kerb_y_m - foot[:, 1])
        return street, np.where(street >= 0, side, 0).astype(np.int8)

    def _nearest_axis(self, places: Places, reach: float, behind: float) -> tuple[NDArray[np.intp], Floats]:
        """Give the axis that runs along each kerb position within a reach, and its nearest point."""
        x, y, ax, ay = places.kerb_x_m, places.kerb_y_m, places.along[:, 0], places.along[:, 1]
        away = np.full(len(places), reach)
        stretch, segment = self.tree.query(places.stretches.spans(x, y, away, away))
        index = places.stretches.index
        owner, foot = np.full(len(places), -1), np.zeros((len(places), 2))
        for block, first in pair_blocks(stretch):
            at, one = index[stretch[block]], segment[block]
            cost, t = self._cost(one, (x[at], y[at], ax[at], ay[at]))
            cost[cost > np.minimum(reach, self.reach[one] + behind)[:, None]] = np.inf
            least = np.minimum.reduceat(cost, first, axis=0)
            group = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(one))))
            # Of equally near axes the first of the table counts, whatever order the index gives them in.
            tied = np.where(
                cost <= least[group], self.row[one][:, None] * len(one) + np.arange(len(one))[:, None], _NONE
            )
            best = np.minimum.reduceat(tied, first, axis=0)
            found = (best < _NONE) & np.isfinite(least)
            chosen = np.where(found, best % len(one), 0)
            rows = index[stretch[block][first]]
            owner[rows[found]] = (best // len(one))[found]
            axis = one[chosen]
            where = np.take_along_axis(t, chosen, axis=0)
            near = self.start[axis] + self.unit[axis] * where[..., None]
            foot[rows[found]] = near[found]
        return owner, foot

    def _cost(self, segment: NDArray[np.intp], kerb: tuple[Floats, ...]) -> tuple[Floats, Floats]:
        """Give the distance to segments where they run along the kerb on the left, else infinity.

        Also how far along its segment each nearest point lies.
        """
        x, y, ax, ay = kerb
        ux, uy = self.unit[segment, :1], self.unit[segment, 1:]
        px, py = x - self.start[segment, :1], y - self.start[segment, 1:]
        t = np.clip(px * ux + py * uy, 0.0, self.length[segment, None])
        away_x, away_y = t * ux - px, t * uy - py
        along = np.abs(ax * uy - ay * ux) <= _TURN
        left, ahead = ax * away_y - ay * away_x, ax * away_x + ay * away_y
        # An axis that ends ahead or behind of a bay does not run along it.
        beside = (left > 0) & (np.abs(ahead) <= np.minimum(left, _AHEAD_M))
        distance = np.sqrt(away_x * away_x + away_y * away_y)
        return np.where(along & beside, distance, np.inf), t

    def _polygon_of(self, places: Places) -> NDArray[np.intp]:
        """Give the carriageway polygon each kerb position bounds, seen half a metre inward."""
        inward = np.stack([-places.along[:, 1], places.along[:, 0]], axis=-1)
        kerb = np.stack([places.kerb_x_m, places.kerb_y_m], axis=-1)
        point = kerb + inward * _INWARD_M
        index, found = places.stretches.index, np.full(len(places), -1)
        # Where no border between two polygons passes, one place tells for its whole stretch.
        none = np.zeros(len(places))
        mixed = np.zeros(len(index), dtype=bool)
        mixed[self.borders.query(places.stretches.spans(point[:, 0], point[:, 1], none, none))[0]] = True
        found[index[~mixed]] = self.areas.first_at(shapely.points(point[index[~mixed, 0]]))[:, None]
        single = np.unique(index[mixed])
        found[single] = self.areas.first_at(shapely.points(point[single]))
        return np.where(found >= 0, self.row[found], -1)


def _borders(polygons: NDArray[np.object_], kerbs: Walls) -> shapely.STRtree:
    """Index the edges of polygons that are no kerb, since another polygon lies beyond them."""
    edges = Walls(polygons)
    middle = shapely.points((edges.start + edges.end) / 2)
    at_kerb, _ = kerbs.tree.query(middle, predicate="dwithin", distance=_ON_KERB_M)
    inner = np.ones(len(edges), dtype=bool)
    inner[at_kerb] = False
    return shapely.STRtree(shapely.linestrings(np.stack([edges.start[inner], edges.end[inner]], axis=1)))


_NONE = np.iinfo(np.intp).max
