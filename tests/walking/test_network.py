"""Walks along the streets are what Dijkstra says on a graph that is known beforehand."""

import heapq
import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall

from pitchplan.errors import InputError
from pitchplan.walking import network
from pitchplan.walking.network import street_walks
from pitchplan.walking.residents import resident_points
from pitchplan.walking.walks import straight_walks

from .places import footway_axes, frames, residents_at, streets

BLOCK_M = 100.0


def table(walks):
    """Give the metres of each pair of point and run."""
    return dict(
        zip(zip(walks.point.tolist(), walks.run.tolist(), strict=True), walks.metres.tolist(), strict=True)
    )


def walked(places, bays, lines, within_m=10_000.0, **more):
    """Give the metres of each pair in a small world."""
    runs, pitches = frames(bays)
    return table(street_walks(residents_at(places), runs, pitches, lines, within_m=within_m, **more))


# --- the oracle: a grid whose edges are known, feet found one by one, Dijkstra by hand ---------------------


def grid_edges(random, n, share):
    """Draw edges of a grid of n x n nodes by lot."""
    nodes = [(x, y) for x in range(n) for y in range(n)]
    edges = [((x, y), (x + dx, y + dy)) for x, y in nodes for dx, dy in ((1, 0), (0, 1))]
    return [e for e in edges if max(e[1]) < n and random.random() < share]


def drawn(random, edges, long):
    """Draw each edge as a line of its own, or all that follow each other as one line without vertices."""
    lines = [[tuple(BLOCK_M * c for c in end) for end in edge] for edge in edges]
    if long:
        lines, left = [], set(edges)
        for a, b in edges:
            if (a, b) in left:
                step, last = (b[0] - a[0], b[1] - a[1]), b
                left.discard((a, b))
                while (further := (last, (last[0] + step[0], last[1] + step[1]))) in left:
                    left.discard(further)
                    last = further[1]
                lines.append([tuple(BLOCK_M * c for c in end) for end in (a, last)])
    lines = [line[:: random.choice([1, -1])] for line in lines]
    return streets(*[lines[k] for k in random.permutation(len(lines))])


def foot(place, edges):
    """Find the nearest edge to a place: edge, metres from its start, metres away."""
    best = None
    for a, b in edges:
        start, step = BLOCK_M * np.array(a), BLOCK_M * np.subtract(b, a)
        along = float(np.clip((place - start) @ step / (step @ step), 0, 1)) * BLOCK_M
        away = float(np.hypot(*(place - start - along / BLOCK_M * step)))
        if best is None or away < best[2]:
            best = ((a, b), along, away)
    return best


def known_graph(edges, feet):
    """Make a dictionary of neighbours, edges cut at the feet of places."""
    graph = {}
    for a, b in edges:
        stops = [(0.0, a), (BLOCK_M, b)]
        stops += [(along, ("foot", k)) for k, (edge, along, _) in enumerate(feet) if edge == (a, b)]
        stops.sort(key=lambda stop: stop[0])
        for (at, one), (further, other) in pairwise(stops):
            graph.setdefault(one, []).append((other, further - at))
            graph.setdefault(other, []).append((one, further - at))
    return graph


def by_dijkstra(graph, source):
    """Measure from one node to all, the textbook's way."""
    found, heap, count = {}, [(0.0, 0, source)], 0
    while heap:
        metres, _, node = heapq.heappop(heap)
        if node in found:
            continue
        found[node] = metres
        for other, step in graph[node]:
            count += 1
            heapq.heappush(heap, (metres + step, count, other))
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from([0.5, 0.8, 1.0]))
def test_walks_are_what_dijkstra_says(seed, long, share):
    random = np.random.default_rng(seed)
    edges = grid_edges(random, 4, share)
    if not edges:
        return
    places = random.uniform(-40, 340, (12, 2))
    middles = random.uniform(-40, 340, (5, 2))
    bays = [(f"r{k}", x + dx, y) for k, (x, y) in enumerate(middles) for dx in (-6.0, 0.0, 6.0)]
    feet = [foot(xy, edges) for xy in (*places, *middles)]
    graph = known_graph(edges, feet)
    nodes = {node: k for k, node in enumerate(graph)}
    dense = np.full((len(nodes), len(nodes)), np.inf)
    for node, others in graph.items():
        for other, step in others:
            dense[nodes[node], nodes[other]] = max(step, 1e-7)  # 0 would say that there is no edge
    every = floyd_warshall(dense, directed=False)
    within_m, wanted = 350.0, {}
    for r in range(len(middles)):
        door = ("foot", len(places) + r)
        paths = by_dijkstra(graph, door)
        for p in range(len(places)):
            path = paths.get(("foot", p), math.inf)
            assert path == pytest.approx(every[nodes[door], nodes["foot", p]], abs=1e-5)
            total = feet[p][2] + path + feet[len(places) + r][2] + 6.0
            if total <= within_m and max(feet[p][2], feet[len(places) + r][2]) <= 50.0:
                wanted[p, r + 1] = math.ceil(total - 1e-6)
    bays = [("empty0", *bays[0][1:]), *bays]
    runs, pitches = frames(bays)
    runs = runs[runs["run_id"] != "empty"].reset_index(drop=True)
    pitches = pitches[pitches["run_id"] != "empty0"]
    lines = drawn(random, edges, long)
    found = street_walks(residents_at(places), runs, pitches, lines, within_m=within_m, snap_m=50.0)
    assert table(found) == wanted
    assert found.unsnapped == sum(feet[p][2] > 50.0 for p in range(len(places)))
    assert found.unsnapped_runs == sum(f[2] > 50.0 for f in feet[len(places) :])
    assert list(table(found)) == sorted(wanted)


# --- what must hold of any lines ---------------------------------------------------------------------------


def tangle(random, n):
    """Draw lines that run anywhere, bend, share ends by chance and lie on two levels."""
    corner = random.integers(0, 6, (n, 3, 2)) * 60.0
    corner[: n // 2] += random.uniform(-20, 20, (n // 2, 3, 2))
    return streets(*corner, level=random.choice([0, 0, 1], n))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_no_walk_is_shorter_than_the_straight_line_and_footways_lengthen_none(seed):
    random = np.random.default_rng(seed)
    lines, paths = tangle(random, 8), tangle(random, 6).assign(side="")
    points = residents_at(random.uniform(0, 300, (15, 2)))
    runs, pitches = frames([(f"r{random.integers(5)}", *random.uniform(0, 300, 2)) for _ in range(10)])
    straight = table(straight_walks(points, runs, pitches, within_m=2000.0, detour=1.0))
    without = table(street_walks(points, runs, pitches, lines, within_m=900.0))
    along = table(street_walks(points, runs, pitches, lines, within_m=900.0, footways=paths))
    assert all(metres >= straight[pair] for pair, metres in along.items())
    assert all(along[pair] <= metres for pair, metres in without.items())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_neither_the_order_of_rows_nor_how_much_is_looked_at_once_matters(seed):
    random = np.random.default_rng(seed)
    lines, paths = tangle(random, 8), tangle(random, 5).assign(side="")
    points = residents_at(np.round(random.uniform(0, 300, (15, 2)), -1))
    runs, pitches = frames([(f"r{random.integers(5)}", *random.uniform(0, 300, 2)) for _ in range(10)])
    once = street_walks(points, runs, pitches, lines, within_m=600.0, footways=paths)
    shuffled = [f.sample(frac=1.0, random_state=seed % 1000) for f in (pitches, lines, paths)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "_CELLS_AT_ONCE", 30)
        again = street_walks(points, runs, *shuffled[:2], within_m=600.0, footways=shuffled[2])
    assert list(table(once).items()) == list(table(again).items())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 500))
def test_shorter_walks_are_those_that_would_have_been_found(seed, metres):
    random = np.random.default_rng(seed)
    points = residents_at(random.uniform(0, 300, (10, 2)))
    runs, pitches = frames([(f"r{k}", *random.uniform(0, 300, 2)) for k in range(5)])
    lines = tangle(random, 8)
    far = street_walks(points, runs, pitches, lines, within_m=500.0).within(metres)
    assert table(far) == table(street_walks(points, runs, pitches, lines, within_m=metres))


# --- by hand -----------------------------------------------------------------------------------------------


def test_the_walk_to_the_farthest_bay_and_the_closed_limit():
    lines = streets([(0, 0), (1000, 0)])
    bays = [("a", 500.0, 5.0), ("a", 506.0, 5.0), ("a", 512.0, 5.0)]
    # 3 to the street, 406 along it, 5 to the middle bay, 6 from there to the outer ones
    assert walked([(100, 3)], bays, lines, 420.0) == {(0, 0): 420}
    assert walked([(100, 3)], bays, lines, 419.9) == {}
    assert walked([(100, 3)], bays, lines, 420.4) == {(0, 0): 420}


def test_bridges_meet_the_street_at_their_ends_alone():
    ground = streets([(0, 0), (200, 0)], [(100, -100), (100, -50)], [(100, 50), (100, 100)])
    bridge = streets([(100, -50), (100, 0), (100, 50)], level=1)
    crossing = pd.concat([ground, bridge.assign(level=0)], ignore_index=True)
    over = pd.concat([ground, bridge], ignore_index=True)
    bays = [("a", 100.0, 90.0)]
    assert walked([(10, 0)], bays, crossing) == {(0, 0): 180}
    assert walked([(10, 0)], bays, over) == {}
    assert walked([(100, -80)], bays, over) == {(0, 0): 170}
    assert walked([(100, -80)], bays, ground) == {}


def test_nobody_walks_along_an_expressway():
    lines = streets([(0, 0), (500, 0)], street_class="expressway")
    assert walked([(0, 0)], [("a", 100.0, 0.0)], lines) == {}
    assert walked([(0, 0)], [("a", 100.0, 0.0)], streets([(0, 0), (500, 0)])) == {(0, 0): 100}


def test_a_ring_is_walked_the_shorter_way_round():
    ring = streets([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    assert walked([(50, 0)], [("a", 0.0, 30.0)], ring) == {(0, 0): 80}
    assert walked([(10, 0)], [("a", 90.0, 0.0)], ring) == {(0, 0): 80}


def test_of_two_streets_between_the_same_crossings_the_shorter_counts():
    lines = streets(
        [(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (150, 80), (200, 0)], [(200, 0), (300, 0)]
    )
    assert walked([(0, 0)], [("a", 300.0, 0.0)], lines) == {(0, 0): 300}


def test_a_line_that_falls_short_is_joined_by_the_gap():
    across = [(0, 0), (200, 0)]
    assert walked([(100, 50)], [("a", 0.0, 0.0)], streets(across, [(100, 50), (100, 0.4)])) == {(0, 0): 150}
    assert walked([(100, 50)], [("a", 0.0, 0.0)], streets(across, [(100, 50), (100, 0.6)])) == {}


def test_a_line_that_ends_on_another_meets_it():
    lines = streets([(0, 0), (300, 100)], [(150, 50), (150, 200)])
    assert walked([(150, 200)], [("a", 150.0, 60.0)], lines) == {(0, 0): 140}
    along = math.ceil(150 + math.hypot(150, 50))
    assert walked([(150, 200)], [("a", 0.0, 0.0)], lines) == {(0, 0): along}


def test_a_footway_leads_to_the_street_it_ends_beside():
    street = streets([(0, 0), (400, 0)])
    path = footway_axes([(100, 10), (100, 300)])
    there = walked([(100, 300)], [("a", 200.0, 0.0)], street, footways=path)
    assert there == {(0, 0): 400}
    far = footway_axes([(100, 20), (100, 300)])
    assert walked([(100, 300)], [("a", 200.0, 0.0)], street, footways=far) == {}


def test_who_lives_at_a_sidewalk_may_cross_the_street():
    street = streets([(0, 0), (400, 0)])
    sidewalk = footway_axes([(0, 8), (400, 8)])
    assert walked([(200, 9)], [("a", 210.0, -4.0)], street, footways=sidewalk) == {(0, 0): 23}
    assert walked([(200, 9)], [("a", 210.0, -4.0)], street, footways=sidewalk.assign(side="left")) == {
        (0, 0): 23
    }


def test_far_from_any_street_is_counted():
    runs, pitches = frames([("a", 0.0, 0.0), ("b", 0.0, 500.0)])
    points = residents_at([(0, 150), (0, 151)], people=[3, 4])
    lines = streets([(-100, 0), (100, 0)])
    found = street_walks(points, runs, pitches, lines, within_m=300.0)
    assert table(found) == {(0, 0): 150}
    assert (found.unsnapped, found.unsnapped_runs, found.unreachable) == (4, 1, 4)
    nowhere = street_walks(points, runs, pitches, lines.iloc[:0], within_m=300.0)
    assert (len(nowhere), nowhere.unsnapped, nowhere.unsnapped_runs) == (0, 7, 2)
    nobody = street_walks(residents_at([]), runs, pitches, lines, within_m=300.0)
    assert (len(nobody), nobody.unsnapped) == (0, 0)
    nothing = street_walks(points, runs, pitches.iloc[:0], lines, within_m=300.0)
    assert (len(nothing), nothing.unsnapped_runs, nothing.unreachable) == (0, 0, 7)


def test_lines_in_parts_repeated_vertices_and_heights_do_no_harm():
    parts = shapely.MultiLineString([[(0, 0, 5), (0, 0, 6), (100, 0, 7)], [(100, 0, 1), (100, 0, 2)]])
    one = streets([(0, 0), (1, 0)]).set_geometry([parts], crs="EPSG:4548")
    assert walked([(0, 0)], [("a", 100.0, 0.0)], one) == {(0, 0): 100}


def test_faults_say_what_to_mend():
    runs, pitches = frames([("a", 0.0, 0.0)])
    here, lines = residents_at([(0, 0)]), streets([(0, 0), (9, 0)])
    square = gpd.GeoDataFrame({"level": [0]}, geometry=[shapely.box(0, 0, 1, 1)], crs=lines.crs)
    with pytest.raises(InputError, match="footway_axes"):
        street_walks(here, runs, pitches, lines, within_m=9.0, footways=square)
    elsewhere = footway_axes([(0, 0), (1, 1)], crs="EPSG:4549")
    with pytest.raises(InputError, match="CRS"):
        street_walks(here, runs, pitches, lines, within_m=9.0, footways=elsewhere)
    with pytest.raises(InputError, match="snap_m"):
        street_walks(here, runs, pitches, lines, within_m=9.0, snap_m=0.0)
    with pytest.raises(InputError, match="within_m"):
        street_walks(here, runs, pitches, lines, within_m=0.0)


def test_the_demonstration_city_along_its_streets(spring, spring_candidates):
    city = spring.city
    points, runs, pitches = resident_points(city), spring_candidates.runs, spring_candidates.pitches
    near = straight_walks(points, runs, pitches, within_m=500.0, detour=1.0)
    along = street_walks(points, runs, pitches, city.centrelines, within_m=500.0, footways=city.footway_axes)
    straight, found = table(near), table(along)
    assert all(metres >= straight[pair] for pair, metres in found.items())
    assert len(found) > 0.3 * len(straight)
    lines = shapely.union_all([*city.centrelines.geometry, *city.footway_axes.geometry])
    far = shapely.distance(shapely.points(points.x_m, points.y_m), lines) > 150.0
    assert along.unsnapped == points.residents[far].sum()
    assert along.unsnapped_runs == 0
