"""The demonstration city is what its script makes, and holds what it promises."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pitchplan import schemas

DATA = Path(__file__).parents[2] / "data"
CITY = DATA / "spring_city"
LAYERS = {
    "streets": schemas.STREETS,
    "centrelines": schemas.CENTRELINES,
    "footways": schemas.FOOTWAYS,
    "open_spaces": schemas.OPEN_SPACES,
    "buildings": schemas.BUILDINGS,
    "keep_clear": schemas.KEEP_CLEAR,
    "kerb_regulations": schemas.KERB_REGULATIONS,
    "communities": schemas.COMMUNITIES,
}
USABLE = ["square", "car-park", "market-place"]


@cache
def layer(name: str) -> gpd.GeoDataFrame:
    """Read a layer into the planning CRS."""
    return gpd.read_file(CITY / f"{name}.geojson").to_crs("EPSG:4548")


def test_script_writes_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(DATA / "make_spring_city.py"), str(tmp_path)], check=True)
    made = {p.name for p in tmp_path.iterdir()}
    assert made == {p.name for p in CITY.iterdir()}
    for name in sorted(made - {"harvest.xlsx"}):
        assert (tmp_path / name).read_bytes() == (CITY / name).read_bytes(), name


def test_all_files_together_are_small() -> None:
    assert sum(p.stat().st_size for p in CITY.iterdir()) <= 2_000_000


@pytest.mark.parametrize("name", LAYERS)
def test_layer_follows_its_schema(name: str) -> None:
    frame = layer(name)
    wanted = LAYERS[name].names
    assert [c for c in wanted if c in frame.columns] == list(frame.columns)
    assert {c.name for c in LAYERS[name].columns if c.required} <= set(frame.columns)
    schemas.check_table(pd.DataFrame(frame), LAYERS[name], name)
    assert frame.iloc[:, 0].is_unique
    assert frame.geometry.is_valid.all()
    assert set(frame.geom_type) <= {"Point", "LineString", "Polygon"}


def test_streets_are_a_city_centre() -> None:
    streets, axes = layer("streets"), layer("centrelines")
    assert 60 <= streets["name"].nunique() <= 80
    assert set(streets["street_class"]) == {"main", "secondary", "branch", "local", "lane"}
    assert 25_000 <= axes.length.sum() <= 40_000
    assert list(streets["street_id"]) == list(axes["street_id"])
    narrow = streets[streets["street_class"] == "lane"]["width_m"]
    assert narrow.max() < 4.0 + 2.2


def test_every_street_meets_another_in_a_shared_vertex() -> None:
    owners: dict[tuple[float, float], set[str]] = {}
    axes = gpd.read_file(CITY / "centrelines.geojson")
    for street, line in zip(axes["street_id"], axes.geometry, strict=True):
        for vertex in line.coords:
            owners.setdefault(vertex, set()).add(street)
    joined = [streets for streets in owners.values() if len(streets) > 1]
    assert set().union(*joined) == set(axes["street_id"])


def test_layers_lie_beside_each_other() -> None:
    paved = shapely.union_all(layer("streets").geometry.values)
    footways = layer("footways")
    walked = shapely.union_all(footways.geometry.values)
    open_ground = layer("open_spaces").union_all()
    buildings = layer("buildings").geometry
    rounding_m2 = 5.0
    assert walked.intersection(paved).area < rounding_m2
    assert footways.area.sum() - walked.area < rounding_m2
    for ground in (paved, walked, open_ground):
        assert buildings.intersection(ground).area.max() == 0.0
    bays = layer("kerb_regulations").query("kind == 'parking-bay'")
    assert bays.difference(paved).area.max() < 0.05


def test_counts() -> None:
    kinds = layer("open_spaces")["kind"].value_counts()
    assert kinds[USABLE].sum() >= 12
    assert {"park", "river", "lake", "hill"} <= set(kinds.index)
    buildings = layer("buildings")
    assert 900 <= len(buildings) <= 1800
    assert 90_000 <= buildings["residents"].sum() <= 120_000
    assert layer("keep_clear")["kind"].nunique() >= 9
    assert set(layer("kerb_regulations")["kind"]) == {
        "no-stopping", "parking-bay", "bus-lane", "loading-bay", "taxi-stand",
    }  # fmt: skip


def test_communities_tile_the_map() -> None:
    communities = layer("communities")
    assert 14 <= len(communities) <= 18
    assert communities["district"].nunique() == 3
    whole = communities.union_all()
    assert communities.area.sum() - whole.area < 0.1
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    homes = layer("buildings").set_geometry(layer("buildings").centroid)
    joined = homes.sjoin(communities[["community_id", "geometry"]])
    counted = joined.groupby("community_id")["residents"].sum()
    assert dict(counted) == dict(zip(communities["community_id"], communities["residents"], strict=True))


def test_last_years_spots_and_decisions() -> None:
    spots = pd.read_csv(CITY / "spots_2025.csv")
    assert list(spots) == ["number", "name", "address", "lon", "lat", "capacity"]
    assert len(spots) >= 25
    decisions = pd.read_csv(CITY / "decisions.csv")
    schemas.check_table(decisions, schemas.DECISIONS, "decisions")
    counts = decisions["what"].value_counts()
    assert counts[["keep", "forbid", "nominate"]].min() >= 3
    assert counts["waive"] >= 2
    assert decisions["rule"].notna().eq(decisions["what"] == "waive").all()
    assert decisions["reason_en"].notna().all()


def test_survey_is_what_the_script_draws_and_has_two_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DATA)
    harvest = importlib.import_module("spring_city_maker.harvest")
    rows = harvest.survey(np.random.default_rng([2026, 7]))
    assert (CITY / "harvest.csv").read_text(encoding="utf-8") == harvest.as_csv(rows)
    table = pd.read_csv(CITY / "harvest.csv")
    assert table["origin"].nunique() >= 22
    assert len(table) >= 26
    assert table["cultivation"].nunique() == 3
    present = harvest.vendors_present(rows)
    assert 95 <= present.max() <= 120
    early, late = int(present[:25].argmax()), 30 + int(present[30:].argmax())
    assert 28 <= late - early <= 45
    assert present[early:late].min() < 0.6 * min(present[early], present[late])


def test_season() -> None:
    season = tomllib.loads((CITY / "season.toml").read_text(encoding="utf-8"))
    assert str(season["first"]) == "2026-06-01"
    assert str(season["last"]) == "2026-08-20"
