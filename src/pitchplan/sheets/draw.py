"""Turn geometries and texts into small pieces of SVG, in millimetres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.lettering import attr, text_width, text_xml

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.page import Page

__all__ = ["fit_size", "label", "on_paper", "path_data", "rect", "shape"]


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
    geometry = np.asarray(geometry, dtype=object)
    window = shapely.box(*page.window(margin_mm))
    shapely.prepare(window)
    kept = geometry[shapely.intersects(window, geometry)]
    cut = ~shapely.covers(window, kept)
    if cut.any():
        kept = kept.copy()
        kept[cut] = shapely.intersection(shapely.make_valid(kept[cut]), window)
    moved = shapely.transform(shapely.force_2d(kept), page.to_paper)
    return np.asarray(shapely.simplify(moved, tolerance_mm), dtype=object)


def _digits(hundredths: int) -> str:
    """Write hundredths of a millimetre as shortly as SVG allows."""
    text = f"{hundredths / 100:g}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _trail(xy: NDArray[np.float64], close: bool) -> str:
    """Write one line or ring with relative steps; it must not drift, so steps are whole hundredths."""
    steps = np.rint(xy * 100).astype(np.int64)
    if close:
        steps = steps[:-1]
    moves = np.diff(steps, axis=0)
    moves = moves[(moves != 0).any(axis=1)]
    if len(moves) < (2 if close else 1):
        return ""
    parts = [f"M{_digits(int(steps[0, 0]))} {_digits(int(steps[0, 1]))}l"]
    parts.append(" ".join(f"{_digits(int(dx))} {_digits(int(dy))}" for dx, dy in moves))
    return "".join(parts) + ("z" if close else "")


def path_data(geometry: Any) -> str:
    """Return one ``d`` attribute for many geometries in millimetres."""
    out: list[str] = []
    for part in shapely.get_parts(shapely.get_parts(np.asarray(geometry, dtype=object))):
        kind = part.geom_type
        if kind == "Polygon":
            rings = [part.exterior, *part.interiors]
            out += [_trail(shapely.get_coordinates(ring), True) for ring in rings]
        elif kind in ("LineString", "LinearRing"):
            out.append(_trail(shapely.get_coordinates(part), False))
        elif kind in ("MultiPolygon", "MultiLineString", "GeometryCollection"):
            out.append(path_data(np.array([part], dtype=object)))
    return "".join(out)


def shape(geometry: Any, **style: object) -> str:
    """Return one path element for many geometries, or nothing where there is none."""
    data = path_data(geometry)
    return f'<path d="{data}"{_style(style)}/>\n' if data else ""


def rect(x: float, y: float, width: float, height: float, **style: object) -> str:
    """Return a rectangle."""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"{_style(style)}/>\n'


def _style(style: dict[str, object]) -> str:
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
