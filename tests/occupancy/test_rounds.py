"""Several rounds on a day, counts that contradict each other, and the picture of a season."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pitchplan import schemas
from pitchplan.demand.counts import read_counts
from pitchplan.demand.season import Season
from pitchplan.errors import InputError
from pitchplan.occupancy.occupancy import read_occupancy
from pitchplan.occupancy.pictures import MOST_ROWS, draw_use
from pitchplan.occupancy.scores import IDLE_BELOW

SEASON = Season("2026-06-01", "2026-08-20", hours="06:00-09:00")
COLUMNS = ["spot", "date", "round", "vendors", "full", "complaints"]


@pytest.fixture
def plan():
    spots = pd.DataFrame(
        {"spot_id": ["R0", "R1"], "number": [1, 2], "name": "名", "address": "地址", "capacity": [6, 4]}
    ).assign(hours="06:00-09:00", x_m=[500_000.0, 500_300.0], y_m=4_060_000.0)
    pitches = spots[["spot_id", "x_m", "y_m"]]
    return SimpleNamespace(spots=spots, pitches=pitches, season=SEASON, crs="EPSG:4548", weeks=None)


def read(plan, rows, columns=COLUMNS):
    return read_occupancy(pd.DataFrame(rows, columns=columns), plan)


# --- rounds -------------------------------------------------------------------------------------------


def test_rounds_of_a_day_are_one_day_with_their_mean(plan):
    seen = read(
        plan,
        [
            (1, "2026-06-01", "早", 2, "", 1),
            (1, "2026-06-01", "晚", 5, "", 1),
            (2, "2026-06-01", "早", 4, "", 0),
            (2, "2026-06-01", "晚", 1, "", 0),
            (1, "2026-06-02", "早", 3, "", 0),
        ],
    )
    names = ["number", "vendors", "full", "complaints", "rounds", "most"]
    assert seen.cells[names].to_numpy().tolist() == [
        [1, 4, False, 2, 2, 5],  # 3.5, to the nearest
        [1, 3, False, 0, 1, 3],
        [2, 2, True, 0, 2, 4],  # 2.5 and more wanted to stand there: at least 2
    ]
    assert seen.scores["days"].tolist() == [2, 1]
    assert seen.scores["most"].tolist() == [5, 4]
    assert "5 counts on 2 days" in repr(seen)
    assert len(read_counts(seen.counts).cells) == 3


def test_the_time_of_a_round_may_be_written_in_any_way(plan, tmp_path):
    rows = [(1, "2026-06-01", 2, "07:30"), (1, "2026-06-01", 4, "18:30")]
    table = pd.DataFrame(rows, columns=["编号", "日期", "商户数", "时段"])
    path = tmp_path / "counts.csv"
    table.to_csv(path, index=False)
    assert read_occupancy(path, plan).cells["vendors"].tolist() == [3]
    clock = [dt.time(7, 30), dt.time(18, 30)]
    assert read_occupancy(table.assign(时段=clock), plan).cells["vendors"].tolist() == [3]
    table.assign(时段=clock).to_excel(tmp_path / "counts.xlsx", index=False, engine="xlsxwriter")
    assert read_occupancy(tmp_path / "counts.xlsx", plan).cells["vendors"].tolist() == [3]
    assert read_occupancy(table.assign(时段=[1, 2]), plan).cells["vendors"].tolist() == [3]


def test_a_round_counted_twice_is_a_fault_and_so_is_one_without_a_name_beside_others(plan):
    with pytest.raises(InputError) as caught:
        read(
            plan,
            [
                (1, "2026-06-01", "a", 2, "", 0),
                (1, "2026-06-01", "A ", 3, "", 0),
                (1, "2026-06-02", "a", 2, "", 0),
                (1, "2026-06-02", "", 2, "", 0),
                (2, "2026-06-03", "", 2, "", 0),
                (2, "2026-06-03", "b", 2, "", 0),
                (2, "2026-06-04", "", 2, "", 0),
                (2, "2026-06-04", "", 2, "", 0),
            ],
        )
    assert [(f.row, f.column) for f in caught.value.faults] == [(r, "date") for r in (3, 5, 7, 9)]
    assert "on that day and round in row 2" in caught.value.faults[0].what
    assert "column round" in caught.value.faults[1].fix


def test_the_most_of_several_rounds_would_overstate_who_wants_to_stand_there(plan):
    rng = np.random.default_rng(2)
    plan.spots["capacity"] = 30
    days = [SEASON.first + dt.timedelta(days=k) for k in range(0, 80, 3)]
    rows = [(n, str(day), name, rng.poisson(8), "", 0) for n in (1, 2) for day in days for name in "abc"]
    cells = read(plan, rows).cells
    assert cells["vendors"].mean() == pytest.approx(8, rel=0.07)
    assert cells["most"].mean() > 1.2 * 8


@pytest.mark.parametrize("seed", range(10))
def test_rounds_never_hide_a_full_day_nor_promise_more_than_was_seen(plan, seed):
    rng = np.random.default_rng(seed)
    rows = [
        (n, str(SEASON.first + dt.timedelta(days=int(day))), k, int(rng.integers(0, 9)), "", 0)
        for n in (1, 2)
        for day in rng.choice(80, 12, replace=False)
        for k in range(int(rng.integers(1, 4)))
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    cells = read_occupancy(table, plan).cells
    by = table.assign(room=table["spot"].map({1: 6, 2: 4})).groupby(["spot", "date"])
    mean, any_full = by["vendors"].mean(), by.apply(lambda g: bool((g["vendors"] >= g["room"]).any()))
    assert cells["full"].tolist() == any_full.tolist()
    assert (cells["vendors"].to_numpy() <= mean.to_numpy() + 0.5).all()
    assert (cells["vendors"].to_numpy() > mean.to_numpy() - 1).all()
    sure = cells["full"].to_numpy()
    assert (cells["vendors"].to_numpy()[sure] <= mean.to_numpy()[sure]).all()


# --- what looks wrong ---------------------------------------------------------------------------------


def test_what_looks_wrong_is_told_with_its_row_and_counted_as_it_stands(plan):
    rows = [
        (1, "2026-06-01", "", 40, "", 0),
        (1, "2026-06-02", "", 7, "no", 0),
        (1, "2026-06-03", "", 2, "yes", 0),
        (1, "2026-06-04", "", 6, "no", 0),
        (1, "2026-06-05", "", 3, "yes", 0),
        (1, "2026-06-06", "", 12, "yes", 0),
    ]
    seen = read(plan, rows)
    assert list(seen.doubts.columns) == schemas.OCCUPANCY_DOUBTS.names
    assert seen.doubts["row"].tolist() == [2, 3, 4]
    for text, why in zip(("2 vendors per pitch", "not to be full", "half"), seen.doubts["why"], strict=True):
        assert text in why
    assert seen.cells["vendors"].tolist() == [40, 7, 2, 6, 3, 12]
    assert seen.cells["full"].all()
    assert repr(seen).endswith("3 to look at in doubts")
    clean = read(plan, rows[3:4])
    assert not len(clean.doubts)
    assert "doubts" not in repr(clean)


def test_full_with_nobody_there_is_a_fault(plan):
    with pytest.raises(InputError, match="full, and nobody stood there") as caught:
        read(plan, [(1, "2026-06-01", "", 0, "yes", 0), (2, "2026-06-01", "", 0, "no", 0)])
    assert [(f.row, f.column) for f in caught.value.faults] == [(2, "full")]


# --- the picture --------------------------------------------------------------------------------------


def test_the_picture_has_a_row_per_spot_counted_the_most_used_on_top(plan):
    pytest.importorskip("matplotlib").use("Agg")
    days = [str(SEASON.first + dt.timedelta(days=k)) for k in range(0, 60, 3)]
    rows = [(1, day, "", 0, "", 0) for day in days] + [(2, day, "", 4, "", 0) for day in days]
    ax = read(plan, rows).plot()
    assert [t.get_text() for t in ax.get_yticklabels()] == ["1", "2"]
    assert [t.get_text() for t in ax.texts] == ["full 0 of 20 days", "full 20 of 20 days"]
    said = [t.get_text() for t in ax.get_legend().get_texts()]
    assert said == [f"idle below {IDLE_BELOW:.0%}", "idle (1)", "overfull (1)"]
    again = read(plan, rows[:20]).plot(ax)
    assert again is ax
    assert ax.get_legend().get_title().get_text() == "1 not counted"


def test_of_many_spots_the_picture_shows_those_to_be_changed():
    pytest.importorskip("matplotlib").use("Agg")
    n = MOST_ROWS + 5
    spots = pd.DataFrame({"number": range(1, n + 1), "status": "used", "capacity": 4, "days": 10})
    spots = spots.assign(mean=2.0, mean_low=1.0, mean_high=3.0, used_share=0.5, days_full=0)
    spots.loc[3, ["status", "mean", "used_share"]] = ["idle", 0.0, 0.0]
    ax = draw_use(spots, None)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["4"]
    assert ax.get_ylabel() == "idle or overfull spot"
