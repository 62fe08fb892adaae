"""Kinds of rules, a module each.

A kind module holds ``PARAMETERS``, ``missing(rule, city) -> str`` (why it cannot be applied, or nothing) and
at least one of

- ``ban(rule, city, use) -> Ban``: measures places one by one, and says which it refuses;
- ``near(rule, city, use) -> Near``: features that places keep a distance from; those of all rules are
  measured together;
- ``first(rule, city, use) -> Ban``: asked before widths are measured; what it refuses is measured no further;
- ``clash(rule, bays, city) -> Pairs``: which pairs may not both be chosen;
- ``limit(rule, city, pitch_m) -> list of dict``: at least / at most so many of a group;
- ``shape(rule) -> RunShape``: how pitches are gathered into runs.

A kind that measures against what has hours of its own also holds ``times(rule, city) -> list of str``: these
hours, each once. It asks ``use.meets(hours)`` which of them count.

The first three are made once per vehicle and placement (a `Use`) and then asked for one set of places after
another, so what they need of the city is prepared when they are made.

To add a kind: write the module here, name it in `KINDS`, and write its audit twin of the same name in
`pitchplan.auditing.kinds`; a test fails while the twin is missing.
"""

from __future__ import annotations

from types import ModuleType

from pitchplan.rules.kinds import (
    bend,
    clear_width,
    facing_pair,
    gradient,
    hours,
    inside,
    kerb_regulation,
    kerb_share,
    level_of_service,
    one_side,
    other_carriageway,
    quota,
    run_length,
    setback,
    sight_triangle,
    spacing,
    street_class,
    street_width,
    zone,
)

__all__ = ["KINDS"]

KINDS: dict[str, ModuleType] = {
    "setback": setback,
    "street-class": street_class,
    "clear-width": clear_width,
    "inside": inside,
    "kerb-regulation": kerb_regulation,
    "spacing": spacing,
    "run-length": run_length,
    "quota": quota,
    "street-width": street_width,
    "one-side": one_side,
    "kerb-share": kerb_share,
    "bend": bend,
    "facing-pair": facing_pair,
    "zone": zone,
    "hours": hours,
    "other-carriageway": other_carriageway,
    "gradient": gradient,
    "level-of-service": level_of_service,
    "sight-triangle": sight_triangle,
}
