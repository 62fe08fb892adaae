"""Numbers of spots from year to year: a spot that stays keeps its number, and no number is used again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.errors import Faults
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan

__all__ = ["USED", "numbered_as", "numbers_used"]

USED = "numbers_used_up_to"
"""Where a plan's provenance, or a list's ``attrs``, keeps the highest number that was ever used."""


def numbers_used(last: Any) -> int:
    """Return the highest number that a plan or list, or those before it, ever used; 0 for none.

    Parameters
    ----------
    last : Plan or pandas.DataFrame
        A plan, or a list of spots as `candidates.lists.read_spots` returns it.
    """
    noted = getattr(last, "provenance", None) or getattr(last, "attrs", None) or {}
    spots = getattr(last, "spots", last)
    known = noted.get(USED, 0)
    known = int(known) if isinstance(known, int | float) and not isinstance(known, bool) else 0
    return max(known, int(spots["number"].max()) if len(spots) else 0)


def numbered_as(plan: Plan, last: Plan | pd.DataFrame, *, within_m: float = 30.0) -> Plan:
    """Return a plan whose spots keep the numbers they had; see `Plan.with_numbers_of`."""
    spots = _checked(last, within_m)
    was = _places(last, spots, plan.crs)
    old = _same(plan, spots, was, float(within_m))
    ids = plan.spots["spot_id"].astype(str).tolist()
    top = max(numbers_used(last), int(plan.provenance.get(USED, 0)))
    number: dict[str, int] = {}
    for ident in ids:
        if ident in old:
            number[ident] = old[ident]
        else:
            # New spots follow in the order of the plan's own numbers: by district, then north to south.
            top += 1
            number[ident] = top
    told = plan.spots.assign(number=np.array([number[i] for i in ids], dtype=np.int64))
    mine = [number[str(i)] for i in plan.pitches["spot_id"]]
    pitches = plan.pitches.assign(number=np.array(mine, dtype=np.int64))
    weeks = plan.weeks
    if weeks is not None:
        weeks = weeks.assign(number=np.array([number[i] for i in weeks["spot_id"]], dtype=np.int64))
        weeks = weeks.sort_values(["number", "week"], kind="stable", ignore_index=True)
    by = [c for c in ("number", "chainage_m", "pitch_id") if c in pitches.columns]
    return replace(
        plan,
        weeks=weeks,
        spots=told.sort_values("number", kind="stable", ignore_index=True),
        pitches=pitches.sort_values(by, kind="stable", ignore_index=True),
        provenance={**plan.provenance, USED: top},
    )


def _checked(last: Any, within_m: object) -> pd.DataFrame:
    """Return last year's spots, or refuse what is no list of them."""
    faults = Faults("with_numbers_of")
    fine = isinstance(within_m, int | float) and not isinstance(within_m, bool) and 0 < within_m < 1e6
    if not fine:
        faults.add("not a distance", "Give metres above 0", column="within_m", value=within_m)
    spots = getattr(last, "spots", last)
    wanted = ("spot_id", "number", "x_m", "y_m")
    if not isinstance(spots, pd.DataFrame) or not set(wanted) <= set(spots.columns):
        fix = f"Give a plan, or a list that read_spots read, with {', '.join(wanted)}"
        faults.add("no list of spots", fix, column="last", value=type(last).__name__)
        faults.raise_if_any()
    numbers = pd.to_numeric(spots["number"], errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(numbers) | (numbers < 1) | (numbers != np.floor(numbers))
    again = spots["number"].duplicated().to_numpy() & ~bad
    for mask, what in ((bad, "not a spot's number"), (again, "a number comes twice")):
        for k in np.flatnonzero(mask):
            ident, value = str(spots["spot_id"].iloc[k]), spots["number"].iloc[k]
            fix = "Give each spot a whole number of its own, 1 or more"
            faults.add(what, fix, row=ident, column="number", value=value)
    faults.raise_if_any()
    return spots.sort_values("number", kind="stable", ignore_index=True)


def _places(last: Any, spots: pd.DataFrame, crs: str) -> NDArray[np.float64]:
    """Return where last year's spots were, in the plan's CRS; not a number where nobody knows."""
    places: NDArray[np.float64] = spots[["x_m", "y_m"]].to_numpy(dtype=float)
    theirs = getattr(last, "crs", crs)
    if theirs != crs:
        import pyproj

        if pyproj.CRS(theirs) != pyproj.CRS(crs):
            there = transformer_between(theirs, crs)
            places = np.column_stack(there.transform(places[:, 0], places[:, 1]))
    return places


def _same(plan: Plan, spots: pd.DataFrame, was: NDArray[np.float64], within_m: float) -> dict[str, int]:
    """Return the number each spot had: by its id, else the nearest spot within a distance, one to one."""
    number = dict(zip(spots["spot_id"].astype(str), spots["number"].astype(int), strict=True))
    ids = plan.spots["spot_id"].astype(str)
    old = {i: number[i] for i in ids if i in number}
    left = np.flatnonzero(~spots["spot_id"].astype(str).isin(set(old)).to_numpy() & np.isfinite(was).all(1))
    mine = plan.pitches[~plan.pitches["spot_id"].astype(str).isin(set(old))]
    if not len(left) or not len(mine):
        return old
    at = mine[["x_m", "y_m"]].to_numpy(dtype=float)
    own = mine["spot_id"].astype(str).to_numpy(dtype=object)
    pairs = []
    for k in left:
        gap = np.hypot(*(at - was[k]).T)
        for p in np.flatnonzero(gap <= within_m):
            pairs.append((round(float(gap[p]), 6), int(spots["number"].iloc[k]), str(own[p])))
    taken: set[int] = set()
    for _, one, ident in sorted(pairs):
        if ident not in old and one not in taken:
            old[ident] = one
            taken.add(one)
    return old
