"""Opening geographic files: one file read is one file, and every failure is a planner's error."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio

from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_layer"]

# A driver prefix makes GDAL refuse content that is not what the suffix says: a file named
# streets.geojson may hold a VRT that opens another file of this machine.
_DRIVERS = {
    ".geojson": "GeoJSON:",
    ".json": "GeoJSON:",
    ".topojson": "TopoJSON:",
    ".gpkg": "GPKG:",
    ".shp": "",
    ".fgb": "",
}


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


def _check_path(path: Path, source: str) -> None:
    if "://" in source or source.startswith("/vsi"):
        raise InputError(Fault("not a local file", "Download it first and give its path", source))
    if not path.exists():
        raise InputError(Fault("the file does not exist", "Check the path", source))
    if not path.is_file():
        raise InputError(Fault("not a plain file", "Give the path of one file", source))
    if path.stat().st_size == 0:
        raise InputError(Fault("the file is empty", "Export it again", source))
    if path.suffix.lower() not in _DRIVERS:
        raise InputError(
            Fault(
                "a format that is not read",
                f"Convert it to one of {', '.join(sorted(_DRIVERS))}",
                source,
                value=path.suffix,
            )
        )


def read_layer(source: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read one layer of one local file.

    Parameters
    ----------
    source : str or path
        Path, optionally followed by ``|layername=…`` and ``|subset=<SQL>`` as QGIS writes it.

    Returns
    -------
    geopandas.GeoDataFrame
        As the file has it, CRS included (None where the file states none).

    Raises
    ------
    InputError
        The file is missing, empty, not of its suffix's format, or has no such layer.
    """
    path, layer, subset = _split(source)
    text = os.fspath(source)
    _check_path(path, text)
    address = f"{_DRIVERS[path.suffix.lower()]}{path.resolve()}"
    try:
        if layer is None:
            names = [str(n) for n in pyogrio.list_layers(address)[:, 0]]
            if len(names) > 1:
                raise InputError(
                    Fault(
                        "the file has more than one layer",
                        f"Choose one with |layername=…: {', '.join(names)}",
                        text,
                    )
                )
        with warnings.catch_warnings():
            # What GDAL and GEOS mutter about bad geometry, the gate says with row numbers.
            warnings.simplefilter("ignore")
            frame: gpd.GeoDataFrame = pyogrio.read_dataframe(
                address, layer=layer, where=subset, on_invalid="ignore", fid_as_index=False
            )
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            Fault(
                f"cannot be read as {path.suffix.lower().lstrip('.')}: {error}",
                "Open it in QGIS and export it again; check |layername= and |subset=",
                text,
            )
        ) from None
    if "geometry" not in frame.columns:
        raise InputError(Fault("the layer has no geometry", "Choose a layer with geometry", text))
    return frame
