"""Audit twins of the kinds of rules, a module each; they import nothing of `pitchplan.rules.kinds`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pitchplan.auditing.kinds import (
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

if TYPE_CHECKING:
    from pitchplan.auditing.bays import Scene
    from pitchplan.auditing.findings import Finding
    from pitchplan.rules.rule import Rule

__all__ = ["AUDITS"]

AUDITS: dict[str, Callable[[Rule, Scene], Finding]] = {
    "setback": setback.audit,
    "street-class": street_class.audit,
    "clear-width": clear_width.audit,
    "inside": inside.audit,
    "kerb-regulation": kerb_regulation.audit,
    "spacing": spacing.audit,
    "run-length": run_length.audit,
    "quota": quota.audit,
    "street-width": street_width.audit,
    "one-side": one_side.audit,
    "kerb-share": kerb_share.audit,
    "bend": bend.audit,
    "facing-pair": facing_pair.audit,
    "zone": zone.audit,
    "hours": hours.audit,
    "other-carriageway": other_carriageway.audit,
    "gradient": gradient.audit,
    "level-of-service": level_of_service.audit,
    "sight-triangle": sight_triangle.audit,
}
