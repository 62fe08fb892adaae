"""The facts of a plan that are published: an allow-list per audience, and nothing beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan import plan_file, schemas
from pitchplan.errors import Faults
from pitchplan.masking import holds_number
from pitchplan.plan_file import GOAL_COLUMNS, PITCH_COLUMNS
from pitchplan.plan_weeks import weeks_of_spots
from pitchplan.sheets.lettering import clean, clean_for
from pitchplan.sheets.officefacts import with_office_facts
from pitchplan.sheets.record import plan_record
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from pitchplan.plan import Plan
    from pitchplan.sheets.page import Page

__all__ = [
    "AUDIENCES",
    "LAYER_COLUMNS",
    "PITCH_COLUMNS",
    "SPOT_COLUMNS",
    "Published",
    "publish",
]

AUDIENCES = ("public", "office")

SPOT_COLUMNS = (*plan_file.SPOT_COLUMNS, "weeks", "opens", "closes")
# Every audience sees the columns of the plan's own tables and these, and no others: whatever else a
# table carries (growers' names, phones, ID numbers) never gets past these lists.
LAYER_COLUMNS = {
    "streets": ("street_id", "name", "name_en", "street_class", "width_m"),
    "centrelines": ("street_id", "name", "name_en", "street_class", "width_m"),
    "footways": (),
    "open_spaces": ("name", "name_en", "kind"),
    "buildings": (),
    "keep_clear": ("feature_id", "kind", "name"),
    "communities": ("community_id", "name", "name_en", "district", "district_en", "contact"),
}
_NUMBERS = frozenset(
    {c.name for t in (schemas.PITCHES, schemas.SPOTS) for c in t.columns if c.kind in ("number", "count")}
)


@dataclass(frozen=True)
class Published:
    """The facts of a plan that an audience sees.

    Attributes
    ----------
    spots : pandas.DataFrame
        One row per spot, ordered by number: `SPOT_COLUMNS` (``weeks``: the weeks it is open where that
        is not the whole season, as ``2026-06-01/2026-06-07; …``; ``opens``, ``closes``: its first and
        last day), plus ``lon``, ``lat`` (degrees, WGS84),
        ``community``, ``community_en``, ``district_en``, ``grid_square`` on the overview, and
        ``page`` and ``page_square``: where the spot's own page of the atlas shows it. For the office
        also ``width_status``, ``clear_walk_m``, ``clear_drive_m``, ``flags`` and ``waivers``.
    pitches : pandas.DataFrame
        One row per pitch, ordered by number and id: `PITCH_COLUMNS`.
    goals : pandas.DataFrame
        `GOAL_COLUMNS`; no times.
    first, last : datetime.date
        The season's days.
    hours : str
        Opening intervals of a day.
    crs : str
        Planning CRS.
    facts : dict
        Rule book, rules not applied, vendors, hosted, residents, residents served, share assumed,
        audit verdict; spots and pitches by district under ``districts``.
    record : dict
        What a file holds beside these for the plan to be read back: see `plan_record`.
    """

    spots: pd.DataFrame
    pitches: pd.DataFrame
    goals: pd.DataFrame
    first: dt.date
    last: dt.date
    hours: str
    crs: str
    facts: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[Any]:
        """The spots as named tuples: lists are set in many ways, and tables are slow to walk along."""
        return list(self.spots.itertuples(index=False))


def publish(
    plan: Plan,
    *,
    communities: gpd.GeoDataFrame | None = None,
    page: Page | None = None,
    audit: Any = None,
    audience: str = "public",
) -> Published:
    """Take from a plan what an audience may see.

    Parameters
    ----------
    plan : Plan
        The plan.
    communities : geopandas.GeoDataFrame, optional
        For the names of communities and districts.
    page : Page, optional
        For the grid squares.
    audit : AuditReport, optional
        For its verdict.
    audience : {"public", "office"}
        Who will see it.

    Returns
    -------
    Published
        Tables with an allow-list of columns, and the facts. Telephone numbers, ID numbers and number
        plates in their texts are masked for the public.

    Raises
    ------
    InputError
        An id that the public would see reads like somebody's number.
    """
    if audience != "office":
        _refuse_numbers_as_ids(plan)
    spots = _allowed(plan.spots, SPOT_COLUMNS, audience).sort_values(
        ["number", "spot_id"], kind="stable", ignore_index=True
    )
    spots = _with_weeks(spots, plan)
    transformer = transformer_between(plan.crs, 4326)
    lon, lat = transformer.transform(spots["x_m"].to_numpy(float), spots["y_m"].to_numpy(float))
    spots["lon"], spots["lat"] = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    places = zip(spots["x_m"].tolist(), spots["y_m"].tolist(), strict=True)
    spots["grid_square"] = [page.square(x, y) if page else "" for x, y in places]
    names = _names(communities, "community_id", "name"), _names(communities, "community_id", "name_en")
    spots["community"] = [names[0].get(c) or c for c in spots["community_id"]]
    spots["community_en"] = [names[1].get(c, "") for c in spots["community_id"]]
    district_en = _names(communities, "district", "district_en")
    spots["district_en"] = [district_en.get(d, "") for d in spots["district"]]
    spots["page"], spots["page_square"] = 1, spots["grid_square"]
    pitches = _allowed(plan.pitches, PITCH_COLUMNS, audience).sort_values(
        ["number", "pitch_id"], kind="stable", ignore_index=True
    )
    if audience == "office":
        spots = with_office_facts(spots, pitches, plan)
    goals = plan.goals.reindex(columns=list(GOAL_COLUMNS)).reset_index(drop=True)
    return Published(
        spots,
        pitches,
        goals,
        plan.season.first,
        plan.season.last,
        clean_for(audience, plan.season.hours),
        plan.crs,
        _facts(plan, audit, audience) | {"districts": _districts(spots)},
        plan_record(plan, audience=audience),
    )


def _with_weeks(spots: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Say in which weeks each spot is open, and its first and last day."""
    days = {clean(d.spot_id): (d.first_day, d.last_day) for d in plan.open_weeks.itertuples()}
    spans = {
        clean(spot): [f"{first}/{last}" for first, last in (plan.season.weeks[w - 1] for w in weeks)]
        for spot, weeks in weeks_of_spots(plan).items()
    }
    every = len(plan.season.weeks)
    ids = spots["spot_id"]
    weeks = ["" if len(spans.get(i, ())) == every else "; ".join(spans.get(i, [])) for i in ids]
    if plan.weeks is not None or any(weeks):
        spots = spots.assign(weeks=weeks)
    return spots.assign(opens=[str(days[i][0]) for i in ids], closes=[str(days[i][1]) for i in ids])


def _districts(spots: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Count spots and pitches of each district."""
    found = spots.groupby("district", sort=False)["capacity"].agg(["size", "sum"])
    return {str(d): (int(n), int(p)) for d, n, p in found.itertuples()}


_IDS = {"spots": ("spot_id", "community_id"), "pitches": ("pitch_id", "run_id", "street_id", "community_id")}


def _refuse_numbers_as_ids(plan: Plan) -> None:
    """Refuse ids that read like somebody's number: masked, two of them might be one."""
    faults = Faults("the plan's ids")
    for table, columns in _IDS.items():
        frame = getattr(plan, table)
        for column in (c for c in columns if c in frame.columns):
            for ident in [i for i in frame[column].unique() if holds_number(clean(i))]:
                what = "an id that reads like a telephone or ID number or a number plate"
                faults.add(what, "Give other ids: these are published", column=column, value=ident)
    faults.raise_if_any()


def _facts(plan: Plan, audit: Any, audience: str) -> dict[str, Any]:
    def say(said: object) -> str:
        return clean_for(audience, said)

    not_applied = plan.not_applied
    book = plan.provenance.get("book_id", plan.provenance.get("rule_book", ""))
    return {
        "rule_book": say(book.get("id", "") if isinstance(book, dict) else book),
        "origins": _origins(plan),
        "not_applied": [
            {"rule": say(r.rule), "reason": say(r.applied)}
            for r in not_applied.sort_values("rule").itertuples()
        ],
        "outcome": say(plan.outcome),
        "vendors": int(plan.vendors),
        "hosted": int(plan.hosted),
        "shortfall": int(plan.shortfall),
        "residents": int(plan.residents),
        "residents_served": int(plan.residents_served),
        "share_assumed": round(float(plan.share_assumed), 4),
        "audit": say(getattr(audit, "verdict", "")),
        "audit_counts": _audit_counts(audit),
    }


def _audit_counts(audit: Any) -> tuple[int, int, int] | None:
    """Return breaches, rules measured and rules not checked, so that each language can say them."""
    parts = [getattr(audit, name, None) for name in ("breaches", "measured", "not_checked")]
    if any(part is None for part in parts):
        return None
    breaches, measured, unchecked = (len(part) for part in parts if part is not None)
    return breaches, measured - unchecked, unchecked


def _allowed(frame: pd.DataFrame, columns: tuple[str, ...], audience: str) -> pd.DataFrame:
    """Copy the columns of an allow-list, missing ones empty, texts cleaned."""
    out: dict[str, Any] = {}
    for name in columns:
        if name in _NUMBERS:
            cells = frame[name] if name in frame.columns else pd.Series(np.nan, index=frame.index)
            numbers = pd.to_numeric(cells).to_numpy(dtype=float)
            whole = name in ("number", "room", "capacity", "residents_served") and np.isfinite(numbers).all()
            out[name] = numbers.astype(np.int64) if whole else numbers
        else:
            out[name] = (
                [clean_for(audience, v) for v in frame[name]] if name in frame.columns else [""] * len(frame)
            )
    return pd.DataFrame(out, columns=list(columns))


def _names(communities: gpd.GeoDataFrame | None, key: str, value: str) -> dict[str, str]:
    if communities is None:
        return {}
    pairs = zip(communities[key], communities[value], strict=True)
    out: dict[str, str] = {}
    for k, v in pairs:
        if v:
            out.setdefault(k, v)
    return out


def _origins(plan: Plan) -> dict[str, int]:
    """Count the rules that were applied by where their numbers come from."""
    report = plan.rules_report
    applied = report[(report["applied"] == "yes") & (report["kind"] != "bay")]
    return {o: int((applied["origin"] == o).sum()) for o in ("cited", "borrowed", "ours")}
