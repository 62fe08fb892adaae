"""Facing pair: two pitches on opposite kerbs leave so much between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.rules.effects import Pairs
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.bays import Bays
    from pitchplan.city.layers import City

PARAMETERS = {
    "width_m": Parameter(
        float, "least clear width between two pitches that face each other, metres", positive=True
    )
}


def missing(rule: Rule, city: City) -> str:
    """Nothing is ever missing: the pitches themselves are measured."""
    return ""


def clash(rule: Rule, bays: Bays, city: City) -> Pairs:
    """Keep apart two kerbside pitches that face each other and leave less than the width between them.

    Two face each other where their kerbs run more than 90 degrees apart and one reaches into the
    strip in front of the other. The width is swept over the whole pitch, from either of them.
    """
    from pitchplan.candidates.clearance import facing_gaps

    a, b, gap = facing_gaps(bays, rule["width_m"] + MARGIN_M)
    return Pairs(a, b, gap, rule["width_m"])
