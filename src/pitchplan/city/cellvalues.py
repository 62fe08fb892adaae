"""Reading the cells of layers: ids, levels, text and plain numbers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from pitchplan.city.layers import TABLES
from pitchplan.masking import holds_number
from pitchplan.schemas import as_text

__all__ = ["empty_layer", "ids_of", "levels_of", "numbers_of", "oneways_of", "text_of", "unique_ids"]

_MOST_LEVELS = 99
_ONEWAY = {
    **dict.fromkeys(("yes", "true", "1", "y", "ft", "是"), "yes"),
    **dict.fromkeys(("reverse", "-1", "tf"), "reverse"),
    **dict.fromkeys(("no", "false", "0", "n", "b", "否"), "no"),
    "": "",
    # Lanes that change their direction are one-way for nobody who plans.
    **dict.fromkeys(("reversible", "alternating"), "no"),
}


def levels_of(values: pd.Series) -> NDArray[np.int_]:
    """Read levels: numbers, or words of a grade column; an empty cell is the ground."""
    number = pd.to_numeric(values, errors="coerce").astype(float)
    word = values.astype(str).str.lower()
    by_word = word.str.contains("above|bridge").astype(float) - word.str.contains("below|tunnel")
    number = number.where(np.isfinite(number), by_word).clip(-_MOST_LEVELS, _MOST_LEVELS)
    levels: NDArray[np.int_] = number.fillna(0).round().astype(int).to_numpy()
    return levels


def ids_of(out: pd.DataFrame, column: str, prefix: str, source: str, notes: list[str]) -> pd.Series:
    """Give ids as text: as given, else made of the prefix and the row in what was given.

    Ids are published. One that reads like somebody's telephone or ID number or a number plate is not
    taken, and counted in ``notes``.
    """
    ids = out[column].astype(object) if column in out else pd.Series([None] * len(out), index=out.index)
    if ids.isna().all():
        return prefix + "-" + (out["source_row"] + 1).astype(str)
    text = ids.where(ids.notna(), prefix + "-" + (out["source_row"] + 1).astype(str)).astype(str)
    text = text.str.replace(r"^(\d+)\.0$", r"\1", regex=True)
    private = text.map(holds_number)
    if private.any():
        notes.append(
            f"{source}: {int(private.sum())} ids of {column} read like telephone or ID numbers: others made"
        )
    return text.where(~private, prefix + "-" + (out["source_row"] + 1).astype(str))


def unique_ids(ids: pd.Series, layer: str, notes: list[str]) -> pd.Series:
    """Give every feature its own id: one that comes again gets a number, counted in ``notes``.

    Parts of a multipart feature share the id they were given, and so may features of several files.

    Examples
    --------
    >>> unique_ids(pd.Series(["a", "a", "b", "a", "a-2"]), "buildings", []).tolist()
    ['a', 'a-3', 'b', 'a-4', 'a-2']
    """
    again = ids.duplicated().to_numpy()
    if not again.any():
        return ids
    used = set(ids)
    out = ids.to_numpy(dtype=object, copy=True)
    count: dict[str, int] = {}
    for i in np.flatnonzero(again):
        number = count.get(out[i], 1) + 1
        while f"{out[i]}-{number}" in used:
            number += 1
        count[out[i]] = number
        out[i] = f"{out[i]}-{number}"
        used.add(out[i])
    notes.append(f"{layer}: {int(again.sum())} ids that another part or feature has already were numbered")
    return pd.Series(out, index=ids.index)


def oneways_of(values: pd.Series, source: str, notes: list[str]) -> pd.Series:
    """Read one-way marks as yes, reverse, no or empty; what is none is counted in ``notes``.

    ``B``, ``F`` and ``T`` (both, from, to) are those of shapefiles made of OpenStreetMap; without any
    ``B`` in the layer ``T`` and ``F`` are true and false.
    """
    word = text_of(values).str.lower().str.replace(r"\.0$", "", regex=True)
    known = dict(_ONEWAY)
    known |= {"f": "yes", "t": "reverse"} if (word == "b").any() else {"f": "no", "t": "yes"}
    read = word.map(known)
    bad = read.isna()
    if bad.any():
        notes.append(f"{source}: {int(bad.sum())} one-way marks not known, {word[bad].iloc[0]!r} first")
    return read.where(~bad, "")


def text_of(values: pd.Series) -> pd.Series:
    """Read text without blanks at its ends; an empty cell is empty text."""
    return as_text(values).str.strip()


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
