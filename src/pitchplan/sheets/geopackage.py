"""A sheet as GeoPackage: one layer per kind, and the styles with which QGIS shows them as the sheet does."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from pitchplan.sheets.gis import made_twice, map_layers, write_layer
from pitchplan.sheets.qgis import style

if TYPE_CHECKING:
    from pathlib import Path

    from pitchplan.sheets.gis import Layer
    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["geopackage_bytes"]

_OPTIONS = {"GEOMETRY_NAME": "geom", "FID": "fid"}
# The table in which QGIS looks for styles; it finds them by layer and geometry column.
_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
    styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT, ui TEXT, update_time DATETIME
)
"""
_CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)
"""


def geopackage_bytes(published: Published, sheet: Sheet | None = None) -> bytes:
    """Return spots, pitches and whatever else the map shows as a GeoPackage.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For title, languages and the layers beyond spots and pitches.

    Returns
    -------
    bytes
        The same on each run: the time of the last change is the season's first day.
    """
    layers = map_layers(published, sheet)
    moment = f"{published.first.isoformat()}T00:00:00.000Z"

    def make(folder: Path) -> bytes:
        path = folder / "map.gpkg"
        for i, layer in enumerate(layers):
            write_layer(path, layer, "GPKG", _OPTIONS, append=i > 0)
        try:
            with contextlib.closing(sqlite3.connect(path)) as file:
                _add_styles(file, layers, moment)
                file.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
                file.commit()
                # Pages that held the true times would stay in the file.
                file.execute("VACUUM")
        except sqlite3.Error as error:
            raise OSError(f"{error}") from error
        return path.read_bytes()

    return made_twice(make)


def _add_styles(file: sqlite3.Connection, layers: list[Layer], moment: str) -> None:
    file.execute(_STYLES)
    file.execute(_CONTENTS, (moment,))
    for layer in layers:
        qml = style(layer)
        if qml:
            file.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
                " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
                " VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '', NULL, ?)",
                (layer.name, layer.name, qml, moment),
            )
