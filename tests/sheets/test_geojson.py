"""GeoJSON: strict, true to the plan, the same on each run, and complete without the collection's member."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.features import KINDS

RFC_7946 = Path(__file__).parent / "rfc7946.schema.json"
WORDS = {"title": "济南市西瓜地图", "publisher": "城市管理局"}


def _refuse(text: str) -> float:
    raise AssertionError(text)


def _strict(data: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({k for k, _ in pairs}) == len(pairs)
        return dict(pairs)

    return json.loads(data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=once)


def _rings(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    return polygons.get(geometry["type"], [])


def _area(ring: list[list[float]]) -> float:
    xy = np.array(ring) - ring[0]
    return float((xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]).sum()) / 2


def test_geojson_is_strict(sheet: Any) -> None:
    data = render(sheet, ".geojson")
    found = _strict(data)
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert b"-0.0," not in data
    assert b"-0.0]" not in data
    assert b"\\u" not in data
    ids = [f["id"] for f in found["features"]]
    assert len(set(ids)) == len(ids)
    assert {f["properties"]["kind"] for f in found["features"]} == set(KINDS)
    west, south, east, north = found["bbox"]
    for f in found["features"]:
        for polygon in _rings(f["geometry"]):
            for k, ring in enumerate(polygon):
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert (_area(ring) > 0) == (k == 0)
                for lon, lat in ring:
                    assert west <= lon <= east
                    assert south <= lat <= north
                    assert round(lon, 7) == lon
                    assert round(lat, 7) == lat
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90


def test_geojson_places_are_true(sheet: Any, plan: Any) -> None:
    found = _strict(render(sheet, ".geojson"))
    first = next(f for f in found["features"] if f["properties"]["kind"] == "spot")
    spot = plan.spots.loc[plan.spots["number"] == first["properties"]["number"]].iloc[0]
    to_plan = pyproj.Transformer.from_crs("EPSG:4326", plan.crs, always_xy=True)
    x, y = to_plan.transform(*first["geometry"]["coordinates"])
    assert math.hypot(x - spot["x_m"], y - spot["y_m"]) < 0.02
    pitch = next(f for f in found["features"] if f["properties"]["kind"] == "pitch")
    xy = np.column_stack(to_plan.transform(*np.array(pitch["geometry"]["coordinates"][0]).T))
    sides = np.sort(np.hypot(*np.diff(xy, axis=0).T))
    assert sides == pytest.approx([2.2, 2.2, 6.0, 6.0], abs=0.03)
    long_side = max(np.diff(xy, axis=0), key=lambda d: np.hypot(*d))
    bearing = math.degrees(math.atan2(long_side[0], long_side[1])) % 180
    assert bearing == pytest.approx(pitch["properties"]["bearing_deg"] % 180, abs=0.5)


def test_geojson_says_how_good_the_plan_is_and_no_times(sheet: Any) -> None:
    data = render(sheet, ".geojson")
    facts = _strict(data)["pitchplan"]
    assert facts["season"] == {
        "first": "2026-06-01",
        "last": "2026-08-20",
        "hours": "06:00-09:00, 17:00-21:00",
    }
    assert [g["outcome"] for g in facts["goals"]] == ["PROVEN", "WITHIN_GAP", "WITHIN_GAP"]
    assert facts["audit"]["verdict"] == "no breaches"
    assert [r["rule"] for r in facts["not_applied"]] == ["fire-lane", "tactile-paving"]
    assert facts["rule_book"]["id"] == "jinan-2019"
    assert facts["rule_book"]["sha256"] == "ab" * 32
    assert b"seconds" not in data
    assert b"7.654321" not in data


def test_geojson_writes_null_for_what_was_not_measured(sheet: Any) -> None:
    pitches = [
        f for f in _strict(render(sheet, ".geojson"))["features"] if f["properties"]["kind"] == "pitch"
    ]
    assert {p["properties"]["clear_walk_m"] for p in pitches} == {None}


def test_geojson_display_texts_hold_no_tag(plan: Any) -> None:
    spots = plan.spots.assign(address="<img src=x onerror=alert(1)>")
    found = _strict(render(dataclasses.replace(plan, spots=spots), ".geojson"))
    for f in found["features"]:
        if f["properties"]["kind"] == "spot":
            assert "<" not in f["properties"]["title"] + f["properties"]["description"]


def test_another_schema_of_the_standard_takes_it(sheet: Any, plan: Any) -> None:
    standard = jsonschema.Draft202012Validator(json.loads(RFC_7946.read_text(encoding="utf-8")))
    for what in (sheet, plan):
        assert not list(standard.iter_errors(_strict(render(what, ".geojson"))))


def test_gdal_reads_every_feature(sheet: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.geojson"
    path.write_bytes(render(sheet, ".geojson"))
    frame = pyogrio.read_dataframe(path)
    assert len(frame) == len(_strict(path.read_bytes())["features"])
    assert frame.crs == "EPSG:4326"
    assert frame.geometry.is_valid.all()


def test_features_stand_in_the_order_they_are_drawn_in(sheet: Any) -> None:
    kinds = [f["properties"]["kind"] for f in _strict(render(sheet, ".geojson"))["features"]]
    assert kinds == sorted(kinds, key=KINDS.index)


def test_row_order_changes_no_byte(plan: Any, city: Any) -> None:
    def turned(table: Any) -> Any:
        return table.iloc[::-1].reset_index(drop=True)

    backwards = dataclasses.replace(plan, pitches=turned(plan.pitches), spots=turned(plan.spots))
    names = ("streets", "centrelines", "communities", "keep_clear")
    around = type(city)(**{**vars(city), **{name: turned(getattr(city, name)) for name in names}})
    data = render(map_sheet(plan, city, **WORDS), ".geojson")
    assert data == render(map_sheet(backwards, around, **WORDS), ".geojson")


def test_pages_are_the_frames_that_are_printed(sheet: Any) -> None:
    pages = (
        dataclasses.replace(
            sheet.page, page_id="历下区", district="历下区", neighbours=(("west", "市中区"),)
        ),
        dataclasses.replace(sheet.page, page_id="市中区", scale=4000, neighbours=(("east", "历下区"),)),
    )
    atlas = dataclasses.replace(sheet, pages=pages)
    found = [f for f in _strict(render(atlas, ".geojson"))["features"] if f["properties"]["kind"] == "page"]
    assert [f["properties"]["page_id"] for f in found] == ["overview", "历下区", "市中区"]
    assert [f["properties"]["neighbours_west"] for f in found] == [[], ["市中区"], []]
    to_plan = pyproj.Transformer.from_crs("EPSG:4326", sheet.published.crs, always_xy=True)
    for page, f in zip((sheet.page, *pages), found, strict=True):
        p = f["properties"]
        assert (p["west_m"], p["south_m"], p["east_m"], p["north_m"]) == page.window()
        drawn = shapely.transform(
            shapely.geometry.shape(f["geometry"]), lambda xy: np.column_stack(to_plan.transform(*xy.T))
        )
        assert drawn.bounds == pytest.approx(page.window(), abs=0.05)
        width = (p["east_m"] - p["west_m"]) * 1000 / p["scale"]
        assert width == pytest.approx(p["frame_width_mm"])
        assert {p["paper"], p["orientation"], p["rotation_deg"]} == {"A3", "landscape", 0}


def test_what_matters_stands_in_the_features_too(sheet: Any) -> None:
    full = dataclasses.replace(sheet, valid="至2026年8月20日", review_number="鲁S(2026)001号")
    found = _strict(render(full, ".geojson"))
    del found["pitchplan"]
    rest = json.dumps(found, ensure_ascii=False)
    for said in (full.title, full.publisher, full.valid, full.review_number, "2026-06-01", "2026-08-20"):
        assert said in rest
    for said in ("06:00-09:00, 17:00-21:00", "jinan-2019", "EPSG:4548", "no breaches", "fire-lane"):
        assert said in rest


def test_streets_are_whole_and_only_those_on_the_map(sheet: Any, city: Any) -> None:
    far = city.centrelines.iloc[:1].assign(street_id="far")
    far["geometry"] = far.geometry.translate(50_000, 0)
    layers = {
        **sheet.layers,
        "centrelines": pd.concat(
            [
                sheet.layers["centrelines"],
                far[["street_id", "name", "name_en", "street_class", "width_m", "geometry"]],
            ],
            ignore_index=True,
        ),
    }
    found = _strict(render(dataclasses.replace(sheet, layers=layers), ".geojson"))["features"]
    streets = {f["properties"]["street_id"]: f for f in found if f["properties"]["kind"] == "street"}
    assert set(streets) == set(city.centrelines["street_id"])
    for row in city.centrelines.itertuples():
        assert len(streets[row.street_id]["geometry"]["coordinates"]) == len(row.geometry.coords)


def test_streets_are_polygons_where_there_are_no_centrelines(sheet: Any) -> None:
    layers = {**sheet.layers, "centrelines": sheet.layers["centrelines"].iloc[:0]}
    found = _strict(render(dataclasses.replace(sheet, layers=layers), ".geojson"))["features"]
    streets = [f for f in found if f["properties"]["kind"] == "street"]
    assert len(streets) == len(sheet.layers["streets"])
    assert {f["geometry"]["type"] for f in streets} <= {"Polygon", "MultiPolygon"}


def test_the_hash_follows_what_is_said_and_nothing_else(sheet: Any, plan: Any, city: Any) -> None:
    def hashed(what: Any) -> str:
        return str(_strict(render(what, ".geojson"))["pitchplan"]["content_sha256"])

    slower = dataclasses.replace(plan, goals=plan.goals.assign(seconds=99.0))
    moved = dataclasses.replace(plan, spots=plan.spots.assign(x_m=plan.spots["x_m"] + 0.001))
    book = dataclasses.replace(plan, provenance={**plan.provenance, "book_hash": "cd" * 32})
    assert hashed(slower) == hashed(plan)
    assert len({hashed(plan), hashed(moved), hashed(book), hashed(sheet)}) == 4


def test_pages_of_the_list_are_no_frames(sheet: Any) -> None:
    listing = dataclasses.replace(sheet.page, kind="list", page_id="list-1")
    found = json.loads(render(dataclasses.replace(sheet, pages=(listing,)), ".geojson"))
    pages = [f["properties"]["page_id"] for f in found["features"] if f["properties"]["kind"] == "page"]
    assert pages == ["overview"]
