"""What stands around the spots: districts of communities, streets, keep-clear features with a symbol."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from pitchplan.sheets import map_sheet, render


@pytest.fixture(scope="module")
def shown(sheet: Any) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for f in json.loads(render(sheet, ".geojson"))["features"]:
        out.setdefault(f["properties"]["kind"], []).append(f)
    return out


def test_a_district_is_the_union_of_its_communities(shown: Any) -> None:
    for district in shown["district"]:
        name = district["properties"]["district"]
        parts = [f for f in shown["community"] if f["properties"]["district"] == name]
        assert district["properties"]["communities"] == len(parts)
        union = shapely.union_all([shapely.geometry.shape(f["geometry"]) for f in parts])
        whole = shapely.geometry.shape(district["geometry"])
        assert shapely.area(shapely.symmetric_difference(union, whole)) < 1e-6 * whole.area


def test_districts_count_their_spots_and_name_their_contact(shown: Any, sheet: Any) -> None:
    total = sum(f["properties"]["spots"] for f in shown["district"])
    assert total == len(sheet.published.spots)
    assert {f["properties"]["contact"] for f in shown["district"]} == set(sheet.contact.values())
    assert all(f["properties"]["contact"] in f["properties"]["description"] for f in shown["district"])


def test_keep_clear_features_are_those_with_a_symbol(shown: Any, city: Any) -> None:
    kinds = {f["properties"]["feature"] for f in shown["keep-clear"]}
    assert kinds == {"bus-stop", "station", "school-gate", "hospital-gate"}
    assert "hydrant" in set(city.keep_clear["kind"])
    assert all(f["properties"]["title"] for f in shown["keep-clear"])


def test_names_are_in_the_first_language(plan: Any, city: Any) -> None:
    sheet = map_sheet(plan, city, title="地图", publisher="局", language=("en", "zh"))
    titles = {f["properties"]["title"] for f in json.loads(render(sheet, ".geojson"))["features"]}
    assert {"Lishan Road", "Lixia District", "Bus stop"} <= titles


def test_a_city_without_communities_has_no_districts(plan: Any, city: Any) -> None:
    bare = type(city)(**{**vars(city), "communities": city.communities.iloc[:0]})
    found = json.loads(render(map_sheet(plan, bare, title="地图", publisher="局"), ".geojson"))
    assert not {"district", "community"} & {f["properties"]["kind"] for f in found["features"]}


def test_pieces_of_one_street_keep_their_names_and_have_ids_of_their_own(plan: Any, city: Any) -> None:
    lines = city.centrelines.assign(street_id=[f"s{i // 4}" for i in range(len(city.centrelines))])

    def drawn(frame: Any) -> dict[str, Any]:
        around = type(city)(**{**vars(city), "centrelines": frame})
        data = render(map_sheet(plan, around, title="地图", publisher="局"), ".geojson")
        found = [f for f in json.loads(data)["features"] if f["properties"]["kind"] == "street"]
        assert len({f["id"] for f in found}) == len(found) == len(frame)
        return {f["id"]: f for f in found}

    streets = drawn(lines)
    assert streets == drawn(lines.iloc[::-1])
    assert {f["properties"]["name"] for f in streets.values()} == set(lines["name"])
    assert {"street/s0/1", "street/s0/4", "street/s1/1"} <= set(streets)
