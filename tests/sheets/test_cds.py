"""Curb data: valid by the specification's schema, true to the plan, the same on each run."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import shapely

from pitchplan.demand.season import Season
from pitchplan.errors import InputError
from pitchplan.sheets import write_cds
from pitchplan.sheets.cds import cds_files

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "cds-1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def _rows(files: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return files[f"{name}.json"]["data"][name]


@pytest.mark.parametrize("name", ["zones", "spaces", "policies"])
def test_files_follow_the_schema(sheet: Any, tmp_path: Path, name: str) -> None:
    paths = write_cds(sheet, tmp_path / "curbs", license_url="https://creativecommons.org/licenses/by/4.0/")
    assert [p.name for p in paths] == ["zones.json", "spaces.json", "policies.json"]
    body = json.loads((tmp_path / "curbs" / f"{name}.json").read_text(encoding="utf-8"))
    VALIDATOR.validate(body)
    assert body["data"][name]
    assert body["author"] == sheet.publisher


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"version": "1.0.0"})


def test_every_pitch_is_one_space_in_its_zone(sheet: Any) -> None:
    files = cds_files(sheet)
    zones = {z["curb_zone_id"]: z for z in _rows(files, "zones")}
    spaces = _rows(files, "spaces")
    assert sorted(s["name"] for s in spaces) == sorted(sheet.published.pitches["pitch_id"])
    assert len({s["curb_space_id"] for s in spaces}) == len(spaces)
    for zone in zones.values():
        mine = [s for s in spaces if s["curb_zone_id"] == zone["curb_zone_id"]]
        assert [s["curb_space_id"] for s in mine] == zone["curb_space_ids"]
        assert [s["space_number"] for s in mine] == list(range(1, len(mine) + 1))
        assert zone["num_spaces"] == len(mine)
        outline = shapely.geometry.shape(zone["geometry"]).buffer(1e-9)  # a tenth of a millimetre
        assert all(outline.contains(shapely.geometry.shape(s["geometry"])) for s in mine)
        assert zone["length"] >= sum(s["length"] for s in mine) - 5


def test_zones_do_not_overlap_and_have_no_long_gap(plan: Any) -> None:
    files = cds_files(plan)
    shapes = [shapely.geometry.shape(z["geometry"]) for z in _rows(files, "zones")]
    overlap = sum(a.intersection(b).area for i, a in enumerate(shapes) for b in shapes[:i])
    # Pitches of the stand-in plan that overlap each other are not the zones' doing.
    pitches = [shapely.geometry.shape(s["geometry"]) for s in _rows(files, "spaces")]
    assert overlap <= sum(a.intersection(b).area for i, a in enumerate(pitches) for b in pitches[:i]) + 1e-12
    holes = sum(s.area for s in shapes) / sum(p.area for p in pitches)
    assert 1.0 <= holes < 1.15


def test_a_spot_with_a_gap_is_two_zones(plan: Any) -> None:
    largest = plan.spots.sort_values("capacity").iloc[-1]
    mine = plan.pitches[plan.pitches["spot_id"] == largest["spot_id"]].sort_values("chainage_m")
    fewer = dataclasses.replace(plan, pitches=plan.pitches.drop(mine.index[len(mine) // 2]))
    whole, parted = (
        [z for z in _rows(cds_files(p), "zones") if z["user_zone_id"] == str(largest["number"])]
        for p in (plan, fewer)
    )
    assert (len(whole), len(parted)) == (1, 2)


def test_policies_say_when_who_and_at_what_price(sheet: Any) -> None:
    files = cds_files(sheet, published=dt.date(2026, 5, 20))
    (policy,) = _rows(files, "policies")
    assert {p for z in _rows(files, "zones") for p in z["curb_policy_ids"]} == {policy["curb_policy_id"]}
    assert policy["rules"] == [
        {"activity": "parking", "user_classes": ["vending"], "rate": [{"rate": 0, "rate_unit": "hour"}]}
    ]
    first = dt.datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000
    after = dt.datetime(2026, 8, 21, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000
    days = {"start_date": first, "end_date": after}
    assert policy["time_spans"] == [
        {**days, "time_of_day_start": "06:00", "time_of_day_end": "09:00"},
        {**days, "time_of_day_start": "17:00", "time_of_day_end": "21:00"},
    ]
    assert policy["published_date"] < first


def test_hours_past_midnight_end_a_day_later(plan: Any) -> None:
    night = dataclasses.replace(
        plan,
        season=Season("2026-06-01", "2026-06-02", hours="22:00-02:00"),
        pitches=plan.pitches.assign(hours="22:00-02:00"),
    )
    (policy,) = _rows(cds_files(night, time_zone="UTC"), "policies")
    evening, morning = policy["time_spans"]
    day = 24 * 3600 * 1000
    assert evening["time_of_day_start"] == "22:00"
    assert "time_of_day_end" not in evening
    assert morning["time_of_day_end"] == "02:00"
    assert "time_of_day_start" not in morning
    assert (morning["start_date"] - evening["start_date"], morning["end_date"] - evening["end_date"]) == (
        day,
        day,
    )


def test_a_day_without_hours_is_a_whole_day(plan: Any) -> None:
    always = dataclasses.replace(
        plan, season=Season("2026-06-01", "2026-06-02"), pitches=plan.pitches.assign(hours="")
    )
    (policy,) = _rows(cds_files(always), "policies")
    assert [sorted(s) for s in policy["time_spans"]] == [["end_date", "start_date"]]


def test_ids_stay_and_a_zone_that_moves_gets_a_new_one(plan: Any) -> None:
    assert cds_files(plan) == cds_files(plan)
    moved = dataclasses.replace(plan, pitches=plan.pitches.assign(x_m=plan.pitches["x_m"] + 1))
    before, after = ({z["curb_zone_id"] for z in _rows(cds_files(p), "zones")} for p in (plan, moved))
    assert not before & after


def test_no_pitch_is_left_out_unless_asked(plan: Any) -> None:
    pitches = plan.pitches.assign(placement="open-space")
    pitches.loc[pitches.index[:5], "placement"] = "kerbside"
    mixed = dataclasses.replace(plan, pitches=pitches)
    assert len(_rows(cds_files(mixed), "spaces")) == len(pitches)
    assert len(_rows(cds_files(mixed, placements=["kerbside"]), "spaces")) == 5
    with pytest.raises(InputError, match=r"no pitch is footway; the plan has kerbside, open-space"):
        cds_files(mixed, placements=["footway"])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"time_zone": "Jinan"}, "unknown time zone"),
        ({"time_zone": "../etc"}, "unknown time zone"),
        ({"currency": "yuan"}, "not a currency"),
        ({"placements": ["kerb"]}, "unknown placement"),
    ],
)
def test_errors_name_the_fix(plan: Any, given: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        cds_files(plan, **given)
