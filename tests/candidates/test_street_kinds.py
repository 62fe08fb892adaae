"""Bend, facing pairs, mouths of other streets, sight triangles and gradients against oracles."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.places import rectangles
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


def street_polygons(seed):
    """Cross curving streets whose polygons are given, with axes of their own and other ids."""
    made = bent_city(seed)
    axes, areas = made.centrelines, made.streets
    order = np.random.default_rng(seed).permutation(len(areas))
    return pp.read_city(
        streets=frame(areas.geometry.iloc[order], street_class=["local"] * 5),
        centrelines=frame(
            axes.geometry, name=axes["name"], street_class=["local"] * 5, street_id=list("12345")
        ),
        cell_m=200,
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("city_of", [bent_city, street_polygons])
def test_other_carriageway_equals_cutting_every_place_by_every_street(seed, city_of):
    city = city_of(seed)
    names = [
        city.centrelines.geometry.distance(p.representative_point()).idxmin() for p in city.streets.geometry
    ]
    axis_of = [city.centrelines.loc[int(k)] for k in names]
    found = find(city, a_book("other-carriageway"))
    free = find(city, a_book("bend", most_m=1e6))
    said = measured(found, "other-carriageway")
    book = pp.rule_book("jinan-2019")
    some = 0
    for pitch in free.pitches.itertuples():
        box = rectangles(
            *(np.array([v]) for v in (pitch.x_m, pitch.y_m, pitch.bearing_deg)),
            book.vehicle("small-truck").length_m,
            2.0,
        )[0]
        worst = 0.0
        for polygon, axis in zip(city.streets.geometry, axis_of, strict=True):
            if axis["name"] != pitch.street and turned(axis.geometry, pitch) > 30:
                worst = max(worst, polygon.intersection(box).area)
        assert (pitch.pitch_id[1:] in said) is bool(worst > 0.005)
        if worst > 0.005:
            some += 1
            assert said[pitch.pitch_id[1:]] == pytest.approx(worst, abs=2e-3)
    assert some > 4


def turned(axis, pitch):
    """Give the angle between a pitch and the segment of an axis nearest to it, degrees."""
    coords = np.asarray(axis.coords)
    segments = [shapely.LineString(coords[i : i + 2]) for i in range(len(coords) - 1)]
    nearest = min(segments, key=shapely.Point(pitch.x_m, pitch.y_m).distance)
    (a, b), (c, d) = nearest.coords
    bearing = np.degrees(np.arctan2(c - a, d - b))
    return abs((bearing - pitch.bearing_deg + 90) % 180 - 90)


def test_the_mouth_of_a_side_street_belongs_to_it():
    # The side street's polygon reaches 4 m over the main street's kerb, up to the axis.
    city = pp.read_city(
        streets=frame(
            [shapely.box(X, Y - 5, X + 200, Y + 5), shapely.box(X + 97, Y + 1, X + 103, Y + 60)],
            street_class=["local"] * 2,
        ),
        centrelines=frame(
            [
                shapely.LineString([(X, Y), (X + 200, Y)]),
                shapely.LineString([(X + 100, Y), (X + 100, Y + 60)]),
            ],
            name=["甲路", "乙路"],
            street_class=["local"] * 2,
        ),
    )
    found = find(city, a_book("other-carriageway"))
    on_side = found.pitches[found.pitches["street"] == "乙路"]
    assert len(on_side) > 5
    refused = measured(found, "other-carriageway")
    # Beside the mouth the kerb goes on from the main street's to the side street's: there a bay would
    # lie in both. In the side street itself, whose own axis runs along the bay, it is at home.
    places = found.refusals[found.refusals["rule"] == "other-carriageway"]
    assert len(refused) == len(places) > 0
    assert places["x_m"].between(X + 94, X + 106).all()


def test_without_axes_nobody_knows_which_way_a_carriageway_runs():
    city = pp.read_city(streets=frame([shapely.box(X, Y - 5, X + 200, Y + 5)], street_class=["local"]))
    said = find(city, a_book("other-carriageway")).not_applied.set_index("rule")["applied"]
    assert said["other-carriageway"].startswith("not applied: no centrelines")


def crossing_city(angle_deg, width=10.0, other=6.0):
    """Cross a street from west to east by another one at an angle, with sidewalks all over."""
    turn = np.radians(angle_deg)
    arm = 120 * np.array([np.cos(turn), np.sin(turn)])
    lines = [
        shapely.LineString([(X - 150, Y), (X, Y), (X + 150, Y)]),
        shapely.LineString([(X - arm[0], Y - arm[1]), (X, Y), (X + arm[0], Y + arm[1])]),
    ]
    axes = frame(
        lines, street_id=["a", "b"], name=["甲路", "乙路"], street_class=["local"] * 2, width_m=[width, other]
    )
    return pp.read_city(streets=axes, communities=frame([shapely.Point(X, Y).buffer(400)], name=["区"]))


@pytest.mark.parametrize("angle", [25, 60, 90, 135])
@pytest.mark.parametrize("placement", ["kerbside", "footway"])
def test_sight_triangles_equal_crossing_offset_axes(angle, placement):
    leg = 12.0
    city = crossing_city(angle)
    book = a_book("sight-triangle", on=(placement,), leg_m=leg, distance_m=0.5)
    found, free = find(city, book), find(city, book.without("sight-triangle"))
    main, side = (
        [shapely.offset_curve(line, s * w / 2) for s in (1, -1)]
        for line, w in zip(city.centrelines.geometry, city.centrelines["width_m"], strict=True)
    )
    triangles = []
    for one in main:
        for other in side:
            corner = shapely.intersection(one, other)
            # Of the four ways on from a corner, two lead into the junction and two away from it.
            tips = [
                max(
                    shapely.get_parts(shapely.intersection(line, corner.buffer(leg, quad_segs=256).exterior)),
                    key=lambda p, across=across: across.distance(p),
                )
                for line, across in (
                    (one, city.centrelines.geometry[1]),
                    (other, city.centrelines.geometry[0]),
                )
            ]
            triangles.append(shapely.Polygon([corner, *tips]))
    said = measured(found, "sight-triangle")
    length, width = (getattr(book.vehicle("small-truck"), n) for n in ("length_m", "width_m"))
    for pitch in free.pitches.itertuples():
        where = (np.array([v]) for v in (pitch.x_m, pitch.y_m, pitch.bearing_deg))
        away = min(shapely.distance(rectangles(*where, length, width)[0], triangles))
        if abs(away - 0.5) > 5e-3:
            assert (pitch.pitch_id[1:] in said) is bool(away < 0.5)
    assert said


def test_arms_that_hardly_turn_and_streets_that_do_not_meet_have_no_corner():
    said = find(crossing_city(15), a_book("sight-triangle", leg_m=5.0))
    # At 15 degrees the sharp corners are none, and the blunt ones of 165 degrees neither.
    assert said.not_applied.set_index("rule")["applied"]["sight-triangle"].endswith(
        "no junction with a corner"
    )
    alone = find(straight_city(), a_book("sight-triangle", leg_m=5.0))
    assert len(alone.not_applied) == 1


def test_a_book_may_have_a_sight_triangle(tmp_path):
    text = (
        '[book]\nid = "ours"\nbase = "base-cn"\n[[rule]]\nid = "view"\nkind = "sight-triangle"\nleg_m = 6\n'
    )
    path = tmp_path / "ours.toml"
    path.write_text(text + 'source = "our standard"\norigin = "cited"\n', encoding="utf-8")
    book = pp.read_rule_book(path)
    assert book["view"].numbers == "leg_m=6.0, distance_m=0.5"
    assert find(crossing_city(90), book).summary().set_index("rule").loc["view", "features"] == 4
