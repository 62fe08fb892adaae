"""Finding every legal pitch of a city, with a reason for every place that is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from pitchplan.candidates.bays import BEND_M, kerbside_places, lay_bays, runs_of
from pitchplan.candidates.clearance import DRIVE_REACH_M, clear_walk, sweep_kerbs
from pitchplan.candidates.kerbs import KerbLines, kerb_lines
from pitchplan.candidates.open_spaces import open_space_places
from pitchplan.candidates.places import Places, join_places, place_ids
from pitchplan.candidates.screening import (
    Screening,
    Waiver,
    join_screenings,
    refusal_table,
    rules_report,
    screen_places,
)
from pitchplan.candidates.summary import summary_table
from pitchplan.candidates.tables import clash_table, limit_table, pitch_table, run_table
from pitchplan.city.layers import City
from pitchplan.city.pieces import overlap_areas
from pitchplan.errors import Fault, InputError
from pitchplan.rules.book import RuleBook, Vehicle
from pitchplan.rules.effects import RunShape, Verdict, nothing_seen
from pitchplan.rules.kinds import KINDS

if TYPE_CHECKING:
    from pitchplan.demand.season import Season

__all__ = ["UNFIT", "Candidates", "find_candidates"]

UNFIT = {
    "island": "a traffic island or a median: nobody can walk up to the stand",
    "no-street": "no street's axis runs along this kerb (a corner, or the end of a street)",
    "bend": f"the kerb bends away from a straight bay by more than {BEND_M} m",
    "overlap": "a bay in an open space lies on a carriageway, or two bays overlap",
}
"""Why no bay can be painted at a place, whatever the rule book says."""

_DEFAULT_SHAPE = RunShape(60.0, 15.0)


@dataclass(frozen=True)
class Candidates:
    """Every legal pitch of a city, and why every other place is none.

    Attributes
    ----------
    pitches, runs, refusals, clashes, rules_report : pandas.DataFrame
        Columns as in `pitchplan.schemas`.
    limits : pandas.DataFrame
        Limits of the rule book: rule, group_by, group, at_least, at_most (pitches).
    places : pandas.DataFrame
        Every place that was looked at: place_id, x_m, y_m, legal.
    season : Season
    crs : str
        Planning CRS.
    book_id : str
        Rule book.
    provenance : dict
        Rule book id and hash, vehicle, waivers, notes and assumptions of the city.
    """

    pitches: pd.DataFrame
    runs: pd.DataFrame
    refusals: pd.DataFrame
    clashes: pd.DataFrame
    limits: pd.DataFrame
    rules_report: pd.DataFrame
    places: pd.DataFrame
    season: Season
    crs: str
    book_id: str
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def screened(self) -> int:
        """Places that were looked at."""
        return len(self.places)

    @property
    def legal(self) -> int:
        """Places that break no rule."""
        return int(self.places["legal"].sum())

    @property
    def not_applied(self) -> pd.DataFrame:
        """Rules that were not applied, with the reason in ``applied``."""
        return self.rules_report[self.rules_report["applied"] != "yes"]

    def summary(self) -> pd.DataFrame:
        """Say per rule what it cost: columns as `candidates.summary.summary_table` gives them."""
        return summary_table(self.rules_report, self.refusals)

    def why(self, *, lon: float, lat: float, within_m: float = 30.0) -> pd.DataFrame:
        """Answer "why not here?": the rules that the nearest place breaks.

        Parameters
        ----------
        lon, lat : float
            Degrees, WGS84.
        within_m : float
            How far the nearest place may be, metres.

        Returns
        -------
        pandas.DataFrame
            Columns as `schemas.REFUSALS` and ``distance_m`` from the asked point; no row where the
            nearest place is legal.

        Raises
        ------
        InputError
            No place was looked at within that distance.
        """
        for name, number, most in (("lon", lon, 180.0), ("lat", lat, 90.0), ("within_m", within_m, 1e5)):
            least = 0.0 if name == "within_m" else -most
            if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
                fix = f"Give {least:g} to {most:g}; check that lon and lat are not swapped"
                raise InputError(Fault("not a number it can be", fix, "why", None, name, number))
        to_plan = pyproj.Transformer.from_crs(4326, self.crs, always_xy=True)
        x, y = to_plan.transform(lon, lat)
        here = np.hypot(self.places["x_m"] - x, self.places["y_m"] - y)
        if not len(here) or not here.min() <= within_m:
            far = f"{here.min():.0f} m away" if len(here) and np.isfinite(here.min()) else "nowhere"
            raise InputError(
                Fault(
                    f"no kerb or open space within {within_m:g} m was looked at; the nearest is {far}",
                    "Check that lon and lat are not swapped, or ask with a larger within_m",
                    "why",
                    value=(lon, lat),
                )
            )
        nearest = self.places.loc[here.idxmin()]
        rows = self.refusals[self.refusals["place_id"] == nearest["place_id"]]
        return rows.assign(distance_m=round(float(here.min()), 1)).reset_index(drop=True)

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

    def plot(self, ax: Any = None) -> Any:
        """Draw legal and refused places with matplotlib (extra ``plot``) and return the axes."""
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(9, 6))
        refused = self.places[~self.places["legal"]]
        ax.scatter(refused["x_m"], refused["y_m"], s=0.2, c="#b8b2a7", label="refused", rasterized=True)
        ax.scatter(self.pitches["x_m"], self.pitches["y_m"], s=2, c="#1b7a4b", label="candidate pitch")
        ax.set_aspect("equal")
        ax.set_axis_off()
        ax.legend(loc="lower right", markerscale=4)
        return ax


def find_candidates(
    city: City,
    book: RuleBook,
    *,
    season: Season,
    vehicle: str = "small-truck",
    decisions: pd.DataFrame | None = None,
) -> Candidates:
    """Look at every metre of every kerb and at every usable open space.

    Parameters
    ----------
    city : City
    book : RuleBook
    season : Season
        Its hours decide which kerb regulations hold.
    vehicle : str
        Class of vehicle of the rule book; its bay is what must fit.
    decisions : pandas.DataFrame, optional
        Committees' decisions, columns as `schemas.DECISIONS`; those that waive a rule lift its
        refusals around their place, and every pitch that rests on one is flagged.

    Returns
    -------
    Candidates

    Raises
    ------
    InputError
        The book knows no such vehicle, or a decision waives a rule the book does not have.
    """
    bay = book.vehicle(vehicle)
    waivers = _waivers(decisions, book, city.crs)
    kerbs = kerb_lines(city.streets)
    kerbside, kept = _kerbside(city, book, bay, season, kerbs, waivers)
    open_space = _open_space(city, book, bay, season, kerbs, waivers)
    joined = join_places([kerbside.places, open_space.places])
    screening = join_screenings(kerbside, joined, open_space)
    chosen = np.concatenate([kept, len(kerbside.places) + np.flatnonzero(open_space.legal)])
    bays = joined.take(chosen)
    bays = bays.with_runs(_runs(bays, _shape(book)))
    pitches = pitch_table(bays, city, bay, season, screening.waived[chosen])
    runs = run_table(pitches, city)
    clashes = clash_table(bays, pitches, city, book)
    legal = screening.legal
    places = pd.DataFrame(
        {
            "place_id": place_ids(joined.x_m, joined.y_m, joined.bearing_deg, "L"),
            "x_m": joined.x_m,
            "y_m": joined.y_m,
            "legal": legal,
        }
    )
    return Candidates(
        pitches=pitches.drop(columns=["community", "community_en"]),
        runs=runs,
        refusals=refusal_table(screening),
        clashes=clashes,
        limits=limit_table(book, city, bay, pitches),
        rules_report=rules_report(book, screening, clashes, UNFIT),
        places=places,
        season=season,
        crs=city.crs,
        book_id=book.id,
        provenance={
            "rule_book": book.id,
            "rule_book_sha256": book.hash,
            "vehicle": vehicle,
            "screened": len(places),
            "legal": int(legal.sum()),
            "waivers": [w.__dict__ for w in waivers],
            "assumptions": list(city.assumptions),
        },
    )


def _waivers(decisions: pd.DataFrame | None, book: RuleBook, crs: str) -> list[Waiver]:
    if decisions is None:
        return []
    if not isinstance(decisions, pd.DataFrame) or "what" not in decisions:
        raise InputError(
            Fault(
                "not a table of decisions", "Read it with read_decisions first", "decisions", value=decisions
            )
        )
    rows = decisions[decisions["what"] == "waive"]
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
    if unknown:
        raise InputError(*unknown)
    to_plan = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    x, y = to_plan.transform(rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float))
    radius = rows["radius_m"].fillna(30.0).to_numpy(dtype=float)
    made = zip(rows["rule"], x, y, radius, rows["decision_id"], strict=True)
    return [Waiver(str(r), float(a), float(b), float(c), str(d)) for r, a, b, c, d in made]


def _shape(book: RuleBook) -> RunShape:
    """Give the strictest shape of runs the book asks for."""
    shapes: list[RunShape] = [KINDS[r.kind].shape(r) for r in book.rules if hasattr(KINDS[r.kind], "shape")]
    if not shapes:
        return _DEFAULT_SHAPE
    return RunShape(min(s.max_length_m for s in shapes), min(s.max_gap_m for s in shapes))


def _unfit(places: Places, bend: NDArray[np.float64], kerbs: KerbLines) -> dict[str, Verdict]:
    """Refuse positions where no bay can be painted."""
    count = len(places)

    def verdict(refused: NDArray[np.bool_], measured: NDArray[np.float64], required: float) -> Verdict:
        names = np.full(count, "", dtype=object)
        return Verdict(refused, measured, required, names, 0)

    unknown = np.full(count, np.nan)
    island = kerbs.island[places.line] if count else np.zeros(0, dtype=bool)
    no_street = (places.street_id.astype(str) == "") & ~island
    straight = np.where(np.isfinite(bend), bend, np.nan)
    return {
        "island": verdict(island, unknown, np.nan),
        "no-street": verdict(no_street, unknown, np.nan),
        "bend": verdict((bend > BEND_M) & ~island & ~no_street, straight, BEND_M),
    }


def _kerbside(
    city: City, book: RuleBook, bay: Vehicle, season: Season, kerbs: KerbLines, waivers: list[Waiver]
) -> tuple[Screening, NDArray[np.intp]]:
    """Screen every kerb position and lay bays over the legal ones."""
    places, bend, recess = kerbside_places(city, kerbs, bay, season)
    unfit = _unfit(places, bend, kerbs)
    fit = ~np.logical_or.reduce([v.refused for v in unfit.values()])
    sound = places.take(fit)
    places.clear_drive_m[fit], places.free_depth_m[fit] = sweep_kerbs(sound, kerbs.rings)
    # People walk from the kerb on, not from the bay's edge.
    places.clear_walk_m[fit] = clear_walk(sound, np.asarray(city.buildings.geometry.array)) - recess[fit]
    if not len(city.centrelines):
        # Polygons alone do not tell the end of a street from its side, but a side has another kerb.
        unfit["no-street"].refused[fit] = places.clear_drive_m[fit] >= DRIVE_REACH_M
    screening = screen_places(places, city, book.rules, "kerbside", unfit=unfit, waivers=waivers)
    return screening, lay_bays(places, screening.legal, bay, kerbs.rings)


def _open_space(
    city: City, book: RuleBook, bay: Vehicle, season: Season, kerbs: KerbLines, waivers: list[Waiver]
) -> Screening:
    places = open_space_places(city, book, bay, season, _shape(book), len(kerbs.rings))
    # A square that reaches into the street does not make the carriageway a place to stand.
    unfit: dict[str, Verdict] = {}
    if len(places) and len(kerbs.carriageways):
        on_street = nothing_seen(len(places), 0.0)
        area = overlap_areas(places.rectangles, kerbs.carriageways, largest=False)
        on_street.refused[:] = area > 0.005
        on_street.measured[:] = area
        unfit["overlap"] = on_street
    return screen_places(places, city, book.rules, "open-space", unfit=unfit, waivers=waivers)


def _runs(bays: Places, shape: RunShape) -> NDArray[np.intp]:
    """Give each bay its run: along kerbs by their shape, in open spaces by block and community."""
    kerbside = bays.placement == "kerbside"
    run = np.full(len(bays), -1)
    run[kerbside] = runs_of(bays.take(kerbside), shape)
    block = pd.MultiIndex.from_arrays([bays.line[~kerbside], bays.community[~kerbside]])
    run[~kerbside] = run.max(initial=-1) + 1 + pd.factorize(block)[0]
    return run
