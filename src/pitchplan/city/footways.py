"""Footways that are lines, as the strips people walk on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["FOOTWAY_LINE_M", "footway_strips"]

FOOTWAY_LINE_M = 2.0
"""Width of a footway that is a line without a width, metres; ours."""


def footway_strips(frame: gpd.GeoDataFrame, source: str, notes: list[str]) -> gpd.GeoDataFrame:
    """Widen lines to strips of their width, else of `FOOTWAY_LINE_M`; polygons stay.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Footways in a metric CRS, perhaps with ``width_m``, which is not kept.
    source : str
        Name in notes.
    notes : list of str
        Takes how many lines were widened, and how many without knowing their width.
    """
    shapes = np.array(frame.geometry.array, dtype=object)
    lines = shapely.get_dimensions(shapes) == 1
    if not lines.any():
        return frame
    given = frame["width_m"] if "width_m" in frame else pd.Series(np.nan, index=frame.index)
    width = given.to_numpy(dtype=float)[lines]
    assumed = int(np.isnan(width).sum())
    width = np.where(np.isnan(width), FOOTWAY_LINE_M, width)
    shapes[lines] = shapely.buffer(shapes[lines], width / 2, cap_style="flat")
    if assumed:
        notes.append(f"{source}: {assumed} footways are lines, taken as {FOOTWAY_LINE_M:g} m wide (assumed)")
    if assumed < len(width):
        notes.append(f"{source}: {len(width) - assumed} footways are lines of a given width")
    return frame.set_geometry(shapes, crs=frame.crs).drop(columns="width_m", errors="ignore")
