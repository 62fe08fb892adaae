"""Run length: how long a run of pitches may be, and how wide the gaps in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.rules.effects import RunShape
from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.city.layers import City

PARAMETERS = {
    "max_length_m": Parameter(float, "from the first bay's start to the last bay's end, metres"),
    "max_gap_m": Parameter(float, "widest gap between two bays of one run, metres"),
}


def missing(rule: Rule, city: City) -> str:
    """Nothing is ever missing: the pitches themselves are measured."""
    return ""


def shape(rule: Rule) -> RunShape:
    """Say how pitches are gathered into runs."""
    return RunShape(rule["max_length_m"], rule["max_gap_m"])
