"""Plans for whole cities: every goal with its value, bound and gap, and planning anew after a veto.

    python benchmarks/siting.py                      # 20k and 100k pitches, with and without capacities
    python benchmarks/siting.py 24 60 capacitated    # blocks on a side, seconds, one way of counting

The city is the made-up street grid of `street_grid.py`, screened by the rule book jinan-2019, with
districts, and 200,000 places where residents live. Three goals in order (host vendors, cover residents
within 300 m, keep traffic clear), quotas of communities and districts, sizes of spots, and a budget of
obstruction per street. Each row is measured in a process of its own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import pitchplan as pp

sys.path.insert(0, str(Path(__file__).parent))
import street_grid
from measuring import in_fresh_process, keep, kept, peak_gb, say

SEASON = pp.Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 17:00-21:00")
CELLS = 200_000
WITHIN_M = 300.0
PER_PITCH = 300
CASES = {"20k": (25, 60.0), "100k": (57, 180.0)}
"""Blocks on a side, and the seconds that a plan may take."""
VETO_S = 4.5
"""Seconds that the plan after a veto may take, beside stating."""


def city_of(blocks: int, seed: int = 0) -> pp.City:
    """Make the street grid, with districts and residents in many small buildings inside the blocks."""
    plain = street_grid.street_grid(blocks, seed)
    rng = np.random.default_rng(seed + 1)
    at = street_grid.nodes(blocks, np.random.default_rng(seed))
    low = np.minimum(at[:-1, :-1], at[1:, 1:]).reshape(-1, 2) + 25.0
    per_block = -(-CELLS // len(low))
    x, y = (np.repeat(low[:, k], per_block) + rng.uniform(0, 68, per_block * len(low)) for k in (0, 1))
    size = 0.4
    dense = np.repeat(rng.gamma(2.0, 1.0, len(low)), per_block)
    people = rng.poisson(dense * 200 * len(low) / len(x)) + 1
    homes = gpd.GeoDataFrame(
        {"residents": people}, geometry=shapely.box(x, y, x + size, y + size), crs=street_grid.CRS
    )
    frontage = plain.buildings.assign(residents=np.nan)[["residents", "geometry"]]
    wide = max(2, blocks // 12)
    place = plain.communities.geometry.centroid
    edge = street_grid.BLOCK_M * blocks / wide
    column = ((place.x - place.x.min()) // edge).astype(int)
    row = ((place.y - place.y.min()) // edge).astype(int)
    communities = plain.communities.assign(district=[f"D{a}{b}" for a, b in zip(column, row, strict=True)])
    layers = {
        "streets": plain.centrelines[["street_class", "name", "width_m", "geometry"]],
        "footways": plain.footways[["geometry"]],
        "open_spaces": plain.open_spaces[["kind", "geometry"]],
        "buildings": pd.concat([frontage, homes], ignore_index=True),
        "keep_clear": plain.keep_clear[["kind", "geometry"]],
        "kerb_regulations": plain.kerb_regulations[["kind", "hours", "geometry"]],
        "communities": communities[["name", "district", "geometry"]],
    }
    return pp.read_city(**layers, crs=street_grid.CRS)


def problem_of(
    city: pp.City, candidates: pp.Candidates, how: str, decisions: pd.DataFrame | None = None
) -> pp.SitingProblem:
    """State the problem: a vendor for every 22 legal pitches, and every kind of limit the case asks for."""
    vendors = len(candidates.pitches) // 22
    communities = len(city.communities)
    limits = [
        pp.limits.SpotSize(2, 10),
        pp.limits.Quota("community_id", "each", 0, max(6, round(2.0 * vendors / communities))),
        pp.limits.Quota("district", "each", 0, round(1.3 * vendors / city.communities["district"].nunique())),
        pp.limits.ObstructionBudget(3000),
    ]
    goals = (
        pp.goals.HostVendors(),
        pp.goals.CoverResidents(WITHIN_M, PER_PITCH if how == "capacitated" else None),
        pp.goals.KeepTrafficClear(),
    )
    return pp.siting_problem(
        candidates, city, vendors=vendors, goals=goals, limits=limits, decisions=decisions
    )


def veto(city: pp.City, plan: pp.Plan) -> pd.DataFrame:
    """Forbid the place of the plan's largest spot."""
    spot = plan.spots.sort_values(["capacity", "number"], ascending=[False, True]).iloc[0]
    place = gpd.GeoSeries([shapely.Point(spot["x_m"], spot["y_m"])], crs=plan.crs).to_crs(4326)[0]
    row = {"decision_id": "V1", "what": "forbid", "lon": place.x, "lat": place.y, "radius_m": 60.0}
    return pd.DataFrame([{**row, "reason": "veto", "who": "committee", "date": "2026-05-01"}])


def make(folder: str, blocks: str) -> None:
    """Screen a city and keep it for the other processes."""
    city = city_of(int(blocks))
    book = pp.rule_book("jinan-2019")
    began = time.process_time()
    candidates = pp.find_candidates(city, book.without("spot-size", "community-quota"), season=SEASON)
    keep(Path(folder) / f"city-{blocks}.pickle", (city, candidates))
    say(pitches=len(candidates.pitches), runs=len(candidates.runs), seconds=time.process_time() - began)


def plan_city(folder: str, blocks: str, how: str, seconds: str) -> None:
    """State, solve and print; plan anew after one veto."""
    city, candidates = kept(Path(folder) / f"city-{blocks}.pickle")
    began = time.process_time()
    problem = problem_of(city, candidates, how)
    stated = time.process_time() - began
    began, cpu = time.monotonic(), time.process_time()
    plan = problem.solve(time_limit_s=float(seconds))
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    print(problem, plan, f"  solved in {took:.1f} s, {cpu:.1f} CPU s", sep="\n", flush=True)
    for goal in plan.goals.itertuples():
        print(f"  {goal.goal}: gap {goal.gap:.3%}, {goal.solver}, {goal.seconds:.1f} s", flush=True)
    solved_gb = peak_gb()
    began = time.monotonic()
    again = problem_of(city, candidates, how, veto(city, plan)).solve(time_limit_s=VETO_S, start=plan)
    took_again = time.monotonic() - began
    before, after = set(plan.spots["spot_id"]), set(again.spots["spot_id"])
    print(f"  after a veto, {took_again:.1f} s: {len(before - after)} spots given up,", end=" ")
    print(f"{len(after - before)} added of {len(after)}", again, sep="\n", flush=True)
    gaps = {f"gap_{k}": float(g) for k, g in enumerate(plan.goals["gap"])}
    say(stated_s=stated, solved_s=took, cpu_s=cpu, peak_gb=solved_gb, veto_s=took_again, **gaps)


def main() -> None:
    """Measure every case, or the one that is asked for."""
    words = sys.argv[1:]
    if words and words[0] in ("make", "plan"):
        {"make": make, "plan": plan_city}[words[0]](*words[1:])
        return
    cases = list(CASES.values())
    ways = ["uncapacitated", "capacitated"]
    if words:
        cases, ways = [(int(words[0]), float(words[1]))], words[2:] or ways
    with tempfile.TemporaryDirectory() as folder:
        for blocks, seconds in cases:
            made = in_fresh_process(__file__, "make", folder, str(blocks))
            print(f"{blocks} x {blocks} blocks: {made['pitches']} pitches in {made['runs']} runs", flush=True)
            for how in ways:
                print(how, flush=True)
                print(in_fresh_process(__file__, "plan", folder, str(blocks), how, str(seconds)), flush=True)


if __name__ == "__main__":
    main()
