"""A plan comes back from its map exactly, or with every fault named."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.plan import Plan
from pitchplan.plan_file import GOAL_COLUMNS, PITCH_COLUMNS, SPOT_COLUMNS
from pitchplan.sheets import map_sheet, publish, render, validate_geojson, write

TEXTS = st.text(max_size=12)
NUMBERS = st.floats(min_value=-1e9, max_value=1e9)


def published_of(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return the tables that a public file gives back."""
    by = ["number", "pitch_id"]
    return {
        "pitches": plan.pitches[list(PITCH_COLUMNS)].sort_values(by, ignore_index=True),
        "spots": plan.spots[list(SPOT_COLUMNS)],
        "goals": plan.goals[list(GOAL_COLUMNS)],
        "rules_report": plan.rules_report,
        "limits": plan.limits,
    }


def assert_same(plan: Plan, back: Plan) -> None:
    for name, table in published_of(plan).items():
        again = getattr(back, name).drop(columns="seconds", errors="ignore")
        pd.testing.assert_frame_equal(table, again, check_dtype=len(table) > 0)
    for name in ("outcome", "vendors", "residents", "season", "crs", "provenance", "residents_served"):
        assert getattr(plan, name) == getattr(back, name), name


def test_a_solved_plan_comes_back_to_the_last_digit(spring_plan: Plan, spring: Any, tmp_path: Path) -> None:
    words = {"title": "济南市西瓜地图", "publisher": "城市管理局"}
    sheet = map_sheet(spring_plan, spring.city, **words)
    path = write(sheet, tmp_path / "map.geojson")
    back = pp.read_plan(path)
    assert_same(spring_plan, back)
    assert back.goals["seconds"].isna().all()
    assert render(map_sheet(back, spring.city, **words), ".geojson") == path.read_bytes()
    assert "nan" not in repr(back)


def test_a_plan_without_a_map_comes_back_too(spring_plan: Plan, tmp_path: Path) -> None:
    path = write(spring_plan, tmp_path / "plan.geojson")
    assert_same(spring_plan, pp.read_plan(path))


def test_what_is_read_back_can_be_audited(spring_plan: Plan, spring: Any, tmp_path: Path) -> None:
    back = pp.read_plan(write(spring_plan, tmp_path / "plan.geojson"))
    report = pp.audit_plan(back, spring.city, spring.book)
    assert report.breaches.empty
    assert len(report.measured) == len(pp.audit_plan(spring_plan, spring.city, spring.book).measured)


def test_last_years_map_is_this_years_input(
    spring_plan: Plan, spring_candidates: Any, spring: Any, tmp_path: Path
) -> None:
    last = pp.read_plan(write(spring_plan, tmp_path / "map.geojson"))
    goals = [pp.goals.HostVendors(), pp.goals.StayClose(last)]
    plan = pp.siting_problem(spring_candidates, spring.city, vendors=spring_plan.vendors, goals=goals).solve(
        time_limit_s=20
    )
    assert plan.goals.set_index("goal").loc["stay-close", "value"] == 0
    assert set(plan.spots["spot_id"]) == set(last.spots["spot_id"])


def test_a_public_file_has_the_waivers_alone_and_nobodys_name(spring_plan: Plan, tmp_path: Path) -> None:
    path = write(spring_plan, tmp_path / "plan.geojson")
    back = pp.read_plan(path)
    text = path.read_text(encoding="utf-8")
    waivers = spring_plan.decisions.query("what == 'waive'").reset_index(drop=True)
    assert 0 < len(waivers) < len(spring_plan.decisions)
    public = ["decision_id", "what", "lon", "lat", "radius_m", "rule"]
    pd.testing.assert_frame_equal(
        back.decisions[public], waivers[public], check_dtype=False, check_column_type=False
    )
    assert (back.decisions[["who", "reason"]] == "").all().all()
    for word in (*spring_plan.decisions["who"], *spring_plan.decisions["reason"]):
        assert word not in text


def test_an_office_file_has_all_decisions(spring_plan: Plan, spring: Any, tmp_path: Path) -> None:
    sheet = map_sheet(spring_plan, spring.city, title="图", publisher="局")
    office = dataclasses.replace(sheet, audience="office", published=publish(spring_plan, audience="office"))
    back = pp.read_plan(write(office, tmp_path / "office.geojson"))
    said = spring_plan.decisions.astype(dict.fromkeys(["date", "answer"], "str"))
    pd.testing.assert_frame_equal(said, back.decisions, check_dtype=False, check_column_type=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_text_and_any_number_come_back(data: st.DataObject, spring_plan: Plan, tmp_path: Path) -> None:
    few = spring_plan.spots["number"] <= 2
    spots = spring_plan.spots[few].reset_index(drop=True)
    pitches = spring_plan.pitches[spring_plan.pitches["number"] <= 2].reset_index(drop=True)
    for table, columns in (
        (spots, ["name", "address", "district"]),
        (pitches, ["street", "flags", "vehicle"]),
    ):
        for column in columns:
            table[column] = data.draw(st.lists(TEXTS, min_size=len(table), max_size=len(table)))
    for column in ("bearing_deg", "clear_walk_m", "chainage_m", "queue_m"):
        values = st.lists(NUMBERS | st.just(float("nan")), min_size=len(pitches), max_size=len(pitches))
        pitches[column] = np.array(data.draw(values), dtype=float)
    if pitches["bearing_deg"].isna().any():
        pitches["bearing_deg"] = 0.0
    plan = dataclasses.replace(spring_plan, spots=spots, pitches=pitches)
    path = write(plan, tmp_path / "plan.geojson")
    back = pp.read_plan(path)
    shown = publish(plan)
    harmless = str.maketrans({"<": "＜"})
    for name, columns in (("pitches", PITCH_COLUMNS), ("spots", SPOT_COLUMNS)):
        expected, found = getattr(shown, name)[list(columns)], getattr(back, name)
        for column in columns:
            for a, b in zip(expected[column], found[column], strict=True):
                same = a == b or (a != a and b != b)
                assert same or a.translate(harmless) == b.translate(harmless), (column, a, b)
    assert render(back, ".geojson") == path.read_bytes()


def broken(plan: Plan, tmp_path: Path, change: Any) -> list[str]:
    """Return the faults of a plan's file after a change of what it says."""
    found = json.loads(render(plan, ".geojson"))
    change(found)
    path = tmp_path / "broken.geojson"
    path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(pp.InputError) as caught:
        pp.read_plan(path)
    return [str(f) for f in caught.value.faults]


def first(found: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the properties of the first feature of a kind."""
    return next(f["properties"] for f in found["features"] if f["properties"]["kind"] == kind)


def test_every_fault_is_named_at_once(spring_plan: Plan, tmp_path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        first(found, "pitch")["x_m"] = "east"
        del first(found, "spot")["capacity"]
        found["pitchplan"]["vendors"] = -1
        found["pitchplan"]["season"]["last"] = "2026-13-01"
        found["pitchplan"]["planning_crs"] = "EPSG:4326"
        found["pitchplan"]["outcome"] = "FINE"

    faults = " | ".join(broken(spring_plan, tmp_path, change))
    for word in ("'x_m'", "'capacity'", "'vendors'", "2026-13-01", "EPSG:4326", "FINE"):
        assert word in faults


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d.pop("pitchplan"), "no member"),
        (lambda d: d["pitchplan"].update(profile="pitchplan-map/9"), "another profile"),
        (lambda d: d.update(features={}), "no list of features"),
        (lambda d: d["pitchplan"].pop("goals"), "no list of goals"),
        (lambda d: d["pitchplan"].pop("plan"), "no list of rules"),
        (lambda d: d["pitchplan"].update(season=None), "no season"),
        (lambda d: d["pitchplan"]["plan"]["limits"][0].update(used="many"), "limit 1"),
        (lambda d: first(d, "pitch").update(spot_id="elsewhere"), "a pitch of no spot"),
        (lambda d: first(d, "spot").update(number=1.5), "'number'"),
        (lambda d: d["features"].append(d["features"][0]), "comes twice"),
    ],
)
def test_what_is_no_plan_is_refused(spring_plan: Plan, tmp_path: Path, change: Any, word: str) -> None:
    assert any(word in fault for fault in broken(spring_plan, tmp_path, change))


def test_whole_numbers_may_come_back_with_a_point(spring_plan: Plan, tmp_path: Path) -> None:
    found = json.loads(render(spring_plan, ".geojson"))
    for f in found["features"]:
        f["properties"]["number"] = float(f["properties"]["number"])
    path = tmp_path / "points.geojson"
    path.write_text(json.dumps(found), encoding="utf-8")
    assert_same(spring_plan, pp.read_plan(path))


CALENDAR = pd.DataFrame(
    [("2026-02-23", "2026-07-03", "school"), ("2026-06-19", "2026-06-19", "holiday")],
    columns=["first_day", "last_day", "what"],
)


def with_calendar(plan: Plan) -> Plan:
    season = pp.Season(plan.season.first, plan.season.last, hours=plan.season.hours, calendar=CALENDAR)
    return dataclasses.replace(plan, season=season)


def test_the_calendar_and_the_weeks_of_pitches_come_back(spring_plan: Plan, tmp_path: Path) -> None:
    first_spot = spring_plan.pitches["spot_id"] == spring_plan.spots["spot_id"].iloc[0]
    pitches = spring_plan.pitches.assign(weeks=np.where(first_spot, "2-4, 7", ""))
    plan = dataclasses.replace(with_calendar(spring_plan), pitches=pitches)
    path = write(plan, tmp_path / "plan.geojson")
    assert validate_geojson(path) == []
    back = pp.read_plan(path)
    assert_same(plan, back)
    assert back.season.calendar == plan.season.calendar
    assert render(back, ".geojson") == path.read_bytes()
    days = back.open_weeks.iloc[0]
    assert (str(days["first_day"]), str(days["last_day"])) == ("2026-06-08", "2026-07-19")
    shown = publish(plan).spots
    assert shown["weeks"].iloc[0].split("; ")[-2:] == ["2026-06-22/2026-06-28", "2026-07-13/2026-07-19"]
    assert (shown["weeks"].iloc[1:] == "").all()


def test_a_file_from_before_hours_and_weeks_is_read(spring_plan: Plan, tmp_path: Path) -> None:
    found = json.loads(render(spring_plan, ".geojson"))
    assert "calendar" not in found["pitchplan"]["season"]
    for f in found["features"]:
        f["properties"].pop("weeks", None)
    for rule in found["pitchplan"]["plan"]["rules"]:
        del rule["holds"]
    path = tmp_path / "old.geojson"
    path.write_text(json.dumps(found), encoding="utf-8")
    assert_same(spring_plan, pp.read_plan(path))


@pytest.mark.parametrize(
    ("calendar", "word"),
    [
        ([], "calendar's rows"),
        ([{"first_day": "2026-06-01", "what": "school"}], "the days are missing"),
        ([{"first_day": "2026-06-01", "last_day": "x", "what": "party"}], "not a day"),
    ],
)
def test_a_calendar_that_cannot_be_read(
    spring_plan: Plan, tmp_path: Path, calendar: list[Any], word: str
) -> None:
    def change(found: dict[str, Any]) -> None:
        found["pitchplan"]["season"]["calendar"] = calendar

    assert any(word in fault for fault in broken(spring_plan, tmp_path, change))
