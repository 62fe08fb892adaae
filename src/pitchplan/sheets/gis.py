"""What a map shows as layers of a geographic information system: one per kind, columns typed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from pitchplan.files.paths import one_line
from pitchplan.files.scratch import scratch_folder
from pitchplan.sheets.features import map_features

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["Layer", "flatgeobuf_bytes", "map_layers", "write_layer"]

_PLURALS = {"spot": "spots", "pitch": "pitches", "community": "communities", "district": "districts",
            "street": "streets", "page": "pages", "note": "notes"}  # fmt: skip
_WHOLE = frozenset({"number", "capacity", "room", "residents_served"})
_MEASURES = ("_m", "_m2", "_deg")
# How GeoJSON viewers paint a feature: a GIS has styles for that.
_PAINT = ("marker-", "fill", "stroke")
# The version that GIS of the last ten years read without a warning.
_DATASET = {"GPKG": {"VERSION": "1.2"}}
_DIMENSIONS = ("points", "lines", "areas")


@dataclass(frozen=True)
class Layer:
    """Features of one kind and one dimension.

    Attributes
    ----------
    name : str
        Name of the layer, such as ``spots``.
    kind : str
        What the features are, such as ``spot``.
    dimension : {0, 1, 2}
        Points, lines or areas.
    frame : geopandas.GeoDataFrame
        In degrees (WGS84); columns that end in ``_m`` or ``_deg`` are floats, counts are whole
        numbers, whatever the values of one city look like.
    """

    name: str
    kind: str
    dimension: int
    frame: gpd.GeoDataFrame

    @property
    def geometry_type(self) -> str:
        """The one type that all geometries are written as."""
        several = (
            bool(shapely.get_num_geometries(self.frame.geometry.array).max() > 1) if len(self.frame) else 0
        )
        single = ("Point", "LineString", "Polygon")[self.dimension]
        return f"Multi{single}" if several else single


def map_layers(published: Published, sheet: Sheet | None = None) -> list[Layer]:
    """Return what a map shows as layers, spots and pitches first.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For languages and the layers beyond spots and pitches.

    Returns
    -------
    list of Layer
        One per kind; one per kind and dimension where a kind has several. Spots and pitches are
        there even if there are none.
    """
    rows: dict[str, dict[int, list[dict[str, Any]]]] = {"spot": {}, "pitch": {}}
    for feature in map_features(published, sheet):
        geometry = shapely.geometry.shape(feature["geometry"])
        dimension = int(shapely.get_dimensions(geometry))
        properties = {
            k: v for k, v in feature["properties"].items() if k != "kind" and not k.startswith(_PAINT)
        }
        kind = feature["properties"]["kind"]
        rows.setdefault(kind, {}).setdefault(dimension, []).append({**properties, "geometry": geometry})
    layers = []
    for kind, by_dimension in rows.items():
        name = _PLURALS.get(kind, kind.replace("-", "_"))
        if not by_dimension:
            by_dimension[0 if kind == "spot" else 2] = []
        for dimension, found in sorted(by_dimension.items()):
            suffix = f"_{_DIMENSIONS[dimension]}" if len(by_dimension) > 1 else ""
            layers.append(Layer(name + suffix, kind, dimension, _frame(found)))
    return layers


def _frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row if name != "geometry"))
    columns = {name: _column(name, [row.get(name) for row in rows]) for name in names}
    return gpd.GeoDataFrame(columns, geometry=[row["geometry"] for row in rows], crs="EPSG:4326")


def _column(name: str, values: list[Any]) -> pd.Series:
    """Return a column whose type hangs on its name first: a width of 2 is a float like one of 2.2."""
    given = [v for v in values if v is not None]
    if name.endswith(_MEASURES):
        return pd.Series(values, dtype="float64")
    if name in _WHOLE or (given and all(isinstance(v, int) for v in given)):
        return pd.Series(values, dtype="Int64")
    if given and all(isinstance(v, (int, float)) for v in given):
        return pd.Series(values, dtype="float64")
    return pd.Series([_text(v) for v in values], dtype=object)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def write_layer(
    path: Path, layer: Layer, driver: str, options: Mapping[str, str], *, append: bool = False
) -> None:
    """Write one layer through GDAL, in the order of its features.

    Raises
    ------
    OSError
        GDAL could not write it.
    """
    try:
        pyogrio.write_dataframe(
            layer.frame, path, layer=layer.name, driver=driver, append=append,
            geometry_type=layer.geometry_type, promote_to_multi=layer.geometry_type.startswith("Multi"),
            dataset_options=_DATASET.get(driver), layer_options=dict(options),
        )  # fmt: skip
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise OSError(f"layer {layer.name}: {one_line(error)}") from error


def flatgeobuf_bytes(published: Published, sheet: Sheet | None = None) -> bytes:
    """Return the spots as FlatGeobuf, which holds one layer: points with every column.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For the languages.

    Returns
    -------
    bytes
        With a spatial index; the same on each run.
    """
    spots = next(layer for layer in map_layers(published, sheet) if layer.kind == "spot")

    def make(folder: Path) -> bytes:
        path = folder / "spots.fgb"
        write_layer(path, spots, "FlatGeobuf", {})
        return path.read_bytes()

    return made_twice(make)


def made_twice(make: Callable[[Path], bytes]) -> bytes:
    """Return what a maker makes in a folder of its own, where it makes the same again in another one.

    GDAL says nothing of some writes that the system refused, and closes a file that lacks them.

    Raises
    ------
    OutputError
        The two differ, or the system refused to write.
    """
    made = []
    with scratch_folder() as root:
        for name in ("first", "second"):
            folder = root / name
            folder.mkdir()
            made.append(make(folder))
        if made[0] != made[1]:
            raise OSError("not everything was written")
    return made[0]
