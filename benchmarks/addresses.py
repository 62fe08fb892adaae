"""How fast address lines are written.

python benchmarks/addresses.py     # microseconds of CPU per run, median of five, 40,000 runs
"""

from __future__ import annotations

import statistics
import time

import pandas as pd

import pitchplan as pp
from pitchplan.candidates.addresses.lines import address_lines

_COPIES = 88


def main() -> None:
    """Write the lines of Spring City's runs, many times over."""
    spring = pp.datasets.spring_city()
    found = pp.find_candidates(spring.city, spring.book, season=spring.season)
    runs, seconds = pd.concat([found.runs] * _COPIES, ignore_index=True), []
    for _ in range(5):
        began = time.process_time()
        address_lines(runs, found.gazetteer)
        seconds.append(time.process_time() - began)
    print(f"{len(runs)} runs, {1e6 * statistics.median(seconds) / len(runs):.1f} microseconds each")


if __name__ == "__main__":
    main()
