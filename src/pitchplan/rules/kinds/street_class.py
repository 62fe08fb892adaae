"""Street class: no pitch on streets of some classes, nor near them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.rules.effects import Ban, Near, Refused, refused_where
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {
    "forbidden": Parameter(list, "classes of street no pitch may stand on"),
    "near_m": Parameter(float, "least distance to a street of these classes, metres", 0.0),
}

_NO_CLASS = {"", "unknown"}


def missing(rule: Rule, city: City) -> str:
    """Say that no street has a class, or none a forbidden one, or nothing."""
    classes = set(city.streets["street_class"]) | set(city.centrelines["street_class"])
    if not classes - _NO_CLASS:
        return "no street has a class"
    return "" if classes & set(rule["forbidden"]) else f"no street of class {', '.join(rule['forbidden'])}"


def first(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places on the forbidden classes: cheap to ask, and never in doubt."""
    frame = city.centrelines if len(city.centrelines) else city.streets
    names = frame["street_id"].to_numpy(dtype=object)

    def measure(places: Places) -> Refused:
        on = np.isin(places.streets.columns["street_class"].astype(str), rule["forbidden"])
        # An open space has no class, and its row is none of a street's.
        on &= use.placement != "open-space"
        return refused_where((places.street >= 0) & np.append(on, False)[places.street], 0.0, places.street)

    return Ban(measure, rule["near_m"], names)


def near(rule: Rule, city: City, use: Use) -> Near:
    """Refuse places nearer to a carriageway of the forbidden classes than ``near_m``."""
    shapes, names = _carriageways(rule["forbidden"], city)
    if rule["near_m"] == 0:
        # Whoever stands on such a street is refused already; to touch one is allowed.
        shapes, names = shapes[:0], names[:0]
    return Near(shapes, names, rule["near_m"])


def _carriageways(classes: list[str], city: City) -> tuple[np.ndarray, np.ndarray]:
    """Give the ground-level carriageways of some classes and their street ids.

    Where the polygons know no class, the axes with the width of their class stand in.
    """
    streets, axes = (frame[frame["level"] == 0] for frame in (city.streets, city.centrelines))
    # That some street of both is of no known class tells nothing.
    if len(axes) and not set(streets["street_class"]) & set(axes["street_class"]) - _NO_CLASS:
        axes = axes[axes["street_class"].isin(classes)]
        half = axes["width_m"].to_numpy(dtype=float) / 2
        shapes = shapely.buffer(np.asarray(axes.geometry.array), half, cap_style="flat")
        return shapes, axes["street_id"].to_numpy(dtype=object)
    streets = streets[streets["street_class"].isin(classes)]
    return np.asarray(streets.geometry.array), streets["street_id"].to_numpy(dtype=object)
