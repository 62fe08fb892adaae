"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, from and to WGS84.

AMap and Tencent show GCJ-02, Baidu shows BD-09: both lie about half a kilometre off, by an amount
that changes from place to place. The formulas are the ones that are publicly known; they carry the
Krassovsky ellipsoid of the original. Whether a place is shifted at all is decided by the box that
these formulas use, which also holds parts of China's neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from pitchplan.errors import Fault, InputError

__all__ = ["DATUMS", "check_datums", "convert_layer", "from_wgs84", "in_china", "to_wgs84"]

DATUMS = ("WGS84", "GCJ-02", "BD-09")
"""The datums that are known."""

Floats = NDArray[np.float64]

_BOX = (72.004, 0.8293, 137.8347, 55.8271)
_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU = np.pi * 3000.0 / 180.0
_CLOSE_DEG = 1e-10
_ROUNDS = 30


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Say which places lie in the box inside which the formulas shift (degrees)."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    inside: NDArray[np.bool_] = (x >= _BOX[0]) & (y >= _BOX[1]) & (x <= _BOX[2]) & (y <= _BOX[3])
    return inside


def _ripple(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Give the shift in metres on the formulas' own plane, before it is turned into degrees."""
    common = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    return east, north


def _to_gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    east, north = _ripple(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    bulge = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY2) / bulge**1.5
    parallel = _AXIS_M / np.sqrt(bulge) * np.cos(phi)
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def _to_baidu(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = _to_gcj(lon, lat)
    reach = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    turn = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return reach * np.cos(turn) + 0.0065, reach * np.sin(turn) + 0.006


_SHIFT = {"GCJ-02": _to_gcj, "BD-09": _to_baidu}


def _prepare(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Copy the degrees into arrays of one shape and say which of them are shifted."""
    _require_known(datum, "datum")
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    shifted = in_china(x, y) if datum != "WGS84" else np.zeros(x.shape, dtype=bool)
    return x.copy(), y.copy(), shifted


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """Shift WGS84 degrees into another datum.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees, WGS84.
    datum : {"WGS84", "GCJ-02", "BD-09"}
        Datum of the result.

    Returns
    -------
    lon, lat : ndarray of float
        Degrees in that datum; unchanged outside of China.

    Raises
    ------
    InputError
        The datum is not known.

    Examples
    --------
    >>> lon, lat = from_wgs84(117.0, 36.65, "GCJ-02")
    >>> round(float(lon), 4), round(float(lat), 4)
    (117.0058, 36.6503)
    """
    x, y, shifted = _prepare(lon, lat, datum)
    if shifted.any():
        x[shifted], y[shifted] = _SHIFT[datum](x[shifted], y[shifted])
    return x, y


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """Shift degrees of another datum back into WGS84.

    The formulas have no inverse in closed form: the place is moved until its own shift gives the
    degrees that were asked for, to less than 1e-9 degrees (0.1 mm).

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees in ``datum``.
    datum : {"WGS84", "GCJ-02", "BD-09"}
        Datum of the degrees.

    Returns
    -------
    lon, lat : ndarray of float
        Degrees, WGS84; unchanged outside of China.

    Raises
    ------
    InputError
        The datum is not known.
    """
    x, y, shifted = _prepare(lon, lat, datum)
    if not shifted.any():
        return x, y
    want_x, want_y = x[shifted], y[shifted]
    at_x, at_y = want_x.copy(), want_y.copy()
    for _ in range(_ROUNDS):
        got_x, got_y = _SHIFT[datum](at_x, at_y)
        off_x, off_y = want_x - got_x, want_y - got_y
        at_x, at_y = at_x + off_x, at_y + off_y
        if max(np.abs(off_x).max(), np.abs(off_y).max()) < _CLOSE_DEG:
            break
    x[shifted], y[shifted] = at_x, at_y
    return x, y


def _require_known(datum: str, source: str) -> None:
    if datum not in DATUMS:
        raise InputError(
            Fault("a datum that is not known", f"Use one of {', '.join(DATUMS)}", source, value=datum)
        )


def check_datums(datum: str | Mapping[str, str] | None, layers: list[str]) -> dict[str, str]:
    """Read the datum of each layer from one text for all, or from a mapping by layer.

    Parameters
    ----------
    datum : str, mapping or None
        A datum, or ``{"communities": "GCJ-02"}``.
    layers : list of str
        Names a layer may have.

    Returns
    -------
    dict
        Layer name to datum; layers that are not named are left out.

    Raises
    ------
    InputError
        A layer or a datum is not known.
    """
    by_layer = dict.fromkeys(layers, datum) if isinstance(datum, str) else dict(datum or {})
    for name, one in by_layer.items():
        _require_known(one, f"datum of {name}")
        if name not in layers:
            raise InputError(
                Fault("no layer has this name", f"Use one of {', '.join(layers)}", "datum", value=name)
            )
    return by_layer


def convert_layer(frame: gpd.GeoDataFrame, datum: str, source: str) -> gpd.GeoDataFrame:
    """Convert a layer in degrees from its datum to WGS84, once.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Layer in a geographic CRS.
    datum : {"WGS84", "GCJ-02", "BD-09"}
        What its degrees really are.
    source : str
        Name in errors.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy in WGS84, marked by ``attrs["datum"] = "WGS84"``.

    Raises
    ------
    InputError
        The layer is not in degrees, or is marked as being in another datum already.
    """
    _require_known(datum, source)
    known = frame.attrs.get("datum", datum)
    if known != datum:
        raise InputError(
            Fault(
                f"the layer is marked as {known} already and would be shifted a second time",
                "Leave out its datum",
                source,
                value=datum,
            )
        )
    if datum != "WGS84" and not frame.crs.is_geographic:
        raise InputError(
            Fault(
                f"{datum} is said of a layer in {frame.crs.name}, which is not longitude and latitude",
                "Give the layer in degrees, as the web map shows them, or leave out its datum",
                source,
            )
        )

    out = frame.copy()
    if datum != "WGS84":
        shapes = _moved(np.array(frame.geometry.array, dtype=object), datum)
        out = out.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=4326))
    out.attrs["datum"] = "WGS84"
    return out


def _moved(shapes: NDArray[np.object_], datum: str) -> NDArray[np.object_]:
    """Move every vertex to WGS84; heights stay."""

    def move(coords: Floats) -> Floats:
        out = coords.copy()
        out[:, 0], out[:, 1] = to_wgs84(coords[:, 0], coords[:, 1], datum)
        return out

    high = shapely.has_z(shapes)
    shapes[high] = shapely.transform(shapes[high], move, include_z=True)
    shapes[~high] = shapely.transform(shapes[~high], move)
    return shapes
