"""What pitches cost the vehicles that pass them, as whole numbers.

The shape comes from measurement (simulated stands in city traffic): the first stand narrows the
lane and the fifth in the same run adds little, so a street and a run cost a fixed part and a pitch
a small one; stands on the quietest minor kerbs cost least, the same stands on the busiest several
times as much; a street that is left with one narrow lane is the worst of all. The numbers
themselves are ours: they rank, they do not measure delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["CLASS_COSTS", "Obstruction", "obstruction"]

CLASS_COSTS: dict[str, tuple[int, int, int]] = {
    "main": (60, 40, 6),
    "secondary": (40, 25, 4),
    "branch": (20, 12, 2),
    "local": (10, 6, 1),
    "lane": (8, 6, 1),
    "open-space": (0, 0, 0),
}
"""Cost of (a street, a run, a pitch) by class of street; an unknown class counts as branch."""

NARROW_STEPS: tuple[tuple[float, int], ...] = ((6.0, 4), (5.0, 8), (4.0, 16))
"""(clear width to drive in metres, extra cost of a pitch that leaves less); the last that holds."""


@dataclass(frozen=True, eq=False)
class Obstruction:
    """Whole-number costs of using pitches, runs and streets.

    Attributes
    ----------
    per_pitch : numpy.ndarray of int64, shape (pitches,)
        Cost of each pitch that is used.
    per_run : numpy.ndarray of int64, shape (runs,)
        Cost of each run in which a pitch is used.
    street_ids : tuple of str
        Streets, sorted.
    per_street : numpy.ndarray of int64, shape (streets,)
        Cost of each street in which a pitch is used.
    street_of_run : numpy.ndarray of int64, shape (runs,)
        Place of each run's street in ``street_ids``; -1 in an open space.
    """

    per_pitch: NDArray[np.int64]
    per_run: NDArray[np.int64]
    street_ids: tuple[str, ...]
    per_street: NDArray[np.int64]
    street_of_run: NDArray[np.int64]


def obstruction(pitches: pd.DataFrame, runs: pd.DataFrame) -> Obstruction:
    """Score what pitches, runs and streets cost vehicles.

    Parameters
    ----------
    pitches : pandas.DataFrame
        Columns as `schemas.PITCHES`.
    runs : pandas.DataFrame
        Columns as `schemas.RUNS`.

    Returns
    -------
    Obstruction
        Costs in the order of the frames. A street whose runs are of several classes costs what
        the costliest does.
    """
    off_street = (runs["placement"] == "open-space").to_numpy() | (
        runs["street_class"] == "open-space"
    ).to_numpy()
    run_class = np.where(off_street, "open-space", runs["street_class"].to_numpy(dtype=object))
    street = runs["street_id"].astype(str).to_numpy(dtype=object)
    street_ids = tuple(sorted(set(street[~off_street])))
    place = {s: k for k, s in enumerate(street_ids)}
    street_of_run = np.array(
        [-1 if off else place[s] for s, off in zip(street, off_street, strict=True)], np.int64
    )
    per_street = np.zeros(len(street_ids), dtype=np.int64)
    np.maximum.at(per_street, street_of_run[~off_street], _cost(run_class[~off_street], 0))
    in_square = (pitches["placement"] == "open-space").to_numpy()
    pitch_class = np.where(in_square, "open-space", pitches["street_class"].to_numpy(dtype=object))
    clear = pitches["clear_drive_m"].to_numpy(dtype=float)
    narrow = np.zeros(len(pitches), dtype=np.int64)
    for width_m, extra in NARROW_STEPS:
        narrow[clear < width_m] = extra
    narrow[pitch_class == "open-space"] = 0
    per_pitch = _cost(pitch_class, 2) + narrow
    return Obstruction(per_pitch, _cost(run_class, 1), street_ids, per_street, street_of_run)


def _cost(classes: NDArray[np.object_], part: int) -> NDArray[np.int64]:
    """Return one part of the cost of each class of street."""
    usual = CLASS_COSTS["branch"]
    return np.array([CLASS_COSTS.get(str(c), usual)[part] for c in classes], dtype=np.int64)
