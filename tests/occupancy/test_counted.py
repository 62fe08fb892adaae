"""What counts tell, on a plan made by hand: errors, censoring, days that share vendors, error rates."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pitchplan import schemas
from pitchplan.demand.counts import read_counts
from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.season import Season
from pitchplan.demand.vendors import forecast_vendors
from pitchplan.errors import InputError
from pitchplan.occupancy import scores as thresholds
from pitchplan.occupancy.occupancy import read_occupancy

SEASON = Season("2026-06-01", "2026-08-20", hours="06:00-09:00")
DAYS = [SEASON.first + dt.timedelta(days=k) for k in range(SEASON.days)]


def a_plan(capacities, *, apart=200.0, ids=None, weeks=None):
    """Return what the room knows of a plan: spots, pitches, season."""
    n = len(capacities)
    ids = ids or [f"R{k}" for k in range(n)]
    x = 500_000.0 + apart * np.arange(n)
    spots = pd.DataFrame(
        {"spot_id": ids, "number": range(1, n + 1), "name": "名", "address": "地址", "capacity": capacities}
    ).assign(hours="06:00-09:00", x_m=x, y_m=4_060_000.0, district="D")
    rows = [
        (i, x0 + 7.0 * k - 3.5 * (c - 1))
        for i, x0, c in zip(ids, x, capacities, strict=True)
        for k in range(c)
    ]
    pitches = pd.DataFrame(rows, columns=["spot_id", "x_m"]).assign(y_m=4_060_000.0)
    return SimpleNamespace(spots=spots, pitches=pitches, season=SEASON, crs="EPSG:4548", weeks=weeks)


def counted(plan, wanted, days, rng, *, stay=1):
    """Count each spot on the days given; those who find no pitch are not seen.

    Vendors arrive by chance and stay so many days: counts on days that follow each other see the same
    ones.
    """
    rows = []
    for spot, mean in zip(plan.spots.itertuples(), wanted, strict=True):
        fresh = rng.poisson(mean / stay, SEASON.days + stay)
        present = np.convolve(fresh, np.ones(stay, dtype=int))[stay : stay + SEASON.days]
        for d in days:
            n = int(present[d])
            full = "yes" if n >= spot.capacity else "no"
            rows.append((spot.number, str(DAYS[d]), min(n, spot.capacity), full))
    return pd.DataFrame(rows, columns=["spot", "date", "vendors", "full"])


# --- reading ------------------------------------------------------------------------------------------


def test_chinese_headings_and_every_way_to_name_a_spot(tmp_path):
    plan = a_plan([4, 6], ids=["R-a", "R-b"])
    table = pd.DataFrame(
        {
            "点位（编号）": ["1", "No. 2", "R-a", "２号"],
            "日期": ["2026年6月1日", "2026/6/1", "2026-06-02", "2026-6-2"],
            "商户数": ["2", "6", "4", "0"],
            "是否满员": ["否", "", "", "未满"],
            "投诉数": ["", "1", "0", ""],
        }
    )
    for name in ("七月.csv", "七月.xlsx"):
        path = tmp_path / name
        table.to_csv(path, index=False, encoding="gb18030") if name.endswith("csv") else table.to_excel(
            path, index=False, engine="xlsxwriter"
        )
        cells = read_occupancy(path, plan).cells
        assert cells["spot_id"].tolist() == ["R-a", "R-a", "R-b", "R-b"]
        assert cells["vendors"].tolist() == [2, 4, 6, 0]
        assert cells["full"].tolist() == [False, True, True, False]
        assert cells["complaints"].tolist() == [0, 0, 1, 0]
        assert cells["date"].dt.strftime("%m-%d").tolist() == ["06-01", "06-02", "06-01", "06-02"]


def test_every_fault_at_once_with_row_column_value_and_fix():
    plan = a_plan([4, 6])
    rows = [
        ("1", "2026-06-01", "2", "no", "0"),
        ("7", "2026-06-01", "2", "no", "0"),
        ("", "2026-06-01", "2", "no", "0"),
        ("1", "2025-06-01", "2", "no", "0"),
        ("1", "someday", "2", "no", "0"),
        ("R0", "2026-06-01", "3", "no", "0"),
        ("2", "2026-06-01", "-1", "no", "0"),
        ("2", "2026-06-02", "2.5", "no", "0"),
        ("2", "2026-06-03", "", "no", "0"),
        ("2", "2026-06-04", "viele", "no", "0"),
        ("2", "2026-06-05", "1", "perhaps", "0"),
        ("2", "2026-06-06", "1", "no", "-3"),
        ("2", "2026-06-07", "1e9", "no", "1.5"),
    ]
    with pytest.raises(InputError) as caught:
        read_occupancy(pd.DataFrame(rows, columns=["spot", "date", "vendors", "full", "complaints"]), plan)
    found = [(f.row, f.column, f.value) for f in caught.value.faults]
    assert found == [
        (3, "spot", "7"),
        (4, "spot", None),
        (5, "date", "2025-06-01"),
        (6, "date", "someday"),
        (7, "date", "2026-06-01"),
        (8, "vendors", "-1"),
        (9, "vendors", "2.5"),
        (10, "vendors", None),
        (11, "vendors", "viele"),
        (12, "full", "perhaps"),
        (13, "complaints", "-3"),
        (14, "vendors", "1e9"),
        (14, "complaints", "1.5"),
    ]
    assert all(f.fix for f in caught.value.faults)
    assert "counted on that day in row 2 before" in caught.value.faults[4].what


def test_a_number_that_is_also_an_id_is_asked_about():
    plan = a_plan([4, 6], ids=["2", "1"])
    row = {"date": ["2026-06-01"], "vendors": [1]}
    with pytest.raises(InputError, match="the number of one spot and the id of another"):
        read_occupancy(pd.DataFrame({"spot": ["1"], **row}), plan)
    assert read_occupancy(pd.DataFrame({"spot_id": ["1"], **row}), plan).cells["number"].tolist() == [2]
    assert read_occupancy(pd.DataFrame({"spot": ["No. 1"], **row}), plan).cells["number"].tolist() == [1]


def test_of_a_plan_by_weeks_the_pitches_of_the_week_count():
    weeks = pd.DataFrame({"spot_id": ["R0", "R0", "R1"], "week": [1, 2, 1], "capacity": [4, 2, 6]})
    plan = a_plan([4, 6], weeks=weeks)
    table = pd.DataFrame({"spot": [1, 1], "date": ["2026-06-03", "2026-06-10"], "vendors": [2, 2]})
    assert read_occupancy(table, plan).cells["full"].tolist() == [False, True]
    closed = pd.DataFrame({"spot": [2], "date": ["2026-06-10"], "vendors": [0]})
    with pytest.raises(InputError, match="closed in that week"):
        read_occupancy(closed, plan)


# --- scores -------------------------------------------------------------------------------------------


def test_error_rates_are_as_stated(trials):
    """True use well off the thresholds: hardly ever wrong; on a threshold: wrong in 1 of 20 at most."""
    rng = np.random.default_rng(7)
    capacity = [2, 4, 8, 15] * 5
    plan = a_plan(capacity)
    kinds = ["idle", "used", "overfull", "edge"] * 5
    wrong, unsure, total = (dict.fromkeys(("idle", "used", "overfull", "edge"), 0) for _ in range(3))
    share = {"idle": 0.1, "used": 0.65, "overfull": 2.0, "edge": thresholds.IDLE_BELOW}
    for _ in range(trials(30)):
        kinds = list(rng.permutation(kinds))
        wanted = [share[k] * c for k, c in zip(kinds, capacity, strict=True)]
        days = np.sort(rng.choice(SEASON.days, 30, replace=False))
        scored = read_occupancy(counted(plan, wanted, days, rng, stay=3), plan).scores
        for kind, said in zip(kinds, scored["status"], strict=True):
            total[kind] += 1
            unsure[kind] += said == "too few counts"
            wrong[kind] += said not in (kind, "too few counts") if kind != "edge" else said == "idle"
    rate = {k: wrong[k] / total[k] for k in total}
    assert rate["idle"] == 0
    assert rate["overfull"] <= 0.01
    assert rate["used"] <= 0.01
    assert rate["edge"] <= 0.07
    assert all(unsure[k] <= 0.15 * total[k] for k in ("idle", "overfull", "used")), (unsure, total)


def test_days_that_follow_each_other_are_worth_less(trials):
    """Vendors who stay three days are counted three times: intervals that forget it hold far too rarely."""
    rng = np.random.default_rng(3)
    plan = a_plan([400] * 20)
    held = naive = total = 0
    for _ in range(trials(30)):
        scored = read_occupancy(counted(plan, [20.0] * 20, range(30, 50), rng, stay=3), plan).scores
        held += int(((scored["mean_low"] <= 20) & (scored["mean_high"] >= 20)).sum())
        seen = scored["mean"] * 20
        low, high = stats.chi2.ppf(0.05, 2 * seen) / 40, stats.chi2.ppf(0.95, 2 * seen + 2) / 40
        naive += int(((low <= 20) & (high >= 20)).sum())
        total += 20
    assert held >= 0.87 * total
    assert naive <= 0.75 * total
    assert scored["days_worth"].iloc[0] == pytest.approx(20 / 3, rel=0.1)


def test_naive_means_mislead_where_full_spots_hide_who_wanted_to_stand(trials):
    """Planted: the small spot is wanted by more, yet on the mean more stand at the large one."""
    rng = np.random.default_rng(11)
    plan = a_plan([6, 30])
    means, wanted, said = [], [], []
    for _ in range(trials(40)):
        scored = read_occupancy(counted(plan, [8.0, 6.2], range(0, 80, 2), rng), plan).scores
        said.append(scored["status"].tolist())
        means.append(scored["mean"])
        wanted.append(scored["wanted"])
    assert np.mean([s == ["overfull", "idle"] for s in said]) >= 0.9
    assert not any("idle" in s[:1] for s in said)
    small, large = np.mean(means, axis=0)
    assert small < 0.95 * large
    assert np.mean(wanted, axis=0) == pytest.approx([8.0, 6.2], rel=0.06)


def test_wanted_is_where_the_likelihood_is_greatest():
    plan = a_plan([5])
    seen = [5, 5, 3, 5, 4, 5, 2, 5]
    table = pd.DataFrame({"spot": 1, "date": [str(DAYS[3 * k]) for k in range(8)], "vendors": seen})
    grid = np.linspace(3, 9, 6001)
    free = [n for n in seen if n < 5]
    log = stats.poisson.logpmf(np.array(free)[:, None], grid).sum(0) + 5 * stats.poisson.logsf(4, grid)
    row = read_occupancy(table, plan).scores.iloc[0]
    assert row["wanted"] == pytest.approx(grid[log.argmax()], abs=0.003)
    table["vendors"] = 5
    assert np.isnan(read_occupancy(table, plan).scores.loc[0, "wanted"])


@pytest.mark.parametrize("seed", range(8))
def test_properties_of_scores(seed):
    rng = np.random.default_rng(seed)
    plan = a_plan(list(rng.integers(1, 12, 8)))
    table = counted(
        plan, rng.uniform(0, 15, 8), np.sort(rng.choice(80, rng.integers(1, 40), replace=False)), rng
    )
    table = table[rng.random(len(table)) < 0.8]
    if not len(table):
        return
    table["complaints"] = rng.integers(0, 3, len(table))
    seen = read_occupancy(table, plan)
    s = seen.scores
    assert list(s.columns) == schemas.OCCUPANCY_SCORES.names
    assert s["days"].sum() == len(table)
    assert s["complaints"].sum() == table["complaints"].sum()
    some = s[s["days"] > 0]
    assert ((some["mean_low"] <= some["mean"] + 1e-9) & (some["mean"] <= some["mean_high"] + 1e-9)).all()
    assert (some["full_low"] <= some["days_full"] / some["days"] + 1e-9).all()
    assert (some["days_worth"] <= some["days"] + 1e-9).all()
    assert (some["used_share"] <= 1).all()
    known = some.dropna(subset=["wanted"])
    assert (known["wanted"] >= known["mean"] - 1e-6).all()
    assert (s.loc[s["days"] < thresholds.LEAST_DAYS, "status"].isin(["too few counts", "not counted"])).all()
    # Neither the order of rows nor the way a spot is named matters.
    other = table.sample(frac=1, random_state=seed).assign(spot=lambda t: "R" + (t["spot"] - 1).astype(str))
    pd.testing.assert_frame_equal(read_occupancy(other, plan).scores, s)
    assert read_counts(seen.counts).cells["vendors"].sum() == table["vendors"].sum()
    assert set(seen.next_year()["advice"]) <= {"keep", "enlarge", "drop"}
    assert "Occupancy" in repr(seen)
    assert "<table" in seen._repr_html_()


def test_one_complaint_is_not_yet_a_reason():
    plan = a_plan([4])
    dates = [str(DAYS[k]) for k in range(0, 40, 4)]
    table = pd.DataFrame({"spot": 1, "date": dates, "vendors": 3, "complaints": [1] + [0] * 9})
    assert read_occupancy(table, plan).next_year()["advice"].tolist() == ["keep"]
    assert read_occupancy(table.iloc[:1], plan).next_year()["advice"].tolist() == ["keep"]
    assert read_occupancy(table.assign(complaints=1), plan).next_year()["advice"].tolist() == ["drop"]


# --- what follows -------------------------------------------------------------------------------------


def idle_first(plan):
    """Count the first spot as idle, the others as used."""
    rows = [
        (n, str(DAYS[d]), 0 if n == 1 else int(c * 0.8))
        for n, c in zip(plan.spots["number"], plan.spots["capacity"], strict=True)
        for d in range(0, 80, 4)
    ]
    return read_occupancy(pd.DataFrame(rows, columns=["spot", "date", "vendors"]), plan)


def test_a_dropped_spot_takes_its_neighbourhood_with_it_but_never_a_neighbour():
    far = idle_first(a_plan([4, 5, 5])).decisions("城管局")
    assert far["what"].tolist() == ["forbid", "forbid", "keep", "keep"]
    assert far["place"].tolist() == ["R0", "", "R1", "R2"]
    assert far.loc[1, "radius_m"] == pytest.approx(10.5 + 30.0)
    assert far["date"].unique().tolist() == ["2026-08-16"]
    near = idle_first(a_plan([4, 5, 5], apart=40.0)).decisions("城管局", "2026-09-01")
    assert near.loc[1, "radius_m"] == pytest.approx(40 - 14 - 0.5, abs=0.11)
    assert far["reason"].iloc[0] == "few stood there: 0.0 vendors on 20 days, 0% of its pitches; full on 0"


def test_next_year_can_leave_out_what_is_dropped():
    seen = idle_first(a_plan([4, 5, 5]))
    assert seen.next_year()["number"].tolist() == [1, 2, 3]
    assert seen.next_year(dropped=False)["number"].tolist() == [2, 3]


def test_days_on_which_a_part_was_counted_say_so():
    plan = a_plan([4, 6, 10])
    table = pd.DataFrame(
        {"spot": [1, 2, 1], "date": ["2026-06-01", "2026-06-01", "2026-06-02"], "vendors": [4, 2, 1]}
    )
    seen = read_occupancy(table, plan)
    assert seen.seen == pytest.approx(0.5)
    assert seen.by_day["pitches_share"].tolist() == pytest.approx([0.5, 0.2])
    assert seen.by_day[["spots", "vendors", "spots_full"]].to_numpy().tolist() == [[2, 6, 1], [1, 1, 0]]
    assert "on 2 of them only a part" in repr(seen)


SURVEY = {
    "origin": "唐王", "crop": "watermelon", "cultivation": "open", "area_ha": 300.0, "yield_t_per_ha": 45.0,
    "loss_share": 0.05, "city_share_low": 0.04, "city_share": 0.08, "city_share_high": 0.2, "load_t": 1.5,
    "selling_t_per_day": 0.5, "first_day": "2026-06-05", "peak_day": "2026-06-30", "last_day": "2026-07-31",
}  # fmt: skip


@pytest.fixture(scope="module")
def forecast():
    return forecast_vendors(read_harvest(pd.DataFrame([SURVEY])), SEASON, draws=400)


def a_known_season(forecast, factor, seed, *, full_at=10**6):
    """Count three spots that half, three and two tenths of the vendors want to stand at."""
    plan = a_plan([full_at, 10**6, 10**6])
    rng, mean = np.random.default_rng(seed), forecast.table_by_day["mean"].to_numpy()
    table = counted(plan, [1.0] * 3, range(20, 44), rng)
    for k, row in enumerate(table.itertuples()):
        wanted = rng.poisson(factor * mean[20 + k % 24] * (0.5, 0.3, 0.2)[row.spot - 1])
        table.loc[k, "vendors"] = min(wanted, full_at if row.spot == 1 else wanted)
        table.loc[k, "full"] = "yes" if row.spot == 1 and wanted >= full_at else "no"
    return plan, table


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_learning_moves_the_forecast_the_right_way(forecast, factor):
    plan, table = a_known_season(forecast, factor, 5)
    learned = forecast.learn(read_occupancy(table, plan).counts)
    assert learned.peak.median == pytest.approx(factor * forecast.peak.median, rel=0.15)
    assert learned.peak.p95 - learned.peak.p05 < 0.7 * (forecast.peak.p95 - forecast.peak.p05)


def test_days_on_which_a_part_was_counted_do_not_pull_the_forecast_down(forecast):
    """A sum per day says that a third or more of the vendors were away where nobody went to count them."""
    plan, table = a_known_season(forecast, 1.4, 6)
    days = table["date"].rank(method="dense").astype(int)
    part = table[(table["spot"] == 2) | ((table["spot"] == 1) == (days % 2 == 0))]
    seen = read_occupancy(part, plan)
    learned = forecast.learn(seen.counts, seen=seen.seen)
    sums = forecast.learn(seen.by_day[["date", "vendors"]])
    assert learned.peak.median == pytest.approx(1.4 * forecast.peak.median, rel=0.15)
    assert sums.peak.median < 0.75 * learned.peak.median


def test_full_counts_do_not_pull_the_forecast_down(forecast):
    want = 1.4 * forecast.peak.median
    plan, table = a_known_season(forecast, 1.4, 7, full_at=int(0.25 * forecast.peak.median))
    counts = read_occupancy(table, plan).counts
    assert counts["full"].sum() >= 10
    censored, naive = forecast.learn(counts), forecast.learn(counts.assign(full=False))
    assert censored.peak.median == pytest.approx(want, rel=0.15)
    assert naive.peak.median < 0.9 * censored.peak.median
