"""Counts at the spots: what they say of the forecast, of each spot, and of next year's start."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyproj

from pitchplan.demand.counts import read_counts
from pitchplan.demand.survey.cells import Unclear, numbers_of
from pitchplan.demand.survey.tables import read_rows
from pitchplan.errors import Faults
from pitchplan.occupancy.scores import scores

if TYPE_CHECKING:
    from pathlib import Path

    from pitchplan.plan import Plan

__all__ = ["Occupancy", "read_occupancy"]

_ALSO = {
    "spot": "spot spot_id number place 点位 点位编号 编号",
    "date": "date day 日期",
    "complaints": "complaints complaint 投诉 投诉数 投诉件数",
}
_ADVICE = {
    "idle": ("drop", "few stood there"),
    "overfull": ("enlarge", "often full"),
    "used": ("keep", "used"),
    "too few counts": ("keep", "too few counts to tell"),
    "not counted": ("keep", "not counted"),
}
COMPLAINTS_PER_DAY = 0.5
"""From so many complaints per day counted on, a spot is proposed to be dropped (ours)."""


@dataclass(frozen=True, eq=False)
class Occupancy:
    """Counts at the spots of a plan.

    Attributes
    ----------
    cells : pandas.DataFrame
        One row per spot and day: spot_id, number, date, vendors, full, complaints, capacity.
    plan : Plan
        The plan whose spots were counted.
    """

    cells: pd.DataFrame
    plan: Plan

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Every spot with its status: idle, used, overfull, too few counts or not counted.

        Columns as `schemas.OCCUPANCY_SCORES`; thresholds and intervals as
        `pitchplan.occupancy.scores` says.
        """
        return scores(self.cells, self.plan.spots)

    @property
    def counts(self) -> pd.DataFrame:
        """What `Forecast.learn` takes: date, spot, vendors and full, a row per spot and day counted."""
        return self.cells.rename(columns={"spot_id": "spot"})[["date", "spot", "vendors", "full"]]

    def decisions(self, who: str, date: str | dt.date) -> pd.DataFrame:
        """Propose what to change in the plan: what `SitingProblem.replan` takes.

        Idle spots, and those with many complaints, are to be given up; used ones are kept.

        Parameters
        ----------
        who : str
            Who proposes it.
        date : str or datetime.date
            When.

        Returns
        -------
        pandas.DataFrame
            Some columns of `schemas.DECISIONS`: a spot's place is its id.
        """
        status = self.scores.set_index("spot_id")["status"]
        rows = []
        for spot in self.next_year().itertuples():
            if spot.advice == "drop" or status[spot.spot_id] in ("used", "overfull"):
                what = "forbid" if spot.advice == "drop" else "keep"
                rows.append((f"occupancy-{spot.number}", what, spot.spot_id, spot.why, who, str(date)))
        columns = ["decision_id", "what", "place", "reason", "who", "date"]
        return pd.DataFrame(rows, columns=columns)

    def next_year(self) -> pd.DataFrame:
        """Return next year's starting point: this year's spots with an advice and its reason.

        Weak spots are to be dropped, as Baohe did in 2018.

        Returns
        -------
        pandas.DataFrame
            number, name, address, lon, lat, capacity, hours, spot_id, x_m, y_m, advice (keep, enlarge or
            drop) and why: what `read_spots` reads.
        """
        spots, scored = self.plan.spots, self.scores.set_index("spot_id")
        lon, lat = pyproj.Transformer.from_crs(self.plan.crs, "EPSG:4326", always_xy=True).transform(
            spots["x_m"].to_numpy(float), spots["y_m"].to_numpy(float)
        )
        advice, why = (
            zip(*(_advice(scored.loc[i]) for i in spots["spot_id"]), strict=True) if len(spots) else ((), ())
        )
        names = ("number", "name", "address", "capacity", "hours", "spot_id", "x_m", "y_m")
        table = spots[list(names)].assign(lon=lon, lat=lat, advice=advice, why=why)
        order = ["number", "name", "address", "lon", "lat", "capacity", "hours", "spot_id", "x_m", "y_m"]
        return table[[*order, "advice", "why"]]

    def __repr__(self) -> str:
        counts = self.scores["status"].value_counts()
        told = ", ".join(f"{counts[s]} {s}" for s in _ADVICE if s in counts)
        days = self.cells["date"].nunique()
        return f"Occupancy: {len(self.cells)} counts on {days} days; {len(self.plan.spots)} spots: {told}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.scores.to_html(index=False)}"


def _advice(row: Any) -> tuple[str, str]:
    advice, why = _ADVICE[row["status"]]
    if row["days"]:
        used = f"{row['mean']:.1f} of {row['capacity']} pitches on {row['days']} days"
        why += f": {used}, full on {row['days_full']}"
    if row["days"] and row["complaints"] >= COMPLAINTS_PER_DAY * row["days"]:
        advice, why = "drop", f"{row['complaints']} complaints on {row['days']} days; {why}"
    return advice, why


def read_occupancy(source: str | Path | pd.DataFrame, plan: Plan) -> Occupancy:
    """Read what was counted at the spots of a plan.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Columns ``spot`` (点位: number on the map or id of the spot), ``date`` (日期), ``vendors``
        (商户数), and where there, ``full`` (已满) and ``complaints`` (投诉数). Other ways to count as
        `pitchplan.demand.counts.read_counts` says. A spot whose pitches are all taken is full.
    plan : Plan
        Its spots.

    Returns
    -------
    Occupancy

    Raises
    ------
    InputError
        Every fault of the table at once: besides those of `read_counts`, a spot that the plan does not
        have, a day outside of the season, complaints that are no whole number.
    """
    counted = read_counts(source).cells
    rows = read_rows(source, "occupancy", _ALSO)
    faults = Faults(rows.source)
    rows.require("spot", "number or id of the spot", faults)
    faults.raise_if_any()
    known = {str(n): i for n, i in zip(plan.spots["number"], plan.spots["spot_id"], strict=True)}
    known |= {str(i): str(i) for i in plan.spots["spot_id"]}
    complaints = _complaints(rows, faults)
    cells = counted.assign(spot_id=counted["spot"].map(known))
    table = dict(zip(zip(*_keys(rows), strict=True), complaints, strict=True))
    for row, spot, day in zip(rows.rows, *_keys(rows), strict=True):
        if spot not in known:
            fix = "Give a number of the map, or the spot's id"
            faults.add(
                "a spot that the plan does not have", fix, row=row, column=rows.named["spot"], value=spot
            )
        if day is not None and not plan.season.first <= day <= plan.season.last:
            fix = f"The season runs from {plan.season.first} to {plan.season.last}"
            faults.add("a day outside of the season", fix, row=row, column=rows.named["date"], value=str(day))
    faults.raise_if_any()
    room = plan.spots.set_index("spot_id")
    cells["capacity"] = room.loc[cells["spot_id"], "capacity"].to_numpy()
    cells["number"] = room.loc[cells["spot_id"], "number"].to_numpy()
    cells["full"] = cells["full"] | (cells["vendors"] >= cells["capacity"])
    days = pd.to_datetime(cells["date"]).dt.date
    cells["complaints"] = [table[key] for key in zip(cells["spot"], days, strict=True)]
    names = ["spot_id", "number", "date", "vendors", "full", "complaints", "capacity"]
    return Occupancy(cells[names].sort_values(["number", "date"], ignore_index=True), plan)


def _keys(rows: Any) -> tuple[list[str], list[dt.date | None]]:
    from pitchplan.demand.survey.cells import day_of, text_of

    return [text_of(c) or "" for c in rows.cells["spot"]], [day_of(c) for c in rows.cells["date"]]


def _complaints(rows: Any, faults: Faults) -> list[int]:
    out = []
    for i, row in enumerate(rows.rows):
        cell = rows.cells["complaints"][i] if "complaints" in rows.cells else None
        try:
            found = numbers_of(cell, False, False, False)
        except Unclear as unclear:
            faults.add(*unclear.args, row=row, column=rows.named["complaints"], value=cell)
            found = None
        number = 0.0 if found is None else found[1]
        if number < 0 or number != int(number):
            what, fix = "not a number of complaints", "Give a whole number of 0 or more"
            faults.add(what, fix, row=row, column=rows.named["complaints"], value=cell)
        out.append(int(number))
    return out
