"""Seconds and bytes of what a large city prints: 400 made-up spots in 12 districts on all of Jinan's streets.

    PITCHPLAN_DATA=... python benchmarks/sheets.py [A3] [folder]

The streets are real (28,597 directed edges, 3,483 km); their names, the districts, communities and spots are
made up, since the data have none. Prints one line per output; with a folder, keeps the files.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.cluster.vq import kmeans2

import pitchplan as pp
from pitchplan.sheets.sheet import render

sys.path.insert(0, str(Path(__file__).parent))
from cities import jinan

SPOTS, DISTRICTS, CELLS = 400, 12, 12
CHARACTERS = "泉城明湖文化历山舜耕玉函经纬青年朝阳和平建设民生花园胜利解放工业北园南辛西环东兴"


def street_names(lines: Any, classes: Any) -> list[str]:
    """Make up a name for each street that is no lane: pieces of one class nearby share it."""
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    cells = (middle // 1500).astype(int)
    suffix = {"main": "大道", "secondary": "大街", "branch": "路"}
    out = []
    for kind, (i, j) in zip(classes, cells, strict=True):
        k = (int(i) * 73 + int(j) * 31 + len(kind) * 7) % (len(CHARACTERS) - 2)
        end = suffix.get(kind, "")
        out.append(CHARACTERS[k : k + 2] + end if end else "")
    return out


def made_up_city() -> SimpleNamespace:
    """Return Jinan's streets with made-up names, and with made-up districts of made-up communities."""
    city = jinan()
    rng = np.random.default_rng(7)
    lines = city.centrelines.geometry.to_numpy()
    places = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    hubs, _ = kmeans2(places, DISTRICTS * CELLS, seed=3, minit="points")
    centres, _ = kmeans2(hubs, DISTRICTS, seed=5, minit="points")
    hull = shapely.convex_hull(shapely.multipoints(places)).buffer(300)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(hubs), extend_to=hull))
    cells = shapely.intersection(cells, hull)
    inside = shapely.get_coordinates(shapely.centroid(cells))
    district = np.hypot(*(inside[:, None, :] - centres[None, :, :]).transpose(2, 0, 1)).argmin(axis=1)
    names = [f"{CHARACTERS[2 * d : 2 * d + 2]}区" for d in range(DISTRICTS)]
    communities = gpd.GeoDataFrame(
        {
            "community_id": [f"3701{d:02d}{k:06d}" for k, d in enumerate(district)],
            "name": [f"第{k + 1}社区" for k in range(len(cells))],
            "name_en": "",
            "district": [names[d] for d in district],
            "district_en": [f"District {d + 1}" for d in district],
            "residents": rng.integers(2000, 9000, len(cells)).astype(float),
            "contact": [f"0531-{8000 + d} 0000" for d in district],
        },
        geometry=cells,
        crs=city.crs,
    )
    axes = city.centrelines.assign(name=street_names(lines, city.centrelines["street_class"]))
    layers = {n: getattr(city, n) for n in ("streets", "footways", "open_spaces", "buildings", "keep_clear")}
    return SimpleNamespace(
        **layers, centrelines=axes, communities=communities, crs=city.crs, bounds=city.bounds
    )


def made_up_plan(city: SimpleNamespace, spots: int = SPOTS) -> pp.Plan:
    """Return a plan of spots drawn by lot along the streets, denser where the streets are."""
    rng = np.random.default_rng(11)
    axes = city.centrelines[city.centrelines["street_class"].isin(["branch", "local"])]
    axes = axes[axes.geometry.length > 60]
    chosen = axes.iloc[rng.choice(len(axes), spots, replace=False)].reset_index(drop=True)
    points = shapely.line_interpolate_point(chosen.geometry.to_numpy(), 0.5, normalized=True)
    tree = shapely.STRtree(city.communities.geometry.to_numpy())
    home = city.communities.iloc[tree.nearest(points)].reset_index(drop=True)
    order = np.lexsort((-shapely.get_y(points), home["community_id"], home["district"]))
    rows, pitches = [], []
    for number, i in enumerate(order, start=1):
        crossing = CHARACTERS[number % 40 : number % 40 + 2]
        name, point = chosen["name"][i] or "无名路", points[i]
        line = chosen.geometry.iloc[i]
        (x0, y0), (x1, y1) = line.interpolate(0.4, normalized=True).coords[0], point.coords[0]
        bearing = float(np.degrees(np.arctan2(x1 - x0, y1 - y0)) % 360)
        capacity = int(rng.integers(2, 9))
        common = {
            "hours": "06:00-09:00, 17:00-21:00",
            "placement": "kerbside",
            "district": home["district"][i],
        }
        rows.append(
            common
            | {
                "spot_id": f"R{i:05d}",
                "number": number,
                "name": name,
                "name_en": "",
                "address": f"{name}东侧，{crossing}路口以南{10 * (number % 17 + 2)}米",
                "address_en": "",
                "community_id": home["community_id"][i],
                "room": capacity + 1,
                "capacity": capacity,
                "residents_served": 500,
                "x_m": point.x,
                "y_m": point.y,
            }
        )
        for k in range(capacity):
            step = (k - (capacity - 1) / 2) * 6.5
            pitches.append(
                common
                | {
                    "pitch_id": f"P{i:05d}-{k}",
                    "spot_id": f"R{i:05d}",
                    "number": number,
                    "street": name,
                    "street_en": "",
                    "side": "E",
                    "vehicle": "small-truck",
                    "street_id": chosen["street_id"][i],
                    "street_class": chosen["street_class"][i],
                    "width_status": "assumed",
                    "clear_drive_m": 4.2,
                    "x_m": point.x + step * np.sin(np.radians(bearing)),
                    "y_m": point.y + step * np.cos(np.radians(bearing)),
                    "bearing_deg": bearing,
                    "length_m": 6.0,
                    "width_m": 2.2,
                }
            )
    goals = [("host-vendors", "least", 0.0, 0.0, 0.0, "PROVEN", 1.0)]
    return pp.Plan(
        pitches=pd.DataFrame(pitches),
        spots=pd.DataFrame(rows),
        goals=pd.DataFrame(goals, columns=["goal", "sense", "value", "bound", "gap", "outcome", "seconds"]),
        outcome="PROVEN",
        vendors=len(pitches),
        residents=int(city.communities["residents"].sum()),
        season=pp.Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 17:00-21:00"),
        crs=city.crs,
        rules_report=pd.DataFrame(columns=pp.schemas.RULES_REPORT.names),
        limits=pd.DataFrame(),
        decisions=pd.DataFrame(),
        provenance={"book_id": "jinan-2019"},
    )


def main() -> None:
    """Print the seconds and bytes of each output."""
    paper = sys.argv[1] if len(sys.argv) > 1 else "A3"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    city = made_up_city()
    plan = made_up_plan(city)
    print(f"{city.centrelines.geometry.length.sum() / 1000:,.0f} km of streets, {len(plan.spots)} spots")
    began = time.perf_counter()
    sheet = pp.map_sheet(
        plan,
        city,
        title="济南市西瓜地图 2026",
        title_en="Jinan Watermelon Map 2026",
        publisher="示例",
        source_note="© OpenStreetMap contributors",
        paper=paper,
        atlas=True,
        link="https://example.org/melon",
    )
    print(f"{'laid out':<10} {time.perf_counter() - began:6.1f} s  {1 + len(sheet.pages)} pages on {paper}")
    for suffix in (".geojson", ".html", ".svg", ".pdf"):
        began = time.perf_counter()
        made = render(sheet, suffix)
        print(f"{suffix:<10} {time.perf_counter() - began:6.1f} s  {len(made) / 1e6:6.2f} MB")
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"jinan{suffix}").write_bytes(made)


if __name__ == "__main__":
    main()
