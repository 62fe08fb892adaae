"""What becomes of each broken or odd file of the nasty collection, as a Markdown table.

    PITCHPLAN_DATA=... python benchmarks/nasty_table.py

Every file is read as the streets of a city, or as a whole city where it is an OpenStreetMap extract.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from pathlib import Path

import pitchplan as pp
from pitchplan.files.reading import read_layer

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PITCHPLAN_DATA", ROOT.parent / "shared" / "data"))
SUFFIXES = frozenset(
    [
        *(".geojson", ".json", ".topojson", ".gpkg", ".shp", ".fgb", ".kml", ".zip", ".parquet", ".pbf"),
        *(".osm", ".csv", ".gml", ".gpx", ".seq", ""),
    ]
)
"""Suffixes of files a planner may take for a map; parts of shapefiles and texts are none."""


def nasty_files(folder: Path) -> list[Path]:
    """List the files to try, in order."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in SUFFIXES)


def _refused(step: str, error: pp.PitchplanError) -> str:
    first = str(error.faults[0] if isinstance(error, pp.InputError) else error)
    return f"refused by {step}: {type(error).__name__}: {first}"


def outcome(path: Path) -> str:
    """Say what becomes of a file; anything but a PitchplanError escapes."""
    if path.suffix in (".pbf", ".osm"):
        try:
            return f"city: {len(pp.read_osm(path).streets)} streets"
        except pp.PitchplanError as error:
            return _refused("read_osm", error)
    try:
        features = len(read_layer(path))
    except pp.PitchplanError as error:
        return _refused("read_layer", error)
    try:
        streets = len(pp.read_city(streets=path, assume_crs="EPSG:4326").streets)
    except pp.PitchplanError as error:
        return f"read: {features} features; {_refused('read_city', error)}"
    return f"city: {features} features read, {streets} streets"


def main() -> None:
    """Print the table and how many files there are of each outcome."""
    nasty = DATA / "nasty"
    if not nasty.is_dir():
        sys.exit(f"no folder {nasty}: set PITCHPLAN_DATA")
    warnings.simplefilter("ignore")
    rows = [(p.relative_to(nasty).as_posix(), outcome(p)) for p in nasty_files(nasty)]
    print("| file | outcome |\n|---|---|")
    for name, text in rows:
        clean = text.replace(f"{nasty}{os.sep}", "").replace("|", "\\|")
        print(f"| {name} | {clean} |")
    counts = Counter(text.split(":")[0] for _, text in rows)
    print("\n" + ", ".join(f"{n} {what}" for what, n in counts.most_common()) + f"; {len(rows)} files.")


if __name__ == "__main__":
    main()
