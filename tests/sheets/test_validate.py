"""The validator finds nothing in what is written, and names whatever is broken in it."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pitchplan.sheets import map_sheet, render, validate_geojson


@pytest.fixture(scope="module")
def atlas(sheet: Any) -> Any:
    """Return the sheet with two more pages."""
    pages = (
        dataclasses.replace(
            sheet.page, page_id="历下区", district="历下区", neighbours=(("west", "市中区"),)
        ),
        dataclasses.replace(sheet.page, page_id="市中区", scale=4000, neighbours=(("east", "历下区"),)),
    )
    return dataclasses.replace(sheet, pages=pages)


@pytest.fixture(scope="module")
def sound(atlas: Any) -> dict[str, Any]:
    """Return what the file of a sound map says."""
    return dict(json.loads(render(atlas, ".geojson")))


def faults_of(found: Any, folder: Path, *, text: str | None = None) -> list[str]:
    path = folder / "map.geojson"
    path.write_text(json.dumps(found, ensure_ascii=False) if text is None else text, encoding="utf-8")
    return [str(fault) for fault in validate_geojson(path)]


def first(found: dict[str, Any], kind: str, skip: int = 0) -> Any:
    """Return a feature of a kind."""
    return [f for f in found["features"] if f["properties"]["kind"] == kind][skip]


def said(found: dict[str, Any], kind: str, skip: int = 0) -> Any:
    """Return the properties of a feature of a kind."""
    return first(found, kind, skip)["properties"]


def place(found: dict[str, Any]) -> Any:
    """Return the position of the first spot."""
    return first(found, "spot")["geometry"]["coordinates"]


def ring(found: dict[str, Any], kind: str) -> Any:
    """Return the outer ring, or the line, of the first feature of a kind."""
    coordinates = first(found, kind)["geometry"]["coordinates"]
    while isinstance(coordinates[0][0], list):
        coordinates = coordinates[0]
    return coordinates


def dent(found: dict[str, Any]) -> None:
    """Give a pitch a hole that runs the wrong way."""
    xy = np.array(ring(found, "pitch"))
    inner = np.round(xy.mean(axis=0) + (xy - xy.mean(axis=0)) / 2, 7)
    first(found, "pitch")["geometry"]["coordinates"].append(inner.tolist())


def swap(found: dict[str, Any]) -> None:
    features = found["features"]
    features[0], features[-1] = features[-1], features[0]


def shift(found: dict[str, Any], kind: str) -> None:
    said(found, kind)["x_m"] += 5.0


BREAKS: dict[str, tuple[Any, str]] = {
    "turned ring": (lambda d: ring(d, "community").reverse(), "outer ring that runs clockwise"),
    "turned hole": (dent, "hole that runs counter-clockwise"),
    "open ring": (lambda d: ring(d, "district").pop(), "not closed"),
    "flat ring": (lambda d: ring(d, "pitch").__setitem__(slice(None), [[117, 36]] * 4), "encloses nothing"),
    "short ring": (lambda d: ring(d, "pitch").__delitem__(slice(2, None)), "fewer than 4"),
    "extent": (lambda d: d["bbox"].__setitem__(0, 0.0), "not the extent"),
    "no extent": (lambda d: d.pop("bbox"), "extent is missing"),
    "crs": (lambda d: d.update(crs={"type": "name"}), "must not be here"),
    "id twice": (lambda d: first(d, "spot", 1).update(id=first(d, "spot")["id"]), "stands 2 times"),
    "other id": (lambda d: first(d, "street").update(id="street/other"), "not its kind and its own id"),
    "no id": (lambda d: first(d, "page").pop("id"), "'id' is missing"),
    "unknown kind": (lambda d: said(d, "note").update(kind="remark"), "none of district"),
    "no kind": (lambda d: said(d, "note").pop("kind"), "'kind' is missing"),
    "longitude": (
        lambda d: place(d).__setitem__(0, 217.0),
        "more than 180",
    ),
    "latitude": (
        lambda d: place(d).__setitem__(1, -97.0),
        "less than -90",
    ),
    "height": (lambda d: place(d).append(5), "more than 2 items"),
    "text as number": (lambda d: said(d, "pitch").update(length_m="6"), "not of type number"),
    "no width": (lambda d: said(d, "pitch").update(width_m=0), "not more than 0"),
    "decimals": (lambda d: ring(d, "street")[0].__setitem__(0, 117.01234567), "more than 7 decimals"),
    "minus zero": (lambda d: said(d, "pitch").update(chainage_m=-0.0), "minus zero"),
    "minus zero place": (
        lambda d: place(d).__setitem__(0, -0.0),
        "minus zero",
    ),
    "infinite": (lambda d: said(d, "pitch").update(queue_m=float("1e400")), "Infinity"),
    "no spot": (lambda d: said(d, "pitch").update(spot_id="elsewhere"), "a pitch of no spot"),
    "spot's number": (lambda d: said(d, "pitch").update(number=33), "not the number of its spot"),
    "two of one number": (
        lambda d: said(d, "spot", 1).update(number=1),
        "spots of one number",
    ),
    "capacity": (lambda d: said(d, "spot").update(capacity=99), "not the number of its pitches"),
    "room": (lambda d: said(d, "spot").update(room=0), "more pitches than there is room for"),
    "neighbour": (
        lambda d: said(d, "page").update(neighbours_east=["B7"]),
        "a neighbour that is no other page",
    ),
    "scale": (lambda d: said(d, "page").update(scale=5000), "not the scale of its frame"),
    "orientation": (lambda d: said(d, "page").update(orientation="portrait"), "not the orientation"),
    "page elsewhere": (lambda d: ring(d, "page")[1].__setitem__(1, 36.6), "another place than its metres"),
    "pitch elsewhere": (lambda d: shift(d, "pitch"), "another place than its metres"),
    "spot elsewhere": (lambda d: shift(d, "spot"), "another place than its metres"),
    "order": (swap, "out of its order"),
    "district": (
        lambda d: said(d, "community").update(district="市南区"),
        "a district that is not in the file",
    ),
    "season": (lambda d: d["pitchplan"]["season"].update(last="2025-08-20"), "ends before it begins"),
    "no day": (lambda d: d["pitchplan"]["season"].update(first="2026-02-30"), "not a day"),
    "feature's day": (lambda d: said(d, "spot").update(first_day="2026-06-02"), "not the season's day"),
    "sum": (lambda d: d["pitchplan"].update(residents_served=1), "not what the features add up to"),
    "planning crs": (lambda d: d["pitchplan"].update(planning_crs="EPSG:0"), "not a CRS"),
    "profile": (lambda d: d["pitchplan"].update(profile="pitchplan-map/2"), "not 'pitchplan-map/1'"),
    "no member": (lambda d: d.pop("pitchplan"), "'pitchplan' is missing"),
    "colour": (lambda d: said(d, "spot").update({"marker-color": "red"}), "not of the form"),
    "tag": (lambda d: said(d, "street").update(name="<b>路</b>"), "take for a tag"),
    "changed": (lambda d: d["pitchplan"].update(publisher="somebody"), "hash is another one"),
}


def test_a_written_map_has_no_fault(atlas: Any, plan: Any, tmp_path: Path) -> None:
    for what in (atlas, plan):
        path = tmp_path / "map.geojson"
        path.write_bytes(render(what, ".geojson"))
        assert validate_geojson(path) == []


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_named(name: str, sound: dict[str, Any], tmp_path: Path) -> None:
    change, words = BREAKS[name]
    found = copy.deepcopy(sound)
    change(found)
    faults = faults_of(found, tmp_path)
    assert any(words in fault for fault in faults), faults


def test_all_faults_are_listed_with_the_feature_they_are_in(sound: dict[str, Any], tmp_path: Path) -> None:
    found = copy.deepcopy(sound)
    names = ("turned ring", "capacity", "scale", "text as number", "tag", "season")
    for name in names:
        BREAKS[name][0](found)
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    faults = validate_geojson(path)
    rows = {fault.row for fault in faults}
    assert {first(found, kind)["id"] for kind in ("community", "page", "pitch", "street")} <= rows
    assert any(f.column == "properties.length_m" and f.value == "6" for f in faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "FeatureCollection", "type": "x"}', "twice"),
        ("[1]", "not a JSON object"),
        ("{", "not strict JSON"),
        ('{"features": 3}', "'type' is missing"),
        ('{"features": [null, 1, {"id": 4}]}', "features[0]"),
    ],
)
def test_what_is_no_map_is_named(text: str, words: str, tmp_path: Path) -> None:
    assert any(words in fault for fault in faults_of(None, tmp_path, text=text))


def test_escapes_and_a_byte_order_mark_are_faults(sound: dict[str, Any], tmp_path: Path) -> None:
    escaped = faults_of(None, tmp_path, text="\ufeff" + json.dumps(sound))
    assert len(escaped) == 2
    assert "byte order mark" in escaped[0]
    assert "escapes" in escaped[1]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    assert "does not exist" in str(validate_geojson(tmp_path / "none.geojson")[0])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_broken_the_validator_answers(
    data: st.DataObject, sound: dict[str, Any], tmp_path: Path
) -> None:
    found = copy.deepcopy({**sound, "features": sound["features"][:3] + sound["features"][-60:]})
    at: Any = found
    while True:
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.integers(0, 4)) == 0:
            break
        at = at[key]
    at[key] = data.draw(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just([[]])
    )
    text = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
    path = tmp_path / "map.geojson"
    path.write_bytes(text)
    validate_geojson(path)


PAYLOADS = (
    "<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "</script><script>alert(1)</script>",
    "<!--", "<?php", "<svg/onload=alert(1)>", "<\u200bimg src=x>", "<\x00b>", "<\u202escript>", "]]>",
    "javascript:alert(1)", "{{7*7}}", "${7*7}", "'; DROP TABLE spots; --", '=HYPERLINK("x")', "\\u003cb>",
    "&lt;img src=x&gt;", "\u2028alert(1)", '\\"', "路 < 3 m > 2 m",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_runs_no_code_whatever_text_it_is(payload: str, build: Any, tmp_path: Path) -> None:
    city, texts = build.city(), {}
    plan = build.plan(city, spots=4)
    for name, id_column in (
        ("spots", "spot_id"), ("pitches", "pitch_id"), ("rules_report", "rule"), ("goals", "goal"),
    ):  # fmt: skip
        table = getattr(plan, name).copy()
        for column in (c for c in table.columns if table[c].map(lambda v: isinstance(v, str)).all()):
            if column in (id_column, "spot_id"):
                table[column] = np.array([f"{v}{payload}" for v in table[column]], dtype=object)
            elif column not in ("sense", "outcome"):
                table[column] = np.full(len(table), payload, dtype=object)
        texts[name] = table
    layers = vars(city)
    for name, id_column in (
        ("centrelines", "street_id"), ("communities", "community_id"), ("keep_clear", "feature_id"),
    ):  # fmt: skip
        table = layers[name].copy()
        table["name"] = np.full(len(table), payload, dtype=object)
        table[id_column] = np.array([f"{v}{payload}" for v in table[id_column]], dtype=object)
        layers[name] = table
    layers["communities"]["district"] = np.full(len(layers["communities"]), payload, dtype=object)
    plan = dataclasses.replace(plan, **texts, provenance={**plan.provenance, "book_id": payload})
    words = dict.fromkeys(("title", "title_en", "publisher", "valid", "source_note"), f"图{payload}")
    sheet = map_sheet(plan, type(city)(**layers), contact={payload: payload}, **words)
    path = tmp_path / "map.geojson"
    path.write_bytes(render(sheet, ".geojson"))
    assert validate_geojson(path) == []


def test_a_map_for_amap_has_one_fault(sheet: Any, tmp_path: Path) -> None:
    found = json.loads(render(sheet, ".geojson", datum="gcj02"))
    faults = faults_of(found, tmp_path)
    assert len(faults) == 1
    assert "not WGS84" in faults[0]
