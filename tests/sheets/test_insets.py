"""Dense spots: numbers never overlap, whatever the paper; an inset enlarges what leaders cannot."""

from __future__ import annotations

import dataclasses
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.insets import crowding, inset_for
from pitchplan.sheets.layouts import lay_out
from pitchplan.sheets.mapbody import marker_layout
from pitchplan.sheets.page import PAPERS, SCALES

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图", "publisher": "城市管理局"}


def _overlapping(markers: list[Any]) -> int:
    boxes = shapely.box(*np.array([m.box for m in markers]).T)
    a, b = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    return int((a < b).sum())


@pytest.fixture(scope="module")
def many(build: Any) -> Any:
    """Return a city and a plan of 400 spots."""
    city = build.city()
    return city, build.plan(city, spots=400)


def _gathered(plan: Any, share: float) -> Any:
    """Move a share of the spots into a small quarter, and the others to the right of the city's middle."""
    spots = plan.spots.copy()
    few = spots.index[: int(share * len(spots))]
    for name, at in (("x_m", 0.7), ("y_m", 0.4)):
        low, high = spots[name].min(), spots[name].max()
        near = low + (high - low) * at + (spots[name] - low) * 0.1
        wide = low + (high - low) * (0.55 if name == "x_m" else 0.0) + (spots[name] - low) * 0.45
        spots[name] = np.where(spots.index.isin(few), near, wide)
    return dataclasses.replace(plan, spots=spots)


@pytest.mark.parametrize("paper", list(PAPERS))
def test_four_hundred_numbers_never_cover_each_other(many: Any, paper: str) -> None:
    city, plan = many
    sheet = map_sheet(plan, city, paper=paper, **WORDS)
    markers = marker_layout(sheet)
    assert len(markers) == 400
    assert _overlapping(markers) == 0
    # Most stand next to their spots.
    leaders = [np.hypot(m.x - m.spot_x, m.y - m.spot_y) - m.radius for m in markers]
    assert np.median(leaders) < 6 * sheet.page.unit


def test_a_dense_quarter_is_enlarged_in_a_free_corner_at_a_true_scale(build: Any) -> None:
    city = build.city()
    plan = _gathered(build.plan(city, spots=60), 0.6)
    sheet = map_sheet(plan, city, **WORDS)
    svg = render(sheet, ".svg")
    root = ElementTree.fromstring(svg)
    inner = root.findall(f".//{SVG}svg")
    assert len(inner) == 1
    markers = marker_layout(sheet)
    assert len(markers) == 60
    assert _overlapping(markers) == 0
    left, top, wide, high = (float(inner[0].get(k)) for k in ("x", "y", "width", "height"))
    inside = [left < m.x < left + wide and top < m.y < top + high for m in markers]
    assert sum(inside) > 20
    said = next(t for t in ("".join(e.itertext()) for e in root.iter(f"{SVG}text")) if t.startswith("详图"))
    scale = int(re.sub(r"\D", "", said.split(":")[1]))
    assert scale in SCALES
    assert scale * 2 <= sheet.page.scale
    spots = sheet.published.spots[["x_m", "y_m"]].to_numpy(float)
    a, b = np.flatnonzero(inside)[[0, -1]]
    mm = np.hypot(markers[a].spot_x - markers[b].spot_x, markers[a].spot_y - markers[b].spot_y)
    assert mm == pytest.approx(np.hypot(*(spots[a] - spots[b])) * 1000 / scale)
    # No spot of the map lies under it.
    places = sheet.page.to_paper(spots)
    assert not ((places > [left, top]) & (places < [left + wide, top + high])).all(axis=1).any()


def test_calm_maps_have_no_inset_and_flags(sheet: Any, svg: bytes) -> None:
    assert not ElementTree.fromstring(svg).findall(f".//{SVG}svg")
    assert all(m.flag > 0 for m in marker_layout(sheet))


def test_legend_says_where_capacities_are_when_markers_have_no_flag(many: Any) -> None:
    city, plan = many
    texts = [
        "".join(e.itertext())
        for e in ElementTree.fromstring(render(map_sheet(plan, city, paper="A3", **WORDS), ".svg")).iter(
            f"{SVG}text"
        )
    ]
    assert "摊点编号（摊位数见名录）" in texts
    assert "摊点编号、摊位数" not in texts


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 120), st.floats(0.02, 1.0))
def test_an_inset_is_free_of_spots_inside_the_room_and_large_enough(seed: int, n: int, spread: float) -> None:
    page = lay_out("A3", (500_000.0, 4_057_000.0, 502_900.0, 4_059_500.0), "EPSG:4548")
    f = page.frame
    rng = np.random.default_rng(seed)
    places = np.array([f.x, f.y]) + np.array([f.width, f.height]) * (
        0.5 + (rng.random((n, 2)) - 0.5) * spread
    )
    found = inset_for(page, places, 40.0, f)
    if found is None:
        return
    g, w = found.frame, found.window
    assert crowding(places, 40.0, 14.0).max() > 0.6
    assert f.x <= g.x
    assert g.right <= f.right
    assert f.y <= g.y
    assert g.bottom <= f.bottom
    assert not ((places > [g.x, g.y]) & (places < [g.right, g.bottom])).all(axis=1).any()
    assert g.right <= w.x or w.right <= g.x or g.bottom <= w.y or w.bottom <= g.y
    assert found.page.scale in SCALES
    k = page.scale / found.page.scale
    assert g.width == pytest.approx(k * w.width)
    assert found.inside.sum() * 40.0 <= 0.42 * g.width * g.height
    # The same ground: the window's corner on the map is the inset's corner.
    west, _, _, north = found.page.window()
    assert page.to_paper(np.array([[west, north]]))[0] == pytest.approx([w.x, w.y], abs=1e-6)
