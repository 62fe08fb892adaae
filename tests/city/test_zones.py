"""Zones and flows of people: new layers and columns on their way into the city."""

import geopandas as gpd
import pytest
import shapely

import pitchplan as pp
from pitchplan import schemas

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def small(**layers):
    return pp.read_city(streets=frame([shapely.box(X, Y, X + 200, Y + 10)], name=["泉城路"]), **layers)


BOX = shapely.box(X, Y, X + 50, Y + 50)


def test_zones_of_one_layer_with_kinds():
    zones = frame([BOX, BOX], kind=["truck-ban", "pedestrian-zone"], vehicles=["truck, small-truck", None])
    city = small(zones=zones.assign(hours=[None, "07:00-19:00"]))
    assert list(city.zones.columns) == schemas.ZONES.names
    assert city.zones["vehicles"].tolist() == ["truck, small-truck", ""]
    assert city.zones["hours"].tolist() == ["", "07:00-19:00"]
    assert {"zones", "zones:truck-ban", "zones:pedestrian-zone"} <= city.given
    assert "2 zones" in repr(city)


def test_zones_by_kind():
    city = small(zones={"truck-ban": frame([BOX])})
    assert city.zones["kind"].tolist() == ["truck-ban"]
    assert city.zones["zone_id"].tolist() == ["truck-ban-1"]
    assert city.given == {"streets", "zones", "zones:truck-ban"}


def test_a_city_without_zones_has_none_and_does_not_say_they_were_given():
    city = small()
    assert list(city.zones.columns) == schemas.ZONES.names
    assert not len(city.zones)
    assert not any(g.startswith("zones") for g in city.given)


def test_zones_are_areas_of_a_kind():
    with pytest.raises(pp.InputError, match="no usable polygon"):
        small(zones={"truck-ban": frame([shapely.Point(X, Y)])})
    with pytest.raises(pp.InputError, match="without a kind"):
        small(zones=frame([BOX]))


def test_flow_of_people_is_a_number_where_given():
    city = small(footways=frame([BOX, BOX.buffer(1), BOX.buffer(2)], flow_per_15min=["120", "many", None]))
    assert city.footways["flow_per_15min"].iloc[0] == 120
    assert city.footways["flow_per_15min"].isna().tolist() == [False, True, True]
    assert any("1 cells of flow_per_15min that are no number ignored, 'many' first" in n for n in city.notes)
