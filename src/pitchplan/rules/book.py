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
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.paths import check_file
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.rows import lend, lend_vehicle, placements_of, rule_of, vehicle_of
from pitchplan.rules.rule import Rule, check_parameters, check_when
from pitchplan.rules.vehicle import Vehicle

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.city.layers import City
    from pitchplan.demand.season import Season

__all__ = ["RuleBook", "Vehicle", "preset_names", "read_rule_book", "rule_book"]

_HEAD = ("id", "title", "title_en", "note", "base", "without", "placements")
_MOST_BYTES = 1_000_000
_MOST_POINTS = 500
"""In one line: a.b.c.… of a hundred thousand parts costs the TOML reader minutes and all memory."""


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
    note : str
        What the book cannot say in rules, for people.
    base : str
        Book it inherits from; "" for none.
    placements : tuple of str
        Where pitches are looked for.
    """

    id: str
    title: str
    title_en: str
    rules: tuple[Rule, ...]
    vehicles: tuple[Vehicle, ...]
    note: str = ""
    base: str = ""
    placements: tuple[str, ...] = ("kerbside", "open-space")
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
        said = {**asdict(replace(self, file="", rules=())), "rules": [r.said for r in self.rules]}
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def with_number(self, rule_id: str, **parameters: Any) -> RuleBook:
        """Return a book in which one rule has other parameters, hours or days; its origin becomes "ours".

        Parameters
        ----------
        rule_id : str
        **parameters : object
            Numbers and words of the rule's kind; ``hours`` and ``days`` at which it holds.

        Examples
        --------
        >>> rule_book("jinan-2019").with_number("junction", distance_m=12)["junction"]["distance_m"]
        12.0
        """
        old = self[rule_id]
        faults = Faults(f"{self.id}, rule {rule_id!r}")
        when = {k: parameters.pop(k, getattr(old, k)) for k in ("hours", "days")}
        check_when(when["hours"], when["days"], faults)
        checked = check_parameters(KINDS[old.kind].PARAMETERS, {**old.parameters, **parameters}, faults)
        faults.raise_if_any()
        source = f"set by the planner (was: {old.source})"
        new = replace(old, parameters=checked, origin="ours", source=source, **when)
        return replace(self, rules=tuple(new if r.id == rule_id else r for r in self.rules))

    def without(self, *rule_ids: str) -> RuleBook:
        """Return a book without some rules."""
        for name in rule_ids:
            self[name]
        return replace(self, rules=tuple(r for r in self.rules if r.id not in rule_ids))

    def compare(
        self, other: RuleBook, city: City, *, season: Season | None = None, vehicle: str = "small-truck"
    ) -> pd.DataFrame:
        """Compare what this book and another allow in a city, rule by rule.

        Parameters
        ----------
        other : RuleBook
        city : City
        season : Season, optional
            Its hours decide which kerb regulations and zones hold. Where not given: the hours both
            books allow, else the whole day.
        vehicle : str
            Class of vehicle that both books know.

        Returns
        -------
        pandas.DataFrame
            As `pitchplan.candidates.compare.compare_books` gives it: a row per book and one for each
            change, tried alone, with the bays it costs (``bays_change``).

        Raises
        ------
        InputError
            A book does not know the vehicle.
        """
        from pitchplan.candidates.compare import compare_books

        return compare_books(self, other, city, season=season, vehicle=vehicle)

    def table(self) -> pd.DataFrame:
        """List the rules, a row each.

        Returns
        -------
        pandas.DataFrame
            Columns rule, kind, numbers (parameters in words, units in their names), placements,
            source, origin, title, title_en.

        Examples
        --------
        >>> rule_book("jinan-2019").table().set_index("rule").loc["junction", "numbers"]
        'feature=junction, distance_m=10.0, side=any'
        """
        import pandas as pd

        rows = [
            (
                r.id,
                r.kind,
                r.numbers,
                ", ".join(r.placements),
                r.source,
                r.origin,
                r.title,
                r.title_en,
            )
            for r in self.rules
        ]
        columns = ["rule", "kind", "numbers", "placements", "source", "origin", "title", "title_en"]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        lines = [f"RuleBook {self.id}: {self.title_en or self.title}, {len(self.rules)} rules"]
        lines += [f"  note: {self.note}"] if self.note else []
        lines += [f"  {r.id} ({r.kind}, {r.origin}): {r.numbers}" for r in self.rules]
        return "\n".join(lines)


def _book(text: str, file: str, folder: Path | None, chain: tuple[str, ...]) -> RuleBook:
    """Make a book of its text; ``chain`` names it and the books whose base it is."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise InputError(Fault("not TOML: nested too deeply", "Write one value per line", file)) from None
    except ValueError as error:  # TOMLDecodeError, or a number of more digits than Python reads
        raise InputError(Fault(f"not TOML: {error}", "Mend the line it names", file)) from None
    head = data.get("book")
    if not isinstance(head, dict) or not isinstance(head.get("id"), str):
        raise InputError(Fault("no [book] with an id", 'Begin with [book] and id = "…"', file))
    base = _base(head, file, folder, chain)
    rows, vehicles = data.get("rule", []), data.get("vehicle", [])
    lists = isinstance(rows, list) and isinstance(vehicles, list)
    if not lists or not (vehicles or base) or not all(isinstance(r, dict) for r in [*rows, *vehicles]):
        raise InputError(
            Fault("no [[vehicle]] or no [[rule]] rows", "Add [[vehicle]] and [[rule]] tables", file)
        )
    _check_words(data, ("book", "rule", "vehicle"), "Write [book], [[rule]] and [[vehicle]]", file)
    _check_words(head, _HEAD, f"Under [book] stand {', '.join(_HEAD)}", file)
    rules = _rules(rows, file)
    bays = tuple(vehicle_of(v, file) for v in vehicles)
    book = RuleBook(
        head["id"],
        str(head.get("title", "")),
        str(head.get("title_en", "")),
        rules,
        bays,
        str(head.get("note", "")),
        base.id if base else "",
        placements_of(head, base.placements if base else ("kerbside", "open-space"), file),
        file,
    )
    return _inherit(book, base, head.get("without", []))


def _check_words(table: Mapping[str, Any], known: tuple[str, ...], fix: str, file: str) -> None:
    """Refuse what nobody reads: rules under [[rules]] would silently not hold."""
    strange = [word for word in table if word not in known]
    if strange:
        raise InputError(*(Fault("a word that is not known", fix, file, column=word) for word in strange))


def _rules(rows: list[dict[str, Any]], file: str) -> tuple[Rule, ...]:
    """Make every rule, or name every fault at once."""
    made = [rule_of(row, i + 1, file) for i, row in enumerate(rows)]
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
    return rules


def _base(head: Mapping[str, Any], file: str, folder: Path | None, chain: tuple[str, ...]) -> RuleBook | None:
    """Read the book that ``base`` names: a preset, or a .toml file beside the book."""
    name = head.get("base", "")
    if name == "":
        return None
    fix = f"Name a preset ({', '.join(preset_names())}) or a .toml file beside the book"
    if not isinstance(name, str):
        raise InputError(Fault("a base that is no name", fix, file, column="base", value=name))
    if name in preset_names():
        return _preset(name, chain)
    # Beside the book means just that: a path would open files that nobody gave.
    if folder is None or not name.endswith(".toml") or not _is_beside(folder, name):
        raise InputError(Fault("a base that does not exist", fix, file, column="base", value=name))
    return _file(folder / name, chain)


def _is_beside(folder: Path, name: str) -> bool:
    if set(name) & {"/", "\\", "\0"}:
        return False
    try:
        return (folder / name).is_file() and (folder / name).resolve().parent == folder.resolve()
    except OSError:  # a name that is too long
        return False


def _inherit(book: RuleBook, base: RuleBook | None, without: object) -> RuleBook:
    """Add the base's rules and vehicles that the book neither overrides nor drops, in the base's order."""
    if not isinstance(without, list) or (without and base is None):
        fix = "Give a list of rule ids of the base"
        raise InputError(Fault("nothing to leave out", fix, book.file, column="without", value=without))
    if base is None:
        return book
    known = {r.id for r in base.rules}
    strange = [w for w in without if not isinstance(w, str) or w not in known]
    if strange:
        fix = f"Rules of {base.id}: {', '.join(sorted(known))}"
        raise InputError(
            *(Fault("no such rule in the base", fix, book.file, column="without", value=w) for w in strange)
        )
    own = {r.id: r for r in book.rules}
    kept = [
        own.pop(r.id) if r.id in own else lend(r, base.id)
        for r in base.rules
        if r.id in own or r.id not in without
    ]
    bays = {v.id: v for v in book.vehicles}
    lent = [bays.pop(v.id) if v.id in bays else lend_vehicle(v, base.id) for v in base.vehicles]
    return replace(book, rules=(*kept, *own.values()), vehicles=(*lent, *bays.values()))


def _file(file: Path, chain: tuple[str, ...]) -> RuleBook:
    check_file(file, str(file), (".toml",))
    name = str(file.resolve())
    if name in chain:
        raise InputError(
            Fault("books that are each other's base", "Take one base out", chain[-1], value=file.name)
        )
    if file.stat().st_size > _MOST_BYTES:
        fix = f"Give a file of at most {_MOST_BYTES // 10**6} MB"
        raise InputError(Fault("too large to be a rule book", fix, str(file)))
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Fault(f"cannot be read: {error}", "Save it as UTF-8 text", str(file))) from None
    for row, line in enumerate(text.splitlines(), start=1):
        if line.count(".") > _MOST_POINTS:
            fix = "Give a rule's numbers as name = value"
            raise InputError(Fault("not TOML: a name of too many parts", fix, str(file), row=row))
    return _book(text, str(file), file.parent, (*chain, name))


def _preset(name: str, chain: tuple[str, ...]) -> RuleBook:
    file = f"preset {name}"
    if file in chain:
        raise InputError(Fault("books that are each other's base", "Take one base out", file, value=name))
    text = (resources.files("pitchplan.rules") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return _book(text, file, None, (*chain, file))


def read_rule_book(path: str | os.PathLike[str]) -> RuleBook:
    """Read a rule book of one's own from a TOML file.

    ``base = "…"`` under [book] names a preset, or a TOML file beside the book, whose rules it inherits
    unless it has one of the same id or names it in ``without = ["…"]``. What is inherited is marked
    as borrowed, and its source begins with the base's id.

    Raises
    ------
    InputError
        The file is missing, is not TOML, or a rule is wrong; every wrong rule is named at once. The
        base does not exist, or leads back to the book.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError(Fault("not a path", "Give the path of a .toml file", "path", value=path))
    check_file(Path(path), os.fspath(path), (".toml",))
    return _file(Path(path), ())


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
    return _preset(name, ())
