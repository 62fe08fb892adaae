"""An enlarged window in a free corner, where the spots stand too densely for their numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width
from pitchplan.sheets.page import SCALES, Page, Rect
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.sheet import Sheet

__all__ = ["Inset", "crowding", "draw_inset_frames", "inset_for"]

_DENSE = 0.6  # share of the paper around a spot that its neighbours' markers would take
_REACH_MM = 14.0  # what "around" means
_WINDOWS = (0.2, 0.16, 0.12, 0.09)  # shares of the frame's width that are enlarged
_LARGEST = 0.46  # share of it that the inset may take
_ENLARGED = 2.0  # at least so many times
_FULL = 0.42  # share of the inset that its markers may take
_EDGE_MM = 2.0


@dataclass(frozen=True)
class Inset:
    """An enlarged window.

    Attributes
    ----------
    page : Page
        The sheet's page, with the inset as its frame.
    window : Rect
        What it enlarges, on the map, millimetres.
    inside : array of bool
        Which of the spots it shows.
    """

    page: Page
    window: Rect
    inside: NDArray[np.bool_]

    @property
    def frame(self) -> Rect:
        """Where it stands on the paper."""
        return self.page.frame


def crowding(places: NDArray[np.float64], box_mm2: float, reach: float) -> NDArray[np.float64]:
    """Return what share of the paper around each place the markers that belong there would take.

    Parameters
    ----------
    places : array of shape (n, 2)
        Spots, millimetres.
    box_mm2 : float
        Area of one marker with the gap around it.
    reach : float
        How far around is looked, millimetres.

    Returns
    -------
    array of shape (n,)
        More than about a half makes leaders long.
    """
    apart = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    return np.asarray((apart < reach).sum(axis=1) * box_mm2 / (np.pi * reach**2))


def inset_for(page: Page, places: NDArray[np.float64], box_mm2: float, room: Rect) -> Inset | None:
    """Choose the densest window, and a corner that is free of spots to enlarge it in.

    Parameters
    ----------
    page : Page
        The map's page.
    places : array of shape (n, 2)
        The spots on it, millimetres.
    box_mm2 : float
        Area of one marker.
    room : Rect
        Where markers may stand.

    Returns
    -------
    Inset or None
        None where leaders do, or where no corner is free.
    """
    if len(places) < 8:
        return None
    if crowding(places, box_mm2, _REACH_MM).max() <= _DENSE:
        return None
    for share in _WINDOWS:
        wide = share * page.frame.width
        window = _densest(places, room, wide, 0.8 * wide)
        inset = _enlarged(page, places, box_mm2, room, window)
        if inset is not None:
            return inset
    return None


def _densest(places: NDArray[np.float64], room: Rect, wide: float, high: float) -> Rect:
    """Return the window around a spot that holds most spots."""
    half = np.array([wide, high]) / 2
    counts = (np.abs(places[:, None, :] - places[None, :, :]) <= half).all(axis=2).sum(axis=1)
    low, most = np.array([room.x, room.y]) + half, np.array([room.right, room.bottom]) - half
    middle = np.clip(places[int(counts.argmax())], low, most)
    return Rect(float(middle[0] - half[0]), float(middle[1] - half[1]), wide, high)


def _enlarged(
    page: Page, places: NDArray[np.float64], box_mm2: float, room: Rect, window: Rect
) -> Inset | None:
    """Return a window at the largest scale at which a free corner holds it and its markers have room."""
    inside = _holds(window, places)
    for scale in SCALES:
        times = page.scale / scale
        if times < _ENLARGED:
            return None
        wide, high = times * window.width, times * window.height
        if wide > _LARGEST * page.frame.width or high > 0.6 * page.frame.height:
            continue
        if inside.sum() * box_mm2 > _FULL * wide * high:
            return None
        for corner in _corners(room, wide, high):
            if not _meets(corner, window) and not _holds(corner, places).any():
                return Inset(_page(page, corner, scale, window), window, inside)
    return None


def _corners(room: Rect, wide: float, high: float) -> list[Rect]:
    xs = (room.x + _EDGE_MM, room.right - _EDGE_MM - wide)
    ys = (room.y + _EDGE_MM, room.bottom - _EDGE_MM - high)
    return [Rect(x, y, wide, high) for y in ys for x in xs]


def _meets(a: Rect, b: Rect) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _holds(area: Rect, places: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(
        ((places >= [area.x, area.y]) & (places <= [area.right, area.bottom])).all(axis=1), dtype=bool
    )


def _page(page: Page, corner: Rect, scale: int, window: Rect) -> Page:
    """Return the page whose frame is the corner and whose middle is the window's."""
    f, k = page.frame, page.scale / 1000
    across = window.x + window.width / 2 - f.x - f.width / 2
    down = window.y + window.height / 2 - f.y - f.height / 2
    centre = (page.centre[0] + across * k, page.centre[1] - down * k)
    return replace(page, frame=corner, scale=scale, centre=centre, neighbours=())


def draw_inset_frames(sheet: Sheet, inset: Inset) -> str:
    """Draw the inset's own frame with its scale, and the window that it enlarges."""
    f, w, u = inset.frame, inset.window, sheet.page.unit
    size = max(2.4 * u, LEAST_MM)
    out = rect(w.x, w.y, w.width, w.height, fill="none", stroke="#FFFFFF", stroke_width=1.1)
    out += rect(w.x, w.y, w.width, w.height, fill="none", stroke=INK["text"], stroke_width=0.4)
    out += rect(f.x, f.y, f.width, f.height, fill="none", stroke=INK["text"], stroke_width=0.6)
    scale = f"1:{inset.page.scale:,}".replace(",", " ")
    name = word(sheet.languages[0], "inset", name="A")
    for place, text in ((f, f"{name}  {scale}"), (w, "A")):
        wide = text_width(text, size, bold=True) + 2.0
        out += rect(place.x, place.y, wide, size * 1.5, fill=INK["text"])
        out += label(place.x + 1.0, place.y + size * 1.12, text, size, fill="#FFFFFF", bold=True)
    return out
