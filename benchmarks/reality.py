"""Against reality: places where people sell or park today, and what the finder calls legal.

    PITCHPLAN_DATA=... python benchmarks/reality.py kerbs      # Cambridge's parking meters and kerb lines
    PITCHPLAN_DATA=... python benchmarks/reality.py vending    # real vending places, share and lift

Kerbs: the city surveyed its metered parking spaces on its own; they lie at kerbs, so that kerb lines found
from the carriageways must lie there too.

Vending: the share of real places within 25 m of a legal candidate, and how many times as often that is as at
kerb positions drawn by lot (whoever permits everything has a share of 1 and a lift of 1). Intervals are 95 %,
by bootstrap over places and draws; of fewer than ten places none is given.
"""

from __future__ import annotations

import json
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from cities import CITIES, DATA, SEASON
from scipy.spatial import cKDTree

import pitchplan as pp

NEAR_M = 25.0
DRAWS = 10_000
BOOKS = ("jinan-2019", "chaohu-2019", "kaifeng-2019", "nyc-general-vendor")
_FEW = 10
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def meters(crs: str) -> gpd.GeoDataFrame:
    """Read Cambridge's metered parking spaces that are in service."""
    frame = gpd.read_file(DATA / "cambridge_ma" / "TRAFFIC_MeteredParkingSpaces.geojson")
    return frame[frame["Status"] == "In Service"].to_crs(crs)


def kerbs() -> None:
    """Print how far parking spaces lie from kerb lines, places that were looked at, and legal ones."""
    city = CITIES["cambridge"]()
    found = pp.find_candidates(city, pp.rule_book("jinan-2019"), season=SEASON, placements=["kerbside"])
    spaces, ground = meters(city.crs), city.streets[city.streets["level"] == 0].union_all()
    middle = np.stack([spaces.centroid.x, spaces.centroid.y], axis=1)
    rows = {
        "edge to kerb line": spaces.distance(ground.boundary),
        "middle to kerb line": distance(ground, middle),
    }
    for name, table in (
        ("place looked at", found.places),
        ("legal place", found.places[found.places["legal"]]),
    ):
        rows[f"middle to {name}"] = cKDTree(table[["x_m", "y_m"]]).query(middle)[0]
    rows["middle to legal bay"] = cKDTree(found.pitches[["x_m", "y_m"]]).query(middle)[0]
    table = pd.DataFrame(rows).quantile(_QUANTILES).T.round(2)
    inside = ground.contains(shapely.points(middle))
    table.columns = [f"{q:.0%}" for q in _QUANTILES]
    print(f"{len(spaces)} parking spaces in service, the middle of {inside.mean():.1%} is on a carriageway")
    print("metres:")
    print(table.to_string())
    refused_by(found, middle)


def distance(ground: shapely.Geometry, points: np.ndarray) -> np.ndarray:
    """Measure points from the edge of the carriageways."""
    edges = shapely.get_rings(shapely.get_parts(ground))
    tree, shapes = shapely.STRtree(edges), shapely.points(points)
    return tree.query_nearest(shapes, return_distance=True, all_matches=False)[1]


def refused_by(found: pp.Candidates, points: np.ndarray) -> None:
    """Say which rules refuse the nearest place of each point."""
    seen = found.looked_at
    nearest = cKDTree(np.stack([seen.x_m, seen.y_m], axis=1)).query(points)[1]
    print(f"at the nearest place: legal {seen.legal[nearest].mean():.1%}", end="")
    for number, rule in enumerate(seen.rules):
        share = np.isin(nearest, seen.place[seen.rule == number]).mean()
        if share > 0.005:
            print(f", {rule} {share:.1%}", end="")
    print()


def german_markets() -> gpd.GeoSeries:
    """Read the weekly markets of 88 cities."""
    points = [
        shapely.Point(*map(float, feature["geometry"]["coordinates"]))
        for path in sorted((DATA / "german_markets" / "cities").glob("*.json"))
        for feature in json.loads(path.read_text(encoding="utf-8")).get("features", [])
    ]
    return gpd.GeoSeries(points, crs=4326)


def helsinki_places(crs: str) -> dict[str, np.ndarray]:
    """Read where OpenStreetMap knows people to sell in the centre of Helsinki."""
    path = DATA / "osm_helsinki" / "Helsinki.osm.pbf"
    layers = [gpd.read_file(path, layer=n, on_invalid="ignore") for n in ("points", "multipolygons")]
    frame = pd.concat(layers, ignore_index=True).to_crs(crs)
    tags, middle = frame["other_tags"].fillna(""), frame.geometry.representative_point()

    def has(key: str, value: str) -> pd.Series:
        own = frame[key] == value if key in frame else False
        return own | tags.str.contains(f'"{key}"=>"{value}"', regex=False)

    kinds = {
        "marketplaces": has("amenity", "marketplace"),
        "kiosks": has("shop", "kiosk"),
        "fast food": has("amenity", "fast_food"),
    }
    return {kind: np.stack([middle[m].x, middle[m].y], axis=1) for kind, m in kinds.items()}


def cambridge_places(crs: str) -> dict[str, np.ndarray]:
    """Read where Cambridge lets vehicles stand at the kerb; it publishes no vending places."""
    taxis = gpd.read_file(DATA / "cambridge_ma" / "LICENSE_TaxiCabStands.geojson").to_crs(crs)
    spaces = meters(crs).centroid
    return {
        "taxi stands (no vending)": np.stack([taxis.geometry.x, taxis.geometry.y], axis=1),
        "parking meters (no vending)": np.stack([spaces.x, spaces.y], axis=1),
    }


def lift(near: np.ndarray, by_lot: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """Give how many times as often places are near as kerbs drawn by lot, with a 95 % interval."""
    many = 2_000
    share = rng.binomial(len(near), near.mean(), many) / len(near)
    chance = rng.binomial(len(by_lot), by_lot.mean(), many) / len(by_lot)
    low, high = np.quantile(share / chance, [0.025, 0.975])
    return near.mean() / by_lot.mean(), low, high


def compare(name: str, city: pp.City, real: dict[str, np.ndarray], rng: np.random.Generator) -> None:
    """Print share and lift of the real places of one city by several books."""
    for preset in BOOKS:
        book = pp.rule_book(preset)
        found = pp.find_candidates(city, book, season=SEASON, vehicles=book.vehicles[0])
        table = found.places
        legal = cKDTree(table.loc[table["legal"], ["x_m", "y_m"]])
        kerb = table.loc[table["placement"] == "kerbside", ["x_m", "y_m"]].to_numpy()
        drawn = legal.query(kerb[rng.integers(len(kerb), size=DRAWS)])[0] <= NEAR_M
        for kind, points in real.items():
            near = legal.query(points)[0] <= NEAR_M
            ratio, low, high = lift(near, drawn, rng)
            interval = f"[{low:.2f}, {high:.2f}]" if len(points) >= _FEW else "too few"
            print(
                f"{name:10s} {preset:19s} {kind:28s} {len(points):5d} {near.mean():7.1%} {drawn.mean():7.1%} "
                f"{ratio:6.2f}  {interval}"
            )


def vending() -> None:
    """Print where the German markets fall, and share and lift of the places that fall in a city at hand."""
    rng, markets = np.random.default_rng(0), german_markets()
    cities = {name: read() for name, read in CITIES.items()}
    for name, city in cities.items():
        inside = markets.to_crs(city.crs).within(shapely.box(*city.bounds))
        print(f"{inside.sum()} of {len(markets)} German weekly markets lie in {name}")
    print(f"{'city':10s} {'book':19s} {'places':28s} {'n':>5s} {'share':>7s} {'by lot':>7s} {'lift':>6s}")
    compare("helsinki", cities["helsinki"], helsinki_places(cities["helsinki"].crs), rng)
    compare("cambridge", cities["cambridge"], cambridge_places(cities["cambridge"].crs), rng)


def main() -> None:
    """Run one subcommand."""
    works = {"kerbs": kerbs, "vending": vending}
    if len(sys.argv) != 2 or sys.argv[1] not in works:
        sys.exit(__doc__)
    works[sys.argv[1]]()


if __name__ == "__main__":
    main()
