"""Compact files that differ only where the city differs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from . import street_plan as plan

DECIMALS = 8
_TO_DEGREES = Transformer.from_crs("EPSG:4548", "EPSG:4326", always_xy=True)
Rows = list[dict[str, object]]


def to_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape on the map in WGS84 degrees, rounded to about a millimetre."""
    coords = shapely.get_coordinates(shape) + np.array(plan.ORIGIN)
    lon, lat = _TO_DEGREES.transform(coords[:, 0], coords[:, 1])
    return shapely.set_coordinates(shapely.force_2d(shape), np.round(np.column_stack([lon, lat]), DECIMALS))


def layer_text(rows: Iterable[dict[str, object]]) -> str:
    """Return rows with a ``geometry`` in map metres as RFC 7946 GeoJSON, one feature a line.

    Raises
    ------
    ValueError
        A geometry is invalid or has several parts.
    """
    lines = []
    for row in rows:
        shape = row["geometry"]
        if not isinstance(shape, BaseGeometry):
            raise ValueError(f"no geometry in {row}")
        degrees = to_degrees(shapely.orient_polygons(shape, exterior_cw=False))
        if not degrees.is_valid or degrees.is_empty or degrees.geom_type.startswith(("Multi", "Geometry")):
            raise ValueError(f"bad geometry {shapely.is_valid_reason(degrees)} in {row}")
        properties = {k: v for k, v in row.items() if k != "geometry"}
        feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(degrees)}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def table_text(rows: Rows) -> str:
    """Return rows as CSV text with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def save(folder: Path, name: str, text: str) -> None:
    """Write a text file as UTF-8 with bare newlines."""
    (folder / name).write_bytes(text.encode())
