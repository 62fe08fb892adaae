"""How far a kerb bends beside a pitch, for kerbs that end, close or begin anywhere."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import affinity

from pitchplan.auditing.bays import draw_scene
from pitchplan.auditing.kinds.bend import _bend

from ..candidates.streets import X, Y, only, straight_city
from .test_margins import some
from .test_street_kinds import plan_on

TOWN = straight_city()
TURNS = (0.0, 37.0, 90.0, 180.0, 251.0)


@pytest.fixture(scope="module")
def plan():
    """Give a pitch of 4.5 by 2 m at a kerb, its kerb edge's middle at (X, Y)."""
    whole = plan_on(TOWN, only("carriageway"))
    return some(whole, x_m=X, y_m=Y - 1.0, length_m=4.5, width_m=2.0, bearing_deg=270.0)


def bend(plan, coords, turn=0.0):
    """Measure beside a kerb of points around (X, Y), kerb and pitch turned together."""
    turned = np.radians(turn)
    row = plan.pitches.assign(
        x_m=X + np.sin(turned), y_m=Y - np.cos(turned), bearing_deg=(270.0 - turn) % 360
    )
    kerb = affinity.rotate(shapely.LineString([(X + a, Y + b) for a, b in coords]), turn, origin=(X, Y))
    bay = draw_scene(replace(plan, pitches=row), TOWN).bays[0]
    # The scene tells the edges apart by the kerb of a street, which this is not.
    if bay.kerb_edge.centroid.distance(shapely.Point(X, Y)) > 0.1:
        bay = replace(bay, kerb_edge=bay.inner_edge)
    return _bend(bay, kerb)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("order", [1, -1])
def test_a_straight_kerb_bends_nowhere_and_a_corner_by_its_rise(plan, turn, order):
    for coords, rise in (
        ([(-9, 0), (9, 0)], 0.0),
        ([(-9, 0), (-1, 0), (1, 0), (9, 0)], 0.0),
        ([(-9, 0.5), (-2, 0.5), (0, 0), (2, 0.5), (9, 0.5)], 0.5),
        ([(-9, -0.3), (-2, -0.3), (0, 0), (2, -0.3), (9, -0.3)], 0.3),
    ):
        assert bend(plan, coords[::order], turn) == pytest.approx(rise, abs=1e-6)


@pytest.mark.parametrize("turn", TURNS)
def test_a_kerb_that_ends_beside_the_pitch_is_not_measured(plan, turn):
    for first, last, measured in (
        (-9, 9, True), (-2.3, 9, True), (-1.9, 9, False), (-9, 2.3, True), (-9, 1.9, False),
        (-2.3, 2.3, True), (-2.0, 2.0, False), (-2.6, 2.6, True),
    ):  # fmt: skip
        for coords in ([(first, 0), (last, 0)], [(last, 0), (first, 0)]):
            assert bend(plan, coords, turn) == (pytest.approx(0.0, abs=1e-6) if measured else None)


@pytest.mark.parametrize("begin", range(8))
@pytest.mark.parametrize("order", [1, -1])
def test_where_a_closed_kerb_begins_changes_nothing(plan, begin, order):
    island = [(-3, 0), (0, 0), (3, 0), (3, 3), (3, 5), (0, 5), (-3, 5), (-3, 2)]
    ring = [*island[begin:], *island[:begin]][::order]
    assert bend(plan, [*ring, ring[0]]) == pytest.approx(0.0, abs=1e-6)
    small = [(-0.5, 0), (0.5, 0), (0.5, 1), (-0.5, 1)]
    assert bend(plan, [*small, small[0]]) is None


@pytest.mark.parametrize(("off", "measured"), [(4.9, True), (5.1, False)])
def test_a_kerb_is_looked_for_within_5_m(plan, off, measured):
    found = bend(plan, [(-9, off), (9, off)])
    assert found == (pytest.approx(0.0, abs=1e-6) if measured else None)
