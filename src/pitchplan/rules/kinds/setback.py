"""Setback: a pitch stays a distance away from keep-clear features of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.rules.effects import Near
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
}


def missing(rule: Rule, city: City) -> str:
    """Say which layer the city lacks for this rule, or nothing."""
    return "" if f"keep_clear:{rule['feature']}" in city.given else f"no {rule['feature']} in keep_clear"


def near(rule: Rule, city: City, use: Use) -> Near:
    """Refuse places nearer to a feature on the ground than the rule's distance."""
    kept = ((city.keep_clear["kind"] == rule["feature"]) & (city.keep_clear["level"] == 0)).to_numpy()
    features = city.keep_clear[kept]
    shapes = np.asarray(features.geometry.array)

    def across(places: Places, place: NDArray[np.intp], feature: NDArray[np.intp]) -> NDArray[np.bool_]:
        return _across(places, place, shapes[feature])

    names = features["feature_id"].to_numpy(dtype=object)
    return Near(shapes, names, rule["distance_m"], across if rule["side"] == "same" else None)


def _across(places: Places, place: NDArray[np.intp], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
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
