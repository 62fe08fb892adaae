"""Limits counted again from the list of pitches."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.auditing.findings import Breach, Finding
from pitchplan.schemas import as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pitchplan.plan import Plan

__all__ = ["SIDE", "count_limits", "taken_on_trust"]

SIDE = "measured_side"
"""Column of pitches that says left or right of their street's line, where the audit has measured it."""


def count_limits(plan: Plan) -> Finding:
    """Count every limit the plan says it keeps again, as far as the list of pitches tells.

    Parameters
    ----------
    plan : Plan
        Its ``limits``, ``pitches`` and ``spots``.

    Returns
    -------
    Finding
        Limits on residents, on vehicles' delay and by a column that the pitches do not have are not
        checkable here. Margins are in what each limit counts.
    """
    finding = Finding(len(plan.pitches), len(plan.limits), unit="counted")
    uncounted = len(taken_on_trust(plan))
    if uncounted:
        finding.not_checkable = f"{uncounted} limits on residents, delay or what pitches do not say"
    for limit in plan.limits.itertuples():
        count = _count_of(plan, limit)
        if count is None:
            continue
        for name, found in sorted(count(plan, limit).items()):
            finding.margin(min(limit.at_most - found, found - limit.at_least), str(name))
            if not limit.at_least <= found <= limit.at_most:
                required = limit.at_least if found < limit.at_least else limit.at_most
                finding.breaches.append(Breach(str(name), found, required, str(limit.rule)))
    return finding


def taken_on_trust(plan: Plan) -> list[str]:
    """List the limits that the audit could not count."""
    lines = []
    for limit in plan.limits.itertuples():
        if _count_of(plan, limit) is None:
            where = "the city" if limit.group_by == "city" else f"{limit.group_by} {limit.group}"
            counts = getattr(limit, "counts", "pitches")
            lines.append(f"the limit on {counts} in {where}, as the solver counted it")
    return lines


def _count_of(plan: Plan, limit: Any) -> Callable[[Plan, Any], dict[str, int]] | None:
    """Give the way to count a limit; None where the list of pitches does not tell."""
    known = limit.group_by in ("city", "spot") or limit.group_by in plan.pitches
    return _COUNTS.get(str(getattr(limit, "counts", "pitches"))) if known else None


def _pitches(plan: Plan, limit: Any) -> dict[str, int]:
    if limit.group_by == "spot":
        return dict(plan.pitches.groupby("spot_id").size().to_dict())
    if limit.group_by == "city":
        return {"city": len(plan.pitches)}
    mine = as_text(plan.pitches[limit.group_by]) == limit.group
    return {str(limit.group): int(mine.sum())}


def _spots(plan: Plan, limit: Any) -> dict[str, int]:
    if limit.group_by == "city":
        return {"city": plan.pitches["spot_id"].nunique()}
    mine = as_text(plan.pitches[limit.group_by]) == limit.group
    return {str(limit.group): plan.pitches.loc[mine, "spot_id"].nunique()}


def _sides(plan: Plan, limit: Any) -> dict[str, int]:
    """Count the sides of a street that pitches stand on: as measured, else as the plan words them."""
    mine = plan.pitches[plan.pitches["street_id"].astype(str) == limit.group]
    sides = as_text(mine[SIDE if SIDE in mine else "side"])
    return {str(limit.group): sides[sides != ""].nunique()}


def _kerb_cm(plan: Plan, limit: Any) -> dict[str, int]:
    """Add up the lengths of a street's bays, each in whole centimetres, rounded up."""
    mine = plan.pitches["street_id"].astype(str) == limit.group
    return {str(limit.group): sum(ceil(100 * v - 1e-6) for v in plan.pitches.loc[mine, "length_m"])}


def _metres_apart(plan: Plan, limit: Any) -> dict[str, int]:
    """Measure from each spot to the nearest bay of another, centre to centre, whole metres."""
    at = shapely.points(plan.pitches["x_m"].to_numpy(float), plan.pitches["y_m"].to_numpy(float))
    spot = plan.pitches["spot_id"].astype(str).to_numpy()
    found: dict[str, int] = {}
    for name in np.unique(spot):
        others = at[spot != name]
        if len(others):
            mine = shapely.multipoints(at[spot == name])
            found[str(name)] = floor(float(shapely.distance(mine, shapely.multipoints(others))) + 1e-6)
    return found


_COUNTS: dict[str, Callable[[Plan, Any], dict[str, int]]] = {
    "pitches": _pitches,
    "spots": _spots,
    "sides": _sides,
    "metres between spots": _metres_apart,
    "centimetres of kerb": _kerb_cm,
}
