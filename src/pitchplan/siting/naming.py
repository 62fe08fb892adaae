"""Short names of spots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.schemas import as_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["spot_names"]

_SIDES = {
    "N": ("北", "north"),
    "NE": ("东北", "north-east"),
    "E": ("东", "east"),
    "SE": ("东南", "south-east"),
    "S": ("南", "south"),
    "SW": ("西南", "south-west"),
    "W": ("西", "west"),
    "NW": ("西北", "north-west"),
}


def spot_names(runs: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Name runs after their street and side, in the street's own language and in English.

    Parameters
    ----------
    runs : pandas.DataFrame
        Columns as `schemas.RUNS`.

    Returns
    -------
    tuple of (list of str, list of str)
        Names; an English name is empty where the street has none, never invented. A street
        without a name lends the run's address.
    """
    names, english = [], []
    rows = zip(*(as_text(runs[c]) for c in ("street", "street_en", "side", "address")), strict=True)
    for street, street_en, side, address in rows:
        chinese, word = _SIDES.get(side, ("", ""))
        own = any("\u3400" <= c <= "\u9fff" for c in street)
        names.append(_joined(street, f"{chinese}侧" if own else word, own) if street else address)
        english.append(_joined(street_en, word, False))
    return names, english


def _joined(street: str, side: str, chinese: bool) -> str:
    if not street or not side or side == "侧":
        return street
    return street + side if chinese else f"{street}, {side} side"
