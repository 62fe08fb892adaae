"""The formulas against numbers worked out by hand and a second writing in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.traffic import delay


def one(function, *numbers):
    return float(function(*(np.array([n], dtype=float) for n in numbers))[0])


@pytest.mark.parametrize(
    ("q", "c", "share", "d1", "d2"),
    [
        # 0.5 · 90 · 0.5² / (1 - 0.8 · 0.5) = 18.75; 225 (-0.2 + √(0.04 + 3.2/250)) = 6.701
        (800, 1000, 0.5, 18.75, 6.701),
        # X = 1: 0.5 · 90 · 0.6² / 0.6 = 27; 225 √(4/225) = 30
        (900, 900, 0.4, 27.0, 30.0),
        # X = 1.5 counts as 1 in d1; 225 (0.5 + √(0.25 + 6/100)) = 237.775
        (600, 400, 0.4, 27.0, 237.775),
        (0, 700, 0.4, 16.2, 0.0),
    ],
)
def test_control_delay_by_hand(q, c, share, d1, d2):
    assert one(delay.uniform_delay, q / c, share) == pytest.approx(d1)
    assert one(delay.incremental_delay, q / c, c) == pytest.approx(d2, abs=1e-3)
    assert one(delay.control_delay, q, c, share) == pytest.approx(d1 + d2, abs=1e-3)


def test_capacity_with_a_short_lane_by_hand():
    # Two lanes, 0.4 green: 660 in the open lane, and (34 - 4)/7.5 = 4 vehicles in each of 40 cycles.
    assert one(delay.short_lane_capacity, 1, 34, 0.4, 3.6) == pytest.approx(660 + 160)
    # Nothing fits between stand and stop line; far away everything does.
    assert one(delay.short_lane_capacity, 1, 3, 0.4, 3.6) == pytest.approx(660)
    assert one(delay.short_lane_capacity, 1, 500, 0.4, 3.6) == pytest.approx(1320)
    # With more than half of the cycle green the lane beside the stand is what limits.
    assert one(delay.short_lane_capacity, 1, 500, 0.6, 3.6) == pytest.approx(1650)
    assert one(delay.short_lane_capacity, 1, 500, 0.6, 2.7) == pytest.approx(1650 * 0.9)


def test_lane_width_factor_by_hand():
    assert [one(delay.lane_width_factor, w) for w in (2.4, 2.7, 3.6, 9.0, 1.0)] == pytest.approx(
        [1 - 1.2 / 9, 0.9, 1.0, 1.0, 1 - 1.2 / 9]
    )


@given(
    st.floats(0.0, 4000.0), st.sampled_from([2, 3, 4]), st.floats(0.0, 200.0), st.sampled_from([0.4, 0.45])
)
def test_the_stand_at_a_signal_is_as_written_by_hand(stand_by_hand, q, lanes, distance, share):
    found = one(delay.signal_delay, q, lanes, lanes - 1, distance, share, 3.6)
    assert found == pytest.approx(stand_by_hand(q, lanes, distance, share), rel=1e-9, abs=1e-6)


def test_waiting_for_oncoming_vehicles_by_hand():
    # 300 against 300, 4.1 m left, 7 m at 2.5 m/s: gap 6.9 s, c = 300 e^-0.575 / (1 - e^-0.18333) = 1007.8.
    c = 300 * math.exp(-0.575) / (1 - math.exp(-300 * 2.2 / 3600))
    x, service = 300 / c, 3600 / c
    queue = 225 * (x - 1 + math.sqrt((x - 1) ** 2 + service * x / 112.5))
    assert c == pytest.approx(1007.8, abs=0.1)
    found = one(delay.yielding_delay, 300, 300, 4.1, 7, 2.5)
    assert found == pytest.approx(300 * (service - 2.2 + queue))
    # Half way between two cars and two lorries half of the meetings count, then none.
    assert one(delay.yielding_delay, 300, 300, 4.8, 7, 2.5) == pytest.approx(found / 2)
    assert one(delay.yielding_delay, 300, 300, 5.5, 7, 2.5) == 0
    assert one(delay.yielding_delay, 300, 0, 3.0, 7, 2.5) == 0


def test_slowing_and_manoeuvres_by_hand():
    # From 10 to 5 m/s and back at 1.5 m/s²: 25/15 s; 30 m: 6 - 3 s.
    assert one(delay.slowing_delay, 100, 10, 5) == pytest.approx(100 * (25 / 15 + 3))
    assert one(delay.passing_delay, 100, 10, 5, 7) == pytest.approx(100 * 0.7)
    # 0.5 · 0.1 vehicles a second · 18² s² / (1 - 360/1650)
    lane = np.array([360.0])
    assert float(delay.manoeuvre_delay(lane, 2.0)[0]) == pytest.approx(2 * 16.2 / (1 - 360 / 1650))
