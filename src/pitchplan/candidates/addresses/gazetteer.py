"""What addresses are made of and read by: named axes, crossings, open spaces, communities, a grid."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pitchplan.candidates.addresses.axes import Axes, Crossings, find_crossings
from pitchplan.city.cells import grid_square
from pitchplan.city.layers import City
from pitchplan.schemas import as_text

__all__ = ["Gazetteer", "communities_at", "gazetteer_of", "is_chinese", "plain"]


@dataclass(frozen=True)
class Gazetteer:
    """The names of a city and where they are.

    Attributes
    ----------
    axes : Axes
        Axes of the streets that have a name.
    crossings : Crossings
        Where they cross.
    open_spaces : geopandas.GeoDataFrame
        Open spaces on the ground: open_space_id, name, name_en, geometry.
    communities : geopandas.GeoDataFrame
        community_id, name, name_en, district, district_en, geometry; names are empty where square
        cells stand in for communities.
    bounds : tuple of float
        The city's least and greatest easting and northing, metres: where the grid begins.
    crs : str
        Planning CRS.
    chinese : bool
        Whether places without a name are told in Chinese words: most of the city's names are, or it
        has none and lies in China.
    """

    axes: Axes
    crossings: Crossings
    open_spaces: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    bounds: tuple[float, float, float, float]
    crs: str
    chinese: bool

    def squares(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.object_]:
        """Name the grid squares that points lie in, such as ``"K7"``."""
        return grid_square(x_m, y_m, self.bounds)

    @cached_property
    def crossing_tree(self) -> cKDTree:
        """Index over the crossings' middles, one entry per row of their table."""
        return cKDTree(self.crossings.table[["x_m", "y_m"]].to_numpy(dtype=float).reshape(-1, 2))

    @cached_property
    def vocabulary(self) -> dict[str, dict[str, frozenset[str]]]:
        """Every name as `plain` writes it: the local names it stands for, by street, space and area."""
        layers = (
            ("street", self.axes.names, self.axes.english),
            ("space", self.open_spaces["name"], self.open_spaces["name_en"]),
            ("area", self.communities["district"], self.communities["district_en"]),
            ("area", self.communities["name"], self.communities["name_en"]),
        )
        found: dict[str, dict[str, frozenset[str]]] = {}
        for sort, local, english in layers:
            for own, latin in zip(local, english, strict=True):
                for text in {plain(own), plain(latin)} - {""}:
                    kinds = found.setdefault(text, {})
                    kinds[sort] = kinds.get(sort, frozenset()) | {own}
        return found


def gazetteer_of(city: City) -> Gazetteer:
    """Gather the names of a city, once, for addresses to be written and read."""
    axes, crossings = find_crossings(city.centrelines)
    spaces = city.open_spaces[(city.open_spaces["level"] == 0).to_numpy(dtype=bool)]
    communities = city.communities[
        ["community_id", "name", "name_en", "district", "district_en", "geometry"]
    ].copy()
    if "communities" not in city.given:
        # A stand-in's name says the same as the grid square, in other words.
        communities[["name", "name_en", "district", "district_en"]] = ""
    names = [*axes.names, *spaces["name"], *communities["name"]]
    said = [is_chinese(name) for name in names if name]
    return Gazetteer(
        axes=axes,
        crossings=crossings,
        open_spaces=spaces[["open_space_id", "name", "name_en", "geometry"]].reset_index(drop=True),
        communities=communities.reset_index(drop=True),
        bounds=city.bounds,
        crs=city.crs,
        chinese=sum(said) * 2 > len(said) if said else "CGCS2000" in pyproj.CRS(city.crs).name,
    )


def is_chinese(text: str) -> bool:
    """Tell whether a name is written in Chinese characters, and not in Japanese or Korean ones.

    Examples
    --------
    >>> is_chinese("舜耕路"), is_chinese("Kaivokatu"), is_chinese("銀座通り")
    (True, False, False)
    """
    han = any("\u3400" <= c <= "\u9fff" for c in text)
    return han and not any("\u3040" <= c <= "\u30ff" or "\uac00" <= c <= "\ud7a3" for c in text)


def plain(text: str) -> str:
    """Write a text as it is compared: full-width letters narrow, small letters, no needless blanks.

    Examples
    --------
    >>> plain("舜耕路 东侧，经十路以南 ４０ 米"), plain(" Jingshi  Road")
    ('舜耕路东侧,经十路以南40米', 'jingshi road')
    """
    narrow = unicodedata.normalize("NFKC", text).casefold()
    out = ""
    for word in narrow.split():
        glued = not out or _wide(out[-1]) or _wide(word[0])
        out += word if glued else " " + word
    return out


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F") or character in ",()"


def communities_at(gazetteer: Gazetteer, community_id: pd.Series) -> pd.DataFrame:
    """Give name, name_en, district and district_en of each run's community, "" where it has none."""
    names = gazetteer.communities[["name", "name_en", "district", "district_en"]]
    at = pd.Index(gazetteer.communities["community_id"]).get_indexer(community_id)
    return names.reindex(at).apply(as_text).reset_index(drop=True)
