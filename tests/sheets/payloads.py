"""Texts that try to be more than texts, sheets that are full of them, and what real parsers find in files."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import shutil
import sqlite3
import subprocess
import unicodedata
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pyogrio
from python_calamine import CalamineWorkbook

from pitchplan.sheets import Sheet, map_sheet
from pitchplan.sheets.published import LAYER_COLUMNS

PAYLOADS = (
    # HTML, scripts, handlers, addresses that run
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>', "' onmouseover='alert(1)", "</text><a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><use href='data:image/svg+xml,<svg/>'/></svg>",
    "<foreignObject><body onload=alert(1)></foreignObject>", "<details open ontoggle=alert(1)>",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<form action=//evil.example><input autofocus onfocus=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "javascript:alert(1)",
    "jav\tascript:alert(1)", "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>",
    "</style><script>alert(1)</script>", "</title><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>", "}</style>*{background:url(//evil.example)}",
    "x;background:url(http://evil.example/)", "@import '//evil.example';", "<!--", "-->",
    "--!><img src=x onerror=alert(1)>",
    # XML, entities, escapes
    "]]><script>alert(1)</script>", "<![CDATA[<b>x</b>]]>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "<?xml-stylesheet href='//evil.example'?>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;", "&#60;script&#62;alert(1)",
    "%3Cscript%3Ealert(1)%3C/script%3E", "\\u003cscript\\u003e", "\\x3cscript\\x3e", '{"a":"</script>"}',
    "$[description] $[geDirections]", "<description><![CDATA[<b>balloon</b>]]></description>",
    # templates and JavaScript
    "*/ alert(1) /*", "`${alert(1)}`", "${7*7}", "{{7*7}}", "{{script}}", "{% raw %}", "<%= 7*7 %>",
    "');alert(1);//", "\\'-alert(1)-\\'",
    # spreadsheets
    '=HYPERLINK("http://evil.example","x")', "@SUM(A1:A9)", "+1+cmd|' /C calc'!A0", "-2+3", "\t=1+1",
    "\r=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "=1\n=2", "=cmd|'/C calc'!A0",
    "=DDE(\"cmd\";\"/C calc\";\"x\")", "{=1+1}", "internal:Sheet1!A1", "external:a.xlsx",
    "http://evil.example/", "mailto:a@evil.example", "_x003D_1+1", ' =1+1', '";=1+1;"', "',=1+1",
    # typesetting and PDF
    "#set page(width: 1cm)", '#image("/etc/passwd")', '#eval("1+1")', '#import "/etc/passwd": *',
    "#sys.version", "$ x^2 $", "\\ \\n #", "*b* _i_ @ref <label>", "$\\frac{",
    "(\\051) Tj /JavaScript (x)", "endstream endobj",
    # directions, zero width, control characters
    "\u202eevil\u202c \u2066x\u2069", "\u200b=1+1", "a\x00b\x1bc\x7f", "\ud800", "\ufeff=1+1", "\uffff",
    "\u2028x\u2029y", "a\nb\r\nc", "\x1b]0;x\x07\x1b[31m", "شارع المدينة", "🍉👨\u200d👩\u200d👧 路",
    "e\u0301路", "長" * 90, "a" * 120,
    # SQL, paths, formats, words that readers take for values
    "'; DROP TABLE spots; --", "../../etc/passwd", "..\\..\\x", "CON", "%s%n{0}", "null", "NaN", "true",
    "1e5", "",
)  # fmt: skip
"""One of each kind, 100 in all."""

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
RULE_TEXTS = ("rule", "applied", "source")
GOAL_TEXTS = ("goal",)
DECISION_TEXTS = ("decision_id", "rule", "reason", "who", "date", "place", "address", "answer")
LIMIT_TEXTS = ("rule", "counts", "group_by", "group")
NUMBERS = {
    "number", "room", "capacity", "residents_served", "x_m", "y_m", "clear_walk_m", "clear_drive_m",
    "bearing_deg", "length_m", "width_m", "chainage_m", "queue_m",
}  # fmt: skip
DAYS = {"opens", "closes"}  # written from dates, never from a cell
IDS = {"spot_id", "pitch_id", "community_id", "street_id", "run_id", "feature_id"}


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
    tables = {
        name: _spread(getattr(plan, name), columns, shift + 3)
        for name, columns in (("rules_report", RULE_TEXTS), ("goals", GOAL_TEXTS))
    }
    said = [
        {c: PAYLOADS[(i + k + shift) % len(PAYLOADS)] for k, c in enumerate(DECISION_TEXTS)} for i in range(8)
    ]
    place = {
        "what": "waive",
        "lon": 117.02,
        "lat": 36.65,
        "radius_m": 5000.0,
        "votes_for": 2.0,
        "votes_against": 1.0,
    }
    tables["decisions"] = pd.DataFrame([row | place for row in said], dtype=object)
    tables["limits"] = pd.DataFrame(
        [{c: PAYLOADS[(i + shift) % len(PAYLOADS)] for c in LIMIT_TEXTS} for i in range(3)], dtype=object
    ).assign(at_least=0.0, at_most=9.0, used=3.0)
    noted = {k: PAYLOADS[(i + shift) % len(PAYLOADS)] for i, k in enumerate(("book_id", "rule_book"))}
    noted["assumptions"] = list(PAYLOADS[shift % len(PAYLOADS) :][:5])
    return dataclasses.replace(
        plan, spots=spots, pitches=pitches, provenance=plan.provenance | noted, **tables
    )


def poisoned_sheet(plan: Any, city: Any, shift: int = 0, **more: Any) -> Sheet:
    """Return a sheet of which every text is a payload: names of layers, titles, contact lines."""
    given = {name: getattr(city, name) for name in LAYER_COLUMNS}
    # More rows than `STEP` of the long form.
    given["open_spaces"] = pd.concat([given["open_spaces"]] * 3, ignore_index=True)
    layers = {name: _spread(frame, LAYER_TEXTS, shift) for name, frame in given.items()}
    text = PAYLOADS[shift % len(PAYLOADS)] or "x"
    sheet = map_sheet(
        poisoned_plan(plan, shift),
        SimpleNamespace(**{**vars(city), **layers}),
        title=f"图{text}", title_en=text, publisher=f"局{text}", valid=text, source_note=text,
        contact={d: PAYLOADS[(i + shift) % len(PAYLOADS)] for i, d in enumerate(PAYLOADS)},
        audit=SimpleNamespace(verdict=text), **more,
    )  # fmt: skip
    return dataclasses.replace(sheet, review_number=text)


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


def nothing_new(found: str, harmless: str) -> None:
    a, b = _Active(found), _Active(harmless)
    assert a.found <= b.found
    assert a.scripts == b.scripts


def tags(text: str) -> set[tuple[str, str]]:
    root = ElementTree.fromstring(text)
    assert "<!ENTITY" not in text.split(">", 1)[0]
    return {(e.tag, a) for e in root.iter() for a in ("", *e.attrib)}


def check_html(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    nothing_new(data.decode(), harmless.decode())


def check_svg(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    assert tags(data.decode()) <= tags(harmless.decode())
    nothing_new(data.decode(), harmless.decode())


def check_kml(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert harmless is not None
    text = data.decode()
    # Communities whose district is now another form districts of several pieces.
    pieces = {("{http://www.opengis.net/kml/2.2}MultiGeometry", "")}
    assert tags(text) <= tags(harmless.decode()) | pieces
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
            styles.append(set().union(*(tags(qml.partition("\n")[2]) for (qml,) in rows)))
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
    assert all(len(t.encode()) <= 254 for t in spots["address"].dropna())


def check_pdf(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction|URI|GoToR)\b", data)
    assert b"root:x:0" not in data
    if shutil.which("pdfinfo"):
        for option in ("-js", "-url"):
            done = subprocess.run(["pdfinfo", option, path], capture_output=True, text=True, check=True)
            assert "://" not in done.stdout, done.stdout
            assert "alert" not in done.stdout, done.stdout


def check_png(data: bytes, harmless: bytes | None, path: Path) -> None:
    assert data.startswith(b"\x89PNG")


def hidden(character: str) -> bool:
    """Tell whether a character controls, turns or hides others."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def core(text: object) -> str:
    """Return what a person recognises a text by: its letters and digits, without those nothing can show."""
    plain = unicodedata.normalize("NFKC", str(text).encode("utf-8", "ignore").decode())
    return "".join(c for c in plain if c.isalnum())


def lost(given: list[str], shown: list[str]) -> list[str]:
    """Return the texts that nobody would recognise among those that are shown."""
    seen = {core(text) for text in shown}
    return [text for text in given if core(text) not in seen]


def check_of(suffix: str) -> Any:
    """Return what looks at a format's files: ``(data, harmless data, path)``."""
    return globals()[f"check_{suffix[1:].replace('.', '_')}"]
