"""Most residents within reach of p sites, at sizes that an exact solver does not close.

    python benchmarks/covering.py 20k-200k --clock 60

Random clustered points: demand with whole residents (about 200k at 5,000 points), candidate sites, and a
radius at which a demand point has about 15 sites. Prints value, bound, gap, seconds and memory.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

CASES = {
    "1k-5k": (1_000, 5_000),
    "2k-20k": (2_000, 20_000),
    "5k-50k": (5_000, 50_000),
    "20k-200k": (20_000, 200_000),
    "100k-1M": (100_000, 1_000_000),
}
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=list(CASES))
    parser.add_argument("--clock", type=float, default=60.0)
    parser.add_argument("--effort", type=int, default=None)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--instance", type=int, default=0)
    parser.add_argument("--log", action="store_true")
    asked = parser.parse_args()
    from pitchplan.siting.solvers.large import cover_most

    m, n = CASES[asked.case]
    reach, residents, *_ = covering(m, n, asked.instance)
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    options = {} if asked.effort is None else {"effort": asked.effort}
    wall, cpu = time.perf_counter(), time.process_time()
    found = cover_most(
        reach, residents, m // 20, clock_s=asked.clock, seed=asked.seed, log=asked.log, **options
    )
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{asked.case}: {found.value:,} of {residents.sum():,}, bound {found.bound:,.0f}, "
        f"gap {(found.bound - found.value) / found.value:.3%}, finished {found.finished}, "
        f"wall {wall:.1f} s, CPU {cpu:.1f} s, peak {peak:.0f} MB (instance {made:.0f} MB)"
    )


if __name__ == "__main__":
    main()
