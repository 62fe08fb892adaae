"""A plan laid out for people: what is shown, on which paper, in which words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyproj

from pitchplan.errors import Fault, InputError
from pitchplan.files.writing import write_atomically
from pitchplan.sheets.atlas import as_atlas, best_page
from pitchplan.sheets.formats import FORMATS, format_of
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.mapdatums import WGS84, check_datum, marked_name
from pitchplan.sheets.page import Page
from pitchplan.sheets.published import AUDIENCES, Published, publish
from pitchplan.sheets.qr import check_link, qr_side
from pitchplan.sheets.taking import contacts, day, holds_cjk, layers_of
from pitchplan.sheets.words import check_languages

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Mapping

    import geopandas as gpd

    from pitchplan.plan import Plan
    from pitchplan.sheets.screen.notebook import ScreenPage

__all__ = ["Sheet", "map_sheet", "render", "write"]


@dataclass(frozen=True)
class Sheet:
    """A plan laid out for people, on one page or several.

    Attributes
    ----------
    title, title_en : str
        Titles.
    publisher : str
        Who answers for the map.
    languages : tuple of str
        First language, and the second one if there is one.
    page : Page
        Paper, frame, scale.
    published : Published
        The facts that are shown.
    layers : dict of str to geopandas.GeoDataFrame
        The city's layers with only the columns that are drawn, in the planning CRS.
    valid : str
        A line on the map's validity; empty for none.
    contact : dict of str to str
        Contact line by district.
    source_note : str
        Where the data come from.
    audience : {"public", "office"}
        Who sees it.
    review_number : str
        Number of the map's official review (审图号); empty for none.
    link : str
        Address that the QR code leads to; empty for no code.
    pages : tuple of Page
        Pages of the atlas after the overview, in order.
    issued : str
        Day of issue, such as ``2026-05-20``; empty for none.
    numbers : dict of str to int
        Number of each page of the atlas by ``page_id``; empty without an atlas.
    extent : tuple of float
        Least easting, least northing, greatest easting, greatest northing of the city, metres.
    """

    title: str
    title_en: str
    publisher: str
    languages: tuple[str, ...]
    page: Page
    published: Published
    layers: dict[str, gpd.GeoDataFrame]
    valid: str = ""
    contact: dict[str, str] = field(default_factory=dict)
    source_note: str = ""
    audience: str = "public"
    review_number: str = ""
    link: str = ""
    pages: tuple[Page, ...] = ()
    issued: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    extent: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    @property
    def paper(self) -> str:
        """Name of the paper."""
        return self.page.paper

    def only(self, page_id: str) -> Sheet:
        """Return the sheet with one of its pages alone, such as for a PNG of one district.

        Parameters
        ----------
        page_id : str
            ``overview``, a district (or whatever the atlas goes by), or ``list-1``.

        Returns
        -------
        Sheet
            It keeps its page's number.

        Raises
        ------
        InputError
            There is no such page.
        """
        pages = {page.page_id: page for page in (self.page, *self.pages)}
        if page_id not in pages:
            raise InputError(
                Fault("no such page", f"Use one of {', '.join(pages)}", "Sheet.only", value=page_id)
            )
        return replace(self, page=pages[page_id], pages=())

    def leaflet(self) -> Sheet:
        """Return a pocket leaflet of this page: A4 on both sides, folded twice.

        Returns
        -------
        Sheet
            To be written as ``.pdf``. Of a district: ``sheet.only("历下区").leaflet()``.
        """
        from pitchplan.sheets.leaflet import as_leaflet

        return as_leaflet(self)

    def field_check(self) -> Sheet:
        """Return the list of assumed street widths under the pitches, to be taped on site.

        Returns
        -------
        Sheet
            Pages of A4, to be written as ``.pdf``.

        Raises
        ------
        InputError
            The sheet is for the public.
        """
        from pitchplan.sheets.fieldcheck import as_field_check

        return as_field_check(self)

    def __repr__(self) -> str:
        return (
            f"Sheet: {self.title!r}, {len(self.published.spots)} spots with "
            f"{len(self.published.pitches)} pitches"
            f" on {self.page.paper} at 1:{self.page.scale}"
            + (f", {1 + len(self.pages)} pages" if self.pages else "")
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw communities, streets and spots with matplotlib (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from pitchplan.sheets.sketch import sketch

        return sketch(self, ax)

    def explore(self, *, height: int = 640) -> ScreenPage:
        """Show the map to pan, search and click in a notebook; it needs no network and no library.

        Parameters
        ----------
        height : int
            Height in the notebook, pixels.

        Returns
        -------
        ScreenPage
            What `write` puts into a ``.html`` file, in a frame of its own.
        """
        from pitchplan.sheets.screen.notebook import ScreenPage

        return ScreenPage(render(self, ".html").decode(), height)

    def _repr_html_(self) -> str:
        from pitchplan.sheets.svg import svg_text

        return svg_text(self, width="100%")


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
        Contact line by district; by default the one its communities agree on.
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
        column of the communities, such as their street office.

    Returns
    -------
    Sheet
        To be given to `write`. A PDF holds all pages, other formats the first: see `Sheet.only`.

    Raises
    ------
    InputError
        Title or publisher is empty, the paper, audience or a language is unknown, the link cannot be
        printed, the communities lack the atlas's column, or the city is in another CRS than the plan.
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
    west, south, east, north = (float(b) for b in city.bounds)
    bounds = (west, south, east, north)
    pages = layouts(paper, bounds, plan.crs, spots=len(plan.spots), orientation=orientation)
    column = atlas if isinstance(atlas, str) else "district"
    layers = layers_of(city, column, languages[0])
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
        contact=contacts(layers["communities"], contact),
        source_note=clean(source_note),
        audience=audience,
        review_number=clean(review_number),
        link=check_link(link, qr_side(pages[0].unit)),
        issued=day(date),
        extent=bounds,
    )
    if atlas and len(plan.spots):
        # Its list has the pages too, so it is laid out with them.
        first = replace(first, numbers={"overview": 1})
    page = best_page(first, pages)
    sheet = replace(first, page=page, published=facts(page))
    return as_atlas(sheet) if first.numbers else sheet


def write(
    what: Sheet | Plan, path: str | os.PathLike[str], *, ppi: float = 150.0, datum: str = WGS84
) -> Path:
    """Write a sheet, or a plan's list, in the format that the path's suffix names.

    Parameters
    ----------
    what : Sheet or Plan
        What is published; a bare plan has no map: it goes to formats of data alone.
    path : str or os.PathLike
        Ends with one of the suffixes of `pitchplan.sheets.formats.FORMATS`.
    ppi : float
        Pixels per inch of a ``.png``.
    datum : {"wgs84", "gcj02"}
        ``"gcj02"`` writes a file for AMap beside the true one: ``map.geojson`` is asked for,
        ``map.gcj02.geojson`` is written. For ``.geojson``, ``.kml``, ``.kmz`` and ``.csv`` alone.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all.

    Raises
    ------
    InputError
        The suffix or the datum is unknown, a map is asked of a bare plan, or a format cannot say
        that it is not in WGS84.
    PitchplanError
        A library or a character's glyph that a format needs is missing.
    OutputError
        The file could not be written.
    """
    target = Path(path)
    data = render(what, target.name, ppi=ppi, datum=datum)
    return write_atomically(target.with_name(marked_name(target.name, format_of(target.name), datum)), data)


def render(what: Sheet | Plan, name: str, *, ppi: float = 150.0, datum: str = WGS84) -> bytes:
    """Return the bytes of a file that `write` would write.

    Parameters
    ----------
    what : Sheet or Plan
        What is published.
    name : str
        The file's name or suffix, such as ``".pdf"``.
    ppi : float
        Pixels per inch of a ``.png``.
    datum : {"wgs84", "gcj02"}
        As in `write`.

    Returns
    -------
    bytes
        The file's content; the same on each run.
    """
    kind = format_of(name)
    datum = check_datum(datum, kind, takes_datum=FORMATS[kind].takes_datum)
    if isinstance(what, Sheet):
        return FORMATS[kind].make(what.published, what, ppi=ppi, datum=datum)
    if FORMATS[kind].needs_map:
        raise InputError(
            Fault(f"a plan alone cannot be drawn as {kind}", "Make a map_sheet of it first", "write")
        )
    return FORMATS[kind].make(publish(what), None, ppi=ppi, datum=datum)
