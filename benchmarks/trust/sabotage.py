"""Two thousand plans that somebody tampered with, and two thousand sound ones, before the audit.

    python benchmarks/trust/sabotage.py --plans 2000

What is illegal is not what the saboteur meant to break, but what `recheck` finds when it checks every rule
of the plan the long way. Rule by rule: what it finds broken the audit must name, and what it finds kept the
audit may not name. What lies within 2 mm of a limit counts for neither. A rule that was missed or named
without reason is printed with its plan, and the exit code is not 0; so also where the saboteur broke a kind
of rule too seldom to tell.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
from flat import Shape
from recheck import BREACH, Recheck
from towns import Town, draw_town, frame, waiver

import pitchplan as pp

SEED = 20261129
PER_TOWN = 24
PARTS = 4
"""The plans are made in so many parts, whatever the number of processes, so that they are the same plans."""
LEAST_PER_KIND = {"hours": 1}
"""Of 100 plans at least so many break a rule of a kind; where not said, `_LEAST`."""
_LEAST = 0.4


@dataclass
class Tally:
    """What became of the plans of one sort."""

    made: int = 0
    illegal: int = 0
    near: int = 0
    caught: int = 0
    alarms: int = 0


@dataclass
class Trial:
    """All plans so far."""

    tampered: bool
    hair: Counter = field(default_factory=Counter)
    sorts: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    broken: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    many: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    audit_s: float = 0.0
    recheck_s: float = 0.0

    def judge(self, sort: str, where: str, plan, city, book, again: Recheck) -> None:
        """Hold the audit against the long way."""
        tally, begin = self.sorts[sort], time.process_time()
        found = again.verdicts(plan, book)
        middle = time.process_time()
        named = set(pp.audit_plan(plan, city, book).breaches["rule"])
        self.audit_s += time.process_time() - middle
        self.recheck_s += middle - begin
        broken = {rule for rule, verdict in found.items() if verdict == BREACH}
        # A plan that was not tampered with breaks nothing, not even by a hair.
        missed, alarms = broken - named, named - (set(found) if self.tampered else set())
        self.hair.update(set(found) - broken)
        tally.made += 1
        tally.illegal += bool(broken)
        tally.near += bool(found) and not broken
        tally.caught += bool(broken) and not missed
        tally.alarms += bool(alarms)
        self.many[min(len(broken), 3)] += 1
        self.broken.update(broken)
        kinds = {rule.id: rule.kind for rule in book.rules}
        self.kinds.update({kinds.get(rule, rule) for rule in broken})
        for word, rules in (("missed", missed), ("without reason", alarms)):
            self.faults += [f"{where} {sort}: {word}: {rule}" for rule in sorted(rules)]

    def take(self, other: Trial) -> None:
        """Add what another part found."""
        for sort, tally in other.sorts.items():
            for f in Tally.__dataclass_fields__:
                setattr(self.sorts[sort], f, getattr(self.sorts[sort], f) + getattr(tally, f))
        for name in ("broken", "kinds", "many", "hair"):
            getattr(self, name).update(getattr(other, name))
        self.faults += other.faults
        self.audit_s, self.recheck_s = self.audit_s + other.audit_s, self.recheck_s + other.recheck_s

    def table(self) -> str:
        """Write the counts by sort of plan."""
        lines = [f"{'':<28}{'made':>6}{'illegal':>9}{'near':>6}{'caught':>8}{'false alarms':>14}"]
        rows = [*self.sorts.items(), ("together", self.together)]
        lines += [
            f"{sort:<28}{t.made:>6}{t.illegal:>9}{t.near:>6}{t.caught:>8}{t.alarms:>14}" for sort, t in rows
        ]
        return "\n".join(lines)

    @property
    def together(self) -> Tally:
        """All sorts added up."""
        tallies = self.sorts.values()
        return Tally(*(sum(getattr(t, f) for t in tallies) for f in Tally.__dataclass_fields__))


# --- sound plans ------------------------------------------------------------------------------------


def sound_plans(town: Town, rng: np.random.Generator) -> Iterator[tuple[str, object, pd.DataFrame]]:
    """Make plans of a town in every way there is; a town may have too few legal pitches for some."""
    found = town.find()
    if len(found.pitches) < 6:
        return
    last = None
    for k in range(3):
        try:
            problem = _problem(found, town, rng)
            plan = problem.solve(time_limit_s=4)
        except pp.NoPlanExists:
            continue
        if not len(plan.pitches):
            continue
        yield "solved", plan
        for spot in plan.spots["spot_id"][:3] if len(plan.spots) > 1 else ():
            rest = plan.pitches[plan.pitches["spot_id"] != spot].reset_index(drop=True)
            yield "a spot closed", tell_spots(replace(plan, pitches=rest))
        for _ in range(2):
            yield "greedy", pp.greedy_plan(_problem(found, town, rng, limits=False))
        if last is not None:
            yield "renumbered", plan.with_numbers_of(last)
        out = plan.pitches.iloc[int(rng.integers(len(plan.pitches)))]
        said = waiver("", out.x_m, out.y_m, 12.0, "n1") | {"what": "forbid"}
        with contextlib.suppress(pp.NoPlanExists, pp.NonePlanFound):
            yield "replanned", problem.replan(plan, pd.DataFrame([said]), time_limit_s=2).plan
        with contextlib.suppress(pp.NoPlanExists, pp.NonePlanFound):
            if k == 0 or last is None:
                yield from _by_weeks(problem, town, rng)
        last = plan
    refused = found.refusals[found.refusals["rule"].isin([r.id for r in town.book.rules])]
    refused = refused[~refused["rule"].isin(["on-carriageway", "on-footway", "on-square", "community"])]
    for k in range(2 if len(refused) else 0):
        row = refused.iloc[int(rng.integers(len(refused)))]
        rows = [waiver(row.rule, row.x_m, row.y_m, float(rng.uniform(6, 40)), f"w{k}")]
        waived = town.find(pd.DataFrame(rows))
        try:
            problem = pp.siting_problem(waived, town.city, vendors=14, decisions=pd.DataFrame(rows))
            yield "with a waiver", problem.solve(time_limit_s=3)
        except pp.NoPlanExists:
            continue


def _by_weeks(problem, town, rng):
    asked = [int(n) for n in rng.integers(0, 12, len(town.season.weeks))]
    plan = problem.solve_weeks(asked, time_limit_s=0.8)
    yield "by weeks", plan
    for week in sorted(set(plan.weeks["week"]))[:2]:
        yield "of one week", plan.at_week(int(week))


def _problem(found, town, rng, *, limits=True):
    choices = [
        pp.limits.Quota("district", "each", 0, int(rng.integers(4, 10))),
        pp.limits.SpotCount(0, int(rng.integers(3, 7))),
        pp.limits.Spacing(int(rng.integers(8, 25))),
        pp.limits.OneSide(),
        pp.limits.KerbShare(float(rng.uniform(0.05, 0.3))),
        pp.limits.QuotaByResidents("district", 0.0, 2.5),
        pp.limits.SpotSize(1, int(rng.integers(2, 6))),
    ]
    some = [c for c in choices if limits and rng.random() < 0.2]
    return pp.siting_problem(found, town.city, vendors=int(rng.integers(5, 15)), limits=some)


# --- sabotage ---------------------------------------------------------------------------------------


@dataclass
class Target:
    """What a saboteur may change."""

    town: Town
    plan: object
    candidates: pp.Candidates
    rng: np.random.Generator
    city: object = None
    again: Recheck | None = None

    @property
    def row(self) -> int:
        """Draw a pitch."""
        return int(self.rng.integers(len(self.plan.pitches)))

    def with_row(self, k: int, *, retold: bool | None = None, **values) -> object:
        """Change cells of a pitch; most often the list of spots follows."""
        pitches = self.plan.pitches.copy()
        for column, value in values.items():
            pitches[column] = pitches[column].astype(object) if isinstance(value, str) else pitches[column]
            pitches.loc[k, column] = value
        return self.told(pitches, retold)

    def told(self, pitches, retold=None) -> object:
        """Put the pitches into the plan; most often the list of spots follows."""
        plan = replace(self.plan, pitches=pitches.reset_index(drop=True))
        return tell_spots(plan) if (self.rng.random() < 0.7 if retold is None else retold) else plan


def tell_spots(plan):
    """Make the list of spots agree with the pitches, as a careful saboteur would."""
    groups = dict(iter(plan.pitches.groupby("spot_id")))
    rows = []
    for spot in plan.spots.to_dict("records"):
        mine = groups.get(spot["spot_id"])
        if mine is not None:
            middle = {"x_m": mine["x_m"].mean(), "y_m": mine["y_m"].mean()}
            first = mine.iloc[0]
            words = {c: first[c] for c in ("district", "community_id", "placement", "hours")}
            room = max(spot["room"], len(mine))
            rows.append(spot | middle | words | {"capacity": len(mine), "room": room})
    spots = pd.DataFrame(rows, columns=plan.spots.columns)
    return replace(plan, spots=spots, vendors=max(plan.vendors, len(plan.pitches)))


def moved_along(t):
    k, d = t.row, t.rng.choice([-1, 1]) * np.exp(t.rng.uniform(-3, 3.2))
    r = t.plan.pitches.loc[k]
    a = np.radians(r.bearing_deg)
    return t.with_row(k, x_m=r.x_m + d * np.sin(a), y_m=r.y_m + d * np.cos(a))


def moved_across(t):
    k, d = t.row, t.rng.choice([-1, 1]) * np.exp(t.rng.uniform(-7, 2.5))
    r = t.plan.pitches.loc[k]
    a = np.radians(r.bearing_deg)
    return t.with_row(k, x_m=r.x_m - d * np.cos(a), y_m=r.y_m + d * np.sin(a))


def moved_away(t):
    k = t.row
    x, y = t.plan.pitches.loc[k, ["x_m", "y_m"]] + t.rng.uniform(-60, 60, 2)
    return t.with_row(k, x_m=x, y_m=y)


def moved_to_a_place(t):
    """Put a pitch where the finder looked, legal or not."""
    seen = t.candidates.looked_at
    k = int(t.rng.integers(len(seen)))
    return t.with_row(t.row, x_m=seen.x_m[k], y_m=seen.y_m[k], bearing_deg=float(seen.bearing_deg[k]))


def turned(t):
    k = t.row
    by = t.rng.choice([180.0, 90.0, t.rng.normal(0, 3), t.rng.normal(0, 30)])
    return t.with_row(k, bearing_deg=(t.plan.pitches.loc[k, "bearing_deg"] + by) % 360)


def added(t):
    """Add candidates that clash, or overfill a quota, or do not: the finder says each alone is legal."""
    more = t.candidates.pitches.sample(
        int(t.rng.integers(1, 6)), random_state=int(t.rng.integers(2**31)), replace=True
    )
    more = more[~more["pitch_id"].isin(t.plan.pitches["pitch_id"])].drop_duplicates("pitch_id")
    runs = t.candidates.runs.set_index("run_id")
    spots, pitches = t.plan.spots, t.plan.pitches
    for row in more.to_dict("records"):
        known = spots.loc[spots["spot_id"] == row["run_id"], "number"]
        number = int(known.iloc[0]) if len(known) else int(spots["number"].max()) + 1
        if not len(known):
            words = {c: runs.loc[row["run_id"]].get(c, "") for c in spots.columns if c in runs.columns}
            new = spots.iloc[0].to_dict() | words | {"spot_id": row["run_id"], "number": number}
            spots = pd.concat([spots, pd.DataFrame([new])], ignore_index=True)
        new = pd.DataFrame([row | {"spot_id": row["run_id"], "number": number}])
        pitches = pd.concat([pitches, new], ignore_index=True)
    return replace(t, plan=replace(t.plan, spots=spots)).told(pitches, True)


def doubled(t):
    twin = t.plan.pitches.iloc[[t.row]]
    if t.rng.random() < 0.5:
        twin = twin.assign(pitch_id="P-twin")
    return t.told(pd.concat([t.plan.pitches, twin], ignore_index=True))


def resized(t):
    column = str(t.rng.choice(["length_m", "width_m", "queue_m"]))
    k = t.row
    return t.with_row(k, **{column: t.plan.pitches.loc[k, column] * np.exp(t.rng.normal(0.1, 0.35))})


def swapped(t):
    """Swap two pitches between their spots, or give one to another spot."""
    pitches, (a, b) = t.plan.pitches.copy(), t.rng.integers(len(t.plan.pitches), size=2)
    words = ["spot_id", "number"]
    one, other = pitches.loc[a, words].tolist(), pitches.loc[b, words].tolist()
    pitches.loc[a, words] = other
    if t.rng.random() < 0.6:
        pitches.loc[b, words] = one
    return t.told(pitches)


def dropped(t):
    keep = np.ones(len(t.plan.pitches), dtype=bool)
    keep[t.rng.integers(len(keep), size=int(t.rng.integers(1, 4)))] = False
    if t.rng.random() < 0.3:
        keep = (t.plan.pitches["spot_id"] != t.plan.pitches["spot_id"].iloc[t.row]).to_numpy()
    return t.told(t.plan.pitches[keep]) if keep.any() else t.plan


def relabelled(t):
    k = t.row
    column = str(
        t.rng.choice(
            ["street_id", "community_id", "district", "placement", "side", "vehicle", "street_class"]
        )
    )
    choices = {
        "street_id": list("abcd"),
        "community_id": ["c1", "c2", "c3", ""],
        "district": ["东区", "西区"],
        "placement": ["kerbside", "footway", "open-space", "setback-land"],
        "side": list("NESW"),
        "vehicle": ["small-truck", "tricycle", "tractor", "ox-cart"],
        "street_class": ["local", "branch", "main"],
    }
    return t.with_row(k, **{column: str(t.rng.choice(choices[column]))})


def other_numbers(t):
    """Change numbers of the book."""
    book = t.town.book
    kinds = sorted({rule.kind for rule in book.rules})
    for _ in range(int(t.rng.integers(1, 4))):
        kind = str(t.rng.choice(kinds))
        # A kind with one row is chosen as often as one with many.
        mine = [rule for rule in book.rules if rule.kind == kind]
        rule = mine[int(t.rng.integers(len(mine)))]
        numbers = {
            k: v for k, v in rule.parameters.items() if isinstance(v, int | float) and not isinstance(v, bool)
        }
        numbers = {k: v for k, v in numbers.items() if k not in ("at_most_share", "max_gap_m")}
        if numbers:
            name = str(t.rng.choice(list(numbers)))
            less = name.startswith(("most", "at_most", "max", "share")) != (t.rng.random() < 0.2)
            factor = np.exp((-1 if less else 1) * abs(t.rng.normal(0.7, 0.9)))
            value = type(numbers[name])(numbers[name] * factor + (name == "at_least"))
            book = book.with_number(
                rule.id, **{name: min(value, {"share": 1.0, "width_m": 25.0}.get(name, 10**8))}
            )
    return t.plan, book


def other_rules(t):
    """Change words of the book: hours, days, placements, classes, levels."""
    rules = list(t.town.book.rules)
    for _ in range(3):
        k = int(t.rng.integers(len(rules)))
        rule = rules[k]
        change = {"hours": str(t.rng.choice(["", "06:00-08:00", "12:00-13:00"])), "days": ""}
        if rule.kind == "hours":
            rule = replace(
                rule, parameters={"open": str(t.rng.choice(["06:00-09:00", "06:30-21:00", "17:00-21:30"]))}
            )
        if rule.kind == "street-class":
            rule = replace(
                rule,
                parameters=rule.parameters | {"forbidden": ["main", str(t.rng.choice(["local", "branch"]))]},
            )
        if rule.kind == "level-of-service":
            rule = replace(rule, parameters={"level": "A"})
        if rule.kind not in ("spacing", "run-length", "quota", "kerb-share", "hours"):
            rule = replace(rule, **change)
        rules[k] = rule
    always = [r for r in rules if r.kind in ("hours", "street-class", "level-of-service")]
    if always and t.rng.random() < 0.5:
        one = always[int(t.rng.integers(len(always)))]
        new = {"hours": {"open": "06:30-08:30, 18:00-20:00"}, "level-of-service": {"level": "A"}}
        new["street-class"] = one.parameters | {"forbidden": ["main", "local", "branch"]}
        rules[rules.index(one)] = replace(one, parameters=new[one.kind])
    return t.plan, replace(t.town.book, rules=tuple(rules))


def tight_limits(t):
    limits = t.plan.limits.copy()
    if not len(limits):
        return replace(t.plan, vendors=max(0, len(t.plan.pitches) - 1))
    k = int(t.rng.integers(len(limits)))
    column = str(t.rng.choice(["at_most", "at_most", "at_least"]))
    limits.loc[limits.index[k], column] = int(t.rng.integers(0, 6))
    return replace(t.plan, limits=limits)


def fewer_vendors(t):
    return replace(t.plan, vendors=len(t.plan.pitches) + int(t.rng.integers(-3, 3)))


def other_hours(t):
    hours = str(
        t.rng.choice(
            ["05:30-09:00", "06:00-09:00", "16:00-18:00", "17:00-21:00", "07:00-08:00", "21:00-02:00"]
        )
    )
    if t.rng.random() < 0.25:
        return replace(t.plan, spots=t.plan.spots.assign(hours=hours))
    if t.rng.random() < 0.3:
        s = t.plan.season
        return replace(t.plan, season=pp.Season(s.first, s.last, hours=hours, calendar=s.calendar))
    return t.with_row(t.row, hours=hours)


def other_tables(t):
    """Change one cell of the list of spots, or a pitch's number."""
    spots = t.plan.spots.copy()
    k = spots.index[int(t.rng.integers(len(spots)))]
    column = str(
        t.rng.choice(
            ["number", "capacity", "room", "district", "community_id", "placement", "x_m", "row", "pitch"]
        )
    )
    if column == "row":
        other = pd.concat([spots, spots.loc[[k]]]) if t.rng.random() < 0.5 else spots.drop(k)
        return replace(t.plan, spots=other.reset_index(drop=True))
    if column == "pitch":
        return t.with_row(t.row, retold=False, number=int(t.rng.integers(1, 6)))
    words = {
        "district": ["东区", "西区"],
        "community_id": ["c1", "c2", "c3"],
        "placement": ["kerbside", "footway"],
    }
    if column in words:
        spots[column] = spots[column].astype(object)
        spots.loc[k, column] = str(t.rng.choice(words[column]))
    else:
        step = t.rng.normal(0, 3) if column == "x_m" else int(t.rng.integers(-2, 3))
        spots.loc[k, column] = spots.loc[k, column] + step
    return replace(t.plan, spots=spots)


def other_weeks(t):
    weeks = t.plan.weeks.copy()
    k = weeks.index[int(t.rng.integers(len(weeks)))]
    how = int(t.rng.integers(9))
    if how == 0:
        weeks = weeks.drop(k)
    elif how == 1:
        weeks = pd.concat([weeks, weeks.loc[[k]]], ignore_index=True)
    elif how == 2:
        j = weeks.index[int(t.rng.integers(len(weeks)))]
        weeks.loc[k, ["pitch_ids", "capacity"]] = weeks.loc[j, ["pitch_ids", "capacity"]].to_numpy()
    elif how == 3:
        weeks.loc[k, "week"] = int(weeks.loc[k, "week"]) + int(t.rng.choice([-1, 1, 2]))
    elif how == 4:
        ids = weeks.loc[k, "pitch_ids"].split("; ")[:-1]
        weeks.loc[k, "pitch_ids"] = "; ".join(ids)
        weeks.loc[k, "capacity"] = len(ids)
    elif how == 5:
        asked = list(t.plan.vendors_by_week)
        j = int(t.rng.integers(len(asked)))
        asked[j] = max(0, asked[j] + int(t.rng.integers(-2, 2)))
        return replace(t.plan, vendors_by_week=tuple(asked))
    elif how == 6:
        weeks.loc[k, str(t.rng.choice(["number", "capacity"]))] += int(t.rng.integers(-1, 2))
    elif how == 7:
        weeks["first_day"] = weeks["first_day"].astype(object)
        weeks.loc[k, "first_day"] = weeks.loc[k, "last_day"]
    else:
        spot = t.plan.pitches["spot_id"].iloc[t.row]
        said = np.where(t.plan.pitches["spot_id"] == spot, str(t.rng.choice(["1", "1-2", "2-3"])), "")
        return replace(t.plan, pitches=t.plan.pitches.assign(weeks=said))
    return replace(t.plan, weeks=weeks)


def new_feature(t):
    """Let the city learn of a feature near a pitch."""
    r = t.plan.pitches.loc[t.row]
    at = shapely.Point(*(np.array([r.x_m, r.y_m]) + t.rng.uniform(-9, 9, 2)))
    kind = str(
        t.rng.choice(
            ["hydrant", "bus-stop", "school-gate", "entrance", "crossing", "tactile-paving", "fire-lane"]
        )
    )
    made = frame([at], feature_id=["new"], kind=[kind], name=[""], level=[0])
    city = replace(t.town.city, keep_clear=pd.concat([t.town.city.keep_clear, made], ignore_index=True))
    again = copy(t.again)
    again.clear = [(q, Shape(q.geometry)) for q in city.keep_clear.itertuples()]
    again.memo = {key: v for key, v in t.again.memo.items() if key[0] in ("apart", "road")}
    t.city, t.again = city, again
    return t.plan


def many_at_once(t):
    """Two or three of the others, one after the other."""
    plan = t.plan
    for _ in range(int(t.rng.integers(2, 4))):
        one = PITCHES[int(t.rng.integers(len(PITCHES)))]
        plan = one(replace(t, plan=plan))
        if not len(plan.pitches):
            return t.plan
    return plan


PITCHES = (moved_along, moved_across, moved_away, moved_to_a_place, turned, added, doubled, resized, swapped)
PITCHES += (dropped, relabelled)
WAYS = (*PITCHES, other_numbers, other_numbers, other_rules, other_rules, tight_limits, fewer_vendors)
WAYS += (other_hours, other_tables, other_weeks, new_feature, many_at_once)


def sabotage(t: Target, way) -> tuple[object, object]:
    """Tamper with a plan; gives plan and book."""
    out = way(t)
    return out if isinstance(out, tuple) else (out, t.town.book)


# --- the trial --------------------------------------------------------------------------------------


def run(
    plans: int, seed: int = SEED, part: int = 0, until: float = np.inf, log: bool = False
) -> tuple[Trial, Trial]:
    """Make towns until there are so many sound and so many sabotaged plans; give both trials."""
    sound, wrong = Trial(tampered=False), Trial(tampered=True)
    number, turn = part, 5 * part
    while min(sound.together.made, wrong.together.made) < plans and time.time() < until:
        rng = np.random.default_rng([seed, number])
        town = draw_town(rng)
        again = Recheck(town.city, town.season)
        base = []
        for sort, plan in sound_plans(town, rng):
            if sound.together.made < plans:
                sound.judge(sort, f"town {number}", plan, town.city, town.book, again)
            base += [plan] if len(plan.pitches) and sort != "with a waiver" else []
        candidates = town.find() if base else None
        by_weeks = [p for p in base if p.weeks is not None and len(p.weeks)]
        for _ in range(PER_TOWN if base else 0):
            way = WAYS[turn % len(WAYS)]
            turn += 1
            mine = by_weeks if way is other_weeks else base
            if not mine or wrong.together.made >= plans:
                continue
            own = np.random.default_rng([seed, number, turn])
            target = Target(town, mine[int(own.integers(len(mine)))], candidates, own, town.city, again)
            plan, book = sabotage(target, way)
            if len(plan.pitches):
                where = f"town {number}, turn {turn}"
                wrong.judge(way.__name__.replace("_", " "), where, plan, target.city, book, target.again)
        number += PARTS
        if log:
            faults = sound.faults + wrong.faults
            print(
                f"{sound.together.made} sound, {wrong.together.made} sabotaged, {faults}",
                file=sys.stderr,
                flush=True,
            )
    return sound, wrong


def run_all(plans: int, seed: int, jobs: int, minutes: float) -> tuple[Trial, Trial]:
    """Make `PARTS` parts, in so many processes at once, and put them together."""
    shares = [plans // PARTS + (k < plans % PARTS) for k in range(PARTS)]
    with ProcessPoolExecutor(jobs) as pool:
        until = time.time() + 60 * minutes
        parts = list(pool.map(run, shares, [seed] * PARTS, range(PARTS), [until] * PARTS, [True] * PARTS))
    sound, wrong = Trial(tampered=False), Trial(tampered=True)
    for whole, mine in ((t, p) for part in parts for t, p in zip((sound, wrong), part, strict=True)):
        whole.take(mine)
    return sound, wrong


def shortcomings(sound: Trial, wrong: Trial) -> list[str]:
    """List what went wrong, with the audit or with the trial itself."""
    found = [f"sound, {f}" for f in sound.faults] + [f"sabotaged, {f}" for f in wrong.faults]
    all_, clean = wrong.together, sound.together
    if clean.illegal:
        found.append(f"{clean.illegal} plans that should be sound are not")
    if not 0.3 <= all_.illegal / all_.made <= 0.9:
        found.append(f"{all_.illegal} of {all_.made} are illegal: too few or too many to tell")
    if not wrong.many[0] or not wrong.many[1] or not wrong.many[3]:
        found.append(f"breaches per plan: {dict(wrong.many)}")
    from pitchplan.auditing.kinds import AUDITS

    for kind in (*AUDITS, "overlap", "places", "counts", "sizes", "limits", "weeks"):
        least = max(1, int(LEAST_PER_KIND.get(kind, _LEAST) * all_.made / 100))
        if wrong.kinds[kind] < least:
            found.append(f"{kind} was broken {wrong.kinds[kind]} times, not {least}")
    return found


def main() -> None:
    """Print both tables, and fail where the audit does."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--plans", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--jobs", type=int, default=1)
    asked.add_argument("--minutes", type=float, default=np.inf, help="stop then with what there is")
    given = asked.parse_args()
    begin = time.time()
    sound, wrong = run_all(given.plans, given.seed, given.jobs, given.minutes)
    print("Sound plans\n" + sound.table() + "\n\nSabotaged plans\n" + wrong.table())
    print(
        "\nPlans by number of rules broken: "
        + ", ".join(f"{k}{'+' * (k == 3)}: {wrong.many[k]}" for k in range(4))
    )
    print("Plans that break a kind: " + ", ".join(f"{k} {n}" for k, n in wrong.kinds.most_common()))
    for word, trial in (("sound", sound), ("sabotaged", wrong)):
        print(
            f"Too near to a limit to tell, {word}: "
            + ", ".join(f"{k} {n}" for k, n in trial.hair.most_common(12))
        )
    audits = sound.together.made + wrong.together.made
    seconds = ((sound.audit_s + wrong.audit_s) / audits, (sound.recheck_s + wrong.recheck_s) / audits)
    print("audit {:.3f} CPU s a plan, re-check {:.3f}".format(*seconds))
    print(f"{time.time() - begin:.0f} s in {given.jobs} processes, seed {given.seed}")
    faults = shortcomings(sound, wrong)
    if min(sound.together.made, wrong.together.made) < given.plans:
        faults.append(f"fewer than {given.plans} plans in {given.minutes:g} minutes")
    print("\n".join(["", *faults]) if faults else "\nno miss, no false alarm")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
