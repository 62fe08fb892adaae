"""Opening OpenStreetMap extracts with GDAL's OSM driver, every tag parsed."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path

import geopandas as gpd
import pyogrio

from pitchplan.errors import Fault, InputError
from pitchplan.files.paths import check_file, one_line

__all__ = ["parse_tags", "read_osm_layers"]

_CONFIG = Path(__file__).with_name("osmconf.ini")
_LAYERS = {"points": "n", "lines": "w", "multipolygons": "r"}
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_XML_HEAD = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<osm[\s>]", re.DOTALL)
_HEAD_BYTES = 4096


def parse_tags(text: object) -> dict[str, str]:
    r"""Parse tags in PostgreSQL's hstore notation, as GDAL's OSM driver writes them.

    Parameters
    ----------
    text : object
        Text such as ``"lanes"=>"2"``, with ``\"`` and ``\\`` escaped; anything but text has no tags.

    Returns
    -------
    dict of str to str
        In the order of the text; of a repeated key the last value holds. What is no pair is skipped.

    Examples
    --------
    >>> parse_tags('"lanes"=>"2","note"=>"a \\"b\\", c=>d"')
    {'lanes': '2', 'note': 'a "b", c=>d'}
    >>> parse_tags(None)
    {}
    """
    if not isinstance(text, str):
        return {}
    return {_ESCAPED.sub(r"\1", key): _ESCAPED.sub(r"\1", value) for key, value in _PAIR.findall(text)}


def _check_head(path: Path, text: str) -> None:
    """Refuse what is not OSM by its first bytes: GDAL would open it with any other driver."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    is_osm = b"OSMHeader" in head[:64] if path.suffix.lower() == ".pbf" else bool(_XML_HEAD.match(head))
    if not is_osm:
        raise InputError(Fault("not an OpenStreetMap extract", "Download the extract again", text))


def read_osm_layers(source: str | os.PathLike[str]) -> dict[str, gpd.GeoDataFrame]:
    """Read points, lines and polygons of an OpenStreetMap extract.

    Parameters
    ----------
    source : str or path
        ``.osm.pbf``, ``.pbf`` or ``.osm`` on this machine.

    Returns
    -------
    dict of str to geopandas.GeoDataFrame
        ``points``, ``lines`` and ``multipolygons``, in EPSG:4326, with the columns ``osm_id`` (n, w
        or r for node, way and relation, and its number) and ``tags`` (a dict).

    Raises
    ------
    InputError
        The file is missing, empty, not OpenStreetMap or torn.
    """
    path, text = Path(os.fspath(source)), os.fspath(source)
    check_file(path, text, (".pbf", ".osm"))
    _check_head(path, text)
    try:
        try:
            return {name: _read(path, name) for name in _LAYERS}
        except pyogrio.errors.FeatureError:
            # Ids that are negative or not in order, as editors write them, need the slower index.
            return {name: _read(path, name, USE_CUSTOM_INDEXING="NO") for name in _LAYERS}
    except Exception as error:
        raise InputError(
            Fault(f"cannot be read as OpenStreetMap: {one_line(error)}", "Download the extract again", text)
        ) from None


def _read(path: Path, layer: str, **options: str) -> gpd.GeoDataFrame:
    options = {"CONFIG_FILE": str(_CONFIG), **options}
    with warnings.catch_warnings():
        # Relations cut by the extract's edge come without rings; the gate counts what is left out.
        warnings.simplefilter("ignore")
        frame = pyogrio.read_dataframe(
            path.resolve(), layer=layer, on_invalid="ignore", fid_as_index=False, **options
        )
    ids = _LAYERS[layer] + frame["osm_id"].astype(str)
    if "osm_way_id" in frame:
        ids = ids.where(frame["osm_id"].notna(), "w" + frame["osm_way_id"].astype(str))
    tags = [parse_tags(t) for t in frame["other_tags"]]
    for own, name in zip(tags, frame["name"], strict=True):
        if isinstance(name, str):
            own["name"] = name
    return gpd.GeoDataFrame({"osm_id": ids, "tags": tags}, geometry=frame.geometry, crs=frame.crs)
