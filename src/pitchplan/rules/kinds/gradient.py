"""Gradient: no pitch on a street that is too steep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.rules.effects import Ban, Refused, nothing_refused, refused_where
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {"most_percent": Parameter(float, "greatest slope along the street, percent", positive=True)}


def missing(rule: Rule, city: City) -> str:
    """Say that no street has a gradient, or nothing."""
    frame = city.centrelines if len(city.centrelines) else city.streets
    known = pd.to_numeric(frame["gradient_percent"], errors="coerce").notna().any()
    return "" if known else "no street has a gradient"


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places on streets that rise or fall by more than the rule allows.

    A street whose gradient nobody knows is not measured; neither is an open space.
    """

    def measure(places: Places) -> Refused:
        if use.placement == "open-space":
            return nothing_refused()
        values = pd.to_numeric(places.streets.columns["gradient_percent"], errors="coerce")
        slope = np.abs(np.append(np.asarray(values, dtype=float), np.nan))[places.street]
        known = np.isfinite(slope)
        steep = known & (slope > rule["most_percent"])
        unknown = np.flatnonzero(~known)
        return refused_where(steep, slope, places.street, int(known.sum()), unknown)

    frame = city.centrelines if len(city.centrelines) else city.streets
    return Ban(measure, rule["most_percent"], frame["street_id"].to_numpy(dtype=object))
