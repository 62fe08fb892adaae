"""Kinds of rules, a module each.

A kind module holds ``PARAMETERS`` and at least one of

- ``screen(rule, places, city) -> Verdict``: which places it refuses (effect: Ban);
- ``clash(rule, places, city) -> Pairs``: which pairs may not both be chosen (effect: Clash);
- ``limit(rule, city, vehicle) -> list of dict``: at least / at most so many of a group (effect: Limit);
- ``shape(rule) -> RunShape``: how pitches are gathered into runs.

``DECISIVE = True`` says that a place it refuses need not be measured against other rules.

To add a kind: write the module here, name it in `KINDS`, and write its audit twin of the same name in
`pitchplan.auditing.kinds`; a test fails while the twin is missing.
"""

from __future__ import annotations

from types import ModuleType

from pitchplan.rules.kinds import (
    clear_width,
    inside,
    kerb_regulation,
    kerb_share,
    one_side,
    quota,
    run_length,
    setback,
    spacing,
    street_class,
    street_width,
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
}
