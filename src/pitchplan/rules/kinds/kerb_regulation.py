"""Kerb regulation: no pitch where the kerb is already used, at the hours it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pitchplan.demand.season import hours_overlap, parse_hours
from pitchplan.errors import InputError
from pitchplan.rules.effects import Verdict, nothing_seen
from pitchplan.rules.kinds.setback import nearest_of
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City

PARAMETERS = {
    "forbidden": Parameter(list, "kinds of kerb regulation no pitch may stand on"),
    "distance_m": Parameter(float, "how near counts as on it, metres", 0.3),
}


def missing(rule: Rule, city: City) -> str:
    """Say which kinds of kerb regulation the city lacks, or nothing."""
    found = [k for k in rule["forbidden"] if f"kerb_regulations:{k}" in city.given]
    return "" if found else f"no {', '.join(rule['forbidden'])} in kerb_regulations"


def holds(hours: str, season: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether a regulation's hours meet the season's; hours nobody can read always hold."""
    try:
        return hours_overlap(parse_hours(hours), season)
    except InputError:
        return True


def screen(rule: Rule, places: Places, city: City) -> Verdict:
    """Refuse places on a regulation that holds at some hour of the season."""
    frame = city.kerb_regulations
    kept = (frame["kind"].isin(rule["forbidden"]) & (frame["level"] == 0)).to_numpy()
    frame = frame[kept]
    held = [holds(h, places.hours) for h in frame["hours"]]
    frame = frame[held]
    asked = rule["distance_m"] + MARGIN_M
    if not len(frame) or not len(places):
        return nothing_seen(len(places), rule["distance_m"])
    shapes = np.asarray(frame.geometry.array)
    feature, place = places.tree.query(shapes, predicate="dwithin", distance=asked)
    distance = shapely.distance(shapes[feature], places.rectangles[place])
    near = distance < asked
    return nearest_of(
        len(places),
        place[near],
        distance[near],
        feature[near],
        frame["regulation_id"].to_numpy(),
        rule["distance_m"],
    )
