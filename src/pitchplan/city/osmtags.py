"""Reading single tags of OpenStreetMap features, column-wise."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.city.widths import read_widths

__all__ = ["level_of", "tag", "tag_in", "taken", "width_of"]

_NO = ("", "no", "false", "0")


def tag(frame: gpd.GeoDataFrame, key: str) -> pd.Series:
    """Give one tag of every feature as text, empty where it has none."""
    return pd.Series([t.get(key, "") for t in frame["tags"]], index=frame.index, dtype=object)


def tag_in(frame: gpd.GeoDataFrame, key: str, values: Collection[str]) -> NDArray[np.bool_]:
    """Tell which features have one of the values."""
    known = frozenset(values)
    return np.fromiter((t.get(key) in known for t in frame["tags"]), dtype=bool, count=len(frame))


def level_of(frame: gpd.GeoDataFrame) -> NDArray[np.int_]:
    """Give levels: ``layer``; at least 1 on bridges; at most -1 in tunnels and underground.

    A ``building_passage`` is a tunnel by name only: its street lies on the ground.
    """
    layer = pd.to_numeric(tag(frame, "layer"), errors="coerce").fillna(0).clip(-9, 9).round().astype(int)
    bridge = ~tag_in(frame, "bridge", _NO) & (tag(frame, "bridge") != "").to_numpy()
    below = ~tag_in(frame, "tunnel", (*_NO, "building_passage")) & (tag(frame, "tunnel") != "").to_numpy()
    below |= tag_in(frame, "location", ("underground",)) | tag_in(frame, "parking", ("underground",))
    level = layer.to_numpy()
    level = np.where(bridge, np.maximum(level, 1), level)
    out: NDArray[np.int_] = np.where(below & ~bridge, np.minimum(level, -1), level)
    return out


def width_of(frame: gpd.GeoDataFrame, otherwise_m: float) -> NDArray[np.float64]:
    """Give the ``width`` tag in metres, else a width of ours."""
    nothing = pd.Series(np.nan, index=frame.index)
    width, status = read_widths(tag(frame, "width"), nothing, tag(frame, "highway"))
    out: NDArray[np.float64] = width.where(status == "given", otherwise_m).to_numpy(dtype=float)
    return out


def taken(
    frame: gpd.GeoDataFrame, mask: NDArray[np.bool_], id_column: str, **columns: object
) -> gpd.GeoDataFrame:
    """Take some features with their id, names, level and columns of the caller's (of full length)."""
    out = gpd.GeoDataFrame(
        {
            id_column: frame["osm_id"],
            "name": tag(frame, "name"),
            "name_en": tag(frame, "name:en"),
            "level": level_of(frame),
            **columns,
        },
        geometry=frame.geometry,
        crs=frame.crs,
        index=frame.index,
    )
    return out[mask & frame.geometry.notna().to_numpy()].reset_index(drop=True)
