"""A stand-in city of curved streets and a river, and a plan of 35 spots in three districts on it."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from pitchplan.demand.season import Season
from pitchplan.plan import Plan

CRS = "EPSG:4548"
X0, Y0 = 501_500.0, 4_057_000.0  # near Jinan, east of the central meridian 117°E
W, H = 2900.0, 2500.0

NORTH_SOUTH = [
    ("历山路", "Lishan Road", "main"),
    ("山师东路", "Shanshi East Road", "branch"),
    ("文化街", "Wenhua Street", "local"),
    ("舜耕路", "Shungeng Road", "secondary"),
    ("千佛山路", "Qianfoshan Road", "branch"),
    ("玉函路", "Yuhan Road", "main"),
    ("泺源巷", "Luoyuan Lane", "local"),
    ("榜棚街", "Bangpeng Street", "local"),
    ("朝山街", "Chaoshan Street", "branch"),
    ("青年西路", "Qingnian West Road", "secondary"),
    ("南新街", "Nanxin Street", "local"),
]
EAST_WEST = [
    ("经十路", "Jingshi Road", "main"),
    ("泺源大街", "Luoyuan Avenue", "main"),
    ("文化西路", "Wenhua West Road", "secondary"),
    ("泉城路", "Quancheng Road", "secondary"),
    ("明湖路", "Minghu Road", "branch"),
    ("黑虎泉路", "Heihuquan Road", "branch"),
    ("后宰门街", "Houzaimen Street", "local"),
    ("县西巷", "Xianxi Lane", "local"),
    ("曲水亭街", "Qushuiting Street", "local"),
]
WIDTHS = {"main": 24.0, "secondary": 16.0, "branch": 11.0, "local": 7.0}
DISTRICTS = [("历下区", "Lixia District"), ("市中区", "Shizhong District"), ("天桥区", "Tianqiao District")]


def _axis(k: int, n: int, vertical: bool) -> LineString:
    t = np.linspace(0, 1, 60)
    along = t * (H if vertical else W)
    base = (k + 0.6) / (n + 0.2) * (W if vertical else H)
    sway = 45 * np.sin(2.2 * math.pi * t + 0.7 * k) + 70 * (t - 0.5) * math.sin(k)
    across = base + sway
    xy = np.column_stack([across, along] if vertical else [along, across])
    return LineString(xy + np.array([X0, Y0]))


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], geometry="geometry", crs=CRS)


def make_city(*, latin: bool = False) -> SimpleNamespace:
    """Build the stand-in city."""
    axes, k = [], 0
    for names, vertical in ((NORTH_SOUTH, True), (EAST_WEST, False)):
        order = sorted(range(len(names)), key=lambda i: (i * 7) % len(names))
        for place, i in enumerate(order):
            name, name_en, kind = names[i]
            axes.append(
                {
                    "street_id": f"s{k}",
                    "name": name_en if latin else name,
                    "name_en": name_en,
                    "street_class": kind,
                    "width_m": WIDTHS[kind],
                    "width_status": "given",
                    "lanes": 2,
                    "level": 0,
                    "geometry": _axis(place, len(names), vertical),
                }
            )
            k += 1
    columns = ["street_id", "name", "name_en", "street_class", "width_m", "width_status", "lanes", "level"]
    centrelines = _frame(axes, columns)
    streets = centrelines.copy()
    streets["geometry"] = [a["geometry"].buffer(a["width_m"] / 2, cap_style="flat") for a in axes]
    carriage = shapely.union_all(streets.geometry.to_numpy())
    walk = shapely.union_all([a["geometry"].buffer(a["width_m"] / 2 + 4) for a in axes])
    footways = _frame(
        [
            {
                "footway_id": "f0",
                "level": 0,
                "geometry": walk.difference(carriage).intersection(box(X0, Y0, X0 + W, Y0 + H)),
            }
        ],
        ["footway_id", "level"],
    )
    river = LineString(
        [(X0 - 50, Y0 + 2050), (X0 + 900, Y0 + 2180), (X0 + 1700, Y0 + 1960), (X0 + W + 50, Y0 + 2220)]
    )
    smooth = shapely.transform(
        shapely.segmentize(river, 40),
        lambda c: c + np.column_stack([c[:, 0] * 0, 40 * np.sin(c[:, 0] / 300)]),
    )
    spaces = [
        ("大明河", "Daming River", "river", smooth.buffer(34)),
        (
            "大明湖",
            "Daming Lake",
            "lake",
            Point(X0 + 1480, Y0 + 1650).buffer(150).intersection(box(X0, Y0, X0 + W, Y0 + H)),
        ),
        ("泉城公园", "Spring City Park", "park", box(X0 + 330, Y0 + 330, X0 + 620, Y0 + 600)),
        ("千佛山", "Qianfo Hill", "hill", Point(X0 + 2300, Y0 + 300).buffer(260)),
        ("泉城广场", "Spring City Square", "square", box(X0 + 1130, Y0 + 890, X0 + 1320, Y0 + 1010)),
        ("西市场", "West Market", "market-place", box(X0 + 90, Y0 + 1330, X0 + 190, Y0 + 1430)),
        ("东停车场", "East Car Park", "car-park", box(X0 + 2620, Y0 + 1400, X0 + 2740, Y0 + 1480)),
    ]
    open_spaces = _frame(
        [
            {
                "open_space_id": f"o{i}",
                "name": e if latin else z,
                "name_en": e,
                "kind": kind,
                "level": 0,
                "geometry": g,
            }
            for i, (z, e, kind, g) in enumerate(spaces)
        ],
        ["open_space_id", "name", "name_en", "kind", "level"],
    )
    rng = np.random.default_rng(5)
    taken = shapely.union_all([walk.buffer(3), *[s[3] for s in spaces]])
    shapely.prepare(taken)
    rows = []
    for gx in np.arange(20, W - 30, 42.0):
        for gy in np.arange(20, H - 30, 34.0):
            w, h = rng.uniform(12, 34), rng.uniform(9, 22)
            b = box(X0 + gx, Y0 + gy, X0 + gx + w, Y0 + gy + h)
            if not shapely.intersects(taken, b) and rng.uniform() < 0.86:
                rows.append({"building_id": f"b{len(rows)}", "residents": 60.0, "levels": 6.0, "geometry": b})
    buildings = _frame(rows, ["building_id", "residents", "levels"])
    keep = []
    for i in range(34):
        line = axes[i % len(axes)]["geometry"]
        keep.append(("bus-stop", line.interpolate((0.13 + 0.17 * i) % 1, normalized=True)))
    for i in range(12):
        keep.append(("school-gate", Point(X0 + 150 + 233 * i, Y0 + 300 + (i * 530) % 1900)))
    for i in range(4):
        keep.append(("hospital-gate", Point(X0 + 480 + 610 * i, Y0 + 700 + (i * 790) % 1500)))
    keep += [("station", Point(X0 + 2060, Y0 + 1420)), ("hydrant", Point(X0 + 600, Y0 + 600))]
    keep_clear = _frame(
        [
            {"feature_id": f"k{i}", "kind": kind, "name": "", "level": 0, "geometry": g}
            for i, (kind, g) in enumerate(keep)
        ],
        ["feature_id", "kind", "name", "level"],
    )
    rows = []
    wobble = smooth.buffer(0.1)
    north = Polygon([*smooth.coords, (X0 + W, Y0 + H), (X0, Y0 + H)]).buffer(0)
    whole = box(X0, Y0, X0 + W, Y0 + H)
    divide = LineString(
        [(X0 + 1250, Y0 - 9), (X0 + 1330, Y0 + 900), (X0 + 1210, Y0 + 1500), (X0 + 1290, Y0 + H)]
    )
    west = Polygon([(X0, Y0 - 9), *divide.coords, (X0, Y0 + H)]).buffer(0)
    parts = [
        whole.difference(north).difference(west),
        whole.difference(north).intersection(west),
        whole.intersection(north),
    ]
    assert not wobble.is_empty
    for d, part in enumerate(parts):
        minx, _, maxx, maxy = part.bounds
        for j in range(4):
            for r in range(2 if d < 2 else 1):
                cell = box(
                    minx + (maxx - minx) * j / 4,
                    Y0 - 10 + 1060 * r if d < 2 else Y0,
                    minx + (maxx - minx) * (j + 1) / 4,
                    (Y0 + 1050) if (d < 2 and r == 0) else maxy,
                ).intersection(part)
                if cell.is_empty:
                    continue
                n = len(rows)
                rows.append(
                    {
                        "community_id": f"37010200{n:04d}",
                        "name": f"Community {n}" if latin else f"第{n + 1}社区",
                        "name_en": f"Community {n}",
                        "district": DISTRICTS[d][1] if latin else DISTRICTS[d][0],
                        "district_en": DISTRICTS[d][1],
                        "residents": 9000.0,
                        "contact": "",
                        "geometry": cell,
                    }
                )
    communities = _frame(
        rows, ["community_id", "name", "name_en", "district", "district_en", "residents", "contact"]
    )
    kerb = _frame([], ["regulation_id", "kind", "hours", "level"])
    return SimpleNamespace(
        streets=streets,
        centrelines=centrelines,
        footways=footways,
        open_spaces=open_spaces,
        buildings=buildings,
        keep_clear=keep_clear,
        kerb_regulations=kerb,
        communities=communities,
        crs=CRS,
        notes=(),
        given=frozenset({"streets"}),
        assumptions=(),
        bounds=(X0, Y0, X0 + W, Y0 + H),
    )


def make_plan(city: SimpleNamespace, *, spots: int = 35, seed: int = 1) -> Plan:
    """Build a plan of some spots along the stand-in city's streets."""
    rng = np.random.default_rng(seed)
    axes = list(city.centrelines.itertuples())
    spot_rows, pitch_rows = [], []
    usable = [a for a in axes if a.street_class != "main"]
    for n in range(1, spots + 1):
        axis = usable[n % len(usable)]
        line = axis.geometry
        at = float(rng.uniform(0.05, 0.95)) * line.length
        capacity = int(rng.integers(1, 8))
        xs, ys = [], []
        for i in range(capacity):
            p, q = line.interpolate(at + 6.5 * i), line.interpolate(at + 6.5 * i + 1)
            dx, dy = q.x - p.x, q.y - p.y
            norm = math.hypot(dx, dy) or 1.0
            off = axis.width_m / 2 - 1.2
            x, y = p.x + dy / norm * off, p.y - dx / norm * off
            xs.append(x)
            ys.append(y)
            pitch_rows.append(
                {
                    "pitch_id": f"p{n:03d}-{i}",
                    "run_id": f"r{n:03d}",
                    "street_id": axis.street_id,
                    "street": axis.name,
                    "street_en": axis.name_en,
                    "street_class": axis.street_class,
                    "side": "E",
                    "chainage_m": at + 6.5 * i,
                    "placement": "kerbside",
                    "vehicle": "small-truck",
                    "community_id": "",
                    "district": "",
                    "clear_walk_m": math.nan,
                    "clear_drive_m": 4.2,
                    "width_status": "assumed" if n % 4 == 0 else "given",
                    "hours": "06:00-09:00, 17:00-21:00",
                    "flags": "",
                    "x_m": x,
                    "y_m": y,
                    "bearing_deg": math.degrees(math.atan2(dx, dy)) % 360,
                    "length_m": 6.0,
                    "width_m": 2.2,
                    "queue_m": 0.6,
                    "spot_id": f"r{n:03d}",
                    "number": n,
                }
            )
        x, y = float(np.mean(xs)), float(np.mean(ys))
        inside = city.communities.geometry.distance(Point(x, y)).to_numpy()
        home = city.communities.iloc[int(inside.argmin())]
        cross = EAST_WEST[n % len(EAST_WEST)]
        metres = 10 * int(rng.integers(2, 18))
        english = f"{axis.name_en}, east side, {metres} m south of {cross[1]}"
        spot_rows.append(
            {
                "spot_id": f"r{n:03d}",
                "number": n,
                "name": axis.name,
                "name_en": axis.name_en,
                "address": english
                if axis.name == axis.name_en
                else f"{axis.name}东侧，{cross[0]}路口以南{metres}米",
                "address_en": english,
                "district": home["district"],
                "community_id": home["community_id"],
                "placement": "kerbside",
                "room": capacity + 2,
                "capacity": capacity,
                "residents_served": 400 + 10 * n,
                "hours": "06:00-09:00, 17:00-21:00",
                "x_m": x,
                "y_m": y,
            }
        )
    # Numbers go district by district, as a planner numbers them.
    table = pd.DataFrame(spot_rows)
    order = {d: i for i, d in enumerate(dict.fromkeys(city.communities["district"]))}
    rank = table.assign(d=table["district"].map(order)).sort_values(["d", "y_m"], ascending=[True, False])
    renumber = {s: i + 1 for i, s in enumerate(rank["spot_id"])}
    table["number"] = table["spot_id"].map(renumber)
    pitches = pd.DataFrame(pitch_rows)
    pitches["number"] = pitches["spot_id"].map(renumber)
    pitches["district"] = pitches["spot_id"].map(table.set_index("spot_id")["district"])
    goals = pd.DataFrame(
        [
            ("host vendors", "most", 140.0, 140.0, 0.0, "PROVEN", 0.412345),
            ("serve residents", "most", 81_250.0, 81_900.0, 0.008, "WITHIN_GAP", 7.654321),
            ("keep traffic clear", "least", 412.0, 408.0, 0.0097, "WITHIN_GAP", 3.2),
        ],
        columns=["goal", "sense", "value", "bound", "gap", "outcome", "seconds"],
    )
    report = pd.DataFrame(
        [
            ("bus-stop", "distance", "yes", 34, 120, 0, "GB 1", "cited"),
            ("tactile-paving", "distance", "no tactile paving given", 0, 0, 0, "GB 50763", "cited"),
            ("fire-lane", "clear-width", "no fire lanes given", 0, 0, 0, "GB 50016", "cited"),
        ],
        columns=["rule", "kind", "applied", "features", "refused", "clashes", "source", "origin"],
    )
    return Plan(
        pitches=pitches,
        spots=table.sort_values("number", ignore_index=True),
        goals=goals,
        outcome="WITHIN_GAP",
        vendors=len(pitches),
        residents=180_000,
        season=Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 17:00-21:00"),
        crs=CRS,
        rules_report=report,
        limits=pd.DataFrame(),
        decisions=pd.DataFrame(),
        provenance={"book_id": "jinan-2019", "book_hash": "ab" * 32},
    )


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    """Return the makers of stand-in cities and plans."""
    return SimpleNamespace(city=make_city, plan=make_plan)


@pytest.fixture(scope="session")
def city() -> SimpleNamespace:
    """Return the stand-in city."""
    return make_city()


@pytest.fixture(scope="session")
def plan(city: SimpleNamespace) -> Plan:
    """Return a plan of 35 spots on it."""
    return make_plan(city)


@pytest.fixture(scope="session")
def sheet(plan: Plan, city: SimpleNamespace) -> Any:
    """Return the plan's sheet."""
    from pitchplan.sheets import map_sheet

    return map_sheet(
        plan,
        city,
        title="济南市西瓜地图 2026",
        title_en="Jinan Watermelon Map 2026",
        publisher="济南市城市管理局 Jinan Urban Management Bureau",
        contact={"历下区": "0531-1234 5678", "市中区": "0531-8765 4321", "天桥区": "0531-5555 0000"},
        source_note="示例数据 demonstration data",
        audit=SimpleNamespace(verdict="no breaches"),
    )


@pytest.fixture(scope="session")
def svg(sheet: Any) -> bytes:
    """Return the sheet's drawing."""
    from pitchplan.sheets import render

    return render(sheet, ".svg")
