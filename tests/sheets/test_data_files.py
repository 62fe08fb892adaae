"""GeoJSON and CSV: strict, public, harmless."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from typing import Any

import numpy as np
import pyproj
import pytest

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.tables import guarded

WORDS = {"title": "济南市西瓜地图", "publisher": "城市管理局"}
SECRETS = {"phone": "13800001111", "grower": "张三丰", "id_number": "370102199001011234"}


def _refuse(text: str) -> float:
    raise AssertionError(text)


def _strict(data: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({k for k, _ in pairs}) == len(pairs)
        return dict(pairs)

    return json.loads(data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=once)


def _rings(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    return {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"], "Point": []}[
        geometry["type"]
    ]


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
    assert {f["properties"]["kind"] for f in found["features"]} == {"spot", "pitch", "community"}
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
    assert facts["audit"] == "no breaches"
    assert [r["rule"] for r in facts["not_applied"]] == ["fire-lane", "tactile-paving"]
    assert facts["rule_book"] == "jinan-2019"
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


@pytest.mark.parametrize("suffix", [".geojson", ".csv", ".svg", ".html"])
def test_only_listed_columns_are_published(plan: Any, city: Any, suffix: str) -> None:
    planted = dataclasses.replace(
        plan, spots=plan.spots.assign(**SECRETS), pitches=plan.pitches.assign(**SECRETS)
    )
    layers = {
        **vars(city),
        "communities": city.communities.assign(**SECRETS),
        "streets": city.streets.assign(**SECRETS),
    }
    sheet = map_sheet(planted, type(city)(**layers), **WORDS)
    data = render(sheet, suffix).decode("utf-8")
    for secret in SECRETS.values():
        assert secret not in data
    for table in (sheet.published.spots, sheet.published.pitches, *sheet.layers.values()):
        assert not set(SECRETS) & set(table.columns)
    assert (render(planted, suffix) if suffix in (".geojson", ".csv") else b"").decode().find(
        SECRETS["phone"]
    ) < 0


def test_csv_lists_every_spot_in_order(sheet: Any) -> None:
    data = render(sheet, ".csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [int(r["number"]) for r in rows] == list(range(1, 36))
    assert all("社区" in r["community"] for r in rows)
    assert all(len(r["lon"].split(".")[1]) == 7 for r in rows)
    assert all(r["grid_square"] for r in rows)
    assert sum(int(r["capacity"]) for r in rows) == len(sheet.published.pitches)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\x00=1", "＝1"])
def test_formulas_are_disarmed(plan: Any, cell: str) -> None:
    assert guarded(cell).startswith("'")
    spots = plan.spots.assign(address=cell, district=cell)
    rows = list(
        csv.DictReader(
            io.StringIO(render(dataclasses.replace(plan, spots=spots), ".csv").decode("utf-8-sig"))
        )
    )
    assert all(r["address"].startswith("'") and r["district"].startswith("'") for r in rows)


def test_numbers_are_not_disarmed(plan: Any) -> None:
    row = next(csv.DictReader(io.StringIO(render(plan, ".csv").decode("utf-8-sig"))))
    assert float(row["lon"]) > 100
