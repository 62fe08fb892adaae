"""What goals and limits mean, read from the tables alone: every set of pitches is judged by words.

Nothing of the library's arrays, followers or solvers is used. Only what passing vehicles lose by a
pitch, a run and a street is taken from `traffic.obstruction`, which the docstrings name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from pyproj import Transformer

from pitchplan.traffic.obstruction import obstruction

TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:4548", always_xy=True)


@dataclass(eq=False)
class Town:
    """The tables as plain lists and dicts."""

    city: Any
    found: Any
    vendors: Any
    decisions: Any = None
    detour: float = 1.3
    kept_runs: list[str] = field(default_factory=list)
    impossible: bool = False

    def __post_init__(self) -> None:
        every = self.found.pitches.to_dict("records")
        gone: set[str] = set()
        decided = (
            [] if self.decisions is None else self.decisions.sort_values("decision_id").to_dict("records")
        )
        for row in decided:
            row["at"] = TO_METRES.transform(row["lon"], row["lat"])
            row["near"] = [p for p in every if math.dist(row["at"], at(p)) <= row["radius_m"]]
            if row["what"] == "forbid":
                gone |= {p["pitch_id"] for p in row["near"]}
        self.pitches = [p for p in every if p["pitch_id"] not in gone]
        for row in decided:
            if row["what"] == "keep" and row["near"]:
                usable = [p for p in row["near"] if p["pitch_id"] not in gone]
                self.impossible |= not usable
                nearest = sorted((round(math.dist(row["at"], at(p)), 6), p["run_id"]) for p in usable)
                self.kept_runs += [nearest[0][1]] if nearest else []
        self.by_id = {p["pitch_id"]: p for p in every}
        self.runs = {r["run_id"]: r for r in self.found.runs.to_dict("records")}
        self.bays = {r: [p for p in self.pitches if p["run_id"] == r] for r in self.runs}
        self.clashing = {
            frozenset(c) for c in self.found.clashes[["pitch_a", "pitch_b"]].itertuples(index=False)
        }
        self.communities = self.city.communities.drop(columns="geometry").to_dict("records")
        self.homes = list(self._homes())

    def _homes(self) -> Any:
        for home in self.city.buildings.to_dict("records"):
            middle = home["geometry"].centroid
            areas = self.city.communities.to_dict("records")
            mine = sorted(c["community_id"] for c in areas if c["geometry"].covers(middle))
            where = mine[0] if mine else ""
            yield {"x_m": middle.x, "y_m": middle.y, "people": int(home["residents"]), "community": where}

    @cached_property
    def total(self) -> int:
        return sum(self.vendors.values()) if isinstance(self.vendors, dict) else self.vendors

    @cached_property
    def costs(self) -> dict[str, dict[str, int]]:
        runs = self.found.runs.reset_index(drop=True)
        told = obstruction(self.found.pitches, runs, self.city.centrelines)
        return {
            "pitch": dict(zip(self.found.pitches["pitch_id"], told.per_pitch.tolist(), strict=True)),
            "run": dict(zip(runs["run_id"], told.per_run.tolist(), strict=True)),
            "street": dict(zip(told.street_ids, told.per_street.tolist(), strict=True)),
            "on_street": {r: k >= 0 for r, k in zip(runs["run_id"], told.street_of_run, strict=True)},
        }

    def walk(self, home: dict[str, Any], run: str) -> float:
        """Return the walk to a run's farthest bay, so that it holds whichever bays are used."""
        return round(self.detour * max(math.dist(at(home), at(p)) for p in self.bays[run]), 6)

    @cached_property
    def walks(self) -> list[dict[str, float]]:
        return [{r: self.walk(h, r) for r in self.runs if self.bays[r]} for h in self.homes]

    def apart(self, one: str, other: str) -> float:
        return min(math.dist(at(p), at(q)) for p in self.bays[one] for q in self.bays[other])

    def groups(self, by: str, rows: list[dict[str, Any]]) -> list[str]:
        names = {r[by] for r in rows}
        if by in ("community_id", "district"):
            names |= {c[by] for c in self.communities}
        return sorted(names)

    def delay(self, plan: Plan, street: str | None = None) -> int:
        mine = [
            r for r in plan.open if self.costs["on_street"][r] and street in (None, self.runs[r]["street_id"])
        ]
        inside = [p for p in plan.pitches if p["run_id"] in mine]
        streets = {self.runs[r]["street_id"] for r in mine}
        return (
            sum(self.costs["pitch"][p["pitch_id"]] for p in inside)
            + sum(self.costs["run"][r] for r in mine)
            + sum(self.costs["street"][s] for s in streets)
        )


@dataclass(eq=False)
class Plan:
    """A set of pitches."""

    town: Town
    pitches: list[dict[str, Any]]

    @cached_property
    def open(self) -> list[str]:
        return sorted({p["run_id"] for p in self.pitches})

    def count(self, by: str, group: str) -> int:
        return sum(by == "city" or p[by] == group for p in self.pitches)

    def nearest(self, home: int) -> float:
        return min((self.town.walks[home][r] for r in self.open), default=math.inf)

    def covered(self, within: float, communities: Any = None) -> int:
        homes = enumerate(self.town.homes)
        return sum(
            h["people"]
            for k, h in homes
            if self.nearest(k) <= within and (communities is None or h["community"] in communities)
        )


def at(row: dict[str, Any]) -> tuple[float, float]:
    return row["x_m"], row["y_m"]


def exactly(number: float) -> Fraction:
    return Fraction(str(number))


# --- limits -----------------------------------------------------------------------------------------------


def keeps(plan: Plan, limit: Any) -> bool:
    return bool(globals()[f"keeps_{type(limit).__name__}"](plan, limit))


def between(count: float, limit: Any) -> bool:
    return limit.at_least <= count and (limit.at_most is None or count <= limit.at_most)


def keeps_Quota(plan, limit):
    known = (
        plan.town.groups(limit.group_by, [*plan.town.by_id.values()])
        if limit.group == "each"
        else [limit.group]
    )
    return all(between(plan.count(limit.group_by, group), limit) for group in known)


def keeps_QuotaByResidents(plan, limit):
    people, town = {}, plan.town
    for c in town.communities:
        people[c[limit.group_by]] = people.get(c[limit.group_by], 0) + Fraction(c["residents"])
    for group, number in people.items():
        part, count = town.total * number / sum(people.values()), plan.count(limit.group_by, group)
        if count < math.floor(exactly(limit.at_least) * part):
            return False
        if limit.at_most is not None and count > math.ceil(exactly(limit.at_most) * part):
            return False
    return True


def keeps_SpotSize(plan, limit):
    return all(between(plan.count("run_id", run), limit) for run in plan.open)


def keeps_SpotCount(plan, limit):
    runs = plan.town.runs
    known = plan.town.groups(limit.group_by, [*runs.values()]) if limit.group == "each" else [limit.group]
    by = limit.group_by
    return all(between(sum(by == "city" or runs[r][by] == g for r in plan.open), limit) for g in known)


def keeps_MustServe(plan, limit):
    homes = [k for k, h in enumerate(plan.town.homes) if h["community"] in limit.communities]
    return all(plan.nearest(k) <= limit.within_m for k in homes)


def keeps_ServeShare(plan, limit):
    town, names = plan.town, limit.communities
    census = sum(c["residents"] for c in town.communities if names is None or c["community_id"] in names)
    housed = sum(h["people"] for h in town.homes if names is None or h["community"] in names)
    return plan.covered(limit.within_m, names) >= exactly(limit.at_least) * max(int(census), housed)


def keeps_Spacing(plan, limit):
    return all(plan.town.apart(a, b) >= limit.distance_m for a in plan.open for b in plan.open if a < b)


def keeps_KerbShare(plan, limit):
    kerbs: dict[str, float] = {}
    for axis in plan.town.city.centrelines.to_dict("records"):
        kerbs[axis["street_id"]] = kerbs.get(axis["street_id"], 0.0) + 2 * axis["geometry"].length
    for street in kerbs if limit.streets is None else limit.streets:
        taken = sum(p["length_m"] for p in plan.pitches if p["street_id"] == street)
        if taken > limit.at_most * kerbs[street] + 1e-6:
            return False
    return True


def streets_of(plan, limit):
    every = sorted({r["street_id"] for r in plan.town.runs.values()})
    return every if limit.streets is None else limit.streets


def keeps_ObstructionBudget(plan, limit):
    return all(plan.town.delay(plan, street) <= limit.at_most for street in streets_of(plan, limit))


def keeps_OneSide(plan, limit):
    runs = plan.town.runs
    sides = [
        {runs[r]["side"] for r in plan.open if runs[r]["street_id"] == s and runs[r]["side"]}
        for s in streets_of(plan, limit)
    ]
    return all(len(s) <= 1 for s in sides)


# --- goals ------------------------------------------------------------------------------------------------

MORE_IS_BETTER = {"CoverResidents", "FairShare", "SpreadOut"}


def value(plan: Plan, goal: Any) -> int:
    return int(globals()[f"value_{type(goal).__name__}"](plan, goal))


def value_HostVendors(plan, goal):
    return plan.town.total - len(plan.pitches)


def value_CoverResidents(plan, goal):
    if goal.per_pitch is None:
        return plan.covered(goal.within_m)
    room = {r: goal.per_pitch * plan.count("run_id", r) for r in plan.open}
    near = [
        (h["people"], [r for r in plan.open if plan.town.walks[k][r] <= goal.within_m])
        for k, h in enumerate(plan.town.homes)
    ]
    # As many as can be served: whichever spots are full, all others take whoever comes (a least cut).
    best = math.inf
    for chosen in range(2 ** len(plan.open)):
        full = {r for k, r in enumerate(plan.open) if chosen >> k & 1}
        best = min(best, sum(room[r] for r in full) + sum(n for n, runs in near if set(runs) - full))
    return best


def value_ShortestWalk(plan, goal):
    homes, beyond = enumerate(plan.town.homes), int(goal.beyond_m)
    return sum(h["people"] * math.ceil(min(plan.nearest(k), beyond)) for k, h in homes)


def value_ShortestFarthestWalk(plan, goal):
    beyond = int(goal.beyond_m)
    counted = [k for k, walks in enumerate(plan.town.walks) if any(w <= beyond for w in walks.values())]
    farthest = max((min(plan.nearest(k), beyond) for k in counted), default=beyond)
    return math.ceil(math.ceil(farthest) / goal.step_m) * goal.step_m


def value_FairShare(plan, goal):
    town, shares = plan.town, []
    for community in sorted({c["community_id"] for c in town.communities}):
        able = [
            k
            for k, h in enumerate(town.homes)
            if h["community"] == community and any(w <= goal.within_m for w in town.walks[k].values())
        ]
        people = sum(town.homes[k]["people"] for k in able)
        served = sum(town.homes[k]["people"] for k in able if plan.nearest(k) <= goal.within_m)
        shares += [1000 * served // people] if people else []
    return min(shares, default=1000)


def value_KeepTrafficClear(plan, goal):
    return plan.town.delay(plan)


def value_FewestSpots(plan, goal):
    return len(plan.open)


def value_SpreadOut(plan, goal):
    gaps = [plan.town.apart(a, b) for a in plan.open for b in plan.open if a < b]
    return min([math.floor(g) for g in gaps] + [int(goal.upto_m)])


def value_StayClose(plan, goal):
    town, same, gone = plan.town, set(), 0
    for spot in goal.spots.to_dict("records"):
        run = spot["spot_id"]
        if not town.bays.get(run):
            near = sorted((round(math.dist(at(spot), at(p)), 6), p["run_id"]) for p in town.pitches)
            run = near[0][1] if near and near[0][0] <= goal.within_m else ""
        if run and run not in same:
            same.add(run)
        else:
            gone += 1
    return gone + len(same - set(plan.open)) + len(set(plan.open) - same)


def value_KeepPitches(plan, goal):
    return len(set(goal.last.pitches["pitch_id"]) - {p["pitch_id"] for p in plan.pitches})


def value_Weighted(plan, goal):
    return sum(
        (-weight if type(part).__name__ in MORE_IS_BETTER else weight) * value(plan, part)
        for part, weight in goal.parts
    )


# --- every plan ---------------------------------------------------------------------------------------------


def every_plan(town: Town) -> Any:
    """Yield every set of pitches without a clash that hosts no more than there are vendors."""
    left = dict(town.vendors) if isinstance(town.vendors, dict) else {"": town.vendors}

    def grow(k, taken):
        if k == len(town.pitches):
            yield Plan(town, list(taken))
            return
        yield from grow(k + 1, taken)
        pitch = town.pitches[k]
        kind = pitch["vehicle"] if isinstance(town.vendors, dict) else ""
        clear = not any(frozenset((pitch["pitch_id"], t["pitch_id"])) in town.clashing for t in taken)
        if left.get(kind, 0) > 0 and clear:
            left[kind] -= 1
            yield from grow(k + 1, [*taken, pitch])
            left[kind] += 1

    yield from grow(0, [])


def book_allows(plan: Plan) -> bool:
    for row in plan.town.found.limits.to_dict("records"):
        groups = plan.open if row["group_by"] == "spot" else [row["group"]]
        by = "run_id" if row["group_by"] == "spot" else row["group_by"]
        if not all(row["at_least"] <= plan.count(by, g) <= row["at_most"] for g in groups):
            return False
    return True


def best(town: Town, goals: Any, limits: Any) -> list[int] | None:
    """Return the best value of each goal, sought in order; None where no plan keeps the limits."""
    if town.impossible:
        return None
    plans = [
        p
        for p in every_plan(town)
        if set(town.kept_runs) <= set(p.open) and book_allows(p) and all(keeps(p, limit) for limit in limits)
    ]
    if not plans:
        return None
    reached = []
    for goal in goals:
        values = [value(p, goal) for p in plans]
        more = type(goal).__name__ in MORE_IS_BETTER
        reached.append(max(values) if more else min(values))
        plans = [p for p, v in zip(plans, values, strict=True) if may_stay(town, goal, reached[-1], v)]
    return reached


def may_stay(town: Town, goal: Any, best: int, value: int) -> bool:
    """Tell whether a plan with a value gives up no more of a goal than its slack."""
    slack = exactly(goal.slack)
    if type(goal).__name__ == "HostVendors":
        return town.total - value >= (1 - slack) * (town.total - best)
    if type(goal).__name__ in MORE_IS_BETTER:
        return value >= (1 - slack) * best
    return value <= best + slack * abs(best)
