"""Quota: at least and at most so many pitches per community, district, spot or in the city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.rules.rule import Parameter, Rule

if TYPE_CHECKING:
    from pitchplan.city.layers import City

PARAMETERS = {
    "group_by": Parameter(str, "what the quota counts in", choices=("community", "district", "spot", "city")),
    "at_least": Parameter(int, "least number of pitches", 0),
    "at_most": Parameter(int, "greatest number of pitches", 10**9),
    "at_most_share": Parameter(float, "greatest number as a share of the group's residents", 1.0),
    "groups": Parameter(list, "names of the groups it holds for; empty for all", []),
}


def missing(rule: Rule, city: City) -> str:
    """Say that residents are not known where a share of them is asked for, or nothing."""
    column = {"community": "name", "district": "district"}.get(rule["group_by"])
    if rule["groups"] and column:
        known = set(city.communities[column]) | set(city.communities["community_id"])
        if not known & set(rule["groups"]):
            return f"no {rule['group_by']} called {', '.join(rule['groups'])}"
    asks = rule["at_most_share"] < 1.0
    return "no residents known" if asks and not city.communities["residents"].notna().any() else ""


def limit(rule: Rule, city: City, pitch_m: float) -> list[dict[str, Any]]:
    """Give one limit per group: rule, group_by, group, at_least, at_most (pitches)."""
    by = {"community": "community_id", "district": "district"}.get(rule["group_by"], rule["group_by"])
    row = {"rule": rule.id, "group_by": by}
    if rule["group_by"] in ("spot", "city"):
        return [row | {"group": "", "at_least": rule["at_least"], "at_most": rule["at_most"]}]
    people = city.communities.groupby(by)["residents"].sum()
    names = city.communities.drop_duplicates(by).set_index(by)["name"] if by == "community_id" else None
    rows = []
    for group, residents in people.items():
        called = {str(group), str(names[group])} if names is not None else {str(group)}
        if rule["groups"] and not called & set(rule["groups"]):
            continue
        share = int(np.floor(residents * rule["at_most_share"])) if rule["at_most_share"] < 1.0 else 10**9
        rows.append(
            row | {"group": str(group), "at_least": rule["at_least"], "at_most": min(rule["at_most"], share)}
        )
    return rows
