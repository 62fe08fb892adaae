"""Residents, runs and bays in small."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan.walking.residents import ResidentPoints


def residents_at(places, people=None, community=None):
    """Residents at places, one each unless said."""
    xy = np.asarray(places, dtype=float).reshape(-1, 2)
    people = np.ones(len(xy)) if people is None else np.asarray(people)
    community = np.full(len(xy), "") if community is None else np.asarray(community)
    return ResidentPoints(
        xy[:, 0].copy(), xy[:, 1].copy(), people.astype(np.int64), community.astype(object), "test"
    )


def frames(bays):
    """Tables of runs and pitches from (run, x, y); one run has no bay."""
    names = sorted({r for r, _, _ in bays} | {"empty"})
    return pd.DataFrame({"run_id": names}), pd.DataFrame(bays, columns=["run_id", "x_m", "y_m"])


def streets(*lines, street_class="local", level=0, crs="EPSG:4548"):
    """Make centrelines of lists of coordinates."""
    shapes = [shapely.LineString(line) for line in lines]
    columns = {"street_class": np.full(len(lines), street_class, dtype=object)}
    columns["level"] = np.broadcast_to(np.asarray(level), len(lines)).astype(np.int64)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def footway_axes(*lines, level=0, side="", crs="EPSG:4548"):
    """Make lines of footways."""
    frame = streets(*lines, level=level, crs=crs).drop(columns="street_class")
    return frame.assign(side=side)
