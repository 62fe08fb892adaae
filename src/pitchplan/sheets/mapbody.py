"""Draw the map inside its frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.districtnames import district_names
from pitchplan.sheets.draw import on_paper, path_data, rect, shape
from pitchplan.sheets.ground import Ground, box_points
from pitchplan.sheets.ink import INK, SYMBOL_KINDS, TINTS, space_class, street_rank
from pitchplan.sheets.mapnames import (
    busy_ground,
    district_order,
    space_names,
    street_names,
    wet_ground,
)
from pitchplan.sheets.markers import Marker, place_markers
from pitchplan.sheets.symbols import flag_width, marker_xml, symbol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.sheet import Sheet

__all__ = ["draw_map", "marker_layout", "pitch_polygons", "rectangles"]


def draw_map(sheet: Sheet) -> tuple[str, frozenset[str]]:
    """Draw everything inside the frame.

    Parameters
    ----------
    sheet : Sheet
        What is shown.

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
    markers = marker_layout(sheet, pitches, symbols)
    ground = _taken_ground(sheet, pitches, markers)
    xml = [_ground(sheet), _open_spaces(sheet, shown), _footways(sheet, shown), _buildings(sheet, shown)]
    xml += [_carriageways(sheet, shown), _boundaries(sheet, shown)]
    symbols_xml = _symbols(sheet, symbols, ground, shown)
    busy = busy_ground(sheet)
    districts = district_names(sheet, ground, busy, wet_ground(sheet))
    names = street_names(sheet, ground)
    spaces = space_names(sheet, ground, busy)
    xml += [districts, names, spaces, symbols_xml]
    if len(pitches):
        xml.append(shape(pitches, fill=INK["pitch"], stroke="#FFFFFF", stroke_width=0.08))
        shown.add("pitch")
    if markers:
        shown.add("marker")
    xml.append(marker_xml(markers, sheet.published.spots))
    return "".join(xml), frozenset(shown)


def marker_layout(
    sheet: Sheet, pitches: NDArray[Any] | None = None, symbols: dict[str, NDArray[np.float64]] | None = None
) -> list[Marker]:
    """Place the sheet's markers.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    pitches : array of polygons, optional
        The pitches in millimetres, worked out if not given.
    symbols : dict of str to array, optional
        Symbols' places in millimetres, worked out if not given.

    Returns
    -------
    list of Marker
        One per spot, in the spots' order; no two boxes overlap.
    """
    spots = sheet.published.spots
    pitches = _pitches(sheet) if pitches is None else pitches
    symbols = _symbol_places(sheet) if symbols is None else symbols
    unit = sheet.page.unit
    digits = max((len(str(n)) for n in spots["number"]), default=1)
    radius = (2.35 if digits <= 2 else 2.95) * max(unit, 1.0)
    flags = np.array([flag_width(c, max(unit, 1.0)) for c in spots["capacity"]], dtype=float)
    places = sheet.page.to_paper(spots[["x_m", "y_m"]].to_numpy(float))
    shy = [shapely.get_coordinates(shapely.centroid(pitches)) if len(pitches) else np.zeros((0, 2))]
    shy += list(symbols.values())
    return place_markers(places, flags, sheet.page.frame, radius=radius, shy_of=np.concatenate(shy))


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
    return on_paper(pitch_polygons(sheet), sheet.page, tolerance_mm=0.0)


def _symbol_places(sheet: Sheet) -> dict[str, NDArray[np.float64]]:
    """Return the places of the few kinds of features that have a symbol, thinned where they crowd."""
    layer = sheet.layers["keep_clear"]
    frame = sheet.page.frame
    out: dict[str, NDArray[np.float64]] = {}
    kinds = np.array([SYMBOL_KINDS.get(k, "") for k in layer["kind"]], dtype=object)
    for kind in ("station", "hospital-gate", "school-gate", "bus-stop"):
        chosen = layer.geometry.to_numpy()[kinds == kind]
        if not len(chosen):
            continue
        xy = sheet.page.to_paper(shapely.get_coordinates(shapely.point_on_surface(chosen)))
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


def _taken_ground(sheet: Sheet, pitches: NDArray[Any], markers: list[Marker]) -> Ground:
    ground = Ground(sheet.page.frame)
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


def _ground(sheet: Sheet) -> str:
    frame, layer = sheet.page.frame, sheet.layers["communities"]
    out = rect(frame.x, frame.y, frame.width, frame.height, fill=INK["ground"])
    for k, district in enumerate(district_order(sheet)):
        part = layer.geometry.to_numpy()[(layer["district"] == district).to_numpy()]
        tint = TINTS[k % len(TINTS)]
        # Its own colour as a hair line closes the seams between neighbouring polygons.
        out += shape(
            on_paper(part, sheet.page), fill=tint, stroke=tint, stroke_width=0.1, fill_rule="evenodd"
        )
    return out


def _boundaries(sheet: Sheet, shown: set[str]) -> str:
    layer = sheet.layers["communities"]
    if len(layer) < 2:
        return ""
    geometry = layer.geometry.to_numpy()
    outlines = shapely.union_all(shapely.boundary(geometry))
    # Dots, since dashes in the middle of a street would read as its lane markings.
    thin = shape(
        on_paper([shapely.line_merge(outlines)], sheet.page, tolerance_mm=0.08),
        fill="none",
        stroke=INK["community"],
        stroke_width=0.3,
        stroke_linecap="round",
        stroke_dasharray="0.02 0.9",
    )
    shown.add("community")
    districts = district_order(sheet)
    if len(districts) < 2:
        return thin
    shown.add("district")
    wholes = [shapely.union_all(geometry[(layer["district"] == d).to_numpy()]) for d in districts]
    lines = on_paper(
        [shapely.line_merge(shapely.union_all(shapely.boundary(wholes)))], sheet.page, tolerance_mm=0.08
    )
    common = {"fill": "none", "stroke": INK["district"], "stroke_linejoin": "round"}
    return (
        thin
        + shape(lines, stroke_width=1.7, stroke_opacity=0.16, **common)
        + shape(lines, stroke_width=0.5, stroke_dasharray="3.2 0.9 0.5 0.9", **common)
    )


def _open_spaces(sheet: Sheet, shown: set[str]) -> str:
    layer = sheet.layers["open_spaces"]
    classes = np.array([space_class(k) for k in layer["kind"]], dtype=object)
    out = ""
    for name, edge in (("green", None), ("paved", INK["paved_edge"]), ("water", INK["water_edge"])):
        part = on_paper(layer.geometry.to_numpy()[classes == name], sheet.page)
        xml = shape(
            part, fill=INK[name], fill_rule="evenodd", stroke=edge, stroke_width=0.22 if edge else None
        )
        out += xml
        if xml:
            shown.add(name)
    return out


def _footways(sheet: Sheet, shown: set[str]) -> str:
    if sheet.page.scale > 20_000:  # thinner than a printer's finest line
        return ""
    xml = shape(
        on_paper(sheet.layers["footways"].geometry.to_numpy(), sheet.page),
        fill=INK["footway"],
        fill_rule="evenodd",
    )
    if xml:
        shown.add("footway")
    return xml


def _buildings(sheet: Sheet, shown: set[str]) -> str:
    geometry = on_paper(sheet.layers["buildings"].geometry.to_numpy(), sheet.page)
    geometry = geometry[shapely.area(geometry) > 0.12] if len(geometry) else geometry
    xml = shape(geometry, fill=INK["building"], fill_rule="evenodd")
    if xml:
        shown.add("building")
    return xml


def _carriageways(sheet: Sheet, shown: set[str]) -> str:
    layer = sheet.layers["streets"]
    geometry = layer.geometry.to_numpy()
    if not len(layer):
        layer = sheet.layers["centrelines"]
        widths = np.nan_to_num(layer["width_m"].to_numpy(float), nan=6.0)
        geometry = (
            shapely.buffer(layer.geometry.to_numpy(), widths / 2, cap_style="flat")
            if len(layer)
            else np.zeros(0, dtype=object)
        )
    ranks = np.array([street_rank(c) for c in layer["street_class"]], dtype=int)
    inks = {0: ("main", 0.34), 1: ("secondary", 0.26), 2: ("street", 0.22), 3: ("street", 0.18)}
    fine = min(1.0, 12_000 / sheet.page.scale) ** 0.5
    casings, fills = [], []
    for rank in (3, 2, 1, 0):
        part = on_paper(geometry[ranks == rank], sheet.page)
        if not len(part):
            continue
        data, (name, casing) = path_data(part), inks[rank]
        shown.add("main" if rank == 0 else "street")
        common = f'<path d="{data}" stroke-linejoin="round" '
        casings.append(
            f'{common}fill="none" stroke="{INK[name + "_edge"]}" stroke-width="{2 * casing * fine:.3f}"/>\n'
        )
        # A hair line of the fill's colour closes seams and keeps far-off lanes from vanishing.
        fills.append(f'{common}fill="{INK[name]}" stroke="{INK[name]}" stroke-width="0.06"/>\n')
    return "".join(casings + fills)


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
