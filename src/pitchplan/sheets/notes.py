"""The notes of small print: CRS, rule book, goals, what was not checked, the audit, the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pitchplan.sheets.words import WORDS, goal_name, word

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["note_lines"]


def note_lines(sheet: Sheet) -> list[str]:
    """Return the notes: CRS and rule book, goals, what was not checked, the audit, the sources."""
    language = sheet.languages[0]
    facts = sheet.published.facts
    comma = word(language, "semicolon")
    first = [word(language, "crs", crs=sheet.published.crs)]
    if facts["rule_book"]:
        first.append(word(language, "book", book=facts["rule_book"]))
        first.append(word(language, "origins", **facts["origins"]))
    if facts["share_assumed"] > 0:
        first.append(word(language, "assumed", share=f"{facts['share_assumed']:.0%}"))
    if facts["shortfall"] > 0:
        first.append(word(language, "short", n=facts["shortfall"]))
    lines = [comma.join(first)]
    goals = [_goal(language, g) for g in sheet.published.goals.itertuples()]
    if goals:
        lines.append(word(language, "goals", goals=comma.join(goals)))
    rules = [r["rule"] for r in facts["not_applied"]]
    if rules:
        shown = rules if len(rules) <= 12 else [*rules[:12], f"… +{len(rules) - 12}"]
        lines.append(word(language, "not_applied", rules=word(language, "listing").join(shown)))
    last = []
    if facts["audit"]:
        last.append(word(language, "audit", verdict=_verdict(language, facts)))
    if sheet.source_note:
        last.append(word(language, "source", source=sheet.source_note))
    return [*lines, comma.join(last)] if last else lines


def _verdict(language: str, facts: dict[str, Any]) -> str:
    """Say the audit's verdict in a language; as it stands where its counts are not known."""
    if facts.get("audit_counts") is None:
        return str(facts["audit"])
    breaches, rules, unchecked = facts["audit_counts"]
    found = word(language, "breaches", n=breaches) if breaches else word(language, "no_breaches")
    return word(language, "audit_counts", found=found, rules=rules, unchecked=unchecked)


def _goal(language: str, goal: Any) -> str:
    outcome = str(goal.outcome)
    # Two digits, but never 1e+02.
    gap = f"{float(f'{100 * float(goal.gap):.2g}'):g} %" if goal.gap == goal.gap else "?"
    said = word(language, outcome, gap=gap) if outcome in WORDS[language] else outcome
    return f"{goal_name(language, str(goal.goal))} {said}"
