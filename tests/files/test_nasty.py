"""Every odd file geopandas could read or choke on: only pitchplan's own errors may come out."""

import contextlib
import json
import sqlite3
import struct
import warnings
from collections import Counter

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.files.reading import read_layer

FOLDERS = ("fiona", "pyogrio", "pyshp", "geojson_fixtures", "json_test_suite")
SUFFIXES = {
    *(".geojson", ".json", ".topojson", ".gpkg", ".shp", ".fgb", ".kml", ".zip", ".parquet", ".pbf", ".osm"),
    *(".csv", ".gml", ".gpx", ".seq", ""),
}


def outcome(path):
    """Say what becomes of a file; anything but a PitchplanError escapes."""
    if path.suffix in (".pbf", ".osm"):
        try:
            return repr(pp.read_osm(path)).split("\n")[1].strip()
        except pp.PitchplanError as error:
            return f"read_osm: {error}"
    try:
        frame = read_layer(path)
    except pp.PitchplanError as error:
        return f"read_layer: {error}"
    try:
        pp.read_city(streets=path, assume_crs="EPSG:4326")
    except pp.PitchplanError as error:
        return f"read_city: {error}"
    return f"a city of {len(frame)} features"


@pytest.fixture(scope="module")
def files(real_data):
    found = {}
    for folder in FOLDERS:
        for path in sorted((real_data / "nasty" / folder).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                found[str(path.relative_to(real_data / "nasty"))] = path
    return found


@pytest.fixture(scope="module")
def outcomes(files):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        return {name: outcome(path) for name, path in files.items()}


def test_only_our_errors_come_out_and_say_what_to_do(outcomes):
    assert len(outcomes) >= 390
    for name, text in outcomes.items():
        assert "Traceback" not in text, name
        if text.startswith("read_"):
            assert ". " in text, f"{name}: {text} names no fix"
            assert text.count("\n") == text.count("\n  "), f"{name}: {text} has a fault of several lines"
    print(Counter(text.split(":")[0] for text in outcomes.values()))


# --- read rightly: by readers that share nothing with GDAL -------------------------------------------


def flat(value):
    """Cut every position to two numbers: a file may give heights to some of them only."""
    if isinstance(value, dict):
        return {key: flat(v) for key, v in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], (int, float)):
        return value[:2]
    return [flat(v) for v in value] if isinstance(value, list) else value


def geojson_shapes(path):
    """Read GeoJSON with json and shapely; None where it is none."""
    with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
        found = json.loads(path.read_text(encoding="utf-8"))
        features = (
            found.get("features", [found] if "type" in found else []) if isinstance(found, dict) else []
        )
        if features:
            geometries = [f["geometry"] if f["type"] == "Feature" else f for f in features]
            return [None if g is None else shapely.geometry.shape(flat(g)) for g in geometries]
    return None


def test_geojson_is_read_as_it_is_written(files, outcomes):
    checked = 0
    for name, path in files.items():
        if path.suffix in (".geojson", ".json") and not outcomes[name].startswith("read_layer"):
            expected = geojson_shapes(path)
            read = read_layer(path).geometry.array
            assert len(read) == len(expected), name
            for given, ours in zip(expected, read, strict=True):
                assert (given is None) == (ours is None), name
                assert given is None or shapely.equals_exact(given, shapely.force_2d(ours), 1e-9), name
            checked += 1
    assert checked >= 20


def test_shapefiles_have_the_records_and_the_extent_their_headers_state(files, outcomes):
    checked = 0
    for name, path in files.items():
        if path.suffix == ".shp" and not outcomes[name].startswith("read_layer"):
            frame = read_layer(path)
            assert len(frame) == (path.with_suffix(".shx").stat().st_size - 100) // 8, name
            if frame.geometry.notna().any() and "test_tin" not in name:
                box = struct.unpack("<4d", path.read_bytes()[36:68])
                assert np.allclose(frame.total_bounds, box), name
                checked += 1
    assert checked >= 4


def test_geopackages_have_the_rows_their_tables_hold(files, outcomes):
    checked = 0
    for name, path in files.items():
        if path.suffix == ".gpkg" and not outcomes[name].startswith("read_layer"):
            with contextlib.closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as base:
                (table,) = base.execute("SELECT table_name FROM gpkg_contents").fetchone()
                (rows,) = base.execute(f'SELECT count(*) FROM "{table}"').fetchone()
            assert len(read_layer(path)) == rows, name
            checked += 1
    assert checked >= 5


def test_json_that_is_no_map_is_refused(files, outcomes):
    for name in files:
        if name.startswith("json_test_suite"):
            assert outcomes[name].startswith("read_layer"), name


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("fiona/tests/data/coutwildrnp.zip", "reach over 758"),
        ("fiona/tests/data/testopenfilegdb.gdb.zip", "no .shp in the zip"),
        ("fiona/tests/data/test_tz.geojson", "no usable polygon"),
        ("fiona/tests/data/rmnp.geojson", "a city of 1 features"),
        ("pyshp/REL.zip", "a city of 1 features"),
        ("fiona/tests/data/test_tin.shp", "the layer is empty"),
        ("pyshp/empty_zipfile.zip", "no .shp in the zip"),
        ("pyshp/blockgroups_multishapefile.zip", "shapefiles: "),
        ("pyshp/corrupt_too_long.shp", "a city of 10 features"),
        ("pyogrio/list_nested_struct_file.parquet", "GeoParquet"),
        ("pyogrio/naturalearth_lowres/naturalearth_lowres.shp", "too far away"),
        ("pyogrio/sample.osm.pbf", "26 streets"),
        ("pyshp/latin1.shp", ".shx beside it is missing"),
    ],
)
def test_known_outcomes(outcomes, name, what):
    assert what in outcomes[name], outcomes[name]
