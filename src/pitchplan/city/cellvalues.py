"""Reading the cells of layers: ids, levels, text and plain numbers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from pitchplan.city.layers import TABLES

__all__ = ["empty_layer", "ids_of", "levels_of", "numbers_of", "text_of"]


def levels_of(values: pd.Series) -> NDArray[np.int_]:
    """Read levels: numbers, or words of a grade column; an empty cell is the ground."""
    number = pd.to_numeric(values, errors="coerce")
    word = values.astype(str).str.lower()
    number = number.where(number.notna(), word.str.contains("above|bridge").astype(float))
    levels: NDArray[np.int_] = number.fillna(0).round().astype(int).to_numpy()
    return levels


def ids_of(out: pd.DataFrame, column: str, prefix: str) -> pd.Series:
    """Give ids as text: as given, else made of the prefix and the row in what was given."""
    ids = out[column].astype(object) if column in out else pd.Series([None] * len(out), index=out.index)
    if ids.isna().all():
        return prefix + "-" + (out["source_row"] + 1).astype(str)
    text = ids.where(ids.notna(), prefix + "-" + (out["source_row"] + 1).astype(str)).astype(str)
    return text.str.replace(r"^(\d+)\.0$", r"\1", regex=True)


def text_of(values: pd.Series) -> pd.Series:
    """Read text without blanks at its ends; an empty cell is empty text."""
    return values.astype(object).where(values.notna(), "").astype(str).str.strip()


def numbers_of(values: pd.Series, column: str, source: str, notes: list[str]) -> pd.Series:
    """Read finite numbers; what is none becomes "not a number" and is counted in ``notes``."""
    number = pd.to_numeric(values, errors="coerce").astype(float)
    number = number.where(np.isfinite(number))
    bad = number.isna() & values.notna() & (text_of(values) != "")
    if bad.any():
        notes.append(
            f"{source}: {int(bad.sum())} cells of {column} that are no number ignored, "
            f"{values[bad].iloc[0]!r} first"
        )
    return number


def empty_layer(name: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Give a layer of no rows with the columns of its table."""
    columns = [c for c in TABLES[name].names if c != "geometry"]
    return gpd.GeoDataFrame(
        {c: pd.Series(dtype=object) for c in columns}, geometry=gpd.GeoSeries([], crs=crs), crs=crs
    )
