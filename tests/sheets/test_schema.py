"""The profile's schema is JSON Schema, and our reader of it agrees with another one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.plan_file import PITCH_COLUMNS, SPOT_COLUMNS
from pitchplan.sheets import map_schema, render
from pitchplan.sheets.schema import schema_faults

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.floats(-200, 200)
    | st.sampled_from(["", "spot", "pitch", "Point", "Polygon", "2026-06-01", "#C8102E", "x"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
)


@pytest.fixture(scope="module")
def standard() -> Any:
    return jsonschema.Draft202012Validator(map_schema())


@pytest.fixture(scope="module")
def small(sheet: Any) -> dict[str, Any]:
    """Return a map with two features of each kind."""
    found = json.loads(render(sheet, ".geojson"))
    by_kind: dict[str, list[Any]] = {}
    for f in found["features"]:
        by_kind.setdefault(f["properties"]["kind"], []).append(f)
    found["features"] = [f for features in by_kind.values() for f in features[:2]]
    return dict(found)


def paths(standard: Any, value: Any) -> set[tuple[Any, ...]]:
    return {tuple(e.absolute_path) for e in standard.iter_errors(value)}


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(map_schema())


def test_it_says_of_every_property_what_it_is(sheet: Any) -> None:
    """Nothing is published that the profile does not name."""
    defined = map_schema()["$defs"]
    for f in json.loads(render(sheet, ".geojson"))["features"]:
        named = defined[f["properties"]["kind"]]["properties"]["properties"]["properties"]
        assert set(f["properties"]) <= set(named)
    for kind, columns in (("pitch", PITCH_COLUMNS), ("spot", SPOT_COLUMNS)):
        said = defined[kind]["properties"]["properties"]
        assert set(columns) <= set(said["properties"])
        # Files from before pitches had weeks are of this profile too.
        assert set(columns) - {"weeks"} <= set(said["required"])
    staged = json.loads(render(replace(sheet, stage="draft"), ".geojson"))["pitchplan"]
    assert set(staged) == set(defined["map"]["properties"])
    # A map without a stage is what it was before there were stages.
    assert set(json.loads(render(sheet, ".geojson"))["pitchplan"]) == set(defined["map"]["required"])


def test_both_readers_take_what_is_written(sheet: Any, plan: Any, standard: Any) -> None:
    for what in (sheet, plan):
        found = json.loads(render(what, ".geojson"))
        assert not paths(standard, found)
        assert not list(schema_faults(found, map_schema()))


@settings(max_examples=75, deadline=None)
@given(data=st.data())
def test_both_readers_find_the_same_places(data: st.DataObject, small: dict[str, Any], standard: Any) -> None:
    found = json.loads(json.dumps(small))
    for _ in range(data.draw(st.integers(1, 3))):
        at: Any = found
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            key = data.draw(st.sampled_from(keys))
            inner = at[key]
            if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 5)) == 0:
                break
            at = inner
        if isinstance(at, dict) and data.draw(st.booleans()):
            del at[key]
        else:
            at[key] = data.draw(JSON)
        if not found:
            break
    ours = {path for path, _, _ in schema_faults(found, map_schema())}
    assert ours == paths(standard, found)
