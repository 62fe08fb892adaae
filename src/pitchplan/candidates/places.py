"""Places: the rectangles that are looked at, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.stretches import Stretches, stretches_of
from pitchplan.rules.vehicle import Use

__all__ = ["SIDES", "Places", "StreetTable", "join_places", "place_ids", "rectangles"]

Floats = NDArray[np.float64]

SIDES = ("", "N", "NE", "E", "SE", "S", "SW", "W", "NW")
"""Sides of a street by number; 0 where there is none."""


def rectangles(
    x_m: Floats, y_m: Floats, bearing_deg: Floats, length_m: float | Floats, width_m: float | Floats
) -> NDArray[np.object_]:
    """Draw rectangles around their centres.

    Parameters
    ----------
    x_m, y_m : ndarray, shape (n,)
        Centres, metres.
    bearing_deg : ndarray, shape (n,)
        Direction of the long side, degrees clockwise from grid north.
    length_m, width_m : float or ndarray, shape (n,)
        Sides, metres.

    Returns
    -------
    ndarray of shapely.Polygon, shape (n,)
    """
    angle = np.radians(bearing_deg)
    along = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    return draw(np.stack([x_m, y_m], axis=-1), along, length_m, width_m)


def draw(
    centre: Floats, along: Floats, length_m: float | Floats, width_m: float | Floats
) -> NDArray[np.object_]:
    """Draw rectangles by centres and unit vectors along their long sides, shape (n, 2) each."""
    half_l, half_w = (np.broadcast_to(np.asarray(v) / 2, len(centre))[:, None] for v in (length_m, width_m))
    a, b = along * half_l, np.stack([along[:, 1], -along[:, 0]], axis=-1) * half_w
    corners = np.stack([centre - a - b, centre + a - b, centre + a + b, centre - a + b], axis=1)
    boxes: NDArray[np.object_] = shapely.polygons(corners)
    return boxes


@dataclass(frozen=True, eq=False)
class StreetTable:
    """What places can stand on, one entry of every array for each: axes, else carriageway polygons.

    Attributes
    ----------
    columns : dict of str to ndarray of object
        street_id, name, name_en, street_class, width_status and the other columns of a street.
    axes : ndarray of shapely.LineString
        Axes of the streets; empty where the table holds polygons.
    """

    columns: dict[str, NDArray[Any]]
    axes: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Places:
    """Rectangles of one use that are looked at, one entry of every array for each.

    Attributes
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        Centres in the planning CRS.
    along : ndarray of float, shape (n, 2)
        Unit vectors along the long sides. Beside a kerb the carriageway lies to their left.
    kerb_x_m, kerb_y_m : ndarray of float, shape (n,)
        Middle of the edge at the kerb or at the footway's edge; the centre in an open space.
    chainage_m : ndarray of float, shape (n,)
        Distance along the kerb line, or along the row in an open space, to the bay's start.
    line, step : ndarray of int, shape (n,)
        Kerb line or block of an open space, and position on it in steps.
    bend_m : ndarray of float, shape (n,)
        How far the kerb bends away from the bay's edge; infinite at a corner.
    recess_m : ndarray of float, shape (n,)
        Greatest distance between the bay's edge and the kerb behind it.
    street : ndarray of int, shape (n,)
        Row of ``streets`` it belongs to; -1 where unknown.
    side : ndarray of int, shape (n,)
        Number of its side in `SIDES`.
    community : ndarray of int, shape (n,)
        Row of the community it lies in; -1 where none.
    clear_drive_m, clear_walk_m, free_depth_m : ndarray of float, shape (n,)
        Swept widths (`candidates.clearance`); not a number where they have no meaning or cannot be
        measured.
    use : Use
        Vehicle, placement and hours.
    streets : StreetTable
    """

    x_m: Floats
    y_m: Floats
    along: Floats
    kerb_x_m: Floats
    kerb_y_m: Floats
    chainage_m: Floats
    line: NDArray[np.intp]
    step: NDArray[np.intp]
    bend_m: Floats
    recess_m: Floats
    street: NDArray[np.intp]
    side: NDArray[np.int8]
    community: NDArray[np.intp]
    clear_drive_m: Floats
    clear_walk_m: Floats
    free_depth_m: Floats
    use: Use
    streets: StreetTable

    def __len__(self) -> int:
        return len(self.x_m)

    @property
    def length_m(self) -> float:
        """Long side of every rectangle."""
        return self.use.vehicle.length_m

    @property
    def width_m(self) -> float:
        """Short side of every rectangle."""
        return self.use.vehicle.width_m

    @property
    def bearing_deg(self) -> Floats:
        """Direction of the long sides, degrees clockwise from grid north."""
        bearing: Floats = np.degrees(np.arctan2(self.along[:, 0], self.along[:, 1])) % 360.0
        return bearing

    @property
    def centre(self) -> Floats:
        """Centres, shape (n, 2)."""
        return np.stack([self.x_m, self.y_m], axis=-1)

    def of_street(self, column: str, unknown: Any = "") -> NDArray[Any]:
        """Give a column of the places' streets, ``unknown`` where a place has none."""
        values = self.streets.columns[column]
        padded = np.append(values, np.array([unknown], dtype=values.dtype))
        return np.asarray(padded[self.street])

    def draw(self, chosen: NDArray[Any]) -> NDArray[np.object_]:
        """Give some of the rectangles as shapely polygons; each is drawn once."""
        boxes, at = self._boxes, np.arange(len(self))[chosen]
        lacking = at[shapely.is_missing(boxes[at])]
        centre = np.stack([self.x_m[lacking], self.y_m[lacking]], axis=-1)
        boxes[lacking] = draw(centre, self.along[lacking], self.length_m, self.width_m)
        drawn: NDArray[np.object_] = boxes[at]
        return drawn

    @cached_property
    def _boxes(self) -> NDArray[np.object_]:
        return np.full(len(self), None, dtype=object)

    @cached_property
    def stretches(self) -> Stretches:
        """The places gathered into short stretches of their lines."""
        return stretches_of(self.line, self.step)

    def take(self, chosen: NDArray[Any]) -> Places:
        """Return some of the places, by position or mask."""
        taken: dict[str, Any] = {name: getattr(self, name)[chosen] for name in _PER_PLACE}
        return replace(self, **taken)

    def with_columns(self, **columns: Any) -> Places:
        """Return the same places with other values in some arrays."""
        return replace(self, **columns)


_PER_PLACE = [f.name for f in fields(Places) if f.name not in ("use", "streets")]


def join_places(parts: Sequence[Places]) -> Places:
    """Put several sets of places of one use after one another."""
    joined: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _PER_PLACE}
    return replace(parts[0], **joined)


def place_ids(
    x_m: Floats, y_m: Floats, bearing_deg: NDArray[Any], prefix: str, sizes: Sequence[str]
) -> NDArray[np.object_]:
    """Name places by where they are and how large: decimetres east and north, degrees, sides.

    The id of a place never changes with the order of the input and is never given to another place.
    """
    east, north = np.round(x_m * 10).astype(np.int64), np.round(y_m * 10).astype(np.int64)
    turn = np.round(bearing_deg).astype(np.int64) % 360
    rows = zip(east.tolist(), north.tolist(), turn.tolist(), sizes, strict=True)
    return np.array([f"{prefix}{e}-{n}-{t}-{s}" for e, n, t, s in rows], dtype=object)
