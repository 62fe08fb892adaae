"""The season by weeks: what is found is what trying every way to use every bay in every week finds."""

import contextlib
import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import pitchplan as pp
from pitchplan.plan import Outcome

g = pp.goals
CHUNKS, PER_CHUNK = 10, 50


def a_season(hand, instances, seed):
    """Return a town of a few bays, its problem, the vendors of two or three weeks and a price of changes."""
    random = np.random.default_rng(seed)
    weeks = int(random.integers(2, 4))
    places = random.choice(np.arange(0, 900, 60), 3, replace=False)
    bays = [1, 1, 2] if weeks == 3 else [1, 2, int(random.integers(1, 3))]
    runs = {n: (float(x), b, int(random.integers(2))) for n, x, b in zip("ABC", places, bays, strict=True)}
    homes = [
        (int(random.integers(0, 900)), int(random.integers(1, 40)), int(random.integers(2))) for _ in range(4)
    ]
    town = hand.Town(instances, runs, homes)
    pitches = town.found.pitches
    if random.random() < 0.4:
        first, last = sorted(random.integers(1, weeks + 1, 2))
        few = np.where(pitches["run_id"] == "A", f"{first}-{last}", "")
        pitches = pitches.assign(weeks=few)
    season = pp.Season("2026-06-01", f"2026-06-{7 * weeks}", hours="06:00-09:00")
    found = replace(town.found, season=season, pitches=pitches)
    if random.random() < 0.4:
        pair = [tuple(random.choice(pitches["pitch_id"], 2, replace=False))]
        found = replace(town.with_clashes(pair).found, season=season, pitches=pitches)
    cover = g.CoverResidents(
        within_m=float(random.integers(150, 500)),
        per_pitch=int(random.integers(5, 60)) if random.random() < 0.7 else None,
        slack=float(random.choice([0.0, 0.1])),
    )
    host = g.HostVendors(slack=float(random.choice([0.0, 0.0, 0.3])))
    goals = [(host, cover, g.KeepTrafficClear()), (host, g.KeepTrafficClear()),
             (host, g.FewestSpots(slack=0.0), cover)][int(random.integers(3))]  # fmt: skip
    limits = [pp.limits.SpotCount(at_most=2)] if random.random() < 0.2 else []
    if random.random() < 0.25:
        limits.append(pp.limits.SpotSize(2))
    if random.random() < 0.15:
        limits.append(pp.limits.Quota("city", "", 1, None))
    said = [hand.decision(town, "keep", str(random.choice(list("ABC"))))] if random.random() < 0.25 else None
    problem = pp.siting_problem(
        found,
        town.city,
        vendors=5,
        goals=goals,
        limits=limits,
        detour=1.0,
        decisions=None if said is None else pd.DataFrame(said),
    )
    vendors = [int(v) for v in random.integers(0, 5, weeks)]
    return problem, vendors, int(random.choice([0, 7, 60]))


class EveryWay:
    """Tries every way to use every pitch column in every week, by what the words mean."""

    def __init__(self, problem, vendors, change_cost):
        ground = replace(problem.facts.statement.ground, vendors=problem.facts.statement.ground.vendors)
        self.base, self.ground = problem, ground
        self.vendors, self.change_cost, self.weeks = vendors, change_cost, len(vendors)
        self.most = problem.upper[problem.choice].astype(int)
        self.run = problem.run_of_pitch
        self.first = [int(np.flatnonzero(problem.column_of_pitch == k)[0]) for k in range(len(self.most))]
        self.painted = [
            np.array(z)
            for z in itertools.product(*(range(m + 1) for m in self.most))
            if not problem.broken(problem.completed(np.array(z)), late=False)
            and sum(z) <= max(vendors, default=0)
        ]
        sizes = [m for m in problem.facts.statement.limits if isinstance(m, pp.limits.SpotSize)]
        self.least = sizes[0].at_least if sizes else 1
        self._served = {}

    def legal(self, column, week):
        if "weeks" not in self.ground.pitches.columns:
            return True
        text = self.ground.pitches["weeks"].iloc[self.first[column]]
        if not text:
            return True
        first, last = (int(v) for v in text.split("-"))
        return first <= week + 1 <= last

    def of_week(self, week):
        rooms = [range(m + 1) if self.legal(k, week) else (0,) for k, m in enumerate(self.most)]
        return [np.array(c) for c in itertools.product(*rooms) if sum(c) <= self.vendors[week]]

    def ways(self):
        for used in itertools.product(*(self.of_week(w) for w in range(self.weeks))):
            table = np.array(used)
            most = table.max(axis=0)
            used = np.bincount(self.run, most, minlength=int(self.run.max()) + 1) > 0
            if not any((z >= most).all() and used[self.run[z > 0]].all() for z in self.painted):
                continue
            counts = np.zeros((self.weeks, int(self.run.max()) + 1), dtype=int)
            for k, r in enumerate(self.run):
                counts[:, r] += table[:, k]
            open_ = counts > 0
            if (counts[open_] < self.least).any():
                continue
            steps = np.abs(np.diff(open_.astype(int), axis=0, prepend=0, append=0)).sum(axis=0)
            if (steps <= 2).all():
                yield table, open_

    def values(self, table, open_, goal):
        if isinstance(goal, g.HostVendors):
            return sum(v - int(c.sum()) for v, c in zip(self.vendors, table, strict=True))
        if isinstance(goal, g.FewestSpots):
            return int(open_.any(axis=0).sum())
        if isinstance(goal, g.CoverResidents):
            return sum(self.served(c, goal) for c in table)
        costs = self.ground.costs
        total = self.change_cost * int((open_[1:] != open_[:-1]).sum())
        for c, o in zip(table, open_, strict=True):
            total += int(sum(costs.per_pitch[self.first[k]] * n for k, n in enumerate(c)))
            total += int(costs.per_run[: len(o)][o].sum())
            streets = {int(s) for s in costs.street_of_run[: len(o)][o] if s >= 0}
            total += sum(int(costs.per_street[s]) for s in streets)
        return total

    def served(self, counts, goal):
        capacity = np.bincount(self.run, counts, minlength=int(self.run.max()) + 1)
        key = tuple(capacity)
        if key not in self._served:
            self._served[key] = self._serve(capacity, goal)
        return self._served[key]

    def _serve(self, capacity, goal):
        walks = self.ground.walks(goal.within_m)
        near = [(p, r) for p, r in zip(walks.point, walks.run, strict=True) if capacity[r] > 0]
        if goal.per_pitch is None:
            return int(walks.residents[sorted({p for p, _ in near})].sum())
        if not near:
            return 0
        points, runs = sorted({p for p, _ in near}), sorted({r for _, r in near})
        rows = np.zeros((len(points) + len(runs), len(near)))
        for j, (p, r) in enumerate(near):
            rows[points.index(p), j] = rows[len(points) + runs.index(r), j] = 1
        room = [*walks.residents[points], *(goal.per_pitch * capacity[runs])]
        return round(-linprog(-np.ones(len(near)), A_ub=rows, b_ub=room).fun)

    def best(self):
        goals = self.base.facts.statement.goals
        if not (ways := list(self.ways())):
            return None
        found = [[self.values(t, o, q) for q in goals] for t, o in ways]
        out = []
        for k, goal in enumerate(goals):
            most = isinstance(goal, g.CoverResidents)
            best = (max if most else min)(v[k] for v in found)
            out.append(best)
            if most:
                found = [v for v in found if v[k] >= np.ceil((1 - goal.slack) * best - 1e-6)]
            elif isinstance(goal, g.HostVendors):
                hosted = sum(self.vendors) - best
                found = [
                    v for v in found if sum(self.vendors) - v[k] >= np.ceil((1 - goal.slack) * hosted - 1e-6)
                ]
            else:
                found = [v for v in found if v[k] <= best]
        return out


def test_the_best_season_is_that_of_trying_all(hand, instances, chunk):
    seen = Counter()
    for seed in range(PER_CHUNK * chunk, PER_CHUNK * (chunk + 1)):
        problem, vendors, cost = a_season(hand, instances, seed)
        best = EveryWay(problem, vendors, cost).best()
        try:
            plan = problem.solve_weeks(vendors, change_cost=cost, time_limit_s=30)
        except pp.NoPlanExists:
            assert best is None, seed
            seen["none"] += 1
            continue
        assert plan.outcome == Outcome.PROVEN
        assert plan.goals["sought"].tolist() == best, seed
        check_weeks(plan, vendors)
        days = plan.open_weeks
        seen["all season"] += bool((days["last_day"] == plan.season.last).all())
        seen["short"] += plan.goals["value"].iloc[0] > 0
        seen["price"] += cost > 0
        seen["kept"] += len(problem.facts.decisions) > 0
        seen["legal in part"] += "weeks" in problem.facts.pitches
        seen["clash"] += problem.rows_named("clashes").matrix.shape[0] > 0
    assert min(seen[k] for k in ("short", "price", "legal in part", "clash", "kept")) >= 3, seen
    assert 0 < seen["all season"] < PER_CHUNK


def some_seasons(hand, instances, seeds):
    """Return seasons for which there is a plan."""
    for seed in seeds:
        problem, vendors, cost = a_season(hand, instances, seed)
        with contextlib.suppress(pp.NoPlanExists):
            yield problem, vendors, cost, problem.solve_weeks(vendors, change_cost=cost, time_limit_s=30)


def check_weeks(plan, vendors):
    """Read the table by what it promises."""
    weeks = plan.weeks
    assert plan.vendors_by_week == tuple(vendors)
    in_week = weeks.groupby("week")["capacity"].sum().reindex(range(1, len(vendors) + 1), fill_value=0)
    assert (in_week <= vendors).all()
    for spot, mine in weeks.groupby("spot_id"):
        span = mine["week"].to_numpy()
        assert (np.diff(span) == 1).all(), "one opening interval"
        ids = set(plan.pitches.loc[plan.pitches["spot_id"] == spot, "pitch_id"])
        used = [set(text.split("; ")) for text in mine["pitch_ids"]]
        assert [len(u) for u in used] == mine["capacity"].tolist()
        assert set().union(*used) == ids, "nothing is painted that no week uses"
    assert set(weeks["spot_id"]) == set(plan.spots["spot_id"])
    for week in range(1, len(vendors) + 1):
        of_week = plan.at_week(week)
        assert len(of_week.pitches) == in_week[week] == of_week.spots["capacity"].sum()
        assert of_week.season.first == plan.season.weeks[week - 1][0]
        assert of_week.hosted + of_week.shortfall == vendors[week - 1]


def test_the_peak_first_way_is_no_better_than_its_bound_and_no_worse_than_close(hand, instances, monkeypatch):
    """Where the whole is too large to be sought jointly, the gap says how far it may be: never too little."""
    from pitchplan.siting.weekly import search

    apart = []
    for problem, vendors, cost, plan in some_seasons(hand, instances, range(24)):
        best = plan.goals
        with monkeypatch.context() as patch:
            patch.setattr(search, "_JOINT_COLUMNS", 0)
            inward = problem.solve_weeks(vendors, change_cost=cost, time_limit_s=30).goals
        first = inward["sought"].iloc[0] == best["sought"].iloc[0]
        for k in range(len(best)):
            if k and not first:
                break  # later goals compare plans that host as many
            least = best["sense"].iloc[k] == "least"
            bound, value = inward["bound"].iloc[k], best["sought"].iloc[k]
            assert bound <= value if least else bound >= value, (len(apart), k)
            first = inward["sought"].iloc[k] == value
        apart.append(inward["sought"].iloc[0] - best["sought"].iloc[0])
    assert len(apart) > 15
    assert np.mean(apart) < 0.5


def test_weeks_that_cannot_be_read_are_named(hand, instances):
    problem, vendors, _ = a_season(hand, instances, 1)
    for given, said in (
        (5, "no vendors by week"),
        ([*vendors, 3], "weeks of vendors"),
        ([*vendors[:-1], -1], f"week {len(vendors)}"),
    ):
        with pytest.raises(pp.InputError, match=said):
            problem.solve_weeks(given)
    with pytest.raises(pp.InputError, match="not a cost"):
        problem.solve_weeks(vendors, change_cost=1.5)
    other = replace(problem.facts.statement, goals=(g.ShortestWalk(),)).problem()
    with pytest.raises(pp.InputError, match="week by week"):
        other.solve_weeks(vendors)
    plan = problem.solve(time_limit_s=5)
    with pytest.raises(pp.InputError, match="not made by weeks"):
        plan.at_week(1)
    weekly = problem.solve_weeks(vendors, time_limit_s=5)
    with pytest.raises(pp.InputError, match="no such week"):
        weekly.at_week(99)
    assert isinstance(weekly.weeks, pd.DataFrame)


def test_a_price_of_changes_keeps_spots_open_and_costs_no_vendor(hand, instances):
    changes = {0: 0, 10**6: 0}
    for problem, vendors, _, plan in some_seasons(hand, instances, range(30)):
        if "keep-traffic-clear" not in set(plan.goals["goal"]):
            continue
        for cost in changes:
            weeks = problem.solve_weeks(vendors, change_cost=cost, time_limit_s=20)
            assert weeks.goals["sought"].iloc[0] == plan.goals["sought"].iloc[0]
            days = weeks.open_weeks
            changes[cost] += int((days["first_day"] > weeks.season.first).sum())
            changes[cost] += int((days["last_day"] < weeks.season.last).sum())
    assert changes[10**6] < changes[0]


def test_numbers_of_last_year_are_those_of_the_weeks_too(hand, instances):
    plan = next(p for *_, p in some_seasons(hand, instances, range(20)) if len(p.spots) > 1)
    last = plan.spots.assign(number=plan.spots["number"] + 40)
    told = plan.with_numbers_of(last)
    number = dict(zip(told.spots["spot_id"], told.spots["number"], strict=True))
    assert [number[s] for s in told.weeks["spot_id"]] == told.weeks["number"].tolist()
    assert told.weeks["number"].min() > 40
    assert (told.weeks["capacity"].sum(), len(told.weeks)) == (plan.weeks["capacity"].sum(), len(plan.weeks))


def test_a_plan_that_is_kept_is_opened_as_well_as_it_was_and_nothing_else_is_used(hand, instances):
    seen = Counter()
    for problem, vendors, cost, best in some_seasons(hand, instances, range(16)):
        again = problem.solve_weeks(vendors, change_cost=cost, time_limit_s=30, keep=best)
        assert again.outcome == Outcome.PROVEN
        assert set(again.pitches["pitch_id"]) <= set(best.pitches["pitch_id"])
        if (best.goals["value"] == best.goals["sought"]).all():  # nothing was given up for later goals
            assert again.goals["sought"].tolist() == best.goals["sought"].tolist()
            seen["same"] += 1
        peak = problem.solve(time_limit_s=5)
        kept = problem.solve_weeks(vendors, change_cost=cost, time_limit_s=30, keep=peak)
        assert set(kept.pitches["pitch_id"]) <= set(peak.pitches["pitch_id"])
        assert kept.goals["sought"].iloc[0] >= best.goals["sought"].iloc[0]
        seen["worse"] += kept.goals["sought"].tolist() != best.goals["sought"].tolist()
    assert seen["same"] > 3, seen
    assert seen["worse"] > 0, seen
