"""Kerb share: pitches stand along at most a share of the kerbs of a street."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.city.layers import City

PARAMETERS = {
    "share": Parameter(
        float, "greatest share of a street's kerbs that pitches take up, 0 to 1", positive=True, most=1.0
    )
}


def missing(rule: Rule, city: City) -> str:
    """Say that streets have no axes to measure their kerbs by, or nothing."""
    return "" if len(city.centrelines) else "no centrelines to measure a street's kerbs by"


def limit(rule: Rule, city: City, pitch_m: float) -> list[dict[str, Any]]:
    """Give one limit per street: at most so many pitches.

    Every street has two kerbs, each as long as its axis: pitches ≤ share · 2 · axis / pitch length,
    all in metres, rounded down; the longest of several vehicles counts. Pitches on and behind the
    footway stand along the kerb too. The free length between two pitches is not taken up.
    """
    axes = city.centrelines[city.centrelines["level"] == 0]
    kerb_m = 2 * axes.geometry.length.groupby(axes["street_id"]).sum()
    row = {"rule": rule.id, "group_by": "street_id", "at_least": 0}
    most = np.floor(rule["share"] * kerb_m / pitch_m + 1e-9).astype(int)
    return [row | {"group": str(street), "at_most": int(count)} for street, count in most.items()]
