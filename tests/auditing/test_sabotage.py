"""The short form of ``benchmarks/trust/sabotage.py``: plans that were tampered with, and sound ones."""

import sys

import numpy as np
import pytest

from ..conftest import ROOT


@pytest.fixture(scope="module")
def trust():
    """Import the benchmark, whose modules lie beside each other."""
    sys.path.insert(0, str(ROOT / "benchmarks" / "trust"))
    import flat
    import sabotage

    return sabotage, flat


def test_what_is_illegal_is_caught_and_what_is_sound_is_not_named(trust):
    sound, wrong = trust[0].run(8)
    assert sound.faults == wrong.faults == []
    assert (sound.together.made, sound.together.illegal) == (8, 0)
    assert wrong.together.made == 8
    assert 2 <= wrong.together.illegal == wrong.together.caught < 8
    assert len(wrong.kinds) >= 4


def test_the_long_way_measures_areas_and_distances_of_shapes_that_are_known(trust):
    import shapely

    flat, rng = trust[1], np.random.default_rng(0)
    for _ in range(60):
        box = flat.corners(*rng.uniform(0, 9, 2), rng.uniform(0, 360), 4.5, 2.0)
        around = shapely.Point(*rng.uniform(0, 9, 2)).buffer(3, quad_segs=2)
        ring = around.difference(around.buffer(-1.5))
        drawn, shape = shapely.Polygon(box), flat.Shape(ring)
        assert shape.area_in(box) == pytest.approx(drawn.intersection(ring).area, abs=1e-9)
        assert shape.away(box) == pytest.approx(drawn.distance(ring), abs=0.026)
        if drawn.distance(ring) > 0:
            assert shape.away(box) == pytest.approx(drawn.distance(ring), abs=1e-9)
