import geopandas as gpd
import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.city import gate
from pitchplan.city.carriageways import derive_carriageways, derive_junctions
from pitchplan.city.cells import square_communities
from pitchplan.city.columns import normal_class
from pitchplan.city.widths import read_widths

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0


def frame(shapes, crs=CRS, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def street(width=10.0, length=200.0):
    return shapely.box(X, Y, X + length, Y + width)


def small(**layers):
    return pp.read_city(streets=frame([street()], name=["泉城路"], street_class=["local"]), **layers)


def message(error):
    return str(error.value)


def test_polygons_keep_their_metric_crs_and_are_measured():
    city = small()
    assert city.crs == CRS
    assert city.streets["width_status"].tolist() == ["measured"]
    assert city.bounds == (X, Y, X + 200, Y + 10)


def test_inputs_are_not_changed():
    given = frame([street()], name=["泉城路"])
    before = given.copy(deep=True)
    pp.read_city(streets=given)
    assert given.equals(before)


@pytest.mark.parametrize(
    ("lon", "lat", "code"), [(117.0, 36.65, 4548), (116.4, 39.9, 4548), (114.06, 22.5, 4547)]
)
def test_china_gets_its_three_degree_zone(lon, lat, code):
    shape = shapely.box(lon, lat, lon + 0.001, lat + 0.001)
    assert gate.choose_crs(frame([shape], "EPSG:4326")).to_epsg() == code


@pytest.mark.parametrize(
    ("lon", "lat", "code"), [(24.94, 60.17, 32635), (-71.1, 42.37, 32619), (18.4, -33.9, 32734)]
)
def test_elsewhere_gets_utm(lon, lat, code):
    shape = shapely.box(lon, lat, lon + 0.001, lat + 0.001)
    assert gate.choose_crs(frame([shape], "EPSG:4326")).to_epsg() == code


def test_web_mercator_is_never_measured_in():
    given = frame([street()], name=["a"]).to_crs(3857)
    city = pp.read_city(streets=given)
    assert city.crs == CRS
    assert city.streets.area.sum() == pytest.approx(2000, rel=1e-6)
    assert given.area.sum() > 3000


def test_no_crs_names_the_fix():
    with pytest.raises(pp.InputError, match="states no CRS") as error:
        pp.read_city(streets=frame([street()], None))
    assert "assume_crs=" in message(error)


def test_assume_crs_serves_layers_without_one():
    city = pp.read_city(streets=frame([street()], None), assume_crs=CRS)
    assert city.crs == CRS


def test_swapped_degrees_are_refused():
    with pytest.raises(pp.InputError, match="longitude and latitude swapped"):
        pp.read_city(streets=frame([shapely.box(36.6, 117.0, 36.7, 117.1)], "EPSG:4326"))


def test_numbers_that_are_not_degrees_are_refused():
    with pytest.raises(pp.InputError, match="not degrees"):
        pp.read_city(streets=frame([street()], "EPSG:4326"))


def test_nan_coordinate_names_the_row():
    with np.errstate(invalid="ignore"):
        bad = shapely.Polygon([(X, Y), (X + 5, float("nan")), (X + 5, Y + 5)])
    with pytest.raises(pp.InputError) as error:
        pp.read_city(streets=frame([street(), bad]))
    assert error.value.faults[0].row == 2


def test_empty_layer_is_an_error_that_names_it():
    with pytest.raises(pp.InputError, match=r"footways: the layer is empty"):
        small(footways=frame([]))


def test_layer_without_polygons_is_refused():
    with pytest.raises(pp.InputError, match="no usable polygon"):
        small(buildings=frame([shapely.Point(X, Y)]))


def test_unknown_planning_crs():
    with pytest.raises(pp.InputError, match="not a CRS"):
        pp.read_city(streets=frame([street()]), crs="EPSG:nonsense")


def test_column_the_planner_names_must_exist():
    with pytest.raises(pp.InputError, match="no column 'PAVE'"):
        pp.read_city(streets=frame([street()], name=["a"]), columns={"streets.width_m": "PAVE"})


def test_features_need_a_kind():
    with pytest.raises(pp.InputError, match="without a kind"):
        small(keep_clear=frame([shapely.Point(X, Y)]))


def test_residents_must_be_numbers():
    cells = frame([street(), street()], name=["a", "b"], residents=["1,200", "many"])
    with pytest.raises(pp.InputError) as error:
        small(communities=cells)
    assert (error.value.faults[0].row, error.value.faults[0].value) == (2, "many")


def test_communities_keep_their_residents_when_a_multipart_is_split():
    two = shapely.MultiPolygon([shapely.box(X, Y, X + 9, Y + 9), shapely.box(X + 20, Y, X + 29, Y + 9)])
    city = small(communities=frame([two], name=["a"], residents=["1,200"]))
    assert city.residents == 1200
    assert len(city.communities) == 1


def test_square_cells_stand_in_and_say_so():
    city = small(cell_m=500, residents_per_km2=1000)
    assert {c.geom_type for c in city.communities.geometry} == {"Polygon"}
    assert shapely.union_all(city.communities.geometry.array).covers(shapely.box(*city.bounds))
    assert city.residents == 250 * len(city.communities)
    assert len(city.assumptions) == 2


def test_residents_are_counted_from_buildings():
    homes = frame([shapely.box(X + 1, Y + 20, X + 9, Y + 30)], residents=[40])
    whole = frame([shapely.box(X - 50, Y - 50, X + 400, Y + 400)], name=["a"])
    assert small(buildings=homes, communities=whole).residents == 40


def test_islands_are_cut_out_and_bridges_lifted():
    island = shapely.box(X + 50, Y + 4, X + 80, Y + 6)
    bridge = shapely.box(X + 300, Y, X + 350, Y + 10)
    roads = frame([street(), island, bridge], TYPE=["RD-PAVED", "RD-TRAF-ISLAND", "RD-BRIDGE"])
    city = pp.read_city(streets=roads)
    ground = city.streets[city.streets["level"] == 0]
    assert ground.area.sum() == pytest.approx(2000 - 60)
    assert (city.streets["level"] == 1).sum() == 1
    assert any("traffic islands" in n for n in city.notes)


def test_lines_become_carriageways_of_their_width():
    lines = frame([shapely.LineString([(X, Y), (X + 100, Y)])], highway=["residential"], width=["12 ft"])
    city = pp.read_city(streets=lines)
    assert city.streets.area.sum() == pytest.approx(100 * 12 * 0.3048)
    assert city.centrelines["width_status"].tolist() == ["given"]


def test_bent_chain_of_lines_has_no_notch():
    lines = frame(
        [shapely.LineString([(X, Y), (X + 50, Y)]), shapely.LineString([(X + 50, Y), (X + 50, Y + 50)])],
        width_m=[8.0, 8.0],
    )
    shapes = derive_carriageways(lines).geometry
    assert shapely.union_all(shapes.array).covers(shapely.Point(X + 50, Y).buffer(3.9))


def test_widths_rank_given_over_lanes_over_class():
    import pandas as pd

    width, status = read_widths(
        pd.Series(["3,5", None, None, "-4", "wide"]),
        pd.Series([4, 2, None, None, "many"]),
        pd.Series(["local", "local", "main", "lane", "unheard-of"]),
    )
    assert width.tolist() == [3.5, 6.5, 14.0, 4.0, 6.0]
    assert status.tolist() == ["given", "lanes", "assumed", "assumed", "assumed"]


def test_reversed_twins_are_dropped():
    line = shapely.LineString([(X, Y), (X + 100, Y)])
    city = pp.read_city(streets=frame([line, shapely.reverse(line)], highway=["residential"] * 2))
    assert len(city.centrelines) == 1


def test_junctions_are_found_at_inner_vertices_too():
    through = shapely.LineString([(X, Y), (X + 50, Y), (X + 100, Y)])
    side = shapely.LineString([(X + 50, Y), (X + 50, Y + 50)])
    lines = frame([through, side], width_m=[10.0, 6.0], level=[0, 0])
    found = derive_junctions(lines)
    assert len(found) == 1
    assert found.geometry.iloc[0].centroid.distance(shapely.Point(X + 50, Y)) < 1e-6
    assert found.geometry.iloc[0].bounds[2] == pytest.approx(X + 55)


def test_lines_on_two_levels_make_no_junction():
    a = shapely.LineString([(X, Y), (X + 50, Y), (X + 100, Y)])
    b = shapely.LineString([(X + 50, Y - 50), (X + 50, Y), (X + 50, Y + 50)])
    assert not len(derive_junctions(frame([a, b], width_m=[8.0, 8.0], level=[0, 1])))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("primary_link", "main"),
        ("主干路", "main"),
        ("支路", "branch"),
        ("2.0", "secondary"),
        (np.nan, "local"),
        ("Alley", "lane"),
    ],
)
def test_street_classes(word, expected):
    assert normal_class(word, {"2": "secondary", "": "local"}) == expected


def test_cells_tile_without_overlap():
    cells = square_communities((X + 3, Y + 3, X + 1203, Y + 703), 500, frame([street()]).crs)
    assert cells.area.sum() == pytest.approx(shapely.union_all(cells.geometry.array).area)
    assert cells["community_id"].is_unique
    assert cells["name"].is_unique


def test_counted_volumes_are_kept_and_empty_ones_are_not_a_number():
    lines = [shapely.LineString([(X, Y + 50 * k), (X + 100, Y + 50 * k)]) for k in range(3)]
    given = frame(lines, street_class=["main"] * 3, volume_veh_per_h=["1,250", None, "80"])
    city = pp.read_city(streets=given)
    assert city.centrelines["volume_veh_per_h"].tolist()[::2] == [1250.0, 80.0]
    assert np.isnan(city.centrelines["volume_veh_per_h"].iloc[1])
    without = pp.read_city(streets=given.drop(columns="volume_veh_per_h"))
    assert without.centrelines["volume_veh_per_h"].isna().all()
    named = given.rename(columns={"volume_veh_per_h": "DHV"})
    read = pp.read_city(streets=named, columns={"streets.volume_veh_per_h": "DHV"})
    assert read.centrelines.equals(city.centrelines)


def test_volumes_that_no_street_carries_are_refused_together():
    lines = [shapely.LineString([(X, Y + 50 * k), (X + 100, Y + 50 * k)]) for k in range(3)]
    with pytest.raises(pp.errors.InputError) as caught:
        pp.read_city(streets=frame(lines, volume_veh_per_h=["-5", "300", "many"]))
    assert "row 1" in message(caught)
    assert "row 3" in message(caught)
    assert "vehicles per hour" in message(caught)
