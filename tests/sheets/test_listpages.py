"""Lists too long for the wall map, and districts without spots: nothing is silently missing."""

from __future__ import annotations

import dataclasses
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.ink import INK

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图", "publisher": "城市管理局"}


def _texts(sheet: Any) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(render(sheet, ".svg")).iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def wall(build: Any) -> Any:
    """Return a wall map whose list does not fit beside it."""
    city = build.city()
    return map_sheet(build.plan(city, spots=400), city, paper="A4", **WORDS)


def _emptied(plan: Any, district: str) -> Any:
    """Return the plan without what it has in a district."""
    kept = plan.spots["district"] != district
    inside = plan.pitches["spot_id"].isin(plan.spots["spot_id"][kept])
    return dataclasses.replace(plan, spots=plan.spots[kept], pitches=plan.pitches[inside])


def test_a_list_that_does_not_fit_has_pages_behind_the_wall_map(wall: Any) -> None:
    assert [p.kind for p in wall.pages] == ["list"] * len(wall.pages)
    assert len(wall.pages) > 0
    listed = [s for page in wall.pages for s in page.spots]
    assert sorted(listed) == sorted(wall.published.spots["spot_id"])
    assert [p.number for p in (wall.page, *wall.pages)] == list(range(1, len(wall.pages) + 2))


def test_the_wall_map_says_where_its_list_goes_on(wall: Any) -> None:
    texts = _texts(wall)
    assert any("完整名录见第 2 页起" in text for text in texts)
    assert f"1 / {1 + len(wall.pages)}" in texts
    assert not any(".csv" in text for text in texts)


def test_a_district_that_goes_on_is_named_again(wall: Any) -> None:
    """Over each column's first row stands its district's name: that it goes on, where it does."""
    spots, begun = wall.published.spots.set_index("number"), set()
    for page in wall.pages:
        root = ElementTree.fromstring(render(wall.only(page.page_id), ".svg"))
        placed = [
            (float(e.get("x", 0)), float(e.get("y", 0)), "".join(e.itertext()), e.get("fill"))
            for e in root.iter(f"{SVG}text")
        ]
        headings = [(x, y, text) for x, y, text, fill in placed if fill == INK["district"]]
        numbers = [(x, y, int(text)) for x, y, text, fill in placed if fill == "#FFFFFF"]
        assert sum(text.endswith("（续）") for _, _, text in headings) > 0
        for left in sorted({x for x, _, _ in headings}):
            column = sorted((y, n) for x, y, n in numbers if left < x < left + 12)
            over = sorted((y, text) for x, y, text in headings if x == left)
            assert over[0][0] < column[0][0]
            for y, number in column:
                name, district = [t for at, t in over if at < y][-1], spots["district"][number]
                assert name.removesuffix("（续）") == district
                first = y == next(at for at, _ in column if at > max(h for h, _ in over if h < y))
                if first:
                    assert name.endswith("（续）") == (district in begun)
                begun.add(district)


def test_rows_of_its_pages_say_the_square_on_the_wall_map(wall: Any) -> None:
    for page in wall.pages:
        texts = _texts(wall.only(page.page_id))
        spots = wall.published.spots[wall.published.spots["spot_id"].isin(page.spots)]
        assert set(spots["number"].astype(str)) <= set(texts)
        assert {wall.page.square(s.x_m, s.y_m) for s in spots.itertuples()} <= set(texts)
        assert "编号 · 地址 · 图格 · 摊位数" in texts


def test_pdf_and_html_carry_the_whole_list(wall: Any) -> None:
    assert len(re.findall(rb"/Type\s*/Page\b", render(wall, ".pdf"))) == 1 + len(wall.pages)
    assert render(wall, ".html").decode().count('<div class="page">') == 1 + len(wall.pages)


def test_a_list_that_fits_has_no_pages(sheet: Any) -> None:
    assert sheet.pages == ()
    assert sheet.numbers == {}


@pytest.mark.parametrize("atlas", [False, True])
@pytest.mark.parametrize("spots", [35, 400])
def test_a_district_without_spots_is_named_with_its_contact(build: Any, atlas: bool, spots: int) -> None:
    city = build.city()
    plan = _emptied(build.plan(city, spots=spots), "市中区")
    sheet = map_sheet(plan, city, atlas=atlas, contact={"市中区": "0531-8765 4321"}, **WORDS)
    assert "市中区" not in {page.district for page in sheet.pages}
    lists = [page for page in sheet.pages if page.kind == "list"]
    for page_id in ("overview", *(page.page_id for page in lists[-1:])):
        texts = _texts(sheet.only(page_id))
        if page_id == "overview" and lists and sheet.page.listing == "spots":
            continue  # its list goes on: the end of it names them
        assert "市中区" in texts
        assert "没有摊点" in texts
        assert any("0531-8765 4321" in text for text in texts)
    for page in lists[:-1]:
        assert "没有摊点" not in _texts(sheet.only(page.page_id))
