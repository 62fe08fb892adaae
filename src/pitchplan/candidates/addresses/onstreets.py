"""Finding what was said of a named street: metres from a crossing, a section, a stretch in an area."""

from __future__ import annotations

from typing import NoReturn

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
)
from pitchplan.candidates.addresses.asktext import Said
from pitchplan.candidates.addresses.gazetteer import Gazetteer, is_chinese
from pitchplan.candidates.addresses.pacing import Stops, heading, middle_stops, paced, section_stops
from pitchplan.candidates.addresses.phrases import (
    WORDS_EN,
    corner_line,
    grid_line,
    on_street,
    section_line,
)

__all__ = ["along", "at_corner", "in_section", "on_axis"]

_AGREE_DEG = (25.0, 70.0)
_ACROSS = 0.5
_CORNER_M = 40.0

Ints = NDArray[np.intp]


def along(text: str, said: Said, gazetteer: Gazetteer) -> Asked:
    """Find a place so many metres along a street from a crossing."""
    assert said.metres is not None
    if len(dict.fromkeys(said.streets)) > 2:
        fix = "Name the street and the one crossing the metres are counted from"
        refuse(text, said, "more than two streets are named", fix)
    if len(said.streets) == 1:
        # 经十路口向南100米路西: whichever street leads south from there.
        orders = [rows_of(gazetteer, None, names_of(said.streets[0], gazetteer))]
        _check_own_way(text, said, gazetteer)
    else:
        first, second = (names_of(s, gazetteer) for s in said.streets[:2])
        orders = [rows_of(gazetteer, first, second), rows_of(gazetteer, second, first)]
        # 舜耕路与经十路口: nobody says which of the two is gone along, so the direction must.
        orders = [np.concatenate(orders) if said.along is None else orders[said.along]]
    if not any(len(rows) for rows in orders):
        names = names_of(said.streets[0], gazetteer)
        refuse(text, said, "these streets do not meet", f"{meets(gazetteer, names)}; or give lon and lat")
    area = area_of(text, said, gazetteer)
    walked = [_inside(paced(gazetteer, rows, said.metres), area) for rows in orders]
    for agree in _AGREE_DEG:
        for stops in walked:
            stops = stops.take(stops.turn_deg(said.way) <= agree)
            if len(stops):
                return _told(text, said, gazetteer, stops)
    return _leads_elsewhere(text, said, gazetteer, orders)


def _inside(stops: Stops, area: shapely.Geometry | None) -> Stops:
    return stops if area is None else stops.take(shapely.intersects(area, shapely.points(stops.xy_m)))


def _check_own_way(text: str, said: Said, gazetteer: Gazetteer) -> None:
    """Refuse 经十路口向东100米 where 经十路 itself leads east: the crossing street is not named then."""
    assert said.metres is not None
    names = names_of(said.streets[0], gazetteer)
    own = paced(gazetteer, rows_of(gazetteer, names, list(gazetteer.axes.names)), min(said.metres, 30.0))
    if (own.turn_deg(said.way) <= 45.0).any():
        what = f"{' / '.join(names)} itself leads {WORDS_EN[said.way]}, so the crossing is missing"
        refuse(text, said, what, f"Name the street it is counted from: {meets(gazetteer, names)}")


def _leads_elsewhere(text: str, said: Said, gazetteer: Gazetteer, orders: list[Ints]) -> NoReturn:
    """Refuse a direction in which no street leads so far."""
    assert said.metres is not None
    near = [paced(gazetteer, rows, min(said.metres, 15.0)) for rows in orders]
    short = any(len(s) and (s.turn_deg(said.way) <= _AGREE_DEG[1]).any() for s in near)
    way = WORDS_EN[said.way]
    what = f"no street leads {said.metres:g} m {way}" if short else f"no street leads {way}"
    where = " there" if said.square or said.areas else " from there"
    refuse(text, said, what + where, "Check the direction and the metres, or ask by lon and lat")


def _told(text: str, said: Said, gazetteer: Gazetteer, stops: Stops) -> Asked:
    """Choose the stop on the side that was said; refuse where stops are several places."""
    table = gazetteer.crossings.table.iloc[stops.row]
    metres = round(said.metres or 0.0)
    pairs = zip(table["street"], table["other"], strict=True)
    lines = [on_street(a, said.side, b, said.way, metres) for a, b in pairs]
    place = stops.places()
    if place.max() == 1 and len(said.streets) > 1 and table["street"].nunique() > 1:
        # Two streets part at a small angle: which of them is meant makes a difference.
        place = np.unique(table["street"].to_numpy(dtype=str), return_inverse=True)[1] + 1
    if place.max() > 1:
        first = np.unique(place, return_index=True)[1]
        refuse_several(text, said, gazetteer, [lines[i] for i in first], stops.xy_m[first])
    at = _by_side(stops, said.side)
    x, y, slack = _at_kerb(text, said, gazetteer, stops, at)
    return Asked(x, y, said.side, str(table["street"].iloc[at]), 5.0 + slack + said.spread_m, lines[at])


def _by_side(stops: Stops, side: str) -> int:
    """Choose the outermost axis on a side, else the one nearest to the middle of all."""
    if side:
        return int(np.argmax(stops.xy_m @ heading(side)))
    return int(np.argmin(np.hypot(*(stops.xy_m - stops.xy_m.mean(0)).T)))


def _at_kerb(
    text: str, said: Said, gazetteer: Gazetteer, stops: Stops, at: int
) -> tuple[float, float, float]:
    """Step from the axis to the kerb on a side; give how far off the kerb may be, metres."""
    half = float(stops.half_m[at])
    if not said.side:
        return float(stops.xy_m[at, 0]), float(stops.xy_m[at, 1]), half
    normal = np.array([stops.unit[at, 1], -stops.unit[at, 0]])
    toward = float(normal @ heading(said.side))
    if abs(toward) < _ACROSS:
        sides = [WORDS_EN[p] for p in ("N", "E", "S", "W") if abs(float(normal @ heading(p))) > 0.7]
        fix = f"Its sides here are {' and '.join(sides)}"
        refuse(text, said, f"the street has no {WORDS_EN[said.side]} side here", fix)
    x, y = stops.xy_m[at] + normal * np.sign(toward) * max(half - 1.0, 1.0)
    return float(x), float(y), 0.0


def at_corner(text: str, said: Said, gazetteer: Gazetteer) -> Asked:
    """Find a corner of the crossing of two streets: 舜耕路与经十路交叉口东南角."""
    first, second = (names_of(s, gazetteer) for s in said.streets[:2])
    rows = rows_of(gazetteer, first, second)
    if not len(rows):
        refuse(text, said, "these streets do not meet", f"{meets(gazetteer, first)}; or give lon and lat")
    table = gazetteer.crossings.table.iloc[rows]
    middle = table[["x_m", "y_m"]].to_numpy(dtype=float)
    area = area_of(text, said, gazetteer)
    if area is not None:
        middle = middle[shapely.intersects(area, shapely.points(middle))]
    a, b = str(table["street"].iloc[0]), str(table["other"].iloc[0])
    lines = [corner_line(a, b, said.corner)] * len(middle)
    if not len(middle):
        refuse(text, said, "the streets do not meet in the area said", meets(gazetteer, first))
    if len(middle) > 1:
        refuse_several(text, said, gazetteer, lines, middle)
    axes = gazetteer.axes
    ends = np.isin(axes.street, axes.code(np.array([a, b], dtype=object)))
    off = float(axes.half_m[ends].max()) * 2.0**0.5 + 1.0
    x, y = middle[0] + heading(said.corner) * off
    return Asked(float(x), float(y), "", "", _CORNER_M, lines[0])


def in_section(text: str, said: Said, gazetteer: Gazetteer) -> Asked:
    """Find the middle of a section of a street between two others."""
    street, *ends = (names_of(s, gazetteer) for s in said.streets[:3])
    first, last = (rows_of(gazetteer, street, end) for end in ends)
    if not len(first) or not len(last):
        refuse(text, said, "the street does not meet both of the others", meets(gazetteer, street))
    stops, length = section_stops(gazetteer, first, last)
    if not len(stops):
        refuse(text, said, "no part of the street leads from one to the other", meets(gazetteer, street))
    at = _by_side(stops, said.side)
    x, y, slack = _at_kerb(text, said, gazetteer, stops, at)
    name = str(gazetteer.crossings.table["street"].iloc[stops.row[at]])
    line = section_line(name, said.side, (ends[0][0], ends[1][0]))
    return Asked(x, y, said.side, name, length / 2 + slack, line)


def on_axis(text: str, said: Said, gazetteer: Gazetteer) -> Asked:
    """Find the middle of a street, or of what lies of it in a district, community or square."""
    axes = gazetteer.axes
    names = names_of(said.streets[0], gazetteer)
    area = area_of(text, said, gazetteer)
    if area is None and len(rows_of(gazetteer, names, list(axes.names))):
        fix = f"Say how far and which way from which crossing: {meets(gazetteer, names)}"
        refuse(text, said, "where on the street is missing", fix)
    pieces = np.flatnonzero(np.isin(axes.street, axes.code(np.array(names, dtype=object))))
    if area is not None:
        middle = (axes.xy_m[axes.start[pieces]] + axes.xy_m[axes.end[pieces]]) / 2
        pieces = pieces[shapely.intersects(area, shapely.points(middle))]
    if not len(pieces):
        refuse(text, said, "the street does not pass there", meets(gazetteer, names))
    stops, reach = middle_stops(gazetteer, pieces)
    x, y, slack = _at_kerb(text, said, gazetteer, stops, 0)
    name = str(axes.names[axes.street[stops.piece[0]]])
    square = gazetteer.squares(np.array([x]), np.array([y]))[0]
    line = grid_line(name, said.side, "", square, None, placement="kerbside", chinese=is_chinese(name))
    return Asked(x, y, said.side, name, reach + slack, line)
