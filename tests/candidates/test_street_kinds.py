"""Bend, facing pairs, mouths of other streets, sight triangles and gradients against oracles."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.rules.rule import Rule

from .streets import SEASON, X, Y, bent_city, frame, only, straight_city


def a_book(kind, *rules, on=("kerbside",), **parameters):
    """Take a few rules of the preset and one of a kind, with its kind for an id."""
    book = only(*rules)
    rule = Rule(kind, kind, parameters, "a test", "ours")
    return replace(book, rules=(*book.rules, rule), placements=on)


def find(city, book, **more):
    return pp.find_candidates(city, book, season=SEASON, **more)


def measured(found, rule):
    """Give what a rule measured, by the name of the place without its first letter."""
    rows = found.refusals[found.refusals["rule"] == rule]
    return dict(zip(rows["place_id"].str[1:], rows["measured"], strict=True))


@pytest.mark.parametrize(("radius", "legal"), [(6.0, False), (6.25, False), (6.4, True), (9.0, True)])
def test_bend_is_the_rise_of_the_arc(radius, legal):
    # The rise of an arc of 4.5 m is r (1 - cos(4.5 / 2r)): 0.4 m at a radius of 6.3 m.
    disc = shapely.Point(X, Y).buffer(radius, quad_segs=64)
    city = pp.read_city(streets=frame([disc], name=["环"], street_class=["local"]))
    found = find(city, a_book("bend", most_m=0.4))
    rise = radius * (1 - np.cos(4.5 / 2 / radius))
    assert bool(rise < 0.4) is legal
    assert bool(found.legal) is legal
    if not legal:
        assert list(measured(found, "bend").values()) == pytest.approx([rise] * found.screened, abs=0.01)


def test_a_straight_kerb_bends_nowhere_and_open_spaces_are_not_asked():
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    book = a_book("bend", "open-space", on=("kerbside", "footway", "open-space"), most_m=0.0)
    found = find(straight_city(open_spaces=square), book)
    assert not measured(found, "bend")
    assert set(found.pitches["placement"]) == {"kerbside", "footway", "open-space"}


@pytest.mark.parametrize("seed", range(2))
def test_bend_equals_a_fine_walk_along_the_kerb(seed):
    city = bent_city(seed)
    most = 0.08
    found = find(city, a_book("bend", "carriageway", most_m=most))
    free = find(city, only("carriageway"), placements=["kerbside"])
    said = measured(found, "bend")
    kerbs = shapely.get_parts(shapely.union_all(city.streets.geometry.array))
    rings = [r for p in kerbs for r in (p.exterior, *p.interiors)]
    for pitch in free.pitches.iloc[::11].itertuples():
        rise = walked(rings, pitch, pitch.length_m)
        assert (pitch.pitch_id[1:] in said) is bool(rise > most)
        if pitch.pitch_id[1:] in said:
            assert said[pitch.pitch_id[1:]] == pytest.approx(rise, abs=0.01)


def walked(rings, pitch, length):
    """Try starts every 2 cm and keep the chord whose middle and direction are the pitch's."""
    turn = np.radians(pitch.bearing_deg)
    along = np.array([np.sin(turn), np.cos(turn)])
    edge = np.array([pitch.x_m, pitch.y_m]) + np.array([along[1], -along[0]]) * pitch.width_m / 2
    ring = min(rings, key=shapely.Point(edge).distance)
    around = ring.length
    start = (ring.project(shapely.Point(edge)) - length / 2 + np.arange(-1, 1, 0.02)) % around
    ends = [
        shapely.get_coordinates(shapely.line_interpolate_point(ring, (start + d) % around))
        for d in (0.0, length)
    ]
    s = start[int(np.argmin(np.abs(((ends[0] + ends[1]) / 2 - edge) @ along)))]
    points = shapely.get_coordinates(
        shapely.line_interpolate_point(ring, (s + np.linspace(0, length, 200)) % around)
    )
    chord = shapely.LineString([points[0], points[-1]])
    return float(shapely.distance(shapely.points(points), chord).max())
