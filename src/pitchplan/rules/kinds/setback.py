"""Setback: a pitch stays away from keep-clear features of one kind, all around and along the street."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.rules.effects import Ban, Near, Refused, nothing_refused
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {
    "feature": Parameter(str, "kind of keep-clear feature"),
    "distance_m": Parameter(float, "least distance between pitch and feature, metres", positive=True),
    "side": Parameter(str, "same: features across the street's axis do not count", "any", ("any", "same")),
    "before_m": Parameter(
        float, "least free length along the street between a pitch and a feature it comes before, metres", 0.0
    ),
    "after_m": Parameter(
        float, "least free length along the street between a pitch and a feature it comes after, metres", 0.0
    ),
}


def missing(rule: Rule, city: City) -> str:
    """Say which layer the city lacks for this rule, or nothing."""
    return "" if f"keep_clear:{rule['feature']}" in city.given else f"no {rule['feature']} in keep_clear"


def near(rule: Rule, city: City, use: Use) -> Near:
    """Refuse places nearer to a feature on the ground than the rule's distance."""
    shapes, names = _features(rule, city)

    def across(places: Places, place: NDArray[np.intp], feature: NDArray[np.intp]) -> NDArray[np.bool_]:
        return across_axis(places, place, shapes[feature])

    return Near(shapes, names, rule["distance_m"], across if rule["side"] == "same" else None)


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places that lie too little before or after a feature of their own side of the street.

    Along is the direction in which the carriageway lies to the left: that of the traffic beside the
    pitch where it keeps right; where it keeps left, give ``before_m`` as ``after_m``. A place comes before
    a feature that lies ahead of it. What counts is the part of a feature within 10 m to both sides of the
    edge the pitch stands at, up to the street's axis; measured is the free length between it and the
    pitch, 0 where it lies beside the pitch. Off the street nothing is measured.
    """
    from pitchplan.candidates.along import too_near_along, worst_of_each

    shapes, names = _features(rule, city)
    before_m, after_m = rule["before_m"], rule["after_m"]
    tree = shapely.STRtree(shapes)

    def measure(places: Places) -> Refused:
        place, feature, gap, required = too_near_along(places, shapes, tree, before_m, after_m)
        counts = ~across_axis(places, place, shapes[feature])
        return worst_of_each(place[counts], feature[counts], gap[counts], required[counts], names)

    asks = (before_m or after_m) and use.placement != "open-space"
    return Ban(measure if asks else lambda places: nothing_refused(), rule["distance_m"], names)


def _features(rule: Rule, city: City) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Give the rule's features on the ground and their ids."""
    kept = ((city.keep_clear["kind"] == rule["feature"]) & (city.keep_clear["level"] == 0)).to_numpy()
    features = city.keep_clear[kept]
    return np.asarray(features.geometry.array), features["feature_id"].to_numpy(dtype=object)


def across_axis(places: Places, place: NDArray[np.intp], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which features lie across the axis of the place's street.

    The straight line from the kerb to the feature is followed; a street without a known axis has
    no other side, so that nothing is let off.
    """
    axes = places.streets.axes
    known = (places.street[place] >= 0) & (len(axes) > 0)
    out = np.zeros(len(place), dtype=bool)
    at = place[known]
    link = shapely.shortest_line(shapely.points(places.kerb_x_m[at], places.kerb_y_m[at]), shapes[known])
    out[known] = shapely.crosses(link, axes[places.street[at]])
    return out
