"""The candidates' public tables: pitches, runs, clashes and the rule book's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.addresses.gazetteer import Gazetteer
from pitchplan.candidates.addresses.lines import address_lines
from pitchplan.candidates.bays import Bays
from pitchplan.candidates.places import SIDES, place_ids
from pitchplan.city.layers import City
from pitchplan.rules.book import RuleBook
from pitchplan.rules.effects import Pairs
from pitchplan.rules.kinds import KINDS

if TYPE_CHECKING:
    from pitchplan.demand.season import Season

__all__ = ["clash_table", "limit_table", "pitch_table", "run_table"]


def pitch_table(bays: Bays, city: City, season: Season, notes: NDArray[np.object_]) -> pd.DataFrame:
    """Give the candidates' public table.

    Parameters
    ----------
    bays : Bays
    city : City
    season : Season
    notes : ndarray of str, shape (bays, 2) or (bays, 4)
        Rules waived at each bay, and rules that could not be measured there, separated by commas; hours and
        weeks at which it is legal, where these are not the season's.
    """
    sizes = [f"{a * 10:.0f}x{b * 10:.0f}" for a, b in zip(bays.length_m, bays.width_m, strict=True)]
    ids = place_ids(bays.x_m, bays.y_m, bays.bearing_deg, "P", sizes)
    first = pd.Series(ids).groupby(bays.run).first()
    communities = city.communities
    at = bays.community

    def of_community(column: str) -> NDArray[np.object_]:
        values = np.full(len(bays), "", dtype=object)
        values[at >= 0] = communities[column].to_numpy(dtype=object)[at[at >= 0]]
        return values

    flags = [_flags(w, u, s) for (w, u, *_), s in zip(notes.tolist(), bays.width_status, strict=True)]
    return pd.DataFrame(
        {
            "pitch_id": ids,
            "run_id": "R" + first.reindex(bays.run).str[1:].to_numpy(dtype=object),
            "street_id": bays.street_id,
            "street": bays.street,
            "street_en": bays.street_en,
            "street_class": bays.street_class,
            "side": np.array(SIDES, dtype=object)[bays.side],
            "chainage_m": np.round(bays.chainage_m, 3),
            "placement": bays.placement,
            "vehicle": bays.vehicle,
            "community_id": of_community("community_id"),
            "district": of_community("district"),
            "clear_walk_m": np.round(bays.clear_walk_m, 3),
            "clear_drive_m": np.round(bays.clear_drive_m, 3),
            "width_status": bays.width_status,
            "hours": notes[:, 2] if notes.shape[1] == 4 else season.hours,
            "weeks": notes[:, 3] if notes.shape[1] == 4 else "",
            "flags": np.array(flags, dtype=object),
            "x_m": np.round(bays.x_m, 4),
            "y_m": np.round(bays.y_m, 4),
            "bearing_deg": np.round(bays.bearing_deg, 5),
            "length_m": bays.length_m,
            "width_m": bays.width_m,
            "queue_m": bays.queue_m,
        }
    )


def _flags(waived: str, unmeasured: str, width_status: str) -> str:
    flags = [f"waived: {waived}"] if waived else []
    flags += [f"{rule}: not measured" for rule in unmeasured.split(",") if rule]
    return "; ".join(flags + (["width assumed, to be taped"] if width_status == "assumed" else []))


def run_table(pitches: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Give the runs' public table, with address lines."""
    groups = pitches.groupby("run_id", sort=False)
    middle = groups.nth(0).set_index("run_id").copy()
    runs = middle[
        ["street_id", "street", "street_en", "street_class", "side", "placement", "community_id", "district"]
    ].copy()
    runs["room"] = groups.size()
    runs["length_m"] = groups["chainage_m"].max() - groups["chainage_m"].min() + groups["length_m"].first()
    runs["x_m"], runs["y_m"] = groups["x_m"].mean(), groups["y_m"].mean()
    runs = runs.reset_index()
    runs["address"], runs["address_en"] = address_lines(runs, gazetteer)
    return runs


def clash_table(bays: Bays, pitches: pd.DataFrame, city: City, book: RuleBook) -> pd.DataFrame:
    """List every pair of bays that may not both be chosen, columns as `schemas.CLASHES`."""
    over = _overlaps(bays)
    found = [("overlap", over.a, over.b, over.measured, 0.0)]
    for rule in book.rules:
        kind = KINDS[rule.kind]
        if hasattr(kind, "clash") and len(bays) and not kind.missing(rule, city):
            pairs = kind.clash(rule, bays, city)
            found.append((rule.id, pairs.a, pairs.b, pairs.measured, pairs.required))
    names, a, b, measured, required = zip(*found, strict=True)
    many = [len(part) for part in a]
    # Text that pandas knows as text already need not be looked through again.
    ids, rules = pitches["pitch_id"].array, pd.Series(names).array
    return pd.DataFrame(
        {
            "pitch_a": ids.take(np.concatenate(a)),
            "pitch_b": ids.take(np.concatenate(b)),
            "rule": rules.take(np.repeat(np.arange(len(many)), many)),
            "measured": np.round(np.concatenate(measured), 3),
            "required": np.repeat(np.array(required, dtype=np.float64), many),
        }
    )


def _overlaps(bays: Bays) -> Pairs:
    a, b, _ = bays.pairs_within(1e-6)
    over = shapely.area(shapely.intersection(bays.rectangles[a], bays.rectangles[b])) > 1e-9
    return Pairs(a[over], b[over], np.zeros(int(over.sum())), 0.0)


def limit_table(book: RuleBook, city: City, pitches: pd.DataFrame) -> pd.DataFrame:
    """List the rule book's limits: rule, group_by, group, at_least, at_most (pitches).

    Streets without a pitch are left out: there is nothing to count on them.
    """
    # Of several vehicles the longest takes up the most kerb: a limit that holds for it holds for all.
    longest_m = float(pitches["length_m"].max()) if len(pitches) else 1.0
    rows = [
        row
        for rule in book.rules
        if hasattr(KINDS[rule.kind], "limit") and not KINDS[rule.kind].missing(rule, city)
        for row in KINDS[rule.kind].limit(rule, city, longest_m)
    ]
    table = pd.DataFrame(rows, columns=["rule", "group_by", "group", "at_least", "at_most"])
    idle = (table["group_by"] == "street_id") & ~table["group"].isin(set(pitches["street_id"].unique()))
    return table[~idle].reset_index(drop=True)
