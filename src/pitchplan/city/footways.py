"""Footways that are lines, as the strips people walk on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.city.sidewalks import sidewalk_strips
from pitchplan.city.widths import read_statuses
from pitchplan.schemas import FOOTWAY_AXES, FOOTWAYS

__all__ = ["DRAWN_ABOUT", "FOOTWAY_LINE_M", "axes_of", "draw_footways", "footway_parts", "footway_strips"]

FOOTWAY_LINE_M = 2.0
"""Width of a footway that is a line without a width, metres; ours."""

DRAWN_ABOUT = "_drawn_about"
"""Column that carries the line of each strip through the gate."""


def _strips_about(lines: NDArray[np.object_], width: NDArray[np.float64]) -> NDArray[np.object_]:
    return np.asarray(shapely.buffer(lines, width / 2, cap_style="flat"), dtype=object)


def footway_strips(frame: gpd.GeoDataFrame, source: str, notes: list[str]) -> gpd.GeoDataFrame:
    """Widen lines to strips of their width, else of `FOOTWAY_LINE_M`; polygons stay.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Footways in a metric CRS, perhaps with ``width_m`` and ``width_status``.
    source : str
        Name in notes.
    notes : list of str
        Takes how many lines were widened, and how many without knowing their width.

    Returns
    -------
    geopandas.GeoDataFrame
        Polygons with ``width_m``, ``width_status`` and, in `DRAWN_ABOUT`, the lines they were drawn about.
    """
    shapes = np.array(frame.geometry.array, dtype=object)
    lines = shapely.get_dimensions(shapes) == 1
    width = np.full(len(frame), np.nan)
    if "width_m" in frame:
        width = frame["width_m"].to_numpy(dtype=float, copy=True)
    stated = np.full(len(frame), "", dtype=object)
    if "width_status" in frame:
        stated = read_statuses(frame["width_status"], source, notes).to_numpy(dtype=object)
    assumed = lines & np.isnan(width)
    width[assumed] = FOOTWAY_LINE_M
    status = np.where(stated != "", stated, np.where(lines, "given", "measured"))
    status[assumed] = "assumed"
    # A line drawn forwards and one drawn backwards are one footway, found twice.
    axis = np.full(len(frame), None, dtype=object)
    axis[lines] = shapely.normalize(shapely.force_2d(shapes[lines]))
    shapes[lines] = _strips_about(axis[lines], width[lines])
    if assumed.any():
        notes.append(
            f"{source}: {int(assumed.sum())} footways are lines, taken as {FOOTWAY_LINE_M:g} m wide (assumed)"
        )
    if (lines & ~assumed).any():
        notes.append(f"{source}: {int((lines & ~assumed).sum())} footways are lines of a given width")
    columns = {"width_m": width, "width_status": status, DRAWN_ABOUT: pd.Series(axis, index=frame.index)}
    return frame.set_geometry(shapes, crs=frame.crs).assign(**columns)


def axes_of(strips: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the lines of strips that passed the gate, once each.

    Parameters
    ----------
    strips : geopandas.GeoDataFrame
        Footways with ``footway_id``, ``source_row`` and `DRAWN_ABOUT`; a strip may have several parts.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns as `schemas.FOOTWAY_AXES`.
    """
    once = strips[strips[DRAWN_ABOUT].notna()].drop_duplicates("source_row").reset_index(drop=True)
    columns = {name: once[name] for name in ("level", "width_m", "width_status")}
    out = gpd.GeoDataFrame(
        {"axis_id": once["footway_id"], "street_id": "", "side": "", **columns},
        geometry=once[DRAWN_ABOUT].to_numpy(dtype=object),
        crs=strips.crs,
    )
    return out[FOOTWAY_AXES.names]


def draw_footways(axes: gpd.GeoDataFrame, centrelines: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Draw every footway by its width: lines about themselves, sidewalks from the kerb outwards.

    Parameters
    ----------
    axes : geopandas.GeoDataFrame
        Columns as `schemas.FOOTWAY_AXES`.
    centrelines : geopandas.GeoDataFrame
        Axes of the streets with their widths.

    Returns
    -------
    ndarray of shapely.Geometry
        A polygon, several, or an empty one where a sidewalk has no room.
    """
    lines = np.asarray(axes.geometry.array, dtype=object)
    beside = (axes["side"] != "").to_numpy()
    out = lines.copy()
    out[~beside] = _strips_about(lines[~beside], axes["width_m"].to_numpy(dtype=float)[~beside])
    out[beside] = sidewalk_strips(axes[beside], centrelines, lines[~beside])
    return out


def footway_parts(axes: gpd.GeoDataFrame, strips: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Give the rows of the footways that were drawn, one for each part of a strip.

    Parameters
    ----------
    axes : geopandas.GeoDataFrame
        Columns as `schemas.FOOTWAY_AXES`.
    strips : ndarray of shapely.Geometry
        What `draw_footways` drew of them.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns as `schemas.FOOTWAYS`; parts of one strip share its id.
    """
    drawn = shapely.area(strips) > 0
    parts = axes[drawn].set_geometry(strips[drawn], crs=axes.crs).explode(ignore_index=True)
    return parts.assign(footway_id=parts["axis_id"], flow_per_15min=np.nan)[FOOTWAYS.names]
