"""The rows of a rule book: rules and vehicles made of TOML tables, and lent to other books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pitchplan.errors import Fault, Faults
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.rule import ON_MISSING, Rule, check_parameters, check_when
from pitchplan.rules.vehicle import PLACEMENTS, Vehicle

__all__ = ["lend", "lend_vehicle", "placements_of", "rule_of", "vehicle_of"]

_ORIGINS = ("cited", "borrowed", "ours")
_LENGTHS = ("length_m", "width_m", "gap_m", "aisle_m", "queue_m")
_RULE_KEYS = {"id", "kind", "source", "origin", "placements", "title", "title_en", "on_missing"}
_WHEN_KEYS = {"hours", "days"}


def rule_of(row: Mapping[str, Any], number: int, file: str) -> tuple[Rule | None, list[Fault]]:
    """Make one rule of a TOML row, or say every fault of it."""
    faults = Faults(f"{file}, rule {row.get('id', number)!r}")
    for key in ("id", "kind", "source", "origin"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            faults.add(
                f"{key} is missing",
                "Every rule has id, kind, source and origin",
                column=key,
                value=row.get(key),
            )
    if not isinstance(row.get("kind"), str) or row["kind"] not in KINDS:
        faults.add(
            "a kind that is not known", f"Kinds are {', '.join(KINDS)}", column="kind", value=row.get("kind")
        )
    if row.get("origin") not in _ORIGINS:
        faults.add(
            "an origin that is not known",
            "Say cited, borrowed or ours",
            column="origin",
            value=row.get("origin"),
        )
    placements = row.get("placements", list(PLACEMENTS))
    _check_placements(placements, faults)
    on_missing = row.get("on_missing", "flag")
    if on_missing not in ON_MISSING:
        faults.add("an on_missing that is not known", f"Say {', '.join(ON_MISSING)}", value=on_missing)
    check_when(row.get("hours", ""), row.get("days", ""), faults)
    if faults.found:
        return None, faults.found
    given = {k: v for k, v in row.items() if k not in _RULE_KEYS | _WHEN_KEYS}
    parameters = check_parameters(KINDS[row["kind"]].PARAMETERS, given, faults)
    if faults.found:
        return None, faults.found
    return (
        Rule(
            row["id"],
            row["kind"],
            parameters,
            row["source"],
            row["origin"],
            tuple(placements),
            str(row.get("title", "")),
            str(row.get("title_en", "")),
            on_missing,
            file,
            row.get("hours", "").strip(),
            row.get("days", ""),
        ),
        [],
    )


def placements_of(head: Mapping[str, Any], otherwise: tuple[str, ...], file: str) -> tuple[str, ...]:
    """Give the placements a book says pitches are looked for in."""
    placements = head.get("placements", list(otherwise))
    faults = Faults(file)
    _check_placements(placements, faults)
    faults.raise_if_any()
    return tuple(placements)


def _check_placements(placements: object, faults: Faults) -> None:
    known = isinstance(placements, list) and all(p in PLACEMENTS for p in placements)
    if not known or not placements:
        fix = f"Use {', '.join(PLACEMENTS)}"
        faults.add("placements that are not known", fix, column="placements", value=placements)


def vehicle_of(row: Mapping[str, Any], file: str) -> Vehicle:
    """Make one class of vehicle of a TOML row."""
    faults = Faults(f"{file}, vehicle {row.get('id')!r}")
    if row.get("origin") not in _ORIGINS:
        faults.add("an origin that is not known", f"Say {', '.join(_ORIGINS)}", value=row.get("origin"))
    for key in ("id", "source", "origin"):
        if not isinstance(row.get(key), str):
            faults.add(
                f"{key} is missing", "Every vehicle has id, source and origin", column=key, value=row.get(key)
            )
    given = {"queue_m": Vehicle.queue_m, **row}
    for key in _LENGTHS:
        value = given.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 50:
            faults.add("not a length", "Give metres, up to 50", column=key, value=value)
        elif key in ("length_m", "width_m") and value < 0.5:
            faults.add("a bay that is too small", "Give at least 0.5 m", column=key, value=value)
    faults.raise_if_any()
    numbers = {k: float(given[k]) for k in _LENGTHS}
    return Vehicle(id=row["id"], source=row["source"], origin=row["origin"], **numbers)


def lend(rule: Rule, base_id: str) -> Rule:
    """Return a rule as another book inherits it: borrowed, with the book it comes from in its source."""
    return replace(rule, origin="borrowed", source=f"{base_id}: {rule.source}")


def lend_vehicle(vehicle: Vehicle, base_id: str) -> Vehicle:
    """Return a class of vehicle as another book inherits it."""
    return replace(vehicle, origin="borrowed", source=f"{base_id}: {vehicle.source}")
