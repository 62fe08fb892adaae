"""Reading a table of decisions: every fault of it at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.candidates.decided import RADIUS_M, places_of_last
from pitchplan.demand.survey.cells import Unclear, day_of
from pitchplan.errors import Faults, InputError
from pitchplan.masking import holds_number
from pitchplan.schemas import DECISIONS, as_text, check_table

if TYPE_CHECKING:
    from pathlib import Path

    from pitchplan.plan import Plan

__all__ = ["read_decisions"]

_WORDS = ("keep", "forbid", "nominate", "waive")


def read_decisions(
    source: str | Path | pd.DataFrame,
    *,
    encoding: str | None = None,
    last: Plan | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Read and check a table of decisions.

    A place is told by ``lon`` and ``lat``, by an ``address``, or by ``place``: the id of a run, spot or
    pitch, or (with ``last``) a spot's number such as 12, ``No. 12`` or 12号. Ids and addresses are looked
    up where the city is known: by `find_candidates` for waivers, by `siting_problem` for all.
    A decision that lost its committee's vote, with more votes against it than for it, is kept on record
    and answered, but not followed; in a tie it is.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Columns as `schemas.DECISIONS`; lon and lat are WGS84 degrees.
    encoding : str or None
        Of a CSV file; found out where not given.
    last : Plan or pandas.DataFrame, optional
        The plan whose numbers and ids ``place`` speaks of, or its list as `candidates.lists.read_spots`
        returns it.

    Returns
    -------
    pandas.DataFrame
        Columns as `schemas.DECISIONS`, ids as text, an empty ``radius_m`` set to 30.

    Raises
    ------
    InputError
        A column or value is missing, a word is unknown, a position cannot be on Earth, an id comes
        twice, a date is no day, votes are not whole, or ``last`` has no such spot; every fault at once.
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
    numbers = [c.name for c in DECISIONS.columns if c.kind == "number"]
    for column in [c for c in DECISIONS.names if c not in frame.columns]:
        frame[column] = np.nan if column in numbers else ""
    frame = frame[DECISIONS.names].reset_index(drop=True)
    for column in numbers:
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    frame["radius_m"] = frame["radius_m"].fillna(RADIUS_M)
    for column in ("decision_id", "what", "rule", "reason", "who", "place", "address"):
        frame[column] = as_text(frame[column]).str.strip()
    frame["place"] = frame["place"].str.replace(r"^(\d+)\.0$", r"\1", regex=True)
    _check_values(frame, name, lines)
    return frame if last is None else places_of_last(frame, last, name, lines)


def _check_values(frame: pd.DataFrame, name: str, lines: list[int]) -> None:
    faults = Faults(name)
    twice = frame["decision_id"].duplicated(keep="first").to_numpy()
    for line, again, row in zip(lines, twice, frame.itertuples(), strict=True):
        try:
            day_of(row.date)
        except Unclear as unclear:
            what, fix = unclear.args
            faults.add(what, fix, row=line, column="date", value=row.date)
        needed = not row.place and not row.address
        for column, value, other in (("lon", row.lon, row.lat), ("lat", row.lat, row.lon)):
            if np.isnan(value) and (needed or not np.isnan(other)):
                fix = "Give both lon and lat, or an address, or a place"
                faults.add("a value is missing", fix, row=line, column=column)
        for column, value in (("votes_for", row.votes_for), ("votes_against", row.votes_against)):
            one = np.isnan(row.votes_for) != np.isnan(row.votes_against)
            if (np.isnan(value) and one) or value < 0 or value % 1 > 0:
                fix = "Give whole numbers, 0 or more, for and against, or leave both empty"
                faults.add("not a number of votes", fix, row=line, column=column, value=value)
        checks = (
            (
                row.what not in _WORDS,
                "an unknown decision",
                f"Use one of {', '.join(_WORDS)}",
                "what",
                row.what,
            ),
            (
                abs(row.lon) > 180,
                "not a longitude",
                "Give WGS84 degrees, -180 to 180",
                "lon",
                row.lon,
            ),
            (abs(row.lat) > 90, "not a latitude", "Give WGS84 degrees, -90 to 90", "lat", row.lat),
            (not row.radius_m > 0, "not a radius", "Give metres above 0", "radius_m", row.radius_m),
            (
                holds_number(row.decision_id),
                "an id that reads like a telephone or ID number or a number plate",
                "Give a made-up id such as D-001: ids of waivers are published",
                "decision_id",
                row.decision_id,
            ),
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
