"""CPU seconds and peak memory, each measurement in a fresh process so that peaks do not mix."""

from __future__ import annotations

import gc
import json
import pickle
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def cpu_of(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the CPU seconds of a call, and what it returned."""
    begin = time.process_time()
    out = work()
    return time.process_time() - begin, out


def median_cpu(work: Callable[[], Any], runs: int = 3) -> float:
    """Give the median CPU seconds of several calls."""
    return statistics.median(cpu_of(work)[0] for _ in range(runs))


def held_gb() -> float:
    """Give the resident memory of this process, GB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e9


def peak_gb() -> float:
    """Give the greatest resident memory this process ever had, GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def keep(path: Path, what: object) -> None:
    """Put something in a file for another process of the same benchmark."""
    path.write_bytes(pickle.dumps(what, protocol=5))


def kept(path: str | Path) -> Any:
    """Take from a file what `keep` put there."""
    with Path(path).open("rb") as file:
        return pickle.load(file)


def in_fresh_process(script: str, *words: str) -> dict[str, float]:
    """Run a subcommand of a script in a process of its own, and read the JSON line it ends with."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script, *words], check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def say(**numbers: float) -> None:
    """Print numbers as the JSON line that `in_fresh_process` reads."""
    print(json.dumps(numbers))
