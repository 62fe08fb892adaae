"""Degrees for maps that do not show WGS84: GCJ-02, as AMap and Tencent do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pitchplan.city.datum import from_wgs84
from pitchplan.errors import Fault, InputError
from pitchplan.sheets.features import map_features

if TYPE_CHECKING:
    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["WGS84", "check_datum", "datum_note", "marked_name", "shifted_features", "shifted_spots"]

WGS84 = "wgs84"
_NAMES = {WGS84: "WGS84", "gcj02": "GCJ-02"}


def check_datum(datum: str, kind: str, *, takes_datum: bool) -> str:
    """Return the datum's short name if a format can be written in it.

    Raises
    ------
    InputError
        The datum is unknown, or the format has no place to say that it is not WGS84.
    """
    short = str(datum).lower().replace("-", "")
    if short not in _NAMES:
        fix = 'Use "wgs84", or "gcj02" for AMap'
        raise InputError(Fault("unknown datum", fix, "write", column="datum", value=datum))
    if short != WGS84 and not takes_datum:
        raise InputError(
            Fault(
                f"a {kind} file in {_NAMES[short]} would lie half a kilometre off on every other map",
                "Leave out datum, or write .geojson, .kml, .kmz or .csv",
                "write",
                column="datum",
                value=datum,
            )
        )
    return short


def marked_name(name: str, kind: str, datum: str) -> str:
    """Return a file's name with its datum, so that nobody takes it for one in WGS84.

    Examples
    --------
    >>> marked_name("map.geojson", ".geojson", "gcj02"), marked_name("map.csv", ".csv", "wgs84")
    ('map.gcj02.geojson', 'map.csv')
    """
    short = check_datum(datum, kind, takes_datum=True)
    stem, suffix = name[: -len(kind)], name[-len(kind) :]
    if short == WGS84 or stem.lower().endswith(f".{short}"):
        return name
    return f"{stem}.{short}{suffix}"


def datum_note(datum: str, *, short: bool = False) -> str:
    """Say in which datum a file is if it is not WGS84; empty if it is.

    Examples
    --------
    >>> datum_note("gcj02", short=True), datum_note("wgs84")
    ('(GCJ-02)', '')
    """
    if datum == WGS84:
        return ""
    name = _NAMES[datum]
    if short:
        return f"({name})"
    return f"{name} 坐标，仅用于高德、腾讯地图，不是 WGS84 · {name} for AMap and Tencent alone, not WGS84"


def shifted_features(published: Published, sheet: Sheet | None, datum: str) -> list[dict[str, Any]]:
    """Return what a map shows as features in a datum."""
    features = map_features(published, sheet)
    if datum == WGS84:
        return features
    return [f | {"geometry": f["geometry"] | {"coordinates": _moved(f["geometry"]["coordinates"], datum)}}
            for f in features]  # fmt: skip


def shifted_spots(published: Published, datum: str) -> Published:
    """Return the facts with the spots' ``lon`` and ``lat`` in a datum."""
    if datum == WGS84:
        return published
    lon, lat = from_wgs84(published.spots["lon"], published.spots["lat"], _NAMES[datum])
    return replace(published, spots=published.spots.assign(lon=lon, lat=lat))


def _moved(coordinates: Any, datum: str) -> Any:
    """Move every vertex of nested coordinates."""
    if not isinstance(coordinates[0], (int, float)):
        if isinstance(coordinates[0][0], (int, float)):
            lons, lats = zip(*coordinates, strict=True)
            lon, lat = from_wgs84(lons, lats, _NAMES[datum])
            return [[round(float(x), 7), round(float(y), 7)] for x, y in zip(lon, lat, strict=True)]
        return [_moved(inner, datum) for inner in coordinates]
    return _moved([coordinates], datum)[0]
