"""The page: scale, frame, grid, north."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely

from pitchplan.errors import InputError
from pitchplan.sheets import map_sheet
from pitchplan.sheets.layouts import lay_out, layouts
from pitchplan.sheets.page import PAPERS, SCALES, north_bearing
from pitchplan.sheets.panel import how_well_it_fits

BOUNDS = (500_000.0, 4_057_000.0, 502_900.0, 4_059_500.0)


@pytest.mark.parametrize("paper", list(PAPERS))
def test_scale_is_the_largest_round_one_at_which_the_city_fits(paper: str) -> None:
    page = lay_out(paper, BOUNDS, "EPSG:4548")
    assert page.scale in SCALES
    corners = page.to_paper(np.array([BOUNDS[:2], BOUNDS[2:]]))
    assert corners[:, 0].min() >= page.frame.x + 2.9
    assert corners[:, 0].max() <= page.frame.right - 2.9
    assert corners[:, 1].min() >= page.frame.y + 2.9
    assert corners[:, 1].max() <= page.frame.bottom - 2.9
    assert page.panel.right < page.width
    assert page.frame.right + page.band < page.panel.x
    finer = SCALES[SCALES.index(page.scale) - 1]
    widest = page.panel.right - 70 * min(page.width / 420, page.unit) - 6 * page.unit - 2 * page.band
    highest = page.height - 16 * page.unit - 2 * page.band
    need = (BOUNDS[2] - BOUNDS[0]) * 1000 / finer, (BOUNDS[3] - BOUNDS[1]) * 1000 / finer
    assert need[0] > widest - 8 * page.unit - 6 or need[1] > highest - 6 - 1e-6


def _extent(width: float, height: float) -> tuple[float, float, float, float]:
    return (500_000.0, 4_057_000.0, 500_000.0 + width, 4_057_000.0 + height)


@pytest.mark.parametrize("paper", list(PAPERS))
@pytest.mark.parametrize("extent", [(2470, 1716), (8007, 5898), (1043, 1679), (2900, 2500), (900, 3000)])
def test_every_layout_keeps_its_parts_apart_and_on_the_paper(paper: str, extent: tuple[int, int]) -> None:
    found = layouts(paper, _extent(*extent), "EPSG:4548", spots=36)
    assert len({page.layout for page in found}) == len(found) >= 3
    assert [page.scale for page in found] == sorted(page.scale for page in found)
    for page in found:
        f, b = page.frame, page.band
        outer = shapely.box(f.x - b, f.y - b, f.right + b, f.bottom + b)
        parts = [outer]
        for part in (page.panel, page.head, None if page.layout == "columns" else page.key):
            if part is not None:
                parts.append(shapely.box(part.x, part.y, part.right, part.bottom))
        whole = shapely.box(0, 0, page.width, page.height).buffer(-4)
        for i, part in enumerate(parts):
            assert whole.contains(part), page.layout
            assert all(part.distance(other) > 1.5 for other in parts[:i]), page.layout
        corners = page.to_paper(np.array(_extent(*extent)).reshape(2, 2))
        assert (corners.min(axis=0) >= [f.x + 2.9, f.y + 2.9]).all()
        assert (corners.max(axis=0) <= [f.right - 2.9, f.bottom - 2.9]).all()


def test_wide_cities_get_the_key_under_the_map_and_tall_ones_beside_the_list() -> None:
    wide = lay_out("A3", _extent(2470, 1716), "EPSG:4548", spots=36)
    assert (wide.layout, wide.scale) == ("headed", 8000)
    assert wide.key is not None
    assert wide.key.y > wide.frame.bottom
    tall = lay_out("A3", _extent(1043, 1679), "EPSG:4548", spots=29)
    assert (tall.layout, tall.scale) == ("columns", 7500)
    blank = 1 - 1043 * 1679 / (tall.frame.width * tall.frame.height * 7.5**2)
    assert blank < 0.2
    square = lay_out("A3", BOUNDS, "EPSG:4548")
    assert (square.layout, square.scale) == ("beside", 10_000)


@pytest.mark.parametrize("paper", ["A4", "A3", "A1"])
@pytest.mark.parametrize("extent", [(2470, 1716), (1043, 1679), (900, 3000)])
def test_a_map_may_show_what_lies_around_it(paper: str, extent: tuple[int, int]) -> None:
    """The scale stays, the map takes paper from the panel, and no more of it than there is around."""
    own = {p.layout: p for p in layouts(paper, _extent(*extent), "EPSG:4548", spots=36)}
    west, south, east, north = _extent(*extent)
    for margin in (0, 50, 100_000):
        around = (west - margin, south - margin, east + margin, north + margin)
        for page in layouts(paper, _extent(*extent), "EPSG:4548", spots=36, around=around):
            same = own[page.layout]
            assert page.scale == same.scale
            assert page.centre == same.centre
            assert page.frame.width >= same.frame.width
            assert page.frame.width + page.panel.width == pytest.approx(same.frame.width + same.panel.width)
            most = max(same.frame.width, (east - west + 2 * margin) * 1000 / page.scale + 10 * page.unit)
            assert page.frame.width <= most + 1e-9
            if margin == 100_000:
                assert page.panel.width <= same.panel.width


def test_on_small_paper_a_wide_city_s_key_takes_what_the_map_leaves(build: Any) -> None:
    city = build.city()
    sheet = map_sheet(build.plan(city, spots=9), city, title="图", publisher="局", paper="A4")
    page = sheet.page
    wide, high = (b - a for a, b in zip(city.bounds[:2], city.bounds[2:], strict=True))
    assert high * 1000 / page.scale > 0.75 * page.frame.height or wide < high
    assert how_well_it_fits(sheet) == 0


def test_a_larger_scale_is_not_bought_with_a_list_that_drops_a_language(build: Any) -> None:
    """The largest scale is taken at which the list holds every spot in both languages."""
    city = build.city()
    few = map_sheet(build.plan(city, spots=10), city, title="图", publisher="局")
    many = map_sheet(build.plan(city, spots=60), city, title="图", publisher="局")
    assert few.page.scale == lay_out("A3", city.bounds, "EPSG:4548", spots=10).scale
    assert how_well_it_fits(few) == how_well_it_fits(many) == 0


def test_scales_are_as_stated_and_rising() -> None:
    assert list(SCALES) == sorted(set(SCALES))
    assert {
        1000,
        1500,
        2000,
        2500,
        3000,
        4000,
        5000,
        6000,
        7500,
        8000,
        10_000,
        12_500,
        15_000,
        20_000,
    } <= set(SCALES)


def test_millimetres_times_scale_are_metres() -> None:
    page = lay_out("A3", BOUNDS, "EPSG:4548")
    places = np.array([[500_100.0, 4_057_200.0], [502_345.6, 4_059_012.3]])
    mm = np.hypot(*np.diff(page.to_paper(places), axis=0)[0])
    metres = np.hypot(*np.diff(places, axis=0)[0])
    assert mm == pytest.approx(metres * 1000 / page.scale, abs=1e-6)
    assert page.to_paper(places)[1, 1] < page.to_paper(places)[0, 1]  # north is up


def test_drawn_distance_is_true(sheet: Any, svg: bytes) -> None:
    """Two true places, read back from the written SVG, are apart as in the planning CRS."""
    text = svg.decode()
    dots = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r=".62"', text)
    xy = np.array(dots, dtype=float)
    true = sheet.published.spots[["x_m", "y_m"]].to_numpy()
    mm = np.hypot(*(xy[0] - xy[-1]))
    metres = np.hypot(*(true[0] - true[-1]))
    assert abs(mm - metres * 1000 / sheet.page.scale) < 0.1


@pytest.mark.parametrize(("east", "sign"), [(20_000, -1), (-20_000, 1)])
def test_true_north_leans_to_the_central_meridian(east: float, sign: int) -> None:
    place = (500_000.0 + east, 4_057_000.0)
    bearing = north_bearing(place, "EPSG:4548")
    assert np.sign(bearing) == sign
    lon, lat = pyproj.Transformer.from_crs("EPSG:4548", "EPSG:4490", always_xy=True).transform(*place)
    convergence = pyproj.Proj("EPSG:4548").get_factors(lon, lat).meridian_convergence
    assert bearing == pytest.approx(-convergence, abs=1e-4)


def test_north_arrow_turns_with_the_convergence(sheet: Any, svg: bytes) -> None:
    assert sheet.page.north_deg < 0
    assert f"rotate({sheet.page.north_deg:.2f})" in svg.decode()


def test_scale_bar_is_round_and_short() -> None:
    for scale_bounds in (1.0, 2.3, 7.0, 13.0, 70.0):
        b = (0.0, 0.0, 250 * scale_bounds, 200 * scale_bounds)
        page = lay_out("A3", (b[0] + 500_000, b[1] + 4e6, b[2] + 500_000, b[3] + 4e6), "EPSG:4548")
        assert str(page.bar_m).strip("0") in {"1", "2", "4", "5"}
        assert 15 <= page.bar_m * 1000 / page.scale <= 40 * page.unit


def test_grid_squares_name_corners() -> None:
    page = lay_out("A3", BOUNDS, "EPSG:4548")
    left, low, right, high = page.window()
    assert page.square(left, high) == "A1"
    assert page.square(right, low) == f"{chr(64 + page.columns)}{page.rows}"
    assert page.square(right + 1, low) == ""


def test_paper_and_extent_are_checked() -> None:
    with pytest.raises(InputError, match=r"A4, A3, A2, A1, A0"):
        lay_out("B7", BOUNDS, "EPSG:4548")
    with pytest.raises(InputError, match="too large"):
        lay_out("A3", (0.0, 0.0, 9e6, 9e6), "EPSG:4548")
    with pytest.raises(InputError, match="without an extent"):
        lay_out("A3", (float("nan"), 0.0, 1.0, 1.0), "EPSG:4548")
