"""A sheet as zipped shapefiles, one per kind, for tools that read nothing newer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pitchplan.sheets.gis import Layer, made_twice, map_layers, write_layer
from pitchplan.sheets.zips import zip_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["SHORT_NAMES", "cut", "shapefile_bytes", "short_names"]

_NAME_BYTES = 10
_TEXT_BYTES = 254
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")

SHORT_NAMES = {
    "address_en": "addr_en",
    "bearing_deg": "bearing",
    "clear_drive_m": "clr_driv_m",
    "clear_walk_m": "clr_walk_m",
    "community_id": "commun_id",
    "description": "descr",
    "district_en": "distr_en",
    "grid_square": "grid_sq",
    "residents_served": "served",
    "width_status": "width_stat",
}
"""How columns with names of more than ten bytes, the most a shapefile holds, are called in it."""


def shapefile_bytes(published: Published, sheet: Sheet | None = None) -> bytes:
    """Return spots, pitches and whatever else the map shows as shapefiles in a ZIP archive.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For languages and the layers beyond spots and pitches.

    Returns
    -------
    bytes
        The same on each run. Each layer has a ``.cpg`` (UTF-8) and a ``.prj`` (WGS84); ``fields.csv``
        says which column each short field name stands for. Texts of more than 254 bytes, the most a
        shapefile holds, end with an ellipsis.
    """
    layers = map_layers(published, sheet)

    def make(folder: Path) -> bytes:
        files: dict[str, bytes] = {}
        names = ["layer,field,column"]
        for layer in layers:
            fields = short_names(c for c in layer.frame.columns if c != "geometry")
            names += [f"{layer.name},{short},{column}" for column, short in fields.items()]
            path = folder / f"{layer.name}.shp"
            date = published.first.isoformat()
            options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": date}
            write_layer(path, _fitted(layer, fields), "ESRI Shapefile", options)
            files |= {path.with_suffix(s).name: path.with_suffix(s).read_bytes() for s in _PARTS}
        files["fields.csv"] = ("\r\n".join(names) + "\r\n").encode("ascii", "replace")
        return zip_bytes(files)

    return made_twice(make)


def _fitted(layer: Layer, fields: dict[str, str]) -> Layer:
    frame = layer.frame.copy()
    for column in frame.columns:
        if frame[column].dtype == object:
            frame[column] = pd.Series([cut(v) for v in frame[column]], index=frame.index, dtype=object)
    return Layer(layer.name, layer.kind, layer.dimension, frame.rename(columns=fields))


def short_names(columns: Iterable[str]) -> dict[str, str]:
    """Return a field name of at most ten bytes per column, no two alike.

    Examples
    --------
    >>> short_names(["number", "address_en", "surroundings_a", "surroundings_b"])
    {'number': 'number', 'address_en': 'addr_en', 'surroundings_a': 'surroundin',
     'surroundings_b': 'surround_1'}
    """
    out: dict[str, str] = {}
    for column in columns:
        plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in column)
        short = SHORT_NAMES.get(column, plain)[:_NAME_BYTES]
        taken, again = {s.lower() for s in out.values()}, 0
        while short.lower() in taken:
            again += 1
            short = f"{plain[: _NAME_BYTES - 1 - len(str(again))]}_{again}"
        out[column] = short
    return out


def cut(text: str | None) -> str | None:
    """Return a text that fits 254 bytes of UTF-8, cut between two characters.

    Examples
    --------
    >>> cut("舜耕路"), len(cut("路" * 100).encode())
    ('舜耕路', 252)
    """
    if text is None or len(text.encode("utf-8")) <= _TEXT_BYTES:
        return text
    room = _TEXT_BYTES - len("…".encode())
    return text.encode("utf-8")[:room].decode("utf-8", "ignore") + "…"
