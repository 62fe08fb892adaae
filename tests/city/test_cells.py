import numpy as np
import pyproj
import pytest

from pitchplan.city.cells import grid_box, grid_square, square_communities

BOUNDS = (500_003.0, 4_057_003.0, 520_203.0, 4_066_703.0)


def test_grid_squares_are_those_of_the_cells():
    cells = square_communities(BOUNDS, 500.0, pyproj.CRS(4548))
    middle = cells.geometry.centroid
    names = grid_square(middle.x.to_numpy(), middle.y.to_numpy(), BOUNDS)
    assert [f"cell {n}" for n in names] == cells["name"].str.replace("-", "").tolist()
    assert len(set(names)) == len(cells) == 41 * 20
    assert "AO20" in names


def test_a_square_has_its_box_and_a_point_outside_gets_the_nearest():
    x, y = np.array([500_003.0, 520_203.0, 400_000.0]), np.array([4_066_703.0, 4_057_003.0, 4_900_000.0])
    assert grid_square(x, y, BOUNDS).tolist() == ["A1", "AO20", "A1"]
    assert grid_box("ao20", BOUNDS) == (520_000.0, 4_057_000.0, 520_500.0, 4_057_500.0)


@pytest.mark.parametrize("name", ["", "K", "7", "K0", "A21", "AP1", "K-7", "K7 "])
def test_what_is_no_square_has_no_box(name):
    assert grid_box(name, BOUNDS) is None
