"""Whether the plan's tables say the same: pitches against spots, ids, numbers, hours, sizes of bays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pitchplan.auditing.findings import Breach, Finding
from pitchplan.auditing.minutes import minutes_of
from pitchplan.schemas import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pitchplan.plan import Plan
    from pitchplan.rules.book import RuleBook

__all__ = ["check_counts", "check_sizes"]

_SHARED = ("number", "district", "community_id", "placement")
_PASS_M = 0.01


def check_counts(plan: Plan) -> Finding:
    """Check that the list of spots says what the list of pitches says, and that no id comes twice.

    Parameters
    ----------
    plan : Plan
        Columns that a plan does not have are not compared.
    """
    finding = Finding(len(plan.pitches), len(plan.spots), unit="pitches")
    finding.margin(plan.vendors - len(plan.pitches), "plan")
    if len(plan.pitches) > plan.vendors:
        finding.breaches.append(Breach("plan", len(plan.pitches), plan.vendors))
    finding.breaches += _twice(plan.pitches["pitch_id"])
    finding.breaches += _twice(plan.spots["spot_id"])
    if "number" in plan.spots:
        finding.breaches += _numbers(plan.spots)
    finding.breaches += [*_capacities(plan), *_other_words(plan), *_other_places(plan)]
    finding.breaches += _hours_beyond(plan)
    return finding


def _twice(ids: pd.Series) -> list[Breach]:
    counts = ids.astype(str).value_counts()
    return [Breach(str(name), int(n), 1) for name, n in counts[counts > 1].items()]


def _numbers(spots: pd.DataFrame) -> Iterator[Breach]:
    """Find numbers that are not whole, below 1, or those of two spots."""
    numbers = pd.to_numeric(spots["number"], errors="coerce")
    for spot, number in zip(spots["spot_id"], numbers, strict=True):
        many = int((numbers == number).sum())
        if many != 1 or number < 1 or number % 1:
            yield Breach(str(spot), float(number), 1.0, f"number of {many} spots")


def _capacities(plan: Plan) -> Iterator[Breach]:
    """Count every spot's pitches; no more are possible than it has room for."""
    counted = plan.pitches["spot_id"].astype(str).value_counts().to_dict()
    spots = plan.spots.assign(spot_id=plan.spots["spot_id"].astype(str)).drop_duplicates("spot_id")
    said = dict(zip(spots["spot_id"], spots["capacity"], strict=True))
    for spot in sorted(set(counted) | set(said)):
        here = counted.get(spot, 0)
        # A spot without a pitch is none.
        if here != said.get(spot, 0) or not here:
            yield Breach(spot, here, said.get(spot, 0), "capacity")
    if "room" in spots:
        for spot, room in zip(spots["spot_id"], spots["room"], strict=True):
            if counted.get(spot, 0) > room:
                yield Breach(spot, counted[spot], room, "room")


def _both(plan: Plan, columns: list[str]) -> pd.DataFrame:
    """Put beside each pitch what its spot says, as columns with ``_said``."""
    spots = plan.spots.drop_duplicates("spot_id")[["spot_id", *columns]]
    return plan.pitches.merge(spots, on="spot_id", suffixes=("", "_said"))


def _other_words(plan: Plan) -> Iterator[Breach]:
    """Find spots whose number, district, community or placement is not that of their pitches."""
    columns = [c for c in _SHARED if c in plan.spots and c in plan.pitches]
    both = _both(plan, columns)
    for column in columns:
        other = as_text(both[column]) != as_text(both[f"{column}_said"])
        for spot, many in both.loc[other, "spot_id"].value_counts(sort=False).items():
            yield Breach(str(spot), int(many), 0.0, f"{column} is another")


def _other_places(plan: Plan) -> Iterator[Breach]:
    """Find spots that are not in the middle of their pitches."""
    if not {"x_m", "y_m"} <= set(plan.spots):
        return
    middle = _both(plan, ["x_m", "y_m"]).groupby("spot_id")[["x_m", "y_m", "x_m_said", "y_m_said"]].mean()
    for m in middle.itertuples():
        off = float(((m.x_m - m.x_m_said) ** 2 + (m.y_m - m.y_m_said) ** 2) ** 0.5)
        if not off <= _PASS_M:
            yield Breach(str(m.Index), off, 0.0, "metres off its pitches' middle")


def _hours_beyond(plan: Plan) -> Iterator[Breach]:
    """Find pitches at hours at which the season is closed, and spots at hours at which theirs are."""
    for row in plan.pitches.drop_duplicates(["spot_id", "hours"]).itertuples():
        beyond = minutes_of(str(row.hours)) - minutes_of(plan.season.hours)
        if beyond:
            yield Breach(str(row.pitch_id), len(beyond), 0.0, str(row.hours))
    if "hours" in plan.spots:
        said = dict(zip(plan.spots["spot_id"], plan.spots["hours"], strict=True))
        for spot, own in plan.pitches.groupby("spot_id")["hours"]:
            kept = [minutes_of(str(hours)) for hours in own.unique()]
            beyond = {m for m in minutes_of(str(said.get(spot, ""))) if any(m not in k for k in kept)}
            if beyond:
                yield Breach(str(spot), len(beyond), 0.0, str(said.get(spot, "")))


def check_sizes(plan: Plan, book: RuleBook) -> Finding:
    """Check that no bay, and no queue, is smaller than the book says its vehicle needs."""
    needed = {v.id: (v.length_m, v.width_m, v.queue_m) for v in book.vehicles}
    finding = Finding(len(plan.pitches), len(needed))
    strange = 0
    for row in plan.pitches.itertuples():
        if str(row.vehicle) not in needed:
            strange += 1
            continue
        sizes = (float(row.length_m), float(row.width_m), float(row.queue_m))
        for word, has, asked in zip(
            ("length", "width", "queue"), sizes, needed[str(row.vehicle)], strict=True
        ):
            finding.margin(has - asked, str(row.pitch_id))
            if not has >= asked - 1e-9:
                finding.breaches.append(Breach(str(row.pitch_id), has, asked, f"{word} of {row.vehicle}"))
    if strange:
        finding.not_checkable = f"{strange} pitches are for vehicles that the book does not know"
    return finding
