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


def test_a_sidewalk_is_listed_once_at_the_kerb_of_its_side():
    listed = tagged_city({"sidewalk": "right"}).field_list().set_index("feature_id")
    assert listed.index.tolist() == ["w1", "w0-right-sidewalk"]
    row = listed.loc["w0-right-sidewalk"]
    assert row[["layer", "name", "street_class", "width_m"]].tolist() == ["footways", "甲路", "unknown", 2.0]
    assert row["place"].startswith("人行道，甲路南侧（cell ")
    assert (row["x_m"] - X, row["y_m"] - Y) == pytest.approx((50, -4), abs=0.01)
    assert row["length_m"] == pytest.approx(100 - 6 + 2, abs=0.2)  # square ends, the crossing street out


def test_a_taped_sidewalk_grows_outwards_and_keeps_the_ids_of_its_parts():
    city = tagged_city({"sidewalk": "both"})
    new = city.with_checked({"w0-left-sidewalk": 3.5})
    assert list(by_id(new).index) == list(by_id(city).index)
    for name, strip in by_id(new).items():
        if "right" in name:
            assert strip.equals_exact(by_id(city)[name])
        else:
            assert (strip.bounds[1] - Y, strip.bounds[3] - Y) == pytest.approx((4, 7.5))
            assert strip.centroid.x == pytest.approx(by_id(city)[name].centroid.x, abs=1)
    assert new.notes[len(city.notes) :] == ("widths: 1 footways checked on site",)
    assert new.field_list()["feature_id"].tolist() == ["w0-right-sidewalk", "w1"][::-1]
    one_part = city.with_checked({"w0-left-sidewalk-2": 3.5})
    assert one_part.footways.geometry.geom_equals_exact(new.footways.geometry, 0).all()


def test_sidewalks_move_with_the_kerb_of_their_street():
    city = tagged_city({"sidewalk": "left"})
    new = city.with_checked({"w0": 10.0})
    for strip in new.footways.geometry:
        assert (strip.bounds[1] - Y, strip.bounds[3] - Y) == pytest.approx((5, 7))
    assert set(new.footways["width_status"]) == {"assumed"}
    assert new.notes[-1] == ("footways: 1 sidewalks drawn again, since a carriageway beside them changed")
    wide = city.with_checked({"w1": 12.0})
    assert wide.footways.area.sum() == pytest.approx(city.footways.area.sum() - 2 * 6)
    both = city.with_checked({"w0": 10.0, "w0-left-sidewalk": 3.0})
    assert both.notes[-2:] == ("widths: 1 streets checked on site", "widths: 1 footways checked on site")
    assert both.footways.geometry.iloc[0].bounds[3] - Y == pytest.approx(8)


def test_a_part_that_vanishes_is_told_and_comes_back_with_its_id():
    city = tagged_city({"sidewalk": "left"})
    swamped = city.with_checked({"w1": 100.0})
    assert len(swamped.footways) < len(city.footways)
    again = swamped.with_checked({"w1": 6.0})
    assert sorted(again.footways["footway_id"]) == sorted(city.footways["footway_id"])
    pairs = zip(by_id(again).sort_index(), by_id(city).sort_index(), strict=True)
    assert sum(a.symmetric_difference(b).area for a, b in pairs) < 1e-6


def test_a_sidewalk_without_room_is_told_and_not_listed():
    city = tagged_city({"sidewalk": "left"}, main=line((40, 0), (80, 0)))
    swamped = city.with_checked({"w1": 90.0})
    assert not len(swamped.footways)
    assert swamped.notes[-1] == "footways: 1 sidewalks have no room beside the carriageways any more"
    assert swamped.field_list().empty
    assert len(swamped.with_checked({"w1": 6.0}).footways) == len(city.footways)
