"""KML and KMZ: in the order of OGC's schema, a folder per district, read back by GDAL."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
import shapely

from pitchplan.sheets import render, write

KML = "{http://www.opengis.net/kml/2.2}"
# The order in which OGC KML 2.2 wants what a feature and its kinds hold.
ORDER = [
    "name", "visibility", "open", "Snippet", "description", "styleUrl", "Style", "ExtendedData",
    "Point", "LineString", "Polygon", "MultiGeometry", "Folder", "Placemark",
]  # fmt: skip


@pytest.fixture(scope="module")
def root(sheet: Any) -> ET.Element:
    return ET.fromstring(render(sheet, ".kml"))


def _tags(element: ET.Element) -> list[str]:
    return [child.tag.removeprefix(KML) for child in element]


def test_the_order_is_that_of_the_schema(root: ET.Element) -> None:
    assert root.tag == f"{KML}kml"
    assert _tags(root) == ["Document"]
    for name in ("Document", "Folder", "Placemark"):
        for element in root.iter(KML + name):
            tags = _tags(element)
            places = [ORDER.index(t) for t in tags if t not in ("Folder", "Placemark")]
            assert places == sorted(places)
            if name != "Placemark":
                first = next((i for i, t in enumerate(tags) if t in ("Folder", "Placemark")), len(tags))
                assert all(t in ("Folder", "Placemark") for t in tags[first:])


def test_every_style_that_is_used_is_there(root: ET.Element) -> None:
    ids = [s.get("id") for s in root.iter(f"{KML}Style")]
    assert len(set(ids)) == len(ids)
    assert {u.text for u in root.iter(f"{KML}styleUrl")} <= {f"#{i}" for i in ids}


def test_spots_lie_in_folders_by_district(root: ET.Element, sheet: Any) -> None:
    document = root[0]
    folders = {f.findtext(f"{KML}name"): f for f in document.findall(f"{KML}Folder")}
    spots = sheet.published.spots
    for district, group in spots.groupby("district"):
        names = [p.findtext(f"{KML}name") for p in folders[district].findall(f"{KML}Placemark")]
        assert names == [f"{s.number} · {s.address}" for s in group.itertuples()]
        pitches = folders[district].find(f"{KML}Folder")
        assert len(pitches) - 1 == (sheet.published.pitches["district"] == district).sum()
        assert sheet.contact[district] in folders[district].findtext(f"{KML}description")


def test_rings_are_closed(root: ET.Element) -> None:
    for ring in root.iter(f"{KML}LinearRing"):
        points = ring.findtext(f"{KML}coordinates").split()
        assert points[0] == points[-1]
        assert len(points) >= 4
        assert all(a != b for a, b in itertools.pairwise(points))


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_gdal_reads_it_back(sheet: Any, suffix: str, tmp_path: Path) -> None:
    path = write(sheet, tmp_path / f"map{suffix}")
    layers = [name for name, _ in pyogrio.list_layers(path)]
    points: dict[int, shapely.Point] = {}
    for name in dict.fromkeys(layers):
        frame = gpd.read_file(path, layer=name)
        for row in frame[frame.geometry.geom_type == "Point"].itertuples():
            points[int(row.number)] = row.geometry
            assert f"{row.number} · {row.address}" == row.Name
    spots = sheet.published.spots
    assert sorted(points) == list(spots["number"])
    assert [points[n].x for n in spots["number"]] == pytest.approx(list(spots["lon"]), abs=1e-7)


def test_kmz_brings_its_marker_along(sheet: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(render(sheet, ".kmz"))) as archive:
        assert archive.namelist() == ["doc.kml", "files/spot.png"]
        icon = archive.read("files/spot.png")
        assert b"<href>files/spot.png</href>" in archive.read("doc.kml")
    assert icon.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", icon[16:24]) == (64, 64)
    data = icon[icon.index(b"IDAT") + 4 : icon.index(b"IEND") - 8]
    assert len(zlib.decompress(data)) == 64 * (1 + 4 * 64)


def test_kml_asks_the_network_for_nothing(sheet: Any) -> None:
    assert b"href" not in render(sheet, ".kml")
    assert render(sheet, ".kml").count(b"http") == 1  # the namespace


def test_a_bare_plan_has_a_kml(plan: Any) -> None:
    root = ET.fromstring(render(plan, ".kml"))
    assert len([p for p in root.iter(f"{KML}Placemark") if p.find(f"{KML}Point") is not None]) == len(
        plan.spots
    )
