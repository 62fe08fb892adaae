"""Whether the same inputs give the same bytes: fresh processes, other hash seeds, rows in another order.

    python benchmarks/trust/same_bytes.py               # 20 orders of rows x 3 hash seeds
    python benchmarks/trust/same_bytes.py --orders 4

Each run is a process of its own: a small town whose layers, decisions and growers come in another order,
its plan solved to the end, a plan by weeks, an allocation by lot, and every output that promises the same
bytes. It prints how many outputs differ and ends with 1 if any does.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict

import numpy as np
import pandas as pd
import shapely

import pitchplan as pp

SUFFIXES = (".geojson", ".html", ".csv", ".svg", ".kml", ".pdf")
_TOWN = 3
_LIMIT_S = 60.0


def mixed(table: pd.DataFrame, order: int) -> pd.DataFrame:
    """Put the rows of a table in another order."""
    return table.iloc[np.random.default_rng(order).permutation(len(table))].reset_index(drop=True)


def outputs(order: int) -> dict[str, str]:
    """Make everything once and return the hash of each output."""
    from towns import draw_town, waiver

    from pitchplan.sheets.sheet import render

    town = draw_town(np.random.default_rng(_TOWN))
    layers = (
        "footways",
        "open_spaces",
        "buildings",
        "keep_clear",
        "kerb_regulations",
        "zones",
        "communities",
    )
    city = dataclasses.replace(
        town.city,
        **{name: mixed(getattr(town.city, name), order) for name in layers},
        # Axes go with their carriageways row by row.
        **{name: mixed(getattr(town.city, name), order) for name in ("streets", "centrelines")},
    )
    town = dataclasses.replace(town, city=city)
    found = town.find()
    some = found.pitches.sort_values("pitch_id").iloc[[0, len(found.pitches) // 2]]
    said = [
        waiver("", p.x_m, p.y_m, 6.0, f"f{k}") | {"what": "forbid"} for k, p in enumerate(some.itertuples())
    ]
    decisions = mixed(pd.DataFrame(said), order)
    problem = pp.siting_problem(found, city, vendors=6, decisions=decisions)
    plan = problem.solve(time_limit_s=_LIMIT_S)
    by_weeks = problem.solve_weeks([3 + w % 3 for w in range(len(town.season.weeks))], time_limit_s=_LIMIT_S)
    assert {plan.outcome, by_weeks.outcome} == {"PROVEN"}, (plan.outcome, by_weeks.outcome)
    made: dict[str, bytes] = {}
    for name, one in (("plan", plan), ("weeks", by_weeks)):
        sheet = pp.map_sheet(one, city, title="图", title_en="Map", publisher="局")
        made |= {f"{name}{suffix}": render(sheet, suffix) for suffix in SUFFIXES}
    growers = pd.DataFrame({"grower_id": [f"G{k}" for k in range(5)]}).assign(
        name="某人", gateway="北入城口", vehicle=plan.pitches["vehicle"].iloc[0]
    )
    corner = shapely.get_coordinates(town.city.centrelines.sort_values("street_id").geometry.iloc[0])[0]
    gate = pd.DataFrame({"name": ["北入城口"], "x_m": [corner[0]], "y_m": [corner[1]]})
    drawn = pp.allocate(
        plan, mixed(growers, order), "lottery", city=city, gateways=gate, seed="04 11 17", salt="kept"
    )
    made["allocation"] = drawn.table.sort_values("grower_id").to_csv(index=False).encode()
    made["refusals"] = (
        found.refusals.sort_values(["place_id", "rule", "feature_id"]).to_csv(index=False).encode()
    )
    made["audit"] = pp.audit_plan(plan, city, town.book).text.encode()
    return {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}


def main() -> int:
    """Run every order under every hash seed and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(outputs(options.one)))
        return 0
    seen: dict[str, set[str]] = defaultdict(set)
    runs = 0
    for order in range(options.orders):
        for seed in ("0", "1", "4242"):
            done = subprocess.run(
                [sys.executable, __file__, "--one", str(order)],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                print(done.stderr[-2000:])
                return 1
            runs += 1
            for name, digest in json.loads(done.stdout.splitlines()[-1]).items():
                seen[name].add(digest)
    other = sorted(name for name, digests in seen.items() if len(digests) > 1)
    print(f"{len(seen)} outputs, {runs} runs: {len(other)} differ{': ' + ', '.join(other) if other else ''}")
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
