"""A crowded district has several pages: legible numbers, whole lists, each spot on one, neighbours named."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.choosing import cut_short
from pitchplan.sheets.layouts import lay_out
from pitchplan.sheets.numbering import numbers_are_small
from pitchplan.sheets.onpage import of_the_page
from pitchplan.sheets.panel import how_the_list_stands, how_well_it_fits

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图", "title_en": "Jinan Watermelon Map", "publisher": "城市管理局"}


def _texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def _maps(sheet: Any) -> list[Any]:
    return [page for page in sheet.pages if page.kind == "map"]


@pytest.fixture(scope="module")
def crowded(build: Any) -> Any:
    """Return an atlas of three districts with more than a hundred spots each."""
    city = build.city()
    return map_sheet(build.plan(city, spots=400), city, atlas=True, paper="A3", **WORDS)


def _larger(city: Any, plan: Any, times: float) -> tuple[Any, Any]:
    """Return a city and its plan with all distances so many times longer; streets keep their widths."""
    x0, y0, x1, y1 = city.bounds
    layers = {}
    for name, value in vars(city).items():
        if hasattr(value, "geometry") and len(value):
            geometry = value.geometry.scale(times, times, origin=(x0, y0))
            value = value.set_geometry(geometry)
        layers[name] = value
    layers["bounds"] = (x0, y0, x0 + times * (x1 - x0), y0 + times * (y1 - y0))
    moved = {
        name: table.assign(x_m=x0 + times * (table["x_m"] - x0), y_m=y0 + times * (table["y_m"] - y0))
        for name, table in (("spots", plan.spots), ("pitches", plan.pitches))
    }
    return SimpleNamespace(**layers), dataclasses.replace(plan, **moved)


def test_pages_of_a_crowded_district_show_large_numbers_and_whole_lists(crowded: Any) -> None:
    assert len(_maps(crowded)) > 3
    for page in _maps(crowded):
        assert not cut_short(crowded, page)
        assert not numbers_are_small(of_the_page(crowded.only(page.page_id)))
        spots = of_the_page(crowded.only(page.page_id)).published.spots
        xy = page.to_paper(spots[["x_m", "y_m"]].to_numpy(float))
        f = page.frame
        assert ((xy > [f.x, f.y]) & (xy < [f.right, f.bottom])).all()


def test_each_spot_is_on_exactly_one_list(crowded: Any) -> None:
    listed = [s for page in _maps(crowded) for s in page.spots]
    assert sorted(listed) == sorted(crowded.published.spots["spot_id"])
    by_number = {page.number: page for page in _maps(crowded)}
    for spot in crowded.published.spots.itertuples():
        assert spot.spot_id in by_number[spot.page].spots
        assert by_number[spot.page].district == spot.district


def test_ids_keep_the_district_s_name_and_count_on(crowded: Any) -> None:
    for district in dict.fromkeys(page.district for page in _maps(crowded)):
        own = [page for page in _maps(crowded) if page.district == district]
        assert [p.page_id for p in own] == [district, *(f"{district}-{k}" for k in range(2, len(own) + 1))]
        assert [p.part for p in own] == [(k, len(own)) for k in range(1, len(own) + 1)]
        assert [p.number for p in own] == list(range(own[0].number, own[0].number + len(own)))
        for page in own:
            title = f"{district}（{page.part[0]}/{len(own)}）" if len(own) > 1 else district
            assert title in _texts(render(crowded.only(page.page_id), ".svg"))


def test_pages_of_one_district_overlap_and_name_each_other(crowded: Any) -> None:
    pages = {page.page_id: page for page in _maps(crowded)}
    first = next(page for page in pages.values() if page.part[1] > 1)
    siblings = [p for p in pages.values() if p.district == first.district and p is not first]
    named = {name for _, name in first.neighbours}
    assert named & {p.page_id for p in siblings}
    texts = _texts(render(crowded.only(first.page_id), ".svg"))
    for sibling in (p for p in siblings if p.page_id in named):
        assert f"{first.district} {sibling.number}页" in texts
        assert first.page_id in {name for _, name in sibling.neighbours}
        shared = shapely.box(*first.window()).intersection(shapely.box(*sibling.window()))
        west, south, east, north = shared.bounds
        assert min(east - west, north - south) >= 150


def test_neighbours_lie_where_they_are_named(crowded: Any) -> None:
    for page in _maps(crowded):
        assert len(page.neighbours) == len(page.neighbours_at)
        assert all(0 <= at <= 1 for at in page.neighbours_at)
        assert page.page_id not in {name for _, name in page.neighbours}


def test_a_district_of_few_spots_has_one_page(plan: Any, city: Any) -> None:
    sheet = map_sheet(plan, city, atlas=True, **WORDS)
    assert {page.part for page in sheet.pages} == {(1, 1)}


def test_a_page_with_few_spots_gives_the_paper_to_the_map(build: Any) -> None:
    """Scale and second language are not the price, nor is the small map of the city."""
    city = build.city()
    sheet = map_sheet(build.plan(city, spots=6), city, atlas=True, **WORDS)
    for page in _maps(sheet):
        mine = of_the_page(sheet.only(page.page_id))
        own, spots = city.communities, mine.published.spots
        bounds = own[own["district"] == page.district].total_bounds
        assert page.frame.width * page.frame.height > 0.55 * page.width * page.height
        assert how_well_it_fits(mine) == 0
        assert how_the_list_stands(mine)[2]
        assert page.scale <= lay_out("A3", tuple(bounds), city.crs, spots=len(spots)).scale


def test_many_spots_far_apart_get_larger_scales(build: Any) -> None:
    city = build.city()
    near = map_sheet(build.plan(city, spots=150), city, atlas=True, paper="A1", **WORDS)
    assert {page.part[1] for page in _maps(near)} == {1}
    wide_city, wide_plan = _larger(city, build.plan(city, spots=150), 12.0)
    wide = map_sheet(wide_plan, wide_city, atlas=True, paper="A1", **WORDS)
    assert max(page.part[1] for page in _maps(wide)) > 1
    for page in _maps(wide):
        assert len(page.spots) * page.scale <= 1_600_000 or len(page.spots) < 16


def test_spots_on_one_place_are_not_cut_for_ever(build: Any) -> None:
    city = build.city()
    plan = build.plan(city, spots=120)
    x, y = plan.spots.loc[0, ["x_m", "y_m"]].astype(float)
    home = plan.spots.loc[0, ["community_id", "district"]].to_dict()
    heap = dataclasses.replace(
        plan, spots=plan.spots.assign(x_m=x, y_m=y, **home), pitches=plan.pitches.assign(x_m=x, y_m=y)
    )
    sheet = map_sheet(heap, city, atlas=True, paper="A4", **WORDS)
    assert len(_maps(sheet)) == 1
    assert np.isfinite(sheet.pages[0].scale)


def test_a_page_of_spots_near_each_other_shows_the_streets_around(build: Any) -> None:
    city, plan = build.city(), build.plan(build.city(), spots=3)
    wide_city, _ = _larger(city, plan, 6.0)
    x0, y0, x1, y1 = city.bounds
    place = {"x_m": x0 + 3 * (x1 - x0), "y_m": y0 + 3 * (y1 - y0)}
    near = dataclasses.replace(plan, spots=plan.spots.assign(**place), pitches=plan.pitches.assign(**place))
    for page in _maps(map_sheet(near, wide_city, atlas=True, **WORDS)):
        west, south, east, north = page.window()
        assert min(east - west, north - south) >= 900
