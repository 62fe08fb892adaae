"""Small random towns with a book in which every kind of rule holds, and sound plans of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

import pitchplan as pp
from pitchplan.rules.rule import Rule

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0
HOURS = ("06:00-09:00, 17:00-21:00", "06:00-10:00", "16:00-22:00", "07:00-12:00, 14:00-18:30", "")
_LAYERS = ("keep_clear", "kerb_regulations", "zones", "open_spaces", "buildings", "footways")


@dataclass(frozen=True, eq=False)
class Town:
    """A city, its book and season, and what committees decided."""

    city: pp.City
    book: pp.rules.book.RuleBook
    season: pp.Season
    vehicles: list[str]
    placements: list[str]
    partly: bool

    def find(self, decisions: pd.DataFrame | None = None) -> pp.Candidates:
        """Look for the legal pitches."""
        return pp.find_candidates(
            self.city,
            self.book,
            season=self.season,
            vehicles=self.vehicles,
            placements=self.placements,
            decisions=decisions,
            partly=self.partly,
        )


def frame(shapes, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def draw_town(rng: np.random.Generator) -> Town:
    """Draw a town of about 160 by 150 metres."""
    lines, widths = _streets(rng)
    layers = _layers(rng, lines, widths)
    city = pp.read_city(
        streets=frame(
            lines.values(),
            street_id=list(lines),
            name=[f"{w}路" for w in "甲乙丙丁"],
            street_class=["local", "local", "branch", "main"],
            width_m=[widths[k] for k in lines],
            gradient_percent=[float(g) for g in rng.choice([1.0, 3.0, 5.5, 8.5, np.nan], 3)] + [1.0],
        ),
        **layers,
    )
    first = dt.date(2026, 6, 1) + dt.timedelta(int(rng.integers(0, 7)))
    days = int(rng.integers(15, 29))
    calendar = None
    if rng.random() < 0.5:
        end = first + dt.timedelta(int(rng.integers(3, days)))
        rows = [
            (str(first - dt.timedelta(9)), str(end), "school"),
            (str(end + dt.timedelta(1)), str(first + dt.timedelta(60)), "vacation"),
        ]
        calendar = pd.DataFrame(rows, columns=["first_day", "last_day", "what"])
    hours = str(rng.choice(HOURS, p=[0.4, 0.2, 0.2, 0.1, 0.1]))
    season = pp.Season(first, first + dt.timedelta(days - 1), hours=hours, calendar=calendar)
    placements = ["kerbside", "open-space", *(["footway"] if rng.random() < 0.6 else [])]
    if rng.random() < 0.3:
        placements.append("setback-land")
    vehicles = [["small-truck"], ["small-truck", "tricycle"], ["tricycle"]][
        int(rng.choice(3, p=[0.5, 0.35, 0.15]))
    ]
    return Town(city, draw_book(rng, hours), season, vehicles, placements, bool(rng.random() < 0.5))


def _streets(rng):
    """Lay a street, one that crosses it, a curving one and a main street; ends and crossings are shared."""
    widths = dict(zip("abcd", rng.choice([7.5, 8.0, 9.0, 10.5], 4), strict=True))
    turn = np.radians(rng.uniform(-12, 12))
    dx, dy = np.sin(turn), np.cos(turn)
    at = np.array([X + rng.uniform(70, 95), Y])
    top, bottom = at + 80 * np.array([dx, dy]) / dy, at - 55 * np.array([dx, dy]) / dy
    t = np.linspace(0, 1, 25)
    swing = rng.uniform(4, 14) * np.sin(2 * np.pi * t) * t * (1 - t) * 4
    west = np.stack([top[0] - 75 * (1 - t), top[1] - swing], axis=1)
    west[-1] = top
    lines = {
        "a": [(X, Y), tuple(at), (X + 165, Y)],
        "b": [tuple(bottom), tuple(at), tuple(top)],
        "c": [*map(tuple, west), (top[0] + 70, top[1])],
        "d": [(X, bottom[1]), tuple(bottom), (X + 165, bottom[1])],
    }
    return {k: shapely.LineString(np.round(v, 3)) for k, v in lines.items()}, widths


def _layers(rng, lines, widths):
    """Put footways, buildings, a square, features, regulations, zones and communities around the streets."""
    roads = shapely.union_all([line.buffer(widths[k] / 2, cap_style="flat") for k, line in lines.items()])
    # Footways reach 2 mm into the carriageway, so that no sliver parts them.
    cut = shapely.union_all([line.buffer(widths[k] / 2, cap_style="square") for k, line in lines.items()])
    cut = cut.buffer(-0.002)
    walk = float(rng.uniform(4.4, 6.0))
    strips = []
    for k, side in (("a", 1), ("a", -1), ("c", 1)):
        wide = lines[k].buffer(side * (widths[k] / 2 + walk), single_sided=True)
        strips += [p for p in shapely.get_parts(wide.difference(cut)) if p.area > 30]
    half = widths["a"] / 2
    back = half + walk + float(rng.uniform(0.0, 3.5))
    houses = [
        shapely.box(X + x, Y + s * back, X + x + 16, Y + s * (back + 9))
        for x in (4, 24, 115, 140)
        for s in (1, -1)
    ]
    houses = [h for h in houses if not h.intersects(roads.buffer(0.5))]
    square = shapely.box(X + 125, Y + 30, X + 125 + rng.uniform(22, 34), Y + 52)

    def beside(k, off=0.5):
        line, s = lines[k], rng.choice([-1, 1])
        p = line.interpolate(rng.uniform(0.05, 0.95) * line.length)
        q = line.interpolate(min(line.project(p) + 0.1, line.length))
        n = np.array([p.y - q.y, q.x - p.x])
        n = n / max(np.hypot(*n), 1e-9)
        d = s * (widths[k] / 2 + off)
        return shapely.Point(p.x + n[0] * d, p.y + n[1] * d)

    points = {
        "junction": [shapely.Point(lines["a"].coords[1]), shapely.Point(lines["b"].coords[-1])],
        "crossing": [beside("a", -2.0), beside("b", -2.0)],
        "bus-stop": [beside("a"), beside("c"), beside("a")],
        "hydrant": [beside(k) for k in "abc"],
        "school-gate": [beside("a", 1.0), beside("b", 1.0)],
        "entrance": [beside("c", 1.5)],
    }
    a, b = beside("a", 1.0), beside("a", 1.0)
    clear = frame(
        [*(p for v in points.values() for p in v), shapely.LineString([a, (a.x + 12, a.y)]), b.buffer(1.5)],
        kind=[*(k for k, v in points.items() for _ in v), "tactile-paving", "fire-lane"],
    )
    kerb = [beside("a", 0.0) for _ in range(3)]
    regulated = [shapely.LineString([p, (p.x + rng.uniform(5, 16), p.y)]) for p in kerb]
    zones = [shapely.box(x, Y - 80, x + rng.uniform(6, 25), Y + 120) for x in X + rng.uniform(0, 150, 2)]
    east = X + float(rng.uniform(60, 110))
    flows = [
        float(f) for f in rng.choice([200.0, 900.0, 1600.0, np.nan], len(strips), p=[0.3, 0.3, 0.2, 0.2])
    ]
    flows[0] = 600.0
    return {
        "footways": frame(strips, flow_per_15min=flows),
        "buildings": frame(houses, residents=rng.integers(5, 60, len(houses)).astype(float)),
        "open_spaces": frame([square], kind=["square"]),
        "keep_clear": clear,
        "kerb_regulations": frame(
            regulated,
            kind=["no-stopping", "bus-lane", "no-stopping"],
            hours=["", "07:00-08:30", "20:00-23:00"],
        ),
        "zones": frame(
            zones,
            kind=["truck-ban", "truck-ban"],
            vehicles=[str(v) for v in rng.choice(["", "small-truck", "tricycle"], 2)],
            hours=[str(h) for h in rng.choice(["", "07:00-09:00", "18:00-20:00", "22:30-05:00"], 2)],
        ),
        "communities": frame(
            [
                shapely.box(X - 40, Y - 130, east, Y + 25),
                shapely.box(east, Y - 130, X + 220, Y + 25),
                shapely.box(X - 40, Y + 25, X + 220, Y + 160),
            ],
            community_id=["c1", "c2", "c3"],
            name=["一里", "二里", "三里"],
            district=["东区", "西区", "东区"],
            residents=[float(r) for r in rng.integers(300, 1500, 3)],
        ),
    }


KEPT = ("on-carriageway", "on-footway", "on-square", "community")
"""Without these a pitch need not be on what its placement says."""
ALONG = {"side": "any", "before_m": 0.0, "after_m": 0.0}


def draw_book(rng: np.random.Generator, hours: str):
    """Draw a book with a row of every kind; some hold at some hours or on some days only."""
    u = rng.uniform
    rows = [
        ("main-street", "street-class", {"forbidden": ["main"], "near_m": float(u(2, 9))}),
        ("on-carriageway", "inside", {"layer": "carriageway"}, "kerbside"),
        ("on-footway", "inside", {"layer": "footways"}, "footway"),
        ("off-footway", "inside", {"layer": "footways", "relation": "outside"}, "kerbside"),
        ("on-square", "inside", {"layer": "open_spaces", "kinds": ["square"]}, "open-space"),
        ("community", "inside", {"layer": "communities"}),
        ("building", "inside", {"layer": "buildings", "relation": "outside"}),
        ("bend", "bend", {"most_m": float(u(0.02, 0.3))}, "kerbside", "footway"),
        ("other-carriageway", "other-carriageway", {}, "kerbside"),
        ("drive-width", "clear-width", {"of": "drive", "width_m": float(u(3.5, 5.5))}, "kerbside"),
        ("walk-width", "clear-width", {"of": "walk", "width_m": float(u(1.0, 1.8))}),
        ("street-width", "street-width", {"width_m": float(u(6.0, 7.4))}, "kerbside"),
        ("facing-pair", "facing-pair", {"width_m": float(u(3.0, 5.5))}, "kerbside"),
        ("one-side", "one-side", {"within_m": float(u(5, 20))}),
        ("junction", "setback", {"feature": "junction", "distance_m": float(u(6, 11)), **ALONG}),
        ("crossing", "setback", {"feature": "crossing", "distance_m": float(u(2, 5)), **ALONG}),
        (
            "bus-stop",
            "setback",
            {"feature": "bus-stop", "distance_m": float(u(5, 9)), **ALONG, "side": "same"},
        ),
        ("hydrant", "setback", {"feature": "hydrant", "distance_m": float(u(2, 4)), **ALONG}),
        ("school", "setback", {"feature": "school-gate", "distance_m": float(u(3, 8)), **ALONG}),
        (
            "entrance",
            "setback",
            {
                "feature": "entrance",
                "distance_m": 1.0,
                "side": "any",
                "before_m": float(u(3, 9)),
                "after_m": 2.0,
            },
        ),
        ("tactile", "setback", {"feature": "tactile-paving", "distance_m": 0.25, **ALONG}),
        ("fire-lane", "setback", {"feature": "fire-lane", "distance_m": 1.0, **ALONG}),
        ("sight", "sight-triangle", {"leg_m": float(u(4, 9)), "distance_m": 0.5}),
        ("kerb-use", "kerb-regulation", {"forbidden": ["no-stopping", "bus-lane"], "distance_m": 0.3}),
        ("zone", "zone", {"forbidden": ["truck-ban"]}),
        ("hours", "hours", {"open": "05:00-23:00" if hours else "00:00-24:00"}),
        ("gradient", "gradient", {"most_percent": float(u(2.0, 8.0))}),
        ("service", "level-of-service", {"level": str(rng.choice(list("BCDE")))}),
        ("kerb-share", "kerb-share", {"share": float(u(0.08, 0.4))}),
        ("run-length", "run-length", {"max_length_m": float(u(14, 40)), "max_gap_m": float(u(4, 15))}),
        ("spacing", "spacing", {"distance_m": float(u(6, 20))}),
        ("spot-size", "quota", _quota("spot", int(rng.integers(1, 3)), int(rng.integers(3, 7)))),
        ("community-quota", "quota", _quota("community", 0, int(rng.integers(4, 9)))),
        ("district-quota", "quota", _quota("district", 0, int(rng.integers(6, 13)))),
        ("city-quota", "quota", _quota("city", 0, int(rng.integers(9, 18)))),
    ]
    rules = []
    for name, kind, numbers, *where in rows:
        given = {"placements": tuple(where)} if where else {}
        if name in ("school", "bus-stop", "zone", "junction") and rng.random() < 0.5:
            given["hours"] = str(rng.choice(["07:00-08:30, 16:00-17:30", "05:00-12:00", "18:00-19:00"]))
        if name in ("school", "kerb-use") and rng.random() < 0.5:
            given["days"] = str(rng.choice(["school", "weekday", "weekend"]))
        if name in ("gradient", "service"):
            given["on_missing"] = str(rng.choice(["flag", "refuse", "assume"], p=[0.5, 0.2, 0.3]))
        defaults = {"relation": "within", "kinds": []} if kind == "inside" else {}
        rules.append(Rule(name, kind, defaults | numbers, "a benchmark", "ours", **given))
    some = [r for r in rules if rng.random() < 0.95 or r.id in KEPT]
    base = pp.rule_book("jinan-2019")
    return replace(base, id="trust", rules=tuple(some), placements=("kerbside", "open-space"))


def _quota(by, least, most):
    return {"group_by": by, "at_least": least, "at_most": most, "at_most_share": 1.0, "groups": []}


@lru_cache
def to_degrees() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)


def waiver(rule: str, x: float, y: float, radius: float, name: str) -> dict[str, object]:
    """Write a decision that waives a rule around a place."""
    lon, lat = to_degrees().transform(x, y)
    return {
        "decision_id": name,
        "what": "waive",
        "lon": lon,
        "lat": lat,
        "radius_m": radius,
        "rule": rule,
        "reason": "asked",
        "who": "committee",
        "date": "2026-05-01",
    }
