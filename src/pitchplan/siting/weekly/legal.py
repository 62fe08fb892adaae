"""In which weeks the bays of a run are legal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.demand.season import read_weeks
from pitchplan.schemas import as_text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["legal_weeks"]


def legal_weeks(pitches: pd.DataFrame, weeks: int) -> NDArray[np.bool_]:
    """Return in which weeks each pitch is legal, shape (pitches, weeks); all where nobody says."""
    legal = np.ones((len(pitches), weeks), dtype=bool)
    if "weeks" in pitches.columns:
        texts = as_text(pitches["weeks"]).to_numpy(dtype=str)
        for text in np.unique(texts):
            among = np.isin(np.arange(1, weeks + 1), read_weeks(str(text), weeks))
            legal[texts == text] = among
    return legal
