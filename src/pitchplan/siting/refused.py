"""Places that rules refuse, counted where a limit asks for more pitches or vendors found none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.siting.model.ground import Ground

__all__ = ["refused_by_one_rule", "refused_there"]

_SHOWN = 3


def _only_rule(refusals: pd.DataFrame, bay_m: float) -> pd.DataFrame:
    """Return the places that one rule alone refuses, one per square of a bay's length."""
    broken = refusals.groupby("place_id")["rule"].transform("nunique")
    alone = refusals[broken == 1].drop_duplicates("place_id")
    square = alone.assign(
        column=np.floor(alone["x_m"] / bay_m).astype("int64"),
        row=np.floor(alone["y_m"] / bay_m).astype("int64"),
    )
    return square.drop_duplicates(["rule", "column", "row"])


def refused_by_one_rule(ground: Ground) -> dict[str, int]:
    """Count, for each rule, the squares of a bay's length where it alone refuses a place.

    Places are looked at every half a metre or so, and a vendor needs a bay: so many is about how
    many vendors could stand there without the rule.
    """
    refusals = ground.candidates.refusals
    if len(refusals) == 0:
        return {}
    alone = _only_rule(refusals, _bay_m(ground.pitches))
    return {str(rule): int(count) for rule, count in alone["rule"].value_counts().sort_index().items()}


def _bay_m(pitches: pd.DataFrame) -> float:
    return float(pitches["length_m"].max()) if len(pitches) else 6.0


def refused_there(ground: Ground, name: str) -> str:
    """Say which rules refuse most places in the community or district that a limit is about.

    Parameters
    ----------
    ground : Ground
        Of the siting problem.
    name : str
        Name of the limit's rows.

    Returns
    -------
    str
        Such as ``" (rule junction alone refuses 31 more)"``, or nothing.
    """
    if "at least" not in name:
        return ""
    refusals = ground.candidates.refusals
    for by in ("community_id", "district"):
        for group in sorted({str(g) for g in ground.city.communities[by].dropna()}):
            if f"({by} {group!r}:" in name and len(refusals):
                alone = _only_rule(refusals, _bay_m(ground.pitches))
                area = ground.city.communities[ground.city.communities[by].astype(str) == group]
                points = shapely.points(alone["x_m"].to_numpy(float), alone["y_m"].to_numpy(float))
                inside = shapely.intersects(shapely.union_all(area.geometry.to_numpy()), points)
                counts = alone["rule"][inside].value_counts().head(_SHOWN)
                said = ", ".join(f"rule {rule} alone refuses {count} more" for rule, count in counts.items())
                return f" ({said})" if said else ""
    return ""
