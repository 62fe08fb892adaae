"""One file read is one file: nothing else is opened, neither on this machine nor beyond it."""

import json
import os
import socket
import sqlite3
import struct
import threading
import zipfile
import zlib
from contextlib import closing

import geopandas as gpd
import pytest
import shapely
from sound_files import BOOK, HARVEST, sheet_rows, workbook

import pitchplan as pp
from pitchplan.files.reading import read_layer

LINE = shapely.LineString([(117.0, 36.65), (117.01, 36.65)])
FEATURE = {"type": "Feature", "properties": {"name": "a"}, "geometry": shapely.geometry.mapping(LINE)}
KML = (
    '<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    "<name>{name}</name><LineString><coordinates>117,36.65 117.01,36.65</coordinates></LineString>"
    "</Placemark></Document></kml>"
)
OSM = (
    '<?xml version="1.0"?>{head}<osm version="0.6"><node id="1" lon="117" lat="36.65"/>'
    '<node id="2" lon="117.01" lat="36.65"/><way id="3"><nd ref="1"/><nd ref="2"/>'
    '<tag k="highway" v="residential"/><tag k="name" v="{name}"/></way></osm>'
)
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'lol'>{}]>".format(
    "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10))
)
READERS = {
    ".geojson": read_layer,
    ".gpkg": read_layer,
    ".shp": read_layer,
    ".fgb": read_layer,
    ".kml": read_layer,
    ".topojson": read_layer,
    ".zip": read_layer,
    ".osm": pp.read_osm,
    ".pbf": pp.read_osm,
    ".csv": pp.read_harvest,
    ".xlsx": pp.read_harvest,
    ".json": pp.read_plan,
    ".toml": pp.read_rule_book,
}


def refused(read, path, *words):
    with pytest.raises(pp.InputError) as error:
        read(path)
    text = str(error.value)
    for word in words:
        assert word in text
    assert ". " in text, "no fix is named"
    return text


# --- what is no plain local file ---------------------------------------------------------------------


@pytest.mark.parametrize("suffix", READERS)
def test_pipes_folders_devices_and_loops_are_refused_at_once(tmp_path, suffix):
    os.mkfifo(tmp_path / f"pipe{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    (tmp_path / f"device{suffix}").symlink_to("/dev/zero")
    (tmp_path / f"loop{suffix}").symlink_to(tmp_path / f"loop{suffix}")
    (tmp_path / f"empty{suffix}").touch()
    for name in ("pipe", "folder", "device", "loop", "empty", "missing", "nul\0", "long" * 1000):
        refused(READERS[suffix], str(tmp_path / f"{name}{suffix}"))


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize(
    "place",
    ["https://example.org/a", "ftp://example.org/a", "/vsicurl/https://example.org/a", "/vsizip/a.zip/a"],
)
def test_addresses_are_refused(suffix, place):
    refused(READERS[suffix], place + suffix)


def test_the_ledger_is_one_plain_file(tmp_path):
    from pitchplan.files.ledgerfile import read_ledger

    os.mkfifo(tmp_path / "published.json")
    refused(read_ledger, tmp_path, "published.json")


# --- content of another format, which would open files by itself -------------------------------------


@pytest.mark.parametrize("suffix", [s for s in READERS if s not in (".csv", ".xlsx", ".toml", ".json")])
def test_a_virtual_layer_opens_nothing(tmp_path, secret, suffix):
    place, opened = secret
    path = tmp_path / f"streets{suffix}"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{place}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    refused(READERS[suffix], path, path.name)
    assert not opened()


@pytest.fixture
def server():
    """Give a local server's address, and the connections it got."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen():
            try:
                while True:
                    connection, _ = listening.accept()
                    calls.append(connection)
                    connection.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n")
                    connection.close()
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", calls
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("suffix", [".geojson", ".json"])
@pytest.mark.parametrize("kind", ["link", "url", "LINK", "\\u006cink", "key", "Crs"])
def test_a_crs_that_is_a_link_is_not_followed(tmp_path, server, suffix, kind):
    address, calls = server
    where = {"href": f"{address}/a.wkt", "url": f"{address}/a.wkt", "type": "ogcwkt"}
    name = kind if kind == "Crs" else "crs"
    text = json.dumps(
        {
            "type": "FeatureCollection",
            name: {"type": "link" if kind in ("key", "Crs") else kind, "properties": where},
            "features": [FEATURE],
        }
    ).replace("\\\\", "\\")
    if kind == "key":
        text = text.replace('"crs"', '"\\u0063rs"')
    path = tmp_path / f"a{suffix}"
    path.write_text(text)
    refused(read_layer, path, path.name, "link")
    assert calls == []


def test_a_crs_by_name_and_columns_of_that_name_are_read(tmp_path):
    path = tmp_path / "a.geojson"
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    feature = {**FEATURE, "properties": {"name": "crs", "crs": "EPSG:4548"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": named, "features": [feature]}))
    assert read_layer(path).crs.to_epsg() == 4548
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": None, "features": [feature]}))
    assert read_layer(path)["crs"].tolist() == ["EPSG:4548"]


@pytest.mark.parametrize("text", ["{secret}", "+proj=longlat +nadgrids={secret}", "+init={secret}:1"])
def test_a_projection_file_opens_no_other(tmp_path, secret, text):
    place, opened = secret
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LINE], crs=4326).to_file(path)
    path.with_suffix(".prj").write_text(text.format(secret=place))
    refused(lambda p: pp.read_city(streets=p), path, path.name, "CRS")
    assert not opened()


def test_a_crs_by_grid_opens_no_grid(tmp_path, secret):
    place, opened = secret
    text = f"+proj=tmerc +lon_0=117 +x_0=500000 +ellps=GRS80 +nadgrids={place} +units=m +type=crs"
    path = tmp_path / "a.geojson"
    named = {"type": "name", "properties": {"name": text}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": named, "features": [FEATURE]}))
    refused(lambda p: pp.read_city(streets=p), path, "grid file")
    streets = gpd.GeoDataFrame({"name": ["a"]}, geometry=[LINE], crs=4326)
    for crs in (text, f"+init={place}:1"):
        refused(lambda c: pp.read_city(streets=streets, crs=c), crs)
        refused(lambda c: pp.read_city(streets=streets.set_crs(None, allow_override=True), assume_crs=c), crs)
    assert not opened()


def test_a_flatgeobuf_opens_no_grid(tmp_path, secret):
    place, opened = secret
    path, absent = tmp_path / "a.fgb", f"{str(place)[:-1]}_"
    text = f"+proj=tmerc +lon_0=117 +x_0=500000 +ellps=GRS80 +nadgrids={absent} +units=m +type=crs"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LINE], crs=text).to_file(path, driver="FlatGeobuf")
    named = path.read_bytes().replace(absent.encode(), str(place).encode())
    assert str(place).encode() in named
    path.write_bytes(named)
    refused(read_layer, path, "grid file")
    assert not opened()


def test_a_database_names_no_grid(tmp_path, secret):
    place, opened = secret
    said = f"definition = '+proj=longlat +nadgrids={place}', organization = 'NONE'"
    path = package(tmp_path, f"UPDATE gpkg_spatial_ref_sys SET {said}")
    refused(read_layer, path, "grid file")
    assert not opened()


def test_a_crs_of_the_moon_is_refused(tmp_path):
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LINE], crs=4326).to_file(path)
    page = path.with_suffix(".prj")
    page.write_text(page.read_text().replace("6378137.0", "1737400.0").replace("298.257223563", "0"))
    refused(lambda p: pp.read_city(streets=p), path, path.name, "longitude and latitude")


# --- XML -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [("kml", KML, read_layer), ("osm", OSM, pp.read_osm)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(tmp_path, secret, server, form, encoding):
    (suffix, text, read), (place, opened), (address, calls) = form, secret, server
    path = tmp_path / f"a.{suffix}"
    sound = text.format(head="", name="a")
    path.write_text(sound)
    assert read(path) is not None
    for head, name in (
        (LAUGHS, "&a9;"),
        (f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{place}">]>', "&e;"),
        (f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{address}/x.dtd"> %p;]>', "a"),
        (f'<!DOCTYPE x SYSTEM "{address}/x.dtd">', "a"),
    ):
        path.write_text(text.format(head=head, name=name), encoding=encoding)
        refused(read, path, path.name)
    assert not opened()
    assert calls == []


def test_links_in_kml_are_not_followed(tmp_path, secret, server):
    (place, opened), (address, calls) = secret, server
    path = tmp_path / "a.kml"
    links = "".join(f"<NetworkLink><Link><href>{h}</href></Link></NetworkLink>" for h in (address, place))
    text = KML.format(head="", name="a").replace("<Placemark>", f"{links}<Placemark>")
    path.write_text(text.replace("<LineString>", f"<styleUrl>{address}/s.kml#a</styleUrl><LineString>"))
    assert len(read_layer(path)) == 1
    assert not opened()
    assert calls == []


# --- databases -------------------------------------------------------------------------------------


def package(tmp_path, *statements):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LINE], crs=4326).to_file(path)
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA writable_schema = 1")
        for statement in statements:
            base.execute(statement)
        base.commit()
    return path


ENDLESS = (
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, geom, name FROM c, b"
)


@pytest.mark.parametrize(
    "body",
    [
        "SELECT fid, geom, name FROM b",
        ENDLESS,
        "SELECT fid, geom, hex(zeroblob(400000000)) AS name FROM b",
        "SELECT fid, geom, readfile('{secret}') AS name FROM b",
        "SELECT fid, geom, load_extension('{secret}') AS name FROM b",
        "SELECT fid, geom, gdal_get_layer_pixel_value('{secret}', 1, 'georef', 1, 1) AS name FROM b",
        "SELECT * FROM other.b",
    ],
)
def test_geopackages_with_views_are_refused(tmp_path, secret, body):
    place, opened = secret
    view = f"CREATE VIEW a AS {body.format(secret=place)}".replace("'", "''")
    path = package(
        tmp_path,
        "ALTER TABLE a RENAME TO b",
        "INSERT INTO sqlite_master(type, name, tbl_name, rootpage, sql)"
        f" VALUES ('view', 'a', 'a', 0, '{view}')",
    )
    refused(read_layer, path, path.name)
    refused(read_layer, f"{path}|layername=a", path.name)
    assert not opened()


@pytest.mark.parametrize("module", ["VirtualOGR", "VirtualText", "VirtualShape", "csv", "dbstat", "fts5"])
def test_virtual_tables_are_refused(tmp_path, secret, module):
    place, opened = secret
    made = f"CREATE VIRTUAL TABLE a USING {module}(''{place}'')"
    path = package(
        tmp_path,
        "ALTER TABLE a RENAME TO b",
        "INSERT INTO sqlite_master(type, name, tbl_name, rootpage, sql)"
        f" VALUES ('table', 'a', 'a', 0, '{made}')",
    )
    refused(read_layer, f"{path}|layername=a", path.name)
    assert not opened()


def test_computed_columns_are_refused(tmp_path):
    path = package(
        tmp_path, "ALTER TABLE a ADD COLUMN big TEXT GENERATED ALWAYS AS (hex(zeroblob(90000000)))"
    )
    refused(read_layer, path, path.name, "computed")


def test_computed_columns_that_are_stored_are_refused_too(tmp_path):
    path = package(
        tmp_path,
        "ALTER TABLE a RENAME TO b",
        "CREATE TABLE a (fid INTEGER PRIMARY KEY, geom BLOB, big TEXT GENERATED ALWAYS AS (fid) STORED)",
    )
    refused(read_layer, path, path.name, "computed")


def test_triggers_do_not_fire_and_no_file_is_changed(tmp_path):
    made = "CREATE TRIGGER t AFTER {} ON a BEGIN DELETE FROM a; END"
    path = package(
        tmp_path, *(made.replace("t A", f"t_{w} A").format(w) for w in ("INSERT", "UPDATE", "DELETE"))
    )
    before = path.read_bytes()
    assert len(read_layer(path)) == 1
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.gpkg"]


@pytest.mark.parametrize("part", ["-wal", "-journal"])
def test_a_database_that_is_open_elsewhere_is_refused(tmp_path, part):
    path = package(tmp_path)
    (tmp_path / f"a.gpkg{part}").write_bytes(b"x" * 100)
    refused(read_layer, path, f"a.gpkg{part}", "Close it")


# --- archives --------------------------------------------------------------------------------------


@pytest.fixture
def shape(tmp_path):
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LINE], crs=4326).to_file(tmp_path / "a.shp")
    return {p.name: p.read_bytes() for p in tmp_path.glob("a.*")}


def packed(tmp_path, files):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_zip_bombs_are_refused_before_they_are_unpacked(tmp_path, shape):
    assert len(read_layer(packed(tmp_path, shape))) == 1
    bomb = packed(tmp_path, {**shape, "a.dbf": shape["a.dbf"] + b" " * 100_000_000})
    refused(read_layer, bomb, "a.dbf", "times its size")


def test_what_cannot_be_inflated_is_refused(tmp_path, shape):
    path = packed(tmp_path, shape)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("a.dbf")
    start = member.header_offset + 30 + len("a.dbf")
    data[start : start + 12] = b"\xff" * 12
    path.write_bytes(bytes(data))
    refused(read_layer, path, "a.zip", "not a zip that can be read")


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "..\\a.shp", "C:\\a.shp", "x/../../a.shp"])
def test_names_that_leave_the_zip_write_nothing(tmp_path, shape, name):
    path = packed(tmp_path, {**shape, name: b"x"})
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    refused(read_layer, path, "leads out of it")
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_link_in_a_zip_is_no_link(tmp_path, shape, secret):
    place, opened = secret
    link = zipfile.ZipInfo("a.prj")
    link.external_attr = 0o120777 << 16
    path = packed(tmp_path, {n: c for n, c in shape.items() if n != "a.prj"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, str(place))
    assert read_layer(path).crs is None
    assert not opened()


# --- workbooks -------------------------------------------------------------------------------------


def book(tmp_path, data):
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    return path


def test_workbooks_that_unpack_to_too_much_are_refused(tmp_path):
    rows = sheet_rows(HARVEST)
    assert len(pp.read_harvest(book(tmp_path, workbook(rows)))) == 2
    for data in (
        workbook(rows + " " * 65_000_000),
        workbook(rows, **{"xl/sharedStrings.xml": "<sst>" + " " * 65_000_000 + "</sst>"}),
        workbook(rows + "<row>" + "<c/>" * 2_100_000 + "</row>"),
        workbook(rows + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        workbook(rows + '<row r="1048576"><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>'),
    ):
        refused(pp.read_harvest, book(tmp_path, data), "a.xlsx")


def test_a_workbook_whose_parts_are_larger_than_they_say_is_refused(tmp_path):
    path = book(tmp_path, workbook(sheet_rows(HARVEST) + " " * 1_000_000))
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
        small = archive.read(member)[:5000]
    old = struct.pack("<II", member.CRC, member.compress_size) + struct.pack("<I", member.file_size)
    new = struct.pack("<II", zlib.crc32(small), member.compress_size) + struct.pack("<I", len(small))
    assert data.count(old) == 2
    refused(pp.read_harvest, book(tmp_path, data.replace(old, new)), "size it says")


def test_values_from_another_workbook_are_refused(tmp_path):
    cell = '<c r="D2"><v>770</v></c>'
    rows = sheet_rows(HARVEST)
    assert cell in rows
    own = rows.replace(cell, '<c r="D2"><f>SUM(Table1[1])+X9</f><v>770</v></c>')
    assert pp.read_harvest(book(tmp_path, workbook(own)))["area_ha"].iloc[0] == pytest.approx(770 / 15)
    linked = rows.replace(cell, '<c r="D2"><f>[1]Sheet1!A1</f><v>770</v></c>')
    refused(pp.read_harvest, book(tmp_path, workbook(linked)), "another workbook", "paste it as values")


def test_entities_in_a_workbook_are_refused(tmp_path, secret):
    place, opened = secret
    head = f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{place}">]>'
    rows = head + sheet_rows(HARVEST).replace("杏园村", "&e;")
    refused(pp.read_harvest, book(tmp_path, workbook(rows)), "a.xlsx")
    assert not opened()


# --- rule books ------------------------------------------------------------------------------------


def test_a_base_lies_beside_the_book(tmp_path):
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "base.toml").write_text(BOOK, encoding="utf-8")
    (tmp_path / "outside.toml").write_text(BOOK, encoding="utf-8")
    (folder / "link.toml").symlink_to(tmp_path / "outside.toml")
    path = folder / "book.toml"

    def based(name):
        path.write_text(f"[book]\nid = 'x'\nbase = {json.dumps(name)}\n")
        return path

    assert pp.read_rule_book(based("base.toml")).base == "ours"
    for name in (
        *("../outside.toml", str(tmp_path / "outside.toml"), "link.toml", "..\\outside.toml", "/dev/zero"),
        *("book.toml", "a\0.toml", "long" * 1000 + ".toml", "https://example.org/a.toml"),
    ):
        refused(pp.read_rule_book, based(name), "book.toml", "base")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 50_000,
        "x = " + "{a=" * 50_000,
        ".".join("a" * 20_000) + " = 1",
        "[" + ".".join("a" * 20_000) + "]",
        "x = " + "9" * 5000,
        '[book]\nid = "x"\nbase = "jinan-2019"\nwithout = [["a"], {a = 1}, 1]',
        "# " + "x" * 1_000_000,
    ],
)
def test_rule_books_that_no_reader_could_bear_are_refused(tmp_path, text):
    path = tmp_path / "book.toml"
    path.write_text(text)
    refused(pp.read_rule_book, path, "book.toml")


def test_tables_of_too_many_cells_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    for text in ("," * 2_100_000, "\n" * 2_100_000, HARVEST + "," * 3000, "x" * 65_000_000):
        path.write_text(text)
        refused(pp.read_harvest, path, "a.csv")
