"""Check what the features of a map's file say of each other."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from pitchplan.sheets.features import KINDS
from pitchplan.sheets.frames import EDGES

if TYPE_CHECKING:
    from pitchplan.errors import Faults

__all__ = ["check_sense"]

_KEYS = {
    "district": "district",
    "community": "community_id",
    "street": "street_id",
    "keep-clear": "feature_id",
    "page": "page_id",
    "pitch": "pitch_id",
    "spot": "spot_id",
    "note": "topic",
}
"""The property that holds the id of a feature among those of its kind."""


def check_sense(
    member: dict[str, Any], features: list[dict[str, Any]], faults: Faults, *, complete: bool
) -> None:
    """Note what features and the collection's member contradict.

    Parameters
    ----------
    member : dict
        The collection's own member, sound by the schema.
    features : list of dict
        Features that are sound by the schema.
    faults : Faults
        Grows.
    complete : bool
        Whether these are all features of the file: sums are only checked then.
    """
    by_kind: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for feature in features:
        by_kind[feature["properties"]["kind"]].append(feature)
    _check_ids(features, faults)
    _check_order(features, faults)
    _check_season(member, features, faults)
    _check_pages(by_kind["page"], faults)
    _check_pitches(by_kind, faults)
    if complete:
        _check_capacities(by_kind, faults)
        _check_districts(by_kind, faults)
        _check_sums(member, by_kind, faults)


def _check_ids(features: list[dict[str, Any]], faults: Faults) -> None:
    for name, times in Counter(f["id"] for f in features).items():
        if times > 1:
            faults.add(f"the id stands {times} times", "Give every feature its own", row=name, column="id")
    for f in features:
        kind = f["properties"]["kind"]
        expected = f"{kind}/{f['properties'][_KEYS[kind]]}"
        # Pieces that share an id are counted: street/12/1, street/12/2.
        if f["id"] != expected and not re.fullmatch(f"{re.escape(expected)}/[1-9][0-9]*", f["id"]):
            what = "the id is not its kind and its own id"
            faults.add(what, f"Write {expected}", row=f["id"], column="id", value=f["id"])


def _check_order(features: list[dict[str, Any]], faults: Faults) -> None:
    """Name the first feature that stands after one that should follow it."""

    def place(feature: dict[str, Any]) -> tuple[int, int, str]:
        p = feature["properties"]
        first = p["number"] if p["kind"] in ("spot", "pitch") else p["order"] if p["kind"] == "page" else 0
        return KINDS.index(p["kind"]), int(first), "" if p["kind"] == "note" else str(p[_KEYS[p["kind"]]])

    places = [place(f) for f in features]
    for i in range(1, len(places)):
        if places[i] < places[i - 1]:
            fix = f"Order by kind ({', '.join(KINDS)}), number and id"
            faults.add("a feature out of its order", fix, row=features[i]["id"])
            return


def _check_season(member: dict[str, Any], features: list[dict[str, Any]], faults: Faults) -> None:
    season = member["season"]
    days = []
    for name in ("first", "last"):
        try:
            days.append(dt.date.fromisoformat(season[name]))
        except ValueError:
            column = f"pitchplan.season.{name}"
            faults.add("not a day", "Write it as 2026-06-01", column=column, value=season[name])
    if len(days) == 2 and days[1] < days[0]:
        faults.add("the season ends before it begins", "Swap first and last", column="pitchplan.season")
    for f in features:
        for name, day in (("first_day", season["first"]), ("last_day", season["last"])):
            if f["properties"].get(name, day) != day:
                faults.add(
                    "not the season's day",
                    f"Write {day}",
                    row=f["id"],
                    column=f"properties.{name}",
                    value=f["properties"][name],
                )


def _check_pages(pages: list[dict[str, Any]], faults: Faults) -> None:
    known = {f["properties"]["page_id"] for f in pages}
    for f in pages:
        p = f["properties"]
        for edge in EDGES:
            for name in p[f"neighbours_{edge}"]:
                if name not in known or name == p["page_id"]:
                    what, column = "a neighbour that is no other page", f"properties.neighbours_{edge}"
                    faults.add(what, "Name a page_id", row=f["id"], column=column, value=name)
        for metres, side in (
            (p["east_m"] - p["west_m"], "frame_width_mm"),
            (p["north_m"] - p["south_m"], "frame_height_mm"),
        ):
            if abs(metres * 1000 / p["scale"] - p[side]) > 0.01:
                what = f"not the scale of its frame: {metres:g} m on {p[side]:g} mm"
                faults.add(what, "Write the scale's denominator", row=f["id"], column="properties.scale")
                break
        if (p["paper_width_mm"] >= p["paper_height_mm"]) != (p["orientation"] == "landscape"):
            what = "not the orientation of its paper"
            faults.add(what, "Write landscape or portrait", row=f["id"], column="properties.orientation")


def _check_pitches(by_kind: dict[str, list[dict[str, Any]]], faults: Faults) -> None:
    numbers = {f["properties"]["spot_id"]: f["properties"]["number"] for f in by_kind["spot"]}
    for f in by_kind["pitch"]:
        p = f["properties"]
        if p["spot_id"] not in numbers:
            what = "a pitch of no spot"
            column = "properties.spot_id"
            faults.add(what, "Name a spot_id of the file", row=f["id"], column=column, value=p["spot_id"])
        elif p["number"] != numbers[p["spot_id"]]:
            fix = f"Write {numbers[p['spot_id']]}"
            column = "properties.number"
            faults.add("not the number of its spot", fix, row=f["id"], column=column, value=p["number"])
    for number, times in Counter(numbers.values()).items():
        if times > 1:
            faults.add(f"{times} spots of one number", "Give each its own", column="number", value=number)


def _check_capacities(by_kind: dict[str, list[dict[str, Any]]], faults: Faults) -> None:
    pitches = Counter(f["properties"]["spot_id"] for f in by_kind["pitch"])
    for f in by_kind["spot"]:
        p = f["properties"]
        true, column = pitches[p["spot_id"]], "properties.capacity"
        if p["capacity"] != true:
            what = "not the number of its pitches"
            faults.add(what, f"Write {true}", row=f["id"], column=column, value=p["capacity"])
        if p["capacity"] > p["room"]:
            what = "more pitches than there is room for"
            faults.add(what, f"Room is {p['room']}", row=f["id"], column=column, value=p["capacity"])


def _check_districts(by_kind: dict[str, list[dict[str, Any]]], faults: Faults) -> None:
    known = {f["properties"]["district"] for f in by_kind["district"]}
    for f in (f for kind in ("community", "spot", "pitch") for f in by_kind[kind]):
        district = f["properties"]["district"]
        if known and district and district not in known:
            what, column = "a district that is not in the file", "properties.district"
            faults.add(what, "Name a district of the file", row=f["id"], column=column, value=district)


def _check_sums(member: dict[str, Any], by_kind: dict[str, list[dict[str, Any]]], faults: Faults) -> None:
    hosted = min(len(by_kind["pitch"]), member["vendors"])
    true = {
        "hosted": hosted,
        "shortfall": member["vendors"] - hosted,
        "residents_served": sum(f["properties"]["residents_served"] for f in by_kind["spot"]),
    }
    for name, value in true.items():
        if member[name] != value:
            what = "not what the features add up to"
            faults.add(what, f"Write {value}", column=f"pitchplan.{name}", value=member[name])
