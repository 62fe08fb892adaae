"""Kerb regulation: no pitch where the kerb is already used, at the hours it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.rules.effects import Near
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    import geopandas as gpd

    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

PARAMETERS = {
    "forbidden": Parameter(list, "kinds of kerb regulation no pitch may stand on"),
    "distance_m": Parameter(float, "how near counts as on it, metres", 0.3),
}


def missing(rule: Rule, city: City) -> str:
    """Say which kinds of kerb regulation the city lacks, or nothing."""
    found = [k for k in rule["forbidden"] if f"kerb_regulations:{k}" in city.given]
    return "" if found else f"no {', '.join(rule['forbidden'])} in kerb_regulations"


def _regulations(rule: Rule, city: City) -> gpd.GeoDataFrame:
    frame = city.kerb_regulations
    return frame[(frame["kind"].isin(rule["forbidden"]) & (frame["level"] == 0)).to_numpy()]


def times(rule: Rule, city: City) -> list[str]:
    """List the hours at which the regulations hold, each once."""
    return sorted(set(_regulations(rule, city)["hours"]))


def near(rule: Rule, city: City, use: Use) -> Near:
    """Refuse places on a regulation that holds at some hour of the season."""
    frame = _regulations(rule, city)
    met = {h: use.meets(h) for h in frame["hours"].unique()}
    frame = frame[frame["hours"].map(met).to_numpy(dtype=bool)]
    names = frame["regulation_id"].to_numpy(dtype=object)
    return Near(
        np.asarray(frame.geometry.array),
        names,
        rule["distance_m"],
        hours=frame["hours"].to_numpy(dtype=object),
    )
