"""The lines people walk along, as vertices and straight pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.errors import Fault, InputError
from pitchplan.schemas import as_text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["NOT_WALKED", "Ways", "ways_of"]

NOT_WALKED = frozenset({"expressway", "motorway"})
"""Classes of street nobody walks along. `read_city` counts motorways and 快速路 among the main streets,
unless ``classes`` maps them to expressway."""

_SAME_M = 1e-6


@dataclass(frozen=True, eq=False)
class Ways:
    """Lines people walk along; a *piece* is a straight part, named by the vertex it starts at.

    Attributes
    ----------
    xy_m : numpy.ndarray of float, shape (v, 2)
        Vertices, line after line, metres; no two in a row are the same.
    line : numpy.ndarray of int64, shape (v,)
        Line of each vertex.
    along_m : numpy.ndarray of float, shape (v,)
        Distance from the start of its line, metres.
    level : numpy.ndarray of int64, shape (v,)
        Level of its line, 0 on the ground.
    street : numpy.ndarray of bool, shape (v,)
        Whether its line is a street; else it is a footway.
    row : numpy.ndarray of int64, shape (lines,)
        Row of the table that each line is of: of the centrelines, or, for a footway, of the footways.
    """

    xy_m: Floats
    line: Ints
    along_m: Floats
    level: Ints
    street: NDArray[np.bool_]
    row: Ints

    @cached_property
    def first(self) -> NDArray[np.bool_]:
        """Whether each vertex is the first of its line."""
        return np.asarray(np.diff(self.line, prepend=-1) != 0)

    @cached_property
    def last(self) -> NDArray[np.bool_]:
        """Whether each vertex is the last of its line."""
        return np.asarray(np.diff(self.line, append=-1) != 0)

    @cached_property
    def place(self) -> Ints:
        """Number of each vertex' place: vertices within a thousandth of a millimetre share one."""
        x, y = np.round(self.xy_m / _SAME_M).astype(np.int64).T
        order = np.lexsort((y, x))
        fresh = (np.diff(x[order], prepend=0) != 0) | (np.diff(y[order], prepend=0) != 0)
        out = np.empty(len(x), dtype=np.int64)
        out[order] = np.cumsum(fresh)
        return out

    @cached_property
    def pieces(self) -> Ints:
        """All pieces."""
        return np.flatnonzero(~self.last).astype(np.int64)

    def drawn(self, pieces: Ints) -> NDArray[np.object_]:
        """Draw pieces as lines."""
        ends = np.stack([self.xy_m[pieces], self.xy_m[pieces + 1]], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object).reshape(-1)

    def foot(self, places: Floats, pieces: Ints) -> tuple[Floats, Floats]:
        """Find the nearest point of a piece to a place.

        Parameters
        ----------
        places : numpy.ndarray of float, shape (n, 2)
            Metres.
        pieces : numpy.ndarray of int64, shape (n,)
            The piece of each.

        Returns
        -------
        along_m : numpy.ndarray of float, shape (n,)
            From the start of the piece's line, metres.
        away_m : numpy.ndarray of float, shape (n,)
            From the place, metres.
        """
        start = self.xy_m[pieces]
        step = self.xy_m[pieces + 1] - start
        share = np.clip(((places - start) * step).sum(axis=1) / (step**2).sum(axis=1), 0.0, 1.0)
        away = np.hypot(*(places - start - share[:, None] * step).T)
        return self.at(pieces, share), away

    def at(self, pieces: Ints, share: Floats) -> Floats:
        """Return how far along its line a share (0 to 1) of a piece is, metres."""
        start = self.along_m[pieces]
        return np.asarray(start + share * (self.along_m[pieces + 1] - start), dtype=np.float64)


def ways_of(
    centrelines: gpd.GeoDataFrame,
    footways: gpd.GeoDataFrame | None,
    *,
    left_out: frozenset[str] = NOT_WALKED,
) -> Ways:
    """Take the lines people walk along.

    Parameters
    ----------
    centrelines : geopandas.GeoDataFrame
        Columns as `schemas.CENTRELINES`.
    footways : geopandas.GeoDataFrame or None
        Columns as `schemas.FOOTWAY_AXES`; sidewalks drawn from a street's line are left out, since
        that line is walked along already.
    left_out : frozenset of str
        Classes of street that are left out; none for those who drive.

    Returns
    -------
    Ways
        Does not depend on the order of rows.

    Raises
    ------
    InputError
        Something is not a line, or the CRS of the two differ.
    """
    kept = ~centrelines["street_class"].isin(left_out).to_numpy()
    walked = centrelines[kept]
    shapes, levels = [_lines(walked, "centrelines")], [walked["level"].to_numpy(dtype=np.int64)]
    rows = [np.flatnonzero(kept)]
    if footways is not None and len(footways):
        if centrelines.crs != footways.crs:
            fix = "Bring both into the planning CRS"
            raise InputError(Fault("not in the CRS of the centrelines", fix, "footways", value=footways.crs))
        apart = (as_text(footways["side"]) == "").to_numpy() if "side" in footways else np.ones(len(footways))
        own = footways[apart.astype(bool)]
        rows.append(np.flatnonzero(apart))
        shapes.append(_lines(own, "footways"))
        levels.append(own["level"].to_numpy(dtype=np.int64))
    street = np.repeat([True, False][: len(shapes)], [len(s) for s in shapes])
    parts, row = shapely.get_parts(np.concatenate(shapes), return_index=True)
    # The order of rows must not decide which of two equally near lines is taken.
    order = np.argsort(np.asarray(shapely.to_wkb(parts), dtype=object), kind="stable")
    row = row[order]
    return _laid_out(
        parts[order], np.concatenate(levels)[row], street[row], np.concatenate(rows)[row].astype(np.int64)
    )


def _lines(frame: gpd.GeoDataFrame, source: str) -> NDArray[np.object_]:
    shapes = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    area = np.flatnonzero(~shapely.is_missing(shapes) & (shapely.get_dimensions(shapes) != 1))
    if len(area):
        what = shapely.get_type_id(shapes[area[0]])
        fix = "Give lines: city.centrelines, city.footway_axes"
        kind = shapely.GeometryType(int(what)).name.title()
        raise InputError(Fault("not a line", fix, source, str(frame.index[area[0]]), "geometry", kind))
    return np.asarray(shapes, dtype=object)


def _laid_out(parts: NDArray[np.object_], level: Ints, street: NDArray[np.bool_], source: Ints) -> Ways:
    xy, row = shapely.get_coordinates(parts, return_index=True)
    repeated = (np.diff(row, prepend=-1) == 0) & (np.diff(xy, axis=0, prepend=np.nan) == 0).all(axis=1)
    xy, row = xy[~repeated], row[~repeated]
    lonely = np.bincount(row, minlength=len(parts))[row] < 2
    xy, row = xy[~lonely], row[~lonely]
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    first = np.flatnonzero(np.diff(row, prepend=-1))
    step[first] = 0.0
    total = np.cumsum(step)
    # One sum over all lines: its last bits depend on the lines before, which whole metres do not show.
    along = total - np.repeat(total[first], np.diff(first, append=len(row)))
    line = np.repeat(np.arange(len(first)), np.diff(first, append=len(row)))
    return Ways(xy, line, along, level[row], street[row], source[row[first]])
