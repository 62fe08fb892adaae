"""Reading a city from one OpenStreetMap extract."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from pitchplan.city import gate
from pitchplan.city.columns import normal_class
from pitchplan.city.layers import City
from pitchplan.city.osmclear import osm_keep_clear
from pitchplan.city.osmkerbs import osm_kerb_regulations
from pitchplan.city.osmlayers import (
    osm_buildings,
    osm_communities,
    osm_footways,
    osm_open_spaces,
    osm_streets,
)
from pitchplan.city.osmsidewalks import with_sidewalks
from pitchplan.city.reader import Source
from pitchplan.city.reading import read_city
from pitchplan.city.repair import Repair
from pitchplan.city.widths import read_widths
from pitchplan.errors import Fault, InputError
from pitchplan.files.osm import read_osm_layers
from pitchplan.size import memory_told

__all__ = ["read_osm"]

OSM_TAGS = (
    ("centrelines", "highway", "street_class"),
    ("centrelines", "name", "name"),
    ("centrelines", "name:en", "name_en"),
    ("centrelines", "width", "width_m"),
    ("centrelines", "lanes", "lanes"),
    ("centrelines", "oneway, junction", "oneway"),
    ("centrelines", "layer, bridge, tunnel", "level"),
    ("centrelines", "incline", "gradient_percent"),
    ("footways", "highway, foot, sidewalk, sidewalk:left, sidewalk:right, sidewalk:both", "geometry"),
    ("footways", "width, sidewalk:width, sidewalk:both:width, sidewalk:left:width …", "width_m"),
    ("open_spaces", "place, highway, amenity, parking", "kind"),
    ("buildings", "building", "building_id"),
    ("buildings", "building:levels", "levels"),
    ("keep_clear", "highway, crossing, public_transport, emergency, railway, entrance, amenity", "kind"),
    ("keep_clear", "tactile_paving", "kind"),
    ("kerb_regulations", "parking:*, busway, cycleway, amenity", "kind"),
    ("kerb_regulations", "parking:*:conditional, parking:condition:*", "hours"),
    ("communities", "place, boundary, admin_level", "community_id"),
    ("communities", "population", "residents"),
)
"""Layer, tags and the column they fill."""

_CREDIT = "© OpenStreetMap contributors, ODbL"


@memory_told("reading an OpenStreetMap extract", "Cut a district out of it")
def read_osm(
    path: str | os.PathLike[str],
    *,
    communities: Source | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    classes: Mapping[str, str] | None = None,
    cell_m: float = 500.0,
    residents_per_km2: float = 7000.0,
    repair: Repair = "any",
) -> City:
    """Read a city from an OpenStreetMap extract.

    Parameters
    ----------
    path : str or path
        ``.osm.pbf`` or ``.osm`` on this machine.
    communities : path or GeoDataFrame, optional
        Communities of the planner's own. Otherwise the finest neighbourhoods or administrative areas
        of the extract that hold nine tenths of its streets, else square cells.
    crs, columns, classes, cell_m, residents_per_km2, repair
        As for `read_city`; ``columns`` tells the columns of the planner's own communities. Invalid
        polygons are repaired, since an extract is no planner's to mend.

    Returns
    -------
    City
        Ids are those of OpenStreetMap after n, w or r for node, way and relation.

    Raises
    ------
    InputError
        The file is missing, not OpenStreetMap, torn, or holds no street.
    TooBig
        The memory at hand is not enough.

    Notes
    -----
    Carriageways are made from axes and widths; a traffic island inside of an axis' width and kerb
    extensions are not drawn. Sidewalks that a street is tagged with are drawn from its kerb outwards,
    in their width or an assumed one. The extract's own layers have no rows in ``taken`` but those of
    `OSM_TAGS`.
    """
    source = os.fspath(path)
    layers = read_osm_layers(path)
    streets = osm_streets(layers["lines"])
    if not len(streets):
        raise InputError(Fault("the extract holds no street", "Choose an extract of a city", source))
    planning = _planning_crs(crs, streets)
    layers = {name: _projected(frame, planning) for name, frame in layers.items()}
    streets = streets.to_crs(planning)
    notes = [f"{source}: {_CREDIT}"]
    others = _layers(layers, _with_widths(streets, classes or {}), notes)
    given = communities
    if given is None:
        given, what = osm_communities(layers["multipolygons"], streets)
        notes.append(f"communities: {what}")
    city = read_city(
        streets=streets,
        communities=given,
        crs=planning.to_wkt() if crs is None and planning.to_epsg() is None else crs or str(planning),
        columns=columns,
        classes=classes,
        cell_m=cell_m,
        residents_per_km2=residents_per_km2,
        repair=repair,
        **others,
    )
    city = with_sidewalks(city, layers["lines"])
    taken = _taken(city.taken, source, own=communities is not None)
    return replace(city, notes=(*notes, *city.notes), taken=taken)


def _planning_crs(crs: str | None, streets: gpd.GeoDataFrame) -> pyproj.CRS:
    if crs is None:
        return gate.choose_crs(streets)
    planning = gate.planning_crs(crs)
    west, south, east, north = (float(b) for b in streets.total_bounds)
    gate.require_true_scale(planning, (west + east) / 2, (south + north) / 2)
    return planning


def _taken(read: pd.DataFrame, source: str, *, own: bool) -> pd.DataFrame:
    """Say which tags were taken for what, and which columns of the planner's own communities."""
    tags = [
        (layer, source, tag, column, "tag", "m" if column == "width_m" else "")
        for layer, tag, column in OSM_TAGS
        if not (own and layer == "communities")
    ]
    theirs = read[read["layer"] == "communities"] if own else read.iloc[:0]
    return pd.concat([pd.DataFrame(tags, columns=read.columns), theirs], ignore_index=True)


def _projected(frame: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    """Bring a layer into the planning CRS, without the features GDAL could build no geometry for."""
    solid = frame[~shapely.is_missing(frame.geometry.array) & ~shapely.is_empty(frame.geometry.array)]
    return solid.to_crs(crs).reset_index(drop=True)


def _with_widths(streets: gpd.GeoDataFrame, classes: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Fill in widths as `read_city` will, for what is drawn at the kerb."""
    names = streets["street_class"].map(lambda c: normal_class(c, classes))
    width, _ = read_widths(streets["width_m"], streets["lanes"], names)
    return streets.assign(width_m=width)


def _layers(
    layers: dict[str, gpd.GeoDataFrame], streets: gpd.GeoDataFrame, notes: list[str]
) -> dict[str, gpd.GeoDataFrame]:
    """Build every layer but streets and communities; one that holds nothing is left out."""
    areas = layers["multipolygons"]
    built = {
        "footways": osm_footways(layers["lines"], areas),
        "open_spaces": osm_open_spaces(areas),
        "buildings": osm_buildings(areas),
        "keep_clear": osm_keep_clear(layers, streets, notes),
        "kerb_regulations": osm_kerb_regulations(layers, streets, notes),
    }
    for name, frame in built.items():
        kinds = frame["kind"].value_counts().sort_index() if "kind" in frame else {}
        listed = ", ".join(f"{n} {k}" for k, n in kinds.items())
        notes.append(f"{name}: {len(frame)} taken{': ' + listed if listed else ''}")
    return {name: frame for name, frame in built.items() if len(frame)}
