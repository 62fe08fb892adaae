"""Names run no code and cells no formulas: every payload in every text column, through every writer.

    python benchmarks/trust/payloads.py          # about six minutes on one core
    python benchmarks/trust/payloads.py 3        # three rounds of the columns only, about four

Each round fills every text column of a sheet (spots, pitches, layers, rules, goals, limits, decisions,
titles, contact lines) with payloads of `tests/sheets/payloads.py` and writes all formats; so many rounds
that every payload stands in every column. Then every payload is a name of its own in letters, permit
cards, curb data, provenance, a lottery's proof, an audit's text, notebook tables, folium's page and
matplotlib's pictures. Files are read back with parsers and compared with those of a harmless name; pages
are opened in headless Chromium, where there is one. Prints what is found and ends with 1 where something is.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from pitchplan.errors import InputError
from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.formats import FORMATS
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.letterfiles import pdf_of
from pitchplan.sheets.lettering import clean, has_cjk

TESTS = Path(__file__).parents[2] / "tests" / "sheets"
STEP = 19
"""So many payloads a round moves every column on: the shortest layer has more rows."""


def loaded(name: str) -> ModuleType:
    """Load a module of the tests."""
    spec = importlib.util.spec_from_file_location(f"sheets_{name}", TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


stand_in, corpus, writers = loaded("conftest"), loaded("payloads"), loaded("payload_writers")
room = loaded("browser")


class Found:
    """What was tried, and what was found."""

    def __init__(self) -> None:
        self.tried, self.wrong = 0, list[str]()

    def look(self, what: str, check: Callable[..., Any], *given: Any, times: int = 1) -> None:
        """Run a check that asserts."""
        self.tried += times
        try:
            check(*given)
        except Exception as error:
            self.wrong.append(f"{what}: {type(error).__name__}: {str(error)[:300]}")
            print(f"  {self.wrong[-1]}", flush=True)


def rounds(count: int, found: Found, folder: Path) -> list[Path]:
    """Write and read back whole sheets of payloads; return their pages."""
    city = stand_in.make_city()
    plan = stand_in.make_plan(city)
    plain = map_sheet(plan, city, title="图", publisher="局", contact={"历下区": "电话"})
    harmless = {suffix: render(plain, suffix) for suffix in FORMATS if suffix not in (".png", ".pdf")}
    notebook = {name: show(plain) for name, show in writers.SHOWN.items()}
    pages = []
    columns = len(corpus.SPOT_TEXTS) + len(corpus.PITCH_TEXTS) + len(corpus.LAYER_TEXTS)
    columns += len((*corpus.RULE_TEXTS, *corpus.GOAL_TEXTS, *corpus.DECISION_TEXTS, *corpus.LIMIT_TEXTS))
    columns += (
        9  # ids of spots and pitches, title, title_en, publisher, valid, source, review number, verdict
    )
    for k in range(count):
        room_of = folder / f"round{k}"
        room_of.mkdir()
        with mock.patch("pitchplan.sheets.mapsheet.layouts", lambda *a, **n: layouts(*a, **n)[:1]):
            sheet = corpus.poisoned_sheet(plan, city, STEP * k)
        for suffix in FORMATS:
            path = room_of / f"map{suffix}"
            try:
                path.write_bytes(printed_of(sheet, suffix))
            except Exception as error:
                found.wrong.append(f"round {k} {suffix}: {type(error).__name__}: {str(error)[:300]}")
                print(f"  {found.wrong[-1]}", flush=True)
                continue
            what = f"round {k} {suffix}"
            found.look(
                what,
                corpus.check_of(suffix),
                path.read_bytes(),
                harmless.get(suffix),
                path,
                times=35 * columns,
            )
        for name, before in notebook.items():
            found.look(f"round {k} {name}", corpus.nothing_new, writers.SHOWN[name](sheet), before)
        pages.append(room_of / "map.html")
        addresses = [str(a) for a in corpus.poisoned_plan(plan, STEP * k).spots["address"]]
        said = [
            f["properties"].get("address", "")
            for f in json.loads((room_of / "map.geojson").read_bytes())["features"]
        ]
        found.look(f"round {k} names", _assert_none, corpus.lost(addresses, said))
        print(f"round {k + 1} of {count}: {found.tried} tried, {len(found.wrong)} found", flush=True)
    return pages


def printed_of(sheet: Any, suffix: str) -> bytes:
    """Render a sheet; characters without a glyph, which no PDF can hold, are refused and then left out."""
    try:
        return render(sheet, suffix)
    except InputError as error:
        if suffix not in (".pdf", ".png") or "no glyph" not in str(error):
            raise
    plain = {ord(c): "x" for text in corpus.PAYLOADS for c in text if c > "\u05ff" and not has_cjk(c)}
    plain = {c: x for c, x in plain.items() if unicodedata.category(chr(c))[0] in "LMS"}

    def said(value: Any) -> Any:
        return value.translate(plain) if isinstance(value, str) else value

    published = dataclasses.replace(
        sheet.published, spots=sheet.published.spots.map(said), pitches=sheet.published.pitches.map(said)
    )
    layers = {}
    for name, frame in sheet.layers.items():
        texts = frame.columns.drop("geometry", errors="ignore")
        layers[name] = frame.assign(**{c: frame[c].map(said) for c in texts})
    words = {f.name: said(getattr(sheet, f.name)) for f in dataclasses.fields(sheet)}
    contact = {said(d): said(line) for d, line in sheet.contact.items()}
    facts = {k: said(v) if k != "not_applied" else [{a: said(b) for a, b in r.items()} for r in v]
             for k, v in sheet.published.facts.items()}  # fmt: skip
    published = dataclasses.replace(published, facts=facts)
    page = dataclasses.replace(sheet.page, without_spots=tuple(said(d) for d in sheet.page.without_spots))
    words |= {"published": published, "layers": layers, "contact": contact, "page": page, "pages": ()}
    return render(dataclasses.replace(sheet, **words), suffix)


def _assert_none(lost: list[str]) -> None:
    assert not lost, f"nobody would recognise {lost}"


def each(found: Found, folder: Path) -> list[Path]:
    """Put every payload alone through the writers beside the formats."""
    city = stand_in.make_city()
    plan = stand_in.make_plan(city, spots=4)
    sheet = map_sheet(plan, city, title="图", publisher="局")
    office = map_sheet(plan, city, title="图", publisher="局", audience="office")
    before = writers.htmls(plan, city, "人民路")
    page, card = writers.folium_page(plan, "人民路"), writers.card_of(office, "人民路")
    front = corpus.tags(card.svg("2026-001-01").decode())
    shape = {name: _keys(value) for name, value in writers.jsons(plan, sheet, "人民路").items()}
    lines = writers.audit_of("人民路").text.count("\n")
    picture = corpus.tags(writers.picture_of("人民路").decode())
    pages = []
    for k, text in enumerate(corpus.PAYLOADS):
        if not clean(text):
            continue  # an empty name is no name: tables refuse it

        def pages_of(text: str = text, k: int = k) -> None:
            for name, html in writers.htmls(plan, city, text).items():
                corpus.nothing_new(html, before[name])
                pages.append(folder / f"{k}-{name}.html")
                pages[-1].write_text(html, encoding="utf-8", errors="replace")

        def folium(text: str = text, k: int = k) -> None:
            html = writers.folium_page(plan, text)
            corpus.nothing_new(html, page)
            assert html.count("`") == page.count("`")
            assert html.count("${") == page.count("${")

        def cards(text: str = text) -> None:
            assert corpus.tags(writers.card_of(office, text).svg("2026-001-01").decode()) <= front

        def data(text: str = text) -> None:
            for name, value in writers.jsons(plan, sheet, text).items():
                assert _keys(value) == shape[name], name

        def audit(text: str = text) -> None:
            said = writers.audit_of(text).text
            assert said.count("\n") == lines
            assert not [c for c in said if c != "\n" and corpus.hidden(c)]

        def pictures(text: str = text) -> None:
            assert corpus.tags(writers.picture_of(text).decode()) <= picture

        def titles(text: str = text, k: int = k) -> None:
            named = dataclasses.replace(sheet, title=text, title_en=text, publisher=text, valid=text)
            for suffix in (".xlsx", ".csv"):
                path = folder / f"{k}{suffix}"
                path.write_bytes(render(named, suffix))
                corpus.check_of(suffix)(path.read_bytes(), None, path)

        for check in (pages_of, folium, cards, data, audit, pictures, titles):
            found.look(f"{text[:40]!r} {check.__name__}", check)
        if k % 10 == 0:
            path = folder / f"{k}.pdf"

            def printed(text: str = text, path: Path = path) -> None:
                path.write_bytes(pdf_of(next(iter(writers.post_of(plan, city, text))).versions))
                corpus.check_pdf(path.read_bytes(), None, path)
                path.write_bytes(writers.card_of(office, text).pdf())
                corpus.check_pdf(path.read_bytes(), None, path)

            found.look(f"{text[:40]!r} printed", printed)
    print(f"each payload alone: {found.tried} tried, {len(found.wrong)} found", flush=True)
    return pages


def _keys(value: Any) -> Any:
    """Return the form of a JSON value: how many keys and of what kind the values are."""
    if isinstance(value, dict):
        return sorted((_keys(v) for v in value.values()), key=repr)
    return [_keys(v) for v in value] if isinstance(value, list) else type(value).__name__


def browse(pages: list[Path], found: Found, folder: Path) -> int:
    """Open pages in a browser; no script of a name may run, nothing be asked for, no window open."""
    if room.CHROMIUM is None:
        print("no chromium: pages were not opened")
        return 0
    with room.Browser(folder / "profile") as browser:
        for path in pages:
            tab = browser.page(path.as_uri(), width=900, height=700)
            browser.listen(0.15)

            def quiet(tab: Any = tab, path: Path = path) -> None:
                asked = {e["request"]["url"] for e in tab.events("Network.requestWillBeSent")}
                asked = {a for a in asked if not a.startswith(("data:", "about:"))} - {path.as_uri()}
                assert not asked, asked
                assert not tab.events("Page.javascriptDialogOpening")
                assert not tab.events("Page.windowOpen")
                # A refused script would be a name that became one.
                assert not [c for c in tab.complaints() if "Content Security" in c], tab.complaints()

            found.look(f"browser {path.parent.name}/{path.name}", quiet)
            tab.send("Page.close")
    return len(pages)


def main(count: int) -> int:
    """Run everything and return how much was found."""
    began, found = time.monotonic(), Found()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = rounds(count, found, folder)
        alone = each(found, folder)
        tables = [p for p in alone if p.stem.partition("-")[2] != "letter"]
        chosen = [p for p in alone if p not in tables] + tables[::9]
        opened = browse(whole + chosen, found, folder)
    print(
        f"{len(corpus.PAYLOADS)} payloads, {found.tried} payloads × columns × writers, {opened} pages opened:"
        f" {len(found.wrong)} became more than text ({time.monotonic() - began:.0f} s)"
    )
    return len(found.wrong)


if __name__ == "__main__":
    every = -(-len(corpus.PAYLOADS) // STEP)
    sys.exit(min(main(int(sys.argv[1]) if len(sys.argv) > 1 else every), 1))
