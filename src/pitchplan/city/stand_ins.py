"""What stands in for data that were not given, and that a plan cannot do without."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from pitchplan.city.carriageways import derive_junctions
from pitchplan.city.cells import square_communities, with_assumed_residents
from pitchplan.city.layers import City

__all__ = ["ASSUMED_WIDTHS", "assumed_widths", "fill_in"]

ASSUMED_WIDTHS = "of the streets have a width assumed by class"


def fill_in(city: City, cell_m: float, residents_per_km2: float) -> City:
    """Fill in what a plan cannot do without and say so."""
    assumptions: list[str] = []
    notes = list(city.notes)
    given = set(city.given)
    keep_clear = city.keep_clear
    if "keep_clear:junction" not in given and len(city.centrelines):
        derived = derive_junctions(city.centrelines)
        if len(derived):
            keep_clear = pd.concat([keep_clear, derived], ignore_index=True)
            given.add("keep_clear:junction")
            notes.append(f"keep_clear: {len(derived)} junctions derived from the centrelines")
    communities = city.communities
    if not len(communities):
        communities = square_communities(city.bounds, cell_m, city.streets.crs)
        assumptions.append(f"no communities given: {len(communities)} square cells of {cell_m:g} m stand in")
    has_buildings = len(city.buildings) and city.buildings["residents"].notna().any()
    if communities["residents"].isna().all() and not has_buildings:
        communities = with_assumed_residents(communities, residents_per_km2)
        assumptions.append(f"no residents given: {residents_per_km2:g} per km² assumed")
    elif has_buildings and communities["residents"].isna().any():
        communities = _count_residents(communities, city.buildings)
    assumptions += assumed_widths(city.centrelines)
    return replace(
        city,
        keep_clear=gpd.GeoDataFrame(keep_clear, geometry="geometry", crs=city.streets.crs),
        communities=communities,
        given=frozenset(given),
        notes=tuple(notes),
        assumptions=tuple(assumptions),
    )


def assumed_widths(centrelines: gpd.GeoDataFrame) -> list[str]:
    """Say which share of the streets has a width assumed by class; nothing where none has."""
    share = float((centrelines["width_status"] == "assumed").mean()) if len(centrelines) else 0.0
    return [f"{share:.0%} {ASSUMED_WIDTHS}"] if share else []


def _count_residents(communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count the residents of the buildings in each community that states none."""
    inside = communities.sindex.query(buildings.representative_point().array, predicate="intersects")
    people = pd.to_numeric(buildings["residents"], errors="coerce").fillna(0).to_numpy()
    first = pd.Series(inside[1]).groupby(inside[0]).min()
    total = pd.Series(people[first.index.to_numpy()]).groupby(first.to_numpy()).sum()
    counted = total.reindex(range(len(communities)), fill_value=0.0).to_numpy()
    given = communities["residents"].to_numpy(dtype=float)
    return communities.assign(residents=np.where(np.isnan(given), counted, given))
