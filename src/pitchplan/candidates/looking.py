"""One look at some places: what the ground and the rules say of them, the cheapest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pitchplan.candidates.beside import ISLAND_M, Surroundings, behind_kerb, with_widths
from pitchplan.candidates.clearance import DRIVE_REACH_M, WALK_REACH_M
from pitchplan.candidates.hours import Banned
from pitchplan.candidates.places import Places
from pitchplan.candidates.screening import Said, Screener, spread
from pitchplan.rules.effects import Refused, refused_where

__all__ = ["UNFIT", "Look", "look_at"]

UNFIT = {
    "island": "a traffic island or a median: nobody can walk up to the stand",
    "corner": "the kerb turns a corner within the length of a bay",
    "no-street": "no street's axis runs along this kerb (a corner, or the end of a street)",
    "no-frontage": "no building stands behind the footway, so nobody knows whose land it is",
    "overlap": "off the carriageway, a bay lies on one; or two bays overlap",
}
"""Why no bay can be painted at a place, whatever the rule book says."""

_TOUCH_M2 = 0.005
_UNFIT = {name: Said("unfit", name) for name in UNFIT}
_ROOM = {name: Said("room", name) for name in UNFIT}


class Look:
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


def look_at(places: Places, around: Surroundings, screener: Screener) -> Look:
    """Find out about places what the rules ask for, the cheapest first."""
    look = Look(places, screener)
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
