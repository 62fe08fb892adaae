"""A city's shapes for the screen: decimetres from a corner of the city, drawn and searched by the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from pitchplan.sheets.ink import space_class, street_rank, street_ranks
from pitchplan.sheets.screen.encode import encode, encode_runs
from pitchplan.sheets.signs import SIGNS, sign_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Names", "Shapes", "drawn_shapes"]

UNIT_M = 0.1
_TOLERANCE_M = 0.25  # a pitch is 2 m wide: its kerb must not wander visibly
_WIDTH_M = 6.0  # a street whose width is not known
_LEAST_BUILDING_M2 = 20.0
# Buildings and footways are the first to go where a page would grow too heavy for a phone.
_MOST_CHARACTERS = 900_000


class Names:
    """Names in two languages, each kept once and known by its place in a list."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []
        self._where: dict[tuple[str, str], int] = {}

    def add(self, name: str, name_en: str) -> int:
        """Return a name's place, or -1 for no name."""
        pair = (name or name_en, name_en)
        if not pair[0]:
            return -1
        if pair not in self._where:
            self._where[pair] = len(self.rows)
            self.rows.append(pair)
        return self._where[pair]


class Shapes:
    """Turns geometries in the planning CRS into texts.

    Parameters
    ----------
    origin : (float, float)
        Easting and northing that is counted from, metres.
    """

    def __init__(self, origin: tuple[float, float]) -> None:
        self.origin = np.array(origin)

    def whole(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return places as whole decimetres from the origin."""
        return np.asarray(np.rint((xy - self.origin) / UNIT_M), dtype=np.int64)

    def lines(self, geometry: Any, *, tolerance: float = _TOLERANCE_M) -> str:
        """Write lines, or the outlines of areas: outer rings one way round, holes the other."""
        found = np.asarray(geometry, dtype=object)
        found = shapely.force_2d(found[~shapely.is_missing(found)])
        parts = shapely.get_parts(shapely.get_parts(shapely.simplify(found, tolerance)))
        areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        rings = shapely.get_rings(shapely.orient_polygons(parts[areas]))
        xy, of = shapely.get_coordinates(np.concatenate([parts[~areas], rings]), return_index=True)
        places = self.whole(xy)
        kept = np.ones(len(places), dtype=bool)
        kept[1:] = (np.diff(places, axis=0) != 0).any(axis=1) | (of[1:] != of[:-1])
        counts = np.bincount(of[kept])
        long = counts > 1  # what shrinks to a point is not written
        return encode_runs(places[kept & long[of]], counts[long])


def drawn_shapes(layers: dict[str, gpd.GeoDataFrame], shapes: Shapes, names: Names) -> dict[str, Any]:
    """Return what is drawn below the spots.

    Parameters
    ----------
    layers : dict of str to geopandas.GeoDataFrame
        A sheet's layers.
    shapes : Shapes
        Writes geometries.
    names : Names
        Collects the names.

    Returns
    -------
    dict
        ``spaces``, ``footways``, ``buildings``, ``streets``, ``symbols``; what would make the page too
        heavy is left out.
    """
    out: dict[str, Any] = {
        "streets": _streets(layers["centrelines"], shapes, names) + _areas(layers, shapes, names),
        "spaces": _spaces(layers["open_spaces"], shapes, names),
        "symbols": _symbols(layers["keep_clear"], shapes),
    }
    room = _MOST_CHARACTERS - sum(len(s["g"]) for s in out["streets"] + out["spaces"])
    buildings = layers["buildings"].geometry.to_numpy()
    for name, geometry in (
        ("footways", layers["footways"].geometry.to_numpy()),
        ("buildings", buildings[shapely.area(buildings) >= _LEAST_BUILDING_M2]),
    ):
        text = shapes.lines(geometry)
        out[name] = text if len(text) <= room else ""
        room -= len(out[name])
    return out


def _streets(layer: gpd.GeoDataFrame, shapes: Shapes, names: Names) -> list[dict[str, Any]]:
    """Return centrelines, one row per rank, width and name, each as few long lines as can be."""
    layer = layer[shapely.get_num_geometries(layer.geometry.to_numpy()) > 0]
    if not len(layer):
        return []
    widths = np.nan_to_num(layer["width_m"].to_numpy(dtype=float), nan=_WIDTH_M)
    pairs = pd.MultiIndex.from_arrays([layer["name"].astype(object), layer["name_en"].astype(object)])
    code, named = pairs.factorize()
    name = np.array([names.add(*pair) for pair in named], dtype=np.int64)[code]
    keys = np.column_stack([street_ranks(layer["street_class"]), np.round(widths, 1), name])
    rows, found = np.unique(keys, axis=0, return_inverse=True)
    group = found.reshape(-1)  # some versions of numpy return a column
    parts, of = shapely.get_parts(layer.geometry.to_numpy(), return_index=True)
    order = np.argsort(group[of], kind="stable")
    merged = shapely.line_merge(shapely.multilinestrings(parts[order], indices=group[of][order]))
    return [
        {"r": int(rank), "w": float(width), "n": int(name), "g": shapes.lines([line])}
        for (rank, width, name), line in zip(rows.tolist(), merged, strict=True)
    ]


def _areas(layers: dict[str, gpd.GeoDataFrame], shapes: Shapes, names: Names) -> list[dict[str, Any]]:
    """Return carriageways given as areas that have no centreline; their width is 0."""
    layer = layers["streets"]
    layer = layer[~layer["street_id"].isin(layers["centrelines"]["street_id"])]
    return [
        {
            "r": street_rank(s.street_class),
            "w": 0,
            "n": names.add(s.name, s.name_en),
            "g": shapes.lines([s.geometry]),
        }
        for s in layer.rename(columns={layer.geometry.name: "geometry"}).itertuples(index=False)
    ]


def _spaces(layer: gpd.GeoDataFrame, shapes: Shapes, names: Names) -> list[dict[str, Any]]:
    columns = (layer["kind"], layer["name"], layer["name_en"], layer.geometry)
    return [
        {"k": space_class(kind), "n": names.add(name, name_en), "g": shapes.lines([shape])}
        for kind, name, name_en, shape in zip(*columns, strict=True)
    ]


def _symbols(layer: gpd.GeoDataFrame, shapes: Shapes) -> dict[str, str]:
    """Return the places of the kinds of features that have a sign, one line per kind."""
    kinds = np.array([sign_of(k) for k in layer["kind"]], dtype=object)
    out = {}
    for kind in (k for k in SIGNS if k in set(kinds)):
        points = shapely.point_on_surface(layer.geometry.to_numpy()[kinds == kind])
        out[kind] = encode([shapes.whole(shapely.get_coordinates(points))])
    return out
