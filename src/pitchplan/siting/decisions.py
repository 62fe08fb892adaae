"""What committees and officers said of a place: keep, forbid, nominate, waive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.answers import Answer, Reason, answer_columns, outvoted
from pitchplan.candidates.decided import RADIUS_M, known_places, with_places
from pitchplan.errors import Faults, NoPlanExists
from pitchplan.schemas import as_text
from pitchplan.siting.decision_table import read_decisions
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.candidates.candidates import Candidates

__all__ = ["RADIUS_M", "Applied", "apply_decisions", "check_inside", "placed", "places_of", "read_decisions"]


@dataclass(frozen=True, eq=False)
class Applied:
    """Decisions with what became of each.

    Attributes
    ----------
    decisions : pandas.DataFrame
        Columns as `schemas.DECISIONS` and `schemas.ANSWERS`.
    keep : dict of str to str
        Run that must be opened to the id of the decision that says so.
    forbidden : frozenset of str
        Ids of pitches that are taken out.
    """

    decisions: pd.DataFrame
    keep: dict[str, str]
    forbidden: frozenset[str]


def apply_decisions(
    decisions: pd.DataFrame,
    candidates: Candidates,
) -> Applied:
    """Find what each decision means for the candidates, and answer it in words.

    Parameters
    ----------
    decisions : pandas.DataFrame
        As `read_decisions` returns it.
    candidates : Candidates
        Legal pitches, runs and refusals.

    Returns
    -------
    Applied
        Runs to keep, pitches to take out, and an answer per decision.

    Raises
    ------
    NoPlanExists
        A place is to be kept and every pitch around it is forbidden.
    """
    places = places_of(decisions, candidates)
    rows = list(decisions.itertuples())
    reached = [_reach(row, place, candidates) for row, place in zip(rows, places, strict=True)]
    lost = outvoted(decisions)
    ids = candidates.pitches["pitch_id"].to_numpy(dtype=object)
    forbidden = frozenset(
        str(i)
        for row, reach, out in zip(rows, reached, lost, strict=True)
        if row.what == "forbid" and not out
        for i in ids[reach.near]
    )
    free = ~np.isin(ids.astype(str), sorted(forbidden))
    keep: dict[str, str] = {}
    lifted = {w["decision_id"] for w in candidates.provenance.get("waivers", [])}
    answers = []
    for row, reach, out in zip(rows, reached, lost, strict=True):
        legal = int(reach.near.sum())
        if out:
            votes = (int(row.votes_for), int(row.votes_against))
            answers.append(Answer("outvoted", reach.where, votes=votes))
        elif row.what == "keep":
            answers.append(_keep(row, reach, free, candidates, keep))
        elif row.what == "forbid":
            answers.append(Answer("taken-out", reach.where, legal))
        elif row.what == "nominate":
            answers.append(_nominated(reach, candidates.refusals))
        else:
            outcome = "waived" if row.decision_id in lifted else "not-waived"
            answers.append(Answer(outcome, reach.where, legal, rule=str(row.rule)))
    columns = {
        name: pd.Series(cells, decisions.index, float if name in ("pitches", "distance_m") else object)
        for name, cells in answer_columns(answers).items()
    }
    return Applied(decisions.assign(**columns), keep, forbidden)


def places_of(decisions: pd.DataFrame, candidates: Candidates) -> NDArray[np.float64]:
    """Return where decisions are about, planning CRS, shape (decisions, 2)."""
    to_plan = transformer_between(4326, candidates.crs)
    px, py = to_plan.transform(decisions["lon"].to_numpy(), decisions["lat"].to_numpy())
    return np.column_stack([np.asarray(px, float), np.asarray(py, float)]).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class _Reach:
    """What a decision speaks of: a point and the pitches near it, or those of one run or pitch.

    Attributes
    ----------
    at : ndarray of float, shape (2,)
        Its place, metres.
    gap_m : ndarray of float, shape (pitches,)
        From there to each legal pitch.
    near : ndarray of bool, shape (pitches,)
        Those it holds for.
    radius_m : float
    where : str
        In words.
    """

    at: NDArray[np.float64]
    gap_m: NDArray[np.float64]
    near: NDArray[np.bool_]
    radius_m: float
    where: str


def _reach(row: Any, at: NDArray[np.float64], candidates: Candidates) -> _Reach:
    pitches = candidates.pitches
    gap = np.hypot(*(pitches[["x_m", "y_m"]].to_numpy(dtype=float) - at).T)
    ident = getattr(row, "place", "")
    if ident:
        own = (pitches["run_id"].astype(str) == ident) | (pitches["pitch_id"].astype(str) == ident)
        if own.any():
            return _Reach(at, gap, own.to_numpy(dtype=bool), float(row.radius_m), f"at {ident}")
    return _Reach(at, gap, gap <= row.radius_m, float(row.radius_m), f"within {row.radius_m:g} m")


def placed(decisions: pd.DataFrame, candidates: Candidates) -> pd.DataFrame:
    """Give every decision its coordinates, by id of a run or pitch or by its address.

    Parameters
    ----------
    decisions : pandas.DataFrame
        As `read_decisions` returns it, in the order of the file.
    candidates : Candidates

    Raises
    ------
    InputError
        Places that cannot be found; every fault at once, by row.
    """
    known = known_places(candidates.pitches, candidates.runs)
    gazetteer = getattr(candidates, "gazetteer", None)
    lines = list(range(2, len(decisions) + 2))
    return with_places(decisions, gazetteer, candidates.crs, known, rows=lines)


def check_inside(decisions: pd.DataFrame, crs: str, bounds: tuple[float, float, float, float]) -> None:
    """Raise for decisions on places outside of the city.

    Parameters
    ----------
    decisions : pandas.DataFrame
        As `read_decisions` returns it, in the order of the file.
    crs : str
        Planning CRS.
    bounds : (float, float, float, float)
        West, south, east and north of the city, metres.

    Raises
    ------
    InputError
        Names every such decision.
    """
    if len(decisions) == 0:
        return
    west, south, east, north = bounds
    radius = decisions["radius_m"].to_numpy(dtype=float)
    to_plan = transformer_between(4326, crs)
    x, y = map(np.asarray, to_plan.transform(decisions["lon"].to_numpy(), decisions["lat"].to_numpy()))
    inside = (x >= west - radius) & (x <= east + radius) & (y >= south - radius) & (y <= north + radius)
    faults = Faults("decisions")
    for k in np.flatnonzero(~inside):
        row = decisions.iloc[k]
        faults.add(
            f"decision {row['decision_id']!r} lies outside the city",
            "Check lon and lat: WGS84 degrees, longitude first",
            row=int(k) + 2,
            column="lon, lat",
            value=(float(row["lon"]), float(row["lat"])),
        )
    faults.raise_if_any()


def _keep(
    row: Any, reach: _Reach, free: NDArray[np.bool_], candidates: Candidates, keep: dict[str, str]
) -> Answer:
    """Add the run nearest to a place to those that must be opened; return the answer."""
    if not reach.near.any():
        return Answer("nowhere", reach.where, reasons=_broken(reach, candidates.refusals))
    usable = np.flatnonzero(reach.near & free)
    if len(usable) == 0:
        what = f"decision {row.decision_id!r} keeps a place where other decisions forbid every pitch"
        raise NoPlanExists(what)
    runs = candidates.pitches["run_id"].to_numpy(dtype=object)
    # Two runs at the same distance: the smaller id, so that row order does not matter.
    nearest = min(usable, key=lambda k: (round(float(reach.gap_m[k]), 6), str(runs[k])))
    keep.setdefault(str(runs[nearest]), str(row.decision_id))
    return Answer(
        "kept",
        reach.where,
        int(reach.near.sum()),
        spot_id=str(runs[nearest]),
        distance_m=float(reach.gap_m[nearest]),
    )


def _nominated(reach: _Reach, refusals: pd.DataFrame) -> Answer:
    """Say how many legal pitches a nominated place has, or which rules refuse the nearest place."""
    if reach.near.any():
        return Answer("legal", reach.where, int(reach.near.sum()))
    if len(refusals) == 0:
        return Answer("none", reach.where)
    broken = _broken(reach, refusals)
    return Answer("refused" if broken else "not-looked-at", reach.where, reasons=broken)


def _broken(reach: _Reach, refusals: pd.DataFrame) -> tuple[Reason, ...]:
    """Return the rules that the nearest refused place within a decision's radius breaks."""
    if len(refusals) == 0:
        return ()
    gap = np.hypot(*(refusals[["x_m", "y_m"]].to_numpy(dtype=float) - reach.at).T)
    near = refusals.assign(gap=gap.round(6))[gap <= reach.radius_m]
    if near.empty:
        return ()
    ident = near.sort_values(["gap", "place_id"], kind="stable")["place_id"].iloc[0]
    rows = near[near["place_id"] == ident].sort_values("rule", kind="stable")
    named = as_text(rows["feature_id"])
    told = zip(rows["rule"], rows["measured"], rows["required"], named, strict=True)
    return tuple(Reason(str(r), float(m), float(q), f) for r, m, q, f in told)
