"""A town that fits on a sheet of paper: three runs along one line, three homes.

    x, metres      0, 6    50    100    200   300, 306   900
    runs           A (2)         B (1)        C (2)
    residents            10             5                 2
    communities    C0 ----------------- | C1 ----------------

A and B stand on street S0 (sides N and S), C on S1; C0 lies in district D0, C1 in D1. Walks are
straight. Columns without goals and limits: pitches A, B, C (bays that are alike share one), runs A,
B, C, streets S0, S1, vendors left over.
"""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import pitchplan as pp
from pitchplan.demand.season import Season
from pitchplan.schemas import CENTRELINES, CLASHES, FOOTWAY_AXES, REFUSALS, RULES_REPORT, STREETS

CRS = "EPSG:4548"
SEASON = Season("2026-06-01", "2026-08-20", hours="06:00-09:00")
X0, Y0 = 500_000.0, 4_060_000.0
BASE = 9


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
    clashes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CLASHES.names))
    limits: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["rule", "group_by", "group", "at_least", "at_most"])
    )
    refusals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=REFUSALS.names))
    rules_report: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=RULES_REPORT.names))
    season: Season = SEASON
    crs: str = CRS
    book_id: str = "by-hand"
    provenance: dict[str, Any] = field(default_factory=dict)


def homes(*places):
    """Houses from (x, residents)."""
    at = [shapely.Point(X0 + x, Y0) for x, _ in places]
    people = [float(n) for _, n in places]
    names = [f"H{k}" for k in range(len(places))]
    return gpd.GeoDataFrame(
        {"building_id": names, "residents": people, "levels": 1.0},
        geometry=shapely.buffer(at, 1.0, cap_style="square"),
        crs=CRS,
    )


def city():
    """Return communities, homes and two streets of 100 metres each."""
    communities = gpd.GeoDataFrame(
        {
            "community_id": ["C0", "C1"],
            "name": ["一", "二"],
            "district": ["D0", "D1"],
            "residents": [10.0, 7.0],
        },
        geometry=[
            shapely.box(X0 - 100, Y0 - 50, X0 + 150, Y0 + 50),
            shapely.box(X0 + 150, Y0 - 50, X0 + 950, Y0 + 50),
        ],
        crs=CRS,
    )
    axes = pd.DataFrame({c: [np.nan] * 2 for c in CENTRELINES.names if c != "geometry"}).assign(
        street_id=["S0", "S1"], street_class="local", level=0, oneway="no", width_m=9.0
    )
    lines = [shapely.LineString([(X0 + x, Y0), (X0 + x + 100, Y0)]) for x in (0, 250)]
    return City(
        communities, homes((50, 10), (200, 5), (900, 2)), gpd.GeoDataFrame(axes, geometry=lines, crs=CRS)
    )


def found(vehicle=("small-truck", "small-truck", "small-truck"), clear=(9.0, 9.0, 9.0)):
    """Return runs A, B and C with their bays."""
    runs = pd.DataFrame(
        {
            "run_id": ["A", "B", "C"],
            "street_id": ["S0", "S0", "S1"],
            "street_class": "local",
            "side": ["N", "S", "N"],
            "room": [2, 1, 2],
            "x_m": [X0 + 3, X0 + 100, X0 + 303],
            "y_m": Y0,
            "street": ["一路", "一路", "二路"],
            "street_en": "",
            "placement": "kerbside",
            "community_id": ["C0", "C0", "C1"],
            "district": ["D0", "D0", "D1"],
            "length_m": [12.0, 6.0, 12.0],
            "address": "路侧",
            "address_en": "",
        }
    )
    bays = [("A-0", "A", 0), ("A-1", "A", 6), ("B-0", "B", 100), ("C-0", "C", 300), ("C-1", "C", 306)]
    pitches = pd.DataFrame(bays, columns=["pitch_id", "run_id", "x"])
    which = pitches["run_id"].map({"A": 0, "B": 1, "C": 2}).to_numpy()
    shared = ["run_id", "street_id", "street", "street_en", "street_class", "side", "placement"]
    pitches = pitches.merge(runs[[*shared, "community_id", "district"]], on="run_id").assign(
        chainage_m=pitches["x"].astype(float),
        x_m=X0 + pitches["x"],
        y_m=Y0,
        vehicle=np.array(vehicle, dtype=object)[which],
        clear_drive_m=np.array(clear)[which],
        clear_walk_m=np.nan,
        width_status="measured",
        hours="06:00-09:00",
        flags="",
        bearing_deg=0.0,
        length_m=6.0,
        width_m=2.2,
        queue_m=0.6,
    )
    return Found(pitches.drop(columns="x"), runs)


def problem(*, of_city=None, of_found=None, vendors=3, goals=None, limits=(), **options):
    """State a problem of the town; host vendors unless other goals are given."""
    return pp.siting_problem(
        found() if of_found is None else of_found,
        city() if of_city is None else of_city,
        vendors=vendors,
        goals=[pp.goals.HostVendors()] if goals is None else goals,
        limits=limits,
        detour=1.0,
        **options,
    )


def dense(stated, name):
    """Return rows as plain lists."""
    return stated.rows_named(name).matrix.toarray().tolist()


def bounds(stated, name):
    rows = stated.rows_named(name)
    return rows.lower.tolist(), rows.upper.tolist()


def limit_rows(stated):
    """Return the rows that can be taken back: (coefficients, lower, upper) of each."""
    return [
        (coefficients, low, high)
        for rows in stated.rows
        if rows.optional
        for coefficients, low, high in zip(
            rows.matrix.toarray().tolist(), rows.lower.tolist(), rows.upper.tolist(), strict=True
        )
    ]


def solved(stated):
    """Return how many pitches of each run are chosen, and the last goal's value."""
    plan = stated.solve(time_limit_s=20)
    assert plan.outcome == "PROVEN"
    return dict(zip(plan.spots["spot_id"], plan.spots["capacity"], strict=True)), plan.goals["value"].iloc[-1]
