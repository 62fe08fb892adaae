"""A million kerb positions against 34 rules, and against what one would write with GeoDataFrames.

    python benchmarks/screening.py find        # CPU seconds and memory of find_candidates
    python benchmarks/screening.py sjoin       # against one sjoin per setback, the rectangles given
    python benchmarks/screening.py pipeline    # against points along lines, buffers and sjoins

The city is `street_grid`. Every number is CPU seconds (`time.process_time`), ours the median of
three; memory is the peak above what the process held when the city was there.

`sjoin` is given the rectangles of every place that a setback is asked for; a join with `dwithin` tells
only whether it is refused, `sjoin_nearest` also by which feature and how far off that is.
`find_candidates` makes its own rectangles, keeps the nearest feature and its distance, and lays bays; its
time is taken whole, by a book of nothing but the setbacks and by the full one. Both must refuse the same
places, but for those within 0.01 mm of a limit (a bearing is kept in single precision).

`pipeline` goes the whole way for the streets of a window: a point every metre of every kerb line, a bay
around it, one sjoin with buffered features per rule, the clear widths by a ray from the middle. Rates are
compared. It reads the same layers and leaves out facing pitches, runs and reasons.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pipeline
from cities import SEASON
from measuring import cpu_of, held_gb, in_fresh_process, keep, kept, peak_gb, say
from scipy.spatial import cKDTree
from street_grid import book, setbacks_only, street_grid

import pitchplan as pp
from pitchplan.candidates.find import UNFIT

BLOCKS = 45
WINDOW_M = 1_700.0
RUNS = 3
_MARGIN_M = 0.001
_SAME_M = 1e-5


def measure(path: str) -> None:
    """Look at the city of a file once, in this process."""
    city = kept(path)
    full, find = book(Path(path).parent), pp.find_candidates
    held = held_gb()
    seconds, found = cpu_of(lambda: find(city, full, season=SEASON))
    missing = list(found.not_applied["rule"])
    assert not missing, f"not applied: {missing}"
    peak = peak_gb() - held
    say(seconds=seconds, peak=peak, positions=found.screened, legal=found.legal, bays=len(found.pitches))


def find(folder: Path) -> None:
    """Print CPU seconds and memory of the finder."""
    city, full = street_grid(BLOCKS), book(folder)
    keep(folder / "city.pkl", city)
    runs = [in_fresh_process(__file__, "measure", str(folder / "city.pkl")) for _ in range(RUNS)]
    one, seconds = runs[0], statistics.median(r["seconds"] for r in runs)
    kinds = city.keep_clear["kind"].nunique()
    print(f"{one['positions']:.0f} positions, {len(full.rules)} rules, none of them not applied")
    print(f"{len(city.keep_clear)} keep-clear features of {kinds} kinds; {one['legal']:.0f} legal places")
    print(f"find_candidates  {seconds:6.1f} CPU s   {one['positions'] / seconds:8.0f} positions/s")
    print(f"memory           {max(r['peak'] for r in runs):6.2f} GB at most above the city")


def rectangles(found: pp.Candidates, which: np.ndarray, crs: str) -> gpd.GeoDataFrame:
    """Draw kerb positions from their centres and bearings."""
    seen = found.looked_at
    angle = np.radians(seen.bearing_deg[which].astype(np.float64))
    along = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    sizes = np.array([(u.vehicle.length_m, u.vehicle.width_m) for u in seen.uses])[seen.use[which]]
    centre = np.stack([seen.x_m[which], seen.y_m[which]], axis=1)
    return gpd.GeoDataFrame(geometry=pipeline.bays(centre, along, *sizes.T), crs=crs)


def asked(found: pp.Candidates) -> np.ndarray:
    """Give the places that setbacks were asked of: a bay fits there, and its street's class lets it stand."""
    seen = found.looked_at
    name = np.array(seen.rules)[seen.rule]
    early = np.isin(name, list(UNFIT)) | ((name == "main-street") & (seen.measured == 0))
    out = np.ones(len(seen), dtype=bool)
    out[seen.place[early]] = False
    return np.flatnonzero(out)


def joined(boxes: gpd.GeoDataFrame, city: pp.City, rules: list) -> dict[str, np.ndarray]:
    """Refuse rectangles by one sjoin per setback."""
    out = {}
    for rule in rules:
        features = city.keep_clear[city.keep_clear["kind"] == rule["feature"]][["geometry"]]
        near = boxes.sjoin(features, predicate="dwithin", distance=rule["distance_m"] + _MARGIN_M)
        out[rule.id] = near.index.unique().to_numpy()
    return out


def require_same(
    found: pp.Candidates, which: np.ndarray, boxes: gpd.GeoDataFrame, city: pp.City, rules: list, near: dict
) -> int:
    """Give the refusals both found; fail where they differ by more than the rounding of a bearing."""
    seen, total = found.looked_at, 0
    for rule in rules:
        ours = seen.place[seen.rule == seen.rules.index(rule.id)]
        theirs = which[near[rule.id]]
        total += len(theirs)
        differ = np.setxor1d(ours, theirs)
        features = city.keep_clear[city.keep_clear["kind"] == rule["feature"]].geometry
        for place in differ.tolist():
            box = boxes.geometry.iloc[int(np.searchsorted(which, place))]
            away = features.distance(box).min() - rule["distance_m"] - _MARGIN_M
            assert abs(away) < _SAME_M, (rule.id, place, away)
    return total


def nearest(boxes: gpd.GeoDataFrame, city: pp.City, rules: list) -> dict[str, gpd.GeoDataFrame]:
    """Refuse rectangles by one sjoin_nearest per setback, which keeps the feature and its distance."""
    out = {}
    for rule in rules:
        features = city.keep_clear[city.keep_clear["kind"] == rule["feature"]][["feature_id", "geometry"]]
        reach = rule["distance_m"] + _MARGIN_M
        out[rule.id] = boxes.sjoin_nearest(features, max_distance=reach, distance_col="measured")
    return out


def compare(city: pp.City, rule_book: pp.RuleBook, rules: list) -> None:
    """Print CPU seconds of the finder, and of the joins over the places it asked setbacks of."""
    runs = [cpu_of(lambda: pp.find_candidates(city, rule_book, season=SEASON)) for _ in range(RUNS)]
    ours, found = statistics.median(s for s, _ in runs), runs[-1][1]
    which = asked(found)
    boxes = rectangles(found, which, city.crs)
    plain, near = cpu_of(lambda: joined(boxes, city, rules))
    full, _ = cpu_of(lambda: nearest(boxes, city, rules))
    print(f"{len(which)} rectangles, {len(rules)} setbacks; find_candidates by {rule_book.id}")
    print(f"  find_candidates, whole      {ours:6.1f} CPU s")
    print(f"  sjoin, refused or not       {plain:6.1f} CPU s   ratio {plain / ours:.1f}")
    print(f"  sjoin_nearest, by how much  {full:6.1f} CPU s   ratio {full / ours:.1f}")
    if rule_book.id == "setbacks":
        same = require_same(found, which, boxes, city, rules, near)
        print(f"  {same} refusals, the same places on both sides")


def sjoin(folder: Path) -> None:
    """Print the ratio of joins per setback to the finder, by setbacks alone and by all rules."""
    city, only = street_grid(BLOCKS), setbacks_only(folder)
    compare(city, only, list(only.rules))
    compare(city, book(folder), list(only.rules))


def truth(found: pp.Candidates, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell what the finder says of points: legal or not, and whether its places within 1 m agree."""
    seen = found.looked_at
    legal = seen.legal
    tree = cKDTree(np.stack([seen.x_m, seen.y_m], axis=1))
    around = tree.query_ball_point(points, 1.0)
    known = np.array([len(a) > 0 and (legal[a].all() or not legal[a].any()) for a in around])
    said = np.array([bool(len(a)) and bool(legal[a[0]]) for a in around])
    return said, known


def against_pipeline(folder: Path) -> None:
    """Print the ratio of a planner's own pipeline to the finder, and where the two disagree."""
    city, full = street_grid(BLOCKS), book(folder)
    seconds, found = cpu_of(lambda: pp.find_candidates(city, full, season=SEASON, placements=["kerbside"]))
    part = pipeline.window(city, WINDOW_M)
    theirs, (points, legal) = cpu_of(lambda: pipeline.screen(part, full))
    said, known = truth(found, points)
    rate, other = found.screened / seconds, len(points) / theirs
    print(f"{len(points)} positions of the pipeline in a window of {WINDOW_M:.0f} m")
    print(f"  find_candidates   {seconds:6.1f} CPU s for {found.screened}: {rate:8.0f} positions/s")
    print(f"  pipeline          {theirs:6.1f} CPU s for {len(points)}: {other:8.0f} positions/s")
    print(f"  ratio             {rate / other:6.1f}")
    allowed, sound = known & legal, known & said
    print(f"  it allows {allowed.sum()}, {(allowed & ~said).sum()} of them wrongly")
    print(f"  it refuses {(sound & ~legal).sum()} of {sound.sum()} legal ones")
    print(f"  not compared, since places within 1 m differ: {(~known).sum()}")


def main() -> None:
    """Run one subcommand."""
    works = {"find": find, "sjoin": sjoin, "pipeline": against_pipeline}
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if word == "measure":
        measure(sys.argv[2])
    elif word in works:
        with tempfile.TemporaryDirectory() as folder:
            works[word](Path(folder))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
