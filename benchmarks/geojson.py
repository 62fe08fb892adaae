"""The GeoJSON of a large city: 400 spots in 12 districts on Jinan's whole street network.

    PITCHPLAN_DATA=... python benchmarks/geojson.py

Seconds of the processor to write, read back and validate the file, and its bytes. The spots are drawn by
lot along the streets, five pitches each: what is measured is the file, not the plan.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from cities import DATA, SEASON, jinan
from measuring import cpu_of, median_cpu

import pitchplan as pp
from pitchplan.sheets import render, validate_geojson

SPOTS, EACH = 400, 5


def districts(crs: str) -> gpd.GeoDataFrame:
    """Read Jinan's 12 districts as communities; where they lie to a few hundred metres is enough here."""
    frame = gpd.read_file(DATA / "jinan_osm_streets" / "370100_full.json").to_crs(crs)
    given = {"community_id": frame["adcode"].astype(str), "name": frame["name"], "district": frame["name"]}
    empty = dict.fromkeys(("name_en", "district_en", "contact"), "")
    return gpd.GeoDataFrame(given | empty, geometry=frame.geometry, crs=crs).assign(residents=800_000.0)


def plan_along(city: pp.City, rng: np.random.Generator) -> pp.Plan:
    """Make a plan of spots along streets drawn by lot."""
    lines = city.centrelines[city.centrelines.length > 50].sample(SPOTS, random_state=0)
    rows = []
    for number, line in enumerate(lines.geometry, 1):
        start = float(rng.uniform(5, 15))
        places = [line.interpolate(start + 6 * i) for i in range(EACH)]
        rows += [(f"R{number}", number, f"R{number}-{i}", p.x, p.y) for i, p in enumerate(places)]
    pitches = pd.DataFrame(rows, columns=["spot_id", "number", "pitch_id", "x_m", "y_m"])
    for column in pp.schemas.PITCHES.columns:
        if column.name not in pitches:
            pitches[column.name] = "文化东路" if column.kind == "text" else 4.5
    spots = pitches.groupby(["spot_id", "number"], as_index=False, sort=False)[["x_m", "y_m"]].mean()
    for column in pp.schemas.SPOTS.columns:
        if column.name not in spots:
            spots[column.name] = "文化东路南侧，历山路口以东40米" if column.kind == "text" else EACH
    homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(spots["x_m"], spots["y_m"]), crs=city.crs)
    nearest = homes.sjoin_nearest(city.communities)
    spots["district"] = nearest[~nearest.index.duplicated()]["district"].to_numpy()
    pitches["district"] = spots.set_index("spot_id")["district"].loc[pitches["spot_id"]].to_numpy()
    tables = {t.name: pd.DataFrame(columns=t.names) for t in (pp.schemas.GOALS, pp.schemas.RULES_REPORT)}
    return pp.Plan(
        pitches=pitches,
        spots=spots,
        **tables,
        outcome="PROVEN",
        vendors=len(pitches),
        residents=9_000_000,
        season=SEASON,
        crs=city.crs,
        limits=pd.DataFrame(),
        decisions=pd.DataFrame(),
    )


def main() -> None:
    """Print seconds and bytes."""
    city = jinan()
    city = dataclasses.replace(city, communities=districts(city.crs))
    plan = plan_along(city, np.random.default_rng(0))
    sheet = pp.map_sheet(plan, city, title="济南市西瓜地图", publisher="城市管理局", paper="A1")
    seconds = median_cpu(lambda: render(sheet, ".geojson"))
    data = render(sheet, ".geojson")
    km = city.centrelines.length.sum() / 1000
    print(
        f"{len(city.centrelines)} streets, {km:.0f} km; {len(plan.spots)} spots, {len(plan.pitches)} pitches"
    )
    print(f"write {seconds:.2f} CPU s, {len(data) / 1e6:.2f} MB")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.geojson"
        path.write_bytes(data)
        read, back = cpu_of(lambda: pp.read_plan(path))
        check, faults = cpu_of(lambda: validate_geojson(path))
    print(f"read back {read:.2f} CPU s, validate {check:.2f} CPU s, {len(faults)} faults")
    assert not faults
    assert len(back.pitches) == len(plan.pitches)


if __name__ == "__main__":
    main()
