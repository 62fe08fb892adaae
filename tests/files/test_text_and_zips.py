"""Shapefiles' encodings, zips, KML, GeoParquet and tags in hstore notation."""

import re
import sys
import zipfile
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.files import shapefiles
from pitchplan.files import zipped as zipped_files
from pitchplan.files.osm import parse_tags
from pitchplan.files.reading import read_layer

NAMES = ["舜耕路", "经十路", "泺源大街", "联通路"]
RARE = "㐀𠀀路"  # in GB18030, not in GBK


def streets(names):
    lines = [shapely.LineString([(117, 36 + i / 1000), (117.01, 36 + i / 1000)]) for i in range(len(names))]
    return gpd.GeoDataFrame({"名称": names}, geometry=lines, crs=4326)


def shapefile(tmp_path, names, encoding, page):
    path = tmp_path / "街道.shp"
    streets(names).to_file(path, encoding=encoding)
    cpg = path.with_suffix(".cpg")
    cpg.unlink(missing_ok=True)
    if page is not None:
        cpg.write_text(page)
    return path


@pytest.mark.parametrize(
    ("encoding", "page"),
    [
        ("UTF-8", None),
        ("UTF-8", "UTF-8"),
        ("UTF-8", "65001"),
        ("UTF-8", "nonsense"),
        ("GBK", None),
        ("GBK", "GBK"),
        ("GBK", "936"),
        ("GBK", "GB18030"),
        ("GB18030", None),
        ("GB18030", "GB18030"),
        ("GB18030", "GB2312"),
    ],
)
def test_chinese_names_come_out_right(tmp_path, encoding, page):
    names = [*NAMES, RARE] if encoding == "GB18030" else NAMES
    path = shapefile(tmp_path, names, encoding, page)
    assert read_layer(path)["名称"].tolist() == names
    assert pp.read_city(streets=path).centrelines["name"].tolist() == names


@pytest.mark.parametrize(
    ("encoding", "page"),
    [
        ("GBK", "UTF-8"),
        ("GBK", "ISO-8859-1"),
        ("GBK", "1252"),
        ("GB18030", "UTF-8"),
        ("UTF-8", "GBK"),
        ("UTF-8", "ISO-8859-1"),
        ("UTF-8", "ASCII"),
    ],
)
def test_a_wrong_cpg_is_an_error_that_names_encoding_and_encoding_mends_it(tmp_path, encoding, page):
    path = shapefile(tmp_path, NAMES, encoding, page)
    with pytest.raises(pp.InputError, match="encoding=") as error:
        read_layer(path)
    assert "街道.shp" in str(error.value)
    assert read_layer(path, encoding=encoding)["名称"].tolist() == NAMES
    city = pp.read_city(streets=path, encoding=encoding)
    assert city.centrelines["name"].tolist() == NAMES


def test_western_names_and_unknown_encodings(tmp_path):
    names = ["Mäkelänkatu", "Högbergsgatan", "Calle Ñuñoa"]
    path = tmp_path / "a.shp"
    streets(names).rename(columns={"名称": "name"}).to_file(path, encoding="ISO-8859-1")
    assert read_layer(path)["name"].tolist() == names
    with pytest.raises(pp.InputError, match="not an encoding"):
        read_layer(path, encoding="klingon")
    with pytest.raises(pp.InputError, match="that encoding= names"):
        read_layer(path, encoding="UTF-8")


@pytest.mark.parametrize(
    ("as_utf8", "as_gbk", "wrong"), [(1, 0, True), (1, 1, True), (1, 2, False), (2, 3, False), (3, 2, True)]
)
def test_where_half_of_the_texts_are_utf_8_no_national_encoding_is_believed(as_utf8, as_gbk, wrong):
    # An even number of hanzi in UTF-8 is text in GB18030 as well, of others; seldom the other way round.
    cells = [(name.encode("utf-8"), False) for name in ("解放", "山大", "人民路口")[:as_utf8]]
    cells += [(name.encode("gbk"), False) for name in ("经十路", "舜耕路", "泺源大街")[:as_gbk]]
    texts = [raw.decode("gb18030") for raw, _ in cells]
    assert shapefiles._garbled(texts, cells, "gb18030") is wrong


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (b"M\xe4kel\xe4nkatu", False),
        (b"\xbd\xe2\xb7\xc5\xc2\xb7", True),
        (b"\xff\xff\xff", False),
        (b"\xc2\xb7 \xe4a\xe4b", False),
        (b"\xc2\xb7 \xe4a", True),
        (b"Nunoa", False),
    ],
)
def test_western_text_of_pairs_of_accents_is_hanzi(raw, wrong):
    assert shapefiles._garbled([raw.decode("iso8859-1")], [(raw, False)], "iso8859-1") is wrong


def test_cells_of_a_dbf_are_its_names_and_texts(tmp_path):
    path = tmp_path / "a.shp"
    frame = streets(["ab", "c"]).assign(number=[1, 22], other=["xyz", "路"])
    frame.rename(columns={"名称": "name"}).to_file(path, encoding="UTF-8")
    cells = shapefiles._cells(path.with_suffix(".dbf"))
    texts = {"name", "number", "other", "ab", "c", "xyz", "路"}
    assert cells == {(t.encode(), False) for t in texts}
    # A field of one letter is full.
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start = int.from_bytes(table[8:10], "little")
    table[start + 1 : start + 1 + table[32 + 16]] = b"q" * table[32 + 16]
    # Some programs fill all eleven bytes of a name.
    table[32 : 32 + 11] = b"elevenbytes"
    path.with_suffix(".dbf").write_bytes(bytes(table))
    assert (b"elevenbytes", False) in shapefiles._cells(path.with_suffix(".dbf"))
    assert (b"q" * table[32 + 16], True) in shapefiles._cells(path.with_suffix(".dbf"))


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ([(2 * 1024**3, 2 * 1024**3)], ""),
        ([(2 * 1024**3, 2 * 1024**3), (1, 1)], "more than 2 GB"),
        ([(50 * 1024**2, 0)], ""),
        ([(50 * 1024**2 + 1, 0)], "52428801 times"),
        ([(150 * 400_000, 400_000)], ""),
        ([(150 * 400_000 + 1, 400_000)], "150 times"),
    ],
)
def test_how_much_a_zip_may_unpack_to(sizes, says):
    names = ["a.shp", "a.dbf"][: len(sizes)]
    members = [
        SimpleNamespace(filename=name, file_size=whole, compress_size=packed, flag_bits=0, is_dir=bool)
        for name, (whole, packed) in zip(names, sizes, strict=True)
    ]
    archive = SimpleNamespace(infolist=lambda: members)
    if not says:
        assert zipped_files._choose(archive, "a.zip").keys() == {name[-4:] for name in names}
        return
    with pytest.raises(pp.InputError, match=says):
        zipped_files._choose(archive, "a.zip")


@pytest.mark.parametrize("torn", [False, True])
def test_text_cut_off_inside_of_a_character(tmp_path, torn):
    path = tmp_path / "a.shp"
    streets(["路" * 80]).to_file(path, encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    assert data.endswith("路".encode() + b"\x1a")
    data[-241:-1] = b"a" + "路".encode() * 79 + b"\xe8\xb7"  # as a program does that counts bytes
    if torn:
        data[-100] = 0xFF
    table.write_bytes(bytes(data))
    with pytest.raises(pp.InputError, match="encoding=" if torn else "unexpected end of data"):
        read_layer(path)


def zipped(tmp_path, *stems, folder=""):
    path = tmp_path / "上传.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for stem in stems:
            shape = tmp_path / f"{stem}.shp"
            streets(NAMES).to_file(shape, encoding="GBK")
            for part in tmp_path.glob(f"{stem}.*"):
                if part.suffix != ".zip":
                    archive.write(part, folder + part.name)
    return path


def test_what_else_lies_in_a_zip_is_left_there(tmp_path):
    path = zipped(tmp_path, "a")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.dbf", b"of another table")
        archive.writestr("other.prj", b"of another CRS")
        archive.writestr("a.txt", b"words")
        archive.writestr("LIESMICH.cpg", b"no such page")
    with zipped_files.unzipped_shapefile(path, "a.zip") as found:
        names = {p.name for p in found.parent.iterdir()}
        assert names == {f"layer{s}" for s in (".shp", ".shx", ".dbf", ".prj", ".cpg")}
    assert len(read_layer(path)) == len(NAMES)


def test_one_shapefile_in_a_zip(tmp_path):
    frame = read_layer(zipped(tmp_path, "街道", folder="导出/"))
    assert frame["名称"].tolist() == NAMES
    assert frame.crs.to_epsg() == 4326
    assert len(read_layer(f"{tmp_path / '上传.zip'}|subset=FID=1")) == 1


def test_more_shapefiles_are_named(tmp_path):
    with pytest.raises(pp.InputError, match=r"2 shapefiles: a\.shp, b\.shp"):
        read_layer(zipped(tmp_path, "a", "b"))


@pytest.mark.parametrize("name", ["../a.shp", "/a.shp", "x/../../a.shp", "..\\a.shp", "C:a.shp"])
def test_names_that_lead_out_of_the_zip(tmp_path, name):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(pp.InputError, match="leads out of it"):
        read_layer(path)


def test_a_zip_that_asks_for_a_password_or_names_a_part_twice(tmp_path):
    path = zipped(tmp_path, "a")
    whole = path.read_bytes()
    at = [m.start() for m in re.finditer(rb"PK\x01\x02", whole)]
    locked = bytearray(whole)
    for k in at:
        locked[k + 8] |= 1  # the first of a member's flags: its bytes are enciphered
    path.write_bytes(locked)
    with pytest.raises(pp.InputError, match="asks for a password"):
        read_layer(path)
    path.write_bytes(whole)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("A.DBF", b"another table")
    with pytest.raises(pp.InputError, match="holds a name twice"):
        read_layer(path)


def test_zips_that_are_too_large_or_torn(tmp_path, monkeypatch):
    path = zipped(tmp_path, "a")
    monkeypatch.setattr("pitchplan.files.zipped._MOST_BYTES", 100)
    with pytest.raises(pp.InputError, match="more than 2 GB"):
        read_layer(path)
    monkeypatch.undo()
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(pp.InputError, match="not a zip"):
        read_layer(path)


def test_kml_is_read_and_a_vrt_by_that_name_is_not(tmp_path):
    path = tmp_path / "a.kml"
    streets(NAMES).rename(columns={"名称": "Name"}).to_file(path, driver="KML")
    assert read_layer(path)["Name"].tolist() == NAMES
    secret = tmp_path / "secret.csv"
    secret.write_text("WKT\nPOINT (1 1)\n")
    for suffix in (".kml", ".shp", ".fgb"):
        path = tmp_path / f"vrt{suffix}"
        path.write_text(
            f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
            "</OGRVRTLayer></OGRVRTDataSource>"
        )
        with pytest.raises(pp.InputError, match="cannot be read as"):
            read_layer(path)


def test_geoparquet_needs_pyarrow(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(pp.InputError, match="pip install pyarrow") as error:
        read_layer(path)
    assert "a.parquet" in str(error.value)


@pytest.mark.parametrize("suffix", [".parquet", ".geoparquet"])
def test_geoparquet_is_read_as_any_other_layer(tmp_path, suffix):
    pytest.importorskip("pyarrow")
    path = tmp_path / f"街道{suffix}"
    given = streets(NAMES).to_crs(4548)
    given.to_parquet(path)
    frame = read_layer(path)
    assert frame["名称"].tolist() == NAMES
    assert frame.crs.to_epsg() == 4548
    city = pp.read_city(streets=path)
    assert city.centrelines["name"].tolist() == NAMES
    assert city.centrelines.geometry.geom_equals_exact(given.geometry, 1e-6).all()


def test_parquet_that_is_torn_or_no_map_is_refused(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    streets(NAMES).to_parquet(path)
    with pytest.raises(pp.InputError, match="no layers and takes no subset"):
        read_layer(f"{path}|layername=a")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(pp.InputError, match="cannot be read as GeoParquet"):
        read_layer(path)
    pd.DataFrame({"name": NAMES}).to_parquet(path)
    with pytest.raises(pp.InputError, match="cannot be read as GeoParquet"):
        read_layer(path)


@pytest.mark.parametrize("name", ["city.osm.pbf", "city.osm"])
def test_extracts_are_sent_to_read_osm(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(pp.InputError, match="read_osm"):
        read_layer(tmp_path / name)
    with pytest.raises(pp.InputError, match="not an OpenStreetMap extract"):
        pp.read_osm(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('"a"=>"1"', {"a": "1"}),
        ('"a"=>"1","b"=>"2"', {"a": "1", "b": "2"}),
        ('"a"=>"x, \\"y\\"=>\\"z\\"","b"=>"c:\\\\d"', {"a": 'x, "y"=>"z"', "b": "c:\\d"}),
        ('"a"=>"","b:c"=>"济南\n路"', {"a": "", "b:c": "济南\n路"}),
        ('"a"=>NULL', {"a": ""}),
        ('"a"=>"torn', {}),
        ("", {}),
        (None, {}),
        (float("nan"), {}),
    ],
)
def test_tags_in_hstore_notation(text, tags):
    assert parse_tags(text) == tags


@pytest.mark.parametrize(("page", "codec"), [
    ("88592", "iso8859-2"), ("885915", "iso8859-15"), ("88591", "iso8859-1"), ("ANSI 1251", "cp1251"),
    ("OEM 866", "cp866"), ("65001", "utf-8"), ("UTF-8", "utf-8"),
    ("936", "gb18030"), ("system", None), ("rot13", None),
])  # fmt: skip
def test_encodings_as_people_write_them(page, codec):
    assert shapefiles._codec(page) == codec
