"""How steep streets are: as given, or from the heights of their lines before those are dropped."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

__all__ = ["PIECE_M", "STEEPEST_PERCENT", "read_gradients", "steepest_gradients", "with_gradients"]

PIECE_M = 10.0
"""Slopes are taken over pieces of this length or more, metres: a kerb's step is no slope."""

STEEPEST_PERCENT = 60.0
"""No street is steeper, percent (the steepest one of the world rises by 35); a larger number is none."""

_SLOPE = re.compile(r"^\s*[-+−]?\s*(\d+(?:[.,]\d+)?)\s*(%|‰|°|)\s*$")


def _gradient(value: object) -> float:
    match = _SLOPE.match(str(value))
    if not match:
        return float("nan")
    number, unit = float(match.group(1).replace(",", ".")), match.group(2)
    percent = {"‰": number / 10, "°": 100 * np.tan(np.radians(min(number, 89.0)))}.get(unit, number)
    return float(percent) if percent <= STEEPEST_PERCENT else float("nan")


def read_gradients(values: pd.Series) -> pd.Series:
    """Read slopes as percent without their sign: numbers, or text such as "5 %", "-3,5 %", "4°" or "50 ‰".

    Parameters
    ----------
    values : pandas.Series
        As the layer gives them.

    Returns
    -------
    pandas.Series of float
        Percent; not a number where a cell is empty or no slope up to `STEEPEST_PERCENT`.

    Examples
    --------
    >>> read_gradients(pd.Series(["-5 %", "up", 2.5, "5,7°"])).round(2).tolist()
    [5.0, nan, 2.5, 9.98]
    """
    return values.map(_gradient).astype(float)


def steepest_gradients(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Measure the steepest mean slope of each line over any piece of at least `PIECE_M`.

    Between vertices the height is taken to change evenly. The mean slope of a piece is then a ratio
    of two linear functions of its ends, so that the greatest one is found where both ends are
    vertices, or one is and the piece is exactly `PIECE_M` long; a piece of twice that length or more
    has a half that is as steep.

    Parameters
    ----------
    lines : ndarray of shapely.LineString or MultiLineString, shape (n,)
        With heights, all in metres.

    Returns
    -------
    ndarray of float, shape (n,)
        Percent; not a number where a line is shorter than `PIECE_M` or has no heights.
    """
    parts, owner = shapely.get_parts(lines, return_index=True)
    steepest = np.full(len(lines), np.nan)
    long = shapely.has_z(parts) & (shapely.length(parts) >= PIECE_M)
    for part, row in zip(parts[long], owner[long], strict=True):
        x, y, z = shapely.get_coordinates(part, include_z=True).T
        if np.isfinite(z).all():
            at = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
            steepest[row] = np.fmax(steepest[row], 100 * _steepest_piece(at, z))
    return steepest


def _steepest_piece(at: NDArray[np.float64], height: NDArray[np.float64]) -> float:
    """Give the steepest mean slope of pieces of `PIECE_M` or more; ``at`` is the length up to a vertex."""
    steepest = 0.0
    for step in (PIECE_M, -PIECE_M):
        inside = (at + step >= 0) & (at + step <= at[-1])
        other = np.interp(at[inside] + step, at, height)
        steepest = max(steepest, float(np.max(np.abs(other - height[inside]), initial=0.0)) / PIECE_M)
    first = np.searchsorted(at, at + PIECE_M)
    for k in range(len(at)):
        far = slice(first[k], np.searchsorted(at, at[k] + 2 * PIECE_M))
        rise = np.abs(height[far] - height[k]) / np.maximum(at[far] - at[k], PIECE_M)
        steepest = max(steepest, float(np.max(rise, initial=0.0)))
    return steepest


def with_gradients(frame: gpd.GeoDataFrame, source: str, notes: list[str]) -> gpd.GeoDataFrame:
    """Fill in ``gradient_percent``: as given, else from the heights, else not a number.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Streets in a metric CRS, heights not dropped yet.
    source : str
        Name in notes.
    notes : list of str
        Takes how many slopes were read, measured and ignored.
    """
    raw = frame["gradient_percent"] if "gradient_percent" in frame else pd.Series(np.nan, index=frame.index)
    slope = read_gradients(raw)
    bad = slope.isna() & raw.notna() & (raw.astype(str).str.strip() != "")
    if bad.any():
        notes.append(
            f"{source}: {int(bad.sum())} gradients that are no percentage ignored, {raw[bad].iloc[0]!r} first"
        )
    shapes = np.asarray(frame.geometry.array, dtype=object)
    lines = np.isin(shapely.get_type_id(shapes), (1, 2, 5)) & shapely.has_z(shapes) & slope.isna().to_numpy()
    heights = shapely.get_coordinates(shapes[lines], include_z=True)[:, 2]
    heights = heights[np.isfinite(heights)]
    # A layer all of whose heights are one number (0 mostly) has none: it is no proof of a plain.
    if len(heights) and heights.min() < heights.max():
        measured = np.full(len(frame), np.nan)
        measured[lines] = steepest_gradients(shapes[lines])
        count = int(np.isfinite(measured).sum())
        notes.append(f"{source}: gradients of {count} streets taken from their heights (in metres)")
        slope = slope.fillna(pd.Series(measured, index=frame.index))
    return frame.assign(gradient_percent=slope)
