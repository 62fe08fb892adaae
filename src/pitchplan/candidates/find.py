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
from pitchplan.candidates.beside import (
    ISLAND_M,
    Surroundings,
    behind_kerb,
    places_beside,
    surroundings_of,
    with_widths,
)
from pitchplan.candidates.candidates import Candidates
from pitchplan.candidates.clearance import DRIVE_REACH_M, WALK_REACH_M
from pitchplan.candidates.decided import waivers_of
from pitchplan.candidates.hours import (
    Banned,
    Slices,
    calendar_assumptions,
    in_force,
    slices_of,
    why_not_in_force,
)
from pitchplan.candidates.open_spaces import open_space_places
from pitchplan.candidates.places import Places, join_places
from pitchplan.candidates.screened import ScreeningLog
from pitchplan.candidates.screening import Said, Screener, Waiver, spread
from pitchplan.candidates.summary import rules_report
from pitchplan.candidates.tables import clash_table, limit_table, pitch_table, run_table
from pitchplan.city.layers import City
from pitchplan.errors import Faults
from pitchplan.rules.book import RuleBook, Vehicle
from pitchplan.rules.effects import Refused, RunShape, refused_where
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.vehicle import PLACEMENTS, Use

if TYPE_CHECKING:
    from pitchplan.demand.season import Season

__all__ = ["UNFIT", "find_candidates"]

UNFIT = {
    "island": "a traffic island or a median: nobody can walk up to the stand",
    "corner": "the kerb turns a corner within the length of a bay",
    "no-street": "no street's axis runs along this kerb (a corner, or the end of a street)",
    "no-frontage": "no building stands behind the footway, so nobody knows whose land it is",
    "overlap": "off the carriageway, a bay lies on one; or two bays overlap",
}
"""Why no bay can be painted at a place, whatever the rule book says."""

_DEFAULT_SHAPE = RunShape(60.0, 15.0)
_TOUCH_M2 = 0.005


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
    """
    uses = _uses(book, season, vehicles, placements)
    gazetteer = gazetteer_of(city)
    waivers = waivers_of(decisions, book, gazetteer)
    whole, book = book, replace(book, rules=in_force(book.rules, season))
    slices = slices_of(book.rules, city, season) if partly else None
    around = surroundings_of(city, {u.placement for u in uses})
    log = ScreeningLog([*UNFIT, *(r.id for r in whole.rules)], uses)
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
            "vehicles": [u.vehicle.id for u in uses if u.placement == uses[0].placement],
            "placements": list(dict.fromkeys(u.placement for u in uses)),
            "screened": len(screened),
            "legal": int(screened.legal.sum()),
            "waivers": [w.__dict__ for w in waivers],
            "assumptions": [*city.assumptions, *calendar_assumptions(book.rules, season)],
        },
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
        look = _look(places, around, screener)
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
        return (
            open_space_places(city, book, use, shape).take(_NONE),
            _NONE,
            np.zeros((0, 2 if slices is None else 4), dtype=object),
        )
    bays, run_of, text = zip(*laid, strict=True)
    return join_places(bays), np.concatenate(run_of), np.concatenate(text)


class _Look:
    """One look at some places, step by step: what is refused early is measured no further.

    Attributes
    ----------
    places : Places
        All of them, with what was found out.
    at : ndarray of int
        Positions of those that nothing has refused yet.
    said : dict
        What was refused, by positions in ``places``.
    waived, unmeasured : ndarray of str, shape (places,)
        Rules waived at each place, and those that could not be measured there, separated by commas.
    banned : Banned, optional
        In which slices each place is banned, where the season is cut.
    partly : ndarray of int, optional
        Positions of those that are legal at some hours and banned at others.
    """

    def __init__(self, places: Places, screener: Screener) -> None:
        self.places, self.screener = places, screener
        self.at = np.arange(len(places))
        self.said: dict[Said, Refused] = {}
        self.waived = np.full(len(places), "", dtype=object)
        self.unmeasured = self.waived.copy()
        self.partly: NDArray[np.intp] | None = None
        self.legal: list[NDArray[np.object_]] = []
        slices = screener.slices
        self.banned = None if slices is None else Banned(slices, screener.when, len(places))

    def learn(self, sound: Places) -> None:
        """Put what was found of the sound places back among all of them."""
        for name in ("street", "side", "community", "clear_drive_m", "clear_walk_m", "free_depth_m"):
            getattr(self.places, name)[self.at] = getattr(sound, name)

    def note(self, sound: Places, found: dict[Said, Refused]) -> Places:
        """Take down what is refused, waivers apart, and give the places that are left."""
        kept = self.screener.lift(sound, found, self.at, self.waived)
        for said, refused in kept.items():
            if refused.unknown is not None:
                at = self.at[refused.unknown]
                self.unmeasured[at] = self.unmeasured[at] + f"{said.rule},"
        self.said |= spread(kept, self.at)
        if self.banned is None:
            left = np.ones(len(self.at), dtype=bool)
            for refused in kept.values():
                left[refused.place] = False
        else:
            left = self.banned.add(kept, self.at)
        self.at = self.at[left]
        return sound.take(left)

    def settle(self) -> None:
        """Keep the places that have legal hours, where the season is cut."""
        if self.banned is not None:
            kept, legal = self.banned.legal(self.at)
            self.at, self.legal = self.at[kept], [legal[:, 0], legal[:, 1]]
            self.partly = self.at[self.banned.mask[self.at].any(axis=1)]

    @property
    def notes(self) -> NDArray[np.object_]:
        """Notes on the places left: what is waived, not measured, and where it is cut, hours and weeks."""
        return np.stack([self.waived[self.at], self.unmeasured[self.at], *self.legal], axis=1)


def _look(places: Places, around: Surroundings, screener: Screener) -> _Look:
    """Find out about places what the rules ask for, the cheapest first."""
    look = _Look(places, screener)
    sound, beside = places, places.use.placement != "open-space"
    if beside:
        island = around.lines(places.use.placement).island[places.line]
        corner = np.isinf(places.bend_m) & ~island
        found = {
            _UNFIT["island"]: refused_where(island, np.nan),
            _UNFIT["corner"]: refused_where(corner, np.nan),
        }
        sound = look.note(sound, found)
        street, side = around.finder.find(sound)
        sound = sound.with_columns(street=street, side=side)
        look.learn(sound)
        sound = look.note(sound, {_UNFIT["no-street"]: refused_where(street < 0, np.nan)})
    sound = look.note(sound, screener.ask_first(sound))
    sound = sound.with_columns(community=around.communities.lie_in(sound)[0])
    if beside:
        sound = with_widths(sound, around)
    look.learn(sound)
    sound = look.note(sound, _no_room(sound, around))
    look.note(sound, screener.ask(sound))
    look.settle()
    return look


_UNFIT = {name: Said("unfit", name) for name in UNFIT}
_ROOM = {name: Said("room", name) for name in UNFIT}
_NONE = np.zeros(0, dtype=np.intp)


def _no_room(places: Places, around: Surroundings) -> dict[Said, Refused]:
    """Refuse places whose surroundings tell that no pitch can be there."""
    use = places.use
    said: dict[Said, Refused] = {}
    if use.placement == "kerbside" and not around.finder.by_axes:
        # Polygons alone do not tell the end of a street from its side, but a side has another kerb.
        said[_ROOM["no-street"]] = refused_where(places.clear_drive_m >= DRIVE_REACH_M, np.nan)
    if use.placement == "kerbside":
        behind = behind_kerb(places, around)
        said[_ROOM["island"]] = refused_where(behind < ISLAND_M, behind)
    if use.placement == "setback-land":
        open_land = places.free_depth_m >= places.width_m + WALK_REACH_M
        said[_ROOM["no-frontage"]] = refused_where(open_land, places.free_depth_m)
    if use.placement != "kerbside" and len(around.carriageways):
        area, _ = around.carriageways.overlaps(places, joined=True)
        said[_ROOM["overlap"]] = refused_where(area > _TOUCH_M2, area)
    return said


def _shape(book: RuleBook) -> RunShape:
    """Give the strictest shape of runs the book asks for."""
    shapes: list[RunShape] = [KINDS[r.kind].shape(r) for r in book.rules if hasattr(KINDS[r.kind], "shape")]
    if not shapes:
        return _DEFAULT_SHAPE
    return RunShape(min(s.max_length_m for s in shapes), min(s.max_gap_m for s in shapes))
