"""One side: of the two sides of a street only one holds pitches, within a distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.rules.effects import Pairs
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.candidates.bays import Bays
    from pitchplan.city.layers import City

PARAMETERS = {
    "within_m": Parameter(
        float, "pitches on opposite sides nearer to each other than this clash, metres", positive=True
    )
}
OPPOSED = -0.5
"""Cosine of the angle between two kerbs from which on they are opposite sides: 120 degrees."""


def missing(rule: Rule, city: City) -> str:
    """Nothing is ever missing: the pitches themselves are measured."""
    return ""


def clash(rule: Rule, bays: Bays, city: City) -> Pairs:
    """Keep apart pitches along opposite sides of one street that are nearer than ``within_m``.

    A street is what bears one name, or one id where it has none. Each pitch, in the carriageway or
    behind its kerb, has the street on its left; two are on opposite sides where they point more than
    120 degrees apart, so that a bend between two pitches of one side does not part them.
    """
    asked = rule["within_m"] + MARGIN_M
    named = np.where(bays.street.astype(str) != "", bays.street.astype(str), bays.street_id.astype(str))
    where = [p for p in rule.placements if p != "open-space"]
    beside = np.flatnonzero(np.isin(bays.placement.astype(str), where) & (named != ""))
    street = pd.factorize(named[beside])[0]
    order = np.argsort(street, kind="stable")
    found = []
    # Street by street: within a long reach most pairs of a city are on different ones.
    for members in np.split(beside[order], np.flatnonzero(np.diff(street[order])) + 1):
        i, j, gap = bays.take(members).pairs_within(asked)
        a, b = members[i], members[j]
        apart = np.cos(np.radians(bays.bearing_deg[a] - bays.bearing_deg[b])) < OPPOSED + 1e-6
        found.append((a[apart], b[apart], gap[apart]))
    a, b, gap = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((b, a))
    return Pairs(a[order], b[order], gap[order], rule["within_m"])
