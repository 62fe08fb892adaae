"""Published location problems with known answers, solved and proven through the public functions.

    PITCHPLAN_DATA=... python benchmarks/published.py      # pmed 1 to 20, SJC324, SJC402, San Francisco

Each line: instance, published optimum, ours, outcome, CPU seconds. Ends with an error where an answer
differs or is not proven. The same readers feed `tests/siting/test_locate.py`.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

import pitchplan as pp

sys.path.insert(0, str(Path(__file__).parent))
from cities import DATA

FOLDER = DATA / "location_instances"
SF_PEOPLE = 955_113


@dataclass(frozen=True)
class Published:
    """An instance: what to solve, and the published optimum with how far it is rounded."""

    name: str
    problem: str
    given: tuple[Any, ...]
    optimum: float
    within: float = 0.5

    def solve(self, **options: Any) -> pp.locate.Location:
        """Solve it with the public function."""
        found: pp.locate.Location = getattr(pp.locate, self.problem)(*self.given, **options)
        return found


def pmed(number: int) -> Published:
    """Read an OR-Library p-median: edges, of which the last of a pair counts, and shortest paths."""
    lines = (FOLDER / "pmed" / f"pmed{number}.txt").read_text().split("\n")
    (size, _, p), *edges = [[int(n) for n in line.split()] for line in lines if line.strip()]
    length = np.full((size, size), np.inf)
    for a, b, metres in edges:
        length[a - 1, b - 1] = length[b - 1, a - 1] = metres
    optima = dict(
        line.split() for line in (FOLDER / "pmed" / "pmedopt.txt").read_text().split("\n")[1:] if line
    )
    return Published(
        f"pmed{number}", "p_median", (floyd_warshall(length), None, p), float(optima[f"pmed{number}"])
    )


def sjc() -> Iterator[Published]:
    """Read SJC324 and SJC402: covered within 800 m, every p that has a proven optimum."""
    with (FOLDER / "mclp_sjc" / "optimal.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            text = (FOLDER / "mclp_sjc" / f"{row['instance']}.txt").read_text().split("\n")
            x, y, demand = np.array([[float(n) for n in t.split()[:3]] for t in text[1:] if t.strip()]).T
            cover = np.hypot(x[:, None] - x, y[:, None] - y) <= float(row["radius"])
            name = f"{row['instance']} p={row['p']}"
            yield Published(
                name, "mclp", (cover, demand, int(row["p"])), float(row["optimal_covered_demand"])
            )


def san_francisco() -> Iterator[Published]:
    """Read spopt's San Francisco: 16 stores, 205 census tracts, network distances."""
    with (
        FOLDER / "spopt_sf" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    ).open() as file:
        rows = list(csv.DictReader(file))
    tracts = sorted({r["DestinationName"] for r in rows})
    stores = sorted({r["name"] for r in rows})
    metres, people = np.zeros((len(tracts), len(stores))), np.zeros(len(tracts))
    for r in rows:
        tract = tracts.index(r["DestinationName"])
        metres[tract, stores.index(r["name"])] = float(r["distance"])
        people[tract] = float(r["demand"])
    near = metres <= 5000
    yield Published("San Francisco lscp 5 km", "lscp", (near,), 8)
    yield Published("San Francisco mclp p=4", "mclp", (near, people, 4), 875_247)
    yield Published("San Francisco p-median p=4", "p_median", (metres, people, 4), 2_848_268_129.71, 0.01)


def every() -> Iterator[Published]:
    """Yield every instance."""
    yield from (pmed(k) for k in range(1, 21))
    yield from sjc()
    yield from san_francisco()


def main() -> None:
    """Solve every instance and compare."""
    wrong = 0
    for one in every():
        began = time.process_time()
        found = one.solve(time_limit_s=300.0)
        seconds = time.process_time() - began
        same = abs(found.value - one.optimum) <= one.within and found.outcome == "PROVEN"
        wrong += not same
        print(
            f"{one.name:<28} {one.optimum:>16,.2f} {found.value:>16,.2f} {found.outcome:<8}"
            f" {seconds:6.2f} s  {found.solver}{'' if same else '  DIFFERS'}",
            flush=True,
        )
    if wrong:
        raise SystemExit(f"{wrong} answers differ")


if __name__ == "__main__":
    main()
