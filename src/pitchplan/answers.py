"""What became of a committee's decision: as facts, from which any language can say it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["OUTCOMES", "Answer", "Reason", "answer_columns", "outvoted", "reasons_of"]

OUTCOMES = {
    "kept": "the spot nearest to the place is open",
    "nowhere": "nothing could be kept: no legal place is near",
    "taken-out": "pitches around the place may not be chosen",
    "legal": "the nominated place has legal pitches, which may be chosen",
    "refused": "the nominated place breaks rules",
    "not-looked-at": "the nominated place is no kerb and no open space",
    "none": "the nominated place has no legal pitch",
    "waived": "the rule was lifted around the place",
    "not-waived": "the rule was not lifted: the candidates were found without the decision",
    "outvoted": "more were against it than for it, so it was not followed",
}
"""Every way a decision can be answered."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that a place breaks.

    Attributes
    ----------
    rule : str
        Id of the rule.
    measured, required : float
        In the rule's unit; not a number where there is none.
    feature_id : str
        What it is too close to or lies in; may be empty.
    """

    rule: str
    measured: float = math.nan
    required: float = math.nan
    feature_id: str = ""

    def __str__(self) -> str:
        if math.isnan(self.measured):
            return self.rule
        return f"{self.rule} (measured {self.measured:.2f}, required {self.required:g})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a decision.

    Attributes
    ----------
    outcome : str
        One of `OUTCOMES`.
    where : str
        How far it reached, in English: ``within 30 m``, or ``at`` a spot's or pitch's id.
    pitches : int
        Taken out, or legal there.
    spot_id : str
        Spot that is kept.
    distance_m : float
        From the place to it, metres.
    rule : str
        Rule to be waived.
    votes : tuple of (int, int)
        For and against, where the vote was lost.
    reasons : tuple of Reason
        Rules that the nearest place breaks.
    """

    outcome: str
    where: str = ""
    pitches: int = 0
    spot_id: str = ""
    distance_m: float = math.nan
    rule: str = ""
    votes: tuple[int, int] = (0, 0)
    reasons: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        none = f"no legal pitch {self.where}"
        return {
            "kept": f"spot {self.spot_id} is kept, {self.distance_m:.0f} m from the place",
            "nowhere": f"no legal place {self.where}: see candidates.why",
            "taken-out": f"{self.pitches} pitches taken out",
            "legal": f"{self.pitches} legal pitches {self.where}",
            "refused": f"{none}: refused by " + "; ".join(map(str, self.reasons)),
            "not-looked-at": f"{none}, and no place there was looked at",
            "none": none,
            "waived": f"rule {self.rule} waived; {self.pitches} legal pitches {self.where}",
            "not-waived": f"rule {self.rule} not waived: give the decisions to find_candidates too",
            "outvoted": f"not followed: {self.votes[1]} votes against it, {self.votes[0]} for it",
        }[self.outcome]


def answer_columns(answers: Iterable[Answer]) -> dict[str, list[Any]]:
    """Return the columns of `schemas.ANSWERS` for some answers.

    Examples
    --------
    >>> answer_columns([Answer("taken-out", pitches=3)])["answer"]
    ['3 pitches taken out']
    """
    told = list(answers)
    return {
        "answer": [str(a) for a in told],
        "outcome": [a.outcome for a in told],
        "pitches": [float(a.pitches) for a in told],
        "spot_id": [a.spot_id for a in told],
        "distance_m": [a.distance_m for a in told],
        "reasons": [json.dumps([_plain(r) for r in a.reasons], ensure_ascii=False) for a in told],
    }


def _plain(reason: Reason) -> dict[str, Any]:
    return {k: v for k, v in asdict(reason).items() if v != "" and v == v}


def reasons_of(text: object) -> tuple[Reason, ...]:
    """Read the reasons back from their column; none where it says nothing that can be read.

    Examples
    --------
    >>> reasons_of('[{"rule": "bus-stop", "measured": 12.3, "required": 15.0}]')[0].rule
    'bus-stop'
    """
    try:
        rows = json.loads(str(text))
    except ValueError:
        return ()
    rows = rows if isinstance(rows, list) else []
    return tuple(_reason(row) for row in rows if isinstance(row, dict) and "rule" in row)


def _reason(row: dict[str, Any]) -> Reason:
    measured, required = _number(row, "measured"), _number(row, "required")
    return Reason(str(row["rule"]), measured, required, str(row.get("feature_id", "")))


def _number(row: dict[str, Any], name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else math.nan


def outvoted(decisions: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which decisions more voted against than for; without votes, or in a tie, none is.

    Parameters
    ----------
    decisions : pandas.DataFrame
        Columns votes_for and votes_against, where it has them.
    """
    import numpy as np
    import pandas as pd

    if not {"votes_for", "votes_against"} <= set(decisions.columns):
        return np.zeros(len(decisions), dtype=bool)
    numbers = [pd.to_numeric(decisions[c], errors="coerce") for c in ("votes_against", "votes_for")]
    against, pro = (n.to_numpy(dtype=float) for n in numbers)
    lost: NDArray[np.bool_] = against > pro
    return lost
