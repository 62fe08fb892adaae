"""Counts at the spots: what they say of the forecast, of each spot, and of next year's start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from pitchplan.errors import Fault, InputError
from pitchplan.occupancy.advice import ADVICE, advised, decided, with_degrees
from pitchplan.occupancy.reading import read_cells
from pitchplan.occupancy.scores import scores

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from matplotlib.axes import Axes

    from pitchplan.plan import Plan

__all__ = ["Occupancy", "read_occupancy"]

_NEXT = ("number", "name", "address", "lon", "lat", "capacity", "hours", "spot_id", "x_m", "y_m")


@dataclass(frozen=True, eq=False)
class Occupancy:
    """Counts at the spots of a plan.

    Attributes
    ----------
    cells : pandas.DataFrame
        One row per spot and day: spot_id, number, date, vendors (mean of the day's rounds), full (as
        said, or since all pitches were taken), complaints, capacity (pitches open on that day), rounds,
        most (vendors in one round).
    plan : Plan
        The plan whose spots were counted.
    doubts : pandas.DataFrame
        Counts that had better be looked at, columns as `schemas.OCCUPANCY_DOUBTS`; they are taken as they
        stand.
    """

    cells: pd.DataFrame
    plan: Plan
    doubts: pd.DataFrame

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Every spot with its status: idle, used, overfull, too few counts or not counted.

        Columns as `schemas.OCCUPANCY_SCORES`; thresholds, intervals and their sources as
        `pitchplan.occupancy.scores.scores` says.
        """
        return scores(self.cells, self.plan.spots)

    @property
    def counts(self) -> pd.DataFrame:
        """What `Forecast.learn` takes: date, spot, vendors and full, a row per spot and day counted.

        Not the sums of days: from which spots were counted on a day, and which were full, the forecast
        learns what a sum would hide. Where some spots were never counted, say so with `seen`:
        ``forecast.learn(occupancy.counts, seen=occupancy.seen)``.
        """
        return self.cells.rename(columns={"spot_id": "spot"})[["date", "spot", "vendors", "full"]]

    @property
    def seen(self) -> float:
        """Share of the city's vendors that stands at spots which were ever counted, above 0 to 1.

        Their share of the plan's pitches stands in for it, and vendors off the spots are none of them.
        """
        pitches = self.plan.spots.set_index("spot_id")["capacity"].astype(float)
        return float(pitches[pitches.index.isin(self.cells["spot_id"])].sum() / pitches.sum())

    @property
    def by_day(self) -> pd.DataFrame:
        """Per day: date, spots counted, pitches_share (of the plan's pitches), vendors, spots_full.

        The vendors of a day on which only a part of the spots was counted are not the city's.
        """
        days = self.cells.groupby("date", as_index=False).agg(
            spots=("spot_id", "size"),
            pitches_share=("capacity", "sum"),
            vendors=("vendors", "sum"),
            spots_full=("full", "sum"),
        )
        return days.assign(pitches_share=days["pitches_share"] / float(self.plan.spots["capacity"].sum()))

    def decisions(self, who: str, date: str | dt.date | None = None) -> pd.DataFrame:
        """Propose what to change in the plan: what `SitingProblem.replan` takes.

        Idle spots, and those with many complaints, are forbidden, with what lies so near that it would
        be the same spot again; used and overfull ones are kept. Nothing is said of the others.

        Parameters
        ----------
        who : str
            Who proposes it.
        date : str or datetime.date, optional
            When; by default the last day counted.

        Returns
        -------
        pandas.DataFrame
            Columns of `schemas.DECISIONS`; the reasons hold the numbers.
        """
        when = str(self.cells["date"].max().date() if date is None else date)
        return decided(self.plan, self.scores, self.next_year(), who, when)

    def next_year(self, *, dropped: bool = True) -> pd.DataFrame:
        """Return next year's starting point: this year's spots with an advice and its reason.

        Weak spots are to be dropped, as Hefei's Baohe district did in 2018.

        Parameters
        ----------
        dropped : bool
            Whether the spots that are to be dropped are in the list. Their numbers must not be given to
            other places, so number next year's plan (`Plan.with_numbers_of`) by the whole list.

        Returns
        -------
        pandas.DataFrame
            number, name, address, lon and lat (degrees, WGS84), capacity, hours, spot_id, x_m, y_m
            (planning CRS), advice (keep, enlarge or drop) and why: what `read_spots` reads.
        """
        advice = pd.DataFrame(advised(self.scores), columns=["advice", "why"], index=self.scores["spot_id"])
        spots = with_degrees(self.plan)
        table = spots[list(_NEXT)].join(advice, on="spot_id")
        return (table if dropped else table[table["advice"] != "drop"]).reset_index(drop=True)

    def __repr__(self) -> str:
        counts = self.scores["status"].value_counts()
        told = ", ".join(f"{counts[s]} {s}" for s in ADVICE if s in counts)
        days = self.by_day
        part = int((days["spots"] < len(self.plan.spots)).sum())
        some = f", on {part} of them only a part of the spots" if part else ""
        look = f"; {len(self.doubts)} to look at in doubts" if len(self.doubts) else ""
        return (
            f"Occupancy: {self.cells['rounds'].sum()} counts on {len(days)} days{some}; "
            f"{len(self.plan.spots)} spots: {told}{look}"
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw how much each spot was used and how often it was full (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib.axes.Axes
            A row per spot counted, with its interval; of very many, only the idle and overfull ones.

        Raises
        ------
        PitchplanError
            matplotlib is not installed.
        """
        from pitchplan.occupancy.pictures import draw_use

        return draw_use(self.scores, ax)

    def _repr_html_(self) -> str:
        from html import escape

        table = self.scores.to_html(index=False, float_format="{:.2f}".format, na_rep="–")
        return f"<p>{escape(repr(self))}</p>{table}"


def read_occupancy(
    source: str | Path | pd.DataFrame, plan: Plan, *, encoding: str | None = None
) -> Occupancy:
    """Read what was counted at the spots of a plan.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Columns as `schemas.OCCUPANCY`: ``spot`` (点位: number on the map or id of the spot), ``date``
        (日期), ``vendors`` (商户数), and where there, ``full`` (已满: yes or no), ``complaints`` (投诉数)
        and ``round`` (轮次: which round of the day, or its time). A spot whose pitches are all taken is
        full, whatever is said. Of several rounds the mean is taken: they are no further days.
    plan : Plan
        Its spots; of a plan by weeks, also when each is open and with how many pitches.
    encoding : str, optional
        Of a text file.

    Returns
    -------
    Occupancy

    Raises
    ------
    InputError
        Every fault of the table at once, with row, column, value and what would mend it: a column is
        missing, a spot the plan does not have, a day outside of the season or on which the spot is
        closed, a spot counted twice in a round, a number that is negative or not whole, a spot that is
        full with nobody there.

    Examples
    --------
    >>> import pitchplan as pp
    >>> seen = pp.read_occupancy("july.xlsx", plan)  # doctest: +SKIP
    >>> forecast = forecast.learn(seen.counts, seen=seen.seen)  # doctest: +SKIP
    >>> change = problem.replan(plan, seen.decisions(who="Street office"))  # doctest: +SKIP
    """
    if not len(plan.spots):
        raise InputError(Fault("a plan without spots", "Give the plan whose spots were counted", "plan"))
    cells, doubts = read_cells(source, plan, encoding)
    return Occupancy(cells, plan, doubts)
