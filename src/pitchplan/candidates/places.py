"""Places: the rectangles that are looked at, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Places", "join_places", "place_ids", "rectangles"]

Floats = NDArray[np.float64]


def rectangles(
    x_m: Floats, y_m: Floats, bearing_deg: Floats, length_m: float, width_m: float
) -> NDArray[np.object_]:
    """Draw rectangles around their centres.

    Parameters
    ----------
    x_m, y_m : ndarray, shape (n,)
        Centres, metres.
    bearing_deg : ndarray, shape (n,)
        Direction of the long side, degrees clockwise from grid north.
    length_m, width_m : float
        Sides, metres.

    Returns
    -------
    ndarray of shapely.Polygon, shape (n,)
    """
    angle = np.radians(bearing_deg)
    along = np.stack([np.sin(angle), np.cos(angle)], axis=-1) * (length_m / 2)
    across = np.stack([np.cos(angle), -np.sin(angle)], axis=-1) * (width_m / 2)
    centre = np.stack([x_m, y_m], axis=-1)
    corners = np.stack(
        [centre - along - across, centre + along - across, centre + along + across, centre - along + across],
        axis=1,
    )
    boxes: NDArray[np.object_] = shapely.polygons(corners)
    return boxes


@dataclass(frozen=True)
class Places:
    """Rectangles that are looked at, one entry of every array for each.

    Attributes
    ----------
    x_m, y_m, bearing_deg : ndarray of float, shape (n,)
        Centre and direction of the long side in the planning CRS. On a kerb the carriageway lies to
        the left of the direction.
    kerb_x_m, kerb_y_m : ndarray of float, shape (n,)
        Middle of the edge at the kerb; the centre in an open space.
    chainage_m : ndarray of float, shape (n,)
        Distance along the kerb line, or along the row in an open space, to the bay's start.
    line, step : ndarray of int, shape (n,)
        Kerb line or block of an open space, and position on it in lattice steps.
    axis : ndarray of int, shape (n,)
        Position of the street's axis in ``axes``; -1 where unknown.
    street_id, street, street_en, street_class, side, width_status : ndarray of object, shape (n,)
        What it stands on.
    community : ndarray of int, shape (n,)
        Position of the community; -1 where none.
    clear_drive_m, clear_walk_m : ndarray of float, shape (n,)
        Swept clear widths; not a number where they have no meaning or cannot be measured.
    free_depth_m : ndarray of float, shape (n,)
        How deep the carriageway is free from the kerb edge on, at most the place's width.
    run : ndarray of int, shape (n,)
        Run it belongs to; -1 before runs are made.
    placement : str
        kerbside or open-space; "" where both are joined.
    length_m, width_m : float
        Sides of the rectangle.
    axes : ndarray of object
        Axes of the streets.
    hours : tuple of (int, int)
        The season's opening intervals.
    """

    x_m: Floats
    y_m: Floats
    bearing_deg: Floats
    kerb_x_m: Floats
    kerb_y_m: Floats
    chainage_m: Floats
    line: NDArray[np.intp]
    step: NDArray[np.intp]
    axis: NDArray[np.intp]
    street_id: NDArray[np.object_]
    street: NDArray[np.object_]
    street_en: NDArray[np.object_]
    street_class: NDArray[np.object_]
    side: NDArray[np.object_]
    width_status: NDArray[np.object_]
    community: NDArray[np.intp]
    clear_drive_m: Floats
    clear_walk_m: Floats
    free_depth_m: Floats
    run: NDArray[np.intp]
    placement: NDArray[np.object_]
    length_m: float
    width_m: float
    axes: NDArray[np.object_]
    hours: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.x_m)

    @cached_property
    def rectangles(self) -> NDArray[np.object_]:
        """The rectangles, shapely polygons."""
        boxes = rectangles(self.x_m, self.y_m, self.bearing_deg, self.length_m, self.width_m)
        shapely.prepare(boxes)
        return boxes

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the rectangles."""
        return shapely.STRtree(self.rectangles)

    def take(self, chosen: NDArray[Any]) -> Places:
        """Return some of the places, by position or mask."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in _PER_PLACE})

    def with_runs(self, run: NDArray[np.intp]) -> Places:
        """Return the same places with their runs."""
        return replace(self, run=run)


_SHARED = {"length_m", "width_m", "axes", "hours"}
_PER_PLACE = [f.name for f in fields(Places) if f.name not in _SHARED]


def join_places(parts: Sequence[Places]) -> Places:
    """Put several sets of places of one vehicle after one another."""
    joined: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _PER_PLACE}
    return replace(parts[0], **joined)


def place_ids(x_m: Floats, y_m: Floats, bearing_deg: Floats, prefix: str) -> NDArray[np.object_]:
    """Name places by where they are: decimetres east and north, and the direction in degrees.

    The id of a place never changes with the order of the input and is never given to another place.
    """
    east, north = np.round(x_m * 10).astype(np.int64), np.round(y_m * 10).astype(np.int64)
    turn = np.round(bearing_deg).astype(np.int64) % 360
    names = [
        f"{prefix}{e}-{n}-{t}" for e, n, t in zip(east.tolist(), north.tolist(), turn.tolist(), strict=True)
    ]
    return np.array(names, dtype=object)
