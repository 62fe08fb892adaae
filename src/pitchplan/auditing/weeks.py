"""A plan by weeks: when each spot is open, with which of its pitches, and for how many vendors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.limits import count_limits
from pitchplan.auditing.minutes import pitches_of_row, weeks_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pitchplan.plan import Plan
    from pitchplan.rules.book import RuleBook

__all__ = ["check_weeks"]


def check_weeks(plan: Plan, book: RuleBook) -> Finding:
    """Check the table of weeks against pitches, spots, season, vendors and limits.

    Parameters
    ----------
    plan : Plan
        Made by weeks.
    book : RuleBook
        Its quotas say how few pitches a spot may have in a week in which it is open.

    Returns
    -------
    Finding
        The margin is that of the vendors: a week never has more pitches than vendors ask for.
    """
    assert plan.weeks is not None
    finding = Finding(len(plan.pitches), len(plan.weeks), unit="pitches")
    rows = plan.weeks.assign(spot_id=plan.weeks["spot_id"].astype(str))
    rows["week"] = pd.to_numeric(rows["week"], errors="coerce")
    for check in (_rows, _intervals):
        finding.breaches += check(plan, rows)
    _vendors(plan, rows, finding)
    finding.breaches += _sizes(plan, rows, book)
    return finding


def _rows(plan: Plan, rows: pd.DataFrame) -> Iterator[Breach]:
    """Look at each row alone: its spot, its days, and its pitches."""
    number = dict(zip(plan.spots["spot_id"].astype(str), plan.spots["number"], strict=True))
    home = dict(zip(plan.pitches["pitch_id"].astype(str), plan.pitches["spot_id"].astype(str), strict=True))
    said = plan.pitches["weeks"].astype(str) if "weeks" in plan.pitches else [""] * len(plan.pitches)
    legal = {str(p): weeks_in(str(w)) for p, w in zip(plan.pitches["pitch_id"], said, strict=True)}
    days = plan.season.weeks
    for row in rows.itertuples():
        if row.spot_id not in number:
            yield Breach(row.spot_id, 0, 1, "no such spot")
        elif number[row.spot_id] != row.number:
            yield Breach(row.spot_id, float(row.number), float(number[row.spot_id]), "number is another")
        if row.week not in range(1, len(days) + 1):
            yield Breach(row.spot_id, float(row.week), len(days), "no such week of the season")
        elif (pd.Timestamp(row.first_day), pd.Timestamp(row.last_day)) != tuple(
            pd.Timestamp(day) for day in days[int(row.week) - 1]
        ):
            yield Breach(row.spot_id, float(row.week), float(row.week), "days are not those of the week")
        used = pitches_of_row(row)
        if row.capacity != len(used) or not used:
            yield Breach(row.spot_id, len(used), float(row.capacity), f"pitches in week {row.week:g}")
        for pitch in sorted(set(used)):
            if used.count(pitch) > 1:
                yield Breach(pitch, used.count(pitch), 1, f"twice in week {row.week:g}")
            if home.get(pitch) != row.spot_id:
                yield Breach(pitch, 0, 1, f"not painted at {row.spot_id}")
            elif legal[pitch] is not None and row.week not in (legal[pitch] or ()):
                yield Breach(pitch, float(row.week), 0.0, "a week in which it may not be used")


def _intervals(plan: Plan, rows: pd.DataFrame) -> Iterator[Breach]:
    """Check that each spot is open in one interval of weeks, each named once."""
    own = {spot: sorted(weeks) for spot, weeks in rows.groupby("spot_id")["week"]}
    for spot in plan.spots["spot_id"].astype(str):
        weeks = own.get(spot, [])
        if not weeks:
            yield Breach(spot, 0, 1, "open in no week")
        elif weeks != [weeks[0] + k for k in range(len(weeks))]:
            yield Breach(spot, len(weeks), float(weeks[-1] - weeks[0] + 1), "not one interval of weeks")


def _vendors(plan: Plan, rows: pd.DataFrame, finding: Finding) -> None:
    """Count the pitches of each week: no more than its vendors."""
    asked, count = plan.vendors_by_week, len(plan.season.weeks)
    if len(asked) != count:
        finding.breaches.append(Breach("plan", len(asked), count, "weeks of vendors"))
    used = rows.assign(used=[len(pitches_of_row(r)) for r in rows.itertuples()])
    open_ = used.groupby("week")["used"].sum().to_dict()
    for week, vendors in enumerate(asked, start=1):
        here = int(open_.get(week, 0))
        finding.margin(int(vendors) - here, f"week {week}")
        if here > vendors:
            finding.breaches.append(Breach("plan", here, int(vendors), f"vendors of week {week}"))


def _sizes(plan: Plan, rows: pd.DataFrame, book: RuleBook) -> Iterator[Breach]:
    """Count the limits of each week: at most so much always holds, at least only where a spot is open."""
    quotas = [
        ("spot", rule["at_least"], rule["at_most"], rule.id)
        for rule in book.rules
        if rule.kind == "quota" and rule["group_by"] == "spot"
    ]
    own = pd.DataFrame(quotas, columns=["group_by", "at_least", "at_most", "rule"]).assign(counts="pitches")
    limits = pd.concat([plan.limits, own.assign(group="")], ignore_index=True)
    always = (limits["group_by"] == "spot") | (limits.get("counts") == "metres between spots")
    limits["at_least"] = limits["at_least"].where(always, 0)
    for week, mine in rows.groupby("week"):
        ids = {p for row in mine.itertuples() for p in pitches_of_row(row)}
        pitches = plan.pitches[plan.pitches["pitch_id"].astype(str).isin(ids)].drop_duplicates("pitch_id")
        for breach in count_limits(replace(plan, pitches=pitches, limits=limits)).breaches:
            yield replace(breach, feature_id=f"{breach.feature_id} in week {week:g}")
