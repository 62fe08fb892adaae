"""Synthetic cities of any size: a grid of streets with kerbside runs, clashes, quotas, residents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from pitchplan.demand.season import Season
from pitchplan.schemas import CENTRELINES, CLASHES, REFUSALS, RULES_REPORT, STREETS

CRS = "EPSG:4548"
X0, Y0 = 500_000.0, 4_060_000.0
CLASSES = ("main", "secondary", "branch", "local", "lane")


@dataclass(frozen=True)
class StandInCity:
    communities: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    centrelines: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CENTRELINES.names))
    streets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=STREETS.names))
    crs: str = CRS

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        return tuple(float(b) for b in self.communities.total_bounds)


@dataclass(frozen=True)
class StandInCandidates:
    pitches: pd.DataFrame
    runs: pd.DataFrame
    clashes: pd.DataFrame
    limits: pd.DataFrame
    refusals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=REFUSALS.names))
    rules_report: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=RULES_REPORT.names))
    season: Season = field(default_factory=lambda: Season("2026-06-01", "2026-08-20", hours="06:00-09:00"))
    crs: str = CRS
    book_id: str = "test-book"
    provenance: dict[str, Any] = field(default_factory=dict)


def no_limits() -> pd.DataFrame:
    return pd.DataFrame(columns=["rule", "group_by", "group", "at_least", "at_most"])


def make_city(
    blocks: tuple[int, int],
    *,
    block_m: float = 200.0,
    residents_per_ha: float = 100.0,
    buildings_per_block: int = 12,
    community_blocks: int = 4,
    seed: int = 0,
) -> StandInCity:
    """Make communities of some blocks each and buildings that share their residents unevenly."""
    random = np.random.default_rng(seed)
    nx, ny = blocks
    cells, rows = [], []
    for i in range(0, nx, community_blocks):
        for j in range(0, ny, community_blocks):
            east, north = min(i + community_blocks, nx), min(j + community_blocks, ny)
            box = shapely.box(X0 + i * block_m, Y0 + j * block_m, X0 + east * block_m, Y0 + north * block_m)
            cells.append(box)
            people = round(box.area / 10_000 * residents_per_ha * random.uniform(0.4, 1.6))
            rows.append((f"C{i:03d}{j:03d}", f"社区{i}-{j}", f"D{(2 * i) // nx}{(2 * j) // ny}", people))
    communities = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["community_id", "name", "district", "residents"]), geometry=cells, crs=CRS
    )
    n = nx * ny * buildings_per_block
    x = X0 + (np.repeat(np.arange(nx * ny) % nx, buildings_per_block) + random.uniform(0.1, 0.9, n)) * block_m
    y = (
        Y0
        + (np.repeat(np.arange(nx * ny) // nx, buildings_per_block) + random.uniform(0.1, 0.9, n)) * block_m
    )
    size = random.uniform(5, 15, n)
    buildings = gpd.GeoDataFrame(
        {
            "building_id": [f"B{k}" for k in range(n)],
            "residents": np.full(n, np.nan),
            "levels": random.integers(1, 19, n).astype(float),
        },
        geometry=shapely.box(x - size, y - size, x + size, y + size),
        crs=CRS,
    )
    return StandInCity(communities, buildings)


def make_candidates(
    city: StandInCity,
    runs: int,
    *,
    bays: tuple[int, int] = (2, 12),
    spacing_m: float = 7.0,
    clash_m: float = 25.0,
    seed: int = 0,
) -> StandInCandidates:
    """Put runs along a street grid's kerbs and let bays of different runs that are near clash."""
    random = np.random.default_rng(seed + 1)
    west, south, east, north = city.bounds
    nx, ny = round((east - west) / 200), round((north - south) / 200)
    # One slot per block face: streets run through the middle of blocks, a run on either side.
    slots = [
        (v, i, j, s)
        for v in (True, False)
        for i in range(nx if v else ny)
        for j in range(ny if v else nx)
        for s in (0, 1)
    ]
    chosen = sorted(random.choice(len(slots), size=runs, replace=False).tolist())
    rows, bay_rows = [], []
    for k, slot in enumerate(chosen):
        lengthwise, line, segment, which = slots[slot]
        count = int(random.integers(bays[0], bays[1] + 1))
        side = ("E", "W") if lengthwise else ("N", "S")
        across = (west if lengthwise else south) + 100 + line * 200 + (6.0 if which == 0 else -6.0)
        low = (south if lengthwise else west) + segment * 200 + 100
        along = low + float(random.uniform(8, max(9, 192 - count * spacing_m)))
        at = along + (np.arange(count) + 0.5) * spacing_m
        x, y = (np.full(count, across), at) if lengthwise else (at, np.full(count, across))
        street = f"S{'v' if lengthwise else 'h'}{line:03d}"
        kind = CLASSES[(line * 7 + lengthwise) % 5]
        run_id = f"R{k:05d}"
        drive = float(random.choice([3.5, 4.5, 5.5, 7.0, 9.0]))
        rows.append((run_id, street, f"路{street}", f"Road {street}", kind, side[which], "kerbside", count))
        bay_rows += [
            (f"P{k:05d}-{b:02d}", run_id, float(b * spacing_m), x[b], y[b], drive) for b in range(count)
        ]
    run = pd.DataFrame(
        rows,
        columns=["run_id", "street_id", "street", "street_en", "street_class", "side", "placement", "room"],
    )
    pitch = pd.DataFrame(
        bay_rows, columns=["pitch_id", "run_id", "chainage_m", "x_m", "y_m", "clear_drive_m"]
    )
    middle = pitch.groupby("run_id")[["x_m", "y_m"]].mean().loc[run["run_id"]].reset_index(drop=True)
    inside = shapely.STRtree(city.communities.geometry.to_numpy()).nearest(
        shapely.points(middle["x_m"], middle["y_m"])
    )
    run = run.assign(
        x_m=middle["x_m"],
        y_m=middle["y_m"],
        community_id=city.communities["community_id"].to_numpy()[inside],
        district=city.communities["district"].to_numpy()[inside],
        length_m=run["room"] * spacing_m,
        address=run["street"] + "侧",
        address_en=run["street_en"],
    )
    shared = ["run_id", "street_id", "street", "street_en", "street_class", "side", "placement"]
    pitch = pitch.merge(run[[*shared, "community_id", "district"]], on="run_id").assign(
        vehicle="small-truck",
        clear_walk_m=np.nan,
        width_status="measured",
        hours="06:00-09:00",
        flags="",
        bearing_deg=0.0,
        length_m=6.0,
        width_m=2.2,
        queue_m=0.6,
    )
    return StandInCandidates(pitch, run, make_clashes(pitch, clash_m), no_limits())


def make_clashes(pitch: pd.DataFrame, clash_m: float) -> pd.DataFrame:
    """Let every two bays of different runs clash that are nearer than ``clash_m``."""
    pairs = cKDTree(pitch[["x_m", "y_m"]].to_numpy()).query_pairs(clash_m, output_type="ndarray")
    run = pitch["run_id"].to_numpy()
    pairs = pairs[run[pairs[:, 0]] != run[pairs[:, 1]]]
    ids = pitch["pitch_id"].to_numpy()
    frame = pd.DataFrame({"pitch_a": ids[pairs[:, 0]], "pitch_b": ids[pairs[:, 1]]})
    return frame.assign(rule="spacing", measured=1.0, required=clash_m)[CLASHES.names]
