"""Ways to lay a sheet out: where map, list and key stand, so that the map is as large as it can be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pitchplan.errors import Fault, InputError
from pitchplan.sheets.page import ORIENTATIONS, PAPERS, SCALES, Page, Rect, north_bearing

__all__ = ["lay_out", "layouts", "round_scale", "unit_of"]

Bounds = tuple[float, float, float, float]

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
# Share of an upright paper's height that list and key take below the map.
_STACKED = (0.27, 0.34, 0.44)


def lay_out(paper: str, bounds: Bounds, crs: str, *, spots: int = 0, orientation: str = "landscape") -> Page:
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
    orientation : {"landscape", "portrait", "auto"}
        How the paper is turned; ``auto`` tries both.

    Returns
    -------
    Page
        The first of `layouts`.

    Raises
    ------
    InputError
        The paper is unknown, or the extent is empty or too large for any round scale.
    """
    return layouts(paper, bounds, crs, spots=spots, orientation=orientation)[0]


def layouts(
    paper: str,
    bounds: Bounds,
    crs: str,
    *,
    spots: int = 0,
    orientation: str = "landscape",
    around: Bounds | None = None,
) -> list[Page]:
    """Return every layout of a page: the largest scale first, then the least blank paper.

    Parameters
    ----------
    paper, bounds, crs, spots, orientation
        As `lay_out` takes them.
    around : tuple of float, optional
        What a map may show beyond its extent rather than leave paper to the panel, metres.

    Returns
    -------
    list of Page
        ``beside``: title, list and key in a panel at the right. ``below``: the key in a strip
        under the map. ``headed``: the same, with the title in a band over the map, so that the list
        has the panel to itself. ``columns``: for tall cities, list and key side by side.
        ``stacked``: on upright paper, title over the map, list and key under it.

    Raises
    ------
    InputError
        The paper is unknown, or the extent is empty or too large for any round scale.
    """
    for column, value, known in (("paper", paper, PAPERS), ("orientation", orientation, ORIENTATIONS)):
        if value not in known:
            raise InputError(
                Fault(
                    f"unknown {column}",
                    f"Use one of {', '.join(known)}",
                    "map_sheet",
                    column=column,
                    value=value,
                )
            )
    if not all(math.isfinite(b) for b in bounds):
        raise InputError(
            Fault("a city without an extent", "Give at least one community", "city", value=bounds)
        )
    crowd = 0 if spots <= 40 else 1 if spots <= 90 else 2
    turns = [o for o in ORIENTATIONS[:2] if orientation in (o, "auto")]
    found: list[tuple[Page, float]] = []
    for turn in turns:
        sheet = _Paper(paper, turn, bounds, crs, crowd, around or bounds)
        made = [_layout(sheet, name) for name in _PANEL]
        made += [_stacked(sheet)] if turn == "portrait" else []
        found += [one for one in made if one]
    if not found:
        raise InputError(
            Fault(
                "an extent too large for one sheet",
                f"The smallest scale is 1:{SCALES[-1]}",
                "city",
                value=bounds,
            )
        )
    return [page for page, _ in sorted(found, key=lambda one: (one[0].scale, one[1]))]


def unit_of(paper: str) -> float:
    """Return how much larger lettering is on a paper than on A3."""
    return min(max(math.pow(PAPERS[paper][0] / 420, 0.7), 0.82), 2.0 if paper == "A0" else 1.6)


@dataclass(frozen=True)
class _Paper:
    """What every layout of one sheet has in common, millimetres."""

    name: str
    orientation: str
    bounds: Bounds
    crs: str
    crowd: int
    around: Bounds

    @property
    def size(self) -> tuple[float, float]:
        wide, high = PAPERS[self.name]
        return (wide, high) if self.orientation == "landscape" else (high, wide)

    @property
    def unit(self) -> float:
        return unit_of(self.name)

    @property
    def side(self) -> float:
        return min(PAPERS[self.name][0] / 420, self.unit)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the city, metres."""
        return self.bounds[2] - self.bounds[0], self.bounds[3] - self.bounds[1]

    @property
    def wanted(self) -> tuple[float, float]:
        """Width and height that the map takes if there is room, metres."""
        (wide, high), (west, south, east, north) = self.extent, self.around
        return max(wide, east - west), max(high, north - south)


def _layout(sheet: _Paper, name: str) -> tuple[Page, float] | None:
    """Return one layout and its blank area (mm²), or nothing where the city does not fit at any scale."""
    u = sheet.unit
    width, height = sheet.size
    margin, band, gap = 8.0 * u, 4.5 * u, 6.0 * u
    least = _PANEL[name][sheet.crowd] * sheet.side
    widest = max(_WIDEST[name] * sheet.side, least)
    column = (_COLUMN + 6.0) * u if name == "columns" else 0.0
    head = (_HEAD + _GAP) * u if name == "headed" else 0.0
    strip = max(_STRIP * u, 24.5) if name in ("below", "headed") else 0.0
    across = width - 2 * margin - 2 * band - gap  # for map and panel together
    high = height - 2 * margin - 2 * band - head - (strip + _GAP * u if strip else 0.0)
    scale = round_scale(sheet.extent, across - least - column, high)
    if scale is None:
        return None
    need_w, need_h = (metres * 1000 / scale + 10 * u for metres in sheet.wanted)
    panel_w = min(max(across - need_w, least + column), widest)
    frame_w = across - panel_w
    # A strip takes what the map leaves free, as far as it can fill it; small letters are not smaller on A4.
    grown = min(max(high - need_h, 0.0), _TALLEST_STRIP * max(u, 1.0) - strip) if strip else 0.0
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
    page = _page(sheet, name, frame, panel, scale, title, key)
    return page, _blank(sheet, page) + grown * outer * 0.5


def _stacked(sheet: _Paper) -> tuple[Page, float] | None:
    """Return title over map over list and key, which share what is left of the height."""
    u = sheet.unit
    width, height = sheet.size
    margin, band = 8.0 * u, 4.5 * u
    inner = width - 2 * margin
    head = Rect(margin, margin, inner, _HEAD * u)
    top = head.bottom + _GAP * u + band
    room = height - margin - top - band - 4.0 * u  # for the map, and for list and key below it
    least = _STACKED[sheet.crowd] * height
    scale = round_scale(sheet.extent, inner - 2 * band, room - least)
    if scale is None:
        return None
    frame_h = min(room - least, sheet.extent[1] * 1000 / scale + 10 * u)
    frame = Rect(margin + band, top, inner - 2 * band, frame_h)
    foot = frame.bottom + band + 4.0 * u
    panel = Rect(margin, foot, inner, height - margin - foot)
    key_w = max(_COLUMN * u, 0.37 * inner)
    key = Rect(panel.right - key_w, foot, key_w, panel.height)
    page = _page(sheet, "stacked", frame, panel, scale, head, key)
    return page, _blank(sheet, page)


def _blank(sheet: _Paper, page: Page) -> float:
    """Return how much of the frame the city leaves blank, mm²."""
    wide, high = (metres * 1000 / page.scale for metres in sheet.extent)
    return page.frame.width * page.frame.height - wide * high


def _page(
    sheet: _Paper, name: str, frame: Rect, panel: Rect, scale: int, head: Rect | None, key: Rect | None
) -> Page:
    west, south, east, north = sheet.bounds
    centre = ((west + east) / 2, (south + north) / 2)
    cell = 40.0 * sheet.unit
    width, height = sheet.size
    return Page(
        paper=sheet.name,
        width=width,
        height=height,
        frame=frame,
        panel=panel,
        scale=scale,
        centre=centre,
        columns=max(2, min(26, round(frame.width / cell))),
        rows=max(2, round(frame.height / cell)),
        band=4.5 * sheet.unit,
        unit=sheet.unit,
        north_deg=north_bearing(centre, sheet.crs),
        layout=name,
        head=head,
        key=key,
    )


def round_scale(extent: tuple[float, float], width: float, height: float) -> int | None:
    """Return the largest round scale at which the extent fits with some space on each side."""
    if min(width, height) <= 2 * _SPARE:
        return None
    need = max(extent[0] / (width - 2 * _SPARE), extent[1] / (height - 2 * _SPARE)) * 1000
    return next((scale for scale in SCALES if scale >= need), None)
