"""Residents are merged if they reach the same runs, and nobody is lost."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.walking.groups import grouped
from pitchplan.walking.walks import Walks, straight_walks

from .places import frames, residents_at


def walks_of(lists, people, community, runs, metres=None):
    """Make walks from lists of runs, one list per point."""
    point = np.repeat(np.arange(len(lists)), [len(r) for r in lists])
    run = np.array([r for reached in lists for r in sorted(reached)], dtype=np.int64)
    metres = np.full(len(run), 5) if metres is None else metres
    names = np.array(community, dtype=object)
    return Walks(point, run, metres, np.array(people, dtype=np.int64), names, runs, 10.0)


worlds = st.lists(
    st.tuples(st.frozensets(st.integers(0, 300), max_size=4), st.integers(1, 9), st.sampled_from("ab")),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(worlds, st.booleans(), st.randoms())
def test_groups_are_what_a_dictionary_says(world, by_community, random):
    wanted, lost = {}, 0
    for reached, people, name in world:
        if not reached:
            lost += people
            continue
        key = (tuple(sorted(reached)), name if by_community else "")
        wanted[key] = wanted.get(key, 0) + people
    for _ in range(2):
        lists, people, names = zip(*world, strict=True) if world else ((), (), ())
        found = grouped(walks_of(lists, people, names, 301), by_community=by_community)
        matrix = found.reach
        got = [
            (tuple(matrix.indices[a:b].tolist()), found.communities[c])
            for a, b, c in zip(matrix.indptr[:-1], matrix.indptr[1:], found.community, strict=True)
        ]
        assert got == sorted(wanted)
        assert found.residents.tolist() == [wanted[k] for k in got]
        assert found.unreachable == lost
        assert matrix.shape == (len(found), 301)
        assert matrix.data.all()
        random.shuffle(world)


def test_a_shorter_radius_is_asked_of_the_same_walks():
    walks = walks_of([[0, 1], [1]], [2, 3], ["a", "a"], 2, metres=np.array([4, 9, 8]))
    near = grouped(walks, within_m=8)
    assert near.residents.tolist() == [2, 3]
    assert near.reach.toarray().tolist() == [[True, False], [False, True]]
    assert grouped(walks, within_m=3).unreachable == 5


def test_many_people_are_counted_exactly():
    most = 2**53 + 1
    assert grouped(walks_of([[0], [0]], [most, 2], ["a", "a"], 1)).residents.tolist() == [most + 2]


def test_residents_of_one_house_make_one_group():
    runs, pitches = frames([("a", 0.0, 0.0), ("b", 10.0, 0.0)])
    points = residents_at([(0, 0), (1, 0), (500, 0)], people=[4, 5, 6], community=["x", "y", "x"])
    walks = straight_walks(points, runs, pitches, within_m=50.0)
    together, apart = grouped(walks), grouped(walks, by_community=True)
    assert (together.residents.tolist(), together.unreachable) == ([9], 6)
    assert together.communities == ("",)
    assert [apart.communities[c] for c in apart.community] == ["x", "y"]
    assert apart.residents.tolist() == [4, 5]
