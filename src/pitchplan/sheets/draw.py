"""Turn geometries and texts into small pieces of SVG, in millimetres."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.lettering import attr, text_width, text_xml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pitchplan.sheets.page import Page

__all__ = [
    "UNIT_MM",
    "drawn_twice",
    "fit_size",
    "group",
    "label",
    "on_paper",
    "outlines_on_paper",
    "path_data",
    "rect",
    "shape",
]


def on_paper(
    geometry: Any, page: Page, *, margin_mm: float = 1.0, tolerance_mm: float = 0.05
) -> NDArray[Any]:
    """Clip geometries to the frame and turn them into simplified millimetres.

    Parameters
    ----------
    geometry : array of geometries
        In the planning CRS.
    page : Page
        The page.
    margin_mm : float
        How far beyond the frame they are kept, so that outlines do not run along it.
    tolerance_mm : float
        Simplification; half of it stays well under 0.1 mm, the finest a printer shows.

    Returns
    -------
    array of geometries
        In millimetres on the paper; those outside the frame are gone.
    """
    moved = _moved(geometry, page, margin_mm)
    # Lines may cross themselves and need no care; polygons must stay polygons.
    out = np.empty(len(moved), dtype=object)
    lines = np.isin(shapely.get_type_id(moved), _LINES)
    out[lines] = shapely.simplify(moved[lines], tolerance_mm, preserve_topology=False)
    out[~lines] = shapely.simplify(moved[~lines], tolerance_mm)
    return out


def outlines_on_paper(geometry: Any, page: Page, *, tolerance_mm: float = 0.05) -> NDArray[Any]:
    """Return polygons as `on_paper` does, but as rings that are to be drawn alone: in a quarter of the time.

    A ring may touch itself, by less than the tolerance; none is lost, however narrow it is.
    """
    moved = _moved(geometry, page, 1.0)
    rings = shapely.get_rings(_parts(moved))
    out = shapely.simplify(rings, tolerance_mm, preserve_topology=False)
    narrow = shapely.get_num_coordinates(out) < 4
    out[narrow] = shapely.simplify(rings[narrow], tolerance_mm)
    return np.asarray(out)


def _moved(geometry: Any, page: Page, margin_mm: float) -> NDArray[Any]:
    """Clip geometries to the frame and move them to the paper."""
    geometry = np.asarray(geometry, dtype=object)
    window = shapely.box(*page.window(margin_mm))
    shapely.prepare(window)
    kept = geometry[shapely.intersects(window, geometry)]
    cut = ~shapely.covers(window, kept)
    if cut.any():
        kept = kept.copy()
        kept[cut] = shapely.intersection(shapely.make_valid(kept[cut]), window)
    return np.asarray(shapely.transform(kept, page.to_paper))  # heights do not come along


_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)


UNIT_MM = 0.02
"""Paths are written in whole numbers of it: no points, half the digits, and finer than any printer."""
_SCALE = f"scale({UNIT_MM:g})".replace("0.", ".")


# Nearly all steps of a map's lines are shorter than 20 mm: looked up, not written anew.
_TABLED = 1000
_NUMBERS = np.array([f"{k}" if k < 0 else f" {k}" for k in range(-_TABLED, _TABLED + 1)], dtype=object)


def _numbers(units: NDArray[np.int64]) -> NDArray[np.object_]:
    """Write many numbers that stand one after the other: a minus needs no space before it."""
    short = np.abs(units) <= _TABLED
    out = np.empty(units.shape, dtype=object)
    out[short] = _NUMBERS[units[short] + _TABLED]
    out[~short] = [f"{k}" if k < 0 else f" {k}" for k in units[~short].tolist()]
    return out


def path_data(geometry: Any) -> str:
    """Return one ``d`` attribute for many geometries in millimetres, in units of `UNIT_MM`.

    Lines and rings are written with relative steps; they must not drift, so places are whole units.
    """
    parts = _parts(np.asarray(geometry, dtype=object))
    kind = shapely.get_type_id(parts)
    rings = shapely.get_rings(parts[kind == shapely.GeometryType.POLYGON])
    rings = np.concatenate([rings, parts[kind == shapely.GeometryType.LINEARRING]])
    deeper = parts[kind > shapely.GeometryType.POLYGON]  # collections within collections
    data = _trails(rings, close=True) + _trails(parts[kind == shapely.GeometryType.LINESTRING], close=False)
    return data + (path_data(deeper) if len(shapely.get_parts(deeper)) else "")


def _parts(geometry: NDArray[Any]) -> NDArray[Any]:
    """Take apart what has parts, and these once more; single geometries come first and are not copied."""
    several = shapely.get_type_id(geometry) > shapely.GeometryType.POLYGON
    if not several.any():
        return geometry
    return np.concatenate([geometry[~several], shapely.get_parts(shapely.get_parts(geometry[several]))])


def _trails(lines: NDArray[Any], *, close: bool) -> str:
    """Write lines or rings one after the other; what shrinks to a point (a ring: to a line) is left out."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if not len(xy):
        return ""
    places = np.rint(xy / UNIT_MM).astype(np.int64)
    first = np.concatenate([[True], line[1:] != line[:-1]])
    steps = np.diff(places, axis=0, prepend=places[:1])
    moves = ~first & (steps != 0).any(axis=1)
    if close:  # "z" draws the last step
        moves &= np.concatenate([first[1:], [True]]) == 0
    kept = first | moves
    line, first = line[kept], first[kept]
    texts = _numbers(np.where(first[:, None], places[kept], steps[kept]).ravel())
    pairs = texts[::2] + texts[1::2]
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(pairs))
    enough = ends - starts > (2 if close else 1)
    end = "z" if close else ""
    return "".join(
        f"M{pairs[a].lstrip()}l{''.join(pairs[a + 1 : b]).lstrip()}{end}"
        for a, b in zip(starts[enough].tolist(), ends[enough].tolist(), strict=True)
    )


def drawn_twice(data: str, *styles: Mapping[str, object]) -> list[str]:
    """Return elements that draw the same path with other styles; its data is written once.

    Parameters
    ----------
    data : str
        As `path_data` returns it.
    *styles : mapping
        Attributes of each drawing, with ``_`` for ``-``; widths and dashes in millimetres.

    Returns
    -------
    list of str
        One element per style; the first also holds the data, so it must come first in the file.
    """
    # Sheets that share a page share its names: a path's name is made of what it draws.
    name = f"path-{hashlib.sha256(data.encode()).hexdigest()[:12]}"
    uses = [f'<use href="#{name}"{_style(_in_units(style))}/>\n' for style in styles]
    return [f'<defs><path id="{name}" d="{data}" transform="{_SCALE}"/></defs>{uses[0]}', *uses[1:]]


def shape(geometry: Any, **style: object) -> str:
    """Return one path element for many geometries in millimetres, or nothing where there is none."""
    data = path_data(geometry)
    return f'<path d="{data}" transform="{_SCALE}"{_style(_in_units(style))}/>\n' if data else ""


def _in_units(style: Mapping[str, object]) -> dict[str, object]:
    """Return a style whose lengths are in a path's own units."""

    def units(lengths: object) -> str:
        return " ".join(f"{float(length) / UNIT_MM:.4g}" for length in str(lengths).split())

    return {k: units(v) if k in _LENGTHS and v is not None else v for k, v in style.items()}


_LENGTHS = ("stroke_width", "stroke_dasharray")


def group(body: str, **style: object) -> str:
    """Return elements with the attributes they share, or nothing where there are none."""
    return f"<g{_style(style)}>\n{body}</g>\n" if body else ""


def rect(x: float, y: float, width: float, height: float, **style: object) -> str:
    """Return a rectangle."""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"{_style(style)}/>\n'


def _style(style: Mapping[str, object]) -> str:
    return "".join(
        f" {name.replace('_', '-')}={attr(value)}" for name, value in style.items() if value is not None
    )


def label(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    fill: str = "#222222",
    bold: bool = False,
    anchor: str | None = None,
    **style: object,
) -> str:
    """Return one line of text with its baseline at a place.

    Parameters
    ----------
    x, y : float
        Where the baseline starts (or is centred, or ends), millimetres.
    text : str
        One line; escaped here.
    size : float
        Font size, millimetres.
    fill : str
        Colour.
    bold : bool
        Whether it is bold.
    anchor : str, optional
        ``middle`` or ``end``.
    **style : object
        Further attributes, with ``_`` for ``-``.

    Returns
    -------
    str
        A text element.
    """
    given = {"fill": fill, "font_weight": "700" if bold else None, "text_anchor": anchor, **style}
    return f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:.2f}"{_style(given)}>{text_xml(text)}</text>\n'


def fit_size(text: str, size: float, width: float, *, bold: bool = False, least: float = 1.5) -> float:
    """Return the font size at which a line fits a width: the given one or less."""
    need = text_width(text, size, bold=bold)
    return size if need <= width else max(least, size * width / need)
