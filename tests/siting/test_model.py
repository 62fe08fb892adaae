"""What the arrays say: a case by hand, clashes, quotas, decisions, order of the inputs."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from pitchplan.siting.clashes import clique_cover

from pitchplan.errors import InputError, NoPlanExists
from pitchplan.plan import Outcome
from pitchplan.siting.assemble import checked_design
from pitchplan.siting.baselines import greedy_plan, random_plan
from pitchplan.siting.decisions import read_decisions
from pitchplan.siting.goals import CoverResidents, HostVendors, KeepTrafficClear
from pitchplan.siting.limits import Quota, SpotSize
from pitchplan.siting.model import siting_problem


@pytest.fixture
def by_hand(cities):
    """Two runs of two and three bays; the last bay of the first clashes with the first of the second."""
    city = cities.make_city((2, 2), community_blocks=2, residents_per_ha=10.0)
    found = cities.make_candidates(city, 2, bays=(2, 2), clash_m=0.1)
    pitches = found.pitches.assign(street_class="lane", clear_drive_m=9.0, street_id=["A", "A", "B", "B"])
    runs = found.runs.assign(street_class="lane", street_id=["A", "B"])
    clash = pd.DataFrame(
        {"pitch_a": ["P00000-01"], "pitch_b": ["P00001-00"], "rule": "gap", "measured": 1.0, "required": 2.0}
    )
    return city, dataclasses.replace(found, pitches=pitches, runs=runs, clashes=clash)


def test_the_arrays_of_a_case_by_hand(by_hand):
    city, found = by_hand
    problem = siting_problem(
        found,
        city,
        vendors=3,
        goals=[HostVendors(), CoverResidents(within_m=5000.0, per_pitch=7)],
        limits=[SpotSize(1, 2)],
    )
    # Pitch columns: P0-00, P0-01, P1-00, P1-01; then runs, shortfall, one group served at each run.
    assert problem.kind.tolist() == ["pitch"] * 4 + ["run"] * 2 + ["shortfall"] + ["served"] * 2
    rows = {r.name: r.matrix.toarray().tolist() for r in problem.rows}
    assert rows["vendors"] == [[1, 1, 1, 1, 0, 0, 1, 0, 0]]
    assert rows["spot-least"] == [[1, 1, 0, 0, -1, 0, 0, 0, 0], [0, 0, 1, 1, 0, -1, 0, 0, 0]]
    assert rows["spot-most"] == [[1, 1, 0, 0, -2, 0, 0, 0, 0], [0, 0, 1, 1, 0, -2, 0, 0, 0]]
    assert rows["bay-open"][1] == [0, 1, 0, 0, -1, 0, 0, 0, 0]
    assert rows["clashes"] == [[0, 1, 1, 0, 0, 0, 0, 0, 0]]
    assert rows["serve-within-capacity"] == [[-7, -7, 0, 0, 0, 0, 0, 1, 0], [0, 0, -7, -7, 0, 0, 0, 0, 1]]
    assert rows["serve-once"] == [[0, 0, 0, 0, 0, 0, 0, 1, 1]]
    assert problem.rows_named("vendors").lower.tolist() == [3.0]
    assert problem.variables["pitch_ids"].tolist()[:2] == [("P00000-00",), ("P00000-01",)]


def test_bays_that_are_alike_share_a_column_and_come_back_side_by_side(by_hand):
    city, found = by_hand
    free = dataclasses.replace(found, clashes=found.clashes.iloc[:0])
    problem = siting_problem(free, city, vendors=3)
    assert problem.variables["pitch_ids"].iloc[0] == ("P00000-00", "P00000-01")
    assert problem.upper[:2].tolist() == [2.0, 2.0]
    plan = problem.solve(time_limit_s=10)
    assert len(plan.pitches) == 3
    assert plan.spots["capacity"].sum() == 3
    assert plan.spots["number"].tolist() == [1, 2]


@pytest.mark.parametrize("seed", range(20))
def test_groups_cover_every_clash_and_nothing_else(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(3, 30))
    pairs = random.integers(0, n, (int(random.integers(1, 120)), 2))
    wanted = {(min(p), max(p)) for p in pairs.tolist() if p[0] != p[1]}
    cliques = clique_cover(*pairs.T)
    covered = {(a, b) for c in cliques for a in c for b in c if a < b}
    assert covered == wanted
    swapped = random.permutation(pairs)[:, ::-1]
    assert clique_cover(*swapped.T) == cliques


def test_the_streets_traffic_decides_where_vendors_stand(by_hand):
    city, found = by_hand
    counts = pd.DataFrame({"street_id": ["A", "B"], "volume_veh_per_h": [900.0, 40.0]})
    for column in ("centrelines", "streets"):
        for busy, quiet in (("A", "B"), ("B", "A")):
            known = dataclasses.replace(city, **{column: counts.assign(street_id=[busy, quiet])})
            plan = siting_problem(found, known, vendors=1, goals=[HostVendors(), KeepTrafficClear()]).solve(
                time_limit_s=10
            )
            assert plan.pitches["street_id"].tolist() == [quiet]


def test_no_clash_is_chosen_and_limits_hold(town):
    city, found = town
    ids = sorted(set(found.runs["community_id"]))
    limits = [Quota("community_id", ids[0], 9, None), Quota("community_id", ids[1], 0, 2), SpotSize(2, 5)]
    problem = siting_problem(found, city, vendors=35, limits=limits)
    plan = problem.solve(time_limit_s=8)
    chosen = set(plan.pitches["pitch_id"])
    assert len(chosen) == 35
    assert not any(
        {a, b} <= chosen for a, b in zip(found.clashes["pitch_a"], found.clashes["pitch_b"], strict=True)
    )
    per = plan.pitches["community_id"].value_counts()
    assert per.get(ids[0], 0) >= 9
    assert per.get(ids[1], 0) <= 2
    assert plan.spots["capacity"].between(2, 5).all()
    assert plan.limits["used"].tolist() == [
        per.get(r.group, 0) if r.group_by != "spot" else plan.spots["capacity"].max()
        for r in plan.limits.itertuples()
    ]
    unlimited = siting_problem(found, city, vendors=35).solve(time_limit_s=8)
    assert unlimited.goals["value"].iloc[2] <= plan.goals["bound"].iloc[2]


def test_residents_served_fit_capacity_and_goal(town):
    city, found = town
    plan = siting_problem(found, city, vendors=35).solve(time_limit_s=5)
    assert (plan.spots["residents_served"] <= plan.spots["capacity"] * 400).all()
    assert plan.residents_served == plan.goals["value"].iloc[1]
    assert plan.residents == city.communities["residents"].sum()
    number = plan.spots.sort_values(["district", "y_m"], ascending=[True, False])["number"]
    assert number.tolist() == list(range(1, len(plan.spots) + 1))


def test_a_limit_without_room_is_named(town):
    city, found = town
    somewhere = sorted(set(found.runs["community_id"]))[0]
    with pytest.raises(NoPlanExists, match=somewhere):
        siting_problem(found, city, vendors=500, limits=[Quota("community_id", somewhere, 400, None)])
    with pytest.raises(NoPlanExists, match="more than 5 vendors"):
        siting_problem(found, city, vendors=5, limits=[Quota("city", "", 6, None)])


def test_limits_that_contradict_are_named(town):
    city, found = town
    ids = sorted(set(found.runs["community_id"]))
    district = found.runs.set_index("community_id")["district"].get(ids[0])
    district = district if isinstance(district, str) else district.iloc[0]
    limits = [Quota("community_id", ids[0], 4, None), Quota("district", district, 0, 3)]
    problem = siting_problem(found, city, vendors=10, limits=limits)
    with pytest.raises(NoPlanExists, match="taking back any one") as caught:
        problem.solve(time_limit_s=10)
    assert ids[0] in str(caught.value)
    assert district in str(caught.value)


def test_more_vendors_than_places(by_hand):
    city, found = by_hand
    plan = siting_problem(found, city, vendors=9).solve(time_limit_s=10)
    assert plan.shortfall == 6
    assert plan.goals["value"].iloc[0] == plan.goals["bound"].iloc[0] == 6
    assert plan.outcome == Outcome.PROVEN


def test_the_order_of_the_inputs_does_not_matter(town):
    city, found = town
    shuffled = dataclasses.replace(
        found,
        pitches=found.pitches.sample(frac=1, random_state=1),
        runs=found.runs.sample(frac=1, random_state=2),
        clashes=found.clashes.sample(frac=1, random_state=3),
    )
    turned = dataclasses.replace(
        city,
        communities=city.communities.sample(frac=1, random_state=4),
        buildings=city.buildings.sample(frac=1, random_state=5),
    )
    one, two = siting_problem(found, city, vendors=12), siting_problem(shuffled, turned, vendors=12)
    assert one.sha256 == two.sha256
    first, second = one.solve(time_limit_s=60), two.solve(time_limit_s=60)
    assert first.outcome == Outcome.PROVEN
    pd.testing.assert_frame_equal(first.pitches, second.pitches)
    pd.testing.assert_frame_equal(first.spots, second.spots)


@pytest.mark.parametrize("seed", range(25))
def test_baselines_never_break_a_row(tiny, seed):
    problem = tiny(seed, limits=[SpotSize(1 + seed % 2, 3)])
    for plan in (greedy_plan(problem), random_plan(problem, pitches=3, seed=seed)):
        counts = np.zeros(problem.designed)
        chosen = set(plan.pitches["pitch_id"])
        for k, ids in enumerate(problem.variables["pitch_ids"].iloc[: problem.block("pitch").stop]):
            counts[k] = sum(i in chosen for i in ids)
        from pitchplan.siting.assemble import completed

        checked_design(problem, completed(problem, counts[problem.block("pitch")].astype(int)).astype(float))
        assert set(plan.goals["outcome"]) == {"NO_BOUND"}
        assert len(plan.pitches) <= problem.facts.vendors


def test_solving_is_never_worse_than_best_first_and_that_than_by_lot(town):
    city, found = town
    goals = [HostVendors(), CoverResidents(per_pitch=900)]
    problem = siting_problem(found, city, vendors=14, goals=goals)
    best, first = problem.solve(time_limit_s=10), greedy_plan(problem)
    lot = np.mean([random_plan(problem, pitches=14, seed=s).residents_served for s in range(5)])
    assert best.residents_served >= first.residents_served >= lot


def decisions(pitches, *rows):
    from pyproj import Transformer

    back = Transformer.from_crs("EPSG:4548", "EPSG:4326", always_xy=True)
    at = pitches.set_index("pitch_id")
    table = []
    for k, (what, pitch, extra) in enumerate(rows):
        lon, lat = back.transform(at.loc[pitch, "x_m"], at.loc[pitch, "y_m"])
        table.append(
            {
                "decision_id": f"K{k}",
                "what": what,
                "lon": lon,
                "lat": lat,
                "radius_m": 20.0,
                "rule": "",
                "reason": "r",
                "who": "w",
                "date": "2026-05-01",
                **extra,
            }
        )
    return pd.DataFrame(table)


def test_decisions_hold_and_are_answered(town):
    city, found = town
    ids = found.pitches["pitch_id"].tolist()
    free = siting_problem(found, city, vendors=12).solve(time_limit_s=5)
    open_one = free.pitches["pitch_id"].iloc[0]
    shut = next(p for p in ids if p.split("-")[0].replace("P", "R") not in set(free.spots["spot_id"]))
    refusals = pd.DataFrame(
        {
            "place_id": ["X"],
            "rule": ["junction"],
            "feature_id": ["J"],
            "measured": [3.2],
            "required": [10.0],
            "x_m": [city.bounds[0] + 5.0],
            "y_m": [city.bounds[1] + 5.0],
        }
    )
    from pyproj import Transformer

    back = Transformer.from_crs("EPSG:4548", "EPSG:4326", always_xy=True)
    lon, lat = back.transform(city.bounds[0], city.bounds[1])
    table = decisions(
        found.pitches,
        ("keep", shut, {}),
        ("forbid", open_one, {}),
        ("nominate", shut, {}),
        ("nominate", shut, {"lon": lon, "lat": lat}),
        ("waive", shut, {"rule": "junction"}),
        ("keep", shut, {"lon": lon, "lat": lat}),
    )
    plan = siting_problem(
        dataclasses.replace(found, refusals=refusals), city, vendors=12, decisions=table
    ).solve(time_limit_s=5)
    assert shut.split("-")[0].replace("P", "R") in set(plan.spots["spot_id"])
    assert open_one not in set(plan.pitches["pitch_id"])
    answers = plan.decisions["answer"].tolist()
    assert answers[0].startswith("spot R")
    assert "taken out" in answers[1]
    assert "legal pitches within 20 m" in answers[2]
    assert answers[3] == "no legal pitch within 20 m: refused by junction (measured 3.20, required 10)"
    assert "rule junction not waived" in answers[4]
    assert answers[5] == "no legal place within 20 m: see candidates.why"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"what": "hold"}, "unknown decision"),
        ({"lon": 400.0}, "not a longitude"),
        ({"lon": float("nan")}, "a value is missing"),
        ({"lon": 10.0}, "outside the city"),
        ({"what": "waive"}, "no rule to waive"),
        ({"radius_m": -1.0}, "not a radius"),
    ],
)
def test_a_decision_that_cannot_hold_is_refused_with_its_row(town, change, words):
    city, found = town
    table = decisions(found.pitches, ("keep", found.pitches["pitch_id"].iloc[0], change))
    with pytest.raises(InputError, match=words) as caught:
        siting_problem(found, city, vendors=3, decisions=table)
    assert "row 2" in str(caught.value)


def test_keeping_what_is_forbidden_is_a_contradiction(town):
    city, found = town
    one = found.pitches["pitch_id"].iloc[0]
    table = decisions(found.pitches, ("keep", one, {"radius_m": 1.0}), ("forbid", one, {"radius_m": 60.0}))
    with pytest.raises(NoPlanExists, match="'K0'"):
        siting_problem(found, city, vendors=3, decisions=table)


def test_decisions_are_read_from_a_file(town, tmp_path):
    _, found = town
    table = decisions(found.pitches, ("keep", found.pitches["pitch_id"].iloc[0], {"radius_m": np.nan}))
    path = tmp_path / "committees.csv"
    table.to_csv(path, index=False)
    assert read_decisions(path)["radius_m"].tolist() == [30.0]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Quota("community_id", "nowhere", 0, 3), "nowhere"),
        (Quota("community_id", at_most=1), "there is no community_id"),
        (Quota("city", at_least=2.7), "2.7"),
        (Quota("city", at_most="3"), "at_most"),
        (Quota("city", at_most=True), "at_most"),
        (Quota("city", at_least=-1), "at_least"),
        (SpotSize(10**20), "at_least"),
        ("few", "not a limit"),
    ],
)
def test_limits_that_count_nothing_are_refused(town, limit, words):
    city, found = town
    with pytest.raises(InputError, match=words):
        siting_problem(found, city, vendors=5, limits=[limit])


@pytest.mark.parametrize("options", [{"time_limit_s": v} for v in (0, -5, np.nan, "5", None)] + [{"gap": -1}])
def test_search_options_are_checked(town, options):
    city, found = town
    with pytest.raises(InputError, match="solve"):
        siting_problem(found, city, vendors=5).solve(**options)


def test_limits_on_the_city_that_leave_no_plan_are_named(town):
    city, found = town
    spot = SpotSize(2, None)
    with pytest.raises(NoPlanExists, match="no plan exists"):
        siting_problem(found, city, vendors=10, limits=[spot, Quota("city", "", 1, 1)]).solve(time_limit_s=10)


def test_a_waiver_that_lifted_nothing_says_so(town):
    city, found = town
    one = found.pitches["pitch_id"].iloc[0]
    table = decisions(found.pitches, ("waive", one, {"rule": "hydrant"}))
    answer = siting_problem(found, city, vendors=3, decisions=table).facts.decisions["answer"].iloc[0]
    assert "not waived" in answer
