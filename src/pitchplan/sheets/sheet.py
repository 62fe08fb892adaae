"""A plan laid out for people: what is shown, on which paper, in which words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, InputError
from pitchplan.files.ledger import write_guarded, write_published
from pitchplan.files.writing import making
from pitchplan.sheets.formats import FORMATS, format_of
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.mapdatums import WGS84, check_datum, marked_name
from pitchplan.sheets.page import Page
from pitchplan.sheets.published import Published, publish
from pitchplan.sheets.stages import PUBLISHED

if TYPE_CHECKING:
    import os

    import geopandas as gpd

    from pitchplan.plan import Plan
    from pitchplan.sheets.screen.notebook import ScreenPage

__all__ = ["Sheet", "render", "write"]


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
        Pages after the first, in order: maps of an atlas, then of the list.
    issued : str
        Day of issue, such as ``2026-05-20``; empty for none.
    numbers : dict of str to int
        Number of each page by ``page_id``; empty where there is but one.
    atlas : bool
        Whether the spots have maps of their own after the overview.
    stage : {"", "draft", "traffic-police", "notice", "published"}
        How far it has got; see `pitchplan.sheets.stages`.
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
    atlas: bool = False
    extent: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    stage: str = ""

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
            + (f", {self.stage}" if self.stage else "")
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


def write(
    what: Sheet | Plan,
    path: str | os.PathLike[str],
    *,
    ppi: float = 150.0,
    datum: str = WGS84,
    replaces: str = "",
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
    replaces : str
        Why a published sheet takes the place of what was published under the same name before. The
        reason and the old file's hash stay in the ledger.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all. One of stage ``published`` is entered in the ledger of its
        folder, ``published.json``: name, hash, day of issue and title. See `check_published`.

    Raises
    ------
    InputError
        The suffix or the datum is unknown, a map is asked of a bare plan, or a format cannot say
        that it is not in WGS84.
    PitchplanError
        A library or a character's glyph that a format needs is missing.
    OutputError
        The file could not be written, or something else was published under its name.
    """
    target = Path(path)
    reason = _checked_reason(what, replaces)
    data = render(what, str(target), ppi=ppi, datum=datum)
    target = target.with_name(marked_name(target.name, format_of(target.name), datum))
    if not isinstance(what, Sheet) or what.stage != PUBLISHED:
        return write_guarded(target, data)
    return write_published(target, data, title=what.title, issued=what.issued, replaces=reason)


def _checked_reason(what: Sheet | Plan, replaces: object) -> str:
    """Return why something published is replaced; only what is published itself may do so."""
    if not isinstance(replaces, str) or (replaces and not replaces.strip()):
        fix = "Give the reason in words, such as replaces='spot 12 moved across the street'"
        raise InputError(Fault("no reason", fix, "write", column="replaces", value=replaces))
    if replaces and getattr(what, "stage", "") != PUBLISHED:
        fix = 'Make the map_sheet with stage="published", or give another name'
        raise InputError(
            Fault("only a published sheet replaces a published file", fix, "write", column="replaces")
        )
    return clean(replaces)


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

    Raises
    ------
    InputError, PitchplanError
        As in `write`.
    OutputError
        The system refused what is needed to make it, such as room for temporary files.
    """
    kind = format_of(name)
    datum = check_datum(datum, kind, takes_datum=FORMATS[kind].takes_datum)
    if not isinstance(what, Sheet) and FORMATS[kind].needs_map:
        raise InputError(
            Fault(f"a plan alone cannot be drawn as {kind}", "Make a map_sheet of it first", "write")
        )
    with making(Path(name)):
        if isinstance(what, Sheet):
            return FORMATS[kind].make(what.published, what, ppi=ppi, datum=datum)
        return FORMATS[kind].make(publish(what), None, ppi=ppi, datum=datum)
