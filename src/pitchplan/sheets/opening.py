"""On which days a spot is open, in words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from pitchplan.sheets.words import days_between, word

__all__ = ["days_open", "open_spans"]

_WEEK = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")


def open_spans(spot: Any) -> list[tuple[dt.date, dt.date]]:
    """Return the first and the last day of each time a spot is open without a week between.

    Parameters
    ----------
    spot : named tuple
        A row of the published spots: ``weeks``, ``opens`` and ``closes``.
    """
    weeks = _WEEK.findall(spot.weeks) or [(spot.opens, spot.closes)]
    out: list[tuple[dt.date, dt.date]] = []
    for first, last in (tuple(map(dt.date.fromisoformat, week)) for week in weeks):
        joined = bool(out) and (first - out[-1][1]).days == 1
        out.append((out.pop()[0] if joined else first, last))
    return out


def days_open(language: str, spot: Any) -> str:
    """Say the days on which a spot is open, without the year."""
    return word(language, "comma").join(days_between(language, *span) for span in open_spans(spot))
