"""A walk holds whichever bay is used, and is as long as measuring every bay says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.errors import InputError
from pitchplan.walking.walks import straight_walks

from .places import frames, residents_at


def measured(points, runs, pitches, within_m, detour):
    """Measure by the definition: farthest bay within reach, and the least whole metres that reach it."""
    out = {}
    bays = {r: pitches[pitches["run_id"] == name][["x_m", "y_m"]] for r, name in enumerate(runs["run_id"])}
    bays = {r: mine.to_numpy() for r, mine in bays.items() if len(mine)}
    for p, (x, y) in enumerate(zip(points.x_m, points.y_m, strict=True)):
        for r, mine in bays.items():
            far = np.sqrt((mine[:, 0] - x) ** 2 + (mine[:, 1] - y) ** 2).max()
            if far <= within_m / detour:
                whole = next(m for m in range(int(within_m) + 2) if far <= m / detour)
                out[p, r] = min(whole, math.floor(within_m))
    return out


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([26.0, 26.5, 13.0]), st.sampled_from([1.0, 1.3]))
def test_walks_are_what_measuring_every_bay_says(seed, within_m, detour):
    random = np.random.default_rng(seed)
    whole = seed % 2 == 0  # on a lattice many distances are exactly the limit
    spread = (lambda n: random.integers(0, 40, n)) if whole else (lambda n: random.uniform(0, 40, n))
    bays = [(f"r{random.integers(6)}", *spread(2).astype(float)) for _ in range(25)]
    runs, pitches = frames(bays)
    points = residents_at(np.column_stack([spread(30), spread(30)]))
    found = straight_walks(points, runs, pitches, within_m=within_m, detour=detour)
    keys = list(zip(found.point.tolist(), found.run.tolist(), strict=True))
    assert keys == sorted(keys)
    assert dict(zip(keys, found.metres.tolist(), strict=True)) == measured(
        points, runs, pitches, within_m, detour
    )
    assert found.runs == len(runs)
    assert found.unreachable == sum(1 for p in range(30) if p not in {k for k, _ in keys})
    shuffled = pitches.sample(frac=1.0, random_state=seed)
    again = straight_walks(points, runs, shuffled, within_m=within_m, detour=detour)
    assert (again.metres == found.metres).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_shorter_walks_are_those_that_would_have_been_found(seed, metres):
    random = np.random.default_rng(seed)
    runs, pitches = frames([(f"r{random.integers(4)}", *random.integers(0, 30, 2) * 1.0) for _ in range(9)])
    points = residents_at(random.integers(0, 30, (12, 2)))
    near = straight_walks(points, runs, pitches, within_m=40.0).within(metres)
    asked = straight_walks(points, runs, pitches, within_m=metres)
    for name in ("point", "run", "metres"):
        assert getattr(near, name).tolist() == getattr(asked, name).tolist()
    assert near.within_m == asked.within_m


def test_more_points_than_are_taken_at_once():
    random = np.random.default_rng(1)
    points = residents_at(random.uniform(0, 300, (9000, 2)))
    runs, pitches = frames([(f"r{k % 7}", *random.uniform(0, 300, 2)) for k in range(14)])
    found = straight_walks(points, runs, pitches, within_m=200.0)
    part = residents_at(np.column_stack([points.x_m, points.y_m])[5000:])
    rest = straight_walks(part, runs, pitches, within_m=200.0)
    late = found.point >= 5000
    assert (found.point[late] - 5000).tolist() == rest.point.tolist()
    assert found.metres[late].tolist() == rest.metres.tolist()


def test_the_farthest_bay_counts_and_the_limit_is_closed():
    runs, pitches = frames([("a", 0.0, 0.0), ("a", 30.0, 0.0)])
    here = residents_at([(0, 0)], people=[3])
    at_limit = straight_walks(here, runs, pitches, within_m=39.0)
    assert at_limit.metres.tolist() == [39]
    assert at_limit.unreachable == 0
    assert straight_walks(here, runs, pitches, within_m=38.9).unreachable == 3
    assert straight_walks(here, runs, pitches, within_m=39.5).metres.tolist() == [39]


def test_nobody_and_nothing():
    runs, pitches = frames([("a", 0.0, 0.0)])
    nobody = straight_walks(residents_at([]), runs, pitches, within_m=10.0)
    assert (len(nobody), nobody.unreachable) == (0, 0)
    nothing = straight_walks(residents_at([(0, 0)]), runs.iloc[:0], pitches, within_m=10.0)
    assert (len(nothing), nothing.unreachable) == (0, 1)


@pytest.mark.parametrize(
    ("within_m", "detour"), [(0.0, 1.3), (float("nan"), 1.3), (float("inf"), 1.3), (9.0, 0.9)]
)
def test_numbers_that_cannot_be_are_refused(within_m, detour):
    runs, pitches = frames([("a", 0.0, 0.0)])
    with pytest.raises(InputError):
        straight_walks(residents_at([(0, 0)]), runs, pitches, within_m=within_m, detour=detour)


def test_faults_say_what_to_mend():
    runs, pitches = frames([("a", 0.0, 0.0)])
    here = residents_at([(0, 0)])
    with pytest.raises(InputError, match="not looked for") as longer:
        straight_walks(here, runs, pitches, within_m=100.0).within(200.0)
    assert longer.value.faults[0].value == 200.0
    with pytest.raises(InputError, match="comes twice"):
        straight_walks(here, runs.iloc[[0, 0]], pitches, within_m=100.0)
