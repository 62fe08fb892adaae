"""Street width: a pitch stands only where the carriageway is wide enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.rules.effects import Ban, Refused, refused_where
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

REACH_M = 25.0
"""Beyond the pitch widths are known up to this; a rule that asks for more could not be told from it."""

PARAMETERS = {
    "width_m": Parameter(float, "least width of the carriageway, metres", positive=True, most=REACH_M)
}


def missing(rule: Rule, city: City) -> str:
    """Say that there is no carriageway to measure, or nothing."""
    return "" if len(city.streets) else "no carriageway"


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse kerbside places where clear width and pitch together are less than the rule's width.

    Both are swept over the whole pitch, so that the narrowest point beside it counts. A pitch that
    a bend keeps off the kerb leaves the strip behind it uncounted.
    """

    def measure(places: Places) -> Refused:
        measured = places.clear_drive_m + places.width_m
        known = np.isfinite(measured)
        unknown = np.flatnonzero(~known) if use.placement == "kerbside" else None
        narrow = known & (measured < rule["width_m"] + MARGIN_M)
        return refused_where(narrow, measured, seen=int(known.sum()), unknown=unknown)

    return Ban(measure, rule["width_m"])
