"""Gateways: places on Earth, each with a name of its own."""

import pandas as pd
import pytest

from pitchplan.errors import InputError
from pitchplan.growers.gateways import read_gateways
from pitchplan.schemas import GATEWAYS


def test_degrees_and_metres_say_the_same():
    degrees = pd.DataFrame({"名称": ["北入城口"], "经度": ["117.02998753"], "纬度": [36.6522135]})
    there = read_gateways(degrees, crs="EPSG:4548")
    assert there.columns.tolist() == GATEWAYS.names
    back = read_gateways(there[["name", "x_m", "y_m"]], crs="EPSG:4548")
    assert back[["lon", "lat"]].to_numpy() == pytest.approx(there[["lon", "lat"]].to_numpy(), abs=1e-9)


def test_every_fault_is_named_at_once():
    frame = pd.DataFrame({"name": ["a", "a", ""], "lon": [117, 200, None], "lat": ["x", 36, 36]})
    with pytest.raises(InputError) as caught:
        read_gateways(frame, crs="EPSG:4548")
    assert len(caught.value.faults) == 5
    with pytest.raises(InputError, match="no place of the gateways"):
        read_gateways(pd.DataFrame({"name": ["a"]}), crs="EPSG:4548")


def test_the_demonstration_city_s_gateways_lie_where_wide_streets_leave_it(spring):
    places = read_gateways(spring.gateway_places, crs=spring.city.crs)
    assert tuple(places["name"]) == spring.gateways
    assert set(spring.survey["gateway"]) <= set(places["name"])
    axes = spring.city.centrelines
    main = axes[axes["street_class"].isin(["main", "secondary"])]
    west, south, east, north = spring.city.bounds
    for place in places.itertuples():
        ends = [p for line in main.geometry for p in (line.coords[0], line.coords[-1])]
        assert min(abs(place.x_m - x) + abs(place.y_m - y) for x, y in ends) < 0.01
        edges = (place.x_m - west, east - place.x_m, place.y_m - south, north - place.y_m)
        assert min(map(abs, edges)) < 0.01
