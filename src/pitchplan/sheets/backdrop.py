"""What a map shows around the spots, as features: districts, communities, streets, keep-clear features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.degrees import geometries
from pitchplan.sheets.feature import feature, number
from pitchplan.sheets.ink import INK, TINTS, street_rank
from pitchplan.sheets.signs import SIGNS, sign_of
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from pitchplan.sheets.sheet import Sheet

__all__ = ["communities", "districts", "keep_clear", "on_the_map", "streets"]

_STREETS = (("main_edge", 4), ("secondary_edge", 3), ("street_edge", 2), ("street_edge", 1))


def communities(sheet: Sheet, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    """Return the communities, ordered by id."""
    layer = sheet.layers["communities"]
    order = list(dict.fromkeys(layer["district"]))
    tint = {district: TINTS[i % len(TINTS)] for i, district in enumerate(order)}
    style = {"fill-opacity": 0.35, "stroke": INK["community"], "stroke-width": 1, "stroke-opacity": 0.7}
    layer, ids = _identified(layer, "community_id")
    columns = ("community_id", "name", "name_en", "district", "district_en")
    out = []
    for name, row, shape in zip(ids, _records(layer, columns), _shapes(layer, transformer), strict=True):
        title = _name(sheet, row)
        texts = (title, _name(sheet, row, "district"), title)
        if shape is not None:
            properties = row | {"fill": tint[row["district"]]} | style
            out.append(feature("community", name, shape, texts, properties))
    return out


def districts(sheet: Sheet, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    """Return the districts, each the union of its communities, with its contact line."""
    layer = sheet.layers["communities"]
    spots = sheet.published.spots
    language = sheet.languages[0]
    style = {"fill-opacity": 0, "stroke": INK["district"], "stroke-width": 3, "stroke-opacity": 0.8}
    names = sorted({name for name in layer["district"] if name})
    groups = [layer[layer["district"] == name] for name in names]
    shapes = geometries([shapely.union_all(g.geometry.to_numpy()) for g in groups], transformer)
    out = []
    for name, group, shape in zip(names, groups, shapes, strict=True):
        inside = spots[spots["district"] == name]
        pitches = int(inside["capacity"].sum())
        contact = sheet.contact.get(name, "")
        row: dict[str, Any] = {
            "district": name,
            "district_en": next((e for e in group["district_en"] if e), ""),
        }
        lines = [word(language, "district_totals", spots=len(inside), pitches=pitches)]
        if contact:
            lines.append(word(language, "contact", contact=contact))
        title = _name(sheet, row, "district")
        row |= {"contact": contact, "communities": len(group), "spots": len(inside), "capacity": pitches}
        if shape is not None:
            texts = (title, "\n".join(lines), title)
            out.append(feature("district", name, shape, texts, row | {"fill": INK["paper"]} | style))
    return out


def streets(sheet: Sheet, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    """Return the streets that a page shows, whole: centrelines if the city has them, else polygons."""
    lines = sheet.layers["centrelines"]
    layer = on_the_map(sheet, lines if len(lines) else sheet.layers["streets"])
    layer, ids = _identified(layer, "street_id")
    columns = ("street_id", "name", "name_en", "street_class", "width_m")
    out = []
    for name, row, shape in zip(ids, _records(layer, columns), _shapes(layer, transformer), strict=True):
        title = _name(sheet, row)
        ink, width = _STREETS[street_rank(row["street_class"])]
        row |= {"stroke": INK[ink], "stroke-width": width}
        if shape is not None:
            out.append(feature("street", name, shape, (title, row["street_class"], title), row))
    return out


def keep_clear(sheet: Sheet, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    """Return the keep-clear features that some page of the map has a sign for."""
    layer = on_the_map(sheet, sheet.layers["keep_clear"])
    finest = min(page.scale for page in (sheet.page, *sheet.pages))
    layer = layer[np.array([bool(sign_of(k, finest)) for k in layer["kind"]], dtype=bool)]
    layer, ids = _identified(layer, "feature_id")
    out = []
    columns = ("feature_id", "kind", "name")
    for name, row, shape in zip(ids, _records(layer, columns), _shapes(layer, transformer), strict=True):
        key = sign_of(row["kind"])
        said, ink = word(sheet.languages[0], key), SIGNS[key].colour
        row["feature"] = row.pop("kind")
        title = row["name"] or said
        if shape is not None:
            texts = (title, said, row["name"])
            row |= {"marker-color": ink, "marker-size": "small"}
            row |= {"fill": ink, "fill-opacity": 0.4, "stroke": ink, "stroke-width": 1}
            out.append(feature("keep-clear", name, shape, texts, row))
    return out


def on_the_map(sheet: Sheet, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep of a layer what some page's frame shows."""
    frames = shapely.union_all([shapely.box(*page.window()) for page in (sheet.page, *sheet.pages)])
    shapely.prepare(frames)
    return layer[shapely.intersects(frames, layer.geometry.to_numpy())]


def _identified(layer: gpd.GeoDataFrame, column: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Order a layer by its ids and return one id for each row: pieces that share one are counted.

    A street of several pieces, each with a name and width of its own, has one id in the city; the
    pieces are counted by name and place, so that the order of rows does not matter.
    """
    place = shapely.to_wkb(layer.geometry.to_numpy(), hex=True)
    layer = layer.assign(place=place).sort_values([column, "name", "place"], kind="stable")
    groups = layer.groupby(column, sort=False)[column]
    rows = zip(layer[column], groups.cumcount() + 1, groups.transform("size"), strict=True)
    return layer, [f"{name}/{nth}" if size > 1 else str(name) for name, nth, size in rows]


def _shapes(layer: gpd.GeoDataFrame, transformer: pyproj.Transformer) -> list[dict[str, Any] | None]:
    return geometries(layer.geometry.to_numpy(), transformer)


def _records(layer: gpd.GeoDataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = zip(*(layer[name].tolist() for name in columns), strict=True)
    return [dict(zip(columns, map(number, row), strict=True)) for row in rows]


def _name(sheet: Sheet, row: dict[str, Any], column: str = "name") -> str:
    """Return a name in the map's first language; where there is none in English, the local one."""
    english = row[f"{column}_en"] if sheet.languages[0] == "en" else ""
    return str(english or row[column])
