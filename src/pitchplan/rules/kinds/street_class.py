"""Street class: no pitch on streets of some classes, nor near them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.rules.effects import Verdict
from pitchplan.rules.kinds.setback import nearest_of
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City

PARAMETERS = {
    "forbidden": Parameter(list, "classes of street no pitch may stand on"),
    "near_m": Parameter(float, "least distance to a street of these classes, metres", 0.0),
}

DECISIVE = True
"""What this kind refuses is measured by no further rule: it is cheap to ask and never in doubt."""


def missing(rule: Rule, city: City) -> str:
    """Say that no street has a class, or none a forbidden one, or nothing."""
    classes = set(city.streets["street_class"]) | set(city.centrelines["street_class"])
    if not classes - {"unknown", ""}:
        return "no street has a class"
    return "" if classes & set(rule["forbidden"]) else f"no street of class {', '.join(rule['forbidden'])}"


def screen(rule: Rule, places: Places, city: City) -> Verdict:
    """Refuse places on the forbidden classes, or nearer to one than ``near_m``."""
    shapes, names = _carriageways(rule["forbidden"], city)
    on = np.isin(places.street_class.astype(str), rule["forbidden"])
    place, distance, feature = np.flatnonzero(on), np.zeros(int(on.sum())), None
    own = places.street_id[place]
    if rule["near_m"] > 0 and len(shapes) and len(places):
        asked = rule["near_m"] + MARGIN_M
        feature, near = places.tree.query(shapes, predicate="dwithin", distance=asked)
        gap = shapely.distance(shapes[feature], places.rectangles[near])
        inside = gap < asked
        place = np.concatenate([place, near[inside]])
        distance = np.concatenate([distance, gap[inside]])
        own = np.concatenate([own, names[feature[inside]]])
    verdict = nearest_of(len(places), place, distance, np.arange(len(own)), own, rule["near_m"])
    return Verdict(verdict.refused, verdict.measured, rule["near_m"], verdict.feature_id, len(shapes))


def _carriageways(classes: list[str], city: City) -> tuple[np.ndarray, np.ndarray]:
    """Give the ground-level carriageways of some classes and their street ids.

    Where the polygons know no class, the axes with the width of their class stand in.
    """
    streets = city.streets[city.streets["level"] == 0]
    if not set(streets["street_class"]) & set(city.centrelines["street_class"]) and len(city.centrelines):
        axes = city.centrelines[
            (city.centrelines["level"] == 0) & city.centrelines["street_class"].isin(classes)
        ]
        half = axes["width_m"].to_numpy(dtype=float) / 2
        return shapely.buffer(axes.geometry.array, half, cap_style="flat"), axes["street_id"].to_numpy()
    streets = streets[streets["street_class"].isin(classes)]
    return np.asarray(streets.geometry.array), streets["street_id"].to_numpy()
