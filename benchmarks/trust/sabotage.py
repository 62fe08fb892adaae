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
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from recheck import BREACH, Recheck
from saboteur import WAYS, Target, other_weeks, sabotage, tell_spots
from towns import Town, draw_town, waiver

import pitchplan as pp

SEED = 20261129
PER_TOWN = 30
PARTS = 4
"""The plans are made in so many parts, whatever the number of processes, so that they are the same plans."""
LEAST_PER_KIND = {"hours": 1}
"""Of 100 plans at least so many break a rule of a kind; where not said, `_LEAST`."""
_LEAST = 0.5
LEAST_SHARES = {"nobody asked": 1, "one vendor": 2, "all banned": 1, "cannot be": 2, "as good": 2}
"""Of 100 sound plans at least so many are of these sorts; what cannot be is asked for, and refused."""


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
    refused: Counter = field(default_factory=Counter)
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
        for name in ("broken", "kinds", "many", "hair", "refused"):
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
    yield from _edges(found, town, rng)
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
        if k == 0:
            yield from (("as good", p) for p in problem.alternatives(plan, 1, within=0.0, time_limit_s=2))
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


def _edges(found, town, rng):
    """Ask for nobody, for one vendor, for more than there is room, and where every place is forbidden."""
    yield "nobody asked", pp.siting_problem(found, town.city, vendors=0).solve(time_limit_s=2)
    one = pp.siting_problem(found, town.city, vendors=1).solve(time_limit_s=2)
    if len(one.pitches) == 1:
        yield "one vendor", one
    too_many = pp.limits.Quota("city", "each", len(found.pitches) + 1, len(found.pitches) + 9)
    try:
        pp.siting_problem(found, town.city, vendors=5, limits=[too_many]).solve(time_limit_s=2)
    except pp.NoPlanExists:
        yield "cannot be", None
    if rng.random() < 0.5:
        x, y = (float(v) for v in found.pitches[["x_m", "y_m"]].mean())
        said = pd.DataFrame([waiver("", x, y, 500.0, "all") | {"what": "forbid"}])
        problem = pp.siting_problem(found, town.city, vendors=5, decisions=said)
        yield "all banned", problem.solve(time_limit_s=2)


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
            if plan is None:
                sound.refused[sort] += 1
                continue
            if sound.together.made < plans:
                sound.judge(sort, f"town {number}", plan, town.city, town.book, again)
            base += [plan] if len(plan.pitches) and sort != "with a waiver" else []
            if min(sound.together.made, len(base)) >= plans:
                break  # a short trial needs no more of this town
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
    for sort, share in LEAST_SHARES.items():
        many = clean.made and (sound.sorts[sort].made if sort in sound.sorts else sound.refused[sort])
        if many < share * clean.made / 100:
            found.append(f"{sort}: {many} of {clean.made} sound plans, not {share} %")
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
    print("Asked for what cannot be, and refused: " + str(sound.refused["cannot be"]))
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
