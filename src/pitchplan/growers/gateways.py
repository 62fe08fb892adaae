"""Gateways: the places where growers enter the city."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from pitchplan.growers.masking import looks_private, masked
from pitchplan.growers.tables import GATEWAY_HEADINGS, Cells, is_empty, open_table, text_of
from pitchplan.schemas import GATEWAYS
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_gateways"]

_RANGES = {"lon": (-180.0, 180.0), "lat": (-90.0, 90.0), "x_m": (-1e8, 1e8), "y_m": (-1e8, 1e8)}


def read_gateways(
    source: str | Path | pd.DataFrame, *, crs: str, encoding: str | None = None
) -> pd.DataFrame:
    """Read and check the places where growers enter the city.

    Parameters
    ----------
    source : str or pathlib.Path or pandas.DataFrame
        Columns name (名称), and lon and lat (经度, 纬度; degrees, WGS84) or x_m and y_m (metres in the
        planning CRS).
    crs : str
        Planning CRS, such as ``"EPSG:4548"``.
    encoding : str, optional
        Encoding of a text file.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.GATEWAYS`, index 0 to n - 1; ``x_m`` and ``y_m`` as given, else made from
        lon and lat, and the other way round.

    Raises
    ------
    InputError
        Every fault at once: a name is missing or comes twice, a place is missing or cannot be on Earth.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"名称": ["北入城口"], "经度": [117.0], "纬度": [36.7]})
    >>> round(read_gateways(table, crs="EPSG:4548").loc[0, "x_m"])
    500000
    """
    cells = open_table(source, GATEWAYS, GATEWAY_HEADINGS, encoding=encoding)
    names = [text_of(c) for c in cells.of("name")]
    for i, name in enumerate(names):
        if not name:
            cells.note(i, "name", "a value is missing", "Give the gateway's name", None)
        elif looks_private(name):
            what = "looks like a telephone or an ID number"
            cells.note(i, "name", what, "Write the gateway's name alone", masked("gateway", name))
        elif name in names[:i]:
            cells.note(
                i, "name", "a gateway that comes twice", "Give each its own name", masked("gateway", name)
            )
    metric = {"x_m", "y_m"} <= set(cells.columns)
    pair = ("x_m", "y_m") if metric else ("lon", "lat")
    if not set(pair) <= set(cells.columns):
        cells.faults.add("no place of the gateways", "Add columns lon and lat (经度, 纬度), or x_m and y_m")
    a, b = (_numbers(cells, c) for c in pair)
    cells.raise_if_any()
    geodetic = transformer_between(4326, crs)
    direction = "INVERSE" if metric else "FORWARD"
    c, d = geodetic.transform(a, b, direction=direction)
    xy, lonlat = ((a, b), (c, d)) if metric else ((c, d), (a, b))
    columns = {"name": names, "lon": lonlat[0], "lat": lonlat[1], "x_m": xy[0], "y_m": xy[1]}
    return pd.DataFrame(columns, columns=GATEWAYS.names)


def _numbers(cells: Cells, column: str) -> list[float]:
    low, high = _RANGES[column]
    out = []
    for i, cell in enumerate(cells.of(column)):
        try:
            number = math.nan if is_empty(cell) else float(cell)
        except (TypeError, ValueError):
            number = math.nan
        if not low <= number <= high and column in cells.columns:
            what = "a value is missing" if is_empty(cell) else "not a place"
            fix = f"Give a number from {low:g} to {high:g}"
            cells.note(i, column, what, fix, None if is_empty(cell) else cell)
        out.append(number)
    return out
