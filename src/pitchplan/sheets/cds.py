"""A plan as curb data: zones, spaces and policies of the Curb Data Specification 1.0.

The Open Mobility Foundation's specification (https://www.openmobilityfoundation.org/about-cds/,
CC BY 4.0) is what navigation and delivery companies read a city's kerb rules from. Its Curbs API
has one answer per kind of object; each becomes a file that a web server can serve as it is.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pitchplan.errors import Faults
from pitchplan.files.ledger import write_many_guarded
from pitchplan.files.writing import make_folder
from pitchplan.sheets.cdszones import zones_of
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.published import publish
from pitchplan.sheets.sheet import Sheet
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from pitchplan.plan import Plan
    from pitchplan.sheets.cdszones import Space
    from pitchplan.sheets.published import Published

__all__ = ["PLACEMENTS", "cds_files", "write_cds"]

VERSION = "1.0.0"
PLACEMENTS = ("kerbside", "footway", "setback-land", "open-space")
_SPACE_OF_NAMES = uuid.uuid5(uuid.NAMESPACE_DNS, "pitchplan.curbs")
_DAY = 24 * 60
_INTERVAL = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})")


def write_cds(
    what: Sheet | Plan,
    folder: str | os.PathLike[str],
    *,
    time_zone: str = "Asia/Shanghai",
    currency: str = "CNY",
    published: dt.date | None = None,
    placements: Iterable[str] = PLACEMENTS,
    author: str | None = None,
    license_url: str | None = None,
) -> list[Path]:
    """Write the plan's pitches as curb data: ``zones.json``, ``spaces.json`` and ``policies.json``.

    Parameters
    ----------
    what : Sheet or Plan
        What is published.
    folder : str or os.PathLike
        Where the files shall appear; made if it is not there.
    time_zone : str
        Name of the time zone that days and hours are meant in.
    currency : str
        ISO 4217; selling is free of charge, so every rate is 0 of it.
    published : datetime.date, optional
        Day of publication; by default the season's first, so that each run gives the same bytes.
    placements : iterable of {"kerbside", "footway", "setback-land", "open-space"}
        Which pitches are written, by default all. The specification is about the carriageway's
        edge: give ``["kerbside"]`` for readers who take it by its word.
    author : str, optional
        By default the sheet's publisher.
    license_url : str, optional
        Address of the licence under which the data are given.

    Returns
    -------
    list of pathlib.Path
        The three files.

    Raises
    ------
    InputError
        The time zone, the currency or a placement is not known, or no pitch is left.
    OutputError
        A file could not be written.

    Notes
    -----
    A zone is a stretch of one spot without a gap, its spaces are the pitches, numbered along it. A
    policy allows the user class ``vending`` to park from the season's first day to its last, in the
    opening hours, at the rate 0. Identifiers come from ids and geometry: they stay when nothing
    moves, and a zone that is moved gets a new one, as the specification asks.
    """
    target = Path(folder)
    files = cds_files(
        what, time_zone=time_zone, currency=currency, published=published, placements=placements,
        author=author, license_url=license_url,
    )  # fmt: skip
    make_folder(target)
    data = {
        target / name: (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
        for name, value in files.items()
    }
    return write_many_guarded(data)


def cds_files(
    what: Sheet | Plan,
    *,
    time_zone: str = "Asia/Shanghai",
    currency: str = "CNY",
    published: dt.date | None = None,
    placements: Iterable[str] = PLACEMENTS,
    author: str | None = None,
    license_url: str | None = None,
) -> dict[str, dict[str, Any]]:
    """Return what `write_cds` writes, by the files' names."""
    facts = what.published if isinstance(what, Sheet) else publish(what)
    wanted = _checked(facts, time_zone, currency, tuple(placements))
    zone_of_time = ZoneInfo(time_zone)
    days = facts.first, facts.last + dt.timedelta(days=1)
    start, end = (_midnight(day, zone_of_time) for day in days)
    moment = _midnight(published or facts.first, zone_of_time)
    policies: dict[str, dict[str, Any]] = {}
    zones, spaces = [], []
    dates = {"published_date": moment, "last_updated_date": moment}
    pitches = facts.pitches[facts.pitches["placement"].isin(wanted)]
    transformer = transformer_between(facts.crs, 4326)
    by_spot = zones_of(pitches, transformer)
    for spot in facts.spots.to_dict("records"):
        for zone in by_spot.get(spot["spot_id"], ()):
            identity = _id("zone", spot["spot_id"], zone.geometry)
            policy = _policy(zone.hours, facts, moment, zone_of_time)
            policies.setdefault(policy["curb_policy_id"], policy)
            within = [_space(identity, number, s, dates) for number, s in enumerate(zone.spaces, start=1)]
            spaces += within
            zones.append(
                {"curb_zone_id": identity, "geometry": zone.geometry,
                 "curb_policy_ids": [policy["curb_policy_id"]], **dates, "start_date": start, "end_date": end,
                 "name": spot["address"], "user_zone_id": str(spot["number"]), **zone.facts,
                 "num_spaces": len(within), "curb_space_ids": [s["curb_space_id"] for s in within]}
            )  # fmt: skip
    said = author if author is not None else what.publisher if isinstance(what, Sheet) else ""
    head = {"version": VERSION, "time_zone": time_zone, "last_updated": moment, "currency": currency}
    head |= {k: clean(v) for k, v in (("author", said), ("license_url", license_url)) if v}
    bodies = {"zones": zones, "spaces": spaces, "policies": list(policies.values())}
    return {f"{name}.json": {**head, "data": {name: rows}} for name, rows in bodies.items()}


def _checked(facts: Published, time_zone: str, currency: str, placements: tuple[str, ...]) -> tuple[str, ...]:
    faults = Faults("write_cds")
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        faults.add(
            "unknown time zone", 'Use a name such as "Asia/Shanghai"', column="time_zone", value=time_zone
        )
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        faults.add("not a currency", 'Use three letters, such as "CNY"', column="currency", value=currency)
    for placement in placements:
        if placement not in PLACEMENTS:
            faults.add("unknown placement", f"Use some of {', '.join(PLACEMENTS)}", column="placements",
                       value=placement)  # fmt: skip
    faults.raise_if_any()
    if not facts.pitches["placement"].isin(placements).any():
        there = ", ".join(sorted(set(facts.pitches["placement"]))) or "nothing"
        faults.add(f"no pitch is {' or '.join(placements) or 'asked for'}; the plan has {there}",
                   "Give other placements", column="placements")  # fmt: skip
    faults.raise_if_any()
    return placements


def _id(kind: str, *parts: Any) -> str:
    """Return the same identifier for the same thing, another one for any other."""
    return str(uuid.uuid5(_SPACE_OF_NAMES, json.dumps([kind, *parts], ensure_ascii=False, sort_keys=True)))


def _midnight(day: dt.date, zone: ZoneInfo) -> int:
    """Return the first moment of a day, in milliseconds since 1970 (UTC)."""
    return int(dt.datetime.combine(day, dt.time(), zone).timestamp() * 1000)


def _space(zone: str, number: int, space: Space, dates: dict[str, int]) -> dict[str, Any]:
    return {"curb_space_id": _id("space", zone, space.pitch_id), "geometry": space.geometry,
            "name": space.pitch_id, **dates, "curb_zone_id": zone, "space_number": number,
            "length": space.length_cm, "width": space.width_cm}  # fmt: skip


def _policy(hours: str, facts: Published, moment: int, zone: ZoneInfo) -> dict[str, Any]:
    rule = {
        "activity": "parking",
        "user_classes": ["vending"],
        "rate": [{"rate": 0, "rate_unit": "hour"}],
    }
    spans = _time_spans(hours or facts.hours, facts.first, facts.last, zone)
    body = {"published_date": moment, "priority": 1, "rules": [rule], "time_spans": spans}
    return {"curb_policy_id": _id("policy", body), **body}


def _time_spans(hours: str, first: dt.date, last: dt.date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return a span per opening interval; one past midnight is two, the second a day later.

    Hours are written as they are published: "22:00-02:00" opens on the season's first evening and
    closes on the morning after its last day.
    """
    spans = []
    for start, end in _intervals(hours):
        for late, since, until in ((0, start, min(end, _DAY)), (1, 0, end - _DAY)):
            if since < until:
                shift = dt.timedelta(days=late)
                span: dict[str, Any] = {
                    "start_date": _midnight(first + shift, zone),
                    "end_date": _midnight(last + shift + dt.timedelta(days=1), zone),
                }
                # Left out, midnight is meant on both sides; "24:00" is not a time of the format.
                if since:
                    span["time_of_day_start"] = _clock(since)
                if until < _DAY:
                    span["time_of_day_end"] = _clock(until)
                spans.append(span)
    return spans


def _intervals(hours: str) -> list[tuple[int, int]]:
    """Return opening intervals in minutes after midnight, an end past midnight beyond 24 hours.

    The hours come from a checked season or rule: what is no interval is not there.
    """
    found = []
    for groups in _INTERVAL.findall(hours):
        hour, minute, until_hour, until_minute = map(int, groups)
        start, end = 60 * hour + minute, 60 * until_hour + until_minute
        found.append((start, end if end > start else end + _DAY))
    return found or [(0, _DAY)]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
