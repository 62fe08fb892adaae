"""Two rule books over one city: what each finds, and what every rule in which they differ costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.candidates.candidates import Candidates
from pitchplan.candidates.find import find_candidates
from pitchplan.demand.hours import DAY_MINUTES, hours_text, other_hours, parse_hours
from pitchplan.demand.season import Season

if TYPE_CHECKING:
    from pitchplan.city.layers import City
    from pitchplan.rules.book import RuleBook
    from pitchplan.rules.rule import Rule

__all__ = ["compare_books"]

_COLUMNS = [
    "what",
    "name",
    "change",
    "numbers_a",
    "numbers_b",
    "screened",
    "legal",
    "bays",
    "runs",
    "clashes",
    "bays_change",
]


def compare_books(
    a: RuleBook, b: RuleBook, city: City, *, season: Season | None = None, vehicle: str = "small-truck"
) -> pd.DataFrame:
    """Compare what two rule books allow in a city.

    Each rule in which they differ is tried alone: book ``a`` with that one rule as ``b`` has it. The
    changes do not add up where two rules refuse the same places. Takes one search of the city per row.

    Parameters
    ----------
    a, b : RuleBook
        Two rules of one id differ if kind, numbers, placements, hours or days do; title and source do
        not count.
    city : City
    season : Season, optional
        Its hours decide which kerb regulations and zones hold. Where not given: the hours both books
        allow, else the whole day.
    vehicle : str
        Class of vehicle that both books know.

    Returns
    -------
    pandas.DataFrame
        Two rows with ``what`` = "book", one "vehicle" row if the bays differ and a row "rule" per
        differing rule. Columns what, name, change (added, dropped, changed), numbers_a, numbers_b,
        screened and legal (places), bays, runs, clashes (pairs), bays_change (bays more or, negative,
        fewer than by book ``a``). A limit or a clash changes no bay: it tells which may be chosen.

    Raises
    ------
    InputError
        A book does not know the vehicle.

    Examples
    --------
    >>> import pitchplan as pp
    >>> s = pp.datasets.spring_city()
    >>> strict = s.book.with_number("junction", distance_m=20)
    >>> table = s.book.compare(strict, s.city, season=s.season)
    >>> table.loc[table["what"] == "rule", "name"].tolist()
    ['junction']
    """
    bay_a, bay_b = a.vehicle(vehicle), b.vehicle(vehicle)
    season = season or _common_season(a, b)

    def search(book: RuleBook) -> Candidates:
        return find_candidates(city, book, season=season, vehicles=vehicle)

    first, second = search(a), search(b)
    start = len(first.pitches)
    rows = [_row("book", a.id, "", "", "", first, start), _row("book", b.id, "", "", "", second, start)]
    sides = [(v.length_m, v.width_m, v.gap_m, v.aisle_m) for v in (bay_a, bay_b)]
    if sides[0] != sides[1]:
        others = tuple(bay_b if v.id == vehicle else v for v in a.vehicles)
        old_bay, new_bay = (
            f"{n:g} × {w:g} m, gap {gap:g} m, aisle {aisle:g} m" for n, w, gap, aisle in sides
        )
        found = search(replace(a, vehicles=others))
        rows.append(_row("vehicle", vehicle, "changed", old_bay, new_bay, found, start))
    of_a, of_b = {r.id: r for r in a.rules}, {r.id: r for r in b.rules}
    for name in [*of_a, *(n for n in of_b if n not in of_a)]:
        old, new = of_a.get(name), of_b.get(name)
        if not _same(old, new):
            change = "added" if old is None else "dropped" if new is None else "changed"
            before, after = (r.numbers if r else "" for r in (old, new))
            rows.append(_row("rule", name, change, before, after, search(_with(a, name, new)), start))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _common_season(a: RuleBook, b: RuleBook) -> Season:
    """Make a season of any one day, open at the hours that both books allow, else all day."""
    allowed = np.ones(DAY_MINUTES, dtype=bool)
    for rule in (r for book in (a, b) for r in book.rules if r.kind == "hours"):
        day = np.zeros(DAY_MINUTES, dtype=bool)
        for start, end in parse_hours(rule["open"]):
            day[start:end] = True
        for start, end in other_hours(parse_hours(rule.hours)):
            day[start:end] = True
        allowed &= day
    edges = np.flatnonzero(np.diff(allowed, prepend=False, append=False))
    intervals = tuple((int(s), int(e)) for s, e in edges.reshape(-1, 2))
    return Season("2000-06-01", "2000-06-01", hours=hours_text(intervals))


def _same(old: Rule | None, new: Rule | None) -> bool:
    if old is None or new is None:
        return False
    said = (
        (r.kind, dict(r.parameters), set(r.placements), r.on_missing, r.hours, r.days) for r in (old, new)
    )
    return next(said) == next(said)


def _with(book: RuleBook, name: str, new: Rule | None) -> RuleBook:
    """Return a book with one rule put in, taken out or put in the place of the old one."""
    put = () if new is None else (new,)
    at = next((i for i, r in enumerate(book.rules) if r.id == name), len(book.rules))
    return replace(book, rules=(*book.rules[:at], *put, *book.rules[at + 1 :]))


def _row(
    what: str, name: str, change: str, numbers_a: str, numbers_b: str, found: Candidates, start: int
) -> tuple[str | int, ...]:
    bays = len(found.pitches)
    counts = (found.screened, found.legal, bays, len(found.runs), len(found.clashes), bays - start)
    return (what, name, change, numbers_a, numbers_b, *counts)
