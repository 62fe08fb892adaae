"""Every rule of every kind checked again the long way: pitch by pitch, edge by edge, minute by minute.

It shares nothing with the audit or the finder but the tables of the plan, the layers of the city and the
book: no library of shapes, no index, no table of what was near. What lies within 2 mm of a limit (of areas:
within `AREA_M2`) is near it, and counts for neither side.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd
import pyproj
from flat import Shape, axes_of, border, clipped, corners, edges, in_strip, inside, to_edges, uncovered

BREACH, NEAR = "breach", "near"
MARGIN_M = 0.002
AREA_M2 = (0.005, 0.015)
GRID_M2 = (0.001, 0.04)
DAY = 24 * 60
MOST = dict(zip("ABCDE", (16, 23, 33, 49, 75), strict=True))
SIDES = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def minutes(text) -> frozenset[int]:
    """Give the minutes of hours as text; all of a day where there are none."""
    out = set()
    for part in str(text).split(","):
        if ":" not in part:
            return frozenset(range(DAY))
        start, end = (int(t[:2]) * 60 + int(t[3:]) for t in part.strip().split("-"))
        out |= {m % DAY for m in range(start, end if start < end else end + DAY)}
    return frozenset(out)


@lru_cache
def metres_of(crs) -> pyproj.Transformer:
    """Make the way from degrees into a CRS once: it takes longer than a plan does."""
    return pyproj.Transformer.from_crs(4326, crs, always_xy=True)


class Bay:
    """A row of the plan's pitches, drawn."""

    def __init__(self, row, number, again) -> None:
        self.row, self.number = row, number
        self.box = corners(row.x_m, row.y_m, row.bearing_deg, row.length_m, row.width_m)
        self.along, left = axes_of(row.bearing_deg)
        self.half = row.length_m / 2
        self.centre = np.array([row.x_m, row.y_m])
        self.right, self.left = (self.centre + s * left * row.width_m / 2 for s in (-1, 1))
        own = again.axes.get(str(row.street_id))
        behind = row.placement in ("footway", "setback-land")
        before = own if behind and own is not None else again.kerbs
        a, b = (float(to_edges(p[None], before).min()) for p in (self.right, self.left))
        self.vague = abs(a - b) < 0.005
        self.kerb, self.inner = (self.left, self.right) if b < a else (self.right, self.left)
        self.inward = (self.inner - self.kerb) / row.width_m
        self.streetward = -self.inward if behind else self.inward
        self.named = str(row.street) or str(row.street_id)

    @property
    def key(self):
        """What tells it from a pitch that was measured before."""
        r = self.row
        place = (r.x_m, r.y_m, r.bearing_deg, r.length_m, r.width_m, r.queue_m, r.placement, r.vehicle)
        return (*place, r.street_id, r.street, r.street_class, self.minutes, self.days)


class Recheck:
    """Checks plans of one town."""

    def __init__(self, city, season) -> None:
        self.of_lines = city.made_of_lines
        self.streets = [(r, Shape(r.geometry)) for r in city.streets.itertuples()]
        self.roads = [s for _, s in self.streets]
        self.kerbs = border(self.roads)
        self.lines = [(r, Shape(r.geometry)) for r in city.centrelines.itertuples()]
        self.axes = {str(r.street_id): s.edges for r, s in self.lines}
        shapes = lambda layer: [(r, Shape(r.geometry)) for r in layer.itertuples()]  # noqa: E731
        self.clear, self.zones = shapes(city.keep_clear), shapes(city.zones)
        self.regulations, self.houses = shapes(city.kerb_regulations), shapes(city.buildings)
        self.footways, self.squares = shapes(city.footways), shapes(city.open_spaces)
        self.communities = shapes(city.communities)
        self.pavement = border([*self.roads, *(s for _, s in self.footways)])
        self.chains = chains(self.kerbs)
        self.memo: dict = {}
        self._in(season)

    def _in(self, season) -> None:
        self.season = season
        self.days = [season.first + dt.timedelta(k) for k in range((season.last - season.first).days + 1)]

    # --- a plan -----------------------------------------------------------------------------------

    def verdicts(self, plan, book) -> dict[str, str]:
        """Name the rules that a plan breaks, and those that it may break by a hair."""
        # The plan of one week has a season of its own.
        self._in(plan.season)
        named = defaultdict(set)
        for r in plan.weeks.itertuples() if plan.weeks is not None else ():
            for p in str(r.pitch_ids).split(";"):
                named[p.strip()].add(int(r.week))
        bays = [Bay(row, k, self) for k, row in enumerate(plan.pitches.itertuples())]
        for bay in bays:
            bay.minutes = minutes(bay.row.hours)
            bay.days = self._open_days(named.get(str(bay.row.pitch_id)), str(getattr(bay.row, "weeks", "")))
        out: dict[str, str] = {}
        waived = self._waivers(plan)
        for rule in book.rules:
            under = [b for b in bays if b.row.placement in rule.placements and self._meets(rule, b)]
            if (rule.hours or rule.days) and not self._ever(rule, bays):
                continue
            for bay, margin, near in getattr(self, "_" + rule.kind.replace("-", "_"))(rule, under, bays):
                self._note(out, rule.id, bay, margin, near, waived)
        for name, margin in self._tables(plan, book, bays):
            if margin < 0:
                out[name] = BREACH
        for name, bay, margin, near in self._ground(bays):
            self._note(out, name, bay, margin, near, [])
        return out

    def _note(self, out, name, bay, margin, near, waived) -> None:
        low, high = near
        if not margin < high or out.get(name) == BREACH:
            return
        lets = [
            d
            for rule, p, d in waived
            if rule == name and bay is not None and np.hypot(*(bay.centre - p)) <= d
        ]
        if not lets:
            out[name] = BREACH if margin < low else NEAR

    def _waivers(self, plan):
        rows = plan.decisions
        if not len(rows) or "what" not in rows:
            return []
        return [
            (r.rule, np.array(metres_of(plan.crs).transform(r.lon, r.lat)), float(r.radius_m))
            for r in rows.itertuples()
            if r.what == "waive"
        ]

    def _open_days(self, named, text):
        weeks = named
        if weeks is None and text:
            weeks = set()
            for part in text.split(","):
                low, _, high = part.strip().partition("-")
                weeks |= set(range(int(low), int(high or low) + 1))
        days = [d for k, d in enumerate(self.days) if weeks is None or k // 7 + 1 in weeks]
        return frozenset(days or self.days)

    def _rule_days(self, rule):
        return {d for d in self.days if self._is(d, rule.days)}

    def _is(self, day, word):
        rows = self.season.calendar.spans if self.season.calendar else ()
        said = {r.what for r in rows if r.first <= day <= r.last}
        work = (day.weekday() < 5 and "holiday" not in said) or "working-weekend" in said
        if word == "school":
            terms = [r for r in rows if r.what == "school"]
            known = terms and min(r.first for r in rows) <= day <= max(r.last for r in rows)
            return work and "vacation" not in said and ("school" in said or not known)
        return {"": True, "weekday": work, "weekend": not work}[word]

    def _meets(self, rule, bay):
        return bool(minutes(rule.hours) & bay.minutes) and bool(self._rule_days(rule) & bay.days)

    def _ever(self, rule, bays):
        at, on = minutes(rule.hours), self._rule_days(rule)
        whole = at & minutes(self.season.hours) and on
        return whole or any(at & b.minutes and on & b.days for b in bays)

    def _each(self, rule, bays, measure, near=(-MARGIN_M, MARGIN_M)):
        """Measure pitches one by one; what was measured before is looked up."""
        for bay in bays:
            key = (rule.id, rule.on_missing, str(rule.numbers), bay.key)
            if key not in self.memo:
                self.memo[key] = measure(bay)
            margin = self.memo[key]
            yield (bay, *margin) if isinstance(margin, tuple) else (bay, margin, near)

    # --- kinds that measure a pitch ---------------------------------------------------------------

    def _setback(self, rule, bays, _):
        features = [s for r, s in self.clear if r.kind == rule["feature"] and r.level == 0]

        def measure(bay):
            least, near = np.inf, (-MARGIN_M, MARGIN_M)
            for s in features:
                if s.far(bay.box, 60):
                    continue
                across = self._across(bay, s)
                if rule["side"] != "same" or across is not True:
                    margin = s.away(bay.box) - rule["distance_m"]
                    if across is None and rule["side"] == "same" and margin < least:
                        near = (-np.inf, np.inf)
                    least = min(least, margin)
                if bay.row.placement != "open-space" and across is not True:
                    margin = self._lengthwise(rule, bay, s)
                    if margin < least and (across is None or bay.vague):
                        near = (-np.inf, np.inf)
                    least = min(least, margin)
            return (least, near if least < np.inf else (-MARGIN_M, MARGIN_M))

        yield from self._each(rule, bays, measure)

    def _lengthwise(self, rule, bay, shape):
        """Measure along the street, with the street on the left, within 10 m beside the kerb edge."""
        forward = np.array([bay.streetward[1], -bay.streetward[0]])
        least = np.inf
        for way, asked in ((1, rule["before_m"]), (-1, rule["after_m"])):
            if asked:
                depths = in_strip(
                    shape.edges,
                    bay.kerb - way * forward * bay.half,
                    bay.streetward,
                    way * forward,
                    10.0,
                    2 * bay.half + asked,
                )
                if depths:
                    least = min(least, max(0.0, min(depths) - 2 * bay.half) - asked)
        return least

    def _across(self, bay, shape):
        """Tell whether the street's axis lies between kerb and feature; None where it can hardly be told."""
        axis = self.axes.get(str(bay.row.street_id))
        if axis is None:
            return False
        _, foot = shape.nearest(bay.kerb)
        p, d = bay.kerb, foot - bay.kerb
        crossed = False
        for a, b in axis:
            e = b - a
            cross = d[0] * e[1] - d[1] * e[0]
            if abs(cross) < 1e-9:
                continue
            t = ((a - p)[0] * e[1] - (a - p)[1] * e[0]) / cross
            r = ((a - p)[0] * d[1] - (a - p)[1] * d[0]) / cross
            if min(abs(t - 1) * np.hypot(*d), abs(t) * np.hypot(*d)) < MARGIN_M and -0.001 < r < 1.001:
                return None
            crossed |= 0 < t < 1 and 0 <= r <= 1
        return None if bay.vague else bool(crossed)

    def _street_class(self, rule, bays, _):
        shapes = [s for r, s in self.streets if r.street_class in rule["forbidden"]]

        def measure(bay):
            least = min((s.away(bay.box) for s in shapes), default=np.inf)
            if bay.row.street_class in rule["forbidden"]:
                least = -1.0
            return least - rule["near_m"]

        yield from self._each(rule, bays, measure)

    def _clear_width(self, rule, bays, _):
        drive = rule["of"] == "drive"
        if not drive and not self.houses:
            return
        where = ("kerbside",) if drive else ("kerbside", "footway", "setback-land")
        some = [b for b in bays if b.row.placement in where]
        measure = self._drive if drive else self._walk
        yield from self._each(rule, some, lambda b: self._vaguely(b, measure(b) - rule["width_m"]))

    def _vaguely(self, bay, margin):
        return (margin, (-np.inf, np.inf) if bay.vague else (-MARGIN_M, MARGIN_M))

    def _sweep(self, bay, start, away, segments, reach):
        return min(in_strip(segments, start, bay.along, away, bay.half - 0.002, reach), default=reach)

    def _drive(self, bay):
        return self._sweep(bay, bay.inner, bay.inward, self.kerbs, 25.0)

    def _walk(self, bay):
        if bay.row.placement == "setback-land":
            return self._sweep(bay, bay.kerb, -bay.inward, self.kerbs, 10.0) - bay.row.queue_m
        if bay.row.placement == "footway":
            depth = self._to_houses(bay, bay.inner, bay.inward)
            if self.footways:
                depth = min(depth, self._sweep(bay, bay.inner, bay.inward, self.pavement, 10.0))
                s = np.linspace(-1, 1, 201)[:, None] * (bay.half - 0.002)
                ground = np.zeros(len(s), dtype=bool)
                for shape in (*self.roads, *(f for _, f in self.footways)):
                    ground |= inside(bay.inner + s * bay.along + 0.001 * bay.inward, shape.rings)
                depth = depth if ground.all() else 0.0
            return depth - bay.row.queue_m
        depth = self._to_houses(bay, bay.kerb, -bay.inward)
        strip = in_strip(self.kerbs, bay.kerb, bay.along, -bay.inward, bay.half - 0.002, 0.5)
        return depth - max(strip, default=0.0) - bay.row.queue_m

    def _to_houses(self, bay, start, away):
        """Measure how far houses are from an edge; within a house nothing is free, its far wall or not."""
        if any(inside(start[None], s.rings)[0] for _, s in self.houses):
            return 0.0
        return self._sweep(bay, start, away, np.concatenate([s.edges for _, s in self.houses]), 10.0)

    def _street_width(self, rule, bays, _):
        some = [b for b in bays if b.row.placement == "kerbside"]

        def measure(bay):
            front = self._sweep(bay, bay.inner, bay.inward, self.kerbs, 30.0)
            return self._vaguely(bay, bay.row.width_m + front - rule["width_m"])

        yield from self._each(rule, some, measure)

    def _inside(self, rule, bays, _):
        layers = {"carriageway": self.streets, "communities": self.communities, "open_spaces": self.squares}
        layers |= {"footways": self.footways, "buildings": self.houses}
        rows = layers[rule["layer"]]
        if rule["kinds"]:
            rows = [(r, s) for r, s in rows if not hasattr(r, "kind") or r.kind in rule["kinds"]]
        shapes = [s for _, s in rows]
        joined = rule["layer"] in ("carriageway", "footways")
        if not shapes:
            return

        def measure(bay):
            if rule["relation"] == "outside":
                return 0.01 - max(s.area_in(bay.box) for s in shapes)
            if joined:
                # Joined polygons are looked at point by point: what is near is wider there.
                gap = uncovered(bay.box, shapes)
                return (0.0 - gap, (-GRID_M2[1], -GRID_M2[0]))
            whole = bay.row.length_m * bay.row.width_m
            return 0.01 - (whole - max(s.area_in(bay.box) for s in shapes))

        yield from self._each(rule, bays, measure, (-0.005, 0.005))

    def _kerb_regulation(self, rule, bays, _):
        rows = [(r, s) for r, s in self.regulations if r.kind in rule["forbidden"]]

        def measure(bay):
            held = [s for r, s in rows if minutes(r.hours) & minutes(rule.hours) & bay.minutes]
            return min((s.away(bay.box) for s in held), default=np.inf) - rule["distance_m"]

        yield from self._each(rule, bays, measure)

    def _zone(self, rule, bays, _):
        rows = [(r, s) for r, s in self.zones if r.kind in rule["forbidden"]]

        def measure(bay):
            held = [
                s
                for r, s in rows
                if minutes(r.hours) & minutes(rule.hours) & bay.minutes
                and str(r.vehicles) in ("", bay.row.vehicle)
            ]
            return 0.01 - max((s.area_in(bay.box) for s in held), default=0.0)

        yield from self._each(rule, bays, measure, (-0.005, 0.005))

    def _hours(self, rule, bays, _):
        closed = minutes(rule.hours) - minutes(rule["open"])
        for bay in bays:
            yield bay, -len(closed & bay.minutes), (0, 0)

    def _gradient(self, rule, bays, _):
        slope = {str(r.street_id): abs(float(r.gradient_percent)) for r, _ in self.lines}
        for bay in bays:
            if bay.row.placement == "open-space":
                continue
            value = slope.get(str(bay.row.street_id), np.nan)
            if np.isnan(value):
                yield bay, -1.0 if rule.on_missing == "refuse" else np.inf, (0, 0)
            else:
                yield bay, rule["most_percent"] - value, (-1e-9, 1e-9)

    def _level_of_service(self, rule, bays, _):
        counted = [(r, s) for r, s in self.footways if not np.isnan(float(r.flow_per_15min))]
        some = [b for b in bays if b.row.placement != "open-space"]

        def measure(bay):
            found = sorted(((s.nearest(bay.kerb)[0], k) for k, (_, s) in enumerate(counted)))
            found = [(d, k, self._across(bay, counted[k][1])) for d, k in found]
            found = [f for f in found if f[2] is not True and f[0] <= 15 + MARGIN_M]
            if any(f[2] is None or abs(f[0] - 15) < MARGIN_M for f in found) or bay.vague:
                return (0.0, (-np.inf, np.inf))
            if not found:
                return -1.0 if rule.on_missing == "refuse" else np.inf
            tied = {counted[k][0].flow_per_15min for d, k, _ in found if d < found[0][0] + MARGIN_M}
            margins = [
                MOST[rule["level"]] - self._crowd(f, bay, off) for f in tied for off in (-MARGIN_M, MARGIN_M)
            ]
            return (max(margins), (0, 0)) if max(margins) < 0 else (min(margins), (-np.inf, 0))

        yield from self._each(rule, some, measure)

    def _crowd(self, people, bay, off):
        if not people > 0:
            return 0.0
        width = self._walk(bay) + off
        width -= {"kerbside": 1.05, "footway": 0.6, "setback-land": 0.45}[bay.row.placement]
        return people / 15 / width if width > 0 else np.inf

    def _sight_triangle(self, rule, bays, _):
        shapes = self._triangles(rule["leg_m"])

        def measure(bay):
            least = np.inf
            for t in shapes:
                mine = edges(bay.box, closed=True)
                away = min(to_edges(dense(bay.box), edges(t, closed=True)).min(), to_edges(t, mine).min())
                hit = inside(t, [bay.box]).any() or inside(bay.box, [t]).any()
                least = min(least, 0.0 if hit else float(away))
            return least - rule["distance_m"]

        if shapes:
            yield from self._each(rule, bays, measure)

    def _triangles(self, leg):
        arms = defaultdict(list)
        for r, s in self.lines:
            for a, b in s.edges:
                for p, q in ((a, b), (b, a)):
                    d = (q - p) / np.hypot(*(q - p))
                    arms[tuple(np.round(p, 3))].append(
                        (np.degrees(np.arctan2(d[1], d[0])), d, float(r.width_m) / 2)
                    )
        out = []
        for node, found in arms.items():
            if len(found) < 3:
                continue
            found = sorted(found, key=lambda f: f[0])
            for (a1, d1, h1), (a2, d2, h2) in zip(found, found[1:] + found[:1], strict=True):
                if 20 <= (a2 - a1) % 360 <= 160:
                    p1 = np.array(node) + h1 * np.array([-d1[1], d1[0]])
                    p2 = np.array(node) - h2 * np.array([-d2[1], d2[0]])
                    t = np.linalg.solve(np.stack([d1, -d2], axis=1), p2 - p1)
                    corner = p1 + t[0] * d1
                    out.append(np.array([corner, corner + leg * d1, corner + leg * d2]))
        return out

    def _other_carriageway(self, rule, bays, _):
        some = [b for b in bays if b.row.placement == "kerbside"]
        names = {str(r.street_id): str(r.name) or str(r.street_id) for r, _ in self.lines}

        def measure(bay):
            worst, doubt = 0.0, False
            for r, s in self.streets:
                area = s.area_in(bay.box)
                if area < AREA_M2[0] or names[str(r.street_id)] == bay.named:
                    continue
                axis = self.axes[str(r.street_id)]
                away = to_edges(bay.centre[None], axis)[0]
                turns = [turned(axis[k], bay.along) for k in np.flatnonzero(away < away.min() + 0.6)]
                if max(turns) > 29:
                    worst = max(worst, area)
                    doubt |= min(turns) < 33
            return (0.01 - worst, (-np.inf, np.inf) if doubt else (-0.005, 0.005))

        yield from self._each(rule, some, measure)

    def _bend(self, rule, bays, _):
        some = [b for b in bays if b.row.placement in ("kerbside", "footway")]
        yield from self._each(rule, some, lambda b: self._bent(b, rule["most_m"]))

    def _bent(self, bay, most):
        """Slide a stretch of kerb as long as the pitch along until it lies beside it, 1 mm at a time."""
        unsure = (0.0, (-np.inf, np.inf))
        found = min(
            ((to_edges(bay.kerb[None], edges(c, closed=False)).min(), k) for k, c in enumerate(self.chains))
        )
        chain, long = self.chains[found[1]], 2 * bay.half
        step = np.hypot(*np.diff(chain, axis=0).T)
        if (chain[0] == chain[-1]).all():
            chain, step = np.vstack([chain, chain[1:], chain[1:]]), np.tile(step, 3)
        at = np.append(0, np.cumsum(step))

        def point(s):
            return np.stack([np.interp(s, at, chain[:, 0]), np.interp(s, at, chain[:, 1])], axis=-1)

        near = to_edges(bay.kerb[None], edges(chain, closed=False))[0]
        k = int(np.flatnonzero(near < near.min() + 1e-9)[len(np.flatnonzero(near < near.min() + 1e-9)) // 2])
        d = chain[k + 1] - chain[k]
        if found[0] > 1.0 or turned((chain[k], chain[k + 1]), bay.along) > 20 or bay.vague:
            return unsure
        here = at[k] + np.clip((bay.kerb - chain[k]) @ d / (d @ d), 0, 1) * step[k]
        starts = here - long / 2 + np.arange(-1.5, 1.5, 0.001)
        if starts[0] < 0 or starts[-1] + long > at[-1]:
            return unsure
        middle = (point(starts) + point(starts + long)) / 2
        off = np.abs((middle - bay.kerb) @ bay.along)
        # Where the kerb turns back beside the pitch, no stretch of it lies beside the pitch.
        if off.min() > MARGIN_M:
            return unsure
        start = starts[int(off.argmin())]
        ends = point(np.array([start, start + long]))
        some = chain[(at > start) & (at < start + long)]
        bent = max(to_edges(some, ends[None]).max(initial=0.0), 0.0)
        # Where the kerb turns a corner beside the pitch, what lies beside it is not one stretch.
        if bent > 1.0:
            return unsure
        return (most + 0.001 - bent, (-MARGIN_M, MARGIN_M))

    # --- kinds that compare pitches ---------------------------------------------------------------

    def _apart(self, a, b):
        key = ("apart", a.box.tobytes(), b.box.tobytes())
        if key not in self.memo:
            gap = min(to_edges(dense(x.box), edges(y.box, closed=True)).min() for x, y in ((a, b), (b, a)))
            hit = inside(dense(a.box), [b.box]).any() or inside(dense(b.box), [a.box]).any()
            self.memo[key] = 0.0 if hit or len(clipped(a.box, b.box)) else float(gap)
        return self.memo[key]

    def _spacing(self, rule, _, bays):
        for a, b in combinations(bays, 2):
            if str(a.row.spot_id) != str(b.row.spot_id):
                yield self._first(a, b, bays), self._apart(a, b) - rule["distance_m"], (-MARGIN_M, MARGIN_M)

    def _first(self, a, b, bays):
        return a

    def _one_side(self, rule, bays, _):
        some = [b for b in bays if b.row.placement != "open-space"]
        for a, b in combinations(some, 2):
            if a.named == b.named:
                face = float(a.streetward @ b.streetward)
                near = (
                    (-np.inf, np.inf)
                    if abs(face + 0.5) < 1e-4 or a.vague or b.vague
                    else (-MARGIN_M, MARGIN_M)
                )
                if face < -0.5 + 1e-4:
                    yield a, self._apart(a, b) - rule["within_m"], near

    def _facing_pair(self, rule, bays, _):
        some = [b for b in bays if b.row.placement == "kerbside"]
        for a in some:
            left = np.array([-a.along[1], a.along[0]])
            for b in some:
                face = float(a.inward @ b.inward)
                if a is b or face > 1e-9:
                    continue
                s, far = a.half - 0.002, 25.0 * a.inward
                ends = [a.inner - s * a.along, a.inner + s * a.along]
                strip = np.array([*ends, ends[1] + far, ends[0] + far])
                if (a.inward @ left) < 0:
                    strip = strip[::-1]
                cut = clipped(b.box, strip)
                if len(cut):
                    gap = float(np.abs((cut - a.inner) @ a.inward).min())
                    doubt = abs(face) < 1e-6 or a.vague or b.vague or abs(_area(cut)) < 0.01
                    yield a, gap - rule["width_m"], (-np.inf, np.inf) if doubt else (-MARGIN_M, MARGIN_M)

    def _run_length(self, rule, _, bays):
        spots = defaultdict(list)
        for b in bays:
            spots[str(b.row.spot_id)].append(b)
        for mine in spots.values():
            if mine[0].row.placement == "open-space":
                c = np.concatenate([b.box for b in mine])
                left = np.array([-mine[0].along[1], mine[0].along[0]])
                long = max(np.ptp(c @ mine[0].along), np.ptp(c @ left))
            else:
                long = max(np.hypot(*(a.kerb - b.kerb)) + a.half + b.half for a in mine for b in mine)
            doubt = any(b.vague for b in mine)
            yield mine[0], rule["max_length_m"] - long, (-np.inf, np.inf) if doubt else (-MARGIN_M, MARGIN_M)

    # --- kinds that count -------------------------------------------------------------------------

    def _kerb_share(self, rule, _, bays):
        taken = Counter()
        for b in bays:
            if b.row.placement != "open-space":
                taken[str(b.row.street_id)] += b.row.length_m
        for street, metres in taken.items():
            axis = self.axes.get(street)
            long = 0.0 if axis is None else float(np.hypot(*(axis[:, 1] - axis[:, 0]).T).sum())
            yield None, rule["share"] * 2 * long - metres, (-MARGIN_M, MARGIN_M)

    def _quota(self, rule, _, bays):
        counts = Counter()
        if rule["group_by"] in ("community", "district"):
            name = (
                (lambda r: str(r.community_id))
                if rule["group_by"] == "community"
                else (lambda r: str(r.district))
            )
            counts.update({name(r): 0 for r, _ in self.communities})
            for b in bays:
                here = [r for r, s in self.communities if inside(b.centre[None], s.rings)[0]]
                counts.update([name(here[0])] if here else [])
        else:
            counts.update(str(b.row.spot_id) if rule["group_by"] == "spot" else "city" for b in bays)
            counts.update({} if rule["group_by"] == "spot" else {"city": 0})
        for n in counts.values():
            yield None, min(rule["at_most"] - n, n - rule["at_least"]), (0, 0)

    # --- what every plan must keep ----------------------------------------------------------------

    def _ground(self, bays):
        """Check where pitches stand: on nobody else's ground, in the community and by the street they say."""
        exact = (-MARGIN_M, MARGIN_M)
        for a, b in combinations(bays, 2):
            if self._apart(a, b) == 0.0:
                yield "overlap", a, -abs(_area(clipped(a.box, b.box))), (-2e-6, -5e-7)
        for bay in bays:
            r = bay.row
            if r.placement != "kerbside":
                key = ("road", bay.box.tobytes())
                if key not in self.memo:
                    self.memo[key] = r.length_m * r.width_m - uncovered(bay.box, self.roads)
                yield "overlap", bay, -self.memo[key], (-GRID_M2[1], -GRID_M2[0])
            here = [c for c, s in self.communities if inside(bay.centre[None], s.rings)[0]]
            edge = min(to_edges(bay.centre[None], s.edges).min() for _, s in self.communities)
            for column in ("community_id", "district"):
                known = {str(getattr(c, column)) for c in here} or {""}
                if str(getattr(r, column)) not in known:
                    yield "places", bay, -1.0, exact if edge > MARGIN_M else (-np.inf, np.inf)
            if r.placement == "open-space":
                own = [s for q, s in self.squares if str(q.open_space_id) == str(r.street_id)]
                away = min((s.nearest(bay.centre)[0] for s in own), default=np.inf)
                yield "places", bay, -away, (-MARGIN_M, 0)
                continue
            yield "places", bay, self._by_street(bay), (-1, -0.01)
            if r.side in SIDES:
                turn = np.radians(45 * SIDES.index(r.side))
                off = np.degrees(np.arccos(np.clip(-bay.streetward @ [np.sin(turn), np.cos(turn)], -1, 1)))
                yield "places", bay, 80 - off, (-np.inf, np.inf) if bay.vague else (-12.0, 0.1)

    def _by_street(self, bay):
        """Give 0 where the street is the nearest that runs along the pitch, -2 where it is surely not."""
        if bay.vague:
            return -0.5
        behind = 10.0 if bay.row.placement == "setback-land" else 0.0
        sure, loose = {}, {}
        for r, s in self.lines:
            for a, b in s.edges:
                d = b - a
                t = np.clip((bay.kerb - a) @ d / (d @ d), 0, 1)
                link = a + t * d - bay.kerb
                ahead, before = abs(link @ bay.along), link @ bay.streetward
                far, turn = np.hypot(*link), turned((a, b), bay.along)
                reach = float(r.width_m) / 2 + 2 + behind if self.of_lines else 25.0
                for book, more in ((sure, -1), (loose, 1)):
                    fits = turn <= 30 + 4 * more and before > -0.15 * more and far <= reach + 0.15 * more
                    if fits and ahead <= min(before, 3.0) + 0.3 * more:
                        name = str(r.street_id)
                        book[name] = min(book.get(name, np.inf), far)
        own = str(bay.row.street_id)
        if own not in loose:
            return -2.0
        if any(far < loose[own] - 0.05 for name, far in sure.items() if name != own):
            return -2.0
        best = all(sure.get(own, np.inf) < far for name, far in loose.items() if name != own)
        return 0.0 if own in sure and best else -0.5

    def side(self, row):
        """Give 1 left of the street's line, -1 right of it, 0 off the street."""
        axis = self.axes.get(str(row.street_id))
        if row.placement == "open-space" or axis is None:
            return 0
        p = np.array([row.x_m, row.y_m])
        (a, b) = axis[int(to_edges(p[None], axis)[0].argmin())]
        return int(np.sign((b - a)[0] * (p - a)[1] - (b - a)[1] * (p - a)[0]))

    def _tables(self, plan, book, bays):
        """Check that the plan's tables agree, in whole numbers; yields a negative number for a breach."""
        spots, pitches = list(plan.spots.itertuples()), [b.row for b in bays]
        own = defaultdict(list)
        for r in pitches:
            own[str(r.spot_id)].append(r)
        yield "counts", plan.vendors - len(pitches)
        for many in (Counter(str(r.pitch_id) for r in pitches), Counter(str(s.spot_id) for s in spots)):
            yield from (("counts", 1 - n) for n in many.values())
        yield from (("counts", 1 - n) for n in Counter(s.number for s in spots).values())
        yield from (("counts", -1) for k in own if k not in {str(s.spot_id) for s in spots})
        for s in spots:
            mine = own[str(s.spot_id)]
            fine = (
                len(mine) == s.capacity and 1 <= len(mine) <= s.room and s.number >= 1 and s.number % 1 == 0
            )
            fine &= all(
                str(getattr(r, c)) == str(getattr(s, c))
                for r in mine
                for c in ("district", "community_id", "placement")
            )
            fine &= all(r.number == s.number for r in mine)
            fine &= not any(minutes(s.hours.replace(";", ",")) - minutes(r.hours) for r in mine)
            if mine:
                fine &= (
                    np.hypot(np.mean([r.x_m for r in mine]) - s.x_m, np.mean([r.y_m for r in mine]) - s.y_m)
                    < 0.01
                )
            yield "counts", 0 if fine else -1
        yield from (("counts", -len(minutes(r.hours) - minutes(plan.season.hours))) for r in pitches)
        sizes = {v.id: (v.length_m, v.width_m, v.queue_m) for v in book.vehicles}
        for r in pitches:
            if r.vehicle in sizes:
                has = (r.length_m, r.width_m, r.queue_m)
                yield from (("sizes", -1) for a, b in zip(has, sizes[r.vehicle], strict=True) if a < b - 1e-6)
        yield from (("limits", m) for m in limits_kept(plan.limits, pitches, self.side))
        if plan.weeks is not None:
            yield from (("weeks", m) for m in self._weeks(plan, book, pitches))

    def _weeks(self, plan, book, pitches):
        number = {str(s.spot_id): s.number for s in plan.spots.itertuples()}
        home = {str(r.pitch_id): r for r in pitches}
        count = -(-len(self.days) // 7)
        open_, used = defaultdict(list), defaultdict(list)
        yield 0 if len(plan.vendors_by_week) == count else -1
        for w in plan.weeks.itertuples():
            ids = [p.strip() for p in str(w.pitch_ids).split(";") if p.strip()]
            fine = str(w.spot_id) in number and number[str(w.spot_id)] == w.number and 1 <= w.week <= count
            fine = fine and len(ids) == len(set(ids)) == w.capacity > 0
            fine = fine and all(p in home and str(home[p].spot_id) == str(w.spot_id) for p in ids)
            if fine:
                first = self.days[7 * (w.week - 1)]
                last = min(first + dt.timedelta(6), self.days[-1])
                fine = (pd.Timestamp(w.first_day).date(), pd.Timestamp(w.last_day).date()) == (first, last)
                fine &= all(first in self._open_days(None, str(getattr(home[p], "weeks", ""))) for p in ids)
            yield 0 if fine else -1
            open_[str(w.spot_id)].append(w.week)
            used[w.week] += ids
        for spot in number:
            weeks = sorted(open_[spot])
            yield 0 if weeks and weeks == list(range(weeks[0], weeks[0] + len(weeks))) else -1
        for week, vendors in enumerate(plan.vendors_by_week, start=1):
            yield vendors - len(used[week])
        for ids in used.values():
            rows = [home[p] for p in ids if p in home]
            yield from limits_kept(plan.limits, rows, self.side, always=False)
            for rule in (r for r in book.rules if r.kind == "quota" and r["group_by"] == "spot"):
                for n in Counter(str(r.spot_id) for r in rows).values():
                    yield min(n - rule["at_least"], rule["at_most"] - n)


def limits_kept(limits, pitches, side, *, always=True):
    """Count each limit: what is left of it; at least so much need not hold in a single week."""
    for m in limits.itertuples():
        counts = getattr(m, "counts", "pitches")
        if m.group_by == "spot":
            found = list(Counter(str(r.spot_id) for r in pitches).values())
        else:
            mine = [r for r in pitches if m.group_by == "city" or str(getattr(r, m.group_by)) == str(m.group)]
            if counts == "pitches":
                found = [len(mine)]
            elif counts == "spots":
                found = [len({r.spot_id for r in mine})]
            elif counts == "sides":
                found = [len({side(r) for r in mine} - {0})]
            elif counts == "centimetres of kerb":
                found = [sum(int(np.ceil(100 * r.length_m - 1e-6)) for r in mine)]
            elif counts == "metres between spots":
                pairs = [(a, b) for a, b in combinations(mine, 2) if a.spot_id != b.spot_id]
                found = [int(np.hypot(a.x_m - b.x_m, a.y_m - b.y_m) + 1e-6) for a, b in pairs]
            else:
                continue
        least = m.at_least if always or m.group_by == "spot" or counts == "metres between spots" else 0
        yield from (min(n - least, m.at_most - n) for n in found)


def _area(ring):
    if len(ring) < 3:
        return 0.0
    x, y = (ring - ring[0]).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def turned(piece, along) -> float:
    """Give the angle between an edge and a direction, degrees up to 90."""
    d = piece[1] - piece[0]
    return float(np.degrees(np.arcsin(np.clip(abs(d[0] * along[1] - d[1] * along[0]) / np.hypot(*d), 0, 1))))


def dense(box):
    return np.concatenate(
        [
            p + np.linspace(0, 1, 60, endpoint=False)[:, None] * (q - p)
            for p, q in zip(box, np.roll(box, -1, axis=0), strict=True)
        ]
    )


def chains(segments: np.ndarray) -> list[np.ndarray]:
    """Join edges end to end."""
    left = [(tuple(np.round(a, 6)), tuple(np.round(b, 6))) for a, b in segments if np.hypot(*(b - a)) > 1e-6]
    out = []
    while left:
        a, b = left.pop()
        chain = [a, b]
        grown = True
        while grown:
            grown = False
            for k, (p, q) in enumerate(left):
                if chain[-1] in (p, q):
                    chain.append(q if chain[-1] == p else p)
                elif chain[0] in (p, q):
                    chain.insert(0, q if chain[0] == p else p)
                else:
                    continue
                left.pop(k)
                grown = True
                break
        out.append(np.array(chain))
    return out
