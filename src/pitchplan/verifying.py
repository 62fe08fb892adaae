"""A published map traced back: derived again from what it was made from, and audited anew."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan import schemas
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.strictjson import loads_strictly, read_bytes
from pitchplan.plan_file import MEMBER, PITCH_COLUMNS, content_sha256, read_plan
from pitchplan.provenance import content_hash

if TYPE_CHECKING:
    from pitchplan.auditing.audit import AuditReport
    from pitchplan.city.layers import City
    from pitchplan.plan import Plan
    from pitchplan.rules.book import RuleBook

__all__ = ["Verification", "verify"]

_INPUTS = ("city", "book", "survey", "counts", "decisions", "problem")
_PLACE = ("x_m", "y_m", "bearing_deg", "vehicle", "placement")
"""Two bays of one class never lie on each other, so these tell a pitch; names may change on the way out."""
_TEXTS_OF_OTHERS = frozenset(
    {"pitch_id", "spot_id", "street_id", "street", "community_id", "district", "flags"}
)
"""Texts that a file holds without control characters; what they come from is hashed as it was given."""


@dataclass(frozen=True, eq=False)
class Verification:
    """What a published map says, beside what its inputs say now.

    Attributes
    ----------
    path : str
        The map's file.
    table : pandas.DataFrame
        Columns as `schemas.VERIFICATION`: one row for each input, and for each thing derived again.
    audit : AuditReport
        A fresh audit of the plan in the file.
    """

    path: str
    table: pd.DataFrame
    audit: AuditReport

    @property
    def changed(self) -> pd.DataFrame:
        """Rows of what is no more as the map was made from."""
        return self.table[self.table["state"] == "changed"]

    @property
    def holds(self) -> bool:
        """Whether nothing has changed and the audit finds no breach; what was not given is not looked at."""
        return bool(self.changed.empty and self.audit.breaches.empty)

    @property
    def text(self) -> str:
        """The whole in lines of text."""
        lines = [f"{row.what:<18} {row.state:<10} {row.note}".rstrip() for row in self.table.itertuples()]
        return "\n".join([*lines, f"{'audit':<18} {self.audit.verdict}"])

    def __repr__(self) -> str:
        word = "holds" if self.holds else "does not hold"
        return f"Verification of {self.path}: {word}\n" + "\n".join(f"  {t}" for t in self.text.splitlines())

    def raise_for_changes(self) -> Verification:
        """Return itself, or raise what is no more as the map was made from.

        Raises
        ------
        InputError
            With a fault for each thing that changed.
        BreachesFound
            Nothing changed, but the plan breaks a rule.
        """
        faults = Faults(self.path)
        for row in self.changed.itertuples():
            fix = "Give what the map was made from, or make the map anew"
            faults.add(f"{row.what} changed since the map was made", fix, column=row.what, value=row.note)
        faults.raise_if_any()
        self.audit.raise_for_breaches()
        return self


def verify(path: str | os.PathLike[str], inputs: Mapping[str, Any]) -> Verification:
    """Derive the plan of a map again from what it was made from, and audit it anew.

    Parameters
    ----------
    path : str or os.PathLike
        A map that `write` wrote as ``.geojson``.
    inputs : mapping
        ``city`` (`City`) and ``book`` (`RuleBook`); if at hand also ``survey``, ``counts`` (one table or
        several, in the order in which the forecast learned from them), ``decisions`` (paths or tables)
        and ``problem`` (`SitingProblem`, stated anew).

    Returns
    -------
    Verification
        Nothing is raised for what changed; `Verification.raise_for_changes` does.

    Raises
    ------
    InputError
        The file is no map of pitchplan, or an input is missing, unknown or cannot be read.

    Notes
    -----
    Hashed is what pitchplan took of each input, so that any value the plan may rest on counts, and the
    order of rows, or a column that nobody reads, does not. Derived again are the legal places: every
    pitch must be found at the same place with the same measures, and each rule must refuse as many
    places as the map says. With ``problem``, its arrays must have the hash that the map names, and
    give the values it states. A plan by weeks is not stated again.

    Examples
    --------
    >>> import pitchplan as pp
    >>> pp.verify("map.geojson", {"city": city, "book": book}).holds  # doctest: +SKIP
    True
    """
    given = _checked(inputs)
    plan = read_plan(path)
    city, book = given["city"], given["book"]
    noted: dict[str, str] = plan.provenance.get("inputs", {})
    rows = [_file(path), *_hashes(noted, given), _row("rule book", _noted_book(plan), book.hash)]
    rows += _derived(plan, city, book, given.get("decisions"))
    if "problem" in given:
        rows += _stated(plan, given["problem"])
    from pitchplan.auditing.audit import audit_plan

    table = pd.DataFrame(rows, columns=schemas.VERIFICATION.names)
    return Verification(os.fspath(path), table, audit_plan(plan, city, book))


def _checked(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Check that inputs are there and of their kind."""
    from pitchplan.city.layers import City
    from pitchplan.rules.book import RuleBook
    from pitchplan.siting.problem import SitingProblem

    faults = Faults("inputs")
    if not isinstance(inputs, Mapping):
        raise InputError(
            Fault("no mapping of inputs", 'Give {"city": city, "book": book}', "inputs", value=inputs)
        )
    for name in inputs:
        if name not in _INPUTS:
            faults.add("not an input", f"Give {', '.join(_INPUTS)}", column=str(name))
    for name, kind in {"city": City, "book": RuleBook, "problem": SitingProblem}.items():
        if name not in inputs and name != "problem":
            faults.add("an input is missing", f"Give {name}=… too", column=name)
        elif name in inputs and not isinstance(inputs[name], kind):
            faults.add(f"not a {kind.__name__}", f"Give a {kind.__name__}", column=name, value=inputs[name])
    faults.raise_if_any()
    return dict(inputs)


def _row(what: str, noted: str, found: str, note: str = "") -> tuple[str, str, str, str, str]:
    state = "same" if noted == found else "changed"
    return what, state if noted else "not noted", noted, found, note


def _file(path: str | os.PathLike[str]) -> tuple[str, str, str, str, str]:
    """Compare the file with the hash of its content that it carries."""
    found = loads_strictly(read_bytes(path), os.fspath(path))
    head = found[MEMBER]
    return _row("file", str(head.get("content_sha256", "")), content_sha256(head, found["features"]))


def _hashes(noted: Mapping[str, str], given: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str, str]]:
    """Compare the inputs' hashes with those the map notes."""
    from pitchplan.city.layers import TABLES

    found: dict[str, str] = {**given["city"].hashes, **_hashes_of_tables(given)}
    looked_at = {*TABLES, *(k for k in given if k != "counts")}
    if "counts" in given:
        looked_at |= {k for k in {*noted, *found} if k.startswith("counts")}
    for name in sorted({*noted, *found}):
        # Decisions that only lifted rules are noted as waivers, and found again with the places.
        if name in looked_at and noted and (name in noted or name != "decisions"):
            yield _row(name, noted.get(name, "none"), found.get(name, "none"))
        else:
            yield name, "not given" if name in noted else "not noted", noted.get(name, ""), "", ""


def _hashes_of_tables(given: Mapping[str, Any]) -> dict[str, str]:
    from pitchplan.demand.counts import read_counts
    from pitchplan.demand.harvest import read_harvest
    from pitchplan.siting.decisions import read_decisions

    found: dict[str, str] = {}
    if "survey" in given:
        found["survey"] = content_hash(read_harvest(given["survey"]))
    counts = given.get("counts", ())
    tables = counts if isinstance(counts, list | tuple) else [counts]
    found |= {f"counts {k}": content_hash(read_counts(t).cells) for k, t in enumerate(tables, start=1)}
    if "decisions" in given:
        found["decisions"] = content_hash(read_decisions(given["decisions"])[schemas.DECISIONS.names])
    return found


def _noted_book(plan: Plan) -> str:
    return str(plan.provenance.get("rule_book_sha256", ""))


def _derived(plan: Plan, city: City, book: RuleBook, decisions: Any) -> list[tuple[str, str, str, str, str]]:
    """Look for the places again and find the plan's pitches among them."""
    from pitchplan.candidates.find import find_candidates
    from pitchplan.siting.decisions import read_decisions

    noted = plan.provenance
    if not {"vehicles", "placements"} <= set(noted):
        return [("places", "not noted", "", "", "the map does not say what was looked for")]
    said = plan.decisions if decisions is None else read_decisions(decisions)
    if decisions is None and int((said["what"] == "waive").sum()) < len(noted.get("waivers", ())):
        return [("places", "not given", "", "", "rules were waived: give the decisions")]
    try:
        found = find_candidates(
            city,
            book,
            season=plan.season,
            vehicles=noted["vehicles"],
            placements=noted["placements"],
            decisions=said if len(said) else None,
            partly=bool(noted.get("partly", False)),
        )
    except InputError as error:
        return [("places", "changed", "", "", str(error.faults[0]))]
    return [
        _counted("screened", noted.get("screened"), found.provenance["screened"]),
        _counted("legal", noted.get("legal"), found.provenance["legal"]),
        _rules(plan.rules_report, found.rules_report),
        _pitches(plan.pitches, found.pitches),
    ]


def _counted(what: str, noted: Any, found: int) -> tuple[str, str, str, str, str]:
    return _row(what, "" if noted is None else str(noted), str(found))


def _rules(noted: pd.DataFrame, found: pd.DataFrame) -> tuple[str, str, str, str, str]:
    """Compare what each rule measured and refused."""
    columns = ["applied", "features", "refused", "clashes"]
    a, b = (t.set_index("rule")[columns].astype(str) for t in (noted, found))
    other = [r for r in sorted({*a.index, *b.index}) if r not in a.index or r not in b.index]
    other += [r for r in a.index if r in b.index and not a.loc[r].equals(b.loc[r])]
    return _row("rules", content_hash(a.reset_index()), content_hash(b.reset_index()), ", ".join(other))


def _pitches(noted: pd.DataFrame, found: pd.DataFrame) -> tuple[str, str, str, str, str]:
    """Find every pitch among the legal places, with the same measures."""
    columns = [
        c for c in PITCH_COLUMNS if c in found.columns and c not in _TEXTS_OF_OTHERS and c not in _PLACE
    ]
    key = list(_PLACE)
    both = noted[[*key, "pitch_id", *columns]].merge(
        found[[*key, *columns]], on=key, how="left", suffixes=("", "_found"), indicator=True
    )
    missing = (both["_merge"] == "left_only").to_numpy()
    other = np.zeros(len(both), dtype=bool)
    for c in columns:
        a, b = both[c].to_numpy(dtype=object), both[f"{c}_found"].to_numpy(dtype=object)
        other |= np.array(
            [not (x == y or (x != x and y != y)) for x, y in zip(a, b, strict=True)], dtype=bool
        )
    odd = both.loc[missing | other, "pitch_id"].astype(str).tolist()
    note = f"{len(odd)} of {len(noted)} not found so: {', '.join(odd[:3])}" if odd else ""
    kept = len(noted) - len(odd)
    return _row("pitches", str(len(noted)), str(kept), note)


def _stated(plan: Plan, problem: Any) -> list[tuple[str, str, str, str, str]]:
    """Compare the problem stated anew, and the plan's values in it."""
    if plan.weeks is not None:
        return [("problem", "not noted", "", "", "a plan by weeks is not stated again")]
    rows = [_row("problem", str(plan.provenance.get("problem_sha256", "")), problem.sha256)]
    from pitchplan.siting.alternatives import plan_columns

    noted = [int(v) for v in plan.goals["value"]]
    try:
        found = [int(v) for v in problem.values(plan_columns(problem, plan))]
    except InputError as error:
        return [*rows, ("values", "changed", str(noted), "", str(error.faults[0]))]
    return [*rows, _row("values", str(noted), str(found))]
