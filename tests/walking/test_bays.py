"""The farthest bay and the middle bay are what measuring each says."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.walking.bays import bays_of_runs

from .places import frames


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_farthest_and_middle_bays(seed):
    random = np.random.default_rng(seed)
    runs, pitches = frames([(f"r{random.integers(5)}", *random.integers(0, 9, 2) * 1.0) for _ in range(20)])
    bays = bays_of_runs(runs, pitches)
    places = random.uniform(0, 9, (len(bays.run), 2))
    far = bays.farthest_m(places, np.arange(len(bays.run)))
    middle, beyond = bays.middle()
    for slot, run in enumerate(bays.run):
        mine = pitches.loc[pitches["run_id"] == runs["run_id"][run], ["x_m", "y_m"]].to_numpy()
        assert bays.count[slot] == len(mine)
        assert np.isclose(far[slot], np.hypot(*(mine - places[slot]).T).max())
        away = np.hypot(*(mine - mine.mean(axis=0)).T)
        assert np.isclose(np.hypot(*(middle[slot] - mine.mean(axis=0))), away.min())
        assert np.isclose(beyond[slot], np.hypot(*(mine - middle[slot]).T).max())
    again = bays_of_runs(runs, pitches.sample(frac=1.0, random_state=1))
    assert (again.xy_m == bays.xy_m).all()


def test_bays_of_unknown_runs_are_left_out():
    runs, pitches = frames([("a", 1.0, 2.0), ("b", 3.0, 4.0)])
    bays = bays_of_runs(runs[runs["run_id"] == "b"], pitches)
    assert bays.xy_m.tolist() == [[3.0, 4.0]]
