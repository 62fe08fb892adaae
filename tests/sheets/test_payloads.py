"""Texts that try to be more than texts, and sheets that are full of them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import sqlite3
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import pandas as pd
import pyogrio
import pytest
from python_calamine import CalamineWorkbook

from pitchplan.sheets import Sheet, map_sheet, render, write
from pitchplan.sheets.cds import cds_files
from pitchplan.sheets.formats import FORMATS
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.published import LAYER_COLUMNS, PITCH_COLUMNS, SPOT_COLUMNS

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</text><a href='javascript:alert(1)'>x</a>",
    "]]><script>alert(1)</script>",
    "<![CDATA[<b>x</b>]]>",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "javascript:alert(1)",
    "$[description] $[geDirections]",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "<!--", "-->", "*/ alert(1) /*", "`${alert(1)}`", "{{7*7}}", "\\u003cscript\\u003e",
    "=HYPERLINK(\"http://evil.example\",\"x\")", "@SUM(A1:A9)", "+1+cmd|' /C calc'!A0", "-2+3", "\t=1+1",
    "\r=1+1",
    "＝1+1", "=1\n=2", "internal:Sheet1!A1", "http://evil.example/", "_x003D_1+1",
    "\u202eevil\u202c \u2066x\u2069", "\u200b=1+1", "a\x00b\x1bc\x7f", "\ud800", "\ufeff=1+1", "\uffff",
    "长" * 90, "a" * 120, "a\nb\r\nc", "'; DROP TABLE spots; --", "#set page(width: 1cm)",
    "#image(\"/etc/passwd\")", "../../etc/passwd", "CON", "%s%n{0}", "null", "NaN", "",
)  # fmt: skip
"""One of each kind: HTML, XML, CDATA, entities, scripts, spreadsheets, SQL, typesetting, odd characters."""

SPOT_TEXTS = ("name", "name_en", "address", "address_en", "district", "placement", "hours", "weeks")
PITCH_TEXTS = (
    "street",
    "street_en",
    "side",
    "placement",
    "vehicle",
    "district",
    "width_status",
    "hours",
    "flags",
)
LAYER_TEXTS = ("name", "name_en", "district", "district_en", "contact", "street_class", "kind")
NUMBERS = {
    "number", "room", "capacity", "residents_served", "x_m", "y_m", "clear_walk_m", "clear_drive_m",
    "bearing_deg", "length_m", "width_m", "chainage_m", "queue_m",
}  # fmt: skip
DAYS = {"opens", "closes"}  # written from dates, never from a cell
IDS = {"spot_id", "pitch_id", "community_id", "street_id", "run_id", "feature_id"}


def test_every_text_column_is_poisoned() -> None:
    """A column that is published from now on must be attacked from now on."""
    published = {*SPOT_COLUMNS, *PITCH_COLUMNS, *(c for columns in LAYER_COLUMNS.values() for c in columns)}
    assert published <= {*SPOT_TEXTS, *PITCH_TEXTS, *LAYER_TEXTS, *NUMBERS, *IDS, *DAYS}


def _spread(frame: Any, columns: tuple[str, ...], shift: int) -> Any:
    """Put another payload into each cell of some columns, so that a few rows hold all of them."""
    out = frame.copy()
    for k, column in enumerate(c for c in columns if c in out.columns):
        cells = [PAYLOADS[(i + 7 * k + shift) % len(PAYLOADS)] for i in range(len(out))]
        if column == "kind":
            # Features of no known kind are not shown: every other one stays what it is.
            cells = [
                old if i % 2 else new for i, (old, new) in enumerate(zip(out[column], cells, strict=True))
            ]
        out[column] = _texts(cells, out)
    return out


def _texts(cells: list[str], frame: Any) -> pd.Series:
    # As objects: the columns of texts of some versions of pandas hold no lone surrogate.
    return pd.Series(cells, index=frame.index, dtype=object)


def poisoned_plan(plan: Any, shift: int = 0) -> Any:
    """Return a plan of which every text is a payload, ids too."""
    spots = _spread(plan.spots.assign(weeks=""), SPOT_TEXTS, shift)
    pitches = _spread(plan.pitches, PITCH_TEXTS, shift)
    ids = {s: f"{s}{PAYLOADS[(i + shift) % len(PAYLOADS)]}" for i, s in enumerate(plan.spots["spot_id"])}
    for frame in (spots, pitches):
        frame["spot_id"] = _texts([ids[s] for s in frame["spot_id"]], frame)
    named = [f"{p}{PAYLOADS[(i + shift) % len(PAYLOADS)]}" for i, p in enumerate(pitches["pitch_id"])]
    pitches["pitch_id"] = _texts(named, pitches)
    return dataclasses.replace(plan, spots=spots, pitches=pitches)


def poisoned_sheet(plan: Any, city: Any, shift: int = 0) -> Sheet:
    """Return a sheet of which every text is a payload: names of layers, titles, contact lines."""
    layers = {name: _spread(getattr(city, name), LAYER_TEXTS, shift) for name in LAYER_COLUMNS}
    text = PAYLOADS[shift % len(PAYLOADS)] or "x"
    sheet = map_sheet(
        poisoned_plan(plan, shift),
        SimpleNamespace(**{**vars(city), **layers}),
        title=f"图{text}", title_en=text, publisher=f"局{text}", valid=text, source_note=text,
        contact={d: PAYLOADS[(i + shift) % len(PAYLOADS)] for i, d in enumerate(PAYLOADS)},
    )  # fmt: skip
    return dataclasses.replace(sheet, review_number=text)


@pytest.fixture(scope="module")
def poisoned(build: Any) -> Sheet:
    city = build.city()
    # One page to choose from: to lay many districts out several times takes long and tries nothing more.
    only_one = mock.patch(
        "pitchplan.sheets.mapsheet.layouts", lambda *given, **named: layouts(*given, **named)[:1]
    )
    with only_one:
        return poisoned_sheet(build.plan(city), city)


@pytest.fixture(scope="module")
def harmless_files(build: Any) -> Any:
    """Return what the same sheet's files look like without payloads."""
    city = build.city()
    sheet = map_sheet(build.plan(city), city, title="图", publisher="局", contact={"历下区": "电话"})
    return {suffix: render(sheet, suffix) for suffix in (".html", ".svg", ".kml", ".kmz", ".gpkg")}


class _Active(HTMLParser):
    """Collects what could act in HTML: tags with their attributes, addresses that run."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[tuple[str, str]] = set()
        self.scripts = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.found |= {(tag, ""), *((tag, name) for name, _ in attrs)}
        for name, value in attrs:
            plain = "".join((value or "").split()).lower()
            assert not plain.startswith(("javascript:", "vbscript:", "data:text")), (tag, name, value)


def _nothing_new(found: str, harmless: str) -> None:
    a, b = _Active(found), _Active(harmless)
    assert a.found <= b.found
    assert a.scripts == b.scripts


def _tags(text: str) -> set[tuple[str, str]]:
    root = ElementTree.fromstring(text)
    assert "<!ENTITY" not in text.split(">", 1)[0]
    return {(e.tag, a) for e in root.iter() for a in ("", *e.attrib)}


def check_html(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    _nothing_new(data.decode(), harmless.decode())


def check_svg(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    assert _tags(data.decode()) <= _tags(harmless.decode())
    _nothing_new(data.decode(), harmless.decode())


def check_kml(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    text = data.decode()
    # Communities whose district is now another form districts of several pieces.
    pieces = {("{http://www.opengis.net/kml/2.2}MultiGeometry", "")}
    assert _tags(text) <= _tags(harmless.decode()) | pieces
    for element in ElementTree.fromstring(text).iter():
        said = element.text or ""
        # Whatever a program takes for HTML, not the description alone.
        assert _Active(said).found <= {("br", "")}, said
        assert "$[" not in said


def check_kmz(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    with zipfile.ZipFile(io.BytesIO(data)) as a, zipfile.ZipFile(io.BytesIO(harmless)) as b:
        assert a.namelist() == b.namelist()
        check_kml(a.read("doc.kml"), b.read("doc.kml"), path)


def check_geojson(data: bytes, harmless: bytes | None, path: Path) -> None:
    for feature in json.loads(data)["features"]:
        for name in ("title", "description", "label"):
            assert not _Active(str(feature["properties"].get(name, ""))).found


def check_csv(data: bytes, harmless: bytes | None, path: Path) -> None:
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))):
        for name, cell in row.items():
            if name not in ("lon", "lat"):
                assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠\t\r\n") or not cell, (name, cell)


def check_xlsx(data: bytes, harmless: bytes | None, path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert not [n for n in names if "external" in n.lower() or "vba" in n.lower()]
        for name in names:
            root = ElementTree.fromstring(archive.read(name))
            assert not [
                e.tag for e in root.iter() if e.tag.rpartition("}")[2] in ("f", "hyperlink", "ddeLink")
            ]
            assert not [e for e in root.iter() if e.get("TargetMode") == "External"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert all(isinstance(v, (str, float, int)) for s in book.sheet_names for r in _rows(book, s) for v in r)


def _rows(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    return book.get_sheet_by_name(name).to_python()


def check_gpkg(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    other = path.with_name("harmless.gpkg")
    other.write_bytes(harmless)
    objects, styles = [], []
    for one in (path, other):
        with sqlite3.connect(one) as file:
            objects.append(file.execute("SELECT type, name FROM sqlite_master ORDER BY 1, 2").fetchall())
            rows = file.execute("SELECT styleQML FROM layer_styles").fetchall()
            styles.append(set().union(*(_tags(qml.partition("\n")[2]) for (qml,) in rows)))
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert objects[0] == objects[1]
    assert styles[0] <= styles[1]


def check_fgb(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert len(pyogrio.read_dataframe(path)) == 35


def check_shp_zip(data: bytes, harmless: bytes | None, path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert all(re.fullmatch(r"[a-z_]+\.(shp|shx|dbf|prj|cpg|csv)", n) for n in archive.namelist())
        assert archive.testzip() is None
        archive.extractall(path.parent)
    spots = pyogrio.read_dataframe(path.parent / "spots.shp")
    assert len(spots) == 35
    assert any(len(t.encode()) > 240 for t in spots["address"].dropna())


def check_pdf(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction)\b", data)
    assert b"root:x:0" not in data


def check_png(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert data.startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_text_becomes_active(
    poisoned: Sheet, harmless_files: dict[str, bytes], suffix: str, tmp_path: Path
) -> None:
    """A new format needs a ``check_`` of its own here, for what could act in it."""
    check = globals()[f"check_{suffix[1:].replace('.', '_')}"]
    path = tmp_path / f"map{suffix}"
    data = write(poisoned, path).read_bytes()
    for control in ("\u202e", "\u2066", "\x00"):
        if suffix not in (".png", ".pdf", ".kmz", ".xlsx", ".shp.zip", ".gpkg", ".fgb"):
            assert control not in data.decode("utf-8")
    check(data, harmless_files.get(suffix), path)


@pytest.mark.parametrize("suffix", [s for s, f in FORMATS.items() if not f.needs_map])
def test_rare_characters_are_kept(plan: Any, suffix: str, tmp_path: Path) -> None:
    path = write(
        dataclasses.replace(plan, spots=plan.spots.assign(address="🍉 𠮷野路")), tmp_path / f"m{suffix}"
    )
    data = path.read_bytes()
    if suffix in (".kmz", ".xlsx", ".shp.zip"):
        with zipfile.ZipFile(path) as archive:
            data = b"".join(archive.read(n) for n in archive.namelist())
    assert "🍉 𠮷野路".encode() in data


SECRETS = {"phone": "13800001111", "grower": "张三丰", "id_number": "370102199001011234"}


@pytest.mark.parametrize("suffix", [s for s, f in FORMATS.items() if not f.needs_map])
def test_columns_beyond_the_list_reach_no_file(build: Any, suffix: str, tmp_path: Path) -> None:
    city = build.city()
    plan = build.plan(city)
    planted = dataclasses.replace(
        plan, spots=plan.spots.assign(**SECRETS), pitches=plan.pitches.assign(**SECRETS)
    )
    city.communities = city.communities.assign(**SECRETS)
    path = write(map_sheet(planted, city, title="图", publisher="局"), tmp_path / f"m{suffix}")
    data = path.read_bytes()
    if suffix in (".kmz", ".xlsx", ".shp.zip"):
        with zipfile.ZipFile(path) as archive:
            data = b"".join(archive.read(n) for n in archive.namelist())
    for name, secret in SECRETS.items():
        assert name.encode() not in data
        assert secret.encode() not in data


def test_curb_data_are_texts_alone(poisoned: Sheet) -> None:
    pitches = poisoned.published.pitches.assign(placement="kerbside")
    published = dataclasses.replace(poisoned.published, pitches=pitches)
    for body in cds_files(dataclasses.replace(poisoned, published=published)).values():
        assert "\u202e" not in json.dumps(body, allow_nan=False, ensure_ascii=False)
