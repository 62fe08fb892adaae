"""Legal hours: the season cut where anything changes, and what is legal in which of the slices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pitchplan.demand.hours import Intervals, common_hours, hours_overlap, hours_text, read_leniently
from pitchplan.rules.kinds import KINDS

if TYPE_CHECKING:
    from pitchplan.candidates.screening import Said
    from pitchplan.city.layers import City
    from pitchplan.demand.season import Season
    from pitchplan.rules.effects import Refused
    from pitchplan.rules.rule import Rule
    from pitchplan.rules.vehicle import Use

__all__ = [
    "Banned",
    "Legal",
    "Part",
    "Slices",
    "calendar_assumptions",
    "in_force",
    "parts_of",
    "said_to_hold",
    "slices_of",
    "why_not_in_force",
]

Bools = NDArray[np.bool_]


def why_not_in_force(rule: Rule, season: Season) -> str:
    """Say that a rule holds at no hour or on no day of the season, or nothing."""
    if not hours_overlap(read_leniently(rule.hours), season.intervals):
        return f"it holds at {rule.hours}, when the season is closed"
    if rule.days and not any(rule.days in kinds for kinds in season.kinds_of_days):
        return f"it holds {rule.holds}, of which the season has none"
    return ""


def in_force(rules: Iterable[Rule], season: Season) -> tuple[Rule, ...]:
    """Keep the rules that hold at some hour of the season."""
    return tuple(r for r in rules if not why_not_in_force(r, season))


def said_to_hold(rule: Rule, season: Season) -> str:
    """Say when a rule holds, and which days are taken for school days for want of a calendar."""
    many = season.assumed_school_days if rule.days == "school" else 0
    every = "every weekday" if season.calendar is None else f"{many} weekdays the calendar does not cover"
    return f"{rule.holds} (assumed: {every})" if many else rule.holds


def calendar_assumptions(rules: Iterable[Rule], season: Season) -> list[str]:
    """Say what is assumed of school days, or nothing where no rule asks."""
    names = [r.id for r in rules if r.days == "school"]
    many = season.assumed_school_days if names else 0
    if not many:
        return []
    why = "there is no calendar" if season.calendar is None else "the calendar does not cover them"
    return [f"{many} weekdays of the season are taken for school days, since {why}: {', '.join(names)}"]


@dataclass(frozen=True)
class Part:
    """A rule, or what of it holds at the same hours.

    Attributes
    ----------
    name : str
        The hours of what it measures against; empty where these have none of their own.
    use : Use
        With the hours at which it holds.
    when : ndarray of bool, shape (slices,)
        In which slices of the season it holds; none where the season is not cut.
    """

    name: str
    use: Use
    when: Bools | None = None


def parts_of(rule: Rule, city: City, use: Use, slices: Slices | None) -> list[Part]:
    """Give a rule in as many parts as it has hours: one where the season is not cut."""
    hours = common_hours(use.hours, read_leniently(rule.hours)) if rule.hours else use.hours
    kind = KINDS[rule.kind]
    if slices is None:
        return [Part("", replace(use, hours=hours) if rule.hours else use)]
    holds = slices.at(rule.hours) & slices.on(rule.days)
    if not hasattr(kind, "times"):
        return [Part("", replace(use, hours=hours), holds)]
    parts = []
    for text in kind.times(rule, city):
        own = replace(use, hours=common_hours(hours, read_leniently(text)), only=text)
        when = holds & slices.at(text)
        if when.any():
            parts.append(Part(text, own, when))
    return parts


@dataclass(frozen=True)
class Legal:
    """When a place is legal: on all days of some weeks, at the same hours.

    Attributes
    ----------
    hours : str
        Opening intervals.
    weeks : str
        Weeks of the season, counted from 1, such as ``"1-3, 6"``; empty for all.
    """

    hours: str
    weeks: str = ""


@dataclass(frozen=True, eq=False)
class Slices:
    """The season's hours cut at every boundary, and the kinds of its days.

    A slice is one interval on days of one kind; slice ``k`` is interval ``k % len(intervals)`` on the days
    of kind ``k // len(intervals)``.

    Attributes
    ----------
    season : Season
    intervals : tuple of (int, int)
        Minutes of the day; nothing changes within one.
    kinds : tuple of frozenset of str
        Kinds of day that rules tell apart, each once.
    days : ndarray of int, shape (days of the season,)
        Kind of every day.
    """

    season: Season
    intervals: Intervals
    kinds: tuple[frozenset[str], ...]
    days: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.intervals) * len(self.kinds)

    def at(self, hours: str) -> Bools:
        """Tell which slices lie within some hours."""
        given = read_leniently(hours)
        inside = [any(a <= start and end <= b for a, b in given) for start, end in self.intervals]
        return np.tile(np.array(inside, dtype=bool), len(self.kinds))

    def on(self, days: str) -> Bools:
        """Tell which slices lie on some days."""
        return np.repeat([not days or days in kinds for kinds in self.kinds], len(self.intervals))

    @cached_property
    def weeks(self) -> tuple[tuple[int, ...], ...]:
        """Kinds of the days of every week."""
        starts = range(0, len(self.days), 7)
        return tuple(tuple(sorted(set(self.days[s : s + 7].tolist()))) for s in starts)

    def legal(self, banned: Bools) -> Legal | None:
        """Say when a place is legal that is banned in some slices.

        A plan promises the same hours on every day of a week. Of all ways to do so with nothing banned the
        one that is open longest counts, minutes of a day times days; of equals the one with more days.

        Parameters
        ----------
        banned : ndarray of bool, shape (slices,)

        Returns
        -------
        Legal or None
            None where no week has an hour that is legal on all of its days.
        """
        free = ~banned.reshape(len(self.kinds), len(self.intervals))
        by_week: list[Bools] = [np.logical_and.reduce(free[list(kinds)]) for kinds in self.weeks]
        minutes = np.array([end - start for start, end in self.intervals])
        lengths = [min(7, len(self.days) - 7 * k) for k in range(len(self.weeks))]
        best: tuple[int, int, list[bool]] | None = None
        weeks: list[int] = []
        for hours in _meets({tuple(w.tolist()) for w in by_week}):
            fit = [k for k, w in enumerate(by_week) if not (np.array(hours) & ~w).any()]
            days = sum(lengths[k] for k in fit)
            rank = (int(minutes[list(hours)].sum()) * days, days, list(hours))
            if rank[0] and (best is None or rank > best):
                best, weeks = rank, fit
        if best is None:
            return None
        kept = tuple(i for i, fits in zip(self.intervals, best[2], strict=True) if fits)
        whole = len(kept) == len(self.intervals)
        text = self.season.hours if whole else hours_text(kept)
        return Legal(text, "" if len(weeks) == len(self.weeks) else _weeks_text(weeks))


def _meets(sets: set[tuple[bool, ...]]) -> list[tuple[bool, ...]]:
    """Give some sets and all that several of them have in common, in order."""
    found = set(sets)
    fresh = found
    while fresh:
        fresh = {tuple(a and b for a, b in zip(x, y, strict=True)) for x in fresh for y in sets} - found
        found = found | fresh
    return sorted(found)


def _weeks_text(weeks: Sequence[int]) -> str:
    """Write weeks, counted from 0, as people count them: ``"1-3, 6"``."""
    cuts = [k for k in range(1, len(weeks)) if weeks[k] != weeks[k - 1] + 1]
    spans = [(weeks[a], weeks[b - 1]) for a, b in zip([0, *cuts], [*cuts, len(weeks)], strict=True)]
    return ", ".join(f"{a + 1}" if a == b else f"{a + 1}-{b + 1}" for a, b in spans)


def slices_of(rules: Sequence[Rule], city: City, season: Season) -> Slices:
    """Cut the season where a rule, or anything a rule measures against, begins or ceases to hold."""
    texts = [r.hours for r in rules if r.hours]
    for rule in rules:
        kind = KINDS[rule.kind]
        if hasattr(kind, "times") and not kind.missing(rule, city):
            texts += kind.times(rule, city)
    cuts = {minute for text in texts for interval in read_leniently(text) for minute in interval}
    intervals = []
    for start, end in common_hours(season.intervals, season.intervals):
        edges = [start, *sorted(c for c in cuts if start < c < end), end]
        intervals += list(pairwise(edges))
    words = {r.days for r in rules if r.days}
    of_days = [kinds & words for kinds in season.kinds_of_days]
    kinds = sorted(set(of_days), key=sorted)
    number = {kind: k for k, kind in enumerate(kinds)}
    return Slices(season, tuple(intervals), tuple(kinds), np.array([number[k] for k in of_days]))


class Banned:
    """In which slices some places are banned.

    Parameters
    ----------
    slices : Slices
    when : mapping
        Rule and part to the slices in which it holds.
    count : int
        How many places there are.
    """

    def __init__(self, slices: Slices, when: Mapping[tuple[str, str], Bools | None], count: int) -> None:
        self.slices, self.when = slices, when
        self.mask = np.zeros((count, len(slices)), dtype=bool)

    def add(self, found: Mapping[Said, Refused], at: NDArray[np.intp]) -> Bools:
        """Note what is refused of the places ``at``, and tell which of these are not banned everywhere."""
        for said, refused in found.items():
            when = None if said.stage in _ALWAYS else self.when[said.rule, said.part]
            self.mask[at[refused.place]] |= True if when is None else when
        left: Bools = np.logical_not(self.mask[at].all(axis=1))
        return left

    def legal(self, at: NDArray[np.intp]) -> tuple[Bools, NDArray[np.object_]]:
        """Tell which places have legal hours, and the hours and weeks of each of these, shape (kept, 2)."""
        some, which = np.unique(self.mask[at], axis=0, return_inverse=True)
        answers = [self.slices.legal(banned) for banned in some]
        table = np.array([(a.hours, a.weeks) if a else ("", "") for a in answers], dtype=object).reshape(
            -1, 2
        )
        kept = np.array([a is not None for a in answers], dtype=bool)[which.ravel()]
        return kept, table[which.ravel()[kept]]


_ALWAYS = ("unfit", "room")
"""Stages at which the ground itself says no, at all hours."""
