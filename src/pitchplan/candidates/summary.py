"""What each rule was measured against, and what it refuses, alone and together with others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.candidates.hours import said_to_hold
from pitchplan.candidates.screened import Screened
from pitchplan.rules.book import RuleBook
from pitchplan.schemas import RULES_REPORT

if TYPE_CHECKING:
    from pitchplan.demand.season import Season

__all__ = ["rules_report", "summary_table"]


def rules_report(
    book: RuleBook,
    screened: Screened,
    seen: NDArray[np.intp],
    not_applied: Mapping[str, str],
    clashes: pd.DataFrame,
    unfit: Mapping[str, str],
    season: Season,
) -> pd.DataFrame:
    """Say per rule whether it was applied, what it saw, refused and keeps apart.

    Parameters
    ----------
    book : RuleBook
    screened : Screened
    seen : ndarray of int, shape (uses, rules)
        What every rule measured against; of several uses the most counts.
    not_applied : mapping
        Rule id to why.
    clashes : pandas.DataFrame
        Columns as `schemas.CLASHES`.
    unfit : mapping
        Reasons why no bay can be painted, with a line that explains each.
    season : Season
        Its calendar tells school days.
    """
    pairs = clashes["rule"].value_counts().to_dict()
    refused = dict(zip(screened.rules, screened.costs()[0].tolist(), strict=True))
    features = dict(zip(screened.rules, seen.max(axis=0, initial=0).tolist(), strict=True))
    rows = [(n, "bay", "yes", 0, refused[n], pairs.get(n, 0), why, "ours", "") for n, why in unfit.items()]
    for rule in book.rules:
        why = not_applied.get(rule.id, "")
        applied = f"not applied: {why}" if why else "yes"
        counts = (features[rule.id], refused[rule.id], pairs.get(rule.id, 0))
        rows.append(
            (rule.id, rule.kind, applied, *counts, rule.source, rule.origin, said_to_hold(rule, season))
        )
    columns = RULES_REPORT.names
    return pd.DataFrame(rows, columns=columns)


def summary_table(report: pd.DataFrame, screened: Screened) -> pd.DataFrame:
    """Count per rule the places it refuses.

    Parameters
    ----------
    report : pandas.DataFrame
        Columns as `schemas.RULES_REPORT`.
    screened : Screened

    Returns
    -------
    pandas.DataFrame
        In the order of the report: rule, kind, applied ("yes", or why not), features (measured
        against), refused (places), alone (places that break this rule and no other: what dropping
        it would free at most), with_others, clashes (pairs of pitches it keeps apart).
    """
    refused, alone = (pd.Series(c, index=screened.rules)[report["rule"]].to_numpy() for c in screened.costs())
    table = report[["rule", "kind", "applied", "features"]].reset_index(drop=True)
    return table.assign(
        refused=refused, alone=alone, with_others=refused - alone, clashes=report["clashes"].to_numpy()
    )
