"""The whole way on two real cities: seconds, peak memory, and what the plan is worth.

    PITCHPLAN_DATA=... python benchmarks/real_cities.py [helsinki] [cambridge]

Runs `examples/real_streets.py` on the files of the folder that PITCHPLAN_DATA names. No city publishes
a harvest survey, so both borrow the demonstration city's.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PITCHPLAN_DATA", ROOT.parent / "shared" / "data"))


def helsinki() -> list[str]:
    """Centrelines with lanes, footways and buildings of OpenStreetMap; no communities, no residents."""
    layers = f"{DATA / 'osm_helsinki' / 'derived_layers.gpkg'}|layername="
    on_square = "place='square' AND layer IS NULL"
    return [
        *("--streets", f"{layers}streets", "--buildings", f"{layers}buildings"),
        *("--footways", f"{layers}footways|subset=layer IS NULL OR layer='0'"),
        *("--open-spaces", f"square={layers}pedestrian_areas|subset={on_square}"),
        *("--open-spaces", f"car-park={layers}amenity_areas|subset=amenity='parking'"),
        *("--keep-clear", f"crossing={layers}crossings", "--keep-clear", f"bus-stop={layers}bus_stops"),
        *("--keep-clear", f"hydrant={layers}hydrants"),
        *("--keep-clear", f"entrance={layers}entrances|subset=railway IS NULL"),
        *("--keep-clear", f"station-exit={layers}entrances|subset=railway='subway_entrance'"),
        *("--title", "Helsinki melon map", "--publisher", "Helsinki (trial)"),
        *("--source-note", "© OpenStreetMap contributors, ODbL"),
    ]


def cambridge() -> list[str]:
    """Road polygons with islands and bridges, axes, kerb features, neighbourhoods; no residents."""
    folder = DATA / "cambridge_ma"
    return [
        *("--streets", f"{folder / 'BASEMAP_Roads.topojson'}", "--assume-crs", "EPSG:4326"),
        *("--centrelines", f"{folder / 'TRANS_Centerlines.geojson'}"),
        *("--communities", f"{folder / 'BOUNDARY_CDDNeighborhoods.geojson'}"),
        *("--column", "centrelines.street_class=MajorRoad", "--column", "centrelines.name=Street"),
        *("--street-class", "2=main", "--street-class", "1=secondary"),
        *("--street-class", "0=local", "--street-class", "=local"),
        *("--keep-clear", f"hydrant={folder / 'INFRA_Hydrants.geojson'}"),
        *("--keep-clear", f"bus-stop={folder / 'TRANS_BusShelters.geojson'}"),
        *("--keep-clear", f"school-gate={folder / 'LANDMARK_PublicSchools.geojson'}"),
        *("--keep-clear", f"hospital-gate={folder / 'HEALTH_Hospitals.geojson'}"),
        *("--keep-clear", f"crossing={folder / 'DPW_PedestrianRamps.geojson'}"),
        *("--keep-clear", f"station-exit={folder / 'TRANS_SubwayHeadhouses.geojson'}"),
        *("--kerb-regulations", f"metered-parking={folder / 'TRAFFIC_MeteredParkingSpaces.geojson'}"),
        *("--kerb-regulations", f"taxi-stand={folder / 'LICENSE_TaxiCabStands.geojson'}"),
        *("--title", "Cambridge melon map", "--publisher", "Cambridge (trial)"),
        *("--source-note", "City of Cambridge GIS, PDDL 1.0"),
    ]


def main() -> None:
    """Run the cities that are named, or both."""
    cities = {"helsinki": helsinki, "cambridge": cambridge}
    for name in sys.argv[1:] or list(cities):
        with tempfile.TemporaryDirectory() as out:
            harvest = ROOT / "data" / "spring_city" / "harvest.csv"
            script = [sys.executable, str(ROOT / "examples" / "real_streets.py")]
            began = time.monotonic()
            subprocess.run([*script, *cities[name](), "--harvest", str(harvest), "--out", out], check=True)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
            print(f"{name}: {time.monotonic() - began:.0f} s, peak {peak:.2f} GB so far\n")


if __name__ == "__main__":
    main()
