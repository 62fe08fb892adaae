"""What committees and officers said of a place: keep, forbid, nominate, waive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyproj import Transformer

from pitchplan.errors import Faults, InputError, NoPlanExists
from pitchplan.schemas import DECISIONS, as_text, check_table

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pitchplan.candidates.candidates import Candidates

__all__ = ["RADIUS_M", "Applied", "apply_decisions", "places_of", "read_decisions"]

RADIUS_M = 30.0
"""How far around a place a decision holds where it does not say, metres (ours)."""


@cache
def _to_plan(crs: str) -> Transformer:
    """Return the way from degrees to a planning CRS; finding it takes longer than using it."""
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


_WORDS = ("keep", "forbid", "nominate", "waive")


@dataclass(frozen=True, eq=False)
class Applied:
    """Decisions with what became of each.

    Attributes
    ----------
    decisions : pandas.DataFrame
        Columns as `schemas.DECISIONS` plus ``answer``.
    keep : dict of str to str
        Run that must be opened to the id of the decision that says so.
    forbidden : frozenset of str
        Ids of pitches that are taken out.
    """

    decisions: pd.DataFrame
    keep: dict[str, str]
    forbidden: frozenset[str]


def read_decisions(source: str | Path | pd.DataFrame, *, encoding: str | None = None) -> pd.DataFrame:
    """Read and check a table of decisions.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Columns as `schemas.DECISIONS`; lon and lat are WGS84 degrees.
    encoding : str or None
        Of a CSV file; found out where not given.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.DECISIONS`, ids as text, an empty ``radius_m`` set to 30.

    Raises
    ------
    InputError
        A column or value is missing, a word is unknown, a position cannot be on Earth or an id
        comes twice; every fault at once.
    """
    if isinstance(source, pd.DataFrame):
        frame, name, lines = source.copy(), "decisions", list(range(2, len(source) + 2))
    else:
        from pitchplan.files.tables import read_table

        frame, lines = read_table(source, encoding=encoding)
        name = str(source)
    frame = frame.replace(r"^\s*$", np.nan, regex=True)
    try:
        check_table(frame, DECISIONS, name)
    except InputError as error:
        # Rows that a file leaves empty are not read: name the line, not the place in the table.
        faults = [replace(f, row=lines[f.row - 2]) if isinstance(f.row, int) else f for f in error.faults]
        raise InputError(*faults) from None
    for column in ("radius_m", "rule"):
        if column not in frame.columns:
            frame[column] = np.nan if column == "radius_m" else ""
    frame = frame[DECISIONS.names].reset_index(drop=True)
    for column in ("lon", "lat", "radius_m"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    frame["radius_m"] = frame["radius_m"].fillna(RADIUS_M)
    for column in ("decision_id", "what", "rule", "reason", "who"):
        frame[column] = as_text(frame[column]).str.strip()
    _check_values(frame, name, lines)
    return frame


def _check_values(frame: pd.DataFrame, name: str, lines: list[int]) -> None:
    faults = Faults(name)
    twice = frame["decision_id"].duplicated(keep="first").to_numpy()
    for line, again, row in zip(lines, twice, frame.itertuples(), strict=True):
        checks = (
            (
                row.what not in _WORDS,
                "an unknown decision",
                f"Use one of {', '.join(_WORDS)}",
                "what",
                row.what,
            ),
            (
                not -180 <= row.lon <= 180,
                "not a longitude",
                "Give WGS84 degrees, -180 to 180",
                "lon",
                row.lon,
            ),
            (not -90 <= row.lat <= 90, "not a latitude", "Give WGS84 degrees, -90 to 90", "lat", row.lat),
            (not row.radius_m > 0, "not a radius", "Give metres above 0", "radius_m", row.radius_m),
            (again, "an id that comes twice", "Give each decision its own", "decision_id", row.decision_id),
            (
                row.what == "waive" and not row.rule,
                "no rule to waive",
                "Name the rule's id",
                "rule",
                row.rule,
            ),
        )
        for wrong, what, fix, column, value in checks:
            if wrong:
                faults.add(what, fix, row=line, column=column, value=value)
    faults.raise_if_any()


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
    pitches = candidates.pitches
    at = pitches[["x_m", "y_m"]].to_numpy(dtype=float)
    ids = pitches["pitch_id"].to_numpy(dtype=object)
    gaps = [np.hypot(*(at - place).T) for place in places]
    forbidden = frozenset(
        str(i)
        for row, gap in zip(decisions.itertuples(), gaps, strict=True)
        if row.what == "forbid"
        for i in ids[gap <= row.radius_m]
    )
    free = ~np.isin(ids.astype(str), sorted(forbidden))
    keep: dict[str, str] = {}
    lifted = {w["decision_id"] for w in candidates.provenance.get("waivers", [])}
    answers = []
    for row, place, gap in zip(decisions.itertuples(), places, gaps, strict=True):
        near = gap <= row.radius_m
        if row.what == "keep":
            answers.append(_keep(row, gap, near, free, pitches, keep))
        elif row.what == "forbid":
            answers.append(f"{int(near.sum())} pitches taken out")
        elif row.what == "nominate":
            answers.append(_nominated(row, int(near.sum()), place, candidates.refusals))
        else:
            answers.append(_waiver(row, int(near.sum()), lifted))
    return Applied(
        decisions.assign(answer=pd.Series(answers, index=decisions.index, dtype=object)), keep, forbidden
    )


def places_of(decisions: pd.DataFrame, candidates: Candidates) -> NDArray[np.float64]:
    """Return where decisions are about, planning CRS, shape (decisions, 2)."""
    to_plan = _to_plan(candidates.crs)
    px, py = to_plan.transform(decisions["lon"].to_numpy(), decisions["lat"].to_numpy())
    return np.column_stack([np.asarray(px, float), np.asarray(py, float)]).reshape(-1, 2)


def _waiver(row: object, legal: int, lifted: set[str]) -> str:
    """Say whether a waiver was used when the candidates were found."""
    rule, radius_m = row.rule, row.radius_m  # type: ignore[attr-defined]
    if row.decision_id not in lifted:  # type: ignore[attr-defined]
        return f"rule {rule} not waived: give the decisions to find_candidates too"
    return f"rule {rule} waived; {legal} legal pitches within {radius_m:g} m"


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
    to_plan = _to_plan(crs)
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
    row: object,
    gap: NDArray[np.float64],
    near: NDArray[np.bool_],
    free: NDArray[np.bool_],
    pitches: pd.DataFrame,
    keep: dict[str, str],
) -> str:
    """Add the run nearest to a place to those that must be opened; return the answer."""
    radius_m, decision_id = row.radius_m, row.decision_id  # type: ignore[attr-defined]
    if not near.any():
        return f"no legal place within {radius_m:g} m: see candidates.why"
    usable = np.flatnonzero(near & free)
    if len(usable) == 0:
        raise NoPlanExists(f"decision {decision_id!r} keeps a place where other decisions forbid every pitch")
    runs = pitches["run_id"].to_numpy(dtype=object)
    # Two runs at the same distance: the smaller id, so that row order does not matter.
    nearest = min(usable, key=lambda k: (round(float(gap[k]), 6), str(runs[k])))
    keep.setdefault(str(runs[nearest]), str(decision_id))
    return f"spot {runs[nearest]} is kept, {gap[nearest]:.0f} m from the place"


def _nominated(row: object, legal: int, place: NDArray[np.float64], refusals: pd.DataFrame) -> str:
    """Say how many legal pitches a nominated place has, or which rules refuse the nearest place."""
    radius_m = row.radius_m  # type: ignore[attr-defined]
    if legal:
        return f"{legal} legal pitches within {radius_m:g} m"
    none = f"no legal pitch within {radius_m:g} m"
    if len(refusals) == 0:
        return none
    gap = np.hypot(*(refusals[["x_m", "y_m"]].to_numpy(dtype=float) - place).T)
    near = refusals.assign(gap=gap.round(6))[gap <= radius_m]
    if near.empty:
        return f"{none}, and no place there was looked at"
    ident = near.sort_values(["gap", "place_id"], kind="stable")["place_id"].iloc[0]
    why = [
        f"{r.rule} (measured {r.measured:.2f}, required {r.required:g})"
        if r.measured == r.measured
        else str(r.rule)
        for r in near[near["place_id"] == ident].sort_values("rule", kind="stable").itertuples()
    ]
    return f"{none}: refused by " + "; ".join(why)
