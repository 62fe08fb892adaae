"""Square cells: the grid people look places up in, stand-ins for communities, and assumed residents."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from pitchplan.errors import Fault, InputError

__all__ = ["GRID_M", "grid_box", "grid_square", "square_communities", "with_assumed_residents"]

GRID_M = 500.0
"""Side of the squares of the city-wide grid, metres."""
_MOST_CELLS = 100_000
_SQUARE = re.compile(r"([A-Z]{1,4})(\d{1,6})")

Bounds = tuple[float, float, float, float]


def _extent(bounds: Bounds, side_m: float) -> tuple[float, float, int, int]:
    """Give the south-western corner on round multiples of a cell's side, and cells across and up."""
    west, south = (np.floor(np.array(bounds[:2]) / side_m) * side_m).tolist()
    across = int(np.ceil((bounds[2] - west) / side_m)) or 1
    return west, south, across, int(np.ceil((bounds[3] - south) / side_m)) or 1


def grid_square(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], bounds: Bounds, side_m: float = GRID_M
) -> NDArray[np.object_]:
    """Name the squares of a city-wide grid that points lie in.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        Points in the planning CRS, metres.
    bounds : tuple of float
        The city's least and greatest easting and northing, metres.
    side_m : float
        Side of a square, metres; squares lie on round multiples of it.

    Returns
    -------
    ndarray of str, shape (n,)
        Letters of the column from the west and number of the row from the north, such as ``"K7"``;
        the same squares as `square_communities` of that side makes. A point outside of the bounds
        gets the nearest square.

    Examples
    --------
    >>> grid_square(np.array([510.0, 1490.0]), np.array([20.0, 990.0]), (505.0, 10.0, 1490.0, 995.0)).tolist()
    ['A2', 'B1']
    """
    west, south, across, up = _extent(bounds, side_m)
    column = np.clip((np.asarray(x_m) - west) // side_m, 0, across - 1).astype(int)
    row = np.clip((np.asarray(y_m) - south) // side_m, 0, up - 1).astype(int)
    letters = np.array([_letters(c) for c in range(across)], dtype=object)
    numbers = np.array([str(up - r) for r in range(up)], dtype=object)
    names: NDArray[np.object_] = letters[column] + numbers[row]
    return names


def grid_box(name: str, bounds: Bounds, side_m: float = GRID_M) -> Bounds | None:
    """Give least and greatest easting and northing of a square by its name, metres.

    Returns
    -------
    tuple of float or None
        None where the grid has no such square.

    Examples
    --------
    >>> grid_box("B1", (505.0, 10.0, 1490.0, 995.0))
    (1000.0, 500.0, 1500.0, 1000.0)
    """
    west, south, across, up = _extent(bounds, side_m)
    match = _SQUARE.fullmatch(name.upper())
    if not match:
        return None
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    row = int(match.group(2))
    if not (1 <= column <= across and 1 <= row <= up):
        return None
    x, y = west + (column - 1) * side_m, south + (up - row) * side_m
    return x, y, x + side_m, y + side_m


def square_communities(bounds: Bounds, side_m: float, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Cover an extent with square cells named by column letter and row number.

    Parameters
    ----------
    bounds : tuple of float
        Least and greatest easting and northing, metres.
    side_m : float
        Side of a cell, metres; cells lie on round multiples of it.
    crs : pyproj.CRS
        Planning CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns as `schemas.COMMUNITIES`; residents are not a number.
    """
    west, south, across, up = _extent(bounds, side_m)
    if across * up > _MOST_CELLS:
        raise InputError(
            Fault(
                f"the streets reach over {across * side_m / 1000:.0f} × {up * side_m / 1000:.0f} km",
                "Delete what lies far away (a feature at 0, 0?), or give communities",
                "streets",
            )
        )
    column, row = (a.ravel() for a in np.meshgrid(np.arange(across), np.arange(up)))
    x, y = west + column * side_m, south + row * side_m
    names = [f"cell {_letters(c)}-{up - r}" for c, r in zip(column, row, strict=True)]
    columns = [f"cells {_letters(c)}" for c in column]
    return gpd.GeoDataFrame(
        {
            "community_id": [f"cell-{int(a)}-{int(b)}" for a, b in zip(x, y, strict=True)],
            "name": names,
            "name_en": names,
            "district": columns,
            "district_en": columns,
            "residents": np.nan,
            "contact": "",
        },
        geometry=shapely.box(x, y, x + side_m, y + side_m),
        crs=crs,
    )


def _letters(number: int | np.integer[Any]) -> str:
    """Name a column as spreadsheets do: A … Z, then AA and so on."""
    text = ""
    left = int(number) + 1
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(65 + rest) + text
    return text


def with_assumed_residents(communities: gpd.GeoDataFrame, per_km2: float) -> gpd.GeoDataFrame:
    """Give every community residents by its area and one density (residents per km²)."""
    people = np.round(communities.geometry.area.to_numpy() / 1e6 * per_km2)
    return communities.assign(residents=people)
