"""A plan laid out for people: what is shown, on which paper, in which words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj

from pitchplan.errors import Fault, InputError
from pitchplan.files.writing import write_atomically
from pitchplan.sheets.formats import FORMATS, format_of
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.lettering import clean, has_cjk
from pitchplan.sheets.mapdatums import WGS84, check_datum, marked_name
from pitchplan.sheets.page import Page
from pitchplan.sheets.published import LAYER_COLUMNS, Published, publish
from pitchplan.sheets.words import check_languages

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import geopandas as gpd

    from pitchplan.plan import Plan
    from pitchplan.sheets.screen.notebook import ScreenPage

__all__ = ["Sheet", "map_sheet", "render", "write"]


@dataclass(frozen=True)
class Sheet:
    """A plan laid out for people on one page.

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

    @property
    def paper(self) -> str:
        """Name of the paper."""
        return self.page.paper

    def __repr__(self) -> str:
        return (
            f"Sheet: {self.title!r}, {len(self.published.spots)} spots with "
            f"{len(self.published.pitches)} pitches"
            f" on {self.page.paper} at 1:{self.page.scale}"
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
) -> Sheet:
    """Lay a plan out as a map that a city can hang on a wall.

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
    paper : {"A4", "A3", "A2", "A1"}
        Paper, in landscape.
    valid : str, optional
        A line on validity beyond the season's days, which are always printed.
    contact : mapping of str to str, optional
        Contact line by district; by default the one its communities agree on.
    source_note : str
        Where the data come from, such as a licence's attribution.
    audit : AuditReport, optional
        Its ``verdict`` is printed.

    Returns
    -------
    Sheet
        To be given to `write`.

    Raises
    ------
    InputError
        Title or publisher is empty, the paper or a language is unknown, or the city is in another
        CRS than the plan.
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
    pages = layouts(paper, tuple(float(b) for b in city.bounds), plan.crs, spots=len(plan.spots))  # type: ignore[arg-type]
    layers = {name: _layer(city, name, columns) for name, columns in LAYER_COLUMNS.items()}
    # Colours go by the order of the communities: by id, not by the order of the file.
    layers["communities"] = layers["communities"].sort_values("community_id", ignore_index=True)
    if "en" in languages and not _holds_cjk(title, layers):
        languages = ("en",)
    first = Sheet(
        clean(title),
        clean(title_en),
        clean(publisher),
        languages,
        pages[0],
        publish(plan, communities=layers["communities"], page=pages[0], audit=audit),
        layers,
        clean(valid),
        _contacts(layers["communities"], contact),
        clean(source_note),
    )
    page = _best_page(first, pages)
    published = publish(plan, communities=layers["communities"], page=page, audit=audit)
    return replace(first, page=page, published=published)


# How much coarser a scale may be for a list that is not cramped, not in one language, not cut short.
_WORTH = (1.0, 1.12, 1.3, 4.0, 20.0)


def _best_page(sheet: Sheet, pages: list[Page]) -> Page:
    """Return the page of the largest scale at which list and key fit well, or nearly so."""
    from pitchplan.sheets.panel import how_well_it_fits

    costs = [page.scale * _WORTH[how_well_it_fits(replace(sheet, page=page))] for page in pages]
    return pages[costs.index(min(costs))]


def _layer(city: Any, name: str, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    frame = getattr(city, name, None)
    if frame is None:
        return gpd.GeoDataFrame({c: [] for c in columns}, geometry=[], crs=city.crs)
    geometry = frame.geometry.to_numpy()
    kept = np.array([g is not None and not g.is_empty for g in geometry], dtype=bool)
    data: dict[str, Any] = {}
    for column in columns:
        cells = frame[column] if column in frame.columns else pd.Series("", index=frame.index, dtype=object)
        if column == "width_m":
            data[column] = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)[kept]
        else:
            data[column] = [clean(v) for v, k in zip(cells, kept, strict=True) if k]
    return gpd.GeoDataFrame(data, geometry=geometry[kept], crs=city.crs)


def _contacts(communities: gpd.GeoDataFrame, given: Mapping[str, str] | None) -> dict[str, str]:
    """Return the contact line of each district: as given, else the one all its communities share."""
    if given is not None:
        return {clean(d): clean(line) for d, line in given.items() if clean(line)}
    lines: dict[str, set[str]] = {}
    for district, line in zip(communities["district"], communities["contact"], strict=True):
        if line:
            lines.setdefault(district, set()).add(line)
    return {d: next(iter(found)) for d, found in lines.items() if len(found) == 1}


def _holds_cjk(title: str, layers: dict[str, gpd.GeoDataFrame]) -> bool:
    """Tell whether title, streets, communities or districts have Chinese names.

    Addresses do not count: they are sentences with Chinese words in them whatever the city.
    """
    texts = [title, *layers["communities"]["district"]]
    for name in ("communities", "centrelines", "streets"):
        texts += [t for t in layers[name]["name"] if t]
    return any(has_cjk(t) for t in texts)


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
