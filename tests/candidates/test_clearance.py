import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.bays import bays_of
from pitchplan.candidates.beside import places_beside, surroundings_of, with_widths
from pitchplan.candidates.clearance import DRIVE_REACH_M, WALK_REACH_M, Walls, facing_gaps, sweep
from pitchplan.candidates.places import join_places
from pitchplan.rules.vehicle import Use

from .streets import SEASON, X, Y, bent_city

USE = Use(pp.rule_book("jinan-2019").vehicle("small-truck"), "kerbside", SEASON.intervals)


def some_places(seed, every=17, bend_m=0.4):
    around = surroundings_of(bent_city(seed), {"kerbside"})
    places = join_places(list(places_beside(around, USE)))
    places = places.take(np.flatnonzero(places.bend_m < bend_m)[::every])
    return with_widths(places, around), around.kerbs


def clear_walk(places, buildings):
    return sweep(places, Walls(buildings), WALK_REACH_M, left=False, offset_m=places.width_m / 2)


def strip(places, i, depth, forward=True):
    """Draw the strip beside one place, a millimetre narrower at both ends."""
    angle = np.radians(places.bearing_deg[i])
    along = np.array([np.sin(angle), np.cos(angle)])
    away = np.array([-along[1], along[0]]) * (1 if forward else -1)
    centre = np.array([places.x_m[i], places.y_m[i]])
    edge = centre + away * places.width_m / 2
    half = along * (places.length_m / 2 - 0.001)
    return (
        shapely.Polygon([edge - half, edge + half, edge + half + away * depth, edge - half + away * depth]),
        edge,
        away,
    )


def oracle(places, i, shape, reach, forward=True):
    """Clip the obstacle to the strip with GEOS and take the least depth of what is left."""
    box, edge, away = strip(places, i, reach, forward)
    left = shapely.intersection(box, shape)
    depths = (shapely.get_coordinates(left) - edge) @ away
    return min([reach, *depths.tolist()])


@pytest.mark.parametrize("seed", range(4))
def test_swept_width_equals_clipping_with_geos(seed):
    places, kerbs = some_places(seed)
    assert len(places) > 40
    measured = places.clear_drive_m
    walls = shapely.MultiLineString(list(kerbs.rings))
    within = shapely.covers(shapely.union_all(kerbs.grounds), places.draw(slice(None)))
    expected = [oracle(places, i, walls, DRIVE_REACH_M) for i in np.flatnonzero(within)]
    assert measured[within] == pytest.approx(expected, abs=2e-3)
    assert within.sum() > 40


def test_swept_width_is_never_more_than_a_ray_at_the_middle():
    places, kerbs = some_places(1, every=5)
    measured = places.clear_drive_m
    walls = shapely.MultiLineString(list(kerbs.rings))
    for i in range(len(places)):
        _, edge, away = strip(places, i, DRIVE_REACH_M)
        ray = shapely.LineString([edge, edge + away * DRIVE_REACH_M])
        hit = shapely.distance(shapely.Point(edge), shapely.intersection(ray, walls))
        assert not hit < measured[i] - 1e-6


def test_walk_width_sees_the_nearest_building_behind_the_kerb():
    places, _ = some_places(2)
    house = shapely.box(X + 100, Y + 100, X + 180, Y + 180)
    measured = clear_walk(places, np.array([house], dtype=object))
    expected = [oracle(places, i, house.exterior, 10.0, forward=False) for i in range(len(places))]
    assert measured == pytest.approx(expected, abs=2e-3)
    assert (clear_walk(places, np.zeros(0, dtype=object)) == WALK_REACH_M).all()


@pytest.mark.parametrize("seed", range(4))
def test_facing_pairs_equal_clipping_every_pair(seed):
    places, _ = some_places(seed, every=13)
    limit = 6.0
    a, b, gap = facing_gaps(bays_of([(places, np.arange(len(places)))]), limit)
    found = {(int(i), int(j)): g for i, j, g in zip(a, b, gap, strict=True)}
    expected = {}
    boxes = places.draw(slice(None))
    for i in range(len(places)):
        box, edge, away = strip(places, i, limit)
        for j in range(len(places)):
            turned = abs((places.bearing_deg[i] - places.bearing_deg[j] + 180) % 360 - 180)
            if i == j or turned <= 90:
                continue
            left = shapely.intersection(box, boxes[j])
            if left.is_empty:
                continue
            depth = max(0.0, float(((shapely.get_coordinates(left) - edge) @ away).min()))
            pair = (min(i, j), max(i, j))
            if depth < limit - 1e-6:
                expected[pair] = min(depth, expected.get(pair, limit))
    assert set(found) == set(expected)
    assert [found[p] for p in sorted(found)] == pytest.approx(
        [expected[p] for p in sorted(expected)], abs=5e-3
    )
    assert len(found) > 0


@pytest.mark.parametrize("seed", range(4))
def test_the_carriageway_is_free_exactly_where_the_place_lies_within_it(seed):
    places, kerbs = some_places(seed, every=1, bend_m=2.5)
    free = places.free_depth_m
    whole = shapely.union_all(kerbs.grounds)
    outside = shapely.area(shapely.difference(places.draw(slice(None)), whole))
    within = free == places.width_m
    # A corner within the last millimetre of a bay is not seen: that is a touch.
    assert outside[within].max() < 0.003
    assert outside[~within].min() > 0
    assert not within.all()
