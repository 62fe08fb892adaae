"""Other carriageway: a pitch does not reach into the mouth of a street that is not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.rules.effects import Ban, Refused, refused_where
from pitchplan.rules.kinds.inside import TOUCH_M2
from pitchplan.rules.rule import Rule

if TYPE_CHECKING:
    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.rule import Parameter
    from pitchplan.rules.vehicle import Use

PARAMETERS: dict[str, Parameter] = {}


def missing(rule: Rule, city: City) -> str:
    """Say that nobody knows which way the carriageways run, or nothing."""
    if not len(city.streets):
        return "no carriageway"
    return "" if len(city.centrelines) else "no centrelines to tell which way a carriageway runs"


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places that lie in the carriageway of another street which runs in another direction.

    Another street has another name (another id, where it has no name), and its axis beside the place
    runs more than 30 degrees from it. A polygon that holds the place's own axis is never another's: where
    one polygon is the carriageway of a whole city, nothing is refused. Measured is the overlap, square
    metres.
    """
    from pitchplan.candidates.other_streets import OtherStreets

    others = OtherStreets(city)

    def measure(places: Places) -> Refused:
        area, which = others.overlaps(places)
        return refused_where(area > TOUCH_M2, area, which)

    return Ban(measure, 0.0, others.names, len(others.polygons))
