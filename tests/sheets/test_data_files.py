"""Data files: public, harmless, complete."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.tables import guarded, write_table

WORDS = {"title": "济南市西瓜地图", "publisher": "城市管理局"}
SECRETS = {"phone": "13800001111", "grower": "张三丰", "id_number": "370102199001011234"}


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


def test_any_table_is_written_harmless_and_read_back(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"地点": ["=1+1", "历山路", None], "n": [1, 2, 3], "share": [0.5, None, -1.25]}, index=[7, 8, 9]
    )
    file = write_table(table, tmp_path / "changes.csv")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert file.read_bytes().count(b"\r\n") == 4
    back = pd.read_csv(file, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(back.iloc[1:], table.reset_index(drop=True).iloc[1:], check_dtype=False)
    assert back["地点"][0] == "'=1+1"
    assert table["地点"].iloc[0] == "=1+1"
