"""What each rule costs: the places it refuses, alone and together with others."""

from __future__ import annotations

import pandas as pd

__all__ = ["summary_table"]


def summary_table(rules_report: pd.DataFrame, refusals: pd.DataFrame) -> pd.DataFrame:
    """Count per rule the places it refuses.

    Parameters
    ----------
    rules_report, refusals : pandas.DataFrame
        Columns as `schemas.RULES_REPORT` and `schemas.REFUSALS`.

    Returns
    -------
    pandas.DataFrame
        In the order of the report: rule, kind, applied ("yes", or why not), features (measured
        against), refused (places), alone (places that break this rule and no other: what dropping
        it would free at most), with_others, clashes (pairs of pitches it keeps apart).
    """
    broken = refusals[["place_id", "rule"]].drop_duplicates()
    alone = ~broken["place_id"].duplicated(keep=False)
    counts = pd.DataFrame(
        {
            "refused": broken["rule"].value_counts(),
            "alone": broken.loc[alone, "rule"].value_counts(),
        }
    )
    counts = counts.reindex(rules_report["rule"]).fillna(0).astype("int64")
    table = rules_report[["rule", "kind", "applied", "features"]].reset_index(drop=True)
    table["refused"], table["alone"] = counts["refused"].to_numpy(), counts["alone"].to_numpy()
    table["with_others"] = table["refused"] - table["alone"]
    return table.assign(clashes=rules_report["clashes"].to_numpy())
