"""Residents keep their number."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.walking.residents import largest_remainder, resident_points


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
