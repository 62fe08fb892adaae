import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.bays import kerbside_places
from pitchplan.candidates.clearance import DRIVE_REACH_M, clear_walk, facing_gaps, sweep_kerbs
from pitchplan.candidates.kerbs import kerb_lines

from .streets import SEASON, X, Y, bent_city


def some_places(seed, every=17):
    city = bent_city(seed)
    kerbs = kerb_lines(city.streets)
    places, bend, _ = kerbside_places(city, kerbs, pp.rule_book("jinan-2019").vehicle("small-truck"), SEASON)
    return places.take(np.flatnonzero(bend < 0.4)[::every]), kerbs


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
    measured = sweep_kerbs(places, kerbs.rings)[0]
    walls = shapely.MultiLineString(list(kerbs.rings))
    within = shapely.covers(shapely.union_all(kerbs.carriageways), places.rectangles)
    expected = [oracle(places, i, walls, DRIVE_REACH_M) for i in np.flatnonzero(within)]
    assert measured[within] == pytest.approx(expected, abs=2e-3)
    assert within.sum() > 40


def test_swept_width_is_never_more_than_a_ray_at_the_middle():
    places, kerbs = some_places(1, every=5)
    measured = sweep_kerbs(places, kerbs.rings)[0]
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
    assert np.isnan(clear_walk(places, np.zeros(0, dtype=object))).all()


@pytest.mark.parametrize("seed", range(4))
def test_facing_pairs_equal_clipping_every_pair(seed):
    places, _ = some_places(seed, every=9)
    limit = 6.0
    a, b, gap = facing_gaps(places, limit)
    found = {(int(i), int(j)): g for i, j, g in zip(a, b, gap, strict=True)}
    expected = {}
    for i in range(len(places)):
        for j in range(len(places)):
            turned = abs((places.bearing_deg[i] - places.bearing_deg[j] + 180) % 360 - 180)
            if i == j or turned <= 90:
                continue
            box, edge, away = strip(places, i, limit)
            left = shapely.intersection(box, places.rectangles[j])
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
    places, kerbs = some_places(seed, every=3)
    _, free = sweep_kerbs(places, kerbs.rings)
    whole = shapely.union_all(kerbs.carriageways)
    outside = shapely.area(shapely.difference(places.rectangles, whole))
    within = free == places.width_m
    # A corner within the last millimetre of a bay is not seen: that is a touch.
    assert outside[within].max() < 0.003
    assert outside[~within].min() > 0
    assert not within.all()
