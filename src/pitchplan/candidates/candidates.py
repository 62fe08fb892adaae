"""Candidates: every legal pitch of a city, and why every other place is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.candidates.addresses.gazetteer import Gazetteer
from pitchplan.candidates.screened import Screened
from pitchplan.candidates.summary import summary_table

if TYPE_CHECKING:
    from pitchplan.demand.season import Season

__all__ = ["Candidates"]


@dataclass(frozen=True)
class Candidates:
    """Every legal pitch of a city, and why every other place is none.

    Attributes
    ----------
    pitches, runs, clashes, rules_report : pandas.DataFrame
        Columns as in `pitchplan.schemas`.
    limits : pandas.DataFrame
        Limits of the rule book: rule, group_by, group, at_least, at_most (pitches).
    looked_at : Screened
        Every place that was looked at and every rule it breaks, as arrays.
    season : Season
    crs : str
        Planning CRS.
    book_id : str
        Rule book.
    gazetteer : Gazetteer
        The names addresses are made of and read by.
    provenance : dict
        Rule book id and hash, vehicle, waivers, notes and assumptions of the city.
    """

    pitches: pd.DataFrame
    runs: pd.DataFrame
    clashes: pd.DataFrame
    limits: pd.DataFrame
    rules_report: pd.DataFrame
    looked_at: Screened
    season: Season
    crs: str
    book_id: str
    gazetteer: Gazetteer = field(repr=False)
    provenance: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def refusals(self) -> pd.DataFrame:
        """Every broken rule of every refused place, columns as `schemas.REFUSALS`; made when first asked for.

        What a place breaks that is legal at other hours, `why` says.
        """
        seen = self.looked_at
        kept = np.flatnonzero(~np.isin(seen.place, seen.partly)) if seen.partly.size else None
        return seen.refusals(kept)

    @cached_property
    def places(self) -> pd.DataFrame:
        """Every place that was looked at: place_id, vehicle, placement, x_m, y_m, legal."""
        return self.looked_at.table()

    @property
    def screened(self) -> int:
        """Places that were looked at."""
        return len(self.looked_at)

    @property
    def legal(self) -> int:
        """Places that break no rule."""
        return int(self.looked_at.legal.sum())

    @property
    def not_applied(self) -> pd.DataFrame:
        """Rules that were not applied, with the reason in ``applied``."""
        return self.rules_report[self.rules_report["applied"] != "yes"]

    def summary(self) -> pd.DataFrame:
        """Say per rule what it cost: columns as `candidates.summary.summary_table` gives them."""
        return summary_table(self.rules_report, self.looked_at)

    def why(
        self,
        address: str | None = None,
        *,
        lon: float | None = None,
        lat: float | None = None,
        within_m: float = 30.0,
    ) -> pd.DataFrame:
        """Answer "why not here?": the rules that the nearest place breaks.

        Parameters
        ----------
        address : str, optional
            ``"舜耕路东侧，经十路口以南40米"``, ``"Shungeng Road, east side, 40 m south of …"``, or the
            relative text of lists in use; see `candidates.addresses.asking.find_address`.
        lon, lat : float, optional
            Degrees, WGS84, instead of an address.
        within_m : float
            How far the nearest place may be, metres.

        Returns
        -------
        pandas.DataFrame
            Columns as `schemas.REFUSALS` and ``distance_m`` from the asked point; no row where the
            nearest place is legal at all of the season's hours; ``holds`` says at which hours and on which
            days the rule holds. Of several vehicles or placements, each about as near is answered for.
            ``attrs["read_as"]`` and ``attrs["precision_m"]`` say how the question was understood.

        Raises
        ------
        InputError
            The address is not understood, or no place was looked at within that distance.
        """
        from pitchplan.candidates.addresses.asking import place_asked

        seen = self.looked_at
        _, away, asked = place_asked(
            seen.x_m, seen.y_m, self.gazetteer, address, lon=lon, lat=lat, within_m=within_m
        )
        rows = np.flatnonzero(np.isin(seen.place, seen.nearest(asked.x_m, asked.y_m)))
        answer = seen.refusals(rows).assign(distance_m=round(away, 1))
        answer.attrs |= {"read_as": asked.read_as, "precision_m": asked.precision_m}
        return answer

    def __repr__(self) -> str:
        lines = [
            f"Candidates by {self.book_id}: {self.screened} places screened, {self.legal} legal",
            f"  {len(self.pitches)} pitches in {len(self.runs)} runs, {len(self.clashes)} clashes",
        ]
        worst = self.rules_report.sort_values("refused", ascending=False).head(5)
        lines += [f"  {r.rule}: refused {r.refused}" for r in worst.itertuples() if r.refused]
        lines += [f"  {r.rule}: {r.applied}" for r in self.not_applied.itertuples()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        head = "<br>".join(escape(line) for line in repr(self).split("\n")[:2])
        table = self.rules_report[["rule", "applied", "features", "refused", "clashes"]].to_html(index=False)
        return f"<p>{head}</p>{table}"

    def plot(
        self,
        ax: Any = None,
        *,
        address: str | None = None,
        lon: float | None = None,
        lat: float | None = None,
        radius_m: float = 150.0,
    ) -> Any:
        """Draw legal bays, and refused places by reason, with matplotlib (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        address, lon, lat : optional
            Middle of the picture, as for `why`; the whole city where none is given.
        radius_m : float
            How far the picture reaches around it, metres.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from pitchplan.candidates.addresses.asking import place_asked
        from pitchplan.candidates.plotting import plot_candidates

        if address is None and lon is None and lat is None:
            return plot_candidates(self, ax, None, None)
        seen = self.looked_at
        _, _, asked = place_asked(
            seen.x_m, seen.y_m, self.gazetteer, address, lon=lon, lat=lat, within_m=radius_m
        )
        return plot_candidates(self, ax, (asked.x_m, asked.y_m), radius_m)
