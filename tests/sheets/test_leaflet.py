"""Leaflet and field-check list."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from pitchplan.errors import InputError
from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.fieldcheck import widths_to_tape
from pitchplan.sheets.page import SCALES

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图", "title_en": "Jinan Watermelon Map", "publisher": "城市管理局"}


def _texts(svg: bytes) -> list[Any]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("spots", [10, 35, 60])
def test_a_leaflet_lists_every_spot_with_the_inside_s_squares(build: Any, spots: int) -> None:
    city = build.city()
    sheet = map_sheet(build.plan(city, spots=spots), city, link="https://example.org", **WORDS).leaflet()
    inside = sheet.only("leaflet-inside").page
    assert inside.scale in SCALES
    assert (inside.width, inside.height) == (297, 210)
    out = render(sheet.only("leaflet-outside"), ".svg")
    said = [e.text for e in _texts(out)]
    for s in sheet.published.spots.itertuples():
        assert str(s.number) in said
        assert s.grid_square == inside.square(s.x_m, s.y_m) != ""
    for text in ("免费 · 不罚款", "扫码看地图", "请瓜农朋友"):
        assert text in said
    assert b'class="qr"' in out


@pytest.mark.parametrize("spots", [10, 35, 60, 150])
def test_no_text_of_the_outside_runs_over_a_fold_or_the_paper(build: Any, spots: int) -> None:
    from pitchplan.sheets.lettering import text_width

    city = build.city()
    sheet = map_sheet(build.plan(city, spots=spots), city, link="https://example.org", **WORDS).leaflet()
    for e in _texts(render(sheet.only("leaflet-outside"), ".svg")):
        wide = text_width(e.text, float(e.get("font-size")), bold=e.get("font-weight") == "700")
        x, anchor = float(e.get("x")), e.get("text-anchor")
        left = x - wide * {"end": 1.0, "middle": 0.5}.get(anchor, 0.0)
        assert int(left // 99) == int((left + wide) // 99), e.text
        assert 0 < float(e.get("y")) < 210


def test_a_district_s_leaflet_has_its_own_spots_alone(plan: Any, city: Any) -> None:
    sheet = map_sheet(plan, city, atlas=True, **WORDS)
    page = sheet.only("市中区").page
    leaflet = sheet.only("市中区").leaflet()
    numbers = set(plan.spots.loc[plan.spots["spot_id"].isin(page.spots), "number"].astype(str))
    said = {
        e.text for e in _texts(render(leaflet.only("leaflet-outside"), ".svg")) if e.get("fill") == "#FFFFFF"
    }
    assert {t for t in said if t.isdigit()} == numbers
    assert len(re.findall(rb"/Type\s*/Page\b", render(leaflet, ".pdf"))) == 2


def test_the_field_check_list_has_each_assumed_width_once(build: Any) -> None:
    city = build.city()
    sheet = map_sheet(build.plan(city, spots=120), city, audience="office", **WORDS)
    rows = widths_to_tape(sheet)
    assumed = sheet.published.pitches[sheet.published.pitches["width_status"] == "assumed"]
    assert rows["pitches"].sum() == len(assumed)
    assert set(rows["spot_id"]) == set(assumed["spot_id"])
    assert not rows.duplicated(["street_id", "spot_id"]).any()
    made = sheet.field_check()
    pages = [made.page, *made.pages]
    assert len(pages) > 1
    assert sorted(r for p in pages for r in p.spots) == sorted(rows["street_id"] + "\n" + rows["spot_id"])
    for page in pages:
        texts = _texts(render(made.only(page.page_id), ".svg"))
        assert "内部使用  Office use only" in {e.text for e in texts} or any(
            "内部使用" in e.text for e in texts
        )
        assert max(float(e.get("y")) for e in texts) < page.height


def test_the_public_gets_no_field_check_list(sheet: Any) -> None:
    with pytest.raises(InputError, match="office"):
        sheet.field_check()


def test_measured_widths_need_no_list(plan: Any, city: Any) -> None:
    import dataclasses

    measured = dataclasses.replace(plan, pitches=plan.pitches.assign(width_status="measured"))
    made = map_sheet(measured, city, audience="office", **WORDS).field_check()
    # Nobody is asked to tape "the following" where nothing follows.
    assert "下列街道宽度" not in render(made, ".svg").decode()
    assert "没有需要核查的路宽" in {e.text for e in _texts(render(made, ".svg"))}


@pytest.mark.parametrize("languages", [("zh", "en"), ("en", "zh")])
def test_a_leaflet_names_the_contacts_of_the_districts_it_lists(build: Any, languages: Any) -> None:
    city = build.city()
    plan = build.plan(city, spots=8)
    own = sorted(set(plan.spots["district"]))[:2]
    contact = {own[0]: "0531-8765 4321", own[1]: "0531-8765 1234", "远区": "0531-1111 1111"}
    sheet = map_sheet(plan, city, contact=contact, language=languages, **WORDS).leaflet()
    said = [e.text for e in _texts(render(sheet.only("leaflet-outside"), ".svg"))]
    for district, number in contact.items():
        assert any(number in (t or "") for t in said) is (district in own)
    if languages[0] == "zh":
        # In the list and once more under what is asked of growers.
        assert sum("0531-8765 4321" in (t or "") for t in said) == 2
