"""Small worlds in which rules come and go by the hour, and what is legal in them minute by minute."""

import datetime as dt
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import shapely

import pitchplan as pp
from pitchplan.candidates.places import rectangles
from pitchplan.rules.rule import Rule

from .streets import X, Y, frame, only, straight_city

DAY = 24 * 60
LENGTH = 60.0


def minutes(text):
    """Give the minutes of hours as text, the plain way."""
    out = np.zeros(DAY, dtype=bool)
    if not text.strip() or ":" not in text:
        return ~out
    for part in text.split(","):
        start, end = (int(t[:2]) * 60 + int(t[3:]) for t in part.strip().split("-"))
        for m in range(start, end if start < end else end + DAY):
            out[m % DAY] = True
    return out


def days_of(season):
    return [season.first + dt.timedelta(k) for k in range(season.days)]


def holds_on(day, word, rows):
    """Tell whether a rule of some days holds on a day, by the calendar's rows."""
    said = {what for first, last, what in rows if first <= str(day) <= last}
    work = day.weekday() < 5
    if "holiday" in said:
        work = False
    if "working-weekend" in said:
        work = True
    if word == "school":
        spans = [r for r in rows if r[2] == "school"]
        inside = bool(spans) and min(r[0] for r in rows) <= str(day) <= max(r[1] for r in rows)
        return work and "vacation" not in said and ("school" in said or not inside)
    return {"": True, "weekday": work, "weekend": not work}[word]


def hours(rng, step=1):
    """Draw hours as text: one or two intervals, now and then past midnight."""
    out = []
    for _ in range(rng.integers(1, 3)):
        a, b = rng.choice(DAY // step, 2, replace=False) * step
        if rng.random() < 0.8:
            a, b = min(a, b), max(a, b)
        out.append(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}")
    return ", ".join(out)


def calendar_rows(rng, first, days):
    """Draw a calendar that contradicts itself nowhere; empty for none."""
    if rng.random() < 0.35:
        return []
    at = [str(first + dt.timedelta(int(k))) for k in range(-5, days + 6)]
    term = int(rng.integers(3, len(at) - 2))
    rows = [(at[0], at[term], "school")] if rng.random() < 0.8 else []
    rows += [(at[term + 1], at[-1], "vacation")] if rng.random() < 0.5 else []
    for k in rng.choice(len(at), 3, replace=False):
        day = dt.date.fromisoformat(at[k])
        rows.append((at[k], at[k], "holiday" if day.weekday() < 5 else "working-weekend"))
    alone = [r for r in rows if r[2] == "school" and (dt.date.fromisoformat(r[1]) - first).days < 0]
    return [r for r in rows if r not in alone]


class World:
    """A street of 60 m with regulations, school gates and zones, a book, a calendar and a season."""

    def __init__(self, seed, *, days=None):
        rng = np.random.default_rng(seed)

        def maybe_hours():
            return ["", "at dusk", hours(rng), hours(rng, 30), hours(rng, 30)][rng.integers(5)]

        def when():
            word = ["", "", "school", "weekday", "weekend"][rng.integers(5)]
            return {"hours": "" if rng.random() < 0.4 else hours(rng, 30), "days": word}

        count = rng.integers(1, 4, 3)
        start = rng.uniform(0, LENGTH - 10, count[0])
        y = rng.choice([Y - 5, Y + 5], count[0])
        lines = [
            shapely.LineString([(X + a, b), (X + a + rng.uniform(3, 30), b)])
            for a, b in zip(start, y, strict=True)
        ]
        gates = shapely.points(X + rng.uniform(0, LENGTH, count[1]), Y + rng.choice([-6, 6], count[1]))
        low = rng.uniform(0, LENGTH - 10, count[2])
        boxes = shapely.box(X + low, Y - rng.uniform(0, 9, count[2]), X + low + 12, Y + 9)
        self.layers = {
            "kerb_regulations": frame(
                lines, kind=["no-stopping"] * count[0], hours=[maybe_hours() for _ in lines]
            ),
            "keep_clear": frame(gates, kind=["school-gate"] * count[1]),
            "zones": frame(boxes, kind=["truck-ban"] * count[2], hours=[maybe_hours() for _ in boxes]),
        }
        self.city = straight_city(length=LENGTH, **self.layers)
        self.metres = float(np.round(rng.uniform(4, 14), 3))
        along = {"side": "any", "before_m": 0.0, "after_m": 0.0}
        rules = [
            ("kerb-regulation", {"forbidden": ["no-stopping"], "distance_m": 0.3}),
            ("setback", {"feature": "school-gate", "distance_m": self.metres, **along}),
            ("zone", {"forbidden": ["truck-ban"]}),
        ]
        rules += [("hours", {"open": hours(rng, 30)})] if rng.random() < 0.3 else []
        made = tuple(Rule(kind, kind, p, "a test", "ours", **when()) for kind, p in rules)
        self.free = replace(only("carriageway"), placements=("kerbside",))
        self.book = replace(self.free, rules=(*self.free.rules, *made))
        first = dt.date(2026, 6, 1) + dt.timedelta(int(rng.integers(0, 14)))
        many = int(rng.integers(1, 29)) if days is None else days
        self.rows = calendar_rows(rng, first, many)
        calendar = pd.DataFrame(self.rows, columns=["first_day", "last_day", "what"]) if self.rows else None
        open_ = "" if rng.random() < 0.2 else hours(rng, 15)
        self.season = pp.Season(first, first + dt.timedelta(many - 1), hours=open_, calendar=calendar)

    def find(self, book=None, **more):
        return pp.find_candidates(self.city, book or self.book, season=self.season, **more)

    def hits(self, box):
        """Name everything that some rule measures too near a rectangle: rule, and its hours."""
        out = set()
        for rule in self.book.rules:
            if rule.kind == "kerb-regulation":
                layer = self.layers["kerb_regulations"]
                near = shapely.distance(box, layer.geometry.array) < 0.301
                out |= {(rule.id, h) for h in layer["hours"][near]}
            elif rule.kind == "zone":
                layer = self.layers["zones"]
                over = shapely.area(shapely.intersection(box, layer.geometry.array)) > 0.005
                out |= {(rule.id, h) for h in layer["hours"][over]}
            elif rule.kind == "setback":
                points = self.layers["keep_clear"].geometry.array
                out |= {(rule.id, "")} if shapely.distance(box, points).min() < self.metres + 0.001 else set()
            elif rule.kind == "hours":
                out |= {(rule.id, "closed")}
        return frozenset(out)

    def legal(self, hits):
        """Tell of each day and minute whether it is legal; closed minutes are not."""
        season = np.tile(minutes(self.season.hours), (self.season.days, 1))
        for name, own in hits:
            rule = self.book[name]
            at = ~minutes(rule["open"]) if own == "closed" else minutes(own)
            on = np.array([holds_on(day, rule.days, self.rows) for day in days_of(self.season)])
            season &= ~(on[:, None] & (at & minutes(rule.hours))[None, :])
        return season

    def boxes(self, table):
        vehicle = self.book.vehicle("small-truck")
        x, y, turn = (np.asarray(getattr(table, c), dtype=float) for c in ("x_m", "y_m", "bearing_deg"))
        return rectangles(x, y, turn, vehicle.length_m, vehicle.width_m)


def best(legal):
    """Try every set of weeks: the most minutes times days, and the days, of hours legal in all of them."""
    weeks = [legal[k : k + 7] for k in range(0, len(legal), 7)]
    each = [w.all(axis=0) for w in weeks]
    found = (0, 0)
    for size in range(1, len(weeks) + 1):
        for some in combinations(range(len(weeks)), size):
            same = np.logical_and.reduce([each[k] for k in some])
            days = sum(len(weeks[k]) for k, e in enumerate(each) if not (same & ~e).any())
            found = max(found, (int(same.sum()) * days, days if same.any() else 0))
    return found


def claimed(hours_text, weeks_text, season):
    """Give the days and minutes that a pitch's hours and weeks claim."""
    out = np.zeros((season.days, DAY), dtype=bool)
    for k in range(season.days):
        week, said = k // 7 + 1, weeks_text == ""
        for part in weeks_text.split(",") if weeks_text else ():
            low, _, high = part.strip().partition("-")
            said |= int(low) <= week <= int(high or low)
        if said:
            out[k] = minutes(hours_text) & minutes(season.hours)
    return out
