"""Inside: a pitch lies wholly within the polygons of a layer, or wholly outside of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.city.pieces import overlap_areas
from pitchplan.rules.effects import Verdict, nothing_seen
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City

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
        str, "within: wholly inside one polygon; outside: overlapping none", "within", ("within", "outside")
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


def screen(rule: Rule, places: Places, city: City) -> Verdict:
    """Refuse places that are not within, or that overlap.

    Measured is the area at fault in square metres; for the carriageway, how deep it is free from the
    place's kerb edge on, in metres.
    """
    verdict = nothing_seen(len(places), 0.0)
    if not len(places):
        return verdict
    frame = _layer(rule, city)
    if rule["layer"] == "carriageway":
        refused = places.free_depth_m < places.width_m
        return Verdict(refused, places.free_depth_m, places.width_m, verdict.feature_id, len(frame))
    shapes, names = np.asarray(frame.geometry.array), frame[_IDS[rule["layer"]]].to_numpy()
    shapely.prepare(shapes)
    if rule["relation"] == "outside":
        return _outside(places, shapes, names)
    verdict.refused[:] = True
    _, covered = places.tree.query(shapes, predicate="covers")
    verdict.refused[covered] = False
    boxes = places.rectangles[verdict.refused]
    verdict.measured[verdict.refused] = shapely.area(boxes) - overlap_areas(boxes, shapes, largest=True)
    return Verdict(verdict.refused, verdict.measured, 0.0, verdict.feature_id, len(frame))


def _outside(places: Places, shapes: np.ndarray, names: np.ndarray) -> Verdict:
    shape, place = places.tree.query(shapes, predicate="intersects")
    area = shapely.area(shapely.intersection(shapes[shape], places.rectangles[place]))
    over = area > TOUCH_M2
    shape, place, area = shape[over], place[over], area[over]
    order = np.lexsort((-area, place))
    first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    verdict = nothing_seen(len(places), 0.0)
    verdict.refused[place[first]] = True
    verdict.measured[place[first]] = area[first]
    verdict.feature_id[place[first]] = names[shape[first]]
    return Verdict(verdict.refused, verdict.measured, 0.0, verdict.feature_id, len(shapes))
