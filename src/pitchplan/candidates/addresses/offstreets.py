"""Finding what was said of places off the named streets: open spaces, grid squares."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.addresses.asked import (
    Asked,
    area_of,
    meets,
    names_of,
    refuse,
    refuse_several,
    rows_of,
    where,
)
from pitchplan.candidates.addresses.asktext import Said
from pitchplan.candidates.addresses.gazetteer import Gazetteer, is_chinese
from pitchplan.candidates.addresses.lines import space_middles
from pitchplan.candidates.addresses.pacing import ONE_PLACE_M, heading
from pitchplan.candidates.addresses.phrases import grid_line, in_space
from pitchplan.city.cells import grid_box

__all__ = ["from_afar", "in_named_space", "in_square"]

# Open spaces of one name that lie within it, metres, are parts of one place.
_ONE_SPACE_M = 150.0
_STRIP_M = 15.0

Floats = NDArray[np.float64]


def from_afar(text: str, said: Said, gazetteer: Gazetteer) -> Asked:
    """Find a place off the named streets: as the crow flies from the crossing of two."""
    assert said.metres is not None
    first, second = (names_of(s, gazetteer) for s in said.streets)
    rows = rows_of(gazetteer, first, second)
    if not len(rows):
        refuse(text, said, "these streets do not meet", meets(gazetteer, first))
    table = gazetteer.crossings.table.iloc[rows]
    middle = table[["x_m", "y_m"]].to_numpy(dtype=float)
    xy = middle + heading(said.way) * said.metres
    spread = 5.0 + said.metres * float(np.sin(np.pi / 8))
    # People set out from the crossing that is nearest, as far as the direction tells.
    away = np.hypot(xy[:, None, 0] - middle[:, 0], xy[:, None, 1] - middle[:, 1])
    near = np.diag(away) <= away.min(axis=1) + spread
    area = area_of(text, said, gazetteer)
    if area is not None:
        near = near & shapely.dwithin(area, shapely.points(xy), spread)
    fits = np.flatnonzero(near)
    if not len(fits):
        refuse(text, said, "that is not in the area said", f"It is in {where(gazetteer, xy[0])}")
    pairs = list(zip(table["street"], table["other"], strict=True))
    lines = [_afar_line(said, gazetteer, pairs[i], xy[i]) for i in fits]
    x, y = xy[fits].mean(axis=0)
    apart = float(np.hypot(*(xy[fits] - (x, y)).T).max())
    if apart > ONE_PLACE_M:
        refuse_several(text, said, gazetteer, lines, xy[fits])
    return Asked(float(x), float(y), said.side, "", spread + apart, lines[0])


def _afar_line(said: Said, gazetteer: Gazetteer, streets: tuple[str, str], xy: Floats) -> str:
    near = (*streets, said.way, round(said.metres or 0.0))
    placement = "open-space" if said.inside else "kerbside"
    square = str(gazetteer.squares(xy[:1], xy[1:])[0])
    return grid_line("", said.side, "", square, near, placement=placement, chinese=is_chinese(streets[0]))


def in_square(said: Said, gazetteer: Gazetteer) -> Asked:
    """Take the middle of a grid square."""
    box = grid_box(said.square, gazetteer.bounds)
    assert box is not None
    placement = "open-space" if said.inside else "kerbside"
    line = grid_line("", said.side, "", said.square, None, placement=placement, chinese=gazetteer.chinese)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return Asked(x, y, said.side, "", float(np.hypot(box[2] - x, box[3] - y)), line)


def in_named_space(text: str, said: Said, gazetteer: Gazetteer) -> Asked:
    """Find a place in an open space that has a name."""
    names = names_of(said.spaces[0], gazetteer, "space")
    table = gazetteer.open_spaces[gazetteer.open_spaces["name"].isin(names)]
    shapes = np.asarray(table.geometry.array)
    zone = shapes
    if said.part or said.side:
        middle, _ = space_middles(shapes)
        zone = shapely.intersection(zone, _wedges(shapes, middle, said.part or said.side))
    area = area_of(text, said, gazetteer, 1.0)
    if area is not None:
        zone = shapely.intersection(zone, area)
    if said.streets:
        zone = shapely.intersection(zone, _beside(zone, names_of(said.streets[0], gazetteer), gazetteer))
    fits = np.flatnonzero(shapely.area(zone) > 0.0)
    if not len(fits):
        refuse(text, said, "no part of the open space lies there", "Check the district and the grid square")
    lines = [in_space(n, said.part, (), chinese=is_chinese(n)) for n in table["name"].iloc[fits]]
    whole = len(fits) == 1 and zone is shapes
    middle, radius = space_middles(zone[fits])
    at = int(np.argmax(radius))
    spread = float(shapely.hausdorff_distance(shapely.Point(middle[at]), shapely.union_all(zone[fits])))
    if len(fits) > 1 and spread > _ONE_SPACE_M:
        refuse_several(text, said, gazetteer, lines, middle)
    x, y = float(middle[at, 0]), float(middle[at, 1])
    name = str(table["name"].iloc[fits[at]])
    return Asked(x, y, "", name, float(radius[at]) if whole else spread, lines[at])


def _beside(zone: NDArray[np.object_], names: list[str], gazetteer: Gazetteer) -> NDArray[np.object_]:
    """Draw the strip of each open space that lies along a street: 泉城广场内，临泉城路."""
    axes = gazetteer.axes
    own = np.isin(axes.street, axes.code(np.array(names, dtype=object)))
    ends = np.stack([axes.xy_m[axes.start[own]], axes.xy_m[axes.end[own]]], axis=1)
    street = shapely.multilinestrings(shapely.linestrings(ends))
    strips: NDArray[np.object_] = shapely.buffer(street, shapely.distance(zone, street) + _STRIP_M)
    return strips


def _wedges(shapes: NDArray[np.object_], middle: Floats, part: str) -> NDArray[np.object_]:
    """Draw the eighth of the compass around a direction, from the middle of each open space."""
    turn = np.arctan2(*heading(part)) + np.array([-1.0, 1.0]) * np.pi / 8
    bounds = shapely.bounds(shapes)
    reach = 2.0 * (bounds[:, 2:] - bounds[:, :2]).sum(axis=1)
    corners = np.stack([np.sin(turn), np.cos(turn)], axis=-1) * reach[:, None, None]
    rings = np.stack([middle, middle + corners[:, 0], middle + corners[:, 1]], axis=1)
    wedges: NDArray[np.object_] = shapely.polygons(rings)
    return wedges
