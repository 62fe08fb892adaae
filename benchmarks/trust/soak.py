"""Long use in one process: whether memory grows, files or threads stay open, or a plan breaks a rule.

    python benchmarks/trust/soak.py                # 500 plans
    python benchmarks/trust/soak.py --plans 60

Random towns, books and seasons of `towns.py`, each planned, audited, drawn as GeoJSON and HTML, written and
read back. A fifth of the plans warms the process up, then the median memory of the last fifth is held against
that of the fifth after the warm-up. It ends with 1 where memory grew by more than 5 %, a file or thread was
left, or the audit found a breach.

Memory is what the process holds after a collection, without what the C library keeps of freed memory for the
next solve: that is as large as the largest solve needed, and is used again. To give it back, the process
starts itself once more with one arena for all threads: the memory of others is not given back by glibc.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import statistics
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
from towns import draw_town

import pitchplan as pp

MOST_GROWTH = 0.05
ONE_ARENA = "MALLOC_ARENA_MAX"


def held_mb() -> float:
    """Return the memory this process holds, megabytes."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files() -> int:
    """Count this process's open files."""
    return len(list(Path("/proc/self/fd").iterdir()))


def one(seed: int, folder: Path) -> str:
    """Make one plan and everything of it; say what became of it."""
    rng = np.random.default_rng(seed)
    town = draw_town(rng)
    found = town.find()
    vendors = int(rng.integers(1, 13))
    try:
        problem = pp.siting_problem(found, town.city, vendors=vendors)
        plan = problem.solve(time_limit_s=2.0)
        if rng.random() < 0.3:
            plan = problem.solve_weeks([vendors] * len(town.season.weeks), time_limit_s=1.0)
    except (pp.NoPlanExists, pp.NonePlanFound) as error:
        return type(error).__name__
    audit = pp.audit_plan(plan, town.city, town.book)
    sheet = pp.map_sheet(plan, town.city, title="图", publisher="局", audit=audit)
    path = pp.write(sheet, folder / "map.geojson")
    pp.write(sheet, folder / "map.html")
    assert len(pp.read_plan(path).pitches) == len(plan.pitches)
    if len(audit.breaches):
        return "BREACH"
    return "plan" if len(plan.pitches) else "empty plan"


def main() -> int:
    """Make the plans and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=int, default=500)
    options = parser.parse_args()
    if ONE_ARENA not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, ONE_ARENA: "1"})
    words: dict[str, int] = {}
    held, files, threads = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.plans):
            word = one(seed, Path(folder))
            words[word] = words.get(word, 0) + 1
            held.append(held_mb())
            files.append(open_files())
            threads.append(threading.active_count())
    fifth = max(1, options.plans // 5)
    early, late = statistics.median(held[fifth : 2 * fifth]), statistics.median(held[-fifth:])
    growth = late / early - 1
    left = files[-1] - files[fifth], threads[-1] - threads[fifth]
    print(", ".join(f"{n} {word}" for word, n in sorted(words.items())))
    print(f"memory {early:.0f} to {late:.0f} MB: {growth:+.1%}; files left {left[0]}, threads left {left[1]}")
    return int(growth > MOST_GROWTH or max(left) > 0 or "BREACH" in words)


if __name__ == "__main__":
    sys.exit(main())
