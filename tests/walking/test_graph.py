"""Lines are cut where they meet, and keep their length."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.walking.graph import walk_graph
from pitchplan.walking.ways import ways_of

from .places import footway_axes, streets


def graph_of(lines, footways=None):
    return walk_graph(ways_of(lines, footways))


def test_two_streets_that_cross_make_four_edges_and_five_nodes():
    graph = graph_of(streets([(0, 0), (30, 0)], [(10, -5), (10, 7)]))
    assert graph.nodes == 5
    assert sorted(graph.length_m.tolist()) == [5.0, 7.0, 10.0, 20.0]
    assert graph.matrix.nnz == 8
    assert (graph.matrix - graph.matrix.T).nnz == 0


def test_a_vertex_shared_on_two_levels_is_no_node():
    lines = streets([(0, 0), (10, 0), (20, 0)], [(10, -5), (10, 0), (10, 5)], level=[0, 1])
    assert graph_of(lines).nodes == 4
    assert graph_of(lines.assign(level=0)).nodes == 5


def test_three_streets_through_one_point_make_one_node():
    lines = streets([(-10, 0), (10, 0)], [(0, -10), (0, 10)], [(-10, -10), (10, 10)])
    assert graph_of(lines).nodes == 7


def test_lines_that_lie_on_one_another_are_joined_at_both_ends():
    graph = graph_of(streets([(0, 0), (30, 0)], [(10, 0), (20, 0)]))
    assert graph.nodes == 4
    assert sorted(graph.length_m.tolist()) == [10.0, 10.0, 10.0, 10.0]


def test_a_dead_end_of_a_footway_is_linked_to_the_street():
    graph = graph_of(streets([(0, 0), (30, 0)]), footway_axes([(10, 4), (10, 40)]))
    assert graph.links[2].tolist() == [4.0]
    assert sorted(graph.length_m.tolist()) == [10.0, 20.0, 36.0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_cutting_keeps_every_metre_and_feet_are_the_nearest_points(seed):
    random = np.random.default_rng(seed)
    lines = streets(*random.integers(0, 8, (7, 4, 2)) * 10.0 + random.uniform(-1, 1, (7, 4, 2)))
    graph = graph_of(lines)
    assert graph.length_m.sum() == pytest.approx(lines.length.sum())
    assert len(graph.matrix.data) == len(set(zip(*graph.matrix.nonzero(), strict=True)))
    places = random.uniform(0, 80, (20, 2))
    standing = graph.footing(places, within_m=500.0)
    assert standing.place.tolist() == list(range(20))
    shape = lines.geometry.union_all()
    for (x, y), edge, along, away in zip(places, *standing[1:], strict=True):
        line = graph.line[edge]
        ways = graph.ways
        xy = ways.xy_m[ways.line == line]
        at = graph.from_m[edge] + along
        chainage = ways.along_m[ways.line == line]
        foot = [np.interp(at, chainage, xy[:, k]) for k in (0, 1)]
        assert 0 <= along <= graph.length_m[edge]
        assert np.hypot(x - foot[0], y - foot[1]) == pytest.approx(away, abs=1e-6)
        assert shapely.Point(x, y).distance(shape) == pytest.approx(away, abs=1e-6)
