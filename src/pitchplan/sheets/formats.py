"""The formats a sheet is written in: one row each, by suffix."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["FORMATS", "Format", "format_of"]


@dataclass(frozen=True)
class Format:
    """How one format is made.

    Attributes
    ----------
    maker : str
        ``file:function`` in this room, which returns bytes. It takes the sheet; where no map is
        needed, the published facts and the sheet, None for a bare plan.
    needs_map : bool
        Whether a bare plan is not enough.
    takes_ppi : bool
        Whether the maker takes ``ppi``.
    takes_datum : bool
        Whether the maker takes ``datum`` and the file can say that it is not in WGS84.
    """

    maker: str
    needs_map: bool = True
    takes_ppi: bool = False
    takes_datum: bool = False

    def make(self, published: Published, sheet: Sheet | None, *, ppi: float, datum: str) -> bytes:
        """Return the file's content."""
        file, name = self.maker.split(":")
        maker: Callable[..., bytes] = getattr(import_module(f"pitchplan.sheets.{file}"), name)
        options: dict[str, Any] = {"ppi": ppi} if self.takes_ppi else {}
        if self.takes_datum:
            options["datum"] = datum
        return maker(sheet, **options) if self.needs_map else maker(published, sheet, **options)


FORMATS = {
    ".geojson": Format("geojson:geojson_bytes", needs_map=False, takes_datum=True),
    ".html": Format("html:html_bytes"),
    ".svg": Format("svg:svg_bytes"),
    ".pdf": Format("pdf:pdf_bytes"),
    ".png": Format("pdf:png_bytes", takes_ppi=True),
    ".csv": Format("tables:spots_csv", needs_map=False, takes_datum=True),
    ".xlsx": Format("workbook:workbook_bytes", needs_map=False),
    ".kml": Format("kml:kml_bytes", needs_map=False, takes_datum=True),
    ".kmz": Format("kml:kmz_bytes", needs_map=False, takes_datum=True),
    ".gpkg": Format("geopackage:geopackage_bytes", needs_map=False),
    ".fgb": Format("gis:flatgeobuf_bytes", needs_map=False),
    ".shp.zip": Format("shapefile:shapefile_bytes", needs_map=False),
}
"""By suffix; a suffix may have two parts."""


_INSTEAD = {
    ".shp": "A shapefile is several files: write .shp.zip, which holds them all",
    ".zip": "Write .shp.zip for shapefiles, .kmz for phones",
    ".xls": "Write .xlsx",
    ".json": "Write .geojson",
}


def format_of(name: str) -> str:
    """Return the suffix of a file's name that names its format.

    Raises
    ------
    InputError
        No format has it.
    """
    lower = name.lower()
    found = max((s for s in FORMATS if lower.endswith(s)), key=len, default="")
    if not found:
        instead = _INSTEAD.get(PurePath(lower).suffix, f"Use one of {', '.join(FORMATS)}")
        raise InputError(Fault("unknown format", instead, "write", value=name))
    return found
