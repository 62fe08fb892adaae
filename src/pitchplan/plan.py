"""The plan: the chosen pitches and spots, and how good they are shown to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.demand.season import Season

__all__ = ["Outcome", "Plan"]


class Outcome:
    """One word for how a search ended, from strongest to weakest.

    PROVEN: no plan is better, up to one in a million, the arithmetic of solvers. WITHIN_GAP: the gap
    that was asked for is kept. TIME_LIMIT: the time, or the steps that a search allows itself, ran
    out. INTERRUPTED: by Ctrl-C. NO_BOUND: nothing was proven.
    """

    PROVEN = "PROVEN"
    WITHIN_GAP = "WITHIN_GAP"
    TIME_LIMIT = "TIME_LIMIT"
    INTERRUPTED = "INTERRUPTED"
    NO_BOUND = "NO_BOUND"

    ORDER = (PROVEN, WITHIN_GAP, TIME_LIMIT, INTERRUPTED, NO_BOUND)

    @classmethod
    def weakest(cls, outcomes: list[str]) -> str:
        """Return the weakest of several outcomes."""
        return max(outcomes, key=cls.ORDER.index)


@dataclass(frozen=True)
class Plan:
    """The chosen pitches and spots.

    Attributes
    ----------
    pitches : pandas.DataFrame
        Chosen pitches, columns as `schemas.PITCHES` plus ``spot_id`` and ``number``.
    spots : pandas.DataFrame
        One row per spot, columns as `schemas.SPOTS`, ordered by number.
    goals : pandas.DataFrame
        One row per goal in order, columns as `schemas.GOALS`.
    outcome : str
        The weakest outcome of all goals.
    vendors : int
        Vendors the plan was asked to host.
    residents : int
        Residents of the city, served or not.
    season : Season
        Days and hours the plan is made for.
    crs : str
        Planning CRS, such as ``"EPSG:4548"``.
    rules_report : pandas.DataFrame
        What each rule saw and refused, columns as `schemas.RULES_REPORT`; a rule that was not
        applied says why.
    limits : pandas.DataFrame
        Limits the plan keeps: rule, group_by, group, at_least, at_most, used (pitches).
    decisions : pandas.DataFrame
        Committees' decisions with an ``answer`` each, columns as `schemas.DECISIONS`.
    provenance : dict
        Rule book id and hash, content hashes of the inputs.
    weeks : pandas.DataFrame or None
        In which weeks each spot is open, and with which of its pitches, columns as `schemas.WEEKS`;
        None where all are open all season.
    vendors_by_week : tuple of int
        Vendors each week was asked to host; empty where no week was told from another.
    """

    pitches: pd.DataFrame
    spots: pd.DataFrame
    goals: pd.DataFrame
    outcome: str
    vendors: int
    residents: int
    season: Season
    crs: str
    rules_report: pd.DataFrame
    limits: pd.DataFrame
    decisions: pd.DataFrame
    provenance: dict[str, Any] = field(default_factory=dict)
    weeks: pd.DataFrame | None = None
    vendors_by_week: tuple[int, ...] = ()

    def at_week(self, week: int) -> Plan:
        """Return the plan of one week: its open spots with the pitches that are used in it.

        Parameters
        ----------
        week : int
            Counted from 1, the season's first week.

        Returns
        -------
        Plan
            Its season is the week. Goals and residents served are those of the whole season.

        Raises
        ------
        InputError
            The plan was not made by weeks, or has no such week.
        """
        from pitchplan.plan_weeks import plan_of_week

        return plan_of_week(self, week)

    @property
    def open_weeks(self) -> pd.DataFrame:
        """First and last day on which each spot is open: spot_id, number, first_day, last_day."""
        from pitchplan.plan_weeks import opening_days

        return opening_days(self)

    @property
    def hosted(self) -> int:
        """Vendors that have a pitch."""
        return min(len(self.pitches), self.vendors)

    @property
    def shortfall(self) -> int:
        """Vendors the plan was asked to host and cannot."""
        return self.vendors - self.hosted

    @property
    def residents_served(self) -> int:
        """Residents assigned to a spot within walking distance and its capacity."""
        return int(self.spots["residents_served"].sum()) if len(self.spots) else 0

    @property
    def not_applied(self) -> pd.DataFrame:
        """Rules that were not applied, with the reason in ``applied``."""
        return self.rules_report[self.rules_report["applied"] != "yes"]

    @property
    def share_assumed(self) -> float:
        """Share of the pitches that rest on an assumed street width."""
        return float((self.pitches["width_status"] == "assumed").mean()) if len(self.pitches) else 0.0

    @property
    def goal_lines(self) -> list[str]:
        """One line per goal: name, value, bound, gap, outcome and seconds."""
        lines = []
        for g in self.goals.itertuples():
            given_up = f" ({g.sought:g} before later goals)" if g.sought != g.value else ""
            worth = f"{g.value:g}{given_up}, bound {g.bound:g}, gap {g.gap:.2%}"
            # A plan read back from a map does not say how long it took.
            took = f" ({g.seconds:.1f} s)" if g.seconds == g.seconds else ""
            lines.append(f"{g.goal:<18} {worth}, {g.outcome}{took}")
        return lines

    def with_numbers_of(self, last: Plan | pd.DataFrame, *, within_m: float = 30.0) -> Plan:
        """Return this plan with the numbers that its spots had in an earlier one.

        Signs, certificates and people's memory hold numbers: a spot that stays keeps its number, and a
        new one gets a number above every one that was ever used, so that none means two places.

        Parameters
        ----------
        last : Plan or pandas.DataFrame
            The earlier plan, also read back from its map, or a list as `candidates.lists.read_spots`
            returns it: columns spot_id, number, x_m and y_m (metres, this plan's CRS).
        within_m : float
            How far a spot may have moved and still be the same, metres. A spot is the one of the same id,
            else the nearest, measured to its pitches, one to one: as for `goals.StayClose`.

        Returns
        -------
        Plan
            Spots and pitches by their new numbers; ``provenance["numbers_used_up_to"]`` keeps the highest
            number ever used, also those of spots that were dropped long ago.

        Raises
        ------
        InputError
            There are no such columns, or numbers are not whole, below 1, or come twice.

        Examples
        --------
        >>> plan = plan.with_numbers_of(pp.read_plan("map-2025.geojson"))  # doctest: +SKIP
        """
        from pitchplan.plan_numbers import numbered_as

        return numbered_as(self, last, within_m=within_m)

    def __repr__(self) -> str:
        lines = [
            f"Plan: {len(self.spots)} spots with {len(self.pitches)} pitches for {self.vendors} vendors"
            + (f" (short by {self.shortfall})" if self.shortfall else ""),
            f"  {self.residents_served} of {self.residents} residents served · {self.outcome}",
        ]
        lines += [f"  {line}" for line in self.goal_lines]
        return "\n".join(lines)

    def plot(self, ax: Any = None) -> Any:
        """Draw the spots with their numbers, as large as their capacity, with matplotlib (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on, such as those of ``city.plot()``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(9, 6))
        spots = self.spots
        ax.scatter(spots["x_m"], spots["y_m"], s=30 + 12 * spots["capacity"], c="#c8102e", zorder=5)
        for spot in spots.itertuples():
            ax.annotate(
                str(spot.number),
                (spot.x_m, spot.y_m),
                color="white",
                ha="center",
                va="center",
                fontsize=6,
                zorder=6,
            )
        ax.set_aspect("equal")
        ax.set_axis_off()
        return ax

    def explore(self, *, tiles: str | None = "OpenStreetMap") -> Any:
        """Show the spots on a map to move and click, with folium (extra ``explore``).

        Parameters
        ----------
        tiles : str, optional
            Background that folium loads over the network; None for none.

        Returns
        -------
        folium.Map

        Raises
        ------
        PitchplanError
            folium is not installed.

        Notes
        -----
        What folium shows loads its script, and the background, over the network;
        ``map_sheet(…).explore()`` needs none.
        """
        from pitchplan.exploring import explore_plan

        return explore_plan(self, tiles=tiles)

    def _repr_html_(self) -> str:
        from html import escape

        first, *rest = repr(self).split("\n")
        lines = "<br>".join(escape(r) for r in rest)
        return f"<p><b>{escape(first)}</b><br>{lines}</p>{self.goals.to_html(index=False)}"
