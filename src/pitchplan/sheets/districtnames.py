"""Draw the districts' names: inside their districts, as large as these allow, never over a marker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.draw import label, on_paper
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, has_cjk, text_width
from pitchplan.sheets.mapnames import HALO
from pitchplan.sheets.words import latin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.ground import Ground
    from pitchplan.sheets.sheet import Sheet

__all__ = ["district_names"]

_FEW = 6  # up to so many districts have large names
_STEP = 0.88  # from one size to the next smaller one
# Large letters may be pale and still be read: 3:1 from 14 pt bold on, else 4.5:1 (WCAG 2.2, 1.4.3).
LARGE_MM, PALE = 4.94, 0.85
_EDGE = 0.9  # space to the district's boundary, millimetres


@dataclass(frozen=True)
class _Name:
    """One district's name and where it may stand."""

    lines: tuple[tuple[str, ...], ...]  # ways to break it
    second: str
    area: Any  # millimetres, prepared
    middle: NDArray[np.float64]  # of about the largest circle in it
    spacing: float

    def box(self, lines: tuple[str, ...], size: float) -> tuple[float, float]:
        """Return width and height of the name at a size, millimetres."""
        wide = max(text_width(line, size, bold=True, spacing=self.spacing) for line in lines)
        wide -= self.spacing * size
        second = text_width(self.second, _small(size), spacing=0.12)
        high = (1.12 * len(lines) - 0.1) * size + (1.3 * _small(size) if self.second else 0.0)
        return max(wide, second), high


def _small(size: float) -> float:
    return max(size * 0.48, LEAST_MM)


def district_names(sheet: Sheet, ground: Ground, busy: Ground, wet: Ground) -> str:
    """Draw the districts' names where they hide least; markers come first.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    ground : Ground
        What is taken by markers and pitches; the names' places are taken from it too.
    busy : Ground
        Where the streets run: names rather stand between them.
    wet : Ground
        Water: a district's name on a lake would read as the lake's.

    Returns
    -------
    str
        SVG elements. A name for which a district has no room at all is left out: the list has it.
    """
    names = _names(sheet)
    many = len(names) > _FEW
    unit = sheet.page.unit
    least = max(LEAST_MM, 2.0 * unit)
    found = []
    for name in names:
        largest = ((7.0, 3.9) if name.spacing > 0.2 else (5.4, 3.3))[many] * unit
        found.append(_fitted(name, largest, least, ground, busy, wet))
    sizes = sorted(f[0] for f in found if f)
    # Many names look calm in one size: three in four could be larger.
    cap = max(sizes[len(sizes) // 4], least * 1.2) if many and sizes else math.inf
    out = ""
    for name, place in zip(names, found, strict=True):
        if place is not None and place[0] > cap:
            place = _fitted(name, cap, least, ground, busy, wet)
        if place is not None:
            size, lines, x, y = place
            wide, high = name.box(lines, size)
            ground.take_box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            out += _name_xml(name, size, lines, x, y)
    return out


def _names(sheet: Sheet) -> list[_Name]:
    layer = sheet.layers["communities"]
    built = _built_up(sheet)
    out = []
    of, in_english = (layer[c].to_numpy(object) for c in ("district", "district_en"))
    wholes = sheet.layers["districts"].geometry.to_numpy()
    for district, area_m in zip(sheet.layers["districts"]["district"], wholes, strict=True):
        whole = on_paper([area_m], sheet.page, margin_mm=0, tolerance_mm=0.2)
        in_latin = next((t for t in in_english[of == district] if t), "")
        first = in_latin if latin(sheet.languages[0]) and in_latin else district
        if not first or not len(whole):
            continue
        second = in_latin if len(sheet.languages) > 1 and in_latin != first else ""
        inside = shapely.intersection(whole[0], built)
        area = shapely.buffer(inside if inside.area > 0.1 * whole[0].area else whole[0], -_EDGE)
        if not area.is_empty:
            shapely.prepare(area)
            middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(area, tolerance=1.0))[0]
            out.append(_Name(_broken(first), second, area, middle, 0.5 if has_cjk(first) else 0.1))
    return out


def _built_up(sheet: Sheet) -> Any:
    """Return where the city is: a district's name stands there, not on empty land of its polygon."""
    streets = sheet.layers["junctions"] if len(sheet.layers["junctions"]) else sheet.layers["streets"]
    xy = sheet.page.to_paper(shapely.get_coordinates(streets.geometry.to_numpy()))
    f = sheet.page.frame
    inside = ((xy >= [f.x, f.y]) & (xy <= [f.right, f.bottom])).all(axis=1)
    if not inside.any():
        return shapely.box(f.x, f.y, f.right, f.bottom)
    return shapely.convex_hull(shapely.linestrings(np.concatenate([xy[inside], xy[inside][:1]])))


def _broken(name: str) -> tuple[tuple[str, ...], ...]:
    """Return a name in one line, and in two lines as equal as its spaces and hyphens allow."""
    places = [i + 1 for i, c in enumerate(name[:-1]) if c in " -/" and i > 1]
    if not places or has_cjk(name):
        return ((name,),)
    at = min(places, key=lambda i: max(text_width(name[:i], 1.0), text_width(name[i:], 1.0)))
    return ((name,), (name[:at].strip(), name[at:].strip()))


def _fitted(
    name: _Name, largest: float, least: float, ground: Ground, busy: Ground, wet: Ground
) -> tuple[float, tuple[str, ...], float, float] | None:
    """Return the largest size at which a name fits its district, how it is broken, and its middle."""
    size = largest
    while size >= least - 1e-9:
        best = None
        for lines in name.lines:
            place = _free_place(name, name.box(lines, size), ground, busy, wet)
            if place is not None and (best is None or place[0] < best[0] - 0.3):
                best = (place[0], lines, *place[1:])
        if best is not None:
            return size, *best[1:]
        size = max(size * _STEP, least) if size > least else 0.0
    return None


def _free_place(
    name: _Name, box: tuple[float, float], ground: Ground, busy: Ground, wet: Ground, *, step: float = 1.5
) -> tuple[float, float, float] | None:
    """Return cost and middle of the best box that lies inside an area and on nothing that is taken."""
    half, area, middle = np.array(box) / 2 + 0.5, name.area, name.middle
    left, top, right, bottom = area.bounds
    xs = np.arange(left + half[0], right - half[0] + 0.01, step)
    ys = np.arange(top + half[1], bottom - half[1] + 0.01, step)
    if not len(xs) or not len(ys):
        return None
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    boxes = np.column_stack([places - half, places + half])
    places, boxes = (a[ground.share_of_boxes(boxes) <= 1e-9] for a in (places, boxes))
    cost = 1.5 * busy.share_of_boxes(boxes) + 6.0 * wet.share_of_boxes(boxes)
    cost += np.hypot(*(places - middle).T) / math.sqrt(area.area)
    # The cheapest that lies inside: the cheap ones are near the middle, and mostly do.
    order, at = np.argsort(cost, kind="stable"), 0
    while at < len(order):
        tried = order[at : 2 * at + 16]
        inside = np.flatnonzero(shapely.contains(area, shapely.box(*boxes[tried].T)))
        if len(inside):
            best = int(tried[inside[0]])
            return float(cost[best]), float(places[best, 0]), float(places[best, 1])
        at += len(tried)
    return None


def _name_xml(name: _Name, size: float, lines: tuple[str, ...], x: float, y: float) -> str:
    style: dict[str, Any] = {
        "fill": INK["district"],
        "anchor": "middle",
        "stroke_opacity": 0.6,
        **HALO,
    }
    spacing = size * name.spacing
    base = y - name.box(lines, size)[1] / 2 - 0.2 * size
    out = ""
    for line in lines:
        base += 1.12 * size
        # The last letter's spacing would push a centred line to the left.
        out += label(
            x + spacing / 2,
            base,
            line,
            size,
            bold=True,
            stroke_width=size * 0.16,
            letter_spacing=f"{spacing:.2f}",
            fill_opacity=PALE if size >= LARGE_MM else None,
            **style,
        )
    if name.second:
        small = _small(size)
        base += 0.1 * size + 1.1 * small
        more: dict[str, Any] = {"stroke_width": small * 0.2, "letter_spacing": f"{small * 0.12:.2f}"}
        out += label(x + small * 0.06, base, name.second, small, **more, **style)
    return out
