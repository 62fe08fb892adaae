"""The example scripts as a planner runs them: their outputs, and every way they can be fed wrongly."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE

import geopandas as gpd
import pytest
import shapely

import pitchplan as pp

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FILES = {"map.geojson", "map.html", "map.png", "map.pdf", "spots.csv", "audit.txt", "provenance.json"}
X, Y = 500_000.0, 4_057_000.0
HEADER = (
    "origin,crop,cultivation,area_mu,yield_jin_per_mu,loss_share,city_share,load_t,selling_t_per_day,"
    "first_day,peak_day,last_day,gateway"
)
ROW = "柳林,西瓜,露地,{area},6000,0.1,0.05,1.5,0.6,2026-06-10,2026-07-05,2026-08-01,{gateway}"


def run(script, *options):
    command = [sys.executable, str(EXAMPLES / script), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


def layer(path, shapes, crs="EPSG:4548", **columns):
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_file(path, driver="GPKG")
    return path


@pytest.fixture
def town(tmp_path):
    """Lay out a street, a hydrant, a community and a survey, in a folder with a space and Chinese."""
    folder = tmp_path / "城 市"
    folder.mkdir()
    layer(
        folder / "streets.gpkg",
        [shapely.box(X, Y - 5, X + 300, Y + 5)],
        name=["甲路"],
        street_class=["local"],
    )
    layer(
        folder / "axes.gpkg",
        [shapely.LineString([(X, Y), (X + 300, Y)])],
        name=["甲路"],
        street_class=["local"],
    )
    layer(folder / "hydrants.gpkg", [shapely.Point(X + 100, Y + 6)])
    around = shapely.box(X - 50, Y - 50, X + 350, Y + 50)
    layer(folder / "communities.gpkg", [around], name=["社区"], district=["区"], residents=[3000])
    write_survey(folder)
    return folder


def write_survey(folder, area="100", gateway="北", header=HEADER, row=ROW):
    text = f"{header}\n{row.format(area=area, gateway=gateway)}\n"
    (folder / "harvest.csv").write_text(text, encoding="utf-8")


def town_options(town, **changed):
    given = {
        "streets": town / "streets.gpkg",
        "centrelines": town / "axes.gpkg",
        "communities": town / "communities.gpkg",
        "keep-clear": f"hydrant={town / 'hydrants.gpkg'}",
        "harvest": town / "harvest.csv",
        "time-limit": 10,
        "out": town / "out",
        **{k.replace("_", "-"): v for k, v in changed.items()},
    }
    return [part for name, value in given.items() if value is not None for part in (f"--{name}", value)]


def test_a_town_of_ones_own_gives_every_file(town):
    done = run("real_streets.py", *town_options(town))
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (town / "out").iterdir()} == FILES
    published = json.loads((town / "out" / "map.geojson").read_text(encoding="utf-8"))
    spots = list(csv.DictReader((town / "out" / "spots.csv").read_text(encoding="utf-8-sig").splitlines()))
    kinds = [f["properties"]["kind"] for f in published["features"]]
    assert kinds.count("spot") == len(spots) >= 1
    assert kinds.count("pitch") == sum(int(s["capacity"]) for s in spots)
    assert "Breaches: none" in (town / "out" / "audit.txt").read_text(encoding="utf-8")
    assert "not applied" in done.stdout
    assert "hydrant" in done.stdout


def test_more_vendors_than_places_is_a_stated_shortfall(town):
    write_survey(town, area="90000")
    done = run("real_streets.py", *town_options(town))
    assert done.returncode == 0, done.stderr
    assert "vendors without one" in done.stdout


def test_no_legal_pitch_at_all_is_a_stated_shortfall(town):
    layer(
        town / "axes.gpkg", [shapely.LineString([(X, Y), (X + 300, Y)])], name=["甲路"], street_class=["main"]
    )
    layer(
        town / "streets.gpkg", [shapely.box(X, Y - 5, X + 300, Y + 5)], name=["甲路"], street_class=["main"]
    )
    done = run("real_streets.py", *town_options(town))
    assert "Traceback" not in done.stderr
    assert "NoPlanExists" in done.stderr or "vendors without one" in done.stdout
    assert "main-street" in done.stdout


def drop_crs(town):
    frame = gpd.read_file(town / "streets.gpkg")
    frame = frame.rename(columns={"street_class": "class"})  # a Shapefile's names have ten letters
    frame.to_file(town / "streets.shp", encoding="utf-8")
    (town / "streets.prj").unlink()
    return {"streets": town / "streets.shp"}


def nan_geometry(town):
    data = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[117, 36], [117.1, float("nan")], [117.1, 36.1], [117, 36]]],
                },
            }
        ],
    }
    (town / "streets.geojson").write_text(json.dumps(data))
    return {"streets": town / "streets.geojson"}


def empty_layer(town):
    (town / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    return {"communities": town / "none.geojson"}


def survey(**changes):
    def change(town):
        write_survey(town, **changes)
        return {}

    return change


BAD = {
    "missing file": (lambda town: {"streets": town / "nowhere.gpkg"}, ["nowhere.gpkg", "does not exist"]),
    "missing column": (survey(header=HEADER.replace("area_mu", "remark")), ["harvest.csv", "area"]),
    "negative area": (survey(area="-20"), ["harvest.csv", "row 2", "area_mu", "-20"]),
    "unknown unit": (survey(header=HEADER.replace("area_mu", "area_acre")), ["area_acre", "area_mu"]),
    "area that is no number": (survey(area="viel"), ["row 2", "area_mu", "viel"]),
    "NaN geometry": (nan_geometry, ["streets.geojson", "row 1", "not a number"]),
    "no CRS": (drop_crs, ["streets.shp", "states no CRS", "assume_crs"]),
    "empty layer": (empty_layer, ["none.geojson", "empty"]),
    "gateway the city lacks": (lambda town: {"gateways": "东,西"}, ["北", "东, 西"]),
    "unknown rules": (lambda town: {"rules": "atlantis"}, ["atlantis", "jinan-2019"]),
    "season backwards": (lambda town: {"season": "2026-08-01,2026-06-01"}, ["ends before it begins"]),
    "unknown paper": (lambda town: {"paper": "B7"}, ["B7", "A3"]),
    "option without kind": (lambda town: {"keep_clear": "hydrants.gpkg"}, ["name=value"]),
    "column that is not there": (lambda town: {"column": "streets.width_m=PAVE"}, ["PAVE"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_error_and_no_file(town, case):
    change, words = BAD[case]
    done = run("real_streets.py", *town_options(town, **change(town)))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("InputError: "), done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert not (town / "out").exists()


def test_helsinki_from_centrelines_to_the_sheet(real_data, tmp_path):
    source = f"{real_data / 'osm_helsinki' / 'derived_layers.gpkg'}|layername="
    done = run(
        "real_streets.py",
        *(
            "--streets",
            f"{source}streets",
            "--footways",
            f"{source}footways|subset=layer IS NULL OR layer='0'",
        ),
        *("--buildings", f"{source}buildings", "--keep-clear", f"crossing={source}crossings"),
        *("--open-spaces", f"square={source}pedestrian_areas|subset=place='square' AND layer IS NULL"),
        *("--keep-clear", f"bus-stop={source}bus_stops", "--keep-clear", f"hydrant={source}hydrants"),
        *("--keep-clear", f"entrance={source}entrances", "--time-limit", 3, "--out", tmp_path / "out"),
        *("--harvest", EXAMPLES.parent / "data" / "spring_city" / "harvest.csv"),
    )
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES
    assert "square cells of 500 m stand in" in done.stdout
    assert "rest on an assumed street width" in done.stdout
    assert "no breaches" in done.stdout


def test_cambridge_from_road_polygons_to_the_sheet(real_data, tmp_path):
    folder = real_data / "cambridge_ma"
    done = run(
        "real_streets.py",
        *(
            "--streets",
            folder / "BASEMAP_Roads.topojson",
            "--centrelines",
            folder / "TRANS_Centerlines.geojson",
        ),
        *("--communities", folder / "BOUNDARY_CDDNeighborhoods.geojson", "--assume-crs", "EPSG:4326"),
        *("--column", "centrelines.street_class=MajorRoad", "--column", "centrelines.name=Street"),
        *("--street-class", "2=main", "--street-class", "1=secondary", "--street-class", "=local"),
        *("--street-class", "0=local", "--keep-clear", f"hydrant={folder / 'INFRA_Hydrants.geojson'}"),
        *("--keep-clear", f"school-gate={folder / 'LANDMARK_PublicSchools.geojson'}"),
        *("--keep-clear", f"bus-stop={folder / 'TRANS_BusShelters.geojson'}"),
        *("--keep-clear", f"crossing={folder / 'DPW_PedestrianRamps.geojson'}"),
        *("--kerb-regulations", f"taxi-stand={folder / 'LICENSE_TaxiCabStands.geojson'}"),
        *("--time-limit", 3, "--out", tmp_path / "out"),
        *("--harvest", EXAMPLES.parent / "data" / "spring_city" / "harvest.csv"),
    )
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES
    report = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert int(report["island"][3]) > 10_000
    assert int(report["hydrant"][2]) == 1960
    assert "no breaches" in done.stdout


@pytest.mark.parametrize("wait_s", [0.4, 1.5, None])
def test_ctrl_c_is_one_line_and_keeps_the_best_plan(tmp_path, wait_s):
    """No traceback and nothing left behind; pressed in the search (None), the best plan so far is kept."""
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    out.mkdir()
    scratch.mkdir()
    (out / "map.pdf").write_bytes(b"of an earlier run")
    command = [sys.executable, "-c", PRESSED] if wait_s is None else [sys.executable]
    command += [str(EXAMPLES / "watermelon_map.py"), "--out", str(out), "--time-limit", "5"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, env=environment) as running:
        if wait_s is not None:
            time.sleep(wait_s)
            running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=180)
    assert running.returncode == 130, said
    assert said[0] == ""
    assert said[1].startswith("Stopped (Ctrl-C).")
    assert said[1].count("\n") == 1
    assert list(scratch.iterdir()) == []
    assert (out / "map.pdf").read_bytes() == b"of an earlier run"
    kept = {p.name for p in out.iterdir()} - {"map.pdf"}
    assert kept == ({"best_so_far.geojson"} if wait_s is None else set())
    if wait_s is None:
        plan = pp.read_plan(out / "best_so_far.geojson")
        assert plan.outcome == "INTERRUPTED"
        assert f"with {len(plan.pitches)} pitches, audit: no breaches" in said[1]


PRESSED = """
import os, runpy, signal, sys, threading
from pathlib import Path

sys.argv = sys.argv[1:]
sys.path.insert(0, str(Path(sys.argv[0]).parent))
import pitchplan.siting.search.solve as searching

seek, stages = searching._seek, []

def seek_and_press(program, stage, *rest):
    stages.append(stage)
    if len(stages) == 2:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    return seek(program, stage, *rest)

searching._seek = seek_and_press
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Run an example and press Ctrl-C half a second after its second goal is begun."""
