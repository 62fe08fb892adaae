"""A plan after new decisions: changed as little as possible, and every change with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, InputError
from pitchplan.masking import mask_numbers
from pitchplan.plan import Outcome
from pitchplan.schemas import CHANGES, DECISIONS
from pitchplan.siting.decisions import placed, places_of, read_decisions
from pitchplan.siting.goals import HostVendors, KeepPitches, StayClose, Weighted
from pitchplan.siting.model.statement import decided
from pitchplan.siting.model.vendors import Vendors

if TYPE_CHECKING:
    from pathlib import Path

    from pitchplan.candidates.candidates import Candidates
    from pitchplan.plan import Plan
    from pitchplan.rules.book import RuleBook
    from pitchplan.siting.problem import SitingProblem

__all__ = ["Replanned", "replan"]

MOVED_WITHIN_M = 30.0
"""A dropped spot and a new one nearer than this are one spot that moved, metres (ours)."""


@dataclass(frozen=True, eq=False)
class Replanned:
    """A plan after new decisions.

    Attributes
    ----------
    plan : Plan
        The new plan.
    changes : pandas.DataFrame
        One row per spot of either plan, columns as `schemas.CHANGES`; the changed ones first.
    problem : SitingProblem
        With the decisions: what the next round goes on with.
    exact : bool
        Whether it is proven that no plan that hosts as many changes less.
    """

    plan: Plan
    changes: pd.DataFrame
    problem: SitingProblem
    exact: bool

    def __repr__(self) -> str:
        counts = self.changes["what"].value_counts()
        told = ", ".join(f"{counts[w]} {w}" for w in _ORDER if w in counts)
        least = "no plan changes less" if self.exact else "whether a plan changes less is not proven"
        lines = [f"Replanned: {told or 'no spots'}; {least}"]
        for c in self.changes[self.changes["what"] != "kept"].itertuples():
            lines.append(f"  No. {c.number} {c.what}: {c.address} ({c.before} to {c.after} pitches): {c.why}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self).splitlines()[0])}</p>{self.changes.to_html(index=False)}"


_ORDER = ("dropped", "moved", "added", "changed", "kept")


def replan(
    problem: SitingProblem,
    plan: Plan,
    decisions: str | Path | pd.DataFrame,
    *,
    book: RuleBook | None,
    time_limit_s: float,
    log: bool,
) -> Replanned:
    """Change a plan as little as new decisions allow; see `SitingProblem.replan`."""
    ground = problem.facts.statement.ground
    new = read_decisions(decisions, last=plan)
    before = ground.applied.decisions
    earlier = before[~before["decision_id"].isin(new["decision_id"])][DECISIONS.names]
    together = pd.concat([earlier, new], ignore_index=True) if len(earlier) else new
    candidates = ground.candidates
    if (new["what"] == "waive").any() or _waives_less(before, new):
        candidates = _looked_for_anew(candidates, ground.city, book, together)
    applied = decided(together, candidates, ground.city)
    ground = replace(
        ground, candidates=candidates, applied=applied, vendors=_vendors(ground.vendors, plan), _walks={}
    )
    statement = replace(problem.facts.statement, ground=ground, goals=_goals(problem, plan))
    changed = statement.problem()
    own = tuple(r for r in problem.rows if r.own)
    if own:
        what = "rows of the planner's own do not go with new decisions"
        raise InputError(Fault(what, "State the problem with the decisions and add them again", "replan"))
    after = changed.solve(time_limit_s=time_limit_s, start=plan, log=log).with_numbers_of(plan)
    exact = bool(after.goals["outcome"].iloc[1] == Outcome.PROVEN)
    settled = replace(problem.facts.statement, ground=ground).problem()
    said = placed(new, candidates)
    return Replanned(after, _changes(plan, after, said, candidates), settled, exact)


def _vendors(stated: Vendors, plan: Plan) -> Vendors:
    """Return the vendors to host: of a plan by weeks the most of any week, which the problem may not know."""
    if not plan.vendors_by_week or plan.vendors == stated.total:
        return stated
    if not stated.classes:
        return Vendors((), np.array([plan.vendors], dtype=np.int64))
    has = plan.pitches["vehicle"].value_counts()
    painted = np.array([int(has.get(name, 0)) for name in stated.classes], dtype=np.int64)
    return Vendors(stated.classes, np.maximum(stated.counts, painted))


def _waives_less(before: pd.DataFrame, new: pd.DataFrame) -> bool:
    """Tell whether a new decision replaces a waiver."""
    waived = set(before.loc[before["what"] == "waive", "decision_id"])
    return bool(new["decision_id"].isin(waived).any())


def _looked_for_anew(
    candidates: Candidates, city: Any, book: RuleBook | None, decisions: pd.DataFrame
) -> Candidates:
    from pitchplan.candidates.find import find_candidates

    if book is None:
        fix = "Give the rule book: problem.replan(plan, decisions, book=book)"
        raise InputError(Fault("a rule is waived, and which is not known without the book", fix, "replan"))
    if book.hash != candidates.provenance.get("rule_book_sha256"):
        fix = "Give the rule book that the candidates were found with"
        raise InputError(Fault("another rule book", fix, "replan", column="book", value=book.id))
    return find_candidates(
        city,
        book,
        season=candidates.season,
        vehicles=candidates.provenance["vehicles"],
        placements=candidates.provenance["placements"],
        decisions=decisions,
        partly=candidates.provenance.get("partly", False),
    )


def _goals(problem: SitingProblem, plan: Plan) -> tuple[Any, ...]:
    """Return the goals in order: host, change least, then what the problem sought.

    A spot weighs more than all pitches together, so that one sum seeks both in order.
    """
    sought = problem.facts.statement.goals
    spot = 1 + len(plan.pitches)
    parts = ((StayClose(plan, within_m=MOVED_WITHIN_M), spot), (KeepPitches(plan), 1))
    others = tuple(q for q in sought if not isinstance(q, HostVendors | StayClose | KeepPitches))
    return (HostVendors(), Weighted(parts, slack=0.0), *others)


def _changes(before: Plan, after: Plan, new: pd.DataFrame, candidates: Candidates) -> pd.DataFrame:
    """Say of every spot of either plan what became of it, and why."""
    was, now = before.spots.set_index("spot_id"), after.spots.set_index("spot_id")
    had, has = (dict(iter(p.pitches.groupby("spot_id"))) for p in (before, after))
    none = before.pitches.iloc[:0]
    reasons = _Reasons(new, candidates)
    rows = []
    for old, spot in _pairs(was, now):
        a, b = had.get(old, none), has.get(spot, none)
        gone, fresh = a[~a["pitch_id"].isin(b["pitch_id"])], b[~b["pitch_id"].isin(a["pitch_id"])]
        what = _what(old, spot, changed=len(gone) + len(fresh) > 0)
        moved = float("nan")
        if old is not None and spot is not None:
            step = now.loc[spot, ["x_m", "y_m"]] - was.loc[old, ["x_m", "y_m"]]
            moved = float(np.hypot(*step.astype(float)))
        row = was.loc[old] if spot is None else now.loc[spot]
        place = (int(row["number"]), old if spot is None else spot, row["address"])
        counts = (len(a), len(b), len(b) - len(fresh))
        rows.append((what, *place, *counts, moved, *reasons.of(what, gone, fresh)))
    table = pd.DataFrame(rows, columns=CHANGES.names)
    order = table["what"].map(_ORDER.index)
    return (
        table.assign(_order=order).sort_values(["_order", "number"], ignore_index=True).drop(columns="_order")
    )


def _pairs(was: pd.DataFrame, now: pd.DataFrame) -> list[tuple[Any, Any]]:
    """Pair the spots of two plans: the same, then the nearest ones that moved; None for no other."""
    pairs: list[tuple[Any, Any]] = [(s, s) for s in was.index if s in now.index]
    gone = [s for s in was.index if s not in now.index]
    fresh = [s for s in now.index if s not in was.index]
    if gone and fresh:
        a, b = (t.loc[s, ["x_m", "y_m"]].to_numpy(float) for t, s in ((was, gone), (now, fresh)))
        away = np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))
        for k in np.argsort(away, axis=None, kind="stable"):
            i, j = divmod(int(k), len(fresh))
            if away[i, j] > MOVED_WITHIN_M:
                break
            if gone[i] is not None and fresh[j] is not None:
                pairs.append((gone[i], fresh[j]))
                gone[i] = fresh[j] = None
    pairs += [(s, None) for s in gone if s is not None]
    pairs += [(None, s) for s in fresh if s is not None]
    return pairs


def _what(old: Any, spot: Any, *, changed: bool) -> str:
    if spot is None:
        return "dropped"
    if old is None:
        return "added"
    return "moved" if old != spot else "changed" if changed else "kept"


class _Reasons:
    """Which new decision a change follows from: one that holds where a pitch was given up or taken."""

    def __init__(self, new: pd.DataFrame, candidates: Candidates) -> None:
        self.new = new
        self.at = places_of(new, candidates)

    def of(self, what: str, gone: pd.DataFrame, fresh: pd.DataFrame) -> tuple[str, str]:
        """Return the decision's id and the reason in words.

        Parameters
        ----------
        what : str
            What became of a spot.
        gone, fresh : pandas.DataFrame
            Its pitches that were given up, and those that are new.
        """
        for words, pitches in ((("forbid",), gone), (("keep", "nominate", "waive"), fresh)):
            for k in np.flatnonzero(self.new["what"].isin(words)):
                row = self.new.iloc[k]
                away = np.hypot(pitches["x_m"] - self.at[k, 0], pitches["y_m"] - self.at[k, 1])
                named = pitches[["pitch_id", "run_id"]].eq(row["place"]).any(axis=1)
                if (named if row["place"] else away <= row["radius_m"]).any():
                    return str(row["decision_id"]), mask_numbers(
                        f"{row['who']}: {row['what']} ({row['reason']})"
                    )
        if what == "changed":
            what = "more" if len(fresh) > len(gone) else "fewer" if len(fresh) < len(gone) else "others"
        return "", _FOLLOWS[what]


_FOLLOWS = {
    "dropped": "its vendors stand elsewhere now",
    "moved": "makes room for other changes",
    "added": "takes vendors of other spots",
    "more": "takes vendors of other spots",
    "fewer": "its vendors stand elsewhere now",
    "others": "makes room for other changes",
    "kept": "",
}
