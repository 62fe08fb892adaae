"""Paths: every number comes back, in as few characters as SVG allows."""

import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.sheets.draw import UNIT_MM, drawn_twice, outlines_on_paper, path_data, shape
from pitchplan.sheets.page import Page, Rect

_NUMBER = re.compile(r"-?\d+")
_PLACES = st.lists(
    st.tuples(st.integers(-60_000, 60_000), st.integers(-60_000, 60_000)), min_size=2, max_size=12
)


def read(data: str) -> list[tuple[np.ndarray, bool]]:
    """Read a path by SVG's grammar: its lines in units, and whether each is closed."""
    out = []
    for text in re.findall(r"M[^M]*", data):
        numbers = [int(n) for n in _NUMBER.findall(text)]
        assert re.fullmatch(r"M-?\d+(?: \d+|-\d+)l-?\d+(?: \d+|-\d+)+z?", text)
        out.append((np.cumsum(np.array(numbers).reshape(-1, 2), axis=0), text.endswith("z")))
    return out


def without_repeats(places: np.ndarray) -> np.ndarray:
    return places[np.concatenate([[True], (np.diff(places, axis=0) != 0).any(axis=1)])]


@given(st.lists(_PLACES, min_size=1, max_size=4))
def test_every_line_comes_back(lines: list[list[tuple[int, int]]]) -> None:
    wanted = [without_repeats(np.array(line)) for line in lines]
    found = read(path_data([shapely.linestrings(np.array(line) * UNIT_MM) for line in lines]))
    wanted = [w for w in wanted if len(w) > 1]
    assert len(found) == len(wanted)
    for (places, closed), line in zip(found, wanted, strict=True):
        assert not closed
        np.testing.assert_array_equal(places, line)


def test_holes_collections_and_what_shrinks_to_nothing() -> None:
    square = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 3, 3))
    speck = shapely.box(20, 20, 20.001, 20.001)
    mixed = shapely.GeometryCollection([shapely.MultiPolygon([shapely.box(5, 5, 6, 6)]), shapely.Point(1, 1)])
    found = read(path_data([square, speck, shapely.MultiPolygon([square, speck]), mixed]))
    assert [closed for _, closed in found] == [True] * 5
    assert sorted(len(places) for places, _ in found) == [4] * 5
    assert path_data([]) == path_data([speck]) == ""


def test_a_minus_needs_no_space() -> None:
    line = shapely.linestrings([[1.24, 0], [1.74, 0.5], [1.24, 0.24]])
    assert path_data([line]) == "M62 0l25 25-25-13"


def test_widths_and_dashes_are_in_the_path_s_units() -> None:
    line = [shapely.linestrings([[0, 0], [1, 0]])]
    found = shape(line, stroke="#000000", stroke_width="0.350", stroke_dasharray="0.02 0.9", fill=None)
    scale = re.search(r'transform="scale\(([.\d]+)\)"', found)
    assert scale is not None
    assert float(scale[1]) == UNIT_MM
    assert found.endswith(' stroke="#000000" stroke-width="17.5" stroke-dasharray="1 45"/>\n')
    below, above = drawn_twice("M0 0l1 1", {"stroke_width": 0.5}, {"stroke_width": "0.100"})
    assert 'stroke-width="25"' in below
    assert 'stroke-width="5"' in above


_PAGE = Page("A4", 297, 210, Rect(0, 0, 200, 200), Rect(0, 0, 1, 1), 1000, (100, 100), 4, 4, 4.0, 1.0, 0.0)


@given(st.floats(0, 3.0), st.integers(3, 40), st.floats(0.01, 20.0), st.floats(0.01, 20.0))
def test_outlines_keep_to_the_shape_and_lose_none(
    turn: float, corners: int, wide: float, high: float
) -> None:
    angle = turn + np.linspace(0, 2 * np.pi, corners, endpoint=False)
    around = np.column_stack([wide * np.cos(angle), high * np.sin(angle)])
    blob = shapely.polygons(np.round(around + 100, 6))
    (ring,) = outlines_on_paper([blob], _PAGE)
    assert shapely.get_num_coordinates(ring) >= 4
    drawn = shapely.transform(blob.exterior, _PAGE.to_paper)
    assert shapely.hausdorff_distance(shapely.segmentize(ring, 0.1), shapely.segmentize(drawn, 0.1)) < 0.1


def test_outlines_are_cut_at_the_frame_and_keep_their_holes() -> None:
    square = shapely.box(150, 50, 500, 80).difference(shapely.box(160, 60, 170, 70))
    rings = outlines_on_paper([square, shapely.box(300, 300, 400, 400)], _PAGE)
    assert shapely.bounds(rings).tolist() == [[150, 120, 201, 150], [160, 130, 170, 140]]
    assert path_data(rings).count("z") == 2


def test_a_path_that_is_drawn_twice_is_written_once() -> None:
    below, above = drawn_twice("M0 0l1 1", {"stroke": "#000000"}, {"stroke": "#FFFFFF"})
    assert (below + above).count("M0 0l1 1") == 1
    name = re.search(r'id="([^"]+)"', below)
    assert name is not None
    assert (below + above).count(f'href="#{name[1]}"') == 2
    other, _ = drawn_twice("M0 0l1 2", {}, {})
    assert f'id="{name[1]}"' not in other


@pytest.mark.parametrize("value", [0, 1, 99, 100, -1, -100, 1000, 1001, -1001, 12345])
def test_numbers_are_as_short_as_they_can_be(value: int) -> None:
    data = path_data([shapely.linestrings([[0, 0], [1.0, value * UNIT_MM]])])
    assert data == f"M0 0l50{'' if value < 0 else ' '}{value}"
