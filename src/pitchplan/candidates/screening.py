"""Screening: every rule over every place, with what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.candidates.places import Places, place_ids
from pitchplan.city.layers import City
from pitchplan.rules.book import RuleBook
from pitchplan.rules.effects import Verdict, nothing_seen
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.rule import Rule

__all__ = ["Screening", "Waiver", "join_screenings", "refusal_table", "screen_places"]


@dataclass(frozen=True)
class Waiver:
    """A rule that a committee waives around a place.

    Attributes
    ----------
    rule : str
        Id of the rule.
    x_m, y_m, radius_m : float
        Where, in the planning CRS.
    decision_id : str
        Decision that says so.
    """

    rule: str
    x_m: float
    y_m: float
    radius_m: float
    decision_id: str

    def holds(self, places: Places) -> NDArray[np.bool_]:
        """Tell at which places it holds: those whose centre lies within the radius."""
        within: NDArray[np.bool_] = np.hypot(places.x_m - self.x_m, places.y_m - self.y_m) <= self.radius_m
        return within


@dataclass(frozen=True)
class Screening:
    """Places and what every rule says of them.

    Attributes
    ----------
    places : Places
    verdicts : dict
        Rule id to its `Verdict`, in the order of the book; rules that were not applied are absent.
    not_applied : dict
        Rule id to why.
    waived : ndarray of object, shape (places,)
        Rules waived at each place, separated by commas.
    """

    places: Places
    verdicts: dict[str, Verdict]
    not_applied: dict[str, str]
    waived: NDArray[np.object_]

    @property
    def legal(self) -> NDArray[np.bool_]:
        """Which places break no rule."""
        broken = [v.refused for v in self.verdicts.values()]
        return ~np.logical_or.reduce(broken) if broken else np.ones(len(self.places), dtype=bool)


def screen_places(
    places: Places,
    city: City,
    rules: Sequence[Rule],
    placement: str,
    *,
    unfit: dict[str, Verdict] | None = None,
    waivers: Sequence[Waiver] = (),
) -> Screening:
    """Apply every rule that bans to every place.

    Parameters
    ----------
    places : Places
        Of one placement.
    city : City
    rules : sequence of Rule
        The book's rules; those of a decisive kind are asked first, and what they refuse is asked no
        more.
    placement : str
        Rules that do not hold for it are left out.
    unfit : dict, optional
        Verdicts of places where no bay can be painted at all; no rule is measured there.
    waivers : sequence of Waiver
        Lift a rule's refusals around a place.
    """
    verdicts: dict[str, Verdict] = dict(unfit or {})
    fit = (
        ~np.logical_or.reduce([v.refused for v in verdicts.values()])
        if verdicts
        else np.ones(len(places), dtype=bool)
    )
    sound = places.take(fit)
    not_applied: dict[str, str] = {}
    waived = np.full(len(places), "", dtype=object)
    for rule in sorted(rules, key=lambda r: not getattr(KINDS[r.kind], "DECISIVE", False)):
        kind = KINDS[rule.kind]
        why = kind.missing(rule, city)
        if why:
            not_applied[rule.id] = why
        elif hasattr(kind, "screen") and placement in rule.placements:
            verdict = _spread(kind.screen(rule, sound, city), fit)
            lifted = verdict.refused & _waived_at(rule.id, places, waivers)
            waived[lifted] = [f"{w},{rule.id}".lstrip(",") for w in waived[lifted]]
            verdicts[rule.id] = replace(verdict, refused=verdict.refused & ~lifted)
            if getattr(kind, "DECISIVE", False):
                # Nobody asks what else is wrong on a main street; elsewhere it is measured in full.
                fit = fit & ~verdicts[rule.id].refused
                sound = places.take(fit)
    return Screening(places, verdicts, not_applied, waived)


def _waived_at(rule_id: str, places: Places, waivers: Sequence[Waiver]) -> NDArray[np.bool_]:
    out = np.zeros(len(places), dtype=bool)
    for waiver in waivers:
        if waiver.rule == rule_id:
            out |= waiver.holds(places)
    return out


def _spread(verdict: Verdict, fit: NDArray[np.bool_]) -> Verdict:
    """Carry a verdict on the sound places back to all places."""
    wide = nothing_seen(len(fit), verdict.required)
    wide.refused[fit] = verdict.refused
    wide.measured[fit] = verdict.measured
    wide.feature_id[fit] = verdict.feature_id
    return replace(wide, features=verdict.features)


def join_screenings(a: Screening, places_of_both: Places, b: Screening) -> Screening:
    """Put the screenings of two placements after one another."""
    joined: dict[str, Verdict] = {}
    for rule_id in [*a.verdicts, *(r for r in b.verdicts if r not in a.verdicts)]:
        required = (a.verdicts.get(rule_id) or b.verdicts[rule_id]).required
        one = a.verdicts.get(rule_id) or nothing_seen(len(a.places), required)
        two = b.verdicts.get(rule_id) or nothing_seen(len(b.places), required)
        joined[rule_id] = Verdict(
            np.concatenate([one.refused, two.refused]),
            np.concatenate([one.measured, two.measured]),
            required,
            np.concatenate([one.feature_id, two.feature_id]),
            max(one.features, two.features),
        )
    return Screening(
        places_of_both, joined, a.not_applied | b.not_applied, np.concatenate([a.waived, b.waived])
    )


def refusal_table(screening: Screening) -> pd.DataFrame:
    """List every broken rule of every place, columns as `schemas.REFUSALS`."""
    places = screening.places
    at = [np.flatnonzero(v.refused) for v in screening.verdicts.values()]
    if not at:
        at = [np.zeros(0, dtype=np.intp)]
    where = np.concatenate(at)
    values = list(screening.verdicts.values())
    rules = [np.full(len(i), r, dtype=object) for i, r in zip(at, screening.verdicts, strict=False)]
    refused_ids = np.full(len(places), "", dtype=object)
    some = np.unique(where)
    refused_ids[some] = place_ids(places.x_m[some], places.y_m[some], places.bearing_deg[some], "L")
    table = pd.DataFrame(
        {
            "place_id": refused_ids[where],
            "rule": np.concatenate(rules) if rules else np.zeros(0, dtype=object),
            "feature_id": _gather([v.feature_id for v in values], at, object),
            "measured": np.round(_gather([v.measured for v in values], at, float), 3),
            "required": np.repeat([v.required for v in values], [len(i) for i in at[: len(values)]]),
            "x_m": places.x_m[where],
            "y_m": places.y_m[where],
        }
    )
    return table


def _gather(arrays: list[NDArray[Any]], at: list[NDArray[np.intp]], kind: type) -> NDArray[Any]:
    parts = [a[i] for a, i in zip(arrays, at, strict=False)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


def rules_report(
    book: RuleBook, screening: Screening, clashes: pd.DataFrame, unfit: dict[str, str]
) -> pd.DataFrame:
    """Say per rule whether it was applied, what it saw, refused and keeps apart.

    Parameters
    ----------
    book : RuleBook
    screening : Screening
        Of all places.
    clashes : pandas.DataFrame
        Columns as `schemas.CLASHES`.
    unfit : dict
        Reasons why no bay can be painted, with a line that explains each.
    """
    pairs = clashes["rule"].value_counts().to_dict()
    rows = []
    for name, why in unfit.items():
        verdict = screening.verdicts.get(name)
        refused = int(verdict.refused.sum()) if verdict else 0
        rows.append((name, "bay", "yes", 0, refused, pairs.get(name, 0), why, "ours"))
    for rule in book.rules:
        why = screening.not_applied.get(rule.id, "")
        verdict = screening.verdicts.get(rule.id)
        seen = verdict.features if verdict else 0
        refused = int(verdict.refused.sum()) if verdict else 0
        applied = f"not applied: {why}" if why else "yes"
        rows.append(
            (rule.id, rule.kind, applied, seen, refused, pairs.get(rule.id, 0), rule.source, rule.origin)
        )
    columns = ["rule", "kind", "applied", "features", "refused", "clashes", "source", "origin"]
    return pd.DataFrame(rows, columns=columns)
