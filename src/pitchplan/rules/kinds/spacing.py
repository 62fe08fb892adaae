"""Spacing: pitches of different spots stay a distance apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.rules.effects import Pairs
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.bays import Bays
    from pitchplan.city.layers import City

PARAMETERS = {
    "distance_m": Parameter(float, "least distance between pitches of different spots, metres", positive=True)
}


def missing(rule: Rule, city: City) -> str:
    """Nothing is ever missing: the pitches themselves are measured."""
    return ""


def clash(rule: Rule, bays: Bays, city: City) -> Pairs:
    """Keep apart pitches of different runs that are nearer than the rule's distance."""
    return Pairs(*bays.pairs_within(rule["distance_m"] + MARGIN_M, of_two=bays.run), rule["distance_m"])
