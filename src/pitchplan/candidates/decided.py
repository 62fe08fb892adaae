"""Where decisions speak of: by coordinates, by an address, or by the id or number of a spot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.answers import outvoted
from pitchplan.candidates.addresses.asking import find_address
from pitchplan.candidates.lists import number_said
from pitchplan.candidates.screening import Waiver
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.schemas import as_text
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from pitchplan.candidates.addresses.gazetteer import Gazetteer
    from pitchplan.rules.book import RuleBook

__all__ = ["RADIUS_M", "known_places", "places_of_last", "waivers_of", "with_places"]

RADIUS_M = 30.0
"""How far around a place a decision holds where it does not say, metres (ours)."""
_AGREE_M = 50.0
_VAGUE_M = 60.0

Place = tuple[float, float]


def known_places(pitches: pd.DataFrame, runs: pd.DataFrame) -> dict[str, Place]:
    """Return where each pitch and each run (or spot) is, by id, metres in the planning CRS."""
    found: dict[str, Place] = {}
    for table, column in ((runs, "run_id"), (runs, "spot_id"), (pitches, "pitch_id")):
        if column in table.columns:
            cells = zip(table[column].astype(str), table["x_m"], table["y_m"], strict=True)
            found |= {i: (float(x), float(y)) for i, x, y in cells}
    return found


def places_of_last(decisions: pd.DataFrame, last: Any, source: str, lines: list[int]) -> pd.DataFrame:
    """Give coordinates to decisions that name a spot of an earlier plan by number or id.

    Parameters
    ----------
    decisions : pandas.DataFrame
        Columns as `schemas.DECISIONS`.
    last : Plan or pandas.DataFrame
        The plan, or its list as `candidates.lists.read_spots` returns it.
    source, lines : str, list of int
        What to call the table and its rows in errors.

    Returns
    -------
    pandas.DataFrame
        ``place`` is the spot's or pitch's id; lon and lat are filled.

    Raises
    ------
    InputError
        ``last`` is no plan and no list, or has no such spot; every fault at once.
    """
    spots = getattr(last, "spots", last)
    crs = getattr(last, "crs", "") or getattr(spots, "attrs", {}).get("crs", "")
    if (
        not isinstance(spots, pd.DataFrame)
        or not {"spot_id", "number", "x_m"} <= set(spots.columns)
        or not crs
    ):
        fix = "Give a plan, or what read_spots read"
        raise InputError(Fault("no plan and no list of spots", fix, "last", value=type(last).__name__))
    known = known_places(getattr(last, "pitches", spots.iloc[:0]), spots)
    by_number = dict(zip(spots["number"].astype(int), spots["spot_id"].astype(str), strict=True))
    faults = Faults(source)
    out = decisions.copy()
    degrees = transformer_between(crs, 4326)
    for k, place in enumerate(out["place"]):
        number = number_said(place)
        ident = place if place in known else by_number.get(number or 0, "")
        if not place or (not ident and number is None):
            continue
        x, y = known.get(ident, (math.nan, math.nan))
        if not math.isfinite(x):
            fix = f"It has the numbers {_told(sorted(by_number))}; or give lon and lat, or an address"
            faults.add("the plan has no such spot", fix, row=lines[k], column="place", value=place)
            continue
        out.loc[out.index[k], "place"] = ident
        if np.isnan(out["lon"].iloc[k]):
            lon, lat = degrees.transform(x, y)
            out.loc[out.index[k], ["lon", "lat"]] = [float(lon), float(lat)]
    faults.raise_if_any()
    return out


def _told(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:20])) + (" …" if len(numbers) > 20 else "")


def with_places(
    decisions: pd.DataFrame,
    gazetteer: Gazetteer | None,
    crs: str,
    known: Mapping[str, Place],
    *,
    rows: list[int] | list[str],
) -> pd.DataFrame:
    """Give every decision its coordinates.

    Parameters
    ----------
    decisions : pandas.DataFrame
        Columns as `schemas.DECISIONS`, of which each row has lon and lat, an address or a place.
    gazetteer : Gazetteer or None
        Names that addresses are read by.
    crs : str
        Planning CRS.
    known : mapping of str to (float, float)
        As `known_places` returns it.
    rows : list
        What to call the rows in errors.

    Returns
    -------
    pandas.DataFrame
        With lon and lat in every row.

    Raises
    ------
    InputError
        An id is not known, an address is not understood or leaves more open than the decision's radius
        and 60 m, or two ways of saying a place are more than 50 m apart; every fault at once.
    """
    open_rows = [
        k
        for k, row in enumerate(decisions.itertuples())
        if getattr(row, "address", "") or getattr(row, "place", "") or math.isnan(row.lon)
    ]
    if not open_rows:
        return decisions
    faults = Faults("decisions")
    out = decisions.copy()
    degrees = transformer_between(crs, 4326)
    metres = transformer_between(4326, crs)
    for k in open_rows:
        row = out.iloc[k]
        given = None if math.isnan(row["lon"]) else metres.transform(row["lon"], row["lat"])
        found = _found(row, rows[k], given is not None, gazetteer, known, faults)
        if given is None and found is not None:
            lon, lat = degrees.transform(found[0], found[1])
            out.loc[out.index[k], ["lon", "lat"]] = [float(lon), float(lat)]
        elif given is not None and found is not None:
            away = math.hypot(found[0] - given[0], found[1] - given[1])
            if away > max(_AGREE_M, found[2], float(row["radius_m"])):
                column = "place" if row["place"] in known else "address"
                what, fix = f"lon and lat are {away:.0f} m from there", "Mend one of them, or leave it out"
                faults.add(what, fix, row=rows[k], column=column, value=row[column])
    faults.raise_if_any()
    return out


def _found(
    row: Any,
    line: int | str,
    located: bool,
    gazetteer: Gazetteer | None,
    known: Mapping[str, Place],
    faults: Faults,
) -> tuple[float, float, float] | None:
    """Find the place of a row by id or address, and what it leaves open; faults where it is needed."""
    place, address = str(row.get("place", "")), str(row.get("address", ""))
    if place in known and place:
        return (*known[place], 0.0)
    if place and not located and not address:
        what, fix = "no spot and no pitch of this id", "Give lon and lat, or an address"
        if number_said(place):
            what = "a number tells a spot only where its plan is known"
            fix = "Read the decisions with last=, the plan or list it is of"
        faults.add(what, fix, row=line, column="place", value=place)
        return None
    if not address or gazetteer is None:
        if not located and not place:
            faults.add("no place", "Give lon and lat, an address, or a spot's id", row=line, column="lon")
        return None
    try:
        asked = find_address(address, gazetteer)
    except InputError as error:
        if not located:
            told = (replace(f, source="decisions", row=line, column="address") for f in error.faults)
            faults.found.extend(told)
        return None
    if not located and asked.precision_m > max(_VAGUE_M, float(row["radius_m"])):
        what = f"the address leaves {asked.precision_m:.0f} m open"
        fix = f"Say it closer, or give a radius_m as large; it was read as {asked.read_as}"
        faults.add(what, fix, row=line, column="address", value=address)
        return None
    return asked.x_m, asked.y_m, asked.precision_m


def waivers_of(decisions: pd.DataFrame | None, book: RuleBook, gazetteer: Gazetteer) -> list[Waiver]:
    """Return the rules that decisions waive, and where.

    Raises
    ------
    InputError
        It is no table of decisions, a rule is none of the book's, or a place cannot be found.
    """
    if decisions is None:
        return []
    if not isinstance(decisions, pd.DataFrame) or "what" not in decisions:
        raise InputError(
            Fault(
                "not a table of decisions", "Read it with read_decisions first", "decisions", value=decisions
            )
        )
    rows = decisions[(decisions["what"] == "waive").to_numpy() & ~outvoted(decisions)]
    for column in ("place", "address"):
        rows = rows.assign(**{column: as_text(rows[column]) if column in rows else ""})
    for column in ("lon", "lat", "radius_m"):
        rows = rows.assign(**{column: rows[column].astype(float) if column in rows else math.nan})
    rows["radius_m"] = rows["radius_m"].fillna(RADIUS_M)
    known = {r.id for r in book.rules}
    unknown = [
        Fault(
            "a decision waives a rule the book does not have",
            f"Rules of {book.id}: {', '.join(sorted(known))}",
            "decisions",
            str(row.decision_id),
            "rule",
            row.rule,
        )
        for row in rows.itertuples()
        if row.rule not in known
    ]
    try:
        rows = with_places(rows, gazetteer, gazetteer.crs, {}, rows=rows["decision_id"].astype(str).tolist())
    except InputError as error:
        unknown += error.faults
    if unknown:
        raise InputError(*unknown)
    to_plan = transformer_between(4326, gazetteer.crs)
    x, y = to_plan.transform(rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float))
    made = zip(rows["rule"], x, y, rows["radius_m"], rows["decision_id"], strict=True)
    return [Waiver(str(r), float(a), float(b), float(c), str(d)) for r, a, b, c, d in made]
