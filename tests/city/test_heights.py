"""Slopes of streets: given, or measured from the heights of their lines."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.city.heights import PIECE_M, read_gradients, steepest_gradients

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0


def frame(shapes, crs=CRS, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def profile(*points):
    """Draw a street that runs east through points of (length, height)."""
    return shapely.LineString([(X + at, Y, height) for at, height in points])


def by_sampling(at, height, step=0.5):
    """Measure the steepest piece of 10 m or more by trying pieces between samples."""
    grid = np.arange(0, at[-1] + 1e-9, step)
    z = np.interp(grid, at, height)
    far = grid[None, :] - grid[:, None]
    rise = np.abs(z[None, :] - z[:, None])
    return 100 * np.max(np.where(far >= PIECE_M - 1e-9, rise / np.maximum(far, PIECE_M), 0.0))


@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(-5, 5)), min_size=1, max_size=12),
    st.floats(-5, 5),
)
def test_no_piece_of_ten_metres_is_steeper_and_one_is_as_steep(steps, start):
    at = np.concatenate([[0], np.cumsum([s for s, _ in steps])]).astype(float)
    height = np.array([start, *(h for _, h in steps)])
    found = steepest_gradients(np.array([profile(*zip(at, height, strict=True))]))[0]
    if at[-1] < PIECE_M:
        assert np.isnan(found)
    else:
        # Vertices lie on whole metres, so that the steepest piece begins and ends on the samples.
        assert found == pytest.approx(by_sampling(at, height), abs=1e-6)


@given(st.floats(0, 30), st.integers(10, 300))
def test_an_even_slope_is_found_whatever_the_vertices(percent, length):
    line = shapely.segmentize(profile((0, 5), (length, 5 + length * percent / 100)), 7.0)
    both = np.array([line, shapely.reverse(line), shapely.multilinestrings([line])])
    assert steepest_gradients(both) == pytest.approx([percent] * 3, abs=1e-6)


def test_a_kerb_step_is_no_slope():
    assert (
        steepest_gradients(np.array([profile((0, 0), (50, 0), (50.2, 0.15), (100, 0.15))]))[0] <= 1.5 + 1e-9
    )


@pytest.mark.parametrize(
    ("cell", "percent"),
    [
        ("5%", 5),
        ("-3,5 %", 3.5),
        (4, 4),
        ("50‰", 5),
        ("45°", np.nan),
        ("up", np.nan),
        (None, np.nan),
        (61, np.nan),
    ],
)
def test_slopes_in_cells(cell, percent):
    assert read_gradients(pd.Series([cell], dtype=object))[0] == pytest.approx(percent, nan_ok=True)


def test_a_given_slope_wins_over_heights_and_nonsense_is_counted():
    up = profile((0, 0), (100, 8))
    shapes = [shapely.affinity.translate(up, 0, 50 * i) for i in range(4)]
    city = pp.read_city(streets=frame(shapes, incline=["3%", None, "steep", "900"]))
    assert city.centrelines["gradient_percent"].tolist() == pytest.approx([3, 8, 8, 8])
    assert city.streets["gradient_percent"].tolist() == pytest.approx([3, 8, 8, 8])
    assert not city.centrelines.has_z.any()
    assert any("2 gradients that are no percentage ignored, 'steep' first" in n for n in city.notes)
    assert any("gradients of 3 streets taken from their heights" in n for n in city.notes)


def test_degrees_are_measured_in_metres():
    metric = frame([profile((0, 0), (100, 8))])
    city = pp.read_city(streets=metric.to_crs(4326))
    assert city.centrelines["gradient_percent"].tolist() == pytest.approx([8], rel=1e-3)


def test_heights_that_are_all_the_same_tell_nothing():
    flat = [profile((0, 0), (100, 0)), shapely.LineString([(X, Y + 50), (X + 100, Y + 50)])]
    assert pp.read_city(streets=frame(flat)).centrelines["gradient_percent"].isna().all()


def test_pieces_of_one_street_are_joined_and_as_steep_as_the_steepest():
    shapes = [profile((0, 0), (50, 1)), profile((50, 1), (100, 5))]
    city = pp.read_city(streets=frame(shapes, street_id=["s", "s"], width_m=[8.0, 8.0]))
    assert city.centrelines["gradient_percent"].tolist() == pytest.approx([8])
