"""Draw what lies under the names and markers: ground, open spaces, buildings, streets, boundaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.sheets.draw import drawn_twice, on_paper, outlines_on_paper, path_data, rect, shape
from pitchplan.sheets.ink import INK, TINTS, space_class, street_ranks
from pitchplan.sheets.mapnames import district_order, own_part

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["base_map", "tints"]

_LINES_FROM = 30_000  # from this scale on, streets are lines
_NO_LANES_FROM = 120_000  # and lanes would be a grey mass
_SHORT_MM = 0.3  # pieces of lines that are not worth drawing


def base_map(sheet: Sheet, shown: set[str]) -> str:
    """Draw the map under names and markers.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    shown : set of str
        What is drawn is added to it, for the legend.

    Returns
    -------
    str
        SVG elements; on a district's page what lies outside of the district is pale.
    """
    layers = [_ground(sheet), _open_spaces(sheet, shown), _footways(sheet, shown), _buildings(sheet, shown)]
    return "".join([*layers, _carriageways(sheet, shown), _veil(sheet), _boundaries(sheet, shown)])


def _veil(sheet: Sheet) -> str:
    """Draw a pale veil over all but the page's own district, and the district's outline."""
    own, f = own_part(sheet), sheet.page.frame
    if own is None:
        return ""
    outside = shapely.difference(shapely.box(f.x - 1, f.y - 1, f.right + 1, f.bottom + 1), own)
    veil = shape([outside], fill="#FFFFFF", fill_opacity=0.62, fill_rule="evenodd")
    return veil + shape([own], fill="none", stroke=INK["district"], stroke_width=1.1, stroke_opacity=0.35)


def tints(sheet: Sheet) -> dict[str, str]:
    """Return each district's tint: by its order, but never that of a neighbour.

    Examples
    --------
    Up to eight districts have eight tints; from the ninth on a tint comes back where no neighbour has it.
    """
    order = district_order(sheet)
    wholes = sheet.layers["districts"].geometry.to_numpy()
    out: dict[str, str] = {}
    for k, district in enumerate(order):
        met = {out[order[j]] for j in range(k) if shapely.dwithin(wholes[k], wholes[j], 1.0)}
        free = [TINTS[(k + step) % len(TINTS)] for step in range(len(TINTS))]
        out[district] = next((tint for tint in free if tint not in met), free[0])
    return out


def _ground(sheet: Sheet) -> str:
    frame, layer = sheet.page.frame, sheet.layers["communities"]
    out = rect(frame.x, frame.y, frame.width, frame.height, fill=INK["ground"])
    for district, tint in tints(sheet).items():
        part = layer.geometry.to_numpy()[(layer["district"] == district).to_numpy()]
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
    wholes = sheet.layers["districts"].geometry.to_numpy()
    if len(wholes) < 2:
        return thin
    shown.add("district")
    lines = on_paper(
        [shapely.line_merge(shapely.union_all(shapely.boundary(wholes)))], sheet.page, tolerance_mm=0.08
    )
    common = {"fill": "none", "stroke": INK["district"], "stroke_linejoin": "round"}
    wide = {"stroke_width": 1.7, "stroke_opacity": 0.16, **common}
    fine = {"stroke_width": 0.5, "stroke_dasharray": "3.2 0.9 0.5 0.9", **common}
    return thin + "".join(drawn_twice(path_data(lines), wide, fine))


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
    if sheet.page.scale > _LINES_FROM:
        return ""
    geometry = on_paper(sheet.layers["buildings"].geometry.to_numpy(), sheet.page)
    geometry = geometry[shapely.area(geometry) > 0.12] if len(geometry) else geometry
    xml = shape(geometry, fill=INK["building"], fill_rule="evenodd")
    if xml:
        shown.add("building")
    return xml


def _carriageways(sheet: Sheet, shown: set[str]) -> str:
    if sheet.page.scale > _LINES_FROM and len(sheet.layers["centrelines"]):
        return _lines(sheet, shown)
    return _areas(sheet, shown)


def _lines(sheet: Sheet, shown: set[str]) -> str:
    """Draw streets as lines, where their true width would be a hair: the lesser, the thinner."""
    layer, scale = sheet.layers["centrelines"], sheet.page.scale
    geometry = layer.geometry.to_numpy()
    ranks = street_ranks(layer["street_class"])
    fine = min(1.0, _LINES_FROM / scale) ** 0.4 * sheet.page.unit
    inks = {0: ("main", 0.9), 1: ("secondary", 0.62), 2: ("street", 0.42), 3: ("street", 0.26)}
    casings, fills = [], []
    for rank in (3, 2, 1, 0):
        if rank == 3 and scale > _NO_LANES_FROM:
            continue
        name, width = inks[rank]
        part = on_paper(geometry[ranks == rank], sheet.page, tolerance_mm=0.1)
        if not len(part):
            continue
        merged = shapely.get_parts(shapely.line_merge(shapely.union_all(part)))
        long = merged[shapely.length(merged) > _SHORT_MM]
        shown.add("main" if rank == 0 else "street")
        common = {"fill": "none", "stroke_linejoin": "round"}
        wide = width * fine
        casing = {"stroke": INK[name + "_edge"], "stroke_width": f"{wide:.3f}", **common}
        if rank == 3:  # too thin for a casing
            casings.append(shape(long, **{**casing, "stroke_width": f"{0.7 * wide:.3f}"}))
            continue
        fill = {"stroke": INK[name], "stroke_width": f"{0.55 * wide:.3f}", **common}
        below, above = drawn_twice(path_data(long), casing, fill)
        casings.append(below)
        fills.append(above)
    return "".join(casings + fills)


def _areas(sheet: Sheet, shown: set[str]) -> str:
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
    ranks = street_ranks(layer["street_class"])
    inks = {0: ("main", 0.34), 1: ("secondary", 0.26), 2: ("street", 0.22), 3: ("street", 0.18)}
    fine = min(1.0, 12_000 / sheet.page.scale) ** 0.5
    casings, fills = [], []
    for rank in (3, 2, 1, 0):
        part = outlines_on_paper(geometry[ranks == rank], sheet.page)
        if not len(part):
            continue
        data, (name, casing) = path_data(part), inks[rank]
        shown.add("main" if rank == 0 else "street")
        common = {"stroke_linejoin": "round"}
        wide = f"{2 * casing * fine:.3f}"
        below, above = drawn_twice(
            data,
            {"fill": "none", "stroke": INK[name + "_edge"], "stroke_width": wide, **common},
            # A hair line of the fill's colour closes seams and keeps far-off lanes from vanishing.
            {"fill": INK[name], "stroke": INK[name], "stroke_width": 0.06, **common},
        )
        casings.append(below)
        fills.append(above)
    return "".join(casings + fills)
