"""Clear width: beside a pitch so much stays free to drive or to walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.rules.effects import Ban, Refused, refused_where
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {
    "of": Parameter(str, "what must stay free", choices=("drive", "walk")),
    "width_m": Parameter(float, "least clear width, metres", positive=True),
}


def missing(rule: Rule, city: City) -> str:
    """Say which layer the clear width cannot be measured without, or nothing."""
    return (
        "no buildings to measure the footway against"
        if rule["of"] == "walk" and not len(city.buildings)
        else ""
    )


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places that leave less than the rule's width; a queue does not count as clear."""

    def measure(places: Places) -> Refused:
        measured = places.clear_drive_m if rule["of"] == "drive" else places.clear_walk_m
        known = np.isfinite(measured)
        # Off the street there is nothing to drive on, which is no lack of data.
        asked = rule["of"] == "walk" or use.placement == "kerbside"
        return refused_where(
            known & (measured < rule["width_m"] + MARGIN_M),
            measured,
            seen=int(known.sum()),
            unknown=np.flatnonzero(~known) if asked else None,
        )

    return Ban(measure, rule["width_m"])
