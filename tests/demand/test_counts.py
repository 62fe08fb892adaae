"""The table of counts at the door, and the shares of the spots."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pitchplan.demand.counts import read_counts, spot_shares
from pitchplan.errors import InputError


def test_counts_in_chinese_from_a_file(tmp_path: Path) -> None:
    text = "日期,点位,商户数,容量,已满\n2026-06-02,12,5,5,\n2026年6月1日,12,3,5,否\n2026/6/1,3,4,,是\n"
    (tmp_path / "清点.csv").write_bytes(text.encode("gb18030"))
    table = read_counts(tmp_path / "清点.csv")
    assert table.cells["spot"].tolist() == ["12", "3", "12"]
    assert table.cells["vendors"].tolist() == [3, 4, 5]
    assert table.cells["full"].tolist() == [False, True, True]
    by_day = table.by_day
    assert by_day["vendors"].tolist() == [7, 5]
    assert by_day["full"].tolist() == [True, True]
    assert by_day["date"].tolist() == [pd.Timestamp("2026-06-01"), pd.Timestamp("2026-06-02")]


def test_two_rounds_are_chapmans_estimate() -> None:
    table = read_counts(pd.DataFrame({"date": ["2026-06-01"], "first": [49], "second": [59], "both": [19]}))
    assert table.cells["vendors"].tolist() == [149]
    assert table.cells["variance"].tolist() == pytest.approx([50 * 60 * 30 * 40 / (20**2 * 21)])


GOOD: dict[str, Any] = {"date": "2026-06-01", "spot": "1", "vendors": 4}


@pytest.mark.parametrize(
    ("changes", "column", "says"),
    [
        ({"date": "June"}, "date", "day that can be read"),
        ({"date": None}, "date", "missing"),
        ({"vendors": -1}, "vendors", "whole number"),
        ({"vendors": 2.5}, "vendors", "whole number"),
        ({"vendors": "many"}, "vendors", "not a number"),
        ({"vendors": 10**9}, "vendors", "more vendors than can be"),
        ({"vendors": math.nan}, "vendors", "missing"),
        ({"full": "maybe"}, "full", "neither yes nor no"),
        ({"capacity": -3}, "capacity", "whole number"),
    ],
)
def test_a_bad_cell_is_named(changes: dict[str, Any], column: str, says: str) -> None:
    frame = pd.DataFrame([{**GOOD, "spot": "2"}, {**GOOD, **changes}], index=["a", "b"], dtype=object)
    with pytest.raises(InputError) as caught:
        read_counts(frame)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == ("index 'b'", column)
    assert says in fault.what
    assert fault.fix


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.DataFrame({"vendors": [1]}), "'date' is missing"),
        (pd.DataFrame({"date": ["2026-06-01"]}), "no column of vendors"),
        (pd.DataFrame({"date": ["2026-06-01"], "first": [1], "second": [2]}), "no column of vendors"),
        (pd.DataFrame({"date": [], "vendors": []}), "no rows"),
        (pd.DataFrame({"date": ["2026-06-01"], "日期": ["2026-06-01"], "vendors": [1]}), "says the same"),
        (pd.DataFrame([GOOD, GOOD]), "was counted on that day in row index 0 before"),
        (pd.DataFrame([GOOD, {**GOOD, "spot": ""}]), "some rows name a spot"),
        (pd.DataFrame([{"date": "2026-06-01", "first": 3, "second": 4, "both": 5}]), "more were seen twice"),
        (pd.DataFrame([{"date": "2026-06-01", "first": 3, "second": None, "both": 2}]), "missing"),
    ],
)
def test_a_bad_table_is_named(frame: pd.DataFrame, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_counts(frame)


def test_spot_shares_with_full_spots() -> None:
    """Shares of three spots of which one is nearly always full, from many days."""
    rng = np.random.default_rng(0)
    share, records = np.array([0.5, 0.3, 0.2]), []
    for day in pd.date_range("2026-06-01", periods=60):
        seen = rng.poisson(share * rng.uniform(60, 120))
        for spot, n, room in zip("abc", seen, (1000, 1000, 15), strict=True):
            records.append({"date": day, "spot": spot, "vendors": min(n, room), "capacity": room})
    spots, told = spot_shares(read_counts(pd.DataFrame(records)))
    assert spots == ["a", "b", "c"]
    assert told.sum() == pytest.approx(1)
    assert told == pytest.approx(share, abs=0.02)
    _, untold = spot_shares(read_counts(pd.DataFrame(records).drop(columns="capacity")))
    assert untold[2] < 0.17


def test_spots_counted_on_different_days() -> None:
    records = [
        {"date": "2026-06-01", "spot": "a", "vendors": 20},
        {"date": "2026-06-01", "spot": "b", "vendors": 10},
        {"date": "2026-06-02", "spot": "b", "vendors": 30},
        {"date": "2026-06-02", "spot": "c", "vendors": 60},
    ]
    spots, share = spot_shares(read_counts(pd.DataFrame(records)))
    # b is half of a and half of c, so a : b : c = 2 : 1 : 2.
    assert dict(zip(spots, share, strict=True)) == pytest.approx({"a": 0.4, "b": 0.2, "c": 0.4}, abs=1e-4)
