"""Bend: a pitch stands only where its kerb runs nearly straight over the pitch's length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.rules.effects import Ban, Refused, nothing_refused, refused_where
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {
    "most_m": Parameter(
        float, "greatest distance of the kerb from the straight line between its points at the ends, metres"
    )
}


def missing(rule: Rule, city: City) -> str:
    """Nothing is ever missing: places stand beside lines, or off the street where nothing bends."""
    return ""


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places whose kerb bends more than the rule allows, to either side.

    The kerb is the line the place stands beside: the carriageway's edge, or the footway's outer edge
    for setback-land. It is followed for the pitch's length; measured is how far it leaves the straight
    line between the two points where that stretch begins and ends. Off the street nothing is measured.
    """

    def measure(places: Places) -> Refused:
        if use.placement == "open-space":
            return nothing_refused()
        bent = places.bend_m > rule["most_m"] - min(MARGIN_M, rule["most_m"])
        return refused_where(bent, places.bend_m, seen=len(places))

    return Ban(measure, rule["most_m"])
