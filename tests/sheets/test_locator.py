"""The locator map: on each district's page where the list leaves room, the window where it lies."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.draw import UNIT_MM
from pitchplan.sheets.ink import INK
from pitchplan.sheets.listing import arrange, list_body
from pitchplan.sheets.locator import locator_place
from pitchplan.sheets.onpage import of_the_page
from pitchplan.sheets.page import Rect
from pitchplan.sheets.panel import list_area

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图", "title_en": "Jinan Watermelon Map", "publisher": "城市管理局"}
HEADING = "全市总图 · 第 1 页"


@pytest.fixture(scope="module")
def atlas(plan: Any, city: Any) -> Any:
    """Return an atlas of the stand-in city."""
    return map_sheet(plan, city, atlas=True, **WORDS)


def _texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def _corners(svg: bytes, **said: str) -> np.ndarray:
    """Return the corners of the one path that has some attributes."""
    (data,) = [
        e.get("d", "")
        for e in ElementTree.fromstring(svg).iter(f"{SVG}path")
        if all(e.get(name.replace("_", "-")) == value for name, value in said.items())
    ]
    rings = [[int(n) for n in re.findall(r"-?\d+", ring)] for ring in data.split("M")[1:]]
    return UNIT_MM * np.concatenate([np.cumsum(np.reshape(ring, (-1, 2)), axis=0) for ring in rings])


def test_pages_of_districts_have_it_and_the_overview_has_not(atlas: Any) -> None:
    assert HEADING not in _texts(render(atlas.only("overview"), ".svg"))
    for page in atlas.pages:
        assert HEADING in _texts(render(atlas.only(page.page_id), ".svg"))


def test_the_window_is_where_the_page_is_in_the_city(atlas: Any) -> None:
    west, south, east, north = atlas.extent
    assert west < east
    for page in atlas.pages:
        svg = render(atlas.only(page.page_id), ".svg")
        city = _corners(svg, fill=INK["ground"], stroke=INK["district"]).max(axis=0)
        corners = _corners(svg, fill=INK["red"], fill_opacity="0.3")
        low, high = corners.min(axis=0), corners.max(axis=0)
        x0, y0, x1, y1 = page.window()
        wide, tall = min(x1, east) - max(x0, west), min(y1, north) - max(y0, south)
        k = (high[1] - low[1]) / tall
        assert high[0] - low[0] == pytest.approx(wide * k, abs=0.1)
        assert city[0] - high[0] == pytest.approx((east - min(x1, east)) * k, abs=0.1)
        assert city[1] - high[1] == pytest.approx((max(y0, south) - south) * k, abs=0.1)


def test_the_list_is_no_smaller_for_it(atlas: Any) -> None:
    for page in atlas.pages:
        mine = of_the_page(atlas.only(page.page_id))
        area = list_area(mine)
        rest, place = locator_place(mine, area)
        before, _, _ = arrange(mine, list_body(mine, area))
        after, _, left_out = arrange(mine, list_body(mine, rest))
        assert after.size >= before.size
        assert left_out == 0
        assert rest.bottom <= place.y or rest.right <= place.x


def test_a_narrow_panel_has_none(atlas: Any) -> None:
    mine = of_the_page(atlas.only(atlas.pages[0].page_id))
    area = Rect(10.0, 10.0, 60.0, 30.0)
    assert locator_place(mine, area) == (area, None)
