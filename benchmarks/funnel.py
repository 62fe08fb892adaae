"""From every metre of kerb to bays: what each rule takes away, city by city, and pictures to look at.

    PITCHPLAN_DATA=... python benchmarks/funnel.py cambridge            # the funnel of one city
    PITCHPLAN_DATA=... python benchmarks/funnel.py helsinki out/        # and pictures of ten junctions
    PITCHPLAN_DATA=... python benchmarks/funnel.py cambridge out/ --at=-71.0871,42.3733 --half-m 30
    PITCHPLAN_DATA=... python benchmarks/funnel.py helsinki out/ --book chaohu-2019 --half-m 60

The pictures show carriageways (hatched: not on the ground), footways, buildings, axes, features to keep
clear of, every kerb position by the first rule that refuses it (green: none does) and the bays in their
true size.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from cities import CITIES, SEASON
from matplotlib import colormaps
from matplotlib import pyplot as plt

import pitchplan as pp

_LEGAL = "#0a9a3c"


def funnel(city: pp.City, found: pp.Candidates) -> pd.DataFrame:
    """Count places, refusals and bays by placement.

    Returns
    -------
    pandas.DataFrame
        A row per step, a column per placement: positions, refused by each rule and by it alone, legal,
        bays, runs, and the share of bays whose street's width is assumed.
    """
    seen, pitches = found.looked_at, found.pitches
    placement = np.array([u.placement for u in seen.uses])
    out = {}
    for name in dict.fromkeys(placement.tolist()):
        mine = placement[seen.use] == name
        rows = mine[seen.place]
        alone = np.bincount(seen.place, minlength=len(seen))[seen.place] == 1
        count = {"positions": int(mine.sum())}
        for number, rule in enumerate(seen.rules):
            broken = rows & (seen.rule == number)
            if broken.any():
                count[f"  {rule}"] = f"{broken.sum()} ({(broken & alone).sum()} alone)"
        bays = pitches[pitches["placement"] == name]
        runs = bays["run_id"].nunique()
        count |= {"legal": int((mine & seen.legal).sum()), "bays": len(bays), "runs": runs}
        assumed = (bays["width_status"] == "assumed").mean() if len(bays) else 0.0
        out[name] = count | {"bays on assumed widths": f"{assumed:.0%}"}
    order = ["positions", *(f"  {r}" for r in seen.rules), "legal", "bays", "runs", "bays on assumed widths"]
    table = pd.DataFrame(out)
    return table.reindex([r for r in order if r in table.index]).fillna("")


def first_rule(found: pp.Candidates) -> np.ndarray:
    """Give the number of the first rule that refuses each place, -1 where none does."""
    seen = found.looked_at
    first = np.full(len(seen), len(seen.rules))
    np.minimum.at(first, seen.place, seen.rule.astype(np.intp))
    return np.where(first == len(seen.rules), -1, first)


def boxes(table: pd.DataFrame) -> np.ndarray:
    """Draw pitches as they would be painted."""
    angle = np.radians(table["bearing_deg"].to_numpy())
    along = np.stack([np.sin(angle), np.cos(angle)], axis=1) * table["length_m"].to_numpy()[:, None] / 2
    across = np.stack([np.cos(angle), -np.sin(angle)], axis=1) * table["width_m"].to_numpy()[:, None] / 2
    centre = table[["x_m", "y_m"]].to_numpy()
    corners = [centre - along - across, centre + along - across, centre + along + across]
    return shapely.polygons(np.stack([*corners, centre - along + across], axis=1))


def draw(city: pp.City, found: pp.Candidates, at: tuple[float, float], half_m: float, path: Path) -> None:
    """Draw one window of a city into a file."""
    x, y = at
    window = shapely.box(x - half_m, y - half_m, x + half_m, y + half_m)
    _, ax = plt.subplots(figsize=(10, 10))
    ground(city, window, ax)
    places(found, window, ax)
    ax.set_xlim(x - half_m, x + half_m)
    ax.set_ylim(y - half_m, y + half_m)
    ax.set_aspect("equal")
    lon, lat = gpd.GeoSeries([shapely.Point(x, y)], crs=city.crs).to_crs(4326).iloc[0].coords[0]
    ax.set_title(f"{path.stem}: {lon:.5f}, {lat:.5f} ({x:.0f}, {y:.0f})", fontsize=8)
    ax.tick_params(labelsize=6)
    ax.legend(loc="upper left", fontsize=6, markerscale=3, framealpha=0.9)
    plt.savefig(path, dpi=100, bbox_inches="tight")
    plt.close()


def ground(city: pp.City, window: shapely.Polygon, ax: plt.Axes) -> None:
    """Draw what lies on the ground."""
    level, bridge = city.streets["level"], {"facecolor": "none", "edgecolor": "#cc0000", "hatch": "//"}
    layers = [
        (city.open_spaces, {"color": "#d8efcf", "edgecolor": "#8fbf7f"}),
        (city.footways, {"color": "#f6e3c2", "edgecolor": "#d6b983", "linewidth": 0.4}),
        (city.streets[level == 0], {"color": "#dcdcdc", "edgecolor": "#555555"}),
        (city.streets[level != 0], bridge),
        (city.buildings, {"color": "#c9b8a8", "edgecolor": "#8a7767", "linewidth": 0.4}),
        (city.centrelines, {"color": "#3355ff", "linewidth": 0.7, "linestyle": "--"}),
        (city.keep_clear, {"color": "#b000b0", "markersize": 12, "alpha": 0.4}),
    ]
    for frame, style in layers:
        near = frame[frame.intersects(window)] if len(frame) else frame
        if len(near):
            near.plot(ax=ax, **style)
    for row in city.keep_clear[city.keep_clear.intersects(window)].itertuples():
        middle = row.geometry.representative_point()
        if window.contains(middle):
            ax.annotate(row.kind, (middle.x, middle.y), fontsize=4.5, color="#700070")


def places(found: pp.Candidates, window: shapely.Polygon, ax: plt.Axes) -> None:
    """Draw kerb positions by the rule that refuses them, and bays."""
    seen, first = found.looked_at, first_rule(found)
    west, south, east, north = window.bounds
    inside = (seen.x_m > west) & (seen.x_m < east) & (seen.y_m > south) & (seen.y_m < north)
    colour = colormaps["tab20"]
    for number in np.unique(first[inside]).tolist():
        mine = inside & (first == number)
        name, paint = ("legal", _LEGAL) if number < 0 else (seen.rules[number], colour(number % 20))
        ax.scatter(seen.x_m[mine], seen.y_m[mine], s=5, color=[paint], label=f"{name} {mine.sum()}", zorder=4)
    bays = found.pitches
    bays = bays[bays["x_m"].between(west, east) & bays["y_m"].between(south, north)]
    if len(bays):
        frame = gpd.GeoSeries(boxes(bays))
        frame.plot(ax=ax, facecolor="#0a9a3c55", edgecolor="#064d1e", linewidth=0.9, zorder=5)


def junctions(city: pp.City, count: int, seed: int) -> list[tuple[float, float]]:
    """Draw junctions by lot."""
    frame = city.keep_clear[city.keep_clear["kind"] == "junction"]
    chosen = np.random.default_rng(seed).choice(len(frame), min(count, len(frame)), replace=False)
    return [(p.x, p.y) for p in frame.geometry.iloc[chosen].centroid]


def asked(city: pp.City, degrees: list[str]) -> list[tuple[float, float]]:
    """Bring "lon,lat" into the planning CRS."""
    points = [shapely.Point(*map(float, text.split(","))) for text in degrees]
    return [(p.x, p.y) for p in gpd.GeoSeries(points, crs=4326).to_crs(city.crs)]


def main() -> None:
    """Print the funnel of a city and draw its windows."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("city", choices=list(CITIES))
    p.add_argument("folder", nargs="?", type=Path, help="where pictures go; none are drawn without")
    p.add_argument("--book", default="jinan-2019")
    p.add_argument("--at", action="append", default=[], metavar="LON,LAT")
    p.add_argument("--count", type=int, default=10, help="junctions drawn by lot where no --at is given")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--half-m", type=float, default=60.0, help="half the side of a picture, metres")
    p.add_argument("--placements", help="separated by commas; what the book uses where not given")
    o = p.parse_args()
    city = CITIES[o.city]()
    where = o.placements.split(",") if o.placements else None
    found = pp.find_candidates(city, pp.rule_book(o.book), season=SEASON, placements=where)
    print(f"{o.city} by {o.book}: {len(city.streets)} carriageways, {len(city.centrelines)} axes")
    print(funnel(city, found).to_string())
    for row in found.not_applied.itertuples():
        print(f"  {row.rule}: {row.applied}")
    if o.folder:
        o.folder.mkdir(parents=True, exist_ok=True)
        for k, at in enumerate(asked(city, o.at) or junctions(city, o.count, o.seed)):
            draw(city, found, at, o.half_m, o.folder / f"{o.city}-{o.book}-{k:02d}.png")


if __name__ == "__main__":
    main()
