"""Ways to lay a sheet out: where map, list and key stand, so that the map is as large as it can be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pitchplan.errors import Fault, InputError
from pitchplan.sheets.page import PAPERS, SCALES, Page, Rect, north_bearing

__all__ = ["lay_out", "layouts"]

_SPARE = 3.0  # least space between the city and the frame, millimetres
# Heights and widths on A3, millimetres.
_HEAD, _STRIP, _TALLEST_STRIP, _COLUMN, _GAP = 17.5, 26.0, 36.0, 64.0, 3.0
# Least width of the panel, by what stands in it, for at most 40, at most 90 and more spots.
_PANEL = {
    "beside": (92.0, 107.0, 116.0),
    "below": (92.0, 107.0, 116.0),
    "headed": (70.0, 92.0, 107.0),
    "columns": (96.0, 107.0, 116.0),
}
_WIDEST = {"beside": 150.0, "below": 150.0, "headed": 135.0, "columns": 245.0}


def lay_out(paper: str, bounds: tuple[float, float, float, float], crs: str, *, spots: int = 0) -> Page:
    """Lay out a page on which a city's extent fits at the largest round scale.

    Parameters
    ----------
    paper : str
        One of `PAPERS`.
    bounds : tuple of float
        Least easting, least northing, greatest easting, greatest northing, metres.
    crs : str
        Planning CRS, metric.
    spots : int
        Spots to be listed beside the map: the more, the wider the panel at least is.

    Returns
    -------
    Page
        The first of `layouts`.

    Raises
    ------
    InputError
        The paper is unknown, or the extent is empty or too large for any round scale.
    """
    return layouts(paper, bounds, crs, spots=spots)[0]


def layouts(paper: str, bounds: tuple[float, float, float, float], crs: str, *, spots: int = 0) -> list[Page]:
    """Return every layout of a page: the largest scale first, then the least blank paper.

    Parameters
    ----------
    paper, bounds, crs, spots
        As `lay_out` takes them.

    Returns
    -------
    list of Page
        ``beside``: title, list and key in a panel at the right. ``below``: the key in a strip
        under the map. ``headed``: the same, with the title in a band over the map, so that the list
        has the panel to itself. ``columns``: for tall cities, list and key side by side.

    Raises
    ------
    InputError
        The paper is unknown, or the extent is empty or too large for any round scale.
    """
    if paper not in PAPERS:
        raise InputError(
            Fault(
                "unknown paper", f"Use one of {', '.join(PAPERS)}", "map_sheet", column="paper", value=paper
            )
        )
    if not all(math.isfinite(b) for b in bounds):
        raise InputError(
            Fault("a city without an extent", "Give at least one community", "city", value=bounds)
        )
    sheet = _Paper(paper, bounds, crs, 0 if spots <= 40 else 1 if spots <= 90 else 2)
    found = [_layout(sheet, name) for name in _PANEL]
    pages = [(page.scale, blank, k, page) for k, one in enumerate(found) if one for page, blank in [one]]
    if not pages:
        raise InputError(
            Fault(
                "an extent too large for one sheet",
                f"The smallest scale is 1:{SCALES[-1]}",
                "city",
                value=bounds,
            )
        )
    return [page for _, _, _, page in sorted(pages, key=lambda p: p[:3])]


@dataclass(frozen=True)
class _Paper:
    """What every layout of one sheet has in common, millimetres."""

    name: str
    bounds: tuple[float, float, float, float]
    crs: str
    crowd: int

    @property
    def unit(self) -> float:
        return min(max(math.pow(PAPERS[self.name][0] / 420, 0.7), 0.82), 1.6)

    @property
    def side(self) -> float:
        return min(PAPERS[self.name][0] / 420, self.unit)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the city, metres."""
        return self.bounds[2] - self.bounds[0], self.bounds[3] - self.bounds[1]


def _layout(sheet: _Paper, name: str) -> tuple[Page, float] | None:
    """Return one layout and its blank area (mm²), or nothing where the city does not fit at any scale."""
    u = sheet.unit
    width, height = PAPERS[sheet.name]
    margin, band, gap = 8.0 * u, 4.5 * u, 6.0 * u
    least = _PANEL[name][sheet.crowd] * sheet.side
    widest = max(_WIDEST[name] * sheet.side, least)
    column = (_COLUMN + 6.0) * u if name == "columns" else 0.0
    head = (_HEAD + _GAP) * u if name == "headed" else 0.0
    strip = max(_STRIP * u, 24.5) if name in ("below", "headed") else 0.0
    across = width - 2 * margin - 2 * band - gap  # for map and panel together
    high = height - 2 * margin - 2 * band - head - (strip + _GAP * u if strip else 0.0)
    scale = _scale(sheet.extent, across - least - column, high)
    if scale is None:
        return None
    need_w, need_h = (metres * 1000 / scale + 10 * u for metres in sheet.extent)
    panel_w = min(max(across - need_w, least + column), widest)
    frame_w = across - panel_w
    # A strip takes what the map leaves free, as far as it can fill it.
    grown = min(max(high - need_h, 0.0), _TALLEST_STRIP * u - strip) if strip else 0.0
    if column and high - need_h >= (_HEAD + _GAP) * u:
        # A tall city that leaves room above it: the title has the whole width.
        head = (_HEAD + _GAP) * u
        high -= head
    frame = Rect(margin + band, margin + head + band, frame_w, high - grown)
    top = margin + (head if column else 0.0)
    panel = Rect(width - margin - panel_w, top, panel_w, height - margin - top)
    outer = frame_w + 2 * band
    key = None
    if strip:
        key = Rect(margin, height - margin - strip - grown, outer, strip + grown)
    elif column:
        key = Rect(panel.right - _COLUMN * u, panel.y, _COLUMN * u, panel.height)
    across_head = width - 2 * margin if column else outer
    title = Rect(margin, margin, across_head, _HEAD * u) if head else None
    page = _page(sheet, name, frame, panel, scale, band, title, key)
    city = (need_w - 10 * u) * (need_h - 10 * u)
    return page, frame.width * frame.height - city + grown * outer * 0.5


def _page(
    sheet: _Paper,
    name: str,
    frame: Rect,
    panel: Rect,
    scale: int,
    band: float,
    head: Rect | None,
    key: Rect | None,
) -> Page:
    west, south, east, north = sheet.bounds
    centre = ((west + east) / 2, (south + north) / 2)
    cell = 40.0 * sheet.unit
    return Page(
        sheet.name,
        *PAPERS[sheet.name],
        frame,
        panel,
        scale,
        centre,
        max(2, min(26, round(frame.width / cell))),
        max(2, round(frame.height / cell)),
        band,
        sheet.unit,
        north_bearing(centre, sheet.crs),
        name,
        head,
        key,
    )


def _scale(extent: tuple[float, float], width: float, height: float) -> int | None:
    """Return the largest round scale at which the extent fits with some space on each side."""
    if min(width, height) <= 2 * _SPARE:
        return None
    need = max(extent[0] / (width - 2 * _SPARE), extent[1] / (height - 2 * _SPARE)) * 1000
    return next((scale for scale in SCALES if scale >= need), None)
