"""What was taken for what, and cells that only some features fill."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan import schemas
from pitchplan.city.cellvalues import levels_of, oneways_of

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0
STREET = shapely.LineString([(X, Y), (X + 100, Y)])
POINTS = [shapely.Point(X + 10 * i, Y) for i in range(4)]


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def small(**layers):
    return pp.read_city(streets=frame([STREET], name=["甲路"]), **layers)


def test_every_column_is_accounted_for_once():
    streets = frame(
        [STREET], FUNC_CLASS=["2"], PAVE_WIDTH=[24.0], Surface=["asphalt"], STREET=["甲路"], N=[2]
    )
    hydrants = frame([POINTS[0]], OBJECTID=[7], colour=["red"])
    city = pp.read_city(
        streets=streets,
        keep_clear={"hydrant": hydrants},
        columns={"streets.lanes": "N"},
        width_unit="ft",
        classes={"2": "main"},
    )
    assert list(city.taken.columns) == schemas.TAKEN.names
    schemas.check_table(city.taken, schemas.TAKEN, "taken")
    assert city.taken.values.tolist() == [
        ["centrelines", "streets", "FUNC_CLASS", "street_class", "recognised", ""],
        ["centrelines", "streets", "PAVE_WIDTH", "width_m", "recognised", "ft"],
        ["centrelines", "streets", "Surface", "", "unused", ""],
        ["centrelines", "streets", "STREET", "name", "recognised", ""],
        ["centrelines", "streets", "N", "lanes", "mapping", ""],
        ["keep_clear", "keep_clear", "OBJECTID", "feature_id", "recognised", ""],
        ["keep_clear", "keep_clear", "colour", "", "unused", ""],
    ]


def test_a_kind_the_mapping_tells_is_taken_from_no_column():
    city = small(keep_clear={"hydrant": frame(POINTS[:1], TYPE=["iron"])})
    assert city.keep_clear["kind"].tolist() == ["hydrant"]
    assert city.taken.set_index("column").loc["TYPE", "how"] == "unused"


@pytest.mark.parametrize("alias", ["highway", "class", "FUNC_CLASS", "道路等级"])
def test_classes_are_recognised(alias):
    assert (
        pp.read_city(streets=frame([STREET], **{alias: ["主干路"]})).centrelines["street_class"][0] == "main"
    )


@pytest.mark.parametrize("alias", ["width", "PAVE_WIDTH", "Breite", "路宽", "ROAD_WIDTH", "width_m"])
def test_widths_are_recognised(alias):
    assert pp.read_city(streets=frame([STREET], **{alias: [7.0]})).centrelines["width_m"][0] == 7.0


def test_the_schemas_own_name_wins_over_another_that_is_known():
    city = pp.read_city(streets=frame([STREET], width=[5.0], width_m=[7.0]))
    assert city.centrelines["width_m"].tolist() == [7.0]


@pytest.mark.parametrize("key", ["street.width_m", "streets.widht", "width_m", "buildings.width_m"])
def test_a_mapping_to_no_column_is_refused(key):
    with pytest.raises(pp.InputError, match="columns, value") as error:
        small(columns={key: "W"})
    assert key in str(error.value)


def test_a_name_that_two_columns_share_is_refused():
    twice = pd.concat([frame([STREET], width=[5.0]), frame([STREET], width=[6.0])[["width"]]], axis=1)
    with pytest.raises(pp.InputError, match="several columns share"):
        pp.read_city(streets=twice)


@pytest.mark.parametrize("source", [pd.DataFrame({"a": [1]}), 7, ["a.gpkg"], gpd.GeoDataFrame({"a": [1]})])
def test_what_is_no_layer_is_refused(source):
    with pytest.raises(pp.InputError, match="streets: a"):
        pp.read_city(streets=source)
    with pytest.raises(pp.InputError, match="names no kind"):
        small(keep_clear={})


# --- cells only some features fill ------------------------------------------------------------------


def test_a_level_that_only_some_features_have_is_the_ground_for_the_others():
    clear = frame(POINTS, kind=["hydrant"] * 4, level=[None, "1", np.nan, "-1"])
    assert small(keep_clear=clear).keep_clear["level"].tolist() == [0, 1, 0, -1]
    some = {"hydrant": frame(POINTS[:1], level=[1]), "bus-stop": frame(POINTS[1:2])}
    city = small(keep_clear=some)
    assert city.keep_clear.set_index("kind")["level"].to_dict() == {"hydrant": 1, "bus-stop": 0}


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("Above-Grade", 1),
        ("Tunnel", -1),
        ("At-Grade", 0),
        ("", 0),
        (float("inf"), 0),
        (1e300, 99),
        ("1.0", 1),
    ],
)
def test_levels_of_any_cell(cell, level):
    assert levels_of(pd.Series([cell], dtype=object)).tolist() == [level]


def test_ids_that_come_again_are_numbered():
    two = shapely.MultiPoint([POINTS[0], POINTS[1]])
    clear = frame([two, POINTS[2], POINTS[3]], kind=["hydrant"] * 3, feature_id=["h", "h", "h-2"])
    city = small(keep_clear=clear)
    assert city.keep_clear["feature_id"].tolist() == ["h", "h-3", "h-4", "h-2"]
    assert any("keep_clear: 2 ids" in n for n in city.notes)


def test_files_that_count_from_one_do_not_share_ids():
    clear = {k: frame(POINTS[:2], OBJECTID=[1, 2]) for k in ("hydrant", "bus-stop")}
    city = small(keep_clear=clear)
    assert city.keep_clear["feature_id"].tolist() == ["1", "2", "1-2", "2-2"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([True, False, None], ["yes", "no", ""]),
        (["B", "F", "T"], ["no", "yes", "reverse"]),
        (["T", "F", "F"], ["yes", "no", "no"]),
        (["-1", "1", "0"], ["reverse", "yes", "no"]),
        (["是", "sometimes", ""], ["yes", "", ""]),
        ([1.0, 0.0, np.nan], ["yes", "no", ""]),
    ],
)
def test_one_way_marks(cells, words):
    notes = []
    assert oneways_of(pd.Series(cells, dtype=object), "a", notes).tolist() == words
    assert bool(notes) == ("sometimes" in cells)
