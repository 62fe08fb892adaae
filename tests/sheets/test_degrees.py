"""Geometries in degrees: right-handed, rounded, and nothing where nothing is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from pitchplan.errors import InputError
from pitchplan.sheets.degrees import bounding_box, geometries, points, to_degrees

X, Y = 501_500.0, 4_057_000.0
JINAN = to_degrees("EPSG:4548")


def one(shape: Any) -> Any:
    return geometries([shape], JINAN)[0]


def rings(found: Any) -> list[list[Any]]:
    coordinates = found["coordinates"]
    return list(coordinates) if found["type"] == "Polygon" else [r for rings in coordinates for r in rings]


@given(
    west=st.floats(-500, 500),
    size=st.floats(0.5, 4000),
    turned=st.booleans(),
    hole=st.booleans(),
    hole_turned=st.booleans(),
)
def test_outer_rings_run_counter_clockwise_and_holes_clockwise(
    west: float, size: float, turned: bool, hole: bool, hole_turned: bool
) -> None:
    outer = box(X + west, Y, X + west + size, Y + size, ccw=not turned).exterior.coords
    inner = box(X + west + size / 4, Y + size / 4, X + west + size / 2, Y + size / 2, ccw=not hole_turned)
    found = one(Polygon(outer, [inner.exterior.coords] if hole else []))
    assert found["type"] == "Polygon"
    for k, ring in enumerate(found["coordinates"]):
        xy = np.array(ring)
        assert (xy[0] == xy[-1]).all()
        assert (np.round(xy, 7) == xy).all()
        assert shapely.linearrings(xy).is_ccw == (k == 0)
    assert len(found["coordinates"]) == 1 + hole


def test_what_is_smaller_than_the_last_decimal_is_left_out() -> None:
    whole = box(X, Y, X + 50, Y + 50)
    speck = box(X + 9, Y + 9, X + 9.001, Y + 9.001)
    assert one(speck) is None
    assert one(LineString([(X, Y), (X + 0.0001, Y)])) is None
    assert one(Polygon()) is None
    assert one(None) is None
    assert len(one(whole.difference(speck))["coordinates"]) == 1
    assert one(MultiPolygon([whole, box(X + 90, Y, X + 90.001, Y + 0.001)]))["type"] == "Polygon"


def test_areas_are_what_is_shown_of_a_mixed_geometry() -> None:
    line = LineString([(X, Y), (X + 90, Y)])
    two = [box(X, Y, X + 5, Y + 5), box(X + 20, Y, X + 25, Y + 5)]
    assert one(GeometryCollection([two[0], line]))["type"] == "Polygon"
    mixed = one(GeometryCollection([Point(X, Y), MultiPolygon(two), line]))
    assert mixed["type"] == "MultiPolygon"
    assert len(mixed["coordinates"]) == 2
    assert one(MultiLineString([line, LineString([(X, Y), (X, Y + 9)])]))["type"] == "MultiLineString"
    assert one(MultiLineString([line]))["type"] == "LineString"


def test_heights_are_dropped_and_nought_has_no_sign() -> None:
    assert len(one(Point(X, Y, 5.0))["coordinates"]) == 2
    # The Gulf of Guinea, a hair south-west of where equator and meridian cross.
    found = points(np.array([-1e-4]), np.array([-1e-4]), to_degrees("EPSG:3857"))[0]["coordinates"]
    assert [str(c) for c in found] == ["0.0", "0.0"]


def test_the_extent_covers_every_kind() -> None:
    shapes = [one(Point(X, Y)), one(LineString([(X, Y), (X + 9, Y)])), one(box(X, Y, X + 90, Y + 70))]
    assert bounding_box([]) == []
    every = np.array([shapes[0]["coordinates"], *shapes[1]["coordinates"], *rings(shapes[2])[0]])
    assert bounding_box(shapes) == [*every.min(axis=0), *every.max(axis=0)]


@pytest.mark.parametrize("x", [float("nan"), float("inf"), 1e12])
def test_a_place_that_is_nowhere_is_an_error_of_ours(x: float) -> None:
    with pytest.raises(InputError, match="nowhere"):
        points(np.array([X, x]), np.array([Y, Y]), JINAN)
    with pytest.raises(InputError, match="nowhere"):
        geometries([Point(X, Y), shapely.points(x, Y)], JINAN)
