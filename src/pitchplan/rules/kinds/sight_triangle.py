"""Sight triangle: at the corners of junctions the view across stays free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.rules.effects import Near
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {
    "leg_m": Parameter(float, "length of the triangle along both kerbs of a corner, metres", positive=True),
    "distance_m": Parameter(float, "how near to the triangle counts as in it, metres", 0.5),
}


def missing(rule: Rule, city: City) -> str:
    """Say that no corner is known, or nothing."""
    from pitchplan.candidates.corners import junction_corners

    if not len(city.centrelines):
        return "no centrelines to find the corners of junctions by"
    return "" if len(junction_corners(city.centrelines).name) else "no junction with a corner"


def near(rule: Rule, city: City, use: Use) -> Near:
    """Refuse places in or at the triangle between a corner and the points ``leg_m`` along both its kerbs.

    The corner is where the kerbs of two neighbouring arms of a junction would meet, by their axes and
    widths; arms that meet at less than 20 or more than 160 degrees have none. The triangle lies
    behind the kerbs: a pitch in the carriageway stands along its legs, half a metre from it at most,
    and hides what is behind it just as well.

    No preset has a row of this kind, since no source that was found gives a number. To add one::

        [[rule]]
        id = "sight-triangle"
        kind = "sight-triangle"
        leg_m = 6.0
        source = "your city's standard, section and year"
        origin = "cited"
    """
    from pitchplan.candidates.corners import junction_corners

    corners = junction_corners(city.centrelines)
    return Near(corners.triangles(rule["leg_m"]), corners.name, rule["distance_m"])
