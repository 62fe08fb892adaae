"""The page: paper, frame, a round and true scale, grid squares, true north."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ORIENTATIONS", "PAPERS", "SCALES", "Page", "Rect", "north_bearing"]

# Width and height of each paper in landscape, millimetres (ISO 216).
PAPERS = {
    "A4": (297.0, 210.0),
    "A3": (420.0, 297.0),
    "A2": (594.0, 420.0),
    "A1": (841.0, 594.0),
    "A0": (1189.0, 841.0),
}
ORIENTATIONS = ("landscape", "portrait", "auto")

_STEPS = (10, 12.5, 15, 20, 25, 30, 40, 50, 60, 75, 80)
SCALES = (*(int(s * 10**k) for k in (2, 3, 4) for s in _STEPS), 1_000_000)


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle on the paper, millimetres from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Page:
    """Where things lie on the paper and how metres become millimetres.

    Attributes
    ----------
    paper : str
        Name of the paper.
    width, height : float
        Size of the paper, millimetres.
    frame : Rect
        Inside of the map's frame.
    panel : Rect
        Where the list stands, and title and key where they have no place of their own.
    scale : int
        Denominator: 1 mm on the paper is ``scale / 1000`` metres in the planning CRS.
    centre : (float, float)
        Easting and northing in the middle of the frame, metres.
    columns, rows : int
        Number of grid squares across and down.
    band : float
        Width of the band outside the frame that holds the grid's letters, millimetres.
    unit : float
        How much larger lettering is than on A3.
    north_deg : float
        Direction of true north, degrees clockwise from the paper's top.
    layout : str
        ``beside``, ``below``, ``headed``, ``columns`` or ``stacked``: see `layouts`.
    head : Rect, optional
        Where title and season stand; by default on top of the panel.
    key : Rect, optional
        Where legend, scale and notes stand; by default at the panel's foot.
    page_id : str
        ``overview``, or the page's name in an atlas; the same whenever the same district is drawn.
    district : str
        District that the page shows; empty for all.
    neighbours : tuple of (str, str)
        Edge (``north``, ``east``, ``south``, ``west``) and ``page_id`` of the pages that go on there.
    neighbours_at : tuple of float
        How far along its edge each of them lies, 0 to 1, from west to east or from north to south.
    kind : str
        What is drawn: ``map``; ``list``, a page of the list of spots; see `pitchplan.sheets.svg`.
    part : (int, int)
        Which of its district's pages it is, and how many the district has.
    number, count : int
        Number of the page, and how many there are; a sheet of one page prints no number.
    spots : tuple of str
        ``spot_id`` of what the page lists; empty for all.
    listing : str
        What stands beside the map: ``spots``, or ``districts`` with the page of each.
    without_spots : tuple of str
        Districts that have none: the end of the list says so.
    """

    paper: str
    width: float
    height: float
    frame: Rect
    panel: Rect
    scale: int
    centre: tuple[float, float]
    columns: int
    rows: int
    band: float
    unit: float
    north_deg: float
    layout: str = "beside"
    head: Rect | None = None
    key: Rect | None = None
    page_id: str = "overview"
    district: str = ""
    neighbours: tuple[tuple[str, str], ...] = ()
    neighbours_at: tuple[float, ...] = ()
    kind: str = "map"
    part: tuple[int, int] = (1, 1)
    number: int = 1
    count: int = 1
    spots: tuple[str, ...] = ()
    listing: str = "spots"
    without_spots: tuple[str, ...] = ()

    def to_paper(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn metres in the planning CRS into millimetres on the paper.

        Parameters
        ----------
        xy : array of shape (n, 2)
            Eastings and northings, metres.

        Returns
        -------
        array of shape (n, 2)
            Millimetres right of and below the paper's upper left corner.
        """
        k = 1000.0 / self.scale
        out = np.empty((len(xy), 2))
        out[:, 0] = self.frame.x + self.frame.width / 2 + (xy[:, 0] - self.centre[0]) * k
        out[:, 1] = self.frame.y + self.frame.height / 2 - (xy[:, 1] - self.centre[1]) * k
        return out

    def window(self, margin_mm: float = 0.0) -> tuple[float, float, float, float]:
        """Return the least and greatest easting and northing that the frame shows, metres."""
        half_w = (self.frame.width / 2 + margin_mm) * self.scale / 1000
        half_h = (self.frame.height / 2 + margin_mm) * self.scale / 1000
        x, y = self.centre
        return (x - half_w, y - half_h, x + half_w, y + half_h)

    def square(self, x_m: float, y_m: float) -> str:
        """Name the grid square a place lies in, such as ``"B3"``; empty outside the frame."""
        x, y = self.to_paper(np.array([[x_m, y_m]]))[0]
        column = (x - self.frame.x) / self.frame.width * self.columns
        row = (y - self.frame.y) / self.frame.height * self.rows
        if not (-1e-9 <= column <= self.columns + 1e-9 and -1e-9 <= row <= self.rows + 1e-9):
            return ""
        letter = chr(65 + min(max(int(column), 0), self.columns - 1))
        return f"{letter}{min(max(int(row), 0), self.rows - 1) + 1}"

    @property
    def bar_m(self) -> int:
        """Length of the scale bar: a round number of metres, at most 40 mm of paper."""
        most = 40.0 * self.unit * self.scale / 1000
        power = 10 ** math.floor(math.log10(most))
        return int(max(s for s in (1, 2, 4, 5) if s * power <= most) * power)


def north_bearing(centre: tuple[float, float], crs: str) -> float:
    """Return the direction of true north at a place, degrees clockwise from grid north.

    Parameters
    ----------
    centre : (float, float)
        Easting and northing, metres.
    crs : str
        Planning CRS.

    Returns
    -------
    float
        Negative where true north lies to the left of grid north: in the northern hemisphere east
        of a transverse Mercator's central meridian. It is minus the meridian convergence.
    """
    there = transformer_between(crs, pyproj.CRS(crs).geodetic_crs)
    lon, lat = there.transform(*centre)
    back: Any = transformer_between(pyproj.CRS(crs).geodetic_crs, crs)
    x0, y0 = back.transform(lon, lat - 1e-4)
    x1, y1 = back.transform(lon, lat + 1e-4)
    return math.degrees(math.atan2(x1 - x0, y1 - y0))
