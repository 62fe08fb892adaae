"""Provenance: what, with what, when; and content hashes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Polygon

from pitchplan.errors import InputError
from pitchplan.provenance import content_hash, json_bytes, provenance

TABLE = pd.DataFrame({"id": ["01", "02", "03"], "x": [1.5, np.nan, -0.25], "n": [1, 2, 3]})


def test_order_of_rows_columns_and_index_does_not_count() -> None:
    turned = TABLE.iloc[::-1][["n", "x", "id"]]
    turned.index = [7, 8, 9]
    assert content_hash(turned) == content_hash(TABLE)


@pytest.mark.parametrize(("column", "value"), [("id", "1"), ("x", 1.5000000000000002), ("n", 4)])
def test_any_cell_counts(column: str, value: object) -> None:
    changed = TABLE.copy()
    changed[column] = changed[column].astype(object)
    changed.loc[0, column] = value
    assert content_hash(changed) != content_hash(TABLE)


def test_a_repeated_row_and_a_column_name_count() -> None:
    assert content_hash(pd.concat([TABLE, TABLE.iloc[:1]])) != content_hash(TABLE)
    assert content_hash(TABLE.rename(columns={"x": "y"})) != content_hash(TABLE)


def test_cells_cannot_run_into_each_other() -> None:
    a = pd.DataFrame({"a": ['x","y'], "b": ["z"]})
    b = pd.DataFrame({"a": ["x"], "b": ['y","z']})
    assert content_hash(a) != content_hash(b)


def test_a_rings_start_does_not_count_but_its_place_and_crs_do() -> None:
    ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
    frames = [
        gpd.GeoDataFrame({"id": ["a"]}, geometry=[Polygon(ring[k:] + ring[:k])], crs="EPSG:4548")
        for k in range(4)
    ]
    assert len({content_hash(f) for f in frames}) == 1
    assert content_hash(frames[0].translate(1).to_frame("geometry").assign(id="a")) != content_hash(frames[0])
    assert content_hash(frames[0].set_crs("EPSG:4549", allow_override=True)) != content_hash(frames[0])


def test_json_is_strict() -> None:
    data = json_bytes({"b": float("nan"), "a": np.int64(3), "d": dt.date(2026, 6, 1), "路": Path("x")})
    assert json.loads(data) == {"a": 3, "b": None, "d": "2026-06-01", "路": "x"}
    assert "路" in data.decode()
    assert data.endswith(b"}\n")


def _plan() -> SimpleNamespace:
    goals = pd.DataFrame([{"goal": "host", "value": 3.0, "gap": np.nan, "outcome": "PROVEN", "seconds": 1.5}])
    return SimpleNamespace(
        provenance={"book_id": "jinan-2019"}, outcome="PROVEN", crs="EPSG:4548", goals=goals
    )


def test_provenance_names_files_versions_and_times(tmp_path: Path) -> None:
    raw = tmp_path / "streets.geojson"
    raw.write_bytes(b"{}")
    started = dt.datetime(2026, 5, 1, 8, 0, tzinfo=dt.UTC)
    found = json.loads(
        json_bytes(provenance(_plan(), inputs={"streets": raw}, started=started, seconds=12.3456))
    )
    assert found["inputs"]["streets"] == {
        "file": "streets.geojson",
        "bytes": 2,
        "sha256": hashlib.sha256(b"{}").hexdigest(),
    }
    assert found["started"] == "2026-05-01T08:00:00+00:00"
    assert found["seconds"] == 12.346
    assert "shapely" in found["libraries"]
    assert found["plan"]["book_id"] == "jinan-2019"
    assert found["plan"]["goals"][0]["gap"] is None
    assert str(tmp_path) not in json.dumps(found)


def test_provenance_refuses_what_it_cannot_say(tmp_path: Path) -> None:
    started = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    with pytest.raises(InputError, match="cannot be read"):
        provenance(_plan(), inputs={"streets": tmp_path / "gone"}, started=started, seconds=1)
    with pytest.raises(InputError, match="time zone"):
        provenance(_plan(), inputs={}, started=dt.datetime(2026, 5, 1), seconds=1)
