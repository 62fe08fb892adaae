"""Lay a plan out: check what was given, take what is shown, choose paper and pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyproj

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.masking import holds_number
from pitchplan.sheets.atlas import as_atlas, with_list_pages
from pitchplan.sheets.choosing import best_page
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.page import Page
from pitchplan.sheets.published import AUDIENCES, Published, publish
from pitchplan.sheets.qr import check_link, qr_side
from pitchplan.sheets.sheet import Sheet
from pitchplan.sheets.stages import check_stage
from pitchplan.sheets.taking import contacts, day, holds_cjk, layers_of
from pitchplan.sheets.words import check_languages

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pitchplan.plan import Plan

__all__ = ["map_sheet"]


def map_sheet(
    plan: Plan,
    city: Any,
    *,
    title: str,
    title_en: str = "",
    publisher: str,
    language: tuple[str, ...] | str = ("zh", "en"),
    paper: str = "A3",
    valid: str | None = None,
    contact: Mapping[str, str] | None = None,
    source_note: str = "",
    audit: Any = None,
    audience: str = "public",
    review_number: str = "",
    link: str = "",
    date: dt.date | str | None = None,
    orientation: str = "landscape",
    atlas: bool | str = False,
    stage: str = "",
) -> Sheet:
    """Lay a plan out as a map that a city can hang on a wall, or as an atlas.

    Parameters
    ----------
    plan : Plan
        The chosen pitches and spots.
    city : City
        The layers to draw them on, in the plan's CRS.
    title, title_en : str
        Title in the local language and in English.
    publisher : str
        Who answers for the map.
    language : tuple of str
        First and second language; where title and names hold no Chinese character, English alone.
    paper : {"A4", "A3", "A2", "A1", "A0"}
        Paper.
    valid : str, optional
        A line on validity beyond the season's days, which are always printed.
    contact : mapping of str to str, optional
        Contact line by district; by default the one its communities agree on. It is printed as it is given:
        everywhere else on a public map the numbers of people and vehicles are masked.
    source_note : str
        Where the data come from, such as a licence's attribution.
    audit : AuditReport, optional
        Its ``verdict`` is printed.
    audience : {"public", "office"}
        The public sees an allow-list of columns. The office sees widths, flags and waivers too, and
        every page says that it is for the office only.
    review_number : str
        Number of the map's official review (审图号).
    link : str
        Address (http, https or geo) that a QR code leads to.
    date : datetime.date or str, optional
        Day of issue; by default the season alone is printed, so that the same plan gives the same file.
    orientation : {"landscape", "portrait", "auto"}
        How the paper is turned; ``auto`` takes the larger scale.
    atlas : bool or str
        Whether pages follow the overview: one per district that has spots, or per value of another
        column of the communities, such as their street office; several where its spots crowd on one.
    stage : {"", "draft", "traffic-police", "notice", "published"}
        How far it has got. Until it is published, every page says that it is a draft; `write` enters
        what is published in a ledger, and it needs its ``date``.

    Returns
    -------
    Sheet
        To be given to `write`. A PDF and the HTML on paper hold all pages, other formats the first:
        see `Sheet.only`. A list too long for the paper follows on pages of its own.

    Raises
    ------
    InputError
        Title or publisher is empty, a text or the link of a public map holds somebody's number, the
        paper, audience, stage or a language is unknown, the link cannot be printed, a published map has
        no date, the communities lack the atlas's column, or the city is in another CRS than the plan.
    """
    languages = check_languages(language)
    for name, text in (("title", title), ("publisher", publisher)):
        if not clean(text):
            raise InputError(
                Fault(f"a map without a {name}", "Give a text", "map_sheet", column=name, value=text)
            )
    if pyproj.CRS(city.crs) != pyproj.CRS(plan.crs):
        raise InputError(
            Fault(
                f"the city is in {city.crs}, the plan in {plan.crs}",
                "Give the city the plan was made on",
                "map_sheet",
            )
        )
    if audience not in AUDIENCES:
        raise InputError(
            Fault(
                "unknown audience",
                f"Use one of {', '.join(AUDIENCES)}",
                "map_sheet",
                column="audience",
                value=audience,
            )
        )
    if audience == "public":
        said = {"title": title, "title_en": title_en, "publisher": publisher, "valid": valid}
        _refuse_numbers(said | {"source_note": source_note, "review_number": review_number, "link": link})
    issued = day(date)
    west, south, east, north = (float(b) for b in city.bounds)
    bounds = (west, south, east, north)
    pages = layouts(paper, bounds, plan.crs, spots=len(plan.spots), orientation=orientation)
    column = atlas if isinstance(atlas, str) else "district"
    layers = layers_of(city, column, languages[0], audience)
    if "en" in languages and not holds_cjk(title, layers):
        languages = ("en",)

    def facts(page: Page) -> Published:
        return publish(plan, communities=layers["communities"], page=page, audit=audit, audience=audience)

    first = Sheet(
        title=clean(title),
        title_en=clean(title_en),
        publisher=clean(publisher),
        languages=languages,
        page=pages[0],
        published=facts(pages[0]),
        layers=layers,
        valid=clean(valid),
        contact=contacts(layers["communities"], contact, audience),
        source_note=clean(source_note),
        audience=audience,
        review_number=clean(review_number),
        link=check_link(link, qr_side(pages[0].unit)),
        issued=issued,
        extent=bounds,
        atlas=bool(atlas and len(plan.spots)),  # its list has the pages too, so it is laid out with them
        stage=check_stage(stage, issued),
    )
    page = best_page(first, [replace(page, without_spots=_without_spots(first)) for page in pages])
    sheet = replace(first, page=page, published=facts(page))
    return as_atlas(sheet) if sheet.atlas else with_list_pages(sheet)


def _refuse_numbers(texts: Mapping[str, str | None]) -> None:
    """Refuse texts of a public map that hold somebody's number: there is one place for that."""
    faults = Faults("map_sheet")
    for name, text in texts.items():
        if holds_number(clean(text)):
            what = "a telephone or ID number or a number plate on a public map"
            faults.add(what, "Leave it out; a number to call belongs in contact=", column=name, value=text)
    faults.raise_if_any()


def _without_spots(sheet: Sheet) -> tuple[str, ...]:
    """Return the districts that have no spots, in the order of their communities."""
    having = {"", *sheet.published.spots["district"]}
    return tuple(d for d in dict.fromkeys(sheet.layers["communities"]["district"]) if d not in having)
