"""A made-up city in any size: a bent street grid with everything a rule book can ask for at its kerbs.

    python benchmarks/street_grid.py 8      # one line per layer of a grid of 8 by 8 blocks

Seeded, so that every run gets the same city. The numbers of features per block are guesses at a dense Asian
inner city; what matters is that most kerb positions get as far as the last rule.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import pitchplan as pp

CRS = "EPSG:32650"
BLOCK_M = 120.0
WIDTH_M = {"main": 14.0, "branch": 9.0, "local": 8.0}
FOOTWAY_M = 4.0
_ORIGIN = np.array([500_000.0, 4_050_000.0])

AT_KERB = {
    # kind: features per block, metres behind the kerb (least, most; in the carriageway where negative)
    "tree": (42, 0.8, 1.6),
    "entrance": (26, 2.5, 7.0),
    "utility-pole": (8, 0.3, 0.8),
    "manhole": (6, -5.0, -1.0),
    "bin": (5, 0.5, 1.5),
    "bench": (4, 1.5, 3.0),
    "hydrant": (4, 0.5, 1.0),
    "cabinet": (3, 0.5, 2.0),
    "signal": (2, 0.4, 0.8),
    "bus-stop": (1.5, 0.8, 2.0),
    "charging-point": (1, 0.4, 0.8),
    "station-exit": (0.05, 2.0, 5.0),
    "school-gate": (0.03, 3.0, 6.0),
    "hospital-gate": (0.02, 3.0, 6.0),
}
"""Points beside the kerbs."""

BOOK = """
[book]
id = "benchmark"
base = "jinan-2019"
""" + "".join(
    f"""
[[rule]]
id = "{kind}"
kind = "setback"
feature = "{kind}"
distance_m = {metres}
source = "made up for the benchmark"
origin = "ours"
"""
    for kind, metres in {
        "tree": 0.5,
        "utility-pole": 0.5,
        "manhole": 0.3,
        "bin": 1.0,
        "bench": 1.0,
        "cabinet": 1.5,
        "signal": 3.0,
        "charging-point": 3.0,
    }.items()
)
"""jinan-2019 and eight setbacks more."""


def book(folder: Path) -> pp.RuleBook:
    """Read the benchmark's rule book."""
    path = folder / "benchmark.toml"
    path.write_text(BOOK, encoding="utf-8")
    return pp.read_rule_book(path)


def setbacks_only(folder: Path) -> pp.RuleBook:
    """Read a book of the same setbacks and nothing else, blind to the side of the street."""
    full, path = book(folder), folder / "setbacks.toml"
    rows = "".join(
        f'\n[[rule]]\nid = "{r.id}"\nkind = "setback"\nfeature = "{r["feature"]}"\n'
        f'distance_m = {r["distance_m"]}\nsource = "as in benchmark"\norigin = "ours"\n'
        for r in full.rules
        if r.kind == "setback"
    )
    truck = full.vehicle("small-truck")
    sizes = "".join(f"{n} = {getattr(truck, n)}\n" for n in ("length_m", "width_m", "gap_m", "aisle_m"))
    vehicle = f'\n[[vehicle]]\nid = "small-truck"\n{sizes}source = "as in benchmark"\norigin = "ours"\n'
    path.write_text(f'[book]\nid = "setbacks"\n{vehicle}{rows}', encoding="utf-8")
    return pp.read_rule_book(path)


def frame(geometry: np.ndarray, **columns: object) -> gpd.GeoDataFrame:
    """Make a layer."""
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def nodes(blocks: int, rng: np.random.Generator) -> np.ndarray:
    """Place the crossings of a bent grid, shape (blocks + 1, blocks + 1, 2)."""
    at = np.stack(np.meshgrid(*[np.arange(blocks + 1)] * 2, indexing="ij"), axis=-1) * BLOCK_M
    return _ORIGIN + at + rng.uniform(-8, 8, at.shape)


def street_lines(at: np.ndarray) -> gpd.GeoDataFrame:
    """Draw one line per side of a block; every ninth street is a main one, every third a branch."""
    parts = []
    for axis, word in ((0, "East"), (1, "North")):
        start = at[:-1] if axis == 0 else at[:, :-1]
        end = at[1:] if axis == 0 else at[:, 1:]
        number = np.indices(start.shape[:2])[1 - axis].ravel()
        kind = np.where(number % 9 == 4, "main", np.where(number % 3 == 0, "branch", "local"))
        lines = shapely.linestrings(np.stack([start.reshape(-1, 2), end.reshape(-1, 2)], axis=1))
        width = np.array([WIDTH_M[k] for k in kind])
        parts.append(frame(lines, street_class=kind, name=[f"{word} {n}" for n in number], width_m=width))
    return pd.concat(parts, ignore_index=True)


def block_grounds(at: np.ndarray, lines: gpd.GeoDataFrame) -> np.ndarray:
    """Cut the carriageways out of the blocks between them."""
    corners = np.stack([at[:-1, :-1], at[1:, :-1], at[1:, 1:], at[:-1, 1:]], axis=2).reshape(-1, 4, 2)
    roads = shapely.buffer(lines.geometry.array, lines["width_m"].to_numpy() / 2, cap_style="square")
    out = shapely.polygons(corners)
    block, road = shapely.STRtree(roads).query(out, predicate="intersects")
    cut = [shapely.union_all(roads[road[block == b]]) for b in range(len(out))]
    return shapely.difference(out, np.array(cut, dtype=object))


def beside_kerbs(
    grounds: np.ndarray, per_block: float, least_m: float, most_m: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw points beside the blocks' kerbs, and the unit vectors that lead inward from there."""
    rings = shapely.get_exterior_ring(shapely.orient_polygons(grounds))
    chosen = rng.integers(0, len(rings), int(per_block * len(rings)))
    along = rng.uniform(0, 1, len(chosen)) * shapely.length(rings[chosen])
    here, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(rings[chosen], along + d)) for d in (0.0, 0.5)
    )
    way = ahead - here
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    inward = np.stack([-way[:, 1], way[:, 0]], axis=1)
    return here + inward * rng.uniform(least_m, most_m, (len(chosen), 1)), inward


def keep_clear(
    at: np.ndarray, lines: gpd.GeoDataFrame, grounds: np.ndarray, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Draw points, lines and polygons of sixteen kinds at the kerbs; junctions come of the lines."""
    made: dict[str, np.ndarray] = {
        kind: shapely.points(beside_kerbs(grounds, *numbers, rng)[0]) for kind, numbers in AT_KERB.items()
    }
    half = lines["width_m"].to_numpy() / 2
    axes = np.concatenate([lines.geometry.array, shapely.reverse(lines.geometry.array)])
    middle, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(axes, metres)) for metres in (12.0, 13.0)
    )
    across = np.stack([(middle - ahead)[:, 1], (ahead - middle)[:, 0]], axis=1) * np.tile(half, 2)[:, None]
    made["crossing"] = shapely.linestrings(np.stack([middle - across, middle + across], axis=1))
    edge, inward = beside_kerbs(grounds, 5, 0.0, 0.0, rng)
    made["driveway"] = shapely.buffer(
        shapely.linestrings(np.stack([edge, edge + inward * 6], axis=1)), 1.75, cap_style="flat"
    )
    edge, inward = beside_kerbs(grounds, 1, 0.0, 0.0, rng)
    made["fire-lane"] = shapely.linestrings(np.stack([edge, edge + inward * 20], axis=1))
    made["tactile-paving"] = shapely.get_exterior_ring(shapely.buffer(grounds, -2.0, join_style="mitre"))
    parts = [frame(shapes, kind=[kind] * len(shapes)) for kind, shapes in made.items()]
    return pd.concat(parts, ignore_index=True)


def buildings(grounds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Set a row of buildings around every block, some behind narrow footways."""
    depth = rng.uniform(1.8, 6.0, len(grounds))
    outer = shapely.buffer(grounds, -depth, join_style="mitre")
    inner = shapely.buffer(outer, -12.0, join_style="mitre")
    west, south, east, north = shapely.bounds(grounds).T
    shells, parts = shapely.difference(outer, inner), []
    for x, y in np.ndindex(4, 4):
        wide, high = (east - west) / 4, (north - south) / 4
        cell = shapely.box(
            west + x * wide + 1, south + y * high + 1, west + (x + 1) * wide - 1, south + (y + 1) * high - 1
        )
        parts.append(shapely.intersection(shells, cell))
    solid = shapely.get_parts(np.concatenate(parts))
    return solid[shapely.area(solid) > 20]


def kerb_regulations(grounds: np.ndarray, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Draw lines and bays along the kerbs, some of them at hours when nobody sells."""
    edge, inward = beside_kerbs(grounds, 3, -0.1, -0.1, rng)
    way = np.stack([inward[:, 1], -inward[:, 0]], axis=1) * 8
    lines = shapely.linestrings(np.stack([edge - way, edge + way], axis=1))
    kind = rng.choice(["no-stopping", "bus-lane", "bike-lane", "loading-bay", "taxi-stand"], len(lines))
    hours = np.where(rng.uniform(size=len(lines)) < 0.3, "22:00-05:00", "")
    return frame(lines, kind=kind, hours=hours)


def communities(at: np.ndarray, blocks: int, size: int = 4) -> gpd.GeoDataFrame:
    """Join blocks into communities that end at the axes of streets."""
    shapes = []
    for i in range(0, blocks, size):
        for j in range(0, blocks, size):
            a, b = min(i + size, blocks), min(j + size, blocks)
            ring = [*at[i : a + 1, j], *at[a, j + 1 : b + 1], *at[i:a, b][::-1], *at[i, j + 1 : b][::-1]]
            shapes.append(shapely.Polygon(ring))
    names = [f"community {k}" for k in range(len(shapes))]
    return frame(np.array(shapes), name=names, residents=np.full(len(shapes), 4000))


def street_grid(blocks: int, seed: int = 0) -> pp.City:
    """Make the city.

    Parameters
    ----------
    blocks : int
        Blocks on a side; a block has about 460 kerb positions for a small truck.
    seed : int
    """
    rng = np.random.default_rng(seed)
    at = nodes(blocks, rng)
    lines = street_lines(at)
    grounds = block_grounds(at, lines)
    footways = shapely.difference(grounds, shapely.buffer(grounds, -FOOTWAY_M, join_style="mitre"))
    squares = shapely.buffer(grounds[:: max(blocks, 9)], -30.0, join_style="mitre")
    return pp.read_city(
        streets=lines,
        footways=frame(footways),
        open_spaces={"square": frame(squares)},
        buildings=frame(buildings(grounds, rng)),
        keep_clear=keep_clear(at, lines, grounds, rng),
        kerb_regulations=kerb_regulations(grounds, rng),
        communities=communities(at, blocks),
        crs=CRS,
    )


if __name__ == "__main__":
    city = street_grid(int(sys.argv[1]))
    print(city)
    print(city.keep_clear["kind"].value_counts().to_string())
