"""What must hold for any city: moving, turning and re-ordering it changes nothing that matters."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.candidates.beside import places_beside

from .streets import SEASON, X, Y, frame, only

STREETS = 4
HYDRANTS = 6
BOOK = only("carriageway", "drive-width", "run-length", "hydrant", "junction")

seeds = st.integers(0, 10_000)
few = settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def unmoved(coords):
    return coords


def town(seed, *, move=unmoved, order=range(STREETS), reverse=(False,) * STREETS):
    """Make a few random curving streets that cross, six hydrants and a community, moved as asked."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, 12)
    axes = []
    for k in range(STREETS):
        wave = 20 * np.sin(2 * np.pi * (t * rng.uniform(0.5, 1.5) + rng.uniform()))
        along, off = 200 * t, 30 + 50 * k + wave
        points = np.stack([X + along, Y + off] if k % 2 else [X + off, Y + along], axis=1)
        axes.append(move(points)[::-1] if reverse[k] else move(points))
    widths = rng.choice([6.0, 7.5, 9.0, 12.0], STREETS)
    hydrants = shapely.points(move(np.array([X, Y]) + rng.uniform(0, 200, (HYDRANTS, 2))))
    around = shapely.transform(shapely.box(X - 200, Y - 200, X + 500, Y + 500), move)
    lines = frame(
        [shapely.LineString(axes[k]) for k in order],
        street_id=[f"s{k}" for k in order],
        name=[f"{'甲乙丙丁'[k]}路" for k in order],
        street_class=["local"] * STREETS,
        width_m=[widths[k] for k in order],
    )
    return pp.read_city(
        streets=lines,
        keep_clear=frame(hydrants, kind=["hydrant"] * HYDRANTS),
        communities=frame([around], name=["社区"], district=["区"], residents=[1000]),
    )


def find(city, book=BOOK):
    return pp.find_candidates(city, book, season=SEASON)


def legal(found):
    return set(found.places.loc[found.places["legal"], "place_id"])


def stretches(found):
    """Count the stretches of legal places: rises from refused to legal in the order along the kerbs."""
    return int((np.diff(found.places["legal"].to_numpy().astype(int), prepend=0) == 1).sum())


def agree_but_for_the_phase(one, other):
    """Say whether two findings differ by no more than where on each kerb the metres begin.

    A kerb is tried at every metre from its ring's first vertex. Turned or drawn the other way, the
    ring begins elsewhere, by a fraction of a metre: a legal stretch of length L then holds the whole
    number below or above L, so that each stretch may gain or lose one place.
    """
    return abs(one.legal - other.legal) <= max(stretches(one), stretches(other))


@few
@given(seeds, st.integers(-20_000, 20_000), st.integers(-20_000, 20_000))
def test_moving_a_city_by_whole_metres_moves_every_place_with_it(seed, east, north):
    shift = np.array([east, north])
    here, there = find(town(seed)), find(town(seed, move=lambda c: c + shift))
    assert there.places["legal"].tolist() == here.places["legal"].tolist()
    for table in ("places", "pitches"):
        a, b = getattr(here, table), getattr(there, table)
        moved = a[["x_m", "y_m"]].to_numpy() + shift
        assert np.abs(b[["x_m", "y_m"]].to_numpy() - moved).max(initial=0.0) < 2e-3


@few
@given(seeds, st.integers(1, 3))
def test_turning_a_city_by_right_angles_keeps_its_legal_places(seed, turns):
    def turn(coords):
        x, y = (coords - [X, Y]).T
        for _ in range(turns):
            x, y = -y, x
        return np.stack([x + X, y + Y], axis=1)

    assert agree_but_for_the_phase(find(town(seed)), find(town(seed, move=turn)))


@few
@given(seeds, st.tuples(*[st.booleans()] * STREETS))
def test_the_direction_of_the_lines_keeps_the_legal_places(seed, reverse):
    assert agree_but_for_the_phase(find(town(seed)), find(town(seed, reverse=reverse)))


@few
@given(seeds, st.permutations(range(STREETS)))
def test_the_order_of_the_rows_changes_nothing(seed, order):
    one, other = find(town(seed)), find(town(seed, order=order))
    assert legal(one) == legal(other)
    assert one.pitches["pitch_id"].tolist() == other.pitches["pitch_id"].tolist()


@few
@given(seeds, st.sampled_from(["hydrant", "junction"]), st.floats(1.0, 30.0), st.floats(0.0, 30.0))
def test_a_larger_setback_never_adds_a_legal_place(seed, rule, distance_m, more_m):
    city = town(seed)
    near = find(city, BOOK.with_number(rule, distance_m=distance_m))
    far = find(city, BOOK.with_number(rule, distance_m=distance_m + more_m))
    assert legal(far) <= legal(near)
    assert far.screened == near.screened


@few
@given(seeds, st.integers(17, 400))
def test_tiles_find_bit_for_bit_what_one_shot_finds(seed, chunk):
    """Places are screened tile by tile along the kerbs; where tiles begin changes no bit."""
    city = town(seed)
    whole = find(city)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pitchplan.candidates.find.places_beside", partial(places_beside, chunk=chunk))
        tiled = find(city)
    for name in ("x_m", "y_m", "bearing_deg", "legal"):
        assert (getattr(whole.looked_at, name) == getattr(tiled.looked_at, name)).all()
    pd.testing.assert_frame_equal(whole.refusals, tiled.refusals, check_exact=True)
    pd.testing.assert_frame_equal(whole.pitches, tiled.pitches, check_exact=True)
    pd.testing.assert_frame_equal(whole.clashes, tiled.clashes, check_exact=True)
