"""What the gate mends, merges, joins and refuses, with its counts."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.city.carriageways import derive_carriageways

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0
BOW = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
STREET = shapely.box(X, Y, X + 200, Y + 10)


def frame(shapes, crs=CRS, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def small(**layers):
    return pp.read_city(streets=frame([STREET], name=["泉城路"], street_class=["local"]), **layers)


def noted(city, words):
    return [n for n in city.notes if words in n]


def line(*points):
    return shapely.LineString([(X + x, Y + y) for x, y in points])


# --- invalid polygons ---------------------------------------------------------------------------


def test_a_bow_tie_is_refused_with_its_row_and_both_areas():
    with pytest.raises(pp.InputError) as error:
        small(buildings=frame([STREET, BOW]))
    fault = error.value.faults[0]
    assert fault.row == 2
    assert "50.0 m²" in fault.what
    assert "25.0 m²" in fault.what
    assert 'repair="any"' in fault.fix


def test_a_bow_tie_is_repaired_on_demand():
    city = small(buildings=frame([BOW]), repair="any")
    assert city.buildings.area.sum() == pytest.approx(50)
    assert noted(city, "1 invalid geometries repaired, 1 of them with an area that is a guess")


def test_a_ring_that_touches_itself_is_repaired_without_asking():
    hole_at_the_rim = shapely.Polygon(
        [(X, Y), (X + 30, Y), (X + 30, Y + 30), (X, Y + 30), (X, Y + 10), (X + 5, Y + 15), (X, Y + 10)]
    )
    assert not hole_at_the_rim.is_valid
    city = small(buildings=frame([hole_at_the_rim]))
    assert city.buildings.area.sum() == pytest.approx(900)
    assert shapely.is_valid(city.buildings.geometry.array).all()
    assert noted(city, "1 invalid geometries repaired")


def test_a_fault_below_a_thousandth_is_repaired():
    # A loop of 0.2 × 0.1 m is wound the wrong way at the edge of 10,000 m².
    big = shapely.Polygon(
        [(X, Y), (X + 100, Y), (X + 100, Y + 100), (X + 50.1, Y + 100), (X + 49.9, Y + 100.1),
         (X + 50.1, Y + 100.1), (X + 49.9, Y + 100), (X, Y + 100)]
    )  # fmt: skip
    assert not big.is_valid
    assert small(buildings=frame([big])).buildings.area.sum() == pytest.approx(10_000, abs=0.1)


def test_unknown_way_to_repair():
    with pytest.raises(pp.InputError, match='"safe" or "any"'):
        small(repair="maybe")


def test_cambridge_roads_differ_by_no_more_than_a_thousandth(real_data):
    roads = real_data / "cambridge_ma" / "BASEMAP_Roads.topojson"
    city = pp.read_city(streets=roads, assume_crs="EPSG:4326")
    assert noted(city, "12 invalid geometries repaired")


# --- does it fit, does it lie where the streets are ------------------------------------------------


def test_degrees_that_say_they_are_metres_are_refused():
    with pytest.raises(pp.InputError, match="do not fit the CRS") as error:
        small(buildings=frame([shapely.box(117.0, 36.65, 117.001, 36.651)]))
    assert "EPSG:4548" in str(error.value)
    assert "buildings" in str(error.value)


def test_a_wrong_zone_is_refused():
    # The numbers of Jinan in the zone of 120° E lie in its area, but 267 km away from the streets.
    wrong = frame([STREET], crs="EPSG:4549", name=["a"])
    with pytest.raises(pp.InputError, match="km away from the streets") as error:
        small(communities=wrong)
    assert "EPSG:4549" in str(error.value)
    assert "EPSG:4548" in str(error.value)
    assert "communities: " in str(error.value)


def test_a_layer_far_outside_of_its_area_is_refused():
    far = shapely.box(X + 900_000, Y, X + 900_100, Y + 100)
    with pytest.raises(pp.InputError, match="made for longitude 115"):
        small(buildings=frame([far]))


def test_swapped_axes_are_told_apart_from_a_wrong_crs():
    turned = frame([shapely.box(Y, X, Y + 10, X + 200)], name=["a"])
    with pytest.raises(pp.InputError, match="Easting and northing are swapped"):
        pp.read_city(streets=turned)
    helsinki = shapely.box(24.93, 60.16, 24.95, 60.17)
    right, other = (
        frame([helsinki], "EPSG:4326"),
        frame([shapely.box(60.16, 24.93, 60.17, 24.95)], "EPSG:4326"),
    )
    for streets, buildings in ((right, other), (other, right)):
        with pytest.raises(pp.InputError, match="longitude and latitude are swapped"):
            pp.read_city(streets=streets, buildings=buildings)


@pytest.mark.parametrize(("metres", "away"), [(900, False), (1300, True)])
def test_a_layer_may_begin_a_kilometre_beyond_the_streets(metres, away):
    house = frame([shapely.box(X + 200 + metres, Y, X + 210 + metres, Y + 10)])
    if away:
        with pytest.raises(pp.InputError, match="1 km away from the streets"):
            small(buildings=house)
    else:
        assert len(small(buildings=house).buildings) == 1


def test_each_source_of_a_mapping_is_looked_at():
    near, far = frame([shapely.Point(X, Y)]), frame([shapely.Point(24.9, 60.2)], crs="EPSG:4326")
    with pytest.raises(pp.InputError, match=r"keep_clear.*km away from the streets"):
        small(keep_clear={"hydrant": near, "bus-stop": far})


@pytest.mark.parametrize("layer", ["streets", "centrelines", "kerb_regulations"])
def test_a_line_that_runs_straight_on_for_hundreds_of_kilometres_is_refused(layer):
    good, long = line((0, 5), (200, 5)), line((0, 5), (200, 5), (-301_000, 5))
    columns = {"kind": ["no-stopping"] * 2} if layer == "kerb_regulations" else {"name": ["a", "b"]}
    rows = frame([good, long], **columns)
    with pytest.raises(pp.InputError, match=f"{layer}.*row 2.*straight on for 301 km.*Mend the coord"):
        pp.read_city(streets=rows) if layer == "streets" else small(**{layer: rows})
    rows = frame([good, line((0, 5), (100_000, 5), (200_000, 5), (200, 5))], **columns)
    assert pp.read_city(streets=rows) if layer == "streets" else small(**{layer: rows})


# --- heights, lines of no length, duplicates --------------------------------------------------------


def test_heights_are_dropped_and_counted():
    high = shapely.force_3d(STREET, 31.0)
    city = small(buildings=frame([high, shapely.box(X, Y + 20, X + 5, Y + 30)]))
    assert not city.buildings.has_z.any()
    assert noted(city, "heights of 1 features dropped")


def test_lines_of_no_length_are_dropped_and_counted():
    lines = frame([line((0, 0), (100, 0)), line((5, 5), (5, 5))], highway=["residential"] * 2)
    city = pp.read_city(streets=lines)
    assert len(city.centrelines) == 1
    assert noted(city, "1 lines of no length dropped")


def test_lines_of_no_length_are_no_kerb_regulation_either():
    kept = frame([line((0, 0), (100, 0)), line((5, 5), (5, 5))], kind=["no-stopping"] * 2)
    city = small(kerb_regulations=kept)
    assert len(city.kerb_regulations) == 1
    assert noted(city, "1 lines of no length dropped")


def test_exact_duplicates_are_merged_and_counted():
    a = shapely.Point(X, Y)
    city = small(keep_clear=frame([a, a, a], kind=["hydrant", "hydrant", "bus-stop"]))
    assert city.keep_clear["kind"].tolist() == ["hydrant", "bus-stop"]
    assert noted(city, "1 exact duplicates merged")


def test_features_with_other_attributes_are_no_duplicates():
    a = shapely.Point(X, Y)
    city = small(keep_clear=frame([a, a], kind=["hydrant"] * 2, feature_id=["h1", "h2"]))
    assert city.keep_clear["feature_id"].tolist() == ["h1", "h2"]


def test_a_community_given_twice_counts_its_residents_once():
    other_start = shapely.Polygon(np.roll(shapely.get_coordinates(STREET)[:-1], 2, axis=0))
    twice = frame([STREET, other_start], name=["a", "a"], residents=[900, 900])
    assert small(communities=twice).residents == 900


# --- chains -----------------------------------------------------------------------------------------


def chain(**changed):
    shapes = [line((0, 0), (50, 0)), line((100, 0), (50, 0)), line((100, 0), (150, 40))]
    columns = {"street_id": ["s"] * 3, "name": ["甲路"] * 3, "width_m": [8.0] * 3, **changed}
    return frame(shapes, **columns)


def test_the_pieces_of_a_street_are_joined_in_the_direction_of_the_first():
    city = pp.read_city(streets=chain())
    assert len(city.centrelines) == len(city.streets) == 1
    assert city.centrelines.geometry.iloc[0].equals_exact(line((0, 0), (50, 0), (100, 0), (150, 40)), 1e-6)
    assert noted(city, "2 lines joined to the piece of their street")


def test_joining_leaves_the_carriageway_as_it_was():
    joined = shapely.union_all(pp.read_city(streets=chain()).streets.geometry.array)
    apart = shapely.union_all(derive_carriageways(chain()).geometry.array)
    # Corners are rounded by eight chords a quarter, which start elsewhere on a disc and on a bend.
    assert shapely.area(shapely.symmetric_difference(joined, apart)) < 0.05


@pytest.mark.parametrize(
    ("column", "values"),
    [("street_id", ["s", "s", "t"]), ("width_m", [8.0, 8.0, 9.0]), ("name", ["甲路", "甲路", "乙路"])],
)
def test_other_streets_and_other_widths_are_not_joined(column, values):
    assert len(pp.read_city(streets=chain(**{column: values})).centrelines) == 2


@pytest.mark.parametrize("through", [line((50, -30), (50, 0), (50, 30)), line((50, 0), (50, 30))])
def test_nothing_is_joined_where_another_street_passes(through):
    shapes = [*chain().geometry[:2], through]
    city = pp.read_city(streets=frame(shapes, street_id=["s", "s", "t"], width_m=[8.0] * 3))
    assert len(city.centrelines) == 3


def test_a_ring_of_pieces_becomes_one_closed_line():
    shapes = [line((0, 0), (50, 0)), line((50, 0), (50, 50)), line((50, 50), (0, 0))]
    city = pp.read_city(streets=frame(shapes, street_id=["s"] * 3, width_m=[6.0] * 3))
    assert city.centrelines.geometry.iloc[0].is_ring


def test_axes_of_polygon_streets_are_joined_too():
    axes = chain().drop(columns="width_m")
    assert len(small(centrelines=axes).centrelines) == 1


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:3857", "EPSG:2263"])
def test_a_planning_crs_measures_in_metres(code):
    from pitchplan.city.gate import planning_crs

    with pytest.raises(pp.InputError, match="not metres on the ground"):
        planning_crs(code)
    assert planning_crs("EPSG:4548").to_epsg() == 4548


@pytest.mark.parametrize(
    "code", ["EPSG:4326", "EPSG:3857", "EPSG:2263", "EPSG:3395", "EPSG:6933", "ESRI:54030", "EPSG:32631"]
)
def test_a_crs_that_does_not_measure_the_ground_is_refused(code):
    with pytest.raises(pp.InputError, match=r"not metres on the ground|not made for this place") as error:
        small(crs=code)
    assert "crs" in str(error.value)


@pytest.mark.parametrize("code", ["EPSG:4547", "EPSG:4548", "EPSG:32650"])
def test_neighbouring_zones_serve_too(code):
    assert small(crs=code).crs == code


def test_a_height_system_in_the_crs_is_left_out():
    high = frame([line((0, 0), (100, 0))], crs="EPSG:4548+5773")
    assert pp.read_city(streets=high).crs == CRS
    assert pp.read_city(streets=high, crs="EPSG:4548+5773").crs == CRS


@pytest.mark.parametrize("code", ["ESRI:54030", "EPSG:3395", "EPSG:6933", "EPSG:3857"])
def test_layers_in_a_crs_of_the_world_are_brought_into_one_of_the_place(code):
    city = pp.read_city(streets=frame([STREET], name=["a"]).to_crs(code))
    assert city.crs == CRS
    assert city.streets.area.sum() == pytest.approx(2000, rel=1e-5)


def test_communities_do_not_share_an_id(spring):
    same = spring.city.communities.assign(community_id="a")
    with pytest.raises(pp.InputError, match="several communities share"):
        pp.read_city(streets=spring.folder / "streets.geojson", communities=same)


def test_residents_beyond_reason_are_refused(spring):
    endless = spring.city.communities.assign(residents=float("inf"))
    with pytest.raises(pp.InputError, match="not a number of people"):
        pp.read_city(streets=spring.folder / "streets.geojson", communities=endless)
