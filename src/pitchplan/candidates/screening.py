"""Screening: every rule over every place, with what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pitchplan.candidates.hours import Part, Slices, parts_of
from pitchplan.candidates.nearby import Neighbourhood
from pitchplan.candidates.places import Places
from pitchplan.city.layers import City
from pitchplan.rules.effects import Ban, Near, Refused
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.rule import Rule
from pitchplan.rules.vehicle import Use

__all__ = ["Said", "Screener", "Waiver", "spread"]


class Said(NamedTuple):
    """What says something of places: at which stage (unfit, first, room, ban, near), which rule, part."""

    stage: str
    rule: str
    part: str = ""


@dataclass(frozen=True)
class Waiver:
    """A rule that a committee waives around a place.

    Attributes
    ----------
    rule : str
        Id of the rule.
    x_m, y_m, radius_m : float
        Where, in the planning CRS.
    decision_id : str
        Decision that says so.
    """

    rule: str
    x_m: float
    y_m: float
    radius_m: float
    decision_id: str

    def holds(self, places: Places) -> NDArray[np.bool_]:
        """Tell at which places it holds: those whose centre lies within the radius."""
        within: NDArray[np.bool_] = np.hypot(places.x_m - self.x_m, places.y_m - self.y_m) <= self.radius_m
        return within


class Screener:
    """The rules of a book, made ready for one use of a place.

    Parameters
    ----------
    rules : sequence of Rule
    city : City
    use : Use
        Rules that do not hold for its placement are left out.
    waivers : sequence of Waiver
        Lift a rule's refusals around a place.
    slices : Slices, optional
        The season cut where rules begin and cease to hold; without it a rule that holds at some hour of the
        season bans a place altogether.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        city: City,
        use: Use,
        waivers: Sequence[Waiver] = (),
        slices: Slices | None = None,
    ) -> None:
        held = [r for r in rules if use.placement in r.placements and not KINDS[r.kind].missing(r, city)]
        self.waivers = tuple(waivers)
        self.on_missing = {r.id: r.on_missing for r in held}
        parts = [(r, part) for r in held for part in parts_of(r, city, use, slices)]
        self.slices = slices
        self.when = {(r.id, part.name): part.when for r, part in parts}
        self.first: dict[Said, Ban] = _made("first", parts, city)
        self.bans: dict[Said, Ban] = _made("ban", parts, city)
        self.nears: dict[Said, Near] = _made("near", parts, city)
        self.neighbourhood = Neighbourhood(list(self.nears.values()))

    @property
    def effects(self) -> dict[Said, Ban | Near]:
        """Everything the rules measure with."""
        return {**self.first, **self.bans, **self.nears}

    def ask_first(self, places: Places) -> dict[Said, Refused]:
        """Ask the cheap rules that are never in doubt; what they refuse need not be measured further."""
        return {said: ban.measure(places) for said, ban in self.first.items()}

    def ask(self, places: Places) -> dict[Said, Refused]:
        """Ask all other rules of places whose widths are known."""
        found: dict[Said, Refused] = {
            said: self._settled(said.rule, ban.measure(places)) for said, ban in self.bans.items()
        }
        for said, near in zip(self.nears, self.neighbourhood.refused(places), strict=True):
            # A rule that refuses a place twice still refuses it once.
            other = found.get(said._replace(stage="ban"))
            found[said] = near if other is None else near.take(~np.isin(near.place, other.place))
        return found

    def _settled(self, name: str, refused: Refused) -> Refused:
        """Do with places that could not be measured what the rule says; to be flagged they stay unknown."""
        if refused.unknown is None or self.on_missing[name] == "flag":
            return refused
        return replace(refused, unknown=None) if self.on_missing[name] == "assume" else refused.with_unknown()

    def lift(
        self, places: Places, said: dict[Said, Refused], at: NDArray[np.intp], waived: NDArray[np.object_]
    ) -> dict[Said, Refused]:
        """Leave out what is waived, and add each waived rule to the text of its place, found by ``at``."""
        kept = dict(said)
        for waiver in self.waivers:
            for key in [k for k in kept if k.rule == waiver.rule]:
                refused = kept[key]
                lifted = waiver.holds(places)[refused.place]
                for place in at[refused.place[lifted]].tolist():
                    if waiver.rule not in waived[place].split(","):
                        waived[place] = f"{waived[place]},{waiver.rule}".lstrip(",")
                kept[key] = refused.take(~lifted)
        return kept


def _made(effect: str, parts: Sequence[tuple[Rule, Part]], city: City) -> dict[Said, Any]:
    """Let the kinds that have an effect make it, part by part."""
    able = [(r, part) for r, part in parts if hasattr(KINDS[r.kind], effect)]
    return {Said(effect, r.id, p.name): getattr(KINDS[r.kind], effect)(r, city, p.use) for r, p in able}


def spread(said: dict[Said, Refused], at: NDArray[np.intp]) -> dict[Said, Refused]:
    """Carry positions among some places back to all of them."""
    return {k: replace(r, place=at[r.place], unknown=None) for k, r in said.items()}
