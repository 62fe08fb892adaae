"""How the finder grows: real street networks whole, from ten thousand positions to six million.

    PITCHPLAN_DATA=... python benchmarks/scale.py growth      # Douala: connected parts of 10k to all
    PITCHPLAN_DATA=... python benchmarks/scale.py jinan       # Jinan: from files to candidates
    PITCHPLAN_DATA=... python benchmarks/scale.py polygons    # Cambridge: carriageway polygons alone

CPU seconds and peak memory, each in a process of its own. No width is known in Douala or Jinan. Douala's
local streets are taken 7 m wide, so that most places are legal and bays are laid (at the assumed 6 m the
fire lane refuses nearly all: the last row); Jinan's widths are those that are assumed by class.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
from cities import DATA, SEASON, jinan
from measuring import cpu_of, held_gb, in_fresh_process, keep, kept, peak_gb, say
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

import pitchplan as pp

LENGTHS_KM = (4.7, 4.7, 4.7, 47, 47, 470, 1_880, 4_000)
"""Streets of each part, km; a kilometre has about 2,100 positions."""

_LARGE = 5_000


def douala() -> gpd.GeoDataFrame:
    """Read Douala's segments, local streets 7 m wide."""
    lines = gpd.read_parquet(DATA / "scale_networks" / "douala_809_streets.parquet").to_crs("EPSG:32632")
    local = lines["highway"].isin(["residential", "unclassified"])
    return lines.assign(width_m=np.where(local, 7.0, np.nan))


def part_of(lines: gpd.GeoDataFrame, length_km: float, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Take the nearest segments around a point drawn by lot, as many as hang together."""
    middle = lines.geometry.iloc[int(rng.integers(len(lines)))].centroid
    order = np.argsort(lines.distance(middle).to_numpy(), kind="stable")
    reach = np.cumsum(lines.length.to_numpy()[order]) / 1000
    near = lines.iloc[order[: int(np.searchsorted(reach, length_km)) + 1]]
    codes = np.unique(near[["u", "v"]].to_numpy(), return_inverse=True)[1].reshape(-1, 2)
    graph = coo_array((np.ones(len(near)), codes.T), shape=(codes.max() + 1,) * 2)
    label = connected_components(graph, directed=False)[1][codes[:, 0]]
    return near[label == np.bincount(label).argmax()]


def measure(path: str) -> None:
    """Find the candidates of the city in a file."""
    city, book, find = kept(path), pp.rule_book("jinan-2019"), pp.find_candidates
    held = held_gb()
    seconds, found = cpu_of(lambda: find(city, book, season=SEASON))
    say(seconds=seconds, peak=peak_gb() - held, positions=found.screened, bays=len(found.pitches))


def row_of(part: gpd.GeoDataFrame, folder: Path) -> tuple[float, float]:
    """Print one row of the table, of small parts the median of three; give positions and seconds."""
    keep(folder / "city.pkl", pp.read_city(streets=part))
    many = 3 if len(part) < _LARGE else 1
    runs = [in_fresh_process(__file__, "measure", str(folder / "city.pkl")) for _ in range(many)]
    one, cpu = runs[0], statistics.median(r["seconds"] for r in runs)
    numbers = f"{len(part):8d} {one['positions']:10.0f} {one['bays']:8.0f} {cpu:6.2f}"
    print(f"{numbers} {one['positions'] / cpu:12.0f} {max(r['peak'] for r in runs):18.2f}", flush=True)
    return one["positions"], cpu


def growth(folder: Path) -> None:
    """Print CPU seconds and memory by size, and the exponent of growth."""
    lines, rng = douala(), np.random.default_rng(0)
    print("segments  positions     bays  CPU s  positions/s  GB above the city")
    parts = [part_of(lines, length, rng) for length in LENGTHS_KM]
    x, y = np.log([row_of(part, folder) for part in parts]).T
    large = x > np.log(50_000)
    all_sizes, from_100k = np.polyfit(x, y, 1)[0], np.polyfit(x[large], y[large], 1)[0]
    print(f"exponent {all_sizes:.2f} from 10k on, {from_100k:.2f} from 100k on")
    print("widths as assumed by class, 6 m for local streets:")
    row_of(parts[-2].drop(columns="width_m"), folder)


def read_and_find() -> None:
    """Go from Jinan's files to candidates and count everything since the process began."""
    city = jinan()
    found = pp.find_candidates(city, pp.rule_book("jinan-2019"), season=SEASON)
    km, many = city.centrelines.length.sum() / 1000, {"positions": found.screened, "bays": len(found.pitches)}
    say(seconds=time.process_time(), peak=peak_gb(), km=km, **many)


def whole_jinan() -> None:
    """Print CPU seconds and memory from files to candidates, imports and reading included."""
    runs = [in_fresh_process(__file__, "read-and-find") for _ in range(3)]
    one, cpu = runs[0], statistics.median(r["seconds"] for r in runs)
    print(f"{one['km']:.0f} km, {one['positions']:.0f} positions, {one['bays']:.0f} bays")
    print(f"files to candidates {cpu:.1f} CPU s, {max(r['peak'] for r in runs):.2f} GB in all")


def polygons() -> None:
    """Find the candidates of Cambridge's carriageway polygons, nothing else known."""
    roads = DATA / "cambridge_ma" / "BASEMAP_Roads.topojson"
    city, book = pp.read_city(streets=roads, assume_crs="EPSG:4326"), pp.rule_book("jinan-2019")
    runs = [cpu_of(lambda: pp.find_candidates(city, book, season=SEASON)) for _ in range(3)]
    seconds, found = statistics.median(s for s, _ in runs), runs[0][1]
    counts = f"{found.legal} legal, {len(found.pitches)} bays, {len(found.clashes)} clashes"
    print(f"{found.screened} positions, {counts}")
    print(f"{seconds:.2f} CPU s, {found.screened / seconds:.0f} positions/s")


def main() -> None:
    """Run one subcommand."""
    words = sys.argv[1:]
    if words[:1] == ["measure"]:
        measure(words[1])
    elif words == ["growth"]:
        with tempfile.TemporaryDirectory() as folder:
            growth(Path(folder))
    elif len(words) == 1 and words[0] in _WORKS:
        _WORKS[words[0]]()
    else:
        sys.exit(__doc__)


_WORKS = {"jinan": whole_jinan, "read-and-find": read_and_find, "polygons": polygons}


if __name__ == "__main__":
    main()
