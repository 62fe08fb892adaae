"""Files in GCJ-02: clearly named, say so inside, and only in formats that can."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pitchplan.city.datum import to_wgs84
from pitchplan.errors import InputError
from pitchplan.sheets import render, write
from pitchplan.sheets.formats import FORMATS


@pytest.mark.parametrize("suffix", [s for s, f in FORMATS.items() if f.takes_datum])
def test_the_extra_file_is_named_and_leaves_the_true_one_alone(
    sheet: Any, suffix: str, tmp_path: Path
) -> None:
    true = write(sheet, tmp_path / f"map{suffix}")
    before = true.read_bytes()
    extra = write(sheet, tmp_path / f"map{suffix}", datum="gcj02")
    assert extra.name == f"map.gcj02{suffix}"
    assert true.read_bytes() == before != extra.read_bytes()
    assert write(sheet, extra, datum="GCJ-02") == extra
    assert render(sheet, suffix, datum="wgs84") == before


def test_geojson_is_shifted_and_says_so(sheet: Any) -> None:
    true, shifted = (json.loads(render(sheet, ".geojson", datum=d)) for d in ("wgs84", "gcj02"))
    assert "datum" not in true["pitchplan"]
    assert next(iter(shifted["pitchplan"])) == "datum"
    assert "GCJ-02" in shifted["pitchplan"]["datum"]
    for a, b in zip(true["features"], shifted["features"], strict=True):
        assert a["properties"] == b["properties"]
        assert a["geometry"]["type"] == b["geometry"]["type"]
        there, here = (np.array(_flat(f["geometry"]["coordinates"])) for f in (b, a))
        back = np.column_stack(to_wgs84(there[:, 0], there[:, 1], "GCJ-02"))
        assert np.abs(back - here).max() < 2e-7
        assert np.abs(there - here).max() > 1e-3


def _flat(coordinates: Any) -> list[list[float]]:
    if isinstance(coordinates[0], (int, float)):
        return [coordinates]
    return [point for inner in coordinates for point in _flat(inner)]


def test_csv_names_its_columns(sheet: Any) -> None:
    row = next(csv.DictReader(io.StringIO(render(sheet, ".csv", datum="gcj02").decode("utf-8-sig"))))
    assert "lon" not in row
    lon, lat = to_wgs84(float(row["lon_gcj02"]), float(row["lat_gcj02"]), "GCJ-02")
    spot = sheet.published.spots.iloc[0]
    assert (float(lon), float(lat)) == pytest.approx((spot["lon"], spot["lat"]), abs=2e-7)


def test_kml_says_so_in_its_name(sheet: Any) -> None:
    document = ET.fromstring(render(sheet, ".kml", datum="gcj02"))[0]
    assert document[0].text == f"{sheet.title} (GCJ-02)"


@pytest.mark.parametrize("suffix", [s for s, f in FORMATS.items() if not f.takes_datum])
def test_formats_that_cannot_say_so_refuse(sheet: Any, suffix: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"half a kilometre off.*\.geojson, \.kml, \.kmz or \.csv"):
        write(sheet, tmp_path / f"map{suffix}", datum="gcj02")
    assert not list(tmp_path.iterdir())


def test_an_unknown_datum_is_refused(sheet: Any) -> None:
    with pytest.raises(InputError, match='"gcj02" for AMap'):
        render(sheet, ".geojson", datum="bd09")
