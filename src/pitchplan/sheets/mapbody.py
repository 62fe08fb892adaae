"""Draw the map inside its frame."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.basemap import base_map
from pitchplan.sheets.districtnames import district_names
from pitchplan.sheets.draw import on_paper, shape
from pitchplan.sheets.edges import draw_edges, inside_edges
from pitchplan.sheets.ground import Ground, box_points
from pitchplan.sheets.ink import INK
from pitchplan.sheets.insets import draw_inset_frames
from pitchplan.sheets.mapnames import (
    busy_ground,
    own_part,
    space_names,
    street_names,
    wet_ground,
)
from pitchplan.sheets.numbering import Numbering, numbers_on
from pitchplan.sheets.signs import SIGNS, sign_of
from pitchplan.sheets.symbols import marker_xml, other_dots, spot_dots, symbol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.markers import Marker
    from pitchplan.sheets.page import Rect
    from pitchplan.sheets.sheet import Sheet

__all__ = ["draw_map", "marker_layout", "pitch_polygons", "rectangles"]


_PITCHES_UP_TO = 25_000  # a bay of 6 m is a quarter of a millimetre there
_BESIDE_MM = 2.0  # how far from its district a page still shows symbols


def draw_map(sheet: Sheet, others: NDArray[np.float64] | None = None) -> tuple[str, frozenset[str]]:
    """Draw everything inside the frame.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    others : array of shape (n, 2), optional
        Spots of other pages, millimetres: dots without a number.

    Returns
    -------
    xml : str
        SVG elements, to be clipped to the frame.
    shown : frozenset of str
        What is really drawn; the legend explains these and no others.
    """
    shown: set[str] = set()
    pitches = _pitches(sheet)
    symbols = _symbol_places(sheet)
    # An overview whose list has pages of its own shows where the spots are, not which is which.
    dotted = sheet.page.listing == "districts"
    placed = Numbering([], None) if dotted else numbers_on(sheet, pitches, symbols, _pitches)
    ground = _taken_ground(inside_edges(sheet), pitches, placed.markers)
    if placed.inset is not None:
        for f in (placed.inset.frame, placed.inset.window):
            ground.take_box(f.x, f.y, f.right, f.bottom)
    xml = [_under_the_numbers(sheet, ground, pitches, symbols, shown)]
    if others is not None and len(others):
        xml.append(other_dots(others))
        shown.add("other_spot")
    if placed.inset is not None:
        xml.append(_inset(sheet, placed, shown))
    if placed.markers:
        shown.add("marker" if placed.flagged else "marker_bare")
    xml.append("" if dotted else marker_xml(placed.markers, sheet.published.spots))
    xml.append(draw_edges(sheet))
    return "".join(xml), frozenset(shown)


def _under_the_numbers(
    sheet: Sheet,
    ground: Ground,
    pitches: NDArray[Any],
    symbols: dict[str, NDArray[np.float64]],
    shown: set[str],
) -> str:
    """Draw the base map, the names where the ground is free, symbols and pitches."""
    xml = [base_map(sheet, shown)]
    symbols_xml = _symbols(sheet, symbols, ground, shown)
    busy = busy_ground(sheet)
    if sheet.page.listing == "districts":
        # Names rather stand where no dots are; in a small district they stand over them.
        busy.take(sheet.page.to_paper(sheet.published.spots[["x_m", "y_m"]].to_numpy(float)))
        xml.append(spot_dots(sheet))
        shown.add("dot")
    districts = district_names(sheet, ground, busy, wet_ground(sheet))
    names = street_names(sheet, ground)
    xml += [districts, names, space_names(sheet, ground, busy), symbols_xml]
    if len(pitches):
        xml.append(shape(pitches, fill=INK["pitch"], stroke="#FFFFFF", stroke_width=0.08))
        shown.add("pitch")
    return "".join(xml)


def _inset(sheet: Sheet, placed: Numbering, shown: set[str]) -> str:
    """Draw an inset's map, its frame, and on the map the spots that it numbers."""
    assert placed.inset is not None
    inset = placed.inset
    near = replace(sheet, page=inset.page)
    f, pitches = inset.frame, _pitches(near)
    ground = _taken_ground(f, pitches, [m for m, i in zip(placed.markers, inset.inside, strict=True) if i])
    body = _under_the_numbers(near, ground, pitches, {}, shown)
    # A drawing within the drawing clips what is beyond its frame, and needs no name for that.
    box = f'x="{f.x:.2f}" y="{f.y:.2f}" width="{f.width:.2f}" height="{f.height:.2f}"'
    view = f'viewBox="{f.x:.2f} {f.y:.2f} {f.width:.2f} {f.height:.2f}"'
    spots = sheet.published.spots[["x_m", "y_m"]].to_numpy(float)[inset.inside]
    dots = "".join(
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".5" fill="{INK["red"]}"/>'
        for x, y in sheet.page.to_paper(spots)
    )
    return f"{dots}\n<svg {box} {view}>\n{body}</svg>\n{draw_inset_frames(sheet, inset)}"


def marker_layout(sheet: Sheet) -> list[Marker]:
    """Place the sheet's markers.

    Parameters
    ----------
    sheet : Sheet
        What is shown.

    Returns
    -------
    list of Marker
        One per spot, in the spots' order; no two boxes overlap.
    """
    return numbers_on(sheet, _pitches(sheet), _symbol_places(sheet), _pitches).markers


def pitch_polygons(sheet: Sheet) -> NDArray[Any]:
    """Return each pitch's rectangle in the planning CRS."""
    p = sheet.published.pitches
    return rectangles(*(p[c].to_numpy(float) for c in ("x_m", "y_m", "bearing_deg", "length_m", "width_m")))


def rectangles(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    bearing_deg: NDArray[np.float64],
    length: NDArray[np.float64],
    width: NDArray[np.float64],
) -> NDArray[Any]:
    """Return rectangles by centre, direction of the long side clockwise from north, and sides."""
    turn = np.radians(bearing_deg)
    along = np.column_stack([np.sin(turn), np.cos(turn)]) * (length / 2)[:, None]
    across = np.column_stack([np.cos(turn), -np.sin(turn)]) * (width / 2)[:, None]
    centre = np.column_stack([x, y])
    corners = np.stack(
        [centre - along - across, centre - along + across, centre + along + across, centre + along - across],
        1,
    )
    return np.asarray(shapely.polygons(corners)) if len(x) else np.zeros(0, dtype=object)


def _pitches(sheet: Sheet) -> NDArray[Any]:
    if sheet.page.scale > _PITCHES_UP_TO:
        return np.zeros(0, dtype=object)
    return on_paper(pitch_polygons(sheet), sheet.page, tolerance_mm=0.0)


def _symbol_places(sheet: Sheet) -> dict[str, NDArray[np.float64]]:
    """Return the places of the few kinds of features that have a symbol, thinned where they crowd."""
    layer = sheet.layers["keep_clear"]
    frame = sheet.page.frame
    out: dict[str, NDArray[np.float64]] = {}
    own = own_part(sheet)
    kinds = np.array([sign_of(k, sheet.page.scale) for k in layer["kind"]], dtype=object)
    for kind in SIGNS:
        chosen = layer.geometry.to_numpy()[kinds == kind]
        if not len(chosen):
            continue
        xy = sheet.page.to_paper(shapely.get_coordinates(shapely.point_on_surface(chosen)))
        if own is not None:
            xy = xy[shapely.dwithin(own, shapely.points(xy), _BESIDE_MM)]
        inside = (
            (xy[:, 0] > frame.x + 2)
            & (xy[:, 0] < frame.right - 2)
            & (xy[:, 1] > frame.y + 2)
            & (xy[:, 1] < frame.bottom - 2)
        )
        kept: list[NDArray[np.float64]] = []
        for place in xy[inside][np.lexsort(xy[inside].T)]:
            if all(abs(place[0] - k[0]) + abs(place[1] - k[1]) > 4.0 for k in kept[-400:]):
                kept.append(place)
        if kept:
            out[kind] = np.array(kept)
    return out


def _taken_ground(frame: Rect, pitches: NDArray[Any], markers: list[Marker]) -> Ground:
    ground = Ground(frame)
    for m in markers:
        ground.take_box(*m.box)
        ground.take(
            np.linspace(
                [m.x, m.y], [m.spot_x, m.spot_y], 2 + int(math.hypot(m.x - m.spot_x, m.y - m.spot_y) / 0.4)
            )
        )
    if len(pitches):
        ground.take(shapely.get_coordinates(pitches))
        ground.take(shapely.get_coordinates(shapely.centroid(pitches)))
    return ground


def _symbols(sheet: Sheet, places: dict[str, NDArray[np.float64]], ground: Ground, shown: set[str]) -> str:
    out = []
    size = 1.9 * sheet.page.unit
    for kind, xy in places.items():
        for x, y in xy:
            half = size / 2
            if ground.share_taken(box_points(x - half, y - half, x + half, y + half)) > 0:
                continue
            ground.take_box(x - half, y - half, x + half, y + half)
            out.append(symbol(kind, float(x), float(y), size))
            shown.add(kind)
    return "".join(out)
