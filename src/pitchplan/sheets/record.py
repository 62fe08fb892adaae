"""What a map's file holds of a plan beside its spots and pitches, so that it can be read back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pitchplan import schemas
from pitchplan.masking import masked_within
from pitchplan.plan_file import DECISION_COLUMNS, GOAL_COLUMNS, LIMIT_COLUMNS, RULE_COLUMNS, WEEK_COLUMNS
from pitchplan.sheets.lettering import clean

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.plan import Plan

__all__ = ["plan_record"]

# An allow-list here too: what a later version notes of a plan's making may not be for everyone.
_PROVENANCE = (
    "rule_book", "rule_book_sha256", "inputs", "book_id", "book_hash", "problem_sha256", "vehicles",
    "placements", "partly", "screened", "legal", "waivers", "assumptions", "numbers_used_up_to",
)  # fmt: skip
_OFFICE_ONLY = ("who", "reason", "votes_for", "votes_against")


def plan_record(plan: Plan, *, audience: str = "public") -> dict[str, Any]:
    """Take from a plan what its file holds beside spots, pitches and facts.

    Parameters
    ----------
    plan : Plan
        The plan.
    audience : {"public", "office"}
        The public sees of the decisions only those that waive a rule, because the map stands on
        them, and never who decided and why.

    Returns
    -------
    dict
        ``goals``, ``rules``, ``limits``, ``decisions`` as lists of rows, and ``provenance``; of a plan
        by weeks also ``weeks`` and ``vendors_by_week``, of a season with a calendar its rows as
        ``calendar``; ready for JSON. Never any times.
    """
    decisions = plan.decisions
    if audience == "public" and "what" in decisions.columns:
        decisions = decisions[decisions["what"] == "waive"].drop(columns=list(_OFFICE_ONLY), errors="ignore")
    record: dict[str, Any] = {
        "goals": _rows(plan.goals, GOAL_COLUMNS, schemas.GOALS),
        "rules": _rows(plan.rules_report, RULE_COLUMNS, schemas.RULES_REPORT),
        "limits": _rows(plan.limits, LIMIT_COLUMNS),
        "decisions": _rows(decisions, DECISION_COLUMNS),
        "provenance": {k: _plain(plan.provenance[k]) for k in _PROVENANCE if k in plan.provenance},
    }
    if plan.season.calendar is not None:
        record["calendar"] = [
            {"first_day": s.first.isoformat(), "last_day": s.last.isoformat(), "what": s.what}
            for s in plan.season.calendar.spans
        ]
    if plan.weeks is not None:
        record["weeks"] = _rows(plan.weeks, WEEK_COLUMNS)
        record["vendors_by_week"] = list(plan.vendors_by_week)
    return record if audience == "office" else {k: masked_within(v) for k, v in record.items()}


def _rows(
    frame: pd.DataFrame, columns: tuple[str, ...], table: schemas.Table | None = None
) -> list[dict[str, Any]]:
    """Return the rows of an allow-list's columns; those a table should have and has not are empty."""
    names = [name for name in columns if name in frame.columns or table is not None]
    texts = {c.name for c in table.columns if c.kind == "text"} if table is not None else set()
    cells = [
        frame[name].tolist() if name in frame.columns else ["" if name in texts else None] * len(frame)
        for name in names
    ]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in zip(*cells, strict=True)]


def _plain(value: Any) -> Any:
    """Turn a cell into what JSON can hold; whole numbers and others stay apart, as their columns are."""
    if isinstance(value, dict):
        return {clean(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None
    if hasattr(value, "item"):
        return _plain(value.item())
    if hasattr(value, "isoformat") and value == value:
        return value.isoformat()
    return clean(value)
