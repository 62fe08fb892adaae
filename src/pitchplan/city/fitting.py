"""Whether a layer's numbers fit the CRS it states, and lie where the streets are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.transforming import transformer_between

__all__ = ["NEAR_KM", "Extent", "extent_of", "refuse_endless", "require_fit", "require_near"]

NEAR_KM = 1.0
"""How far beyond the streets' extent a layer may begin, kilometres: further than any rule reaches."""

_MARGIN_DEG = 1.0
_MOST_STRAIGHT_M = 300_000.0  # the longest straight road on earth has 240 km


@dataclass(frozen=True)
class Extent:
    """Where a layer lies.

    Attributes
    ----------
    west, south, east, north : float
        Degrees, WGS84.
    source : str
        Name of the layer.
    crs : str
        Name of the CRS it states.
    """

    west: float
    south: float
    east: float
    north: float
    source: str
    crs: str

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of its middle, degrees."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2


def _name(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else str(crs.name)


def extent_of(frame: gpd.GeoDataFrame, source: str) -> Extent | None:
    """Give the extent of a layer; None where it holds no finite coordinate."""
    bounds = frame.total_bounds
    if not np.isfinite(bounds).all():
        return None
    to_degrees = transformer_between(frame.crs, 4326)
    low_x, low_y, high_x, high_y = (float(b) for b in bounds)
    west, south, east, north = to_degrees.transform_bounds(low_x, low_y, high_x, high_y)
    return Extent(west, south, east, north, source, _name(frame.crs))


def require_fit(frame: gpd.GeoDataFrame, source: str) -> None:
    """Refuse a layer whose middle lies more than one degree outside of its CRS's area of use.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Layer with a CRS.
    source : str
        Name in errors.

    Raises
    ------
    InputError
        Names the CRS, where it may be used, and where the numbers lie.
    """
    area = frame.crs.area_of_use
    coords = shapely.get_coordinates(frame.geometry.array)
    coords = coords[np.isfinite(coords).all(axis=1)]
    if area is None or area.west > area.east or not len(coords):
        return
    x, y = np.median(coords, axis=0)
    to_degrees = transformer_between(frame.crs, 4326)
    lon, lat = to_degrees.transform(x, y)
    if _within(area, lon, lat):
        return
    swapped = _within(area, *to_degrees.transform(y, x))
    place = (
        f"longitude {lon:.1f}, latitude {lat:.1f}" if np.isfinite([lon, lat]).all() else "nowhere on earth"
    )
    made_for = f"longitude {area.west:.1f} to {area.east:.1f}, latitude {area.south:.1f} to {area.north:.1f}"
    raise InputError(
        Fault(
            f"the numbers do not fit the CRS: in {_name(frame.crs)} they lie at {place}, but it is made "
            f"for {made_for}",
            "Easting and northing are swapped: write easting first"
            if swapped
            else "Set the CRS the numbers are really in",
            source,
            value=(round(float(x), 3), round(float(y), 3)),
        )
    )


def _within(area: pyproj.aoi.AreaOfUse, lon: float, lat: float) -> bool:
    far_x = max(area.west - lon, lon - area.east)
    far_y = max(area.south - lat, lat - area.north)
    return bool(max(far_x, far_y) <= _MARGIN_DEG)


def require_near(frame: gpd.GeoDataFrame, streets: Extent, source: str) -> None:
    """Refuse a layer that lies away from the streets as a whole.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Layer with a CRS.
    streets : Extent
    source : str
        Name in errors.

    Raises
    ------
    InputError
        The extents are more than `NEAR_KM` apart; names the distance and both CRSs.
    """
    here = extent_of(frame, source)
    if here is None:
        return
    km = _apart_km(here, streets)
    if km <= NEAR_KM:
        return
    turned = replace(here, west=here.south, south=here.west, east=here.north, north=here.east)
    swapped = frame.crs.is_geographic and _apart_km(turned, streets) <= NEAR_KM
    raise InputError(
        Fault(
            f"the layer, in {here.crs}, lies {km:,.0f} km away from the streets "
            f"({streets.source}, in {streets.crs})",
            "In one of the two longitude and latitude are swapped: write longitude first"
            if swapped
            else "Give the layer of this city; check that both state the CRS their numbers are really in",
            source,
        )
    )


def _apart_km(a: Extent, b: Extent) -> float:
    """Measure between the nearest sides of two extents, kilometres; infinite where one is nowhere."""
    numbers = [a.west, a.south, a.east, a.north, b.west, b.south, b.east, b.north]
    if not np.isfinite(numbers).all():
        return float("inf")
    lon = _nearest(a.west, a.east, b.west, b.east)
    lat = _nearest(a.south, a.north, b.south, b.north)
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])
    return float(metres) / 1000


def _nearest(a_low: float, a_high: float, b_low: float, b_high: float) -> tuple[float, float]:
    """Give the nearest values of two intervals, one value twice where they overlap."""
    if a_high < b_low:
        return a_high, b_low
    if b_high < a_low:
        return a_low, b_high
    shared = max(a_low, b_low)
    return shared, shared


def refuse_endless(frame: gpd.GeoDataFrame, source: str) -> None:
    """Refuse lines that run straight on for longer than any street: one of their coordinates is wrong.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Layer in a metric CRS, with ``source_row``; its lines are looked at.
    source : str
        Name in errors.

    Raises
    ------
    InputError
        Names each such line's row and how many kilometres it runs.
    """
    points, row = shapely.get_coordinates(frame.geometry.array, return_index=True)
    lines = shapely.get_dimensions(frame.geometry.array) == 1
    part = np.where((np.diff(row) == 0) & lines[row[1:]], np.hypot(*np.diff(points, axis=0).T), 0.0)
    faults = Faults(source)
    for k in dict.fromkeys(row[1:][part > _MOST_STRAIGHT_M].tolist()):
        longest = part[row[1:] == k].max(initial=0.0)
        faults.add(
            f"a line with a stretch that runs straight on for {longest / 1000:,.0f} km",
            "Mend the coordinate that lies far away from the others, or delete the feature",
            row=int(frame["source_row"].iloc[k]) + 1,
        )
    faults.raise_if_any()
