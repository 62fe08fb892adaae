"""The audit of a finished plan: every rule measured again, by other means than it was made with."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyproj
import shapely

from pitchplan import schemas
from pitchplan.auditing.bays import Scene, draw_scene
from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.kinds import AUDITS
from pitchplan.auditing.limits import count_limits, taken_on_trust
from pitchplan.auditing.minutes import Open, all_days, assumed_school_days, minutes_of, times_of_rule
from pitchplan.auditing.places import check_overlaps, check_places, with_sides
from pitchplan.auditing.tables import check_counts, check_sizes
from pitchplan.auditing.weeks import check_weeks
from pitchplan.errors import BreachesFound, Fault, InputError
from pitchplan.masking import mask_numbers
from pitchplan.size import memory_told
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pitchplan.city.layers import City
    from pitchplan.plan import Plan
    from pitchplan.rules.book import RuleBook
    from pitchplan.rules.rule import Rule

__all__ = ["AuditReport", "audit_plan"]


@dataclass(frozen=True)
class AuditReport:
    """What the audit measured.

    Attributes
    ----------
    breaches, measured : pandas.DataFrame
        Columns as in `pitchplan.schemas`; empty breaches mean that none was found.
    on_trust : tuple of str
        What the audit could only believe.
    """

    breaches: pd.DataFrame
    measured: pd.DataFrame
    on_trust: tuple[str, ...]

    @property
    def not_checked(self) -> pd.DataFrame:
        """Rules for which nothing was measured; never a pass."""
        nothing = (self.measured["pitches"] == 0) | (self.measured["features"] == 0)
        return self.measured[nothing]

    @property
    def verdict(self) -> str:
        """One line: breaches, rules measured, rules not checked."""
        unchecked = len(self.not_checked)
        rules = len(self.measured) - unchecked
        found = "no breaches" if self.breaches.empty else f"{len(self.breaches)} BREACHES"
        return f"{found}: {rules} rules measured, {unchecked} not checked"

    def raise_for_breaches(self) -> AuditReport:
        """Raise `BreachesFound` if the plan breaks a rule, else return the report itself."""
        if len(self.breaches):
            shown = "; ".join(
                f"{b.rule} at {b.pitch_id}: measured {b.measured:g}, required {b.required:g}"
                for b in self.breaches.head(10).itertuples()
            )
            raise BreachesFound(f"{len(self.breaches)} breaches: {shown}")
        return self

    @property
    def text(self) -> str:
        """The report as lines of text, for a file."""
        rows = [("rule", "pitches", "features", "tightest margin", "at", "waived", "number", "not checkable")]
        for m in self.measured.itertuples():
            known = m.tightest_margin_m == m.tightest_margin_m
            margin = f"{m.tightest_margin_m:z.3f} {m.unit}" if known else ""
            counts = (str(m.pitches), str(m.features), margin, m.tightest_at, str(m.waived))
            rows.append((m.rule, *counts, m.origin, m.not_checkable))
        lines = [f"Audit: {self.verdict}", "", *_table(rows)]
        lines += ["", "Breaches:" if len(self.breaches) else "Breaches: none"]
        lines += [
            _said(
                f"  {b.rule}: {b.pitch_id} measured {b.measured:.3f}, required {b.required:g} {b.feature_id}"
            )
            for b in self.breaches.itertuples()
        ]
        lines += ["", "Taken on trust:" if self.on_trust else "Taken on trust: nothing"]
        return "\n".join(lines + [_said(f"  {t}") for t in self.on_trust]) + "\n"

    def plot(self, ax: Any = None) -> Any:
        """Draw the tightest margin of every rule that is measured in metres (matplotlib, extra ``plot``)."""
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(7, 5))
        shown = self.measured[self.measured["unit"] == "m"].dropna(subset=["tightest_margin_m"])
        broken = set(self.breaches["rule"])
        colours = ["#c8102e" if rule in broken else "#1b7a4b" for rule in shown["rule"]]
        # A dollar would begin a formula.
        names = [_said(rule).replace("$", r"\$") for rule in shown["rule"]]
        ax.barh(names, shown["tightest_margin_m"], color=colours)
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set_xlabel("tightest margin (measured - required), m")
        ax.invert_yaxis()
        return ax

    def __repr__(self) -> str:
        return f"Audit: {self.verdict}"

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.verdict)}</b></p>{self.measured.to_html(index=False)}"


def _said(text: object) -> str:
    """Return a text as one line that nothing turns or hides: a name must not write lines of a report."""
    return mask_numbers("".join(c for c in str(text) if c == " " or unicodedata.category(c)[0] not in "CZ"))


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Write rows of cells under each other, two spaces apart."""
    said = [[_said(cell) for cell in row] for row in rows]
    wide = [max(len(cell) for cell in column) for column in zip(*said, strict=True)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in said]


@memory_told("auditing a plan", "Audit a district at a time")
def audit_plan(plan: Plan, city: City, book: RuleBook) -> AuditReport:
    """Measure every rule again on the finished plan.

    Parameters
    ----------
    plan : Plan
    city : City
        Layers the plan was made from.
    book : RuleBook
        Rules it must keep.

    Returns
    -------
    AuditReport
        A breach within the radius of a decision that waives its rule is counted as waived.

    Raises
    ------
    InputError
        The city is in another CRS than the plan.
    TooBig
        The memory at hand is not enough.
    """
    if pyproj.CRS(city.crs) != pyproj.CRS(plan.crs):
        raise InputError(
            Fault(
                f"the city is in {city.crs}, the plan in {plan.crs}",
                "Give the city the plan was made on",
                "audit_plan",
            )
        )
    scene = draw_scene(plan, city)
    waivers = _waivers(plan)
    breaches: list[tuple[str, str, float, float, str]] = []
    measured: list[tuple[str, int, int, float, str, str, int, str, str]] = []
    origins = {rule.id: rule.origin for rule in book.rules}
    findings = [(rule.id, _measure(rule, scene)) for rule in book.rules]
    findings += [("overlap", check_overlaps(scene)), ("places", check_places(scene))]
    findings += [("counts", check_counts(plan)), ("sizes", check_sizes(plan, book))]
    measured_sides = with_sides(scene)
    findings += [("limits", count_limits(measured_sides))]
    if plan.weeks is not None:
        findings.append(("weeks", check_weeks(measured_sides, book)))
    for name, finding in findings:
        kept = [b for b in finding.breaches if not _waived(name, b, waivers)]
        breaches += [(name, b.pitch_id, b.measured, b.required, b.feature_id) for b in kept]
        waived = len(finding.breaches) - len(kept)
        counts = (name, finding.pitches, finding.features)
        tightest = (finding.tightest, finding.unit, finding.tightest_at)
        measured.append((*counts, *tightest, waived, finding.not_checkable, origins.get(name, "")))
    return AuditReport(
        breaches=pd.DataFrame(breaches, columns=schemas.BREACHES.names),
        measured=pd.DataFrame(measured, columns=schemas.MEASURED.names),
        on_trust=_on_trust(plan, city, book),
    )


def _measure(rule: Rule, scene: Scene) -> Finding:
    """Let a rule be measured, unless it never holds while the season, or any pitch, is open."""
    if rule.hours or rule.days:
        holds, season = times_of_rule(rule, scene.plan.season), scene.plan.season
        whole = Open(frozenset(minutes_of(season.hours)), frozenset(all_days(season)))
        if not any(times.meets(holds) for times in (whole, *(b.open for b in scene.bays))):
            return Finding(not_checkable=f"it holds {rule.holds}: never in the season")
    finding = AUDITS[rule.kind](rule, scene)
    if not finding.pitches and not finding.not_checkable:
        finding.not_checkable = "no pitch stands where and when it holds"
    return finding


def _waivers(plan: Plan) -> list[tuple[str, shapely.Point, float]]:
    if "what" not in plan.decisions.columns:
        return []
    rows = plan.decisions[plan.decisions["what"] == "waive"]
    if not len(rows):
        return []
    if {"votes_for", "votes_against"} <= set(rows.columns):
        # A waiver that lost its vote waives nothing, whatever the plan was made with.
        rows = rows[~(rows["votes_against"].astype(float) > rows["votes_for"].astype(float))]
    to_plan = transformer_between(4326, plan.crs)
    return [
        (
            str(r.rule),
            shapely.Point(to_plan.transform(r.lon, r.lat)),
            30.0 if pd.isna(r.radius_m) else float(r.radius_m),
        )
        for r in rows.itertuples()
    ]


def _waived(rule: str, breach: Breach, waivers: list[tuple[str, shapely.Point, float]]) -> bool:
    if breach.x_m != breach.x_m:
        return False
    here = shapely.Point(breach.x_m, breach.y_m)
    return any(rule == name and here.distance(place) <= radius for name, place, radius in waivers)


def _on_trust(plan: Plan, city: City, book: RuleBook) -> tuple[str, ...]:
    """Say what the audit could only believe."""
    trust = [*city.assumptions]
    status = plan.pitches["width_status"].value_counts().to_dict()
    for word in ("assumed", "lanes", "given"):
        kerbside = status.get(word, 0)
        if word != "given" and kerbside:
            how = "assumed by class" if word == "assumed" else "counted from lanes"
            trust.append(f"{kerbside} pitches stand on streets whose width is {how}: tape them on site")
    if len(city.streets) and set(city.streets["width_status"]) & {"assumed", "lanes", "given"}:
        trust.append(f"the carriageways of {len(city.streets)} streets are made from centrelines and widths")
    trust += taken_on_trust(plan)
    taught = [rule.id for rule in book.rules if rule.days == "school"]
    assumed = assumed_school_days(plan.season) if taught else 0
    if assumed:
        trust.append(f"{assumed} weekdays no calendar covers are taken for school days ({', '.join(taught)})")
    trust.append("residents served and the goals' bounds, as the solver and the reach table say")
    return tuple(trust)
