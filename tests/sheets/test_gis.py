"""GeoPackage, FlatGeobuf and shapefiles: read back by GDAL, styled, the same on each run."""

from __future__ import annotations

import dataclasses
import io
import math
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio
import pytest
import shapely

from pitchplan.errors import InputError
from pitchplan.sheets import render, write
from pitchplan.sheets.gis import Layer, map_layers
from pitchplan.sheets.qgis import style
from pitchplan.sheets.shapefile import SHORT_NAMES, cut, short_names

SUFFIXES = [".gpkg", ".fgb", ".shp.zip"]


@pytest.fixture
def gpkg(sheet: Any, tmp_path: Path) -> Path:
    return write(sheet, tmp_path / "地图.gpkg")


def test_geopackage_holds_a_layer_per_kind(sheet: Any, gpkg: Path) -> None:
    layers = dict(pyogrio.list_layers(gpkg))
    assert {"spots": "Point", "pitches": "Polygon", "communities": "Polygon"}.items() <= layers.items()
    spots = gpd.read_file(gpkg, layer="spots")
    assert spots.crs.to_epsg() == 4326
    assert list(spots["number"]) == list(sheet.published.spots["number"])
    assert list(spots["address"]) == list(sheet.published.spots["address"])
    assert list(spots.geometry.x) == pytest.approx(list(sheet.published.spots["lon"]), abs=1e-7)
    assert len(gpd.read_file(gpkg, layer="pitches")) == len(sheet.published.pitches)


def test_columns_have_the_same_types_whatever_the_values(plan: Any) -> None:
    whole = dataclasses.replace(plan, pitches=plan.pitches.assign(width_m=2.0, clear_walk_m=math.nan))
    for one in (plan, whole):
        from pitchplan.sheets import publish

        pitches = next(layer.frame for layer in map_layers(publish(one)) if layer.kind == "pitch")
        types = {
            c: str(pitches[c].dtype) for c in ("width_m", "clear_walk_m", "number", "street", "bearing_deg")
        }
        assert types == {
            "width_m": "float64",
            "clear_walk_m": "float64",
            "number": "Int64",
            "street": "object",
            "bearing_deg": "float64",
        }


def test_geopackage_brings_its_styles_along(gpkg: Path) -> None:
    with sqlite3.connect(gpkg) as file:
        rows = file.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
        ).fetchall()
        geometry = dict(file.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        (registered,) = file.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchone()
    assert registered == "attributes"
    styles = {name: ElementTree.fromstring(qml) for name, _, _, qml in rows}
    assert {"spots", "pitches", "communities"} <= set(styles)
    for name, column, default, _ in rows:
        assert geometry[name] == column
        assert default == 1
    values = [c.get("value") for c in styles["communities"].iter("category")]
    assert sorted(values) == sorted({"历下区", "市中区", "天桥区"})


def test_a_plan_without_spots_is_written(plan: Any, tmp_path: Path) -> None:
    none = dataclasses.replace(plan, spots=plan.spots[:0], pitches=plan.pitches[:0])
    for suffix in SUFFIXES:
        path = write(none, tmp_path / f"none{suffix}")
        inside = f"/vsizip/{path}/spots.shp" if suffix == ".shp.zip" else path
        layer = "spots" if suffix == ".gpkg" else None
        assert len(pyogrio.read_dataframe(inside, layer=layer)) == 0


def test_flatgeobuf_is_the_spots(sheet: Any, tmp_path: Path) -> None:
    spots = gpd.read_file(write(sheet, tmp_path / "map.fgb"))
    assert sorted(spots["number"]) == list(sheet.published.spots["number"])
    assert set(spots.geometry.geom_type) == {"Point"}
    assert {"address", "capacity", "hours", "residents_served"} <= set(spots.columns)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_bytes_are_the_same_in_another_process(plan: Any, suffix: str, tmp_path: Path) -> None:
    import pickle

    (tmp_path / "plan").write_bytes(pickle.dumps(plan))
    code = (
        "import sys, pickle, hashlib; from pitchplan.sheets import render;"
        "print(hashlib.sha256(render(pickle.load(open(sys.argv[1], 'rb')), sys.argv[2])).hexdigest())"
    )
    import hashlib

    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "plan"), suffix],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(render(plan, suffix)).hexdigest()


def test_shapefiles_say_how_they_are_written(sheet: Any, tmp_path: Path) -> None:
    path = write(sheet, tmp_path / "map.shp.zip")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.read("spots.cpg").decode().strip() == "UTF-8"
        assert b"WGS_1984" in archive.read("spots.prj")
        fields = archive.read("fields.csv").decode().splitlines()
    assert {
        f"{n}.{s}" for n in ("spots", "pitches", "communities") for s in ("shp", "shx", "dbf", "prj", "cpg")
    } <= (set(names))
    assert "spots,served,residents_served" in fields
    spots = gpd.read_file(f"/vsizip/{path}/spots.shp")
    assert list(spots["address"]) == list(sheet.published.spots["address"])
    assert list(spots["served"]) == list(sheet.published.spots["residents_served"])
    assert all(len(c.encode()) <= 10 for c in spots.columns if c != "geometry")


def test_short_names_are_short_and_differ() -> None:
    assert all(len(v.encode()) <= 10 for v in SHORT_NAMES.values())
    assert len(set(SHORT_NAMES.values())) == len(SHORT_NAMES)
    many = short_names([f"a_rather_long_name_{i}" for i in range(120)])
    assert len({v.lower() for v in many.values()}) == 120
    assert all(len(v) <= 10 for v in many.values())


@pytest.mark.parametrize("text", ["路" * 100, "a" + "路" * 100, "ab" + "路" * 100, "𠮷" * 80, "x" * 300])
def test_long_texts_are_cut_between_characters(plan: Any, text: str, tmp_path: Path) -> None:
    short = cut(text)
    assert short is not None
    assert len(short.encode()) <= 254
    assert text.startswith(short.removesuffix("…"))
    path = write(dataclasses.replace(plan, spots=plan.spots.assign(address=text)), tmp_path / "m.shp.zip")
    assert set(gpd.read_file(f"/vsizip/{path}/spots.shp")["address"]) == {short}


@pytest.mark.parametrize(
    ("name", "says"),
    [("map.shp", r"write .shp.zip"), ("map.xls", r"Write .xlsx"), ("map.tab", r"Use one of")],
)
def test_a_wrong_suffix_names_the_right_one(plan: Any, name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        render(plan, name)


def test_archives_hold_no_times(sheet: Any) -> None:
    for suffix in (".shp.zip", ".kmz"):
        with zipfile.ZipFile(io.BytesIO(render(sheet, suffix))) as archive:
            assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("dimension", [0, 1, 2])
@pytest.mark.parametrize(
    "kind", ["spot", "pitch", "community", "district", "street", "page", "keep-clear", "note"]
)
def test_styles_suit_the_dimension(kind: str, dimension: int) -> None:
    shape = [shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)][dimension]
    frame = gpd.GeoDataFrame({"name": ["<&\"'>"], "district": ["<&\"'>"]}, geometry=[shape], crs=4326)
    qml = style(Layer("layer", kind, dimension, frame))
    if qml:
        symbols = {s.get("type") for s in ElementTree.fromstring(qml.partition("\n")[2]).iter("symbol")}
        assert symbols == {("marker", "line", "fill")[dimension]}


def test_a_kind_of_two_dimensions_is_two_layers(plan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def feature(geometry: Any) -> dict[str, Any]:
        return {
            "geometry": shapely.geometry.mapping(geometry),
            "properties": {"kind": "keep-clear", "list": [1]},
        }

    shapes = [shapely.Point(1, 1), shapely.box(0, 0, 1, 1), shapely.MultiPoint([(0, 0), (1, 1)])]
    monkeypatch.setattr("pitchplan.sheets.gis.map_features", lambda *_: [feature(s) for s in shapes])
    layers = {layer.name: layer for layer in map_layers(plan)}
    assert list(layers) == ["spots", "pitches", "keep_clear_points", "keep_clear_areas"]
    assert layers["keep_clear_points"].geometry_type == "MultiPoint"
    assert layers["keep_clear_areas"].geometry_type == "Polygon"
    assert list(layers["keep_clear_areas"].frame["list"]) == ["[1]"]
