"""The gate every layer passes: one metric CRS, valid single-part 2-D geometry, everything counted."""

from __future__ import annotations

import re
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from pitchplan.city.fitting import refuse_endless
from pitchplan.city.repair import Repair, repair_polygons
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.transforming import transformer_between

__all__ = [
    "MOST_SCALE_ERROR",
    "Shape",
    "choose_crs",
    "crs_name",
    "parse_crs",
    "pass_gate",
    "planning_crs",
    "require_crs",
    "require_own_crs",
    "require_true_scale",
    "scale_error",
]

Shape = Literal["polygon", "line", "any"]

_CHINA = (73.0, 18.0, 135.5, 54.0)
_FIRST_CGCS2000_ZONE = (4534, 75)  # EPSG code of the 3-degree zone with central meridian 75° E
_FULL_CIRCLE = np.array([180.0, 90.0])
_ROUNDING_DEG = 1e-6  # a coast at 180° is often written a hair beyond it
MOST_SCALE_ERROR = 0.003
"""Share by which lengths may differ from those on the ground: UTM's do by up to 0.001, 1.5 m by 5 mm then."""

_INIT = re.compile(r"init\s*=\s*(?!epsg:|esri:)", re.IGNORECASE)
_GRID = re.compile(r'PARAMETERFILE\["[^"]*","(?!@null)|grids=(?!@null)', re.IGNORECASE)
_DIMENSION = {"polygon": 2, "line": 1}


def crs_name(crs: pyproj.CRS) -> str:
    """Name a CRS by its EPSG code, else by its full text."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def parse_crs(text: str, source: str, example: str) -> pyproj.CRS:
    """Read a CRS, or refuse what is none and name an example."""
    try:
        # +init=name:code looks for a file of that name.
        if isinstance(text, str) and _INIT.search(text):
            raise pyproj.exceptions.CRSError("a file's")
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        raise InputError(Fault("not a CRS", f"Use a code such as {example}", source, value=text)) from None
    require_own_crs(crs, source)
    return crs


def require_own_crs(crs: pyproj.CRS, source: str) -> None:
    """Refuse a CRS whose conversion opens a grid file of its own, or that is not of the Earth.

    Raises
    ------
    InputError
        It names a grid, or another celestial body.
    """
    text = crs.to_wkt()
    if _GRID.search(text):
        what = "a CRS that is converted by a grid file"
        raise InputError(
            Fault(what, "Reproject the layer to a code such as EPSG:4548", source, value=crs.name)
        )
    try:
        transformer_between(crs, 4326)
    except pyproj.exceptions.ProjError:
        what = "a CRS from which no way leads to longitude and latitude"
        fix = "Set the CRS the numbers are in, or reproject the layer to a code such as EPSG:4548"
        raise InputError(Fault(what, fix, source, value=crs.name)) from None


def _horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    """Give the horizontal part of a CRS that names a height system too: plans lie flat."""
    return crs.sub_crs_list[0] if crs.is_compound else crs


def planning_crs(text: str) -> pyproj.CRS:
    """Read a CRS one may measure in: projected, in metres, and not EPSG:3857.

    Raises
    ------
    InputError
        It is none, or distances in it are not metres on the ground.
    """
    crs = _horizontal(parse_crs(text, "crs", "EPSG:4548"))
    if not _is_metric(crs):
        raise InputError(
            Fault(
                "a CRS in which distances are not metres on the ground",
                "Give a projected one such as EPSG:4548, or leave it out to have one chosen",
                "crs",
                value=text,
            )
        )
    return crs


def require_crs(frame: gpd.GeoDataFrame, source: str, assume_crs: str | None) -> gpd.GeoDataFrame:
    """Return the layer with a CRS, or refuse it.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        A layer as read.
    source : str
        Its name in errors.
    assume_crs : str or None
        CRS for layers that state none.

    Raises
    ------
    InputError
        The layer states no CRS and none is assumed, or its numbers cannot be degrees.
    """
    if frame.crs is None:
        if assume_crs is None:
            raise InputError(
                Fault(
                    "the layer states no CRS, so nothing can be measured in it",
                    'Say which it is, for instance assume_crs="EPSG:4326" for longitude and latitude',
                    source,
                )
            )
        frame = frame.set_crs(parse_crs(assume_crs, "assume_crs", "EPSG:4326"))
    require_own_crs(frame.crs, source)
    bounds = frame.total_bounds
    low, high = -_FULL_CIRCLE - bounds[:2], bounds[2:] - _FULL_CIRCLE
    outside = bool((np.maximum(low, high) > _ROUNDING_DEG).any())
    if frame.crs.is_geographic and outside:
        raise InputError(
            Fault(
                "coordinates that are not degrees, though the CRS says so",
                "Set the CRS the numbers are really in (are longitude and latitude swapped?)",
                source,
                value=tuple(round(float(b), 3) for b in bounds),
            )
        )
    return frame


def scale_error(crs: pyproj.CRS, lon: float, lat: float) -> float:
    """Tell how much longer or shorter than on the ground lengths are in a CRS, as a share.

    Parameters
    ----------
    crs : pyproj.CRS
        A projected CRS.
    lon, lat : float
        Place, degrees.

    Returns
    -------
    float
        The greater error of the two along meridian and parallel; infinite where the CRS does not
        reach the place, 0 where PROJ cannot tell.
    """
    try:
        factors = pyproj.Proj(crs).get_factors(lon, lat)
    except pyproj.exceptions.ProjError:
        return 0.0
    scales = np.array([factors.meridional_scale, factors.parallel_scale], dtype=float)
    return float(np.abs(scales - 1).max()) if np.isfinite(scales).all() else float("inf")


def require_true_scale(crs: pyproj.CRS, lon: float, lat: float) -> None:
    """Refuse a planning CRS in which lengths at the place are not those on the ground.

    Raises
    ------
    InputError
        They differ by more than `MOST_SCALE_ERROR`.
    """
    error = scale_error(crs, lon, lat)
    if error > MOST_SCALE_ERROR:
        wrong = f"wrong by {error:.1%}" if np.isfinite(error) else "no lengths at all"
        raise InputError(
            Fault(
                f"a CRS that is not made for this place: lengths at {lon:.2f}, {lat:.2f} are {wrong} in it",
                "Give one that is, or leave it out to have one chosen",
                "crs",
                value=crs_name(crs).splitlines()[0],
            )
        )


def _is_metric(crs: pyproj.CRS) -> bool:
    unit = crs.axis_info[0].unit_name if crs.axis_info else ""
    return bool(crs.is_projected) and unit == "metre" and crs.to_epsg() != 3857


def choose_crs(frame: gpd.GeoDataFrame) -> pyproj.CRS:
    """Choose the planning CRS: projected, in metres, true to scale at the place.

    A layer already in such a CRS keeps it (never EPSG:3857, whose metres are too long away from
    the equator). China gets its CGCS2000 3-degree zone, any other place its UTM zone.
    """
    crs = _horizontal(frame.crs)
    west, south, east, north = frame.to_crs(4326).total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    if _is_metric(crs) and scale_error(crs, lon, lat) <= MOST_SCALE_ERROR:
        return crs
    if _CHINA[0] <= lon <= _CHINA[2] and _CHINA[1] <= lat <= _CHINA[3]:
        meridian = int(np.clip(round(lon / 3) * 3, 75, 135))
        code, first = _FIRST_CGCS2000_ZONE
        return pyproj.CRS.from_epsg(code + (meridian - first) // 3)
    zone = int(np.clip((lon + 180) // 6 + 1, 1, 60))
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def _refuse_nan(frame: gpd.GeoDataFrame, source: str, what: str, fix: str) -> None:
    """Refuse geometries with a coordinate that is not a finite number, each by its ``source_row``."""
    coords, row = shapely.get_coordinates(frame.geometry.array, return_index=True)
    faults = Faults(source)
    for i in np.unique(row[~np.isfinite(coords).all(axis=1)]):
        faults.add(what, fix, row=int(frame["source_row"].iloc[i]) + 1)
    faults.raise_if_any()


def _without_heights(frame: gpd.GeoDataFrame, source: str, notes: list[str]) -> gpd.GeoDataFrame:
    high = int(shapely.has_z(frame.geometry.array).sum())
    if high:
        notes.append(f"{source}: heights of {high} features dropped")
    return frame.set_geometry(shapely.force_2d(frame.geometry.array), crs=frame.crs)


def _without_empty(frame: gpd.GeoDataFrame, source: str, notes: list[str]) -> gpd.GeoDataFrame:
    empty = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if empty.any():
        notes.append(f"{source}: {int(empty.sum())} features without geometry dropped")
    return frame[~empty]


def _merge_duplicates(frame: gpd.GeoDataFrame, source: str, notes: list[str]) -> gpd.GeoDataFrame:
    """Keep the first of features that agree in geometry (in any order of vertices) and attributes."""
    shape = pd.Series(shapely.to_wkb(shapely.normalize(frame.geometry.array)))
    twin = shape.duplicated(keep=False).to_numpy(copy=True)
    if twin.any():
        columns = [c for c in frame.columns if c not in ("geometry", "source_row")]
        same = pd.DataFrame(frame.loc[twin, columns])
        key = same.astype(object).where(same.notna(), None).astype(str)
        twin[twin] = key.assign(shape=shape.to_numpy()[twin]).duplicated().to_numpy()
    if twin.any():
        notes.append(f"{source}: {int(twin.sum())} exact duplicates merged with the first of their kind")
    return frame[~twin]


def _keep_shape(frame: gpd.GeoDataFrame, shape: Shape, source: str, notes: list[str]) -> gpd.GeoDataFrame:
    """Drop lines of no length and parts of another dimension than the layer's."""
    parts = frame.geometry.array
    dimension = shapely.get_dimensions(parts)
    keep: NDArray[np.bool_] = ~shapely.is_empty(parts)
    short = keep & (dimension == 1) & ~(shapely.length(parts) > 0)
    if short.any():
        notes.append(f"{source}: {int(short.sum())} lines of no length dropped")
    if shape != "any":
        other = ~short & (~keep | (dimension != _DIMENSION[shape]))
        if other.any():
            notes.append(f"{source}: {int(other.sum())} parts that are not {shape}s dropped")
        keep &= ~other
    return frame[keep & ~short].reset_index(drop=True)


def pass_gate(
    frame: gpd.GeoDataFrame, crs: pyproj.CRS, *, shape: Shape, source: str, repair: Repair = "safe"
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Bring a layer into the planning CRS with clean geometry.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Layer with a CRS.
    crs : pyproj.CRS
        Planning CRS.
    shape : {"polygon", "line", "any"}
        What the layer must hold; parts of other dimension are dropped and counted.
    source : str
        Name in errors and notes.
    repair : {"safe", "any"}
        Whether invalid polygons that can be read in two ways are refused (`repair_polygons`).

    Returns
    -------
    frame : geopandas.GeoDataFrame
        Same columns and ``source_row`` (position in what was given); 2-D, valid, single-part.
    notes : list of str
        What was dropped, repaired, merged or split, each with its count.

    Raises
    ------
    InputError
        A coordinate is not a number, a line runs straight on for hundreds of kilometres, an invalid
        polygon can be read in two ways, or nothing of the wanted shape is left.
    """
    notes: list[str] = []
    out = frame.assign(source_row=np.arange(len(frame)))
    what, fix = "a geometry with a coordinate that is not a number", "Mend or delete the feature"
    _refuse_nan(out, source, what, fix)
    out = _without_heights(out, source, notes)
    out = _without_empty(out, source, notes).to_crs(crs)
    what = f"a geometry that cannot be drawn in {crs_name(crs).splitlines()[0][:40]}: too far away"
    _refuse_nan(out, source, what, "Delete the feature, or give a crs= that holds all of them")
    if shape != "polygon":
        refuse_endless(out, source)
    out = repair_polygons(out, notes, repair=repair, source=source)
    if shape != "line":
        out = _merge_duplicates(out, source, notes)
    before = len(out)
    out = _keep_shape(out.explode(ignore_index=True), shape, source, notes)
    if len(out) > before:
        notes.append(f"{source}: multipart features split into {len(out)} parts")
    if not len(out):
        kinds = ", ".join(f"{n} {kind}" for kind, n in frame.geom_type.value_counts().items())
        wanted = f"{shape}s" if shape != "any" else "points, lines or polygons of some length"
        raise InputError(
            Fault(
                f"the layer holds no usable {shape if shape != 'any' else 'geometry'} ({kinds})",
                f"Give a layer of {wanted}",
                source,
            )
        )
    return out, notes
