"""Opening geographic files: one file read is one file, and every failure is a planner's error."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio

from pitchplan.errors import Fault, InputError
from pitchplan.files.heads import check_head
from pitchplan.files.paths import check_file, one_line
from pitchplan.files.shapefiles import beside, shapefile_encoding
from pitchplan.files.zipped import unzipped_shapefile

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_layer"]

# A driver prefix makes GDAL refuse content that is not what the suffix says: a file named
# streets.geojson may hold a VRT that opens another file of this machine. Formats without a prefix
# are asked which driver opens them before anything is read.
_PREFIXES = {
    ".geojson": "GeoJSON:",
    ".json": "GeoJSON:",
    ".topojson": "TopoJSON:",
    ".gpkg": "GPKG:",
    ".shp": "",
    ".fgb": "",
    ".kml": "",
}
_DRIVERS = {".shp": ("ESRI Shapefile",), ".fgb": ("FlatGeobuf",), ".kml": ("LIBKML", "KML")}
_SHAPEFILE_CODE = b"\x00\x00\x27\x0a"
_SUFFIXES = (*_PREFIXES, ".zip", ".parquet", ".geoparquet")


def _split(source: str | os.PathLike[str]) -> tuple[Path, str | None, str | None]:
    """Split ``file.gpkg|layername=streets|subset=SQL``, the way QGIS writes a source."""
    text = os.fspath(source)
    path, *options = text.split("|")
    layer = subset = None
    for option in options:
        key, _, value = option.partition("=")
        if key.strip().lower() == "layername":
            layer = value.strip()
        elif key.strip().lower() == "subset":
            subset = value.strip()
        else:
            raise InputError(
                Fault("an option that is not known", "Use |layername=… or |subset=…", text, value=option)
            )
    return Path(path), layer, subset


def read_layer(source: str | os.PathLike[str], *, encoding: str | None = None) -> gpd.GeoDataFrame:
    """Read one layer of one local file.

    Parameters
    ----------
    source : str or path
        Path, optionally followed by ``|layername=…`` and ``|subset=<SQL>`` as QGIS writes it. GeoJSON,
        TopoJSON, GeoPackage, FlatGeobuf, KML, shapefile, a zip with one shapefile, or GeoParquet.
    encoding : str, optional
        Encoding of a shapefile's text where its ``.cpg`` is missing or wrong.

    Returns
    -------
    geopandas.GeoDataFrame
        As the file has it, CRS included (None where the file states none).

    Raises
    ------
    InputError
        The file is missing, empty, not of its suffix's format, has no such layer, or its text is
        garbled.
    """
    path, layer, subset = _split(source)
    text = os.fspath(source)
    check_file(path, text, _SUFFIXES)
    suffix = path.suffix.lower()
    if suffix in (".parquet", ".geoparquet"):
        frame = _read_parquet(path, text, layer or subset)
    elif suffix == ".zip":
        with unzipped_shapefile(path, text) as unpacked:
            frame = _read(unpacked, text, layer, subset, encoding)
    else:
        frame = _read(path, text, layer, subset, encoding)
    if "geometry" not in frame.columns:
        raise InputError(Fault("the layer has no geometry", "Choose a layer with geometry", text))
    return frame


def _read(
    path: Path, text: str, layer: str | None, subset: str | None, encoding: str | None
) -> gpd.GeoDataFrame:
    suffix = path.suffix.lower()
    options = {}
    if suffix == ".shp" and beside(path, ".shx") is None and _starts_as_shapefile(path):
        raise InputError(Fault("the .shx beside it is missing", "Copy all parts of the shapefile", text))
    if suffix == ".shp" and (codec := shapefile_encoding(path, text, encoding)):
        options["ENCODING"] = codec
    check_head(path, text)
    address = f"{_PREFIXES[suffix]}{path.resolve()}"
    try:
        with warnings.catch_warnings():
            # What GDAL and GEOS mutter about bad geometry, the gate says with row numbers.
            warnings.simplefilter("ignore")
            layer = layer or _only_layer(address, text)
            if suffix in _DRIVERS and _driver(address, layer, options) not in _DRIVERS[suffix]:
                raise InputError(
                    Fault(f"cannot be read as {suffix[1:]}: it is another format", "Export it again", text)
                )
            frame: gpd.GeoDataFrame = pyogrio.read_dataframe(
                address, layer=layer, where=subset, on_invalid="ignore", fid_as_index=False, **options
            )
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            Fault(
                f"cannot be read as {suffix.lstrip('.')}: {one_line(error)}",
                "Open it in QGIS and export it again; check |layername= and |subset=",
                text,
            )
        ) from None
    return frame


def _starts_as_shapefile(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _SHAPEFILE_CODE


def _only_layer(address: str, text: str) -> str | None:
    """Refuse a file of several layers; None takes the only one."""
    names = [str(n) for n in pyogrio.list_layers(address)[:, 0]]
    if len(names) > 1:
        raise InputError(
            Fault(
                "the file has more than one layer",
                f"Choose one with |layername=…: {', '.join(names)}",
                text,
            )
        )
    return None


def _driver(address: str, layer: str | None, options: dict[str, str]) -> str:
    return str(pyogrio.read_info(address, layer=layer, **options)["driver"])


def _read_parquet(path: Path, text: str, options: str | None) -> gpd.GeoDataFrame:
    """Read GeoParquet with pyarrow, which is not a dependency."""
    import geopandas as gpd

    if options:
        raise InputError(Fault("GeoParquet has no layers and takes no subset", "Leave them out", text))
    try:
        return gpd.read_parquet(path)
    except ImportError:
        raise InputError(
            Fault("GeoParquet is read with pyarrow, which is not installed", "pip install pyarrow", text)
        ) from None
    except Exception as error:
        bare = "geo metadata" in str(error)
        what = "a table without geometry" if bare else one_line(error)
        raise InputError(
            Fault(f"cannot be read as GeoParquet: {what}", "Export it again with its geometry", text)
        ) from None
