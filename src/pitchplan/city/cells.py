"""Square cells that stand in for communities, and residents assumed by density."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from pitchplan.errors import Fault, InputError

__all__ = ["square_communities", "with_assumed_residents"]

_MOST_CELLS = 100_000


def square_communities(
    bounds: tuple[float, float, float, float], side_m: float, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
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
    west, south = (np.floor(np.array(bounds[:2]) / side_m) * side_m).tolist()
    across = int(np.ceil((bounds[2] - west) / side_m)) or 1
    up = int(np.ceil((bounds[3] - south) / side_m)) or 1
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
