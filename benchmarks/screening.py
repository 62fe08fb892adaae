"""How fast places are screened, against the way one would write it first with GeoDataFrames.

    python benchmarks/screening.py

Both screen the same places of Spring City against every setback rule of jinan-2019. The first baseline
is one `GeoDataFrame.sjoin` with `dwithin` per kind of feature, which keeps no distance; the second
is `GeoDataFrame.apply`, on a sample. CPU seconds, median of three runs; all masks must agree.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np

import pitchplan as pp
from pitchplan.candidates.bays import kerbside_places
from pitchplan.candidates.kerbs import kerb_lines
from pitchplan.rules.kinds import setback
from pitchplan.rules.rule import MARGIN_M

_SAMPLE = 400


def median_cpu(work: Callable[[], object], runs: int = 3) -> float:
    """Give the median CPU seconds of a function."""
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def main() -> None:
    """Print CPU seconds and ratios."""
    spring = pp.datasets.spring_city()
    city, rules = spring.city, [r for r in spring.book.rules if r.kind == "setback" and r["side"] == "any"]
    kerbs = kerb_lines(city.streets)
    places, bend, _ = kerbside_places(city, kerbs, spring.book.vehicle("small-truck"), spring.season)
    places = places.take(bend < 0.4)
    frame = gpd.GeoDataFrame(geometry=places.rectangles, crs=city.crs)
    features = {r.id: city.keep_clear[city.keep_clear["kind"] == r["feature"]] for r in rules}

    def ours() -> np.ndarray:
        fresh = places.take(np.arange(len(places)))
        return np.logical_or.reduce([setback.screen(r, fresh, city).refused for r in rules])

    def joined() -> np.ndarray:
        out = np.zeros(len(frame), dtype=bool)
        for rule in rules:
            near = frame.sjoin(
                features[rule.id][["geometry"]], predicate="dwithin", distance=rule["distance_m"] + MARGIN_M
            )
            out[near.index.unique()] = True
        return out

    def applied() -> np.ndarray:
        sample = frame.iloc[:_SAMPLE]
        refused = np.zeros(len(sample), dtype=bool)
        for rule in rules:
            asked, shapes = rule["distance_m"] + MARGIN_M, features[rule.id].geometry
            refused |= sample.geometry.apply(
                lambda g, s=shapes, d=asked: (s.distance(g) < d).any()
            ).to_numpy()
        return refused

    assert np.array_equal(ours(), joined())
    assert np.array_equal(ours()[:_SAMPLE], applied())
    a, b = median_cpu(ours), median_cpu(joined)
    c = median_cpu(applied, 1) * len(frame) / _SAMPLE
    print(f"{len(places)} places, {len(rules)} setback rules")
    print(f"pitchplan, nearest feature and distance kept   {a:8.2f} s   {len(places) / a:10.0f} places/s")
    print(f"sjoin per kind of feature, refused or not      {b:8.2f} s   ratio {b / a:.1f}")
    print(f"GeoDataFrame.apply, from {_SAMPLE} places            {c:8.2f} s   ratio {c / a:.0f}")


if __name__ == "__main__":
    main()
