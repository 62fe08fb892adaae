"""Read a plan back from the map that was published of it: last year's file is this year's input."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from pitchplan import schemas
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.strictjson import loads_strictly, read_bytes
from pitchplan.plan import Outcome, Plan

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.demand.calendar import Calendar
    from pitchplan.demand.season import Season

__all__ = [
    "DECISION_COLUMNS",
    "GOAL_COLUMNS",
    "LIMIT_COLUMNS",
    "MEMBER",
    "PITCH_COLUMNS",
    "PROFILE",
    "RULE_COLUMNS",
    "SPOT_COLUMNS",
    "WEEK_COLUMNS",
    "content_sha256",
    "read_plan",
]

PROFILE = "pitchplan-map/1"
MEMBER = "pitchplan"
"""The collection's own member that says what the map is."""

PITCH_COLUMNS = (*schemas.PITCHES.names, "spot_id", "number")
SPOT_COLUMNS = tuple(schemas.SPOTS.names)
GOAL_COLUMNS = tuple(name for name in schemas.GOALS.names if name != "seconds")
RULE_COLUMNS = tuple(schemas.RULES_REPORT.names)
LIMIT_COLUMNS = ("rule", "counts", "group_by", "group", "at_least", "at_most", "used")
DECISION_COLUMNS = (*schemas.DECISIONS.names, *schemas.ANSWERS.names)
WEEK_COLUMNS = ("spot_id", "week", "capacity", "pitch_ids")

_WHOLE = frozenset(
    {
        c.name
        for t in (schemas.SPOTS, schemas.RULES_REPORT, schemas.WEEKS)
        for c in t.columns
        if c.kind == "count"
    }
)
_NUMBERS = frozenset(
    c.name
    for t in (schemas.PITCHES, schemas.SPOTS, schemas.GOALS, schemas.DECISIONS, schemas.ANSWERS)
    for c in t.columns
    if c.kind == "number"
)
_LATER = frozenset({"weeks", "holds"})
"""Texts that files of earlier versions do not have: they are empty there."""
_LIMIT_NUMBERS = frozenset({"at_least", "at_most", "used"})
_AGAIN = "Write the file again with pitchplan.write; pitchplan.sheets.validate_geojson lists all faults"


def read_plan(path: str | os.PathLike[str]) -> Plan:
    """Read the plan of a map that `write` wrote as GeoJSON.

    Parameters
    ----------
    path : str or os.PathLike
        A ``.geojson`` file of the profile ``pitchplan-map/1``.

    Returns
    -------
    Plan
        Spots by number, pitches by number and id, goals, limits, season, rules report and provenance
        as they were, every number to its last digit. Seconds are not published: they are not a
        number. A public file holds of the decisions only the waivers, without who and why; an
        office file holds them all.

    Raises
    ------
    InputError
        The file cannot be read, is no map of pitchplan, or something the plan needs is missing or
        of the wrong type; every such fault at once.

    Examples
    --------
    >>> import pitchplan as pp
    >>> last_year = pp.read_plan("map-2025.geojson")  # doctest: +SKIP
    >>> goal = pp.goals.StayClose(last_year)  # doctest: +SKIP
    """
    data = read_bytes(path)
    source = os.fspath(path)
    found = loads_strictly(data, source)
    head = found.get(MEMBER)
    if found.get("type") != "FeatureCollection" or not isinstance(head, dict):
        what = "not a map of pitchplan: there is no member 'pitchplan'"
        raise InputError(Fault(what, "Give a file that pitchplan.write wrote", source))
    if head.get("profile") != PROFILE:
        what = "a map of another profile"
        raise InputError(Fault(what, f"Give one of {PROFILE}", source, value=head.get("profile")))
    if head.get("datum"):
        what = "a map for AMap, whose degrees are not WGS84"
        fix = "Give the map that was written without datum"
        raise InputError(Fault(what, fix, source, column="datum", value=head["datum"]))
    faults = Faults(source)
    features = _properties(found.get("features"), faults)
    plan: Any = head.get("plan") if isinstance(head.get("plan"), dict) else {}
    tables = {
        "pitches": _table(features["pitch"], PITCH_COLUMNS, "pitch", faults),
        "spots": _table(features["spot"], SPOT_COLUMNS, "spot", faults),
        "goals": _table(head.get("goals"), GOAL_COLUMNS, "goals", faults),
        "rules_report": _table(plan.get("rules"), RULE_COLUMNS, "rules", faults),
        "limits": _limits(plan.get("limits"), faults),
        "decisions": _decisions(plan.get("decisions"), faults),
    }
    facts: dict[str, Any] = {name: _whole(head, name, faults) for name in ("vendors", "residents")}
    facts["outcome"] = _one_of(head, "outcome", Outcome.ORDER, faults)
    facts["crs"] = _crs(head.get("planning_crs"), faults)
    facts["provenance"] = plan.get("provenance") if isinstance(plan.get("provenance"), dict) else {}
    _same_spots(tables["pitches"], tables["spots"], faults)
    season = _season(head.get("season"), faults)
    weeks = _table(plan["weeks"], WEEK_COLUMNS, "weeks", faults) if "weeks" in plan else None
    if weeks is not None:
        facts["vendors_by_week"] = _numbers_by_week(plan.get("vendors_by_week"), season, faults)
        facts["weeks"] = _with_days(weeks, tables["spots"], season, faults)
    faults.raise_if_any()
    assert season is not None
    goals = tables.pop("goals")
    goals.insert(schemas.GOALS.names.index("seconds"), "seconds", float("nan"))
    return Plan(goals=goals, season=season, **tables, **facts)


def _properties(features: object, faults: Faults) -> dict[str, list[Any]]:
    """Sort the features' properties by kind; those the plan does not need are left out."""
    out: dict[str, list[Any]] = {"pitch": [], "spot": []}
    if not isinstance(features, list):
        faults.add("no list of features", _AGAIN)
        return out
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        kind = properties.get("kind") if isinstance(properties, dict) else None
        if isinstance(kind, str) and kind in out:
            out[kind].append(properties)
    return out


def _table(rows: object, columns: tuple[str, ...], what: str, faults: Faults) -> pd.DataFrame:
    """Make a table of rows as a file has them; a cell of the wrong type is a fault."""
    import numpy as np
    import pandas as pd

    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        faults.add(f"no list of {what}", _AGAIN)
        rows = []
    data: dict[str, Any] = {}
    for name in columns:
        cells = [row.get(name, "" if name in _LATER else None) for row in rows]
        check = _is_whole if name in _WHOLE else _is_number if name in _NUMBERS else _is_text
        for i, cell in enumerate(cells):
            if not check(cell):
                missing = name not in rows[i]
                faults.add(
                    "a value is missing" if missing else "a value of the wrong type",
                    _AGAIN,
                    row=f"{what} {_named(rows[i], i)}",
                    column=name,
                    value=None if missing else cell,
                )
                cells[i] = 0 if name in _WHOLE else None
        if name in _WHOLE:
            data[name] = np.array(cells, dtype=np.int64)
        elif name in _NUMBERS:
            data[name] = np.array([np.nan if c is None else c for c in cells], dtype=float)
        else:
            data[name] = cells
    return pd.DataFrame(data, columns=list(columns))


def _named(row: dict[str, Any], i: int) -> object:
    return next((row[k] for k in ("pitch_id", "spot_id", "goal", "rule", "decision_id") if row.get(k)), i + 1)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    # What was not measured is null: a number that is not one.
    return value is None or (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
    )


def _is_whole(value: object) -> bool:
    # Programs that know one kind of number write 3 as 3.0.
    return value is not None and _is_number(value) and float(value).is_integer()  # type: ignore[arg-type]


def _limits(rows: object, faults: Faults) -> pd.DataFrame:
    """Make the table of limits: its numbers are whole where all of a column are."""
    import pandas as pd

    rows = rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else None
    if rows is None:
        faults.add("no list of limits", _AGAIN)
        return pd.DataFrame(columns=list(LIMIT_COLUMNS))
    data = {}
    for name in (n for n in LIMIT_COLUMNS if not rows or any(n in row for row in rows)):
        cells = [row.get(name) for row in rows]
        check = _is_number if name in _LIMIT_NUMBERS else _is_text
        for i, cell in enumerate(cells):
            if not check(cell):
                faults.add("a value of the wrong type", _AGAIN, row=f"limit {i + 1}", column=name, value=cell)
        data[name] = cells
    return pd.DataFrame(data)


def _decisions(rows: object, faults: Faults) -> pd.DataFrame:
    """Make the table of decisions; what a file leaves out (who, why) is empty."""
    if isinstance(rows, list):
        texts = [
            c.name for t in (schemas.DECISIONS, schemas.ANSWERS) for c in t.columns if c.kind != "number"
        ]
        optional = dict.fromkeys((n for n in texts if n not in ("decision_id", "what")), "")
        rows = [{**optional, **row} if isinstance(row, dict) else row for row in rows]
    return _table(rows, DECISION_COLUMNS, "decision", faults)


def _same_spots(pitches: pd.DataFrame, spots: pd.DataFrame, faults: Faults) -> None:
    """Check what every use of a plan takes for granted: ids once, and a spot for every pitch."""
    for table, column in ((pitches, "pitch_id"), (spots, "spot_id")):
        for twice in sorted({str(v) for v in table.loc[table[column].duplicated(), column]}):
            faults.add("an id comes twice", _AGAIN, column=column, value=twice)
    known = set(spots["spot_id"])
    for row in pitches.itertuples():
        if row.spot_id not in known:
            faults.add("a pitch of no spot", _AGAIN, row=row.pitch_id, column="spot_id", value=row.spot_id)


def _whole(head: dict[str, Any], name: str, faults: Faults) -> int:
    value: Any = head.get(name)
    if not _is_whole(value) or value < 0:
        faults.add("not a whole number", _AGAIN, column=name, value=value)
        return 0
    return int(value)


def _numbers_by_week(said: object, season: Season | None, faults: Faults) -> tuple[int, ...]:
    if not isinstance(said, list) or not all(_is_whole(n) and n >= 0 for n in said):
        faults.add("not whole numbers", _AGAIN, column="vendors_by_week", value=said)
        return ()
    if season is not None and len(said) != len(season.weeks):
        faults.add("not one number per week", _AGAIN, column="vendors_by_week", value=said)
    return tuple(int(n) for n in said)


def _with_days(
    weeks: pd.DataFrame, spots: pd.DataFrame, season: Season | None, faults: Faults
) -> pd.DataFrame:
    """Add to the weeks of spots what follows from their number and the season."""
    number = dict(zip(spots["spot_id"], spots["number"], strict=True))
    days = season.weeks if season is not None else ()
    for row in weeks.itertuples():
        if row.spot_id not in number:
            faults.add("weeks of no spot", _AGAIN, row=row.spot_id, column="spot_id", value=row.spot_id)
        if not 1 <= row.week <= len(days):
            faults.add("no week of the season", _AGAIN, row=row.spot_id, column="week", value=row.week)
    if faults.found:
        return weeks
    return weeks.assign(
        number=[number[s] for s in weeks["spot_id"]],
        first_day=[days[w - 1][0] for w in weeks["week"]],
        last_day=[days[w - 1][1] for w in weeks["week"]],
    )[schemas.WEEKS.names]


def _one_of(head: dict[str, Any], name: str, words: tuple[str, ...], faults: Faults) -> str:
    value = head.get(name)
    if value not in words:
        faults.add("an unknown word", f"Use one of {', '.join(words)}", column=name, value=value)
    return str(value)


def _crs(text: object, faults: Faults) -> str:
    from pitchplan.city.gate import planning_crs

    if not isinstance(text, str) or not text:
        faults.add("the planning CRS is missing", _AGAIN, column="planning_crs", value=text)
        return ""
    try:
        planning_crs(text)
    except InputError as error:
        faults.found.extend(error.faults)
    return text


def _season(said: object, faults: Faults) -> Season | None:
    from pitchplan.demand.season import Season

    if not isinstance(said, dict) or not all(
        isinstance(said.get(k), str) for k in ("first", "last", "hours")
    ):
        faults.add("no season", _AGAIN, column="season", value=said)
        return None
    try:
        return Season(said["first"], said["last"], hours=said["hours"], calendar=_calendar(said))
    except InputError as error:
        faults.found.extend(error.faults)
        return None


def _calendar(said: dict[str, Any]) -> Calendar | None:
    """Read the season's calendar; one that was not given is not there."""
    import pandas as pd

    from pitchplan.demand.calendar import read_calendar

    rows = said.get("calendar")
    if rows is None:
        return None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise InputError(Fault("no list of a calendar's rows", _AGAIN, column="calendar", value=rows))
    return read_calendar(pd.DataFrame(rows))


def content_sha256(member: dict[str, Any], features: list[dict[str, Any]]) -> str:
    """Hash what a file says, whatever the order of its features and of the keys in them.

    Parameters
    ----------
    member : dict
        The collection's own member; a hash in it does not count.
    features : list of dict
        The features.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.

    Notes
    -----
    Of the member and of each feature one line of JSON, keys sorted; the features' lines sorted.
    """
    head = {key: value for key, value in member.items() if key != "content_sha256"}
    lines = sorted(_canonical(f) for f in features)
    digest = hashlib.sha256(_canonical(head).encode("utf-8", "surrogatepass"))
    for line in lines:
        digest.update(b"\n" + line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
