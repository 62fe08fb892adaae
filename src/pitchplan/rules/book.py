"""Rule books: a city's rules as data, read from TOML and checked against the kinds."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.rule import Parameter, Rule

__all__ = ["RuleBook", "Vehicle", "preset_names", "read_rule_book", "rule_book"]

_ORIGINS = ("cited", "borrowed", "ours")
_PLACEMENTS = ("kerbside", "open-space")
_RULE_KEYS = {"id", "kind", "source", "origin", "placements", "title", "title_en"}


@dataclass(frozen=True)
class Vehicle:
    """A class of vehicle and the bay it needs.

    Attributes
    ----------
    id : str
        Name of the class.
    length_m, width_m : float
        The bay as painted: along the kerb and away from it, vehicle and goods included.
    gap_m : float
        Free length between two bays, metres.
    aisle_m : float
        Free depth between two rows of bays in an open space, metres.
    source, origin : str
        Where the numbers come from.
    """

    id: str
    length_m: float
    width_m: float
    gap_m: float
    aisle_m: float
    source: str
    origin: str


@dataclass(frozen=True)
class RuleBook:
    """A city's rules.

    Attributes
    ----------
    id, title, title_en : str
        Name of the book.
    rules : tuple of Rule
        In the order of the file.
    vehicles : tuple of Vehicle
        Bays by class of vehicle.
    """

    id: str
    title: str
    title_en: str
    rules: tuple[Rule, ...]
    vehicles: tuple[Vehicle, ...]
    file: str = field(default="", compare=False, repr=False)

    def __getitem__(self, rule_id: str) -> Rule:
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise InputError(
            Fault(
                "no such rule",
                f"Rules of {self.id}: {', '.join(r.id for r in self.rules)}",
                self.id,
                value=rule_id,
            )
        )

    def vehicle(self, name: str) -> Vehicle:
        """Return the bay of a class of vehicle."""
        for vehicle in self.vehicles:
            if vehicle.id == name:
                return vehicle
        known = ", ".join(v.id for v in self.vehicles)
        raise InputError(Fault("no such vehicle in the rule book", f"It knows {known}", self.id, value=name))

    @property
    def hash(self) -> str:
        """SHA-256 of everything the book says, 64 hexadecimal digits."""
        said = asdict(replace(self, file="", rules=tuple(replace(r, file="") for r in self.rules)))
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def with_number(self, rule_id: str, **parameters: Any) -> RuleBook:
        """Return a book in which one rule has other parameters; its origin becomes "ours".

        Examples
        --------
        >>> rule_book("jinan-2019").with_number("junction", distance_m=12)["junction"]["distance_m"]
        12.0
        """
        old = self[rule_id]
        faults = Faults(f"{self.id}, rule {rule_id!r}")
        checked = _parameters(KINDS[old.kind].PARAMETERS, {**old.parameters, **parameters}, faults)
        faults.raise_if_any()
        source = f"set by the planner (was: {old.source})"
        new = replace(old, parameters=checked, origin="ours", source=source)
        return replace(self, rules=tuple(new if r.id == rule_id else r for r in self.rules))

    def without(self, *rule_ids: str) -> RuleBook:
        """Return a book without some rules."""
        for name in rule_ids:
            self[name]
        return replace(self, rules=tuple(r for r in self.rules if r.id not in rule_ids))

    def __repr__(self) -> str:
        lines = [f"RuleBook {self.id}: {self.title_en or self.title}, {len(self.rules)} rules"]
        for r in self.rules:
            numbers = ", ".join(f"{k}={v}" for k, v in r.parameters.items() if v not in ([], 10**9))
            lines.append(f"  {r.id} ({r.kind}, {r.origin}): {numbers}")
        return "\n".join(lines)


def _parameters(known: Mapping[str, Parameter], given: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Check a rule's parameters and fill in the defaults."""
    for name in given.keys() - known.keys():
        faults.add(
            "a parameter the kind does not take",
            f"It takes {', '.join(known)}",
            column=name,
            value=given[name],
        )
    checked: dict[str, Any] = {}
    for name, parameter in known.items():
        value = given.get(name, parameter.default)
        if value is ...:
            faults.add("a parameter is missing", f"Give {parameter.meaning}", column=name)
            continue
        if parameter.type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        wrong = not isinstance(value, parameter.type) or isinstance(value, bool)
        if wrong or (parameter.choices and value not in parameter.choices):
            wanted = " or ".join(map(str, parameter.choices)) or parameter.type.__name__
            faults.add(
                "a parameter of the wrong kind",
                f"Give {parameter.meaning}: {wanted}",
                column=name,
                value=value,
            )
        elif isinstance(value, float | int) and not 0 <= value < float("inf"):
            faults.add("a number that cannot be", "Give a number of 0 or more", column=name, value=value)
        elif parameter.positive and value == 0:
            faults.add(
                "a rule that asks for nothing", "Give more than 0, or delete it", column=name, value=value
            )
        else:
            checked[name] = value
    return checked


def _rule(row: Mapping[str, Any], number: int, file: str) -> tuple[Rule | None, list[Fault]]:
    """Make one rule of a TOML row."""
    faults = Faults(f"{file}, rule {row.get('id', number)!r}")
    for key in ("id", "kind", "source", "origin"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            faults.add(
                f"{key} is missing",
                "Every rule has id, kind, source and origin",
                column=key,
                value=row.get(key),
            )
    if row.get("kind") not in KINDS:
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
    placements = row.get("placements", list(_PLACEMENTS))
    if not isinstance(placements, list) or not placements or set(placements) - set(_PLACEMENTS):
        faults.add(
            "placements that are not known", "Use kerbside, open-space", column="placements", value=placements
        )
    if faults.found:
        return None, faults.found
    given = {k: v for k, v in row.items() if k not in _RULE_KEYS}
    parameters = _parameters(KINDS[row["kind"]].PARAMETERS, given, faults)
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
            file,
        ),
        [],
    )


def _vehicle(row: Mapping[str, Any], file: str) -> Vehicle:
    faults = Faults(f"{file}, vehicle {row.get('id')!r}")
    for key in ("id", "source", "origin"):
        if not isinstance(row.get(key), str):
            faults.add(
                f"{key} is missing", "Every vehicle has id, source and origin", column=key, value=row.get(key)
            )
    for key in ("length_m", "width_m", "gap_m", "aisle_m"):
        value = row.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 50:
            faults.add("not a length", "Give metres, up to 50", column=key, value=value)
        elif key in ("length_m", "width_m") and value < 0.5:
            faults.add("a bay that is too small", "Give at least 0.5 m", column=key, value=value)
    faults.raise_if_any()
    numbers = {k: float(row[k]) for k in ("length_m", "width_m", "gap_m", "aisle_m")}
    return Vehicle(id=row["id"], source=row["source"], origin=row["origin"], **numbers)


def _book(text: str, file: str) -> RuleBook:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Fault(f"not TOML: {error}", "Mend the line it names", file)) from None
    head = data.get("book")
    if not isinstance(head, dict) or not isinstance(head.get("id"), str):
        raise InputError(Fault("no [book] with an id", 'Begin with [book] and id = "…"', file))
    rows, vehicles = data.get("rule", []), data.get("vehicle", [])
    if not isinstance(rows, list) or not isinstance(vehicles, list) or not vehicles:
        raise InputError(
            Fault("no [[vehicle]] or no [[rule]] rows", "Add [[vehicle]] and [[rule]] tables", file)
        )
    made = [_rule(row, i + 1, file) for i, row in enumerate(rows)]
    found = [fault for _, faults in made for fault in faults]
    rules = tuple(rule for rule, _ in made if rule is not None)
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            found.append(
                Fault("a rule id that is used twice", "Give each rule its own id", file, value=rule.id)
            )
        seen.add(rule.id)
    if found:
        raise InputError(*found)
    bays = tuple(_vehicle(v, file) for v in vehicles)
    return RuleBook(head["id"], str(head.get("title", "")), str(head.get("title_en", "")), rules, bays, file)


def read_rule_book(path: str | os.PathLike[str]) -> RuleBook:
    """Read a rule book of one's own from a TOML file.

    Raises
    ------
    InputError
        The file is missing, is not TOML, or a rule is wrong; every wrong rule is named at once.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Fault("the file does not exist", "Check the path", str(path))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Fault(f"cannot be read: {error}", "Save it as UTF-8 text", str(path))) from None
    return _book(text, str(path))


def preset_names() -> list[str]:
    """List the rule books that come with the package."""
    folder = resources.files("pitchplan.rules") / "presets"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))


def rule_book(name: str) -> RuleBook:
    """Return a rule book that comes with the package.

    Parameters
    ----------
    name : str
        Such as ``"jinan-2019"``; see `preset_names`.

    Raises
    ------
    InputError
        There is no preset of that name.
    """
    if name not in preset_names():
        raise InputError(
            Fault(
                "no preset of that name",
                f"Presets: {', '.join(preset_names())}; for a file use read_rule_book(path)",
                "rule_book",
                value=name,
            )
        )
    text = (resources.files("pitchplan.rules") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return _book(text, f"preset {name}")
