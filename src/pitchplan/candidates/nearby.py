"""Everything that places must keep a distance from, measured in one sweep.

One index holds the features of every rule, each in a box as much wider as its rule asks for. A stretch of
places looks into it once. Points are measured in the rectangle's own frame; of lines and polygons only
those whose circumscribed circle comes near are measured exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.areas import half_sides
from pitchplan.candidates.places import Places
from pitchplan.candidates.stretches import pair_blocks, spans
from pitchplan.city.pieces import subdivide
from pitchplan.rules.effects import Near, Refused
from pitchplan.rules.rule import MARGIN_M

__all__ = ["Neighbourhood"]

_PIECE_M = 25.0

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Neighbourhood:
    """The features of several rules under one index.

    Parameters
    ----------
    nears : sequence of Near
        One per rule.
    """

    def __init__(self, nears: Sequence[Near]) -> None:
        self.nears = tuple(nears)
        pieces, owners = zip(*(_pieces(n.shapes) for n in nears), strict=True) if nears else ((), ())
        many = [len(p) for p in pieces]
        self.shapes = np.concatenate(pieces) if nears else np.zeros(0, dtype=object)
        self.feature = np.concatenate(owners) if nears else np.zeros(0, dtype=np.intp)
        self.rule = np.repeat(np.arange(len(nears)), many)
        self.asked = np.repeat([n.distance_m + MARGIN_M for n in nears], many)
        west, south, east, north = shapely.bounds(self.shapes).reshape(-1, 4).T
        self.x, self.y = (west + east) / 2, (south + north) / 2
        self.radius = np.hypot(east - west, north - south) / 2
        self.point = shapely.get_type_id(self.shapes) == 0
        self.tree = shapely.STRtree(
            spans(west - self.asked, south - self.asked, east + self.asked, north + self.asked)
        )
        # Ties go to the feature whose name comes first, whatever the order of the input.
        self.rank = [np.argsort(np.argsort(n.names.astype(str), kind="stable")) for n in nears]

    def refused(self, places: Places) -> list[Refused]:
        """Give, rule by rule, the places nearer to a feature than the rule asks, and the nearest feature."""
        place, item, distance = self._near(places)
        out = []
        order = np.argsort(self.rule[item], kind="stable")
        cut = np.searchsorted(self.rule[item][order], np.arange(len(self.nears) + 1))
        for k, near in enumerate(self.nears):
            mine = order[cut[k] : cut[k + 1]]
            feature = self.feature[item[mine]]
            if near.lets_off is not None and len(mine):
                counts = ~near.lets_off(places, place[mine], feature)
                mine, feature = mine[counts], feature[counts]
            out.append(_nearest(place[mine], distance[mine], feature, self.rank[k]))
        return out

    def _near(self, places: Places) -> tuple[Ints, Ints, Floats]:
        """Find every place and piece nearer than asked: positions of both and metres."""
        none = np.zeros(0, dtype=np.intp)
        if not len(places) or not len(self.shapes):
            return none, none, np.zeros(0)
        stretches = places.stretches
        boxes = stretches.spans(places.x_m, places.y_m, *half_sides(places))
        stretch, item = self.tree.query(boxes)
        found = []
        for block, _ in pair_blocks(stretch):
            at, one = stretches.index[stretch[block]], item[block]
            gap = _gap(places, at, self.x[one, None], self.y[one, None])
            near = (gap < (self.asked[one] + self.radius[one])[:, None]) & stretches.real[stretch[block]]
            pair, k = np.nonzero(near)
            found.append((at[pair, k], one[pair], gap[pair, k]))
        if not found:
            return none, none, np.zeros(0)
        place, item, gap = (np.concatenate(parts) for parts in zip(*found, strict=True))
        solid = np.flatnonzero(~self.point[item])
        box, where = np.unique(place[solid], return_inverse=True)
        gap[solid] = shapely.distance(places.draw(box)[where], self.shapes[item[solid]])
        kept = gap < self.asked[item]
        return place[kept], item[kept], gap[kept]


def _gap(places: Places, at: Ints, x: Floats, y: Floats) -> Floats:
    """Give the distance of points from rectangles, in the rectangles' own frames."""
    px, py = x - places.x_m[at], y - places.y_m[at]
    ax, ay = places.along[:, 0][at], places.along[:, 1][at]
    u = np.maximum(np.abs(px * ax + py * ay) - places.length_m / 2, 0.0)
    v = np.maximum(np.abs(px * ay - py * ax) - places.width_m / 2, 0.0)
    gap: Floats = np.sqrt(u * u + v * v)
    return gap


def _pieces(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """Cut long lines and large polygons into pieces whose circles fit them, with the feature each is of."""
    kind = shapely.get_dimensions(shapes)
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    large = np.hypot(east - west, north - south) > _PIECE_M
    lines, areas = np.flatnonzero(large & (kind == 1)), np.flatnonzero(large & (kind == 2))
    whole = np.flatnonzero(~(large & (kind > 0)))
    coords, owner = shapely.get_coordinates(shapely.segmentize(shapes[lines], _PIECE_M), return_index=True)
    same = owner[1:] == owner[:-1]
    parts = shapely.linestrings(np.stack([coords[:-1][same], coords[1:][same]], axis=1))
    blocks, block_owner = subdivide(shapes[areas])
    pieces = np.concatenate([shapes[whole], parts, blocks])
    return pieces, np.concatenate([whole, lines[owner[:-1][same]], areas[block_owner]]).astype(np.intp)


def _nearest(place: Ints, distance: Floats, feature: Ints, rank: Ints) -> Refused:
    """Keep the nearest feature of each place."""
    order = np.lexsort((rank[feature] if len(feature) else feature, distance, place))
    first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    return Refused(place[first], distance[first], feature[first])
