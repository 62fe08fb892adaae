"""The short form of ``benchmarks/trust/sabotage.py``: plans that were tampered with, and sound ones."""

import sys

import numpy as np
import pandas as pd
import pytest
import shapely

from ..candidates.streets import SEASON, X, Y, frame, straight_city
from ..conftest import ROOT


@pytest.fixture(scope="module")
def trust():
    """Import the benchmark, whose modules lie beside each other."""
    sys.path.insert(0, str(ROOT / "benchmarks" / "trust"))
    import flat
    import recheck
    import sabotage

    return sabotage, flat, recheck


def test_what_is_illegal_is_caught_and_what_is_sound_is_not_named(trust):
    sound, wrong = trust[0].run(8)
    assert sound.faults == wrong.faults == []
    assert (sound.together.made, sound.together.illegal) == (8, 0)
    assert wrong.together.made == 8
    assert 2 <= wrong.together.illegal == wrong.together.caught < 8
    assert len(wrong.kinds) >= 4


def test_the_long_way_measures_areas_and_distances_of_shapes_that_are_known(trust):
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


@pytest.mark.parametrize("placement", ["kerbside", "footway"])
def test_the_long_way_finds_nothing_free_to_walk_within_a_house(trust, placement):
    # The pitch lies wholly in it: only its far wall is in front. Before it a kerbside pitch faces the street.
    house = shapely.box(X, Y + 20, X + 30, Y + 36)
    city = straight_city(buildings=frame([house]))
    again = trust[2].Recheck(city, SEASON)
    size = {"length_m": 4.5, "width_m": 2.0, "queue_m": 0.5, "placement": placement}
    at = pd.DataFrame([size]).assign(street_id="s", street="", x_m=X + 15, bearing_deg=90.0)
    for y, free in ((Y + 28.0, 0.0), (Y + 15.0, 4.0 if placement == "footway" else 10.0)):
        (row,) = at.assign(y_m=y).itertuples()
        assert again._walk(trust[2].Bay(row, 0, again)) == pytest.approx(free - 0.5, abs=1e-9)
