"""Setback: a pitch stays a distance away from keep-clear features of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.rules.effects import Verdict, nothing_seen
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City

PARAMETERS = {
    "feature": Parameter(str, "kind of keep-clear feature"),
    "distance_m": Parameter(float, "least distance between pitch and feature, metres", positive=True),
    "side": Parameter(str, "same: features across the street's axis do not count", "any", ("any", "same")),
}


def missing(rule: Rule, city: City) -> str:
    """Say which layer the city lacks for this rule, or nothing."""
    return "" if f"keep_clear:{rule['feature']}" in city.given else f"no {rule['feature']} in keep_clear"


def screen(rule: Rule, places: Places, city: City) -> Verdict:
    """Refuse places nearer to a feature than the rule's distance."""
    kept = ((city.keep_clear["kind"] == rule["feature"]) & (city.keep_clear["level"] == 0)).to_numpy()
    features = city.keep_clear[kept]
    asked = rule["distance_m"] + MARGIN_M
    if not len(features) or not len(places):
        return nothing_seen(len(places), rule["distance_m"])
    shapes = np.asarray(features.geometry.array)
    feature, place = places.tree.query(shapes, predicate="dwithin", distance=asked)
    distance = shapely.distance(shapes[feature], places.rectangles[place])
    near = distance < asked
    if rule["side"] == "same":
        near &= ~_across(places, place, shapes[feature])
    return nearest_of(
        len(places),
        place[near],
        distance[near],
        feature[near],
        features["feature_id"].to_numpy(),
        rule["distance_m"],
    )


def _across(places: Places, place: NDArray[np.intp], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which features lie across the axis of the place's street.

    The straight line from the kerb to the feature is followed; a street without a known axis has
    no other side, so that nothing is let off.
    """
    kerb = shapely.points(places.kerb_x_m[place], places.kerb_y_m[place])
    link = shapely.shortest_line(kerb, shapes)
    axis = places.axes[places.axis[place]] if len(places.axes) else np.full(len(place), None)
    known = places.axis[place] >= 0
    out = np.zeros(len(place), dtype=bool)
    out[known] = shapely.crosses(link[known], axis[known])
    return out


def nearest_of(
    count: int,
    place: NDArray[np.intp],
    distance: NDArray[np.float64],
    feature: NDArray[np.intp],
    names: NDArray[np.object_],
    required: float,
) -> Verdict:
    """Keep the nearest of several (place, feature) pairs for each place.

    Parameters
    ----------
    count : int
        Number of places.
    place, distance, feature : ndarray, shape (pairs,)
        Pairs that break the rule: place, measured distance in metres, position in ``names``.
    names : ndarray of str
        Feature ids.
    required : float
        The rule's distance, metres.
    """
    order = np.lexsort((names[feature].astype(str), distance, place))
    place, distance, feature = place[order], distance[order], feature[order]
    first = np.flatnonzero(np.diff(place, prepend=-1))
    verdict = nothing_seen(count, required)
    verdict.refused[place[first]] = True
    verdict.measured[place[first]] = distance[first]
    verdict.feature_id[place[first]] = names[feature[first]]
    return Verdict(verdict.refused, verdict.measured, required, verdict.feature_id, len(names))
