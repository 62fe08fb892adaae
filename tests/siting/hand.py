"""Siting problems laid out by hand along one street, small enough to work their answers out on paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import pitchplan as pp


class Town:
    """Runs of bays along streets 1 km apart, and homes beside them.

    Parameters
    ----------
    instances : module
        The random instances, whose tables this borrows.
    runs : dict of str to (x_m, bays, street)
        Street 0 lies in district D0, street 1 in D1.
    homes : list of (x_m, people, street)
        Two metres from the kerb.
    clear_m : float
        Width left for vehicles: a narrow one costs them more.
    """

    def __init__(self, instances: Any, runs: dict[str, tuple[float, int, int]], homes=(), clear_m=4.5):
        self.instances = instances
        x0, y0, crs = instances.X0, instances.Y0, instances.CRS
        width = 100.0 + max([x for x, _, _ in runs.values()] + [x for x, _, _ in homes])
        communities = gpd.GeoDataFrame(
            {"community_id": ["C0", "C1"], "name": ["东", "西"], "district": ["D0", "D1"], "residents": 50.0},
            geometry=[shapely.box(x0 - 50, y0 + k * 1000, x0 + width, y0 + (k + 1) * 1000) for k in (0, 1)],
            crs=crs,
        )
        at = [(x0 + x, y0 + 500 + 1000 * s + 2) for x, _, s in homes]
        buildings = gpd.GeoDataFrame(
            {
                "building_id": [f"B{k}" for k in range(len(homes))],
                "residents": [float(p) for _, p, _ in homes],
                "levels": 1.0,
            },
            geometry=[shapely.box(x - 1, y - 1, x + 1, y + 1) for x, y in at],
            crs=crs,
        )
        axes = pd.DataFrame({c: [np.nan] * 2 for c in pp.schemas.CENTRELINES.names if c != "geometry"})
        axes = axes.assign(street_id=["S0", "S1"], street_class="branch", level=0, oneway="no", width_m=9.0)
        lines = [
            shapely.LineString([(x0 - 50, y0 + 500 + 1000 * k), (x0 + width, y0 + 500 + 1000 * k)])
            for k in (0, 1)
        ]
        self.city = instances.City(communities, buildings, gpd.GeoDataFrame(axes, geometry=lines, crs=crs))
        self.found = self._candidates(runs, clear_m)

    def _candidates(self, runs, clear_m):
        x0, y0 = self.instances.X0, self.instances.Y0
        rows, bays = [], []
        for name, (x, count, street) in runs.items():
            at, y = x0 + x + 7.0 * np.arange(count), y0 + 500 + 1000 * street
            rows.append((name, f"S{street}", "branch", "N", count, at.mean(), y, f"C{street}", f"D{street}"))
            bays += [(f"{name}-{k}", name, 7.0 * k, at[k], y) for k in range(count)]
        columns = ["run_id", "street_id", "street_class", "side", "room", "x_m", "y_m"]
        run = pd.DataFrame(rows, columns=[*columns, "community_id", "district"]).assign(
            street=lambda t: t["street_id"],
            street_en="",
            placement="kerbside",
            length_m=lambda t: 7.0 * t["room"],
            address=lambda t: t["street_id"],
            address_en="",
        )
        shared = ["run_id", "street_id", "street", "street_en", "street_class", "side", "placement"]
        pitch = pd.DataFrame(bays, columns=["pitch_id", "run_id", "chainage_m", "x_m", "y_m"])
        pitch = pitch.merge(run[[*shared, "community_id", "district"]], on="run_id").assign(
            vehicle="small-truck",
            clear_drive_m=clear_m,
            clear_walk_m=np.nan,
            width_status="measured",
            hours="06:00-09:00",
            flags="",
            bearing_deg=0.0,
            length_m=6.0,
            width_m=2.2,
            queue_m=0.6,
        )
        none = pd.DataFrame(columns=["rule", "group_by", "group", "at_least", "at_most"])
        clashes = pd.DataFrame(columns=pp.schemas.CLASHES.names)
        return self.instances.Found(pitch, run, clashes, none)

    def with_clashes(self, pairs: list[tuple[str, str]]) -> Town:
        """Return the same town where pairs of bays may not both be chosen."""
        frame = pd.DataFrame(pairs, columns=["pitch_a", "pitch_b"])
        frame = frame.assign(rule="spacing", measured=1.0, required=2.0)[pp.schemas.CLASHES.names]
        other = Town.__new__(Town)
        other.instances, other.city, other.found = (
            self.instances,
            self.city,
            replace(self.found, clashes=frame),
        )
        return other

    def problem(self, vendors: int, goals=None, limits=(), decisions=None) -> pp.SitingProblem:
        """State a problem; walks are straight."""
        return pp.siting_problem(
            self.found,
            self.city,
            vendors=vendors,
            goals=goals,
            limits=limits,
            decisions=decisions,
            detour=1.0,
        )


def decision(town: Town, what: str, run: str, number: int = 0) -> dict[str, object]:
    """Return a committee's word on a run, as a row of the table of decisions."""
    row = town.found.runs.set_index("run_id").loc[run]
    lon, lat = town.instances.TO_DEGREES.transform(row["x_m"], row["y_m"])
    return {
        "decision_id": f"K{number}",
        "what": what,
        "lon": lon,
        "lat": lat,
        "radius_m": 20.0,
        "rule": "",
        "reason": "said so",
        "who": "committee",
        "date": "2026-04-01",
    }


def columns_of(problem: pp.SitingProblem, counts: dict[str, int]) -> np.ndarray:
    """Return the choice that has so many pitches at each run, the first that are free."""
    choice = np.zeros(problem.choice.stop, dtype=np.int64)
    ids = problem.facts.runs["run_id"].tolist()
    for run, count in counts.items():
        for column in np.flatnonzero(problem.run_of_pitch == ids.index(run)):
            choice[column] = min(count, int(problem.upper[column]))
            count -= choice[column]
    return choice


def same_tables(one: pp.Plan, other: pp.Plan) -> bool:
    """Tell whether two plans are the same to the byte, but for the seconds spent."""
    return table_bytes(one) == table_bytes(other)


def table_bytes(plan: pp.Plan) -> bytes:
    """Return a plan's tables as text, without the seconds."""
    tables = (plan.goals.drop(columns="seconds"), plan.pitches, plan.spots)
    return "\n".join(t.to_csv(index=False, float_format="%.17g") for t in tables).encode()
