"""Paths: every number comes back, in as few characters as SVG allows."""

import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.sheets.draw import drawn_twice, path_data

_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_PLACES = st.lists(
    st.tuples(st.integers(-60_000, 60_000), st.integers(-60_000, 60_000)), min_size=2, max_size=12
)


def read(data: str) -> list[tuple[np.ndarray, bool]]:
    """Read a path by SVG's grammar: its lines in hundredths of a millimetre, and whether each is closed."""
    out = []
    for text in re.findall(r"M[^M]*", data):
        numbers = [round(100 * float(n)) for n in _NUMBER.findall(text)]
        assert re.fullmatch(rf"M(?: ?{_NUMBER.pattern}){{2}}l(?: ?{_NUMBER.pattern})+z?", text)
        out.append((np.cumsum(np.array(numbers).reshape(-1, 2), axis=0), text.endswith("z")))
    return out


def without_repeats(places: np.ndarray) -> np.ndarray:
    return places[np.concatenate([[True], (np.diff(places, axis=0) != 0).any(axis=1)])]


@given(st.lists(_PLACES, min_size=1, max_size=4))
def test_every_line_comes_back(lines: list[list[tuple[int, int]]]) -> None:
    wanted = [without_repeats(np.array(line)) for line in lines]
    found = read(path_data([shapely.linestrings(np.array(line) / 100) for line in lines]))
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


def test_a_point_begins_the_next_number() -> None:
    line = shapely.linestrings([[1.25, 0], [1.75, 0.5], [1.25, 0.25]])
    assert path_data([line]) == "M 1.25 0l .5.5-.5-.25"


def test_a_path_that_is_drawn_twice_is_written_once() -> None:
    below, above = drawn_twice("M0 0l1 1", {"stroke": "#000000"}, {"stroke": "#FFFFFF"})
    assert (below + above).count("M0 0l1 1") == 1
    name = re.search(r'id="([^"]+)"', below)
    assert name is not None
    assert (below + above).count(f'href="#{name[1]}"') == 2
    other, _ = drawn_twice("M0 0l1 2", {}, {})
    assert f'id="{name[1]}"' not in other


@pytest.mark.parametrize("value", [0, 1, 99, 100, -1, -100, 500, 501, -501, 12345])
def test_numbers_are_as_short_as_they_can_be(value: int) -> None:
    data = path_data([shapely.linestrings([[0, 0], [value / 100, 1]])])
    shortest = f"{value / 100:g}".replace("0.", ".", 1) if 0 < abs(value) < 100 else f"{value / 100:g}"
    assert data in (f"M 0 0l {shortest} 1", f"M 0 0l{shortest} 1")
