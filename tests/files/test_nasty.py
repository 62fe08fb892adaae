"""Every odd file geopandas could read or choke on: only pitchplan's own errors may come out."""

import warnings
from collections import Counter

import pytest

import pitchplan as pp
from pitchplan.files.reading import read_layer

FOLDERS = ("fiona", "pyogrio", "pyshp", "geojson_fixtures")
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
def outcomes(real_data):
    found = {}
    for folder in FOLDERS:
        for path in sorted((real_data / "nasty" / folder).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", RuntimeWarning)
                    found[str(path.relative_to(real_data / "nasty"))] = outcome(path)
    return found


def test_only_our_errors_come_out_and_say_what_to_do(outcomes):
    assert len(outcomes) >= 50
    for name, text in outcomes.items():
        assert "Traceback" not in text, name
        if text.startswith("read_"):
            assert ". " in text, f"{name}: {text} names no fix"
    print(Counter(text.split(":")[0] for text in outcomes.values()))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("fiona/tests/data/coutwildrnp.zip", "reach over 758"),
        ("fiona/tests/data/testopenfilegdb.gdb.zip", "no .shp in the zip"),
        ("pyshp/REL.zip", "a city of 1 features"),
        ("fiona/tests/data/test_tin.shp", "the layer is empty"),
        ("pyshp/empty_zipfile.zip", "no .shp in the zip"),
        ("pyshp/blockgroups_multishapefile.zip", "shapefiles: "),
        ("pyogrio/list_nested_struct_file.parquet", "GeoParquet"),
        ("pyogrio/sample.osm.pbf", "26 streets"),
        ("pyshp/latin1.shp", "read_layer"),
    ],
)
def test_known_outcomes(outcomes, name, what):
    assert what in outcomes[name], outcomes[name]
