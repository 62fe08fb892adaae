"""Letters to committees: what became of each of their decisions, and the spots in their communities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyproj

from pitchplan.candidates.addresses.anywhere import addresses_at
from pitchplan.candidates.addresses.gazetteer import gazetteer_of
from pitchplan.errors import Faults
from pitchplan.masking import masked_within
from pitchplan.schemas import as_text
from pitchplan.sheets.lettering import clean, clean_for
from pitchplan.sheets.lettersay import Facts, decision_lines, rule_name
from pitchplan.sheets.post import Letter, Letters
from pitchplan.sheets.words import check_languages, latin, season_line, word
from pitchplan.transforming import transformer_between

if TYPE_CHECKING:
    from pitchplan.city.layers import City
    from pitchplan.plan import Plan
    from pitchplan.rules.book import RuleBook

__all__ = ["Letter", "Letters", "letters"]


def letters(
    plan: Plan,
    city: City,
    *,
    publisher: str,
    language: tuple[str, ...] | str = ("zh", "en"),
    book: RuleBook | None = None,
    communities: Mapping[str, Sequence[str]] | None = None,
    contact: Mapping[str, str] | str | None = None,
    stage: str = "",
    date: dt.date | str | None = None,
) -> Letters:
    """Write a letter to each committee that decided something.

    Parameters
    ----------
    plan : Plan
        Its decisions (who, what, votes, what became of them) and spots; also read back from an office map.
    city : City
        Communities, and names for addresses.
    publisher : str
        Who signs.
    language : tuple of str
        One or two of zh and en; a letter of two languages begins the second on a page of its own.
    book : RuleBook, optional
        Its rules' titles are used; else their ids.
    communities : mapping of str to sequence of str, optional
        Ids of the communities each committee speaks for. Where not given, those whose name its own holds
        (银河社区居民委员会: 银河社区), else those its decisions lie in.
    contact : mapping of str to str, or str, optional
        Contact line by district, or for all; by default the communities' own.
    stage : str
        Stage of the plan, such as 征求意见稿; empty for none.
    date : datetime.date or str, optional
        Day of the letter.

    Returns
    -------
    Letters
        To be written with ``.write(folder)``; the same plan gives the same bytes.

    Raises
    ------
    InputError
        The plan holds no decision of anybody, the publisher is empty, a language, committee or community
        is not known, or the city is in another CRS.

    Examples
    --------
    >>> post = letters(plan, city, publisher="城市管理局", book=book)  # doctest: +SKIP
    >>> post.write("letters")  # doctest: +SKIP
    """
    languages = check_languages(language)
    decisions = _checked(plan, city, publisher, communities)
    facts = _facts(plan, city, book, decisions)
    out = []
    for who, rows in decisions.groupby("who", sort=True):
        areas = _areas(str(who), rows, city, facts, communities)
        ids = set(areas["community_id"].astype(str))
        spots = plan.spots[plan.spots["community_id"].astype(str).isin(ids)].sort_values("number")
        line = contact if isinstance(contact, str) else _contact(areas, contact)
        shared = {
            "who": clean_for("public", who),
            "publisher": clean(publisher),
            "stage": clean(stage),
            "date": clean(date),
            "contact": clean(line),
        }
        versions = tuple(_version(name, shared, rows, spots, areas, plan, facts) for name in languages)
        out.append(Letter(shared["who"], versions, len(rows), spots.reset_index(drop=True)))
    return Letters(tuple(out))


def _checked(plan: Plan, city: City, publisher: str, communities: Any) -> pd.DataFrame:
    faults = Faults("letters")
    table = plan.decisions
    told = table[as_text(table["who"]).map(clean) != ""] if "who" in table.columns else table.iloc[:0]
    if not len(told):
        fix = "Give the plan as it was solved, or read from an office map: a public map names nobody"
        faults.add("the plan holds no decision of anybody", fix, column="who")
    if not clean(publisher):
        faults.add("a letter without a publisher", "Give a text", column="publisher", value=publisher)
    if pyproj.CRS(city.crs) != pyproj.CRS(plan.crs):
        faults.add(f"the city is in {city.crs}, the plan in {plan.crs}", "Give the city the plan was made on")
    known = set(city.communities["community_id"].astype(str))
    for who, ids in (communities or {}).items():
        if len(told) and who not in set(told["who"]):
            known_who = ", ".join(sorted(set(told["who"])))
            faults.add("no such committee", f"Use {known_who}", column="communities", value=who)
        for ident in [i for i in ids if str(i) not in known]:
            faults.add("no such community", "Give ids of the city's communities", row=who, value=ident)
    faults.raise_if_any()
    return told.sort_values("decision_id", kind="stable", ignore_index=True)


def _facts(plan: Plan, city: City, book: RuleBook | None, decisions: pd.DataFrame) -> Facts:
    to_plan = transformer_between(4326, plan.crs)
    x, y = to_plan.transform(decisions["lon"].to_numpy(float), decisions["lat"].to_numpy(float))
    local, english = addresses_at(x, y, gazetteer_of(city))
    ids = decisions["decision_id"].tolist()
    rules = book.rules if book is not None else ()
    kinds = dict(zip(plan.rules_report["rule"], plan.rules_report["kind"], strict=True))
    kinds = {rule: kind for rule, kind in kinds.items() if kind != "bay"}
    return Facts(
        spots=plan.spots,
        kinds=kinds | {r.id: r.kind for r in rules},
        titles={r.id: (r.title, r.title_en) for r in rules},
        where=dict(zip(ids, zip(local, english, strict=True), strict=True)),
        pitches=plan.pitches,
        places=dict(zip(ids, zip(x.tolist(), y.tolist(), strict=True), strict=True)),
    )


def _areas(who: str, rows: pd.DataFrame, city: City, facts: Facts, given: Any) -> pd.DataFrame:
    """Return the communities a committee speaks for."""
    import shapely

    table = city.communities
    if given is not None and who in given:
        ids = {str(i) for i in given[who]}
        return table[table["community_id"].astype(str).isin(ids).to_numpy()]
    names = as_text(table["name"])
    held = names.map(lambda name: name != "" and name in who).to_numpy(dtype=bool)
    if held.any():
        longest = names[held].str.len().max()
        return table[held & (names.str.len() == longest).to_numpy()]
    points = shapely.MultiPoint([facts.places[i] for i in rows["decision_id"]])
    return table[shapely.intersects(table.geometry.to_numpy(), points)]


def _contact(areas: pd.DataFrame, given: Mapping[str, str] | None) -> str:
    """Return the contact line of some communities: their district's, else their own."""
    lines = [given.get(d, "") for d in areas["district"]] if given is not None else areas["contact"]
    return "; ".join(dict.fromkeys(clean(line) for line in lines if clean(line)))


def _version(
    language: str,
    shared: Mapping[str, str],
    rows: pd.DataFrame,
    spots: pd.DataFrame,
    areas: pd.DataFrame,
    plan: Plan,
    facts: Facts,
) -> dict[str, Any]:
    """Write a letter in one language."""
    season = plan.season
    line = season_line(language, season.first, season.last, season.hours)
    intro = [word(language, "letter_intro", n=len(rows)), word(language, "letter_season", season=line)]
    if shared["stage"]:
        intro.append(word(language, "letter_stage", stage=shared["stage"]))
    names = areas["name_en"].where(as_text(areas["name_en"]) != "", areas["name"])
    places = word(language, "listing").join(clean(n) for n in (names if latin(language) else areas["name"]))
    contact = [word(language, "letter_contact", contact=shared["contact"])] if shared["contact"] else []
    publisher = word(language, "letter_sign", publisher=shared["publisher"])
    letter = {
        "language": language,
        "title": word(language, "letter_title"),
        "to": word(language, "letter_to", who=shared["who"]),
        "intro": intro,
        "decisions": word(language, "letter_decisions"),
        "items": [_item(language, row, facts) for row in rows.itertuples()],
        "spots": word(language, "letter_spots", areas=places or shared["who"]),
        "columns": [word(language, k) for k in ("number", "address", "capacity", "hours_head")],
        "rows": [_spot(language, s) for s in spots.itertuples()],
        "none": word(language, "letter_no_spots"),
        "sign": [publisher, *_day(language, shared["date"])],
        "page": word(language, "letter_page", page="{page}", pages="{pages}"),
    }
    # What somebody wrote as a reason may name a number to call; the contact line is made for it.
    return {**masked_within(letter), "closing": contact}


def _item(language: str, row: Any, facts: Facts) -> dict[str, Any]:
    what = word(language, f"letter_{row.what}", rule=rule_name(language, row.rule, facts))
    date = clean(row.date)[:10]
    *lines, answer = decision_lines(language, row, facts)
    head = word(language, "letter_item", what=what, ident=clean(row.decision_id), date=date)
    return {"head": head, "lines": lines, "answer": answer}


def _spot(language: str, spot: Any) -> list[str]:
    address = (spot.address_en or spot.address) if latin(language) else spot.address
    return [str(spot.number), clean(address), str(spot.capacity), clean(spot.hours).replace("-", "–")]


def _day(language: str, date: str) -> list[str]:
    try:
        day = dt.date.fromisoformat(date[:10])
    except ValueError:
        return [date] if date else []
    if latin(language):
        from pitchplan.sheets.words import words

        return [f"{day.day} {words(language, 'months')[day.month - 1]} {day.year}"]
    return [f"{day.year}年{day.month}月{day.day}日"]
