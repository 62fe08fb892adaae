"""Finding every legal pitch of a city, with a reason for every place that is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.addresses.gazetteer import gazetteer_of
from pitchplan.candidates.bays import bays_of, lay_bays, open_space_runs, whole_lines
from pitchplan.candidates.beside import Surroundings, places_beside, step_of, surroundings_of
from pitchplan.candidates.candidates import Candidates
from pitchplan.candidates.decided import waivers_of
from pitchplan.candidates.hours import Slices, calendar_assumptions, in_force, slices_of, why_not_in_force
from pitchplan.candidates.looking import UNFIT, look_at
from pitchplan.candidates.open_spaces import open_space_places
from pitchplan.candidates.places import Places, join_places
from pitchplan.candidates.screened import ScreeningLog
from pitchplan.candidates.screening import Screener, Waiver
from pitchplan.candidates.summary import rules_report
from pitchplan.candidates.tables import clash_table, limit_table, pitch_table, run_table
from pitchplan.city.layers import City
from pitchplan.errors import Faults
from pitchplan.rules.book import RuleBook, Vehicle
from pitchplan.rules.effects import RunShape
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.vehicle import PLACEMENTS, Use
from pitchplan.size import Estimate, memory_told

if TYPE_CHECKING:
    from pitchplan.demand.season import Season

__all__ = ["UNFIT", "find_candidates"]

_SMALLER = "Look at a district at a time, or for fewer vehicles and placements"
_DEFAULT_SHAPE = RunShape(60.0, 15.0)


@memory_told("looking for pitches", _SMALLER)
def find_candidates(
    city: City,
    book: RuleBook,
    *,
    season: Season,
    vehicles: str | Vehicle | Sequence[str | Vehicle] = "small-truck",
    placements: Sequence[str] | None = None,
    decisions: pd.DataFrame | None = None,
    partly: bool = False,
) -> Candidates:
    """Look at every metre of every kerb and at every usable open space.

    Parameters
    ----------
    city : City
    book : RuleBook
    season : Season
        Its hours and days decide which rules and kerb regulations hold.
    vehicles : str, Vehicle or sequence of these
        Classes of vehicle of the rule book, or bays of one's own; each is looked for, and bays of two
        classes that overlap clash.
    placements : sequence of str, optional
        Where pitches may stand: kerbside, footway, setback-land, open-space. What the book uses where not
        given.
    decisions : pandas.DataFrame, optional
        Committees' decisions, columns as `schemas.DECISIONS`; those that waive a rule lift its
        refusals around their place, and every pitch that rests on one is flagged. One that more voted
        against than for lifts nothing.
    partly : bool
        Keep places that are legal at some of the season's hours or in some of its weeks only: their
        ``hours`` and ``weeks`` say when. Otherwise a place must be legal at all hours of all days. Rules on
        pairs, on counts and on the shape of runs hold all the time if they hold at any hour of the season.

    Returns
    -------
    Candidates

    Raises
    ------
    InputError
        The book knows no such vehicle, no such placement exists, or a decision waives a rule the book
        does not have, or at a place that cannot be found.
    TooBig
        The memory at hand is not enough.
    """
    uses = _uses(book, season, vehicles, placements)
    gazetteer = gazetteer_of(city)
    waivers = waivers_of(decisions, book, gazetteer)
    whole, book = book, replace(book, rules=in_force(book.rules, season))
    slices = slices_of(book.rules, city, season) if partly else None
    around = surroundings_of(city, {u.placement for u in uses})
    log = ScreeningLog([*UNFIT, *(r.id for r in whole.rules)], uses)
    with _estimate(around, uses).checked():
        found = [_search(city, book, use, k, around, waivers, log, slices) for k, use in enumerate(uses)]
        screened = log.close({r.id: r.holds for r in book.rules if r.holds})
    bays = bays_of([(places, run) for places, run, _ in found])
    pitches = pitch_table(bays, city, season, np.concatenate([notes for *_, notes in found]))
    clashes = clash_table(bays, pitches, city, book)
    return Candidates(
        pitches=pitches,
        runs=run_table(pitches, gazetteer),
        clashes=clashes,
        limits=limit_table(book, city, pitches),
        rules_report=rules_report(
            whole, screened, log.seen, _not_applied(whole, city, uses, season), clashes, UNFIT, season
        ),
        looked_at=screened,
        season=season,
        crs=city.crs,
        book_id=book.id,
        gazetteer=gazetteer,
        provenance={
            "rule_book": book.id,
            "rule_book_sha256": whole.hash,
            "inputs": dict(city.hashes),
            "vehicles": [u.vehicle.id for u in uses if u.placement == uses[0].placement],
            "placements": list(dict.fromkeys(u.placement for u in uses)),
            **({"partly": True} if partly else {}),
            "screened": len(screened),
            "legal": int(screened.legal.sum()),
            "waivers": [w.__dict__ for w in waivers],
            "assumptions": [*city.assumptions, *calendar_assumptions(book.rules, season)],
        },
    )


def _estimate(around: Surroundings, uses: Sequence[Use]) -> Estimate:
    """Say what looking at all places will take; measured with `benchmarks/scale.py` and `screening.py`."""
    beside = [u for u in uses if u.placement != "open-space"]
    metres = {u.placement: float(shapely.length(around.lines(u.placement).rings).sum()) for u in beside}
    places = sum(metres[u.placement] / step_of(u) for u in beside)
    return Estimate(
        f"looking at {places:,.0f} places",
        memory_mb=50.0 + 300e-6 * places,
        seconds=8e-6 * places,
        smaller=_SMALLER,
    )


def _uses(
    book: RuleBook,
    season: Season,
    vehicles: str | Vehicle | Sequence[str | Vehicle],
    placements: Sequence[str] | None,
) -> list[Use]:
    """List every vehicle at every placement, or refuse what nobody knows."""
    asked = [vehicles] if isinstance(vehicles, str | Vehicle) else list(vehicles)
    bays = [v if isinstance(v, Vehicle) else book.vehicle(v) for v in asked]
    where = book.placements if placements is None else tuple(placements)
    faults = Faults("find_candidates")
    for strange in [p for p in where if p not in PLACEMENTS]:
        faults.add("no such placement", f"Use {', '.join(PLACEMENTS)}", column="placements", value=strange)
    if not where:
        faults.add("no placement to look at", f"Give some of {', '.join(PLACEMENTS)}", column="placements")
    if not bays:
        known = ", ".join(v.id for v in book.vehicles)
        faults.add("no vehicle to look for", f"Give some of {known}", column="vehicles")
    for name in sorted({v.id for v in bays if [b.id for b in bays].count(v.id) > 1}):
        faults.add("a class of vehicle given twice", "Give it once", column="vehicles", value=name)
    faults.raise_if_any()
    return [Use(v, p, season.intervals) for p in where for v in bays]


def _not_applied(book: RuleBook, city: City, uses: Sequence[Use], season: Season) -> dict[str, str]:
    """Say why rules were not applied."""
    looked_at = {u.placement for u in uses}
    out = {}
    for rule in book.rules:
        why = KINDS[rule.kind].missing(rule, city) or why_not_in_force(rule, season)
        if not why and not looked_at & set(rule.placements):
            why = f"no place was looked at {' or '.join(rule.placements)}"
        if why:
            out[rule.id] = why
    return out


def _search(
    city: City,
    book: RuleBook,
    use: Use,
    number: int,
    around: Surroundings,
    waivers: Sequence[Waiver],
    log: ScreeningLog,
    slices: Slices | None,
) -> tuple[Places, NDArray[np.intp], NDArray[np.object_]]:
    """Screen every place of one use and lay bays: the chosen places, their runs, and notes on them."""
    screener = Screener(book.rules, city, use, waivers, slices)
    log.announce(number, screener.effects)
    shape = _shape(book)

    def looked(places: Places) -> tuple[Places, NDArray[np.object_]]:
        """Look at some places, and give the legal ones with the notes on them."""
        look = look_at(places, around, screener)
        log.add(number, look.places, look.said, look.partly)
        return look.places.take(look.at), look.notes

    if use.placement == "open-space":
        found, notes = looked(open_space_places(city, book, use, shape))
        return found, open_space_runs(found, notes), notes
    around_m = shapely.length(around.lines(use.placement).rings)
    laid: list[tuple[Places, NDArray[np.intp], NDArray[np.object_]]] = []
    runs = 0
    # Bays are laid as soon as a line is whole, so that few legal places are held at a time.
    for legal, notes in whole_lines(looked(places) for places in places_beside(around, use)):
        chosen, run = lay_bays(legal, around_m, shape, notes)
        laid.append((legal.take(chosen), run + runs, notes[chosen]))
        runs += int(run.max(initial=-1)) + 1
    if not laid:
        nobody = np.zeros((0, 2 if slices is None else 4), dtype=object)
        none = np.zeros(0, dtype=np.intp)
        return open_space_places(city, book, use, shape).take(none), none, nobody
    bays, run_of, text = zip(*laid, strict=True)
    return join_places(bays), np.concatenate(run_of), np.concatenate(text)


def _shape(book: RuleBook) -> RunShape:
    """Give the strictest shape of runs the book asks for."""
    shapes: list[RunShape] = [KINDS[r.kind].shape(r) for r in book.rules if hasattr(KINDS[r.kind], "shape")]
    if not shapes:
        return _DEFAULT_SHAPE
    return RunShape(min(s.max_length_m for s in shapes), min(s.max_gap_m for s in shapes))
