"""Draw the names on the map: streets, open spaces."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.draw import group, label, on_paper
from pitchplan.sheets.ground import Ground, box_points
from pitchplan.sheets.ink import INK, space_class, street_ranks
from pitchplan.sheets.labels import StreetName, name_streets
from pitchplan.sheets.lettering import LEAST_MM, has_cjk, text_width
from pitchplan.sheets.words import latin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.sheet import Sheet

__all__ = ["HALO", "busy_ground", "district_order", "own_part", "space_names", "street_names", "wet_ground"]

HALO: dict[str, Any] = {"stroke": "#FFFFFF", "stroke_linejoin": "round", "paint_order": "stroke"}


_AROUND_MM = 5.0  # how far around its district a page names streets


def own_part(sheet: Sheet) -> Any:
    """Return the polygon of the district a page shows, millimetres; nothing where it shows all."""
    layer = sheet.layers["communities"]
    if not sheet.page.district:
        return None
    own = layer.geometry.to_numpy()[(layer["part"] == sheet.page.district).to_numpy()]
    return shapely.union_all(on_paper(own, sheet.page, margin_mm=3.0))


def wet_ground(sheet: Sheet) -> Ground:
    """Return where water is."""
    layer = sheet.layers["open_spaces"]
    wet = np.array([space_class(k) == "water" for k in layer["kind"]], dtype=bool)
    ground = Ground(sheet.page.frame)
    water = shapely.union_all(on_paper(layer.geometry.to_numpy()[wet], sheet.page, margin_mm=0))
    if not water.is_empty:
        f = sheet.page.frame
        points = box_points(f.x, f.y, f.right, f.bottom)
        shapely.prepare(water)
        ground.take(points[shapely.intersects_xy(water, points[:, 0], points[:, 1])])
    return ground


def district_order(sheet: Sheet) -> list[str]:
    """Return the districts in the order of their communities; a district keeps its tint by it."""
    return list(dict.fromkeys(sheet.layers["communities"]["district"]))


def busy_ground(sheet: Sheet) -> Ground:
    """Return where the streets run, so that names of places rather stand between them."""
    ground = Ground(sheet.page.frame)
    lines = sheet.layers["centrelines"].geometry.to_numpy()
    if len(lines):
        # Cells are half a millimetre wide: no point of a line is farther from the next.
        along = shapely.segmentize(lines, 0.4 * sheet.page.scale / 1000)
        ground.take(sheet.page.to_paper(shapely.get_coordinates(along)))
    return ground


def _quiet_place(
    area: Any, width: float, height: float, ground: Ground, busy: Ground, *, step: float = 4.0
) -> tuple[float, float]:
    """Return the middle of a box inside an area that hides least, the nearest to the area's middle."""
    left, top, right, bottom = area.bounds
    middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(area, tolerance=1.0))[0]
    xs = np.arange(left + width / 2, max(right - width / 2, left + width / 2 + 0.1), step)
    ys = np.arange(top + height / 2, max(bottom - height / 2, top + height / 2 + 0.1), step * 0.75)
    places = np.concatenate([np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2), [middle]])
    half = np.array([width / 2, height / 2])
    boxes = np.column_stack([places - half, places + half])
    shapely.prepare(area)
    outside = 1 - shapely.area(shapely.intersection(area, shapely.box(*boxes.T))) / (width * height)
    away = np.hypot(*(places - middle).T) / math.sqrt(area.area)
    cost = 6 * ground.share_of_boxes(boxes) + 1.5 * busy.share_of_boxes(boxes) + 3 * outside + away
    best = places[int(np.argmin(cost))]
    return float(best[0]), float(best[1])


def street_names(sheet: Sheet, ground: Ground) -> str:
    """Draw the streets' names along their axes, the most important streets first."""
    layer = sheet.layers["centrelines"]
    if not len(layer):
        return ""
    page = sheet.page
    english = latin(sheet.languages[0])
    first, second = (layer[c].to_numpy(object) for c in ("name", "name_en"))
    chosen = np.where(second != "", second, first) if english else first
    both = len(sheet.languages) > 1 and latin(sheet.languages[1])
    ranks = street_ranks(layer["street_class"])
    named = np.flatnonzero(chosen != "")
    names, at, whose = np.unique(chosen[named].astype(str), return_index=True, return_inverse=True)
    rank = np.full(len(names), np.iinfo(int).max)
    np.minimum.at(rank, whose, ranks[named])
    wanted = rank[whose] <= _least_rank(page.scale)
    lines, of = _axes_on_paper(sheet, layer.geometry.to_numpy()[named[wanted]], whose[wanted])
    rows = []
    for k, axis in zip(of, lines, strict=True):
        other = second[named[at[k]]] if both else ""
        rows.append((int(rank[k]), str(names[k]), other if other != names[k] else "", axis))
    rows.sort(key=lambda r: (r[0], -r[3].length, r[1]))
    unit = page.unit
    sizes = tuple(max(LEAST_MM, s * unit) for s in (2.75, 2.4, 2.1, 1.95))
    junctions = page.to_paper(shapely.get_coordinates(sheet.layers["junctions"].geometry.to_numpy()))
    met = [junctions, _boundary_points(sheet)]
    ends = shapely.points(np.concatenate(met))
    found = name_streets(rows, ground, sizes=sizes, apart_mm=80.0, junctions=shapely.STRtree(ends))
    # What all names share is said once: names are many.
    shared = {"stroke_opacity": 0.85, "text_anchor": "middle", **HALO}
    return group("".join(_street_name_xml(n) for n in found), **shared)


def _axes_on_paper(
    sheet: Sheet, geometry: NDArray[Any], group: NDArray[np.intp]
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return each group's lines as one merged axis in millimetres, and which group it is.

    Of a district's page only what lies in or near the district is kept.
    """
    inside = shapely.intersects(shapely.box(*sheet.page.window(-1.0)), geometry)
    group, own = group[inside], own_part(sheet)
    lines = on_paper(geometry[inside], sheet.page, margin_mm=-1.0, tolerance_mm=0.15)
    if own is not None:
        around = shapely.buffer(own, _AROUND_MM)
        shapely.prepare(around)
        near = shapely.intersects(around, lines)
        lines, group = lines[near], group[near]
        cut = ~shapely.covers(around, lines)
        lines[cut] = shapely.intersection(lines[cut], around)
    parts, of = shapely.get_parts(lines, return_index=True)
    line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    parts, group = parts[line], group[of[line]]
    order = np.argsort(group, kind="stable")
    groups, place = np.unique(group[order], return_inverse=True)
    return shapely.line_merge(shapely.multilinestrings(parts[order], indices=place)), groups


def _least_rank(scale: int) -> int:
    """Return the least street that has a name at a scale: lanes are named where one can walk to them."""
    return 3 if scale <= 30_000 else 2 if scale <= 60_000 else 1 if scale <= 150_000 else 0


def _boundary_points(sheet: Sheet) -> NDArray[np.float64]:
    """Return points along the districts' boundaries, which strike through a name that stands there."""
    wholes = sheet.layers["districts"].geometry.to_numpy()
    if len(wholes) < 2:
        return np.zeros((0, 2))
    lines = on_paper(shapely.boundary(wholes), sheet.page, margin_mm=0, tolerance_mm=0.2)
    return np.asarray(shapely.get_coordinates(shapely.segmentize(lines, 0.7)))


def _street_name_xml(name: StreetName) -> str:
    ink = INK["soft"] if name.latin else INK["text"]
    style: dict[str, Any] = {"fill": ink, "stroke_width": f"{name.size * 0.26:.2f}"}
    if name.upright:
        at = np.linspace(0, 1, 2 * len(name.text) + 1)[1::2]
        line = shapely.linestrings(name.points)
        xy = shapely.get_coordinates(shapely.line_interpolate_point(line, at, normalized=True))
        return "".join(
            label(x, y + name.size * 0.37, c, name.size, **style)
            for c, (x, y) in zip(name.text, xy, strict=True)
        )
    xy = name.points
    turn = xy[-1] - xy[0]
    angle = math.degrees(math.atan2(turn[1], turn[0]))
    x, y = (xy[0] + xy[-1]) / 2 * 0.4 + xy.mean(axis=0) * 0.6
    # The baseline lies below the axis, so that the axis runs through the letters' middle.
    return label(
        name.spacing / 2,
        name.size * 0.37,
        name.text,
        name.size,
        letter_spacing=f"{name.spacing:.2f}",
        transform=f"translate({x:.2f} {y:.2f}) rotate({angle:.1f})",
        **style,
    )


def space_names(sheet: Sheet, ground: Ground, busy: Ground) -> str:
    """Draw the names of water, greens and squares that are large enough to hold them."""
    layer = sheet.layers["open_spaces"]
    out = []
    english = latin(sheet.languages[0])
    size = max(LEAST_MM, 2.1 * sheet.page.unit)
    for row in sorted(layer.itertuples(), key=lambda r: -r.geometry.area):
        name = row.name_en or row.name if english else row.name
        pieces = on_paper([row.geometry] if name else [], sheet.page, margin_mm=-1, tolerance_mm=0.2)
        if not len(pieces) or pieces[0].area < 6:
            continue
        ink = {"water": INK["water_text"], "green": INK["green_text"], "paved": INK["soft"]}[
            space_class(row.kind)
        ]
        spacing = size * (0.25 if has_cjk(name) else 0.03)
        width = text_width(name, size) + spacing * len(name)
        x, y = _quiet_place(pieces[0], width + 0.6, size * 1.1, ground, busy, step=1.5)
        box = box_points(x - width / 2, y - size * 0.5, x + width / 2, y + size * 0.5)
        inside = shapely.intersects_xy(pieces[0], box[:, 0], box[:, 1]).mean()
        if ground.share_taken(box) > 0 or inside < (0.55 if space_class(row.kind) == "water" else 0.85):
            continue
        ground.take(box)
        out.append(
            label(
                x + spacing / 2,
                y + size * 0.36,
                name,
                size,
                fill=ink,
                anchor="middle",
                letter_spacing=f"{spacing:.2f}",
                stroke_width=0.4,
                stroke_opacity=0.6,
                **HALO,
            )
        )
    return "".join(out)
