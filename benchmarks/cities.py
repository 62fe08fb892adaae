"""The real cities that the benchmarks share, from the folder that PITCHPLAN_DATA names.

    PITCHPLAN_DATA=... python benchmarks/cities.py        # one line per city: what was read

Nothing of these files belongs to the project; each city's source and licence stand beside its files.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pitchplan as pp

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PITCHPLAN_DATA", ROOT.parent / "shared" / "data"))
SEASON = pp.Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 17:00-21:00")


def helsinki() -> pp.City:
    """Read the centre of Helsinki, everything that OpenStreetMap has of it."""
    return pp.read_osm(DATA / "osm_helsinki" / "Helsinki.osm.pbf")


def cambridge() -> pp.City:
    """Read Cambridge, Massachusetts: carriageway polygons, axes, kerb features, neighbourhoods."""
    folder = DATA / "cambridge_ma"
    keep_clear = {
        "hydrant": "INFRA_Hydrants.geojson",
        "bus-stop": "TRANS_BusShelters.geojson",
        "school-gate": "LANDMARK_PublicSchools.geojson",
        "hospital-gate": "HEALTH_Hospitals.geojson",
        "crossing": "DPW_PedestrianRamps.geojson",
        "station-exit": "TRANS_SubwayHeadhouses.geojson",
        "driveway": "BASEMAP_Driveways.topojson",
    }
    return pp.read_city(
        streets=folder / "BASEMAP_Roads.topojson",
        assume_crs="EPSG:4326",
        centrelines=folder / "TRANS_Centerlines.geojson",
        communities=folder / "BOUNDARY_CDDNeighborhoods.geojson",
        columns={"centrelines.street_class": "MajorRoad", "centrelines.name": "Street"},
        classes={"2": "main", "1": "secondary", "0": "local", "": "local"},
        open_spaces={"square": folder / "BASEMAP_Plazas.geojson"},
        keep_clear={kind: folder / name for kind, name in keep_clear.items()},
        kerb_regulations={"taxi-stand": folder / "LICENSE_TaxiCabStands.geojson"},
        repair="any",
    )


def jinan() -> pp.City:
    """Read Jinan: directed edges with a class and nothing else, so that every width is assumed."""
    return pp.read_city(streets=DATA / "jinan_osm_streets" / "edges.shp", assume_crs="EPSG:4326")


CITIES: dict[str, Callable[[], pp.City]] = {"cambridge": cambridge, "helsinki": helsinki, "jinan": jinan}


def main() -> None:
    """Read every city once."""
    for name, read in CITIES.items():
        began = time.process_time()
        city = read()
        print(f"{name}, {time.process_time() - began:.1f} CPU s: {city!r}\n")


if __name__ == "__main__":
    main()
