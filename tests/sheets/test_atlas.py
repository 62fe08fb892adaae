"""The atlas: a page per district, neighbours, numbers, the list."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from pitchplan.errors import InputError
from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.edges import areas_of
from pitchplan.sheets.mapbody import marker_layout
from pitchplan.sheets.onpage import of_the_page
from pitchplan.sheets.page import SCALES

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图", "title_en": "Jinan Watermelon Map", "publisher": "城市管理局"}


def _on(sheet: Any, page: Any) -> Any:
    return of_the_page(sheet.only(page.page_id))


def _texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def atlas(plan: Any, city: Any) -> Any:
    """Return an atlas of the stand-in city."""
    return map_sheet(plan, city, atlas=True, **WORDS)


@pytest.fixture(scope="module")
def long(build: Any) -> Any:
    """Return an atlas of 400 spots, whose list has pages of its own."""
    city = build.city()
    return map_sheet(build.plan(city, spots=400), city, atlas=True, paper="A3", **WORDS)


def test_one_page_per_district_and_every_spot_on_exactly_one(atlas: Any, plan: Any) -> None:
    assert [p.page_id for p in atlas.pages] == ["历下区", "市中区", "天桥区"]
    listed = [s for page in atlas.pages for s in page.spots]
    assert sorted(listed) == sorted(plan.spots["spot_id"])
    homes = dict(zip(plan.spots["spot_id"], plan.spots["district"], strict=True))
    for page in atlas.pages:
        assert {homes[s] for s in page.spots} == {page.district}


def test_every_page_shows_its_spots_at_a_round_true_scale(atlas: Any) -> None:
    for page in atlas.pages:
        assert page.scale in SCALES
        assert page.scale <= atlas.page.scale
        spots = _on(atlas, page).published.spots
        xy = page.to_paper(spots[["x_m", "y_m"]].to_numpy(float))
        f = page.frame
        assert ((xy > [f.x, f.y]) & (xy < [f.right, f.bottom])).all()
        assert (spots["grid_square"] != "").all()
        mm = np.hypot(*(xy[0] - xy[-1]))
        metres = np.hypot(*(spots[["x_m", "y_m"]].to_numpy()[0] - spots[["x_m", "y_m"]].to_numpy()[-1]))
        assert mm == pytest.approx(metres * 1000 / page.scale)


def test_the_list_tells_page_and_square_of_each_spot(atlas: Any, long: Any) -> None:
    for sheet in (atlas, long):
        numbers = {page.page_id: page for page in sheet.pages}
        for page in (p for p in sheet.pages if p.kind == "map"):
            spots = sheet.published.spots
            own = spots[spots["spot_id"].isin(page.spots)]
            assert set(own["page"]) == {page.number} == {sheet.numbers[page.page_id]}
            assert [numbers[page.page_id].square(s.x_m, s.y_m) for s in own.itertuples()] == list(
                own["page_square"]
            )


def test_pages_are_numbered_through(atlas: Any, long: Any) -> None:
    for sheet in (atlas, long):
        pages = [sheet.page, *sheet.pages]
        assert [p.number for p in pages] == list(range(1, len(pages) + 1))
        assert {p.count for p in pages} == {len(pages)}
        for page in pages:
            assert f"{page.number} / {len(pages)}" in _texts(render(sheet.only(page.page_id), ".svg"))


def test_neighbours_are_named_at_the_edge_where_they_lie(atlas: Any) -> None:
    areas, by_id = areas_of(atlas), {p.page_id: p for p in atlas.pages}
    assert any(page.neighbours for page in atlas.pages)
    for page in atlas.pages:
        west, south, east, north = page.window(-1.0)
        sides = {
            "north": [(west, north), (east, north)],
            "south": [(west, south), (east, south)],
            "west": [(west, south), (west, north)],
            "east": [(east, south), (east, north)],
        }
        texts = _texts(render(atlas.only(page.page_id), ".svg"))
        for edge, name in page.neighbours:
            assert name != page.page_id
            assert shapely.intersects(shapely.linestrings(sides[edge]), areas[name])
            assert f"{name} {by_id[name].number}页" in texts


def test_numbers_never_cover_each_other_on_any_page(long: Any) -> None:
    for page in (p for p in long.pages if p.kind == "map"):
        markers = marker_layout(_on(long, page))
        assert len(markers) == len(page.spots)
        boxes = shapely.box(*np.array([m.box for m in markers]).T)
        a, b = shapely.STRtree(boxes).query(boxes, predicate="overlaps")
        assert not len(a), page.page_id
        assert not len(b)


def test_a_long_list_has_pages_that_hold_every_spot_once(long: Any) -> None:
    lists = [p for p in long.pages if p.kind == "list"]
    assert lists
    assert long.page.listing == "districts"
    listed = [s for p in lists for s in p.spots]
    assert sorted(listed) == sorted(long.published.spots["spot_id"])
    for page in lists:
        texts = _texts(render(long.only(page.page_id), ".svg"))
        spots = long.published.spots[long.published.spots["spot_id"].isin(page.spots)]
        for s in spots.itertuples():
            assert str(s.number) in texts
            assert f"{s.page}页 {s.page_square}" in texts
        root = ElementTree.fromstring(render(long.only(page.page_id), ".svg"))
        assert max(float(e.get("y")) for e in root.iter(f"{SVG}text")) < page.height
    overview = _texts(render(long.only("overview"), ".svg"))
    assert "历下区" in overview
    pages = [str(p.number) for p in long.pages if p.district == "历下区"]
    assert f"第 {pages[0]}–{pages[-1]} 页" in overview


def test_another_column_makes_other_pages(plan: Any, city: Any) -> None:
    offices = [f"{name}街道" for name in ("泉城路", "千佛山", "趵突泉")]
    communities = city.communities.assign(
        street_office=[offices[i % 3] for i in range(len(city.communities))]
    )
    made = SimpleNamespace(**{**vars(city), "communities": communities})
    sheet = map_sheet(plan, made, atlas="street_office", **WORDS)
    assert {p.page_id for p in sheet.pages if p.kind == "map"} <= set(offices)
    homes = dict(zip(communities["community_id"], communities["street_office"], strict=True))
    for spot in sheet.published.spots.itertuples():
        page = next(p for p in sheet.pages if spot.spot_id in p.spots)
        assert page.page_id == homes[spot.community_id]


def test_pdf_has_all_pages_and_png_the_one_asked_for(atlas: Any) -> None:
    pdf = render(atlas, ".pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 4
    assert pdf == render(atlas, ".pdf")
    district = atlas.only("市中区")
    assert render(district, ".png", ppi=30) != render(atlas, ".png", ppi=30)
    assert len(re.findall(rb"/Type\s*/Page\b", render(district, ".pdf"))) == 1
    with pytest.raises(InputError, match="overview, 历下区"):
        atlas.only("东城区")


def test_a_page_alone_is_drawn_as_it_is_in_the_atlas(atlas: Any) -> None:
    import dataclasses

    from pitchplan.sheets.svg import svg_text

    for page in (atlas.page, *atlas.pages):
        assert svg_text(dataclasses.replace(atlas, page=page)) == svg_text(atlas.only(page.page_id))


def test_a_plan_without_spots_has_no_atlas(plan: Any, city: Any) -> None:
    import dataclasses

    empty = dataclasses.replace(plan, spots=plan.spots.iloc[:0], pitches=plan.pitches.iloc[:0], vendors=0)
    sheet = map_sheet(empty, city, atlas=True, **WORDS)
    assert sheet.pages == ()
    assert render(sheet, ".svg")


def test_spots_outside_of_every_community_go_to_the_nearest_page(plan: Any, city: Any) -> None:
    import dataclasses

    spots = plan.spots.copy()
    spots.loc[0, ["community_id", "district"]] = ["", ""]
    sheet = map_sheet(dataclasses.replace(plan, spots=spots), city, atlas=True, **WORDS)
    assert sum(spots.loc[0, "spot_id"] in p.spots for p in sheet.pages if p.kind == "map") == 1


@pytest.mark.parametrize("orientation", ["portrait", "auto"])
@pytest.mark.parametrize("paper", ["A4", "A3", "A0"])
def test_upright_paper_holds_everything(plan: Any, city: Any, orientation: str, paper: str) -> None:
    sheet = map_sheet(plan, city, orientation=orientation, paper=paper, **WORDS)
    page = sheet.page
    assert orientation == "auto" or page.height > page.width
    if orientation == "auto":
        other = map_sheet(plan, city, paper=paper, **WORDS)
        assert page.scale <= other.page.scale
    root = ElementTree.fromstring(render(sheet, ".svg"))
    turned = {id(t) for g in root.iter(f"{SVG}g") if g.get("transform") for t in g.iter(f"{SVG}text")}
    for e in root.iter(f"{SVG}text"):
        if e.get("x") and not e.get("transform") and id(e) not in turned:
            assert -1 < float(e.get("x")) < page.width + 1
            assert 0 < float(e.get("y")) < page.height


def test_names_of_districts_stand_over_the_dots_of_an_overview(long: Any) -> None:
    drawn = render(long.only("overview"), ".svg").decode()
    dots = max(m.end() for m in re.finditer(r'<circle cx="[\d.]+" cy="[\d.]+" r="[\d.]+"/>', drawn))
    assert drawn.index(">历下区</text>") > 0
    assert all(drawn.rfind(f">{name}</text>", 0, dots) == -1 for name in ("历下区", "市中区", "天桥区"))
