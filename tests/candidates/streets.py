"""Small cities with known answers."""

import geopandas as gpd
import numpy as np
import shapely

import pitchplan as pp

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0
SEASON = pp.Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 17:00-21:00")


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def straight_city(width=10.0, length=200.0, street_class="local", **layers):
    """One straight street from west to east, its axis, and one community around it."""
    half = width / 2
    axis = shapely.LineString([(X, Y), (X + length, Y)])
    around = shapely.box(X - 100, Y - 100, X + length + 100, Y + 100)
    return pp.read_city(
        streets=frame(
            [shapely.box(X, Y - half, X + length, Y + half)], name=["甲路"], street_class=[street_class]
        ),
        centrelines=frame(
            [axis], street_id=["s"], name=["甲路"], name_en=["Jia Lu"], street_class=[street_class]
        ),
        communities=layers.pop(
            "communities",
            frame([around], name=["社区"], district=["区"], residents=[1000], community_id=["c"]),
        ),
        **layers,
    )


def bent_city(seed, **layers):
    """Make a few random curving streets that cross."""
    rng = np.random.default_rng(seed)
    axes = []
    for k in range(5):
        t = np.linspace(0, 1, 30)
        wave = 25 * np.sin(2 * np.pi * (t * rng.uniform(0.5, 1.5) + rng.uniform()))
        along, off = 400 * t, 60 + 70 * k + wave
        axes.append(
            shapely.LineString(np.stack([X + along, Y + off] if k % 2 else [X + off, Y + along], axis=1))
        )
    names = [f"{w}路" for w in "甲乙丙丁戊"]
    widths = rng.choice([6.0, 7.5, 9.0, 12.0], 5)
    lines = frame(axes, name=names, street_class=["local"] * 5, width_m=widths, street_id=list("abcde"))
    return pp.read_city(streets=lines, cell_m=200, **layers)


def only(*rule_ids):
    """Keep some rules of the preset."""
    book = pp.rule_book("jinan-2019")
    return book.without(*(r.id for r in book.rules if r.id not in rule_ids))
