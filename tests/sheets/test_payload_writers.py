"""Letters, cards, notebook tables, folium, pictures, reports and JSON: texts in them stay texts.

Some payloads of each kind here; all of them: ``benchmarks/trust/payloads.py``.
"""

from __future__ import annotations

from typing import Any

import pytest

from pitchplan.sheets import map_sheet
from pitchplan.sheets.lettering import clean

from . import payload_writers as writers
from .payloads import PAYLOADS, hidden, nothing_new, tags

SOME = [text for text in PAYLOADS[::11] if clean(text)] + ["$\\frac{", "`${alert(1)}`", "a\nBreaches: none"]


@pytest.fixture(scope="module")
def harmless(plan: Any, city: Any) -> dict[str, str]:
    return writers.htmls(plan, city, "人民路")


@pytest.mark.parametrize("text", SOME)
def test_pages_and_notebook_tables_hold_texts_alone(
    plan: Any, city: Any, harmless: dict[str, str], text: str
) -> None:
    for name, html in writers.htmls(plan, city, text).items():
        nothing_new(html, harmless[name])


def test_folium_s_page_holds_texts_alone(build: Any, city: Any) -> None:
    pytest.importorskip("folium")
    plan = build.plan(city, spots=3)
    page = writers.folium_page(plan, "人民路")
    for text in SOME:
        html = writers.folium_page(plan, text)
        nothing_new(html, page)
        assert html.count("`") == page.count("`")
        assert not [c for c in html if c not in "\n\t" and hidden(c)]


def test_a_name_writes_no_line_of_an_audit() -> None:
    plain = writers.audit_of("人民路").text
    for text in filter(clean, PAYLOADS):
        said = writers.audit_of(text).text
        assert said.count("\n") == plain.count("\n")
        assert not [c for c in said if c != "\n" and hidden(c)]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_picture_s_words_are_no_formulas() -> None:
    plain = tags(writers.picture_of("road").decode())
    for text in ("$\\frac{", "$x^2$ <script>", "\\alpha $", "a\x00b\x1bc"):
        assert tags(writers.picture_of(text).decode()) <= plain


def test_a_permit_card_holds_texts_alone(plan: Any, city: Any) -> None:
    office = map_sheet(plan, city, title="图", publisher="局", audience="office")
    plain = tags(writers.card_of(office, "人民路").svg("2026-001-01").decode())
    for text in SOME[::3]:
        assert tags(writers.card_of(office, text).svg("2026-001-01").decode()) <= plain


def test_files_of_json_have_no_member_more(plan: Any, city: Any) -> None:
    sheet = map_sheet(plan, city, title="图", publisher="局")
    plain = writers.jsons(plan, sheet, "人民路")
    for text in SOME[::3]:
        said = writers.jsons(plan, sheet, text)
        assert said.keys() == plain.keys()
        assert {k: len(v) for k, v in said.items()} == {k: len(v) for k, v in plain.items()}
