"""Setbacks along the street against an oracle that turns every pitch level."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import affinity

import pitchplan as pp
from pitchplan.rules.rule import Rule

from .streets import SEASON, X, Y, bent_city, frame, only, straight_city
from .test_street_kinds import find, measured

HERE = np.array([X, Y])


def a_setback(feature="stop", side="any", before_m=0.0, after_m=0.0, distance_m=1.0, on=("kerbside",)):
    numbers = {
        "feature": feature,
        "distance_m": distance_m,
        "side": side,
        "before_m": before_m,
        "after_m": after_m,
    }
    book = only("carriageway")
    rule = Rule("setback", "setback", numbers, "a test", "ours")
    return replace(book, rules=(*book.rules, rule), placements=on)


def west_and_east(found):
    """Give the western- and easternmost metre that no pitch of the south side, which runs east, covers."""
    x = np.sort(found.places[found.places["legal"] & (found.places["y_m"] < Y)]["x_m"].to_numpy())
    gap = int(np.argmax(np.diff(x)))
    return x[gap] + 2.25, x[gap + 1] - 2.25


@pytest.mark.parametrize(("before", "after"), [(20.0, 0.0), (0.0, 12.0), (20.0, 12.0), (7.5, 30.0)])
def test_before_and_after_follow_the_traffic_of_the_own_side(before, after):
    stop = frame([shapely.Point(X + 100, Y - 6)], kind=["stop"])
    found = find(straight_city(keep_clear=stop), a_setback(before_m=before, after_m=after))
    # On the south side traffic runs east: whoever comes before the stop stands west of it.
    west, east = west_and_east(found)
    assert X + 100 - west == pytest.approx(before or 0.0, abs=1.01)
    assert X + 100 - west >= before
    assert east - X - 100 == pytest.approx(after or 0.0, abs=1.01)
    assert east - X - 100 >= after
    rows = found.refusals[found.refusals["rule"] == "setback"]
    assert (rows["y_m"] < Y).all()


def test_each_refusal_names_what_was_asked_for_there():
    stop = frame([shapely.Point(X + 100, Y - 6)], kind=["stop"], feature_id=["halt"])
    found = find(straight_city(keep_clear=stop), a_setback(before_m=20.0, after_m=12.0, distance_m=3.0))
    rows = found.refusals[found.refusals["rule"] == "setback"]
    assert not rows["place_id"].duplicated().any()
    assert set(rows["feature_id"]) == {"halt"}
    before, after = rows[rows["x_m"] < X + 97], rows[rows["x_m"] > X + 103]
    assert set(before["required"]) == {20.0}
    assert set(after["required"]) == {12.0}
    assert before["measured"].to_numpy() == pytest.approx(X + 100 - before["x_m"] - 2.25, abs=2e-3)
    assert after["measured"].to_numpy() == pytest.approx(after["x_m"] - 2.25 - X - 100, abs=2e-3)


def test_the_plain_distance_still_holds_where_it_is_greater():
    stop = frame([shapely.Point(X + 100, Y - 6)], kind=["stop"])
    found = find(straight_city(keep_clear=stop), a_setback(before_m=4.0, after_m=4.0, distance_m=30.0))
    rows = found.refusals[found.refusals["rule"] == "setback"]
    assert not rows["place_id"].duplicated().any()
    assert set(rows["required"]) == {4.0, 30.0}
    plain = find(straight_city(keep_clear=stop), a_setback(distance_m=30.0))
    assert plain.legal == found.legal


def level(pitch, shape):
    """Turn a feature so that the pitch's kerb edge lies along x, from 0 to its length, street above."""
    turn = np.radians(pitch.bearing_deg)
    along = np.array([np.sin(turn), np.cos(turn)])
    right = np.array([along[1], -along[0]])
    to_edge = right * pitch.width_m / 2 * (1 if pitch.placement == "kerbside" else -1)
    tail = np.array([pitch.x_m, pitch.y_m]) + to_edge - along * pitch.length_m / 2
    return affinity.rotate(affinity.translate(shape, *-tail), pitch.bearing_deg - 90, origin=(0, 0))


def lacking(pitch, shape, axis, before, after):
    """Give the free length to a feature and what is asked for, or nothing where it does not count."""
    turn = np.radians(pitch.bearing_deg)
    across = np.array([np.cos(turn), -np.sin(turn)]) * pitch.width_m / 2
    edge = shapely.Point(
        np.array([pitch.x_m, pitch.y_m]) + across * (1 if pitch.placement == "kerbside" else -1)
    )
    if axis.crosses(shapely.shortest_line(edge, shape)):
        return None
    part = shapely.intersection(
        level(pitch, shape), shapely.box(-after if after else 0, -10, pitch.length_m + before, 10)
    )
    if part.is_empty:
        return None
    low, _, high, _ = part.bounds
    if low > pitch.length_m:
        return low - pitch.length_m, before
    return (-high, after) if high < 0 else (0.0, max(before, after))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("placement", ["kerbside", "footway"])
def test_setbacks_along_the_street_equal_measuring_every_pair(seed, placement):
    rng = np.random.default_rng(seed)
    points = shapely.points(HERE + rng.uniform(0, 400, (25, 2)))
    lines = [shapely.LineString(a + rng.uniform(-8, 8, (3, 2))) for a in HERE + rng.uniform(0, 400, (12, 2))]
    discs = shapely.buffer(shapely.points(HERE + rng.uniform(0, 400, (8, 2))), rng.uniform(1, 8, 8))
    shapes = [*points, *lines, *discs]
    city = bent_city(seed, keep_clear=frame(shapes, kind=["stop"] * len(shapes)))
    before, after = 18.0, 7.0
    book = a_setback(before_m=before, after_m=after, distance_m=0.001, on=(placement,))
    found, free = find(city, book), find(city, book.without("setback"))
    rows = found.refusals[found.refusals["rule"] == "setback"].set_index("place_id")
    axes = dict(zip(city.centrelines["street_id"], city.centrelines.geometry, strict=True))
    some = 0
    for pitch in free.pitches.iloc[::3].itertuples():
        said = [lacking(pitch, s, axes[pitch.street_id], before, after) for s in shapes]
        short = min((gap - asked for gap, asked in filter(None, said)), default=np.inf)
        name = "L" + pitch.pitch_id[1:]
        assert (name in rows.index) is bool(short < 0.001)
        if short < 0.001:
            some += 1
            assert rows.loc[name, "measured"] - rows.loc[name, "required"] == pytest.approx(short, abs=2e-3)
    assert some > 15


def test_open_spaces_have_no_before_and_after():
    square = frame([shapely.box(X + 20, Y + 8, X + 60, Y + 40)], kind=["square"])
    stop = frame([shapely.Point(X + 40, Y + 5)], kind=["stop"])
    book = a_setback(before_m=50.0, after_m=50.0, on=("open-space",))
    book = replace(book, rules=(*book.rules, pp.rule_book("jinan-2019")["open-space"]))
    city = straight_city(open_spaces=square, keep_clear=stop)
    assert not measured(find(city, book), "setback")


def test_the_table_of_a_book_names_before_and_after_only_where_they_are_asked_for():
    assert "before_m" not in a_setback()["setback"].numbers
    assert "before_m=5.0" in a_setback(before_m=5.0)["setback"].numbers
    assert pp.rule_book("jinan-2019").with_number("bus-stop", before_m=30)["bus-stop"]["before_m"] == 30.0
    assert SEASON.days > 1
