"""Chords of arcs, and how far the kerb bends away from a bay, against dense sampling."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.candidates.arcs import arcs_along


def wavy(seed, corners=40, radius=60.0):
    """Make a closed line that bends every way, with repeated points."""
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * np.pi, corners))
    far = radius * (1 + 0.15 * np.sin(3 * turn) + 0.03 * rng.standard_normal(corners))
    points = np.stack([far * np.cos(turn), far * np.sin(turn)], axis=1)
    return shapely.LinearRing(np.repeat(points, rng.integers(1, 3, corners), axis=0))


def all_chords(ring, length=4.5):
    arcs = arcs_along(np.array([ring], dtype=object), 0.75, length)
    step = np.arange(arcs.count[0])
    return arcs.chords(np.zeros(len(step), dtype=np.intp), step), step * 0.75


@pytest.mark.parametrize("seed", range(6))
def test_chords_join_points_of_the_line(seed):
    ring = wavy(seed)
    chords, where = all_chords(ring)
    for sign, at in ((-1, where), (1, where + 4.5)):
        points = shapely.get_coordinates(shapely.line_interpolate_point(ring, at % ring.length))
        ours = chords.middle + sign * chords.along * chords.length_m[:, None] / 2
        assert ours == pytest.approx(points, abs=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_the_bend_is_what_dense_sampling_finds_over_the_bays_length(seed):
    ring = wavy(seed)
    chords, where = all_chords(ring)
    straight = np.flatnonzero(chords.length_m > 0.97 * 4.5)
    assert len(straight) > 100
    for i in straight:
        # A straight arc is as long as the bay; what the line does beyond it is not beside the bay.
        past = 0.225 if chords.length_m[i] < 4.5 - 1e-6 else 0.0
        at = where[i] + np.linspace(-past, 4.5 + past, 4001)
        points = shapely.get_coordinates(shapely.line_interpolate_point(ring, at % ring.length))
        away = points - chords.middle[i]
        u, v = away @ chords.along[i], away @ np.array([-chords.along[i, 1], chords.along[i, 0]])
        beside = v[np.abs(u) <= 2.25]
        assert chords.inmost_m[i] == pytest.approx(max(beside.max(), 0.0), abs=1.5e-3)
        assert chords.outmost_m[i] == pytest.approx(max(-beside.min(), 0.0), abs=1.5e-3)


@given(st.floats(0, 2 * np.pi), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
@settings(max_examples=40, deadline=None)
def test_a_rigid_motion_moves_chords_and_keeps_bends(turn, dx, dy):
    ring = wavy(3)
    c, s = np.cos(turn), np.sin(turn)
    moved = shapely.transform(ring, lambda p: p @ np.array([[c, s], [-s, c]]) + [dx, dy])
    one, two = all_chords(ring)[0], all_chords(moved)[0]
    assert two.length_m == pytest.approx(one.length_m, abs=1e-6)
    assert two.inmost_m == pytest.approx(one.inmost_m, abs=1e-5)
    assert two.middle == pytest.approx(one.middle @ np.array([[c, s], [-s, c]]) + [dx, dy], abs=1e-5)


def test_rings_do_not_depend_on_what_comes_before_them():
    rings = np.array([wavy(k) for k in range(5)], dtype=object)
    many = arcs_along(rings, 0.9, 4.5)
    for k, ring in enumerate(rings):
        alone = arcs_along(np.array([ring], dtype=object), 0.9, 4.5)
        step = np.arange(alone.count[0])
        one = alone.chords(np.zeros(len(step), dtype=np.intp), step)
        all_of_it = many.chords(np.full(len(step), k), step)
        for name in ("middle", "along", "inmost_m", "outmost_m"):
            assert (getattr(one, name) == getattr(all_of_it, name)).all()
