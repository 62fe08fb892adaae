"""The member ``pitchplan`` of a map's file: what the map is, how good it is shown to be, and its hash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pitchplan.plan_file import PROFILE
from pitchplan.sheets.ink import INK
from pitchplan.sheets.signs import sign_of
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["dump", "head_member"]

_LEGEND = {"spot": "marker", "pitch": "pitch", "district": "district", "community": "community"}
_COLOURS = {
    "spot": "marker-color",
    "keep-clear": "marker-color",
    "pitch": "fill",
    "district": "stroke",
    "community": "stroke",
    "street": "stroke",
}


_PLAN = ("rules", "limits", "decisions", "provenance", "weeks", "vendors_by_week")


def dump(value: Any) -> str:
    """Return JSON in one line: no escapes but those JSON asks for, no NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def head_member(published: Published, sheet: Sheet | None, features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the collection's own member; no times.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For title, publisher and what else a bare plan does not have.
    features : list of dict
        What the file shows, for the legend.

    Returns
    -------
    dict
        Ready for JSON, but for its content's hash.
    """
    facts, record = published.facts, published.record
    return {
        "profile": PROFILE,
        **_titles(sheet),
        "season": {
            "first": published.first.isoformat(),
            "last": published.last.isoformat(),
            "hours": published.hours,
            **{k: record[k] for k in ("calendar",) if k in record},
        },
        "planning_crs": published.crs,
        "legend": _legend(sheet.languages[0] if sheet else "zh", features),
        "rule_book": {
            "id": facts["rule_book"],
            "sha256": _book_hash(record["provenance"]),
            "origins": facts["origins"],
        },
        "goals": record["goals"],
        "outcome": facts["outcome"],
        "not_applied": facts["not_applied"],
        **{k: facts[k] for k in ("vendors", "hosted", "shortfall", "residents", "residents_served")},
        "share_assumed": facts["share_assumed"],
        "audit": _audit(facts),
        "plan": {k: record[k] for k in _PLAN if k in record},
    }


def _titles(sheet: Sheet | None) -> dict[str, Any]:
    names = ("title", "title_en", "publisher", "valid", "review_number", "link")
    said = {name: getattr(sheet, name) if sheet else "" for name in names}
    source = sheet.source_note if sheet else ""
    languages = list(sheet.languages) if sheet else []
    return {
        **said,
        "source": source,
        "languages": languages,
        "audience": sheet.audience if sheet else "public",
        **({"stage": sheet.stage} if sheet and sheet.stage else {}),
    }


def _book_hash(provenance: dict[str, Any]) -> str:
    return str(provenance.get("rule_book_sha256") or provenance.get("book_hash") or "")


def _audit(facts: dict[str, Any]) -> dict[str, Any] | None:
    if not facts["audit"]:
        return None
    counts = facts["audit_counts"] or (None, None, None)
    return {
        "verdict": facts["audit"],
        **dict(zip(("breaches", "rules_measured", "rules_unchecked"), counts, strict=True)),
    }


def _legend(language: str, features: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return what each sign of the file means, in the order of the file."""
    found: dict[tuple[str, str, str], None] = {}
    for properties in (f["properties"] for f in features):
        kind = properties["kind"]
        if kind in _COLOURS:
            key = _LEGEND.get(kind, "street")
            if kind == "keep-clear":
                key = sign_of(properties["feature"])
            elif kind == "street" and properties["stroke"] == INK["main_edge"]:
                key = "main"
            # Of a street the class stands beside, as its colours go by it.
            found.setdefault((kind, word(language, key), properties[_COLOURS[kind]]))
    return [{"kind": kind, "text": text, "colour": colour} for kind, text, colour in found]
