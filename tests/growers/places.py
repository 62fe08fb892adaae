"""Small cities, plans and growers to drive between."""

import dataclasses
import heapq

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan.city.layers import City

CRS = "EPSG:4548"
ORIGIN = np.array([500_000.0, 4_056_000.0])
PRIVATE = {
    "name": ["张三丰", "李四光", "王五妹", "赵六顺"],
    "phone": ["13800138001", "13800138002", "13800138003", "13800138004"],
    "id_number": ["370102197001011234", "370102198002022345", "37010219900303345X", "370102196504044567"],
}

SECRETS = [cell for cells in PRIVATE.values() for cell in cells]


def streets(*lines, oneway="", level=0, street_class="local"):
    """Make centrelines; oneway, level and class one for all or one for each."""
    n = len(lines)
    columns = {
        "street_id": [f"S{k}" for k in range(n)],
        "street_class": np.broadcast_to(np.array(street_class, dtype=object), n),
        "oneway": np.broadcast_to(np.array(oneway, dtype=object), n),
        "level": np.broadcast_to(np.array(level), n).astype(np.int64),
    }
    shapes = [shapely.LineString(np.asarray(line, dtype=float) + ORIGIN) for line in lines]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def zones(*rows):
    """Make truck-ban zones of (vehicles, hours, west, south, east, north)."""
    shapes = [shapely.box(*(np.array(r[2:]) + np.tile(ORIGIN, 2))) for r in rows]
    columns = {
        "zone_id": [f"Z{k}" for k in range(len(rows))],
        "kind": ["truck-ban"] * len(rows),
        "vehicles": [r[0] for r in rows],
        "hours": [r[1] for r in rows],
        "level": np.zeros(len(rows), dtype=np.int64),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def city_of(centrelines, *bans):
    """Make a city of streets and zones alone."""
    empty = gpd.GeoDataFrame({"level": []}, geometry=[], crs=CRS)
    layers = {f.name: empty for f in dataclasses.fields(City)[:9]}
    return City(**{**layers, "centrelines": centrelines, "zones": zones(*bans)}, crs=CRS)


def spots_at(*places, street=""):
    """Make spots at places, numbered from 1."""
    xy = np.array(places, dtype=float) + ORIGIN
    number = np.arange(1, len(xy) + 1)
    return pd.DataFrame(
        {
            "spot_id": [f"R{n}" for n in number],
            "number": number,
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
            "street_id": street,
        }
    )


def gates_at(**places):
    """Make gateways at places."""
    xy = np.array(list(places.values()), dtype=float) + ORIGIN
    return pd.DataFrame({"name": list(places), "x_m": xy[:, 0], "y_m": xy[:, 1]})


def shortest(edges, source):
    """Dijkstra's algorithm over {node: [(neighbour, metres)]}, as plainly as can be."""
    found, heap = {}, [(0.0, source)]
    while heap:
        metres, node = heapq.heappop(heap)
        if node in found:
            continue
        found[node] = metres
        for other, length in edges.get(node, ()):
            if other not in found:
                heapq.heappush(heap, (metres + length, other))
    return found
