"""Looking into a geographic file before GDAL does: is it what its suffix says, and does it stay at home."""

from __future__ import annotations

import json
import mmap
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from pitchplan.errors import Fault, InputError
from pitchplan.files.paths import one_line
from pitchplan.files.shapefiles import beside

__all__ = ["check_head"]

_SIGNS = {".shp": b"\x00\x00\x27\x0a", ".fgb": b"fgb\x03fgb", ".gpkg": b"SQLite format 3\0"}
_KML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?kml[\s>]", re.DOTALL
)
# GDAL fetches a CRS that is given as a link, from wherever the file says. JSON may spell any letter as \u00….
_CRS_KEY = re.compile(
    rb"""["'](?:c|\\u00[46]3)(?:r|\\u00[57]2)(?:s|\\u00[57]3)["']\s*(.)""", re.IGNORECASE | re.DOTALL
)
_MOST_CRS_BYTES = 65_536
_GRID = re.compile(rb"grids\s*=\s*(?!@null)|init\s*=|PARAMETERFILE\s*\[", re.IGNORECASE)


def check_head(path: Path, source: str) -> None:
    """Refuse a file that is not of its suffix's format, or that makes whoever reads it open something else.

    Parameters
    ----------
    path : pathlib.Path
        A file that exists.
    source : str
        Its name in errors.

    Raises
    ------
    InputError
        The content is of another format; XML entities; a CRS that is a link; a GeoPackage whose layers
        are computed while they are read.
    """
    suffix = path.suffix.lower()
    page = beside(path, ".prj") if suffix == ".shp" else path if suffix == ".fgb" else None
    if page is not None:
        with page.open("rb") as file:
            _check_grids(file.read(_MOST_CRS_BYTES), source)
    if suffix in _SIGNS and not _starts_with(path, _SIGNS[suffix]):
        raise _another(suffix, source)
    if suffix == ".kml":
        _check_kml(path, source)
    elif suffix in (".geojson", ".json", ".topojson"):
        _check_json(path, source)
    elif suffix == ".gpkg":
        _check_tables(path, source)


def _check_grids(text: bytes, source: str) -> None:
    """Refuse a CRS that names a file of its own: GDAL opens it to learn what the CRS is."""
    if _GRID.search(text):
        what = "a CRS that is converted by a grid file"
        raise InputError(Fault(what, "Reproject the layer to a code such as EPSG:4548", source))


def _another(suffix: str, source: str) -> InputError:
    what = f"cannot be read as {suffix[1:]}: it is another format"
    return InputError(Fault(what, "Export it again", source))


def _starts_with(path: Path, sign: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(sign)) == sign


def _check_kml(path: Path, source: str) -> None:
    data = path.read_bytes()
    # UTF-16 hides the words from a search of bytes, but not without its zeros.
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", data.replace(b"\0", b""), re.IGNORECASE):
        what = "an XML file that declares entities, which may name other files"
        raise InputError(Fault(what, "Export it again: KML needs none", source))
    if not _KML.match(data):
        raise _another(".kml", source)


def _check_json(path: Path, source: str) -> None:
    """Refuse a CRS that is to be fetched; whatever stands at the key crs must be plain JSON."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        _check_crs(data, source)


def _check_crs(data: mmap.mmap, source: str) -> None:
    for match in _CRS_KEY.finditer(data):
        if match[1] in b",}]":  # a text, not a key
            continue
        start = match.end()
        text = data[start : start + _MOST_CRS_BYTES].decode("utf-8", "replace").lstrip()
        try:
            said = json.JSONDecoder().raw_decode(text)[0] if match[1] == b":" else None
        except (ValueError, RecursionError):
            said = None
        if said is None and not text.startswith("null"):
            raise InputError(Fault("the CRS cannot be read", "Export it again", source, column="crs"))
        if isinstance(said, dict):
            _check_grids(json.dumps(said).encode(), source)
        if isinstance(said, dict) and _is_link(said):
            what = "the CRS is a link to another place, which is not followed"
            fix = "Export it again as RFC 7946 GeoJSON, in longitude and latitude"
            raise InputError(Fault(what, fix, source, column="crs", value=said))


def _is_link(said: dict[str, object]) -> bool:
    """Tell whether a crs object is of a type that GDAL fetches, whatever the case of its keys."""
    kinds = [str(v).lower() for k, v in said.items() if k.lower() == "type"]
    return not set(kinds) <= {"name", "epsg", "proj", "ogc"}


def _check_tables(path: Path, source: str) -> None:
    """Refuse what SQLite computes while it reads: it may be endless, huge, or come from elsewhere."""
    for part in ("-wal", "-journal"):
        other = path.with_name(path.name + part)
        if other.is_file() and other.stat().st_size:
            what = f"a part of it still stands in {other.name}"
            raise InputError(
                Fault(what, "Close it in every program that has it open, then try again", source)
            )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            rows = base.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
            if any(row[1] == "gpkg_spatial_ref_sys" for row in rows):
                for (said,) in base.execute("SELECT definition FROM gpkg_spatial_ref_sys"):
                    _check_grids(str(said).encode(), source)
            names = [name for kind, name, _ in rows if kind == "table"]
            hidden = [n for n in names if _has_computed_column(base, n)]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        what = f"cannot be read as gpkg: {one_line(error)}"
        raise InputError(Fault(what, "Open it in QGIS and export it again", source)) from None
    virtual = [n for _, n, sql in rows if sql and re.match(r"\s*create\s+virtual", sql, re.IGNORECASE)]
    views = [name for kind, name, _ in rows if kind == "view"]
    computed = [*views, *(n for n in virtual if not str(n).startswith("rtree_")), *hidden]
    if computed:
        what = "a layer that is computed while it is read (a view, or a computed column)"
        fix = "Export the layer to a GeoPackage of its own"
        raise InputError(Fault(what, fix, source, value=computed[0]))


def _has_computed_column(base: sqlite3.Connection, table: str) -> bool:
    quoted = table.replace('"', '""')
    if table.startswith("rtree_"):
        return False
    return any(row[6] in (2, 3) for row in base.execute(f'PRAGMA table_xinfo("{quoted}")'))
