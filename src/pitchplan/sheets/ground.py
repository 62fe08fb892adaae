"""What part of the map is taken, so that letters find free ground."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.page import Rect

__all__ = ["Ground", "box_points"]


class Ground:
    """What part of the map is taken, as cells of 0.5 mm.

    Parameters
    ----------
    frame : Rect
        The map's frame, millimetres.
    """

    CELL = 0.5

    def __init__(self, frame: Rect) -> None:
        self.frame = frame
        shape = (math.ceil(frame.height / self.CELL), math.ceil(frame.width / self.CELL))
        # With a rim of a cell, so that the neighbours of every cell inside can be taken unasked.
        self._grid = np.zeros((shape[0] + 2, shape[1] + 2), dtype=bool)
        self.taken = self._grid[1:-1, 1:-1]
        across = self._grid.shape[1]
        self._around = np.array([down * across + right for down in (-1, 0, 1) for right in (-1, 0, 1)])
        self._sums: NDArray[np.int32] | None = None  # free cells above and left of each corner

    def cells_of(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of the cell that each point lies in, to be asked for again; -1 for none."""
        column = np.floor((xy[:, 0] - self.frame.x) / self.CELL).astype(np.int64)
        row = np.floor((xy[:, 1] - self.frame.y) / self.CELL).astype(np.int64)
        rows, columns = self.taken.shape
        inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
        return np.where(inside, (row + 1) * (columns + 2) + column + 1, -1)

    def taken_in(self, cells: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which of some cells are taken; what lies outside the frame is."""
        return np.asarray(self._grid.ravel()[cells] | (cells < 0))

    def taken_at(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points lie on taken ground or outside the frame."""
        return self.taken_in(self.cells_of(xy))

    def share_taken(self, xy: NDArray[np.float64]) -> float:
        """Return the share of points that lie on taken ground or outside the frame."""
        hit = self.taken_at(xy)
        return float(hit.mean()) if len(hit) else 0.0

    def share_of_boxes(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the taken share of each box; what lies outside the frame counts as taken.

        Parameters
        ----------
        boxes : array of shape (n, 4)
            Left, upper, right and lower edges, millimetres.

        Returns
        -------
        array of shape (n,)
            0 to 1.
        """
        rows, columns = self.taken.shape
        if self._sums is None:
            self._sums = np.zeros((rows + 1, columns + 1), dtype=np.int32)
            self._sums[1:, 1:] = np.cumsum(np.cumsum(~self.taken, axis=0, dtype=np.int32), axis=1)
        free = self._sums
        offset = np.array([self.frame.x, self.frame.y, self.frame.x, self.frame.y])
        cells = np.rint((boxes - offset) / self.CELL).astype(np.int64)
        area = np.maximum((cells[:, 2] - cells[:, 0]) * (cells[:, 3] - cells[:, 1]), 1)
        left, right = np.clip(cells[:, 0], 0, columns), np.clip(cells[:, 2], 0, columns)
        top, bottom = np.clip(cells[:, 1], 0, rows), np.clip(cells[:, 3], 0, rows)
        open_cells = free[bottom, right] - free[top, right] - free[bottom, left] + free[top, left]
        return np.asarray(1.0 - open_cells / area)

    def take(self, xy: NDArray[np.float64]) -> None:
        """Take the cells under some points and their neighbours."""
        self._sums = None
        cells = self.cells_of(xy)
        self._grid.reshape(-1)[cells[cells >= 0, None] + self._around] = True

    def take_box(self, left: float, top: float, right: float, bottom: float) -> None:
        """Take a rectangle."""
        self.take(box_points(left, top, right, bottom))


def box_points(left: float, top: float, right: float, bottom: float) -> NDArray[np.float64]:
    """Return points that fill a rectangle no further apart than half a millimetre."""
    xs = np.linspace(left, right, max(2, math.ceil((right - left) / 0.45)))
    ys = np.linspace(top, bottom, max(2, math.ceil((bottom - top) / 0.45)))
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
