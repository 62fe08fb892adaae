import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.city.datum import convert_layer, from_wgs84, to_wgs84

GEOD = pyproj.Geod(ellps="WGS84")
SHIFTED = ("GCJ-02", "BD-09")
JINAN = (116.2, 36.0, 117.8, 37.5)


def metres(lon_a, lat_a, lon_b, lat_b):
    return GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2]


def degrees_frame(shapes, crs="EPSG:4326", **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def block(lon=117.0, lat=36.65, side=0.002):
    return shapely.box(lon, lat, lon + side, lat + side)


def test_published_example_values():
    # Values of the public coordtransform packages for this place.
    lon, lat = from_wgs84(116.404, 39.915, "GCJ-02")
    assert (lon, lat) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-12)
    gcj = to_wgs84(116.404, 39.915, "GCJ-02")
    baidu = from_wgs84(*gcj, "BD-09")
    assert baidu == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@pytest.mark.parametrize("datum", SHIFTED)
def test_round_trip_over_china_is_far_below_half_a_metre(datum):
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(73, 135, 200_000), rng.uniform(18, 54, 200_000)
    there = from_wgs84(lon, lat, datum)
    back = to_wgs84(*there, datum)
    assert np.abs(np.subtract(back, (lon, lat))).max() < 1e-9
    assert metres(lon, lat, *back).max() < 1e-3
    assert np.abs(np.subtract(from_wgs84(*back, datum), there)).max() < 1e-9


@given(st.floats(JINAN[0], JINAN[2]), st.floats(JINAN[1], JINAN[3]), st.sampled_from(SHIFTED))
def test_jinan_is_shifted_by_100_to_2000_metres_and_back(lon, lat, datum):
    there = from_wgs84(lon, lat, datum)
    assert 100 < metres(lon, lat, *there) < (1000 if datum == "GCJ-02" else 2000)
    assert metres(lon, lat, *to_wgs84(*there, datum)) < 1e-3


@given(st.floats(-180, 72), st.floats(-90, 90), st.sampled_from(SHIFTED))
def test_outside_of_china_nothing_moves(lon, lat, datum):
    assert from_wgs84(lon, lat, datum) == (lon, lat)
    assert to_wgs84(lon, lat, datum) == (lon, lat)


def test_unknown_datum():
    with pytest.raises(pp.InputError, match="GCJ-02, BD-09"):
        to_wgs84(117.0, 36.0, "GCJ02")


def city(frame, **options):
    streets = degrees_frame([shapely.box(117.0, 36.65, 117.01, 36.651)], name=["甲路"])
    return pp.read_city(streets=streets, communities=frame, **options)


@pytest.mark.parametrize("datum", SHIFTED)
def test_a_layer_is_brought_to_where_the_streets_are(datum):
    corners = shapely.get_coordinates(block())
    moved = shapely.Polygon(np.stack(from_wgs84(*corners.T, datum), axis=1))
    frame = degrees_frame([moved], name=["社区"])
    before = frame.copy(deep=True)
    read = city(frame, datum={"communities": datum})
    right = city(degrees_frame([block()], name=["社区"]))
    apart = shapely.hausdorff_distance(read.communities.geometry.iloc[0], right.communities.geometry.iloc[0])
    assert apart < 1e-3
    assert any(f"converted from {datum} to WGS84" in n for n in read.notes)
    assert read.communities.attrs["datum"] == "WGS84"
    assert frame.equals(before)
    assert frame.attrs == {}


def test_one_text_stands_for_all_layers_and_for_streets_that_are_lines():
    lines = degrees_frame([shapely.LineString([(117.0, 36.65), (117.01, 36.65)])], name=["甲路"])
    plain, moved = pp.read_city(streets=lines), pp.read_city(streets=lines, datum="GCJ-02")
    by_name = pp.read_city(streets=lines, datum={"streets": "GCJ-02"})
    assert 100 < plain.bounds[0] - moved.bounds[0] < 1000
    assert by_name.bounds == moved.bounds


def test_heights_stay_with_their_vertices():
    line = shapely.LineString([(117.0, 36.65, 20.0), (117.01, 36.65, 30.0)])
    out = convert_layer(degrees_frame([line, block(), None]), "GCJ-02", "a")
    assert shapely.get_coordinates(out.geometry.iloc[0], include_z=True)[:, 2].tolist() == [20.0, 30.0]
    assert out.geometry.iloc[2] is None


def test_converting_twice_is_refused():
    once = convert_layer(degrees_frame([block()], name=["社区"]), "GCJ-02", "a")
    with pytest.raises(pp.InputError, match="marked as WGS84 already"):
        city(once, datum={"communities": "GCJ-02"})
    assert len(city(once).communities) == 1


def test_a_projected_layer_has_no_such_datum():
    metric = degrees_frame([block()], name=["社区"]).to_crs(4548)
    with pytest.raises(pp.InputError, match="not longitude and latitude"):
        city(metric, datum={"communities": "GCJ-02"})


def test_unknown_layer_and_datum_are_named():
    frame = degrees_frame([block()], name=["社区"])
    with pytest.raises(pp.InputError, match="no layer has this name"):
        city(frame, datum={"community": "GCJ-02"})
    with pytest.raises(pp.InputError, match="not known"):
        city(frame, datum="GCJ")


def test_real_districts_of_jinan_are_shifted_by_half_a_kilometre(real_data):
    source = real_data / "jinan_osm_streets" / "370100_full.json"
    plain = city(source)
    moved = city(source, datum={"communities": "GCJ-02"})
    assert len(moved.communities) == len(plain.communities) == 12
    shift = shapely.distance(
        shapely.centroid(plain.communities.geometry.array), shapely.centroid(moved.communities.geometry.array)
    )
    assert ((shift > 400) & (shift < 700)).all()
