"""Zone: no pitch of a banned class of vehicle in a zone, at the hours at which the ban holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.rules.effects import Ban, Refused, refused_where
from pitchplan.rules.kinds.inside import TOUCH_M2
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {"forbidden": Parameter(list, "kinds of zone no pitch may stand in, such as truck-ban")}


def missing(rule: Rule, city: City) -> str:
    """Say which kinds of zone the city lacks, or nothing."""
    found = [k for k in rule["forbidden"] if f"zones:{k}" in city.given]
    return "" if found else f"no {', '.join(rule['forbidden'])} in zones"


def _zones(rule: Rule, city: City) -> gpd.GeoDataFrame:
    frame = city.zones
    return frame[(frame["kind"].isin(rule["forbidden"]) & (frame["level"] == 0)).to_numpy()]


def times(rule: Rule, city: City) -> list[str]:
    """List the hours at which the zones hold, each once."""
    return sorted(set(_zones(rule, city)["hours"]))


def bans(vehicles: str, vehicle: str) -> bool:
    """Tell whether a zone's list of classes holds for a class; an empty list holds for all."""
    named = [v.strip() for v in re.split(r"[,;，；、]", vehicles) if v.strip()]
    return not named or vehicle in named


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places that overlap a zone which bans the vehicle at some hour of the season.

    Measured is the greatest overlap with one zone, square metres; to touch a zone is allowed.
    """
    from pitchplan.candidates.areas import Areas

    frame = _zones(rule, city)
    met = [
        bans(vehicles, use.vehicle.id) and use.meets(hours)
        for vehicles, hours in zip(frame["vehicles"], frame["hours"], strict=True)
    ]
    frame = frame[np.array(met, dtype=bool)]
    areas = Areas(np.asarray(frame.geometry.array))

    def measure(places: Places) -> Refused:
        area, which = areas.overlaps(places, joined=False)
        return refused_where(area > TOUCH_M2, area, which)

    names, hours = (frame[column].to_numpy(dtype=object) for column in ("zone_id", "hours"))
    return Ban(measure, 0.0, names, len(frame), hours)
