"""In which weeks the bays of a run are legal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from pitchplan.errors import Fault, InputError
from pitchplan.schemas import as_text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["legal_weeks", "weeks_in"]

_SPAN = re.compile(r"\s*(\d+)\s*(?:[-–]\s*(\d+))?\s*")


def weeks_in(text: str, weeks: int) -> NDArray[np.bool_]:
    """Read a column ``weeks``: such as ``"6-12"`` or ``"1-3, 8"``; empty for all weeks.

    Parameters
    ----------
    text : str
        Weeks of the season, counted from 1.
    weeks : int
        How many there are.

    Returns
    -------
    numpy.ndarray of bool, shape (weeks,)

    Examples
    --------
    >>> weeks_in("1-2, 4", 5).tolist()
    [True, True, False, True, False]
    """
    if not text.strip():
        return np.ones(weeks, dtype=bool)
    found = np.zeros(weeks, dtype=bool)
    for part in re.split(r"[,;，；、]", text):
        match = _SPAN.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= weeks:
            fix = f"Write weeks 1 to {weeks} such as '6-{weeks}'"
            raise InputError(Fault("weeks that cannot be read", fix, "pitches", column="weeks", value=text))
        found[first - 1 : last] = True
    return found


def legal_weeks(pitches: pd.DataFrame, weeks: int) -> NDArray[np.bool_]:
    """Return in which weeks each pitch is legal, shape (pitches, weeks); all where nobody says."""
    if "weeks" not in pitches.columns:
        return np.ones((len(pitches), weeks), dtype=bool)
    texts, code = np.unique(as_text(pitches["weeks"]).to_numpy(dtype=str), return_inverse=True)
    return np.array([weeks_in(text, weeks) for text in texts], dtype=bool).reshape(-1, weeks)[code]
