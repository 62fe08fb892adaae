"""A plan after new decisions: nothing changes that need not, by trying every legal plan."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.plan import Outcome

g = pp.goals
CHUNKS, PER_CHUNK = 10, 50
WHAT = {"kept", "changed", "moved", "dropped", "added"}


def a_town(hand, instances, seed):
    """Return a town with a plan and some new decisions."""
    random = np.random.default_rng(seed)
    names = "ABCD"
    places = random.choice(np.arange(0, 1200, 50), 4, replace=False)
    runs = {
        n: (float(x), int(random.integers(1, 4)), int(random.integers(2)))
        for n, x in zip(names, places, strict=True)
    }
    homes = [
        (int(random.integers(0, 1200)), int(random.integers(1, 60)), int(random.integers(2)))
        for _ in range(5)
    ]
    town = hand.Town(instances, runs, homes)
    if random.random() < 0.4:
        ids = town.found.pitches["pitch_id"]
        town = town.with_clashes([tuple(random.choice(ids, 2, replace=False))])
    goals = (g.HostVendors(), g.CoverResidents(400.0, int(random.integers(5, 60))), g.KeepTrafficClear())
    problem = town.problem(int(random.integers(1, 7)), goals)
    plan = problem.solve(time_limit_s=20)
    said = [
        hand.decision(town, str(random.choice(["forbid", "forbid", "keep", "nominate"])), str(run), k)
        for k, run in enumerate(random.choice(list(names), int(random.integers(1, 3)), replace=False))
    ]
    return town, problem, plan, pd.DataFrame(said)


def distances(problem, plan):
    """Try every legal plan: host most, then change the fewest spots, then give up the fewest pitches."""
    bare = replace(problem.facts.statement, goals=(g.HostVendors(),)).problem()
    ids = [set() for _ in range(bare.choice.stop)]
    for column, pitch in zip(bare.column_of_pitch, bare.facts.pitches["pitch_id"], strict=True):
        ids[column].add(pitch)
    runs = bare.facts.runs["run_id"].to_numpy()
    had_spots, had = set(plan.spots["spot_id"]), set(plan.pitches["pitch_id"])
    found = []
    rooms = [range(int(u) + 1) for u in bare.upper[bare.choice]]
    for counts in itertools.product(*rooms):
        x = bare.completed(np.array(counts))
        if bare.broken(x):
            continue
        spots = {runs[r] for r, n in zip(bare.run_of_pitch, counts, strict=True) if n}
        # Of bays that nothing tells apart, those that were chosen before are chosen again.
        again = sum(min(n, len(ids[k] & had)) for k, n in enumerate(counts))
        found.append((bare.facts.vendors - sum(counts), len(spots ^ had_spots), len(had) - again))
    return min(found)


def test_no_legal_plan_changes_less(hand, instances, chunk):
    changed = 0
    for seed in range(PER_CHUNK * chunk, PER_CHUNK * (chunk + 1)):
        _, problem, plan, said = a_town(hand, instances, seed)
        try:
            done = problem.replan(plan, said)
        except pp.NoPlanExists:
            continue
        assert done.exact
        spots = set(plan.spots["spot_id"]) ^ set(done.plan.spots["spot_id"])
        given_up = set(plan.pitches["pitch_id"]) - set(done.plan.pitches["pitch_id"])
        found = (done.plan.shortfall, len(spots), len(given_up))
        assert found == distances(done.problem, plan), seed
        check_changes(plan, done)
        changed += (done.changes["what"] != "kept").any()
    assert changed > 0.3 * PER_CHUNK


def check_changes(before, done):
    """Read the list of changes by what it promises."""
    table, after = done.changes, done.plan
    assert table.columns.tolist() == pp.schemas.CHANGES.names
    assert set(table["what"]) <= WHAT
    now = dict(zip(after.spots["spot_id"], after.spots["number"], strict=True))
    was = dict(zip(before.spots["spot_id"], before.spots["number"], strict=True))
    fresh = set(now) - set(was)
    here = table[table["what"] != "dropped"]
    assert dict(zip(here["spot_id"], here["number"], strict=True)) == now
    assert set(table.loc[table["what"] == "dropped", "spot_id"]) <= set(was) - set(now)
    assert set(table.loc[table["what"].isin(["added", "moved"]), "spot_id"]) == fresh
    assert table["before"].sum() == len(before.pitches)
    assert table["after"].sum() == len(after.pitches)
    assert all(now[s] == was[s] for s in set(now) & set(was)), "numbers stay"
    assert not {now[s] for s in fresh if s not in set(table.loc[table["what"] == "moved", "spot_id"])} & set(
        was.values()
    )
    assert (table.loc[table["what"] != "kept", "why"] != "").all()


@pytest.mark.parametrize("seed", range(12))
def test_a_veto_on_an_unused_place_and_keeping_everything_change_nothing(hand, instances, seed):
    town, problem, plan, _ = a_town(hand, instances, seed)
    used = set(plan.spots["spot_id"])
    unused = [r for r in "ABCD" if r not in used]
    rounds = (
        [pd.DataFrame([hand.decision(town, "forbid", r, k) for k, r in enumerate(unused)])] if unused else []
    )
    rounds.append(pd.DataFrame([hand.decision(town, "keep", r, k) for k, r in enumerate(sorted(used))]))
    for said in rounds:
        done = problem.replan(plan, said)
        assert (done.changes["what"] == "kept").all()
        pd.testing.assert_frame_equal(done.plan.pitches, plan.pitches)
        pd.testing.assert_frame_equal(done.plan.spots, plan.spots)


@pytest.mark.parametrize("seed", range(20, 32))
def test_forbidding_a_spot_never_hosts_more(hand, instances, seed):
    towns = (a_town(hand, instances, s) for s in range(seed, seed + 1000, 100))
    town, problem, plan, _ = next(t for t in towns if len(t[2].spots))
    first = plan.spots["spot_id"].iloc[0]
    done = problem.replan(plan, pd.DataFrame([hand.decision(town, "forbid", first)]))
    assert done.plan.hosted <= plan.hosted
    row = done.changes[done.changes["decision_id"] == "K0"]
    assert row["what"].isin(["dropped", "moved", "changed"]).all()
    assert len(row) >= 1
    assert "committee: forbid (said so)" in row["why"].iloc[0]
    assert f"No. {row['number'].iloc[0]}" in repr(done)


def test_rounds_follow_one_another_and_a_decision_can_be_taken_back(hand, instances):
    town, problem, plan, _ = a_town(hand, instances, 3)
    first = plan.spots["spot_id"].iloc[0]
    forbid = pd.DataFrame([hand.decision(town, "forbid", first)])
    done = problem.replan(plan, forbid)
    assert first not in set(done.plan.spots["spot_id"])
    other = pd.DataFrame([hand.decision(town, "nominate", first, 5)])
    again = done.problem.replan(done.plan, other)
    assert first not in set(again.plan.spots["spot_id"]), "the first decision still holds"
    assert set(again.plan.decisions["decision_id"]) == {"K0", "K5"}
    back = done.problem.replan(done.plan, pd.DataFrame([hand.decision(town, "keep", first, 0)]))
    assert first in set(back.plan.spots["spot_id"])
    number = plan.spots.set_index("spot_id").loc[first, "number"]
    assert int(back.plan.spots.set_index("spot_id").loc[first, "number"]) >= number


def test_a_waiver_needs_the_book():
    spring = pp.datasets.spring_city()
    candidates = pp.find_candidates(spring.city, spring.book, season=spring.season)
    problem = pp.siting_problem(
        candidates, spring.city, vendors=20, goals=(g.HostVendors(), g.KeepTrafficClear())
    )
    plan = problem.solve(time_limit_s=20)
    waive = spring.decisions[spring.decisions["what"] == "waive"]
    assert len(waive), "the demonstration has one"
    with pytest.raises(pp.InputError, match="without the book"):
        problem.replan(plan, waive)
    with pytest.raises(pp.InputError, match="another rule book"):
        problem.replan(plan, waive, book=spring.book.with_number("junction", distance_m=11.0))
    done = problem.replan(plan, waive, book=spring.book, time_limit_s=20)
    assert done.exact
    assert done.problem.facts.statement.ground.candidates.provenance["waivers"]
    assert done.plan.outcome in Outcome.ORDER
    pp.audit_plan(done.plan, spring.city, spring.book).raise_for_breaches()


def test_a_plan_by_weeks_is_changed_as_little_and_its_weeks_said_anew(hand, instances):
    town, problem, _, _ = a_town(hand, instances, 6)
    weeks = problem.facts.season.weeks
    vendors = [2 + k % 3 for k in range(len(weeks))]
    season = problem.solve_weeks(vendors, time_limit_s=20)
    assert season.vendors == 4
    unused = next(r for r in "ABCD" if r not in set(season.spots["spot_id"]))
    same = problem.replan(season, pd.DataFrame([hand.decision(town, "forbid", unused)]))
    assert (same.changes["what"] == "kept").all()
    first = season.spots["spot_id"].iloc[0]
    done = problem.replan(season, pd.DataFrame([hand.decision(town, "forbid", first)]))
    assert done.plan.weeks is None
    again = done.problem.solve_weeks(vendors, time_limit_s=20, start=done.plan)
    assert first not in set(again.weeks["spot_id"])
    assert (again.weeks.groupby("week")["capacity"].sum() <= vendors).all()
