"""Counts at the spots: a season whose truth is known, full spots that hide how many wanted to stand there."""

import numpy as np
import pandas as pd
import pytest

import pitchplan as pp

TRUTH = {"idle": 0.08, "used": 0.7, "overfull": 1.9}


@pytest.fixture(scope="module")
def spring():
    return pp.datasets.spring_city()


@pytest.fixture(scope="module")
def candidates(spring):
    return pp.find_candidates(spring.city, spring.book, season=spring.season)


@pytest.fixture(scope="module")
def problem(spring, candidates):
    goals = (pp.goals.HostVendors(), pp.goals.CoverResidents(per_pitch=None), pp.goals.KeepTrafficClear())
    return pp.siting_problem(candidates, spring.city, vendors=60, goals=goals)


@pytest.fixture(scope="module")
def plan(problem):
    return problem.solve(time_limit_s=3)


def a_season(plan, seed, days=30):
    """Count every spot on some days: whoever finds no pitch is not seen."""
    random = np.random.default_rng(seed)
    kinds = random.choice(list(TRUTH), len(plan.spots), p=[0.25, 0.5, 0.25])
    rows = []
    for spot, kind in zip(plan.spots.itertuples(), kinds, strict=True):
        for day in sorted(random.choice(plan.season.days, days, replace=False)):
            wanted = random.poisson(TRUTH[kind] * spot.capacity)
            seen = min(wanted, spot.capacity)
            date = plan.season.first + pd.Timedelta(days=int(day))
            rows.append(
                (spot.number, date.isoformat()[:10], seen, "是" if wanted >= spot.capacity else "否", 0)
            )
    table = pd.DataFrame(rows, columns=["点位", "日期", "商户数", "已满", "投诉数"])
    return table, dict(zip(plan.spots["number"], kinds, strict=True))


def test_idle_and_overfull_spots_are_found(plan, trials):
    right = wrong = unsure = 0
    for seed in range(trials(20)):
        table, truth = a_season(plan, seed)
        scored = pp.read_occupancy(table, plan).scores
        for row in scored.itertuples():
            status = truth[row.number]
            right += row.status == status
            unsure += row.status == "too few counts"
            wrong += row.status not in (status, "too few counts")
    total = right + wrong + unsure
    assert wrong <= 0.02 * total, (right, wrong, unsure)
    assert right >= 0.9 * total, (right, wrong, unsure)


def test_few_counts_tell_little(plan):
    table, _ = a_season(plan, 1, days=1)
    scored = pp.read_occupancy(table, plan).scores
    assert (scored["status"] == "too few counts").mean() > 0.5
    assert (scored["mean_high"] - scored["mean_low"] > 1).all()
    none = pp.read_occupancy(table[table["点位"] == 1], plan).scores
    assert (none.loc[none["number"] > 1, "status"] == "not counted").all()
    assert none.loc[none["number"] > 1, "mean"].isna().all()


def test_a_full_spot_is_not_taken_for_a_used_one(plan):
    """As many stand at both, but at one of them others were turned away: the mean alone hides it."""
    first, second = plan.spots.sort_values("capacity", ascending=False).iloc[:2].itertuples()
    dates = [f"2026-06-{d:02d}" for d in range(1, 21)]
    full = pd.DataFrame({"spot": first.number, "date": dates, "vendors": first.capacity, "full": "yes"})
    busy = pd.DataFrame({"spot": second.number, "date": dates, "vendors": second.capacity - 1, "full": "no"})
    scored = pp.read_occupancy(pd.concat([full, busy]), plan).scores.set_index("number")
    assert scored.loc[first.number, "status"] == "overfull"
    assert scored.loc[second.number, "status"] == "used"


def test_the_forecast_learns_from_full_counts_without_being_pulled_down(spring, plan):
    forecast = pp.forecast_vendors(spring.survey, spring.season, gateways=spring.gateways, draws=400)
    days = [pd.Timestamp("2026-06-05") + pd.Timedelta(days=7 * k) for k in range(4)]
    rows = [(s.number, d.date(), s.capacity, s.capacity) for d in days for s in plan.spots.itertuples()]
    table = pd.DataFrame(rows, columns=["spot", "date", "vendors", "capacity"])
    full = forecast.learn(pp.read_occupancy(table, plan).counts)
    half = forecast.learn(pp.read_occupancy(table.assign(vendors=table["vendors"] // 2), plan).counts)
    assert half.peak.median < forecast.peak.median
    assert half.peak.median < full.peak.median
    assert full.peak.median >= 0.8 * forecast.peak.median


def test_weak_spots_are_dropped_with_least_change(spring, problem, plan, tmp_path):
    table, truth = a_season(plan, 3)
    seen = pp.read_occupancy(table, plan)
    said = seen.decisions("泉城城市管理局", "2026-07-15")
    weak = {n for n, kind in truth.items() if kind == "idle"}
    assert weak
    dropped = {int(i.split("-")[1]) for i in said.loc[said["what"] == "forbid", "decision_id"]}
    assert dropped == set(seen.scores.loc[seen.scores["status"] == "idle", "number"])
    again = problem.replan(plan, said, time_limit_s=4)
    spot = dict(zip(plan.spots["number"], plan.spots["spot_id"], strict=True))
    # A spot that moved a few metres keeps its number.
    assert not {spot[n] for n in dropped} & set(again.plan.spots["spot_id"])
    kept = {int(i.split("-")[1]) for i in said.loc[said["what"] == "keep", "decision_id"]}
    assert {spot[n] for n in kept} <= set(again.plan.spots["spot_id"])
    path = tmp_path / "next_year.csv"
    start = seen.next_year()
    start.to_csv(path, index=False, encoding="utf-8-sig")
    back = pp.read_spots(path, spring.city)
    assert back["number"].tolist() == start["number"].tolist()
    np.testing.assert_allclose(back[["x_m", "y_m"]], start[["x_m", "y_m"]], atol=0.01)
    assert set(start["advice"]) <= {"keep", "enlarge", "drop"}
    assert start.loc[start["advice"] == "drop", "why"].str.contains("vendors on 30 days").all()
    assert repr(seen).startswith("Occupancy: ")


def test_complaints_count_too(plan):
    dates = [f"2026-06-{d:02d}" for d in range(1, 11)]
    table = pd.DataFrame(
        {"spot": 1, "date": dates, "vendors": int(plan.spots["capacity"][0]), "complaints": 1}
    )
    seen = pp.read_occupancy(table, plan)
    row = seen.next_year().iloc[0]
    assert row["advice"] == "drop"
    assert row["why"].startswith("10 complaints on 10 days")


def test_what_is_wrong_is_named_at_once(plan):
    table = pd.DataFrame(
        {
            "spot": [1, 999, 1, 2],
            "date": ["2026-06-05", "2026-06-05", "2025-06-06", "2026-06-07"],
            "vendors": [1, 1, 1, 1],
            "complaints": [0, 0, 0, -1],
        }
    )
    with pytest.raises(pp.InputError) as caught:
        pp.read_occupancy(table, plan)
    told = str(caught.value)
    for text in ("row 3", "999", "row 4", "outside of the season", "row 5", "complaints"):
        assert text in told
    with pytest.raises(pp.InputError, match="column 'spot' is missing"):
        pp.read_occupancy(table[["date", "vendors"]].iloc[[0, 3]], plan)
    with pytest.raises(pp.InputError, match="counted on that day"):
        pp.read_occupancy(table.iloc[[0, 0]], plan)


def test_a_plan_anew_from_decisions_last_plan_and_the_learned_forecast(spring, candidates, plan):
    """The whole of mid July: learn, decide, and state the problem anew with least change before all else."""
    table, _ = a_season(plan, 3)
    seen = pp.read_occupancy(table, plan)
    said = seen.decisions("泉城城市管理局", "2026-07-15")
    forecast = pp.forecast_vendors(spring.survey, spring.season, gateways=spring.gateways, draws=400)
    learned = forecast.learn(seen.counts, seen=seen.seen)
    before, after = (f.to_provide(0.9).peak for f in (forecast, learned))
    assert after != before
    goals = (pp.goals.HostVendors(slack=0.05), pp.goals.StayClose(plan), pp.goals.KeepTrafficClear())
    anew = pp.siting_problem(candidates, spring.city, vendors=after, goals=goals, decisions=said)
    again = anew.solve(time_limit_s=4)
    by_number = dict(zip(plan.spots["number"], plan.spots["spot_id"].astype(str), strict=True))
    now = set(again.spots["spot_id"].astype(str))
    status = seen.scores.set_index("number")["status"]
    assert not {by_number[n] for n in status[status == "idle"].index} & now
    assert {by_number[n] for n in status[status.isin(["used", "overfull"])].index} <= now
    answers = dict(zip(again.decisions["decision_id"], again.decisions["outcome"], strict=True))
    assert set(answers.values()) <= {"kept", "taken-out"}
