"""Sidewalks that OpenStreetMap tells by tags of the street."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.city.carriageways import derive_carriageways
from pitchplan.city.footways import footway_parts
from pitchplan.city.osmsidewalks import osm_sidewalks, side_sidewalks, with_sidewalks
from pitchplan.city.sidewalks import sidewalk_strips

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0


def line(*points):
    return shapely.LineString([(X + x, Y + y) for x, y in points])


EAST = line((0, 0), (100, 0))


def draw(tagged, mapped=(), width=8.0):
    """Draw the sidewalks of streets given as (line, tags)."""
    ids = [f"w{i}" for i in range(len(tagged))]
    shapes = [shape for shape, _ in tagged]
    lines = gpd.GeoDataFrame({"osm_id": ids, "tags": [t for _, t in tagged]}, geometry=shapes, crs=CRS)
    columns = {"street_id": ids, "width_m": width, "level": [int(t.get("layer", 0)) for _, t in tagged]}
    streets = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    axes = osm_sidewalks(lines, streets)
    return footway_parts(axes, sidewalk_strips(axes, streets, np.array(mapped, dtype=object))), streets


@given(
    st.lists(st.tuples(st.integers(-200, 200), st.integers(-200, 200)), min_size=2, max_size=4, unique=True),
    st.lists(st.sampled_from(["both", "left", "right", "no", "separate"]), min_size=2, max_size=2),
    st.sampled_from([None, "1.5", "3 m"]),
)
def test_no_sidewalk_lies_on_a_carriageway_or_away_from_its_street(points, words, width):
    tags = {} if width is None else {"sidewalk:width": width}
    axes = [line(*points), line((-50, 3), (250, 3))]
    strips, streets = draw([(a, {"sidewalk": w, **tags}) for a, w in zip(axes, words, strict=True)])
    roads = shapely.union_all(derive_carriageways(streets).geometry.array)
    metres = 2.0 if width is None else float(width.removesuffix(" m"))
    for name, strip in zip(strips["footway_id"], strips.geometry, strict=True):
        assert strip.is_valid
        assert strip.intersection(roads).area < 1e-6
        away = shapely.get_coordinates(strip)
        own = axes[int(name[1])]
        farthest = shapely.distance(shapely.points(away), own).max()
        assert farthest <= np.hypot(4 + metres, metres / 2) + 0.1


@pytest.mark.parametrize(
    ("tags", "sides"),
    [
        ({"sidewalk": "both"}, {"left": None, "right": None}),
        ({"sidewalk": "left"}, {"left": None}),
        ({"sidewalk": "separate"}, {}),
        ({"sidewalk": "no"}, {}),
        ({"sidewalk:both": "separate"}, {}),
        ({"sidewalk:both": "yes", "sidewalk:both:width": "1.8 m"}, {"left": 1.8, "right": 1.8}),
        ({"sidewalk": "both", "sidewalk:right": "no"}, {"left": None}),
        ({"sidewalk:left": "yes", "sidewalk:left:width": "6 ft"}, {"left": 1.8288}),
        ({"sidewalk": "both", "sidewalk:width": "wide"}, {"left": None, "right": None}),
        ({"highway": "residential"}, {}),
    ],
)
def test_tags(tags, sides):
    found = {side: None if np.isnan(width) else width for side, width in side_sidewalks(tags)}
    assert found == pytest.approx(sides)


def test_strips_begin_at_the_kerb_of_their_side():
    strips, _ = draw([(EAST, {"sidewalk": "both", "sidewalk:left:width": "3"})])
    by_id = strips.set_index("footway_id").geometry
    left, right = by_id["w0-left-sidewalk"].bounds, by_id["w0-right-sidewalk"].bounds
    assert (left[1] - Y, left[3] - Y) == pytest.approx((4, 7))
    assert (right[1] - Y, right[3] - Y) == pytest.approx((-6, -4))
    assert strips["width_m"].tolist() == [3.0, 2.0]
    assert strips["width_status"].tolist() == ["given", "assumed"]


def test_a_side_street_is_not_walked_over_but_a_bridge_is():
    side = (line((50, -40), (50, 40)), {})
    strips, _ = draw([(EAST, {"sidewalk": "left"}), side])
    assert len(strips) == 2
    bridge = (line((50, -40), (50, 40)), {"layer": "1"})
    strips, _ = draw([(EAST, {"sidewalk": "left"}), bridge])
    assert len(strips) == 1


def test_a_footway_with_a_way_of_its_own_is_the_sidewalk():
    tagged = [(EAST, {"sidewalk": "left"})]
    whole = draw(tagged)[0].area.sum()
    assert not len(draw(tagged, [line((0, 6), (100, 6))])[0])
    half = draw(tagged, [line((0, 6), (50, 6))])[0].area.sum()
    assert half == pytest.approx(whole / 2, rel=0.05)
    assert draw(tagged, [line((0, -6), (100, -6))])[0].area.sum() == whole  # on the other side
    assert draw(tagged, [line((50, 4), (50, 60))])[0].area.sum() == whole  # a path that meets the street


def tagged_city(tags, footways=None, main=EAST):
    """Read a street with a width of 8 m, one that crosses it, and the sidewalks of their tags."""
    shapes = [main, line((60, -40), (60, 40))]
    columns = {"street_id": ["w0", "w1"], "name": ["甲路", ""], "width_m": [8.0, None]}
    streets = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    lines = gpd.GeoDataFrame({"osm_id": ["w0", "w1"], "tags": [tags, {}]}, geometry=shapes, crs=CRS)
    layers = {} if footways is None else {"footways": footways}
    return with_sidewalks(pp.read_city(streets=streets, **layers), lines)


def by_id(city):
    return city.footways.set_index("footway_id").geometry


def test_sidewalks_are_footways_of_the_city_and_told():
    city = tagged_city({"sidewalk": "both", "sidewalk:left:width": "3"})
    assert city.notes[-2:] == (
        "footways: 2 sidewalks of tagged streets drawn at their kerbs, 1 of them 2 m wide (assumed)",
        "footways: 2 ids that another part or feature has already were numbered",
    )
    assert "footways" in city.given
    path = gpd.GeoDataFrame({"footway_id": ["p"]}, geometry=[line((0, 6), (100, 6))], crs=CRS)
    city = tagged_city({"sidewalk": "both"}, path)
    assert set(city.footways["axis_id"]) == {"p", "w0-right-sidewalk"}
    assert city.notes[-2].endswith("1 tagged sidewalks left out: mapped on their own, or no room")
