"""Residents keep their number, and a walk holds whichever bay is used."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.errors import InputError
from pitchplan.walking.reach import reach
from pitchplan.walking.residents import ResidentPoints, largest_remainder, resident_points


def city_of(communities, buildings):
    return SimpleNamespace(
        communities=gpd.GeoDataFrame(
            {"community_id": [c[0] for c in communities], "residents": [c[1] for c in communities]},
            geometry=[c[2] for c in communities],
            crs="EPSG:4548",
        ),
        buildings=gpd.GeoDataFrame(
            {"residents": [b[0] for b in buildings], "levels": [b[1] for b in buildings]},
            geometry=[b[2] for b in buildings],
            crs="EPSG:4548",
        ),
    )


LEFT, RIGHT = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 230, 100)


def test_residents_are_spread_by_floor_area():
    low, high = shapely.box(10, 10, 20, 20), shapely.box(50, 10, 60, 20)
    found = resident_points(city_of([("a", 101, LEFT)], [(np.nan, np.nan, low), (np.nan, 3.0, high)]))
    assert found.residents.tolist() == [25, 76]
    assert found.x_m.tolist() == [15.0, 55.0]
    assert found.basis == "communities' residents by building floor area"


def test_a_community_without_buildings_is_spread_over_cells():
    found = resident_points(city_of([("a", 101, LEFT), ("b", 97, RIGHT), ("c", np.nan, LEFT)], []))
    sums = {c: int(found.residents[found.community_id == c].sum()) for c in ("a", "b", "c")}
    assert sums == {"a": 101, "b": 97, "c": 0}
    assert (found.x_m[found.community_id == "b"] > 100).all()


def test_buildings_with_residents_are_taken_as_they_are():
    inside, outside = shapely.box(10, 10, 20, 20), shapely.box(500, 10, 510, 20)
    found = resident_points(city_of([("a", 999, LEFT)], [(7, np.nan, inside), (5, np.nan, outside)]))
    assert dict(zip(found.community_id, found.residents, strict=True)) == {"a": 7, "": 5}


def test_a_courtyard_building_has_its_point_inside():
    ring = shapely.box(0, 0, 90, 90).difference(shapely.box(10, 10, 80, 80))
    found = resident_points(city_of([("a", 10, LEFT)], [(10, np.nan, ring)]))
    assert shapely.covers(ring, shapely.points(found.x_m[0], found.y_m[0]))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(0, 10**7))
def test_parts_are_whole_and_sum_exactly(weights, total):
    parts = largest_remainder(np.array(weights), total)
    assert parts.sum() == total
    assert (parts >= 0).all()
    if sum(weights) > 0:
        assert (np.abs(parts - np.array(weights) / sum(weights) * total) < 1 + 1e-6).all()


def frames(bays):
    runs = sorted({r for r, _, _ in bays} | {"empty"})
    pitches = pd.DataFrame(bays, columns=["run_id", "x_m", "y_m"])
    return pd.DataFrame({"run_id": runs}), pitches


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_reach_is_what_measuring_every_bay_says(seed):
    random = np.random.default_rng(seed)
    bays = [(f"r{random.integers(6)}", *random.integers(0, 40, 2).astype(float)) for _ in range(25)]
    runs, pitches = frames(bays)
    n = 30
    points = ResidentPoints(
        random.integers(0, 40, n).astype(float),
        random.integers(0, 40, n).astype(float),
        random.integers(1, 9, n),
        np.full(n, "", dtype=object),
        "test",
    )
    found = reach(points, runs, pitches, within_m=26.0, detour=1.3)
    wanted, lost = {}, 0
    for x, y, people in zip(points.x_m, points.y_m, points.residents, strict=True):
        near = frozenset(
            k
            for k, run in enumerate(runs["run_id"])
            if (mine := pitches[pitches["run_id"] == run]).shape[0]
            and np.hypot(mine["x_m"] - x, mine["y_m"] - y).max() <= 26.0 / 1.3
        )
        if near:
            wanted[near] = wanted.get(near, 0) + int(people)
        else:
            lost += int(people)
    rows = found.matrix.toarray()
    got = {frozenset(np.flatnonzero(row).tolist()): int(p) for row, p in zip(rows, found.groups, strict=True)}
    assert got == wanted
    assert found.unreachable == lost


def test_the_farthest_bay_counts():
    runs, pitches = frames([("a", 0.0, 0.0), ("a", 30.0, 0.0)])
    points = ResidentPoints(np.zeros(1), np.zeros(1), np.array([3]), np.array([""], object), "test")
    assert reach(points, runs, pitches, within_m=39.0).unreachable == 0
    assert reach(points, runs, pitches, within_m=38.9).unreachable == 3


@pytest.mark.parametrize(("within_m", "detour"), [(0.0, 1.3), (float("nan"), 1.3), (100.0, 0.9)])
def test_numbers_that_cannot_be_are_refused(within_m, detour):
    runs, pitches = frames([("a", 0.0, 0.0)])
    points = ResidentPoints(np.zeros(1), np.zeros(1), np.array([3]), np.array([""], object), "test")
    with pytest.raises(InputError):
        reach(points, runs, pitches, within_m=within_m, detour=detour)
