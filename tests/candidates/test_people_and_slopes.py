"""Level of service, gradients, and what becomes of places where data lack."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing.kinds import level_of_service as audit_twin
from pitchplan.rules.kinds.level_of_service import GREATEST_FLOW

from .streets import X, Y, bent_city, frame, only, straight_city
from .test_street_kinds import a_book, find, measured

LEVELS = {"A": 16, "B": 23, "C": 33, "D": 49, "E": 75}
SHY = {"kerbside": 1.05, "footway": 0.6, "setback-land": 0.45}


def busy_street(flows=(900.0, 300.0), **layers):
    """Lay a street between sidewalks of 6 m, land of 4 m, and buildings; people are counted on each side."""
    sides = [(5, 11), (-11, -5)]
    return straight_city(
        footways=frame([shapely.box(X, Y + a, X + 200, Y + b) for a, b in sides], flow_per_15min=flows),
        buildings=frame([shapely.box(X, Y + 15, X + 200, Y + 30), shapely.box(X, Y - 30, X + 200, Y - 15)]),
        **layers,
    )


def sloping(percent):
    """Make curving streets with gradients."""
    city = bent_city(1)
    return replace(city, centrelines=city.centrelines.assign(gradient_percent=percent))


def test_the_levels_of_service_are_those_of_the_manual():
    """HCM 2000, exhibit 18-3: people per minute and metre; the audit has a table of its own."""
    assert GREATEST_FLOW == LEVELS == audit_twin._MOST


@pytest.mark.parametrize("placement", SHY)
@pytest.mark.parametrize("level", LEVELS)
def test_the_level_of_service_is_that_of_the_formula(placement, level):
    flows = {"N": 1500.0, "S": 700.0}
    city = busy_street(tuple(flows.values()))
    book = a_book("level-of-service", on=(placement,), level=level)
    found, free = find(city, book), find(city, book.without("level-of-service"))
    said = measured(found, "level-of-service")
    for pitch in free.pitches.iloc[::3].itertuples():
        crowd = flows[pitch.side] / (15 * (pitch.clear_walk_m - SHY[placement]))
        assert (pitch.pitch_id[1:] in said) is bool(crowd > LEVELS[level])
        if crowd > LEVELS[level]:
            assert said[pitch.pitch_id[1:]] == pytest.approx(crowd, rel=2e-3)


def test_nobody_passes_where_nothing_is_left_to_walk_on():
    city = straight_city(
        footways=frame([shapely.box(X, Y + 5, X + 200, Y + 6)], flow_per_15min=[1.0]),
        buildings=frame([shapely.box(X, Y + 6, X + 200, Y + 30)]),
    )
    said = measured(find(city, a_book("level-of-service", level="E")), "level-of-service")
    assert set(said.values()) == {np.inf}


@pytest.mark.parametrize("seed", range(3))
def test_a_place_takes_the_flow_of_the_nearest_footway_on_its_side(seed):
    rng = np.random.default_rng(seed)
    spots = np.array([X, Y]) + rng.uniform(0, 400, (60, 2))
    flow = np.where(rng.uniform(size=60) < 0.7, rng.uniform(500, 9000, 60), np.nan)
    walks = shapely.buffer(shapely.points(spots), 2.0)
    house = frame([shapely.box(X - 90, Y - 90, X - 80, Y - 80)])
    city = bent_city(seed, footways=frame(walks, flow_per_15min=flow), buildings=house)
    book = a_book("level-of-service", "carriageway", level="A")
    found = find(city, book)
    axes = dict(zip(city.centrelines["street_id"], city.centrelines.geometry, strict=True))
    rows = found.refusals[found.refusals["rule"] == "level-of-service"].set_index("place_id")
    free = find(city, book.without("level-of-service"))
    some = 0
    for pitch in free.pitches.iloc[::2].itertuples():
        turn = np.radians(pitch.bearing_deg)
        out = np.array([np.cos(turn), -np.sin(turn)]) * pitch.width_m / 2
        kerb = shapely.Point(np.array([pitch.x_m, pitch.y_m]) + out)
        best, of = 15.0, np.nan
        for walk, people in zip(walks, flow, strict=True):
            own = not axes[pitch.street_id].crosses(shapely.shortest_line(kerb, walk))
            if people == people and own and kerb.distance(walk) <= best:
                best, of = kerb.distance(walk), people
        crowd = of / (15 * (pitch.clear_walk_m - 1.05))
        name = "L" + pitch.pitch_id[1:]
        assert (name in rows.index) is bool(crowd > 16.0)
        if name in rows.index:
            some += 1
            assert rows.loc[name, "measured"] == pytest.approx(crowd, rel=2e-3)
    assert some > 10


@pytest.mark.parametrize(("flow", "legal"), [(None, True), (5000.0, False)])
def test_on_missing_of_one_side_without_a_count(flow, legal):
    city = busy_street((flow, 100.0))
    book = a_book("level-of-service", level="C")
    found = find(city, book)
    north = found.pitches[found.pitches["side"] == "N"]
    assert bool(len(north)) is legal
    if legal:
        assert set(north["flags"]) == {"level-of-service: not measured"}
        assert set(found.pitches.loc[found.pitches["side"] == "S", "flags"]) == {""}
        refused = find(city, missing_means(book, "refuse"))
        assert set(refused.pitches["side"]) == {"S"}
        rows = refused.refusals[refused.refusals["rule"] == "level-of-service"]
        assert rows["measured"].isna().all()
        assert (rows["required"] == 33).all()
        assumed = find(city, missing_means(book, "assume"))
        assert set(assumed.pitches["flags"]) == {""}
        assert assumed.legal == found.legal > refused.legal


def missing_means(book, word):
    return replace(book, rules=tuple(replace(r, on_missing=word) for r in book.rules))


def test_a_city_without_counts_or_gradients_applies_neither_rule():
    city = busy_street((None, None))
    book = a_book("level-of-service", level="A")
    gradient = a_book("gradient", most_percent=3.0).rules
    found = find(city, replace(book, rules=(*book.rules, *gradient)))
    said = found.not_applied.set_index("rule")["applied"].to_dict()
    assert said == {
        "level-of-service": "not applied: no footway has a flow of people",
        "gradient": "not applied: no street has a gradient",
    }
    assert set(found.pitches["flags"]) == {""}


def test_steep_streets_are_refused_and_unknown_ones_flagged():
    city = sloping([2.0, -7.0, np.nan, 5.0, "6.5"])
    book = a_book("gradient", "carriageway", most_percent=5.0)
    found, free = find(city, book), find(city, only("carriageway"), placements=["kerbside"])
    assert set(free.pitches["street_id"]) == set("abcde")
    assert set(found.pitches["street_id"]) == set("acd")
    flags = found.pitches.groupby("street_id")["flags"].unique()
    assert flags["a"].tolist() == flags["d"].tolist() == [""]
    assert flags["c"].tolist() == ["gradient: not measured"]
    rows = found.refusals[found.refusals["rule"] == "gradient"]
    assert set(rows["measured"]) == {7.0, 6.5}
    assert set(rows["feature_id"]) == {"b", "e"}
    strict = find(city, missing_means(book, "refuse"))
    assert set(strict.pitches["street_id"]) == set("ad")


def test_an_open_space_has_neither_people_passing_nor_a_slope():
    square = frame([shapely.box(X + 20, Y + 40, X + 60, Y + 80)], kind=["square"])
    city = busy_street((5000.0, 5000.0), open_spaces=square)
    city = replace(city, centrelines=city.centrelines.assign(gradient_percent=20.0))
    book = a_book("level-of-service", "open-space", on=("open-space",), level="A")
    book = missing_means(
        replace(book, rules=(*book.rules, *a_book("gradient", most_percent=1.0).rules)), "refuse"
    )
    found = find(city, book)
    assert len(found.pitches) > 5
    assert set(found.pitches["flags"]) == {""}


def test_waived_and_unmeasured_stand_beside_each_other():
    city = busy_street((None, 5000.0))
    book = a_book("level-of-service", level="C")
    row = ("D1", "waive", 117.0, 36.64, 5000.0, "level-of-service", "r", "w", "2026-05-01")
    waivers = pd.DataFrame([row], columns=pp.schemas.DECISIONS.names[:9])
    import pyproj

    lon, lat = pyproj.Transformer.from_crs(city.crs, 4326, always_xy=True).transform(X, Y)
    found = find(city, book, decisions=waivers.assign(lon=lon, lat=lat))
    flags = found.pitches.groupby("side")["flags"].unique()
    assert flags["N"].tolist() == ["level-of-service: not measured"]
    assert flags["S"].tolist() == ["waived: level-of-service"]
