"""Where a name can stand along a street: the same place as a plain search finds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.sheets.ground import Ground
from pitchplan.sheets.page import Rect
from pitchplan.sheets.stretches import Stretches, band_of

FRAME = Rect(0.0, 0.0, 60.0, 60.0)
_TURNS = st.lists(st.floats(-0.8, 0.8), min_size=1, max_size=6)
_BOXES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=4)


def street(turns: list[float], y: float) -> Any:
    """Return a line from the left to the right that turns every few millimetres."""
    steps = np.column_stack([np.cos(turns), np.sin(turns)]) * 50 / len(turns)
    return shapely.linestrings(np.cumsum(np.concatenate([[[4.0, y]], steps]), axis=0))


def plain(axis: Any, length: float, size: float, ground: Ground, ends: Any, seen: list[Any]) -> Any:
    """Look at every stretch anew: the points of the best, or of all that are as good."""
    found: list[Any] = []
    for line in shapely.get_parts(axis):
        if line.length < length + 1:
            continue
        n = max(2, math.ceil(line.length / 0.6))
        points = shapely.get_coordinates(
            shapely.line_interpolate_point(line, np.linspace(0, line.length, n + 1))
        )
        taken = ground.taken_at(band_of(points, size)).reshape(4, -1).any(axis=0)
        window = math.ceil(length / (line.length / n))
        for start in range(1, n - window, 2):
            part = points[start : start + window + 1]
            chord = part[-1] - part[0]
            span = math.hypot(*chord)
            off = ((part - part[0])[:, 1] * chord[0] - (part - part[0])[:, 0] * chord[1]) / max(span, 1e-9)
            bend = off.max() - off.min()
            far = all(math.dist(part[len(part) // 2], s) >= 20 for s in seen)
            if taken[start : start + window + 1].any() or span < 1e-6 or bend > 0.1 * span or not far:
                continue
            met = sum(bool(shapely.dwithin(shapely.Point(p), ends, 0.6)) for p in part)
            cost = 0.8 * bend + 0.5 * met + 1.5 * abs((start + start + window) / 2 / n - 0.5)
            found.append((cost, part))
    return [part for cost, part in found if cost < min(c for c, _ in found) + 1e-9]


@given(_TURNS, _TURNS, _BOXES, st.integers(8, 20))
def test_it_is_the_cheapest_that_is_free(a: list[float], b: list[float], boxes: Any, length: int) -> None:
    axis = shapely.multilinestrings([street(a, 15.0), street(b, 45.0)])
    ends = shapely.multipoints([[20.0, 15.0], [30.0, 15.0], [30.0, 45.0]])
    ground, seen = Ground(FRAME), []
    found = Stretches(axis, length, 2.0, ground, shapely.STRtree(shapely.get_parts(ends)))
    for x, y in [(-20, -20), *boxes]:  # ground is taken between one name and the next
        ground.take_box(x, y, x + 6, y + 6)
        wanted, points = plain(axis, length, 2.0, ground, ends, seen), found.best(seen, 20.0)
        if points is None:
            assert not wanted
            return
        assert any(p.shape == points.shape and np.allclose(p, points) for p in wanted)
        seen.append(points[len(points) // 2])
        ground.take(band_of(points, 2.0))


def test_a_second_name_stands_near_the_first() -> None:
    axis, ground = shapely.linestrings([[2.0, 30.0], [58.0, 30.0]]), Ground(FRAME)
    middle = Stretches(axis, 8.0, 2.0, ground).best([], 20.0)
    aside = Stretches(axis, 8.0, 2.0, ground).best([], 20.0, near=np.array([50.0, 30.0]))
    assert middle is not None
    assert aside is not None
    assert abs(middle.mean(axis=0)[0] - 30) < 1 < 15 < aside.mean(axis=0)[0] - 30


def test_a_street_too_short_for_its_name_has_none() -> None:
    short = shapely.linestrings([[2.0, 30.0], [10.0, 30.0]])
    assert Stretches(short, 7.5, 2.0, Ground(FRAME)).best([], 20.0) is None
    assert Stretches(shapely.MultiLineString(), 1.0, 2.0, Ground(FRAME)).best([], 20.0) is None
