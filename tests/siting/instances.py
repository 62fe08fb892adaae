"""Random small siting problems: every goal and limit, ties and contradictions on purpose.

A town has two to twelve bays, three streets and a square, four communities and a few homes on a coarse
grid; some homes stand on the line between two communities, some outside of all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

import pitchplan as pp
from pitchplan.demand.season import Season
from pitchplan.schemas import CENTRELINES, CLASHES, FOOTWAY_AXES, REFUSALS, RULES_REPORT, STREETS

CRS = "EPSG:4548"
X0, Y0 = 500_000.0, 4_060_000.0
SEASON = Season("2026-06-01", "2026-08-20", hours="06:00-09:00")
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
CLASSES = ("main", "branch", "local")


@dataclass(frozen=True)
class City:
    communities: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    centrelines: gpd.GeoDataFrame
    streets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=STREETS.names))
    footway_axes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FOOTWAY_AXES.names))
    crs: str = CRS

    @property
    def bounds(self):
        return tuple(float(b) for b in self.communities.total_bounds)


@dataclass(frozen=True)
class Found:
    pitches: pd.DataFrame
    runs: pd.DataFrame
    clashes: pd.DataFrame
    limits: pd.DataFrame
    refusals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=REFUSALS.names))
    rules_report: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=RULES_REPORT.names))
    season: Season = SEASON
    crs: str = CRS
    book_id: str = "test-book"
    provenance: dict[str, Any] = field(default_factory=dict)


def town(seed: int) -> tuple[City, Found]:
    """Lay out three streets, four communities, homes on a coarse grid, and a few runs of bays."""
    random = np.random.default_rng(seed)
    shapes = [
        shapely.box(X0 + 150 * i, Y0 + 150 * j, X0 + 150 * (i + 1), Y0 + 150 * (j + 1))
        for i in (0, 1)
        for j in (0, 1)
    ]
    communities = gpd.GeoDataFrame(
        {
            "community_id": [f"C{k}" for k in range(4)],
            "name": [f"社区{k}" for k in range(4)],
            "district": ["D0", "D0", "D1", "D1"],
            "residents": [10.0, 10.0, 20.0, 5.0],
        },
        geometry=shapes,
        crs=CRS,
    )
    homes = int(random.integers(3, 9))
    # A coarse grid and round numbers of people make ties.
    hx, hy = X0 + 30 * random.integers(0, 11, homes) + 5, Y0 + 30 * random.integers(0, 10, homes) + 5
    hx = np.where(random.uniform(size=homes) < 0.1, X0 + 150, hx)
    people = random.choice([1, 2, 5, 5, 10], homes).astype(float)
    buildings = gpd.GeoDataFrame(
        {"building_id": [f"B{k}" for k in range(homes)], "residents": people, "levels": 1.0},
        geometry=shapely.box(hx - 1, hy - 1, hx + 1, hy + 1),
        crs=CRS,
    )
    lines = [shapely.LineString([(X0, Y0 + 75 + 75 * k), (X0 + 300, Y0 + 75 + 75 * k)]) for k in range(3)]
    axes = pd.DataFrame({c: [np.nan] * 3 for c in CENTRELINES.names if c != "geometry"})
    axes = axes.assign(
        street_id=[f"S{k}" for k in range(3)], street_class=list(CLASSES), level=0, oneway="no", width_m=9.0
    )
    centrelines = gpd.GeoDataFrame(axes, geometry=lines, crs=CRS)
    return City(communities, buildings, centrelines), runs_along(random, communities, centrelines)


def runs_along(random: np.random.Generator, communities: gpd.GeoDataFrame, axes: gpd.GeoDataFrame) -> Found:
    """Put runs of one to four bays beside the streets, at most twelve bays in all."""
    rows, bays, left = [], [], int(random.integers(2, 13))
    while left > 0 and len(rows) < 5:
        size = int(min(left, random.integers(1, 5)))
        left -= size
        street, side = int(random.choice([0, 1, 1, 2])), str(random.choice(["N", "S"]))
        x = X0 + 30.0 * random.integers(0, 9) + 7.0 * np.arange(size)
        y = np.full(size, Y0 + 75 + 75 * street + (5 if side == "N" else -5))
        run = f"R{len(rows)}"
        where = (f"S{street}", CLASSES[street], side, "kerbside")
        if random.uniform() < 0.12:
            where = ("Q0", "open-space", "", "open-space")
        rows.append((run, *where, size, x.mean(), y[0]))
        # Now and then the bays of a run differ.
        mixed = size if random.uniform() < 0.25 else 1
        vehicle = np.resize(random.choice(["small-truck", "tricycle"], mixed), size)
        clear = np.resize(random.choice([3.0, 4.5, 7.0], mixed), size)
        bays += [(f"{run}-{k}", run, 7.0 * k, x[k], y[k], vehicle[k], clear[k]) for k in range(size)]
    names = ["run_id", "street_id", "street_class", "side", "placement", "room", "x_m", "y_m"]
    runs = pd.DataFrame(rows, columns=names)
    where = communities.geometry.to_numpy()
    home = [int(np.argmax(shapely.covers(where, shapely.Point(r[-2], r[-1])))) for r in rows]
    runs = runs.assign(
        street=runs["street_id"],
        street_en="",
        community_id=[f"C{k}" for k in home],
        district=communities["district"].to_numpy()[home],
        length_m=runs["room"] * 7.0,
        address=runs["street_id"],
        address_en="",
    )
    pitches = pd.DataFrame(
        bays, columns=["pitch_id", "run_id", "chainage_m", "x_m", "y_m", "vehicle", "clear_drive_m"]
    )
    shared = ["run_id", "street_id", "street", "street_en", "street_class", "side", "placement"]
    pitches = pitches.merge(runs[[*shared, "community_id", "district"]], on="run_id").assign(
        clear_walk_m=np.nan,
        width_status="measured",
        hours="06:00-09:00",
        flags="",
        bearing_deg=0.0,
        length_m=np.where(pitches["vehicle"] == "tricycle", 4.5, 6.0),
        width_m=2.2,
        queue_m=0.6,
    )
    return Found(pitches, runs, some_clashes(random, pitches), book_limits(random))


def some_clashes(random: np.random.Generator, pitches: pd.DataFrame) -> pd.DataFrame:
    n = len(pitches)
    first, second = np.triu_indices(n, 1)
    near = random.uniform(size=len(first)) < random.choice([0.0, 0.05, 0.2])
    ids = pitches["pitch_id"].to_numpy()
    frame = pd.DataFrame({"pitch_a": ids[first[near]], "pitch_b": ids[second[near]]})
    return frame.assign(rule="spacing", measured=1.0, required=2.0)[CLASHES.names]


def book_limits(random: np.random.Generator) -> pd.DataFrame:
    rows = []
    if random.uniform() < 0.3:
        rows.append(("spot-size", "spot", "", int(random.integers(1, 3)), int(random.integers(2, 5))))
    if random.uniform() < 0.2:
        rows.append(
            ("community-quota", "community_id", f"C{random.integers(4)}", 0, int(random.integers(1, 4)))
        )
    return pd.DataFrame(rows, columns=["rule", "group_by", "group", "at_least", "at_most"])


def some_goals(random: np.random.Generator, found: Found, count: int) -> tuple[Any, ...]:
    g, slack = pp.goals, float(random.choice([0.0, 0.1, 0.3]))
    spots = found.runs.sample(min(2, len(found.runs)), random_state=int(random.integers(1000)))[
        ["run_id", "x_m", "y_m"]
    ].rename(columns={"run_id": "spot_id"})
    if random.uniform() < 0.3:
        spots = spots.assign(spot_id=spots["spot_id"] + "-old")
    within = float(random.choice([60, 120, 150.5, 250]))
    every = [
        g.HostVendors(slack=slack),
        g.CoverResidents(within, int(random.choice([2, 4, 30])), slack=slack),
        g.CoverResidents(within, None, slack=slack),
        g.ShortestWalk(within, slack=slack),
        g.ShortestFarthestWalk(within, int(random.choice([10, 50])), slack=slack),
        g.FairShare(within, slack=slack),
        g.KeepTrafficClear(slack=slack),
        g.FewestSpots(slack=slack),
        g.SpreadOut(float(random.choice([50, 150])), slack=slack),
        g.StayClose(spots, slack=slack),
    ]
    order = random.permutation(len(every))
    picked: list[Any] = [every[0]] if random.uniform() < 0.6 else []
    for k in order:
        if every[k].name not in {p.name for p in picked} and len(picked) < count:
            picked.append(every[k])
    if random.uniform() < 0.25:
        # Now and then a part of the sum is a goal of its own too.
        alone = set() if random.uniform() < 0.3 else {p.name for p in picked}
        rest = [every[k] for k in order if every[k].name not in alone][:2]
        if len({r.name for r in rest}) == len(rest) > 0:
            picked.append(g.Weighted(tuple((r, int(random.integers(1, 5))) for r in rest), slack=slack))
    other = random.spawn(1)[0]
    if other.uniform() < 0.15:
        picked.insert(
            int(other.integers(len(picked) + 1)), g.KeepPitches(some_plan(other, found), slack=slack)
        )
    return tuple(picked)


def some_plan(random: np.random.Generator, found: Found) -> Any:
    """Return what a plan has of pitches: some legal ones, and now and then one that is legal no more."""
    seed = int(random.integers(1000))
    pitches = found.pitches.sample(min(3, len(found.pitches)), random_state=seed)
    if random.uniform() < 0.3:
        pitches = pitches.assign(pitch_id=pitches["pitch_id"].where(np.arange(len(pitches)) > 0, "gone"))
    return SimpleNamespace(pitches=pitches)


def some_limits(random: np.random.Generator, city: City, found: Found) -> list[Any]:
    m, street = pp.limits, found.runs["street_id"].iloc[0]
    few = int(random.integers(1, 4))
    every = [
        m.Quota("district", "each", 0, few),
        m.Quota("district", str(random.choice(["D0", "D1"])), few),
        m.Quota("street_id", street, 0, few),
        m.Quota("vehicle", str(found.pitches["vehicle"].iloc[0]), 0, few),
        m.Quota("city", "", few),
        m.QuotaByResidents(
            str(random.choice(["district", "community_id"])),
            float(random.choice([0.0, 0.6])),
            float(random.choice([0.6, 1.0])),
        ),
        m.SpotSize(int(random.integers(1, 3)), int(random.integers(2, 4))),
        m.SpotCount(int(random.integers(0, 3)), int(random.integers(2, 4))),
        m.SpotCount(1, 1, "district", "each"),
        m.SpotCount(0, int(random.integers(0, 2)), "street_id", street),
        m.MustServe([f"C{random.integers(4)}"], float(random.choice([120, 400]))),
        m.ServeShare(float(random.choice([0.3, 0.7])), float(random.choice([120, 250]))),
        m.ServeShare(0.5, 250.0, ["C0", "C1"]),
        m.Spacing(int(random.choice([30, 90, 150]))),
        m.KerbShare(float(random.choice([0.0, 0.01, 0.02]))),
        m.ObstructionBudget(int(random.choice([100, 1000, 20_000]))),
        m.OneSide(),
        m.OneSide(["S1"]),
        m.OneSide(["S1", "S2"]),
    ]
    return [every[k] for k in random.choice(len(every), int(random.integers(0, 4)), replace=False)]


def some_decisions(random: np.random.Generator, found: Found) -> pd.DataFrame | None:
    if random.uniform() < 0.7:
        return None
    rows = []
    for k in range(int(random.integers(1, 3))):
        pitch = found.pitches.iloc[int(random.integers(len(found.pitches)))]
        lon, lat = TO_DEGREES.transform(pitch["x_m"], pitch["y_m"])
        what = str(random.choice(["keep", "forbid"]))
        rows.append((f"K{k}", what, lon, lat, 4.0, "", "said so", "committee", "2026-04-01"))
    columns = ["decision_id", "what", "lon", "lat", "radius_m", "rule", "reason", "who", "date"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, eq=False)
class Case:
    """What a problem is made of, and the problem; or the error where stating it shows that no plan exists."""

    city: City
    found: Found
    vendors: Any
    decisions: pd.DataFrame | None
    detour: float
    goals: tuple[Any, ...]
    limits: tuple[Any, ...]
    problem: pp.SitingProblem | pp.NoPlanExists

    @property
    def stated(self) -> bool:
        return isinstance(self.problem, pp.SitingProblem)


def series(seed: int, count: int) -> list[Case]:
    """State so many problems of one town: the same vendors and decisions, other goals and limits."""
    random = np.random.default_rng(seed + 10_000)
    city, found = town(seed)
    vendors: Any = int(random.integers(1, 9))
    if random.uniform() < 0.45:
        vendors = {kind: int(random.integers(0, 5)) for kind in sorted(set(found.pitches["vehicle"]))}
    decisions, detour = some_decisions(random, found), float(random.choice([1.0, 1.3]))
    first: Any
    try:
        first = pp.siting_problem(found, city, vendors=vendors, decisions=decisions, detour=detour)
    except pp.NoPlanExists as none:
        first = none
    cases = []
    for _ in range(count):
        goals = some_goals(random, found, int(random.integers(1, 5)))
        limits = tuple(some_limits(random, city, found))
        problem = first
        if isinstance(first, pp.SitingProblem):
            try:
                problem = replace(first.facts.statement, goals=goals, limits=limits).problem()
            except pp.NoPlanExists as none:
                problem = none
        cases.append(Case(city, found, vendors, decisions, detour, goals, limits, problem))
    return cases
