"""Inside: a pitch lies wholly within the polygons of a layer, or wholly outside of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.rules.effects import Ban, Refused, refused_where
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.candidates.areas import Areas
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

_LAYERS = ("carriageway", "communities", "open_spaces", "footways", "buildings")
_IDS = {
    "communities": "community_id",
    "open_spaces": "open_space_id",
    "footways": "footway_id",
    "buildings": "building_id",
}
TOUCH_M2 = 0.005
"""Overlaps up to this area, square metres, are touches: half of what the audit lets pass."""

PARAMETERS = {
    "layer": Parameter(str, "layer of polygons", choices=_LAYERS),
    "relation": Parameter(
        str,
        "within: wholly inside one polygon, or inside the joined footways; outside: overlapping none",
        "within",
        ("within", "outside"),
    ),
    "kinds": Parameter(list, "kinds of open space that count; empty for all", []),
}


def _layer(rule: Rule, city: City) -> gpd.GeoDataFrame:
    frame = city.streets if rule["layer"] == "carriageway" else getattr(city, rule["layer"])
    if "level" in frame:
        frame = frame[frame["level"] == 0]
    if rule["kinds"] and "kind" in frame:
        frame = frame[frame["kind"].isin(rule["kinds"])]
    return frame


def missing(rule: Rule, city: City) -> str:
    """Say which layer the city lacks for this rule, or nothing."""
    of_kinds = f" of kind {', '.join(rule['kinds'])}" if rule["kinds"] else ""
    return "" if len(_layer(rule, city)) else f"no {rule['layer']}{of_kinds}"


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places that are not within, or that overlap.

    Measured is the area at fault in square metres; for the carriageway, how deep it is free from the
    place's kerb edge on, in metres.
    """
    import shapely

    from pitchplan.candidates.areas import Areas

    frame = _layer(rule, city)
    if rule["layer"] == "carriageway":
        return Ban(_too_shallow, use.vehicle.width_m, features=len(frame))
    shapes, names = np.asarray(frame.geometry.array), frame[_IDS[rule["layer"]]].to_numpy(dtype=object)
    if rule["relation"] == "outside":
        areas = Areas(shapes)
        return Ban(lambda places: _overlapping(places, areas), 0.0, names, len(frame))
    if rule["layer"] == "footways":
        # A pitch may lie across two pieces of one pavement.
        shapes = shapely.get_parts(shapely.union_all(shapes))
    areas = Areas(shapes)
    return Ban(lambda places: _not_within(places, areas), 0.0, features=len(frame))


def _too_shallow(places: Places) -> Refused:
    return refused_where(places.free_depth_m < places.width_m, places.free_depth_m)


def _overlapping(places: Places, areas: Areas) -> Refused:
    area, which = areas.overlaps(places, joined=False)
    return refused_where(area > TOUCH_M2, area, which)


def _not_within(places: Places, areas: Areas) -> Refused:
    _, whole = areas.lie_in(places)
    at = np.flatnonzero(~whole)
    lacking = np.zeros(len(places))
    if len(at):
        lacking[at] = places.length_m * places.width_m - areas.overlaps(places.take(at), joined=False)[0]
    return refused_where(~whole, lacking)
