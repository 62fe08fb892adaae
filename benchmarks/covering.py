"""Most residents within reach of p sites, at sizes that an exact solver does not close, and building alone.

    python benchmarks/covering.py                     # every case, and what stating costs per pair
    python benchmarks/covering.py 20k-200k 100-1M     # some
    python benchmarks/covering.py 1k-5k               # and spopt.locate beside it, where spopt is installed

Beside spopt: stating the problem has to take a 200th of the time, and the value found in 60 s has to be
at least the better of what spopt's model comes to with CBC and with HiGHS in 240 s each.

Random clustered points: demand with whole residents (about 200k at 5,000 points), candidate sites, and a
radius at which a demand point has about 15 sites; p is a twentieth of the sites. And few sites with a
million points. Each case in a process of its own; prints value, bound, gap, seconds and memory.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

import pitchplan as pp

sys.path.insert(0, str(Path(__file__).parent))
from measuring import in_fresh_process, peak_gb, say

CASES = {
    "1k-5k": (1_000, 5_000),
    "2k-20k": (2_000, 20_000),
    "5k-50k": (5_000, 50_000),
    "20k-200k": (20_000, 200_000),
    "100k-1M": (100_000, 1_000_000),
}
SECONDS = {"1k-5k": 60, "2k-20k": 60, "5k-50k": 60, "20k-200k": 60, "100k-1M": 240, "100-1M": 60}
"""Wall-clock seconds that each case may take."""
WITH_SPOPT, SPOPT_S = ("1k-5k",), 240
"""Cases that spopt (`pip install spopt==0.7`) can state, and the seconds that its solver may take."""
LEEWAY_S = 2.0
"""A search keeps its time within about so much, first imports among it: it is given that much less."""
SITES_PER_POINT = 15
CLUSTERED = 0.7


def clustered(n: int, centres: np.ndarray, spreads: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return n points in a unit square: most around the centres, the rest anywhere."""
    near = round(CLUSTERED * n)
    k = rng.integers(len(centres), size=near)
    points = centres[k] + rng.normal(size=(near, 2)) * spreads[k, None]
    return np.concatenate([points % 1.0, rng.random((n - near, 2))])


def covering(m: int, n: int, seed: int = 0) -> tuple[csr_array, np.ndarray, np.ndarray, np.ndarray, float]:
    """Return reach (n groups, m sites), residents, both sets of points and the radius."""
    rng = np.random.default_rng(seed)
    centres = rng.random((max(4, m // 50), 2))
    spreads = (0.5 + rng.random(len(centres))) / np.sqrt(len(centres)) / 2
    demand = clustered(n, centres, spreads, rng)
    sites = clustered(m, centres, spreads, rng)
    residents = rng.integers(10, 71, size=n)
    tree = cKDTree(sites)
    radius = radius_for(tree, demand[rng.choice(n, min(n, 5_000), replace=False)])
    parts = [np.empty(0, np.int32)]
    lengths = []
    for lo in range(0, n, 50_000):
        found = tree.query_ball_point(demand[lo : lo + 50_000], radius, return_sorted=True)
        lengths.append(np.array([len(f) for f in found]))
        parts.append(np.concatenate(found).astype(np.int32))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int32)
    indices = np.concatenate(parts)
    reach = csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(n, m))
    return reach, residents, demand, sites, radius


def radius_for(tree: cKDTree, sample: np.ndarray) -> float:
    """Return the radius at which a point of the sample has SITES_PER_POINT sites on average."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if tree.query_ball_point(sample, middle, return_length=True).mean() < SITES_PER_POINT:
            low = middle
        else:
            high = middle
    return high


def few_sites(m: int, n: int, seed: int = 0) -> tuple[csr_array, np.ndarray]:
    """Return reach and residents of n points in a square of 30 with m sites that cover within 5.5.

    After the larger instances of Cordeau, Furini and Ljubic (2019): points by lot, demand 1 to 100.
    """
    rng = np.random.default_rng(seed)
    points, sites = rng.uniform(0, 30, (n, 2)), rng.uniform(0, 30, (m, 2))
    near = cKDTree(sites).query_ball_point(points, 5.5, return_sorted=True)
    indptr = np.concatenate([[0], np.cumsum([len(k) for k in near])])
    indices = np.concatenate([np.asarray(k, dtype=np.int32) for k in near])
    reach = csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(n, m))
    return reach, rng.integers(1, 101, n)


def solve(case: str, seconds: str) -> None:
    """Solve one case with the public function."""
    if case == "100-1M":
        reach, residents = few_sites(100, 1_000_000)
        p = 10
    else:
        m, n = CASES[case]
        reach, residents, *_ = covering(m, n)
        p = m // 20
    made = peak_gb()
    wall, cpu = time.perf_counter(), time.process_time()
    found = pp.locate.mclp(reach, residents, p, time_limit_s=float(seconds) - LEEWAY_S)
    print(f"{case}, p={p}, {reach.nnz:,} pairs: {found}", flush=True)
    say(
        value=found.value,
        bound=found.bound,
        gap=found.gap,
        wall_s=time.perf_counter() - wall,
        cpu_s=time.process_time() - cpu,
        instance_gb=made,
        peak_gb=peak_gb(),
    )


def build(m: str, n: str) -> None:
    """State a problem of so many sites and demand points and hand it to HiGHS, without solving it."""
    from pitchplan.siting.classic import maximal_covering
    from pitchplan.siting.search.stages import staged
    from pitchplan.siting.sites import Sites
    from pitchplan.siting.solvers.highs import Relaxation

    reach, residents, *_ = covering(int(m), int(n))
    wall, cpu = time.perf_counter(), time.process_time()
    sites = Sites.read(reach, p=int(m) // 20)
    stated = maximal_covering(sites, residents.astype(float), None)
    stage = staged(stated.program, 0, [])
    arrays = time.process_time() - cpu
    Relaxation(stage.stage)
    loaded, build_s = time.process_time() - cpu, time.perf_counter() - wall
    say(pairs=reach.nnz, arrays_s=arrays, loaded_s=loaded, build_s=build_s, peak_gb=peak_gb())


def spopt(case: str, solver: str, seconds: str) -> None:
    """Solve one case with spopt.locate, where it is installed."""
    import pulp
    from spopt.locate import MCLP

    m, n = CASES[case]
    reach, residents, *_ = covering(m, n)
    far = 1.0 - reach.toarray()
    began = time.perf_counter()
    model = MCLP.from_cost_matrix(far, residents, service_radius=0.5, p_facilities=m // 20)
    built = time.perf_counter() - began
    limit = {"timeLimit": float(seconds), "msg": False}
    # spopt speaks of a model cut by the clock as of one that has no solution; the values are in it.
    model.problem.solve(pulp.PULP_CBC_CMD(**limit) if solver == "cbc" else pulp.HiGHS(**limit))
    opened = np.array([round(pulp.value(v) or 0) for v in model.fac_vars], dtype=bool)
    assert opened.sum() <= m // 20, "more sites than asked for"
    say(
        value=float(residents[reach[:, opened].sum(axis=1) > 0].sum()),
        build_s=built,
        wall_s=time.perf_counter() - began,
    )


def beside_spopt(case: str, found: dict[str, float]) -> None:
    """Print what stating and solving a case come to with spopt, and whether both promises hold."""
    m, n = CASES[case]
    own = in_fresh_process(__file__, "build", str(m), str(n))["build_s"]
    print(f"stated and loaded by pitchplan in {own:.4f} s", flush=True)
    theirs = {}
    for solver in ("cbc", "highs"):
        theirs[solver] = in_fresh_process(__file__, "spopt", case, solver, str(SPOPT_S))
        print(f"spopt, {solver}: {theirs[solver]}", flush=True)
    faster = min(t["build_s"] for t in theirs.values()) / own
    better = max(t["value"] for t in theirs.values())
    print(f"building {faster:.0f} times faster (200 promised): {_kept(faster >= 200)}")
    value, took = found["value"], found["wall_s"]
    holds = _kept(value >= better and took <= SECONDS[case])
    print(f"value {value:,.0f} in {took:.1f} s, better of spopt's {better:,.0f}: {holds}", flush=True)


def _kept(holds: bool) -> str:
    return "kept" if holds else "BROKEN"


def main() -> None:
    words = sys.argv[1:]
    if words and words[0] in STEPS:
        STEPS[words[0]](*words[1:])
        return
    cases = {k: v for k, v in SECONDS.items() if not words or k in words}
    for case, seconds in cases.items():
        found = in_fresh_process(__file__, "solve", case, str(seconds))
        print(found, flush=True)
        if case in WITH_SPOPT and find_spec("spopt"):
            beside_spopt(case, found)
    if words and "build" not in words:
        return
    took = []
    for n in (10_000, 30_000, 100_000, 300_000, 1_000_000):
        got = in_fresh_process(__file__, "build", str(n // 10), str(n))
        took.append((got["pairs"], got["loaded_s"]))
        each = got["loaded_s"] / got["pairs"] * 1e6
        print(
            f"{got['pairs']:>12,.0f} pairs stated and loaded in {got['loaded_s']:.2f} s: {each:.3f} us each"
        )
    pairs, seconds_taken = np.log(np.array(took)).T
    print(f"growth exponent {np.polyfit(pairs, seconds_taken, 1)[0]:.2f}")


STEPS = {"solve": solve, "build": build, "spopt": spopt}

if __name__ == "__main__":
    main()
