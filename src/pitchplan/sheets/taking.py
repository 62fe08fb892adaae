"""What a sheet takes from a city: the layers' columns that are drawn, the contacts, the atlas's parts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan.errors import Fault, InputError
from pitchplan.sheets.lettering import clean, clean_for, has_cjk
from pitchplan.sheets.published import LAYER_COLUMNS
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["contacts", "day", "holds_cjk", "layers_of"]


def layers_of(city: Any, parts: str, language: str, audience: str) -> dict[str, gpd.GeoDataFrame]:
    """Take from a city the layers and columns that are drawn.

    Parameters
    ----------
    city : City
        The layers.
    parts : str
        Column of the communities that says what gets a page of an atlas.
    language : str
        For the name of communities without one.
    audience : {"public", "office"}
        For the public, numbers of people in names are masked; contact lines are not, they are made to be
        published.

    Returns
    -------
    dict of str to geopandas.GeoDataFrame
        By layer; the communities also have ``part`` and ``part_en``. What every page needs and no
        city has is made here once: ``districts`` (their communities together, in the order of these)
        and ``junctions`` (points where streets meet).

    Raises
    ------
    InputError
        The communities have no such column.
    """
    layers = {name: _layer(city, name, columns, audience) for name, columns in LAYER_COLUMNS.items()}
    layers = {name: layer if name == "communities" else _in_order(layer) for name, layer in layers.items()}
    found = list(getattr(city.communities, "columns", ()))
    if parts not in found and parts != "district":
        raise InputError(
            Fault(
                "a column that the communities do not have",
                f"Use one of {', '.join(str(c) for c in found if c != 'geometry')}",
                "map_sheet",
                column="atlas",
                value=parts,
            )
        )
    named = _layer(city, "communities", ("community_id", parts, f"{parts}_en"), audience)
    communities = layers["communities"].assign(
        part=[p or word(language, "no_district") for p in named[parts]], part_en=named[f"{parts}_en"]
    )
    # Colours go by the order of the communities: by id, not by the order of the file.
    layers["communities"] = communities.sort_values("community_id", ignore_index=True)
    layers["districts"] = _districts(layers["communities"])
    layers["junctions"] = _junctions(layers["centrelines"])
    return layers


def _districts(communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the communities of each district together."""
    geometry, of = communities.geometry.to_numpy(), communities["district"].to_numpy(object)
    names = list(dict.fromkeys(of))
    wholes = [shapely.union_all(geometry[of == name]) for name in names]
    return gpd.GeoDataFrame({"district": names}, geometry=wholes, crs=communities.crs)


def _junctions(axes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find where axes meet."""
    geometry = axes.geometry.to_numpy()
    a, b = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    pair = a < b
    met = shapely.intersection(geometry[a[pair]], geometry[b[pair]])
    points = np.unique(shapely.get_coordinates(shapely.centroid(met[~shapely.is_empty(met)])), axis=0)
    return gpd.GeoDataFrame(geometry=shapely.points(points), crs=axes.crs)


def day(date: dt.date | str | None) -> str:
    """Return the day a map was issued as text.

    Raises
    ------
    InputError
        It is no day.
    """
    if date is None or date == "":
        return ""
    try:
        return (date if isinstance(date, dt.date) else dt.date.fromisoformat(date)).isoformat()[:10]
    except ValueError:
        raise InputError(
            Fault("not a day", "Write it as 2026-05-20", "map_sheet", column="date", value=date)
        ) from None


def _layer(city: Any, name: str, columns: tuple[str, ...], audience: str) -> gpd.GeoDataFrame:
    frame = getattr(city, name, None)
    if frame is None:
        return gpd.GeoDataFrame({c: [] for c in columns}, geometry=[], crs=city.crs)
    geometry = frame.geometry.to_numpy()
    kept = np.array([g is not None and not g.is_empty for g in geometry], dtype=bool)
    data: dict[str, Any] = {}
    for column in columns:
        cells = frame[column] if column in frame.columns else pd.Series("", index=frame.index, dtype=object)
        if column == "width_m":
            data[column] = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)[kept]
        else:
            seen = "office" if column == "contact" else audience
            data[column] = [clean_for(seen, v) for v, k in zip(cells, kept, strict=True) if k]
    return gpd.GeoDataFrame(data, geometry=geometry[kept], crs=city.crs)


def _in_order(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put what is drawn in an order of its own, by place and texts: a file's order must not show."""
    keys = [shapely.bounds(layer.geometry.to_numpy())[:, k] for k in range(4)]
    texts = [layer[c].to_numpy(dtype=str) for c in layer.columns if c not in ("geometry", "width_m")]
    return layer.iloc[np.lexsort([*texts[::-1], *keys[::-1]])].reset_index(drop=True)


def contacts(communities: gpd.GeoDataFrame, given: Mapping[str, str] | None, audience: str) -> dict[str, str]:
    """Return the contact line of each district: as given, else the one all its communities share."""
    if given is not None:
        return {clean_for(audience, d): clean(line) for d, line in given.items() if clean(line)}
    lines: dict[str, set[str]] = {}
    for district, line in zip(communities["district"], communities["contact"], strict=True):
        if line:
            lines.setdefault(district, set()).add(line)
    return {d: next(iter(found)) for d, found in lines.items() if len(found) == 1}


def holds_cjk(title: str, layers: dict[str, gpd.GeoDataFrame]) -> bool:
    """Tell whether title, streets, communities or districts have Chinese names.

    Addresses do not count: they are sentences with Chinese words in them whatever the city.
    """
    texts = [title, *layers["communities"]["district"]]
    for name in ("communities", "centrelines", "streets"):
        texts += [t for t in layers[name]["name"] if t]
    return any(has_cjk(t) for t in texts)
