import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import pitchplan as pp
from pitchplan.files.reading import read_layer


@pytest.fixture
def layer():
    return gpd.GeoDataFrame(
        {"name": ["a", "b"]}, geometry=[shapely.Point(117, 36), shapely.Point(118, 37)], crs=4326
    )


def test_layer_and_subset_as_qgis_writes_them(tmp_path, layer):
    path = tmp_path / "城 市.gpkg"
    layer.to_file(path, layer="one")
    layer.to_file(path, layer="two")
    assert len(read_layer(f"{path}|layername=two|subset=name='b'")) == 1
    with pytest.raises(pp.InputError, match=r"more than one layer.*one, two"):
        read_layer(path)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("missing.geojson", None, "does not exist"),
        ("empty.geojson", b"", "is empty"),
        ("list.txt", b"hello", "format that is not read"),
        ("broken.geojson", b'{"type": "FeatureCollection", "features": [', "cannot be read"),
        ("noise.gpkg", b"not a database", "cannot be read"),
        ("noise.shp", b"not a shapefile", "cannot be read"),
    ],
)
def test_bad_files_are_named(tmp_path, name, content, what):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(pp.InputError, match=what) as error:
        read_layer(path)
    assert name in str(error.value)


def test_a_table_without_shapes_is_no_layer(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"name": ["a"]}), path, layer="names")
    with pytest.raises(pp.InputError, match="no geometry"):
        read_layer(path)


def test_content_must_be_what_the_suffix_says(tmp_path, layer):
    secret = tmp_path / "secret.csv"
    secret.write_text("WKT\nPOINT (1 1)\n")
    path = tmp_path / "streets.geojson"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(pp.InputError, match="cannot be read as geojson"):
        read_layer(path)


@pytest.mark.parametrize("source", ["https://example.org/a.geojson", "/vsicurl/a.geojson", "."])
def test_only_local_files_are_opened(source):
    with pytest.raises(pp.InputError):
        read_layer(source)


def test_bad_layer_subset_and_option(tmp_path, layer):
    path = tmp_path / "a.gpkg"
    layer.to_file(path, layer="one")
    for tail in ("|layername=none", "|subset=no such sql", "|color=red"):
        with pytest.raises(pp.InputError):
            read_layer(f"{path}{tail}")


TOPOLOGY = """{"type": "Topology", "objects": {"streets": {"type": "GeometryCollection", "geometries": [
  {"type": "LineString", "properties": {"name": "经十路"}, "arcs": [0]}]}},
  "arcs": [[[117.0, 36.65], [117.01, 36.65]]]}"""


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.gpkg", "a.fgb", "a.kml", "a.shp", "a.topojson"])
def test_every_format_gives_the_same_city(tmp_path, name):
    path = tmp_path / name
    line = shapely.LineString([(117.0, 36.65), (117.01, 36.65)])
    given = gpd.GeoDataFrame({"name": ["经十路"]}, geometry=[line], crs=4326)
    drivers = {"a.json": "GeoJSON", "a.kml": "KML"}
    if name == "a.topojson":
        path.write_text(TOPOLOGY, encoding="utf-8")
    else:
        given.to_file(path, driver=drivers.get(name))
    read = pp.read_city(streets=path, assume_crs="EPSG:4326").centrelines
    direct = pp.read_city(streets=given).centrelines
    assert read["name"].tolist() == ["经十路"]
    assert read.crs == direct.crs
    assert shapely.equals_exact(read.geometry.array, direct.geometry.array, 1e-3).all()


@pytest.mark.parametrize(("said", "told"), [
    ("Missing geo metadata in Parquet/Feather file.", "a table without geometry"),
    ("Parquet magic bytes not found", "Parquet magic bytes not found"),
])  # fmt: skip
def test_why_geoparquet_cannot_be_read_is_told(tmp_path, monkeypatch, said, told):
    def refuse(path):
        raise ValueError(said)

    monkeypatch.setattr(gpd, "read_parquet", refuse)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" * 40)
    with pytest.raises(pp.InputError, match=f"cannot be read as GeoParquet: {told}"):
        read_layer(path)
